//! That the ledger and all of its reports tell what the tally does.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use timebank::{
    exchange::Day,
    ledger::Sequence,
    query::{
        self, Axis, By, CertificateQuery, Direction, Grouping, ReadError, Reading, Report,
        ReportError, StatementQuery, Value,
    },
};

use super::{
    bank::{account, branch, member_id, moment},
    calendar::{DAY, DAYS_OF_YEAR, date, day_of},
    city::City,
    figures::{GROUPS, Rows, Scope},
    life::period,
    samples::{SEED, SIZE},
    tally::Closed,
};

const BY: [By; 5] = [By::Branch, By::Service, By::Block, By::Point, By::Month];
/// All kinds of reports; the first four are of groups.
const KINDS: [&str; 9] = [
    "activity",
    "satisfaction",
    "evaluations",
    "supply-demand",
    "dormancy",
    "redeemability",
    "indicators",
    "sample",
    "anomalies",
];

fn asked(scope: &Scope, at: Option<Sequence>) -> query::Scope {
    let day = |day: i64| Day::parse("day", &date(day)).expect("a day");
    query::Scope {
        branch: scope.branch().map(|name| branch(&name)),
        since: scope.days.map(|(since, _)| day(since)),
        until: scope.days.map(|(_, until)| day(until)),
        at,
    }
}

/// By what rows are grouped, as `GROUPS` has it.
fn groupings() -> impl Iterator<Item = Grouping> {
    let two = [(By::Block, By::Service), (By::Month, By::Branch)];
    let two = two.map(|(by, then_by)| Grouping::new(by, Some(then_by)).expect("two"));
    BY.map(Grouping::from).into_iter().chain(two)
}

/// All reports of a scope.
fn reports(reading: &mut Reading<'_>, scope: &query::Scope) -> Result<Vec<Report>, ReadError> {
    let mut told = Vec::new();
    for by in groupings() {
        told.push(query::activity(reading, scope, by)?);
        told.push(query::satisfaction(reading, scope, by)?);
        told.push(query::evaluations(reading, scope, by)?);
        told.push(query::supply_demand(reading, scope, by)?);
    }
    told.push(query::dormancy(reading, scope)?);
    told.push(query::redeemability(reading, scope)?);
    told.push(query::indicators(reading, scope)?);
    told.push(query::sample(reading, scope, SEED, SIZE)?);
    // Of a part of a centre it is not told what is strange.
    match query::anomalies(reading, scope) {
        Err(ReadError::Report(ReportError::BranchInside { .. })) => {}
        other => told.push(other?),
    }
    Ok(told)
}

fn text(value: &Value) -> String {
    match value {
        Value::None => "-".into(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
    }
}

fn rows(report: &Report) -> Rows {
    let rows = report.rows.iter();
    rows.map(|row| row.iter().map(text).collect()).collect()
}

/// Of figures their names, of what they are, and their values.
fn figures(report: &Report) -> Rows {
    let rows = rows(report).into_iter();
    rows.map(|row| [0, 1, 3].map(|at| row[at].clone()).into())
        .collect()
}

/// What is told otherwise, by its first row.
fn check(what: &str, told: &Rows, expected: &Rows) {
    let differs = told
        .iter()
        .zip(expected)
        .find(|(told, expected)| told != expected);
    assert_eq!(differs, None, "{what}: as told, and by the tally");
    assert_eq!(told.len(), expected.len(), "{what}: {told:?} {expected:?}");
}

/// What reports told when their position was the last.
pub(super) struct Told {
    scope: Scope,
    at: Sequence,
    reports: Vec<Report>,
}

impl City {
    /// What is strange; of the records that the server made by itself the tally has no number.
    fn strange_told(&self, report: &Report) -> Rows {
        let known: BTreeSet<_> = self.bank.sequences.iter().map(i64::to_string).collect();
        let mut rows = rows(report);
        for records in rows.iter_mut().filter_map(|row| row.last_mut()) {
            let told = records.split(' ');
            let told = told.map(|at| if known.contains(at) { at } else { "0" });
            *records = told.collect::<Vec<_>>().join(" ");
        }
        rows
    }

    fn strange(&self, scope: &Scope, today: i64) -> Rows {
        self.tally.anomalies(scope, today, &self.bank.sequences)
    }

    fn last(&self) -> Sequence {
        let read = self.bank.world.read(|reading| Ok(reading.snapshot.last()?));
        read.expect("a position")
    }

    /// Compares all reports of a scope. How many there are, and what they told.
    pub(super) fn check_reports(&self, scope: Scope) -> Told {
        let of = asked(&scope, None);
        let read = self.bank.world.read(move |reading| reports(reading, &of));
        let told = read.expect("reports");
        // Reports go by the day of the last record.
        let today = self.day_of_last();
        for (report, (kind, by)) in told.iter().zip(kinds()) {
            let what = format!("{kind} by {by} of {scope:?}");
            let (told, expected) = match kind {
                "activity" => (rows(report), self.tally.activity(&scope, by)),
                "satisfaction" => (rows(report), self.tally.satisfaction(&scope, by)),
                "evaluations" => (rows(report), self.tally.evaluations(&scope, by)),
                "supply-demand" => (rows(report), self.tally.supply_demand(&scope, by, today)),
                "dormancy" => (rows(report), self.tally.dormancy(&scope, today)),
                "redeemability" => (figures(report), self.tally.redeemability(&scope, today)),
                "indicators" => (figures(report), self.tally.indicators(&scope, today)),
                "sample" => (rows(report), self.tally.sample(&scope)),
                _ => (self.strange_told(report), self.strange(&scope, today)),
            };
            check(&what, &told, &expected);
        }
        Told {
            scope,
            at: self.last(),
            reports: told,
        }
    }

    fn day_of_last(&self) -> i64 {
        let at = self.last();
        let read = self
            .bank
            .world
            .read(move |reading| Ok(reading.snapshot.record(at)?));
        let us = read.expect("a record").stamp.moment.us();
        day_of((us - super::calendar::us(0)).div_euclid(60_000_000))
    }

    /// That a position still tells what it told.
    pub(super) fn check_told(&self, told: &Told) {
        let of = asked(&told.scope, Some(told.at));
        let read = self.bank.world.read(move |reading| reports(reading, &of));
        assert!(read.expect("reports") == told.reports, "{:?}", told.scope);
    }
}

/// The kinds of reports in their order, and by what they are grouped.
fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    let grouped = GROUPS.iter();
    let grouped = grouped.flat_map(|by| KINDS[..4].iter().map(move |kind| (*kind, *by)));
    grouped.chain(KINDS[4..].iter().map(|kind| (*kind, "nothing")))
}

pub(super) const REPORTS: usize = 33;

impl City {
    /// Compares every account, and that all of a unit come to nothing.
    pub(super) fn check_accounts(&self) {
        let read = self.bank.world.read(|reading| {
            let mut found = BTreeMap::new();
            let mut after = None;
            loop {
                let rows = reading.snapshot.accounts("", after.as_ref(), 1_000)?;
                let Some(last) = rows.last() else {
                    return Ok(found);
                };
                after = Some(last.account.id.clone());
                found.extend(rows.into_iter().map(|row| {
                    let account = row.account;
                    let (balance, held) = (account.balance.steps(), account.held.steps());
                    let stands = (balance, held, account.closed.is_some());
                    (account.id.to_string(), (account.unit.to_string(), stands))
                }));
            }
        });
        let accounts = self.tally.accounts.iter();
        let expected = accounts.map(|(id, account)| {
            let stands = (account.balance, account.held, account.closed.is_some());
            (id.clone(), (account.unit.to_owned(), stands))
        });
        let (found, expected) = (
            read.expect("accounts"),
            expected.collect::<BTreeMap<_, _>>(),
        );
        let differs = found
            .iter()
            .zip(&expected)
            .find(|(one, other)| one != other);
        assert_eq!(differs, None);
        assert_eq!(found.len(), expected.len());
        let mut sums = BTreeMap::<_, i64>::new();
        for (unit, (balance, ..)) in found.into_values() {
            *sums.entry(unit).or_default() += balance;
        }
        assert!(sums.values().all(|sum| *sum == 0), "{sums:?}");
    }

    /// Compares the closing balances of every closed month, their report, and the root of their seal.
    pub(super) fn check_closings(&self) {
        for closed in &self.tally.closed {
            let id = period(closed.district, closed.month);
            let what = format!("{} of {:?}", id.month, id.centre);
            let read = self.bank.world.read(move |reading| {
                let mut found = BTreeMap::new();
                let mut after = None;
                loop {
                    let page = query::closings(reading, &id, after.as_ref(), 1_000)?;
                    let Some(last) = page.last() else {
                        let report = query::period_report(reading, &id)?;
                        return Ok((found, report, query::period(reading, &id)?));
                    };
                    after = Some(last.account.id.clone());
                    let both = |view: &query::ClosingView| (view.opening, view.closing);
                    found.extend(
                        page.iter()
                            .map(|view| (view.account.id.to_string(), both(view))),
                    );
                }
            });
            let (found, report, period) = read.expect("closings");
            assert!(found == closed.accounts, "{what}");
            check(&what, &rows(&report), &self.closing_report(closed));
            let seal = period.seal.expect("it is sealed");
            let lines = closed.accounts.iter().map(|(id, (_, closing))| {
                format!("{id} {} {closing}", self.tally.account(id).unit)
            });
            let lines: Vec<_> = lines.collect();
            assert_eq!(seal.root.to_string(), root(&lines), "{what}");
            assert_eq!(!period.signed_off.is_empty(), closed.is_signed, "{what}");
        }
    }

    fn closing_report(&self, closed: &Closed) -> Rows {
        let mut kinds = BTreeMap::<_, [i64; 4]>::new();
        for (id, (opening, closing)) in &closed.accounts {
            let account = self.tally.account(id);
            let sums = kinds.entry((account.kind, account.unit)).or_default();
            let more = [1, *opening, closing - opening, *closing];
            sums.iter_mut()
                .zip(more)
                .for_each(|(sum, more)| *sum += more);
        }
        let rows = kinds.into_iter().map(|((kind, unit), sums)| {
            let words = [kind.to_owned(), unit.to_owned()].into_iter();
            words.chain(sums.map(|sum| sum.to_string())).collect()
        });
        rows.collect()
    }

    /// Compares the certificates and statements of so many members. How many services these certify.
    pub(super) fn check_members(&self, count: usize) -> i64 {
        let apart = self.tally.members.len() / count;
        let members = (0..count).map(|at| at * apart);
        // And of those who serve most.
        let members = members.chain(self.here.iter().flat_map(|here| [here[1], here[2]]));
        members.map(|member| self.check_member(member)).sum()
    }

    fn check_member(&self, member: usize) -> i64 {
        let of = &self.tally.members[member];
        self.check_statement(&of.account, None);
        self.check_statement(&of.account, Some((10 * DAY, 20 * DAY)));
        let mut expected = BTreeMap::<_, (i64, i64)>::new();
        // Standing visits go on into January.
        let of_year = Scope {
            days: Some((0, DAYS_OF_YEAR - 1)),
            ..Scope::default()
        };
        for seen in self.tally.services(&of_year) {
            let served = seen
                .parts
                .iter()
                .filter(|part| part.provider == Some(member));
            for part in served {
                let sums = expected
                    .entry((seen.service.to_owned(), seen.is_entered()))
                    .or_default();
                *sums = (sums.0 + 1, sums.1 + part.served);
            }
        }
        let day = |day: &str| Day::parse("day", day).expect("a day");
        let asked = CertificateQuery {
            member: member_id(&of.id),
            since: day("2025-01-01"),
            until: day("2025-12-31"),
            at: None,
        };
        let read = self
            .bank
            .world
            .read(move |reading| query::certificate(reading, &asked));
        let certificate = read.expect("a certificate");
        let served = certificate.served.iter().map(|(of, one)| {
            let figures = (one.services, one.served_minutes);
            ((of.service.clone(), of.is_entered), figures)
        });
        assert_eq!(served.collect::<BTreeMap<_, _>>(), expected, "{}", of.id);
        certificate.services
    }

    /// Compares an account's statement, by effective time: of all minutes, or of some.
    fn check_statement(&self, id: &str, minutes: Option<(i64, i64)>) {
        let query = StatementQuery {
            account: account(id),
            direction: Direction::OldestFirst,
            axis: Axis::Effective,
            since: minutes.map(|(since, _)| moment(since)),
            until: minutes.map(|(_, until)| moment(until)),
            from: None,
            limit: 1_000,
            at: None,
        };
        let read = self
            .bank
            .world
            .read(move |reading| query::statement(reading, &query));
        let page = read.expect("a statement");
        let (since, until) = minutes.unwrap_or((i64::MIN, i64::MAX));
        let postings = self.tally.account(id).postings.iter();
        let mut expected: Vec<_> = postings
            .filter(|one| (since..until).contains(&one.minute))
            .collect();
        expected.sort_by_key(|one| one.minute);
        let amounts = |amounts: &[i64]| amounts.to_vec();
        let told: Vec<_> = page.postings.iter().map(|view| view.amount).collect();
        let expected: Vec<_> = expected.iter().map(|one| one.amount).collect();
        assert_eq!(amounts(&told), amounts(&expected), "{id} {minutes:?}");
        assert_eq!(
            page.opening_balance,
            self.tally.account(id).before(since),
            "{id}"
        );
        assert_eq!(
            page.closing_balance,
            self.tally.account(id).before(until),
            "{id}"
        );
    }

    /// What the audit finds wrong, and how many records there are.
    pub(super) fn check_audit(&self) -> i64 {
        assert_eq!(self.bank.world.unsound(), None);
        assert_eq!(self.last().get(), self.bank.records);
        self.bank.records
    }
}

/// The root over lines, as RFC 6962 has it.
fn root(lines: &[String]) -> String {
    let hash = tree(lines);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn tree(lines: &[String]) -> Vec<u8> {
    let hash = |bytes: Vec<u8>| Sha256::digest(bytes).to_vec();
    match lines {
        [] => hash(Vec::new()),
        [line] => hash([&[0], line.as_bytes()].concat()),
        lines => {
            let half = lines.len().next_power_of_two() / 2;
            let (left, right) = lines.split_at(half);
            hash([vec![1], tree(left), tree(right)].concat())
        }
    }
}
