//! How members go: what becomes of their hours, and who approves it.

use super::{Plan, Ruling, Undecided, View, accounts, doers, entries, membership, policies};
use crate::exchange::{
    ApproveExit, ExitApproved, ExitCause, ExitMember, Fact, Member, MemberExited, MemberState,
    Rejection, Settlement, policy::Inheritor,
};
use crate::ledger::{
    self, AccountId, AccountKind, AccountOpened, Amount, Balance, BookingId, Label, Limits,
    Principal, Transfer,
};

pub(super) fn exit(view: View<'_>, new: &ExitMember, by: &Principal) -> Ruling {
    let member = membership::known(view, &new.member, by)?;
    membership::check_state(member, &membership::PRESENT, "gone")?;
    if let Some(died_on) = new.died_on.filter(|died_on| *died_on > view.today) {
        let today = view.today;
        return Err(Rejection::DiedInFuture { died_on, today }.into());
    }
    let found = way_out(view, member, new.cause())?;
    let settled = match found.to_heir && found.approvals > 0 {
        true => Settled {
            settlement: Settlement::AwaitsApproval,
            ledger: Vec::new(),
        },
        false => settle(view, member, new.step, found)?,
    };
    let fact = Fact::MemberExited(MemberExited {
        exit: new.clone(),
        on: new.died_on.unwrap_or(view.today),
        settlement: settled.settlement,
    });
    Ok(Plan::with_ledger(fact, settled.ledger).into())
}

pub(super) fn approve(view: View<'_>, new: &ApproveExit, by: &Principal) -> Ruling {
    let member = membership::known(view, &new.member, by)?;
    membership::check_state(member, &[MemberState::Exiting], "approved of")?;
    let Some(exit) = &member.exit else {
        return Err(membership::wrong_state(member, "approved of").into());
    };
    let parties: Vec<_> = [Some(member), heir_of(view, member)?]
        .into_iter()
        .flatten()
        .collect();
    let staff = doers::neutral_staff(view, &member.centre, &parties, by)?;
    for earlier in &exit.approved_by {
        doers::check_another(view, staff, earlier)?;
    }
    let number = staff.terms.number.clone();
    let found = way_out(view, member, exit.cause)?;
    let given = u32::try_from(exit.approved_by.len()).unwrap_or(u32::MAX);
    let is_enough = !found.to_heir || given.saturating_add(1) >= found.approvals;
    let settled = match is_enough {
        true => settle(view, member, new.step, found)?,
        false => Settled {
            settlement: Settlement::AwaitsApproval,
            ledger: Vec::new(),
        },
    };
    let fact = Fact::ExitApproved(ExitApproved {
        approval: new.clone(),
        by: number,
        settlement: settled.settlement,
    });
    Ok(Plan::with_ledger(fact, settled.ledger).into())
}

/// Who gets what a member leaves behind.
struct WayOut {
    /// None where the policy names nobody.
    account: Option<AccountId>,
    /// Whether that is an heir's.
    to_heir: bool,
    /// The key of the policy that says so.
    key: &'static str,
    /// How many approvals that takes.
    approvals: u32,
    balance: Balance,
}

fn way_out(view: View<'_>, member: &Member, cause: ExitCause) -> Result<WayOut, Undecided> {
    let policy = view.objects.policy_on(&member.centre, view.today)?;
    let heir = heir_of(view, member)?;
    let balance = membership::balance_without_holds(view, member)?;
    let exit = policy.map(|adopted| &adopted.policy().exit);
    let key = match cause {
        ExitCause::Leaving => "exit.leaving",
        ExitCause::Death => "exit.death",
    };
    let inheritor = exit.map(|exit| match cause {
        ExitCause::Leaving => &exit.leaving,
        ExitCause::Death => &exit.death,
    });
    let (heirs, otherwise) = match inheritor {
        None => (None, None),
        Some(Inheritor::Account(account)) => (None, Some(account)),
        Some(Inheritor::Heir(account)) => (heir, account.as_ref()),
    };
    // An heir inherits hours, and no debt.
    let heirs = heirs.filter(|_| balance > Balance::ZERO);
    Ok(WayOut {
        account: heirs.map(|heir| &heir.account).or(otherwise).cloned(),
        to_heir: heirs.is_some(),
        key,
        approvals: exit.map_or(0, |exit| exit.approvals),
        balance,
    })
}

/// The heir that a member named, as long as they are neither gone nor going.
fn heir_of<'a>(view: View<'a>, member: &Member) -> Result<Option<&'a Member>, Undecided> {
    let heir = match &member.details.heir_id {
        None => None,
        Some(heir) => view.objects.member(heir)?,
    };
    Ok(heir.filter(|heir| membership::PRESENT.contains(&heir.state)))
}

/// What becomes of an account, and what the ledger does for it.
struct Settled {
    settlement: Settlement,
    ledger: Vec<ledger::Command>,
}

fn settle(
    view: View<'_>,
    member: &Member,
    step: BookingId,
    found: WayOut,
) -> Result<Settled, Undecided> {
    let lapsing = lapse(view, member, step)?;
    let close = ledger::Command::CloseAccount {
        id: member.account.clone(),
    };
    let Ok(amount) = Amount::new(found.balance.steps().saturating_abs()) else {
        return Ok(Settled {
            settlement: Settlement::Closed {
                with: None,
                on: view.today,
            },
            ledger: lapsing.into_iter().chain([close]).collect(),
        });
    };
    let missing = || Rejection::ExitAccountMissing {
        member: member.id.clone(),
        balance: found.balance,
    };
    let other = found.account.clone().ok_or_else(missing)?;
    if !found.to_heir {
        policies::check_ours(view, &member.centre, found.key, &other)?;
    }
    let (from, to) = match found.balance > Balance::ZERO {
        true => (&member.account, &other),
        false => {
            // What they owe is paid by no pool without relief, and by no source.
            accounts::check_free(view.book, view.objects, &other)?;
            (&other, &member.account)
        }
    };
    let transfer = Transfer::new(from.clone(), to.clone(), amount).map_err(|_| missing())?;
    let entry = entries::of_step(view, step, Label::exit(), transfer)?;
    let limits = policies::new_limits(view, &member.centre, &member.account)?;
    let ledger = limits.into_iter().chain(lapsing).chain([entry, close]);
    Ok(Settled {
        settlement: Settlement::Closed {
            with: Some(other),
            on: view.today,
        },
        ledger: ledger.collect(),
    })
}

/// What is no hours lapses with whoever goes: it stands on `CENTRE:lapsed:UNIT` from then on, and
/// the accounts close.
fn lapse(
    view: View<'_>,
    member: &Member,
    step: BookingId,
) -> Result<Vec<ledger::Command>, Undecided> {
    let (mut openings, mut ledger, mut id) = (Vec::new(), Vec::new(), step);
    for other in &member.other_accounts {
        let Some(account) = view.book.account(other)? else {
            continue;
        };
        if account.closed.is_some() {
            continue;
        }
        if let Ok(amount) = Amount::new(account.balance.steps().saturating_abs()) {
            let centre = accounts::owner(view.objects, other)?;
            let lapsed = accounts::lapsed_account(centre, &account.unit);
            let lapsed =
                lapsed.ok_or_else(|| accounts::unfit(other, "its centre's branch is long"))?;
            let opening = AccountOpened {
                limits: NO_LIMITS,
                ..accounts::plain(lapsed.clone(), AccountKind::Redemption, &account.unit)
            };
            let opening = accounts::opening(view.book, opening)?;
            openings.extend(opening.filter(|opening| !openings.contains(opening)));
            // The step's own UUID is that of the hours.
            id = id.derived();
            let (from, to) = match account.balance > Balance::ZERO {
                true => (other.clone(), lapsed),
                false => (lapsed, other.clone()),
            };
            let transfer = Transfer::new(from, to, amount);
            let transfer = transfer.map_err(|_| accounts::unfit(other, "it is where it lapses"))?;
            ledger.push(entries::of_step(view, id, Label::exit(), transfer)?);
        }
        let id = other.clone();
        ledger.push(ledger::Command::CloseAccount { id });
    }
    Ok(openings.into_iter().chain(ledger).collect())
}

/// What lapses may be below nothing, where what was spent was corrected since.
const NO_LIMITS: Limits = Limits {
    floor: None,
    ceiling: None,
};
