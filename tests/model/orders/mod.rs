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
const STAFF: [[Id; 2]; 2] = [["1", "2"], ["3", "4"]];
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
    /// The member whom it is about, or the second of the staff, or the first.
    Member,
    Second,
    First,
    Somebody(Id),
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
    ]
}

/// What is done about an order, by how far it is off the plain course.
#[derive(Clone, Copy, Debug)]
struct Off {
    kind: u8,
    minutes: i64,
    side: bool,
}

/// Every ask has numbers that are likely to be there: of few needs and few orders.
fn asks() -> impl Strategy<Value = (Ask, By, Off)> {
    let member = || select(&MEMBERS[..]);
    let step = || 1..=250u8;
    let need = || 1..8u8;
    let order = || 100..112u8;
    let lengths = || select(&[15, 30, 60, 90][..]);
    let publish = (
        need(),
        member(),
        0..2usize,
        (-6..100i64).prop_map(|half| half * 30),
        lengths(),
        option::weighted(0.2, select(&ACCOUNTS[..])),
        1..3u32,
    );
    let publish =
        publish.prop_map(
            |(need, recipient, service, at, minutes, from, helpers)| Ask::Publish {
                need,
                recipient,
                service,
                at,
                minutes,
                from,
                helpers,
            },
        );
    let ask = prop_oneof![
        4 => publish,
        6 => (step(), need(), need_dos())
            .prop_map(|(step, need, action)| Ask::Need { step, need, action }),
        6 => (order(), need(), member())
            .prop_map(|(order, need, provider)| Ask::Accept { order, need, provider }),
        24 => (step(), order()).prop_map(|(step, order)| Ask::Order {
            step,
            order,
            action: OrderDo::Settle,
        }),
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
