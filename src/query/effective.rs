//! An account's postings in the order of their effective times.
//!
//! An even posting stands for a branch: itself and all that it jumps over, whose
//! earliest and latest minutes it knows. A page opens the branch that may hold the
//! next posting, again and again, and leaves all others shut: so it looks at few
//! postings where services are booked in the order they took place. Branches
//! that reach over the edge of the range are opened in any case, and so
//! are those of one minute.

use std::collections::BTreeMap;

use super::{
    ReadError,
    history::{History, Reached},
    statement::Direction,
};
use crate::ledger::{Middle, Moment, Span, jump_ordinal, middle_ordinal};

/// A place in the order of effective times: of two postings of one time, the one
/// recorded first comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    pub effective_at: Moment,
    /// From 1; 0 is before all postings of that time.
    pub ordinal: i64,
}

impl Place {
    pub(super) const FIRST: Self = Self::before_all_of(Moment::MIN);
    pub(super) const END: Self = Self {
        effective_at: Moment::MAX,
        ordinal: i64::MAX,
    };

    /// Before every posting of this time.
    pub(super) const fn before_all_of(effective_at: Moment) -> Self {
        Self {
            effective_at,
            ordinal: 0,
        }
    }

    pub(super) fn next(self) -> Self {
        Self {
            ordinal: self.ordinal + 1,
            ..self
        }
    }

    /// Whether a branch comes before this place: all of it or nothing of it.
    /// None where that is not known without opening it.
    fn is_after(self, branch: Reached) -> Option<bool> {
        let ordinals = (jump_ordinal(branch.ordinal) + 1, branch.ordinal);
        self.is_after_all(ordinals, branch.row.link.span)
    }

    /// The same of its second half.
    fn is_after_rest(self, branch: Reached, middle: Middle) -> Option<bool> {
        let ordinals = (middle_ordinal(branch.ordinal) + 1, branch.ordinal);
        // Its last minute may be earlier than that of all, which is as late as it can be.
        let rest = Span {
            first: middle.rest_first,
            ..branch.row.link.span
        };
        self.is_after_all(ordinals, rest)
    }

    /// The same of one posting. None where its record has to tell.
    fn is_after_one(self, posting: Reached) -> Option<bool> {
        let minute = Span::of_minute(posting.row.link.minute);
        self.is_after_all((posting.ordinal, posting.ordinal), minute)
    }

    fn is_after_all(self, (first, last): (i64, i64), span: Span) -> Option<bool> {
        // What is of the very time counts by its ordinal.
        let (time, next) = (self.effective_at, self.effective_at.next());
        let before = last < self.ordinal;
        let after = first >= self.ordinal;
        if span.all_before(if before { next } else { time }) {
            Some(true)
        } else if span.none_before(if after { time } else { next }) {
            Some(false)
        } else {
            None
        }
    }
}

/// For each of these places, what all postings before it come to, in steps.
pub(super) fn balances_before<const N: usize>(
    history: &mut History<'_>,
    places: [Place; N],
) -> Result<[i64; N], ReadError> {
    let mut sums = [0; N];
    let mut at = history.last()?;
    while let Some(step) = at {
        let (before, counts) = part(history, step, places)?;
        let change = step.row.balance - before.map_or(0, |before| before.row.balance);
        for (sum, counts) in sums.iter_mut().zip(counts) {
            *sum += if counts { change } else { 0 };
        }
        at = before;
    }
    Ok(sums)
}

/// The posting before some that are all on the same side of each place, and on which: all of a
/// branch, its second half, or one posting.
fn part<const N: usize>(
    history: &mut History<'_>,
    step: Reached,
    places: [Place; N],
) -> Result<(Option<Reached>, [bool; N]), ReadError> {
    if let Some(counts) = each(places, |place| place.is_after(step)) {
        return Ok((history.jump(step)?, counts));
    }
    if let Some(middle) = step.row.link.middle_of(step.ordinal)
        && let Some(counts) = each(places, |place| place.is_after_rest(step, middle))
    {
        return Ok((history.middle(step, middle)?, counts));
    }
    Ok((history.prev(step)?, counts_one(history, step, places)?))
}

/// What is so of each place. None where that is not known of all.
fn each<const N: usize>(
    places: [Place; N],
    is_so: impl Fn(Place) -> Option<bool>,
) -> Option<[bool; N]> {
    let mut so = [false; N];
    for (so, place) in so.iter_mut().zip(places) {
        *so = is_so(place)?;
    }
    Some(so)
}

/// Before which of the places a posting comes.
fn counts_one<const N: usize>(
    history: &mut History<'_>,
    step: Reached,
    places: [Place; N],
) -> Result<[bool; N], ReadError> {
    if let Some(counts) = each(places, |place| place.is_after_one(step)) {
        return Ok(counts);
    }
    let this = history.place(step)?;
    Ok(places.map(|place| this < place))
}

/// The first postings from one place on and before another, or the last
/// of them, the last one first: as many as wanted, or all.
pub(super) fn select(
    history: &mut History<'_>,
    direction: Direction,
    (from, end): (Place, Place),
    wanted: usize,
) -> Result<Vec<Reached>, ReadError> {
    let mut selection = Selection {
        direction,
        from,
        end,
        waiting: BTreeMap::new(),
    };
    let mut found = Vec::new();
    let mut at = history.last()?;
    while let Some(step) = at {
        selection.add(history, step)?;
        at = history.jump(step)?;
    }
    while found.len() < wanted
        && let Some(next) = selection.next()
    {
        match next {
            Waiting::Branch(branch) => selection.open(history, branch)?,
            Waiting::Posting(step) => found.push(step),
        }
    }
    Ok(found)
}

/// A branch that is shut, or a posting.
#[derive(Clone, Copy)]
enum Waiting {
    Branch(Reached),
    Posting(Reached),
}

struct Selection {
    direction: Direction,
    from: Place,
    end: Place,
    /// By effective microsecond and ordinal; a branch by the first, or last, that
    /// it may have. There are no more than the read may look at.
    waiting: BTreeMap<(i64, i64), Waiting>,
}

impl Selection {
    fn next(&mut self) -> Option<Waiting> {
        let next = match self.direction {
            Direction::OldestFirst => self.waiting.pop_first(),
            Direction::NewestFirst => self.waiting.pop_last(),
        };
        next.map(|(_, next)| next)
    }

    /// Has a branch wait, if it may have postings of the range.
    fn add(&mut self, history: &mut History<'_>, step: Reached) -> Result<(), ReadError> {
        let is_outside =
            self.from.is_after(step) == Some(true) || self.end.is_after(step) == Some(false);
        if is_outside {
            return Ok(());
        }
        if step.ordinal % 2 == 1 {
            return self.add_posting(history, step);
        }
        let span = step.row.link.span;
        let rank = match self.direction {
            Direction::OldestFirst => (span.first_us(), jump_ordinal(step.ordinal) + 1),
            Direction::NewestFirst => (span.last_us(), step.ordinal),
        };
        self.waiting.insert(rank, Waiting::Branch(step));
        Ok(())
    }

    fn add_posting(&mut self, history: &mut History<'_>, step: Reached) -> Result<(), ReadError> {
        let place = history.place(step)?;
        if self.from <= place && place < self.end {
            let rank = (place.effective_at.us(), place.ordinal);
            self.waiting.insert(rank, Waiting::Posting(step));
        }
        Ok(())
    }

    /// Has all that a branch is made of wait in its stead.
    fn open(&mut self, history: &mut History<'_>, branch: Reached) -> Result<(), ReadError> {
        let bottom = jump_ordinal(branch.ordinal);
        self.add_posting(history, branch)?;
        let mut at = history.prev(branch)?;
        while let Some(step) = at {
            self.add(history, step)?;
            // What is further down belongs to another branch.
            if jump_ordinal(step.ordinal) == bottom {
                return Ok(());
            }
            at = history.jump(step)?;
        }
        Ok(())
    }
}
