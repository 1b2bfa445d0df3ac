//! What is asked of visits, as commands.

use timebank::exchange::{
    OrderId, OrderStep, RecordVisit,
    order::{Evidence, OrderAction, Sheet, SheetNumber, VisitVerdicts},
    oversight::{FileEvaluation, Findings},
    policy::Minutes,
};

use super::{
    code,
    command::{moment, reason},
    member, uuid,
};
use crate::model::everything::{
    Ask,
    ask::{Of, Seen, Step},
};

pub(super) fn visit(ask: Ask) -> RecordVisit {
    let Ask::Visit {
        id,
        recipient,
        provider,
        at,
        minutes,
    } = ask
    else {
        unreachable!("{ask:?} is no visit");
    };
    RecordVisit {
        id: OrderId(uuid(Of::Step(id))),
        recipient: member(recipient),
        provider: member(provider),
        service: code("walk"),
        at: moment(at),
        minutes: Minutes::new(minutes).expect("minutes"),
        pay_from: None,
        point: None,
        channel: None,
        sheet: Sheet {
            number: SheetNumber::parse("7").expect("a number"),
            hash: None,
        },
        recorded: VisitVerdicts::default(),
    }
}

pub(super) fn step(step: Step, order: Step, seen: Seen) -> OrderStep {
    OrderStep {
        step: uuid(Of::Step(step)),
        order: OrderId(uuid(Of::Step(order))),
        action: match seen {
            Seen::Approve => OrderAction::Approve,
            Seen::Decline => OrderAction::Decline,
            Seen::Settle => OrderAction::Settle,
        },
        reason: Some(reason()),
    }
}

pub(super) fn evaluation(step: Step, order: Step, is_denied: bool) -> FileEvaluation {
    FileEvaluation {
        step: uuid(Of::Step(step)),
        order: OrderId(uuid(Of::Step(order))),
        findings: match is_denied {
            true => Findings::Denied,
            false => Findings::NotReached,
        },
        evidence: Evidence::default(),
        reason: None,
    }
}
