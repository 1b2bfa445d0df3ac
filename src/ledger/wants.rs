//! What the rules ask for: there, not there, or not loaded.

use super::{AccountId, BookingId};

/// What was asked for and is not loaded, to be loaded as one set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wants {
    pub accounts: Vec<AccountId>,
    pub bookings: Vec<BookingId>,
}

impl Wants {
    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.bookings.is_empty()
    }

    /// Wants all that the other does, too.
    pub fn join(&mut self, other: Self) {
        self.accounts.extend(other.accounts);
        self.bookings.extend(other.bookings);
    }
}

/// The third answer: whether it is there is not known before this is loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotLoaded(Box<Wants>);

impl NotLoaded {
    pub(super) fn account(id: &AccountId) -> Self {
        Self(Box::new(Wants {
            accounts: vec![id.clone()],
            bookings: Vec::new(),
        }))
    }

    pub(super) fn booking(id: BookingId) -> Self {
        Self(Box::new(Wants {
            accounts: Vec::new(),
            bookings: vec![id],
        }))
    }

    /// What is to be loaded.
    pub fn wants(self) -> Wants {
        *self.0
    }
}

impl From<Wants> for NotLoaded {
    fn from(wants: Wants) -> Self {
        Self(Box::new(wants))
    }
}

/// Ids between two that stand for something, if there are such, none of which
/// stands for anything itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FreeIds {
    pub above: Option<BookingId>,
    pub below: Option<BookingId>,
}

impl FreeIds {
    /// Whether the id is one of them.
    pub fn contains(&self, id: BookingId) -> bool {
        self.above.is_none_or(|above| id > above) && self.below.is_none_or(|below| id < below)
    }

    /// Those that are left when some of them have been taken in rising order:
    /// the ids after the last one taken.
    pub fn without(self, taken: impl Iterator<Item = BookingId>) -> Self {
        let taken = taken.filter(|id| self.contains(*id)).max();
        Self {
            above: self.above.max(taken),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> BookingId {
        BookingId::from_slice(&[byte; 16]).unwrap()
    }

    #[test]
    fn free_ids_lie_between_those_taken() {
        let all = FreeIds::default();
        assert!(all.contains(id(1)));
        let rest = all.without([id(4), id(2)].into_iter());
        assert!(!rest.contains(id(3)) && !rest.contains(id(4)) && rest.contains(id(5)));
        let gap = FreeIds {
            above: Some(id(4)),
            below: Some(id(9)),
        };
        // What lies outside takes nothing of it.
        assert_eq!(gap.without([id(9), id(3)].into_iter()), gap);
        assert!(gap.without([id(7)].into_iter()).contains(id(8)));
        assert!(!gap.contains(id(9)));
    }
}
