//! The double-entry rules, pure: no clock, no I/O, no SQL, no protobuf.
//!
//! [`rules::decide`] says what a [`Command`] does to the [`Facts`]: a [`Fact`]
//! to append, a replay of what stands already, or a [`Rejection`].
//! [`Book::apply`] folds recorded facts into balances and holds.

mod account;
mod amount;
mod book;
mod chain;
mod command;
mod entry;
mod facts;
mod hold;
mod id;
mod malformed;
mod moment;
mod note;
mod record;
mod rejection;
pub mod rules;
mod unit;

pub use account::{Account, AccountKind, AccountOpened, Limits};
pub use amount::{Amount, Balance};
pub use book::{Book, Broken, Posted, Posting};
pub use chain::{Chain, Days, Link, Peak, Position, jump_ordinal};
pub use command::{Bound, Command, NewEntry, Reversal, Wants};
pub use entry::{Entry, Origin, Tag, Tags, Transfer, Transfers};
pub use facts::{Facts, Savepoint};
pub use hold::{Hold, HoldState, HoldTerms, MAX_EXPIRES_IN_S};
pub use id::{AccountId, BookingId, Label};
pub use malformed::Malformed;
pub use moment::Moment;
pub use note::{Commitment, Note, Salt};
pub use record::{Caller, Fact, Outcome, Record, Sequence, Stamp};
pub use rejection::{Rejection, ReusedField};
pub use unit::{MAX_UNITS, Unit, UnitId};
