//! Which command a record was the answer to, so that an audit can have it decided
//! again.

use super::{
    Bound, Command, CreditLeg, CreditLegs, Fact, NewEntry, Origin, Reversal, Settlement, Step,
    Transfers,
};

impl Step {
    /// The command that this step is the effect of; none where no command has it.
    /// Of what a record only commits to, such as a note's text, it has the
    /// commitment.
    pub fn command(&self) -> Option<Command> {
        match self {
            Self::Fact(fact) => fact.command(),
            Self::EntryWithAccounts(step) => match step.entry()?.origin {
                Origin::Reversal { .. } => None,
                Origin::Posted => Some(Command::PostEntry(NewEntry {
                    entry: step.entry()?.clone(),
                    units: Vec::new(),
                    note: None,
                    opens: step.accounts().cloned().collect(),
                })),
            },
        }
    }
}

impl Fact {
    fn command(&self) -> Option<Command> {
        Some(match self {
            Self::LedgerFounded(foundation) => Command::Found(*foundation),
            Self::TimeZoneSet(zone) => Command::SetTimeZone(*zone),
            Self::UnitDeclared(unit) => Command::DeclareUnit(unit.clone()),
            Self::AccountOpened(opening) => Command::OpenAccount(opening.clone()),
            Self::AccountLimitsChanged {
                id,
                limits,
                replaces,
            } => Command::ChangeLimits {
                id: id.clone(),
                since: *replaces,
                floor: Some(limits.floor.map_or(Bound::Unbounded, Bound::At)),
                ceiling: Some(limits.ceiling.map_or(Bound::Unbounded, Bound::At)),
            },
            Self::AccountClosed { id } => Command::CloseAccount { id: id.clone() },
            Self::EntryPosted(entry) => match (&entry.origin, entry.note) {
                (Origin::Reversal { of, forced }, Some(reason)) => {
                    Command::ReverseEntry(Reversal {
                        id: entry.id,
                        of: *of,
                        reason,
                        note: None,
                        force: *forced,
                        effective_at: entry.effective_at,
                        owner: None,
                    })
                }
                // A reversal has a reason.
                (Origin::Reversal { .. }, None) => return None,
                (Origin::Posted, _) => Command::PostEntry(NewEntry {
                    entry: entry.clone(),
                    units: Vec::new(),
                    note: None,
                    opens: Vec::new(),
                }),
            },
            Self::HoldPlaced(placed) => Command::PlaceHold {
                terms: placed.terms.clone(),
                unit: None,
            },
            Self::HoldSettled(entry) => Command::SettleHold {
                id: entry.id,
                settlement: Settlement::Legs(credit_legs(&entry.transfers)?),
                effective_at: entry.effective_at,
                owner: None,
            },
            Self::HoldReleased { id } => Command::ReleaseHold {
                id: *id,
                owner: None,
            },
            Self::HoldExpired { id } => Command::ExpireHold { id: *id },
        })
    }
}

/// Who got what; that all of it came from the held account shows when it is
/// decided.
fn credit_legs(transfers: &Transfers) -> Option<CreditLegs> {
    let legs = transfers.as_slice().iter().map(|leg| CreditLeg {
        credit: leg.credit().clone(),
        amount: leg.amount(),
    });
    CreditLegs::new(legs.collect()).ok()
}
