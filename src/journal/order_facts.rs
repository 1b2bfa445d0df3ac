//! What happened to needs and orders: to the contract's messages, and back.

use timebank_proto::v1::{self, doer::Who};

use super::{
    Undecodable,
    decode::{booking, commitment},
    facts::policy_version,
    incident_facts::{hash, hash_to_proto},
    member_facts::{optional, sequence},
    moment,
    order_actions::{need_action, need_action_to_proto, order_action, order_action_to_proto},
    timestamp,
};
use crate::{
    exchange::{
        AcceptNeed, Branch, Code, Day, Doer, Fact, MemberId, NeedId, NeedMoved, NeedPublished,
        NeedState, NeedStep, NeedStepped, OrderAccepted, OrderId, OrderState, OrderStep,
        OrderStepped, PolicyVersion, StaffNumber, VisitRecorded,
        order::{Earnings, Helpers, NeedTerms, Reason, Reckoned, Sheet, SheetNumber},
        policy::Minutes,
    },
    ledger::{AccountId, Amount, Malformed, Sequence, UnitId},
};

type Result<T> = std::result::Result<T, Undecodable>;
type Read<T> = std::result::Result<T, Malformed>;

pub(super) fn number(version: PolicyVersion) -> i32 {
    i32::try_from(version.get()).unwrap_or(i32::MAX)
}

fn code(code: Option<&Code>) -> String {
    code.map_or("", Code::as_str).into()
}

/// Who did something, as the contract has them.
pub fn doer_to_proto(doer: &Doer) -> v1::Doer {
    let who = match doer {
        Doer::Staff(number) => Who::StaffNumber(number.as_str().into()),
        Doer::Member(member) => Who::MemberId(member.as_str().into()),
    };
    v1::Doer { who: Some(who) }
}

/// What is asked for, as the contract has it.
pub fn need_terms_to_proto(terms: &NeedTerms) -> v1::NeedTerms {
    v1::NeedTerms {
        recipient_id: terms.recipient.as_str().into(),
        service: terms.service.as_str().into(),
        at: Some(timestamp(terms.at)),
        minutes: terms.minutes.get(),
        pay_from: terms.pay_from.as_ref().map_or("", AccountId::as_str).into(),
        point: code(terms.point.as_ref()),
        channel: code(terms.channel.as_ref()),
        helpers: terms.helpers.get(),
    }
}

/// How a need stands, as the contract has it.
pub fn need_state_to_proto(state: NeedState) -> v1::NeedState {
    match state {
        NeedState::Published => v1::NeedState::Published,
        NeedState::Approved => v1::NeedState::Approved,
        NeedState::Accepted => v1::NeedState::Accepted,
        NeedState::Declined => v1::NeedState::Declined,
        NeedState::Cancelled => v1::NeedState::Cancelled,
        NeedState::Expired => v1::NeedState::Expired,
    }
}

/// How an order stands, as the contract has it.
pub fn order_state_to_proto(state: OrderState) -> v1::OrderState {
    match state {
        OrderState::Accepted => v1::OrderState::Accepted,
        OrderState::Serving => v1::OrderState::Serving,
        OrderState::Served => v1::OrderState::Served,
        OrderState::Confirmed => v1::OrderState::Confirmed,
        OrderState::Settled => v1::OrderState::Settled,
        OrderState::Cancelled => v1::OrderState::Cancelled,
        OrderState::NoShow => v1::OrderState::NoShow,
        OrderState::Disputed => v1::OrderState::Disputed,
        OrderState::Resolved => v1::OrderState::Resolved,
        OrderState::Recorded => v1::OrderState::Recorded,
    }
}

/// What an order came to, as the contract has it.
pub fn reckoning_to_proto(reckoned: &Reckoned) -> v1::Reckoning {
    v1::Reckoning {
        policy_version: number(reckoned.policy),
        provider_policy_version: reckoned.provider_policy.map_or(0, number),
        by_provider: reckoned.by_provider.get(),
        by_recipient: reckoned.by_recipient.get(),
        confirmed: reckoned.confirmed.get(),
        rounded: reckoned.rounded.get(),
        weighted: reckoned.weighted,
        earned_on_day: reckoned.earned_on_day,
        earned_in_week: reckoned.earned_in_week,
        within_day_cap: reckoned.within_day_cap,
        within_week_cap: reckoned.within_week_cap,
        balance: reckoned.balance,
        credited: reckoned.credited,
        excess: reckoned.excess,
    }
}

pub(super) fn reason_to_proto(reason: Option<&Reason>) -> Vec<u8> {
    reason.map_or_else(Vec::new, |reason| reason.commitment.0.to_vec())
}

pub(super) fn published(new: &NeedPublished) -> v1::NeedPublished {
    v1::NeedPublished {
        need_id: new.id.0.as_bytes().to_vec(),
        terms: Some(need_terms_to_proto(&new.terms)),
        by: Some(doer_to_proto(&new.by)),
        centre: new.centre.as_str().into(),
        policy_version: number(new.policy),
        on: new.on.to_string(),
        open_until: new.open_until.to_string(),
        state: need_state_to_proto(new.to).into(),
        verdict_on: new.verdict_on.map_or(0, Sequence::get),
    }
}

pub(super) fn need_stepped(new: &NeedStepped) -> v1::NeedStepped {
    let step = &new.step;
    v1::NeedStepped {
        step_id: step.step.as_bytes().to_vec(),
        need_id: step.need.0.as_bytes().to_vec(),
        action: Some(need_action_to_proto(&step.action)),
        reason_commitment: reason_to_proto(step.reason.as_ref()),
        by: Some(doer_to_proto(&new.by)),
        state: need_state_to_proto(new.to).into(),
        ahead_days: new.ahead_days,
        moved: new.moved.as_ref().map(|moved| v1::NeedMoved {
            policy_version: number(moved.policy),
            on: moved.on.to_string(),
            open_until: moved.open_until.to_string(),
            verdict_on: moved.verdict_on.map_or(0, Sequence::get),
            approval: moved.is_approval,
        }),
    }
}

pub(super) fn accepted(new: &OrderAccepted) -> v1::OrderAccepted {
    let approved_by = new.approved_by.iter();
    let earns = new.earns.as_ref();
    v1::OrderAccepted {
        order_id: new.accept.order.0.as_bytes().to_vec(),
        need_id: new.accept.need.0.as_bytes().to_vec(),
        provider_id: new.accept.provider.as_str().into(),
        by: Some(doer_to_proto(&new.by)),
        approved_by: approved_by.map(|number| number.as_str().into()).collect(),
        payer: new.payer.as_str().into(),
        held: new.held.steps(),
        need_state: need_state_to_proto(new.need_is).into(),
        verdict_on: new.verdict_on.map_or(0, Sequence::get),
        earns_unit_id: earns.map_or("", |earns| earns.unit.as_str()).into(),
        earns_account_id: earns.map_or("", |earns| earns.account.as_str()).into(),
    }
}

/// A sheet as the contract has it.
pub fn sheet_to_proto(sheet: &Sheet) -> v1::Sheet {
    v1::Sheet {
        number: sheet.number.as_str().into(),
        sha256: hash_to_proto(sheet.hash),
    }
}

/// Reads a sheet.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn sheet(given: Option<&v1::Sheet>) -> Read<Sheet> {
    let given = required(given, "sheet")?;
    Ok(Sheet {
        number: SheetNumber::parse(text(&given.number, "sheet.number")?)?,
        hash: hash("sheet.sha256", &given.sha256)?,
    })
}

pub(super) fn recorded(new: &VisitRecorded) -> v1::VisitRecorded {
    v1::VisitRecorded {
        published: Some(published(&new.published)),
        accepted: Some(accepted(&new.accepted)),
        sheet: Some(sheet_to_proto(&new.sheet)),
        staff_number: new.by.as_str().into(),
    }
}

pub(super) fn read_recorded(new: &v1::VisitRecorded) -> Result<Fact> {
    let published = new.published.as_ref();
    let accepted = new.accepted.as_ref();
    Ok(Fact::VisitRecorded(Box::new(VisitRecorded {
        published: of_published(published.ok_or(Undecodable::Field("published"))?)?,
        accepted: of_accepted(accepted.ok_or(Undecodable::Field("accepted"))?)?,
        sheet: sheet(new.sheet.as_ref())?,
        by: StaffNumber::parse(&new.staff_number)?,
    })))
}

pub(super) fn order_stepped(new: &OrderStepped) -> v1::OrderStepped {
    let step = &new.step;
    v1::OrderStepped {
        step_id: step.step.as_bytes().to_vec(),
        order_id: step.order.0.as_bytes().to_vec(),
        action: Some(order_action_to_proto(&step.action)),
        reason_commitment: reason_to_proto(step.reason.as_ref()),
        by: Some(doer_to_proto(&new.by)),
        state: order_state_to_proto(new.to).into(),
        on: new.on.to_string(),
        approval: new.is_approval,
        held: new.held.map_or(0, Amount::steps),
        reckoning: new.reckoned.as_ref().map(reckoning_to_proto),
        entry_id: new
            .entry
            .map_or_else(Vec::new, |entry| entry.as_bytes().to_vec()),
        confirm_until: new
            .confirm_until
            .map_or_else(String::new, |day| day.to_string()),
    }
}

/// Text that must be there.
pub(super) fn text<'a>(given: &'a str, field: &'static str) -> Read<&'a str> {
    match given {
        "" => Err(Malformed::Missing { field }),
        given => Ok(given),
    }
}

/// Minutes of which there must be one at least.
pub(super) fn minutes(given: i64, field: &'static str) -> Read<Minutes> {
    match Minutes::new(given) {
        Some(minutes) if minutes > Minutes::ZERO => Ok(minutes),
        _ if given == 0 => Err(Malformed::Missing { field }),
        _ => Err(Malformed::AmountRange {
            given,
            max: Minutes::MAX.get(),
        }),
    }
}

pub(super) fn required<T>(given: Option<T>, field: &'static str) -> Read<T> {
    given.ok_or(Malformed::Missing { field })
}

/// Reads what is asked for.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn need_terms(given: &v1::NeedTerms) -> Read<NeedTerms> {
    let recipient = MemberId::parse(text(&given.recipient_id, "terms.recipient_id")?)?;
    let service = Code::parse("terms.service", text(&given.service, "terms.service")?)?;
    let at = moment(required(given.at, "terms.at")?, "terms.at")?;
    let minutes = minutes(given.minutes, "terms.minutes")?;
    let pay_from = optional(&given.pay_from, AccountId::parse)?;
    let code = |field, given: &str| optional(given, |word| Code::parse(field, word));
    Ok(NeedTerms {
        recipient,
        service,
        at,
        minutes,
        pay_from,
        point: code("terms.point", &given.point)?,
        channel: code("terms.channel", &given.channel)?,
        helpers: helpers(given.helpers)?,
    })
}

fn helpers(given: u32) -> Read<Helpers> {
    let field = "terms.helpers";
    let given = given.max(1);
    Helpers::new(given).ok_or(Malformed::Choice {
        field,
        given: i32::try_from(given).unwrap_or(i32::MAX),
    })
}

pub(super) fn doer(given: Option<&v1::Doer>) -> Result<Doer> {
    let who = given.and_then(|given| given.who.as_ref());
    Ok(match who.ok_or(Undecodable::Field("by"))? {
        Who::StaffNumber(number) => Doer::Staff(StaffNumber::parse(number)?),
        Who::MemberId(member) => Doer::Member(MemberId::parse(member)?),
    })
}

fn need_state(given: i32) -> Result<NeedState> {
    let found = NeedState::ALL.iter().copied();
    let mut found = found.filter(|state| i32::from(need_state_to_proto(*state)) == given);
    found.next().ok_or(Undecodable::Field("state"))
}

fn order_state(given: i32) -> Result<OrderState> {
    let found = OrderState::ALL.iter().copied();
    let mut found = found.filter(|state| i32::from(order_state_to_proto(*state)) == given);
    found.next().ok_or(Undecodable::Field("state"))
}

/// A position that need not be there.
pub(super) fn verdict_on(given: i64) -> Result<Option<Sequence>> {
    match given {
        0 => Ok(None),
        given => sequence(given, "verdict_on").map(Some),
    }
}

pub(super) fn reason(given: &[u8]) -> Result<Option<Reason>> {
    let commitment = commitment(given)?;
    Ok(commitment.map(|commitment| Reason {
        commitment,
        note: None,
    }))
}

pub(super) fn read_published(new: &v1::NeedPublished) -> Result<Fact> {
    Ok(Fact::NeedPublished(Box::new(of_published(new)?)))
}

pub(super) fn of_published(new: &v1::NeedPublished) -> Result<NeedPublished> {
    let terms = new.terms.as_ref().ok_or(Undecodable::Field("terms"))?;
    Ok(NeedPublished {
        id: NeedId(booking(&new.need_id, "need_id")?),
        terms: need_terms(terms)?,
        by: doer(new.by.as_ref())?,
        centre: Branch::parse("centre", &new.centre)?,
        policy: policy_version(new.policy_version)?,
        on: Day::parse("on", &new.on)?,
        open_until: Day::parse("open_until", &new.open_until)?,
        to: need_state(new.state)?,
        verdict_on: verdict_on(new.verdict_on)?,
    })
}

pub(super) fn read_need_stepped(new: &v1::NeedStepped) -> Result<Fact> {
    Ok(Fact::NeedStepped(Box::new(NeedStepped {
        step: NeedStep {
            step: booking(&new.step_id, "step_id")?,
            need: NeedId(booking(&new.need_id, "need_id")?),
            action: need_action(new.action.as_ref())?,
            reason: reason(&new.reason_commitment)?,
            recorded: None,
        },
        by: doer(new.by.as_ref())?,
        to: need_state(new.state)?,
        ahead_days: new.ahead_days,
        moved: new.moved.as_ref().map(need_moved).transpose()?,
    })))
}

fn need_moved(moved: &v1::NeedMoved) -> Result<NeedMoved> {
    Ok(NeedMoved {
        policy: policy_version(moved.policy_version)?,
        on: Day::parse("on", &moved.on)?,
        open_until: Day::parse("open_until", &moved.open_until)?,
        verdict_on: verdict_on(moved.verdict_on)?,
        is_approval: moved.approval,
    })
}

pub(super) fn read_accepted(new: &v1::OrderAccepted) -> Result<Fact> {
    Ok(Fact::OrderAccepted(Box::new(of_accepted(new)?)))
}

pub(super) fn of_accepted(new: &v1::OrderAccepted) -> Result<OrderAccepted> {
    let approved_by = new.approved_by.iter();
    let approved_by = approved_by.map(|number| StaffNumber::parse(number));
    Ok(OrderAccepted {
        accept: AcceptNeed {
            order: OrderId(booking(&new.order_id, "order_id")?),
            need: NeedId(booking(&new.need_id, "need_id")?),
            provider: MemberId::parse(&new.provider_id)?,
            recorded: None,
        },
        by: doer(new.by.as_ref())?,
        approved_by: approved_by.collect::<Read<_>>()?,
        payer: AccountId::parse(&new.payer)?,
        held: Amount::new(new.held)?,
        need_is: need_state(new.need_state)?,
        earns: earnings(new)?.map(Box::new),
        verdict_on: verdict_on(new.verdict_on)?,
    })
}

fn earnings(new: &v1::OrderAccepted) -> Result<Option<Earnings>> {
    match (new.earns_unit_id.as_str(), new.earns_account_id.as_str()) {
        ("", "") => Ok(None),
        (unit, account) => Ok(Some(Earnings {
            unit: UnitId::parse(unit)?,
            account: AccountId::parse(account)?,
        })),
    }
}

pub(super) fn read_order_stepped(new: &v1::OrderStepped) -> Result<Fact> {
    let reckoned = new.reckoning.as_ref().map(reckoning).transpose()?;
    Ok(Fact::OrderStepped(Box::new(OrderStepped {
        step: OrderStep {
            step: booking(&new.step_id, "step_id")?,
            order: OrderId(booking(&new.order_id, "order_id")?),
            action: order_action(new.action.as_ref())?,
            reason: reason(&new.reason_commitment)?,
        },
        by: doer(new.by.as_ref())?,
        to: order_state(new.state)?,
        on: Day::parse("on", &new.on)?,
        is_approval: new.approval,
        held: match new.held {
            0 => None,
            held => Some(Amount::new(held)?),
        },
        reckoned,
        entry: match new.entry_id.as_slice() {
            [] => None,
            entry => Some(booking(entry, "entry_id")?),
        },
        confirm_until: match new.confirm_until.as_str() {
            "" => None,
            day => Some(Day::parse("confirm_until", day)?),
        },
    })))
}

fn reckoning(given: &v1::Reckoning) -> Result<Reckoned> {
    let minutes = |given, field| Minutes::new(given).ok_or(Undecodable::Field(field));
    Ok(Reckoned {
        policy: policy_version(given.policy_version)?,
        provider_policy: match given.provider_policy_version {
            0 => None,
            version => Some(policy_version(version)?),
        },
        by_provider: minutes(given.by_provider, "by_provider")?,
        by_recipient: minutes(given.by_recipient, "by_recipient")?,
        confirmed: minutes(given.confirmed, "confirmed")?,
        rounded: minutes(given.rounded, "rounded")?,
        weighted: given.weighted,
        earned_on_day: given.earned_on_day,
        earned_in_week: given.earned_in_week,
        within_day_cap: given.within_day_cap,
        within_week_cap: given.within_week_cap,
        balance: given.balance,
        credited: given.credited,
        excess: given.excess,
    })
}
