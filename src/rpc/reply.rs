//! What was read, as the contract has it.

use timebank_proto::v1;

use crate::{
    journal::{self, timestamp},
    ledger::{Balance, BookingId, HoldState, Origin, PostedEntry, Transfer, Unit, UnitId},
    query::{AccountView, EntryView, HoldView, PostingView},
    steps::Outcome,
};

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

pub(super) fn account(view: &AccountView) -> v1::Account {
    let AccountView {
        account,
        posting_count,
    } = view;
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
        posting_count: *posting_count,
        etag: account.limits_since.to_string(),
    }
}

fn transfer(leg: &Transfer, unit: &UnitId) -> v1::Transfer {
    v1::Transfer {
        debit_account_id: leg.debit().as_str().into(),
        credit_account_id: leg.credit().as_str().into(),
        amount: leg.amount().steps(),
        unit_id: unit.as_str().into(),
    }
}

pub(super) fn entry(view: &EntryView) -> v1::Entry {
    let EntryView { posted, units } = view;
    let PostedEntry { entry, stamp, .. } = posted;
    let (reverses, forced) = match entry.origin {
        Origin::Posted => (String::new(), false),
        Origin::Reversal { of, forced } => (of.to_string(), forced),
    };
    let legs = entry.transfers.as_slice().iter().zip(units);
    v1::Entry {
        entry_id: entry.id.to_string(),
        transfers: legs.map(|(leg, unit)| transfer(leg, unit)).collect(),
        effective_at: Some(timestamp(entry.effective_at.unwrap_or(stamp.moment))),
        kind: entry.kind.as_str().into(),
        tags: journal::tags_to_proto(&entry.tags),
        note: posted
            .note
            .as_ref()
            .map_or_else(String::new, |note| note.text().into()),
        sequence: stamp.sequence.get(),
        recorded_at: Some(timestamp(stamp.recorded_at)),
        reverses_entry_id: reverses,
        reversed_by_entry_id: posted
            .reversed_by
            .map_or_else(String::new, |by| by.to_string()),
        forced,
        actor: posted.caller.who().as_str().into(),
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

pub(super) fn hold(view: &HoldView) -> v1::Hold {
    let HoldView {
        hold,
        unit,
        state,
        ended_at,
    } = view;
    let settled = match &hold.state {
        HoldState::Settled(posted) => posted.entry.transfers.total_steps(),
        HoldState::Open | HoldState::Released { .. } | HoldState::Expired { .. } => 0,
    };
    let leg = &hold.terms.transfer;
    v1::Hold {
        hold_id: hold.terms.id.to_string(),
        debit_account_id: leg.debit().as_str().into(),
        credit_account_id: leg.credit().as_str().into(),
        amount: leg.amount().steps(),
        unit_id: unit.as_str().into(),
        kind: hold.terms.kind.as_str().into(),
        tags: journal::tags_to_proto(&hold.terms.tags),
        state: *state as i32,
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

pub(super) fn posting(view: &PostingView) -> v1::Posting {
    let PostingView { stamp, entry, .. } = view;
    v1::Posting {
        sequence: stamp.sequence.get(),
        leg: view.leg as i32,
        entry_id: entry.id.to_string(),
        amount: view.amount,
        counter_account_id: view.counter.as_str().into(),
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
        service_on: view
            .service_on
            .map_or_else(String::new, |on| on.to_string()),
    }
}

fn reverses(origin: &Origin) -> Option<BookingId> {
    match origin {
        Origin::Posted => None,
        Origin::Reversal { of, .. } => Some(*of),
    }
}
