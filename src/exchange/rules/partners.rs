//! Partners: other time banks, to which hours go and from which they come, 1:1.

use super::{
    Plan, Ruling, Undecided, View,
    accounts::{self, unfit},
    check_staff, doers, eligibility, entries, membership, policies,
};
use crate::exchange::{
    Fact, MemberState,
    partner::{
        Direction, OpenPartner, Partner, PartnerCommand, PartnerFact, PartnerRejection, Remit,
    },
    policy::Ask,
};
use crate::ledger::{
    self, AccountId, AccountKind, AccountOpened, Label, Principal, Transfer, UnitId,
};

pub(super) fn decide(view: View<'_>, command: &PartnerCommand, by: &Principal) -> Ruling {
    match command {
        PartnerCommand::Open(new) => open(view, new, by),
        PartnerCommand::Remit(new) => remit(view, new, by),
    }
}

fn fact(fact: PartnerFact) -> Fact {
    Fact::Partner(Box::new(fact))
}

fn known<'a>(view: View<'a>, account: &AccountId) -> Result<&'a Partner, Undecided> {
    let found = view.objects.partner(account)?;
    let partner = account.clone();
    Ok(found.ok_or(PartnerRejection::PartnerUnknown { partner })?)
}

fn open(view: View<'_>, new: &OpenPartner, by: &Principal) -> Ruling {
    let centre = accounts::owner_of_new(view.objects, &new.account)?;
    check_staff(view.objects, centre, by)?;
    accounts::check_no_holds(view.book, &new.account)?;
    let opening = accounts::opening(
        view.book,
        AccountOpened {
            id: new.account.clone(),
            kind: AccountKind::Clearing,
            unit: UnitId::time(),
            limits: new.limits(),
        },
    )?;
    let step = match opening {
        Some(opening) => Some(opening),
        None => new_limits(view, new)?,
    };
    let fact = fact(PartnerFact::Opened(new.clone()));
    Ok(Plan::with_ledger(fact, step.into_iter().collect()).into())
}

/// What gives an account that is there already the partner's limits. None where it has them.
fn new_limits(view: View<'_>, new: &OpenPartner) -> Result<Option<ledger::Command>, Undecided> {
    let account = accounts::open_account(view.book, &new.account, &UnitId::time())?;
    let limits = new.limits();
    let changes = account.limits != limits;
    Ok(changes.then(|| ledger::Command::ChangeLimits {
        id: new.account.clone(),
        since: account.limits_since,
        floor: Some(limits.floor.into()),
        ceiling: Some(limits.ceiling.into()),
    }))
}

fn remit(view: View<'_>, new: &Remit, by: &Principal) -> Ruling {
    let partner = known(view, &new.id.partner)?;
    let member = eligibility::known_member(view, &new.member, "member_id")?;
    let staff = doers::neutral_staff(view, &partner.centre, &[member], by)?;
    let (here, there) = (&member.account, &partner.account);
    let (from, to, change) = match new.id.direction {
        Direction::Sent => (here, there, "sending hours to a partner"),
        Direction::Received => (there, here, "given hours of a partner"),
    };
    membership::check_of_centre(member, &partner.centre)?;
    membership::check_state(member, &[MemberState::Active], change)?;
    check_unused(view, new)?;
    check_limit(view, partner, new)?;
    let transfer = Transfer::new(from.clone(), to.clone(), new.amount);
    let transfer = transfer.map_err(|_| unfit(here, "it is the partner's own"))?;
    let limits = policies::new_limits(view, &member.centre, here)?;
    let entry = entries::of_step(view, new.step, Label::clearing(), transfer)?;
    let fact = fact(PartnerFact::Remitted {
        remit: new.clone(),
        by: staff.terms.number.clone(),
    });
    Ok(Plan {
        ledger: limits.into_iter().chain([entry]).collect(),
        ..Plan::with_reason(fact, new.reason.as_ref())
    }
    .into())
}

/// That the reference is of nothing else that went the same way.
fn check_unused(view: View<'_>, new: &Remit) -> Result<(), Undecided> {
    let Some(earlier) = view.objects.remittance(&new.id)? else {
        return Ok(());
    };
    match entries::is_reversed(view, earlier.entry)? {
        true => Ok(()),
        false => Err(PartnerRejection::ReferenceExists {
            partner: new.id.partner.clone(),
            direction: new.id.direction,
            reference: new.id.reference.clone(),
            entry: earlier.entry,
            amount: earlier.amount,
        }
        .into()),
    }
}

/// That what a partner would have of us is within what the policy says of it, if it does: the
/// lower of both limits binds.
fn check_policy(view: View<'_>, partner: &Partner, owed_minutes: i64) -> Result<(), Undecided> {
    let Some(adopted) = view.objects.policy_on(&partner.centre, view.today)? else {
        return Ok(());
    };
    let mut listed = adopted.policy().partners.iter();
    match listed.find(|listed| listed.account == partner.account) {
        None => Ok(()),
        Some(terms) => {
            let code = &terms.code;
            eligibility::allows(adopted, &Ask::Partner { code, owed_minutes })
        }
    }
}

/// That neither side has more of the other than was agreed. The limits of the account say the
/// same; here it is told in the partner's terms.
fn check_limit(view: View<'_>, partner: &Partner, new: &Remit) -> Result<(), Undecided> {
    let account = accounts::open_account(view.book, &partner.account, &UnitId::time())?;
    let balance = account.balance.steps();
    let (max, room) = match new.id.direction {
        Direction::Sent => (
            partner.surplus,
            partner.surplus.steps().checked_sub(balance),
        ),
        Direction::Received => (
            partner.deficit,
            partner.deficit.steps().checked_add(balance),
        ),
    };
    // Only the side that it makes worse is asked for.
    let owed_minutes = match new.id.direction {
        Direction::Sent => balance.saturating_add(new.amount.steps()).max(0),
        Direction::Received => balance.saturating_sub(new.amount.steps()).min(0),
    };
    match room.is_some_and(|room| new.amount.steps() <= room) {
        true => check_policy(view, partner, owed_minutes),
        false => Err(PartnerRejection::PartnerLimit {
            partner: partner.account.clone(),
            direction: new.id.direction,
            max,
            balance,
            requested: new.amount,
        }
        .into()),
    }
}
