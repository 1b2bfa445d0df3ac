//! Commands about reports; and that each is the same for ever as of its position.

use std::collections::BTreeSet;

use timebank::{
    exchange::{Branch, Day, training::Assessment},
    ledger::{AccountKind, Sequence, UnitId},
    query::{
        self, By, CertificateQuery, Grouping, ReadError, Reading, Report, ReportError, Scope,
        Served, ServedAs, Value,
    },
};

use super::{
    partakers::member_id,
    runner::Story,
    show,
    words::{Said, Words, mistake, number},
};

/// All kinds of reports; the first four are of groups.
const KINDS: [&str; 8] = [
    "activity",
    "satisfaction",
    "evaluations",
    "supply-demand",
    "dormancy",
    "redeemability",
    "indicators",
    "anomalies",
];
const GROUPS: [By; 5] = [By::Branch, By::Service, By::Block, By::Point, By::Month];

fn make(
    reading: &mut Reading<'_>,
    kind: &str,
    scope: &Scope,
    by: Grouping,
) -> Result<Report, ReadError> {
    match kind {
        "activity" => query::activity(reading, scope, by),
        "satisfaction" => query::satisfaction(reading, scope, by),
        "evaluations" => query::evaluations(reading, scope, by),
        "supply-demand" => query::supply_demand(reading, scope, by),
        "dormancy" => query::dormancy(reading, scope),
        "redeemability" => query::redeemability(reading, scope),
        "anomalies" => query::anomalies(reading, scope),
        _ => query::indicators(reading, scope),
    }
}

fn group(word: &str) -> Said<By> {
    Ok(match word {
        "branch" => By::Branch,
        "service" => By::Service,
        "block" => By::Block,
        "point" => By::Point,
        "month" => By::Month,
        other => return mistake(format!("nothing is grouped by {other}")),
    })
}

fn groups(by: Option<&str>, then_by: Option<&str>) -> Said<Grouping> {
    let (by, then_by) = (by.map(group), then_by.map(group));
    let found = Grouping::new(by.transpose()?.unwrap_or_default(), then_by.transpose()?);
    found.map_or_else(|| mistake("it is grouped by the same twice"), Ok)
}

pub(super) fn shown(report: &Report) -> String {
    let heading: Vec<_> = report.columns.iter().map(|column| column.name).collect();
    let rows = report.rows.iter().map(|row| {
        let values = row.iter().map(|value| match value {
            Value::None => "-".into(),
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.to_string(),
        });
        values.collect::<Vec<_>>().join(", ")
    });
    let lines = [heading.join(", ")].into_iter().chain(rows);
    lines.collect::<Vec<_>>().join("\n")
}

/// The branches right above members that are parts of something, such as `city:east`.
fn parts(reading: &mut Reading<'_>, at: Sequence) -> Result<BTreeSet<Branch>, ReadError> {
    let rows = reading.snapshot.accounts("", None, 1_000)?;
    let members = rows.iter().map(|row| &row.account).filter(|account| {
        account.kind == AccountKind::Member
            && account.unit == UnitId::time()
            && account.opened.sequence <= at
    });
    let above = members.filter_map(|account| Some(account.id.as_str().rsplit_once(':')?.0));
    let parts = above.filter(|branch| branch.contains(':'));
    Ok(parts
        .map(|branch| Branch::parse("branch", branch).expect("a branch"))
        .collect())
}

/// All reports there are, of the ledger and of its parts, as of a position.
fn all(reading: &mut Reading<'_>, at: Sequence) -> Result<Vec<Report>, ReadError> {
    let mut told = Vec::new();
    let parts = parts(reading, at)?.into_iter().map(Some);
    for branch in [None].into_iter().chain(parts) {
        let scope = Scope {
            branch,
            at: Some(at),
            ..Scope::default()
        };
        told.extend(all_of(reading, &scope)?);
    }
    Ok(told)
}

fn all_of(reading: &mut Reading<'_>, scope: &Scope) -> Result<Vec<Report>, ReadError> {
    let grouped = KINDS[..4].iter();
    let grouped = grouped.flat_map(|kind| GROUPS.map(|by| (kind, Grouping::from(by))));
    let by_two = Grouping::new(By::Service, Some(By::Block)).expect("two");
    let by_two = KINDS[..4].iter().map(|kind| (kind, by_two));
    let others = KINDS[4..].iter().map(|kind| (kind, Grouping::default()));
    let each = grouped.chain(by_two).chain(others);
    let told = each.map(|(kind, by)| make(reading, kind, scope, by));
    // Of a part of a centre it is not told what is strange.
    let is_refused = |told: &Result<_, _>| {
        let inside = |error: &ReadError| {
            matches!(error, ReadError::Report(ReportError::BranchInside { .. }))
        };
        told.as_ref().is_err_and(inside)
    };
    told.filter(|told| !is_refused(told)).collect()
}

impl Story {
    /// `figures KIND [branch=B] [since=DAY] [until=DAY] [by=GROUP] [then=GROUP] [at=POSITION] [row=FIRST]`, which
    /// leaves other rows out. None where it is another command.
    pub(super) fn reports(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        match name {
            "figures" => {}
            "sample" => return self.sample(words).map(Some),
            "certify" => return self.certify(words).map(Some),
            "check-certificate" => return self.check_certificate(words).map(Some),
            _ => return Ok(None),
        }
        let kind = words.next()?;
        if !KINDS.contains(&kind.as_str()) {
            return mistake(format!("there is no report of {kind}"));
        }
        let day = |field, given: Option<String>| {
            let day = given.map(|given| Day::parse(field, &given));
            day.transpose()
        };
        let branch = words.key("branch");
        let at = words.key("at").map(|at| number(&at)).transpose()?;
        let scope = Scope {
            branch: branch
                .map(|branch| Branch::parse("branch", &branch))
                .transpose()?,
            since: day("since", words.key("since"))?,
            until: day("until", words.key("until"))?,
            at: at.map(|at| Sequence::new(at).expect("a position")),
        };
        let by = groups(words.key("by").as_deref(), words.key("then").as_deref())?;
        let row = words.key("row").map(Value::Text);
        let read = self
            .world
            .read(move |reading| make(reading, &kind, &scope, by));
        Ok(Some(match read {
            Ok(mut report) => {
                let is_asked = |first: &Value| row.as_ref().is_none_or(|row| row == first);
                report.rows.retain(|row| row.first().is_some_and(is_asked));
                shown(&report)
            }
            Err(error) => show::unread(&self.names, &error),
        }))
    }

    /// `sample SEED SIZE [branch=B] [at=POSITION]`
    fn sample(&mut self, words: &mut Words) -> Said<String> {
        let at = words.key("at").map(|at| number(&at)).transpose()?;
        let branch = words.key("branch");
        let branch = branch.map(|branch| Branch::parse("branch", &branch));
        let scope = Scope {
            branch: branch.transpose()?,
            at: at.map(|at| Sequence::new(at).expect("a position")),
            ..Scope::default()
        };
        let (seed, size) = (words.next()?, number(&words.next()?)?);
        let size = usize::try_from(size).expect("a size");
        let read = self
            .world
            .read(move |reading| query::sample(reading, &scope, &seed, size));
        Ok(match read {
            Ok(report) => self.names.shorten(&shown(&report)),
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `check-certificate MEMBER SINCE UNTIL at=POSITION [other]`: by the number that it has as of
    /// the position, or by one that differs from it in a digit.
    fn check_certificate(&mut self, words: &mut Words) -> Said<String> {
        let asked = certified(words)?;
        let is_other = words.flag("other");
        let read = self.world.read(move |reading| {
            let mut number = query::certificate(reading, &asked)?.number;
            if is_other {
                let last = if number.ends_with('0') { "1" } else { "0" };
                number.replace_range(number.len() - 1.., last);
            }
            query::check_certificate(reading, &asked, &number)
        });
        Ok(match read {
            Ok(None) => "no certificate of this ledger".into(),
            Ok(Some(found)) => match found.now {
                None => "of this ledger, and still so".into(),
                Some(now) => {
                    let (was, now) = (found.certificate.served_minutes, now.served_minutes);
                    format!("of this ledger, {was} min, but now {now} min")
                }
            },
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `certify MEMBER SINCE UNTIL [at=POSITION]`: without the number, which has the ledger's id.
    fn certify(&mut self, words: &mut Words) -> Said<String> {
        let asked = certified(words)?;
        let read = self
            .world
            .read(move |reading| query::certificate(reading, &asked));
        Ok(match read {
            Ok(found) => {
                let of_one = |(of, one): (ServedAs, Served)| {
                    let how = if of.is_entered { " (entered)" } else { "" };
                    let (count, minutes) = (one.services, one.served_minutes);
                    let (first, last) = (one.first_on, one.last_on);
                    let service = of.service;
                    format!("{service}{how}: {count} in {minutes} min, {first} to {last}")
                };
                let all = format!("all: {} in {} min", found.services, found.served_minutes);
                let lines = found.served.into_iter().map(of_one).chain([all]);
                let trained = found.trained.into_iter().map(|one| {
                    let assessment = one.assessment.map_or("none", Assessment::word);
                    let (code, on, minutes) = (one.code, one.on, one.minutes);
                    format!("training {code}: {on} {minutes} {assessment}")
                });
                lines.chain(trained).collect::<Vec<_>>().join("\n")
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// Remembers what all reports tell now, at every third position.
    pub(super) fn remember_reports(&mut self) {
        let known = self.told.last().map_or(0, |(at, _)| at.get());
        let read = self.world.read(move |reading| {
            let last = reading.snapshot.last()?;
            Ok(match last.get() < known + 3 {
                true => None,
                false => Some((last, all(reading, last)?)),
            })
        });
        self.told.extend(read.ok().flatten());
    }

    /// What a report tells otherwise than when its position was the last.
    pub(super) fn changed_report(&mut self) -> Option<String> {
        let told = std::mem::take(&mut self.told);
        told.into_iter().find_map(|(at, then)| {
            let now = self.world.read(move |reading| all(reading, at));
            let now = now.expect("all reports");
            let mut pairs = then.iter().zip(&now);
            let (then, now) = pairs.find(|(then, now)| then != now)?;
            Some(format!("as of {at}:\n{}\n{}", shown(then), shown(now)))
        })
    }
}

/// Each indicator is defined once, and told with its definition, also where it has many answers.
#[test]
fn indicators_are_those_of_the_document() {
    let mut story = Story::begin();
    let script = "centre city City 1001\nmember ann heard=neighbour actor=1001\n\
                  member ben heard=poster actor=1001\nmember cy actor=1001\n---\n";
    goldenscript::generate(&mut story, script).expect("a script");
    let read = story
        .world
        .read(|reading| query::indicators(reading, &Scope::default()));
    let told = read.expect("indicators").rows.into_iter();
    let mut told: Vec<_> = told
        .map(|row| match (&row[0], &row[2], &row[4]) {
            (Value::Text(name), Value::Text(measure), Value::Text(meaning)) => {
                [name.clone(), measure.clone(), meaning.clone()]
            }
            _ => panic!("no indicator: {row:?}"),
        })
        .collect();
    let answers = |told: &[[String; 3]]| {
        let heard = told.iter().filter(|[name, ..]| name == "heard of it");
        heard.count()
    };
    assert_eq!(answers(&told), 3);
    told.dedup();
    let document = include_str!("../../docs/indicators.md");
    let rows = document
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1);
    let defined: Vec<_> = rows
        .map(|row| {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            [cells[1], cells[3], cells[4]].map(str::to_owned)
        })
        .collect();
    assert_eq!(told, defined);
}

fn certified(words: &mut Words) -> Said<CertificateQuery> {
    let at = words.key("at").map(|at| number(&at)).transpose()?;
    Ok(CertificateQuery {
        member: member_id(&words.next()?)?,
        since: Day::parse("since", &words.next()?)?,
        until: Day::parse("until", &words.next()?)?,
        at: at.map(|at| Sequence::new(at).expect("a position")),
    })
}
