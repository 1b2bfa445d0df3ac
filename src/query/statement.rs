//! Statements: an account's postings, page by page.

use super::{
    Axis, ReadError,
    balance::known,
    history::{History, Reached, last_recorded},
};
use crate::{
    ledger::{AccountId, Moment, Record, Sequence, Span, UnitId},
    store::{Snapshot, StoreError},
};

/// How many postings a page looks at in one go, at most, when it reads oldest
/// first.
const MAX_STRETCH: i64 = 4_096;

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
    pub axis: Axis,
    /// From this moment on.
    pub since: Option<Moment>,
    /// Before this moment.
    pub until: Option<Moment>,
    /// The ordinal that the page begins at. None for the first page.
    pub from_ordinal: Option<i64>,
    /// 1 or more.
    pub limit: usize,
}

/// A posting with all that a statement says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostingView {
    pub ordinal: i64,
    pub record: Record,
    /// Which transfer of the record's entry.
    pub leg: usize,
    pub effective_at: Moment,
    /// What stood on the account after it, in steps.
    pub balance: i64,
}

/// A page of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementPage {
    pub postings: Vec<PostingView>,
    /// The ordinal that the next page begins at. None on the last page.
    pub next_ordinal: Option<i64>,
    pub unit: UnitId,
    pub position: Sequence,
}

/// Reads a page of a statement.
///
/// # Errors
/// For an unknown account or a reversed range, or where the store fails.
pub fn statement(
    snapshot: &mut dyn Snapshot,
    query: &StatementQuery,
) -> Result<StatementPage, ReadError> {
    if let (Some(since), Some(until)) = (query.since, query.until)
        && until < since
    {
        return Err(ReadError::RangeReversed { since, until });
    }
    let row = known(snapshot, &query.account)?;
    let position = snapshot.last()?;
    let records = recorded_range(snapshot, query)?;
    let mut history = History::new(snapshot, &row);
    let ordinals = Ordinals {
        first: match records.0 {
            None => 1,
            Some(before) => history.as_of_record(before)?.map_or(1, |s| s.ordinal + 1),
        },
        last: match records.1 {
            None => row.posting_count,
            Some(last) => history.as_of_record(last)?.map_or(0, |s| s.ordinal),
        },
    };
    let mut page = Collector {
        history,
        wanted: Wanted::of(query),
        limit: query.limit,
        found: Vec::new(),
    };
    let next_ordinal = match query.direction {
        Direction::NewestFirst => page.backwards(ordinals, query.from_ordinal)?,
        Direction::OldestFirst => page.forwards(ordinals, query.from_ordinal)?,
    };
    Ok(StatementPage {
        postings: page.found,
        next_ordinal,
        unit: row.account.unit.clone(),
        position,
    })
}

/// The last record before the range and the last within it, where the range is
/// one of recorded times.
fn recorded_range(
    snapshot: &mut dyn Snapshot,
    query: &StatementQuery,
) -> Result<(Option<Sequence>, Option<Sequence>), StoreError> {
    if query.axis == Axis::Effective {
        return Ok((None, None));
    }
    let mut before = |moment: Option<Moment>| {
        moment
            .map(|moment| last_recorded(snapshot, moment.before()))
            .transpose()
    };
    Ok((before(query.since)?, before(query.until)?))
}

/// The ordinals to look at, both included.
#[derive(Clone, Copy)]
struct Ordinals {
    first: i64,
    last: i64,
}

/// The effective times to list.
#[derive(Clone, Copy)]
struct Wanted {
    since: Option<Moment>,
    until: Option<Moment>,
}

impl Wanted {
    fn of(query: &StatementQuery) -> Self {
        match query.axis {
            Axis::Recorded => Self {
                since: None,
                until: None,
            },
            Axis::Effective => Self {
                since: query.since,
                until: query.until,
            },
        }
    }

    fn has(self, moment: Moment) -> bool {
        self.since.is_none_or(|since| moment >= since)
            && self.until.is_none_or(|until| moment < until)
    }

    fn has_none_of(self, span: Span) -> bool {
        self.since.is_some_and(|since| span.all_before(since))
            || self.until.is_some_and(|until| span.none_before(until))
    }
}

struct Collector<'a> {
    history: History<'a>,
    wanted: Wanted,
    limit: usize,
    found: Vec<PostingView>,
}

impl Collector<'_> {
    /// Fills the page from the newest down; says where the next one begins.
    fn backwards(&mut self, range: Ordinals, from: Option<i64>) -> Result<Option<i64>, StoreError> {
        let start = from.map_or(range.last, |from| from.min(range.last));
        let mut at = self.history.at_ordinal(start)?;
        while let Some(step) = at.filter(|step| step.ordinal >= range.first) {
            if self.found.len() == self.limit {
                return Ok(Some(step.ordinal));
            }
            at = self.look(step, range.first)?;
        }
        Ok(None)
    }

    /// Fills the page from the oldest up: stretch by stretch, as the links lead
    /// backwards only.
    fn forwards(&mut self, range: Ordinals, from: Option<i64>) -> Result<Option<i64>, StoreError> {
        let mut span = self.limit as i64 + 1;
        let mut first = from.map_or(range.first, |from| from.max(range.first));
        while first <= range.last {
            let last = (first + span - 1).min(range.last);
            let earlier = std::mem::take(&mut self.found);
            let mut at = self.history.at_ordinal(last)?;
            while let Some(step) = at.filter(|step| step.ordinal >= first) {
                at = self.look(step, first)?;
            }
            let stretch = std::mem::replace(&mut self.found, earlier);
            for posting in stretch.into_iter().rev() {
                if self.found.len() == self.limit {
                    return Ok(Some(posting.ordinal));
                }
                self.found.push(posting);
            }
            first = last + 1;
            // What is wanted may be rare.
            span = (span * 2).min(MAX_STRETCH);
        }
        Ok(None)
    }

    /// Takes a posting if it is wanted, and says which is the next to look at.
    fn look(&mut self, step: Reached, first: i64) -> Result<Option<Reached>, StoreError> {
        let skippable = step
            .row
            .link
            .span
            .is_some_and(|d| self.wanted.has_none_of(d));
        if skippable {
            return self.history.jump(step);
        }
        let (record, effective_at) = self.history.record(step)?;
        if self.wanted.has(effective_at) {
            self.found.push(PostingView {
                ordinal: step.ordinal,
                leg: step.position.leg(),
                record,
                effective_at,
                balance: step.row.balance,
            });
        }
        if step.ordinal <= first {
            return Ok(None);
        }
        self.history.prev(step)
    }
}
