//! Stored bytes to records.

use std::sync::Arc;

use prost::Message;
use timebank_proto::v1;

use super::{FORMAT_VERSION, facts};
use crate::{
    ledger::{
        self, AccountId, AccountKind, AccountOpened, Amount, Balance, BookingId, Caller,
        Commitment, Entry, EntryWithAccounts, Fact, Foundation, HoldOwner, HoldPlaced, HoldTerms,
        Label, LedgerId, Limits, MAX_EXPIRES_IN_S, Malformed, Moment, Origin, Principal, Sequence,
        Stamp, Tag, Tags, TimeZone, Transfer, Transfers, Unit, UnitId,
    },
    steps::{Record, Step},
};

/// Bytes that are no record of this version's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Undecodable {
    #[error("the bytes are no record: {0}")]
    Bytes(#[from] prost::DecodeError),
    #[error("the record has a value that the ledger does not: {0}")]
    Value(#[from] Malformed),
    #[error("the record has no valid {0}")]
    Field(&'static str),
    #[error(
        "its records are of format version {given}, and this program reads version \
         {FORMAT_VERSION}; use the program that they are of"
    )]
    Format { given: i32 },
}

/// Reads a record's stored bytes.
///
/// # Errors
/// [`Undecodable`] where they are not what [`encode`](super::encode) writes.
pub fn decode(bytes: &[u8]) -> Result<Record, Undecodable> {
    from_proto(v1::Record::decode(bytes)?)
}

fn from_proto(record: v1::Record) -> Result<Record, Undecodable> {
    Ok(Record {
        stamp: Stamp {
            sequence: Sequence::new(record.sequence).ok_or(Undecodable::Field("sequence"))?,
            recorded_at: moment(record.recorded_at_us, "recorded_at_us")?,
            moment: moment(
                record.decided_at_us.unwrap_or(record.recorded_at_us),
                "decided_at_us",
            )?,
        },
        caller: Caller::new(Principal::recorded(&record.principal)?, &record.request_id)?
            .acting_for(Principal::recorded(&record.actor)?),
        rules_version: record.rules_version,
        step: step(record.step.ok_or(Undecodable::Field("step"))?)?,
    })
}

/// A journal of another version is none that this program can read.
fn founded(founded: &v1::LedgerFounded) -> Result<Foundation, Undecodable> {
    let given = founded.format_version;
    if given != FORMAT_VERSION {
        return Err(Undecodable::Format { given });
    }
    Ok(Foundation {
        id: LedgerId::from_slice(&founded.ledger_id).ok_or(Undecodable::Field("ledger_id"))?,
        time_zone: TimeZone::parse(&founded.time_zone)?,
    })
}

fn step(step: v1::record::Step) -> Result<Step, Undecodable> {
    use v1::record::Step as In;
    let fact = match step {
        In::EntryWithAccounts(step) => {
            let step = ledger::Step::EntryWithAccounts(with_accounts(step)?);
            return Ok(Step::Ledger(step));
        }
        In::Exchange(step) => {
            let step = facts::of_proto(*step)?;
            return Ok(Step::Exchange(Box::new(step)));
        }
        In::LedgerFounded(record) => Fact::LedgerFounded(founded(&record)?),
        In::TimeZoneSet(set) => Fact::TimeZoneSet(TimeZone::parse(&set.time_zone)?),
        In::UnitDeclared(unit) => {
            Fact::UnitDeclared(Unit::new(UnitId::parse(&unit.unit_id)?, &unit.step)?)
        }
        In::AccountOpened(opening) => Fact::AccountOpened(opened(&opening)?),
        In::AccountLimitsChanged(change) => limits_changed(&change)?,
        In::AccountClosed(closed) => account_closed(&closed)?,
        In::EntryPosted(posted) => Fact::EntryPosted(Arc::new(entry(posted)?)),
        In::HoldPlaced(placed) => Fact::HoldPlaced(hold(placed)?),
        In::HoldSettled(settled) => hold_settled(settled)?,
        In::HoldReleased(released) => hold_released(&released)?,
        In::HoldExpired(expired) => Fact::HoldExpired {
            id: booking(&expired.hold_id, "hold_id")?,
        },
    };
    Ok(Step::Ledger(ledger::Step::Fact(fact)))
}

fn limits_changed(change: &v1::AccountLimitsChanged) -> Result<Fact, Undecodable> {
    Ok(Fact::AccountLimitsChanged {
        id: AccountId::parse(&change.account_id)?,
        limits: limits(change.floor, change.ceiling)?,
        replaces: Sequence::new(change.replaces_sequence)
            .ok_or(Undecodable::Field("replaces_sequence"))?,
    })
}

fn account_closed(closed: &v1::AccountClosed) -> Result<Fact, Undecodable> {
    Ok(Fact::AccountClosed {
        id: AccountId::parse(&closed.account_id)?,
    })
}

/// A fact of the ledger within a step of the time bank.
pub(super) fn ledger_fact(fact: v1::LedgerFact) -> Result<Fact, Undecodable> {
    use v1::ledger_fact::Fact as In;
    Ok(match fact.fact.ok_or(Undecodable::Field("ledger"))? {
        In::AccountOpened(opening) => Fact::AccountOpened(opened(&opening)?),
        In::AccountLimitsChanged(change) => limits_changed(&change)?,
        In::AccountClosed(closed) => account_closed(&closed)?,
        In::EntryPosted(posted) => Fact::EntryPosted(Arc::new(entry(posted)?)),
        In::HoldPlaced(placed) => Fact::HoldPlaced(hold(placed)?),
        In::HoldSettled(settled) => hold_settled(settled)?,
        In::HoldReleased(released) => hold_released(&released)?,
    })
}

fn hold_settled(settled: v1::HoldSettled) -> Result<Fact, Undecodable> {
    let settled = settled.entry.ok_or(Undecodable::Field("entry"))?;
    Ok(Fact::HoldSettled(Arc::new(entry(settled)?)))
}

fn hold_released(released: &v1::HoldReleased) -> Result<Fact, Undecodable> {
    Ok(Fact::HoldReleased {
        id: booking(&released.hold_id, "hold_id")?,
    })
}

fn with_accounts(step: v1::EntryWithAccounts) -> Result<EntryWithAccounts, Undecodable> {
    let accounts = step.accounts.iter().map(opened);
    let posted = entry(step.entry.ok_or(Undecodable::Field("entry"))?)?;
    EntryWithAccounts::new(accounts.collect::<Result<_, _>>()?, posted.into())
        .ok_or(Undecodable::Field("accounts"))
}

fn opened(opening: &v1::AccountOpened) -> Result<AccountOpened, Undecodable> {
    Ok(AccountOpened {
        id: AccountId::parse(&opening.account_id)?,
        kind: AccountKind::of_number(opening.kind).ok_or(Undecodable::Field("kind"))?,
        unit: UnitId::parse(&opening.unit_id)?,
        limits: limits(opening.floor, opening.ceiling)?,
    })
}

fn limits(floor: Option<i64>, ceiling: Option<i64>) -> Result<Limits, Undecodable> {
    Ok(Limits {
        floor: floor.map(Balance::limit).transpose()?,
        ceiling: ceiling.map(Balance::limit).transpose()?,
    })
}

fn entry(entry: v1::EntryPosted) -> Result<Entry, Undecodable> {
    let legs = entry.transfers.iter().map(transfer);
    Ok(Entry {
        id: booking(&entry.entry_id, "entry_id")?,
        transfers: Transfers::new(legs.collect::<Result<_, _>>()?)?,
        effective_at: entry
            .effective_at_us
            .map(|us| moment(us, "effective_at_us"))
            .transpose()?,
        kind: Label::parse("kind", &entry.kind)?,
        tags: tags(entry.tags)?,
        note: commitment(&entry.note_commitment)?,
        origin: origin(&entry.reverses_entry_id, entry.forced)?,
    })
}

fn transfer(leg: &v1::RecordedTransfer) -> Result<Transfer, Undecodable> {
    Ok(Transfer::new(
        AccountId::parse(&leg.debit_account_id)?,
        AccountId::parse(&leg.credit_account_id)?,
        Amount::new(leg.amount)?,
    )?)
}

fn tags(tags: Vec<v1::Tag>) -> Result<Tags, Undecodable> {
    let tags = tags
        .into_iter()
        .map(|tag| Tag::new(Label::parse("tags.key", &tag.key)?, tag.value));
    Ok(Tags::new(tags.collect::<Result<_, _>>()?)?)
}

pub(super) fn commitment(bytes: &[u8]) -> Result<Option<Commitment>, Undecodable> {
    match bytes {
        [] => Ok(None),
        bytes => match bytes.try_into() {
            Ok(hash) => Ok(Some(Commitment(hash))),
            Err(_) => Err(Undecodable::Field("note_commitment")),
        },
    }
}

fn origin(reverses: &[u8], forced: bool) -> Result<Origin, Undecodable> {
    match (reverses, forced) {
        ([], false) => Ok(Origin::Posted),
        ([], true) => Err(Undecodable::Field("forced")),
        (of, forced) => {
            let of = booking(of, "reverses_entry_id")?;
            Ok(Origin::Reversal { of, forced })
        }
    }
}

fn hold(placed: v1::HoldPlaced) -> Result<HoldPlaced, Undecodable> {
    let (expires_in_s, expires_at_us) = (placed.expires_in_s, placed.expires_at_us);
    if expires_in_s.is_some_and(|s| !(1..=MAX_EXPIRES_IN_S).contains(&s)) {
        return Err(Undecodable::Field("expires_in_s"));
    }
    if expires_in_s.is_some() != expires_at_us.is_some() {
        return Err(Undecodable::Field("expires_at_us"));
    }
    let leg = placed.transfer.ok_or(Undecodable::Field("transfer"))?;
    Ok(HoldPlaced {
        terms: HoldTerms {
            id: booking(&placed.hold_id, "hold_id")?,
            transfer: transfer(&leg)?,
            expires_in_s,
            kind: Label::parse("kind", &placed.kind)?,
            tags: tags(placed.tags)?,
            owner: match placed.owner.as_str() {
                "" => None,
                owner => Some(HoldOwner::parse(owner)?),
            },
        },
        expires_at: expires_at_us
            .map(|us| moment(us, "expires_at_us"))
            .transpose()?,
    })
}

pub(super) fn booking(bytes: &[u8], field: &'static str) -> Result<BookingId, Undecodable> {
    BookingId::from_slice(bytes).ok_or(Undecodable::Field(field))
}

fn moment(us: i64, field: &'static str) -> Result<Moment, Undecodable> {
    Moment::from_us(us).ok_or(Undecodable::Field(field))
}
