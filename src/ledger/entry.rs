//! Entries: balanced, immutable bookings. An entry is a list of transfers, each
//! of which takes from one account what it gives to another, so an unbalanced
//! entry cannot be written down.

use super::{AccountId, Amount, BookingId, Commitment, Label, Malformed, Moment};

const MAX_TRANSFERS: usize = 100;
const MAX_TAGS: usize = 16;
/// The key of the tag that names the service which an entry was posted for.
const SERVICE_TAG: &str = "service";
const MAX_TAG_VALUE_CHARS: usize = 64;

/// An amount from one account to another: one leg of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    debit: AccountId,
    credit: AccountId,
    amount: Amount,
}

impl Transfer {
    /// A transfer between two different accounts.
    ///
    /// # Errors
    /// [`Malformed::SameAccount`].
    pub fn new(debit: AccountId, credit: AccountId, amount: Amount) -> Result<Self, Malformed> {
        Self::check_distinct(&debit, &credit)?;
        Ok(Self {
            debit,
            credit,
            amount,
        })
    }

    /// Whether a transfer can be between them.
    ///
    /// # Errors
    /// [`Malformed::SameAccount`].
    pub fn check_distinct(debit: &AccountId, credit: &AccountId) -> Result<(), Malformed> {
        match debit == credit {
            true => Err(Malformed::SameAccount {
                account: debit.to_string(),
            }),
            false => Ok(()),
        }
    }

    /// The account that goes down.
    pub fn debit(&self) -> &AccountId {
        &self.debit
    }

    /// The account that goes up.
    pub fn credit(&self) -> &AccountId {
        &self.credit
    }

    /// How much.
    pub fn amount(&self) -> Amount {
        self.amount
    }

    /// The same accounts and another amount.
    pub fn with_amount(&self, amount: Amount) -> Self {
        Self {
            amount,
            ..self.clone()
        }
    }

    /// The other way round.
    pub fn inverse(&self) -> Self {
        Self {
            debit: self.credit.clone(),
            credit: self.debit.clone(),
            amount: self.amount,
        }
    }
}

/// The legs of an entry, 1 to 100, which land together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfers(Vec<Transfer>);

impl Transfers {
    /// So many legs.
    ///
    /// # Errors
    /// [`Malformed::TransferCount`] for none or more than 100.
    pub fn new(legs: Vec<Transfer>) -> Result<Self, Malformed> {
        Self::check_count(legs.len())?;
        Ok(Self(legs))
    }

    pub(super) fn check_count(given: usize) -> Result<(), Malformed> {
        match given {
            1..=MAX_TRANSFERS => Ok(()),
            _ => Err(Malformed::TransferCount {
                given,
                max: MAX_TRANSFERS,
            }),
        }
    }

    /// One leg.
    pub fn one(leg: Transfer) -> Self {
        Self(vec![leg])
    }

    /// The legs in order.
    pub fn as_slice(&self) -> &[Transfer] {
        &self.0
    }

    /// The sum of the legs' amounts, in steps.
    pub fn total_steps(&self) -> i64 {
        // 100 amounts of 53 bits fit 63.
        self.0.iter().map(|leg| leg.amount.steps()).sum()
    }

    /// Each leg the other way round.
    pub fn inverse(&self) -> Self {
        Self(self.0.iter().map(Transfer::inverse).collect())
    }
}

/// A short label of an entry, in the journal for good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tag {
    key: Label,
    value: String,
}

impl Tag {
    /// A tag whose value has 1 to 64 characters.
    ///
    /// # Errors
    /// [`Malformed::TagValue`] for another length or a control character.
    pub fn new(key: Label, value: String) -> Result<Self, Malformed> {
        let chars = value.chars().count();
        if (1..=MAX_TAG_VALUE_CHARS).contains(&chars) && !value.chars().any(char::is_control) {
            Ok(Self { key, value })
        } else {
            Err(Malformed::TagValue {
                key: key.as_str().into(),
                max: MAX_TAG_VALUE_CHARS,
            })
        }
    }

    /// Its name within the entry.
    pub fn key(&self) -> &Label {
        &self.key
    }

    /// What it says.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// An entry's tags, 0 to 16, each key once, in the order of their keys.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tags(Vec<Tag>);

impl Tags {
    /// These tags, put in order.
    ///
    /// # Errors
    /// [`Malformed::TagCount`] or [`Malformed::TagTwice`].
    pub fn new(mut tags: Vec<Tag>) -> Result<Self, Malformed> {
        if tags.len() > MAX_TAGS {
            return Err(Malformed::TagCount {
                given: tags.len(),
                max: MAX_TAGS,
            });
        }
        tags.sort_by(|a, b| a.key.cmp(&b.key));
        match tags.windows(2).find(|pair| pair[0].key == pair[1].key) {
            Some(pair) => Err(Malformed::TagTwice {
                key: pair[0].key.as_str().into(),
            }),
            None => Ok(Self(tags)),
        }
    }

    /// The tags in the order of their keys.
    pub fn as_slice(&self) -> &[Tag] {
        &self.0
    }

    /// What the tag of a key says.
    pub fn value(&self, key: &str) -> Option<&str> {
        let tag = self.0.iter().find(|tag| tag.key.as_str() == key);
        tag.map(Tag::value)
    }
}

/// What an entry came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A client posted it, or a hold was settled.
    Posted,
    /// It is the exact inverse of another; `forced` past limits, or not.
    Reversal { of: BookingId, forced: bool },
}

/// One balanced, immutable booking.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub id: BookingId,
    pub transfers: Transfers,
    /// When the service took place. None where the client left it to the
    /// recorded time.
    pub effective_at: Option<Moment>,
    pub kind: Label,
    pub tags: Tags,
    pub note: Option<Commitment>,
    pub origin: Origin,
}

impl Entry {
    /// The service that was rendered, where that is what it was posted for.
    pub fn service(&self) -> Option<&str> {
        match self.origin {
            Origin::Posted => self.tags.value(SERVICE_TAG),
            Origin::Reversal { .. } => None,
        }
    }

    /// Whether one of its transfers is of this account.
    pub fn touches(&self, account: &AccountId) -> bool {
        let mut legs = self.transfers.as_slice().iter();
        legs.any(|leg| [leg.debit(), leg.credit()].contains(&account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str) -> Tag {
        Tag::new(Label::parse("key", key).unwrap(), "v".into()).unwrap()
    }

    #[test]
    fn tags_are_sorted_and_unique() {
        let tags = Tags::new(vec![tag("b"), tag("a")]).unwrap();
        let keys: Vec<_> = tags.as_slice().iter().map(|t| t.key().as_str()).collect();
        assert_eq!(keys, ["a", "b"]);
        assert!(Tags::new(vec![tag("a"), tag("b"), tag("a")]).is_err());
        let seventeen = (0..17).map(|n| tag(&format!("t{n}"))).collect();
        assert!(Tags::new(seventeen).is_err());
    }

    #[test]
    fn tag_values() {
        let key = Label::parse("key", "k").unwrap();
        for (value, fits) in [
            ("x".to_string(), true),
            ("\u{5bb6}\u{653f}".to_string(), true),
            ("\u{5bb6}".repeat(64), true),
            ("\u{5bb6}".repeat(65), false),
            (String::new(), false),
            ("a\nb".to_string(), false),
        ] {
            assert_eq!(
                Tag::new(key.clone(), value.clone()).is_ok(),
                fits,
                "{value:?}"
            );
        }
    }

    #[test]
    fn an_entry_touches_both_accounts_of_each_leg_and_no_other() {
        let account = |id| AccountId::parse(id).unwrap();
        let leg = |from, to| {
            let amount = Amount::new(1).unwrap();
            Transfer::new(account(from), account(to), amount).unwrap()
        };
        let entry = Entry {
            id: BookingId::from_slice(&[1; 16]).unwrap(),
            transfers: Transfers::new(vec![leg("a:1", "a:2"), leg("a:2", "a:3")]).unwrap(),
            effective_at: None,
            kind: Label::transfer(),
            tags: Tags::default(),
            note: None,
            origin: Origin::Posted,
        };
        for (id, is_touched) in [("a:1", true), ("a:2", true), ("a:3", true), ("a:4", false)] {
            assert_eq!(entry.touches(&account(id)), is_touched, "{id}");
        }
    }
}
