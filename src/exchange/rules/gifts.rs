//! Gifts of hours, as far as the policy of the giver's centre lets them.

use super::{
    Plan, Ruling, Undecided, View,
    accounts::{self, unfit},
    doers, eligibility, entries, membership, policies,
};
use crate::exchange::{
    AdoptedPolicy, Branch, Doer, Fact, Member, MemberId, MemberState, Objects,
    policy::{Ask, Giver, Receiver},
    pool::{GiveHours, HoursGiven, PoolFact, PoolRejection},
};
use crate::ledger::{
    self, Account, AccountId, AccountKind, Label, Principal, Sequence, Transfer, UnitId,
};

pub(super) fn give(view: View<'_>, new: &GiveHours, by: &Principal) -> Ruling {
    let from = From::of(view, &new.from)?;
    let to = To::of(view, &new.to)?;
    let by = from.doer(view, &to, by)?;
    from.check_state()?;
    to.check_state()?;
    let adopted = eligibility::policy_on(view, from.centre(), view.today)?;
    let verdict_on = check_allowed(view, adopted, (&from, &to), new.recorded)?;
    check_free(view, new)?;
    let transfer = Transfer::new(new.from.clone(), new.to.clone(), new.amount);
    let transfer = transfer.map_err(|_| unfit(&new.to, "it is the giver's own"))?;
    let entry = entries::of_step(view, new.step, Label::gift(), transfer)?;
    let limits = [from.member(), to.member()].into_iter().flatten();
    let limits = limits.map(|one| policies::new_limits(view, &one.centre, &one.account));
    let limits = limits.collect::<Result<Vec<_>, _>>()?;
    let fact = Fact::Pool(Box::new(PoolFact::Given(HoursGiven {
        give: GiveHours {
            recorded: None,
            ..new.clone()
        },
        by,
        policy: adopted.version,
        verdict_on,
    })));
    Ok(Plan {
        ledger: limits.into_iter().flatten().chain([entry]).collect(),
        ..Plan::with_reason(fact, new.reason.as_ref())
    }
    .into())
}

/// An open account of hours.
fn account_of_hours<'a>(view: View<'a>, id: &AccountId) -> Result<&'a Account, Undecided> {
    accounts::open_account(view.book, id, &UnitId::time())
}

/// Who gives.
enum From<'a> {
    Member(&'a Member),
    /// An organisation of a centre.
    Organisation(&'a Branch),
}

impl<'a> From<'a> {
    fn of(view: View<'a>, id: &AccountId) -> Result<Self, Undecided> {
        let account = account_of_hours(view, id)?;
        if let Some(member) = view.objects.member_of(id)? {
            return Ok(Self::Member(member));
        }
        match (account.kind, around(view.objects, id)) {
            (AccountKind::Organisation, Some(centre)) => Ok(Self::Organisation(centre)),
            (AccountKind::Organisation, None) => {
                Err(unfit(id, "it is in the branch of no centre").into())
            }
            (kind, _) => {
                let why = format!("it is of kind {kind}; members and organisations give");
                Err(unfit(id, why).into())
            }
        }
    }

    fn member(&self) -> Option<&'a Member> {
        match self {
            Self::Member(member) => Some(member),
            Self::Organisation(_) => None,
        }
    }

    fn centre(&self) -> &'a Branch {
        match self {
            Self::Member(member) => &member.centre,
            Self::Organisation(centre) => centre,
        }
    }

    /// Whoever gives: the member, one who acts for them and gets nothing of it, or staff to
    /// whom nothing of it goes.
    fn doer(&self, view: View<'_>, to: &To<'_>, by: &Principal) -> Result<Doer, Undecided> {
        let parties: Vec<_> = to.member().into_iter().collect();
        let doer = match self {
            Self::Member(member) => doers::doer_for(view, &member.centre, member, by)?,
            Self::Organisation(centre) => {
                let staff = doers::neutral_staff(view, centre, &parties, by)?;
                return Ok(Doer::Staff(staff.terms.number.clone()));
            }
        };
        match (&doer, self) {
            (Doer::Member(acting), Self::Member(giver)) if *acting != giver.id => {
                check_gains_nothing(view, acting, giver, to)?;
            }
            (Doer::Staff(_), _) => {
                doers::neutral_staff(view, self.centre(), &parties, by)?;
            }
            (Doer::Member(_), _) => {}
        }
        Ok(doer)
    }

    fn check_state(&self) -> Result<(), Undecided> {
        match self {
            Self::Member(giver) => Ok(membership::check_state(
                giver,
                &[MemberState::Active],
                "giving",
            )?),
            Self::Organisation(_) => Ok(()),
        }
    }
}

/// That nothing goes to somebody who acts for another, nor to a relative of theirs.
fn check_gains_nothing(
    view: View<'_>,
    acting: &MemberId,
    giver: &Member,
    to: &To<'_>,
) -> Result<(), Undecided> {
    let Some(receiver) = to.member() else {
        return Ok(());
    };
    let actor = eligibility::known_member(view, acting, "actor")?;
    let is_relative = |one: &Member, other: &Member| one.details.relative_ids.contains(&other.id);
    let gains =
        receiver.id == *acting || is_relative(actor, receiver) || is_relative(receiver, actor);
    match gains {
        false => Ok(()),
        true => Err(PoolRejection::GiftToActor {
            member: acting.clone(),
            giver: giver.id.clone(),
        }
        .into()),
    }
}

/// Who is given to.
enum To<'a> {
    Member(&'a Member),
    Pool,
}

impl<'a> To<'a> {
    fn of(view: View<'a>, id: &AccountId) -> Result<Self, Undecided> {
        let account = account_of_hours(view, id)?;
        match (view.objects.member_of(id)?, account.kind) {
            (Some(member), _) => Ok(Self::Member(member)),
            (None, AccountKind::Pool) => Ok(Self::Pool),
            (None, kind) => {
                let why = format!("it is of kind {kind}; gifts go to members and pools");
                Err(unfit(id, why).into())
            }
        }
    }

    fn member(&self) -> Option<&'a Member> {
        match self {
            Self::Member(member) => Some(member),
            Self::Pool => None,
        }
    }

    fn check_state(&self) -> Result<(), Undecided> {
        match self {
            Self::Member(member) => Ok(membership::check_state(
                member,
                &membership::PRESENT,
                "given hours",
            )?),
            Self::Pool => Ok(()),
        }
    }
}

fn around<'a>(objects: &'a Objects, id: &AccountId) -> Option<&'a Branch> {
    let centre = objects.centre_around(id.as_str())?;
    Some(&centre.terms.prefix)
}

/// That the policy lets somebody give to such as these. The record of the personal fields that
/// were asked for, where some were.
fn check_allowed(
    view: View<'_>,
    adopted: &AdoptedPolicy,
    (from, to): (&From<'_>, &To<'_>),
    recorded: Option<Sequence>,
) -> Result<Option<Sequence>, Undecided> {
    let by = match from {
        From::Member(_) => Giver::Member,
        From::Organisation(_) => Giver::Organisation,
    };
    let To::Member(receiver) = to else {
        let to = Receiver::Pools;
        return eligibility::allows(adopted, &Ask::Give { by, to }).map(|()| None);
    };
    let is_relative = from
        .member()
        .is_some_and(|giver| giver.details.relative_ids.contains(&receiver.id));
    let plainly = match is_relative {
        true => Receiver::Relatives,
        false => Receiver::Members,
    };
    let allowed = |to| adopted.policy().judge(&Ask::Give { by, to });
    match allowed(plainly) {
        Ok(()) => Ok(None),
        Err(_)
            if allowed(Receiver::Hardship).is_ok() && is_in_hardship(view, receiver, recorded)? =>
        {
            Ok(Some(receiver.personal_since))
        }
        Err(breach) => Err(eligibility::forbidden(adopted, breach).into()),
    }
}

/// Whether hardship of a member is attested. Where what is known of them was erased, what is
/// recorded is taken.
fn is_in_hardship(
    view: View<'_>,
    member: &Member,
    recorded: Option<Sequence>,
) -> Result<bool, Undecided> {
    let since = member.personal_since;
    Ok(match view.objects.personal(since)? {
        Some(personal) => {
            let attested = personal.fields.hardship.as_ref();
            attested.is_some_and(|attested| attested.since <= view.today)
        }
        None => recorded == Some(since),
    })
}

/// That the giver has what they give: a floor below nothing is for being served.
fn check_free(view: View<'_>, new: &GiveHours) -> Result<(), Undecided> {
    let account = account_of_hours(view, &new.from)?;
    let available = free(account);
    match available >= new.amount.steps() {
        true => Ok(()),
        false => Err(PoolRejection::GiftBeyondBalance {
            account: new.from.clone(),
            available,
            requested: new.amount,
        }
        .into()),
    }
}

/// What stands on an account and is not held.
fn free(account: &ledger::Account) -> i64 {
    (account.balance.steps() - account.held.steps()).max(0)
}
