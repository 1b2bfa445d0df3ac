//! What is done so that an audit has something to look into.

use timebank::ledger::BookingId;

use super::{
    anomalies::{BACK_DAYS, Deed, Moved},
    calendar::{DAY, day_of, month_around},
    city::City,
    districts::DISTRICTS,
    entries::posting,
    tally::{Member, Other, Part, Tally},
};

const BANAN: usize = 1;
const YUBEI: usize = 3;

impl City {
    /// What was done last was done by the record of what was said last.
    pub(super) fn recorded(&mut self) {
        let recorded = Some((self.today(), self.bank.last()));
        let Tally { actings, moved, .. } = &mut self.tally;
        let actings = actings.iter_mut().rev().map(|one| &mut one.recorded);
        let moved = moved.iter_mut().rev().map(|one| &mut one.recorded);
        for known in [
            actings
                .take_while(|known| known.is_none())
                .collect::<Vec<_>>(),
            moved.take_while(|known| known.is_none()).collect(),
        ]
        .into_iter()
        .flatten()
        {
            *known = recorded;
        }
    }

    /// Enters a service of a district's first kind.
    fn enter_service(
        &mut self,
        district: usize,
        (from, to, minutes): (&str, &str, i64),
        at: i64,
    ) -> BookingId {
        let home = &DISTRICTS[district];
        let id = self.bank.id();
        let entry = posting(
            id,
            (from, to, minutes),
            Some(home.services[0].code),
            Some(at),
        );
        self.bank.does(&home.staff(0), entry);
        self.tally.post(from, to, minutes, at);
        self.tally.moved.push(Moved::new(from, minutes));
        self.recorded();
        let [recipient, provider] = [from, to].map(|id| self.tally.account(id).owner);
        let of_member = |member: Option<usize>| if member.is_some() { minutes } else { 0 };
        self.tally.others.push(Other {
            district,
            service: home.services[0].code,
            point: None,
            on: day_of(at),
            between: None,
            ticket: self.bank.last(),
            entered_from: Some(from.to_owned()),
            is_reversed: false,
            parts: vec![Part {
                provider,
                recipient,
                served: minutes,
                credited: of_member(provider),
                paid: of_member(recipient),
            }],
        });
        id
    }

    /// Two are said to serve each other again and again, and two others once.
    pub(super) fn enter_swaps(&mut self) {
        let yesterday = (self.today() - 1) * DAY;
        for (rounds, minutes) in [(12, 50), (1, 10)] {
            let fits = |city: &Self, member: &Member| {
                city.is_idle(member) && member.district == YUBEI && city.free(member) >= 60
            };
            let [one, other] = [0; 2].map(|_| self.pick(YUBEI, fits));
            let (Some(one), Some(other)) = (one, other) else {
                return;
            };
            if one == other {
                return;
            }
            let [one, other] =
                [one, other].map(|member| self.tally.members[member].account.clone());
            for round in 0..rounds {
                let at = yesterday + 600 + round * 10;
                self.enter_service(YUBEI, (&one, &other, minutes), at);
                self.enter_service(YUBEI, (&other, &one, minutes), at + 5);
            }
        }
        self.did("served each other");
    }

    /// Something is entered that is taken back when nothing else happens any more.
    pub(super) fn enter_mistake(&mut self) {
        let [from, to] =
            ["care", "choir"].map(|body| DISTRICTS[BANAN].account(&format!("organisation:{body}")));
        let at = self.minute() - 60;
        let entry = self.enter_service(BANAN, (&from, &to, 300), at);
        self.mistake = Some(entry);
    }

    pub(super) fn take_mistake_back(&mut self) {
        let entry = self.mistake.expect("it was entered");
        let [from, to] =
            ["care", "choir"].map(|body| DISTRICTS[BANAN].account(&format!("organisation:{body}")));
        self.take_back(
            &DISTRICTS[BANAN].staff(1),
            (BANAN, entry),
            (&from, &to, 300),
        );
        let others = self.tally.others.iter_mut().rev();
        let mut of_it =
            others.filter(|other| other.district == BANAN && other.entered_from.is_some());
        of_it.next().expect("it was entered").is_reversed = true;
    }

    /// Somebody is said to have served more than a day has hours, in two entries.
    pub(super) fn enter_long_day(&mut self) {
        let home = &DISTRICTS[YUBEI];
        let server = self.pick(YUBEI, |city, member| {
            let today = city.today();
            let is_there = |half| {
                let at = city
                    .tally
                    .members
                    .iter()
                    .position(|one| one.id == member.id);
                at.is_some_and(|at| city.agenda.taken.contains(&(at, today - 1, half)))
            };
            city.is_idle(member) && !is_there(0) && !is_there(1) && !city.comes_weekly(member)
        });
        let Some(server) = server else { return };
        let (from, to) = (
            home.account("organisation:care"),
            self.tally.members[server].account.clone(),
        );
        for (at, minutes) in [(3, 780), (4, 700)] {
            let at = (self.today() - 1) * DAY + at * 60;
            self.enter_service(YUBEI, (&from, &to, minutes), at);
        }
        self.did("entered a long day");
    }

    /// Hours of a while ago, from before there was a ledger or from the month before.
    pub(super) fn enter_dated_back(&mut self) {
        let today = self.today();
        let days = match today {
            0..28 => vec![today - 42, today - 32, today - 20],
            _ => vec![month_around(month_around(today).0 - 1).0],
        };
        let to = self.here[YUBEI][1];
        let to = self.tally.members[to].account.clone();
        let from = DISTRICTS[YUBEI].account("issuance:old");
        for on in days {
            let at = on * DAY + 600;
            let entry = posting(self.bank.id(), (&from, &to, 15), None, Some(at));
            self.bank.does("4001", entry);
            self.tally.post(&from, &to, 15, at);
            if today - on > BACK_DAYS {
                self.tally.deeds.push(Deed {
                    anomaly: "dated back",
                    district: YUBEI,
                    who: "4001".into(),
                    recorded: today,
                    on,
                    value: today - on,
                    ticket: self.bank.last(),
                });
                self.did("dated back");
            }
        }
    }
}
