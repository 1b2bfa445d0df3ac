//! Policies: what their documents may say, and what they make of it.

mod mistakes;
mod pricing;
mod rules;
mod samples;

use timebank::exchange::policy::Policy;

/// A policy of a name and these lines.
fn policy(lines: &str) -> Policy {
    match Policy::read(&format!("name = \"One\"\n{lines}")) {
        Ok(policy) => policy,
        Err(mistakes) => panic!("{mistakes}"),
    }
}
