//! Accounts: where hours stand, and between which limits.

use std::fmt;

use super::{AccountId, Amount, Balance, Sequence, Stamp, UnitId};

/// What an account is for. The kind sets the limits it opens with. Its numbers,
/// which are stored, are those of `timebank.v1.AccountKind`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountKind {
    Member = 1,
    Organisation = 2,
    Pool = 3,
    Project = 4,
    Issuance = 5,
    Redemption = 6,
    Clearing = 7,
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
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Member,
        Self::Organisation,
        Self::Pool,
        Self::Project,
        Self::Issuance,
        Self::Redemption,
        Self::Clearing,
    ];

    /// The number that stands for it.
    pub fn number(self) -> i32 {
        self as i32
    }

    /// The kind of a number.
    pub fn of_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

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

    /// Whether nothing goes past the floor of an account of this kind, a forced reversal
    /// included: a pool pays out what it has, and a source what it was funded with.
    pub fn keeps_floor(self) -> bool {
        match self {
            Self::Pool | Self::Issuance => true,
            Self::Member
            | Self::Organisation
            | Self::Project
            | Self::Redemption
            | Self::Clearing => false,
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

/// An account as it stands. Each transfer reads two of them, from all over memory,
/// so what most never need is boxed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub id: AccountId,
    /// Stands for the account in projections: the accounts of a ledger are
    /// numbered from 1 in the order of their opening.
    pub number: i64,
    pub kind: AccountKind,
    pub unit: UnitId,
    pub limits: Limits,
    /// The record that set them.
    pub limits_since: Sequence,
    /// The limits it was opened with.
    pub first_limits: Box<Limits>,
    pub balance: Balance,
    /// What open holds set aside of it; never negative.
    pub held: Balance,
    /// How many open holds there are from or to it.
    pub open_holds: i64,
    pub opened: Stamp,
    pub closed: Option<Box<Stamp>>,
}

impl Account {
    /// A new account, as its opening was recorded.
    pub fn open(opening: &AccountOpened, number: i64, opened: Stamp) -> Self {
        Self {
            id: opening.id.clone(),
            number,
            kind: opening.kind,
            unit: opening.unit.clone(),
            limits: opening.limits,
            limits_since: opened.sequence,
            first_limits: Box::new(opening.limits),
            balance: Balance::ZERO,
            held: Balance::ZERO,
            open_holds: 0,
            opened,
            closed: None,
        }
    }

    /// How it was opened.
    pub fn opening(&self) -> AccountOpened {
        AccountOpened {
            id: self.id.clone(),
            kind: self.kind,
            unit: self.unit.clone(),
            limits: *self.first_limits,
        }
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
