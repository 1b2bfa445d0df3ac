//! That what a command names is in scope. It is asked before anything is decided, so that a refusal
//! is the same whether what is outside is there or not.

use super::{Asked, Checked, Rejection, outside, touched};
use crate::{
    exchange::{
        self, Branch, MandateId, MemberId, Object, ObjectId, Objects, StepId, token::Scope,
    },
    ledger::{AccountId, AccountKind, Book, Booking, BookingId, Command, Settlement, Transfer},
};

pub(super) fn check(
    state @ (_, objects): (&Book, &Objects),
    scope: &Scope,
    asked: Asked<'_>,
) -> Checked {
    for id in &asked.names().steps {
        if let Some(taken) = objects.taken(id)?
            && let Err(super::Undecided::Refused(_)) =
                check_names(state, scope, Asked::Exchange(&taken.fact.command()))
        {
            return Err(not_in(scope, id.as_text()));
        }
    }
    check_names(state, scope, asked)
}

/// What stands for a step that was taken is looked at before.
fn check_names(
    state @ (book, objects): (&Book, &Objects),
    scope: &Scope,
    asked: Asked<'_>,
) -> Checked {
    let names = asked.names();
    let credited = match asked {
        Asked::Ledger(command) => credited(state, command)?,
        Asked::Exchange(_) => Vec::new(),
    };
    for (account, beside) in &credited {
        if !may_credit(state, scope, account, beside)? {
            return Err(outside(scope, account.to_string()));
        }
    }
    for account in &names.ledger.accounts {
        let is_credited = credited.iter().any(|(credited, _)| credited == account);
        let is_mandated = || match asked {
            Asked::Exchange(exchange::Command::AdoptPolicy(new)) => {
                has_mandate(objects, account, &new.centre)
            }
            _ => Ok(false),
        };
        if !is_credited && !scope.reaches(account.as_str()) && !is_mandated()? {
            return Err(outside(scope, account.to_string()));
        }
    }
    for id in &names.ledger.bookings {
        if let Some(booking) = book.booking(*id)? {
            check_booking(scope, *id, booking)?;
        } else if stands_for_something(asked, *id) {
            return Err(not_in(scope, id.to_string()));
        }
    }
    for id in names.objects.iter().chain(&named_besides(objects, asked)?) {
        check_object(objects, scope, id, asked)?;
    }
    Ok(())
}

/// What it names that its rules come to later, and of which they would tell whether it is there.
fn named_besides(objects: &Objects, asked: Asked<'_>) -> Checked<Vec<ObjectId>> {
    use exchange::{Command, PoolCommand, order::NeedAction};
    let Asked::Exchange(command) = asked else {
        return Ok(Vec::new());
    };
    let member = |id: &MemberId| ObjectId::Member(id.clone());
    Ok(match command {
        Command::AdoptPolicy(new) => vec![ObjectId::Centre(new.centre.clone())],
        Command::MoveMember(new) => vec![ObjectId::Holder(new.account.clone())],
        Command::ChangeMember(new) => {
            // Whoever was named before, by somebody who may, is let stay.
            let before = objects.member(&new.member)?;
            let known = |id: &MemberId| {
                before.is_some_and(|before| before.details.names().any(|(_, known)| known == id))
            };
            let named = new.details.names().map(|(_, id)| id);
            named.filter(|id| !known(id)).map(member).collect()
        }
        Command::StepNeed(new) => match &new.action {
            NeedAction::Offer(provider) => vec![member(provider)],
            _ => Vec::new(),
        },
        Command::Pool(command) => match &**command {
            PoolCommand::AskRelief(new) => vec![member(&new.member)],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    })
}

fn not_in(scope: &Scope, what: String) -> super::Undecided {
    Rejection::NotInScope {
        what,
        scope: scope.clone(),
    }
    .into()
}

/// The accounts that a command credits, each with the one that it debits for it.
fn credited(
    (book, _): (&Book, &Objects),
    command: &Command,
) -> Checked<Vec<(AccountId, AccountId)>> {
    let pair = |leg: &Transfer| (leg.credit().clone(), leg.debit().clone());
    Ok(match command {
        Command::PostEntry(new) => new.entry.transfers.as_slice().iter().map(pair).collect(),
        Command::PlaceHold { terms, .. } => vec![pair(&terms.transfer)],
        Command::SettleHold {
            id,
            settlement: Settlement::Legs(legs),
            ..
        } => match book.booking(*id)? {
            Some(Booking::Hold(hold)) => {
                let from = hold.terms.transfer.debit();
                let legs = legs.as_slice().iter();
                legs.map(|leg| (leg.credit.clone(), from.clone())).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    })
}

/// Whether an account may be credited from another, which is in scope: its own, one of clearing
/// between centres, or one whose centre has given the other's a mandate.
fn may_credit(
    (book, objects): (&Book, &Objects),
    scope: &Scope,
    account: &AccountId,
    from: &AccountId,
) -> Checked<bool> {
    if scope.reaches(account.as_str()) {
        return Ok(true);
    }
    if !scope.reaches(from.as_str()) {
        return Ok(false);
    }
    let is_clearing = book
        .account(account)?
        .is_some_and(|account| account.kind == AccountKind::Clearing);
    let centre = objects.centre_around(from.as_str());
    match centre.map(|centre| centre.terms.prefix.clone()) {
        Some(centre) if !is_clearing => has_mandate(objects, account, &centre),
        _ => Ok(is_clearing),
    }
}

/// Whether a centre was given a mandate over an account.
pub(super) fn has_mandate(
    objects: &Objects,
    account: &AccountId,
    centre: &Branch,
) -> Checked<bool> {
    let id = MandateId {
        account: account.clone(),
        centre: centre.clone(),
    };
    Ok(match objects.object(&ObjectId::Mandate(Box::new(id)))? {
        Some(Object::Mandate(mandate)) => mandate.is_given,
        _ => false,
    })
}

/// Whether a command asks about an entry or a hold that must be there.
fn stands_for_something(asked: Asked<'_>, id: BookingId) -> bool {
    match asked {
        Asked::Ledger(Command::ReverseEntry(reversal)) => reversal.of == id,
        Asked::Ledger(Command::SettleHold { .. } | Command::ReleaseHold { .. }) => true,
        _ => false,
    }
}

/// An entry or a hold is in scope where all that it debits is; nobody outside hears more of it.
fn check_booking(scope: &Scope, id: BookingId, booking: &Booking) -> Checked {
    let is_within = |leg: &Transfer| scope.reaches(leg.debit().as_str());
    let within = match booking {
        Booking::Entry(posted) => posted.entry.transfers.as_slice().iter().all(is_within),
        Booking::Hold(hold) => is_within(&hold.terms.transfer),
    };
    match within {
        true => Ok(()),
        false => Err(not_in(scope, id.to_string())),
    }
}

/// Whether a command makes an object, so that it is not to be there.
fn is_made_by(asked: Asked<'_>, id: &ObjectId) -> bool {
    match asked {
        Asked::Ledger(_) => false,
        Asked::Exchange(command) => {
            matches!(id, ObjectId::Evaluation(_) | ObjectId::Drawn(_))
                || command.step_id() == StepId::Creates(id.clone())
        }
    }
}

/// What has its place in its id is outside by that alone. What has not must be there, and within.
fn check_object(objects: &Objects, scope: &Scope, id: &ObjectId, asked: Asked<'_>) -> Checked {
    // A page is there only once somebody has a place in it; it is where its group is.
    if let ObjectId::GroupPage(page) = id {
        return check_object(objects, scope, &ObjectId::Group(page.group), asked);
    }
    if let Some(place) = id.place() {
        let is_moved_in = || match id {
            ObjectId::Member(member) => {
                let member = objects.member(member)?;
                Ok(member.is_some_and(|member| scope.reaches(member.account.as_str())))
            }
            _ => Ok::<_, super::Undecided>(false),
        };
        return match scope.reaches(place) || is_moved_in()? {
            true => Ok(()),
            false => Err(outside(scope, place.into())),
        };
    }
    match objects.object(id)? {
        Some(object) => match touched::is_within(objects, scope, object)? {
            true => Ok(()),
            false => Err(not_in(scope, id.as_text())),
        },
        None if is_made_by(asked, id) => Ok(()),
        None => Err(not_in(scope, id.as_text())),
    }
}
