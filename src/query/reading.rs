//! What a read goes by.

use super::Scan;
use crate::{
    exchange::token::Scope,
    ledger::{Moment, Principal},
    store::Snapshot,
};

/// Who reads, and how far they see.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reader {
    pub who: Principal,
    pub scope: Scope,
    /// Whether of orders and evaluations they see those alone that were drawn for them.
    pub is_evaluator: bool,
}

impl Reader {
    /// One who sees the whole ledger.
    pub fn whole(who: Principal) -> Self {
        Self {
            who,
            scope: Scope::Ledger,
            is_evaluator: false,
        }
    }
}

/// One read: on a snapshot, for somebody, at a moment.
pub struct Reading<'a> {
    pub snapshot: &'a mut dyn Snapshot,
    /// Who reads.
    pub by: &'a Principal,
    /// The moment by which holds are due.
    pub now: Moment,
    /// How far it looked so far.
    pub scan: Scan,
}

impl<'a> Reading<'a> {
    /// A read that nothing was looked at for.
    pub fn new(snapshot: &'a mut dyn Snapshot, by: &'a Principal, now: Moment) -> Self {
        Self {
            snapshot,
            by,
            now,
            scan: Scan::default(),
        }
    }
}
