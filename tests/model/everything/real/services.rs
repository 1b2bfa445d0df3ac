//! What is asked of groups and trainings, as commands.

use timebank::exchange::{
    GroupCommand, GroupId, TrainingCommand,
    group::{GroupAction, GroupKind, GroupStep, GroupTerms, Listed, OpenGroup, Places},
    policy::Minutes,
    training::{AnnulTraining, Assessment, Attendance, RecordTraining, TrainingId},
};

use super::{
    account, branch, code,
    command::{moment, reason},
    day, member, uuid,
};
use crate::model::everything::{
    Ask, Id, MEMBERS,
    ask::{Doing, Of},
};

fn kind(leader: Option<Id>, payer: Option<Id>) -> GroupKind {
    let payer = payer.map(account);
    match leader {
        Some(leader) => GroupKind::Lesson {
            leader: member(leader),
            payer,
        },
        None => GroupKind::Event {
            payer: payer.expect("an account pays"),
        },
    }
}

fn listed(who: u8) -> Listed {
    let named = (0u8..).zip(MEMBERS).filter(|(at, _)| who & (1 << at) != 0);
    Listed::new(named.map(|(_, id)| member(id)).collect()).expect("each once")
}

pub(super) fn group(ask: Ask) -> GroupCommand {
    match ask {
        Ask::Open {
            id,
            leader,
            payer,
            service,
            at,
            minutes,
            places,
        } => GroupCommand::Open(OpenGroup {
            id: GroupId(uuid(Of::Step(id))),
            terms: GroupTerms {
                centre: branch("a"),
                kind: kind(leader, payer),
                service: code(service),
                at: moment(at),
                minutes: Minutes::new(minutes).expect("minutes"),
                point: None,
                places: Places::new(places).expect("places"),
            },
        }),
        Ask::StepGroup {
            step,
            group,
            doing,
            who,
        } => GroupCommand::Step(GroupStep {
            step: uuid(Of::Step(step)),
            group: GroupId(uuid(Of::Step(group))),
            action: match doing {
                Doing::Enrol => GroupAction::Enrol(listed(who)),
                Doing::Leave => GroupAction::Leave(listed(who)),
                Doing::Attend => GroupAction::Attend(listed(who)),
                Doing::Confirm => GroupAction::Confirm,
                Doing::Settle => GroupAction::Settle,
                Doing::Cancel => GroupAction::Cancel,
            },
            reason: Some(reason()),
        }),
        other => unreachable!("{other:?} is not about groups"),
    }
}

pub(super) fn training(ask: Ask) -> TrainingCommand {
    match ask {
        Ask::Train {
            id,
            member: who,
            code: what,
            on,
            minutes,
            passed,
        } => TrainingCommand::Record(RecordTraining {
            id: TrainingId(uuid(Of::Step(id))),
            attendance: Attendance {
                member: member(who),
                code: code(what),
                on: day(on),
                minutes: Minutes::new(minutes).expect("minutes"),
                reference: code("hall"),
                assessment: passed.map(|passed| match passed {
                    true => Assessment::Passed,
                    false => Assessment::Failed,
                }),
            },
        }),
        Ask::Annul { step, training } => TrainingCommand::Annul(AnnulTraining {
            step: uuid(Of::Step(step)),
            training: TrainingId(uuid(Of::Step(training))),
            reason: reason(),
        }),
        other => unreachable!("{other:?} is not about trainings"),
    }
}
