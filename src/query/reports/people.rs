//! Who takes part: members, each once, whatever their accounts are called.

use std::ops::ControlFlow;

use compact_str::CompactString;
use foldhash::HashMap;

use super::listing::each_of;
use crate::{
    exchange::{List, MemberId, Object, ObjectId},
    ledger::{Account, AccountId, AccountKind, UnitId},
    query::{ReadError, Reading, exchange::misplaced},
    store::StoreError,
};

/// A member, by the order in which they were met.
pub(super) type Person = u32;

/// What a report keeps of each member whom it has met.
#[derive(Debug)]
pub(super) struct EachPerson<T>(Vec<Option<T>>);

impl<T> Default for EachPerson<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> EachPerson<T> {
    pub(super) fn get_mut(&mut self, person: Person) -> Option<&mut T> {
        self.0.get_mut(person as usize)?.as_mut()
    }

    /// What is kept of one, put there first if nothing was.
    pub(super) fn or_insert(&mut self, person: Person, first: T) -> &mut T {
        let place = person as usize;
        if self.0.len() <= place {
            self.0.resize_with(place + 1, || None);
        }
        self.0[place].get_or_insert(first)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }
}

/// What a report knows of an account.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Whose it is. None where it is no member's.
    pub(super) person: Option<Person>,
    pub(super) unit: UnitId,
}

/// The members whom a report has met. As many as there are, and no more for more entries.
#[derive(Debug, Default)]
pub(super) struct People {
    numbers: HashMap<CompactString, Person>,
    accounts: HashMap<String, Known>,
    /// Whose the accounts are that are not called after their members. None where each is asked
    /// for by itself.
    holders: Option<HashMap<String, Person>>,
}

impl People {
    /// What members are called, by their numbers.
    pub(super) fn names(&self) -> HashMap<Person, &str> {
        let numbers = self.numbers.iter();
        numbers.map(|(id, person)| (*person, id.as_str())).collect()
    }

    /// None yet, with all holders of accounts: one read instead of one for each account.
    pub(super) fn with_holders(reading: &mut Reading<'_>) -> Result<Self, ReadError> {
        let mut people = Self::default();
        let mut holders = HashMap::default();
        each_of(reading, List::Holders, &mut |_, object| {
            let Object::Holder(holder) = object else {
                return Err(misplaced(&object).into());
            };
            let person = people.number(&holder.member);
            holders.insert(holder.account.to_string(), person);
            Ok(ControlFlow::Continue(()))
        })?;
        people.holders = Some(holders);
        Ok(people)
    }

    pub(super) fn number(&mut self, member: &MemberId) -> Person {
        self.numbered(member.as_str())
    }

    pub(super) fn numbered(&mut self, id: &str) -> Person {
        let next = u32::try_from(self.numbers.len()).unwrap_or(Person::MAX);
        match self.numbers.get(id) {
            Some(known) => *known,
            None => *self.numbers.entry(id.into()).or_insert(next),
        }
    }

    /// What is known of an account.
    pub(super) fn account(
        &mut self,
        reading: &mut Reading<'_>,
        id: &str,
    ) -> Result<Known, ReadError> {
        if let Some(known) = self.accounts.get(id) {
            return Ok(known.clone());
        }
        let account =
            AccountId::parse(id).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let account = reading.snapshot.account(&account)?.map(|row| row.account);
        match account {
            Some(account) => self.known(reading, &account),
            None => Ok(Known {
                person: None,
                unit: UnitId::time(),
            }),
        }
    }

    /// The same, of an account that was read.
    pub(super) fn known(
        &mut self,
        reading: &mut Reading<'_>,
        account: &Account,
    ) -> Result<Known, ReadError> {
        let known = Known {
            person: self.holder(reading, account)?,
            unit: account.unit.clone(),
        };
        self.accounts.insert(account.id.to_string(), known.clone());
        Ok(known)
    }

    /// Whose an account is: who it is called after, unless they moved. None where it is no
    /// member's.
    pub(super) fn holder(
        &mut self,
        reading: &mut Reading<'_>,
        account: &Account,
    ) -> Result<Option<Person>, ReadError> {
        if account.kind != AccountKind::Member {
            return Ok(None);
        }
        if let Some(holders) = &self.holders {
            let held = holders.get(account.id.as_str()).copied();
            return Ok(Some(
                held.unwrap_or_else(|| self.numbered(account.id.as_str())),
            ));
        }
        let of = ObjectId::Holder(account.id.clone());
        Ok(Some(match reading.snapshot.object(&of)? {
            Some(Object::Holder(holder)) => self.numbered(holder.member.as_str()),
            _ => self.numbered(account.id.as_str()),
        }))
    }
}
