//! Community Forge's transactions: a header, quantities in decimal hours, and a
//! state, of which only the final one was ever booked.

use timebank::ledger::{AccountKind, Moment, Tags, TimeZone, Transfer};

use super::{
    fault::RowError,
    row::{self, BadRow, Moved, Parsed, Prefix},
};
use crate::amount::decimal_hours;

const COLUMNS: [&str; 7] = [
    "payer",
    "payee",
    "quantity",
    "created",
    "state",
    "type",
    "description",
];

/// Where the format's columns stand in a file.
pub(super) struct Header([usize; 7], usize);

impl Header {
    /// Reads the header; other columns may stand between, and are not read.
    pub(super) fn read(fields: &[String]) -> Result<Self, String> {
        let mut places = [0; 7];
        for (place, column) in places.iter_mut().zip(COLUMNS) {
            let found = fields
                .iter()
                .position(|field| field.trim().eq_ignore_ascii_case(column));
            *place = found.ok_or_else(|| format!("it has no column {column}"))?;
        }
        Ok(Self(places, fields.len()))
    }

    /// Reads a row.
    pub(super) fn parse(
        &self,
        fields: &[String],
        into: &Prefix<'_>,
        zone: TimeZone,
    ) -> Result<Parsed, BadRow> {
        if fields.len() != self.1 {
            return Err(RowError::Columns {
                given: fields.len(),
                wanted: self.1,
            }
            .into());
        }
        let [payer, payee, quantity, created, state, of_type, description] =
            self.0.map(|place| fields[place].trim());
        if let Some(why) = unbooked(state)? {
            return Ok(Parsed::Skipped(why));
        }
        // Names there do not tell letters by their case.
        let debit = into.account("payer", "member", &payer.to_lowercase())?;
        let credit = into.account("payee", "member", &payee.to_lowercase())?;
        let leg = row::leg_of_mutual_credit(
            Transfer::new(debit, credit, row::amount(minutes(quantity)?)?)?,
            [AccountKind::Member; 2],
            created_at(created, zone)?,
            tags(of_type)?,
            description,
        )?;
        Ok(Parsed::Leg(Box::new(leg)))
    }

    /// What a row says it moves. None where this cannot be read.
    pub(super) fn moved(&self, fields: &[String]) -> Option<Moved> {
        let [_, _, quantity, ..] = self.0;
        let fields = (fields.len() == self.1).then_some(fields)?;
        Moved::time(minutes(fields[quantity].trim()))
    }
}

/// Why a row of that state was never booked there. None where it was. States
/// are words in newer versions and numbers in older ones.
fn unbooked(state: &str) -> Result<Option<String>, RowError> {
    match state.to_ascii_lowercase().as_str() {
        "completed" | "done" | "finished" | "1" => Ok(None),
        "pending" | "validated" | "erased" | "undone" | "deleted" | "0" | "-1" => Ok(Some(
            format!("its state is {state}, so it was not booked there"),
        )),
        "" => Err(RowError::Empty { field: "state" }),
        _ => Err(RowError::Choice {
            field: "state",
            given: row::shortened(state),
            wanted: "a state of that system, such as completed or pending",
        }),
    }
}

fn minutes(quantity: &str) -> Result<i64, RowError> {
    decimal_hours(quantity).map_err(|error| RowError::Amount {
        field: "quantity",
        given: row::shortened(quantity),
        error,
    })
}

/// A time, or the seconds since 1970 that the software itself stores.
fn created_at(created: &str, zone: TimeZone) -> Result<Moment, RowError> {
    const FIELD: &str = "created";
    if created.is_empty() {
        return Err(RowError::Empty { field: FIELD });
    }
    let seconds = created.parse::<i64>().ok();
    match seconds.and_then(|seconds| seconds.checked_mul(1_000_000)) {
        Some(us) => {
            Ok(Moment::from_us(us).ok_or(timebank::ledger::Malformed::Time { field: FIELD })?)
        }
        None => row::moment(FIELD, created, zone),
    }
}

/// The type is the software's own word, such as `credit`.
fn tags(of_type: &str) -> Result<Tags, RowError> {
    if of_type.is_empty() {
        return Ok(Tags::default());
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if of_type.len() > 32 || !of_type.bytes().all(is_word) {
        return Err(RowError::Choice {
            field: "type",
            given: row::shortened(of_type),
            wanted: "one word",
        });
    }
    row::one_tag("type", of_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    fn read(line: &str) -> String {
        let header = Header::read(&COLUMNS.map(str::to_owned)).unwrap();
        row::told(&header.parse(&fields(line), &Prefix("hamlet"), TimeZone::UTC))
    }

    #[test]
    fn rows() {
        for (line, expected) in [
            (
                "Ann,12,1.5,2013-10-20 09:15,completed,credit,cutting hair",
                r#"hamlet:member:ann -> hamlet:member:12 90 at 2013-10-20T09:15:00Z "cutting hair" ["credit"]"#,
            ),
            (
                "1,2,2,1382260500,1,,",
                r#"hamlet:member:1 -> hamlet:member:2 120 at 2013-10-20T09:15:00Z "" []"#,
            ),
            (
                "1,2,2,2013-10-20,pending,bill,",
                "skipped: its state is pending, so it was not booked there",
            ),
            ("1,2,0.33,2013-10-20,completed,bill,", "NOT_WHOLE_MINUTES"),
            ("1,2,0,2013-10-20,completed,bill,", "AMOUNT_OUT_OF_RANGE"),
            ("1,2,-1,2013-10-20,completed,bill,", "AMOUNT_MALFORMED"),
            ("1,2,one,2013-10-20,completed,bill,", "AMOUNT_MALFORMED"),
            ("1,1,1,2013-10-20,completed,bill,", "SAME_ACCOUNT"),
            ("1,2,1,2013-10-20,lost,bill,", "CHOICE_UNKNOWN"),
            ("1,2,1,2013-10-20,,bill,", "FIELD_MISSING"),
            ("1,2,1,,completed,bill,", "FIELD_MISSING"),
            ("1,2,1,10/20/2013,completed,bill,", "TIME_MALFORMED"),
            ("1,2,1,99999999999999999,completed,bill,", "TIME_MALFORMED"),
            ("1,2,1,2013-10-20,completed,for Ann,", "CHOICE_UNKNOWN"),
            (
                "Ann Lee,2,1,2013-10-20,completed,bill,",
                "ACCOUNT_ID_MALFORMED",
            ),
            ("1,2,1,2013-10-20,completed,bill", "COLUMN_COUNT"),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn headers() {
        for (line, fits) in [
            ("payer,payee,quantity,created,state,type,description", true),
            (
                "Description,Payer,Payee,uid,Quantity,Created,State,Type",
                true,
            ),
            ("payer,payee,quantity,created,state,type", false),
            ("1,2,1,2013-10-20,completed,bill,", false),
        ] {
            assert_eq!(Header::read(&fields(line)).is_ok(), fits, "{line}");
        }
    }
}
