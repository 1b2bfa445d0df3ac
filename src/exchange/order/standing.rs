//! Standing visits: a need that comes again every week.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Doer, NeedId, NeedTerms, Reason, StandingId, VisitVerdicts, steps::words};
use crate::{
    exchange::{Branch, Day, MemberId, StaffNumber},
    ledger::{BookingId, Malformed, Moment, Sequence, TimeZone},
};

/// For how many days after its first one a visit repeats at most.
pub(in crate::exchange) const MAX_STANDING_DAYS: u32 = 366;

/// From one visit to the next.
pub(in crate::exchange) const WEEK_DAYS: u32 = 7;
/// Clocks are set by an hour or two with the seasons.
const MAX_CLOCK_SHIFT_S: i64 = 3 * 3_600;

words!(
    /// How a standing visit stands.
    StandingState {
        /// The need that repeats waits for approval.
        Published = "published",
        /// Visits arise.
        Approved = "approved",
        /// None arise any more, as nobody wants it.
        Stopped = "stopped",
        /// All have arisen.
        Ended = "ended",
    }
);

words!(
    /// What is done about a standing visit.
    StandingVerb {
        Skip = "skip",
        Leave = "leave",
        Stop = "stop",
    }
);

/// How a need repeats: every week, on the same day and by the clock at the same time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Repeat {
    /// The last day on which a visit may begin.
    pub until: Day,
    /// Who comes to those that arise.
    #[serde(rename = "provider_id")]
    pub provider: Option<MemberId>,
}

/// What is done about a standing visit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingAction {
    /// The visit of this day, which has not arisen, is not wanted.
    Skip(Day),
    /// Its provider comes no longer: visits arise, and wait for helpers.
    Leave,
    /// None is wanted any more.
    Stop,
}

impl StandingAction {
    /// Which step it is.
    pub fn verb(&self) -> StandingVerb {
        match self {
            Self::Skip(_) => StandingVerb::Skip,
            Self::Leave => StandingVerb::Leave,
            Self::Stop => StandingVerb::Stop,
        }
    }
}

/// A step of a standing visit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StandingStep {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "standing_id")]
    pub standing: StandingId,
    pub action: StandingAction,
    #[serde(skip)]
    pub reason: Option<Reason>,
}

/// The stable reason that a rule refused by, such as `VISITS_OVERLAP`: 1 to 64 characters
/// `A-Z_`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(transparent)]
pub struct Hindrance(String);

impl Hindrance {
    /// Reads a reason.
    ///
    /// # Errors
    /// [`Malformed::Missing`] where it is none.
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        let is_proper = |b: u8| b.is_ascii_uppercase() || b == b'_';
        match (1..=64).contains(&given.len()) && given.bytes().all(is_proper) {
            true => Ok(Self(given.into())),
            false => Err(Malformed::Missing { field }),
        }
    }

    /// The reason.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Hindrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What becomes of a visit whose time has come to arise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Arising {
    /// It begins then, and is accepted by the standing visit's provider.
    Accepted(Moment),
    /// It begins then, and waits for helpers: there is no such provider, or they were refused.
    Open(Moment, Option<Hindrance>),
    /// It does not arise: the need itself was refused.
    Off(Hindrance),
}

/// Lets a visit arise. The server does so by itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AriseVisit {
    /// Of the need, and of its order where there is one.
    #[serde(skip)]
    pub id: NeedId,
    #[serde(rename = "standing_id")]
    pub standing: StandingId,
    pub on: Day,
    pub becomes: Arising,
    /// Of a record, on whose personal fields it has verdicts.
    #[serde(skip)]
    pub recorded: VisitVerdicts,
}

/// A standing visit as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StandingVisit {
    /// That of the step by which a need repeats.
    pub id: StandingId,
    /// That need, which is the first visit.
    pub need: NeedId,
    /// The need's centre.
    pub centre: Branch,
    /// What is asked for; its time is that of the first visit.
    pub terms: NeedTerms,
    /// Who comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<MemberId>,
    /// The day of the first visit.
    pub from: Day,
    pub until: Day,
    /// How many days before its day a visit arises.
    pub ahead_days: u32,
    pub state: StandingState,
    pub asked_by: Doer,
    /// The staff who approved the need, and so all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<StaffNumber>,
    /// The day of the next visit that is to arise. None after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Day>,
    /// Days from then on without a visit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Day>,
    /// The days of visits that did not arise: the last one, and those that were still ahead when
    /// that became known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<Day>,
    /// The records of its steps.
    pub steps: Vec<Sequence>,
}

impl StandingVisit {
    /// The first day of a visit after another day's.
    fn after(&self, day: Day) -> Option<Day> {
        let mut day = day;
        loop {
            day = day.plus_days(WEEK_DAYS)?;
            match day > self.until {
                true => return None,
                false if !self.skipped.contains(&day) => return Some(day),
                false => {}
            }
        }
    }

    /// Begins with the visit after the first, which is there.
    pub(in crate::exchange) fn begun(mut self) -> Self {
        self.next = self.after(self.from);
        self
    }

    /// Whether there is to be a visit on a day that has not arisen yet.
    pub(in crate::exchange) fn has_ahead(&self, day: Day) -> bool {
        let is_ahead = self.next.is_some_and(|next| next <= day) && day <= self.until;
        let is_of_series = self.from.days_until(day) % i64::from(WEEK_DAYS) == 0;
        is_ahead && is_of_series && !self.skipped.contains(&day)
    }

    /// Visits arise from now on, as far as there are any.
    pub(in crate::exchange) fn approve(&mut self) {
        if self.state == StandingState::Published {
            self.state = match self.next {
                Some(_) => StandingState::Approved,
                None => StandingState::Ended,
            };
        }
    }

    /// Without a visit that has not arisen.
    pub(in crate::exchange) fn skip(&mut self, day: Day) {
        self.skipped.push(day);
        if self.next == Some(day) {
            self.go_on(day);
        }
    }

    /// The visit of a day does not arise.
    pub(in crate::exchange) fn miss(&mut self, day: Day) {
        let ahead_days = i64::from(self.ahead_days);
        self.off.retain(|off| off.days_until(day) <= ahead_days);
        self.off.push(day);
    }

    /// Goes on to the visit after that of a day.
    pub(in crate::exchange) fn go_on(&mut self, day: Day) {
        self.next = self.after(day);
        let next = self.next;
        self.skipped
            .retain(|day| next.is_some_and(|next| *day > next));
        if next.is_none() && self.state == StandingState::Approved {
            self.state = StandingState::Ended;
        }
    }

    /// The day on which the next visit arises. None where none does.
    pub fn due_on(&self) -> Option<Day> {
        match self.state {
            StandingState::Approved => self.next.map(|next| next.minus_days(self.ahead_days)),
            StandingState::Published | StandingState::Stopped | StandingState::Ended => None,
        }
    }

    /// When the visit of a day begins: at the first one's time by the clocks of a zone.
    pub fn begins(&self, on: Day, zone: TimeZone) -> Moment {
        on.at_time_of(self.terms.at, zone)
    }

    /// Whether the visit of a day may begin at a moment: so many weeks after the first, but for
    /// what clocks may be set by. This hangs on no zone's rules, which change, while what is
    /// recorded does not.
    pub(in crate::exchange) fn may_begin(&self, on: Day, at: Moment) -> bool {
        let weeks_s = self.from.days_until(on).saturating_mul(86_400);
        let off_us = at.us().saturating_sub(self.terms.at.after_s(weeks_s).us());
        off_us.abs() <= MAX_CLOCK_SHIFT_S * 1_000_000
    }
}
