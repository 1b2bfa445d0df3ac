//! What an order comes to, and what the ledger does for it.

use super::{
    Undecided, View,
    booking::{self, Held},
    eligibility, periods, policies,
};
use crate::exchange::{
    AdoptedPolicy, Member, Order, OrderRejection, WeekId,
    order::{Reason, Reckoned},
    policy::{
        Minutes,
        pricing::{Before, Bounds, Confirmed, Over, Shares, Worth},
    },
};
use crate::ledger::{
    self, AccountId, Amount, BookingId, CreditLeg, CreditLegs, Moment, Reversal, Settlement,
};

/// An order that is settled.
pub(super) struct Settled {
    pub(super) reckoned: Reckoned,
    pub(super) ledger: Vec<ledger::Command>,
}

/// What an order comes to, and who gets what.
struct Outcome {
    reckoned: Reckoned,
    /// Of the provider, and of whom the policy names for what they may not get.
    legs: Vec<CreditLeg>,
}

/// What is to be settled.
#[derive(Clone, Copy)]
pub(super) enum Due {
    /// What the confirmed times are worth.
    Served(Confirmed),
    /// So many minutes that the recipient owes without having been served.
    Owed(Minutes),
}

/// Reckons an order, and has the hold settled by it.
pub(super) fn settle(
    view: View<'_>,
    order: &Order,
    provider: &Member,
    due: Due,
) -> Result<Settled, Undecided> {
    let Outcome { reckoned, legs } = reckon(view, order, provider, due)?;
    let effective_at = match due {
        Due::Served(_) => {
            let credited = legs.iter().map(|leg| &leg.credit);
            Some(periods::effective_at(
                view,
                credited.chain([&order.payer]),
                order.at,
            ))
        }
        Due::Owed(_) => None,
    };
    let end = end_hold(order, order.hold, effective_at, legs);
    let limits = policies::new_limits(view, &provider.centre, &provider.account)?;
    Ok(Settled {
        ledger: limits.into_iter().chain([end]).collect(),
        reckoned,
    })
}

/// Reckons an order again by other minutes: the entry is reversed, also past the limits of members,
/// as hours that were never served may have been spent (a pool that got some has to have them); and another one takes its place, in the
/// order's hands as the first one is. Where nobody gets anything by one of them, it is not there.
pub(super) fn correct(
    view: View<'_>,
    order: &Order,
    provider: &Member,
    due: Due,
    by: Correcting<'_>,
) -> Result<Settled, Undecided> {
    let Outcome { reckoned, legs } = reckon(view, order, provider, due)?;
    // Hours are counted by service dates: as if it had not been, as far as these are open.
    let credited = legs.iter().map(|leg| leg.credit.clone());
    let mut touched: Vec<_> = credited.chain([order.payer.clone()]).collect();
    if let Some(entry) = by.entry {
        let entry = view.book.booking(entry)?.and_then(ledger::Booking::entry);
        let legs = entry.map_or(&[][..], |posted| posted.entry.transfers.as_slice());
        touched.extend(legs.iter().map(|leg| leg.credit().clone()));
    }
    let effective_at = Some(periods::effective_at(view, &touched, order.at));
    let reversal = by.entry.map(|entry| {
        ledger::Command::ReverseEntry(Reversal {
            id: by.step,
            of: entry,
            reason: by.reason.commitment,
            note: by.reason.note.clone(),
            force: true,
            effective_at,
            owner: order.id.hold_owner(),
        })
    });
    let limits = policies::new_limits(view, &provider.centre, &provider.account)?;
    let mut ledger: Vec<_> = limits.into_iter().chain(reversal).collect();
    if !reckoned.is_moved() {
        return Ok(Settled { reckoned, ledger });
    }
    let adopted = eligibility::policy_on(view, &order.centre, order.on)?;
    let service = eligibility::service_of(adopted, &order.service)?;
    let all = legs.iter().map(|leg| leg.amount.steps()).sum();
    let held = Held {
        order: order.id,
        id: by.new_entry,
        payer: &order.payer,
        to: credited_account(order, provider),
        amount: Amount::new(all)
            .map_err(|_| OrderRejection::NothingToCorrect { order: order.id })?,
    };
    ledger.push(booking::place_hold(
        adopted,
        service,
        &held,
        order.point.as_ref(),
    )?);
    ledger.push(end_hold(order, by.new_entry, effective_at, legs));
    Ok(Settled { reckoned, ledger })
}

/// By which step an order is corrected, and what it replaces.
#[derive(Clone, Copy)]
pub(super) struct Correcting<'a> {
    pub(super) step: BookingId,
    pub(super) entry: Option<BookingId>,
    pub(super) new_entry: BookingId,
    pub(super) reason: &'a Reason,
}

/// The account of the provider that an order credits.
pub(super) fn credited_account<'a>(order: &'a Order, provider: &'a Member) -> &'a AccountId {
    let earns = order.earns.as_ref();
    earns.map_or(&provider.account, |earns| &earns.account)
}

/// What an order comes to: under the policy of the need's centre on the service date, and
/// with the caps of the provider's centre. What it came to before is not there.
fn reckon(
    view: View<'_>,
    order: &Order,
    provider: &Member,
    due: Due,
) -> Result<Outcome, Undecided> {
    let adopted = eligibility::policy_on(view, &order.centre, order.on)?;
    let service = eligibility::service_of(adopted, &order.service)?;
    booking::check_unit(order, adopted, service)?;
    let (confirmed, worth) = match due {
        Due::Served(confirmed) => (confirmed, adopted.policy().worth(service, confirmed)),
        Due::Owed(minutes) => {
            let confirmed = Confirmed {
                by_provider: Minutes::ZERO,
                by_recipient: Minutes::ZERO,
            };
            // What is owed is hours; who earns none is owed none.
            let owed = match order.earns {
                None => minutes.get().min(order.held.steps()),
                Some(_) => 0,
            };
            (
                confirmed,
                Worth {
                    confirmed: Minutes::ZERO,
                    rounded: Minutes::ZERO,
                    weighted: owed,
                },
            )
        }
    };
    let standing = Standing::of(view, order, provider)?;
    let is_served = matches!(due, Due::Served(_));
    let shares = standing
        .bounds(is_served)
        .share(worth.weighted, standing.before);
    let Shares {
        within_day_cap,
        within_week_cap,
        credited,
        excess,
    } = shares;
    let Standing {
        before,
        of_provider,
        excess_to,
        ..
    } = standing;
    let reckoned = Reckoned {
        policy: adopted.version,
        provider_policy: of_provider.map(|adopted| adopted.version),
        by_provider: confirmed.by_provider,
        by_recipient: confirmed.by_recipient,
        confirmed: worth.confirmed,
        rounded: worth.rounded,
        weighted: worth.weighted,
        earned_on_day: before.day,
        earned_in_week: before.week,
        within_day_cap,
        within_week_cap,
        balance: before.balance,
        credited,
        excess,
    };
    if is_served && credited == 0 && excess == 0 && worth.weighted > 0 {
        return Err(cap_reached(view, order, provider, &reckoned)?.into());
    }
    let shares = [
        (Some(credited_account(order, provider).clone()), credited),
        (excess_to, excess),
    ];
    let legs = shares.into_iter().filter_map(|(credit, minutes)| {
        Some(CreditLeg {
            credit: credit?,
            amount: Amount::new(minutes).ok()?,
        })
    });
    Ok(Outcome {
        legs: legs.collect(),
        reckoned,
    })
}

/// How whoever served stands, and within which bounds they earn.
struct Standing<'a> {
    before: Before,
    /// The policy of their centre on the service date. None where it has none, or what they
    /// earn is no hours, for which there are no caps.
    of_provider: Option<&'a AdoptedPolicy>,
    ceiling: Option<i64>,
    excess_to: Option<AccountId>,
}

impl<'a> Standing<'a> {
    fn of(view: View<'a>, order: &Order, provider: &Member) -> Result<Self, Undecided> {
        if order.earns.is_some() {
            return Ok(Self {
                before: Before {
                    day: 0,
                    week: 0,
                    balance: 0,
                },
                of_provider: None,
                ceiling: None,
                excess_to: None,
            });
        }
        let week = view.objects.week(&WeekId::of(&provider.id, order.on))?;
        let before = order.reckoned.as_ref().map_or(0, |before| before.credited);
        let account = view.book.account(&provider.account)?;
        Ok(Self {
            before: Before {
                day: week.map_or(0, |week| week.credited_on(order.on)) - before,
                week: week.map_or(0, |week| week.credited_in_all()) - before,
                balance: account.map_or(0, |account| account.balance.steps()) - before,
            },
            of_provider: view.objects.policy_on(&provider.centre, order.on)?,
            ceiling: ceiling(view, provider)?,
            excess_to: excess_to(view, provider)?,
        })
    }

    fn bounds(&self, is_served: bool) -> Bounds<'a> {
        Bounds {
            caps: self.of_provider.map(|adopted| &adopted.policy().pricing),
            ceiling: self.ceiling,
            over: match (&self.excess_to, is_served) {
                (Some(_), _) => Over::Passed,
                (None, true) => Over::Refused,
                // What is owed without service is given up where it may not be earned.
                (None, false) => Over::GivenUp,
            },
        }
    }
}

/// The account that gets what the provider may not, by the policy that their centre
/// holds to today.
fn excess_to(view: View<'_>, provider: &Member) -> Result<Option<AccountId>, Undecided> {
    let adopted = view.objects.policy_on(&provider.centre, view.today)?;
    let account = adopted.and_then(|adopted| adopted.policy().balance.excess_to.clone());
    if let Some(account) = &account {
        policies::check_ours(view, &provider.centre, "balance.excess_to", account)?;
    }
    Ok(account)
}

/// The most that may stand on the provider's account.
fn ceiling(view: View<'_>, provider: &Member) -> Result<Option<i64>, Undecided> {
    let adopted = view.objects.policy_on(&provider.centre, view.today)?;
    let ceiling = match adopted {
        Some(_) => policies::limits(view, &provider.centre)?.ceiling,
        None => {
            let account = view.book.account(&provider.account)?;
            account.and_then(|account| account.limits.ceiling)
        }
    };
    Ok(ceiling.map(|ceiling| ceiling.steps()))
}

/// Which cap leaves nothing.
fn cap_reached(
    view: View<'_>,
    order: &Order,
    provider: &Member,
    reckoned: &Reckoned,
) -> Result<OrderRejection, Undecided> {
    let adopted = view.objects.policy_on(&provider.centre, order.on)?;
    let pricing = adopted.map(|adopted| &adopted.policy().pricing);
    let of_day = reckoned.within_day_cap == 0;
    let (rule, cap, earned) = match of_day {
        true => (
            "pricing.day_cap",
            pricing.and_then(|pricing| pricing.day_cap),
            reckoned.earned_on_day,
        ),
        false => (
            "pricing.week_cap",
            pricing.and_then(|pricing| pricing.week_cap),
            reckoned.earned_in_week,
        ),
    };
    Ok(OrderRejection::CapReached {
        order: order.id,
        rule,
        cap: cap.unwrap_or_default(),
        earned,
    })
}

/// Settles a hold among those who get something, or releases it where nobody does.
fn end_hold(
    order: &Order,
    id: BookingId,
    effective_at: Option<Moment>,
    legs: Vec<CreditLeg>,
) -> ledger::Command {
    let owner = order.id.hold_owner();
    match CreditLegs::new(legs) {
        Ok(legs) => ledger::Command::SettleHold {
            id,
            settlement: Settlement::Legs(legs),
            effective_at,
            owner,
        },
        Err(_) => ledger::Command::ReleaseHold { id, owner },
    }
}

/// Frees what is held for an order.
pub(super) fn release(order: &Order) -> ledger::Command {
    ledger::Command::ReleaseHold {
        id: order.hold,
        owner: order.id.hold_owner(),
    }
}
