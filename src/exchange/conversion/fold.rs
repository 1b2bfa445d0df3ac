//! What conversions make of the objects.

use super::Converted;
use crate::{
    exchange::{Objects, wants::Folded},
    ledger::{Sequence, UnitId},
};

impl Objects {
    /// What is got and is no hours makes its account the member's.
    pub(in crate::exchange) fn fold_converted(&mut self, new: &Converted, at: Sequence) -> Folded {
        match new.convert.to == UnitId::time() {
            true => Ok(()),
            false => self.hold_account(&new.convert.member, &new.account, at),
        }
    }
}
