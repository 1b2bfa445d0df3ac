//! A time bank's ledger: hours earned by serving others, kept in an append-only
//! double-entry journal that can be believed decades later.
//!
//! ARCHITECTURE.md has the rooms and the way of a write. Without the `server`
//! feature only the pure rooms are built, which is what clients use.

pub mod access;
#[cfg(feature = "server")]
pub mod clock;
#[cfg(feature = "server")]
pub mod config;
pub mod document;
pub mod exchange;
pub mod journal;
pub mod ledger;
#[cfg(feature = "server")]
pub mod query;
#[cfg(feature = "server")]
pub mod rounds;
#[cfg(feature = "server")]
pub mod rpc;
#[cfg(feature = "server")]
pub mod sequencer;
pub mod steps;
#[cfg(feature = "server")]
pub mod store;
