//! What the model keeps.

use std::collections::BTreeMap;

use super::{Id, Step};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model::everything) enum Kind {
    Member,
    Organisation,
    Project,
    Pool,
    Issuance,
    Redemption,
    Clearing,
}

#[derive(Clone, Debug)]
pub(in crate::model::everything) struct Account {
    pub(in crate::model::everything) kind: Kind,
    pub(in crate::model::everything) unit: Id,
    pub(in crate::model::everything) balance: i64,
    pub(in crate::model::everything) held: i64,
    pub(in crate::model::everything) floor: Option<i64>,
    pub(in crate::model::everything) ceiling: Option<i64>,
    /// Steps of the time bank alone take from it.
    pub(in crate::model::everything) is_reserved: bool,
}

impl Account {
    pub(super) fn available(&self) -> i64 {
        self.balance - self.held - self.floor.unwrap_or(-1_000_000_000)
    }
}

/// What was posted.
#[derive(Clone, Debug)]
pub(in crate::model::everything) struct Entry {
    pub(in crate::model::everything) legs: Vec<(Id, Id, i64)>,
    pub(in crate::model::everything) is_reversal: bool,
    pub(in crate::model::everything) is_reversed: bool,
    /// Only what brought it about takes it back.
    pub(in crate::model::everything) is_owned: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model::everything) enum State {
    Asked,
    Reserved,
    Paid,
    Declined,
    Withdrawn,
    Returned,
}

#[derive(Clone, Debug)]
pub(in crate::model::everything) struct Relief {
    pub(in crate::model::everything) pool: Id,
    pub(in crate::model::everything) member: Id,
    pub(in crate::model::everything) amount: i64,
    pub(in crate::model::everything) asked_by: Id,
    pub(in crate::model::everything) approved_by: Vec<Id>,
    pub(in crate::model::everything) hold: Option<Step>,
    pub(in crate::model::everything) state: State,
}

#[derive(Clone, Debug, Default)]
pub(in crate::model::everything) struct Item {
    pub(in crate::model::everything) price: i64,
    pub(in crate::model::everything) left: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model::everything) enum Stands {
    Open,
    Confirmed,
    Settled,
    Cancelled,
}

#[derive(Clone, Debug)]
pub(in crate::model::everything) struct Group {
    pub(in crate::model::everything) leader: Option<Id>,
    pub(in crate::model::everything) payer: Option<Id>,
    pub(in crate::model::everything) at: i64,
    pub(in crate::model::everything) until: i64,
    pub(in crate::model::everything) places: i64,
    pub(in crate::model::everything) each: i64,
    /// Whether they attended.
    pub(in crate::model::everything) places_of: BTreeMap<Id, bool>,
    pub(in crate::model::everything) confirmed_by: Id,
    pub(in crate::model::everything) stands: Stands,
}

#[derive(Clone, Debug)]
pub(in crate::model::everything) struct Training {
    pub(in crate::model::everything) member: Id,
    pub(in crate::model::everything) code: Id,
    pub(in crate::model::everything) on: i64,
    pub(in crate::model::everything) has_points: bool,
    /// Since when it qualified them.
    pub(in crate::model::everything) made: Option<i64>,
    pub(in crate::model::everything) is_annulled: bool,
}

#[derive(Clone, Debug)]
pub(in crate::model::everything) struct Visit {
    pub(in crate::model::everything) recipient: Id,
    pub(in crate::model::everything) provider: Id,
    pub(in crate::model::everything) at: i64,
    pub(in crate::model::everything) minutes: i64,
    pub(in crate::model::everything) entered_by: Id,
    pub(in crate::model::everything) approved_by: Option<Id>,
    pub(in crate::model::everything) settled_by: Option<Id>,
    /// Of orders, what the time bank calls it.
    pub(in crate::model::everything) state: Id,
    pub(in crate::model::everything) evaluated: usize,
}

/// A closed month.
#[derive(Clone, Debug)]
pub(in crate::model::everything) struct Period {
    pub(in crate::model::everything) record: i64,
    pub(in crate::model::everything) signed_by: Vec<Id>,
    pub(in crate::model::everything) is_sealed: bool,
    /// What each account had when it was closed, by what was effective up to then.
    pub(in crate::model::everything) closing: BTreeMap<Id, i64>,
}
