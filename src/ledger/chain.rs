//! How an account's postings hang together, so that a statement needs no index
//! by account.
//!
//! Postings of an account are numbered from 1 (their ordinal `n`). Each knows
//! the posting before it, `n - 1`, and one further back, `n & (n - 1)`, with the
//! effective minute of itself, the earliest and latest of itself and the postings in
//! between, and what they credited. A page is a walk; any ordinal, and a balance as of a recorded
//! time, is a logarithmic number of steps away. So is one as of an effective time,
//! and when what is left was earned, as far as services are booked in the order they
//! took place; where they are not, spans that mix are walked one by one. An odd
//! ordinal jumps to the one before it, so its jump is not stored.
//!
//! Where a span is cut by a moment, a posting of four or more knows also the one in the middle,
//! and when what comes after that begins: so the cut is found by halves.
//!
//! Spans are of minutes, not of days: every civil day begins at a whole minute, in
//! whatever time zone, so that none of them cuts a minute in two, and nothing that
//! is stored depends on the rules of a time zone, which change.

use super::{Moment, Sequence};

/// A record's legs are numbered in so many bits.
const LEG_BITS: u32 = 14;

/// A transfer's place in the journal: its record's sequence and its leg.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position(i64);

impl Position {
    /// The place of a leg of a record. None above 16,383.
    pub fn new(sequence: Sequence, leg: usize) -> Option<Self> {
        let leg = i64::try_from(leg).ok().filter(|leg| *leg < 1 << LEG_BITS)?;
        Some(Self((sequence.get() << LEG_BITS) | leg))
    }

    /// A place as it is stored.
    pub fn from_stored(stored: i64) -> Option<Self> {
        Sequence::new(stored >> LEG_BITS)?;
        (stored > 0).then_some(Self(stored))
    }

    /// The place as it is stored.
    pub fn stored(self) -> i64 {
        self.0
    }

    /// The record.
    pub fn sequence(self) -> Sequence {
        Sequence::new(self.0 >> LEG_BITS).unwrap_or(Sequence::ZERO)
    }

    /// The leg, from 0.
    pub fn leg(self) -> usize {
        (self.0 & ((1 << LEG_BITS) - 1)) as usize
    }
}

/// The ordinal that the posting of this ordinal jumps to; 0 is before the first.
pub fn jump_ordinal(ordinal: i64) -> i64 {
    ordinal & (ordinal - 1)
}

/// The ordinal of the posting in the middle of what the posting of this ordinal spans: the last of
/// the first half. An odd one spans itself alone, and this is the one before it.
pub fn middle_ordinal(ordinal: i64) -> i64 {
    let spanned = ordinal & ordinal.wrapping_neg();
    ordinal - (spanned / 2).max(1)
}

/// Some postings of an account: from when to when they are effective, and what they
/// credited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The first and the last minute, as [`Moment::minute`] has it.
    pub first: i64,
    pub last: i64,
    /// In steps of the account's unit, debits not taken off. `i64::MAX` is that or
    /// more.
    pub credited: i64,
}

impl Span {
    /// A span as it is stored. None where it ends before it begins, is out of the
    /// range of moments, or credits less than nothing.
    pub fn from_stored(first: i64, last: i64, credited: i64) -> Option<Self> {
        let range = Moment::MIN.minute()..=Moment::MAX.minute();
        let is_one = first <= last && range.contains(&first) && range.contains(&last);
        (is_one && credited >= 0).then_some(Self {
            first,
            last,
            credited,
        })
    }

    /// One minute, in which nothing is credited.
    pub fn of_minute(minute: i64) -> Self {
        Self {
            first: minute,
            last: minute,
            credited: 0,
        }
    }

    fn join(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            credited: self.credited.saturating_add(other.credited),
        }
    }

    /// Its first microsecond.
    pub fn first_us(self) -> i64 {
        self.first * Moment::MINUTE_US
    }

    /// Its last microsecond.
    pub fn last_us(self) -> i64 {
        (self.last + 1) * Moment::MINUTE_US - 1
    }

    /// Whether all of these postings are effective before the moment.
    pub fn all_before(self, moment: Moment) -> bool {
        self.last_us() < moment.us()
    }

    /// Whether none of these postings is effective before the moment.
    pub fn none_before(self, moment: Moment) -> bool {
        self.first_us() >= moment.us()
    }
}

/// The posting in the middle of what another spans, which is the last of the first half.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Middle {
    pub position: Position,
    /// The first minute of the second half.
    pub rest_first: i64,
}

/// What a posting knows of those before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// The posting before it on the account.
    pub prev: Option<Position>,
    /// The posting it jumps to, where that is neither `prev` nor before the
    /// first: see [`Link::jump_of`].
    pub jump: Option<Position>,
    /// The middle of what it spans, where that is four postings or more: see
    /// [`Link::middle_of`].
    pub middle: Option<Middle>,
    /// The minute it is effective in itself.
    pub minute: i64,
    /// The span of itself and all it jumps over.
    pub span: Span,
}

/// A posting that the chain's end is reached through, and what it spans.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peak {
    pub position: Position,
    pub span: Span,
}

impl Link {
    /// The posting that the one of this ordinal jumps to. None where that is before the
    /// first.
    pub fn jump_of(self, ordinal: i64) -> Option<Position> {
        match ordinal % 2 {
            1 => self.prev,
            _ => self.jump,
        }
    }

    /// The middle of what the posting of this ordinal spans. None where that is itself alone.
    pub fn middle_of(self, ordinal: i64) -> Option<Middle> {
        match ordinal % 4 {
            0 => self.middle,
            2 => self.prev.map(|position| Middle {
                position,
                rest_first: self.minute,
            }),
            _ => None,
        }
    }
}

/// The end of an account's postings: how many postings, and the peaks on the way
/// down from the last by jumps, which is all that is needed to append.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chain {
    count: i64,
    peaks: Vec<Peak>,
}

impl Chain {
    /// The end of a chain of so many postings with these peaks, the first
    /// posting's side first.
    pub fn new(count: i64, peaks: Vec<Peak>) -> Self {
        Self { count, peaks }
    }

    /// How many postings there are.
    pub fn count(&self) -> i64 {
        self.count
    }

    /// The last posting.
    pub fn last(&self) -> Option<Position> {
        self.peaks.last().map(|peak| peak.position)
    }

    /// Appends a posting, effective then and crediting so much, and says what it knows of
    /// those before it.
    pub fn push(&mut self, position: Position, effective: Moment, credited: i64) -> Link {
        let prev = self.last();
        let minute = effective.minute();
        let mut span = Span {
            credited,
            ..Span::of_minute(minute)
        };
        let mut middle = None;
        let spanned = self.count.trailing_ones();
        for _ in 0..spanned {
            if let Some(peak) = self.peaks.pop() {
                middle = Some(Middle {
                    position: peak.position,
                    rest_first: span.first,
                });
                span = span.join(peak.span);
            }
        }
        let jump = self.last();
        self.peaks.push(Peak { position, span });
        self.count += 1;
        Link {
            prev,
            jump: jump.filter(|_| spanned > 0),
            middle: middle.filter(|_| spanned > 1),
            minute,
            span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(ordinal: i64) -> Option<Position> {
        Position::new(Sequence::new(ordinal)?, 0)
    }

    /// Each posting knows the one before it and what it spans; an even one also where it
    /// jumps to, unless that is before the first; and one that spans four or more their middle.
    #[test]
    fn links_say_no_more_than_they_must() {
        let mut chain = Chain::default();
        let minute = |ordinal: i64| Moment::from_us(ordinal * Moment::MINUTE_US).unwrap();
        for ordinal in 1..=64 {
            let link = chain.push(position(ordinal).unwrap(), minute(ordinal), 10);
            let target = jump_ordinal(ordinal);
            let before = |ordinal| (ordinal > 0).then(|| position(ordinal)).flatten();
            let is_even = ordinal % 2 == 0;
            let middle = Middle {
                position: position(middle_ordinal(ordinal)).unwrap_or(position(1).unwrap()),
                rest_first: middle_ordinal(ordinal) + 1,
            };
            let expected = Link {
                prev: before(ordinal - 1),
                jump: before(target).filter(|_| is_even),
                middle: Some(middle).filter(|_| ordinal % 4 == 0),
                minute: ordinal,
                span: Span {
                    first: target + 1,
                    last: ordinal,
                    credited: (ordinal - target) * 10,
                },
            };
            assert_eq!(link, expected, "{ordinal}");
            assert_eq!(link.middle_of(ordinal), Some(middle).filter(|_| is_even));
            assert_eq!((chain.count(), chain.last()), (ordinal, position(ordinal)));
        }
    }

    #[test]
    fn places_as_they_are_stored() {
        for (stored, is_one) in [
            (i64::MIN, false),
            (-1, false),
            (0, false),
            (1, true),
            (1 << 53, true),
            (i64::MAX, false),
        ] {
            let place = Position::from_stored(stored);
            assert_eq!(place.map(Position::stored), is_one.then_some(stored));
        }
    }

    #[test]
    fn spans_as_they_are_stored() {
        let (first, last) = (Moment::MIN.minute(), Moment::MAX.minute());
        for (from, to, credited, is_one) in [
            (0, 0, 0, true),
            (first, last, i64::MAX, true),
            (1, 0, 0, false),
            (first - 1, 0, 0, false),
            (0, last + 1, 0, false),
            (last + 1, last + 1, 0, false),
            (first - 1, first - 1, 0, false),
            (0, 0, -1, false),
        ] {
            let span = Span::from_stored(from, to, credited);
            assert_eq!(span.is_some(), is_one, "{from} {to} {credited}");
        }
    }

    /// More than a number has is no less than any balance.
    #[test]
    fn what_a_span_credits_stops_at_the_largest_number() {
        let mut chain = Chain::default();
        chain.push(position(1).unwrap(), Moment::MIN, i64::MAX - 1);
        let link = chain.push(position(2).unwrap(), Moment::MIN, i64::MAX - 1);
        assert_eq!(link.span.credited, i64::MAX);
    }

    #[test]
    fn a_span_ends_with_its_last_minute() {
        let span = Span {
            first: 1,
            last: 2,
            credited: 0,
        };
        assert_eq!((span.first_us(), span.last_us()), (60_000_000, 179_999_999));
    }
}
