//! What was read, as the contract has it.

use prost_types::Timestamp;
use timebank_proto::v1;

use crate::{
    journal,
    ledger::{
        Account, Balance, BookingId, Entry, Hold, HoldState, Moment, Origin, Outcome, PostedEntry,
        Principal, Stamp, Transfer, Unit,
    },
    query::PostingView,
};

pub(super) fn timestamp(moment: Moment) -> Timestamp {
    Timestamp {
        seconds: moment.us().div_euclid(1_000_000),
        nanos: (moment.us().rem_euclid(1_000_000) * 1_000) as i32,
    }
}

pub(super) fn unit(unit: &Unit) -> v1::Unit {
    v1::Unit {
        unit_id: unit.id().as_str().into(),
        step: unit.step().into(),
    }
}

fn limit(limit: Option<Balance>) -> v1::Limit {
    let bound = match limit {
        Some(limit) => v1::limit::Bound::Amount(limit.steps()),
        None => v1::limit::Bound::Unbounded(true),
    };
    v1::Limit { bound: Some(bound) }
}

pub(super) fn account(account: &Account, posting_count: i64) -> v1::Account {
    let state = match &account.closed {
        None => v1::AccountState::Open,
        Some(_) => v1::AccountState::Closed,
    };
    v1::Account {
        account_id: account.id.as_str().into(),
        kind: account.kind.number(),
        unit_id: account.unit.as_str().into(),
        floor: Some(limit(account.limits.floor)),
        ceiling: Some(limit(account.limits.ceiling)),
        state: state.into(),
        balance: account.balance.steps(),
        held: account.held.steps(),
        available: account.available(),
        opened_at: Some(timestamp(account.opened.recorded_at)),
        closed_at: account
            .closed
            .as_ref()
            .map(|stamp| timestamp(stamp.recorded_at)),
        posting_count,
        etag: account.limits_since.to_string(),
    }
}

fn transfer(leg: &Transfer) -> v1::Transfer {
    v1::Transfer {
        debit_account_id: leg.debit().as_str().into(),
        credit_account_id: leg.credit().as_str().into(),
        amount: leg.amount().steps(),
        unit_id: String::new(),
    }
}

/// An entry whose units, note and reversal are for the caller to add.
pub(super) fn entry(entry: &Entry, stamp: Stamp, principal: &Principal) -> v1::Entry {
    let (reverses, forced) = match entry.origin {
        Origin::Posted => (String::new(), false),
        Origin::Reversal { of, forced } => (of.to_string(), forced),
    };
    v1::Entry {
        entry_id: entry.id.to_string(),
        transfers: entry.transfers.as_slice().iter().map(transfer).collect(),
        effective_at: Some(timestamp(entry.effective_at.unwrap_or(stamp.moment))),
        kind: entry.kind.as_str().into(),
        tags: journal::tags_to_proto(&entry.tags),
        note: String::new(),
        sequence: stamp.sequence.get(),
        recorded_at: Some(timestamp(stamp.recorded_at)),
        reverses_entry_id: reverses,
        reversed_by_entry_id: String::new(),
        forced,
        actor: principal.as_str().into(),
    }
}

/// What was posted; where it would only have been, it has no place yet.
pub(super) fn posted(outcome: &Outcome) -> v1::Posted {
    let stamp = outcome.stamp();
    v1::Posted {
        sequence: stamp.map_or(0, |stamp| stamp.sequence.get()),
        recorded_at: stamp.map(|stamp| timestamp(stamp.recorded_at)),
        replayed: outcome.is_replay(),
        opened_account_ids: outcome.opened().iter().map(ToString::to_string).collect(),
    }
}

/// A hold as it stands at a moment: one that is due has expired, whether that is
/// recorded yet or not.
pub(super) fn hold(hold: &Hold, unit_id: &str, now: Moment) -> v1::Hold {
    let at = |stamp: &Stamp| Some(stamp.recorded_at);
    let (state, ended_at, settled) = match &hold.state {
        HoldState::Open if hold.is_due(now) => (v1::HoldState::Expired, hold.expires_at, 0),
        HoldState::Open => (v1::HoldState::Open, None, 0),
        HoldState::Settled(PostedEntry { stamp, entry, .. }) => {
            let settled = entry.transfers.total_steps();
            (v1::HoldState::Settled, at(stamp), settled)
        }
        HoldState::Released { stamp } => (v1::HoldState::Released, at(stamp), 0),
        HoldState::Expired { .. } => (v1::HoldState::Expired, hold.expires_at, 0),
    };
    let leg = &hold.terms.transfer;
    v1::Hold {
        hold_id: hold.terms.id.to_string(),
        debit_account_id: leg.debit().as_str().into(),
        credit_account_id: leg.credit().as_str().into(),
        amount: leg.amount().steps(),
        unit_id: unit_id.into(),
        kind: hold.terms.kind.as_str().into(),
        tags: journal::tags_to_proto(&hold.terms.tags),
        state: state.into(),
        expires_at: hold.expires_at.map(timestamp),
        placed_at: Some(timestamp(hold.placed.recorded_at)),
        ended_at: ended_at.map(timestamp),
        settled_amount: settled,
        sequence: hold.placed.sequence.get(),
        owner: match &hold.terms.owner {
            None => String::new(),
            Some(owner) => owner.to_string(),
        },
    }
}

/// A posting; None where its record has no such leg.
pub(super) fn posting(view: &PostingView) -> Option<v1::Posting> {
    let stamp = view.record.stamp;
    let (entry, leg) = view.record.leg(view.leg)?;
    let counter = match view.amount < 0 {
        true => leg.credit(),
        false => leg.debit(),
    };
    Some(v1::Posting {
        sequence: stamp.sequence.get(),
        leg: view.leg as i32,
        entry_id: entry.id.to_string(),
        amount: view.amount,
        counter_account_id: counter.as_str().into(),
        balance: view.balance,
        effective_at: Some(timestamp(view.effective_at)),
        recorded_at: Some(timestamp(stamp.recorded_at)),
        kind: entry.kind.as_str().into(),
        tags: journal::tags_to_proto(&entry.tags),
        reverses_entry_id: reverses(&entry.origin).map_or_else(String::new, |id| id.to_string()),
        ordinal: view.ordinal,
        reversed_by_entry_id: view
            .reversed_by
            .map_or_else(String::new, |id| id.to_string()),
    })
}

fn reverses(origin: &Origin) -> Option<BookingId> {
    match origin {
        Origin::Posted => None,
        Origin::Reversal { of, .. } => Some(*of),
    }
}
