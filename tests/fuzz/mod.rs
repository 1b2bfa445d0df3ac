//! What parses bytes from outside, given what nobody meant. A long run is a command of its own:
//! `FUZZ_INPUTS=10000000 cargo test --release --test suite fuzz`; where there is a nightly compiler,
//! `cargo +nightly fuzz run bearer` (in `fuzz/`) looks for inputs by what they reach.

#[path = "../../fuzz/inputs.rs"]
mod inputs;
#[path = "../../fuzz/targets.rs"]
mod targets;

use inputs::fuzz;

#[test]
fn bearer() {
    fuzz("bearer", targets::bearer);
}

#[test]
fn account() {
    fuzz("account", targets::account);
}

#[test]
fn branch() {
    fuzz("branch", targets::branch);
}

#[test]
fn moment() {
    fuzz("moment", targets::moment);
}

#[test]
fn policy() {
    fuzz("policy", targets::policy);
}

#[test]
fn record() {
    fuzz("record", targets::record);
}

#[test]
fn page_token() {
    fuzz("page_token", targets::page_token);
}

#[test]
fn request() {
    fuzz("request", targets::request);
}

#[test]
fn config() {
    fuzz("config", targets::config);
}
