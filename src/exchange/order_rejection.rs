//! Why the time bank refuses what is asked about needs and orders.

use super::{
    Branch, Code, Day, IncidentId, MemberId, NeedId, NeedState, OrderId, OrderState, PolicyId,
    StaffNumber, StandingId, StandingState, SupplyId,
    order::StandingVerb,
    order::{MAX_INCIDENTS, MAX_OFF_BOOKING_H, MAX_OFFERS, NeedVerb, OrderVerb, steps::listed},
    policy::{Breach, Minutes},
    supply::MAX_SUPPLIES,
};
use crate::ledger::{AccountId, Moment, Principal};

pub(super) fn day_or_none(day: Option<Day>) -> String {
    day.map_or_else(|| "none".into(), |day| day.to_string())
}

/// The stable names of the rules of a policy that orders are judged by.
const POLICY_REASONS: [(&str, &str); 16] = [
    ("provide.who", "MAY_NOT_PROVIDE"),
    ("redeem.who", "MAY_NOT_REDEEM"),
    ("redeem.waiting", "WAITING_NOT_OVER"),
    ("exchange.shortest", "EXCHANGE_TOO_SHORT"),
    ("exchange.longest", "EXCHANGE_TOO_LONG"),
    ("exchange.backdated_days", "EXCHANGE_TOO_LATE"),
    ("confirmation.within_days", "CONFIRMATION_LATE"),
    ("confirmation.within_percent", "CONFIRMED_OFF_BOOKING"),
    ("payment.payer", "PAYER_NOT_ALLOWED"),
    ("grant", "GRANT_NOT_ALLOWED"),
    ("grant.who", "GRANT_NOT_ALLOWED"),
    ("issuance.sources", "ISSUANCE_NOT_ALLOWED"),
    ("partner.surplus", "PARTNER_LIMIT_OF_POLICY"),
    ("partner.deficit", "PARTNER_LIMIT_OF_POLICY"),
    ("gift.member_to", "GIFT_NOT_ALLOWED"),
    ("gift.organisation_to", "GIFT_NOT_ALLOWED"),
];

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OrderRejection {
    #[error("there is no need {need}; `ledger-cli need list` shows those there are")]
    NeedUnknown { need: NeedId },
    #[error("there is no order {order}; `ledger-cli order list` shows those there are")]
    OrderUnknown { order: OrderId },
    #[error("there is no incident {incident}; `ledger-cli incident list` shows those there are")]
    IncidentUnknown { incident: IncidentId },
    #[error(
        "need {need} is {state}, and there is no {step} then; open to it: {}",
        listed(.state.open().iter().map(|verb| verb.word()))
    )]
    NeedStateWrong {
        need: NeedId,
        state: NeedState,
        step: NeedVerb,
    },
    #[error(
        "order {order} is {state}, and there is no {step} then; open to it: {}",
        listed(.state.open().iter().map(|verb| verb.word()))
    )]
    OrderStateWrong {
        order: OrderId,
        state: OrderState,
        step: OrderVerb,
    },
    #[error(
        "this is for {member}, those who act for them, or active staff of centre {centre}, and \
         {} is none of them", .principal.as_str()
    )]
    PartyOrStaffOnly {
        member: MemberId,
        centre: Branch,
        principal: Principal,
    },
    #[error("member {member} is no party to order {order}")]
    MemberNotParty { member: MemberId, order: OrderId },
    #[error(
        "member {member} is the other side of order {order}, and so cannot act for its {side}; \
         staff can"
    )]
    OtherSideActs {
        order: OrderId,
        member: MemberId,
        side: &'static str,
    },
    #[error("member {member} would serve themself; take another provider")]
    ProviderIsRecipient { member: MemberId },
    #[error("policy {policy} does not allow it: {breach}")]
    PolicyForbids { policy: PolicyId, breach: Breach },
    #[error("service {service} of policy {policy} does not do: {why}")]
    ServiceUnfit {
        policy: PolicyId,
        service: Code,
        why: &'static str,
    },
    #[error(
        "member {member} is not qualified for {service} on {on}: {lacking}; qualify them first \
         (`ledger-cli member qualify`)"
    )]
    NotQualified {
        member: MemberId,
        service: Code,
        on: Day,
        lacking: String,
    },
    #[error("a need begins on {latest} at the latest, a year from now, and not on {on}")]
    NeedTooFar { on: Day, latest: Day },
    #[error("member {member} has offered to help already")]
    OfferExists { need: NeedId, member: MemberId },
    #[error("member {member} has not offered to help, or has withdrawn it")]
    OfferUnknown { need: NeedId, member: MemberId },
    #[error("a need has at most {max} offers at once", max = MAX_OFFERS)]
    TooManyOffers { need: NeedId },
    #[error(
        "{given} of the {asked} approvals that the policy asks for count: those of staff who are \
         neither party nor a relative of one; have another approve it (`ledger-cli order approve`)"
    )]
    ApprovalsMissing {
        need: NeedId,
        given: usize,
        asked: u32,
    },
    #[error(
        "member {member} has order {order} from {from} until {until}, and nobody is in two places \
         at once"
    )]
    VisitsOverlap {
        member: MemberId,
        order: OrderId,
        from: Moment,
        until: Moment,
    },
    #[error("member {member} has {max} visits in the week of {on} already, the most there are")]
    TooManyVisits {
        member: MemberId,
        on: Day,
        max: usize,
    },
    #[error("{at} is in the future: it is {now}")]
    ServiceInFuture { at: Moment, now: Moment },
    #[error(
        "the visit is booked for {booked}, and {at} is more than {MAX_OFF_BOOKING_H} hours off; \
         change the order first (`ledger-cli order change`)"
    )]
    CheckedInOffBooking { booked: Moment, at: Moment },
    #[error("the provider came at {from}, and cannot go at {at}")]
    CheckedOutEarly { from: Moment, at: Moment },
    #[error("{served} is more than the {lasted} from check-in to check-out")]
    ConfirmedBeyondVisit { served: Minutes, lasted: Minutes },
    #[error(
        "member {member} has a device to confirm by, until {until}; staff confirm in their place \
         after that"
    )]
    ConfirmationTheirs { member: MemberId, until: Day },
    #[error(
        "this goes beyond the tolerance of {tolerance}, and the policy asks for {asked} approvals; {}",
        match .asked {
            0 | 1 => "staff who are neither party nor a relative of one make the change",
            _ => "cancel it, and publish another need to be approved",
        }
    )]
    ApprovalNeeded {
        order: OrderId,
        tolerance: Minutes,
        asked: u32,
    },
    #[error(
        "nothing is left to be credited: {rule} is {cap}, and {earned} minutes are earned by then; \
         the policy names nobody for what goes over it (balance.excess_to)"
    )]
    CapReached {
        order: OrderId,
        rule: &'static str,
        cap: Minutes,
        earned: i64,
    },
    #[error("no hours have moved by order {order}, so there is nothing to correct")]
    NothingToCorrect { order: OrderId },
    #[error("{count} orders of member {member} are not ended; settle or cancel them first")]
    MemberHasOrders { member: MemberId, count: u32 },
    #[error("staff {number} entered order {order}; have another approve it")]
    ApproverEntered { order: OrderId, number: StaffNumber },
    #[error("incident {incident} is closed already")]
    IncidentClosed { incident: IncidentId },
    #[error(
        "incident {incident} stops order {order}, and is closed by what resolves that \
         (`ledger-cli order resolve`)"
    )]
    IncidentStopsOrder {
        incident: IncidentId,
        order: OrderId,
    },
    #[error(
        "order {order} has {max} incidents, after which members report no more (and staff only \
         {MAX_INCIDENTS} in all)"
    )]
    TooManyIncidents { order: OrderId, max: usize },
    #[error(
        "need {need} repeats already, as standing visit {standing}; stop that one first \
         (`ledger-cli standing stop`), or publish another need"
    )]
    NeedRepeats { need: NeedId, standing: StandingId },
    #[error(
        "need {need} was approved as one visit, and the policy asks for {asked} approvals; publish \
         another, repeat it (`ledger-cli need repeat`), and have that approved"
    )]
    RepeatNotApproved { need: NeedId, asked: u32 },
    #[error("it would not repeat until {until}: the second visit would be on {second}")]
    RepeatsNever { until: Day, second: Day },
    #[error("there is no standing visit {standing}")]
    StandingUnknown { standing: StandingId },
    #[error("standing visit {standing} is {state}: no {step} any more")]
    StandingStateWrong {
        standing: StandingId,
        state: StandingState,
        step: StandingVerb,
    },
    #[error("standing visit {standing} has no provider")]
    StandingUnserved { standing: StandingId },
    #[error(
        "standing visit {standing} has no visit on {on} that has not arisen (the next one is {}); \
         one that has is cancelled as a need or an order", day_or_none(*.next)
    )]
    NoVisitAhead {
        standing: StandingId,
        on: Day,
        next: Option<Day>,
    },
    #[error("the visit of {standing} on {on} is not due; the next one is {}", day_or_none(*.next))]
    VisitNotDue {
        standing: StandingId,
        on: Day,
        next: Option<Day>,
    },
    #[error(
        "member {member} is of {centre} now, whose staff approve what they ask for; publish it \
         there, and cancel it here"
    )]
    RecipientMoved { member: MemberId, centre: Branch },
    #[error(
        "need {need} has order {order}, whose provider has agreed to its time; change that \
         (`ledger-cli order change {order} --at TIME --for DURATION`)"
    )]
    NeedHasOrder { need: NeedId, order: OrderId },
    #[error(
        "member {member} names {account} as payer, and by policy {policy} nobody approves what they \
         ask for (approval.need = 0); have one of the staff publish it"
    )]
    PayerByStaff {
        account: AccountId,
        member: MemberId,
        policy: PolicyId,
    },
    #[error(
        "member {member} has no such supply as {supply}; `ledger-cli supply list --of {member}`"
    )]
    SupplyUnknown { member: MemberId, supply: SupplyId },
    #[error(
        "member {member} has {MAX_SUPPLIES} supplies, and no more stand at once; withdraw one \
         (`ledger-cli supply withdraw`)"
    )]
    TooManySupplies { member: MemberId },
    #[error(
        "{id} has {max} steps already, after which no more of this sort are taken; take one that \
         leads on, or have staff do so"
    )]
    TooManySteps { id: String, max: usize },
}

impl OrderRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NeedUnknown { .. } => "NEED_UNKNOWN",
            Self::OrderUnknown { .. } => "ORDER_UNKNOWN",
            Self::NeedStateWrong { .. } => "NEED_STATE_WRONG",
            Self::OrderStateWrong { .. } => "ORDER_STATE_WRONG",
            Self::PartyOrStaffOnly { .. } => "PARTY_OR_STAFF_ONLY",
            Self::MemberNotParty { .. } => "MEMBER_NOT_PARTY",
            Self::OtherSideActs { .. } => "OTHER_SIDE_ACTS",
            Self::ProviderIsRecipient { .. } => "PROVIDER_IS_RECIPIENT",
            Self::PolicyForbids { breach, .. } => {
                let mut reasons = POLICY_REASONS.iter();
                let found = reasons.find(|(rule, _)| *rule == breach.rule);
                found.map_or("POLICY_FORBIDS", |(_, reason)| reason)
            }
            Self::ServiceUnfit { .. } => "SERVICE_UNFIT",
            Self::NotQualified { .. } => "NOT_QUALIFIED",
            Self::NeedTooFar { .. } => "NEED_TOO_FAR",
            Self::OfferExists { .. } => "OFFER_EXISTS",
            Self::OfferUnknown { .. } => "OFFER_UNKNOWN",
            Self::TooManyOffers { .. } => "TOO_MANY_OFFERS",
            Self::ApprovalsMissing { .. } => "APPROVALS_MISSING",
            Self::VisitsOverlap { .. } => "VISITS_OVERLAP",
            Self::TooManyVisits { .. } => "TOO_MANY_VISITS",
            Self::ServiceInFuture { .. } => "SERVICE_IN_FUTURE",
            Self::CheckedInOffBooking { .. } => "CHECKED_IN_OFF_BOOKING",
            Self::CheckedOutEarly { .. } => "CHECKED_OUT_EARLY",
            Self::ConfirmedBeyondVisit { .. } => "CONFIRMED_BEYOND_VISIT",
            Self::ConfirmationTheirs { .. } => "CONFIRMATION_THEIRS",
            Self::ApprovalNeeded { .. } => "APPROVAL_NEEDED",
            Self::CapReached { .. } => "CAP_REACHED",
            Self::NothingToCorrect { .. } => "NOTHING_TO_CORRECT",
            Self::MemberHasOrders { .. } => "MEMBER_HAS_ORDERS",
            Self::ApproverEntered { .. } => "APPROVER_ENTERED",
            Self::IncidentUnknown { .. } => "INCIDENT_UNKNOWN",
            Self::IncidentClosed { .. } => "INCIDENT_CLOSED",
            Self::IncidentStopsOrder { .. } => "INCIDENT_STOPS_ORDER",
            Self::TooManyIncidents { .. } => "TOO_MANY_INCIDENTS",
            Self::NeedRepeats { .. } => "NEED_REPEATS",
            Self::RepeatNotApproved { .. } => "REPEAT_NOT_APPROVED",
            Self::RepeatsNever { .. } => "REPEATS_NEVER",
            Self::StandingUnknown { .. } => "STANDING_UNKNOWN",
            Self::StandingStateWrong { .. } => "STANDING_STATE_WRONG",
            Self::StandingUnserved { .. } => "STANDING_UNSERVED",
            Self::NoVisitAhead { .. } => "NO_VISIT_AHEAD",
            Self::VisitNotDue { .. } => "VISIT_NOT_DUE",
            Self::RecipientMoved { .. } => "RECIPIENT_MOVED",
            Self::NeedHasOrder { .. } => "NEED_HAS_ORDER",
            Self::PayerByStaff { .. } => "PAYER_BY_STAFF",
            Self::SupplyUnknown { .. } => "SUPPLY_UNKNOWN",
            Self::TooManySupplies { .. } => "TOO_MANY_SUPPLIES",
            Self::TooManySteps { .. } => "TOO_MANY_STEPS",
        }
    }
}
