//! What contradicts itself in a policy, though each key can be read.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    ops::Range,
};

use super::{
    BalanceTerms, Condition, ConversionTerms, ExchangeTerms, Level, Minutes, Pricing,
    QualificationTerms, Rounding,
};
use crate::{
    document::{Document, Section},
    exchange::{Code, issuance::MONEY},
    ledger::UnitId,
};

pub(super) fn pricing(section: &mut Section<'_, '_>, pricing: &Pricing) {
    let step = match pricing.rounding {
        Rounding::None => Minutes::ZERO,
        Rounding::Up(step) | Rounding::Nearest(step) => step,
    };
    for (key, cap) in [("day_cap", pricing.day_cap), ("week_cap", pricing.week_cap)] {
        if let Some(cap) = cap.filter(|cap| *cap < step) {
            let what = format!("of {cap} is below pricing.step of {step}");
            let hint = "nothing that is rounded could be earned: raise it, or lower the step";
            section.note(key, &what, hint);
        }
    }
}

pub(super) fn balance(section: &mut Section<'_, '_>, balance: &BalanceTerms, pricing: &Pricing) {
    let BalanceTerms {
        floor,
        ceiling,
        excess_to,
    } = balance;
    if floor.minutes().is_some_and(|floor| floor > 0) {
        let hint = "hours below it could never leave the account: write \"0h\" or less";
        section.note("floor", "is above 0", hint);
    }
    if ceiling.minutes().is_some_and(|ceiling| ceiling < 0) {
        let hint = "nobody could have an hour: write \"0h\" or more";
        section.note("ceiling", "is below 0", hint);
    }
    let has_cap = pricing.day_cap.is_some() || pricing.week_cap.is_some();
    if excess_to.is_some() && *ceiling == Level::None && !has_cap {
        let what = "gets nothing, as there is neither a cap nor a ceiling";
        let hint = "give balance.ceiling, pricing.day_cap or pricing.week_cap, or take it out";
        section.note("excess_to", what, hint);
    }
}

pub(super) fn condition(section: &mut Section<'_, '_>, condition: &Condition) {
    if let (Some(min), Some(max)) = (condition.min_age, condition.max_age)
        && min > max
    {
        let what = format!("of {max} is below min_age of {min}");
        section.note("max_age", &what, "nobody is of such an age: exchange them");
    }
    let gives_age = !["min_age", "max_age"]
        .iter()
        .all(|key| section.place(key).is_none());
    if *condition == Condition::default() && !gives_age {
        let hint = "take `who` out where anyone may, or say an age";
        section.note("", "asks for nothing", hint);
    }
}

pub(super) fn waiting(section: &mut Section<'_, '_>) {
    if section.is_empty() {
        let hint = "take `waiting` out where nobody waits, or say `earned`";
        section.note("", "asks for nothing", hint);
    }
}

pub(super) fn exchange(section: &mut Section<'_, '_>, exchange: &ExchangeTerms) {
    if exchange.shortest > exchange.longest {
        let (shortest, longest) = (exchange.shortest, exchange.longest);
        let what = format!("of {longest} is below exchange.shortest of {shortest}");
        section.note("longest", &what, "no service is so long: exchange them");
    }
    if exchange.longest > Minutes::DAY {
        let what = format!("of {} is more than a day", exchange.longest);
        section.note(
            "longest",
            &what,
            "nobody serves longer than 24h at a stretch",
        );
    }
}

/// That a service says its worth in the unit that it has.
pub(super) fn worth(section: &mut Section<'_, '_>, is_time: bool) {
    let is_given = |section: &Section<'_, '_>, key| section.place(key).is_some();
    if is_time && is_given(section, "per_hour") {
        let hint = "write weight instead, or name another unit";
        section.note("per_hour", "is not for time", hint);
    }
    if is_time && is_given(section, "from") {
        let hint = "who pays hours is payment.payer: take it out, or name another unit";
        section.note("from", "is not for time", hint);
    }
    if !is_time && is_given(section, "weight") {
        let hint = "write per_hour: how many steps of the unit an hour is worth";
        section.note("weight", "is for time alone", hint);
    }
    if !is_time && !is_given(section, "per_hour") {
        let hint = "write how many steps of the unit an hour is worth";
        section.note("per_hour", "is missing", hint);
    }
}

/// That what a service asks for is in the list of qualifications.
pub(super) fn qualification(
    section: &mut Section<'_, '_>,
    named: Option<&Code>,
    all: &[QualificationTerms],
) {
    if let Some(code) = named.filter(|code| all.iter().all(|one| one.code != **code)) {
        let what = format!("{code} is not in the list of qualifications");
        let hint = format!("add a [[qualification]] with code = \"{code}\", or name another");
        section.note("qualification", &what, &hint);
    }
}

/// That what a training's months are of is there.
pub(super) fn validity(section: &mut Section<'_, '_>) {
    let is_given = |key| section.place(key).is_some();
    if is_given("valid_months") && !is_given("qualification") {
        let hint = "name the qualification that lapses, or take it out";
        section.note("valid_months", "is of no qualification", hint);
    }
}

/// That a training says how many points it earns, of which unit and from where, or nothing of it.
pub(super) fn points(section: &mut Section<'_, '_>, unit: Option<&UnitId>) {
    let keys = ["unit", "points", "from"];
    let missing = |section: &Section<'_, '_>, key| section.place(key).is_none();
    if keys.iter().all(|key| missing(section, key)) {
        return;
    }
    for key in keys {
        if missing(section, key) {
            let hint = "write unit, points and from where a training earns points";
            section.note(key, "is missing", hint);
        }
    }
    if unit.is_some_and(|unit| *unit == UnitId::time()) {
        let hint = "a training earns no hours: name another unit, such as \"points\"";
        section.note("unit", "is time", hint);
    }
}

/// That a conversion is between two units, neither of them money.
pub(super) fn conversion(
    section: &mut Section<'_, '_>,
    from: Option<&UnitId>,
    to: Option<&UnitId>,
) {
    for (key, unit) in [("from", from), ("to", to)] {
        if unit.is_some_and(|unit| unit.as_str() == MONEY) {
            let hint = "nothing is converted into money or out of it: name another unit";
            section.note(key, "is money", hint);
        }
    }
    if let Some(unit) = to.filter(|to| from == Some(to)) {
        let what = format!("is {unit}, as from is");
        section.note("to", &what, "name the unit that is got");
    }
}

/// That no pair of units has two rates, and nobody gains by going there and back.
pub(super) fn pairs(top: &mut Section<'_, '_>, conversions: &[ConversionTerms]) {
    let mut seen = BTreeMap::new();
    for one in conversions {
        let (from, to) = (one.from.as_str(), one.to.as_str());
        if seen.insert((from, to), one).is_some() {
            let what = format!("has {from} to {to} twice");
            top.note("convert", &what, "keep one rate for each pair");
        }
        let back = seen.get(&(to, from)).filter(|_| from != to);
        if back.is_some_and(|back| gains(one, back)) {
            let what = format!("makes {to} of {from} and more {from} of these again");
            top.note(
                "convert",
                &what,
                "give no more one way than the other takes",
            );
        }
    }
}

/// Whether somebody has more after both than before.
fn gains(there: &ConversionTerms, back: &ConversionTerms) -> bool {
    let product = |[one, other]: [NonZeroU32; 2]| u64::from(one.get()) * u64::from(other.get());
    product([there.get, back.get]) > product([there.give, back.give])
}

/// That no code is given twice.
pub(super) fn codes<'c>(
    top: &mut Section<'_, '_>,
    list: &'static str,
    codes: impl Iterator<Item = &'c Code>,
) {
    let mut seen = BTreeSet::new();
    for code in codes {
        if !seen.insert(code.as_str()) {
            let what = format!("has the code {code} twice");
            top.note(list, &what, "give each a code of its own");
        }
    }
}

/// A qualification that another stands on, and where that is said.
pub(super) struct Needed {
    pub(super) by: Code,
    pub(super) code: Code,
    pub(super) place: Range<usize>,
}

/// That what qualifications stand on is there, and none stands on itself.
pub(super) fn qualifications(
    document: &mut Document<'_>,
    all: &[QualificationTerms],
    needs: Vec<Needed>,
) {
    for Needed { by, code, place } in needs {
        if all.iter().all(|one| one.code != code) {
            let what = format!("{by} needs {code}, which is not in the list of qualifications");
            let hint = format!("add a [[qualification]] with code = \"{code}\"");
            document.note(place, (what, hint));
        } else if stands_on(all, &code, &by) {
            let what = format!("{by} needs {code}, and {code} in the end needs {by}: a cycle");
            let hint = "nobody could ever have them: take one out of `needs`".into();
            document.note(place, (what, hint));
        }
    }
}

/// Whether a qualification is another, or needs it in the end.
fn stands_on(all: &[QualificationTerms], code: &Code, other: &Code) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![code]);
    while let Some(code) = next.pop() {
        if code == other {
            return true;
        }
        if seen.insert(code.as_str()) {
            let terms = all.iter().filter(|one| one.code == *code);
            next.extend(terms.flat_map(|one| &one.needs));
        }
    }
    false
}
