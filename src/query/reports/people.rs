//! Who takes part: members, each once, whatever their accounts are called.

use foldhash::HashMap;

use crate::{
    exchange::{MemberId, Object, ObjectId},
    ledger::{Account, AccountId, AccountKind, UnitId},
    query::{ReadError, Reading},
    store::StoreError,
};

/// A member, by the order in which they were met.
pub(super) type Person = u32;

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
    numbers: HashMap<String, Person>,
    accounts: HashMap<String, Known>,
}

impl People {
    /// What members are called, by their numbers.
    pub(super) fn names(&self) -> HashMap<Person, &str> {
        let numbers = self.numbers.iter();
        numbers.map(|(id, person)| (*person, id.as_str())).collect()
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
    fn holder(
        &mut self,
        reading: &mut Reading<'_>,
        account: &Account,
    ) -> Result<Option<Person>, ReadError> {
        if account.kind != AccountKind::Member {
            return Ok(None);
        }
        let of = ObjectId::Holder(account.id.clone());
        Ok(Some(match reading.snapshot.object(&of)? {
            Some(Object::Holder(holder)) => self.numbered(holder.member.as_str()),
            _ => self.numbered(account.id.as_str()),
        }))
    }
}
