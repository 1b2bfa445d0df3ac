//! Snapshots, and what is read from them page by page.

use timebank::{
    journal::{Frontier, decode},
    ledger::{AccountKind, HoldStateKind, Moment, Sequence, jump_ordinal},
    store::{HoldFilter, Snapshot},
};

use super::ledger::{Ledger, Open, leg, open_account, place, post, settle};
use crate::model::ask::{Ask, account, small};

pub(super) fn a_snapshot_does_not_change(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let mut old = ledger.snapshot();
    let before = look(old.as_mut());
    ledger.commit(&[
        post(2, &[leg("a:member:1", "a:member:2", 30)]),
        open_account("a:member:3", AccountKind::Member),
        place(3, leg("a:member:1", "a:pool", 5), None),
    ]);
    assert_eq!(look(old.as_mut()), before, "the old snapshot");
    assert_ne!(look(ledger.snapshot().as_mut()), before, "a new one");
    ledger.commit(&[settle(3, 5)]);
    assert_eq!(look(old.as_mut()), before, "the old snapshot, still");
    drop(old);
    ledger.is_sound(9);
}

/// All that can be read of a snapshot, as text.
fn look(snapshot: &mut dyn Snapshot) -> String {
    let all = HoldFilter {
        account: None,
        state: None,
        after: Sequence::ZERO,
        now: Moment::MIN,
        limit: 100,
    };
    format!(
        "{:?} {:?} {:?} {:?}",
        snapshot.last().expect("it reads"),
        snapshot.accounts("", None, 100).expect("it reads"),
        snapshot.records(Sequence::ZERO, 100).expect("it reads"),
        snapshot.holds(all).expect("it reads"),
    )
}

pub(super) fn records_come_in_order_from_any_position(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    for id in 10..20 {
        ledger.commit(&[post(id, &[leg("a:member:1", "a:member:2", 1)])]);
    }
    let mut snapshot = ledger.snapshot();
    for (from, limit, expected) in [
        (0, 100, 1..17),
        (1, 100, 1..17),
        (1, 4, 1..5),
        (5, 4, 5..9),
        (14, 4, 14..17),
        (15, 1, 15..16),
        (17, 4, 17..17),
        (99, 4, 17..17),
    ] {
        let start = Sequence::new(from).expect("a position");
        let records = snapshot.records(start, limit).expect("it reads");
        let got = records.iter().map(|record| record.stamp.sequence.get());
        assert!(got.eq(expected), "{limit} from {from}: {records:?}");
    }
    let seventh = Sequence::new(7).expect("a position");
    let record = snapshot.record(seventh).expect("it is there");
    assert_eq!(record.stamp.sequence, seventh);
    // What is stored of each is what the tree is made of.
    let mut tree = Frontier::default();
    for stored in snapshot.stored(Sequence::ZERO, 100).expect("it reads") {
        let mut nodes = Vec::new();
        tree.push(&stored.bytes, &mut nodes);
        assert_eq!(stored.nodes.concat(), nodes);
        assert_eq!(decode(&stored.bytes).as_ref(), Ok(&stored.record));
    }
    assert_eq!(tree.size(), 16);
}

pub(super) fn accounts_come_by_prefix_and_page(open: Open<'_>) {
    let mut ledger = Ledger::start(open);
    let ids = ["b:1", "a:1", "a:10", "a:2", "aa:1", "a:1:x", "a-b:1", "a:b"];
    for id in ids {
        ledger.commit(&[open_account(id, AccountKind::Member)]);
    }
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    let mut snapshot = ledger.snapshot();
    for prefix in ["", "a", "a:", "a:1", "a:1:", "b", "c", "a:10:zzz", "~"] {
        let expected: Vec<_> = sorted.iter().filter(|id| id.starts_with(prefix)).collect();
        for size in 1..=ids.len() + 1 {
            let mut got = Vec::new();
            while got.len() <= ids.len() {
                let after = got.last().map(|id: &String| account(id));
                let page = snapshot.accounts(prefix, after.as_ref(), size);
                let page = page.expect("it reads");
                got.extend(page.iter().map(|row| row.account.id.to_string()));
                if page.len() < size {
                    break;
                }
            }
            assert!(
                got.iter().eq(expected.iter().copied()),
                "{prefix:?} by {size}: {got:?}"
            );
        }
    }
    let nobody = snapshot.account(&account("a:nobody"));
    assert_eq!(nobody.expect("it reads"), None);
}

pub(super) fn holds_come_by_account_state_and_page(open: Open<'_>) {
    use HoldStateKind::{Expired, Open as Held, Released, Settled};
    let mut ledger = Ledger::with_members(open);
    let (to_pool, to_other) = (
        leg("a:member:1", "a:pool", 5),
        leg("a:member:2", "a:member:1", 5),
    );
    ledger.commit(&[
        place(2, to_pool, None),
        place(3, to_other, None),
        place(4, to_pool, Some(10)),
        place(5, to_other, None),
        place(6, to_pool, None),
        place(7, to_other, Some(10)),
        settle(3, 2),
        settle(6, 5),
        Ask::Release { id: 5 },
    ]);
    ledger.wait_s(60);
    ledger.try_commit(&[]).expect("it commits");
    let mut snapshot = ledger.snapshot();
    for (of, state, expected) in [
        (None, None, &[2, 3, 4, 5, 6, 7][..]),
        (None, Some(Held), &[2]),
        (None, Some(Settled), &[3, 6]),
        (None, Some(Released), &[5]),
        (None, Some(Expired), &[4, 7]),
        (Some("a:pool"), None, &[2, 4, 6]),
        (Some("a:member:1"), None, &[2, 3, 4, 5, 6, 7]),
        (Some("a:member:2"), Some(Expired), &[7]),
        (Some("a:pool"), Some(Released), &[]),
        (Some("a:grant"), None, &[]),
    ] {
        let row = of.map(|id| snapshot.account(&account(id)));
        let row = row.transpose().expect("it reads").flatten();
        for limit in 1..=7 {
            let mut got = Vec::new();
            let mut after = Sequence::ZERO;
            while got.len() <= 6 {
                let page = snapshot.holds(HoldFilter {
                    account: row.as_ref().map(|row| &row.account),
                    state,
                    after,
                    now: Moment::MIN,
                    limit,
                });
                let page = page.expect("it reads");
                got.extend(page.iter().map(|hold| small(hold.terms.id)));
                match page.last() {
                    Some(last) if page.len() == limit => after = last.placed.sequence,
                    _ => break,
                }
            }
            assert_eq!(got, expected, "holds of {of:?}, {state:?}, by {limit}");
        }
    }
}

pub(super) fn postings_know_the_balance_and_those_before(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    // The last posting of 1 stood before; 20 more in entries of two legs each.
    let mut expected = vec![(6, 0, 100)];
    for round in 0..10 {
        let legs = [
            leg("a:member:1", "a:member:2", 3),
            leg("a:pool", "a:member:1", 1),
        ];
        let last = ledger
            .commit(&[post(10 + round, &legs)])
            .last
            .sequence
            .get();
        let balance = expected.last().map_or(0, |(_, _, balance)| *balance);
        expected.extend([(last, 0, balance - 3), (last, 1, balance - 2)]);
        if round == 4 {
            ledger = ledger.reopened();
        }
    }
    let mut snapshot = ledger.snapshot();
    let row = snapshot.account(&account("a:member:1"));
    let row = row.expect("it reads").expect("it is open");
    assert_eq!(row.posting_count, expected.len() as i64);
    let place = |ordinal: i64| match ordinal {
        0 => None,
        ordinal => Some((
            expected[ordinal as usize - 1].0,
            expected[ordinal as usize - 1].1,
        )),
    };
    let mut at = row.last_posting;
    for ordinal in (1..=row.posting_count).rev() {
        let position = at.expect("a posting before");
        let here = (position.sequence().get(), position.leg());
        assert_eq!(Some(here), place(ordinal), "posting {ordinal}");
        let posting = snapshot.posting(&row.account, position).expect("it reads");
        assert_eq!(posting.balance, expected[ordinal as usize - 1].2);
        let shown =
            |at: Option<timebank::ledger::Position>| at.map(|p| (p.sequence().get(), p.leg()));
        assert_eq!(shown(posting.link.prev), place(ordinal - 1));
        let jump = posting.link.jump_of(ordinal);
        assert_eq!(shown(jump), place(jump_ordinal(ordinal)));
        let balance = |ordinal| match ordinal {
            0 => 0,
            ordinal => expected[ordinal as usize - 1].2,
        };
        let spanned = jump_ordinal(ordinal) + 1..=ordinal;
        let changes = spanned.map(|ordinal| balance(ordinal) - balance(ordinal - 1));
        let credited: i64 = changes.filter(|change| *change > 0).sum();
        assert_eq!(posting.link.span.credited, credited, "posting {ordinal}");
        at = posting.link.prev;
    }
    assert_eq!(at, None);
    ledger.is_sound(15);
}
