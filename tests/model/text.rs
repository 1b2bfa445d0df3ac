//! The journal's lines in words, so that a difference can be read: the model
//! writes them from its own lists, the ledger's records are put into them.

use timebank::{
    ledger::{AccountKind, Commitment, Fact, HoldTerms, Limits, Moment, Origin, Tags, Transfer},
    steps::{self, Record},
};

use super::{
    ask::{Id, Labels, Leg, small},
    reference::{Entry, Hold, Line},
};

pub(crate) fn declare(unit: &str, step: &str) -> String {
    format!("unit {unit} of {step}")
}

pub(crate) fn open(
    account: &str,
    kind: AccountKind,
    unit: &str,
    limits: (Option<i64>, Option<i64>),
) -> String {
    format!("open {account} {kind:?} {unit} {limits:?}")
}

pub(crate) fn limit(account: &str, limits: (Option<i64>, Option<i64>)) -> String {
    format!("limit {account} {limits:?}")
}

pub(crate) fn close(account: &str) -> String {
    format!("close {account}")
}

pub(crate) fn entry(entry: &Entry) -> String {
    booked(
        entry.id,
        &entry.legs.iter().map(leg).collect::<Vec<_>>(),
        entry.at,
        &labels(entry.labels),
        entry.note.is_some(),
        entry.reverses,
    )
}

pub(crate) fn settle(settlement: &Entry) -> String {
    format!("settle {}", entry(settlement))
}

pub(crate) fn hold(hold: &Hold) -> String {
    placed(
        hold.id,
        &leg(&hold.leg),
        hold.expires_in_s,
        &labels(hold.labels),
    )
}

pub(crate) fn release(id: Id) -> String {
    format!("release {id}")
}

pub(crate) fn expire(id: Id) -> String {
    format!("expire {id}")
}

fn leg(leg: &Leg) -> String {
    format!("{} > {} {}", leg.from, leg.to, leg.amount)
}

fn labels(labels: Labels) -> String {
    format!("{} {:?}", labels.kind, labels.tags)
}

fn booked(
    id: Id,
    legs: &[String],
    at: Option<i64>,
    labels: &str,
    has_note: bool,
    reverses: Option<(Id, bool)>,
) -> String {
    let legs = legs.join(", ");
    format!("entry {id}: {legs} at {at:?} {labels} note {has_note} reverses {reverses:?}")
}

fn placed(id: Id, leg: &str, expires_in_s: Option<i64>, labels: &str) -> String {
    format!("hold {id}: {leg} for {expires_in_s:?} s {labels}")
}

/// A record of the ledger as a line of the model.
pub(crate) fn line(record: &Record) -> Line {
    Line {
        at: (record.stamp.sequence.get(), record.stamp.recorded_at.us()),
        by_server: record.caller.principal.is_server(),
        what: what(&record.step),
    }
}

fn what(step: &steps::Step) -> String {
    let facts: Vec<_> = step.facts().iter().map(fact).collect();
    facts.join(", ")
}

fn fact(fact: &Fact) -> String {
    match fact {
        Fact::LedgerFounded(foundation) => format!("founded in {}", foundation.time_zone),
        Fact::TimeZoneSet(zone) => format!("time zone {zone}"),
        Fact::UnitDeclared(unit) => declare(unit.id().as_str(), unit.step()),
        Fact::AccountOpened(opening) => open(
            opening.id.as_str(),
            opening.kind,
            opening.unit.as_str(),
            steps(opening.limits),
        ),
        Fact::AccountLimitsChanged { id, limits, .. } => limit(id.as_str(), steps(*limits)),
        Fact::AccountClosed { id } => close(id.as_str()),
        Fact::EntryPosted(posted) => entry_of(posted),
        Fact::HoldSettled(settled) => format!("settle {}", entry_of(settled)),
        Fact::HoldPlaced(placed) => hold_of(&placed.terms),
        Fact::HoldReleased { id } => release(small(*id)),
        Fact::HoldExpired { id } => expire(small(*id)),
    }
}

/// The limits of the ledger as those of the model.
pub(crate) fn steps(limits: Limits) -> (Option<i64>, Option<i64>) {
    (
        limits.floor.map(|floor| floor.steps()),
        limits.ceiling.map(|ceiling| ceiling.steps()),
    )
}

pub(crate) fn entry_of(entry: &timebank::ledger::Entry) -> String {
    let legs: Vec<_> = entry.transfers.as_slice().iter().map(transfer).collect();
    let reverses = match entry.origin {
        Origin::Posted => None,
        Origin::Reversal { of, forced } => Some((small(of), forced)),
    };
    booked(
        small(entry.id),
        &legs,
        entry.effective_at.map(Moment::us),
        &labels_of(entry.kind.as_str(), &entry.tags),
        matches!(entry.note, Some(Commitment(_))),
        reverses,
    )
}

/// What a hold was placed for.
pub(crate) fn hold_of(terms: &HoldTerms) -> String {
    placed(
        small(terms.id),
        &transfer(&terms.transfer),
        terms.expires_in_s,
        &labels_of(terms.kind.as_str(), &terms.tags),
    )
}

fn transfer(leg: &Transfer) -> String {
    format!("{} > {} {}", leg.debit(), leg.credit(), leg.amount())
}

fn labels_of(kind: &str, tags: &Tags) -> String {
    let tags = tags.as_slice().iter();
    let tags: Vec<_> = tags.map(|tag| (tag.key().as_str(), tag.value())).collect();
    format!("{kind} {tags:?}")
}
