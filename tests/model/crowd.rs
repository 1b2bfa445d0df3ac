//! Many more callers at once than the door holds: each is answered, once. Those who
//! wait before the door come in in any order.

use std::sync::Arc;

use timebank::{
    ledger::{AccountKind, BookingId, Command, Entry, NewEntry},
    steps::{Answer, Call, Outcome, Together},
};

use super::{
    ask::{Ask, Labels, Leg, Post, account},
    stack::Stack,
};

/// The door holds 4,096 calls.
const CALLERS: u32 = 6_000;
const MINT: &str = "crowd:mint";
const ANN: &str = "crowd:member:ann";

/// Gives a minute, by an id of its own.
fn gift(stack: &mut Stack, caller: u32) -> Call {
    let post = Ask::Post(Post {
        id: 1,
        legs: vec![Leg {
            from: MINT,
            to: ANN,
            amount: 1,
        }],
        unit: None,
        opens: None,
        at: None,
        labels: Labels {
            kind: "gift",
            tags: &[],
        },
        note: None,
    });
    let command = stack.command(&post).expect("well-formed");
    let Command::PostEntry(new) = command else {
        panic!("it posts");
    };
    let mut id = [0x22; 16];
    id[12..].copy_from_slice(&caller.to_be_bytes());
    let entry = Arc::new(Entry {
        id: BookingId::from_slice(&id).expect("an id"),
        ..Entry::clone(&new.entry)
    });
    let command = Command::PostEntry(NewEntry { entry, ..new });
    Stack::call_of(vec![command], Together::Each, false)
}

#[test]
fn more_callers_than_the_door_holds() {
    let mut stack = Stack::new(1_700_000_000_000_000);
    for (account, kind) in [(MINT, AccountKind::Issuance), (ANN, AccountKind::Member)] {
        let open = Ask::Open {
            account,
            kind,
            unit: "time",
            limits: None,
        };
        let open = stack.command(&open).expect("well-formed");
        stack.submit_one(open).expect("opened");
    }
    let calls = (0..CALLERS).map(|caller| gift(&mut stack, caller));
    let calls: Vec<_> = calls.collect();
    let answers = stack.call_at_once(calls);
    let mut sequences = Vec::new();
    for answer in &answers {
        let Answer::Each(results) = answer else {
            panic!("{answer:?}");
        };
        let [Ok(Outcome::Recorded { stamp, .. })] = &results[..] else {
            panic!("{results:?}");
        };
        sequences.push(stamp.sequence.get());
    }
    sequences.sort_unstable();
    // The foundation and two accounts come before.
    assert!(sequences.into_iter().eq(4..4 + i64::from(CALLERS)));
    let row = stack.read(|reading| Ok(reading.snapshot.account(&account(ANN))?));
    let row = row.expect("it reads").expect("the account");
    assert_eq!(row.account.balance.steps(), i64::from(CALLERS));
    assert_eq!(row.posting_count, i64::from(CALLERS));
}
