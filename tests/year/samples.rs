//! What is drawn to be checked, by the rule that anybody can draw it again by.

use sha2::{Digest, Sha256};

use super::{
    calendar::date,
    districts::DISTRICTS,
    figures::{Rows, Scope, number},
    tally::{Order, OrderState, Tally},
};

pub(super) const SEED: &str = "drawn by lot 117";
pub(super) const SIZE: usize = 40;

/// Those come first whose SHA-256 of the seed, a line feed and the order's UUID is lowest.
fn rank(order: &Order) -> Vec<u8> {
    Sha256::digest(format!("{SEED}\n{}", order.id)).to_vec()
}

impl Tally {
    pub(super) fn sample(&self, scope: &Scope) -> Rows {
        let orders = self.orders.iter();
        let mut drawn: Vec<_> = orders
            .filter(|order| {
                let served = order.reckoned.as_ref().map_or(0, |one| one.confirmed);
                let district = self.needs[order.need].district;
                let recipient = &self.members[self.needs[order.need].recipient].id;
                let is_in = scope.has(district, order.on) && scope.is_of(recipient);
                order.state == OrderState::Done && served > 0 && is_in
            })
            .collect();
        drawn.sort_by_key(|order| rank(order));
        drawn.truncate(SIZE);
        drawn.into_iter().map(|order| self.drawn(order)).collect()
    }

    fn drawn(&self, order: &Order) -> Vec<String> {
        let seen = self.seen(order);
        let part = seen.parts[0];
        let need = &self.needs[order.need];
        vec![
            order.id.clone(),
            date(order.on),
            DISTRICTS[seen.district].name.into(),
            seen.service.into(),
            need.point.clone().unwrap_or_else(|| "-".into()),
            self.members[order.provider].id.clone(),
            self.members[need.recipient].id.clone(),
            number(part.served),
            number(part.credited),
        ]
    }
}
