//! What those look at who watch over a time bank, and what they find.
//!
//! An [`Evaluation`] is what somebody was told of a settled order by those who took part, for
//! example by telephone; `query::sample` draws such orders, and a [`Drawn`] one is an evaluator's. A
//! [`Look`] is that somebody was shown
//! personal fields of a member: nobody sees these but by a record that says so.

mod command;
mod fact;
mod fold;
mod rejection;

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

pub use command::OversightCommand;
pub use fact::OversightFact;
pub use rejection::OversightRejection;

use super::{
    Branch, Code, Day, Doer, MemberId, Name, OrderId, StaffNumber,
    order::{Evidence, Rating, Reason, steps::words, uuid_of},
    policy::Minutes,
};
use crate::ledger::{BookingId, Moment, Sequence};

/// How often an order is evaluated at most.
pub const MAX_EVALUATIONS: usize = 10;
/// How many orders are drawn at most.
pub const MAX_SAMPLE: usize = 1_000;
/// How long somebody may say that they were served: a day, as an exchange takes at most.
pub const MAX_TOLD: Minutes = Minutes::DAY;

uuid_of!(
    /// The UUID of a look, which is that of its step.
    LookId
);

/// What somebody was told of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Findings {
    /// Nobody could be asked.
    NotReached,
    /// That nobody was served.
    Denied,
    /// That it took place.
    Told(Told),
}

/// What somebody who was served said of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Told {
    /// How long it took. More than none.
    pub served: Minutes,
    /// How well it was done.
    pub quality: Option<Rating>,
    /// How satisfied they are.
    pub satisfaction: Option<Rating>,
}

/// Files what was found of an order; it takes the place of what was filed before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FileEvaluation {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "order_id")]
    pub order: OrderId,
    pub findings: Findings,
    pub evidence: Evidence,
    #[serde(skip)]
    pub reason: Option<Reason>,
}

/// The evaluation of an order as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Evaluation {
    pub order: OrderId,
    /// The order's centre.
    pub centre: Branch,
    /// The order's recipient.
    pub recipient: MemberId,
    /// The order's service date.
    pub on: Day,
    pub service: Code,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Code>,
    /// What was filed, in order: one at least, of which the last counts.
    pub filed: Vec<Filed>,
}

/// What was filed at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Filed {
    /// Its record.
    pub recorded: Sequence,
    pub findings: Findings,
    pub evidence: Evidence,
    /// Who filed it.
    pub by: StaffNumber,
    pub at: Moment,
    /// How long the order was served by what it was settled by then.
    pub settled: Minutes,
}

words!(
    /// A personal field that is shown. An identity number is shown to nobody.
    PersonalField {
        Name = "name",
        Phone = "phone",
        BornOn = "born_on",
        Address = "address",
        Disability = "disability",
        Hardship = "hardship",
        Affiliation = "affiliation",
    }
);

/// Has personal fields of a member shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ShowPersonal {
    #[serde(skip)]
    pub id: LookId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    /// One at least.
    pub fields: BTreeSet<PersonalField>,
    /// The order that they are shown for, if for one.
    #[serde(rename = "order_id")]
    pub order: Option<OrderId>,
    #[serde(skip)]
    pub reason: Option<Reason>,
}

/// Has settled orders of a centre drawn, for an evaluator to ask about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DrawSample {
    #[serde(skip)]
    pub step: BookingId,
    pub centre: Branch,
    pub since: Option<Day>,
    pub until: Option<Day>,
    pub seed: Name,
    /// How many are asked for.
    pub size: u32,
    pub evaluator: StaffNumber,
    /// Those that were drawn, which follow from the rest and the position.
    #[serde(skip)]
    pub orders: Vec<OrderId>,
    #[serde(skip)]
    pub at: Sequence,
    #[serde(skip)]
    pub reason: Option<Reason>,
}

/// That an order was drawn: for the last who it was drawn for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Drawn {
    pub order: OrderId,
    /// The order's centre.
    pub centre: Branch,
    /// The order's service date.
    pub on: Day,
    pub evaluator: StaffNumber,
    pub at: Moment,
}

/// That personal fields were shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Look {
    pub id: LookId,
    pub member: MemberId,
    /// The centre that they belonged to.
    pub centre: Branch,
    pub fields: BTreeSet<PersonalField>,
    /// To whom.
    pub by: Doer,
    pub at: Moment,
    /// Its record.
    pub recorded: Sequence,
}
