//! Hours are never made or lost.

use proptest::prelude::*;
use timebank::{ledger::AccountKind, steps::Together, store::Verified};

use super::{
    ask::{Ask, Labels, Leg, Post},
    cases,
    stack::Stack,
};

const MEMBERS: [&str; 5] = ["bank:grant", "bank:a", "bank:b", "bank:c", "bank:d"];

proptest! {
    #![proptest_config(cases(32))]

    /// Whatever is posted, in whatever batches, and whatever of it is refused:
    /// what some accounts have, others lack.
    #[test]
    fn hours_are_never_made_or_lost(
        batches in prop::collection::vec(prop::collection::vec(transfers(), 1..20), 1..6)
    ) {
        let mut bank = bank();
        let mut id = 0;
        for batch in batches {
            let commands = batch.into_iter().map(|legs| {
                id += 1;
                bank.command(&entry(id, legs)).expect("well-formed")
            });
            let commands = commands.collect();
            bank.submit(commands, Together::Each);
            prop_assert_eq!(balances(&bank).iter().sum::<i64>(), 0);
        }
        let members = &balances(&bank)[1..];
        prop_assert!(members.iter().all(|balance| *balance >= 0), "{:?}", members);
        let verified = bank.verify();
        prop_assert!(matches!(verified, Verified::Sound { .. }), "{:?}", verified);
    }
}

/// One to four transfers between any two of the accounts.
fn transfers() -> impl Strategy<Value = Vec<Leg>> {
    let ends = prop::sample::subsequence(&MEMBERS[..], 2).prop_shuffle();
    let leg = (ends, 1i64..500).prop_map(|(ends, amount)| Leg {
        from: ends[0],
        to: ends[1],
        amount,
    });
    prop::collection::vec(leg, 1..5)
}

fn entry(id: u8, legs: Vec<Leg>) -> Ask {
    Ask::Post(Post {
        id,
        legs,
        unit: Some("time"),
        opens: None,
        at: None,
        labels: Labels {
            kind: "service",
            tags: &[],
        },
        note: None,
    })
}

/// A grant that hours come from, and four members who start with none.
fn bank() -> Stack {
    let mut bank = Stack::new(0);
    for account in MEMBERS {
        let opening = Ask::Open {
            account,
            kind: match account {
                "bank:grant" => AccountKind::Issuance,
                _ => AccountKind::Member,
            },
            unit: "time",
            limits: None,
        };
        let command = bank.command(&opening).expect("well-formed");
        bank.submit_one(command).expect("it opens");
    }
    bank
}

fn balances(bank: &Stack) -> Vec<i64> {
    let balances = bank.read(|reading| {
        let mut balances = Vec::new();
        for id in MEMBERS {
            let row = reading.snapshot.account(&super::ask::account(id))?;
            balances.extend(row.map(|row| row.account.balance.steps()));
        }
        Ok(balances)
    });
    balances.expect("it reads")
}
