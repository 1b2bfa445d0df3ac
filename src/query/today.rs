//! What staff need in a day, on one screen.

use super::{
    Incidents, Needs, Orders, ReadError, Reading, Reliefs, incidents, needs, orders,
    policies::today, reliefs, standings::standings_off,
};
use crate::{
    exchange::{
        Branch, Day, Incident, Need, NeedState, Order, OrderState, StandingVisit, pool::Relief,
    },
    ledger::UnitId,
};

/// How many of a kind the day's screen shows.
pub const TODAY_ROWS: usize = 100;

/// What staff of a centre need in a day: up to [`TODAY_ROWS`] of each.
#[derive(Clone, Debug, Default)]
pub struct Today {
    /// What the reader may approve. Empty where they are no staff of the centre.
    pub for_approval: Vec<(Need, NeedState)>,
    /// The day's visits, by the time at which they begin.
    pub visits: Vec<Order>,
    /// Whose day has passed without a check-in and a check-out, by that day.
    pub missed: Vec<Order>,
    pub overdue: Vec<Order>,
    /// With a correction that waits for more of the staff.
    pub to_correct: Vec<Order>,
    /// What was entered from sheets, to be approved.
    pub recorded: Vec<Order>,
    /// What both sides have confirmed, to be settled.
    pub confirmed: Vec<Order>,
    /// Needs that nobody has accepted yet, the oldest first.
    pub unmet: Vec<(Need, NeedState)>,
    pub disputes: Vec<Order>,
    /// Open incidents that stop no order.
    pub incidents: Vec<Incident>,
    /// Reliefs of the centre's pools that wait for approval.
    pub reliefs: Vec<(Relief, UnitId)>,
    /// Of which a visit that is still ahead did not arise.
    pub off: Vec<StandingVisit>,
    /// Which of these have more than are shown, by name.
    pub cut: Vec<&'static str>,
}

/// What is shown of what was found.
fn shown<T>(name: &'static str, mut found: Vec<T>, cut: &mut Vec<&'static str>) -> Vec<T> {
    if found.len() > TODAY_ROWS {
        found.truncate(TODAY_ROWS);
        cut.push(name);
    }
    found
}

/// What staff of a centre need on a day.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn today_of(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    day: Option<Day>,
) -> Result<Today, ReadError> {
    let day = match day {
        Some(day) => day,
        None => today(reading)?,
    };
    let by = reading.by.clone();
    let centre = || prefix.clone();
    let limit = TODAY_ROWS + 1;
    let mut cut = Vec::new();
    let mut orders_of = |name, which: Orders| {
        let found = orders(reading, &which, None, limit)?;
        Ok::<_, ReadError>(shown(name, found, &mut cut))
    };
    let mut visits = orders_of("visits", Orders::On(centre(), day))?;
    visits.sort_by_key(|order| (order.at, order.id));
    let missed = orders_of("missed", Orders::Missed(centre()))?;
    let overdue = orders_of("overdue", Orders::Overdue(centre()))?;
    let to_correct = orders_of("to_correct", Orders::ToCorrect(centre()))?;
    let recorded = Orders::In(centre(), OrderState::Recorded);
    let recorded = orders_of("recorded", recorded)?;
    let confirmed = Orders::In(centre(), OrderState::Confirmed);
    let confirmed = orders_of("confirmed", confirmed)?;
    let disputes = orders_of("disputes", Orders::In(centre(), OrderState::Disputed))?;
    let reported = incidents(reading, &Incidents::Reported(centre()), None, limit)?;
    let incidents = shown("incidents", reported, &mut cut);
    let waiting = reliefs(reading, &Reliefs::Open(centre()), None, limit)?;
    let reliefs = shown("reliefs", waiting, &mut cut);
    let off = shown("off", standings_off(reading, prefix, limit)?, &mut cut);
    let approved = Needs::In(centre(), NeedState::Approved);
    let mut unmet = shown("unmet", needs(reading, &approved, None, limit)?, &mut cut);
    unmet.sort_by_key(|(need, _)| (need.published_at, need.id));
    let for_approval = match needs(reading, &Needs::ForApproval(centre(), by), None, limit) {
        Err(ReadError::Unknown(_)) => Vec::new(),
        found => shown("for_approval", found?, &mut cut),
    };
    Ok(Today {
        for_approval,
        visits,
        missed,
        overdue,
        to_correct,
        recorded,
        confirmed,
        unmet,
        disputes,
        incidents,
        reliefs,
        off,
        cut,
    })
}
