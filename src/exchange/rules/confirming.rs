//! Confirming orders: who says how long it took, and whether both sides agree.

use super::{
    Undecided, doers, eligibility,
    orders::{Asked, Comes, check_lasted},
};
use crate::exchange::{
    AdoptedPolicy, Doer, MemberId, OrderRejection, OrderState,
    order::{Confirmation, OrderVerb, Party, Rating},
    policy::{Ask, Minutes},
};

impl Asked<'_> {
    pub(super) fn confirm(
        &self,
        member: &MemberId,
        served: Minutes,
        rating: Option<Rating>,
    ) -> Result<Comes, Undecided> {
        let Self { view, order, .. } = *self;
        let side = order
            .side(member)
            .ok_or_else(|| OrderRejection::MemberNotParty {
                member: member.clone(),
                order: order.id,
            })?;
        let by = self.side_alone(side)?;
        self.check_open(OrderVerb::Confirm)?;
        let adopted = eligibility::policy_on(view, &order.centre, order.on)?;
        self.check_confirming(adopted, side, &by)?;
        check_lasted(order, served)?;
        let ask = |by_provider, by_recipient| Ask::Confirm {
            booked: order.minutes,
            by_provider,
            by_recipient,
        };
        eligibility::allows(adopted, &ask(served, served))?;
        let new = Confirmation {
            served,
            by: by.clone(),
            rating,
        };
        let to = match order.confirmation(side.other()) {
            Some(other) if !self.is_of_one(other, &new)? => {
                let (one, another) = match side {
                    Party::Provider => (served, other.served),
                    Party::Recipient => (other.served, served),
                };
                match adopted.policy().judge(&ask(one, another)) {
                    Ok(()) => OrderState::Confirmed,
                    Err(_) => OrderState::Disputed,
                }
            }
            _ => OrderState::Served,
        };
        Ok(Comes::plainly(order, by, to))
    }

    /// Whether one person confirmed both sides, which is no confirmation.
    fn is_of_one(&self, one: &Confirmation, other: &Confirmation) -> Result<bool, Undecided> {
        let who = |confirmation: &Confirmation| doers::someone(self.view, &confirmation.by);
        Ok(who(one)? == who(other)?)
    }

    /// That whoever confirms may do so now: both sides for as long as the policy gives
    /// them; staff in the place of those who have no device, and of all afterwards.
    fn check_confirming(
        &self,
        adopted: &AdoptedPolicy,
        side: Party,
        by: &Doer,
    ) -> Result<(), Undecided> {
        let Self { view, order, .. } = *self;
        match by {
            Doer::Member(_) => {
                let ended_on = view.day(order.until());
                let days_after = u32::try_from(ended_on.days_until(view.today)).unwrap_or(0);
                eligibility::allows(adopted, &Ask::ConfirmThemselves { days_after })
            }
            Doer::Staff(_) => {
                let member = self.member(side);
                let theirs = order.confirm_until.filter(|until| view.today <= *until);
                match theirs.filter(|_| member.details.has_device) {
                    None => Ok(()),
                    Some(until) => Err(OrderRejection::ConfirmationTheirs {
                        member: member.id.clone(),
                        until,
                    }
                    .into()),
                }
            }
        }
    }
}
