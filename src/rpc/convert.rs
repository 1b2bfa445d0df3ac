//! Requests to commands and queries. Of several faults the first is told, in the
//! order of the request's fields; of fields that contradict each other, at the last.

use std::sync::Arc;

use prost_types::{Duration, Timestamp};
use timebank_proto::v1;
use tonic::Request;

use super::{guard::Guest, status::Refused};
use crate::{
    access::Grant,
    exchange::token::{Role, Scope},
    journal,
    ledger::{
        AccountId, AccountKind, AccountOpened, Amount, Balance, BookingId, Bound, Caller, Command,
        CreditLeg, CreditLegs, Entry, HoldStateKind, HoldTerms, Label, Limits, MAX_EXPIRES_IN_S,
        Malformed, Moment, NewEntry, Note, Origin, Principal, Reversal, Salt, Sequence, Settlement,
        Tag, Tags, Transfer, Transfers, Unit, UnitId,
    },
    query::{Axis, Reader},
};

type Result<T> = std::result::Result<T, Malformed>;

/// Who calls, and how far they see.
#[derive(Clone, Debug)]
pub(super) struct Calling {
    pub(super) caller: Caller,
    scope: Scope,
    is_evaluator: bool,
}

impl Calling {
    pub(super) fn reader(&self) -> Reader {
        Reader {
            who: self.caller.who().clone(),
            scope: self.scope.clone(),
            is_evaluator: self.is_evaluator,
        }
    }
}

/// Who calls: whom the door let in, acting for whom they say.
pub(super) fn caller<T>(request: &Request<T>) -> std::result::Result<Calling, Refused> {
    let guest = guest(request)?;
    let metadata = request.metadata();
    let text = |field: &'static str| {
        let bytes = metadata
            .get(field)
            .map_or(&[][..], |value| value.as_bytes());
        std::str::from_utf8(bytes).map_err(|_| Malformed::NotText { field })
    };
    let actor = Principal::claimed(text("x-actor")?)?;
    let caller = Caller::new(guest.principal(), text("x-request-id")?)?;
    let Grant { role, scope } = guest.grant();
    Ok(Calling {
        caller: caller.acting_for(actor),
        scope,
        is_evaluator: role == Role::Evaluator,
    })
}

/// Whom the door let in.
pub(super) fn guest<T>(request: &Request<T>) -> std::result::Result<&Guest, Refused> {
    request.extensions().get::<Guest>().ok_or(Refused::Fault)
}

/// Who reads. Whoever may not act for others reads for themself.
pub(super) fn reader<T>(request: &Request<T>) -> std::result::Result<Reader, Refused> {
    let calling = caller(request)?;
    let guest = guest(request)?;
    Ok(match guest.grant().may_claim() {
        true => calling.reader(),
        false => Reader {
            who: guest.principal(),
            ..calling.reader()
        },
    })
}

pub(super) fn required<T>(value: Option<T>, field: &'static str) -> Result<T> {
    value.ok_or(Malformed::Missing { field })
}

/// Text that must be there.
pub(super) fn text<'a>(given: &'a str, field: &'static str) -> Result<&'a str> {
    match given {
        "" => Err(Malformed::Missing { field }),
        given => Ok(given),
    }
}

pub(super) fn account_id(given: &str, field: &'static str) -> Result<AccountId> {
    AccountId::parse(text(given, field)?)
}

pub(super) fn booking_id(given: &str, field: &'static str) -> Result<BookingId> {
    BookingId::parse(field, text(given, field)?)
}

/// The unit that is given, if one is.
fn unit_id(given: &str) -> Result<Option<UnitId>> {
    match given {
        "" => Ok(None),
        given => UnitId::parse(given).map(Some),
    }
}

pub(super) fn optional_moment(
    given: Option<Timestamp>,
    field: &'static str,
) -> Result<Option<Moment>> {
    given.map(|given| journal::moment(given, field)).transpose()
}

pub(super) fn unit(unit: Option<v1::Unit>) -> Result<Command> {
    let unit = required(unit, "unit")?;
    let id = UnitId::parse(text(&unit.unit_id, "unit.unit_id")?)?;
    let step = text(&unit.step, "unit.step")?;
    Ok(Command::DeclareUnit(Unit::new(id, step)?))
}

pub(super) fn open_account(request: &v1::OpenAccountRequest) -> Result<AccountOpened> {
    let id = account_id(&request.account_id, "account_id")?;
    let kind = account_kind(request.kind)?;
    let default = kind.default_limits();
    let or_default = |limit: Option<v1::Limit>, default: Option<Balance>| {
        Ok(limit.map(bound).transpose()?.map_or(default, Bound::limit))
    };
    Ok(AccountOpened {
        id,
        kind,
        unit: unit_id(&request.unit_id)?.unwrap_or_else(UnitId::time),
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
        id: account_id(&request.account_id, "account_id")?,
        floor: request.floor.map(bound).transpose()?,
        ceiling: request.ceiling.map(bound).transpose()?,
        since: etag(&request.etag)?,
    })
}

pub(super) fn etag(given: &str) -> Result<Sequence> {
    let field = "etag";
    text(given, field)?
        .parse()
        .ok()
        .and_then(Sequence::new)
        .ok_or_else(|| Malformed::Etag {
            given: given.chars().take(40).collect(),
        })
}

/// An entry to post, with a note whose salt is drawn here: the rules draw
/// nothing.
pub(super) fn new_entry(entry: v1::Entry) -> std::result::Result<NewEntry, Refused> {
    let id = booking_id(&entry.entry_id, "entry_id")?;
    let mut units = Vec::new();
    let mut legs = Vec::with_capacity(entry.transfers.len().min(100));
    for (index, leg) in entry.transfers.iter().enumerate() {
        legs.push(transfer(
            &leg.debit_account_id,
            &leg.credit_account_id,
            leg.amount,
        )?);
        if let Some(unit) = unit_id(&leg.unit_id)? {
            units.push((index, unit));
        }
    }
    let transfers = Transfers::new(legs)?;
    let effective_at = optional_moment(entry.effective_at, "effective_at")?;
    let kind = kind(&entry.kind)?;
    let tags = tags(entry.tags)?;
    let note = note(entry.note)?;
    Ok(NewEntry {
        entry: Arc::new(Entry {
            id,
            transfers,
            effective_at,
            kind,
            tags,
            note: note.as_ref().map(Note::commitment),
            origin: Origin::Posted,
        }),
        units,
        note,
        opens: Vec::new(),
    })
}

fn transfer(debit: &str, credit: &str, amount: i64) -> Result<Transfer> {
    let debit = account_id(debit, "debit_account_id")?;
    let credit = account_id(credit, "credit_account_id")?;
    Transfer::check_distinct(&debit, &credit)?;
    Transfer::new(debit, credit, Amount::new(amount)?)
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
        .map(|tag| Tag::new(tag_key(&tag.key)?, tag.value));
    Tags::new(tags.collect::<Result<_>>()?)
}

fn tag_key(given: &str) -> Result<Label> {
    let field = "tags.key";
    Label::parse(field, text(given, field)?)
}

pub(super) fn note(text: String) -> std::result::Result<Option<Note>, Refused> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut salt = Salt::default();
    getrandom::fill(&mut salt).map_err(|_| Refused::NoRandomness)?;
    Ok(Note::new(salt, text)?)
}

pub(super) fn reversal(request: v1::ReverseEntryRequest) -> std::result::Result<Reversal, Refused> {
    let of = booking_id(&request.entry_id, "entry_id")?;
    let id = booking_id(&request.reversal_entry_id, "reversal_entry_id")?;
    let reason = required(note(request.reason)?, "reason")?;
    Ok(Reversal {
        id,
        of,
        reason: reason.commitment(),
        note: Some(reason),
        force: request.force,
        effective_at: optional_moment(request.effective_at, "effective_at")?,
        owner: None,
    })
}

pub(super) fn place_hold(request: v1::PlaceHoldRequest) -> Result<Command> {
    let id = hold_id(&request.hold_id)?;
    let (debit, credit) = (&request.debit_account_id, &request.credit_account_id);
    let transfer = transfer(debit, credit, request.amount)?;
    Ok(Command::PlaceHold {
        unit: unit_id(&request.unit_id)?,
        terms: HoldTerms {
            id,
            transfer,
            expires_in_s: request.expires_in.map(expires_in_s).transpose()?,
            kind: kind(&request.kind)?,
            tags: tags(request.tags)?,
            owner: None,
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
    booking_id(given, "hold_id")
}

pub(super) fn settle_hold(request: &v1::SettleHoldRequest) -> Result<Command> {
    let id = hold_id(&request.hold_id)?;
    let amount = request.amount.map(Amount::new).transpose()?;
    Ok(Command::SettleHold {
        id,
        effective_at: optional_moment(request.effective_at, "effective_at")?,
        settlement: settlement(amount, &request.legs)?,
        owner: None,
    })
}

fn settlement(amount: Option<Amount>, legs: &[v1::SettlementLeg]) -> Result<Settlement> {
    let legs: Vec<CreditLeg> = legs.iter().map(credit_leg).collect::<Result<_>>()?;
    match (amount, legs.is_empty()) {
        (None, true) => Ok(Settlement::All),
        (Some(amount), true) => Ok(Settlement::Amount(amount)),
        (None, false) => Ok(Settlement::Legs(CreditLegs::new(legs)?)),
        (Some(_), false) => Err(Malformed::Together {
            fields: "amount and legs",
        }),
    }
}

fn credit_leg(leg: &v1::SettlementLeg) -> Result<CreditLeg> {
    Ok(CreditLeg {
        credit: account_id(&leg.credit_account_id, "credit_account_id")?,
        amount: Amount::new(leg.amount)?,
    })
}

/// As of which record; 0 is as of the last.
pub(super) fn position(given: i64) -> Result<Option<Sequence>> {
    match (given, Sequence::new(given)) {
        (0, _) => Ok(None),
        (given, None) => Err(Malformed::SequenceRange { given }),
        (_, at) => Ok(at),
    }
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
