//! Needs and orders: from asking for help to settled hours.
//!
//! A [`Need`] is published, approved and accepted; each accept makes an [`Order`] of its
//! own, which goes on to be settled. [What may happen when](steps) is one table. What a
//! member does in a week, as provider and as recipient, is a [`MemberWeek`]: by it
//! nobody is in two places at once, and caps are kept.

mod incident;
mod line;
mod need;
mod reckoned;
mod sheet;
mod standing;
pub mod steps;
mod visit;
mod week;

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

pub use incident::{
    CloseIncident, Evidence, Incident, IncidentKind, IncidentState, MAX_INCIDENTS,
    MAX_INCIDENTS_BY_MEMBERS, ReportIncident,
};
pub use line::{NeedLine, OrderLine};
pub(super) use need::MAX_DAYS_AHEAD;
pub use need::{
    AcceptNeed, Helpers, MAX_OFFERS, Need, NeedAction, NeedStep, NeedTerms, Offer, PublishNeed,
};
pub use reckoned::Reckoned;
pub use sheet::{Entered, RecordVisit, Sheet, SheetNumber, VisitVerdicts};
pub use standing::{
    AriseVisit, Arising, Hindrance, Repeat, StandingAction, StandingState, StandingStep,
    StandingVerb, StandingVisit,
};
pub(super) use standing::{MAX_STANDING_DAYS, WEEK_DAYS};
pub use steps::{NeedState, NeedVerb, OrderState, OrderVerb};
pub use visit::{
    Booked, Confirmation, Correction, Earnings, MAX_OFF_BOOKING_H, MAX_OFFER_STEPS,
    MAX_STAYING_STEPS, MAX_STEPS, Order, OrderAction, OrderStep, Party, Rating, Resolution,
};
pub(super) use week::MAX_VISITS;
pub use week::{MemberWeek, Visit, WeekId};

use super::{MemberId, StaffNumber};
use crate::ledger::{BookingId, Commitment, HoldOwner, Note};

/// The id of one kind of thing, chosen by the client.
macro_rules! uuid_of {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub BookingId);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}
pub(in crate::exchange) use uuid_of;

uuid_of!(
    /// The UUID of a need.
    NeedId
);
uuid_of!(
    /// The UUID of an order, which is also that of its first hold.
    OrderId
);

uuid_of!(
    /// The UUID of a standing visit, which is that of the step by which its need repeats.
    StandingId
);

uuid_of!(
    /// The UUID of an incident, which is that of the step that reported it.
    IncidentId
);

impl OrderId {
    /// Who the order's hold belongs to.
    pub fn hold_owner(self) -> Option<HoldOwner> {
        HoldOwner::parse(&format!("order:{self}")).ok()
    }
}

/// Who did something: a member themself, or staff of the centre in their place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doer {
    Staff(StaffNumber),
    Member(MemberId),
}

impl fmt::Display for Doer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staff(number) => write!(f, "staff {number}"),
            Self::Member(member) => member.fmt(f),
        }
    }
}

/// Why somebody does something, in words that are kept apart from the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// What the record has of it.
    pub commitment: Commitment,
    /// The text. None where only the record is at hand.
    pub note: Option<Note>,
}

/// Reasons are not compared where a step is repeated: a text may have been erased.
impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl From<Note> for Reason {
    fn from(note: Note) -> Self {
        Self {
            commitment: note.commitment(),
            note: Some(note),
        }
    }
}
