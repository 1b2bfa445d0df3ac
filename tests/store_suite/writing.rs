//! Batches: what they are decided on, and that they are written whole or not.

use std::sync::mpsc;

use timebank::{
    ledger::{AccountKind, Command, Fact, Sequence, Step},
    steps,
    store::{StoreError, Verified},
};

use super::ledger::{Ledger, Open, leg, open_account, place, post, settle};
use crate::model::ask::{Ask, Post, account, booking};

pub(super) fn what_was_written_is_there_when_it_is_opened_again(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let units = Ask::Declare {
        unit: "points",
        step: "point",
    };
    ledger.commit(&[units, post(2, &[leg("a:member:1", "a:member:2", 30)])]);
    ledger.commit(&[place(3, leg("a:member:2", "a:pool", 20), None)]);
    let before = ledger.writer.head().expect("it reads");
    let records = ledger.snapshot().records(Sequence::ZERO, 100);
    let accounts = ledger.snapshot().accounts("", None, 100);

    let mut ledger = ledger.reopened();
    assert_eq!(ledger.writer.head().expect("it reads"), before);
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

/// A store that has just been opened knows nothing yet: whatever a command asks
/// for, it gets.
pub(super) fn what_is_asked_for_is_loaded(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let reversal = Ask::Reverse {
        id: 3,
        of: 2,
        reason: "a mistake",
        force: false,
        at: None,
    };
    let entry = post(2, &[leg("a:member:1", "a:member:2", 30)]);
    ledger.commit(&[
        entry.clone(),
        reversal.clone(),
        place(4, leg("a:member:1", "a:pool", 20), Some(60)),
        place(5, leg("a:member:1", "a:pool", 10), None),
        settle(5, 7),
    ]);
    let last = ledger.last();
    let again = Ask::Reverse {
        id: 9,
        of: 2,
        reason: "once more",
        force: false,
        at: None,
    };
    let other_note = match entry.clone() {
        Ask::Post(post) => Ask::Post(Post {
            note: Some("another note"),
            ..post
        }),
        other => other,
    };
    for (ask, expected) in [
        (open_account("a:member:1", AccountKind::Member), "replayed"),
        (
            open_account("a:member:1", AccountKind::Pool),
            "ACCOUNT_EXISTS recorded=member",
        ),
        (entry, "replayed"),
        (other_note, "ID_REUSED field=note"),
        (reversal, "replayed"),
        (again, "ENTRY_REVERSED"),
        (settle(4, 94), "FLOOR_CROSSED available=93 requested=94"),
        (settle(5, 7), "replayed"),
        (settle(5, 1), "HOLD_SETTLED settled=7"),
        (settle(8, 1), "HOLD_UNKNOWN"),
        (
            post(9, &[leg("a:nobody", "a:pool", 1)]),
            "ACCOUNT_UNKNOWN account=a:nobody",
        ),
        // 30 went and came back, 7 went, 20 are held.
        (
            post(9, &[leg("a:member:1", "a:pool", 74)]),
            "FLOOR_CROSSED balance=93",
        ),
        (
            post(9, &[leg("a:member:1", "a:pool", 74)]),
            "FLOOR_CROSSED held=20",
        ),
        (
            post(9, &[leg("a:pool", "a:member:1", 108)]),
            "FLOOR_CROSSED balance=107",
        ),
    ] {
        ledger = ledger.reopened();
        let (head, results) = ledger
            .try_commit(std::slice::from_ref(&ask))
            .expect("it commits");
        let said = match &results[0] {
            Ok(outcome) if outcome.is_replay() => "replayed".into(),
            Ok(_) => "recorded".into(),
            Err(rejection) => {
                let figures = rejection.figures().into_iter();
                let figures = figures.map(|(name, value)| format!(" {name}={value}"));
                rejection.reason().to_owned() + &figures.collect::<String>()
            }
        };
        let has_all = expected
            .split(' ')
            .all(|word| said.split(' ').any(|w| w == word));
        assert!(has_all, "{ask:?}: {said}, and not {expected}");
        assert_eq!(head.last.sequence.get(), last);
    }
}

/// What a command asks for shows only when it is decided: the accounts of an
/// entry that is reversed, in a batch that also changes them.
pub(super) fn a_chain_of_needs_is_loaded_link_by_link(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    ledger.commit(&[post(2, &[leg("a:member:1", "a:member:2", 30)])]);
    let mut ledger = ledger.reopened();
    let (_, results) = ledger
        .try_commit(&[
            post(3, &[leg("a:member:2", "a:pool", 110)]),
            Ask::Reverse {
                id: 4,
                of: 2,
                reason: "a mistake",
                force: false,
                at: None,
            },
            post(5, &[leg("a:pool", "a:member:2", 10)]),
            Ask::Reverse {
                id: 4,
                of: 2,
                reason: "a mistake",
                force: false,
                at: None,
            },
        ])
        .expect("it commits");
    let reasons: Vec<_> = results
        .iter()
        .map(|result| result.as_ref().map(|_| ()).map_err(|r| r.reason()))
        .collect();
    assert_eq!(reasons, [Ok(()), Err("FLOOR_CROSSED"), Ok(()), Ok(())]);
    assert_eq!(ledger.balance("a:member:2"), 0);
    ledger.is_sound(9);
}

pub(super) fn a_batch_sees_what_the_one_before_left(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    for round in 0..10 {
        let give = post(10 + round, &[leg("a:member:1", "a:member:2", 10)]);
        ledger.commit(std::slice::from_ref(&give));
        assert_eq!(ledger.balance("a:member:1"), 90 - 10 * i64::from(round));
        let (_, results) = ledger.try_commit(&[give]).expect("it commits");
        assert!(results[0].as_ref().expect("it stands").is_replay());
    }
    let one_more = post(30, &[leg("a:member:1", "a:member:2", 1)]);
    let (_, results) = ledger.try_commit(&[one_more]).expect("it commits");
    assert_eq!(results[0].as_ref().unwrap_err().reason(), "FLOOR_CROSSED");
    ledger.is_sound(15);
}

/// One id that is higher than any other does not make those below it unknown.
pub(super) fn ids_come_in_any_order(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let give = |id| post(id, &[leg("a:member:1", "a:member:2", 1)]);
    for id in [255, 10, 11, 12, 254, 9, 13, 14, 253] {
        ledger.commit(&[give(id)]);
        let (_, results) = ledger.try_commit(&[give(id)]).expect("it commits");
        assert!(results[0].as_ref().expect("it stands").is_replay(), "{id}");
    }
    let mut ledger = ledger.reopened();
    for id in [255, 10, 11, 12, 254, 9, 13, 14, 253] {
        let (_, results) = ledger.try_commit(&[give(id)]).expect("it commits");
        assert!(results[0].as_ref().expect("it stands").is_replay(), "{id}");
    }
    ledger.commit(&[give(15), give(8), give(252)]);
    ledger.is_sound(17);
}

pub(super) fn a_batch_without_records_changes_nothing(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let before = ledger.writer.head().expect("it reads");
    let too_much = post(2, &[leg("a:member:1", "a:member:2", 101)]);
    let (committed, results) = ledger.try_commit(&[too_much]).expect("it commits");
    assert!(results[0].is_err());
    assert_eq!(committed, before);
    let (committed, _) = ledger.try_commit(&[]).expect("it commits");
    assert_eq!(committed, before);
    ledger.is_sound(5);
}

pub(super) fn what_is_due_expires_soonest_first(open: Open<'_>) {
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
    let before = ledger.last();
    let (committed, _) = ledger.try_commit(&[]).expect("it commits");
    let next = Sequence::new(before + 1).expect("a position");
    let records = ledger.snapshot().records(next, 100).expect("it reads");
    let expired = records.iter().map(|record| match record.step {
        steps::Step::Ledger(Step::Fact(Fact::HoldExpired { id })) => id,
        ref other => panic!("nothing else was asked for: {other:?}"),
    });
    assert!(expired.eq([4, 6, 5].map(booking)), "{records:?}");

    let due = committed.next_due.expect("one is left").us();
    assert!((at + 60_000_000..at + 61_000_000).contains(&due), "{due}");
    let mut ledger = ledger.reopened();
    assert_eq!(ledger.writer.head().expect("it reads"), committed);
    ledger.wait_s(50);
    let (committed, _) = ledger.try_commit(&[]).expect("it commits");
    assert_eq!(committed.next_due, None, "the last one never expires");
    let row = ledger.snapshot().account(&account("a:member:1"));
    let member = row.expect("it reads").expect("it is open").account;
    assert_eq!((member.held.steps(), member.open_holds), (2, 1));
    ledger.is_sound(14);
}

pub(super) fn at_most_a_thousand_expire_at_once(open: Open<'_>) {
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
    ledger.try_commands(holds.collect()).expect("it commits");
    ledger.wait_s(60);
    for left in [MOST + 5, 5, 0] {
        let before = ledger.last();
        ledger.try_commit(&[]).expect("it commits");
        assert_eq!(ledger.last() - before, left.min(MOST) as i64);
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
    assert_eq!(told_when_stopped_at(&ledger, 1), [(0, 2)]);
    assert_eq!(told_when_stopped_at(&ledger, 3), [(0, 2), (1, 2), (2, 2)]);
}

pub(super) fn an_audit_can_be_stopped_before_it_reads_a_record(open: Open<'_>) {
    let mut ledger = Ledger::with_members(open);
    let legs = [leg("a:grant", "a:pool", 1); 8];
    ledger.commit(
        &(2..=250)
            .map(|number| post(number, &legs))
            .collect::<Vec<_>>(),
    );
    assert_eq!(told_when_stopped_at(&ledger, 2), [(0, 255), (0, 255)]);
}

/// What an audit tells that is stopped when it has told so much.
fn told_when_stopped_at(ledger: &Ledger<'_>, count: usize) -> Vec<(i64, i64)> {
    let (told, telling) = mpsc::channel();
    let mut left = count;
    let stopped = ledger.store.verify(Box::new(move |done, of| {
        told.send((done, of)).expect("it is listened to");
        left -= 1;
        left > 0
    }));
    assert_eq!(stopped.expect("it reads"), Verified::Stopped);
    telling.iter().collect()
}
