//! What every store must do, whatever it keeps its rows in. The cases are in
//! [`records`], [`writing`] and [`lists`], each a function of how a store is
//! opened; a second store takes one line here. [`broken`] has stores that the
//! suite must catch, and [`commits`] one whose commits fail.

mod broken;
mod commits;
mod ledger;
mod lists;
mod writing;

use ledger::Open;
use timebank::store::SqliteStore;

/// All cases by name, and a test of each for every store.
macro_rules! suite {
    ($($room:ident::$case:ident,)*) => {
        /// All cases.
        const CASES: &[(&str, fn(Open<'_>))] = &[$((stringify!($case), $room::$case)),*];

        mod sqlite {
            $(#[test]
            fn $case() {
                super::$room::$case(&super::sqlite_store);
            })*
        }
    };
}

suite! {
    writing::what_was_written_is_there_when_it_is_opened_again,
    writing::what_is_asked_for_is_loaded,
    writing::a_chain_of_needs_is_loaded_link_by_link,
    writing::a_batch_sees_what_the_one_before_left,
    writing::ids_come_in_any_order,
    writing::a_batch_without_records_changes_nothing,
    writing::what_is_due_expires_soonest_first,
    writing::at_most_a_thousand_expire_at_once,
    writing::a_second_opening_is_refused,
    writing::an_audit_counts_every_record_and_can_be_stopped,
    writing::an_audit_can_be_stopped_before_it_reads_a_record,
    lists::a_snapshot_does_not_change,
    lists::records_come_in_order_from_any_position,
    lists::accounts_come_by_prefix_and_page,
    lists::holds_come_by_account_state_and_page,
    lists::postings_know_the_balance_and_those_before,
}

fn sqlite_store(dir: &std::path::Path) -> ledger::Opened {
    let (store, writer) = SqliteStore::open(dir)?;
    Ok((Box::new(store), writer))
}
