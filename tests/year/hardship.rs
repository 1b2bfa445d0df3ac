//! Who is in hardship: they are given hours, and are served for hours while they are young.

use timebank::exchange::{
    Attested, Command, Day, NeedId, PersonalText, PoolCommand, PublishNeed,
    order::{Helpers, NeedTerms},
    pool::GiveHours,
};

use super::{
    bank::{account, amount, code, member_id, minutes, moment},
    calendar::{DAY, date},
    city::City,
    districts::DISTRICTS,
    reckoning::Foreseen,
    tally::{Member, Tally},
};

/// Since which day hardship of every sixth member is attested: from the beginning, or from a day
/// that is still to come.
pub(super) fn hardship(number: usize) -> Option<i64> {
    match number % 12 {
        1 => Some(0),
        7 => Some(16),
        _ => None,
    }
}

/// What is attested of it.
pub(super) fn attested(since: i64, by: &str) -> Attested {
    Attested {
        since: Day::parse("since", &date(since)).expect("a day"),
        by: by.into(),
        evidence: PersonalText::parse("evidence", "certificate 117")
            .expect("a text")
            .expect("a text"),
    }
}

impl Member {
    pub(super) fn is_in_hardship(&self, on: i64) -> bool {
        self.hardship.is_some_and(|since| since <= on)
    }
}

impl Tally {
    /// Whether a district lets somebody be served for hours on a day.
    fn may_redeem(&self, district: usize, member: usize, on: i64) -> Foreseen {
        let member = &self.members[member];
        let elders_only = DISTRICTS[district].rules.elders_only;
        match elders_only && !member.is_elder && !member.is_in_hardship(on) {
            true => Err("MAY_NOT_REDEEM"),
            false => Ok(()),
        }
    }
}

impl City {
    /// Hours are given to members in hardship, and to no others.
    pub(super) fn give_in_hardship(&mut self, district: usize) {
        let home = &DISTRICTS[district];
        let today = self.today();
        let giver = self.pick(district, |city, member| city.free(member) >= 30);
        for is_needy in [true, false] {
            let fits = |city: &Self, member: &Member| {
                let has_room = city.has_room(&member.account, 20);
                member.is_in_hardship(today) == is_needy && has_room
            };
            let Some(to) = self.pick(district, fits).filter(|to| Some(*to) != giver) else {
                continue;
            };
            let to = self.tally.members[to].account.clone();
            let foreseen = match is_needy {
                true => Ok(()),
                false => Err("GIFT_NOT_ALLOWED"),
            };
            if let Some(giver) = giver {
                let Member { id, account, .. } = self.tally.members[giver].clone();
                self.give_to_member(&id, (&account, &to), foreseen);
            }
            let choir = home.account("organisation:choir");
            self.give_to_member(&home.staff(2), (&choir, &to), foreseen);
        }
    }

    fn give_to_member(&mut self, by: &str, (from, to): (&str, &str), foreseen: Foreseen) {
        let give = PoolCommand::Give(GiveHours {
            step: self.bank.id(),
            from: account(from),
            to: account(to),
            amount: amount(10),
            reason: None,
            recorded: None,
        });
        self.bank.say(by, Command::Pool(Box::new(give)), foreseen);
        if foreseen.is_ok() {
            let minute = self.minute();
            self.tally.post(from, to, 10, minute);
            self.did("given in hardship");
        }
    }

    /// Those who are neither old nor in hardship ask to be served in vain, on the service date.
    pub(super) fn ask_while_young(&mut self, district: usize) {
        let today = self.today();
        for on in today..today + 3 {
            let young = |_: &Self, member: &Member| !member.is_elder && !member.is_in_hardship(on);
            if let Some(young) = self.pick(district, young) {
                let foreseen = self.tally.may_redeem(district, young, on);
                assert!(foreseen.is_err(), "only elders are served there");
                self.ask_service(district, young, on, foreseen);
            }
        }
    }

    /// Asks for a service of which nothing more is foreseen.
    pub(super) fn ask_service(
        &mut self,
        district: usize,
        member: usize,
        on: i64,
        foreseen: Foreseen,
    ) {
        let home = &DISTRICTS[district];
        let terms = NeedTerms {
            recipient: member_id(&self.tally.members[member].id),
            service: code(home.services[0].code),
            at: moment(on * DAY + 16 * 60),
            minutes: minutes(60),
            pay_from: None,
            point: None,
            channel: None,
            helpers: Helpers::new(1).expect("one"),
        };
        let publish = PublishNeed {
            id: NeedId(self.bank.id()),
            terms,
            recorded: None,
        };
        let command = Command::PublishNeed(Box::new(publish));
        self.bank.say(&home.staff(0), command, foreseen);
    }
}
