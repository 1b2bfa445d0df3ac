//! Statements: an account's postings, page by page, in the order of either time.

use std::sync::Arc;

use super::{
    Axis, ReadError, Reading,
    accounts::row_at,
    effective::{Place, balances_before, select},
    history::{History, Reached, last_recorded},
    reports::position,
};
use crate::{
    exchange::{Day, Fact, GroupFact, Object, ObjectId},
    ledger::{AccountId, BookingId, Entry, Moment, Sequence, Stamp, UnitId},
    steps::Record,
    store::{AccountRow, Snapshot, StoreError},
};

/// In which order postings are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    NewestFirst,
    OldestFirst,
}

/// Which postings of an account to list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementQuery {
    pub account: AccountId,
    pub direction: Direction,
    /// Which time the range means and the postings are in order of.
    pub axis: Axis,
    /// From this moment on.
    pub since: Option<Moment>,
    /// Before this moment.
    pub until: Option<Moment>,
    /// The posting that the page begins with. None for the first page.
    pub from: Option<Place>,
    /// 1 or more.
    pub limit: usize,
    /// As the journal was after this record. None: the last.
    pub at: Option<Sequence>,
}

/// A posting with all that a statement says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostingView {
    pub ordinal: i64,
    /// When and where its record stands.
    pub stamp: Stamp,
    /// Which transfer of its record.
    pub leg: usize,
    pub entry: Arc<Entry>,
    /// The account on the other side.
    pub counter: AccountId,
    pub effective_at: Moment,
    /// What it changed on the account, in steps.
    pub amount: i64,
    /// What stood on the account after it, in the order of the statement's
    /// times, in steps.
    pub balance: i64,
    /// The day on which the service took place that its record settles, corrects or charges for:
    /// that of an order or a group. None of all else.
    pub service_on: Option<Day>,
    /// What reversed its entry. None where nothing did.
    pub reversed_by: Option<BookingId>,
}

impl PostingView {
    /// Where a page begins that begins with this posting.
    pub fn place(&self) -> Place {
        Place {
            effective_at: self.effective_at,
            ordinal: self.ordinal,
        }
    }
}

/// A page of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementPage {
    pub postings: Vec<PostingView>,
    /// The posting that the next page begins with. None on the last page.
    pub next: Option<Place>,
    /// What stood on the account before the whole range, in steps; 0 where it
    /// begins with the first posting.
    pub opening_balance: i64,
    /// What stood on the account at the end of the whole range, in steps.
    pub closing_balance: i64,
    pub unit: UnitId,
    pub position: Sequence,
}

/// Reads a page of a statement.
///
/// # Errors
/// For an account that is unknown, also then; a position that is not there yet; or a reversed
/// range; [`ReadError::ScanTooLong`] where
/// effective times are too mixed; or where the store fails.
pub fn statement(
    reading: &mut Reading<'_>,
    query: &StatementQuery,
) -> Result<StatementPage, ReadError> {
    if let (Some(since), Some(until)) = (query.since, query.until)
        && until < since
    {
        return Err(ReadError::RangeReversed { since, until });
    }
    let position = position(reading, query.at)?;
    let row = row_at(reading, &query.account, position)?;
    let mut lines = match query.axis {
        Axis::Recorded => recorded(reading, &row, query)?,
        Axis::Effective => effective(reading, &row, query)?,
    };
    mark_reversed(reading, &mut lines.postings, position)?;
    let next = match lines.postings.len() > query.limit {
        true => lines.postings.pop().map(|left_out| left_out.place()),
        false => None,
    };
    Ok(StatementPage {
        postings: lines.postings,
        next,
        opening_balance: lines.opening,
        closing_balance: lines.closing,
        unit: row.account.unit.clone(),
        position,
    })
}

/// The postings of a page and the one after it, with the balances of the range.
struct Lines {
    postings: Vec<PostingView>,
    opening: i64,
    closing: i64,
}

/// The range's ordinals follow each other, so a page is a walk.
fn recorded(
    reading: &mut Reading<'_>,
    row: &AccountRow,
    query: &StatementQuery,
) -> Result<Lines, ReadError> {
    let before = records_before(reading.snapshot, query.since)?.unwrap_or(Sequence::ZERO);
    let until = records_before(reading.snapshot, query.until)?.unwrap_or(Sequence::MAX);
    let mut history = History::new(reading, row);
    let before = history.as_of_record(before)?;
    let until = history.as_of_record(until)?;
    let (first, last) = (ordinal(before) + 1, ordinal(until));
    let more = query.limit as i64;
    let (low, high) = match (query.direction, query.from) {
        (Direction::OldestFirst, from) => {
            let low = from.map_or(first, |from| from.ordinal.max(first));
            (low, last.min(low.saturating_add(more)))
        }
        (Direction::NewestFirst, from) => {
            let high = from.map_or(last, |from| from.ordinal.min(last));
            (first.max(high.saturating_sub(more)), high)
        }
    };
    let last = match low <= high {
        true => history.at_ordinal(high)?,
        false => None,
    };
    let steps = match last {
        Some(last) => history.walk(last, (last.ordinal - low + 1) as usize)?,
        None => Vec::new(),
    };
    let mut postings = views(&mut history, &steps, &query.account)?;
    if query.direction == Direction::OldestFirst {
        postings.reverse();
    }
    Ok(Lines {
        postings,
        opening: balance(before),
        closing: balance(until),
    })
}

/// The last record before a moment.
fn records_before(
    snapshot: &mut dyn Snapshot,
    moment: Option<Moment>,
) -> Result<Option<Sequence>, StoreError> {
    moment
        .map(|moment| last_recorded(snapshot, moment.before()))
        .transpose()
}

fn ordinal(step: Option<Reached>) -> i64 {
    step.map_or(0, |step| step.ordinal)
}

fn balance(step: Option<Reached>) -> i64 {
    step.map_or(0, |step| step.row.balance)
}

/// The range's postings lie anywhere: those of the page are selected, and their
/// balances reckoned from what all before them come to.
fn effective(
    reading: &mut Reading<'_>,
    row: &AccountRow,
    query: &StatementQuery,
) -> Result<Lines, ReadError> {
    let first = query.since.map_or(Place::FIRST, Place::before_all_of);
    let end = query.until.map_or(Place::END, Place::before_all_of);
    let (low, high) = match (query.direction, query.from) {
        (_, None) => (first, end),
        (Direction::OldestFirst, Some(from)) => (from.max(first), end),
        (Direction::NewestFirst, Some(from)) => (first, from.next().min(end)),
    };
    let edge = match query.direction {
        Direction::OldestFirst => low,
        Direction::NewestFirst => high,
    };
    let mut history = History::new(reading, row);
    let [opening, closing, mut running] = balances_before(&mut history, [first, end, edge])?;
    let selected = select(&mut history, query.direction, (low, high), query.limit + 1)?;
    let mut postings = views(&mut history, &selected, &query.account)?;
    for posting in &mut postings {
        match query.direction {
            Direction::OldestFirst => {
                running += posting.amount;
                posting.balance = running;
            }
            Direction::NewestFirst => {
                posting.balance = running;
                running -= posting.amount;
            }
        }
    }
    Ok(Lines {
        postings,
        opening,
        closing,
    })
}

/// Postings with their balances in the order of recording.
fn views(
    history: &mut History<'_>,
    steps: &[Reached],
    account: &AccountId,
) -> Result<Vec<PostingView>, ReadError> {
    let mut views = Vec::with_capacity(steps.len());
    for ((record, effective_at), step) in history.records(steps)?.into_iter().zip(steps) {
        let service_on = service_on(history, &record)?;
        views.push(PostingView {
            service_on,
            ..view(&record, effective_at, *step, account)?
        });
    }
    Ok(views)
}

/// The service date of the order or the group that a record is of.
fn service_on(history: &mut History<'_>, record: &Record) -> Result<Option<Day>, StoreError> {
    let group = match record.step.exchange_fact() {
        Some(Fact::OrderStepped(new)) => return Ok(Some(new.on)),
        Some(Fact::Group(fact)) => match &**fact {
            GroupFact::Stepped(new) => new.step.group,
            GroupFact::Opened(_) => return Ok(None),
        },
        _ => return Ok(None),
    };
    match history.snapshot.object(&ObjectId::Group(group))? {
        Some(Object::Group(group)) => Ok(Some(group.grounds.on)),
        // It is not for whoever reads to see.
        _ => Ok(None),
    }
}

/// Adds what had reversed entries by a position.
fn mark_reversed(
    reading: &mut Reading<'_>,
    views: &mut [PostingView],
    at: Sequence,
) -> Result<(), StoreError> {
    let entries = views
        .iter()
        .map(|view| (view.stamp.sequence, view.entry.id));
    let entries: Vec<_> = entries.collect();
    let reversals = reading.snapshot.reversals(&entries, at.next())?;
    for (view, reversed_by) in views.iter_mut().zip(reversals) {
        view.reversed_by = reversed_by;
    }
    Ok(())
}

/// A posting, but for its service date and what reversed it.
fn view(
    record: &Record,
    effective_at: Moment,
    step: Reached,
    account: &AccountId,
) -> Result<PostingView, StoreError> {
    let leg = step.position.leg();
    let at = record.stamp.sequence;
    let (entry, transfer) = record
        .leg(leg)
        .ok_or_else(|| StoreError::Corrupt(format!("record {at} posts nothing")))?;
    let steps = transfer.amount().steps();
    let (amount, counter) = match transfer.debit() == account {
        true => (-steps, transfer.credit()),
        false => (steps, transfer.debit()),
    };
    Ok(PostingView {
        ordinal: step.ordinal,
        leg,
        effective_at,
        amount,
        balance: step.row.balance,
        service_on: None,
        reversed_by: None,
        stamp: record.stamp,
        entry: Arc::clone(entry),
        counter: counter.clone(),
    })
}
