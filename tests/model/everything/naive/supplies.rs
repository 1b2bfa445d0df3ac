//! Issuance, grants, and stocks.

use super::{Faults, Item, Kind, Model, Of, Step, wrong};
use crate::model::everything::{DAY, HOURS_UNTIL, Id, centre_of};

/// What the first policy grants.
const GRANT: i64 = 60;
const MAX_PIECES: i64 = 1_000_000;

impl Model {
    /// What a source has against so much more of it.
    pub(super) fn against_source(&self, source: Id, amount: i64) -> Faults {
        let mut faults = Faults::new();
        let is_over = source == "a:hours" && self.now.div_euclid(DAY) > HOURS_UNTIL;
        wrong(&mut faults, is_over, "SOURCE_NOT_IN_FORCE");
        let is_spent = self.accounts[source].available() < amount;
        wrong(&mut faults, is_spent, "SOURCE_SPENT");
        faults
    }

    /// The account of a member's points is opened with what comes to it first.
    pub(super) fn open_points(&mut self, account: Id) {
        let points = super::Account {
            kind: Kind::Member,
            unit: "points",
            balance: 0,
            held: 0,
            floor: Some(0),
            ceiling: None,
            is_reserved: false,
        };
        self.accounts.entry(account).or_insert(points);
    }

    pub(super) fn issue(
        &mut self,
        step: Step,
        (source, to, amount): (Id, Id, i64),
        actor: Id,
    ) -> Faults {
        let unit = match source {
            "a:hours" => "time",
            "a:points" => "points",
            _ => return vec!["SOURCE_UNKNOWN"],
        };
        let mut faults = Faults::new();
        wrong(&mut faults, !Self::is_staff(0, actor), "STAFF_ONLY");
        let member = Self::member_of(to);
        let is_new = to.ends_with(":points") && unit == "points";
        let is_fit = match self.accounts.get(to) {
            None => is_new,
            Some(account) => {
                let takes = [Kind::Member, Kind::Organisation, Kind::Pool, Kind::Project];
                account.unit == unit && takes.contains(&account.kind)
            }
        };
        wrong(&mut faults, !is_fit || centre_of(to) != 0, "ACCOUNT_UNFIT");
        if let Some(member) = member {
            let is_party = Self::is_party(actor, member);
            wrong(&mut faults, is_party, "STAFF_IS_PARTY");
            let is_out = self.suspended.contains(member);
            wrong(&mut faults, is_out, "MEMBER_STATE_WRONG");
        }
        let is_named = unit != "time" || self.policy(0) == 0;
        wrong(&mut faults, !is_named, "ISSUANCE_NOT_ALLOWED");
        faults.extend(self.against_source(source, amount));
        wrong(&mut faults, self.is_over(to, amount), "CEILING_CROSSED");
        if faults.is_empty() {
            if is_new {
                self.open_points(to);
            }
            self.book(Of::Step(step), vec![(source, to, amount)]);
        }
        faults
    }

    pub(super) fn grant(&mut self, step: Step, member: Id, actor: Id) -> Faults {
        let mut faults = Faults::new();
        let centre = centre_of(member);
        wrong(&mut faults, !Self::is_staff(centre, actor), "STAFF_ONLY");
        let is_party = Self::is_party(actor, member);
        wrong(&mut faults, is_party, "STAFF_IS_PARTY");
        let is_out = self.suspended.contains(member);
        wrong(&mut faults, is_out, "MEMBER_STATE_WRONG");
        let has = self.granted.contains(member);
        wrong(&mut faults, has, "GRANT_GIVEN");
        if self.policy(centre) == 0 {
            faults.extend(self.against_source("a:hours", GRANT));
            wrong(&mut faults, self.is_over(member, GRANT), "CEILING_CROSSED");
        } else {
            faults.push("GRANT_NOT_ALLOWED");
        }
        if faults.is_empty() {
            self.book(Of::Step(step), vec![("a:hours", member, GRANT)]);
            self.granted.insert(member);
        }
        faults
    }

    pub(super) fn put(&mut self, id: (Id, Id), (price, pieces): (i64, i64), actor: Id) -> Faults {
        if id.0 != "a:barber" && id.0 != "a:shop" {
            return vec!["STOCK_UNKNOWN"];
        }
        let mut faults = Faults::new();
        wrong(&mut faults, !Self::is_staff(0, actor), "STAFF_ONLY");
        let left = self.items.get(&id).map_or(0, |item| item.left) + pieces;
        wrong(&mut faults, left < 0, "ITEMS_SHORT");
        wrong(&mut faults, left > MAX_PIECES, "TOO_MANY_PIECES");
        if faults.is_empty() {
            self.items.insert(id, Item { price, left });
        }
        faults
    }

    pub(super) fn redeem(
        &mut self,
        (step, from): (Step, Id),
        id: (Id, Id),
        (pieces, amount): (i64, i64),
        actor: Id,
    ) -> Faults {
        let unit = match id.0 {
            "a:barber" => "time",
            "a:shop" => "points",
            _ => return vec!["STOCK_UNKNOWN"],
        };
        let mut faults = Faults::new();
        let is_members = self.of_kind(from, Kind::Member, unit);
        let ours = [Kind::Organisation, Kind::Project];
        let is_fit = is_members || ours.iter().any(|kind| self.of_kind(from, *kind, unit));
        if !is_fit || centre_of(from) != 0 {
            faults.push("ACCOUNT_UNFIT");
        }
        let is_staff = Self::is_staff(0, actor);
        match Self::member_of(from) {
            Some(member) => {
                let may = is_staff || self.acts_for(actor, member);
                wrong(&mut faults, !may, "PARTY_OR_STAFF_ONLY");
                let is_out = self.suspended.contains(member);
                wrong(&mut faults, is_out, "MEMBER_STATE_WRONG");
            }
            None => wrong(&mut faults, !is_staff, "STAFF_ONLY"),
        }
        match self.items.get(&id) {
            None => faults.push("ITEM_UNKNOWN"),
            Some(item) => {
                wrong(&mut faults, item.left < pieces, "ITEMS_SHORT");
                wrong(&mut faults, item.price * pieces != amount, "PRICE_OTHER");
            }
        }
        if is_fit {
            let is_short = self.accounts[from].available() < amount;
            wrong(&mut faults, is_short, "FLOOR_CROSSED");
        }
        if faults.is_empty() {
            self.book(Of::Step(step), vec![(from, id.0, amount)]);
            self.items.get_mut(&id).expect("an item").left -= pieces;
        }
        faults
    }
}
