//! Closing periods, and that nothing is effective in one that is closed.

use super::{Ruling, Undecided, View, staff_of};
use crate::exchange::{
    ClosePeriod, Day, Fact, Month, Objects, Period, PeriodClosed, PeriodCommand, PeriodFact,
    PeriodId, PeriodRejection, PeriodSigned, SealPeriod, SignOffPeriod,
};
use crate::ledger::{self, AccountId, Book, Moment, Principal};

/// How many months ago the first month may be that a centre closes. All after it are closed one
/// by one: a year mistyped would take hundreds.
const MAX_FIRST_MONTHS_AGO: u32 = 120;
/// How often the report of a period is signed off at most.
const MAX_SIGN_OFFS: usize = 20;

pub(super) fn decide(view: View<'_>, command: &PeriodCommand, by: &Principal) -> Ruling {
    match command {
        PeriodCommand::Close(new) => close(view, new, by),
        PeriodCommand::Seal(new) => seal(view, new),
        PeriodCommand::SignOff(new) => sign_off(view, new, by),
    }
}

/// What a period came to the server reckons, and the audit again: no rule can, as it has to look
/// at all that is effective after it.
fn seal(view: View<'_>, new: &SealPeriod) -> Ruling {
    let period = closed(view, &new.id)?;
    if period.seal.is_some() {
        let PeriodId { centre, month } = new.id.clone();
        return Err(PeriodRejection::PeriodSealed { centre, month }.into());
    }
    Ok(Fact::Period(Box::new(PeriodFact::Sealed(new.clone()))).into())
}

fn sign_off(view: View<'_>, new: &SignOffPeriod, by: &Principal) -> Ruling {
    let PeriodId { centre, month } = new.id.clone();
    let staff = staff_of(view.objects, &centre, by)?;
    let number = staff.terms.number.clone();
    let period = closed(view, &new.id)?;
    let last = view.book.last().sequence;
    if !(period.recorded..=last).contains(&new.position) {
        return Err(PeriodRejection::SignOffPosition {
            centre,
            month,
            given: new.position,
            closed: period.recorded,
            last,
        }
        .into());
    }
    if period.signed_off.iter().any(|sign| sign.by == number) {
        return Err(PeriodRejection::SignedOff {
            centre,
            month,
            number,
        }
        .into());
    }
    if period.signed_off.len() >= MAX_SIGN_OFFS {
        let max = MAX_SIGN_OFFS;
        return Err(PeriodRejection::TooManySignOffs { centre, month, max }.into());
    }
    let signed = PeriodSigned {
        sign: new.clone(),
        by: number,
    };
    Ok(Fact::Period(Box::new(PeriodFact::Signed(signed))).into())
}

fn closed<'a>(view: View<'a>, id: &PeriodId) -> Result<&'a Period, Undecided> {
    match view.objects.period(id)? {
        Some(period) => Ok(period),
        None => {
            let PeriodId { centre, month } = id.clone();
            Err(PeriodRejection::PeriodOpen { centre, month }.into())
        }
    }
}

fn close(view: View<'_>, new: &ClosePeriod, by: &Principal) -> Ruling {
    let PeriodId { centre, month } = &new.id;
    let staff = staff_of(view.objects, centre, by)?;
    let number = staff.terms.number.clone();
    let closed = view.objects.centre(centre);
    let closed = closed.and_then(|centre| centre.closed_until);
    let (centre, month) = (centre.clone(), *month);
    if closed.is_some_and(|closed| month.first_day() <= closed) {
        return Err(PeriodRejection::PeriodClosed { centre, month }.into());
    }
    if month.last_day() >= view.today {
        let today = view.today;
        return Err(PeriodRejection::PeriodNotOver { month, today }.into());
    }
    let months_ago = month.first_day().months_until(view.today);
    if closed.is_none() && months_ago > MAX_FIRST_MONTHS_AGO {
        return Err(PeriodRejection::PeriodTooEarly {
            month,
            months_ago,
            max: MAX_FIRST_MONTHS_AGO,
        }
        .into());
    }
    let next = closed.and_then(|closed| Month::of(closed).next());
    if let Some(next) = next.filter(|next| *next != month) {
        return Err(PeriodRejection::PeriodHole {
            centre,
            month,
            next,
        }
        .into());
    }
    let closed = PeriodClosed {
        close: new.clone(),
        by: number,
    };
    Ok(Fact::Period(Box::new(PeriodFact::Closed(closed))).into())
}

/// That what is asked of the ledger alone is effective in no closed period of an account's
/// centre. What stands already is the ledger's to tell.
pub(super) fn check_ledger(
    book: &Book,
    objects: &Objects,
    command: &ledger::Command,
) -> Result<(), Undecided> {
    let Some(asked) = Asked::of(command) else {
        return Ok(());
    };
    let Some(founded) = book.founded() else {
        return Ok(());
    };
    let on = Day::of(asked.effective_at, founded.foundation.time_zone);
    if !objects.may_be_closed(on) {
        return Ok(());
    }
    for account in asked.accounts(book)? {
        let Some((centre, closed_until)) = objects.closed_until(account.as_str()) else {
            continue;
        };
        if on <= closed_until {
            return Err(PeriodRejection::EffectiveInClosed {
                centre: centre.clone(),
                account,
                on,
                closed_until,
            }
            .into());
        }
    }
    Ok(())
}

/// What is asked for a time of its own.
struct Asked<'a> {
    command: &'a ledger::Command,
    effective_at: Moment,
}

impl<'a> Asked<'a> {
    /// None where it is asked for no time, and so is of today.
    fn of(command: &'a ledger::Command) -> Option<Self> {
        let effective_at = match command {
            ledger::Command::PostEntry(new) => new.entry.effective_at,
            ledger::Command::ReverseEntry(reversal) => reversal.effective_at,
            ledger::Command::SettleHold { effective_at, .. } => *effective_at,
            _ => None,
        };
        Some(Self {
            command,
            effective_at: effective_at?,
        })
    }

    /// The accounts that it would touch. None where it stands already, or refers to nothing.
    fn accounts(&self, book: &Book) -> Result<Vec<AccountId>, ledger::NotLoaded> {
        let both = |legs: &[ledger::Transfer]| {
            let ends = legs.iter().flat_map(|leg| [leg.debit(), leg.credit()]);
            ends.cloned().collect::<Vec<_>>()
        };
        let stands = |id| book.booking(id).map(|found| found.is_some());
        Ok(match self.command {
            ledger::Command::PostEntry(new) if !stands(new.entry.id)? => {
                both(new.entry.transfers.as_slice())
            }
            ledger::Command::ReverseEntry(reversal) if !stands(reversal.id)? => {
                let original = book.booking(reversal.of)?;
                let original = original.and_then(ledger::Booking::entry);
                original.map_or_else(Vec::new, |one| both(one.entry.transfers.as_slice()))
            }
            ledger::Command::SettleHold { id, settlement, .. } => {
                let hold = book.booking(*id)?.and_then(ledger::Booking::hold);
                let Some(hold) = hold.filter(|hold| hold.state == ledger::HoldState::Open) else {
                    return Ok(Vec::new());
                };
                let mut accounts = both(std::slice::from_ref(&hold.terms.transfer));
                if let ledger::Settlement::Legs(legs) = settlement {
                    accounts.extend(legs.as_slice().iter().map(|leg| leg.credit.clone()));
                }
                accounts
            }
            _ => Vec::new(),
        })
    }
}

/// When a service of a moment is effective on accounts: then; or where a centre of one of them
/// has closed that day, when the first day begins that is open to all.
pub(super) fn effective_at<'a>(
    view: View<'_>,
    accounts: impl IntoIterator<Item = &'a AccountId>,
    at: Moment,
) -> Moment {
    let on = view.day(at);
    if !view.objects.may_be_closed(on) {
        return at;
    }
    let accounts = accounts.into_iter();
    let closed = accounts.filter_map(|id| view.objects.closed_until(id.as_str()));
    let latest = closed.map(|(_, closed)| closed).max();
    let first_open = latest.filter(|closed| on <= *closed).and_then(Day::next);
    first_open
        .and_then(|day| day.begins_at(view.zone))
        .unwrap_or(at)
}
