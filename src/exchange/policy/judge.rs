//! Whether something may be, by a policy: one rule at a time, with the figures.

use std::fmt;

use super::{Inheritor, Minutes, Payer, Person, Policy, Receiver, verdict};
use crate::exchange::{Code, Day};
use crate::ledger::AccountId;

/// Who gives hours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Giver {
    Member,
    /// An organisation, such as a group.
    Organisation,
}

/// What is asked of a policy.
#[derive(Clone, Copy, Debug)]
pub enum Ask<'a> {
    Join(Person<'a>),
    Serve(Person<'a>),
    Redeem(Person<'a>),
    /// Whether somebody has waited long enough to redeem.
    EndWaiting {
        earned: Minutes,
        joined_on: Day,
        day: Day,
    },
    /// An opening grant.
    Grant(Person<'a>),
    Give {
        by: Giver,
        to: Receiver,
    },
    /// A balance of so many minutes.
    Balance(i64),
    /// A service of a length, so many days ago.
    Exchange {
        length: Minutes,
        days_ago: u32,
    },
    /// What both sides confirmed of a service that was booked.
    Confirm {
        booked: Minutes,
        by_provider: Minutes,
        by_recipient: Minutes,
    },
    /// Confirmation by the two sides alone, so many days after the service.
    ConfirmThemselves {
        days_after: u32,
    },
    /// A recipient's cancellation for which nothing is owed, so long before it begins.
    Cancel {
        minutes_before: i64,
    },
    /// A need that so many of the staff approved.
    Approved(u32),
    /// A correction that so many of the staff ask for.
    CorrectedBy(u32),
    /// Relief that so many of the staff approved.
    RelievedBy(u32),
    /// Hours for the heir that so many of the staff approved.
    InheritedBy(u32),
    /// Hours that nobody earned, from an account.
    Issue(&'a AccountId),
    /// What is owed between a partner and us: to us, if above 0.
    Partner {
        code: &'a Code,
        owed_minutes: i64,
    },
    /// Hours paid out in money.
    PayOut,
    /// A service paid by an account other than the recipient's.
    PayFrom(&'a AccountId),
    /// What somebody leaves behind who leaves, for an heir.
    InheritOnLeaving,
    InheritOnDeath,
    /// Somebody without an exchange for so many months, as one who takes part.
    Rest {
        months: u32,
    },
    /// The erasure of who somebody was, so many months after they have gone.
    Erase {
        months: u32,
    },
}

/// Which rule is against it, what that says, and what was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// The key, such as `exchange.shortest`.
    pub rule: &'static str,
    pub says: String,
    pub given: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, says, given } = self;
        write!(f, "{rule} says {says}, and this is {given}")
    }
}

type Judged = Result<(), Breach>;

/// A rule that is met, or its breach.
fn rule(
    is_met: bool,
    rule: &'static str,
    says: impl fmt::Display,
    given: impl fmt::Display,
) -> Judged {
    match is_met {
        true => Ok(()),
        false => Err(Breach {
            rule,
            says: says.to_string(),
            given: given.to_string(),
        }),
    }
}

impl Policy {
    /// Whether something may be.
    ///
    /// # Errors
    /// The [`Breach`] of the first rule that is against it.
    pub fn judge(&self, ask: &Ask<'_>) -> Judged {
        match *ask {
            Ask::Join(person) => self.admits("join.who", &self.join.who, person),
            Ask::Serve(person) => self.admits("provide.who", &self.provide.who, person),
            Ask::Redeem(person) => self.admits("redeem.who", &self.redeem.who, person),
            Ask::EndWaiting {
                earned,
                joined_on,
                day,
            } => {
                let waiting = &self.redeem.waiting;
                let mut over = waiting
                    .iter()
                    .map(|one| one.is_over(earned, joined_on, day));
                let is_over = waiting.is_empty() || over.any(|is_over| is_over);
                let says: Vec<_> = waiting.iter().map(ToString::to_string).collect();
                let given = format!("{earned} earned, and a member since {joined_on}");
                rule(is_over, "redeem.waiting", says.join(", or "), given)
            }
            Ask::Grant(person) => match &self.grant {
                None => rule(false, "grant", "none", "an opening grant"),
                Some(grant) => self.admits("grant.who", &grant.who, person),
            },
            Ask::Give { by, to } => self.gives(by, to),
            Ask::Balance(minutes) => self.holds(minutes),
            Ask::Exchange { length, days_ago } => self.exchanges(length, days_ago),
            Ask::Confirm {
                booked,
                by_provider,
                by_recipient,
            } => self.confirms(booked, by_provider, by_recipient),
            Ask::ConfirmThemselves { days_after } => {
                let within = self.confirmation.within_days;
                let says = format!("{within} days");
                let given = format!("{days_after} days after");
                rule(
                    days_after <= within,
                    "confirmation.within_days",
                    says,
                    given,
                )
            }
            Ask::Cancel { minutes_before } => {
                let terms = &self.cancellation;
                let is_free = terms.owed == Minutes::ZERO || minutes_before >= terms.notice.get();
                let says = format!("{} before, or {} is owed", terms.notice, terms.owed);
                let given = format!("{minutes_before} minutes before");
                rule(is_free, "cancellation.notice", says, given)
            }
            Ask::Approved(by) => enough("approval.need", self.approval.need, by),
            Ask::CorrectedBy(by) => enough("approval.correction", self.approval.correction, by),
            Ask::RelievedBy(by) => enough("approval.relief", self.approval.relief, by),
            Ask::InheritedBy(by) => enough("exit.approvals", self.exit.approvals, by),
            Ask::Issue(from) => {
                let sources = &self.issuance.sources;
                let says: Vec<_> = sources.iter().map(ToString::to_string).collect();
                rule(
                    sources.contains(from),
                    "issuance.sources",
                    says.join(", "),
                    from,
                )
            }
            Ask::Partner { code, owed_minutes } => self.owes(code, owed_minutes),
            Ask::PayOut => rule(
                self.exchange.cash,
                "exchange.cash",
                false,
                "money for hours",
            ),
            Ask::PayFrom(account) => {
                let payer = &self.payment.payer;
                let is_payer = *payer == Payer::Account(account.clone());
                rule(is_payer, "payment.payer", payer, account)
            }
            Ask::InheritOnLeaving => inherits("exit.leaving", &self.exit.leaving),
            Ask::InheritOnDeath => inherits("exit.death", &self.exit.death),
            Ask::Rest { months } => {
                let after = self.dormancy.after_months;
                let is_awake = after.is_none_or(|after| months < after.get());
                let says = after.map_or_else(String::new, |after| format!("{after} months"));
                let given = format!("{months} months without an exchange");
                rule(is_awake, "dormancy.after_months", says, given)
            }
            Ask::Erase { months } => {
                let kept = self.retention.months.get();
                let given = format!("{months} months after");
                rule(
                    months >= kept,
                    "retention.months",
                    format!("{kept} months"),
                    given,
                )
            }
        }
    }

    fn admits(&self, key: &'static str, who: &super::Who, person: Person<'_>) -> Judged {
        let given = format!("whoever it is on {}", person.day);
        rule(who.admits(person).is_some(), key, who, given)
    }

    fn gives(&self, by: Giver, to: Receiver) -> Judged {
        let (key, receivers) = match by {
            Giver::Member => ("gift.member_to", &self.gift.member_to),
            Giver::Organisation => ("gift.organisation_to", &self.gift.organisation_to),
        };
        // Relatives and members in hardship are members, too.
        let is_member = to != Receiver::Pools;
        let to_any = is_member && receivers.contains(&Receiver::Members);
        let says = verdict::words(receivers);
        let given = format!("a gift to {}", to.words());
        rule(to_any || receivers.contains(&to), key, says, given)
    }

    fn holds(&self, minutes: i64) -> Judged {
        let (floor, ceiling) = (self.balance.floor, self.balance.ceiling);
        let given = format!("a balance of {minutes} minutes");
        let is_above = floor.minutes().is_none_or(|floor| minutes >= floor);
        rule(is_above, "balance.floor", floor, &given)?;
        let is_below = ceiling.minutes().is_none_or(|ceiling| minutes <= ceiling);
        rule(is_below, "balance.ceiling", ceiling, &given)
    }

    fn exchanges(&self, length: Minutes, days_ago: u32) -> Judged {
        let terms = &self.exchange;
        let (shortest, longest, back) = (terms.shortest, terms.longest, terms.backdated_days);
        rule(length >= shortest, "exchange.shortest", shortest, length)?;
        rule(length <= longest, "exchange.longest", longest, length)?;
        let (says, given) = (format!("{back} days"), format!("{days_ago} days ago"));
        rule(days_ago <= back, "exchange.backdated_days", says, given)
    }

    fn confirms(&self, booked: Minutes, one: Minutes, other: Minutes) -> Judged {
        let terms = &self.confirmation;
        let difference = Minutes::at_most((one.get() - other.get()).abs());
        let is_close = difference <= terms.tolerance;
        let given = format!("a difference of {difference}");
        rule(is_close, "confirmation.tolerance", terms.tolerance, given)?;
        let counted = self.pricing.counted(super::pricing::Confirmed {
            by_provider: one,
            by_recipient: other,
        });
        let off = (counted.get() - booked.get()).abs();
        let percent = i64::from(terms.within_percent.get());
        let is_near = off * 100 <= booked.get() * percent;
        let given = format!("{counted} where {booked} was booked");
        let says = format!("{percent} %");
        rule(is_near, "confirmation.within_percent", says, given)
    }

    fn owes(&self, code: &Code, owed_minutes: i64) -> Judged {
        let found = self.partners.iter().find(|partner| partner.code == *code);
        let Some(partner) = found else {
            return rule(false, "partner.code", "no such partner", code);
        };
        let given = format!("{owed_minutes} minutes owed by {code}");
        let (surplus, deficit) = (partner.surplus, partner.deficit);
        rule(
            owed_minutes <= surplus.get(),
            "partner.surplus",
            surplus,
            &given,
        )?;
        rule(
            owed_minutes >= -deficit.get(),
            "partner.deficit",
            deficit,
            &given,
        )
    }
}

fn enough(key: &'static str, asked: u32, given: u32) -> Judged {
    rule(given >= asked, key, asked, given)
}

fn inherits(key: &'static str, inheritor: &Inheritor) -> Judged {
    let to_heir = matches!(inheritor, Inheritor::Heir(_));
    rule(to_heir, key, inheritor, "the heir")
}
