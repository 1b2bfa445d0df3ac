//! Steps: what is asked of the ledger or of the time bank, what became of it, and how
//! a list of it is decided. Pure, like the rules that it asks.
//!
//! A [`Record`] is one [`Step`], the whole effect of one [`Command`]. The [`State`] is
//! what all of them add up to. A [`Batch`] decides calls in order.

mod batch;
mod command;
mod record;
mod rejection;
mod state;

pub use batch::{Answer, Batch, Call, Decided, FirstRefusal, Results, Together};
pub use command::Command;
pub use record::{Exchanged, Outcome, RULES_VERSION, Record, Step};
pub use rejection::Rejection;
pub use state::{Done, State, Undecided, fold_ledger};
