//! What is forged on the ledger of [`keep`](super::honest::keep) and does not add
//! up: not even the forger's own book can follow, so he has no rows for it.

use timebank::ledger::{AccountKind, AccountOpened, Amount};

use super::{
    ANN, BEN, MINT,
    forgeries::{ANOTHER_RECORD, Case, NEW, STOOD_ALREADY, one},
    hand::Line,
    honest::{CARE, GONE},
    lines::{
        closes, declares, entry, expires, founds, leg, limits_of, opening, opens, places, posts,
        posts_and_opens, releases, reversal, settles,
    },
};
use crate::model::ask::unit;

const UNKNOWN: &str = "city:member:unknown";

/// All of them.
pub(super) fn all() -> Vec<Case> {
    [entries(), ended_holds(), reversed_twice(), accounts()]
        .into_iter()
        .flatten()
        .collect()
}

fn entries() -> Vec<Case> {
    let posted = |id, legs: &[_]| posts(entry(id, legs));
    let new = |id| posted(id, &[leg(ANN, CARE, 1)]);
    let most = Amount::MAX.steps();
    vec![
        one("another foundation", founds(), "(LEDGER_FOUNDED)"),
        one("an entry's id for an entry", new(5), "(ID_REUSED)"),
        one("a hold's id for an entry", new(14), "(ID_REUSED)"),
        one("an ended hold's id for an entry", new(12), "(ID_REUSED)"),
        one(
            "an entry's id for a hold",
            places(5, leg(ANN, CARE, 1)),
            "(ID_REUSED)",
        ),
        one(
            "a hold's id for a hold",
            places(14, leg(ANN, CARE, 1)),
            "(ID_REUSED)",
        ),
        one(
            "a settled hold's id for a hold",
            places(11, leg(ANN, CARE, 1)),
            "(ID_REUSED)",
        ),
        one(
            "a hold that stands",
            places(14, leg(ANN, BEN, 5)),
            STOOD_ALREADY,
        ),
        ("an entry twice", vec![new(20), new(20)], STOOD_ALREADY),
        one(
            "to a closed account",
            posted(20, &[leg(ANN, GONE, 1)]),
            "(ACCOUNT_CLOSED)",
        ),
        one(
            "from a closed account",
            posted(20, &[leg(GONE, ANN, 1)]),
            "(ACCOUNT_CLOSED)",
        ),
        one(
            "to nobody",
            posted(20, &[leg(ANN, UNKNOWN, 1)]),
            "(ACCOUNT_UNKNOWN)",
        ),
        one(
            "a hold for nobody",
            places(20, leg(ANN, UNKNOWN, 1)),
            "(ACCOUNT_UNKNOWN)",
        ),
        one(
            "more than can be counted",
            posted(20, &[leg(MINT, ANN, most)]),
            "(BALANCE_OUT_OF_RANGE)",
        ),
        one(
            "more held than can be counted",
            places(20, leg(ANN, BEN, most)),
            "(BALANCE_OUT_OF_RANGE)",
        ),
        one(
            "at the moment of the line before",
            new(20).after_s(0),
            "not after the record before it",
        ),
        one(
            "before the line before",
            new(20).after_s(-1),
            "not after the record before it",
        ),
    ]
}

fn ended_holds() -> Vec<Case> {
    let settled = |id, legs: &[_]| settles(entry(id, legs));
    let from_ben = [leg(BEN, ANN, 5)];
    vec![
        one(
            "settled again",
            settled(11, &[leg(ANN, CARE, 20)]),
            STOOD_ALREADY,
        ),
        one(
            "settled for the rest",
            settled(11, &[leg(ANN, CARE, 10)]),
            "(HOLD_SETTLED)",
        ),
        one("settled and released", releases(11), "(HOLD_SETTLED)"),
        one("settled and expired", expires(11), "(HOLD_SETTLED)"),
        one("released again", releases(12), STOOD_ALREADY),
        one(
            "released and settled",
            settled(12, &from_ben),
            "(HOLD_RELEASED)",
        ),
        one("released and expired", expires(12), "(HOLD_RELEASED)"),
        one("expired again", expires(13), STOOD_ALREADY),
        one(
            "expired and settled",
            settled(13, &from_ben),
            "(HOLD_EXPIRED)",
        ),
        one("expired and released", releases(13), "(HOLD_EXPIRED)"),
        one(
            "never placed, and settled",
            settled(20, &from_ben),
            "(HOLD_UNKNOWN)",
        ),
        one("never placed, and released", releases(20), "(HOLD_UNKNOWN)"),
        one("never placed, and expired", expires(20), "(HOLD_UNKNOWN)"),
        one(
            "an entry, and settled",
            settled(5, &[leg(ANN, BEN, 10)]),
            "(HOLD_UNKNOWN)",
        ),
    ]
}

fn reversed_twice() -> Vec<Case> {
    let reversed = |id, of, legs: &[_]| posts(reversal(id, of, legs));
    let of_hold = |id| reversed(id, 11, &[leg(CARE, ANN, 20)]);
    vec![
        one(
            "an entry",
            reversed(20, 3, &[leg(BEN, ANN, 10)]),
            "(ENTRY_REVERSED)",
        ),
        (
            "a settlement",
            vec![of_hold(20), of_hold(21)],
            "(ENTRY_REVERSED)",
        ),
        one(
            "an open hold once",
            reversed(20, 14, &[leg(BEN, ANN, 5)]),
            "(ENTRY_UNKNOWN)",
        ),
        one(
            "nothing once",
            reversed(20, 21, &[leg(BEN, ANN, 5)]),
            "(ENTRY_UNKNOWN)",
        ),
    ]
}

fn accounts() -> Vec<Case> {
    let of_nothing = || AccountOpened {
        unit: unit("usd"),
        ..opening(NEW, AccountKind::Member)
    };
    let with =
        |to, of: &[AccountOpened]| -> Line { posts_and_opens(entry(20, &[leg(ANN, to, 1)]), of) };
    let care = opening(CARE, AccountKind::Pool);
    let new = opening(NEW, AccountKind::Member);
    vec![
        one("opened twice", opens(care.clone()), STOOD_ALREADY),
        one(
            "opened again, for another kind",
            opens(opening(CARE, AccountKind::Project)),
            "(ACCOUNT_EXISTS)",
        ),
        one(
            "opened again for an entry",
            with(CARE, &[care]),
            ANOTHER_RECORD,
        ),
        one(
            "opened twice for one entry",
            with(NEW, &[new.clone(), new]),
            ANOTHER_RECORD,
        ),
        one("of no unit", opens(of_nothing()), "(UNIT_UNKNOWN)"),
        one(
            "of no unit, for an entry",
            with(NEW, &[of_nothing()]),
            "(UNIT_UNKNOWN)",
        ),
        one(
            "limits of nobody",
            limits_of(UNKNOWN, None, None),
            "(ACCOUNT_UNKNOWN)",
        ),
        one(
            "closed, and not there",
            closes(UNKNOWN),
            "(ACCOUNT_UNKNOWN)",
        ),
        one("closed again", closes(GONE), STOOD_ALREADY),
        one("closed with a balance", closes(CARE), "(ACCOUNT_NOT_EMPTY)"),
        one("closed with a hold", closes(ANN), "(ACCOUNT_HAS_HOLDS)"),
        one(
            "a unit declared again",
            declares("cny", "fen"),
            STOOD_ALREADY,
        ),
        one(
            "a unit of another step",
            declares("cny", "yuan"),
            "(UNIT_EXISTS)",
        ),
        one(
            "the unit of time, by the hour",
            declares("time", "hour"),
            "(UNIT_EXISTS)",
        ),
    ]
}
