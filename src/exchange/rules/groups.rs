//! Groups: who takes part, and what is paid for it.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Plan, Ruling, Undecided, View,
    accounts::{self, unfit},
    booking, doers, eligibility, entries, issuing, membership, needs, periods, policies, staff_of,
};
use crate::exchange::{
    AdoptedPolicy, Fact, Member, MemberId, MemberState, NotLoaded, ObjectId, OrderRejection,
    Rejection, StepId, Wants, WeekId,
    group::{
        Grounds, Group, GroupAction, GroupCommand, GroupFact, GroupId, GroupKind, GroupOpened,
        GroupRejection, GroupStep, GroupStepped, GroupTerms, GroupVerb, LEGS_OF_ENTRY, Listed,
        OpenGroup,
    },
    policy::{Ask, Service},
};
use crate::ledger::{
    self, AccountId, AccountKind, Amount, BookingId, Entry, Label, NewEntry, Origin, Principal,
    Transfer, Transfers, UnitId,
};

pub(super) fn decide(view: View<'_>, command: &GroupCommand, by: &Principal) -> Ruling {
    match command {
        GroupCommand::Open(new) => open(view, new, by),
        GroupCommand::Step(new) => step(view, new, by),
    }
}

fn fact(fact: GroupFact) -> Fact {
    Fact::Group(Box::new(fact))
}

fn known(view: View<'_>, group: GroupId) -> Result<&Group, Undecided> {
    let found = view.objects.group(group)?;
    Ok(found.ok_or(GroupRejection::GroupUnknown { group })?)
}

fn open(view: View<'_>, new: &OpenGroup, by: &Principal) -> Ruling {
    let terms = &new.terms;
    let staff = staff_of(view.objects, &terms.centre, by)?;
    let on = view.day(terms.at);
    let adopted = eligibility::policy_on(view, &terms.centre, on)?;
    let service = service_of(adopted, terms)?;
    needs::check_near(view, on)?;
    let days_ago = u32::try_from(on.days_until(view.today)).unwrap_or(0);
    let length = terms.minutes;
    eligibility::allows(adopted, &Ask::Exchange { length, days_ago })?;
    if let Some(id) = terms.kind.leader() {
        let leader = eligibility::known_member(view, id, "leader_id")?;
        check_takes_part(terms, leader)?;
        eligibility::check_qualified(adopted.policy(), service, leader, on)?;
    }
    let each = match paid_by(view, adopted, &terms.kind)? {
        Paid::ByLearners(fee) => fee,
        Paid::By(payer) => {
            issuing::check_pays_on(view, payer, on)?;
            booking::held_amount(adopted, service, length)?
        }
    };
    let grounds = Grounds {
        on,
        policy: adopted.version,
        each,
    };
    Ok(fact(GroupFact::Opened(GroupOpened {
        open: new.clone(),
        grounds,
        by: staff.terms.number.clone(),
    }))
    .into())
}

/// A service of the catalogue that groups can be of: of hours; a lesson is for several at once.
fn service_of<'a>(
    adopted: &'a AdoptedPolicy,
    terms: &GroupTerms,
) -> Result<&'a Service, Undecided> {
    let found = adopted.policy().service(&terms.service);
    let service = found.ok_or_else(|| Rejection::ServiceUnknown {
        policy: adopted.id(),
        service: terms.service.clone(),
    })?;
    let unfit = |why| OrderRejection::ServiceUnfit {
        policy: adopted.id(),
        service: terms.service.clone(),
        why,
    };
    if service.unit != UnitId::time() {
        return Err(unfit("it earns no hours, and a group earns nothing else").into());
    }
    match terms.kind {
        GroupKind::Lesson { .. } if !service.group => {
            Err(unfit("it is for one, and a lesson is for several at once").into())
        }
        GroupKind::Lesson { .. } | GroupKind::Event { .. } => Ok(service),
    }
}

/// Who pays.
enum Paid<'a> {
    /// Each who learns, so much.
    ByLearners(Amount),
    By(&'a AccountId),
}

/// Who pays, by the policy: those who learn, where it has a fee, or the account that is named.
fn paid_by<'a>(
    view: View<'_>,
    adopted: &AdoptedPolicy,
    kind: &'a GroupKind,
) -> Result<Paid<'a>, Undecided> {
    let unfit = |why| GroupRejection::GroupPayerUnfit {
        policy: adopted.id(),
        why,
    };
    let fee = match kind {
        GroupKind::Lesson { .. } => adopted.policy().group.lesson_fee,
        GroupKind::Event { .. } => None,
    };
    match (fee, kind.payer()) {
        (None, None) => {
            Err(unfit("it has no fee for lessons (group.lesson_fee); name an account").into())
        }
        (Some(_), Some(_)) => {
            Err(unfit("those who learn pay its fee (group.lesson_fee); name no account").into())
        }
        (Some(fee), None) => {
            let fee = Amount::new(fee.get());
            Ok(Paid::ByLearners(fee.map_err(|_| unfit("its fee is none"))?))
        }
        (None, Some(payer)) => {
            check_payer(view, adopted, payer)?;
            Ok(Paid::By(payer))
        }
    }
}

/// That an account pays for groups: one of the centre's own bodies, or a source that its policy
/// names.
fn check_payer(view: View<'_>, adopted: &AdoptedPolicy, id: &AccountId) -> Result<(), Undecided> {
    let centre = &adopted.centre;
    let account = accounts::open_account(view.book, id, &UnitId::time())?;
    match account.kind {
        AccountKind::Organisation | AccountKind::Project => match centre.contains(id.as_str()) {
            true => Ok(()),
            false => Err(unfit(id, format!("it is not of centre {centre}")).into()),
        },
        // Who may spend what is in a pool is not theirs to say who open a group.
        AccountKind::Pool => {
            policies::check_ours(view, centre, "payment.payer", id)?;
            eligibility::allows(adopted, &Ask::PayFrom(id))
        }
        AccountKind::Issuance => {
            policies::check_ours(view, centre, "issuance.sources", id)?;
            match adopted.policy().judge(&Ask::PayFrom(id)) {
                Ok(()) => Ok(()),
                Err(_) => eligibility::allows(adopted, &Ask::Issue(id)),
            }
        }
        AccountKind::Member | AccountKind::Redemption | AccountKind::Clearing => {
            let why = format!("one of kind {} pays for no group", account.kind);
            Err(unfit(id, why).into())
        }
    }
}

/// That a member is an active one of the group's centre.
fn check_takes_part(terms: &GroupTerms, member: &Member) -> Result<(), Undecided> {
    membership::check_state(member, &[MemberState::Active], "taking part in a group")?;
    match member.centre == terms.centre {
        true => Ok(()),
        false => Err(Rejection::MemberElsewhere {
            member: member.id.clone(),
            centre: member.centre.clone(),
        }
        .into()),
    }
}

fn step(view: View<'_>, new: &GroupStep, by: &Principal) -> Ruling {
    let group = known(view, new.group)?;
    let staff = staff_of(view.objects, &group.terms.centre, by)?;
    check_open(group, new.action.verb())?;
    let ledger = match &new.action {
        GroupAction::Enrol(listed) => check_enrols(view, group, listed).map(|()| Vec::new()),
        GroupAction::Leave(listed) => check_placed(view, group, listed).map(|()| Vec::new()),
        GroupAction::Attend(listed) => check_attends(view, group, listed).map(|()| Vec::new()),
        GroupAction::Confirm => check_over(view, group).map(|()| Vec::new()),
        GroupAction::Settle => settle(view, group, new.step, by),
        GroupAction::Cancel => Ok(Vec::new()),
    }?;
    let fact = fact(GroupFact::Stepped(GroupStepped {
        step: new.clone(),
        by: staff.terms.number.clone(),
    }));
    Ok(Plan {
        ledger,
        ..Plan::with_reason(fact, new.reason.as_ref())
    }
    .into())
}

/// That a step is open to the group as it stands.
fn check_open(group: &Group, step: GroupVerb) -> Result<(), GroupRejection> {
    let state = group.state;
    match state.leads(step) {
        Some(_) => Ok(()),
        None => Err(GroupRejection::GroupStateWrong {
            group: group.id,
            state,
            step,
        }),
    }
}

fn check_enrols(view: View<'_>, group: &Group, listed: &Listed) -> Result<(), Undecided> {
    let terms = &group.terms;
    let adopted = eligibility::policy_on(view, &terms.centre, group.grounds.on)?;
    for id in listed.as_slice() {
        let member = eligibility::known_member(view, id, "member_ids")?;
        check_takes_part(terms, member)?;
        match &terms.kind {
            GroupKind::Lesson { leader, .. } if leader == id => {
                let member = id.clone();
                return Err(OrderRejection::ProviderIsRecipient { member }.into());
            }
            GroupKind::Lesson { .. } => {}
            GroupKind::Event { .. } => {
                let service = service_of(adopted, terms)?;
                eligibility::check_qualified(adopted.policy(), service, member, group.grounds.on)?;
            }
        }
        if view.objects.place_in(group.id, id)?.is_some() {
            let (group, member) = (group.id, id.clone());
            return Err(GroupRejection::PlaceTaken { group, member }.into());
        }
    }
    let requested = listed.count();
    let (places, enrolled) = (terms.places.get(), group.enrolled);
    match enrolled.saturating_add(requested) > places {
        false => Ok(()),
        true => Err(GroupRejection::GroupFull {
            group: group.id,
            places,
            enrolled,
            requested,
        }
        .into()),
    }
}

/// That each of these has a place.
fn check_placed(view: View<'_>, group: &Group, listed: &Listed) -> Result<(), Undecided> {
    listed
        .as_slice()
        .iter()
        .try_for_each(|id| placed(view, group, id).map(drop))
}

/// Whether somebody who must have a place attended.
fn placed(view: View<'_>, group: &Group, id: &MemberId) -> Result<bool, Undecided> {
    let found = view.objects.place_in(group.id, id)?;
    let (group, member) = (group.id, id.clone());
    Ok(found.ok_or(GroupRejection::PlaceUnknown { group, member })?)
}

fn check_attends(view: View<'_>, group: &Group, listed: &Listed) -> Result<(), Undecided> {
    let (at, now) = (group.terms.at, view.now);
    if now < at {
        let group = group.id;
        return Err(GroupRejection::GroupNotBegun { group, at, now }.into());
    }
    for id in listed.as_slice() {
        if placed(view, group, id)? {
            let (group, member) = (group.id, id.clone());
            return Err(GroupRejection::AttendedAlready { group, member }.into());
        }
    }
    Ok(())
}

fn check_over(view: View<'_>, group: &Group) -> Result<(), Undecided> {
    let (until, now) = (group.until(), view.now);
    if now < until {
        let group = group.id;
        return Err(GroupRejection::GroupNotOver { group, until, now }.into());
    }
    match group.attended {
        0 => Err(GroupRejection::NobodyAttended { group: group.id }.into()),
        _ => Ok(()),
    }
}

/// What settles a group: as many entries as its legs fill, all of them or none.
fn settle(
    view: View<'_>,
    group: &Group,
    step: BookingId,
    by: &Principal,
) -> Result<Vec<ledger::Command>, Undecided> {
    if group.attended == 0 {
        return Err(nobody(group).into());
    }
    let parties = parties(view, group)?;
    let staff = doers::neutral_staff(view, &group.terms.centre, &parties, by)?;
    if let Some(confirmed_by) = &group.confirmed_by {
        doers::check_another(view, staff, confirmed_by)?;
    }
    let legs = legs(group, &parties)?;
    check_loaded(view, group, step, &legs)?;
    let mut ledger = Vec::new();
    for member in &parties {
        ledger.extend(policies::new_limits(view, &member.centre, &member.account)?);
    }
    let touched = legs.iter().flat_map(|leg| [leg.debit(), leg.credit()]);
    let effective_at = periods::effective_at(view, touched, group.terms.at);
    let tags = booking::tags(&group.terms.service, group.terms.point.as_ref());
    let tags = tags.map_err(|_| unfit_tags(group))?;
    let parts = legs.chunks(usize::try_from(LEGS_OF_ENTRY).unwrap_or(usize::MAX));
    for (id, part) in group.entry_ids(step).zip(parts) {
        entries::check_unbooked(view, id, StepId::Own(step))?;
        let transfers = Transfers::new(part.to_vec());
        let entry = Entry {
            id,
            transfers: transfers.map_err(|_| nobody(group))?,
            effective_at: Some(effective_at),
            kind: Label::service(),
            tags: tags.clone(),
            note: None,
            origin: Origin::Posted,
        };
        ledger.push(ledger::Command::PostEntry(NewEntry {
            entry: Arc::new(entry),
            units: Vec::new(),
            note: None,
            opens: Vec::new(),
        }));
    }
    Ok(ledger)
}

fn nobody(group: &Group) -> GroupRejection {
    GroupRejection::NobodyAttended { group: group.id }
}

fn unfit_tags(group: &Group) -> Rejection {
    unfit_service(group, "its code is no tag").into()
}

fn unfit_service(group: &Group, why: &'static str) -> OrderRejection {
    OrderRejection::ServiceUnfit {
        policy: crate::exchange::PolicyId {
            centre: group.terms.centre.clone(),
            version: group.grounds.policy,
        },
        service: group.terms.service.clone(),
        why,
    }
}

/// All members who take part in what is settled: whoever leads first. All are asked for before
/// one is missed, as there may be ten thousand.
fn parties<'a>(view: View<'a>, group: &Group) -> Result<Vec<&'a Member>, Undecided> {
    let attended = view.objects.attended(group.id)?;
    let ids: Vec<_> = group
        .terms
        .kind
        .leader()
        .into_iter()
        .chain(attended)
        .collect();
    let members = ids.iter().map(|id| ObjectId::Member((*id).clone()));
    let on = group.grounds.on;
    let serving = match group.terms.kind {
        GroupKind::Lesson { .. } => 1,
        GroupKind::Event { .. } => ids.len(),
    };
    let weeks = ids.iter().take(serving);
    let weeks = weeks.map(|id| ObjectId::Week(Box::new(WeekId::of(id, on))));
    view.objects.check_loaded(members.chain(weeks))?;
    ids.iter()
        .map(|id| eligibility::known_member(view, id, "member_ids"))
        .collect()
}

fn legs(group: &Group, parties: &[&Member]) -> Result<Vec<Transfer>, Undecided> {
    let each = group.grounds.each;
    let leg = |from: &AccountId, to: &AccountId| {
        let leg = Transfer::new(from.clone(), to.clone(), each);
        leg.map_err(|_| Undecided::from(unfit(to, "it would pay itself")))
    };
    match &group.terms.kind {
        GroupKind::Event { payer } => {
            let all = parties.iter();
            all.map(|helper| leg(payer, &helper.account)).collect()
        }
        GroupKind::Lesson { payer, .. } => {
            let Some((leader, learners)) = parties.split_first() else {
                return Ok(Vec::new());
            };
            match payer {
                Some(payer) => Ok(vec![leg(payer, &leader.account)?]),
                None => {
                    let all = learners.iter();
                    all.map(|learner| leg(&learner.account, &leader.account))
                        .collect()
                }
            }
        }
    }
}

/// That all is loaded of the ledger that settling touches: it is asked for at once.
fn check_loaded(
    view: View<'_>,
    group: &Group,
    step: BookingId,
    legs: &[Transfer],
) -> Result<(), NotLoaded> {
    let mut wants = ledger::Wants::default();
    let accounts: BTreeSet<_> = legs
        .iter()
        .flat_map(|leg| [leg.debit(), leg.credit()])
        .collect();
    for id in accounts {
        if view.book.account(id).is_err() {
            wants.accounts.push(id.clone());
        }
    }
    for id in group.entry_ids(step) {
        if view.book.booking(id).is_err() {
            wants.bookings.push(id);
        }
    }
    match wants.is_empty() {
        true => Ok(()),
        false => Err(NotLoaded::from(Wants {
            ledger: wants,
            ..Wants::default()
        })),
    }
}
