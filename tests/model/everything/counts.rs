//! How often each kind of ask was carried out, and refused: so that the test is not an empty one.

use std::collections::BTreeMap;

use proptest::{
    collection::vec,
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::{Ask, Became, Id, Pair, ask::turns};

/// What came of the asks of one kind.
#[derive(Default, Debug)]
pub(super) struct Count {
    done: usize,
    again: usize,
    refused: BTreeMap<String, usize>,
}

#[derive(Default, Debug)]
pub(super) struct Counts {
    of: BTreeMap<Id, Count>,
    pub(super) refused: usize,
    /// Of these, how many could be refused for one reason alone.
    plainly: usize,
}

impl Counts {
    pub(super) fn count(
        &mut self,
        ask: Ask,
        became: &Became,
        expected: &Result<bool, Vec<&'static str>>,
    ) {
        let count = self.of.entry(ask.kind()).or_default();
        match became {
            Ok(false) => count.done += 1,
            Ok(true) => count.again += 1,
            Err(reason) => {
                *count.refused.entry(reason.clone()).or_default() += 1;
                self.refused += 1;
                let is_plain = expected.as_ref().is_err_and(|faults| faults.len() == 1);
                self.plainly += usize::from(is_plain);
            }
        }
    }

    fn join(&mut self, other: Self) {
        for (kind, found) in other.of {
            let count = self.of.entry(kind).or_default();
            count.done += found.done;
            count.again += found.again;
            for (reason, times) in found.refused {
                *count.refused.entry(reason).or_default() += times;
            }
        }
        self.refused += other.refused;
        self.plainly += other.plainly;
    }
}

/// The same turns each time: each kind of ask is carried out, repeated and refused, by rules as
/// well as for its id, and most of what is refused has one reason alone.
#[test]
fn each_kind_is_carried_out_and_refused() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut counts = Counts::default();
    for _ in 0..24 {
        let asked = vec(turns(), 100..120).new_tree(&mut runner);
        let mut pair = Pair::begin();
        for turn in asked.expect("turns").current() {
            pair.turn(turn).expect("as the model has it");
        }
        counts.join(pair.counts);
    }
    let kinds: Vec<_> = counts.of.keys().copied().collect();
    assert_eq!(kinds, Ask::KINDS, "{counts:#?}");
    for (kind, count) in &counts.of {
        let by_rules = count.refused.keys().filter(|reason| *reason != "ID_REUSED");
        assert!(count.done > 1 && by_rules.count() > 0, "{kind}: {count:#?}");
    }
    assert!(counts.plainly * 3 > counts.refused * 2, "{counts:#?}");
}
