//! The ledger against a naive model of it.
//!
//! Read [`conservation`] first: hours are never made or lost. [`reference`],
//! [`standing`], [`rules`] and [`reads`] are the contract written down a second
//! time, as simply as can be; [`machine`] runs both side by side and compares them
//! after every step.
//!
//! PROPTEST_CASES sets how many cases each property gets.

mod ages;
pub(crate) mod ask;
mod bytes;
mod chain;
mod compare;
mod conservation;
mod conversion_facts;
mod counted;
mod crowd;
mod due;
mod everything;
mod exchange_facts;
mod gate;
mod generate;
mod goings;
mod group_facts;
mod invariants;
mod machine;
mod order_facts;
mod orders;
mod partakers;
mod pool_facts;
mod reads;
mod reference;
mod rules;
mod stack;
mod standing;
mod text;
mod token_facts;
mod training_facts;

use proptest::test_runner::{Config, FileFailurePersistence};

/// So many cases, unless PROPTEST_CASES says otherwise. What failed once is
/// tried first from then on.
fn cases(count: u32) -> Config {
    let regressions = FileFailurePersistence::Direct("tests/proptest-regressions/model.txt");
    let mut config = Config {
        failure_persistence: Some(Box::new(regressions)),
        ..Config::default()
    };
    let is_set = |name| std::env::var_os(name).is_some();
    if !is_set("PROPTEST_CASES") {
        config.cases = count;
    }
    if !is_set("PROPTEST_MAX_SHRINK_ITERS") {
        config.max_shrink_iters = 4_000;
        config.max_shrink_time = 120_000;
    }
    config
}
