//! Needs: that somebody asks for a service.

use serde::{Deserialize, Serialize};

use super::{Doer, NeedId, NeedState, NeedVerb, Order, OrderId, Reason, Repeat, StandingId, Visit};
use crate::{
    exchange::{
        Branch, Code, Day, MemberId, NeedMoved, NeedPublished, PolicyVersion, StaffNumber,
        policy::{MAX_DAYS, Minutes},
    },
    ledger::{AccountId, BookingId, Moment, Sequence},
};

/// How many offers stand for a need at once.
pub const MAX_OFFERS: usize = 100;

/// How far ahead a need may lie.
pub(in crate::exchange) const MAX_DAYS_AHEAD: u32 = 366;

/// How many helpers a need asks for: 1 to 20.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Helpers(u32);

impl Helpers {
    /// The most.
    pub const MAX: u32 = 20;

    /// One.
    pub const ONE: Self = Self(1);

    /// So many. None outside the range.
    pub fn new(number: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&number).then_some(Self(number))
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Helpers {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        Self::new(number).ok_or("so many helpers are not asked for")
    }
}

impl From<Helpers> for u32 {
    fn from(helpers: Helpers) -> Self {
        helpers.get()
    }
}

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NeedTerms {
    /// Whom it is for.
    #[serde(rename = "recipient_id")]
    pub recipient: MemberId,
    /// The service, of the catalogue of the recipient's centre.
    pub service: Code,
    /// When it begins.
    pub at: Moment,
    /// How long it takes.
    pub minutes: Minutes,
    /// Who pays. None: whom the policy names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_from: Option<AccountId>,
    /// The service point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<Code>,
    /// How it was asked for, such as `phone` or `notice-board`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Code>,
    pub helpers: Helpers,
}

impl NeedTerms {
    /// When it ends.
    pub fn until(&self) -> Moment {
        self.at.after_s(self.minutes.get().saturating_mul(60))
    }
}

/// Publishes a need.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PublishNeed {
    #[serde(skip)]
    pub id: NeedId,
    #[serde(flatten)]
    pub terms: NeedTerms,
    /// Of a record, the one whose personal fields it has a verdict on.
    #[serde(skip)]
    pub recorded: Option<Sequence>,
}

/// What is done about a need.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedAction {
    /// Somebody offers to help.
    Offer(MemberId),
    /// Somebody does so no longer.
    Withdraw(MemberId),
    Approve,
    Decline,
    Cancel,
    /// It begins at another time, or takes another one.
    Change {
        at: Moment,
        minutes: Minutes,
    },
    /// It comes again every week.
    Repeat(Repeat),
}

impl NeedAction {
    /// Which step it is.
    pub fn verb(&self) -> NeedVerb {
        match self {
            Self::Offer(_) => NeedVerb::Offer,
            Self::Withdraw(_) => NeedVerb::Withdraw,
            Self::Approve => NeedVerb::Approve,
            Self::Decline => NeedVerb::Decline,
            Self::Cancel => NeedVerb::Cancel,
            Self::Change { .. } => NeedVerb::Change,
            Self::Repeat(_) => NeedVerb::Repeat,
        }
    }
}

/// A step of a need.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NeedStep {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "need_id")]
    pub need: NeedId,
    pub action: NeedAction,
    #[serde(skip)]
    pub reason: Option<Reason>,
    /// Of a record, the one whose personal fields it has a verdict on.
    #[serde(skip)]
    pub recorded: Option<Sequence>,
}

/// Accepts a need, which makes an order of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AcceptNeed {
    #[serde(skip)]
    pub order: OrderId,
    #[serde(rename = "need_id")]
    pub need: NeedId,
    /// Who comes.
    #[serde(rename = "provider_id")]
    pub provider: MemberId,
    /// Of a record, the one whose personal fields it has a verdict on.
    #[serde(skip)]
    pub recorded: Option<Sequence>,
}

/// Somebody who offers to help.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Offer {
    pub provider: MemberId,
    pub by: Doer,
}

/// A need as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Need {
    pub id: NeedId,
    pub terms: NeedTerms,
    /// The recipient's centre when it was published, whose staff approve it and by whose
    /// policy it goes.
    pub centre: Branch,
    /// The block in which the recipient lived when it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Code>,
    /// The ledger's day on which it begins.
    pub on: Day,
    /// Without [`NeedState::Expired`], which is told by the day.
    pub state: NeedState,
    pub published_by: Doer,
    pub published_at: Moment,
    /// The policy by which it was.
    pub policy: PolicyVersion,
    /// The last day on which it can be accepted.
    pub open_until: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<StaffNumber>,
    /// The orders made of it, but for those that their provider was out of: no more than the
    /// helpers asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<OrderId>,
    /// When it was accepted first. None where it was not, or by the very record that published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_accepted_at: Option<Moment>,
    /// The standing visit that it is one visit of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<StandingId>,
    /// The records of its steps.
    pub steps: Vec<Sequence>,
}

impl Need {
    /// As it stands when it is published, without the recipient's block.
    pub(in crate::exchange) fn published(
        new: &NeedPublished,
        published_at: Moment,
        steps: Vec<Sequence>,
    ) -> Self {
        Self {
            id: new.id,
            terms: new.terms.clone(),
            centre: new.centre.clone(),
            block: None,
            on: new.on,
            state: new.to,
            published_by: new.by.clone(),
            published_at,
            policy: new.policy,
            open_until: new.open_until,
            offers: Vec::new(),
            approved_by: Vec::new(),
            orders: Vec::new(),
            first_accepted_at: None,
            standing: None,
            steps,
        }
    }

    /// The time that an order of it takes.
    pub(in crate::exchange) fn visit(&self, order: OrderId) -> Visit {
        Visit {
            order,
            need: self.id,
            from: self.terms.at,
            until: self.terms.until(),
        }
    }

    /// What follows from another time.
    pub(in crate::exchange) fn follow(&mut self, moved: &NeedMoved, by: &Doer) {
        self.policy = moved.policy;
        self.on = moved.on;
        self.open_until = moved.open_until;
        self.approved_by = match by {
            Doer::Staff(number) if moved.is_approval => vec![number.clone()],
            Doer::Staff(_) | Doer::Member(_) => Vec::new(),
        };
    }

    /// To the time and the length that were agreed for an order of it.
    pub(in crate::exchange) fn move_to(&mut self, order: &Order) {
        let open_days = u32::try_from(self.on.days_until(self.open_until)).unwrap_or(0);
        (self.terms.at, self.terms.minutes) = (order.at, order.minutes);
        self.on = order.on;
        self.open_until = order.on.plus_days(open_days).unwrap_or(order.on);
    }

    /// The last day until which a need can be accepted that was published by a day. None
    /// where that is after all days.
    pub fn latest_open_until(today: Day) -> Option<Day> {
        today.plus_days(MAX_DAYS_AHEAD + MAX_DAYS)
    }

    /// How it stands on a day.
    pub fn state_on(&self, today: Day) -> NeedState {
        state_on(self.state, self.open_until, today)
    }
}

/// How a need stands on a day that could be accepted until one.
pub(super) fn state_on(state: NeedState, open_until: Day, today: Day) -> NeedState {
    let is_open = matches!(state, NeedState::Published | NeedState::Approved);
    match is_open && today > open_until {
        true => NeedState::Expired,
        false => state,
    }
}
