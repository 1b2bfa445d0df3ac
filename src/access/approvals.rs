//! Which commands one person gives after another: these are for principals, never for whom somebody
//! says that they act.

use crate::exchange::{
    Command, GroupCommand, OversightCommand, PeriodCommand, PoolCommand,
    group::GroupAction,
    order::{NeedVerb, OrderVerb},
    pool::ReliefAction,
};

/// What a command is, where it matters who gives it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Weight {
    /// It says yes or no to what others began.
    Approval,
    /// It confirms, or evaluates, what somebody took part in.
    Confirmation,
    /// Anything else.
    None,
}

/// What a command is.
pub(super) fn weight(command: &Command) -> Weight {
    match command {
        Command::ApproveExit(_) | Command::EraseMember(_) => Weight::Approval,
        Command::StepNeed(step) => match step.action.verb() {
            NeedVerb::Approve | NeedVerb::Decline => Weight::Approval,
            NeedVerb::Offer
            | NeedVerb::Withdraw
            | NeedVerb::Accept
            | NeedVerb::Cancel
            | NeedVerb::Repeat => Weight::None,
            // By staff it is an approval of what it is changed to.
            NeedVerb::Change => Weight::Confirmation,
        },
        Command::StepOrder(step) => match step.action.verb() {
            OrderVerb::Approve | OrderVerb::Decline | OrderVerb::Resolve | OrderVerb::Correct => {
                Weight::Approval
            }
            OrderVerb::Confirm | OrderVerb::Change => Weight::Confirmation,
            OrderVerb::CheckIn
            | OrderVerb::CheckOut
            | OrderVerb::Settle
            | OrderVerb::Cancel
            | OrderVerb::NoShow
            | OrderVerb::Dispute => Weight::None,
        },
        Command::Pool(command) => match &**command {
            PoolCommand::StepRelief(step) => match &step.action {
                ReliefAction::Approve { .. } | ReliefAction::Decline { .. } => Weight::Approval,
                ReliefAction::Withdraw { .. } | ReliefAction::Return { .. } => Weight::None,
            },
            _ => Weight::None,
        },
        Command::Group(command) => match &**command {
            GroupCommand::Step(step) => match step.action {
                GroupAction::Confirm => Weight::Approval,
                _ => Weight::None,
            },
            GroupCommand::Open(_) => Weight::None,
        },
        Command::Period(PeriodCommand::SignOff(_)) => Weight::Approval,
        Command::Oversight(command) => match &**command {
            OversightCommand::File(_) | OversightCommand::Draw(_) => Weight::Confirmation,
            OversightCommand::Show(_) => Weight::None,
        },
        _ => Weight::None,
    }
}
