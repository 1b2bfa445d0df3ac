//! Facts of conversions, at random.

use proptest::{option, prelude::*};
use timebank::{
    exchange::{
        Fact,
        conversion::{Convert, Converted},
    },
    ledger::UnitId,
};

use super::{
    bytes::{accounts, bookings},
    exchange_facts::{branches, sequences, versions},
    order_facts::{amounts, doers, members, reasons},
};

fn units() -> impl Strategy<Value = UnitId> {
    "[a-z][a-z0-9]{1,15}".prop_map(|unit| UnitId::parse(&unit).expect("a unit"))
}

pub(super) fn facts() -> impl Strategy<Value = Fact> {
    let asked = (
        bookings(),
        members(),
        units(),
        units(),
        amounts(),
        reasons(),
    );
    let asked = asked.prop_map(|(step, member, from, to, amount, reason)| Convert {
        step,
        member,
        from,
        to,
        amount,
        reason,
        recorded: None,
    });
    let parts = (
        asked,
        branches(),
        versions(),
        accounts(),
        amounts(),
        doers(),
        option::of(sequences()),
    );
    parts.prop_map(|(convert, centre, policy, account, got, by, verdict_on)| {
        Fact::Converted(Box::new(Converted {
            convert,
            centre,
            policy,
            account,
            got,
            by,
            verdict_on,
        }))
    })
}
