//! What is done about needs and orders: to the contract's messages, and back.

use timebank_proto::v1::{
    self, need_action::Action as NeedDo, order_action::Action as OrderDo, resolve_dispute::How,
};

use super::{
    incident_facts::{evidence, evidence_to_proto},
    member_facts::optional,
    moment,
    order_facts::{minutes, required, text},
    timestamp,
};
use crate::{
    exchange::{
        Day, MemberId,
        order::{NeedAction, OrderAction, Party, Rating, Repeat, Resolution},
        policy::Minutes,
    },
    ledger::{Malformed, Moment},
};

type Read<T> = Result<T, Malformed>;

fn party_to_proto(party: Party) -> v1::Party {
    match party {
        Party::Provider => v1::Party::Provider,
        Party::Recipient => v1::Party::Recipient,
    }
}

pub(super) fn need_action_to_proto(action: &NeedAction) -> v1::NeedAction {
    let action = match action {
        NeedAction::Offer(member) => NeedDo::Offer(member.as_str().into()),
        NeedAction::Withdraw(member) => NeedDo::Withdraw(member.as_str().into()),
        NeedAction::Approve => NeedDo::Approve(v1::Plainly {}),
        NeedAction::Decline => NeedDo::Decline(v1::Plainly {}),
        NeedAction::Cancel => NeedDo::Cancel(v1::Plainly {}),
        NeedAction::Change { at, minutes } => NeedDo::Change(change_to_proto(*at, *minutes)),
        NeedAction::Repeat(repeat) => NeedDo::Repeat(v1::RepeatWeekly {
            until: repeat.until.to_string(),
            provider_id: repeat.provider.as_ref().map_or("", MemberId::as_str).into(),
        }),
    };
    v1::NeedAction {
        action: Some(action),
    }
}

fn change_to_proto(at: Moment, minutes: Minutes) -> v1::ChangeVisit {
    v1::ChangeVisit {
        at: Some(timestamp(at)),
        minutes: minutes.get(),
    }
}

pub(super) fn order_action_to_proto(action: &OrderAction) -> v1::OrderAction {
    let action = match action {
        OrderAction::Approve => OrderDo::Approve(v1::Plainly {}),
        OrderAction::Decline => OrderDo::Decline(v1::Plainly {}),
        OrderAction::Change { at, minutes } => OrderDo::Change(change_to_proto(*at, *minutes)),
        OrderAction::CheckIn(at) => OrderDo::CheckIn(timestamp(*at)),
        OrderAction::CheckOut(at) => OrderDo::CheckOut(timestamp(*at)),
        OrderAction::Confirm {
            member,
            served,
            rating,
        } => OrderDo::Confirm(v1::ConfirmVisit {
            member_id: member.as_str().into(),
            served_minutes: served.get(),
            rating: rating.map_or(0, Rating::get),
        }),
        OrderAction::Settle => OrderDo::Settle(v1::Plainly {}),
        OrderAction::Cancel(party) => OrderDo::Cancel(party_to_proto(*party).into()),
        OrderAction::NoShow(party) => OrderDo::NoShow(party_to_proto(*party).into()),
        OrderAction::Dispute(evidence) => OrderDo::Dispute(evidence_to_proto(evidence)),
        OrderAction::Correct(served) => OrderDo::CorrectMinutes(served.get()),
        OrderAction::Resolve(resolution) => OrderDo::Resolve(v1::ResolveDispute {
            how: Some(match resolution {
                Resolution::Settle(served) => How::SettleMinutes(served.get()),
                Resolution::Release => How::Release(v1::Plainly {}),
            }),
        }),
    };
    v1::OrderAction {
        action: Some(action),
    }
}

/// Reads what is done about a need.
///
/// # Errors
/// [`Malformed`], where it is missing or names no member.
pub fn need_action(given: Option<&v1::NeedAction>) -> Read<NeedAction> {
    let action = given.and_then(|given| given.action.as_ref());
    let member = |given: &str, field| MemberId::parse(text(given, field)?);
    Ok(match required(action, "action")? {
        NeedDo::Offer(given) => NeedAction::Offer(member(given, "action.offer")?),
        NeedDo::Withdraw(given) => NeedAction::Withdraw(member(given, "action.withdraw")?),
        NeedDo::Approve(_) => NeedAction::Approve,
        NeedDo::Decline(_) => NeedAction::Decline,
        NeedDo::Cancel(_) => NeedAction::Cancel,
        NeedDo::Change(given) => {
            let (at, minutes) = change(given)?;
            NeedAction::Change { at, minutes }
        }
        NeedDo::Repeat(given) => NeedAction::Repeat(repeat(given)?),
    })
}

fn change(given: &v1::ChangeVisit) -> Read<(Moment, Minutes)> {
    let at = required(given.at, "action.change.at")?;
    Ok((
        moment(at, "action.change.at")?,
        minutes(given.minutes, "action.change.minutes")?,
    ))
}

fn repeat(given: &v1::RepeatWeekly) -> Read<Repeat> {
    let field = "action.repeat.until";
    Ok(Repeat {
        until: Day::parse(field, text(&given.until, field)?)?,
        provider: optional(&given.provider_id, MemberId::parse)?,
    })
}

/// Reads what is done about an order.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn order_action(given: Option<&v1::OrderAction>) -> Read<OrderAction> {
    let action = given.and_then(|given| given.action.as_ref());
    Ok(match required(action, "action")? {
        OrderDo::Change(given) => {
            let (at, minutes) = change(given)?;
            OrderAction::Change { at, minutes }
        }
        OrderDo::Approve(_) => OrderAction::Approve,
        OrderDo::Decline(_) => OrderAction::Decline,
        OrderDo::CheckIn(at) => OrderAction::CheckIn(moment(*at, "action.check_in")?),
        OrderDo::CheckOut(at) => OrderAction::CheckOut(moment(*at, "action.check_out")?),
        OrderDo::Confirm(confirm) => {
            let member = text(&confirm.member_id, "action.confirm.member_id")?;
            OrderAction::Confirm {
                member: MemberId::parse(member)?,
                served: minutes(confirm.served_minutes, "action.confirm.served_minutes")?,
                rating: rating(confirm.rating, "action.confirm.rating")?,
            }
        }
        OrderDo::Settle(_) => OrderAction::Settle,
        OrderDo::Cancel(given) => OrderAction::Cancel(party(*given, "action.cancel")?),
        OrderDo::NoShow(given) => OrderAction::NoShow(party(*given, "action.no_show")?),
        OrderDo::Dispute(given) => OrderAction::Dispute(evidence("action.dispute", Some(given))?),
        OrderDo::CorrectMinutes(given) => {
            // None may have been served.
            OrderAction::Correct(match given {
                0 => Minutes::ZERO,
                given => minutes(*given, "action.correct_minutes")?,
            })
        }
        OrderDo::Resolve(resolve) => OrderAction::Resolve(resolution(resolve.how.as_ref())?),
    })
}

/// A rating, which need not be there.
pub(super) fn rating(given: u32, field: &'static str) -> Read<Option<Rating>> {
    match given {
        0 => Ok(None),
        given => Rating::new(given).map(Some).ok_or(Malformed::Choice {
            field,
            given: i32::try_from(given).unwrap_or(i32::MAX),
        }),
    }
}

fn resolution(how: Option<&How>) -> Read<Resolution> {
    Ok(match required(how, "action.resolve")? {
        How::SettleMinutes(given) => {
            Resolution::Settle(minutes(*given, "action.resolve.settle_minutes")?)
        }
        How::Release(_) => Resolution::Release,
    })
}

/// Reads a side of an order.
///
/// # Errors
/// [`Malformed`] where it is none.
pub fn party(given: i32, field: &'static str) -> Read<Party> {
    match v1::Party::try_from(given) {
        Ok(v1::Party::Provider) => Ok(Party::Provider),
        Ok(v1::Party::Recipient) => Ok(Party::Recipient),
        Ok(v1::Party::Unspecified) => Err(Malformed::Missing { field }),
        Err(_) => Err(Malformed::Choice { field, given }),
    }
}
