//! Short ways to say what a forged line says.

use std::sync::Arc;

use timebank::ledger::{
    AccountKind, AccountOpened, Amount, Balance, Caller, Commitment, Entry, EntryWithAccounts,
    Fact, Foundation, HoldPlaced, HoldTerms, Label, LedgerId, Limits, Origin, Sequence, Step, Tags,
    TimeZone, Transfer, Transfers, Unit,
};

use super::{hand::Line, honest};
use crate::model::ask::{Id, account, booking, moment, unit};

/// 2100-01-01T00:00:00Z.
pub(super) const FAR_AHEAD_US: i64 = 4_102_444_800_000_000;

fn line(fact: Fact) -> Line {
    Line::of(Step::Fact(fact))
}

pub(super) fn leg(from: &str, to: &str, amount: i64) -> Transfer {
    let amount = Amount::new(amount).expect("an amount");
    Transfer::new(account(from), account(to), amount).expect("two accounts")
}

pub(super) fn entry(id: Id, legs: &[Transfer]) -> Entry {
    Entry {
        id: booking(id),
        transfers: Transfers::new(legs.to_vec()).expect("legs"),
        effective_at: None,
        kind: Label::parse("kind", "service").expect("a kind"),
        tags: Tags::default(),
        note: None,
        origin: Origin::Posted,
    }
}

/// A reversal of an entry, for a reason whose text is not there any more.
pub(super) fn reversal(id: Id, of: Id, legs: &[Transfer]) -> Entry {
    Entry {
        kind: Label::reversal(),
        note: Some(Commitment([7; 32])),
        origin: Origin::Reversal {
            of: booking(of),
            forced: false,
        },
        ..entry(id, legs)
    }
}

pub(super) fn forced(reversal: Entry) -> Entry {
    match reversal.origin {
        Origin::Posted => panic!("only reversals are forced"),
        Origin::Reversal { of, .. } => Entry {
            origin: Origin::Reversal { of, forced: true },
            ..reversal
        },
    }
}

pub(super) fn far_ahead(entry: Entry) -> Entry {
    Entry {
        effective_at: Some(moment(FAR_AHEAD_US)),
        ..entry
    }
}

pub(super) fn posts(entry: Entry) -> Line {
    line(Fact::EntryPosted(Arc::new(entry)))
}

pub(super) fn settles(entry: Entry) -> Line {
    line(Fact::HoldSettled(Arc::new(entry)))
}

pub(super) fn posts_and_opens(entry: Entry, accounts: &[AccountOpened]) -> Line {
    let step = EntryWithAccounts::new(accounts.to_vec(), Arc::new(entry));
    Line::of(Step::EntryWithAccounts(step.expect("accounts of its legs")))
}

pub(super) fn places(id: Id, transfer: Transfer) -> Line {
    let terms = HoldTerms {
        id: booking(id),
        transfer,
        expires_in_s: None,
        kind: Label::parse("kind", "service").expect("a kind"),
        tags: Tags::default(),
        owner: None,
    };
    let expires_at = None;
    line(Fact::HoldPlaced(HoldPlaced { terms, expires_at }))
}

pub(super) fn releases(id: Id) -> Line {
    line(Fact::HoldReleased { id: booking(id) })
}

pub(super) fn expires(id: Id) -> Line {
    line(Fact::HoldExpired { id: booking(id) }).by(Caller::server())
}

/// A ledger founded once more.
pub(super) fn founds() -> Line {
    line(Fact::LedgerFounded(foundation(2))).by(Caller::server())
}

pub(super) fn sets_zone(zone: &str) -> Line {
    let zone = TimeZone::parse(zone).expect("a zone");
    line(Fact::TimeZoneSet(zone)).by(Caller::server())
}

pub(super) fn foundation(id: u8) -> Foundation {
    Foundation {
        id: LedgerId::random([id; 16]),
        time_zone: TimeZone::UTC,
    }
}

fn limits(floor: Option<i64>, ceiling: Option<i64>) -> Limits {
    let limit = |steps| Balance::limit(steps).expect("a limit");
    Limits {
        floor: floor.map(limit),
        ceiling: ceiling.map(limit),
    }
}

/// An account that counts `time`, from a floor of 0 up.
pub(super) fn opening(id: &str, kind: AccountKind) -> AccountOpened {
    AccountOpened {
        id: account(id),
        kind,
        unit: unit("time"),
        limits: limits(Some(0), None),
    }
}

pub(super) fn opens(opening: AccountOpened) -> Line {
    line(Fact::AccountOpened(opening))
}

pub(super) fn opens_limited(kind: AccountKind, floor: i64, ceiling: Option<i64>) -> Line {
    opens(AccountOpened {
        limits: limits(Some(floor), ceiling),
        ..opening("city:new:account", kind)
    })
}

pub(super) fn limits_of(id: &str, floor: Option<i64>, ceiling: Option<i64>) -> Line {
    line(Fact::AccountLimitsChanged {
        id: account(id),
        limits: limits(floor, ceiling),
        replaces: Sequence::new(honest::limits_since(id)).expect("a position"),
    })
}

pub(super) fn closes(id: &str) -> Line {
    line(Fact::AccountClosed { id: account(id) })
}

pub(super) fn declares(id: &str, step: &str) -> Line {
    line(Fact::UnitDeclared(
        Unit::new(unit(id), step).expect("a unit"),
    ))
}
