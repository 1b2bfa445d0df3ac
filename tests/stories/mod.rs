//! Tests that read like a script, command and result, for each rule and each
//! refusal. They run in one process on the real store, sequencer and queries,
//! with a clock that only the script moves: one second before each command, and
//! as far as `clock` says.
//!
//! A script is blocks of commands, `---`, and what they print. After a change
//! that is meant, `UPDATE_GOLDENFILES=1 cargo test --test suite stories` writes
//! the results anew, to be read before they are believed.

mod conversions;
mod coverage;
mod groups;
mod orders;
mod oversight;
mod partakers;
mod partners;
mod periods;
mod policies;
mod pools;
mod reports;
mod request;
mod runner;
mod show;
mod sources;
mod standings;
mod stocks;
mod supplies;
mod tokens;
mod trainings;
mod words;
pub(crate) mod world;

use std::{collections::BTreeSet, fs};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories/scripts");

macro_rules! stories {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let path = format!("{SCRIPTS}/{}", stringify!($name));
                let mut story = runner::Reported(runner::Story::begin());
                let script = fs::read_to_string(&path).expect("a script");
                goldenscript::run(&mut story, path).expect("a script");
                let mut story = story.0;
                assert_eq!(story.changed_report(), None);
                let unsound = story.world.unsound();
                assert_eq!(unsound.is_some(), script.contains(TAMPERS), "{unsound:?}");
            }
        )*

        #[test]
        fn every_story_is_the_same_without_memory() {
            let names = [$(stringify!($name)),*].into_iter();
            for name in names.filter(|name| !TIMED.contains(name)) {
                let text = fs::read_to_string(format!("{SCRIPTS}/{name}")).expect("a script");
                let mut forgetful = runner::Forgetful(runner::Story::begin());
                let told = goldenscript::generate(&mut forgetful, &text).expect("a script");
                assert_eq!(difference(&text, &told), None, "{name}");
            }
        }

        #[test]
        fn every_script_is_told() {
            let told = BTreeSet::from([$(stringify!($name).to_owned()),*]);
            let names = fs::read_dir(SCRIPTS).expect("the scripts").map(|file| {
                let file = file.expect("a script").file_name();
                file.into_string().expect("a plain name")
            });
            assert_eq!(told, names.collect());
        }
    };
}

/// What a story does behind the server's back, and the audit finds.
const TAMPERS: &str = "\nerase-personal ";

/// What a server does of itself as it starts: these stories tell when holds are expired.
const TIMED: [&str; 1] = ["expiry"];

/// The first line that is told otherwise.
fn difference(expected: &str, told: &str) -> Option<String> {
    let mut lines = expected.lines().zip(told.lines()).zip(1..);
    let other = lines.find(|((expected, told), _)| expected != told);
    other.map(|((expected, told), at)| format!("line {at}:\n{expected}\n{told}"))
}

stories! {
    access
    accounts
    anomalies
    balances_as_of
    batches
    candidates
    caps
    centres
    chenjiaqiao
    community_sunshine_fund
    community_universities
    conversions
    corrections
    drafts
    due
    entries
    evaluation
    exits
    expiry
    family_and_institution
    foundation
    gifts
    groups
    guards
    heard_and_forced
    holds
    incidents
    huxi_garden
    idempotency
    identities
    issuance
    jianxin
    jinjia
    jiulongpo
    limits
    mandates
    malformed
    members
    moves
    mutual_fund_pool
    needs
    notes
    opening_grants
    openings
    order_bounds
    orders
    oversight
    partners
    parts_of_a_centre
    payers
    periods
    points
    policies
    pools
    precedence
    reliefs
    reports
    reversals
    samples
    settlements
    sheets
    statements
    stocks
    stand_ins
    standings
    students_social_practice
    supplies
    table_1
    tokens
    trainings
    units
    yi_cang
    yubei
}
