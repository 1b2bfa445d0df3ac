//! JSON: integers for amounts, strings for ids, RFC 3339 for times, null for
//! what is not there.

use std::io::{self, Write};

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};
use serde_json::value::RawValue;

use super::{Cell, Row, csv};

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, cell) in &self.0 {
            map.serialize_entry(name, cell)?;
        }
        map.end()
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Unbounded => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Count(number) | Self::Steps { steps: number, .. } => {
                serializer.serialize_i64(*number)
            }
            // As it is written, as no binary fraction is exactly so much.
            Self::Percent(hundredths) | Self::Hundredths(hundredths) => {
                let number = RawValue::from_string(csv::decimal(*hundredths));
                number.map_err(S::Error::custom)?.serialize(serializer)
            }
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Time(time) => serializer.serialize_str(&time.rfc3339()),
            Self::Tags(tags) => {
                serializer.collect_map(tags.iter().map(|(key, value)| (key, value)))
            }
            Self::Rows(rows) => serializer.collect_seq(rows.iter()),
        }
    }
}

/// One object on one line.
pub(crate) fn object(out: &mut impl Write, row: &Row) -> io::Result<()> {
    value(out, row)?;
    out.write_all(b"\n")
}

/// One object.
pub(super) fn value(out: &mut impl Write, row: &Row) -> io::Result<()> {
    serde_json::to_writer(out, row).map_err(io::Error::from)
}
