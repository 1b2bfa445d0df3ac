//! Accounts: where hours stand, and between which limits.

use std::fmt;

use super::{AccountId, Amount, Balance, Stamp, UnitId};

/// What an account is for. The kind sets the limits it opens with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountKind {
    Member,
    Organisation,
    Pool,
    Project,
    Issuance,
    Redemption,
    Clearing,
}

impl fmt::Display for AccountKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Member => "member",
            Self::Organisation => "organisation",
            Self::Pool => "pool",
            Self::Project => "project",
            Self::Issuance => "issuance",
            Self::Redemption => "redemption",
            Self::Clearing => "clearing",
        })
    }
}

impl AccountKind {
    /// The limits of a new account where the client names none.
    pub fn default_limits(self) -> Limits {
        let floor = match self {
            Self::Member | Self::Organisation | Self::Pool | Self::Project | Self::Redemption => {
                Some(Balance::ZERO)
            }
            Self::Issuance | Self::Clearing => None,
        };
        Limits {
            floor,
            ceiling: None,
        }
    }

    /// The lowest floor that an account of this kind may ever have.
    pub fn lowest_floor(self) -> Option<Balance> {
        match self {
            Self::Pool => Some(Balance::ZERO),
            Self::Member
            | Self::Organisation
            | Self::Project
            | Self::Issuance
            | Self::Redemption
            | Self::Clearing => None,
        }
    }
}

/// The balances that a booking may leave. None is no limit at that end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    pub floor: Option<Balance>,
    pub ceiling: Option<Balance>,
}

/// How an account was opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountOpened {
    pub id: AccountId,
    pub kind: AccountKind,
    pub unit: UnitId,
    pub limits: Limits,
}

/// An account as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub id: AccountId,
    pub kind: AccountKind,
    pub unit: UnitId,
    pub limits: Limits,
    pub balance: Balance,
    /// What open holds set aside of it; never negative.
    pub held: Balance,
    /// How many open holds there are from or to it.
    pub open_holds: i64,
    pub opened: Stamp,
    pub closed: Option<Stamp>,
}

impl Account {
    /// A new account, as its opening was recorded.
    pub fn open(opening: &AccountOpened, opened: Stamp) -> Self {
        Self {
            id: opening.id.clone(),
            kind: opening.kind,
            unit: opening.unit.clone(),
            limits: opening.limits,
            balance: Balance::ZERO,
            held: Balance::ZERO,
            open_holds: 0,
            opened,
            closed: None,
        }
    }

    /// The number that stands for the account in projections: the sequence of
    /// its opening.
    pub fn number(&self) -> i64 {
        self.opened.sequence.get()
    }

    /// What can be spent: balance - held - floor, in steps. None where there is
    /// no floor.
    pub fn available(&self) -> Option<i64> {
        let floor = self.limits.floor?;
        Some(self.balance.steps() - self.held.steps() - floor.steps())
    }

    /// Sets an amount aside. None where the sum of holds leaves the range.
    #[must_use]
    pub(super) fn hold(&mut self, amount: Amount) -> Option<()> {
        self.held = self.held.plus(amount)?;
        Some(())
    }

    /// Frees an amount that was set aside. None where less than that is held.
    #[must_use]
    pub(super) fn free(&mut self, amount: Amount) -> Option<()> {
        let held = self.held.minus(amount)?;
        if held < Balance::ZERO {
            return None;
        }
        self.held = held;
        Some(())
    }
}
