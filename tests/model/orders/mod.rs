//! Needs and orders: every step in every state, and random steps by the staff and members
//! of two centres beside a naive model: the same answers, states, reckonings, balances and
//! held hours, and an audit that finds nothing.

mod matrix;
mod naive;
mod real;
mod weekly;

use proptest::{collection::vec, option, prelude::*, sample::select};
use timebank::store::Verified;

use self::{naive::Model, real::Real};
use super::cases;

/// 2023-11-15T00:00:00Z, a Wednesday.
const START_S: i64 = 1_700_006_400;
const MINUTE_US: i64 = 60_000_000;

type Id = &'static str;
const CENTRES: [Id; 2] = ["a", "b"];
/// Who acts for the first centre, and for the second. The second is the member `a:m1`.
const STAFF: [[Id; 3]; 2] = [["1", "2", "5"], ["3", "4", "6"]];
/// The last has a device of their own.
const MEMBERS: [Id; 5] = ["a:m1", "a:m2", "b:m1", "b:m2", "a:m3"];
/// What each is by: a plain one; caps and two approvals; a ceiling, a pool for what goes
/// over it, rounding, no approval, and something owed by whoever cancels late.
const POLICIES: [Id; 3] = [
    "",
    "[pricing]\nday_cap = \"2h\"\nweek_cap = \"3h\"\n[approval]\nneed = 2\n",
    "[pricing]\nrounding = \"up\"\nstep = \"15m\"\nday_cap = \"1h\"\n[balance]\nceiling = \"3h\"\n\
     excess_to = \"POOL\"\n[approval]\nneed = 0\n[cancellation]\nnotice = \"24h\"\nowed = \"30m\"\n",
];
const SERVICES: [Id; 2] = ["walk", "care"];
const SERVICE_LINES: Id = "[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\n\
                           [[service]]\ncode = \"care\"\nname_en = \"Care\"\nweight = 1.5\n";

type Became = Result<bool, String>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Provider,
    Recipient,
}

/// Times are minutes since the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum NeedDo {
    Offer(Id),
    Withdraw(Id),
    Approve,
    Decline,
    Cancel,
    Change { at: i64, minutes: i64 },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum OrderDo {
    Approve,
    Decline,
    Change { at: i64, minutes: i64 },
    CheckIn(i64),
    CheckOut(i64),
    Confirm { member: Id, served: i64 },
    Settle,
    Cancel(Side),
    NoShow(Side),
    Dispute,
    Resolve(Option<i64>),
    Correct(i64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ask {
    Publish {
        need: u8,
        recipient: Id,
        service: usize,
        at: i64,
        minutes: i64,
        from: Option<Id>,
        helpers: u32,
    },
    Need {
        step: u8,
        need: u8,
        action: NeedDo,
    },
    Accept {
        order: u8,
        need: u8,
        provider: Id,
    },
    Order {
        step: u8,
        order: u8,
        action: OrderDo,
    },
    /// A visit that took place, entered from a sheet.
    Record {
        order: u8,
        recipient: Id,
        provider: Id,
        service: usize,
        at: i64,
        minutes: i64,
        from: Option<Id>,
    },
    Report {
        incident: u8,
        order: u8,
        is_complaint: bool,
    },
    Close {
        step: u8,
        incident: u8,
    },
    OfferSupply {
        supply: u8,
        member: Id,
        service: usize,
    },
    WithdrawSupply {
        step: u8,
        member: Id,
        supply: u8,
    },
    Suspend {
        step: u8,
        member: Id,
    },
    Reinstate {
        step: u8,
        member: Id,
    },
    Earn {
        account: Id,
        minutes: i64,
    },
    Adopt {
        centre: usize,
        policy: usize,
    },
    Wait {
        minutes: i64,
    },
}

/// Who asks: mostly whoever may.
#[derive(Clone, Copy, Debug)]
enum By {
    /// The member whom it is about, or the first of the staff, or another.
    Member,
    First,
    Second,
    Third,
    Somebody(Id),
}

/// Whose member or account it is.
fn centre_of(id: Id) -> usize {
    usize::from(id.starts_with('b'))
}

const ACCOUNTS: [Id; 3] = ["a:club", "a:m2", "b:club"];

fn need_dos() -> impl Strategy<Value = NeedDo> {
    let member = || select(&MEMBERS[..]);
    prop_oneof![
        2 => member().prop_map(NeedDo::Offer),
        1 => member().prop_map(NeedDo::Withdraw),
        6 => Just(NeedDo::Approve),
        1 => Just(NeedDo::Decline),
        1 => Just(NeedDo::Cancel),
        1 => times().prop_map(|(at, minutes)| NeedDo::Change { at, minutes }),
    ]
}

/// What is done about an order, by how far it is off the plain course.
#[derive(Clone, Copy, Debug)]
struct Off {
    kind: u8,
    minutes: i64,
    side: bool,
}

fn members() -> impl Strategy<Value = Id> {
    select(&MEMBERS[..])
}

fn steps() -> impl Strategy<Value = u8> {
    1..=250u8
}

fn payers() -> impl Strategy<Value = Option<Id>> {
    option::weighted(0.2, select(&ACCOUNTS[..]))
}

/// When a service begins, in which order it is asked for, and how long it takes.
fn times() -> impl Strategy<Value = (i64, i64)> {
    let begins = (-6..100i64).prop_map(|half_hours| half_hours * 30);
    (begins, select(&[15, 30, 60, 90][..]))
}

fn publishings() -> impl Strategy<Value = Ask> {
    let asked = (1..8u8, members(), 0..2usize, times(), payers(), 1..3u32);
    asked.prop_map(
        |(need, recipient, service, (at, minutes), from, helpers)| Ask::Publish {
            need,
            recipient,
            service,
            at,
            minutes,
            from,
            helpers,
        },
    )
}

/// Some under the id of a need.
fn recordings() -> impl Strategy<Value = Ask> {
    let order = prop_oneof![8 => 100..112u8, 1 => 1..8u8];
    let asked = (order, members(), members(), 0..2usize, times(), payers());
    asked.prop_map(
        |(order, recipient, provider, service, (at, minutes), from)| Ask::Record {
            order,
            recipient,
            provider,
            service,
            at,
            minutes,
            from,
        },
    )
}

/// What stops no order.
fn asides() -> impl Strategy<Value = Ask> {
    prop_oneof![
        3 => (steps(), 100..112u8, any::<bool>()).prop_map(|(incident, order, is_complaint)| {
            Ask::Report { incident, order, is_complaint }
        }),
        2 => (steps(), steps()).prop_map(|(step, incident)| Ask::Close { step, incident }),
        2 => (steps(), members(), 0..2usize).prop_map(|(supply, member, service)| {
            Ask::OfferSupply { supply, member, service }
        }),
        1 => (steps(), members(), steps()).prop_map(|(step, member, supply)| {
            Ask::WithdrawSupply { step, member, supply }
        }),
        1 => (steps(), members()).prop_map(|(step, member)| Ask::Suspend { step, member }),
        2 => (steps(), members()).prop_map(|(step, member)| Ask::Reinstate { step, member }),
    ]
}

/// Every ask has numbers that are likely to be there: of few needs and few orders.
fn asks() -> impl Strategy<Value = (Ask, By, Off)> {
    let ask = prop_oneof![
        4 => publishings(),
        6 => (steps(), 1..8u8, need_dos())
            .prop_map(|(step, need, action)| Ask::Need { step, need, action }),
        6 => (100..112u8, 1..8u8, members())
            .prop_map(|(order, need, provider)| Ask::Accept { order, need, provider }),
        24 => (steps(), 100..112u8).prop_map(|(step, order)| Ask::Order {
            step,
            order,
            action: OrderDo::Settle,
        }),
        3 => recordings(),
        5 => asides(),
        1 => (select(&["a:m1", "a:m2", "a:club", "b:m1", "b:m2"][..]), 1..400i64)
            .prop_map(|(account, minutes)| Ask::Earn { account, minutes }),
        1 => (0..2usize, 0..3usize).prop_map(|(centre, policy)| Ask::Adopt { centre, policy }),
        6 => select(&[20, 60, 60, 180, 180, 600, 1_440, 1_440 * 9][..])
            .prop_map(|minutes| Ask::Wait { minutes }),
    ];
    let by = prop_oneof![
        3 => Just(By::Member),
        5 => Just(By::First),
        3 => Just(By::Second),
        2 => Just(By::Third),
        1 => select(&["1", "2", "3", "4", "a:m1", "b:m1", ""][..]).prop_map(By::Somebody),
    ];
    let off = (
        0..24u8,
        select(&[0, 0, 0, 5, -5, 16, 40][..]),
        any::<bool>(),
    );
    let off = off.prop_map(|(kind, minutes, side)| Off {
        kind,
        minutes,
        side,
    });
    (ask, by, off)
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn what_becomes_of_needs_and_orders_is_as_the_model_has_it(asks in vec(asks(), 20..160)) {
        let (mut real, mut model) = (Real::begin(), Model::begin());
        for (ask, by, off) in naive::prelude().into_iter().chain(asks) {
            if off.kind == 17 {
                // Nothing is decided by what the server happens to remember.
                real.restart();
            }
            let ask = model.concrete(ask, off);
            let actor = model.actor(ask, by);
            let expected = model.one(ask, actor);
            prop_assert_eq!(real.one(ask, actor), expected, "{:?} by {:?}", ask, actor);
            model.is_conserved();
        }
        real.is_as(&model);
        let is_sound = |real: &Real| matches!(real.stack.verify(), Verified::Sound { .. });
        prop_assert!(is_sound(&real), "{:?}", real.stack.verify());
        real.reopen();
        real.is_as(&model);
        prop_assert!(is_sound(&real));
    }
}
