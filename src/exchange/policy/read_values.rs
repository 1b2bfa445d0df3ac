//! Single values of a policy's document: what each may be, and what to write instead.

use std::num::NonZeroU32;

use toml::de::DeValue;

use super::{Factor, Level, Minutes, Months, Payer, Years};
use crate::{
    document::{Read, not, not_within, number_within, text},
    exchange::{Code, Day, Name},
    ledger::{AccountId, UnitId},
};

/// How many steps of a unit a rate is of at most.
const MAX_STEPS: u32 = 100_000;

pub(super) fn name(value: &DeValue<'_>) -> Read<Name> {
    let hint = "write 1 to 100 characters, with no space at either end";
    Name::parse("name", text(value)?).map_err(|_| not("a name", hint))
}

pub(super) fn code(value: &DeValue<'_>) -> Read<Code> {
    let hint = "write 1 to 32 characters a-z 0-9 '-', a letter first";
    Code::parse("code", text(value)?).map_err(|_| not("a code", hint))
}

pub(super) fn account(value: &DeValue<'_>) -> Read<AccountId> {
    let hint = "write one such as \"shapingba:pool:mutual\"";
    AccountId::parse(text(value)?).map_err(|_| not("an account id", hint))
}

pub(super) fn unit(value: &DeValue<'_>) -> Read<UnitId> {
    let hint = "write \"time\", or the name of a unit that the ledger has, such as \"points\"";
    UnitId::parse(text(value)?).map_err(|_| not("a unit", hint))
}

pub(super) fn payer(value: &DeValue<'_>) -> Read<Payer> {
    match text(value)? {
        "recipient" => Ok(Payer::Recipient),
        _ => account(value)
            .map(Payer::Account)
            .map_err(|_| not("a payer", "write \"recipient\", or an account id")),
    }
}

/// A day, as a text or as TOML writes dates.
pub(super) fn day(value: &DeValue<'_>) -> Read<Day> {
    let given = match value {
        DeValue::Datetime(date) => date.to_string(),
        other => text(other)?.into(),
    };
    let hint = "write one such as 2026-12-01";
    Day::parse("day", &given).map_err(|_| not("a day", hint))
}

pub(super) fn minutes(value: &DeValue<'_>) -> Read<Minutes> {
    let given = value.as_str().and_then(Minutes::parse);
    given.ok_or_else(|| not("a length of time", "write \"15m\", \"2h\" or \"1h30m\""))
}

pub(super) fn positive_minutes(value: &DeValue<'_>) -> Read<Minutes> {
    let given = minutes(value)?;
    match given > Minutes::ZERO {
        true => Ok(given),
        false => Err(not("longer than nothing", "write \"15m\", for one")),
    }
}

pub(super) fn level(value: &DeValue<'_>) -> Read<Level> {
    let given = value.as_str().and_then(Level::parse);
    let hint = "write \"0h\", \"-10h\", \"1500h\" or \"none\"";
    given.ok_or_else(|| not("a balance", hint))
}

/// A factor, as a text or as a number with its digits as they are written.
pub(super) fn factor(value: &DeValue<'_>) -> Read<Factor> {
    let given = match value {
        DeValue::Integer(number) => Factor::parse(number.as_str()),
        DeValue::Float(number) => Factor::parse(number.as_str()),
        other => other.as_str().and_then(Factor::parse),
    };
    let hint = "write 1, 1.5 or \"3/2\": above 0, of numbers up to 10,000";
    given.ok_or_else(|| not("a fraction", hint))
}

pub(super) fn per_hour(value: &DeValue<'_>) -> Read<Factor> {
    let max = 10_000;
    let steps = number(value, max)?;
    Factor::an_hour(steps).ok_or_else(|| not_within(&(0..=max)))
}

pub(super) fn number(value: &DeValue<'_>, max: u32) -> Read<u32> {
    number_within(value, 0..=max)
}

/// So many steps of a unit, for a rate: a length of time, where that is the unit. What unit it is
/// may not have been read, which is told already.
pub(super) fn steps(value: &DeValue<'_>, of: Option<&UnitId>) -> Read<NonZeroU32> {
    let range = 1..=MAX_STEPS;
    let given = match of {
        None => Some(1),
        Some(unit) if *unit == UnitId::time() => u32::try_from(positive_minutes(value)?.get()).ok(),
        Some(_) => Some(number_within(value, range.clone())?),
    };
    let given = given.filter(|given| range.contains(given));
    let longest = Minutes::at_most(MAX_STEPS.into());
    let too_long = || not("in its range", &format!("write {longest} at most"));
    given.and_then(NonZeroU32::new).ok_or_else(too_long)
}

pub(super) fn years(value: &DeValue<'_>) -> Read<Years> {
    let number = number(value, Years::MAX)?;
    Years::new(number).ok_or_else(|| not_within(&(0..=Years::MAX)))
}

pub(super) fn months(value: &DeValue<'_>) -> Read<Months> {
    let number = number(value, Months::MAX)?;
    Months::new(number).ok_or_else(|| not_within(&(0..=Months::MAX)))
}

pub(super) fn positive_months(value: &DeValue<'_>) -> Read<Months> {
    let range = 1..=Months::MAX;
    let number = number_within(value, range.clone())?;
    Months::new(number).ok_or_else(|| not_within(&range))
}

pub(super) fn choice<T: Copy>(value: &DeValue<'_>, choices: &[(&str, T)]) -> Read<T> {
    let given = value.as_str();
    let found = choices.iter().find(|(word, _)| Some(*word) == given);
    let words = choices.iter().map(|(word, _)| format!("\"{word}\""));
    let words = words.collect::<Vec<_>>().join(", ");
    found
        .map(|(_, choice)| *choice)
        .ok_or_else(|| not("one of the choices", &format!("write one of {words}")))
}
