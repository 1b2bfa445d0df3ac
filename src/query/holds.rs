//! Holds as they stand at a moment.

use super::{
    ReadError, Reading,
    accounts::row_of,
    entries::{unit_of, units_of},
};
use crate::{
    ledger::{
        AccountId, Booking, BookingId, Hold, HoldState, HoldStateKind, Moment, Rejection, Sequence,
        UnitId,
    },
    store::{HoldFilter, StoreError},
};

/// A hold with the unit of its accounts. One that is due has expired, whether that is
/// recorded yet or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldView {
    pub hold: Hold,
    pub unit: UnitId,
    pub state: HoldStateKind,
    /// When it left the state open. None while it is.
    pub ended_at: Option<Moment>,
}

impl HoldView {
    fn of(hold: Hold, unit: UnitId, now: Moment) -> Self {
        let (state, ended_at) = match &hold.state {
            HoldState::Open if hold.is_due(now) => (HoldStateKind::Expired, hold.expires_at),
            HoldState::Open => (HoldStateKind::Open, None),
            HoldState::Settled(posted) => (HoldStateKind::Settled, Some(posted.stamp.recorded_at)),
            HoldState::Released { stamp } => (HoldStateKind::Released, Some(stamp.recorded_at)),
            HoldState::Expired { .. } => (HoldStateKind::Expired, hold.expires_at),
        };
        Self {
            hold,
            unit,
            state,
            ended_at,
        }
    }
}

/// Which holds to list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldQuery {
    /// Only holds from or to this account.
    pub account: Option<AccountId>,
    /// Only holds in this state.
    pub state: Option<HoldStateKind>,
    /// Only holds recorded after this.
    pub after: Sequence,
    pub limit: usize,
}

/// Reads a hold.
///
/// # Errors
/// [`Rejection::HoldUnknown`], or where the store fails.
pub fn hold(reading: &mut Reading<'_>, id: BookingId) -> Result<HoldView, ReadError> {
    let booking = reading.snapshot.booking(id)?;
    let hold = booking.as_ref().and_then(Booking::hold).cloned();
    let hold = hold.ok_or(Rejection::HoldUnknown { id })?;
    let view = views(reading, vec![hold])?.pop();
    Ok(view.ok_or(Rejection::HoldUnknown { id })?)
}

/// Reads holds in the order they were placed.
///
/// # Errors
/// [`Rejection::AccountUnknown`], or where the store fails.
pub fn holds(reading: &mut Reading<'_>, query: &HoldQuery) -> Result<Vec<HoldView>, ReadError> {
    let account = match &query.account {
        None => None,
        Some(id) => Some(row_of(reading, id)?.account),
    };
    let holds = reading.snapshot.holds(HoldFilter {
        account: account.as_ref(),
        state: query.state,
        after: query.after,
        now: reading.now,
        limit: query.limit,
    })?;
    Ok(views(reading, holds)?)
}

fn views(reading: &mut Reading<'_>, holds: Vec<Hold>) -> Result<Vec<HoldView>, StoreError> {
    let debited = holds.iter().map(|hold| hold.terms.transfer.debit());
    let units = units_of(reading, debited)?;
    let views = holds.into_iter().map(|hold| {
        let unit = unit_of(&units, hold.terms.transfer.debit())?;
        Ok(HoldView::of(hold, unit, reading.now))
    });
    views.collect()
}
