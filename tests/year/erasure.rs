//! Who somebody was, which two of the staff erase once it need not be kept any more.

use timebank::{
    exchange::{Command, EraseMember},
    query,
};

use super::{
    bank::member_id, calendar::months_between, city::City, districts::DISTRICTS,
    reckoning::Foreseen,
};

impl City {
    /// Those who are gone are forgotten; those who are here, or went a short while ago, are not.
    pub(super) fn forget(&mut self, district: usize) {
        if let Some(here) = self.pick(district, |_, _| true) {
            self.erase(here, 0, Err("MEMBER_STATE_WRONG"));
        }
        let members = 0..self.tally.members.len();
        let gone = |at: &usize| {
            let member = &self.tally.members[*at];
            member.district == district && !member.is_here && !member.is_erased
        };
        for member in members.filter(gone).collect::<Vec<_>>() {
            let months = DISTRICTS[district].rules.kept_months;
            let gone_on = self.tally.members[member].gone_on.expect("they are gone");
            if months_between(gone_on, self.today()) < months {
                self.erase(member, 0, Err("RETENTION_RUNNING"));
                continue;
            }
            self.erase(member, 0, Ok(()));
            self.erase(member, 0, Err("APPROVED_ALREADY"));
            self.erase(member, 1, Ok(()));
            self.erase(member, 2, Err("MEMBER_ERASED"));
            self.tally.members[member].is_erased = true;
            self.did("erased");
        }
    }

    fn erase(&mut self, member: usize, by: usize, foreseen: Foreseen) {
        let erase = Command::EraseMember(EraseMember {
            step: self.bank.id(),
            member: member_id(&self.tally.members[member].id),
        });
        let home = &DISTRICTS[self.tally.members[member].district];
        self.bank.say(&home.staff(by), erase, foreseen);
    }

    /// That what is known of the members who are gone is erased just where it is to be.
    pub(super) fn check_forgotten(&self) {
        let gone = self.tally.members.iter().filter(|one| !one.is_here);
        for member in gone {
            let id = member_id(&member.id);
            let read = self
                .bank
                .world
                .read(move |reading| query::member(reading, &id));
            let is_erased = read.expect("a member").personal.is_none();
            assert_eq!(is_erased, member.is_erased, "{}", member.id);
        }
    }
}
