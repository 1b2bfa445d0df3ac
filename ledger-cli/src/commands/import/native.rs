//! Our own CSV: a header names the columns, and every column that is not ours
//! is a tag. `export --format csv` writes it, with some columns more.

use timebank::ledger::{
    AccountId, AccountKind, AccountOpened, BookingId, Label, Tag, Tags, TimeZone, Transfer, UnitId,
};

use super::{
    fault::RowError,
    row::{self, BadRow, EntryOfRow, Leg, Measure, Moved, Parsed},
};
use crate::{
    account_kind,
    amount::{Amount, Limit, TIME},
};

/// What an export says beside the entry; a new ledger has its own.
const NOT_READ: [&str; 4] = ["sequence", "recorded_at", "actor", "reverses_entry_id"];

/// Our columns, as they stand in a file.
#[derive(Default)]
pub(super) struct Header {
    count: usize,
    entry_id: Option<usize>,
    from: usize,
    to: usize,
    amount: usize,
    effective_at: usize,
    kind: Option<usize>,
    note: Option<usize>,
    tags: Option<usize>,
    unit_id: Option<usize>,
    kinds: [Option<usize>; 2],
    floors: [Option<usize>; 2],
    tag_columns: Vec<(Label, usize)>,
}

impl Header {
    /// Reads the header.
    ///
    /// # Errors
    /// Why it is none of ours.
    pub(super) fn read(fields: &[String]) -> Result<Self, String> {
        let names: Vec<&str> = fields.iter().map(|field| field.trim()).collect();
        let mut header = Self {
            count: names.len(),
            ..Self::default()
        };
        let (mut from, mut to, mut amount, mut effective_at) = (None, None, None, None);
        for (place, name) in names.iter().enumerate() {
            if names[..place].contains(name) {
                return Err(format!("it has the column {name:?} twice"));
            }
            let column = match *name {
                "entry_id" => &mut header.entry_id,
                "from" => &mut from,
                "to" => &mut to,
                "amount" => &mut amount,
                "effective_at" => &mut effective_at,
                "kind" => &mut header.kind,
                "note" => &mut header.note,
                "tags" => &mut header.tags,
                "unit_id" => &mut header.unit_id,
                "from_kind" => &mut header.kinds[0],
                "to_kind" => &mut header.kinds[1],
                "from_floor" => &mut header.floors[0],
                "to_floor" => &mut header.floors[1],
                name if NOT_READ.contains(&name) => continue,
                name => {
                    let key = Label::parse("tag column", name).map_err(|e| e.to_string())?;
                    header.tag_columns.push((key, place));
                    continue;
                }
            };
            *column = Some(place);
        }
        for (column, place, name) in [
            (&mut header.from, from, "from"),
            (&mut header.to, to, "to"),
            (&mut header.amount, amount, "amount"),
            (&mut header.effective_at, effective_at, "effective_at"),
        ] {
            *column = place.ok_or_else(|| format!("it has no column {name}"))?;
        }
        Ok(header)
    }

    /// Reads a row.
    pub(super) fn parse(
        &self,
        fields: &[String],
        into: Option<&str>,
        zone: TimeZone,
    ) -> Result<Parsed, BadRow> {
        let entry = self.entry_of_row(|place| fields.get(place).cloned());
        if fields.len() != self.count {
            let (given, wanted) = (fields.len(), self.count);
            return Err(BadRow {
                // An empty cell may be that of another column.
                entry: match entry {
                    EntryOfRow::Unnamed if self.has_entry_ids() => EntryOfRow::Unreadable,
                    entry => entry,
                },
                error: RowError::Columns { given, wanted },
            });
        }
        match self.leg(Fields(fields), into, zone) {
            Ok(leg) => Ok(Parsed::Leg(Box::new(leg))),
            Err(error) => Err(BadRow { entry, error }),
        }
    }

    /// Whether several rows can be one entry.
    pub(super) fn has_entry_ids(&self) -> bool {
        self.entry_id.is_some()
    }

    /// The entry that a row is part of, told from the one cell that says so.
    pub(super) fn entry_of_row(&self, cell: impl Fn(usize) -> Option<String>) -> EntryOfRow {
        match self.entry_id {
            Some(place) => EntryOfRow::named(cell(place).as_deref()),
            None => EntryOfRow::Unnamed,
        }
    }

    /// What a row says it moves. None where this cannot be read.
    pub(super) fn moved(&self, fields: &[String], into: Option<&str>) -> Option<Moved> {
        if fields.len() != self.count {
            return None;
        }
        let row = Fields(fields);
        let given = amount(row.get(Some(self.amount))?).ok()?;
        let of = match self.unit(row, given).ok()? {
            Some(unit) => Measure::Unit(unit),
            None => Measure::Account(account(row.get(Some(self.from))?, into).ok()?),
        };
        let amount = row::amount(given.steps).ok()?;
        Some(Moved { amount, of })
    }

    fn leg(&self, row: Fields<'_>, into: Option<&str>, zone: TimeZone) -> Result<Leg, RowError> {
        let entry_id = match row.get(self.entry_id) {
            Some(id) => Some(BookingId::parse("entry_id", id)?),
            None => None,
        };
        let debit = account(row.required(self.from, "from")?, into)?;
        let credit = account(row.required(self.to, "to")?, into)?;
        let amount = amount(row.required(self.amount, "amount")?)?;
        let unit = self.unit(row, amount)?;
        let effective_at = match row.get(Some(self.effective_at)) {
            Some(given) => Some(row::moment("effective_at", given, zone)?),
            None if entry_id.is_none() => return Err(RowError::Undated),
            None => None,
        };
        let openings = [
            self.opening(row, 0, &debit, unit.as_ref())?,
            self.opening(row, 1, &credit, unit.as_ref())?,
        ];
        Ok(Leg {
            entry_id,
            transfer: Transfer::new(debit, credit, row::amount(amount.steps)?)?,
            unit,
            effective_at,
            kind: Label::parse("kind", row.get(self.kind).unwrap_or("transfer"))?,
            tags: self.tags(row)?,
            note: row.get(self.note).unwrap_or_default().to_owned(),
            openings,
        })
    }

    fn unit(&self, row: Fields<'_>, amount: Amount) -> Result<Option<UnitId>, RowError> {
        let named = row.get(self.unit_id).map(UnitId::parse).transpose()?;
        match (named, amount.is_time) {
            (Some(unit), true) if unit.as_str() != TIME => Err(RowError::Choice {
                field: "unit_id",
                given: unit.to_string(),
                wanted: "time, which the amount is in",
            }),
            (None, true) => Ok(Some(UnitId::time())),
            (named, _) => Ok(named),
        }
    }

    fn tags(&self, row: Fields<'_>) -> Result<Tags, RowError> {
        let mut tags = match row.get(self.tags) {
            Some(given) => listed_tags(given)?,
            None => Vec::new(),
        };
        for (key, place) in &self.tag_columns {
            if let Some(value) = row.get(Some(*place)) {
                tags.push(Tag::new(key.clone(), value.to_owned())?);
            }
        }
        Ok(Tags::new(tags)?)
    }

    fn opening(
        &self,
        row: Fields<'_>,
        end: usize,
        id: &AccountId,
        unit: Option<&UnitId>,
    ) -> Result<AccountOpened, RowError> {
        let kind = match row.get(self.kinds[end]) {
            Some(name) => kind(name)?,
            None => account_kind::of_id(id.as_str()),
        };
        let mut opening = row::opening(id, kind, unit.cloned().unwrap_or_else(UnitId::time));
        if let Some(given) = row.get(self.floors[end]) {
            let floor = given.parse().map_err(|error| RowError::Amount {
                field: "floor",
                given: row::shortened(given),
                error,
            })?;
            opening.limits.floor = match floor {
                Limit::At(amount) => Some(row::floor(amount.steps)?),
                Limit::Unbounded => None,
            };
        }
        Ok(opening)
    }
}

/// A row's cells, where an empty one is none.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [String]);

impl<'a> Fields<'a> {
    fn get(self, place: Option<usize>) -> Option<&'a str> {
        let text = self.0.get(place?)?.trim();
        (!text.is_empty()).then_some(text)
    }

    fn required(self, place: usize, field: &'static str) -> Result<&'a str, RowError> {
        self.get(Some(place)).ok_or(RowError::Empty { field })
    }
}

fn account(given: &str, into: Option<&str>) -> Result<AccountId, RowError> {
    match (AccountId::parse(given), into) {
        (Ok(id), _) => Ok(id),
        (Err(_), Some(prefix)) => Ok(AccountId::parse(&format!("{prefix}:{given}"))?),
        (Err(malformed), None) => Err(malformed.into()),
    }
}

fn amount(given: &str) -> Result<Amount, RowError> {
    given.parse().map_err(|error| RowError::Amount {
        field: "amount",
        given: row::shortened(given),
        error,
    })
}

fn kind(name: &str) -> Result<AccountKind, RowError> {
    account_kind::named(name).ok_or_else(|| RowError::Choice {
        field: "kind of account",
        given: row::shortened(name),
        wanted: "member, organisation, pool, project, issuance, redemption or clearing",
    })
}

/// Reads `key=value;key=value`, where a backslash keeps the `;` or `\` after it
/// within a value.
fn listed_tags(given: &str) -> Result<Vec<Tag>, RowError> {
    let malformed = || RowError::Tags {
        given: row::shortened(given),
    };
    let mut pairs = vec![String::new()];
    let mut letters = given.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ';' => pairs.push(String::new()),
            letter => {
                let kept = match letter {
                    '\\' => letters.next().ok_or_else(malformed)?,
                    other => other,
                };
                pairs.last_mut().ok_or_else(malformed)?.push(kept);
            }
        }
    }
    pairs
        .iter()
        .map(|pair| {
            let (key, value) = pair.split_once('=').ok_or_else(malformed)?;
            Ok(Tag::new(Label::parse("tags.key", key)?, value.to_owned())?)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "from,to,amount,effective_at,kind,service";

    fn fields(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    fn leg(header: &str, line: &str) -> Result<Leg, &'static str> {
        let header = Header::read(&fields(header)).unwrap();
        match header.parse(&fields(line), Some("city"), TimeZone::UTC) {
            Ok(Parsed::Leg(leg)) => Ok(*leg),
            Ok(Parsed::Skipped(_) | Parsed::Header) => Err("skipped"),
            Err(bad) => Err(bad.error.reason()),
        }
    }

    fn tags(leg: &Leg) -> Vec<String> {
        let tags = leg.tags.as_slice().iter();
        tags.map(|tag| format!("{}={}", tag.key().as_str(), tag.value()))
            .collect()
    }

    #[test]
    fn rows() {
        for (line, expected) in [
            (
                "a:b,c:d,1h30m,2026-10-01,service,home-care",
                Ok("a:b -> c:d 90 service"),
            ),
            ("a:b,c:d,90,2026-10-01,,", Ok("a:b -> c:d 90 transfer")),
            (
                "12,member:7,2h,2026-10-01,,",
                Ok("city:12 -> member:7 120 transfer"),
            ),
            ("a:b,c:d,,2026-10-01,,", Err("FIELD_MISSING")),
            (",c:d,1,2026-10-01,,", Err("FIELD_MISSING")),
            ("a:b,c:d,0.33h,2026-10-01,,", Err("NOT_WHOLE_MINUTES")),
            ("a:b,c:d,0,2026-10-01,,", Err("AMOUNT_OUT_OF_RANGE")),
            ("a:b,c:d,-5,2026-10-01,,", Err("AMOUNT_OUT_OF_RANGE")),
            ("a:b,c:d,1.5,2026-10-01,,", Err("AMOUNT_MALFORMED")),
            ("a:b,c:d,5,,,", Err("UNDATED")),
            ("a:b,c:d,5,soon,,", Err("TIME_MALFORMED")),
            ("a:b,c:d,5,2026-10-01,Service,", Err("LABEL_MALFORMED")),
            ("a:b,a:b,5,2026-10-01,,", Err("SAME_ACCOUNT")),
            ("A B,c:d,5,2026-10-01,,", Err("ACCOUNT_ID_MALFORMED")),
            ("a:b,c:d,5,2026-10-01", Err("COLUMN_COUNT")),
        ] {
            let read = leg(PLAIN, line).map(|leg| {
                let transfer = &leg.transfer;
                let (debit, credit) = (transfer.debit(), transfer.credit());
                format!(
                    "{debit} -> {credit} {} {}",
                    transfer.amount(),
                    leg.kind.as_str()
                )
            });
            assert_eq!(read, expected.map(str::to_owned), "{line}");
        }
    }

    #[test]
    fn tag_columns_and_lists() {
        let header = "from,to,amount,effective_at,tags,block";
        for (line, expected) in [
            ("a:b,c:d,1,2026-10-01,,", Ok(vec![])),
            ("a:b,c:d,1,2026-10-01,,7", Ok(vec!["block=7"])),
            (
                "a:b,c:d,1,2026-10-01,x=1;y=a=b,7",
                Ok(vec!["block=7", "x=1", "y=a=b"]),
            ),
            (r"a:b,c:d,1,2026-10-01,x=1\;2\\,", Ok(vec![r"x=1;2\"])),
            ("a:b,c:d,1,2026-10-01,x,", Err("TAGS_MALFORMED")),
            ("a:b,c:d,1,2026-10-01,x=,", Err("TAGS_MALFORMED")),
            ("a:b,c:d,1,2026-10-01,X=1,", Err("LABEL_MALFORMED")),
            ("a:b,c:d,1,2026-10-01,block=1,7", Err("TAGS_MALFORMED")),
        ] {
            let read = leg(header, line).map(|leg| tags(&leg));
            let expected = expected.map(|tags| tags.into_iter().map(str::to_owned).collect());
            assert_eq!(read, expected, "{line}");
        }
    }

    #[test]
    fn what_missing_accounts_are_opened_as() {
        let header = "from,to,amount,effective_at,unit_id,from_kind,from_floor";
        let [from, to] = leg(header, "a:b,x:pool:d,1,2026-10-01,points,issuance,none")
            .unwrap()
            .openings;
        assert_eq!(
            (from.kind, from.limits.floor),
            (AccountKind::Issuance, None)
        );
        assert_eq!(from.unit.as_str(), "points");
        assert_eq!(to.kind, AccountKind::Pool);
        let [from, _] = leg(header, "a:b,c:d,1h,2026-10-01,,,-10h")
            .unwrap()
            .openings;
        assert_eq!(from.kind, AccountKind::Member);
        assert_eq!(from.limits.floor.map(|floor| floor.steps()), Some(-600));
        assert_eq!(
            leg(header, "a:b,c:d,1h,2026-10-01,points,,"),
            Err("CHOICE_UNKNOWN")
        );
        assert_eq!(
            leg(header, "a:b,c:d,1,2026-10-01,,king,"),
            Err("CHOICE_UNKNOWN")
        );
    }

    #[test]
    fn what_bad_rows_say_they_move() {
        let header = Header::read(&fields("from,to,amount,effective_at,unit_id")).unwrap();
        for (line, expected) in [
            ("a:b,A B,1h,soon,", Some("60 time")),
            ("A B,a:b,1h,soon,", Some("60 time")),
            ("a:b,A B,7,soon,points", Some("7 points")),
            ("a:b,A B,7,soon,", Some("7 of a:b")),
            ("A B,a:b,7,soon,", None),
            ("a:b,c:d,1h,soon,points", None),
            ("a:b,c:d,0.33h,soon,", None),
            ("a:b,c:d,0,soon,", None),
            ("a:b,c:d,1h,soon", None),
        ] {
            let moved = header.moved(&fields(line), None).map(|moved| {
                let of = match moved.of {
                    Measure::Unit(unit) => unit.to_string(),
                    Measure::Account(account) => format!("of {account}"),
                };
                format!("{} {of}", moved.amount)
            });
            assert_eq!(moved.as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn headers() {
        for (line, fits) in [
            (PLAIN, true),
            ("entry_id,from,to,amount,effective_at,kind,note", true),
            ("from,to,amount,effective_at", true),
            ("effective_at,amount,to,from", true),
            ("from,to,amount", false),
            ("from,to,amount,effective_at,from", false),
            ("from,to,amount,effective_at,efective_at", false),
            ("from,to,amount,effective_at,", false),
            ("12,member,13,member,60,2024-05-01,,", false),
        ] {
            assert_eq!(Header::read(&fields(line)).is_ok(), fits, "{line}");
        }
    }
}
