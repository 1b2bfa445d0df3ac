//! Walking an account's postings backwards, by their [links](crate::ledger::Link).

use crate::{
    ledger::{Moment, Position, Record, Sequence, Span, jump_ordinal},
    store::{AccountRow, PostingRow, Snapshot, StoreError},
};

/// A posting reached on a walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    pub(super) ordinal: i64,
    pub(super) position: Position,
    pub(super) row: PostingRow,
}

/// An account's postings in one snapshot.
pub(super) struct History<'a> {
    snapshot: &'a mut dyn Snapshot,
    row: &'a AccountRow,
}

impl<'a> History<'a> {
    pub(super) fn new(snapshot: &'a mut dyn Snapshot, row: &'a AccountRow) -> Self {
        Self { snapshot, row }
    }

    /// The last posting. None where there is none.
    pub(super) fn last(&mut self) -> Result<Option<Reached>, StoreError> {
        self.step(self.row.posting_count, self.row.last_posting)
    }

    /// The posting before.
    pub(super) fn prev(&mut self, from: Reached) -> Result<Option<Reached>, StoreError> {
        self.step(from.ordinal - 1, from.row.link.prev)
    }

    /// The posting that this one jumps to.
    pub(super) fn jump(&mut self, from: Reached) -> Result<Option<Reached>, StoreError> {
        if from.ordinal % 2 == 1 {
            self.prev(from)
        } else {
            self.step(jump_ordinal(from.ordinal), from.row.link.jump)
        }
    }

    fn step(&mut self, ordinal: i64, at: Option<Position>) -> Result<Option<Reached>, StoreError> {
        match (ordinal, at) {
            (0, None) => Ok(None),
            (1.., Some(position)) => Ok(Some(Reached {
                ordinal,
                position,
                row: self.snapshot.posting(&self.row.account, position)?,
            })),
            _ => Err(StoreError::Corrupt(format!(
                "the postings of account {} break off at number {ordinal}",
                self.row.account.id
            ))),
        }
    }

    /// The last posting for which `early` holds, where it holds for all up to
    /// some ordinal and for none after.
    pub(super) fn last_where(
        &mut self,
        early: impl Fn(i64, Position) -> bool,
    ) -> Result<Option<Reached>, StoreError> {
        let mut at = self.last()?;
        while let Some(step) = at {
            if early(step.ordinal, step.position) {
                break;
            }
            let target = step.row.link.jump;
            let jumps = step.ordinal % 2 == 0
                && target.is_some_and(|target| !early(jump_ordinal(step.ordinal), target));
            at = if jumps {
                self.jump(step)?
            } else {
                self.prev(step)?
            };
        }
        Ok(at)
    }

    /// The last posting of a record up to this one.
    pub(super) fn as_of_record(&mut self, last: Sequence) -> Result<Option<Reached>, StoreError> {
        self.last_where(|_, position| position.sequence() <= last)
    }

    /// The posting of this ordinal, or the last where there are fewer.
    pub(super) fn at_ordinal(&mut self, wanted: i64) -> Result<Option<Reached>, StoreError> {
        self.last_where(|ordinal, _| ordinal <= wanted)
    }

    /// The record of a posting, and when it is effective.
    pub(super) fn record(&mut self, step: Reached) -> Result<(Record, Moment), StoreError> {
        let record = self.snapshot.record(step.position.sequence())?;
        let effective_at = record.effective_at(step.position).ok_or_else(|| {
            StoreError::Corrupt(format!("record {} posts nothing", record.stamp.sequence))
        })?;
        Ok((record, effective_at))
    }

    /// The sum of all postings effective before a moment, in steps.
    pub(super) fn balance_before(&mut self, end: Moment) -> Result<i64, StoreError> {
        let mut sum = 0;
        let mut at = self.last()?;
        while let Some(step) = at {
            let spanned = step.row.link.span.filter(|span| !mixed(*span, end));
            let (before, counts) = match spanned {
                Some(span) => (self.jump(step)?, span.all_before(end)),
                None => (self.prev(step)?, self.record(step)?.1 < end),
            };
            if counts {
                sum += step.row.balance - before.map_or(0, |before| before.row.balance);
            }
            at = before;
        }
        Ok(sum)
    }
}

fn mixed(span: Span, end: Moment) -> bool {
    !span.all_before(end) && !span.none_before(end)
}

/// The last record that was recorded at a moment or before.
pub(super) fn last_recorded(
    snapshot: &mut dyn Snapshot,
    moment: Moment,
) -> Result<Sequence, StoreError> {
    // Invariant: `low` is at the moment or before, `high` is after it.
    let (mut low, mut high) = (Sequence::ZERO, snapshot.last()?.next());
    while low.next() < high {
        let middle = low.middle(high);
        if snapshot.record(middle)?.stamp.recorded_at <= moment {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(low)
}
