//! Conversions between hours and points, by the first policy alone.

use super::{Faults, Model, Of, Step, trainings::points_of, wrong};
use crate::model::everything::{Id, centre_of};

/// What is given and got at once of one unit for the other, and where it goes to and comes from.
fn rate(to_points: bool) -> (i64, i64, Id, Id) {
    match to_points {
        true => (60, 10, "a:barber", "a:points"),
        false => (10, 45, "a:shop", "a:hours"),
    }
}

impl Model {
    pub(super) fn convert(
        &mut self,
        step: Step,
        (member, to_points): (Id, bool),
        amount: i64,
        actor: Id,
    ) -> Faults {
        let mut faults = Faults::new();
        let centre = centre_of(member);
        let may = Self::is_staff(centre, actor) || self.acts_for(actor, member);
        wrong(&mut faults, !may, "PARTY_OR_STAFF_ONLY");
        let is_out = self.suspended.contains(member);
        wrong(&mut faults, is_out, "MEMBER_STATE_WRONG");
        if self.policy(centre) != 0 {
            faults.push("UNITS_NOT_CONVERTED");
            return faults;
        }
        let (give, get, stock, source) = rate(to_points);
        let is_uneven = amount * get % give != 0;
        wrong(&mut faults, is_uneven, "CONVERSION_UNEVEN");
        let got = amount * get / give;
        let (from, to) = match to_points {
            true => (member, points_of(member)),
            false => (points_of(member), member),
        };
        match self.accounts.get(from) {
            None => faults.push("ACCOUNT_UNFIT"),
            Some(account) => {
                let is_short = account.available() < amount;
                wrong(&mut faults, is_short, "FLOOR_CROSSED");
            }
        }
        faults.extend(self.against_source(source, got));
        wrong(&mut faults, self.is_over(to, got), "CEILING_CROSSED");
        if faults.is_empty() {
            if to_points {
                self.open_points(to);
            }
            let legs = vec![(from, stock, amount), (source, to, got)];
            self.book(Of::Step(step), legs);
        }
        faults
    }
}
