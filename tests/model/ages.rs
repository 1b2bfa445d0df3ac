//! How old hours are, by entries of twenty years in any order, beside a naive reckoning: what was
//! recorded first is spent first.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use proptest::{collection::vec, prelude::*};
use timebank::{
    ledger::{
        AccountId, AccountKind, AccountOpened, Amount, BookingId, Command, Entry, Label, Moment,
        NewEntry, Origin, Tags, Transfer, Transfers, UnitId,
    },
    query::{self, Scope, Value},
    steps::{Answer, Together},
};
use uuid::Uuid;

use super::{cases, stack::Stack};

/// 2026-02-28T12:00:00Z.
const NOW_S: i64 = 1_772_280_000;
const DAYS: i64 = 20 * 366;
const MINT: &str = "city:issuance:mint";
const MEMBER: &str = "city:member:1";

/// Hours that came or went: how many minutes, and how many days ago.
#[derive(Clone, Copy, Debug)]
struct Move {
    comes: bool,
    minutes: i64,
    days_ago: i64,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    // Many around now and around the ends of ages, so that spans are of one age and of two.
    let days_ago = prop_oneof![0..40_i64, 350..380_i64, 1_800..1_850_i64, 0..DAYS];
    let one = (any::<bool>(), 1..200_i64, days_ago);
    let one = one.prop_map(|(comes, minutes, days_ago)| Move {
        comes,
        minutes,
        days_ago,
    });
    // Some ledgers are of one age altogether.
    let of_one = (vec(one.clone(), 1..40), 0..DAYS).prop_map(|(moves, days_ago)| {
        let moves = moves.into_iter();
        moves.map(|one| Move { days_ago, ..one }).collect()
    });
    prop_oneof![3 => vec(one, 1..60), 1 => of_one]
}

fn day(days_ago: i64) -> DateTime<Utc> {
    let now = DateTime::from_timestamp(NOW_S, 0).expect("a time");
    now - TimeDelta::days(days_ago)
}

fn age(days_ago: i64) -> &'static str {
    let (came, now) = (day(days_ago), day(0));
    let is_full = (came.month(), came.day()) <= (now.month(), now.day());
    match now.year() - came.year() - i32::from(!is_full) {
        0 => "under 1 year",
        1 => "1 to 2 years",
        2..5 => "2 to 5 years",
        5..10 => "5 to 10 years",
        _ => "10 years and more",
    }
}

/// Takes what goes from the oldest records on; what is left is told by age.
fn expected(moves: &[Move]) -> BTreeMap<&'static str, i64> {
    let mut left: Vec<(i64, &str)> = Vec::new();
    for one in moves {
        if one.comes {
            left.push((one.minutes, age(one.days_ago)));
            continue;
        }
        let mut goes = one.minutes;
        for (minutes, _) in &mut left {
            let part = goes.min(*minutes);
            (*minutes, goes) = (*minutes - part, goes - part);
        }
    }
    let mut ages = BTreeMap::new();
    for (minutes, age) in left {
        *ages.entry(age).or_default() += minutes;
    }
    ages.retain(|_, minutes| *minutes > 0);
    ages
}

fn open(id: &str, kind: AccountKind) -> Command {
    Command::OpenAccount(AccountOpened {
        id: AccountId::parse(id).expect("an account"),
        kind,
        unit: UnitId::time(),
        limits: kind.default_limits(),
    })
}

fn post(one: Move) -> Command {
    let sides = [MINT, MEMBER].map(|id| AccountId::parse(id).expect("an account"));
    let [mint, member] = sides;
    let (from, to) = match one.comes {
        true => (mint, member),
        false => (member, mint),
    };
    let amount = Amount::new(one.minutes).expect("an amount");
    let leg = Transfer::new(from, to, amount).expect("two accounts");
    Command::PostEntry(NewEntry {
        entry: Arc::new(Entry {
            id: BookingId::from_slice(Uuid::now_v7().as_bytes()).expect("a UUID"),
            transfers: Transfers::new(vec![leg]).expect("a leg"),
            effective_at: Moment::from_us(day(one.days_ago).timestamp_micros()),
            kind: Label::transfer(),
            tags: Tags::default(),
            note: None,
            origin: Origin::Posted,
        }),
        units: Vec::new(),
        note: None,
        opens: Vec::new(),
    })
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn hours_are_as_old_as_they_are(mut moves in moves()) {
        // Nobody spends what they do not have.
        let mut balance = 0;
        for one in &mut moves {
            one.comes |= one.minutes > balance;
            balance += if one.comes { one.minutes } else { -one.minutes };
        }
        let stack = Stack::new(NOW_S * 1_000_000);
        let opens = [open(MINT, AccountKind::Issuance), open(MEMBER, AccountKind::Member)];
        let commands = opens.into_iter().chain(moves.iter().copied().map(post)).collect();
        let Answer::Each(results) = stack.submit(commands, Together::Each) else {
            panic!("each is decided for itself");
        };
        prop_assert!(results.iter().all(Result::is_ok), "{results:?}");
        let told = stack.read(|reading| query::redeemability(reading, &Scope::default()));
        let told = told.expect("it reads");
        let rows = told.rows.iter().filter(|row| row[0] == Value::Text("outstanding by age".into()));
        let ages = rows.filter_map(|row| match (&row[1], &row[3]) {
            (Value::Text(age), Value::Number(minutes)) if *minutes > 0 => Some((age.clone(), *minutes)),
            _ => None,
        });
        let expected = expected(&moves).into_iter().map(|(age, minutes)| (age.to_owned(), minutes));
        prop_assert_eq!(ages.collect::<BTreeMap<_, _>>(), expected.collect::<BTreeMap<_, _>>());
    }
}
