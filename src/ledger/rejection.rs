//! Refusals: one for each rule, with the figures that explain it.

use super::{
    AccountId, AccountKind, Balance, BookingId, Difference, HoldOwner, LedgerId, Moment, Sequence,
    TimeZone, UnitId,
};

/// Why a command was refused. It wrote nothing and left its id free.
///
/// Where several rules refuse, the one highest in this list speaks; within a
/// rule, the first leg, debit before credit.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Rejection {
    #[error(
        "{principal:?} cannot do this: the server alone founds ledgers and expires holds, and it \
         does nothing else"
    )]
    PrincipalNotAllowed { principal: String },

    #[error("this is ledger {id} already; a ledger is founded once")]
    LedgerFounded { id: LedgerId },
    #[error("the ledger is not founded: its journal has no first record")]
    LedgerNotFounded,

    #[error(
        "id {id} already stands for something else: {} is recorded as {}, and was given as {}; \
         take a new id for a new booking, or send the old content to get its result",
        difference.field, difference.recorded, difference.given
    )]
    IdReused {
        id: BookingId,
        difference: Difference,
    },
    #[error(
        "account {account} is already open, with a {} of {} and not {}; it can be opened once",
        difference.field, difference.recorded, difference.given
    )]
    AccountExists {
        account: AccountId,
        difference: Difference,
    },
    #[error(
        "the ledger's time zone is {time_zone}, and its records' days are that zone's days; it can \
         no longer be {wanted}"
    )]
    TimeZoneFixed {
        time_zone: TimeZone,
        wanted: TimeZone,
    },
    #[error("unit {unit} is already declared with the step {step}")]
    UnitExists { unit: UnitId, step: String },
    #[error("there are {max} units already, which is the most")]
    TooManyUnits { max: usize },

    #[error("effective_at {effective_at} is more than {ahead_s} s ahead of the server's {now}")]
    EffectiveInFuture {
        effective_at: Moment,
        now: Moment,
        ahead_s: i64,
    },

    #[error("there is no entry {id}")]
    EntryUnknown { id: BookingId },
    #[error("there is no hold {id}")]
    HoldUnknown { id: BookingId },
    #[error("hold {id} belongs to {owner}, and only a step of its owner's ends it")]
    HoldOwned { id: BookingId, owner: HoldOwner },
    #[error("hold {id} was settled already, with {settled}")]
    HoldSettled { id: BookingId, settled: i64 },
    #[error("hold {id} was released already")]
    HoldReleased { id: BookingId },
    #[error("hold {id} expired at {expired_at}")]
    HoldExpired { id: BookingId, expired_at: Moment },
    #[error("hold {id} is not due before {}", .expires_at.map_or("any time".into(), |at| at.to_string()))]
    HoldNotDue {
        id: BookingId,
        expires_at: Option<Moment>,
    },
    #[error("{account} cannot be credited of a hold of its own hours; name another account")]
    SettledToItself { account: AccountId },
    #[error("entry {id} is itself a reversal, which cannot be reversed; post a new entry instead")]
    EntryIsReversal { id: BookingId },
    #[error("entry {id} was reversed already, by {by}")]
    EntryReversed { id: BookingId, by: BookingId },

    #[error("unit {unit} is not declared")]
    UnitUnknown { unit: UnitId },
    #[error("there is no account {account}; open it first")]
    AccountUnknown { account: AccountId },
    #[error("account {account} is closed")]
    AccountClosed { account: AccountId },
    #[error("account {account} counts {unit}, not {wanted}")]
    UnitMismatch {
        account: AccountId,
        unit: UnitId,
        wanted: UnitId,
    },

    #[error(
        "the limits of account {account} were changed by record {current} since those that the \
         etag {given} names; read the account again and decide anew"
    )]
    LimitsChanged {
        account: AccountId,
        given: Sequence,
        current: Sequence,
    },
    #[error("the floor {floor} is above the ceiling {ceiling}")]
    LimitsReversed { floor: Balance, ceiling: Balance },
    #[error("an account of kind {kind} never has a floor below {lowest}")]
    FloorTooLow { kind: AccountKind, lowest: Balance },
    #[error("account {account} has {count} open holds; settle or release them first")]
    AccountHasHolds { account: AccountId, count: i64 },
    #[error("account {account} has a balance of {balance}; it closes only at 0")]
    AccountNotEmpty {
        account: AccountId,
        unit: UnitId,
        balance: Balance,
    },

    #[error("the balance of account {account}, {balance}, would leave the range of numbers")]
    BalanceOutOfRange {
        account: AccountId,
        balance: Balance,
    },
    #[error(
        "account {account} has {available} available (balance {balance}, held {held}, floor \
         {floor}), and {requested} was asked of it"
    )]
    FloorCrossed {
        account: AccountId,
        unit: UnitId,
        balance: Balance,
        held: Balance,
        floor: Balance,
        available: i64,
        requested: i64,
    },
    #[error(
        "account {account} has a balance of {balance} and a ceiling of {ceiling}, so it cannot \
         take {requested}"
    )]
    CeilingCrossed {
        account: AccountId,
        unit: UnitId,
        balance: Balance,
        ceiling: Balance,
        requested: i64,
    },
}

impl Rejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::PrincipalNotAllowed { .. } => "PRINCIPAL_NOT_ALLOWED",
            Self::LedgerFounded { .. } => "LEDGER_FOUNDED",
            Self::LedgerNotFounded => "LEDGER_NOT_FOUNDED",
            Self::IdReused { .. } => "ID_REUSED",
            Self::AccountExists { .. } => "ACCOUNT_EXISTS",
            Self::TimeZoneFixed { .. } => "TIME_ZONE_FIXED",
            Self::UnitExists { .. } => "UNIT_EXISTS",
            Self::TooManyUnits { .. } => "TOO_MANY_UNITS",
            Self::EffectiveInFuture { .. } => "EFFECTIVE_IN_FUTURE",
            Self::EntryUnknown { .. } => "ENTRY_UNKNOWN",
            Self::HoldUnknown { .. } => "HOLD_UNKNOWN",
            Self::HoldSettled { .. } => "HOLD_SETTLED",
            Self::HoldReleased { .. } => "HOLD_RELEASED",
            Self::HoldExpired { .. } => "HOLD_EXPIRED",
            Self::HoldNotDue { .. } => "HOLD_NOT_DUE",
            Self::HoldOwned { .. } => "HOLD_OWNED",
            Self::SettledToItself { .. } => "SETTLED_TO_ITSELF",
            Self::EntryIsReversal { .. } => "ENTRY_IS_REVERSAL",
            Self::EntryReversed { .. } => "ENTRY_REVERSED",
            Self::UnitUnknown { .. } => "UNIT_UNKNOWN",
            Self::AccountUnknown { .. } => "ACCOUNT_UNKNOWN",
            Self::AccountClosed { .. } => "ACCOUNT_CLOSED",
            Self::UnitMismatch { .. } => "UNIT_MISMATCH",
            Self::LimitsChanged { .. } => "LIMITS_CHANGED",
            Self::LimitsReversed { .. } => "LIMITS_REVERSED",
            Self::FloorTooLow { .. } => "FLOOR_TOO_LOW",
            Self::AccountHasHolds { .. } => "ACCOUNT_HAS_HOLDS",
            Self::AccountNotEmpty { .. } => "ACCOUNT_NOT_EMPTY",
            Self::BalanceOutOfRange { .. } => "BALANCE_OUT_OF_RANGE",
            Self::FloorCrossed { .. } => "FLOOR_CROSSED",
            Self::CeilingCrossed { .. } => "CEILING_CROSSED",
        }
    }

    /// The figures that explain it, by name, in steps of the unit.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        fn text(value: &impl ToString) -> String {
            value.to_string()
        }
        match self {
            Self::PrincipalNotAllowed { principal } => vec![("principal", principal.clone())],
            Self::LedgerFounded { id } => vec![("id", text(id))],
            Self::LedgerNotFounded => vec![],
            Self::TimeZoneFixed { time_zone, wanted } => {
                vec![("time_zone", text(time_zone)), ("wanted", text(wanted))]
            }
            Self::IdReused { id, difference } => differing(("id", text(id)), difference),
            Self::AccountExists {
                account,
                difference,
            } => differing(("account", text(account)), difference),
            Self::UnitExists { unit, step } => vec![("unit", text(unit)), ("step", step.clone())],
            Self::TooManyUnits { max } => vec![("max", text(max))],
            Self::EffectiveInFuture {
                effective_at,
                now,
                ahead_s,
            } => vec![
                ("effective_at", text(effective_at)),
                ("now", text(now)),
                ("max_ahead_s", text(ahead_s)),
            ],
            Self::EntryUnknown { id }
            | Self::HoldUnknown { id }
            | Self::HoldReleased { id }
            | Self::EntryIsReversal { id } => vec![("id", text(id))],
            Self::HoldSettled { id, settled } => vec![("id", text(id)), ("settled", text(settled))],
            Self::HoldExpired { id, expired_at } => {
                vec![("id", text(id)), ("expired_at", text(expired_at))]
            }
            Self::HoldNotDue { id, expires_at } => {
                let at = expires_at.map_or_else(|| "never".into(), |at| text(&at));
                vec![("id", text(id)), ("expires_at", at)]
            }
            Self::HoldOwned { id, owner } => vec![("id", text(id)), ("owner", text(owner))],
            Self::SettledToItself { account } => vec![("account", text(account))],
            Self::EntryReversed { id, by } => vec![("id", text(id)), ("reversed_by", text(by))],
            Self::UnitUnknown { unit } => vec![("unit", text(unit))],
            Self::AccountUnknown { account } | Self::AccountClosed { account } => {
                vec![("account", text(account))]
            }
            Self::UnitMismatch {
                account,
                unit,
                wanted,
            } => vec![
                ("account", text(account)),
                ("unit", text(unit)),
                ("wanted", text(wanted)),
            ],
            Self::LimitsChanged {
                account,
                given,
                current,
            } => vec![
                ("account", text(account)),
                ("given", text(given)),
                ("current", text(current)),
            ],
            Self::LimitsReversed { floor, ceiling } => {
                vec![("floor", text(floor)), ("ceiling", text(ceiling))]
            }
            Self::FloorTooLow { lowest, .. } => vec![("lowest", text(lowest))],
            Self::AccountHasHolds { account, count } => {
                vec![("account", text(account)), ("open_holds", text(count))]
            }
            Self::AccountNotEmpty {
                account,
                unit,
                balance,
            } => vec![
                ("account", text(account)),
                ("unit", text(unit)),
                ("balance", text(balance)),
            ],
            Self::BalanceOutOfRange { account, balance } => {
                vec![("account", text(account)), ("balance", text(balance))]
            }
            Self::FloorCrossed {
                account,
                unit,
                balance,
                held,
                floor,
                available,
                requested,
            } => vec![
                ("account", text(account)),
                ("unit", text(unit)),
                ("balance", text(balance)),
                ("held", text(held)),
                ("floor", text(floor)),
                ("available", text(available)),
                ("requested", text(requested)),
            ],
            Self::CeilingCrossed {
                account,
                unit,
                balance,
                ceiling,
                requested,
            } => vec![
                ("account", text(account)),
                ("unit", text(unit)),
                ("balance", text(balance)),
                ("ceiling", text(ceiling)),
                ("requested", text(requested)),
            ],
        }
    }
}

/// What an id stands for, and how it differs from what was given.
fn differing(what: (&'static str, String), difference: &Difference) -> Vec<(&'static str, String)> {
    vec![
        what,
        ("field", difference.field.clone()),
        ("recorded", difference.recorded.clone()),
        ("given", difference.given.clone()),
    ]
}
