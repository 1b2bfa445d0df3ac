//! Which visits there are, and what becomes of each: drawn from the seed.

use timebank::exchange::order::Party;

use super::{
    calendar::{DAY, day_of, month_days},
    city::City,
    districts::DISTRICTS,
    reckoning::worth,
    visits::{Act, Visit},
};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const PUBLISHED: i64 = 8 * HOUR;
const ACCEPTED: i64 = 9 * HOUR + 30;
const CANCELLED: i64 = 12 * HOUR;
const REPLACED: i64 = 13 * HOUR + 30;
const SERVED: i64 = 18 * HOUR;
const SETTLED: i64 = 19 * HOUR;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Plain,
    CancelledEarly,
    CancelledLate,
    Replaced,
    NobodyHome,
    NobodyCame,
    DisputeSettled,
    DisputeReleased,
    Apart,
    Declined,
    Withdrawn,
    Expired,
    Sheet,
    Corrected,
    CorrectedLate,
    Voided,
    Unconfirmed,
    Overlapping,
}

/// How often each comes, of a hundred.
const FATES: [(Fate, usize); 18] = [
    (Fate::Plain, 50),
    (Fate::CancelledEarly, 4),
    (Fate::CancelledLate, 4),
    (Fate::Replaced, 4),
    (Fate::NobodyHome, 3),
    (Fate::NobodyCame, 3),
    (Fate::DisputeSettled, 3),
    (Fate::DisputeReleased, 2),
    (Fate::Apart, 3),
    (Fate::Declined, 2),
    (Fate::Withdrawn, 2),
    (Fate::Expired, 3),
    (Fate::Sheet, 8),
    (Fate::Corrected, 3),
    (Fate::CorrectedLate, 2),
    (Fate::Voided, 1),
    (Fate::Unconfirmed, 1),
    (Fate::Overlapping, 2),
];

impl City {
    /// The visits that are asked for on a day.
    pub(super) fn plan(&mut self, day: i64) {
        if day * 2 > self.days {
            self.look_who_took_part();
        }
        for (district, home) in DISTRICTS.iter().enumerate() {
            let members = i64::try_from(home.members).expect("a number");
            let until = |day: i64| day * members * self.rate / 10_000;
            for _ in until(day)..until(day + 1) {
                self.plan_visit(district, day);
            }
        }
    }

    /// Whoever took part in nothing that stands is wanted first.
    fn look_who_took_part(&mut self) {
        let services = self.tally.services(&Default::default());
        let parts = services.iter().flat_map(|seen| &seen.parts);
        let members = parts.flat_map(|part| [part.provider, part.recipient]);
        let seen: std::collections::BTreeSet<_> = members.flatten().collect();
        for (at, member) in self.tally.members.iter_mut().enumerate() {
            member.took_part = seen.contains(&at);
        }
    }

    fn fate(&mut self) -> Fate {
        let mut drawn = self.rng.usize(..100);
        for (fate, often) in FATES {
            if drawn < often {
                return fate;
            }
            drawn -= often;
        }
        Fate::Plain
    }

    fn plan_visit(&mut self, district: usize, day: i64) {
        let on = day + 2 + self.rng.i64(0..4);
        let half = self.rng.i64(0..2);
        if on >= self.days {
            return;
        }
        let begin = [9, 14][usize::from(half == 1)] * 60 + self.rng.i64(0..5) * 15;
        let booked = [45, 60, 60, 90, 120][self.rng.usize(..5)];
        let services = DISTRICTS[district].services;
        let service = services[self.rng.usize(..services.len())];
        let held = worth(district, &service, booked + booked / 4, on);
        let is_paid = !DISTRICTS[district].rules.body_pays && !service.is_points;
        let held = if is_paid { held } else { 0 };
        let Some(recipient) = self.free_recipient(district, (on, half), held) else {
            return;
        };
        let Some(provider) = self
            .free_provider(district, on, half)
            .filter(|one| *one != recipient)
        else {
            return;
        };
        let is_wanted = [recipient, provider]
            .iter()
            .any(|one| !self.tally.members[*one].took_part);
        let fate = match is_wanted && day * 3 > self.days * 2 {
            true => Fate::Plain,
            false => self.fate(),
        };
        let visit = Visit {
            district,
            recipient,
            provider,
            service: match fate {
                Fate::Sheet => services[0],
                _ => service,
            },
            point: (district == 3).then(|| format!("stronghold-{}", self.rng.i64(1..5))),
            from: on * DAY + begin,
            booked: if fate == Fate::Apart { 120 } else { booked },
            lasts: match fate {
                Fate::Apart => 125,
                _ => booked + self.rng.i64(-5..=10),
            },
            less: match fate {
                Fate::Apart => 20,
                _ => self.rng.i64(0..=3),
            },
            stars: [
                None,
                None,
                Some(3),
                Some(4),
                Some(5),
                Some(5),
                Some(1),
                Some(2),
            ][self.rng.usize(..8)],
            beside: None,
            need: None,
            order: None,
        };
        self.add_visit(visit, fate, day);
    }

    /// A visit that is asked for tomorrow, of which nothing goes wrong.
    pub(super) fn plan_plainly(&mut self, visit: Visit) {
        let tomorrow = self.today() + 1;
        self.add_visit(visit, Fate::Plain, tomorrow);
    }

    /// A visit that is arranged for takes place, and nothing goes wrong.
    pub(super) fn serve_plainly(&mut self, at: usize) {
        let visit = self.agenda.visits[at].clone();
        let on = day_of(visit.from);
        for member in [visit.recipient, visit.provider] {
            let until = &mut self.tally.members[member].busy_until;
            *until = (*until).max((on + 12) * 86_400);
        }
        self.schedule_service(at, Fate::Plain, on);
    }

    fn add_visit(&mut self, visit: Visit, fate: Fate, day: i64) {
        let on = day_of(visit.from);
        let half = i64::from(visit.from % DAY > 13 * 60);
        let members = [visit.recipient, visit.provider];
        let last_day = match fate {
            Fate::CorrectedLate => on + 45,
            _ => on + 12,
        };
        for member in members {
            self.agenda.taken.insert((member, on, half));
            let until = &mut self.tally.members[member].busy_until;
            *until = (*until).max(last_day * 86_400);
            // What nobody confirms stays open for ever.
            self.tally.members[member].may_go &= fate != Fate::Unconfirmed;
        }
        self.agenda.visits.push(visit);
        let at = self.agenda.visits.len() - 1;
        match fate {
            Fate::Sheet => self.schedule_sheet(at, on),
            _ => self.schedule(at, fate, (day, on)),
        }
    }

    fn due(&mut self, at: usize, (day, time): (i64, i64), act: Act) {
        self.agenda.add(day * 86_400 + time, at, act);
    }

    fn schedule_sheet(&mut self, at: usize, on: i64) {
        self.due(at, (on + 1, PUBLISHED), Act::Record);
        let approvals = self.approvals(at);
        for number in 1..=approvals {
            let time = PUBLISHED + i64::try_from(number).expect("a number") * 10 * MINUTE;
            self.due(at, (on + 1, time), Act::ApproveVisit(number));
        }
        self.due(at, (on + 1, SETTLED), Act::Settle);
    }

    fn approvals(&self, at: usize) -> usize {
        DISTRICTS[self.agenda.visits[at].district].rules.approvals
    }

    fn schedule(&mut self, at: usize, fate: Fate, (day, on): (i64, i64)) {
        self.due(at, (day, PUBLISHED), Act::Publish);
        if self.rng.usize(..3) == 0 {
            self.due(at, (day, PUBLISHED + 30 * MINUTE), Act::Offer);
        }
        match fate {
            Fate::Declined => return self.due(at, (day, CANCELLED), Act::Decline),
            Fate::Withdrawn => return self.due(at, (day, CANCELLED), Act::CancelNeed),
            _ => {}
        }
        for number in 1..=self.approvals(at) {
            let time = PUBLISHED + i64::try_from(number).expect("a number") * 10 * MINUTE;
            self.due(at, (day, time), Act::Approve(number));
        }
        if fate == Fate::Expired {
            return;
        }
        // Some are accepted a day later.
        let later = i64::from(self.rng.usize(..5) == 0);
        self.due(at, (day + later, ACCEPTED), Act::Accept);
        if fate == Fate::Overlapping {
            self.schedule_beside(at, day + later, day);
        }
        match fate {
            Fate::CancelledEarly => {
                self.due(at, (day + later, CANCELLED), Act::Cancel(Party::Recipient))
            }
            Fate::CancelledLate => self.due(at, (on - 1, CANCELLED), Act::Cancel(Party::Recipient)),
            Fate::NobodyHome => self.due(at, (on, SERVED), Act::NoShow(Party::Recipient)),
            Fate::NobodyCame => self.due(at, (on, SERVED), Act::NoShow(Party::Provider)),
            _ => self.schedule_service(at, fate, on),
        }
    }

    /// Another need of the same recipient at the same time, which nobody can serve.
    fn schedule_beside(&mut self, at: usize, accepted: i64, day: i64) {
        let visit = self.agenda.visits[at].clone();
        let (on, half) = (day_of(visit.from), i64::from(visit.from % DAY > 13 * 60));
        let Some(provider) = self.free_provider(visit.district, on, half) else {
            return;
        };
        if provider == visit.recipient {
            return;
        }
        self.agenda.visits.push(Visit {
            provider,
            beside: Some(at),
            ..visit
        });
        let other = self.agenda.visits.len() - 1;
        let until = &mut self.tally.members[provider].busy_until;
        *until = (*until).max((on + 12) * 86_400);
        self.due(other, (day, PUBLISHED), Act::Publish);
        for number in 1..=self.approvals(other) {
            let time = PUBLISHED + i64::try_from(number).expect("a number") * 10 * MINUTE;
            self.due(other, (day, time), Act::Approve(number));
        }
        self.due(other, (accepted, ACCEPTED + 60), Act::Accept);
    }

    fn schedule_service(&mut self, at: usize, fate: Fate, on: i64) {
        if fate == Fate::Replaced {
            self.due(at, (on - 1, CANCELLED), Act::Cancel(Party::Provider));
            self.due(at, (on - 1, REPLACED), Act::Replace);
        }
        self.due(at, (on, SERVED), Act::CheckIn);
        self.due(at, (on, SERVED + 5 * MINUTE), Act::CheckOut);
        if fate == Fate::Unconfirmed {
            return self.due(at, (on, SERVED + 15 * MINUTE), Act::ConfirmTheirs);
        }
        self.due(
            at,
            (on, SERVED + 20 * MINUTE),
            Act::Confirm(Party::Provider),
        );
        self.due(
            at,
            (on, SERVED + 30 * MINUTE),
            Act::Confirm(Party::Recipient),
        );
        if self.rng.usize(..40) == 0 {
            self.due(at, (on, SERVED + 50 * MINUTE), Act::Complain);
        }
        let lasts = self.agenda.visits[at].lasts;
        match fate {
            Fate::DisputeSettled | Fate::DisputeReleased => {
                self.due(at, (on, SERVED + 40 * MINUTE), Act::Dispute);
                let served = (fate == Fate::DisputeSettled).then_some(lasts - 10);
                return self.due(at, (on + 2, SETTLED + 20 * MINUTE), Act::Resolve(served));
            }
            Fate::Apart => {
                return self.due(at, (on + 2, SETTLED + 20 * MINUTE), Act::Resolve(Some(110)));
            }
            _ => self.due(at, (on + 1, SETTLED), Act::Settle),
        }
        match fate {
            Fate::Corrected => self.due(
                at,
                (on + 3, SETTLED + 40 * MINUTE),
                Act::Correct(lasts - 12),
            ),
            Fate::CorrectedLate => self.due(
                at,
                (fifth_after(on), SETTLED + 40 * MINUTE),
                Act::Correct(lasts - 7),
            ),
            Fate::Voided => self.due(at, (on + 3, SETTLED + 40 * MINUTE), Act::Correct(0)),
            _ => {}
        }
    }
}

/// The fifth of the month after a day's, when that is closed.
fn fifth_after(day: i64) -> i64 {
    let months = (0..12).map(month_days);
    let mut ends = months.map(|(_, last)| last).filter(|last| *last >= day);
    ends.next().expect("a day of the year") + 5
}

impl City {
    fn is_free(&self, member: usize, on: i64, half: i64) -> bool {
        self.tally.members[member].is_here && !self.agenda.taken.contains(&(member, on, half))
    }

    /// Somebody of a district, those first who took part in nothing yet, of whom it is so.
    fn someone(&mut self, district: usize, fits: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        let late = self.today() * 5 > self.days * 3;
        if late || self.rng.bool() {
            let here = self.here[district].iter().copied();
            let wanted = here.filter(|one| {
                let member = &self.tally.members[*one];
                !member.took_part && member.busy_until < self.bank.now && fits(self, *one)
            });
            let wanted: Vec<_> = wanted.collect();
            if !wanted.is_empty() {
                return Some(wanted[self.rng.usize(..wanted.len())]);
            }
        }
        for _ in 0..40 {
            let one = self.here[district][self.rng.usize(..self.here[district].len())];
            if fits(self, one) {
                return Some(one);
            }
        }
        None
    }

    pub(super) fn free_recipient(
        &mut self,
        district: usize,
        (on, half): (i64, i64),
        held: i64,
    ) -> Option<usize> {
        // A few ask for more than they have.
        let is_short = held > 0 && self.rng.usize(..25) == 0;
        let often = is_short || self.rng.usize(..5) == 0;
        let any = often && !DISTRICTS[district].rules.elders_only;
        self.someone(district, |city, one| {
            let member = &city.tally.members[one];
            let has = (city.tally.account(&member.account).available() >= held) != is_short;
            let may = any || member.is_elder || member.is_in_hardship(on);
            may && has && city.is_free(one, on, half)
        })
    }

    /// Some serve far more than others.
    pub(super) fn free_provider(&mut self, district: usize, on: i64, half: i64) -> Option<usize> {
        // Where there is a cap or a ceiling, one of them reaches it now and then.
        let rules = &DISTRICTS[district].rules;
        let is_capped = rules.excess || rules.day_cap.is_some();
        let other = if is_capped { 0 } else { self.rng.usize(..2) };
        let often = self.here[district][1 + other];
        let share = if is_capped { 3 } else { 1 };
        if self.rng.usize(..5) < share && self.is_free(often, on, half) {
            return Some(often);
        }
        let elders = self.rng.usize(..6) == 0;
        self.someone(district, |city, one| {
            (elders || !city.tally.members[one].is_elder) && city.is_free(one, on, half)
        })
    }
}
