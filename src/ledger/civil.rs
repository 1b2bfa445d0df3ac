//! Civil time: whose days a ledger's days are.

use std::fmt;

use chrono_tz::Tz;

use super::{Malformed, malformed::excerpt};

/// A time zone of the IANA data base, such as `Asia/Shanghai`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeZone(Tz);

impl TimeZone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone of that name.
    ///
    /// # Errors
    /// [`Malformed::TimeZone`] where there is none.
    pub fn parse(name: &str) -> Result<Self, Malformed> {
        name.parse().map(Self).map_err(|_| Malformed::TimeZone {
            given: excerpt(name),
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Its rules: how far it is from UTC, and when.
    pub fn rules(self) -> Tz {
        self.0
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
