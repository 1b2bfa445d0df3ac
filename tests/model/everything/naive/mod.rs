//! The naive model, as the documents have it: balances, lists, and all that is wrong with an ask.

mod conversions;
mod funds;
mod groups;
mod months;
mod partners;
mod plain;
mod supplies;
mod things;
mod trainings;
mod visits;

use std::collections::{BTreeMap, BTreeSet};

use self::things::{
    Account, Entry, Group, Item, Kind, Period, Relief, Stands, State, Training, Visit,
};
use super::{
    Ask, CEILING, CENTRES, DAY, DEFICIT, HOURS_CAP, Id, MEMBERS, PARTIES, POINTS_CAP, PROXIES,
    RELATIVES, STAFF, SURPLUS,
    ask::{Doing, Of, Seen, Step, Verb},
    centre_of,
};

/// All that is wrong with an ask. Nothing: it is carried out.
pub(super) type Faults = Vec<&'static str>;

pub(super) struct Model {
    /// Minutes since the start.
    pub(super) now: i64,
    pub(super) accounts: BTreeMap<Id, Account>,
    entries: BTreeMap<Of, Entry>,
    /// Holds that were placed, by whatever became of them.
    holds: BTreeSet<Step>,
    taken: BTreeMap<Of, Ask>,
    suspended: BTreeSet<Id>,
    /// By the first days on which they hold.
    policies: [Vec<(i64, usize)>; 2],
    pub(super) reliefs: BTreeMap<Step, Relief>,
    donations: BTreeMap<(Id, u8), Step>,
    granted: BTreeSet<Id>,
    pub(super) items: BTreeMap<(Id, Id), Item>,
    /// Of what goes there, or comes from there.
    remittances: BTreeMap<(bool, u8), Step>,
    /// The minute at which each posting is effective.
    postings: Vec<(i64, Id, Id, i64)>,
    pub(super) periods: BTreeMap<(Id, usize), Period>,
    pub(super) groups: BTreeMap<Step, Group>,
    trainings: BTreeMap<Step, Training>,
    pub(super) visits: BTreeMap<Step, Visit>,
    /// Since when members are qualified for first aid.
    pub(super) qualified: BTreeMap<Id, i64>,
    /// How many records came after those that all begins with.
    pub(super) records: i64,
}

/// Notes what is wrong.
fn wrong(faults: &mut Faults, is_so: bool, reason: &'static str) {
    if is_so {
        faults.push(reason);
    }
}

impl Model {
    pub(super) fn begin() -> Self {
        let mut accounts = BTreeMap::new();
        let mut open = |id, kind, unit, floor, ceiling, is_reserved| {
            let account = Account {
                kind,
                unit,
                balance: 0,
                held: 0,
                floor,
                ceiling,
                is_reserved,
            };
            accounts.insert(id, account);
        };
        for id in MEMBERS {
            open(id, Kind::Member, "time", Some(0), Some(CEILING), false);
        }
        open("a:mint", Kind::Issuance, "time", None, None, false);
        open("a:club", Kind::Organisation, "time", Some(0), None, false);
        open("a:project", Kind::Project, "time", Some(0), None, false);
        open("a:fund", Kind::Pool, "time", Some(0), None, true);
        open("a:purse", Kind::Pool, "cny", Some(0), None, true);
        open("a:donations:cny", Kind::Issuance, "cny", None, None, true);
        open("a:relief:cny", Kind::Redemption, "cny", Some(0), None, true);
        open(
            "a:hours",
            Kind::Issuance,
            "time",
            Some(-HOURS_CAP),
            None,
            true,
        );
        open(
            "a:points",
            Kind::Issuance,
            "points",
            Some(-POINTS_CAP),
            None,
            true,
        );
        open("a:barber", Kind::Redemption, "time", Some(0), None, true);
        open("a:shop", Kind::Redemption, "points", Some(0), None, true);
        open(
            "a:north",
            Kind::Clearing,
            "time",
            Some(-DEFICIT),
            Some(SURPLUS),
            true,
        );
        Self {
            now: 0,
            accounts,
            entries: BTreeMap::new(),
            holds: BTreeSet::new(),
            taken: BTreeMap::new(),
            suspended: BTreeSet::new(),
            policies: [vec![(0, 0)], vec![(0, 2)]],
            reliefs: BTreeMap::new(),
            donations: BTreeMap::new(),
            granted: BTreeSet::new(),
            items: BTreeMap::new(),
            remittances: BTreeMap::new(),
            postings: Vec::new(),
            periods: BTreeMap::new(),
            groups: BTreeMap::new(),
            trainings: BTreeMap::new(),
            visits: BTreeMap::new(),
            qualified: BTreeMap::new(),
            records: 0,
        }
    }

    /// What is to become of an ask: whether it was carried out before, or all that is wrong.
    pub(super) fn one(&mut self, ask: Ask, actor: Id) -> Result<bool, Faults> {
        if let Some(old) = self.taken.get(&ask.key()) {
            return match *old == ask {
                true => Ok(true),
                false => Err(vec!["ID_REUSED"]),
            };
        }
        let faults = self.decide(ask, actor);
        if !faults.is_empty() {
            return Err(faults);
        }
        self.taken.insert(ask.key(), ask);
        self.records += 1;
        Ok(false)
    }

    fn decide(&mut self, ask: Ask, actor: Id) -> Faults {
        match ask {
            Ask::Give {
                step,
                from,
                to,
                amount,
            } => self.give(step, (from, to, amount), actor),
            Ask::Donate {
                step,
                pool,
                receipt,
                amount,
            } => self.donate(step, pool, (receipt, amount), actor),
            Ask::Relief {
                id,
                pool,
                member,
                purpose,
                amount,
            } => self.relief(id, (pool, member), (purpose, amount), actor),
            Ask::StepRelief { step, relief, verb } => self.step_relief(step, relief, verb, actor),
            Ask::Issue {
                step,
                source,
                to,
                amount,
            } => self.issue(step, (source, to, amount), actor),
            Ask::Grant { step, member } => self.grant(step, member, actor),
            Ask::Put {
                stock,
                item,
                price,
                pieces,
                ..
            } => self.put((stock, item), (price, pieces), actor),
            Ask::Redeem {
                step,
                from,
                stock,
                item,
                pieces,
                amount,
            } => self.redeem((step, from), (stock, item), (pieces, amount), actor),
            Ask::Convert {
                step,
                member,
                to_points,
                amount,
            } => self.convert(step, (member, to_points), amount, actor),
            Ask::Post {
                id,
                from,
                to,
                amount,
                at,
            } => self.post(id, (from, to, amount), at),
            Ask::Reverse { id, of, force } => self.reverse(id, of, force),
            Ask::Remit {
                step,
                is_sent,
                partner,
                reference,
                member,
                amount,
            } => {
                let which = (partner, is_sent, reference);
                self.remit(step, which, (member, amount), actor)
            }
            Ask::Visit { .. } => self.visit(ask, actor),
            Ask::StepVisit { order, seen, .. } => self.step_visit(order, seen, actor),
            Ask::Evaluate { order, .. } => self.evaluate(order, actor),
            Ask::Open { .. } => self.open_group(ask, actor),
            Ask::StepGroup {
                step,
                group,
                doing,
                who,
            } => self.step_group((step, group), doing, who, actor),
            Ask::Train { .. } => self.train(ask, actor),
            Ask::Annul { step, training } => self.annul(step, training, actor),
            Ask::Close { centre, month, .. } => self.close(centre, month, actor),
            Ask::SignOff {
                centre,
                month,
                position,
                ..
            } => self.sign_off((centre, month), position, actor),
            Ask::Suspend {
                member, is_back, ..
            } => self.suspend(member, is_back, actor),
            Ask::Adopt { centre, policy, .. } => self.adopt(centre, policy, actor),
        }
    }

    fn today(&self) -> i64 {
        self.now.div_euclid(DAY)
    }

    fn policy(&self, centre: usize) -> usize {
        let found = self.policy_on(centre, self.today());
        found.expect("the first holds from the start")
    }

    /// The policy of a centre that holds on a day: the last adopted of those that have started.
    fn policy_on(&self, centre: usize, day: i64) -> Option<usize> {
        let mut started = self.policies[centre].iter().rev();
        let found = started.find(|(start, _)| *start <= day);
        found.map(|(_, policy)| *policy)
    }

    fn is_staff(centre: usize, actor: Id) -> bool {
        STAFF[centre].contains(&actor)
    }

    /// Whether something of a member concerns somebody of the staff.
    fn is_party(actor: Id, member: Id) -> bool {
        PARTIES.contains(&(actor, member))
    }

    fn is_relative(one: Id, other: Id) -> bool {
        RELATIVES.contains(&(one, other)) || RELATIVES.contains(&(other, one))
    }

    /// Whether somebody is a member, or acts for them and takes part.
    fn acts_for(&self, actor: Id, member: Id) -> bool {
        let is_proxy = PROXIES.contains(&(member, actor)) && !self.suspended.contains(actor);
        actor == member || is_proxy
    }

    /// Who somebody is, by whatever name.
    fn person(actor: Id) -> Id {
        if actor == "2" { "a:m1" } else { actor }
    }

    /// Whose account it is, also of another unit.
    fn member_of(account: Id) -> Option<Id> {
        let mut members = MEMBERS.into_iter();
        members.find(|id| account == *id || account.strip_suffix(":points") == Some(id))
    }

    fn of_kind(&self, id: Id, kind: Kind, unit: Id) -> bool {
        let account = self.accounts.get(id);
        account.is_some_and(|account| account.kind == kind && account.unit == unit)
    }

    /// What the limits have against a transfer.
    fn against(&self, leg: (Id, Id, i64)) -> Faults {
        self.against_all(&[leg], false)
    }

    /// What they have against an entry: they bind the sum of its legs, in the direction that it
    /// moves. Those of pools and issuance accounts that are lowest hold also where it is forced.
    fn against_all(&self, legs: &[(Id, Id, i64)], force: bool) -> Faults {
        let mut moves: BTreeMap<Id, i64> = BTreeMap::new();
        for (from, to, amount) in legs {
            *moves.entry(from).or_default() -= amount;
            *moves.entry(to).or_default() += amount;
        }
        let mut faults = Faults::new();
        for (id, change) in moves {
            let account = &self.accounts[id];
            let holds = !force || matches!(account.kind, Kind::Pool | Kind::Issuance);
            let is_short = change < 0 && account.available() < -change;
            wrong(&mut faults, holds && is_short, "FLOOR_CROSSED");
            let is_over = change > 0 && self.is_over(id, change);
            wrong(&mut faults, !force && is_over, "CEILING_CROSSED");
        }
        faults
    }

    fn is_over(&self, to: Id, amount: i64) -> bool {
        let account = self.accounts.get(to);
        let ceiling = account.and_then(|account| account.ceiling);
        let balance = account.map_or(0, |account| account.balance);
        ceiling.is_some_and(|ceiling| balance + amount > ceiling)
    }

    /// Posts an entry of now.
    fn book(&mut self, key: Of, legs: Vec<(Id, Id, i64)>) {
        self.book_at(key, legs, self.now);
    }

    fn book_at(&mut self, key: Of, legs: Vec<(Id, Id, i64)>, at: i64) {
        for (from, to, amount) in &legs {
            self.postings.push((at, from, to, *amount));
            self.accounts.get_mut(from).expect("an account").balance -= amount;
            self.accounts.get_mut(to).expect("an account").balance += amount;
        }
        let entry = Entry {
            legs,
            is_reversal: false,
            is_reversed: false,
            is_owned: false,
        };
        self.entries.insert(key, entry);
    }

    /// Takes an entry back.
    fn take_back(&mut self, key: Of, of: Of) {
        let entry = self.entries.get_mut(&of).expect("an entry");
        entry.is_reversed = true;
        let legs = entry.legs.iter();
        let legs = legs
            .map(|(from, to, amount)| (*to, *from, *amount))
            .collect();
        self.book(key, legs);
        let entry = self.entries.get_mut(&key).expect("the reversal");
        entry.is_reversal = true;
    }

    fn is_reversed(&self, step: Step) -> bool {
        self.entries[&Of::Step(step)].is_reversed
    }

    /// No unit is made or lost, and no limit passed that holds whatever happens.
    pub(super) fn is_whole(&self) {
        for unit in ["time", "cny", "points"] {
            let of_unit = self.accounts.values().filter(|one| one.unit == unit);
            assert_eq!(of_unit.map(|one| one.balance).sum::<i64>(), 0, "{unit}");
        }
        for (id, account) in &self.accounts {
            let keeps_floor = matches!(account.kind, Kind::Pool | Kind::Issuance);
            assert!(account.held >= 0, "{id}");
            assert!(!keeps_floor || account.available() >= 0, "{id}");
        }
        assert!(self.items.values().all(|item| item.left >= 0));
    }

    fn suspend(&mut self, member: Id, is_back: bool, actor: Id) -> Faults {
        let mut faults = Faults::new();
        let centre = centre_of(member);
        wrong(&mut faults, !Self::is_staff(centre, actor), "STAFF_ONLY");
        let is_wrong = self.suspended.contains(member) != is_back;
        wrong(&mut faults, is_wrong, "MEMBER_STATE_WRONG");
        if faults.is_empty() {
            match is_back {
                true => self.suspended.remove(member),
                false => self.suspended.insert(member),
            };
        }
        faults
    }

    /// The second centre has no accounts that the first two policies name.
    fn adopt(&mut self, centre: Id, policy: usize, actor: Id) -> Faults {
        let mut faults = Faults::new();
        let at = usize::from(centre == CENTRES[1]);
        wrong(&mut faults, !Self::is_staff(at, actor), "STAFF_ONLY");
        let is_foreign = at == 1 && policy < 2;
        wrong(&mut faults, is_foreign, "POLICY_ACCOUNT_FOREIGN");
        if faults.is_empty() {
            let start = self.today() + 1;
            self.policies[at].push((start, policy));
        }
        faults
    }
}
