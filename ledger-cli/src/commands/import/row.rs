//! What a row of any format comes to.

use sha2::{Digest, Sha256};
use timebank::ledger::{
    AccountId, AccountKind, AccountOpened, Amount, Balance, BookingId, Label, Limits, Malformed,
    Moment, Note, Tag, Tags, TimeZone, Transfer, Transfers, UnitId,
};
use timebank_proto::v1;
use uuid::Builder;

use super::{Format, fault::RowError};
use crate::time::{Time, When};

/// Keeps these ids apart from all other uses of the same hash.
const ID_DOMAIN: &str = "timebank import 1";

/// A row that could be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Leg {
    /// The entry's own id. None where it is to be made of the row.
    pub(super) entry_id: Option<BookingId>,
    pub(super) transfer: Transfer,
    /// The unit that the row says it is in.
    pub(super) unit: Option<UnitId>,
    pub(super) effective_at: Option<Moment>,
    pub(super) kind: Label,
    pub(super) tags: Tags,
    pub(super) note: String,
    /// How to open the debited and the credited account where they are missing.
    pub(super) openings: [AccountOpened; 2],
}

/// What a row comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Parsed {
    Leg(Box<Leg>),
    /// It was never meant to be booked.
    Skipped(String),
    /// It names columns, in a format that has no header.
    Header,
}

/// A row that cannot be booked, and the entry it was to be part of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct BadRow {
    pub(super) entry: EntryOfRow,
    pub(super) error: RowError,
}

/// Which entry a bad row was to be part of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum EntryOfRow {
    Known(BookingId),
    /// It has no entry id, so it was to be an entry by itself.
    Unnamed,
    /// Its entry id cannot be read, so it may be part of an entry beside it.
    Unreadable,
}

impl EntryOfRow {
    /// The entry that a cell names. None where there is no such cell.
    pub(super) fn named(cell: Option<&str>) -> Self {
        match cell.map(str::trim) {
            None => Self::Unreadable,
            Some("") => Self::Unnamed,
            Some(id) => BookingId::parse("entry_id", id).map_or(Self::Unreadable, Self::Known),
        }
    }
}

impl From<RowError> for BadRow {
    fn from(error: RowError) -> Self {
        Self {
            entry: EntryOfRow::Unnamed,
            error,
        }
    }
}

impl From<Malformed> for BadRow {
    fn from(malformed: Malformed) -> Self {
        RowError::from(malformed).into()
    }
}

impl Leg {
    /// The id of a row that brings none: it sorts by the time of the service,
    /// and the same row has it again in every import. Rows that are alike in
    /// all things are told apart by how many came before.
    pub(super) fn derived_id(&self, format: Format, alike_before: u32) -> Option<BookingId> {
        let mut bytes = [0; 16];
        bytes[6..].copy_from_slice(&self.digest(format, alike_before)[..10]);
        let ms = self.effective_at?.us().div_euclid(1_000).max(0);
        bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
        let id = Builder::from_custom_bytes(bytes).into_uuid();
        BookingId::from_slice(id.as_bytes())
    }

    /// A hash of all that the row says, each part with its length before it.
    pub(super) fn digest(&self, format: Format, alike_before: u32) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(ID_DOMAIN.as_bytes());
        part(format.name().as_bytes());
        part(self.transfer.debit().as_str().as_bytes());
        part(self.transfer.credit().as_str().as_bytes());
        part(&self.transfer.amount().steps().to_be_bytes());
        part(&self.effective_at.map_or(0, Moment::us).to_be_bytes());
        part(self.kind.as_str().as_bytes());
        part(&(self.tags.as_slice().len() as u64).to_be_bytes());
        for tag in self.tags.as_slice() {
            part(tag.key().as_str().as_bytes());
            part(tag.value().as_bytes());
        }
        part(self.note.as_bytes());
        part(&alike_before.to_be_bytes());
        hash.finalize().into()
    }

    /// The first field in which another row of the same entry differs.
    pub(super) fn difference(&self, other: &Self) -> Option<&'static str> {
        [
            (self.effective_at == other.effective_at, "effective_at"),
            (self.kind == other.kind, "kind"),
            (self.tags == other.tags, "tags"),
            (self.note == other.note, "note"),
        ]
        .into_iter()
        .find_map(|(same, field)| (!same).then_some(field))
    }
}

/// An entry made of one row or several.
pub(super) struct Booking {
    /// The lines of its rows.
    pub(super) lines: Vec<u64>,
    /// Its transfers, one for each of its rows.
    pub(super) transfers: Vec<Transfer>,
    /// The same, as the contract has it.
    pub(super) entry: v1::Entry,
    /// How to open the accounts of each row where they are missing.
    pub(super) openings: Vec<AccountOpened>,
}

impl Booking {
    /// The entry of these rows, of which there is at least one.
    pub(super) fn new(id: BookingId, rows: Vec<(u64, Leg)>) -> Result<Self, Malformed> {
        let mut lines = Vec::new();
        let mut transfers = Vec::new();
        let mut legs = Vec::new();
        let mut openings = Vec::new();
        let mut first = None;
        for (line, leg) in rows {
            lines.push(line);
            transfers.push(leg.transfer.clone());
            legs.push(leg_to_proto(&leg));
            openings.extend(leg.openings.clone());
            first.get_or_insert(leg);
        }
        let first = first.ok_or(Malformed::Missing { field: "transfers" })?;
        // Checked only: the ledger salts the note that it keeps.
        Note::new([0; 16], first.note.clone())?;
        Ok(Self {
            lines,
            transfers: Transfers::new(transfers)?.as_slice().to_vec(),
            entry: to_proto(id, first, legs),
            openings,
        })
    }
}

fn leg_to_proto(leg: &Leg) -> v1::Transfer {
    v1::Transfer {
        debit_account_id: leg.transfer.debit().to_string(),
        credit_account_id: leg.transfer.credit().to_string(),
        amount: leg.transfer.amount().steps(),
        unit_id: leg.unit.as_ref().map(UnitId::to_string).unwrap_or_default(),
    }
}

/// The entry that all its rows describe as the first does.
fn to_proto(id: BookingId, first: Leg, transfers: Vec<v1::Transfer>) -> v1::Entry {
    let tags = first.tags.as_slice().iter().map(|tag| v1::Tag {
        key: tag.key().as_str().to_owned(),
        value: tag.value().to_owned(),
    });
    v1::Entry {
        entry_id: id.to_string(),
        transfers,
        effective_at: first
            .effective_at
            .and_then(|at| Time::from_us(at.us()))
            .map(Time::to_proto),
        kind: first.kind.as_str().to_owned(),
        tags: tags.collect(),
        note: first.note,
        ..v1::Entry::default()
    }
}

/// Where ids that are not account ids go.
pub(super) struct Prefix<'a>(pub(super) &'a str);

impl Prefix<'_> {
    /// The account of an id: itself where it is one, or else within a branch
    /// under the prefix, such as `12` under `city` in `member`.
    pub(super) fn account(
        &self,
        field: &'static str,
        branch: &str,
        given: &str,
    ) -> Result<AccountId, RowError> {
        if given.is_empty() {
            return Err(RowError::Empty { field });
        }
        AccountId::parse(given)
            .or_else(|_| AccountId::parse(&format!("{}:{branch}:{given}", self.0)))
            .map_err(|_| RowError::NotAnId {
                field,
                given: shortened(given),
            })
    }
}

/// The start of a given text, for an error: it may be long.
pub(super) fn shortened(given: &str) -> String {
    given.chars().take(60).collect()
}

/// An account as it is opened where its kind's limits apply.
pub(super) fn opening(id: &AccountId, kind: AccountKind, unit: UnitId) -> AccountOpened {
    AccountOpened {
        id: id.clone(),
        kind,
        unit,
        limits: kind.default_limits(),
    }
}

/// A row of another system's records: hours, whose accounts open without a
/// floor, since in mutual credit members may owe hours without limit.
pub(super) fn leg_of_mutual_credit(
    transfer: Transfer,
    [debit, credit]: [AccountKind; 2],
    effective_at: Moment,
    tags: Tags,
    note: &str,
) -> Result<Leg, RowError> {
    Ok(Leg {
        entry_id: None,
        openings: [
            opening_without_floor(transfer.debit(), debit),
            opening_without_floor(transfer.credit(), credit),
        ],
        transfer,
        unit: Some(UnitId::time()),
        effective_at: Some(effective_at),
        kind: Label::parse("kind", "transfer")?,
        tags,
        note: note.to_owned(),
    })
}

/// A tag and no other.
pub(super) fn one_tag(key: &str, value: &str) -> Result<Tags, RowError> {
    let tag = Tag::new(Label::parse("tags.key", key)?, value.to_owned())?;
    Ok(Tags::new(vec![tag])?)
}

fn opening_without_floor(id: &AccountId, kind: AccountKind) -> AccountOpened {
    AccountOpened {
        limits: Limits {
            floor: None,
            ceiling: None,
        },
        ..opening(id, kind, UnitId::time())
    }
}

/// What a row says it moves, whether or not it can be booked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Moved {
    pub(super) amount: Amount,
    pub(super) of: Measure,
}

/// What tells which unit an amount is in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Measure {
    Unit(UnitId),
    /// The row does not say: whatever this account counts.
    Account(AccountId),
}

impl Moved {
    /// Hours. None where they cannot be read.
    pub(super) fn time(minutes: Result<i64, RowError>) -> Option<Self> {
        Some(Self {
            amount: amount(minutes.ok()?).ok()?,
            of: Measure::Unit(UnitId::time()),
        })
    }

    pub(super) fn of(leg: &Leg) -> Self {
        Self {
            amount: leg.transfer.amount(),
            of: match &leg.unit {
                Some(unit) => Measure::Unit(unit.clone()),
                None => Measure::Account(leg.transfer.debit().clone()),
            },
        }
    }
}

/// An amount above zero.
pub(super) fn amount(steps: i64) -> Result<Amount, RowError> {
    Ok(Amount::new(steps)?)
}

/// A floor as it is written in a file.
pub(super) fn floor(steps: i64) -> Result<Balance, RowError> {
    Ok(Balance::limit(steps)?)
}

/// A time as it is written in a file, in the ledger's zone unless it has an
/// offset.
pub(super) fn moment(field: &'static str, given: &str, zone: TimeZone) -> Result<Moment, RowError> {
    let time = given.parse().and_then(|when: When| when.start(zone));
    let time = time.map_err(|error| RowError::Time {
        field,
        given: shortened(given),
        error,
    })?;
    let moment = Moment::from_us(time.0.timestamp_micros());
    moment.ok_or(Malformed::Time { field }.into())
}

/// What a row came to, in a line.
#[cfg(test)]
pub(super) fn told(parsed: &Result<Parsed, BadRow>) -> String {
    let leg = match parsed {
        Ok(Parsed::Leg(leg)) => leg,
        Ok(Parsed::Skipped(why)) => return format!("skipped: {why}"),
        Ok(Parsed::Header) => return "header".to_owned(),
        Err(bad) => return bad.error.reason().to_owned(),
    };
    let (debit, credit) = (leg.transfer.debit(), leg.transfer.credit());
    let amount = leg.transfer.amount();
    let at = leg.effective_at.map(|at| at.to_string());
    let tags: Vec<_> = leg.tags.as_slice().iter().map(Tag::value).collect();
    format!(
        "{debit} -> {credit} {amount} at {} {:?} {tags:?}",
        at.unwrap_or_default(),
        leg.note
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(note: &str, effective_at: &str) -> Leg {
        let (from, to) = ("city:member:1", "city:member:2");
        let [debit, credit] = [from, to].map(|id| AccountId::parse(id).unwrap());
        let kind = AccountKind::Member;
        Leg {
            entry_id: None,
            openings: [&debit, &credit].map(|id| opening(id, kind, UnitId::time())),
            transfer: Transfer::new(debit, credit, amount(90).unwrap()).unwrap(),
            unit: None,
            effective_at: Some(moment("effective_at", effective_at, TimeZone::UTC).unwrap()),
            kind: Label::parse("kind", "service").unwrap(),
            tags: Tags::default(),
            note: note.to_owned(),
        }
    }

    /// These ids are in people's journals: should they ever change, a file that
    /// was imported before would be booked a second time.
    #[test]
    fn derived_ids_never_change() {
        let cases = [
            (
                Format::Native,
                "",
                "2026-10-01",
                0,
                "01a0f4c2-c400-89c9-a8cb-b832a77560b6",
            ),
            (
                Format::Native,
                "",
                "2026-10-01",
                1,
                "01a0f4c2-c400-8fa9-980c-180868258fc2",
            ),
            (
                Format::Native,
                "x",
                "2026-10-01",
                0,
                "01a0f4c2-c400-8c30-ae15-a761e2c05a62",
            ),
            (
                Format::TimeOverflow,
                "",
                "2026-10-01",
                0,
                "01a0f4c2-c400-85c6-a249-58b5f86dbc5e",
            ),
            (
                Format::Native,
                "",
                "1950-01-01",
                0,
                "00000000-0000-85b8-af3d-bb0ca4e3352f",
            ),
        ];
        for (format, note, at, before, expected) in cases {
            let id = leg(note, at).derived_id(format, before).unwrap();
            assert_eq!(id.to_string(), expected);
        }
    }
}
