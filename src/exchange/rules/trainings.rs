//! Trainings that members attended: what they earn by the policy of their day, and taking one
//! back.

use super::{
    Plan, Ruling, Undecided, View,
    accounts::{self, unfit},
    doers, eligibility, entries, issuing, membership, policies,
};
use crate::exchange::{
    AdoptedPolicy, Day, Fact, Member, MemberState, Qualification, Rejection, StepId,
    policy::{Months, TrainingPoints, TrainingTerms},
    training::{
        AnnulTraining, Assessment, Attendance, MAX_MINUTES, MIN_MINUTES, PointsEarned,
        RecordTraining, Training, TrainingAnnulled, TrainingCommand, TrainingDayId, TrainingFact,
        TrainingId, TrainingRecorded, TrainingRejection,
    },
};
use crate::ledger::{self, AccountKind, Amount, Label, Principal, Reversal};

pub(super) fn decide(view: View<'_>, command: &TrainingCommand, by: &Principal) -> Ruling {
    match command {
        TrainingCommand::Record(new) => record(view, new, by),
        TrainingCommand::Annul(new) => annul(view, new, by),
    }
}

fn fact(fact: TrainingFact) -> Fact {
    Fact::Training(Box::new(fact))
}

fn known(view: View<'_>, training: TrainingId) -> Result<&Training, Undecided> {
    let found = view.objects.training(training)?;
    Ok(found.ok_or(TrainingRejection::TrainingUnknown { training })?)
}

fn record(view: View<'_>, new: &RecordTraining, by: &Principal) -> Ruling {
    let attendance = &new.attendance;
    let member = membership::known(view, &attendance.member, by)?;
    let staff = doers::neutral_staff(view, &member.centre, &[member], by)?;
    membership::check_state(member, &[MemberState::Active], "recorded as trained")?;
    check_attendance(view, attendance)?;
    let adopted = eligibility::policy_on(view, &member.centre, attendance.on)?;
    let terms = terms_of(adopted, attendance)?;
    check_first(view, attendance)?;
    let withheld = terms.assessed && attendance.assessment != Some(Assessment::Passed);
    let earning = (!withheld).then_some(terms);
    let qualification = match earning {
        Some(terms) => qualification(terms, member, attendance)?,
        None => None,
    };
    let points = earning.and_then(|terms| terms.points.as_ref());
    let (points, ledger) = match points {
        Some(terms) => earn(view, new, member, terms).map(|(one, all)| (Some(one), all))?,
        None => {
            let limits = policies::new_limits(view, &member.centre, &member.account)?;
            (None, limits.into_iter().collect())
        }
    };
    let fact = fact(TrainingFact::Recorded(TrainingRecorded {
        record: new.clone(),
        centre: member.centre.clone(),
        policy: adopted.version,
        withheld,
        qualification,
        points,
        by: staff.terms.number.clone(),
    }));
    Ok(Plan::with_ledger(fact, ledger).into())
}

fn check_attendance(view: View<'_>, attendance: &Attendance) -> Result<(), TrainingRejection> {
    let (on, today) = (attendance.on, view.today);
    if on > today {
        return Err(TrainingRejection::TrainingInFuture { on, today });
    }
    let minutes = attendance.minutes;
    match (MIN_MINUTES..=MAX_MINUTES).contains(&minutes.get()) {
        true => Ok(()),
        false => Err(TrainingRejection::TrainingLength { minutes }),
    }
}

fn terms_of<'a>(
    adopted: &'a AdoptedPolicy,
    attendance: &Attendance,
) -> Result<&'a TrainingTerms, TrainingRejection> {
    let found = adopted.policy().training(&attendance.code);
    found.ok_or_else(|| TrainingRejection::TrainingCodeUnknown {
        policy: adopted.id(),
        code: attendance.code.clone(),
    })
}

/// That the member attended no other training of the code on the day, but for such as were
/// annulled.
fn check_first(view: View<'_>, attendance: &Attendance) -> Result<(), Undecided> {
    let id = TrainingDayId::of(attendance);
    let Some(training) = view.objects.training_on(&id)? else {
        return Ok(());
    };
    if known(view, training)?.annulled.is_some() {
        return Ok(());
    }
    let TrainingDayId { member, code, on } = id;
    Err(TrainingRejection::TrainingRepeated {
        member,
        code,
        on,
        training,
    }
    .into())
}

/// What a member is qualified for by a training. None where it is nothing, or they have the same
/// for longer: what is entered late takes nothing away.
fn qualification(
    terms: &TrainingTerms,
    member: &Member,
    attendance: &Attendance,
) -> Result<Option<Qualification>, Rejection> {
    let Some(code) = &terms.qualification else {
        return Ok(None);
    };
    let new = Qualification {
        code: code.clone(),
        since: attendance.on,
        until: terms
            .valid_months
            .and_then(|months| lapses_on(attendance.on, months)),
        training: Some(attendance.reference.clone()),
    };
    let mut held = member.qualifications.iter();
    match held.find(|held| held.code == *code) {
        Some(held) if covers(held, &new) => Ok(None),
        _ => {
            membership::check_room(member, code)?;
            Ok(Some(new))
        }
    }
}

/// Whether a qualification makes another of its code needless: it lasts longer, or as long and
/// from no later day on.
fn covers(held: &Qualification, new: &Qualification) -> bool {
    let end = |one: &Qualification| one.until.unwrap_or(Day::LAST);
    (end(held), new.since) >= (end(new), held.since)
}

/// The last day of what lapses so many months after a day. None where no day can be written then.
fn lapses_on(on: Day, months: Months) -> Option<Day> {
    on.plus_months(months.get()).map(Day::before)
}

/// The points of a training, and what the ledger does for them.
fn earn(
    view: View<'_>,
    new: &RecordTraining,
    member: &Member,
    terms: &TrainingPoints,
) -> Result<(PointsEarned, Vec<ledger::Command>), Undecided> {
    let TrainingPoints { unit, points, from } = terms;
    let source = issuing::known(view, from)?;
    policies::check_ours(view, &member.centre, policies::TRAINING_FROM, from)?;
    let account = member.account_of(unit);
    let account = account.ok_or_else(|| {
        let why = format!("its id is too long for one of {unit} beside it");
        unfit(&member.account, why)
    })?;
    let amount = Amount::new((*points).into());
    let amount = amount.map_err(|_| unfit(from, "the training is worth nothing"))?;
    let opened = accounts::plain(account.clone(), AccountKind::Member, unit);
    let opening = accounts::opening(view.book, opened)?;
    let out = issuing::Out {
        source,
        to: &account,
        amount,
        kind: Label::training(),
    };
    let entry = out.entry(view, new.id.0, Some(member))?;
    let earned = PointsEarned {
        unit: unit.clone(),
        account: account.clone(),
        amount,
    };
    Ok((earned, opening.into_iter().chain(entry).collect()))
}

fn annul(view: View<'_>, new: &AnnulTraining, by: &Principal) -> Ruling {
    let training = known(view, new.training)?;
    let member = eligibility::known_member(view, &training.attendance.member, "member_id")?;
    let staff = doers::neutral_staff(view, &training.centre, &[member], by)?;
    if training.annulled.is_some() {
        let training = training.id;
        return Err(TrainingRejection::TrainingStateWrong { training }.into());
    }
    membership::check_state(member, &membership::PRESENT, "rid of a training")?;
    let made = training.qualification.as_ref();
    let withdrawn = made.is_some_and(|made| member.qualifications.contains(made));
    let limits = policies::new_limits(view, &member.centre, &member.account)?;
    let reversal = reversal(view, training, new)?;
    let fact = fact(TrainingFact::Annulled(TrainingAnnulled {
        annul: new.clone(),
        withdrawn,
        by: staff.terms.number.clone(),
    }));
    Ok(Plan {
        ledger: limits.into_iter().chain(reversal).collect(),
        ..Plan::with_reason(fact, Some(&new.reason))
    }
    .into())
}

/// What takes the points back, also where they were spent. None where there were none, or the
/// entry is reversed already.
fn reversal(
    view: View<'_>,
    training: &Training,
    new: &AnnulTraining,
) -> Result<Option<ledger::Command>, Undecided> {
    let entry = training.id.0;
    if training.points.is_none() || entries::is_reversed(view, entry)? {
        return Ok(None);
    }
    entries::check_unbooked(view, new.step, StepId::Own(new.step))?;
    Ok(Some(ledger::Command::ReverseEntry(Reversal {
        id: new.step,
        of: entry,
        reason: new.reason.commitment,
        note: new.reason.note.clone(),
        force: true,
        effective_at: None,
        owner: None,
    })))
}
