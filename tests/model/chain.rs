//! An account's chain of postings against a plain list of them: however many
//! there are, and however their effective times jump about, every balance and
//! every page is the list's, and few links are followed to find it.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use timebank::{
    ledger::{AccountKind, Command, Moment},
    query::{
        AsOf, Axis, Direction, Place, ReadError, Reading, Scan, StatementQuery, balance, statement,
    },
    steps::{Answer, Together},
    store::Snapshot,
};

use super::{
    ask::{Ask, Labels, Leg, Post, account, moment},
    cases,
    counted::Counted,
    generate::DAY_US,
    stack::Stack,
};
use crate::support::nobody;

const MINE: &str = "chain:mine";
const OTHER: &str = "chain:other";
const START_US: i64 = 1_700_000_000_000_000;
/// Entries a commit: few enough that most chains are written in several.
const BATCH: usize = 400;
/// Pages of a statement that are followed.
const PAGES: usize = 3;

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn a_chain_reads_as_a_list_does(
        entries in entries(),
        reopen in any::<bool>(),
        (a, b) in (any::<Index>(), any::<Index>()),
    ) {
        let stack = write(&entries, reopen);
        let list = list(&entries);
        let (a, b) = (a.index(list.len()), b.index(list.len()));
        stack.read(move |reading| {
            let (snapshot, now) = (&mut *reading.snapshot, reading.now);
            for moment in moments(&list, &[a, b]) {
                check_balance(snapshot, now, &list, AsOf { moment, axis: Axis::Recorded })?;
                check_balance(snapshot, now, &list, AsOf { moment, axis: Axis::Effective })?;
            }
            let directions = [Direction::NewestFirst, Direction::OldestFirst];
            check_statements(snapshot, &list, (a, b), &directions)
        }).expect("it reads");
    }
}

/// Where effective times follow the order of recording, few of thousands of
/// postings are looked at. Where they do not, more must be: only the answer is
/// checked then.
#[test]
fn thousands_of_postings_are_found_by_few_links() {
    for (pattern, follows) in [
        (Pattern::AsRecorded, true),
        (Pattern::DayByDay, true),
        (Pattern::DayByDayBackwards, true),
        (Pattern::OverACentury, false),
    ] {
        let entry = |index: i64| Booked {
            changes: vec![if index % 3 == 0 { -7 } else { index % 50 + 1 }],
            at: time(pattern, index, index * 7_919 % 40_009),
        };
        let entries: Vec<_> = (0..3_000).map(entry).collect();
        let stack = write(&entries, true);
        let list = list(&entries);
        let read = move |reading: &mut Reading<'_>| {
            let (snapshot, now) = (&mut *reading.snapshot, reading.now);
            let picks = [0, 1, 1_023, 1_024, 1_025, 2_047, 2_998, 2_999];
            for moment in moments(&list, &picks) {
                for (axis, is_bound) in [(Axis::Recorded, true), (Axis::Effective, follows)] {
                    let as_of = AsOf { moment, axis };
                    let followed = check_balance(snapshot, now, &list, as_of)?;
                    let most = most_links(&list, as_of);
                    assert!(
                        !is_bound || followed <= most,
                        "{followed} > {most}: {as_of:?}"
                    );
                }
            }
            check_statements(snapshot, &list, (1_023, 2_050), &[Direction::NewestFirst])
        };
        stack.read(read).expect("it reads");
    }
}

/// A page by effective time looks at few postings where times follow the order
/// of recording, and of any account's beginning and end. Elsewhere it ends at its
/// bound, and says so: nothing is left out.
#[test]
fn a_page_is_whole_or_refused() {
    for (pattern, follows) in [
        (Pattern::DayByDay, true),
        (Pattern::DayByDayBackwards, true),
        (Pattern::OverACentury, false),
    ] {
        let entry = |index: i64| Booked {
            changes: vec![index + 1],
            at: time(pattern, index, index * 7_919 % 40_009),
        };
        let entries: Vec<_> = (0..3_000).map(entry).collect();
        let stack = write(&entries, false);
        let list = in_order(&list(&entries), Axis::Effective);
        for direction in [Direction::NewestFirst, Direction::OldestFirst] {
            for (since, is_page) in [(None, true), (Some(1_500), follows)] {
                let query = StatementQuery {
                    account: account(MINE),
                    direction,
                    axis: Axis::Effective,
                    since: since.map(|at: usize| moment(list[at].effective)),
                    until: None,
                    from: None,
                    limit: 10,
                    at: None,
                };
                let page = stack.read(move |reading| {
                    reading.scan = Scan::up_to(500);
                    statement(reading, &query)
                });
                let start = match direction {
                    Direction::OldestFirst => since.unwrap_or(0),
                    Direction::NewestFirst => list.len() - 1,
                };
                match page {
                    Ok(page) => {
                        assert!(is_page && page.postings[0].place() == place_of(&list[start]))
                    }
                    Err(ReadError::ScanTooLong { max_postings }) => {
                        assert!(
                            !is_page && max_postings == 500,
                            "{pattern:?} {direction:?} {since:?}"
                        );
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
}

/// A read whose caller has left ends before its bound.
#[test]
fn a_read_ends_when_its_caller_has_left() {
    let stack = Stack::new(START_US);
    let (tell, told) = mpsc::channel();
    stack.begin_and_leave(move |scan| {
        let end = loop {
            thread::sleep(Duration::from_millis(1));
            if let Err(end) = scan.look() {
                break end;
            }
        };
        tell.send(end).expect("the test waits");
        Ok(())
    });
    let end = told.recv_timeout(Duration::from_secs(30)).expect("it ends");
    assert!(matches!(end, ReadError::CallerLeft), "{end}");
}

/// One entry: its legs' changes of the account, and when it is effective.
#[derive(Clone, Debug)]
struct Booked {
    changes: Vec<i64>,
    at: Option<i64>,
}

/// A posting as the list has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Line {
    ordinal: i64,
    recorded: i64,
    effective: i64,
    balance: i64,
    change: i64,
}

/// How effective times follow each other.
#[derive(Clone, Copy, Debug)]
enum Pattern {
    AsRecorded,
    AllEqual,
    DayByDay,
    DayByDayBackwards,
    AtMidnights,
    WithinWeeks,
    OverACentury,
    LongAgo,
}

const PATTERNS: [Pattern; 8] = [
    Pattern::AsRecorded,
    Pattern::AllEqual,
    Pattern::DayByDay,
    Pattern::DayByDayBackwards,
    Pattern::AtMidnights,
    Pattern::WithinWeeks,
    Pattern::OverACentury,
    Pattern::LongAgo,
];

fn entries() -> impl Strategy<Value = Vec<Booked>> {
    let count = prop_oneof![2 => 1usize..70, 1 => 200usize..600];
    let change = || prop_oneof![-90i64..0, 1i64..90];
    let changes = move || prop_oneof![5 => vec(change(), 1), 1 => vec(change(), 2..4)];
    (select(PATTERNS.to_vec()), count).prop_flat_map(move |(pattern, count)| {
        vec((changes(), any::<u32>()), count).prop_map(move |entries| {
            let booked = |(index, (changes, random))| Booked {
                changes,
                at: time(pattern, index as i64, i64::from(random)),
            };
            entries.into_iter().enumerate().map(booked).collect()
        })
    })
}

fn time(pattern: Pattern, index: i64, random: i64) -> Option<i64> {
    match pattern {
        Pattern::AsRecorded => None,
        Pattern::AllEqual => Some(START_US - 5 * DAY_US),
        Pattern::DayByDay => Some(START_US - (6_000 - index) * DAY_US),
        Pattern::DayByDayBackwards => Some(START_US - index * DAY_US),
        Pattern::AtMidnights => Some((random % 9) * DAY_US - 4 * DAY_US + random % 3 - 1),
        Pattern::WithinWeeks => Some(START_US - random * 1_000),
        Pattern::OverACentury => Some(START_US - (random % 40_000) * DAY_US - random),
        Pattern::LongAgo => Some(Moment::MIN.us() + random % (3 * DAY_US)),
    }
}

/// Books the entries, with a stop and start half way if wanted: then the end of
/// the chain is read again from what is stored.
fn write(entries: &[Booked], reopen: bool) -> Stack {
    let mut stack = Stack::new(START_US);
    for account in [MINE, OTHER] {
        let opening = Ask::Open {
            account,
            kind: AccountKind::Clearing,
            unit: "time",
            limits: None,
        };
        let command = stack.command(&opening).expect("well-formed");
        stack.submit_one(command).expect("it opens");
    }
    for (index, batch) in entries
        .chunks(BATCH.min(entries.len().div_ceil(2)))
        .enumerate()
    {
        if reopen && index == 1 {
            stack.reopen(START_US);
        }
        let first = index * BATCH.min(entries.len().div_ceil(2));
        let commands = batch.iter().enumerate();
        let commands = commands.map(|(place, booked)| post(&mut stack, first + place, booked));
        let commands = commands.collect();
        let Answer::Each(results) = stack.submit(commands, Together::Each) else {
            panic!("each for itself");
        };
        for result in results {
            result.expect("it posts");
        }
    }
    stack
}

fn post(stack: &mut Stack, index: usize, booked: &Booked) -> Command {
    let legs = booked.changes.iter().map(|change| match change {
        ..0 => (MINE, OTHER, -change),
        _ => (OTHER, MINE, *change),
    });
    let post = Ask::Post(Post {
        id: 1,
        legs: legs
            .map(|(from, to, amount)| Leg { from, to, amount })
            .collect(),
        unit: None,
        opens: None,
        at: booked.at,
        labels: Labels {
            kind: "service",
            tags: &[],
        },
        note: None,
    });
    let mut command = stack.command(&post).expect("well-formed");
    if let Command::PostEntry(posting) = &mut command {
        Arc::make_mut(&mut posting.entry).id = numbered(index);
    }
    command
}

/// An id for each of more entries than small ids go round for.
fn numbered(index: usize) -> timebank::ledger::BookingId {
    let mut bytes = [0x22; 16];
    bytes[8..].copy_from_slice(&(index as u64).to_be_bytes());
    timebank::ledger::BookingId::from_slice(&bytes).expect("not the nil UUID")
}

/// The ledger is founded and two accounts are opened first; then each record is a microsecond later.
fn list(entries: &[Booked]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, booked) in entries.iter().enumerate() {
        let recorded = START_US + 3 + index as i64;
        for change in &booked.changes {
            let before = lines.last().map_or(0, |line| line.balance);
            lines.push(Line {
                ordinal: lines.len() as i64 + 1,
                recorded,
                effective: booked.at.unwrap_or(recorded),
                balance: before + change,
                change: *change,
            });
        }
    }
    lines
}

/// The ends of time, and around the picked postings and their days.
fn moments(list: &[Line], picks: &[usize]) -> Vec<Moment> {
    let mut moments = vec![Moment::MIN.us(), Moment::MAX.us() - 1];
    for line in picks.iter().map(|pick| list[*pick]) {
        let midnight = line.effective.div_euclid(DAY_US) * DAY_US;
        let around = [line.effective, line.recorded, midnight, midnight + DAY_US];
        moments.extend(around.iter().flat_map(|at| [at - 1, *at, at + 1]));
    }
    moments.into_iter().filter_map(Moment::from_us).collect()
}

/// Compares a balance, and says how many postings were looked at for it.
fn check_balance(
    snapshot: &mut dyn Snapshot,
    now: Moment,
    list: &[Line],
    as_of: AsOf,
) -> Result<usize, ReadError> {
    let mut counted = Counted {
        snapshot,
        followed: 0,
    };
    let nobody = nobody();
    let mut reading = Reading::new(&mut counted, &nobody, now);
    let got = balance(&mut reading, &account(MINE), Some(as_of))?;
    let counts = list
        .iter()
        .filter(|line| time_of(line, as_of.axis) <= as_of.moment.us());
    let expected: i64 = counts.map(|line| line.change).sum();
    assert_eq!(got.balance, expected, "{as_of:?}");
    Ok(counted.followed)
}

/// The links of a chain lead to a posting in the square of a logarithm of
/// steps. Of the moment's own minute each may have to be looked at.
fn most_links(list: &[Line], as_of: AsOf) -> usize {
    let log = list.len().ilog2() as usize + 2;
    let minute = |us: i64| us.div_euclid(60_000_000);
    let same_minute = list
        .iter()
        .filter(|line| minute(line.effective) == minute(as_of.moment.us()));
    match as_of.axis {
        Axis::Recorded => log * log,
        Axis::Effective => log * log + same_minute.count(),
    }
}

fn time_of(line: &Line, axis: Axis) -> i64 {
    match axis {
        Axis::Recorded => line.recorded,
        Axis::Effective => line.effective,
    }
}

fn check_statements(
    snapshot: &mut dyn Snapshot,
    list: &[Line],
    (a, b): (usize, usize),
    directions: &[Direction],
) -> Result<(), ReadError> {
    for axis in [Axis::Recorded, Axis::Effective] {
        let (a, b) = (time_of(&list[a], axis), time_of(&list[b], axis));
        let (since, until) = (a.min(b), a.max(b));
        let ranges = [
            (None, None),
            (Some(since), Some(until)),
            (Some(since), None),
            (None, Some(until)),
        ];
        for (since, until) in ranges {
            let wanted = |line: &&Line| {
                let at = time_of(line, axis);
                since.is_none_or(|since| at >= since) && until.is_none_or(|until| at < until)
            };
            let ordered = in_order(list, axis);
            let expected: Vec<_> = ordered.iter().filter(wanted).copied().collect();
            // Small pages of a long list would only take long.
            let limits = if list.len() < 100 {
                &[1, 3, 100][..]
            } else {
                &[150]
            };
            for limit in limits {
                for direction in directions {
                    let query = StatementQuery {
                        account: account(MINE),
                        direction: *direction,
                        axis,
                        since: since.map(moment),
                        until: until.map(moment),
                        from: None,
                        limit: *limit,
                        at: None,
                    };
                    follow(snapshot, query, &expected)?;
                }
            }
        }
    }
    Ok(())
}

/// The list in the order of its times, with the balances of that order.
fn in_order(list: &[Line], axis: Axis) -> Vec<Line> {
    let mut ordered = list.to_vec();
    ordered.sort_by_key(|line| (time_of(line, axis), line.ordinal));
    let mut balance = 0;
    for line in &mut ordered {
        balance += line.change;
        line.balance = balance;
    }
    ordered
}

fn place_of(line: &Line) -> Place {
    Place {
        effective_at: moment(line.effective),
        ordinal: line.ordinal,
    }
}

/// Some pages of a statement from its start, and some from its middle.
fn follow(
    snapshot: &mut dyn Snapshot,
    mut query: StatementQuery,
    expected: &[Line],
) -> Result<(), ReadError> {
    let mut expected = expected.to_vec();
    if query.direction == Direction::NewestFirst {
        expected.reverse();
    }
    let middle = expected.len() / 2;
    for start in [0, middle] {
        query.from = match start {
            0 => None,
            start => Some(place_of(&expected[start])),
        };
        let mut rest = &expected[start..];
        for _ in 0..PAGES {
            let nobody = nobody();
            let mut reading = Reading::new(snapshot, &nobody, Moment::MAX);
            let page = statement(&mut reading, &query)?;
            let (these, others) = rest.split_at(rest.len().min(query.limit));
            let got = page.postings.iter().map(|p| (p.ordinal, p.balance));
            let expected = these.iter().map(|line| (line.ordinal, line.balance));
            assert!(
                got.eq(expected),
                "{query:?}: {:?}, not {these:?}",
                page.postings
            );
            rest = others;
            match page.next {
                Some(next) => query.from = Some(next),
                None => {
                    assert!(rest.is_empty(), "{query:?} ends {} early", rest.len());
                    break;
                }
            }
        }
    }
    Ok(())
}
