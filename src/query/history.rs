//! Walking an account's postings backwards, by their [links](crate::ledger::Link).

use super::{ReadError, Reading, Scan, effective::Place};
use crate::{
    ledger::{Middle, Moment, Position, Sequence, jump_ordinal, middle_ordinal},
    steps::Record,
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
    pub(super) snapshot: &'a mut dyn Snapshot,
    row: &'a AccountRow,
    scan: &'a mut Scan,
    /// The record whose place was told last: its legs follow each other.
    near: Option<Record>,
}

impl<'a> History<'a> {
    pub(super) fn new(reading: &'a mut Reading<'_>, row: &'a AccountRow) -> Self {
        Self {
            snapshot: &mut *reading.snapshot,
            row,
            scan: &mut reading.scan,
            near: None,
        }
    }

    /// The last posting. None where there is none.
    pub(super) fn last(&mut self) -> Result<Option<Reached>, ReadError> {
        self.step(self.row.posting_count, self.row.last_posting)
    }

    /// The posting before.
    pub(super) fn prev(&mut self, from: Reached) -> Result<Option<Reached>, ReadError> {
        self.step(from.ordinal - 1, from.row.link.prev)
    }

    /// The posting that this one jumps to.
    pub(super) fn jump(&mut self, from: Reached) -> Result<Option<Reached>, ReadError> {
        let target = from.row.link.jump_of(from.ordinal);
        self.step(jump_ordinal(from.ordinal), target)
    }

    /// The middle of what this posting spans, as it knows it.
    pub(super) fn middle(
        &mut self,
        from: Reached,
        middle: Middle,
    ) -> Result<Option<Reached>, ReadError> {
        self.step(middle_ordinal(from.ordinal), Some(middle.position))
    }

    fn step(&mut self, ordinal: i64, at: Option<Position>) -> Result<Option<Reached>, ReadError> {
        match (ordinal, at) {
            (0, None) => Ok(None),
            (1.., Some(position)) => {
                self.scan.look()?;
                Ok(Some(Reached {
                    ordinal,
                    position,
                    row: self.snapshot.posting(&self.row.account, position)?,
                }))
            }
            _ => Err(ReadError::from(StoreError::Corrupt(format!(
                "the postings of account {} break off at number {ordinal}",
                self.row.account.id
            )))),
        }
    }

    /// The last posting for which `early` holds, where it holds for all up to
    /// some ordinal and for none after.
    pub(super) fn last_where(
        &mut self,
        early: impl Fn(i64, Position) -> bool,
    ) -> Result<Option<Reached>, ReadError> {
        let mut at = self.last()?;
        while let Some(step) = at {
            if early(step.ordinal, step.position) {
                break;
            }
            let target = step.row.link.jump_of(step.ordinal);
            let jumps = target.is_some_and(|target| !early(jump_ordinal(step.ordinal), target));
            at = if jumps {
                self.jump(step)?
            } else {
                self.prev(step)?
            };
        }
        Ok(at)
    }

    /// The last posting of a record up to this one.
    pub(super) fn as_of_record(&mut self, last: Sequence) -> Result<Option<Reached>, ReadError> {
        self.last_where(|_, position| position.sequence() <= last)
    }

    /// The posting of this ordinal, or the last where there are fewer.
    pub(super) fn at_ordinal(&mut self, wanted: i64) -> Result<Option<Reached>, ReadError> {
        self.last_where(|ordinal, _| ordinal <= wanted)
    }

    /// A posting and those before it, the last first: as many as wanted or there are.
    pub(super) fn walk(&mut self, from: Reached, count: usize) -> Result<Vec<Reached>, ReadError> {
        let rows = self
            .snapshot
            .postings(&self.row.account, from.position, count)?;
        let mut ordinal = from.ordinal;
        let mut reached = Vec::with_capacity(rows.len());
        for row in rows {
            self.scan.look()?;
            reached.push(Reached {
                ordinal,
                position: row.position,
                row,
            });
            ordinal -= 1;
        }
        Ok(reached)
    }

    /// The records of postings, and when each posting is effective.
    pub(super) fn records(
        &mut self,
        steps: &[Reached],
    ) -> Result<Vec<(Record, Moment)>, ReadError> {
        let sequences = steps.iter().map(|step| step.position.sequence());
        let sequences: Vec<_> = sequences.collect();
        let records = self.snapshot.records_at(&sequences)?.into_iter();
        let records = records.zip(steps).map(|(record, step)| {
            let effective_at = effective_at(&record, *step)?;
            Ok((record, effective_at))
        });
        records.collect()
    }

    /// The place of a posting in the order of effective times.
    pub(super) fn place(&mut self, step: Reached) -> Result<Place, ReadError> {
        let sequence = step.position.sequence();
        let near = self.near.take();
        let record = match near.filter(|near| near.stamp.sequence == sequence) {
            Some(record) => record,
            None => self.snapshot.record(sequence)?,
        };
        let effective_at = effective_at(&record, step)?;
        self.near = Some(record);
        Ok(Place {
            effective_at,
            ordinal: step.ordinal,
        })
    }
}

fn effective_at(record: &Record, step: Reached) -> Result<Moment, StoreError> {
    record.effective_at(step.position).ok_or_else(|| {
        StoreError::Corrupt(format!("record {} posts nothing", record.stamp.sequence))
    })
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
