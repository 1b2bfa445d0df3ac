//! What a member does in a week, as provider and as recipient.

use serde::{Deserialize, Serialize};

use super::{NeedId, OrderId, Party};
use crate::{
    exchange::{Day, MemberId},
    ledger::Moment,
};

/// How many visits a member has in a week at most.
pub(in crate::exchange) const MAX_VISITS: usize = 500;

/// Whose week, and which: that of a Monday.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WeekId {
    pub member: MemberId,
    pub monday: Day,
}

impl WeekId {
    /// The week of a day.
    pub fn of(member: &MemberId, day: Day) -> Self {
        Self {
            member: member.clone(),
            monday: day.monday(),
        }
    }
}

/// A time that an order takes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Visit {
    pub order: OrderId,
    pub need: NeedId,
    pub from: Moment,
    /// The first moment after it.
    pub until: Moment,
}

/// A member's week.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MemberWeek {
    pub member: MemberId,
    pub monday: Day,
    /// The visits that begin in it, by order.
    pub visits: Vec<Visit>,
    /// The minutes credited for service on each of its days.
    pub credited: [i64; 7],
}

impl MemberWeek {
    /// A week in which nothing has happened.
    pub fn empty(id: WeekId) -> Self {
        Self {
            member: id.member,
            monday: id.monday,
            visits: Vec::new(),
            credited: [0; 7],
        }
    }

    /// Which week it is.
    pub fn id(&self) -> WeekId {
        WeekId {
            member: self.member.clone(),
            monday: self.monday,
        }
    }

    /// The minutes credited for service on a day of it.
    pub fn credited_on(&self, day: Day) -> i64 {
        self.credited[day.of_week()]
    }

    /// The minutes credited for service in all of it.
    pub fn credited_in_all(&self) -> i64 {
        self.credited.iter().sum()
    }

    /// A visit of another order that takes some of a time. Several may help at once with
    /// what is the member's own need.
    pub fn overlapping(&self, visit: &Visit, side: Party) -> Option<&Visit> {
        let is_own = |other: &Visit| side == Party::Recipient && other.need == visit.need;
        let mut others = self.visits.iter().filter(|other| !is_own(other));
        others.find(|other| {
            other.order != visit.order && other.from < visit.until && visit.from < other.until
        })
    }

    /// Takes a visit out, if it is there.
    pub(in crate::exchange) fn remove(&mut self, order: OrderId) {
        self.visits.retain(|visit| visit.order != order);
    }

    /// Puts a visit in the place of the order's other one, if it has one.
    pub(in crate::exchange) fn put(&mut self, visit: Visit) {
        self.remove(visit.order);
        self.visits.push(visit);
        self.visits.sort_by_key(|visit| visit.order);
    }

    /// Counts minutes that were credited for service on a day of it.
    pub(in crate::exchange) fn credit(&mut self, day: Day, minutes: i64) {
        self.credited[day.of_week()] += minutes;
    }
}
