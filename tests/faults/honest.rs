//! The honest ledger that the forger comes upon.

use std::path::Path;

use timebank::{
    ledger::{AccountKind, Caller, Command, HoldOwner},
    steps::{Answer, Call},
};

use super::{ANN, BEN, MINT, lines};
use crate::{
    model::ask::{Ask, End, Id, Labels, Leg, Post, moment},
    support::{open_again, staff},
};

pub(super) const CARE: &str = "city:pool:care";
pub(super) const GONE: &str = "city:member:gone";
/// Counts the second unit, as PURSE does.
pub(super) const TILL: &str = "city:issuance:till";
pub(super) const PURSE: &str = "city:member:purse";

/// 2023-11-14T22:13:20Z.
const START_US: i64 = 1_700_000_000_000_000;
const MINUTE_US: i64 = 60_000_000;

const PLAIN: Labels = Labels {
    kind: "service",
    tags: &[],
};

fn open(account: &'static str, kind: AccountKind, unit: &'static str) -> Ask {
    Ask::Open {
        account,
        kind,
        unit,
        limits: None,
    }
}

fn post(id: Id, legs: &[(&'static str, &'static str, i64)]) -> Ask {
    let legs = legs.iter();
    Ask::Post(Post {
        id,
        legs: legs
            .map(|(from, to, amount)| Leg {
                from,
                to,
                amount: *amount,
            })
            .collect(),
        unit: None,
        opens: None,
        at: None,
        labels: PLAIN,
        note: Some("at home"),
    })
}

fn place(
    id: Id,
    (from, to, amount): (&'static str, &'static str, i64),
    expires_in_s: Option<i64>,
) -> Ask {
    Ask::Place {
        id,
        leg: Leg { from, to, amount },
        unit: None,
        expires_in_s,
        labels: PLAIN,
    }
}

/// What happened in the first minute.
fn first_minute() -> Vec<Ask> {
    vec![
        open(MINT, AccountKind::Issuance, "time"),
        open(ANN, AccountKind::Member, "time"),
        open(BEN, AccountKind::Member, "time"),
        open(GONE, AccountKind::Member, "time"),
        open(CARE, AccountKind::Pool, "time"),
        Ask::Declare {
            unit: "cny",
            step: "fen",
        },
        open(TILL, AccountKind::Issuance, "cny"),
        open(PURSE, AccountKind::Member, "cny"),
        post(1, &[(MINT, ANN, 100), (MINT, BEN, 100), (MINT, CARE, 50)]),
        post(2, &[(TILL, PURSE, 500)]),
        post(3, &[(ANN, BEN, 10)]),
        Ask::Reverse {
            id: 4,
            of: 3,
            reason: "booked twice",
            force: false,
            at: None,
        },
        post(5, &[(ANN, BEN, 10)]),
        Ask::Limit {
            account: BEN,
            since: 4,
            floor: End::Keep,
            ceiling: End::At(130),
        },
        Ask::Close { account: GONE },
        place(10, (ANN, BEN, 15), Some(3_600)),
        place(11, (ANN, CARE, 30), None),
        Ask::Settle {
            id: 11,
            amount: Some(20),
            at: None,
        },
        place(12, (BEN, ANN, 5), None),
        Ask::Release { id: 12 },
        place(13, (BEN, ANN, 5), Some(60)),
        place(14, (ANN, BEN, 5), None),
    ]
}

/// The record that set an account's limits: the first one founds the ledger, those
/// after it open the accounts.
pub(super) fn limits_since(account: &str) -> i64 {
    match account {
        ANN => 3,
        BEN => 15,
        GONE => 5,
        CARE => 6,
        _ => 0,
    }
}

fn place_owned() -> Command {
    let mut command = place(15, (MINT, BEN, 1), None)
        .command(0)
        .expect("well-formed");
    if let Command::PlaceHold { terms, .. } = &mut command {
        terms.owner = Some(HoldOwner::parse("order:17").expect("an owner"));
    }
    command
}

/// Has the real store keep an honest ledger in a directory. At its end:
///
/// - ANN has 71, of which 20 are held: 15 for BEN by hold 10, which is due within
///   the hour, and 5 for BEN by hold 14, which never is;
/// - BEN has 110 and a ceiling of 130, the pool CARE 70, PURSE 500 fen of TILL's;
/// - GONE is closed;
/// - hold 15 is 1 of MINT's, for BEN, and belongs to an order;
/// - entry 3 is reversed by 4; hold 11 is settled, 12 released, 13 expired.
pub(super) fn keep(dir: &Path) {
    let (_store, mut writer) = open_again(dir);
    let found = Command::Found(lines::foundation(1));
    let founding = [Call::each(vec![found], Caller::server())];
    let founded = writer.transact(&founding, moment(START_US - MINUTE_US));
    founded.expect("it commits");
    let mut commit = |asks: &[Ask], now: i64| {
        let commands = asks.iter().zip(0..).map(|(ask, salt)| ask.command(salt));
        let commands = commands
            .collect::<Result<Vec<_>, _>>()
            .expect("well-formed");
        let calls = [Call::each(commands, staff())];
        let committed = writer.transact(&calls, moment(now)).expect("it commits");
        let [Answer::Each(results)] = &committed.answers[..] else {
            panic!("a call of its own has another answer");
        };
        for (ask, result) in asks.iter().zip(results) {
            assert!(result.is_ok(), "{ask:?}: {result:?}");
        }
    };
    commit(&first_minute(), START_US);
    commit(&[post(6, &[(MINT, ANN, 1)])], START_US + 2 * MINUTE_US);
    let owned = Call::each(vec![place_owned()], staff());
    let placed = writer.transact(&[owned], moment(START_US + 3 * MINUTE_US));
    placed.expect("it commits");
}
