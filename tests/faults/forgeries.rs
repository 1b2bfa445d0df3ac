//! What is forged on the ledger of [`keep`](super::honest::keep) and adds up:
//! every balance, hold and id is as the journal says.

use timebank::{
    ledger::{
        AccountKind, AccountOpened, Balance, Caller, Entry, Label, Limits, MAX_UNITS, Tag, Tags,
    },
    steps::RULES_VERSION,
};

use super::{
    ANN, BEN, MINT,
    hand::Line,
    honest::{CARE, GONE, PURSE, TILL},
    lines::{
        self, declares, entry, expires, far_ahead, forced, leg, limits_of, opening, opens_limited,
        places, posts, posts_and_opens, releases, reversal, sets_zone, settles,
    },
};
use crate::{model::ask::unit, support::staff};

/// What is forged, its lines, of which the last is wrong, and what the audit says
/// of it.
pub(super) type Case = (&'static str, Vec<Line>, &'static str);

pub(super) fn one(what: &'static str, line: Line, finding: &'static str) -> Case {
    (what, vec![line], finding)
}

const HOUR_S: i64 = 3_600;
pub(super) const NEW: &str = "city:member:new";
pub(super) const ANOTHER_RECORD: &str = "the rules make another record of it";
const OTHER_RULES: &str = "this program knows version";
const NO_COMMAND: &str = "no command leads to this record";
pub(super) const STOOD_ALREADY: &str = "what it says stood already";

/// A reversal of the grant, of which ANN spent a part.
pub(super) fn more_than_ann_has() -> Entry {
    let legs = [
        leg(ANN, MINT, 100),
        leg(BEN, MINT, 100),
        leg(CARE, MINT, 50),
    ];
    reversal(20, 1, &legs)
}

/// All of them.
pub(super) fn all() -> Vec<Case> {
    [
        hours_that_are_not_there(),
        holds_used_wrongly(),
        reversals_that_are_none(),
        accounts_and_units(),
        lines_of_another_make(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn hours_that_are_not_there() -> Vec<Case> {
    let entry = |legs: &[_]| posts(entry(20, legs));
    vec![
        one(
            "more than there is",
            entry(&[leg(ANN, CARE, 72)]),
            "(FLOOR_CROSSED)",
        ),
        one(
            "hours that holds set aside",
            entry(&[leg(ANN, CARE, 52)]),
            "(FLOOR_CROSSED)",
        ),
        one(
            "a hold of hours that are held",
            places(20, leg(ANN, CARE, 52)),
            "(FLOOR_CROSSED)",
        ),
        one(
            "more than the ceiling has room for",
            entry(&[leg(MINT, BEN, 21)]),
            "(CEILING_CROSSED)",
        ),
        one(
            "one unit for another",
            entry(&[leg(MINT, PURSE, 5)]),
            "(UNIT_MISMATCH)",
        ),
        one(
            "two units that cancel out over two legs",
            entry(&[leg(MINT, PURSE, 5), leg(TILL, ANN, 5)]),
            "(UNIT_MISMATCH)",
        ),
        one(
            "a hold of one unit for another",
            places(20, leg(ANN, PURSE, 5)),
            "(UNIT_MISMATCH)",
        ),
        one(
            "a service that has not taken place",
            posts(far_ahead(lines::entry(20, &[leg(ANN, CARE, 1)]))),
            "(EFFECTIVE_IN_FUTURE)",
        ),
    ]
}

fn holds_used_wrongly() -> Vec<Case> {
    let settlement = entry(10, &[leg(ANN, BEN, 15)]);
    let settled = |legs: &[_]| settles(entry(10, legs));
    let noted = Entry {
        note: reversal(20, 1, &[leg(ANN, BEN, 1)]).note,
        ..settlement.clone()
    };
    let reversing = Entry {
        origin: lines::reversal(20, 5, &[leg(BEN, ANN, 10)]).origin,
        ..settlement.clone()
    };
    let renamed = Entry {
        kind: Label::parse("kind", "gift").expect("a kind"),
        ..settlement.clone()
    };
    vec![
        one(
            "a settlement of someone else's",
            settled(&[leg(MINT, BEN, 15)]),
            ANOTHER_RECORD,
        ),
        one(
            "a settlement the other way round",
            settled(&[leg(BEN, ANN, 15)]),
            "(SETTLED_TO_ITSELF)",
        ),
        one(
            "a settlement with a leg of someone else's",
            settled(&[leg(ANN, BEN, 15), leg(MINT, BEN, 1)]),
            ANOTHER_RECORD,
        ),
        one("a settlement with a note", settles(noted), ANOTHER_RECORD),
        one(
            "a settlement that reverses an entry",
            settles(reversing),
            ANOTHER_RECORD,
        ),
        one(
            "a settlement of hours with an owner",
            settles(entry(15, &[leg(MINT, BEN, 1)])),
            "(HOLD_OWNED)",
        ),
        one("a release of them", releases(15), "(HOLD_OWNED)"),
        one(
            "a settlement of another kind",
            settles(renamed),
            ANOTHER_RECORD,
        ),
        one(
            "a settlement of more than is held and free",
            settled(&[leg(ANN, CARE, 67)]),
            "(FLOOR_CROSSED)",
        ),
        one(
            "a settlement ahead of its time",
            settles(far_ahead(settlement.clone())),
            "(EFFECTIVE_IN_FUTURE)",
        ),
        one(
            "a settlement that is too late",
            settles(settlement).after_s(HOUR_S),
            "(HOLD_EXPIRED)",
        ),
        one(
            "a release that is too late",
            releases(10).after_s(HOUR_S),
            "(HOLD_EXPIRED)",
        ),
        one("an expiry before its time", expires(10), "(HOLD_NOT_DUE)"),
        one(
            "an expiry of what never expires",
            expires(14).after_s(HOUR_S),
            "(HOLD_NOT_DUE)",
        ),
        (
            "a settlement beyond the ceiling",
            vec![
                posts(entry(20, &[leg(MINT, BEN, 20)])),
                settled(&[leg(ANN, BEN, 1)]),
            ],
            "(CEILING_CROSSED)",
        ),
        (
            "a settlement below a floor that rose",
            vec![limits_of(ANN, Some(70), None), settled(&[leg(ANN, BEN, 2)])],
            "(FLOOR_CROSSED)",
        ),
    ]
}

fn reversals_that_are_none() -> Vec<Case> {
    let reversal = |of, legs: &[_]| lines::reversal(20, of, legs);
    let inverse = || reversal(5, &[leg(BEN, ANN, 10)]);
    let unreasoned = Entry {
        note: None,
        ..inverse()
    };
    let key = Label::parse("key", "k").expect("a key");
    let tag = Tag::new(key, "v".into()).expect("a tag");
    let tagged = Entry {
        tags: Tags::new(vec![tag]).expect("tags"),
        ..inverse()
    };
    let renamed = Entry {
        kind: Label::transfer(),
        ..inverse()
    };
    let opened = posts_and_opens(
        reversal(5, &[leg(BEN, NEW, 10)]),
        &[opening(NEW, AccountKind::Member)],
    );
    vec![
        one(
            "of a reversal",
            posts(reversal(4, &[leg(ANN, BEN, 10)])),
            "(ENTRY_IS_REVERSAL)",
        ),
        one(
            "of less",
            posts(reversal(5, &[leg(BEN, ANN, 9)])),
            ANOTHER_RECORD,
        ),
        one(
            "for someone else",
            posts(reversal(5, &[leg(BEN, CARE, 10)])),
            ANOTHER_RECORD,
        ),
        one(
            "of one leg of three",
            posts(forced(reversal(1, &[leg(CARE, MINT, 50)]))),
            ANOTHER_RECORD,
        ),
        one(
            "of all that was held",
            posts(reversal(11, &[leg(CARE, ANN, 30)])),
            ANOTHER_RECORD,
        ),
        one("with tags of its own", posts(tagged), ANOTHER_RECORD),
        one("of another kind", posts(renamed), ANOTHER_RECORD),
        one("without a reason", posts(unreasoned), NO_COMMAND),
        one("that opens an account", opened, NO_COMMAND),
        one(
            "past a limit, and not forced",
            posts(more_than_ann_has()),
            "(FLOOR_CROSSED)",
        ),
        one(
            "ahead of its time",
            posts(far_ahead(inverse())),
            "(EFFECTIVE_IN_FUTURE)",
        ),
    ]
}

fn accounts_and_units() -> Vec<Case> {
    let new = |of: &[_]| posts_and_opens(entry(20, &[leg(ANN, NEW, 1)]), of);
    let of_cny = AccountOpened {
        unit: unit("cny"),
        ..opening(NEW, AccountKind::Member)
    };
    let reversed = AccountOpened {
        limits: Limits {
            floor: Some(Balance::ZERO),
            ceiling: Balance::new(-1),
        },
        ..opening(NEW, AccountKind::Member)
    };
    let declared = 2;
    let names: Vec<_> = (declared..=MAX_UNITS).map(|n| format!("unit{n}")).collect();
    let units = names.iter().map(|name| declares(name, "step"));
    vec![
        one(
            "a hold for a closed account",
            places(20, leg(ANN, GONE, 1)),
            "(ACCOUNT_CLOSED)",
        ),
        one(
            "limits of a closed account",
            limits_of(GONE, Some(-60), None),
            "(ACCOUNT_CLOSED)",
        ),
        one(
            "limits that were those before",
            limits_of(BEN, Some(0), Some(130)),
            STOOD_ALREADY,
        ),
        (
            "limits that others had changed since",
            vec![
                limits_of(ANN, Some(-1), None),
                limits_of(ANN, Some(-2), None),
            ],
            "(LIMITS_CHANGED)",
        ),
        one(
            "a floor above the ceiling",
            limits_of(BEN, Some(131), Some(130)),
            "(LIMITS_REVERSED)",
        ),
        one(
            "an account opened so",
            opens_limited(AccountKind::Member, 1, Some(0)),
            "(LIMITS_REVERSED)",
        ),
        one(
            "a pool that may owe",
            limits_of(CARE, Some(-1), None),
            "(FLOOR_TOO_LOW)",
        ),
        one(
            "a pool without a floor",
            limits_of(CARE, None, None),
            "(FLOOR_TOO_LOW)",
        ),
        one(
            "a pool opened so",
            opens_limited(AccountKind::Pool, -1, None),
            "(FLOOR_TOO_LOW)",
        ),
        one(
            "opened for an entry, of another unit",
            new(&[of_cny]),
            "(UNIT_MISMATCH)",
        ),
        one(
            "opened for an entry, limits reversed",
            new(&[reversed]),
            "(LIMITS_REVERSED)",
        ),
        ("one unit too many", units.collect(), "(TOO_MANY_UNITS)"),
    ]
}

/// What could be said, but not so.
fn lines_of_another_make() -> Vec<Case> {
    let honest = || posts(entry(20, &[leg(ANN, CARE, 1)]));
    vec![
        one(
            "later rules",
            honest().under_rules(RULES_VERSION + 1),
            OTHER_RULES,
        ),
        one("no rules", honest().under_rules(0), OTHER_RULES),
        one(
            "an expiry in the name of staff",
            expires(10).after_s(HOUR_S).by(staff()),
            "(PRINCIPAL_NOT_ALLOWED)",
        ),
        one(
            "an entry in the name of the server",
            honest().by(Caller::server()),
            "(PRINCIPAL_NOT_ALLOWED)",
        ),
        one(
            "another time zone",
            sets_zone("Asia/Shanghai"),
            "(TIME_ZONE_FIXED)",
        ),
        // Field 100, a number.
        one(
            "bytes too many",
            honest().with_appendix(&[0xa0, 0x06, 1]),
            ANOTHER_RECORD,
        ),
    ]
}
