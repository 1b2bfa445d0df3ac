//! Single values of any document: what each may be, and what to write instead.

use std::ops::RangeInclusive;

use toml::de::DeValue;

use super::{NotRead, Read};

pub(crate) fn text<'v>(value: &'v DeValue<'_>) -> Read<&'v str> {
    let hint = "write it in quotation marks";
    value.as_str().ok_or_else(|| not("a text", hint))
}

pub(crate) fn not(kind: &str, hint: &str) -> NotRead {
    (format!("is not {kind}"), hint.into())
}

pub(crate) fn boolean(value: &DeValue<'_>) -> Read<bool> {
    value
        .as_bool()
        .ok_or_else(|| not("true or false", "write true or false"))
}

pub(crate) fn number_within(value: &DeValue<'_>, range: RangeInclusive<u32>) -> Read<u32> {
    let given = value.as_integer().and_then(|given| {
        let digits = given.as_str();
        u32::from_str_radix(digits, given.radix()).ok()
    });
    given
        .filter(|given| range.contains(given))
        .ok_or_else(|| not_within(&range))
}

pub(crate) fn not_within(range: &RangeInclusive<u32>) -> NotRead {
    let hint = format!("write one from {} to {}", range.start(), range.end());
    not("a whole number in its range", &hint)
}
