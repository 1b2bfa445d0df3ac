//! What a script prints.

use std::fmt::Write;

use timebank::{
    exchange::Day,
    ledger::{
        Account, AccountKind, Balance, Booking, Caller, Entry, Fact, Hold, HoldPlaced, HoldState,
        Malformed, Moment, Origin, PostedEntry, Stamp, Transfer,
    },
    query::{BalanceView, PostingView, ReadError},
    steps::{Outcome, Record, Rejection},
};

use super::words::Names;

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Recorded { stamp, opened, .. } => {
            let opened = opened.iter().map(|id| format!(" opened {id}"));
            format!("ok #{}{}", stamp.sequence, opened.collect::<String>())
        }
        Outcome::Replayed(stamp) => format!("replayed #{}", stamp.sequence),
        Outcome::Validated { replayed, opened } => {
            let opened = opened.iter().map(|id| format!(" opens {id}"));
            let what = if *replayed {
                "would replay"
            } else {
                "would do"
            };
            format!("{what}{}", opened.collect::<String>())
        }
    }
}

pub(super) fn refused(names: &Names, rejection: &Rejection) -> String {
    let text = told("refused", rejection.reason(), &rejection.figures());
    names.shorten(&text)
}

pub(super) fn malformed(names: &Names, malformed: &Malformed) -> String {
    let text = told("malformed", malformed.reason(), &malformed.figures());
    names.shorten(&text)
}

pub(super) fn unread(names: &Names, error: &ReadError) -> String {
    match error {
        ReadError::Unknown(rejection) => refused(names, rejection),
        ReadError::Report(error) => told("refused", error.reason(), &error.figures()),
        error => format!("refused: {error}"),
    }
}

fn told(how: &str, reason: &str, figures: &[(&str, String)]) -> String {
    let mut text = format!("{how} {reason}");
    for (name, value) in figures {
        let _ = write!(text, " {name}={value}");
    }
    text
}

pub(super) fn decided(names: &Names, result: &Result<Outcome, Rejection>) -> String {
    match result {
        Ok(done) => names.shorten(&outcome(done)),
        Err(rejection) => refused(names, rejection),
    }
}

fn limit(limit: Option<Balance>) -> String {
    limit.map_or_else(|| "none".into(), |limit| limit.to_string())
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".into(), |value| value.to_string())
}

pub(super) fn kind(kind: AccountKind) -> String {
    format!("{kind:?}").to_lowercase()
}

pub(super) fn account(account: &Account) -> String {
    let state = match &account.closed {
        None => "open".into(),
        Some(stamp) => format!("closed #{}", stamp.sequence),
    };
    format!(
        "{} {} floor={} ceiling={} balance={} held={} available={} {state}",
        kind(account.kind),
        account.unit,
        limit(account.limits.floor),
        limit(account.limits.ceiling),
        account.balance,
        account.held,
        optional(account.available()),
    )
}

pub(super) fn balance(view: &BalanceView) -> String {
    let mut text = format!("{} {}", view.balance, view.unit);
    if let Some(held) = view.held {
        let _ = write!(text, " held={held}");
    }
    if let Some(available) = view.available {
        let _ = write!(text, " available={available}");
    }
    text
}

fn leg(names: &Names, leg: &Transfer) -> String {
    let text = format!("{} -> {} {}", leg.debit(), leg.credit(), leg.amount());
    names.shorten(&text)
}

fn entry(names: &Names, entry: &Entry) -> String {
    let legs = entry.transfers.as_slice();
    let legs = match legs.len() {
        1..=4 => {
            let legs = legs.iter().map(|transfer| leg(names, transfer));
            legs.collect::<Vec<_>>().join(", ")
        }
        many => format!("{many} legs"),
    };
    let mut text = format!("{} {}: {legs}", entry.kind.as_str(), names.name(entry.id));
    if let Some(at) = entry.effective_at {
        let _ = write!(text, " at {at}");
    }
    for tag in entry.tags.as_slice() {
        let _ = write!(text, " {}={}", tag.key().as_str(), tag.value());
    }
    if let Origin::Reversal { of, forced } = entry.origin {
        let how = if forced {
            "forced, reverses"
        } else {
            "reverses"
        };
        let _ = write!(text, " {how} {}", names.name(of));
    }
    if entry.note.is_some() {
        text.push_str(" with a note");
    }
    text
}

/// An entry in the journal, as its record tells of it.
pub(super) fn booked(names: &Names, booking: &Booking, posted: &PostedEntry) -> String {
    let settled = match booking {
        Booking::Entry(_) => "",
        Booking::Hold(_) => "settled ",
    };
    let what = format!("{settled}{}", entry(names, &posted.entry));
    told_by(&what, posted.stamp, &posted.caller)
}

fn told_by(what: &str, stamp: Stamp, caller: &Caller) -> String {
    let by = match caller.principal.as_str() {
        "" => String::new(),
        principal => format!(" by {principal}"),
    };
    format!("#{} {what}{by}", stamp.sequence)
}

/// A record without its time: scripts say when things are.
pub(super) fn record(names: &Names, record: &Record) -> String {
    let facts = record.step.facts().iter();
    let facts: Vec<_> = facts.map(|one| fact(names, one)).collect();
    told_by(&facts.join(", "), record.stamp, &record.caller)
}

fn fact(names: &Names, fact: &Fact) -> String {
    match fact {
        Fact::LedgerFounded(foundation) => format!("founded in {}", foundation.time_zone),
        Fact::TimeZoneSet(zone) => format!("time zone {zone}"),
        Fact::UnitDeclared(unit) => format!("unit {} of {}", unit.id(), unit.step()),
        Fact::AccountOpened(opened) => {
            let limits = opened.limits;
            let text = format!(
                "opened {} {} {} floor={} ceiling={}",
                opened.id,
                kind(opened.kind),
                opened.unit,
                limit(limits.floor),
                limit(limits.ceiling)
            );
            names.shorten(&text)
        }
        Fact::AccountLimitsChanged { id, limits, .. } => names.shorten(&format!(
            "limits {id} floor={} ceiling={}",
            limit(limits.floor),
            limit(limits.ceiling)
        )),
        Fact::AccountClosed { id } => names.shorten(&format!("closed {id}")),
        Fact::EntryPosted(posted) => entry(names, posted),
        Fact::HoldPlaced(HoldPlaced { terms, .. }) => {
            let transfer = leg(names, &terms.transfer);
            format!("held {}: {transfer}", names.name(terms.id))
        }
        Fact::HoldSettled(settled) => format!("settled {}", entry(names, settled)),
        Fact::HoldReleased { id } => format!("released {}", names.name(*id)),
        Fact::HoldExpired { id } => format!("expired {}", names.name(*id)),
    }
}

pub(super) fn hold(names: &Names, hold: &Hold, now: Moment) -> String {
    let state = match &hold.state {
        HoldState::Open if hold.is_due(now) => "due".into(),
        HoldState::Open => "open".into(),
        HoldState::Settled(posted) => format!(
            "settled {} #{}",
            posted.entry.transfers.total_steps(),
            posted.stamp.sequence
        ),
        HoldState::Released { stamp } => format!("released #{}", stamp.sequence),
        HoldState::Expired { stamp } => format!("expired #{}", stamp.sequence),
    };
    let transfer = leg(names, &hold.terms.transfer);
    let mut text = format!("{}: {transfer} {state}", names.name(hold.terms.id));
    if let Some(at) = hold.expires_at {
        let _ = write!(text, " until {at}");
    }
    text
}

pub(super) fn posting(names: &Names, view: &PostingView) -> String {
    let sign = if view.amount < 0 { '-' } else { '+' };
    let reversed = match view.reversed_by {
        Some(by) => format!(", reversed by {}", names.name(by)),
        None => String::new(),
    };
    let effective_on = Day::of_utc(view.effective_at);
    let served = match view.service_on.filter(|on| *on != effective_on) {
        Some(on) => format!(", served on {on}"),
        None => String::new(),
    };
    names.shorten(&format!(
        "{}. #{} {} {sign}{} {} = {} at {}{served}{reversed}",
        view.ordinal,
        view.stamp.sequence,
        names.name(view.entry.id),
        view.amount.unsigned_abs(),
        view.counter,
        view.balance,
        view.effective_at,
    ))
}
