//! Visits that a sign-in sheet has, entered afterwards.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Helpers, NeedId, NeedTerms, OrderId};
use crate::{
    exchange::{Code, MemberId, Sha256, StaffNumber, policy::Minutes},
    ledger::{AccountId, Malformed, Moment, Sequence},
};

const MAX_SHEET_NUMBER_BYTES: usize = 32;

/// The number of a sign-in sheet in its centre: 1 to 32 characters `A-Za-z0-9.-`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct SheetNumber(String);

impl SheetNumber {
    /// Reads a number.
    ///
    /// # Errors
    /// [`Malformed::SheetNumber`] for anything else.
    pub fn parse(given: &str) -> Result<Self, Malformed> {
        let is_proper = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
        let fits = (1..=MAX_SHEET_NUMBER_BYTES).contains(&given.len());
        match fits && given.bytes().all(is_proper) {
            true => Ok(Self(given.into())),
            false => Err(Malformed::sheet_number(given)),
        }
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SheetNumber {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse(&given)
    }
}

impl fmt::Display for SheetNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A sign-in sheet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sheet {
    pub number: SheetNumber,
    /// Of a picture of it.
    #[serde(rename = "sha256")]
    pub hash: Option<Sha256>,
}

/// The records of the personal fields that a record has verdicts on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct VisitVerdicts {
    pub recipient: Option<Sequence>,
    pub provider: Option<Sequence>,
}

/// Enters a visit that took place, from a sheet that both sides signed. Another of the staff
/// approves it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RecordVisit {
    /// Of the order, and of its need.
    #[serde(skip)]
    pub id: OrderId,
    #[serde(rename = "recipient_id")]
    pub recipient: MemberId,
    #[serde(rename = "provider_id")]
    pub provider: MemberId,
    pub service: Code,
    /// When it began.
    pub at: Moment,
    /// How long it took.
    pub minutes: Minutes,
    /// Who pays. None: whom the policy names.
    pub pay_from: Option<AccountId>,
    /// The service point.
    pub point: Option<Code>,
    /// How it was asked for.
    pub channel: Option<Code>,
    pub sheet: Sheet,
    /// Of a record, on whose personal fields it has verdicts.
    #[serde(skip)]
    pub recorded: VisitVerdicts,
}

impl RecordVisit {
    /// The need that is entered with it.
    pub fn need(&self) -> NeedId {
        NeedId(self.id.0)
    }

    /// What that need asked for: one helper, who came.
    pub fn terms(&self) -> NeedTerms {
        NeedTerms {
            recipient: self.recipient.clone(),
            service: self.service.clone(),
            at: self.at,
            minutes: self.minutes,
            pay_from: self.pay_from.clone(),
            point: self.point.clone(),
            channel: self.channel.clone(),
            helpers: Helpers::ONE,
        }
    }
}

/// From where an order was entered that took place before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entered {
    pub sheet: Sheet,
    /// Who entered it, and so does not approve it.
    pub by: StaffNumber,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheet_numbers() {
        let long = "7".repeat(33);
        for (given, fits) in [
            ("2026-11.2", true),
            ("East-7", true),
            (&long[..32], true),
            (&long, false),
            ("", false),
            ("sheet 7", false),
            ("a/b", false),
        ] {
            assert_eq!(SheetNumber::parse(given).is_ok(), fits, "{given:?}");
        }
    }
}
