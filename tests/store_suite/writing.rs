//! Batches: what they are decided on, and that they are written whole or not.

use timebank::{
    ledger::{AccountKind, Broken, Caller, Command, Sequence, rules},
    store::{StoreError, Verified},
};

use super::ledger::{Ledger, Open, leg, open_account, place, post, settle};
use crate::model::ask::{Ask, account, booking, moment};

pub(super) fn what_was_written_is_there_when_it_is_opened_again(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let units = Ask::Declare {
        unit: "points",
        step: "point",
    };
    ledger.commit(&[units, post(2, &[leg("a:member:1", "a:member:2", 30)])]);
    ledger.commit(&[place(3, leg("a:member:2", "a:pool", 20), None)]);
    let before = ledger.writer.committed().expect("it reads");
    let records = ledger.snapshot().records(Sequence::ZERO, 100);
    let accounts = ledger.snapshot().accounts("", None, 100);

    let mut ledger = ledger.reopened();
    assert_eq!(ledger.writer.committed().expect("it reads"), before);
    let mut snapshot = ledger.snapshot();
    let again = snapshot.records(Sequence::ZERO, 100);
    assert_eq!(again.expect("it reads"), records.expect("it reads"));
    let again = snapshot.accounts("", None, 100);
    assert_eq!(again.expect("it reads"), accounts.expect("it reads"));
    let units = snapshot.units().expect("it reads");
    let units: Vec<_> = units.iter().map(|unit| unit.id().as_str()).collect();
    assert_eq!(units, ["points", "time"]);
    drop(snapshot);
    ledger.is_sound(8);

    ledger.commit(&[settle(3, 20), post(4, &[leg("a:pool", "a:member:1", 1)])]);
    assert_eq!(ledger.balance("a:member:2"), 110);
    assert_eq!(ledger.balance("a:pool"), 119);
    ledger.is_sound(10);
}

pub(super) fn what_is_wanted_is_loaded(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let reversal = Ask::Reverse {
        id: 3,
        of: 2,
        reason: "a mistake",
        force: false,
        at: None,
    };
    ledger.commit(&[
        post(2, &[leg("a:member:1", "a:member:2", 30)]),
        reversal.clone(),
        place(4, leg("a:member:1", "a:pool", 20), Some(60)),
        place(5, leg("a:member:1", "a:pool", 10), None),
        settle(5, 7),
    ]);
    let last = ledger.last();
    let mut ledger = ledger.reopened();
    let wanted = [
        open_account("a:member:1", AccountKind::Member),
        reversal,
        settle(4, 1),
        settle(5, 1),
        post(9, &[leg("a:nobody", "a:pool", 1)]),
    ];
    let mut looked = false;
    let committed = ledger.transact(&wanted, &mut |facts, due| {
        looked = true;
        assert!(due.is_empty(), "nothing is due");
        assert_eq!(facts.last().sequence.get(), last);
        assert!(facts.next_moment() > facts.last().recorded_at);
        let member = facts.book.account(&account("a:member:1")).expect("loaded");
        assert_eq!(member.balance.steps(), 93, "30 went and came back, 7 went");
        assert_eq!(member.held.steps(), 20);
        assert_eq!(member.open_holds, 1);
        let pool = facts.book.account(&account("a:pool")).expect("loaded");
        assert_eq!(pool.balance.steps(), 107);
        assert_eq!(facts.book.account(&account("a:nobody")), None);
        assert!(facts.openings.contains_key(&account("a:member:1")));
        let (_, entry) = facts.entry(&booking(2)).expect("the reversed entry");
        assert_eq!(entry.id, booking(2));
        assert_eq!(facts.reversed_by(&booking(2)), Some(booking(3)));
        assert!(facts.salt(&booking(2)).is_some(), "the note's salt");
        assert!(facts.entry(&booking(5)).is_some(), "the settlement");
        assert!(facts.entry(&booking(4)).is_none(), "it is not settled");
        assert!(facts.book.holds.contains_key(&booking(4)));
        assert!(facts.book.holds.contains_key(&booking(5)));
        assert!(facts.entry(&booking(9)).is_none());
        Ok(())
    });
    assert_eq!(committed.expect("it commits").last.get(), last);
    assert!(looked);
}

pub(super) fn facts_are_those_that_the_batch_before_left(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    for round in 0..10 {
        let give = post(10 + round, &[leg("a:member:1", "a:member:2", 10)]);
        ledger.commit(std::slice::from_ref(&give));
        let left = 90 - 10 * i64::from(round);
        let look = ledger.transact(&[give], &mut |facts, _| {
            let member = facts.book.account(&account("a:member:1")).expect("loaded");
            assert_eq!(member.balance.steps(), left);
            Ok(())
        });
        look.expect("it commits");
        assert_eq!(ledger.balance("a:member:1"), left);
    }
    let one_more = post(30, &[leg("a:member:1", "a:member:2", 1)]);
    let (_, results) = ledger.try_commit(&[one_more]).expect("it commits");
    assert_eq!(results[0].as_ref().unwrap_err().reason(), "FLOOR_CROSSED");
    ledger.is_sound(15);
}

pub(super) fn a_batch_that_breaks_leaves_nothing(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let before = ledger.writer.committed().expect("it reads");
    let asks = [
        post(2, &[leg("a:member:1", "a:member:2", 30)]),
        place(3, leg("a:member:1", "a:pool", 20), Some(60)),
        open_account("a:member:3", AccountKind::Member),
    ];
    let commands = asks
        .each_ref()
        .map(|ask| ask.command(0).expect("well-formed"));
    let result = ledger.transact(&asks, &mut |facts, _| {
        for command in &commands {
            let decision = rules::decide(facts, command, facts.next_moment());
            facts.take(decision.expect("no rule is against it"), &Caller::server())?;
        }
        Err(Broken {
            sequence: facts.last().sequence,
            what: "it breaks after all was decided".into(),
        })
    });
    assert!(matches!(result, Err(StoreError::Corrupt(_))), "{result:?}");
    assert_eq!(ledger.writer.committed().expect("it reads"), before);
    assert_eq!(ledger.last(), before.last.get());
    ledger.is_sound(5);

    // The writer goes on, and its ids and balances are free of what broke.
    ledger.commit(&asks);
    assert_eq!(ledger.balance("a:member:1"), 70);
    ledger.is_sound(8);
}

pub(super) fn a_batch_without_records_changes_nothing(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let before = ledger.writer.committed().expect("it reads");
    let too_much = post(2, &[leg("a:member:1", "a:member:2", 101)]);
    let (committed, results) = ledger.try_commit(&[too_much]).expect("it commits");
    assert!(results[0].is_err());
    assert_eq!(committed, before);
    let (committed, _) = ledger.try_commit(&[]).expect("it commits");
    assert_eq!(committed, before);
    ledger.is_sound(5);
}

pub(super) fn what_is_due_is_given_soonest_first(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let from = |amount| leg("a:member:1", "a:pool", amount);
    let at = ledger.now;
    let committed = ledger.commit(&[
        place(2, from(1), Some(60)),
        place(3, from(2), None),
        place(4, from(3), Some(20)),
        place(5, from(4), Some(40)),
        place(6, from(5), Some(20)),
    ]);
    // Holds are placed in this second, each a microsecond after the one before.
    let due = committed.next_due.expect("holds expire").us();
    assert!((at + 20_000_000..at + 21_000_000).contains(&due), "{due}");

    ledger.wait_s(50);
    let mut given = Vec::new();
    let look = ledger.transact(&[], &mut |_, due| {
        given = due.to_vec();
        Ok(())
    });
    assert_eq!(given, [4, 6, 5].map(booking));
    assert_eq!(look.expect("it commits"), committed, "nothing was decided");

    let (committed, _) = ledger.try_commit(&[]).expect("it commits");
    let due = committed.next_due.expect("one is left").us();
    assert!((at + 60_000_000..at + 61_000_000).contains(&due), "{due}");
    let mut ledger = ledger.reopened();
    assert_eq!(ledger.writer.committed().expect("it reads"), committed);
    ledger.wait_s(50);
    let (committed, _) = ledger.try_commit(&[]).expect("it commits");
    assert_eq!(committed.next_due, None, "the last one never expires");
    let row = ledger.snapshot().account(&account("a:member:1"));
    let member = row.expect("it reads").expect("it is open").account;
    assert_eq!((member.held.steps(), member.open_holds), (2, 1));
    ledger.is_sound(14);
}

pub(super) fn at_most_a_thousand_are_due_at_once(open: Open<'_>) {
    const MOST: usize = 1_000;
    let mut ledger = Ledger::with_members(open);
    let holds = (0..MOST + 5).map(|index| {
        let hold = place(0, leg("a:grant", "a:pool", 1), Some(1));
        let mut command = hold.command(0).expect("well-formed");
        if let Command::PlaceHold { terms, .. } = &mut command {
            let mut bytes = [0x33; 16];
            bytes[8..].copy_from_slice(&(index as u64).to_be_bytes());
            terms.id = timebank::ledger::BookingId::from_slice(&bytes).expect("not nil");
        }
        command
    });
    let holds: Vec<_> = holds.collect();
    let wanted = [place(0, leg("a:grant", "a:pool", 1), None)];
    let placed = ledger.transact(&wanted, &mut |facts, _| {
        for command in &holds {
            let decision = rules::decide(facts, command, facts.next_moment());
            facts.take(decision.expect("no rule is against it"), &Caller::server())?;
        }
        Ok(())
    });
    placed.expect("it commits");
    ledger.wait_s(60);
    for left in [MOST + 5, 5, 0] {
        let mut given = 0;
        let look = ledger.transact(&[], &mut |_, due| {
            given = due.len();
            Ok(())
        });
        look.expect("it commits");
        assert_eq!(given, left.min(MOST));
        ledger.try_commit(&[]).expect("it commits");
    }
}

pub(super) fn a_second_opening_is_refused(open: Open<'_>) {
    let ledger = Ledger::with_members(open);
    match open(ledger.dir.path()) {
        Err(StoreError::InUse { .. }) => {}
        Err(other) => panic!("refused for another reason: {other}"),
        Ok(_) => panic!("it was opened twice"),
    }
    let ledger = ledger.reopened();
    ledger.is_sound(5);
}

pub(super) fn an_audit_counts_every_record_and_can_be_stopped(open: Open<'_>) {
    let mut ledger = Ledger::start(open);
    ledger.is_sound(0);
    ledger.commit(&[open_account("a:grant", AccountKind::Issuance)]);
    ledger.is_sound(1);
    let mut told = Vec::new();
    let stopped = ledger.store.verify(&mut |done, of| {
        told.push((done, of));
        false
    });
    assert_eq!(stopped.expect("it reads"), Verified::Stopped);
    assert_eq!(told.len(), 1, "it stops when it is told to");
    assert!(moment(ledger.now).us() > 0);
}
