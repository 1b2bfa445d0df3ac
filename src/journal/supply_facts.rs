//! What happened to supplies: to the contract's messages, and back.

use timebank_proto::v1;

use super::{
    Undecodable,
    decode::booking,
    order_facts::{doer, doer_to_proto, text},
};
use crate::{
    exchange::{
        Code, Fact, Hours, MemberId, OfferSupply, Supply, SupplyId, SupplyOffered, SupplyWithdrawn,
        TimeOfDay, Weekday, Weekdays, WithdrawSupply,
    },
    ledger::Malformed,
};

/// What is offered, as the contract has it.
pub fn supply_terms_to_proto(supply: &Supply) -> v1::SupplyTerms {
    let Hours { days, from, until } = &supply.hours;
    let days = days.days().iter();
    v1::SupplyTerms {
        service: supply.service.as_str().into(),
        days: days.map(|day| weekday_to_proto(*day).into()).collect(),
        from: from.to_string(),
        until: until.to_string(),
    }
}

/// Reads what is offered.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn supply(id: SupplyId, given: Option<&v1::SupplyTerms>) -> Result<Supply, Malformed> {
    let given = given.ok_or(Malformed::Missing { field: "terms" })?;
    let days = given.days.iter().map(|day| weekday(*day));
    Ok(Supply {
        id,
        service: Code::parse("terms.service", text(&given.service, "terms.service")?)?,
        hours: Hours {
            days: Weekdays::new(days.collect::<Result<_, _>>()?)?,
            from: time_of_day(&given.from, "terms.from")?,
            until: time_of_day(&given.until, "terms.until")?,
        },
    })
}

fn time_of_day(given: &str, field: &'static str) -> Result<TimeOfDay, Malformed> {
    TimeOfDay::parse(field, text(given, field)?)
}

/// A day of the week, as the contract has it.
pub fn weekday_to_proto(day: Weekday) -> v1::Weekday {
    match day {
        Weekday::Monday => v1::Weekday::Monday,
        Weekday::Tuesday => v1::Weekday::Tuesday,
        Weekday::Wednesday => v1::Weekday::Wednesday,
        Weekday::Thursday => v1::Weekday::Thursday,
        Weekday::Friday => v1::Weekday::Friday,
        Weekday::Saturday => v1::Weekday::Saturday,
        Weekday::Sunday => v1::Weekday::Sunday,
    }
}

/// Reads a day of the week.
///
/// # Errors
/// [`Malformed::Choice`] where it is none.
pub fn weekday(given: i32) -> Result<Weekday, Malformed> {
    let of = |day| v1::Weekday::try_from(given).is_ok_and(|given| given == weekday_to_proto(day));
    let found = Weekday::ALL.into_iter().find(|day| of(*day));
    let field = "terms.days";
    found.ok_or(Malformed::Choice { field, given })
}

pub(super) fn offered(new: &SupplyOffered) -> v1::SupplyOffered {
    let OfferSupply { member, supply } = &new.offer;
    v1::SupplyOffered {
        supply_id: supply.id.0.as_bytes().to_vec(),
        member_id: member.as_str().into(),
        terms: Some(supply_terms_to_proto(supply)),
        by: Some(doer_to_proto(&new.by)),
    }
}

pub(super) fn read_offered(new: &v1::SupplyOffered) -> Result<Fact, Undecodable> {
    let id = SupplyId(booking(&new.supply_id, "supply_id")?);
    Ok(Fact::SupplyOffered(SupplyOffered {
        offer: OfferSupply {
            member: MemberId::parse(&new.member_id)?,
            supply: supply(id, new.terms.as_ref())?,
        },
        by: doer(new.by.as_ref())?,
    }))
}

pub(super) fn withdrawn(new: &SupplyWithdrawn) -> v1::SupplyWithdrawn {
    v1::SupplyWithdrawn {
        step_id: new.withdraw.step.as_bytes().to_vec(),
        member_id: new.withdraw.member.as_str().into(),
        supply_id: new.was.id.0.as_bytes().to_vec(),
        terms: Some(supply_terms_to_proto(&new.was)),
        by: Some(doer_to_proto(&new.by)),
    }
}

pub(super) fn read_withdrawn(new: &v1::SupplyWithdrawn) -> Result<Fact, Undecodable> {
    let id = SupplyId(booking(&new.supply_id, "supply_id")?);
    Ok(Fact::SupplyWithdrawn(SupplyWithdrawn {
        withdraw: WithdrawSupply {
            step: booking(&new.step_id, "step_id")?,
            member: MemberId::parse(&new.member_id)?,
            supply: id,
        },
        was: supply(id, new.terms.as_ref())?,
        by: doer(new.by.as_ref())?,
    }))
}
