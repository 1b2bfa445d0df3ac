//! Where and when something was recorded.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Malformed, Moment};

/// A record's position in the journal, from 1, without gaps. 0 is the position
/// of an empty journal.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(try_from = "i64")]
pub struct Sequence(i64);

impl Sequence {
    /// Before the first record.
    pub const ZERO: Self = Self(0);
    /// After every record.
    pub const MAX: Self = Self(i64::MAX);

    /// A position. None below 0 or where postings could no longer be numbered.
    pub fn new(position: i64) -> Option<Self> {
        (0..=i64::MAX >> 15)
            .contains(&position)
            .then_some(Self(position))
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }

    /// The position half way to a later one.
    pub fn middle(self, later: Self) -> Self {
        Self(self.0 + (later.0 - self.0) / 2)
    }

    /// The position after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl TryFrom<i64> for Sequence {
    type Error = Malformed;

    fn try_from(given: i64) -> Result<Self, Malformed> {
        Self::new(given).ok_or(Malformed::SequenceRange { given })
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where and when a step was recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    pub sequence: Sequence,
    /// When the journal took it; strictly increasing.
    pub recorded_at: Moment,
    /// The moment it was decided at: when it was recorded, unless the clock was
    /// accepted while it was far behind the journal.
    pub moment: Moment,
}

impl Stamp {
    /// Before the first record.
    pub const BEGINNING: Self = Self {
        sequence: Sequence::ZERO,
        recorded_at: Moment::MIN,
        moment: Moment::MIN,
    };

    /// The stamp of the record after this one, at a time of the clock: recorded
    /// times go on by a microsecond at least.
    pub fn next(self, clock: Moment) -> Self {
        let recorded_at = clock.max(self.recorded_at.next());
        Self {
            sequence: self.sequence.next(),
            recorded_at,
            moment: match clock.is_far_behind(self.recorded_at) {
                true => clock,
                false => recorded_at,
            },
        }
    }

    /// The moment that reads and expiry go by after this record, at a time of the
    /// clock.
    pub fn moment_after(self, clock: Moment) -> Moment {
        match clock.is_far_behind(self.recorded_at) {
            true => clock,
            false => clock.max(self.recorded_at),
        }
    }

    /// Whether a record may be stamped so after this one.
    pub(super) fn may_precede(self, next: Self) -> bool {
        next.sequence == self.sequence.next()
            && next.recorded_at > self.recorded_at
            && next == self.next(next.moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_come_after_a_stamp() {
        let at = |us| Moment::from_us(us).unwrap();
        let first = Stamp {
            sequence: Sequence(5),
            recorded_at: at(1_000),
            moment: at(1_000),
        };
        let sound = first.next(at(2_000));
        assert!(first.may_precede(sound));
        for (what, stamp) in [
            (
                "the same place",
                Stamp {
                    sequence: Sequence(5),
                    ..sound
                },
            ),
            (
                "a place left out",
                Stamp {
                    sequence: Sequence(7),
                    ..sound
                },
            ),
            (
                "no later",
                Stamp {
                    recorded_at: at(1_000),
                    ..sound
                },
            ),
            (
                "earlier",
                Stamp {
                    recorded_at: at(999),
                    ..sound
                },
            ),
            (
                "decided later than recorded",
                Stamp {
                    moment: at(3_000),
                    ..sound
                },
            ),
            (
                "recorded at no time of the clock",
                Stamp {
                    moment: at(1_500),
                    ..sound
                },
            ),
        ] {
            assert!(!first.may_precede(stamp), "{what}");
        }
        // The same clock as before is a microsecond later; the moment goes along.
        let again = first.next(at(1_000));
        assert_eq!((again.recorded_at, again.moment), (at(1_001), at(1_001)));
        let stuck = Stamp {
            recorded_at: at(1_000),
            moment: at(1_000),
            ..again
        };
        assert!(!first.may_precede(stuck));
    }
}
