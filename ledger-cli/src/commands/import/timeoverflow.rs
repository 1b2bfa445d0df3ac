//! TimeOverflow's transfers: no header, eight columns, amounts in seconds.

use timebank::ledger::{AccountId, AccountKind, Tags, TimeZone, Transfer};

use super::{
    fault::RowError,
    row::{self, BadRow, Moved, Parsed, Prefix},
};

const COLUMNS: usize = 8;

/// Reads a row.
pub(super) fn parse(
    fields: &[String],
    into: &Prefix<'_>,
    zone: TimeZone,
) -> Result<Parsed, BadRow> {
    let fields: Vec<&str> = fields.iter().map(|field| field.trim()).collect();
    let [
        from,
        from_type,
        to,
        to_type,
        seconds,
        created_at,
        reason,
        post,
    ] = fields[..]
    else {
        return Err(RowError::Columns {
            given: fields.len(),
            wanted: COLUMNS,
        }
        .into());
    };
    let (debit, debit_kind) = account("source_id", from, "source_type", from_type, into)?;
    let (credit, credit_kind) = account("destination_id", to, "destination_type", to_type, into)?;
    if created_at.is_empty() {
        return Err(RowError::Empty {
            field: "created_at",
        }
        .into());
    }
    let leg = row::leg_of_mutual_credit(
        Transfer::new(debit, credit, row::amount(minutes(seconds)?)?)?,
        [debit_kind, credit_kind],
        row::moment("created_at", created_at, zone)?,
        tags(post)?,
        reason,
    )?;
    Ok(Parsed::Leg(Box::new(leg)))
}

/// What a row says it moves. None where this cannot be read.
pub(super) fn moved(fields: &[String]) -> Option<Moved> {
    let [_, _, _, _, seconds, _, _, _] = fields else {
        return None;
    };
    Moved::time(minutes(seconds.trim()))
}

/// Whether this is a header line, which the export has not, but people add.
pub(super) fn is_header(fields: &[String]) -> bool {
    fields
        .first()
        .is_some_and(|field| field.trim() == "source_id")
}

fn account(
    field: &'static str,
    id: &str,
    type_field: &'static str,
    of_type: &str,
    into: &Prefix<'_>,
) -> Result<(AccountId, AccountKind), RowError> {
    let (branch, kind) = match of_type.to_ascii_lowercase().as_str() {
        "member" => ("member", AccountKind::Member),
        "organization" | "organisation" => ("organisation", AccountKind::Organisation),
        _ => {
            return Err(RowError::Choice {
                field: type_field,
                given: row::shortened(of_type),
                wanted: "member or organization",
            });
        }
    };
    Ok((into.account(field, branch, id)?, kind))
}

fn minutes(seconds: &str) -> Result<i64, RowError> {
    let given: i64 = seconds.parse().map_err(|_| RowError::Choice {
        field: "amount",
        given: row::shortened(seconds),
        wanted: "a number of seconds",
    })?;
    match given % 60 {
        0 => Ok(given / 60),
        _ => Err(RowError::SecondsNotWhole { given }),
    }
}

/// The post is a number there; anything else could be about a person.
fn tags(post: &str) -> Result<Tags, RowError> {
    if post.is_empty() {
        return Ok(Tags::default());
    }
    if !post.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RowError::Choice {
            field: "post_id",
            given: row::shortened(post),
            wanted: "a number",
        });
    }
    row::one_tag("post", post)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> String {
        let fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        row::told(&parse(&fields, &Prefix("city"), TimeZone::UTC))
    }

    #[test]
    fn rows() {
        for (line, expected) in [
            (
                "12,Member,3,Organization,5400,2024-05-01 10:00:00 UTC,garden,77",
                r#"city:member:12 -> city:organisation:3 90 at 2024-05-01T10:00:00Z "garden" ["77"]"#,
            ),
            (
                "12,member,13,member,60,2024-05-01T10:00:00+02:00,,",
                r#"city:member:12 -> city:member:13 1 at 2024-05-01T08:00:00Z "" []"#,
            ),
            ("12,member,13,member,90,2024-05-01,,", "NOT_WHOLE_MINUTES"),
            ("12,member,13,member,0,2024-05-01,,", "AMOUNT_OUT_OF_RANGE"),
            (
                "12,member,13,member,-60,2024-05-01,,",
                "AMOUNT_OUT_OF_RANGE",
            ),
            ("12,member,13,member,1.5,2024-05-01,,", "CHOICE_UNKNOWN"),
            ("12,member,12,member,60,2024-05-01,,", "SAME_ACCOUNT"),
            ("12,person,13,member,60,2024-05-01,,", "CHOICE_UNKNOWN"),
            (
                "Ana M,member,13,member,60,2024-05-01,,",
                "ACCOUNT_ID_MALFORMED",
            ),
            (
                "a:b,member,13,member,60,2024-05-01,,",
                r#"a:b -> city:member:13 1 at 2024-05-01T00:00:00Z "" []"#,
            ),
            (
                "a:,member,13,member,60,2024-05-01,,",
                "ACCOUNT_ID_MALFORMED",
            ),
            (",member,13,member,60,2024-05-01,,", "FIELD_MISSING"),
            ("12,member,13,member,60,,,", "FIELD_MISSING"),
            ("12,member,13,member,60,yesterday,,", "TIME_MALFORMED"),
            ("12,member,13,member,60,1850-01-01,,", "TIME_OUT_OF_RANGE"),
            ("12,member,13,member,60,2024-05-01,", "COLUMN_COUNT"),
            ("12,member,13,member,60,2024-05-01,,Ana", "CHOICE_UNKNOWN"),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }
}
