//! The double-entry rules, pure: no clock, no I/O, no SQL, no protobuf.
//!
//! [`rules::decide`] says what a [`Command`] does to the [`Book`]: a [`Step`] to
//! append, a replay of what stands already, or a [`Rejection`]; or that more must
//! be loaded to tell. [`Book::fold`] folds its facts in.

mod account;
mod amount;
mod book;
mod booking;
mod caller;
mod chain;
mod civil;
mod command;
mod difference;
mod entry;
mod fold;
mod foundation;
mod hold;
mod id;
mod malformed;
mod moment;
mod note;
mod rejection;
mod retrace;
pub mod rules;
mod stamp;
mod step;
mod unit;
mod wants;

pub use account::{Account, AccountKind, AccountOpened, Limits};
pub use amount::{Amount, Balance};
pub use book::{Beginning, Book, Broken, Posted, Posting, Savepoint, Touched};
pub use booking::{Booking, PostedEntry};
pub use caller::{Caller, Principal};
pub use chain::{Chain, Link, Middle, Peak, Position, Span, jump_ordinal, middle_ordinal};
pub use civil::TimeZone;
pub use command::{Bound, Command, CreditLeg, CreditLegs, NewEntry, Reversal, Settlement};
pub use difference::Difference;
pub use entry::{Entry, Origin, Tag, Tags, Transfer, Transfers};
pub use fold::Place;
pub use foundation::{Foundation, Founded, LedgerId};
pub use hold::{Hold, HoldPlaced, HoldState, HoldStateKind, HoldTerms, MAX_EXPIRES_IN_S};
pub use id::{AccountId, BookingId, HoldOwner, Label};
pub use malformed::Malformed;
pub use moment::Moment;
pub use note::{Commitment, Note, Salt};
pub use rejection::Rejection;
pub use stamp::{Sequence, Stamp};
pub use step::{EntryWithAccounts, Fact, Step};
pub use unit::{MAX_UNITS, Unit, UnitId};
pub use wants::{FreeIds, NotLoaded, Wants};
