//! The figures that explain why something about needs and orders is refused.

use super::{
    OrderRejection, order::steps::listed, order_rejection::day_or_none, supply::MAX_SUPPLIES,
};

impl OrderRejection {
    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NeedUnknown { need } | Self::TooManyOffers { need } => {
                vec![("need", need.to_string())]
            }
            Self::OrderUnknown { order } | Self::NothingToCorrect { order } => {
                vec![("order", order.to_string())]
            }
            Self::NeedStateWrong { need, state, step } => vec![
                ("need", need.to_string()),
                ("state", state.to_string()),
                ("step", step.to_string()),
                ("open", listed(state.open().iter().map(|verb| verb.word()))),
            ],
            Self::OrderStateWrong { order, state, step } => vec![
                ("order", order.to_string()),
                ("state", state.to_string()),
                ("step", step.to_string()),
                ("open", listed(state.open().iter().map(|verb| verb.word()))),
            ],
            Self::PartyOrStaffOnly {
                member,
                centre,
                principal,
            } => vec![
                ("member", member.to_string()),
                ("centre", centre.to_string()),
                ("principal", principal.to_string()),
            ],
            Self::MemberNotParty { member, order } => {
                vec![("member", member.to_string()), ("order", order.to_string())]
            }
            Self::OtherSideActs {
                order,
                member,
                side,
            } => vec![
                ("order", order.to_string()),
                ("member", member.to_string()),
                ("side", (*side).into()),
            ],
            Self::ProviderIsRecipient { member } => vec![("member", member.to_string())],
            Self::PolicyForbids { policy, breach } => vec![
                ("policy", policy.to_string()),
                ("rule", breach.rule.into()),
                ("says", breach.says.clone()),
                ("given", breach.given.clone()),
            ],
            Self::ServiceUnfit {
                policy,
                service,
                why,
            } => vec![
                ("policy", policy.to_string()),
                ("service", service.to_string()),
                ("why", (*why).into()),
            ],
            Self::NotQualified {
                member,
                service,
                on,
                lacking,
            } => vec![
                ("member", member.to_string()),
                ("service", service.to_string()),
                ("on", on.to_string()),
                ("lacking", lacking.clone()),
            ],
            Self::NeedTooFar { on, latest } => {
                vec![("on", on.to_string()), ("latest", latest.to_string())]
            }
            Self::OfferExists { need, member } | Self::OfferUnknown { need, member } => {
                vec![("need", need.to_string()), ("member", member.to_string())]
            }
            Self::ApprovalsMissing { need, given, asked } => vec![
                ("need", need.to_string()),
                ("given", given.to_string()),
                ("asked", asked.to_string()),
            ],
            Self::VisitsOverlap {
                member,
                order,
                from,
                until,
            } => vec![
                ("member", member.to_string()),
                ("order", order.to_string()),
                ("from", from.to_string()),
                ("until", until.to_string()),
            ],
            Self::TooManyVisits { member, on, max } => vec![
                ("member", member.to_string()),
                ("week", on.to_string()),
                ("max", max.to_string()),
            ],
            Self::ServiceInFuture { at, now } => {
                vec![("at", at.to_string()), ("now", now.to_string())]
            }
            Self::CheckedInOffBooking { booked, at } => {
                vec![("booked", booked.to_string()), ("at", at.to_string())]
            }
            Self::CheckedOutEarly { from, at } => {
                vec![("from", from.to_string()), ("at", at.to_string())]
            }
            Self::ConfirmedBeyondVisit { served, lasted } => {
                vec![
                    ("served", served.to_string()),
                    ("lasted", lasted.to_string()),
                ]
            }
            Self::ConfirmationTheirs { member, until } => {
                vec![("member", member.to_string()), ("until", until.to_string())]
            }
            Self::ApprovalNeeded {
                order,
                tolerance,
                asked,
            } => vec![
                ("order", order.to_string()),
                ("tolerance", tolerance.to_string()),
                ("asked", asked.to_string()),
            ],
            Self::CapReached {
                order,
                rule,
                cap,
                earned,
            } => vec![
                ("order", order.to_string()),
                ("rule", (*rule).into()),
                ("cap", cap.to_string()),
                ("earned", earned.to_string()),
            ],
            Self::MemberHasOrders { member, count } => {
                vec![("member", member.to_string()), ("count", count.to_string())]
            }
            Self::ApproverEntered { order, number } => vec![
                ("order", order.to_string()),
                ("staff_number", number.to_string()),
            ],
            Self::IncidentUnknown { incident } | Self::IncidentClosed { incident } => {
                vec![("incident", incident.to_string())]
            }
            Self::IncidentStopsOrder { incident, order } => vec![
                ("incident", incident.to_string()),
                ("order", order.to_string()),
            ],
            Self::NeedRepeats { need, standing } => vec![
                ("need", need.to_string()),
                ("standing", standing.to_string()),
            ],
            Self::RepeatNotApproved { need, asked } => {
                vec![("need", need.to_string()), ("asked", asked.to_string())]
            }
            Self::RepeatsNever { until, second } => {
                vec![("until", until.to_string()), ("second", second.to_string())]
            }
            Self::StandingUnknown { standing } | Self::StandingUnserved { standing } => {
                vec![("standing", standing.to_string())]
            }
            Self::StandingStateWrong {
                standing,
                state,
                step,
            } => vec![
                ("standing", standing.to_string()),
                ("state", state.to_string()),
                ("step", step.to_string()),
            ],
            Self::NoVisitAhead { standing, on, next }
            | Self::VisitNotDue { standing, on, next } => vec![
                ("standing", standing.to_string()),
                ("on", on.to_string()),
                ("next", day_or_none(*next)),
            ],
            Self::RecipientMoved { member, centre } => vec![
                ("member", member.to_string()),
                ("centre", centre.to_string()),
            ],
            Self::NeedHasOrder { need, order } => {
                vec![("need", need.to_string()), ("order", order.to_string())]
            }
            Self::PayerByStaff {
                account,
                member,
                policy,
            } => vec![
                ("account", account.to_string()),
                ("member", member.to_string()),
                ("policy", policy.to_string()),
            ],
            Self::SupplyUnknown { member, supply } => vec![
                ("member", member.to_string()),
                ("supply", supply.to_string()),
            ],
            Self::TooManySupplies { member } => vec![
                ("member", member.to_string()),
                ("max", MAX_SUPPLIES.to_string()),
            ],
            Self::TooManyIncidents { order, max } => {
                vec![("order", order.to_string()), ("max", max.to_string())]
            }
            Self::TooManySteps { id, max } => {
                vec![("id", id.clone()), ("max", max.to_string())]
            }
        }
    }
}
