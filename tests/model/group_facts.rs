//! Facts of groups, at random.

use proptest::{collection::btree_set, option, prelude::*};
use timebank::exchange::{
    Fact, GroupFact, GroupId,
    group::{
        Grounds, GroupAction, GroupKind, GroupOpened, GroupStep, GroupStepped, GroupTerms, Listed,
        OpenGroup, Places,
    },
};

use super::{
    bytes::{accounts, bookings, moments},
    exchange_facts::{branches, codes, days, member, numbers, versions},
    order_facts::{amounts, members, minutes, reasons},
};

fn groups() -> impl Strategy<Value = GroupId> {
    bookings().prop_map(GroupId)
}

fn kinds() -> impl Strategy<Value = GroupKind> {
    prop_oneof![
        (members(), option::of(accounts()))
            .prop_map(|(leader, payer)| GroupKind::Lesson { leader, payer }),
        accounts().prop_map(|payer| GroupKind::Event { payer }),
    ]
}

fn places() -> impl Strategy<Value = Places> {
    (1..=10_000i64).prop_map(|count| Places::new(count).expect("places"))
}

fn opened() -> impl Strategy<Value = GroupFact> {
    let terms = (
        (branches(), kinds(), codes(), moments()),
        (minutes(), option::of(codes()), places()),
    );
    let terms =
        terms.prop_map(
            |((centre, kind, service, at), (minutes, point, places))| GroupTerms {
                centre,
                kind,
                service,
                at,
                minutes,
                point,
                places,
            },
        );
    let grounds = (days(), versions(), amounts());
    let parts = (groups(), terms, grounds, numbers());
    parts.prop_map(|(id, terms, (on, policy, each), by)| {
        GroupFact::Opened(GroupOpened {
            open: OpenGroup { id, terms },
            grounds: Grounds { on, policy, each },
            by,
        })
    })
}

fn lists() -> impl Strategy<Value = Listed> {
    let ids = btree_set(accounts(), 1..20);
    ids.prop_map(|ids| Listed::new(ids.iter().map(member).collect()).expect("a list"))
}

fn stepped() -> impl Strategy<Value = GroupFact> {
    let actions = prop_oneof![
        lists().prop_map(GroupAction::Enrol),
        lists().prop_map(GroupAction::Leave),
        lists().prop_map(GroupAction::Attend),
        Just(GroupAction::Confirm),
        Just(GroupAction::Settle),
        Just(GroupAction::Cancel),
    ];
    let parts = (bookings(), groups(), actions, reasons(), numbers());
    parts.prop_map(|(step, group, action, reason, by)| {
        GroupFact::Stepped(GroupStepped {
            step: GroupStep {
                step,
                group,
                action,
                reason,
            },
            by,
        })
    })
}

pub(super) fn facts() -> impl Strategy<Value = Fact> {
    prop_oneof![opened(), stepped()].prop_map(|fact| Fact::Group(Box::new(fact)))
}
