//! All tests that need more than one room, in one binary: it is linked once.

mod cli;
mod clients;
mod faults;
mod fuzz;
mod house;
mod model;
mod policies;
mod recovery;
mod rpc;
mod store_suite;
mod stories;
mod support;
mod year;
