//! Orders: that somebody comes.

use serde::{Deserialize, Serialize};

use super::{
    Doer, Entered, Evidence, IncidentId, NeedId, OrderId, OrderState, OrderVerb, Reason, Reckoned,
};
use crate::{
    exchange::{Branch, Code, Day, MemberId, StaffNumber, policy::Minutes},
    ledger::{AccountId, Amount, BookingId, Moment, Sequence, UnitId},
};

/// By how many hours a check-in may be off the booked time.
pub const MAX_OFF_BOOKING_H: i64 = 12;

/// How many steps a need or an order has at most.
pub const MAX_STEPS: usize = 200;
/// After how many of them none is taken any more that leaves it in its state.
pub const MAX_STAYING_STEPS: usize = MAX_STEPS - 20;
/// After how many steps of a need nobody offers to help with it any more, or takes that back.
pub const MAX_OFFER_STEPS: usize = MAX_STAYING_STEPS - 40;

/// A side of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Provider,
    Recipient,
}

impl Party {
    /// The side in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Recipient => "recipient",
        }
    }

    /// The other side.
    pub fn other(self) -> Self {
        match self {
            Self::Provider => Self::Recipient,
            Self::Recipient => Self::Provider,
        }
    }
}

/// How satisfied somebody is: 1 to 5.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Rating(u32);

impl Rating {
    /// So much. None outside the range.
    pub fn new(stars: u32) -> Option<Self> {
        (1..=5).contains(&stars).then_some(Self(stars))
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Rating {
    type Error = &'static str;

    fn try_from(stars: u32) -> Result<Self, Self::Error> {
        Self::new(stars).ok_or("a rating is 1 to 5")
    }
}

impl From<Rating> for u32 {
    fn from(rating: Rating) -> Self {
        rating.get()
    }
}

/// How staff end a dispute.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// It is settled, as if both sides had confirmed so long.
    Settle(Minutes),
    /// Nobody pays.
    Release,
}

/// What is done about an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderAction {
    /// It took place as it was entered.
    Approve,
    /// It did not.
    Decline,
    /// It begins at another time, or takes another one.
    Change {
        at: Moment,
        minutes: Minutes,
    },
    /// The provider has come.
    CheckIn(Moment),
    /// The provider has gone.
    CheckOut(Moment),
    /// One side says how long it took.
    Confirm {
        #[serde(rename = "member_id")]
        member: MemberId,
        served: Minutes,
        rating: Option<Rating>,
    },
    Settle,
    /// One side does not want it any more.
    Cancel(Party),
    /// One side was not there.
    NoShow(Party),
    /// It is stopped, and an incident is made of it.
    Dispute(Evidence),
    Resolve(Resolution),
    /// Another time counts than that by which hours moved.
    Correct(Minutes),
}

impl OrderAction {
    /// Which step it is.
    pub fn verb(&self) -> OrderVerb {
        match self {
            Self::Approve => OrderVerb::Approve,
            Self::Decline => OrderVerb::Decline,
            Self::Change { .. } => OrderVerb::Change,
            Self::CheckIn(_) => OrderVerb::CheckIn,
            Self::CheckOut(_) => OrderVerb::CheckOut,
            Self::Confirm { .. } => OrderVerb::Confirm,
            Self::Settle => OrderVerb::Settle,
            Self::Cancel(_) => OrderVerb::Cancel,
            Self::NoShow(_) => OrderVerb::NoShow,
            Self::Dispute(_) => OrderVerb::Dispute,
            Self::Resolve(_) => OrderVerb::Resolve,
            Self::Correct(_) => OrderVerb::Correct,
        }
    }
}

/// A step of an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OrderStep {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "order_id")]
    pub order: OrderId,
    pub action: OrderAction,
    #[serde(skip)]
    pub reason: Option<Reason>,
}

/// How long one side says that it took.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Confirmation {
    pub served: Minutes,
    /// Staff, where they said so in the member's place.
    pub by: Doer,
    pub rating: Option<Rating>,
}

/// A correction that some of the staff have asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Correction {
    pub served: Minutes,
    pub asked_by: Vec<StaffNumber>,
}

/// What a provider earns by a service that earns no hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Earnings {
    pub unit: UnitId,
    /// Their account of that unit.
    pub account: AccountId,
}

/// A time, and a length.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Booked {
    pub at: Moment,
    pub minutes: Minutes,
}

/// An order as it stands. Each of its steps writes all of it: what is empty is left out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub need: NeedId,
    /// The need's centre.
    pub centre: Branch,
    pub recipient: MemberId,
    pub provider: MemberId,
    pub service: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<Code>,
    /// The block of its need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Code>,
    /// When it begins: as booked, and once the provider has come, when that was.
    pub at: Moment,
    /// How long it was booked for.
    pub minutes: Minutes,
    /// The time and the length that were approved: the tolerance counts from these.
    pub approved: Booked,
    /// The ledger's day on which it begins: the service date.
    pub on: Day,
    pub state: OrderState,
    /// The account that pays.
    pub payer: AccountId,
    /// What the provider earns, where that is no hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earns: Option<Earnings>,
    /// The hold on it.
    pub hold: BookingId,
    pub held: Amount,
    /// Of a visit that took place before: from where, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered: Option<Entered>,
    /// The staff whose approval counted: of the need, or of what was entered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<StaffNumber>,
    /// The staff who settled it, ended a dispute by a time that counts, or corrected it or asked
    /// for that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled_by: Vec<StaffNumber>,
    /// When the provider went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
    /// While both sides are to confirm, the last day on which they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_until: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_provider: Option<Confirmation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_recipient: Option<Confirmation>,
    /// What it came to, once hours have moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reckoned: Option<Reckoned>,
    /// The entry by which they moved last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<BookingId>,
    /// A correction that waits for more of the staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
    /// The dispute that stops it, or did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispute: Option<IncidentId>,
    /// What else was reported of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<IncidentId>,
    /// The records of its steps.
    pub steps: Vec<Sequence>,
}

impl Order {
    /// Which side a member is. None where they are neither.
    pub fn side(&self, member: &MemberId) -> Option<Party> {
        match member {
            member if *member == self.provider => Some(Party::Provider),
            member if *member == self.recipient => Some(Party::Recipient),
            _ => None,
        }
    }

    /// What a side confirmed.
    pub fn confirmation(&self, side: Party) -> Option<&Confirmation> {
        match side {
            Party::Provider => self.by_provider.as_ref(),
            Party::Recipient => self.by_recipient.as_ref(),
        }
    }

    /// Who a side is.
    pub fn party(&self, side: Party) -> &MemberId {
        match side {
            Party::Provider => &self.provider,
            Party::Recipient => &self.recipient,
        }
    }

    /// The day by which something is to happen as it stands: that both sides confirm, or else
    /// the service itself.
    pub fn due_on(&self) -> Day {
        self.confirm_until.unwrap_or(self.on)
    }

    /// How long it lasts, in minutes of which those begun are counted whole.
    pub fn lasted(&self) -> Minutes {
        Minutes::at_most(self.at.minutes_begun_until(self.until()))
    }

    /// What it counts: what is held, and what comes of it.
    pub fn unit(&self) -> UnitId {
        let earns = self.earns.as_ref();
        earns.map_or_else(UnitId::time, |earns| earns.unit.clone())
    }

    /// When it ends: as booked, and once the provider has gone, when that was.
    pub fn until(&self) -> Moment {
        let booked = self.at.after_s(self.minutes.get().saturating_mul(60));
        self.ended_at.unwrap_or(booked)
    }
}
