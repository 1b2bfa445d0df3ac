//! What an audit looks into: figures beyond what the centre's policy calls usual (`[audit]`), each
//! month by itself, with the records that show it.
//!
//! Nothing here says that somebody did wrong.

mod deeds;
mod services;

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    MAX_ROWS, ReportError, Scope, Within,
    people::People,
    report::{Column, Measure, Report, Unit, Value},
};
use crate::{
    exchange::{Branch, Day, Object, ObjectId, PolicyId, policy::AuditTerms},
    ledger::Sequence,
    query::{ReadError, Reading},
};
use deeds::Deeds;
use services::Services;

/// How many records a row names.
const MAX_RECORDS: usize = 20;

/// How many months are looked through at once.
const MAX_MONTHS: u32 = 120;

const COLUMNS: [Column; 9] = [
    Column::text("anomaly"),
    Column::text("branch"),
    Column::text("who"),
    Column::text("on"),
    Column::text("measure"),
    Column::new("value", Measure::Figure),
    Column::new("threshold", Measure::Figure),
    Column::count("count"),
    Column::text("records"),
];

/// Records that show something: the first of them, and how many there are.
#[derive(Clone, Debug, Default)]
struct Shown {
    first: Vec<Sequence>,
    count: usize,
}

impl Shown {
    fn one(at: Sequence) -> Self {
        let mut shown = Self::default();
        shown.add(at);
        shown
    }

    fn add(&mut self, at: Sequence) {
        self.count += 1;
        if self.first.len() < MAX_RECORDS {
            self.first.push(at);
        }
    }
}

/// Something strange.
#[derive(Debug)]
struct Found {
    anomaly: &'static str,
    place: String,
    who: Option<String>,
    on: Option<Day>,
    unit: Unit,
    value: i64,
    threshold: i64,
    shown: Shown,
}

impl Found {
    fn row(self) -> Vec<Value> {
        let records: Vec<_> = self.shown.first.iter().map(ToString::to_string).collect();
        vec![
            Value::text(self.anomaly),
            Value::text(self.place),
            Value::label(self.who),
            Value::label(self.on.map(|on| on.to_string())),
            Value::text(self.unit.word()),
            Value::Number(self.value),
            Value::Number(self.threshold),
            Value::count(self.shown.count),
            Value::text(records.join(" ")),
        ]
    }
}

/// What was found, of which there is not too much.
#[derive(Debug, Default)]
struct Findings(Vec<Found>);

impl Findings {
    fn add(&mut self, found: Found) -> Result<(), ReadError> {
        if self.0.len() == MAX_ROWS {
            return Err(ReportError::TooManyRows { max: MAX_ROWS }.into());
        }
        self.0.push(found);
        Ok(())
    }
}

/// What the policies of centres call usual.
struct Usual {
    /// By the policies of this day.
    on: Day,
    at: Sequence,
    known: BTreeMap<String, AuditTerms>,
}

impl Usual {
    /// What is usual in a place: by its centre's policy, if it is one and has one.
    fn of(&mut self, reading: &mut Reading<'_>, place: &str) -> Result<&AuditTerms, ReadError> {
        Ok(match self.known.entry(place.into()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(adopted(reading, place, (self.on, self.at))?),
        })
    }
}

fn adopted(
    reading: &mut Reading<'_>,
    place: &str,
    (on, at): (Day, Sequence),
) -> Result<AuditTerms, ReadError> {
    let Ok(prefix) = Branch::parse("branch", place) else {
        return Ok(AuditTerms::default());
    };
    let id = ObjectId::Centre(prefix.clone());
    let version = match reading.snapshot.object(&id)? {
        Some(Object::Centre(centre)) => centre.policies.on(on),
        _ => None,
    };
    let Some(version) = version else {
        return Ok(AuditTerms::default());
    };
    let id = PolicyId {
        centre: prefix,
        version,
    };
    let found = reading.snapshot.standing(&ObjectId::Policy(id))?;
    Ok(match found {
        // The first may be adopted on the day itself, after the position.
        Some((Object::Policy(adopted), since)) if since <= at => adopted.policy().audit.clone(),
        _ => AuditTerms::default(),
    })
}

/// What is strange in a scope, month by month. Without a first day, of the month of its last.
///
/// # Errors
/// [`ReportError`], where the caller has left, or the store fails.
pub fn anomalies(reading: &mut Reading<'_>, scope: &Scope) -> Result<Report, ReadError> {
    let whole = Within::of(reading, scope)?;
    check_not_inside(&whole)?;
    let last = whole.last_day(reading)?;
    let mut first = scope.since.unwrap_or_else(|| last.first_of_month());
    check_months(first, last)?;
    let mut findings = Findings::default();
    while first <= last {
        let until = first.last_of_month().min(last);
        let of_month = Scope {
            since: Some(first),
            until: Some(until),
            at: Some(whole.at),
            ..scope.clone()
        };
        let within = Within::of(reading, &of_month)?;
        month(reading, &within, &mut findings)?;
        match until.next() {
            Some(next) => first = next,
            None => break,
        }
    }
    Ok(Report {
        columns: COLUMNS.into(),
        rows: findings.0.into_iter().map(Found::row).collect(),
        at: whole.at,
    })
}

/// That a scope is no part of a centre: what is strange is often of two, who may be of two parts.
fn check_not_inside(within: &Within) -> Result<(), ReportError> {
    match (&within.scope.branch, &within.inside) {
        (Some(branch), Some(centre)) => Err(ReportError::BranchInside {
            branch: branch.clone(),
            centre: centre.clone(),
        }),
        _ => Ok(()),
    }
}

/// That a read ends within a while.
fn check_months(since: Day, until: Day) -> Result<(), ReportError> {
    let max = MAX_MONTHS;
    match since <= until && since.first_of_month().months_until(until) >= max {
        false => Ok(()),
        true => Err(ReportError::TooManyMonths { since, until, max }),
    }
}

fn month(
    reading: &mut Reading<'_>,
    within: &Within,
    findings: &mut Findings,
) -> Result<(), ReadError> {
    let on = within.last_day(reading)?;
    let mut usual = Usual {
        on,
        at: within.at,
        known: BTreeMap::new(),
    };
    let mut people = People::default();
    let services = Services::of(reading, within, &mut people)?;
    services.tell(reading, within, &mut usual, &people, findings)?;
    let deeds = Deeds::of(reading, within, &mut usual, findings)?;
    deeds.tell(reading, &mut usual, findings)
}
