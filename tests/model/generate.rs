//! Requests to try, from small pools, so that they often meet: the same ids,
//! accounts and times, and now and then figures at the edge of the range.

use proptest::{
    prelude::*,
    sample::{Index, select},
};
use timebank::ledger::AccountKind;

use super::{
    ask::{Ask, End, Id, Labels, Leg, Post},
    reference::{MAX, MAX_AHEAD_US, Reference},
};

pub(crate) const SECOND_US: i64 = 1_000_000;
pub(crate) const DAY_US: i64 = 86_400 * SECOND_US;

/// Ids that are prefixes of each other, in two branches.
pub(crate) const ACCOUNTS: [&str; 10] = [
    "east:fund",
    "east:member:1",
    "east:member:10",
    "east:member:2",
    "east:pool",
    "west:bank",
    "west:grant",
    "west:grant:cny",
    "west:member:1",
    "west:shop",
];
const UNITS: [&str; 4] = ["time", "time", "points", "cny"];
const STEPS: [&str; 3] = ["min", "point", "fen"];
const KINDS: [AccountKind; 7] = [
    AccountKind::Member,
    AccountKind::Organisation,
    AccountKind::Pool,
    AccountKind::Project,
    AccountKind::Issuance,
    AccountKind::Redemption,
    AccountKind::Clearing,
];
const LABELS: [Labels; 3] = [
    Labels {
        kind: "service",
        tags: &[],
    },
    Labels {
        kind: "service",
        tags: &[("block", "7")],
    },
    Labels {
        kind: "grant",
        tags: &[("block", "7"), ("source", "fund")],
    },
];
const NOTES: [Option<&str>; 4] = [None, None, Some("tea"), Some("a walk")];
/// Entries and holds have ids up to this.
const MAX_ID: Id = 90;

/// What a ledger starts with, so that most requests find something: hours and
/// points to spend, and accounts of several kinds.
pub(crate) fn opening() -> Vec<Ask> {
    let open = |account, kind, unit| Ask::Open {
        account,
        kind,
        unit,
        limits: None,
    };
    vec![
        Ask::Declare {
            unit: "points",
            step: "point",
        },
        open("west:grant", AccountKind::Issuance, "time"),
        open("east:member:1", AccountKind::Member, "time"),
        open("east:member:2", AccountKind::Member, "time"),
        open("east:pool", AccountKind::Pool, "time"),
        open("west:bank", AccountKind::Clearing, "points"),
        open("west:shop", AccountKind::Redemption, "points"),
        Ask::Post(Post {
            id: 1,
            legs: vec![
                leg("west:grant", "east:member:1", 300),
                leg("west:grant", "east:member:2", 200),
                leg("west:grant", "east:pool", 100),
            ],
            unit: Some("time"),
            opens: None,
            at: None,
            labels: LABELS[2],
            note: None,
        }),
    ]
}

fn leg(from: &'static str, to: &'static str, amount: i64) -> Leg {
    Leg { from, to, amount }
}

/// A request that fits, or nearly fits, what stands.
pub(crate) fn ask(ledger: &Reference, earlier: &[Ask]) -> BoxedStrategy<Ask> {
    let posts: Vec<_> = earlier
        .iter()
        .filter(|ask| matches!(ask, Ask::Post(_) | Ask::Place { .. } | Ask::Reverse { .. }))
        .cloned()
        .collect();
    let bookings = match posts.is_empty() {
        true => post(ledger).boxed(),
        false => changed(ledger, posts).boxed(),
    };
    prop_oneof![
        12 => post(ledger),
        5 => bookings,
        6 => place(ledger),
        6 => end_hold(ledger),
        6 => doomed(ledger),
        5 => reverse(ledger),
        4 => open(),
        4 => limit(ledger),
        2 => known_account(ledger).prop_map(|account| Ask::Close { account }),
        1 => (select(&UNITS[..]), select(&STEPS[..]))
            .prop_map(|(unit, step)| Ask::Declare { unit, step }),
    ]
    .boxed()
}

fn any_account() -> impl Strategy<Value = &'static str> {
    select(&ACCOUNTS[..])
}

/// Mostly an account that is there.
fn known_account(ledger: &Reference) -> impl Strategy<Value = &'static str> + use<> {
    let mut known: Vec<_> = ledger.accounts.keys().copied().collect();
    if known.is_empty() {
        known.push(ACCOUNTS[0]);
    }
    prop_oneof![12 => select(known), 1 => any_account()]
}

/// Mostly a new id.
fn fresh_id(ledger: &Reference) -> impl Strategy<Value = Id> + use<> {
    let used = |id: &Id| ledger.entry(*id).is_some() || ledger.hold(*id).is_some();
    let free: Vec<_> = (1..=MAX_ID).filter(|id| !used(id)).collect();
    let any = 1..=MAX_ID;
    match free.is_empty() {
        true => any.boxed(),
        false => prop_oneof![9 => select(free), 1 => any].boxed(),
    }
}

fn one_of(ids: Vec<Id>) -> BoxedStrategy<Id> {
    match ids.is_empty() {
        true => (1..=MAX_ID).boxed(),
        false => prop_oneof![9 => select(ids), 1 => 1..=MAX_ID].boxed(),
    }
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![
        10 => 1i64..=60,
        4 => 60i64..=400,
        1 => select(vec![MAX, MAX - 1, MAX / 2 + 1, MAX - 600, 1 << 52]),
        1 => select(vec![0, -1, MAX + 1, i64::MAX, i64::MIN]),
    ]
}

/// Pairs of accounts of one unit nearly always, as few others get far.
fn a_leg(ledger: &Reference) -> impl Strategy<Value = Leg> + use<> {
    let accounts: Vec<_> = ledger.accounts.iter().collect();
    let mut pairs = Vec::new();
    for (from, debited) in &accounts {
        for (to, credited) in &accounts {
            if from != to && debited.unit == credited.unit {
                pairs.push((**from, **to));
            }
        }
    }
    let any = (any_account(), any_account());
    let ends = match pairs.is_empty() {
        true => any.boxed(),
        false => prop_oneof![14 => select(pairs), 1 => any].boxed(),
    };
    let ledger = ledger.clone();
    ends.prop_flat_map(move |(from, to)| {
        let edges = [ledger.to_the_floor(from), ledger.to_the_ceiling(to)];
        let edges = edges.iter().flatten().flat_map(|left| [*left, left + 1]);
        let mut edges: Vec<_> = edges.filter(|amount| *amount > 0).collect();
        edges.push(ledger.balance(from).abs().max(1));
        let amount = prop_oneof![3 => amount(), 1 => select(edges)];
        amount.prop_map(move |amount| Leg { from, to, amount })
    })
}

/// Times around the clock's, long ago, before 1970, and those of other entries.
fn effective_at(ledger: &Reference) -> impl Strategy<Value = Option<i64>> + use<> {
    let now = ledger.next_moment();
    let mut times: Vec<_> = ledger.entries.iter().map(|e| e.effective_at()).collect();
    times.push(now);
    let around = [-400 * DAY_US, -DAY_US, -3 * SECOND_US, -1, 0, 1];
    let ahead = [MAX_AHEAD_US - 1, MAX_AHEAD_US, MAX_AHEAD_US + 1, DAY_US];
    prop_oneof![
        5 => Just(None),
        2 => select(times).prop_map(Some),
        3 => select(around.to_vec()).prop_map(move |by| Some(now + by)),
        1 => select(ahead.to_vec()).prop_map(move |by| Some(now + by)),
        1 => (-40 * DAY_US..40 * DAY_US).prop_map(Some),
        2 => (0..60 * DAY_US).prop_map(move |by| Some(now - by)),
    ]
}

fn unit() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![6 => Just(None), 2 => Just(Some("time")), 1 => select(&UNITS[..]).prop_map(Some)]
}

fn post(ledger: &Reference) -> impl Strategy<Value = Ask> + use<> {
    let legs = prop_oneof![
        3 => prop::collection::vec(a_leg(ledger), 1),
        2 => prop::collection::vec(a_leg(ledger), 2..5),
    ];
    (
        fresh_id(ledger),
        legs,
        unit(),
        prop_oneof![4 => Just(None), 1 => select(&KINDS[..]).prop_map(Some)],
        effective_at(ledger),
        select(&LABELS[..]),
        select(&NOTES[..]),
    )
        .prop_map(|(id, legs, unit, opens, at, labels, note)| {
            Ask::Post(Post {
                id,
                legs,
                unit,
                opens,
                at,
                labels,
                note,
            })
        })
}

/// An earlier booking's request with one thing changed, or its id used for
/// something else.
fn changed(ledger: &Reference, earlier: Vec<Ask>) -> impl Strategy<Value = Ask> + use<> {
    let change = (any::<Index>(), amount(), effective_at(ledger), 0..10);
    (select(earlier), post(ledger), change).prop_map(|(ask, other, (index, amount, at, what))| {
        match (ask, other) {
            (Ask::Post(old), Ask::Post(other)) => {
                let mut new = old.clone();
                match what {
                    0 => new = other,
                    1 => {
                        let count = new.legs.len();
                        new.legs[index.index(count)].amount = amount;
                    }
                    2 => new.at = at,
                    3 | 9 => new.labels = LABELS[index.index(3)],
                    4 => new.note = NOTES[index.index(4)],
                    5 => new.legs.reverse(),
                    6 => new.unit = Some("cny"),
                    7 => new.legs.truncate(1),
                    _ => {
                        return Ask::Place {
                            id: old.id,
                            leg: old.legs[0],
                            unit: None,
                            expires_in_s: None,
                            labels: old.labels,
                        };
                    }
                }
                new.id = old.id;
                Ask::Post(new)
            }
            (
                Ask::Reverse {
                    id,
                    of,
                    reason,
                    force,
                    at: was,
                },
                Ask::Post(other),
            ) => match what {
                0 => Ask::Post(Post { id, ..other }),
                1 | 2 => Ask::Reverse {
                    id,
                    of,
                    reason: "another",
                    force,
                    at: was,
                },
                3 | 4 => Ask::Reverse {
                    id,
                    of,
                    reason,
                    force,
                    at,
                },
                5 | 6 => Ask::Reverse {
                    id,
                    of,
                    reason,
                    force: !force,
                    at: was,
                },
                _ => Ask::Reverse {
                    id,
                    of: other.id,
                    reason,
                    force,
                    at: was,
                },
            },
            (
                Ask::Place {
                    id,
                    leg,
                    unit,
                    expires_in_s,
                    labels,
                },
                Ask::Post(other),
            ) => match what {
                0 => Ask::Post(Post { id, ..other }),
                1..=3 => Ask::Place {
                    id,
                    leg: Leg { amount, ..leg },
                    unit,
                    expires_in_s,
                    labels,
                },
                4..=6 => Ask::Place {
                    id,
                    leg,
                    unit,
                    expires_in_s: Some(7),
                    labels,
                },
                _ => Ask::Place {
                    id,
                    leg,
                    unit: Some("cny"),
                    expires_in_s,
                    labels: LABELS[index.index(3)],
                },
            },
            (ask, _) => ask,
        }
    })
}

fn place(ledger: &Reference) -> impl Strategy<Value = Ask> + use<> {
    let expires_in_s = prop_oneof![
        2 => Just(None),
        4 => select(vec![1, 2, 60, 3_600]).prop_map(Some),
        1 => Just(Some(10 * 365 * 86_400)),
    ];
    let labels = select(&LABELS[..]);
    (
        fresh_id(ledger),
        a_leg(ledger),
        unit(),
        expires_in_s,
        labels,
    )
        .prop_map(|(id, leg, unit, expires_in_s, labels)| Ask::Place {
            id,
            leg,
            unit,
            expires_in_s,
            labels,
        })
}

fn end_hold(ledger: &Reference) -> impl Strategy<Value = Ask> + use<> {
    let open = ledger.holds.iter().filter(|hold| hold.ended.is_none());
    let open: Vec<_> = open.map(|hold| hold.id).collect();
    let all: Vec<_> = ledger.holds.iter().map(|hold| hold.id).collect();
    let id = prop_oneof![3 => one_of(open), 1 => one_of(all)].boxed();
    let (holds, known) = (id.clone(), ledger.clone());
    let settle = holds.prop_flat_map(move |id| {
        let leg = known.hold(id).map(|hold| hold.leg);
        let room = leg.and_then(|leg| known.to_the_ceiling(leg.to));
        let edges = [leg.map_or(1, |leg| leg.amount), room.unwrap_or(1)];
        let edge = (select(edges.to_vec()), 0i64..2);
        let edge = edge.prop_map(|(edge, more)| Some(edge + more));
        let part = prop_oneof![2 => Just(None), 2 => (0i64..80).prop_map(Some), 2 => edge];
        part.prop_map(move |amount| (id, amount))
    });
    prop_oneof![
        5 => (settle, effective_at(ledger))
            .prop_map(|((id, amount), at)| Ask::Settle { id, amount, at }),
        3 => (id.clone(), prop::collection::vec((select(&ACCOUNTS[..]), 1i64..80), 1..4), effective_at(ledger))
            .prop_map(|(id, legs, at)| Ask::Share { id, legs, at }),
        2 => id.clone().prop_map(|id| Ask::Release { id }),
        1 => id.prop_map(|id| Ask::Expire { id }),
    ]
}

fn reverse(ledger: &Reference) -> impl Strategy<Value = Ask> + use<> {
    let entries: Vec<_> = ledger.entries.iter().map(|entry| entry.id).collect();
    let newest: Vec<_> = entries.iter().rev().take(3).copied().collect();
    let of = prop_oneof![2 => one_of(newest), 3 => one_of(entries)];
    let id = fresh_id(ledger);
    (id, of, any::<bool>(), effective_at(ledger)).prop_map(|(id, of, force, at)| Ask::Reverse {
        id,
        of,
        reason: "a mistake",
        force,
        at,
    })
}

/// A request that several rules are against, so that their precedence shows.
fn doomed(ledger: &Reference) -> impl Strategy<Value = Ask> + use<> {
    let ahead = Some(ledger.next_moment() + DAY_US);
    let at = prop_oneof![Just(None), Just(ahead)];
    let ends = prop::sample::subsequence(&ACCOUNTS[..], 2).prop_shuffle();
    let amount = select(vec![1, 500, MAX]);
    let leg = (ends, amount).prop_map(|(ends, amount)| leg(ends[0], ends[1], amount));
    let legs = prop::collection::vec(leg, 1..4);
    let unit = select(&[None, Some("points")][..]);
    let ids = (fresh_id(ledger), 1..=MAX_ID);
    (ids, legs, unit, at, any::<bool>(), 0..6).prop_map(
        |((id, other), legs, unit, at, force, what)| match what {
            0 | 1 => Ask::Post(Post {
                id,
                legs,
                unit,
                opens: force.then_some(AccountKind::Member),
                at,
                labels: LABELS[0],
                note: None,
            }),
            2 => Ask::Place {
                id,
                leg: legs[0],
                unit,
                expires_in_s: Some(1),
                labels: LABELS[0],
            },
            3 => Ask::Settle {
                id: other,
                amount: Some(legs[0].amount),
                at,
            },
            _ => Ask::Reverse {
                id,
                of: other,
                reason: "a mistake",
                force,
                at,
            },
        },
    )
}

fn limits() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        2 => Just(None),
        2 => Just(Some(0)),
        3 => (-200i64..400).prop_map(Some),
        1 => select(vec![Some(MAX), Some(-MAX)]),
    ]
}

fn open() -> impl Strategy<Value = Ask> {
    let limits = prop_oneof![2 => Just(None), 1 => (limits(), limits()).prop_map(Some)];
    let kind = select(&KINDS[..]);
    (any_account(), kind, select(&UNITS[..]), limits).prop_map(|(account, kind, unit, limits)| {
        Ask::Open {
            account,
            kind,
            unit,
            limits,
        }
    })
}

/// Often near what stands, so that the next booking meets it.
fn limit(ledger: &Reference) -> impl Strategy<Value = Ask> + use<> {
    let ledger = ledger.clone();
    known_account(&ledger).prop_flat_map(move |account| {
        let balance = ledger.balance(account);
        let end = move || {
            let near = (-30i64..60).prop_map(move |by| Some((balance + by).clamp(-MAX, MAX)));
            prop_oneof![2 => limits(), 1 => near].prop_flat_map(|limit| {
                let wanted = limit.map_or(End::Unbounded, End::At);
                prop_oneof![Just(End::Keep), Just(wanted)]
            })
        };
        let since = ledger
            .accounts
            .get(account)
            .map_or(1, |known| known.limits_since);
        let since = prop_oneof![5 => Just(since), 1 => 1i64..20];
        (end(), end(), since).prop_map(move |(floor, ceiling, since)| Ask::Limit {
            account,
            since,
            floor,
            ceiling,
        })
    })
}
