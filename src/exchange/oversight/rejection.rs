//! Why the time bank refuses what is asked of those who watch over it.

use crate::exchange::{Branch, MemberId, OrderId, OrderState, StaffNumber, policy::Minutes};

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OversightRejection {
    #[error("order {order} is not evaluated yet; `ledger-cli evaluation file` files what is found")]
    EvaluationUnknown { order: OrderId },
    #[error(
        "order {order} is {state}; only orders are evaluated that were settled, by themselves or \
         where a dispute ended"
    )]
    OrderNotSettled { order: OrderId, state: OrderState },
    #[error(
        "staff {number} acted in order {order} themselves, as the one who {did}; have somebody \
         evaluate it who did not"
    )]
    EvaluatorActed {
        number: StaffNumber,
        order: OrderId,
        did: &'static str,
    },
    #[error("{told} is longer than the {max} that an order may last; look at what was told again")]
    ToldTooLong { told: Minutes, max: Minutes },
    #[error("order {order} was evaluated {max} times already, the most there are")]
    TooManyEvaluations { order: OrderId, max: usize },
    #[error("{member} is neither provider nor recipient of order {order}; name an order of theirs")]
    NotOfOrder { member: MemberId, order: OrderId },
    #[error(
        "staff {number} would draw a sample for themselves; whoever asks about visits has others \
         draw them"
    )]
    OwnSample { number: StaffNumber },
    #[error("no visit of {centre} was settled on these days, so that nothing can be drawn")]
    NothingDrawn { centre: Branch },
}

impl OversightRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::EvaluationUnknown { .. } => "EVALUATION_UNKNOWN",
            Self::OrderNotSettled { .. } => "ORDER_NOT_SETTLED",
            Self::EvaluatorActed { .. } => "EVALUATOR_ACTED",
            Self::ToldTooLong { .. } => "TOLD_TOO_LONG",
            Self::TooManyEvaluations { .. } => "TOO_MANY_EVALUATIONS",
            Self::NotOfOrder { .. } => "NOT_OF_ORDER",
            Self::OwnSample { .. } => "OWN_SAMPLE",
            Self::NothingDrawn { .. } => "NOTHING_DRAWN",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::EvaluationUnknown { order } => vec![("order", order.to_string())],
            Self::OrderNotSettled { order, state } => {
                vec![("order", order.to_string()), ("state", state.to_string())]
            }
            Self::EvaluatorActed { number, order, did } => vec![
                ("number", number.to_string()),
                ("order", order.to_string()),
                ("did", (*did).into()),
            ],
            Self::ToldTooLong { told, max } => vec![
                ("told_minutes", told.get().to_string()),
                ("max_minutes", max.get().to_string()),
            ],
            Self::TooManyEvaluations { order, max } => {
                vec![("order", order.to_string()), ("max", max.to_string())]
            }
            Self::NotOfOrder { member, order } => {
                vec![("member", member.to_string()), ("order", order.to_string())]
            }
            Self::OwnSample { number } => vec![("number", number.to_string())],
            Self::NothingDrawn { centre } => vec![("centre", centre.to_string())],
        }
    }
}
