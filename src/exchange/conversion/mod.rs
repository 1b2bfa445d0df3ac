//! Conversions: what a member has of one unit becomes another, at the rate that the policy names.
//!
//! What is given goes to a stock, and what is got comes from a source, in one entry of two legs, each
//! of one unit. Nothing of it is remembered but that: its entry is reversed as a redemption's is.

mod command;
mod fact;
mod fold;
mod rejection;

pub use command::Convert;
pub use fact::Converted;
pub use rejection::ConversionRejection;
