//! What is done about orders: from check-in to settlement, and otherwise.

use super::{
    Plan, Ruling, Undecided, View,
    booking::{self, Held},
    doers, eligibility, membership, needs,
    settling::{self, Correcting, Due},
};
use crate::exchange::{
    AdoptedPolicy, Day, Doer, Fact, Member, MemberState, Order, OrderId, OrderRejection,
    OrderState, OrderStep, OrderStepped, Staff, StepId,
    order::{
        Booked, MAX_OFF_BOOKING_H, OrderAction, OrderVerb, Party, Reckoned, Resolution, Visit,
    },
    policy::{Ask, Minutes, pricing::Confirmed},
};
use crate::ledger::{self, Amount, BookingId, Moment, Principal};

/// What a step is decided on.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) view: View<'a>,
    pub(super) order: &'a Order,
    provider: &'a Member,
    recipient: &'a Member,
    by: &'a Principal,
}

/// What a step comes to.
pub(super) struct Comes {
    by: Doer,
    to: OrderState,
    on: Day,
    confirm_until: Option<Day>,
    is_approval: bool,
    held: Option<Amount>,
    reckoned: Option<Reckoned>,
    /// Of a correction, the entry in the place of another.
    entry: Option<BookingId>,
    ledger: Vec<ledger::Command>,
}

impl Comes {
    /// To another state, and nothing else.
    pub(super) fn plainly(order: &Order, by: Doer, to: OrderState) -> Self {
        Self {
            by,
            to,
            on: order.on,
            confirm_until: None,
            is_approval: false,
            held: None,
            reckoned: None,
            entry: None,
            ledger: Vec::new(),
        }
    }
}

pub(super) fn step(view: View<'_>, new: &OrderStep, by: &Principal) -> Ruling {
    let order = known(view, new.order)?;
    let asked = Asked {
        view,
        order,
        provider: eligibility::known_member(view, &order.provider, "provider_id")?,
        recipient: eligibility::known_member(view, &order.recipient, "recipient_id")?,
        by,
    };
    let comes = match &new.action {
        OrderAction::Approve => asked.approve(),
        OrderAction::Decline => asked.decline(),
        OrderAction::Change { at, minutes } => asked.change(new.step, *at, *minutes),
        OrderAction::CheckIn(at) => asked.check_in(*at),
        OrderAction::CheckOut(at) => asked.check_out(*at),
        OrderAction::Confirm {
            member,
            served,
            rating,
        } => asked.confirm(member, *served, *rating),
        OrderAction::Settle => asked.settle(),
        OrderAction::Cancel(side) => asked.cancel(*side),
        OrderAction::NoShow(side) => asked.no_show(*side),
        OrderAction::Dispute(_) => asked.dispute(),
        OrderAction::Resolve(resolution) => asked.resolve(*resolution),
        OrderAction::Correct(served) => asked.correct(new, *served),
    }?;
    let stays = comes.to == order.state;
    needs::check_steps(order.steps.len(), stays, &order.id)?;
    let stepped = OrderStepped {
        step: new.clone(),
        by: comes.by,
        to: comes.to,
        on: comes.on,
        confirm_until: comes.confirm_until,
        is_approval: comes.is_approval,
        held: comes.held,
        reckoned: comes.reckoned,
        entry: comes.entry,
    };
    let fact = Fact::OrderStepped(Box::new(stepped));
    Ok(Plan {
        ledger: comes.ledger,
        ..Plan::with_reason(fact, new.reason.as_ref())
    }
    .into())
}

pub(super) fn known(view: View<'_>, order: OrderId) -> Result<&Order, Undecided> {
    let found = view.objects.order(order)?;
    Ok(found.ok_or(OrderRejection::OrderUnknown { order })?)
}

impl Asked<'_> {
    /// That a step is open to the order as it stands.
    pub(super) fn check_open(&self, step: OrderVerb) -> Result<(), OrderRejection> {
        let (order, state) = (self.order.id, self.order.state);
        match state.leads(step) {
            None => Err(OrderRejection::OrderStateWrong { order, state, step }),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn member(&self, side: Party) -> &Member {
        match side {
            Party::Provider => self.provider,
            Party::Recipient => self.recipient,
        }
    }

    /// One side, or staff in their place.
    fn side(&self, side: Party) -> Result<Doer, Undecided> {
        doers::doer_for(self.view, &self.order.centre, self.member(side), self.by)
    }

    /// One side, or somebody in their place whom it brings nothing: not the other side, as
    /// their guardian or proxy, and nobody of the staff who is that or a relative.
    pub(super) fn side_alone(&self, side: Party) -> Result<Doer, Undecided> {
        let by = self.side(side)?;
        let other = self.member(side.other());
        match &by {
            Doer::Member(acting) if *acting == other.id => Err(OrderRejection::OtherSideActs {
                order: self.order.id,
                member: acting.clone(),
                side: side.word(),
            }
            .into()),
            Doer::Member(_) => Ok(by),
            Doer::Staff(_) => {
                doers::neutral_staff(self.view, &self.order.centre, &[other], self.by)?;
                Ok(by)
            }
        }
    }

    /// Either side, or staff in their place.
    fn either(&self) -> Result<Doer, Undecided> {
        let sides = [self.provider, self.recipient];
        doers::doer_for_either(self.view, &self.order.centre, sides, self.by)
    }

    /// Staff who are neither party nor a relative of one.
    pub(super) fn neutral_staff(&self) -> Result<&Staff, Undecided> {
        let parties = [self.provider, self.recipient];
        let centre = &self.order.centre;
        doers::neutral_staff(self.view, centre, &parties, self.by)
    }

    pub(super) fn neutral(&self) -> Result<Doer, Undecided> {
        let staff = self.neutral_staff()?;
        Ok(Doer::Staff(staff.terms.number.clone()))
    }

    /// Another time, or another length: beyond the tolerance it needs approval again.
    fn change(&self, step: BookingId, at: Moment, minutes: Minutes) -> Result<Comes, Undecided> {
        let Self { view, order, .. } = *self;
        let by = self.either()?;
        self.check_open(OrderVerb::Change)?;
        let on = view.day(at);
        let adopted = eligibility::policy_on(view, &order.centre, on)?;
        let service = eligibility::service_of(adopted, &order.service)?;
        booking::check_unit(order, adopted, service)?;
        let days_ago = u32::try_from(on.days_until(view.today)).unwrap_or(0);
        let length = minutes;
        needs::check_near(view, on)?;
        eligibility::allows(adopted, &Ask::Exchange { length, days_ago })?;
        let tolerance = adopted.policy().confirmation.tolerance;
        let asked = adopted.policy().approval.need;
        let is_approval = self.approves_alone(asked)?;
        if !is_approval && !is_tolerated(order.approved, Booked { at, minutes }, tolerance) {
            return Err(OrderRejection::ApprovalNeeded {
                order: order.id,
                tolerance,
                asked,
            }
            .into());
        }
        if on != order.on {
            membership::check_state(self.recipient, &[MemberState::Active], "served")?;
            membership::check_state(self.provider, &[MemberState::Active], "a provider")?;
            eligibility::check_qualified(adopted.policy(), service, self.provider, on)?;
        }
        self.check_free(at, at.after_s(minutes.get().saturating_mul(60)))?;
        let longest = adopted.policy().longest_confirmed(minutes);
        let amount = booking::held_amount(adopted, service, longest)?;
        let mut comes = Comes::plainly(order, by, order.state);
        comes.on = on;
        comes.is_approval = is_approval;
        if on != order.on {
            super::issuing::check_pays_on(view, &order.payer, on)?;
        }
        if amount > order.held || (on != order.on && order.earns.is_some()) {
            booking::payer(view, adopted, (service, self.recipient), Some(&order.payer))?;
        }
        if amount != order.held {
            super::entries::check_unbooked(view, step, StepId::Own(step))?;
            let held = Held {
                order: order.id,
                id: step,
                payer: &order.payer,
                to: settling::credited_account(order, self.provider),
                amount,
            };
            let place = booking::place_hold(adopted, service, &held, order.point.as_ref())?;
            comes.ledger = vec![settling::release(order), place];
            comes.held = Some(amount);
        }
        Ok(comes)
    }

    /// Whether what somebody does is approved by that, where so many approvals are asked for.
    fn approves_alone(&self, asked: u32) -> Result<bool, Undecided> {
        let parties = [self.provider, self.recipient];
        match asked {
            0 => Ok(true),
            1 => doers::is_neutral_staff(self.view, &self.order.centre, &parties, self.by),
            _ => Ok(false),
        }
    }

    fn check_free(&self, from: Moment, until: Moment) -> Result<(), Undecided> {
        let visit = Visit {
            order: self.order.id,
            need: self.order.need,
            from,
            until,
        };
        let sides = (&self.order.provider, &self.order.recipient);
        booking::check_free(self.view, sides, &visit)
    }

    fn check_past(&self, at: Moment) -> Result<(), OrderRejection> {
        let now = self.view.now;
        match at > now {
            true => Err(OrderRejection::ServiceInFuture { at, now }),
            false => Ok(()),
        }
    }

    fn check_in(&self, at: Moment) -> Result<Comes, Undecided> {
        let by = self.side(Party::Provider)?;
        self.check_open(OrderVerb::CheckIn)?;
        self.check_past(at)?;
        let booked = self.order.at;
        let off_s = MAX_OFF_BOOKING_H * 3_600;
        if at < booked.after_s(-off_s) || at > booked.after_s(off_s) {
            return Err(OrderRejection::CheckedInOffBooking { booked, at }.into());
        }
        let on = self.view.day(at);
        let adopted = eligibility::policy_on(self.view, &self.order.centre, on)?;
        let length = self.order.minutes;
        let days_ago = u32::try_from(on.days_until(self.view.today)).unwrap_or(0);
        eligibility::allows(adopted, &Ask::Exchange { length, days_ago })?;
        // Afterwards no policy of that day is adopted any more: what is served can be settled.
        let service = eligibility::service_of(adopted, &self.order.service)?;
        booking::check_unit(self.order, adopted, service)?;
        eligibility::check_qualified(adopted.policy(), service, self.provider, on)?;
        self.check_free(at, at.after_s(length.get().saturating_mul(60)))?;
        let mut comes = Comes::plainly(self.order, by, OrderState::Serving);
        comes.on = on;
        Ok(comes)
    }

    fn check_out(&self, at: Moment) -> Result<Comes, Undecided> {
        let by = self.side(Party::Provider)?;
        self.check_open(OrderVerb::CheckOut)?;
        self.check_past(at)?;
        let from = self.order.at;
        if at <= from {
            return Err(OrderRejection::CheckedOutEarly { from, at }.into());
        }
        let adopted = eligibility::policy_on(self.view, &self.order.centre, self.order.on)?;
        let longest = adopted.policy().exchange.longest;
        let length = Minutes::at_most(from.minutes_begun_until(at));
        if length > longest {
            let days_ago = 0;
            eligibility::allows(adopted, &Ask::Exchange { length, days_ago })?;
        }
        self.check_free(from, at)?;
        let mut comes = Comes::plainly(self.order, by, OrderState::Served);
        let within_days = adopted.policy().confirmation.within_days;
        let ended_on = self.view.day(at);
        comes.confirm_until = Some(ended_on.plus_days(within_days).unwrap_or(ended_on));
        Ok(comes)
    }

    fn settle(&self) -> Result<Comes, Undecided> {
        let by = self.neutral()?;
        self.check_open(OrderVerb::Settle)?;
        let order = self.order;
        let served = |side| order.confirmation(side).map(|one| one.served);
        let confirmed = Confirmed {
            by_provider: served(Party::Provider).unwrap_or_default(),
            by_recipient: served(Party::Recipient).unwrap_or_default(),
        };
        self.settled(by, OrderState::Settled, Due::Served(confirmed))
    }

    fn settled(&self, by: Doer, to: OrderState, due: Due) -> Result<Comes, Undecided> {
        let settled = settling::settle(self.view, self.order, self.provider, due)?;
        let mut comes = Comes::plainly(self.order, by, to);
        comes.reckoned = Some(settled.reckoned);
        comes.ledger = settled.ledger;
        Ok(comes)
    }

    pub(super) fn released(&self, by: Doer, to: OrderState) -> Comes {
        let mut comes = Comes::plainly(self.order, by, to);
        comes.ledger = vec![settling::release(self.order)];
        comes
    }

    /// What the recipient owes who is out of it, by the policy.
    fn out(
        &self,
        by: Doer,
        to: OrderState,
        side: Party,
        is_late: bool,
    ) -> Result<Comes, Undecided> {
        let order = self.order;
        let adopted = eligibility::policy_on(self.view, &order.centre, order.on)?;
        let owed = adopted.policy().cancellation.owed;
        match side == Party::Recipient && is_late && owed > Minutes::ZERO {
            true => self.settled(by, to, Due::Owed(owed)),
            false => Ok(self.released(by, to)),
        }
    }

    fn cancel(&self, side: Party) -> Result<Comes, Undecided> {
        let by = self.side_alone(side)?;
        self.check_open(OrderVerb::Cancel)?;
        let Self { view, order, .. } = *self;
        let adopted = eligibility::policy_on(view, &order.centre, order.on)?;
        let minutes_before = view.now.minutes_until(order.at);
        let ask = Ask::Cancel { minutes_before };
        let is_late = adopted.policy().judge(&ask).is_err();
        self.out(by, OrderState::Cancelled, side, is_late)
    }

    fn no_show(&self, side: Party) -> Result<Comes, Undecided> {
        let by = self.neutral()?;
        self.check_open(OrderVerb::NoShow)?;
        self.check_past(self.order.at)?;
        self.out(by, OrderState::NoShow, side, true)
    }

    fn dispute(&self) -> Result<Comes, Undecided> {
        let by = self.either()?;
        self.check_open(OrderVerb::Dispute)?;
        Ok(Comes::plainly(self.order, by, OrderState::Disputed))
    }

    fn resolve(&self, resolution: Resolution) -> Result<Comes, Undecided> {
        let by = self.neutral()?;
        self.check_open(OrderVerb::Resolve)?;
        match resolution {
            Resolution::Release => Ok(self.released(by, OrderState::Resolved)),
            Resolution::Settle(served) => {
                self.check_past(self.order.at.after_s(served.get().saturating_mul(60)))?;
                check_lasted(self.order, served)?;
                self.settled(by, OrderState::Resolved, Due::Served(both(served)))
            }
        }
    }
}

impl Asked<'_> {
    /// Other minutes, once hours have moved: by as many of the staff as the policy asks for.
    fn correct(&self, new: &OrderStep, served: Minutes) -> Result<Comes, Undecided> {
        let Self { view, order, .. } = *self;
        let by = self.neutral()?;
        self.check_open(OrderVerb::Correct)?;
        let unmoved = || OrderRejection::NothingToCorrect { order: order.id };
        let reason = new.reason.as_ref().ok_or_else(unmoved)?;
        if order.reckoned.is_none() || (order.entry.is_none() && served == Minutes::ZERO) {
            return Err(unmoved().into());
        }
        let adopted = eligibility::policy_on(view, &order.centre, order.on)?;
        self.check_corrected(adopted, served)?;
        let asked = order.correction.as_ref();
        let asked = asked.filter(|correction| correction.served == served);
        let asked_by = asked.map_or(&[][..], |correction| &correction.asked_by);
        for earlier in asked_by {
            if let Doer::Staff(number) = &by {
                let staff = super::known_staff(view.objects, number)?;
                doers::check_another(view, staff, earlier)?;
            }
        }
        let so_many = u32::try_from(asked_by.len()).unwrap_or(u32::MAX);
        let ask = Ask::CorrectedBy(so_many.saturating_add(1));
        let mut comes = Comes::plainly(order, by, order.state);
        if adopted.policy().judge(&ask).is_err() {
            return Ok(comes);
        }
        let correcting = Correcting {
            step: new.step,
            entry: order.entry,
            new_entry: new.step.derived(),
            reason,
        };
        for id in [correcting.step, correcting.new_entry] {
            super::entries::check_unbooked(view, id, StepId::Own(new.step))?;
        }
        let due = Due::Served(both(served));
        let settled = settling::correct(view, order, self.provider, due, correcting)?;
        comes.entry = settled.reckoned.is_moved().then_some(correcting.new_entry);
        comes.reckoned = Some(settled.reckoned);
        comes.ledger = settled.ledger;
        Ok(comes)
    }

    /// That so long may have been served: nothing of what did not take place; and where it was
    /// longer than from check-in to check-out, these were wrong, and neither side was elsewhere.
    fn check_corrected(&self, adopted: &AdoptedPolicy, served: Minutes) -> Result<(), Undecided> {
        let order = self.order;
        let lasted = match order.state.takes_time() {
            true => order.lasted(),
            false => Minutes::ZERO,
        };
        if served <= lasted {
            return Ok(());
        }
        if !order.state.takes_time() {
            return Err(OrderRejection::ConfirmedBeyondVisit { served, lasted }.into());
        }
        let until = order.at.after_s(served.get().saturating_mul(60));
        self.check_past(until)?;
        let (length, days_ago) = (served, 0);
        eligibility::allows(adopted, &Ask::Exchange { length, days_ago })?;
        self.check_free(order.at, until)
    }
}

/// That no more is served than passed between check-in and check-out.
pub(super) fn check_lasted(order: &Order, served: Minutes) -> Result<(), OrderRejection> {
    let lasted = order.lasted();
    match served > lasted {
        true => Err(OrderRejection::ConfirmedBeyondVisit { served, lasted }),
        false => Ok(()),
    }
}

/// As if both sides had confirmed so long.
fn both(served: Minutes) -> Confirmed {
    Confirmed {
        by_provider: served,
        by_recipient: served,
    }
}

/// Whether a time and a length are so near to others that nobody approves them again.
fn is_tolerated(approved: Booked, new: Booked, tolerance: Minutes) -> bool {
    let tolerated = tolerance.get().unsigned_abs();
    let moved_us = (new.at.us() - approved.at.us()).unsigned_abs();
    let longer = (new.minutes.get() - approved.minutes.get()).unsigned_abs();
    moved_us <= tolerated.saturating_mul(60_000_000) && longer <= tolerated
}
