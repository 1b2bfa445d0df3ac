//! The personal fields, which the journal only commits to.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{Result, kept_apart::KeptApart, wrong};
use crate::{
    exchange::{Erasure, Fact, MemberId, Object},
    ledger::Sequence,
    steps::Record,
    store::{Parts, StoreError, sqlite::objects},
};

const PLACE: &str = "personal";

/// Compares those that are there, and counts those that are gone.
pub(super) struct PersonalRows<'c> {
    connection: &'c Connection,
    parts: Parts,
    pub(super) count: KeptApart,
    /// Records with a verdict on fields that are gone.
    pub(super) erased_verdicts: i64,
    /// Of whom something is gone, and the first record of it.
    missing: BTreeMap<MemberId, Sequence>,
}

impl<'c> PersonalRows<'c> {
    pub(super) fn new(connection: &'c Connection, parts: Parts) -> Self {
        let count = KeptApart::new(PLACE);
        Self {
            connection,
            parts,
            count,
            erased_verdicts: 0,
            missing: BTreeMap::new(),
        }
    }

    pub(super) fn check(&mut self, record: &Record) -> Result<()> {
        let at = record.stamp.sequence;
        let fact = record.step.exchange_fact();
        for of in fact.into_iter().flat_map(|fact| fact.verdicts_on(at)) {
            let is_erased = !objects::has_personal(self.connection, of)?;
            let other = fact.and_then(Fact::second_of);
            let is_other_kept = other.map(|other| objects::is_kept(self.connection, other));
            let is_other_erased = !is_other_kept.transpose()?.unwrap_or(true);
            self.erased_verdicts += i64::from(is_erased || is_other_erased);
        }
        let Some((id, commitments)) = fact.and_then(Fact::personal) else {
            return Ok(());
        };
        let found = match objects::personal_row(self.connection, at) {
            Err(StoreError::Corrupt(what)) => return wrong(Some(at), PLACE, what),
            found => found?,
        };
        let Some((member, personal)) = found else {
            self.count.erased += 1;
            self.missing.entry(id.clone()).or_insert(at);
            return Ok(());
        };
        if member != id.as_str() {
            let what = format!("the personal fields are kept as those of {member}, not of {id}");
            return wrong(Some(at), PLACE, what);
        }
        if personal.commitments() != *commitments {
            let what = "the personal fields are not those the record commits to";
            return wrong(Some(at), PLACE, what);
        }
        self.count.checked += 1;
        Ok(())
    }

    /// Nothing may be left over of a record that is none, or of a member of whom all is
    /// erased; and nothing gone of another.
    pub(super) fn end<'o>(&mut self, objects: impl Iterator<Item = &'o Object>) -> Result<()> {
        for object in objects {
            let Object::Member(member) = object else {
                continue;
            };
            if member.erasure != Erasure::Done {
                continue;
            }
            if objects::is_kept(self.connection, &member.id)? {
                let what = format!(
                    "something is kept of {}, whose fields are erased",
                    member.id
                );
                return wrong(None, PLACE, what);
            }
            self.missing.remove(&member.id);
        }
        if self.parts == Parts::All
            && let Some((member, at)) = self.missing.first_key_value()
        {
            let what = format!("what is personal of {member} is gone, and no record erases it");
            return wrong(Some(*at), PLACE, what);
        }
        self.count.end(self.connection)
    }
}
