//! Random moves, exits, erasures and second memberships, by the staff of two centres,
//! compared with a naive model: the same answers, members, balances and counts of what
//! can no longer be checked, and an audit that finds nothing else.

mod naive;
mod real;

use proptest::{collection::vec, option, prelude::*, sample::select};
use timebank::{
    exchange::{Branch, MemberId, StaffNumber},
    ledger::{AccountId, BookingId},
    store::Verified,
};

use self::{naive::Model, real::Real};
use super::cases;

const START_US: i64 = 1_700_000_000_000_000;
const DAY_US: i64 = 86_400_000_000;

type Id = &'static str;
const CENTRES: [Id; 2] = ["a", "b"];
/// Who acts for the first centre, and for the second.
const STAFF: [[Id; 2]; 2] = [["1", "2"], ["3", "4"]];
const MEMBERS: [Id; 5] = ["a:m1", "a:m2", "a:m3", "b:m1", "b:m2"];
const ACCOUNTS: [Id; 4] = ["a:n1", "a:m2", "b:n1", "b:n2"];
/// What becomes of hours: nobody gets them, the heir or else the pool by two approvals,
/// the pool when somebody leaves and the heir at once when they die, the other centre's
/// pool.
const POLICIES: [Id; 4] = [
    "",
    "[exit]\naccount = \"POOL\"\n",
    "[exit]\nleaving = \"account\"\naccount = \"POOL\"\napprovals = 0\n",
    "[exit]\nleaving = \"account\"\ndeath = \"account\"\naccount = \"OTHER\"\n",
];

type Became = Result<bool, String>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ask {
    Register {
        member: Id,
        heir: Option<Id>,
        number: Option<u8>,
    },
    Change {
        member: Id,
        heir: Option<Id>,
        number: Option<u8>,
        is_stale: bool,
    },
    Move {
        step: u8,
        member: Id,
        account: Id,
    },
    Exit {
        step: u8,
        member: Id,
        died: bool,
    },
    Approve {
        step: u8,
        member: Id,
    },
    Clear {
        step: u8,
        member: Id,
    },
    Erase {
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
    /// That the other centre's hours may go to this one's pool.
    Mandate {
        step: u8,
        owner: usize,
        is_given: bool,
    },
    NextDay,
}

/// Asks, each of one of the staff: mostly of whoever may do it, the first or the second.
fn asks() -> impl Strategy<Value = (Ask, By)> {
    let member = || select(&MEMBERS[..]);
    let step = || 1..60u8;
    let number = || option::of(1..3u8);
    let accounts: Vec<Id> = MEMBERS.iter().chain(&ACCOUNTS).copied().collect();
    let ask = prop_oneof![
        6 => (member(), option::of(member()), number())
            .prop_map(|(member, heir, number)| Ask::Register { member, heir, number }),
        3 => (member(), option::of(member()), number(), prop::bool::weighted(0.2)).prop_map(
            |(member, heir, number, is_stale)| Ask::Change { member, heir, number, is_stale }
        ),
        3 => (step(), member(), select(&ACCOUNTS[..]))
            .prop_map(|(step, member, account)| Ask::Move { step, member, account }),
        4 => (step(), member(), any::<bool>())
            .prop_map(|(step, member, died)| Ask::Exit { step, member, died }),
        4 => (step(), member()).prop_map(|(step, member)| Ask::Approve { step, member }),
        2 => (step(), member()).prop_map(|(step, member)| Ask::Clear { step, member }),
        5 => (step(), member()).prop_map(|(step, member)| Ask::Erase { step, member }),
        4 => (select(accounts), 1..100i64)
            .prop_map(|(account, minutes)| Ask::Earn { account, minutes }),
        3 => (step(), 0..2usize, prop::bool::weighted(0.6))
            .prop_map(|(step, owner, is_given)| Ask::Mandate { step, owner, is_given }),
        3 => (0..2usize, 0..4usize).prop_map(|(centre, policy)| Ask::Adopt { centre, policy }),
        1 => Just(Ask::NextDay),
    ];
    let by = prop_oneof![
        8 => any::<bool>().prop_map(By::Staff),
        1 => select(&["1", "2", "3", "4", ""][..]).prop_map(By::Somebody),
    ];
    (ask, by)
}

#[derive(Clone, Copy, Debug)]
enum By {
    /// The second of the staff who may act, or the first.
    Staff(bool),
    Somebody(Id),
}

/// What comes first, so that most of what follows has something to happen to.
fn prelude() -> Vec<Ask> {
    let register = |member, heir, number| Ask::Register {
        member,
        heir,
        number,
    };
    let earn = |account| Ask::Earn {
        account,
        minutes: 60,
    };
    vec![
        Ask::Adopt {
            centre: 0,
            policy: 1,
        },
        Ask::Adopt {
            centre: 1,
            policy: 2,
        },
        register("a:m1", None, Some(1)),
        register("a:m2", Some("a:m1"), None),
        register("b:m1", Some("a:m2"), Some(1)),
        earn("a:m1"),
        earn("a:m2"),
        earn("b:m1"),
    ]
}

fn number_of(staff: Id) -> StaffNumber {
    StaffNumber::parse(staff).expect("a number")
}

fn id(member: Id) -> MemberId {
    MemberId::parse(member).expect("an id")
}

fn account(id: &str) -> AccountId {
    AccountId::parse(id).expect("an id")
}

fn branch(centre: usize) -> Branch {
    Branch::parse("centre", CENTRES[centre]).expect("a branch")
}

fn step_id(number: u8) -> BookingId {
    BookingId::from_slice(&[number; 16]).expect("an id")
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn what_becomes_of_members_is_as_the_model_has_it(asks in vec(asks(), 1..120)) {
        let (mut real, mut model) = (Real::begin(), Model::default());
        let prelude = prelude().into_iter().map(|ask| (ask, By::Staff(false)));
        for (ask, by) in prelude.chain(asks) {
            let actor = model.actor(ask, by);
            prop_assert_eq!(real.one(ask, actor), model.one(ask, actor), "{:?} by {:?}", ask, actor);
        }
        real.is_as(&model);
        let expected = model.erased();
        let is_sound = |real: &Real| match real.stack.verify() {
            Verified::Sound { erased, .. } => erased == expected,
            other => panic!("{other:?}"),
        };
        prop_assert!(is_sound(&real), "{:?} {:?}", real.stack.verify(), expected);
        real.stack.reopen(real.now_us + 1_000_000);
        real.is_as(&model);
        prop_assert!(is_sound(&real));
    }
}
