//! Sources: opening them, and what is issued from them.

use super::{
    Plan, Ruling, Undecided, View,
    accounts::{self, unfit},
    check_staff, doers, eligibility, entries, membership, policies,
};
use crate::exchange::{
    AdoptedPolicy, Day, Fact, Member, MemberState, PersonalFields,
    issuance::{
        GiveGrant, GrantGiven, IssuanceCommand, IssuanceFact, IssuanceRejection, Issue, Issued,
        OpenSource, Source,
    },
    policy::{Ask, GrantTerms, Person},
};
use crate::ledger::{
    self, AccountId, AccountKind, AccountOpened, Amount, Label, Principal, Transfer, UnitId,
};

pub(super) fn decide(view: View<'_>, command: &IssuanceCommand, by: &Principal) -> Ruling {
    match command {
        IssuanceCommand::Open(new) => open(view, new, by),
        IssuanceCommand::Issue(new) => issue(view, new, by),
        IssuanceCommand::Grant(new) => grant(view, new, by),
    }
}

fn fact(fact: IssuanceFact) -> Fact {
    Fact::Issuance(Box::new(fact))
}

/// A source that must be there.
pub(super) fn known<'a>(view: View<'a>, account: &AccountId) -> Result<&'a Source, Undecided> {
    let found = view.objects.source(account)?;
    let source_id = account.clone();
    Ok(found.ok_or(IssuanceRejection::SourceUnknown { source_id })?)
}

fn open(view: View<'_>, new: &OpenSource, by: &Principal) -> Ruling {
    let account = &new.account;
    let centre = accounts::owner_of_new(view.objects, account)?;
    check_staff(view.objects, centre, by)?;
    if view.book.account(account)?.is_some() {
        return Err(unfit(account, "it is there already").into());
    }
    let opening = ledger::Command::OpenAccount(AccountOpened {
        id: account.clone(),
        kind: AccountKind::Issuance,
        unit: new.unit.clone(),
        limits: new.limits(),
    });
    Ok(Plan::with_ledger(fact(IssuanceFact::Opened(new.clone())), vec![opening]).into())
}

fn issue(view: View<'_>, new: &Issue, by: &Principal) -> Ruling {
    let source = known(view, &new.source)?;
    let to = receiver(view, source, &new.to)?;
    let parties: Vec<_> = to.member.into_iter().collect();
    let staff = doers::neutral_staff(view, &source.centre, &parties, by)?;
    let number = staff.terms.number.clone();
    if source.terms.unit == UnitId::time() {
        let adopted = eligibility::policy_on(view, &source.centre, view.today)?;
        eligibility::allows(adopted, &Ask::Issue(&new.source))?;
    }
    let out = Out {
        source,
        to: &new.to,
        amount: new.amount,
        kind: Label::issuance(),
    };
    let entry = out.entry(view, new.step, to.member)?;
    let ledger = to.opening.into_iter().chain(entry).collect();
    let fact = fact(IssuanceFact::Issued(Issued {
        issue: new.clone(),
        by: number,
    }));
    Ok(Plan {
        ledger,
        ..Plan::with_reason(fact, new.reason.as_ref())
    }
    .into())
}

/// What goes out of a source.
pub(super) struct Out<'a> {
    pub(super) source: &'a Source,
    pub(super) to: &'a AccountId,
    pub(super) amount: Amount,
    pub(super) kind: Label,
}

impl Out<'_> {
    /// The entry, and the limits of the member who gets it.
    pub(super) fn entry(
        self,
        view: View<'_>,
        step: ledger::BookingId,
        member: Option<&Member>,
    ) -> Result<Vec<ledger::Command>, Undecided> {
        let transfer = transfer(view, self.source, self.to, self.amount)?;
        let limits = match member {
            Some(member) => policies::new_limits(view, &member.centre, &member.account)?,
            None => None,
        };
        let entry = entries::of_step(view, step, self.kind, transfer)?;
        Ok(limits.into_iter().chain([entry]).collect())
    }
}

/// What goes out of a source to an account, on a day on which it issues and as far as it has it.
pub(super) fn transfer(
    view: View<'_>,
    source: &Source,
    to: &AccountId,
    amount: Amount,
) -> Result<Transfer, Undecided> {
    check_in_force(source, view.today)?;
    check_left(view, source, amount)?;
    let transfer = Transfer::new(source.terms.account.clone(), to.clone(), amount);
    Ok(transfer.map_err(|_| unfit(to, "it is the source"))?)
}

/// That an account which pays for a service is no source, or issues on its day.
pub(super) fn check_pays_on(view: View<'_>, payer: &AccountId, on: Day) -> Result<(), Undecided> {
    let account = view.book.account(payer)?;
    if account.is_none_or(|account| account.kind != AccountKind::Issuance) {
        return Ok(());
    }
    match view.objects.source(payer)? {
        None => Ok(()),
        Some(source) => Ok(check_in_force(source, on)?),
    }
}

/// That a source issues on a day.
fn check_in_force(source: &Source, on: Day) -> Result<(), IssuanceRejection> {
    let days = source.terms.days;
    match days.contains(on) {
        true => Ok(()),
        false => Err(IssuanceRejection::SourceNotInForce {
            source_id: source.terms.account.clone(),
            from: days.from,
            until: days.until,
            on,
        }),
    }
}

/// That no more is out of a source than it is funded with.
fn check_left(view: View<'_>, source: &Source, requested: Amount) -> Result<(), Undecided> {
    let terms = &source.terms;
    let account = view.book.account(&terms.account)?;
    let outstanding = account.map_or(0, |account| account.held.steps() - account.balance.steps());
    match outstanding + requested.steps() <= terms.cap.steps() {
        true => Ok(()),
        false => Err(IssuanceRejection::SourceSpent {
            source_id: terms.account.clone(),
            unit: terms.unit.clone(),
            cap: terms.cap,
            outstanding,
            requested,
        }
        .into()),
    }
}

/// Who something is issued to, and what opens their account.
struct To<'a> {
    /// Whose account it is, where it is a member's.
    member: Option<&'a Member>,
    opening: Option<ledger::Command>,
}

/// Something is issued to members, organisations, pools and projects of the source's centre. A
/// member's account of another unit than hours is opened with the first that comes to it.
fn receiver<'a>(view: View<'a>, source: &Source, id: &AccountId) -> Result<To<'a>, Undecided> {
    let unit = &source.terms.unit;
    let member = view.objects.member_by(id, unit)?;
    let opening = match member {
        Some(member) if member.account != *id => {
            let account = accounts::plain(id.clone(), AccountKind::Member, unit);
            accounts::opening(view.book, account)?
        }
        _ => None,
    };
    if opening.is_none() {
        let account = accounts::open_account(view.book, id, unit)?;
        if let Some(why) = no_receiver(member, account.kind) {
            return Err(unfit(id, why).into());
        }
    }
    if !source.centre.contains(id.as_str()) {
        return Err(unfit(id, format!("it is not of centre {}", source.centre)).into());
    }
    if let Some(member) = member {
        membership::check_state(member, &[MemberState::Active], "issued to")?;
    }
    Ok(To { member, opening })
}

/// Why nothing is issued to an account.
fn no_receiver(member: Option<&Member>, kind: AccountKind) -> Option<String> {
    match kind {
        AccountKind::Member if member.is_none() => Some("it is no member's".into()),
        AccountKind::Member
        | AccountKind::Organisation
        | AccountKind::Pool
        | AccountKind::Project => None,
        AccountKind::Issuance | AccountKind::Redemption | AccountKind::Clearing => {
            Some(format!("nothing is issued to one of kind {kind}"))
        }
    }
}

fn grant(view: View<'_>, new: &GiveGrant, by: &Principal) -> Ruling {
    let member = membership::known(view, &new.member, by)?;
    let staff = doers::neutral_staff(view, &member.centre, &[member], by)?;
    let number = staff.terms.number.clone();
    membership::check_state(member, &[MemberState::Active], "given the opening grant")?;
    let adopted = eligibility::policy_on(view, &member.centre, view.today)?;
    let terms = check_granted(view, adopted, member, new)?;
    let source = known(view, &terms.from)?;
    policies::check_ours(view, &member.centre, "grant.from", &terms.from)?;
    let amount = Amount::new(terms.amount.get());
    let amount = amount.map_err(|_| unfit(&terms.from, "the grant is of nothing"))?;
    let out = Out {
        source,
        to: &member.account,
        amount,
        kind: Label::grant(),
    };
    let ledger = out.entry(view, new.step, Some(member))?;
    let fact = fact(IssuanceFact::Granted(GrantGiven {
        grant: GiveGrant {
            recorded: None,
            ..new.clone()
        },
        by: number,
        policy: adopted.version,
        verdict_on: member.personal_since,
    }));
    Ok(Plan::with_ledger(fact, ledger).into())
}

/// That a member gets the grant of a policy, once a person. Where what is known of them was
/// erased, what is recorded is taken.
fn check_granted<'a>(
    view: View<'_>,
    adopted: &'a AdoptedPolicy,
    member: &Member,
    new: &GiveGrant,
) -> Result<&'a GrantTerms, Undecided> {
    let given = |as_member: &Member| IssuanceRejection::GrantGiven {
        member: member.id.clone(),
        as_member: as_member.id.clone(),
    };
    if member.granted {
        return Err(given(member).into());
    }
    let since = member.personal_since;
    let details = &policies::with_active_guardian(view, &member.details)?;
    let fields = match view.objects.personal(since)? {
        Some(personal) => Some(personal.fields.clone()),
        None if new.recorded == Some(since) => None,
        None => Some(PersonalFields::default()),
    };
    if let Some(fields) = &fields {
        let person = Person {
            details,
            fields,
            day: view.today,
        };
        eligibility::allows(adopted, &Ask::Grant(person))?;
        if let Some(identity) = fields.identity {
            for other in view.objects.identified(identity)? {
                let other = view.objects.member(other)?;
                if let Some(other) = other.filter(|other| other.granted) {
                    return Err(given(other).into());
                }
            }
        }
    }
    let none = || unfit(&member.account, "the policy grants nothing");
    Ok(adopted.policy().grant.as_ref().ok_or_else(none)?)
}
