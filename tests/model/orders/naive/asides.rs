//! What stops no order: incidents, supplies, and who takes part.

use timebank::exchange::order::IncidentKind;

use super::{Incident, Model, centre_of, day, err};
use crate::model::orders::{Ask, Id};

impl Model {
    pub(super) fn report(&mut self, ask: Ask, actor: Id) -> Result<(), String> {
        let Ask::Report {
            incident,
            order: id,
            is_complaint,
        } = ask
        else {
            unreachable!("it is one");
        };
        let Some(order) = self.orders.get(&id) else {
            return err("ORDER_UNKNOWN");
        };
        let by_member = [order.provider, order.recipient].contains(&actor);
        if !by_member {
            self.for_member(order.centre, order.provider, actor)?;
        }
        let disputes = |one: &&Incident| one.kind == IncidentKind::Dispute;
        let of_order = self.incidents.values().filter(|one| one.order == id);
        let max = if by_member { 10 } else { 20 };
        if of_order.filter(|one| !disputes(one)).count() >= max {
            return err("TOO_MANY_INCIDENTS");
        }
        let kind = match is_complaint {
            true => IncidentKind::Complaint,
            false => IncidentKind::Incident,
        };
        self.begin_incident(incident, id, kind);
        Ok(())
    }

    pub(super) fn begin_incident(&mut self, id: u8, order: u8, kind: IncidentKind) {
        let is_open = true;
        let new = Incident {
            order,
            kind,
            is_open,
        };
        self.incidents.insert(id, new);
    }

    pub(super) fn close(&mut self, id: u8, actor: Id) -> Result<(), String> {
        let Some(found) = self.incidents.get(&id) else {
            return err("INCIDENT_UNKNOWN");
        };
        let order = &self.orders[&found.order];
        self.neutral(order.centre, &[order.provider, order.recipient], actor)?;
        if !found.is_open {
            return err("INCIDENT_CLOSED");
        }
        if found.kind == IncidentKind::Dispute {
            return err("INCIDENT_STOPS_ORDER");
        }
        self.incidents
            .entry(id)
            .and_modify(|one| one.is_open = false);
        Ok(())
    }

    pub(super) fn offer_supply(&mut self, id: u8, member: Id, actor: Id) -> Result<(), String> {
        let centre = centre_of(member);
        self.for_member(centre, member, actor)?;
        self.is_active(member)?;
        self.policy(centre, day(self.now))?;
        if self.supplies_of(member).len() >= 20 {
            return err("TOO_MANY_SUPPLIES");
        }
        self.supplies.push((id, member));
        Ok(())
    }

    pub(super) fn withdraw_supply(&mut self, id: u8, member: Id, actor: Id) -> Result<(), String> {
        self.for_member(centre_of(member), member, actor)?;
        if !self.supplies.contains(&(id, member)) {
            return err("SUPPLY_UNKNOWN");
        }
        self.supplies.retain(|(other, _)| *other != id);
        Ok(())
    }

    /// In the order in which they were offered.
    pub(in super::super) fn supplies_of(&self, member: Id) -> Vec<u8> {
        let all = self.supplies.iter();
        let theirs = all.filter(|(_, whose)| *whose == member);
        theirs.map(|(id, _)| *id).collect()
    }

    pub(super) fn suspend(&mut self, member: Id, actor: Id) -> Result<(), String> {
        self.is_staff(centre_of(member), actor)?;
        if !self.suspended.insert(member) {
            return err("MEMBER_STATE_WRONG");
        }
        self.bring_limits(member);
        Ok(())
    }

    pub(super) fn reinstate(&mut self, member: Id, actor: Id) -> Result<(), String> {
        self.is_staff(centre_of(member), actor)?;
        if !self.suspended.remove(member) {
            return err("MEMBER_STATE_WRONG");
        }
        self.bring_limits(member);
        Ok(())
    }
}
