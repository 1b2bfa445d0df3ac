//! Requests to commands and queries.

use std::sync::Arc;

use prost_types::{Duration, Timestamp};
use timebank_proto::v1;
use tonic::metadata::MetadataMap;

use super::status::Refused;
use crate::{
    ledger::{
        AccountId, AccountKind, AccountOpened, Amount, Balance, BookingId, Bound, Caller, Command,
        CreditLeg, CreditLegs, Entry, HoldStateKind, HoldTerms, Label, Limits, MAX_EXPIRES_IN_S,
        Malformed, Moment, NewEntry, Note, Origin, Principal, Reversal, Salt, Sequence, Settlement,
        Tag, Tags, Transfer, Transfers, Unit, UnitId,
    },
    query::Axis,
};

type Result<T> = std::result::Result<T, Malformed>;

pub(super) fn caller(metadata: &MetadataMap) -> Result<Caller> {
    let text = |field: &'static str| {
        let bytes = metadata
            .get(field)
            .map_or(&[][..], |value| value.as_bytes());
        std::str::from_utf8(bytes).map_err(|_| Malformed::NotText { field })
    };
    let principal = Principal::claimed(text("x-actor")?)?;
    Caller::new(principal, text("x-request-id")?)
}

pub(super) fn required<T>(value: Option<T>, field: &'static str) -> Result<T> {
    value.ok_or(Malformed::Missing { field })
}

pub(super) fn account_id(given: &str) -> Result<AccountId> {
    AccountId::parse(given)
}

pub(super) fn moment(given: Timestamp, field: &'static str) -> Result<Moment> {
    (0..1_000_000_000)
        .contains(&given.nanos)
        .then(|| given.seconds.checked_mul(1_000_000))
        .flatten()
        .and_then(|us| us.checked_add(i64::from(given.nanos / 1_000)))
        .and_then(Moment::from_us)
        .ok_or(Malformed::Time { field })
}

pub(super) fn optional_moment(
    given: Option<Timestamp>,
    field: &'static str,
) -> Result<Option<Moment>> {
    given.map(|given| moment(given, field)).transpose()
}

pub(super) fn unit(unit: Option<v1::Unit>) -> Result<Command> {
    let unit = required(unit, "unit")?;
    let id = UnitId::parse(&unit.unit_id)?;
    Ok(Command::DeclareUnit(Unit::new(id, &unit.step)?))
}

pub(super) fn open_account(request: &v1::OpenAccountRequest) -> Result<AccountOpened> {
    let kind = account_kind(request.kind)?;
    let default = kind.default_limits();
    let or_default = |limit: Option<v1::Limit>, default: Option<Balance>| {
        Ok(limit.map(bound).transpose()?.map_or(default, Bound::limit))
    };
    Ok(AccountOpened {
        id: account_id(&request.account_id)?,
        kind,
        unit: match request.unit_id.as_str() {
            "" => UnitId::time(),
            given => UnitId::parse(given)?,
        },
        limits: Limits {
            floor: or_default(request.floor, default.floor)?,
            ceiling: or_default(request.ceiling, default.ceiling)?,
        },
    })
}

fn account_kind(given: i32) -> Result<AccountKind> {
    let field = "kind";
    match given {
        0 => Err(Malformed::Missing { field }),
        given => AccountKind::of_number(given).ok_or(Malformed::Choice { field, given }),
    }
}

fn bound(limit: v1::Limit) -> Result<Bound> {
    match limit.bound {
        Some(v1::limit::Bound::Amount(steps)) => Ok(Bound::At(Balance::limit(steps)?)),
        Some(v1::limit::Bound::Unbounded(true)) => Ok(Bound::Unbounded),
        Some(v1::limit::Bound::Unbounded(false)) | None => Err(Malformed::LimitUnset),
    }
}

pub(super) fn change_limits(request: &v1::ChangeAccountLimitsRequest) -> Result<Command> {
    Ok(Command::ChangeLimits {
        id: account_id(&request.account_id)?,
        since: etag(&request.etag)?,
        floor: request.floor.map(bound).transpose()?,
        ceiling: request.ceiling.map(bound).transpose()?,
    })
}

fn etag(given: &str) -> Result<Sequence> {
    let field = "etag";
    match given {
        "" => Err(Malformed::Missing { field }),
        given => given
            .parse()
            .ok()
            .and_then(Sequence::new)
            .ok_or_else(|| Malformed::Etag {
                given: given.chars().take(40).collect(),
            }),
    }
}

/// An entry to post, with a note whose salt is drawn here: the rules draw
/// nothing.
pub(super) fn new_entry(entry: v1::Entry) -> std::result::Result<NewEntry, Refused> {
    let note = note(entry.note)?;
    let mut units = Vec::new();
    let mut legs = Vec::with_capacity(entry.transfers.len().min(100));
    for (index, leg) in entry.transfers.iter().enumerate() {
        legs.push(transfer(
            &leg.debit_account_id,
            &leg.credit_account_id,
            leg.amount,
        )?);
        if !leg.unit_id.is_empty() {
            units.push((index, UnitId::parse(&leg.unit_id)?));
        }
    }
    Ok(NewEntry {
        entry: Arc::new(Entry {
            id: BookingId::parse("entry_id", &entry.entry_id)?,
            transfers: Transfers::new(legs)?,
            effective_at: optional_moment(entry.effective_at, "effective_at")?,
            kind: kind(&entry.kind)?,
            tags: tags(entry.tags)?,
            note: note.as_ref().map(Note::commitment),
            origin: Origin::Posted,
        }),
        units,
        note,
        opens: Vec::new(),
    })
}

fn transfer(debit: &str, credit: &str, amount: i64) -> Result<Transfer> {
    Transfer::new(
        account_id(debit)?,
        account_id(credit)?,
        Amount::new(amount)?,
    )
}

fn kind(given: &str) -> Result<Label> {
    match given {
        "" => Ok(Label::transfer()),
        given => Label::parse("kind", given),
    }
}

fn tags(tags: Vec<v1::Tag>) -> Result<Tags> {
    let tags = tags
        .into_iter()
        .map(|tag| Tag::new(Label::parse("tags.key", &tag.key)?, tag.value));
    Tags::new(tags.collect::<Result<_>>()?)
}

fn note(text: String) -> std::result::Result<Option<Note>, Refused> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut salt = Salt::default();
    getrandom::fill(&mut salt).map_err(|_| Refused::NoRandomness)?;
    Ok(Note::new(salt, text)?)
}

pub(super) fn reversal(request: v1::ReverseEntryRequest) -> std::result::Result<Reversal, Refused> {
    let reason = required(note(request.reason)?, "reason")?;
    Ok(Reversal {
        id: BookingId::parse("reversal_entry_id", &request.reversal_entry_id)?,
        of: BookingId::parse("entry_id", &request.entry_id)?,
        reason: reason.commitment(),
        note: Some(reason),
        force: request.force,
        effective_at: optional_moment(request.effective_at, "effective_at")?,
    })
}

pub(super) fn place_hold(request: v1::PlaceHoldRequest) -> Result<Command> {
    Ok(Command::PlaceHold {
        terms: HoldTerms {
            id: hold_id(&request.hold_id)?,
            transfer: transfer(
                &request.debit_account_id,
                &request.credit_account_id,
                request.amount,
            )?,
            expires_in_s: request.expires_in.map(expires_in_s).transpose()?,
            kind: kind(&request.kind)?,
            tags: tags(request.tags)?,
            owner: None,
        },
        unit: match request.unit_id.as_str() {
            "" => None,
            given => Some(UnitId::parse(given)?),
        },
    })
}

fn expires_in_s(given: Duration) -> Result<i64> {
    if given.nanos == 0 && (1..=MAX_EXPIRES_IN_S).contains(&given.seconds) {
        Ok(given.seconds)
    } else {
        let max_s = MAX_EXPIRES_IN_S;
        Err(Malformed::ExpiresIn { max_s })
    }
}

pub(super) fn hold_id(given: &str) -> Result<BookingId> {
    BookingId::parse("hold_id", given)
}

pub(super) fn settle_hold(request: &v1::SettleHoldRequest) -> Result<Command> {
    Ok(Command::SettleHold {
        id: hold_id(&request.hold_id)?,
        settlement: settlement(request)?,
        effective_at: optional_moment(request.effective_at, "effective_at")?,
    })
}

fn settlement(request: &v1::SettleHoldRequest) -> Result<Settlement> {
    let legs = match (request.amount, request.legs.as_slice()) {
        (None, []) => return Ok(Settlement::All),
        (Some(amount), []) => return Ok(Settlement::Amount(Amount::new(amount)?)),
        (None, legs) => legs.iter().map(|leg| {
            Ok(CreditLeg {
                credit: account_id(&leg.credit_account_id)?,
                amount: Amount::new(leg.amount)?,
            })
        }),
        (Some(_), _) => {
            return Err(Malformed::Together {
                fields: "amount and legs",
            });
        }
    };
    Ok(Settlement::Legs(CreditLegs::new(
        legs.collect::<Result<_>>()?,
    )?))
}

pub(super) fn axis(given: i32) -> Result<Axis> {
    match v1::TimeAxis::try_from(given) {
        Ok(v1::TimeAxis::Unspecified | v1::TimeAxis::Recorded) => Ok(Axis::Recorded),
        Ok(v1::TimeAxis::Effective) => Ok(Axis::Effective),
        Err(_) => Err(Malformed::Choice {
            field: "axis",
            given,
        }),
    }
}

pub(super) fn hold_state(given: i32) -> Result<Option<HoldStateKind>> {
    match v1::HoldState::try_from(given) {
        Ok(v1::HoldState::Unspecified) => Ok(None),
        Ok(v1::HoldState::Open) => Ok(Some(HoldStateKind::Open)),
        Ok(v1::HoldState::Settled) => Ok(Some(HoldStateKind::Settled)),
        Ok(v1::HoldState::Released) => Ok(Some(HoldStateKind::Released)),
        Ok(v1::HoldState::Expired) => Ok(Some(HoldStateKind::Expired)),
        Err(_) => Err(Malformed::Choice {
            field: "state",
            given,
        }),
    }
}
