//! What happened to needs, orders, standing visits and incidents.

use super::{
    AcceptNeed, Branch, CloseIncident, Day, PolicyVersion, RecordVisit, ReportIncident,
    StaffNumber,
    order::{
        AriseVisit, Arising, Doer, Earnings, Hindrance, NeedId, NeedState, NeedStep, NeedTerms,
        OrderState, OrderStep, Reckoned, Sheet, StandingId, StandingStep, VisitVerdicts,
    },
};
use crate::ledger::{AccountId, Amount, BookingId, Sequence};

/// A need was published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NeedPublished {
    pub id: NeedId,
    pub terms: NeedTerms,
    pub by: Doer,
    /// The recipient's centre.
    pub centre: Branch,
    /// The policy of that centre which holds on the day of the service.
    pub policy: PolicyVersion,
    /// The ledger's day on which the service begins.
    pub on: Day,
    /// The last day on which the need can be accepted.
    pub open_until: Day,
    /// How it stands now: approved at once where the policy asks for nobody.
    pub to: NeedState,
    /// The record of the personal fields by which the recipient may redeem. None where
    /// the policy asks for none.
    pub verdict_on: Option<Sequence>,
}

/// Something was done about a need.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NeedStepped {
    pub step: NeedStep,
    pub by: Doer,
    /// How it stands now.
    pub to: NeedState,
    /// Of a repeat: how many days before its day a visit arises, by the policy.
    pub ahead_days: Option<u32>,
    /// Of a change, what follows from the time that the need has now.
    pub moved: Option<NeedMoved>,
}

impl NeedStepped {
    pub(super) fn command(&self) -> NeedStep {
        NeedStep {
            recorded: self.moved.as_ref().and_then(|moved| moved.verdict_on),
            ..self.step.clone()
        }
    }
}

/// What follows from the time that a need was changed to, as where it is published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NeedMoved {
    pub policy: PolicyVersion,
    pub on: Day,
    pub open_until: Day,
    pub verdict_on: Option<Sequence>,
    /// Whether the need is approved by it, as far as one of the staff can. Earlier approvals
    /// were of another time.
    pub is_approval: bool,
}

/// A need was accepted: an order was made of it, and hours were held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderAccepted {
    pub accept: AcceptNeed,
    pub by: Doer,
    /// The staff whose approval counts, being neither party nor a relative of one.
    pub approved_by: Vec<StaffNumber>,
    /// The account that pays.
    pub payer: AccountId,
    /// What the provider earns, where that is no hours. Boxed, as it seldom is not.
    pub earns: Option<Box<Earnings>>,
    /// What is held on it: the most that the order can come to.
    pub held: Amount,
    /// How the need stands now.
    pub need_is: NeedState,
    /// The record of the personal fields by which the provider may serve. None where the
    /// policy asks for none.
    pub verdict_on: Option<Sequence>,
}

/// Something was done about an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderStepped {
    pub step: OrderStep,
    pub by: Doer,
    /// How it stands now.
    pub to: OrderState,
    /// The ledger's day on which it begins now: the service date.
    pub on: Day,
    /// Of a check-out, the last day on which both sides may confirm.
    pub confirm_until: Option<Day>,
    /// Whether the time and the length that it has now are approved by it.
    pub is_approval: bool,
    /// What is held now, where that has changed.
    pub held: Option<Amount>,
    /// What it came to, where hours have moved.
    pub reckoned: Option<Reckoned>,
    /// Of a correction, the entry in the place of the one that is reversed.
    pub entry: Option<BookingId>,
}

/// A visit that took place was entered from a sheet: with the need and the order that it is,
/// and hours held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VisitRecorded {
    pub published: NeedPublished,
    pub accepted: OrderAccepted,
    pub sheet: Sheet,
    pub by: StaffNumber,
}

impl VisitRecorded {
    pub(super) fn command(&self) -> RecordVisit {
        let (accept, terms) = (&self.accepted.accept, self.published.terms.clone());
        RecordVisit {
            id: accept.order,
            recipient: terms.recipient,
            provider: accept.provider.clone(),
            service: terms.service,
            at: terms.at,
            minutes: terms.minutes,
            pay_from: terms.pay_from,
            point: terms.point,
            channel: terms.channel,
            sheet: self.sheet.clone(),
            recorded: VisitVerdicts {
                recipient: self.published.verdict_on,
                provider: self.accepted.verdict_on,
            },
        }
    }
}

/// Something was done about a standing visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StandingStepped {
    pub step: StandingStep,
    pub by: Doer,
}

/// A visit of a standing visit arose, or could not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VisitArose {
    pub id: NeedId,
    pub standing: StandingId,
    pub on: Day,
    pub arisen: Arisen,
}

/// How a visit arose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Arisen {
    Accepted(NeedPublished, OrderAccepted),
    /// And what the provider was refused by, if one was to come.
    Open(NeedPublished, Option<Hindrance>),
    /// It did not, and by what it was refused.
    Off(Hindrance),
}

impl Arisen {
    /// What hindered it, in full or in part.
    pub fn hindrance(&self) -> Option<&Hindrance> {
        match self {
            Self::Accepted(..) => None,
            Self::Open(_, why) => why.as_ref(),
            Self::Off(why) => Some(why),
        }
    }
}

impl VisitArose {
    pub(super) fn command(&self) -> AriseVisit {
        let (becomes, recipient, provider) = match &self.arisen {
            Arisen::Accepted(need, order) => (
                Arising::Accepted(need.terms.at),
                need.verdict_on,
                order.verdict_on,
            ),
            Arisen::Open(need, why) => (
                Arising::Open(need.terms.at, why.clone()),
                need.verdict_on,
                None,
            ),
            Arisen::Off(why) => (Arising::Off(why.clone()), None, None),
        };
        AriseVisit {
            id: self.id,
            standing: self.standing,
            on: self.on,
            becomes,
            recorded: VisitVerdicts {
                recipient,
                provider,
            },
        }
    }
}

/// An incident was reported, which stops no order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IncidentReported {
    pub report: ReportIncident,
    pub by: Doer,
}

/// An incident was closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IncidentClosed {
    pub close: CloseIncident,
    pub by: StaffNumber,
}
