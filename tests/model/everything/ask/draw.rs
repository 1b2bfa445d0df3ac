//! Asks at random: mostly what finds something to happen to.

use proptest::{option, prelude::*, sample::select};

use super::{Ask, By, Doing, Of, Seen, Step, Turn, Verb};
use crate::model::everything::{DAY, Id, MEMBERS};

/// What comes first, so that most of what follows has something to happen to.
pub(in crate::model::everything) fn prelude() -> Vec<(Ask, Id)> {
    let post = |id, to, amount| Ask::Post {
        id,
        from: "a:mint",
        to,
        amount,
        at: None,
    };
    let put = |step, stock, item, price| Ask::Put {
        step,
        stock,
        item,
        price,
        pieces: 4,
    };
    let train = Ask::Train {
        id: 2_000,
        member: "a:m3",
        code: "aid",
        on: 0,
        minutes: 60,
        passed: Some(true),
    };
    let visit = |id, at| Ask::Visit {
        id,
        recipient: "a:m1",
        provider: "a:m3",
        at,
        minutes: 60,
    };
    let seen = |step, seen| Ask::StepVisit {
        step,
        order: 4_000,
        seen,
    };
    vec![
        (post(1_001, "a:m1", 400), ""),
        (post(1_002, "a:m2", 300), ""),
        (post(1_003, "a:m3", 200), ""),
        (post(1_004, "b:m1", 300), ""),
        (post(1_005, "a:club", 500), ""),
        (post(1_006, "a:project", 300), ""),
        (
            Ask::Give {
                step: 1_001,
                from: "a:club",
                to: "a:fund",
                amount: 200,
            },
            "1",
        ),
        (
            Ask::Donate {
                step: 1_002,
                pool: "a:purse",
                receipt: 0,
                amount: 300,
            },
            "1",
        ),
        (put(1_003, "a:barber", "cut", 30), "1"),
        (put(1_004, "a:shop", "rice", 10), "6"),
        (train, "1"),
        (visit(4_000, 60), "1"),
        (visit(4_001, 240), "1"),
        (seen(1_005, Seen::Approve), "6"),
        (seen(1_006, Seen::Settle), "6"),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![30 => 1..900u16, 1 => 1..12u16]
}

/// Steps that are taken more often than others, so that later ones find them.
fn few() -> impl Strategy<Value = Step> {
    1..12u16
}

fn members() -> impl Strategy<Value = Id> {
    select(&MEMBERS[..])
}

fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![6 => select(&[10, 30, 60, 90][..]), 1 => select(&[150, 400, 900][..])]
}

/// Any account, some of which are not there yet.
const ANY: [Id; 15] = [
    "a:m1",
    "a:m2",
    "a:m3",
    "a:m4",
    "b:m1",
    "a:club",
    "a:fund",
    "a:project",
    "a:purse",
    "a:m3:points",
    "a:hours",
    "a:shop",
    "a:donations:cny",
    "a:relief:cny",
    "a:mint",
];

fn any_account() -> impl Strategy<Value = Id> {
    select(&ANY[..])
}

fn funds() -> impl Strategy<Value = Ask> {
    let givers = prop_oneof![4 => members(), 3 => Just("a:club"), 1 => any_account()];
    let receivers = prop_oneof![4 => members(), 4 => Just("a:fund"), 1 => any_account()];
    let pools = || prop_oneof![5 => Just("a:fund"), 4 => Just("a:purse"), 1 => Just("a:club")];
    let money = prop_oneof![6 => Just("a:purse"), 1 => Just("a:fund"), 1 => Just("a:none")];
    let verbs = select(
        &[
            Verb::Approve,
            Verb::Approve,
            Verb::Approve,
            Verb::Approve,
            Verb::Decline,
            Verb::Withdraw,
            Verb::Return,
        ][..],
    );
    let purposes = prop_oneof![9 => Just("illness"), 1 => Just("travel")];
    prop_oneof![
        8 => (steps(), givers, receivers, amounts())
            .prop_map(|(step, from, to, amount)| Ask::Give { step, from, to, amount }),
        3 => (steps(), money, 0..6u8, amounts())
            .prop_map(|(step, pool, receipt, amount)| Ask::Donate { step, pool, receipt, amount }),
        6 => (few(), pools(), members(), purposes, amounts()).prop_map(
            |(id, pool, member, purpose, amount)| Ask::Relief { id, pool, member, purpose, amount }
        ),
        14 => (steps(), few(), verbs)
            .prop_map(|(step, relief, verb)| Ask::StepRelief { step, relief, verb }),
    ]
}

fn issues() -> impl Strategy<Value = Ask> {
    let sources = prop_oneof![5 => Just("a:hours"), 3 => Just("a:points"), 1 => Just("a:mint")];
    let to = prop_oneof![
        4 => members(),
        3 => select(&["a:m1:points", "a:m3:points"][..]),
        2 => any_account(),
    ];
    prop_oneof![
        6 => (steps(), sources, to, amounts())
            .prop_map(|(step, source, to, amount)| Ask::Issue { step, source, to, amount }),
        2 => (steps(), members()).prop_map(|(step, member)| Ask::Grant { step, member }),
    ]
}

fn stocks() -> impl Strategy<Value = Ask> {
    let stock = || {
        prop_oneof![
            5 => Just(("a:barber", "cut")), 5 => Just(("a:shop", "rice")),
            1 => Just(("a:shop", "oil")), 1 => Just(("a:none", "oil")),
        ]
    };
    let put = (steps(), stock(), select(&[10, 30][..]), -3..4i64);
    let payers = prop_oneof![
        4 => members(), 4 => select(&["a:m1:points", "a:m3:points"][..]), 1 => any_account(),
    ];
    let redeem = (
        steps(),
        payers,
        stock(),
        1..3i64,
        select(&[10, 30, 30, 60, 20][..]),
    );
    prop_oneof![
        2 => put.prop_map(|(step, (stock, item), price, pieces)| Ask::Put {
            step, stock, item, price, pieces
        }),
        5 => redeem.prop_map(|(step, from, (stock, item), pieces, amount)| Ask::Redeem {
            step, from, stock, item, pieces, amount
        }),
    ]
}

fn conversions() -> impl Strategy<Value = Ask> {
    let given = |to_points| match to_points {
        true => select(&[60, 60, 60, 120, 95][..]),
        false => select(&[10, 10, 20, 15, 10][..]),
    };
    let asked = any::<bool>().prop_flat_map(move |to_points| (Just(to_points), given(to_points)));
    (steps(), members(), asked).prop_map(|(step, member, (to_points, amount))| Ask::Convert {
        step,
        member,
        to_points,
        amount,
    })
}

fn plain() -> impl Strategy<Value = Ask> {
    let at = option::weighted(0.4, (-60..60i64).prop_map(|days| days * DAY + 60));
    let from = prop_oneof![6 => Just("a:mint"), 3 => members(), 2 => any_account()];
    let of = prop_oneof![
        3 => steps().prop_map(Of::Step),
        2 => few().prop_map(Of::Step),
        2 => (0..24u16).prop_map(Of::Entry),
        1 => (1_001..1_007u16).prop_map(Of::Entry),
    ];
    let entries = || prop_oneof![6 => 1..900u16, 2 => 1..24u16];
    prop_oneof![
        6 => (entries(), from, any_account(), amounts(), at)
            .prop_filter("two accounts", |(_, from, to, ..)| from != to)
            .prop_map(|(id, from, to, amount, at)| Ask::Post { id, from, to, amount, at }),
        5 => (entries(), of, prop::bool::weighted(0.3))
            .prop_map(|(id, of, force)| Ask::Reverse { id, of, force }),
        2 => (steps(), members(), prop::bool::weighted(0.7))
            .prop_map(|(step, member, is_back)| Ask::Suspend { step, member, is_back }),
        1 => (steps(), prop_oneof![5 => Just("a"), 1 => Just("b")], 0..3usize)
            .prop_map(|(step, centre, policy)| Ask::Adopt { step, centre, policy }),
    ]
}

fn partners() -> impl Strategy<Value = Ask> {
    let partner = prop_oneof![12 => Just("a:north"), 1 => Just("a:club")];
    let asked = (
        steps(),
        any::<bool>(),
        partner,
        0..10u8,
        members(),
        amounts(),
    );
    asked.prop_map(
        |(step, is_sent, partner, reference, member, amount)| Ask::Remit {
            step,
            is_sent,
            partner,
            reference,
            member,
            amount,
        },
    )
}

fn months() -> impl Strategy<Value = Ask> {
    let centre = || prop_oneof![3 => Just("a"), 1 => Just("b")];
    let month = || select(&[0, 1, 1, 1, 2, 2, 3, 4][..]);
    prop_oneof![
        3 => (steps(), centre(), month())
            .prop_map(|(step, centre, month)| Ask::Close { step, centre, month }),
        2 => (steps(), centre(), select(&[1, 1, 2][..]), -1..12i64).prop_map(
            |(step, centre, month, position)| Ask::SignOff { step, centre, month, position }
        ),
    ]
}

fn groups() -> impl Strategy<Value = Ask> {
    let ids = || 3_000..3_003u16;
    let payers = select(
        &[
            "a:club",
            "a:project",
            "a:club",
            "a:hours",
            "a:fund",
            "a:m1",
            "a:mint",
        ][..],
    );
    let at = select(&[-9 * 1_440, -1_440, -60, -60, -30, 60, 1_440][..]);
    let minutes = prop_oneof![1 => Just(10), 8 => Just(60)];
    let kinds = prop_oneof![
        4 => payers.clone().prop_map(|payer| (None, Some(payer), "walk")),
        3 => (members(), option::weighted(0.6, payers))
            .prop_map(|(leader, payer)| (Some(leader), payer, "class")),
        1 => members().prop_map(|leader| (Some(leader), Some("a:club"), "walk")),
    ];
    let open = (ids(), kinds, at, minutes, 1..4i64).prop_map(
        |(id, (leader, payer, service), at, minutes, places)| Ask::Open {
            id,
            leader,
            payer,
            service,
            at,
            minutes,
            places,
        },
    );
    let doing = select(
        &[
            Doing::Enrol,
            Doing::Enrol,
            Doing::Enrol,
            Doing::Leave,
            Doing::Attend,
            Doing::Attend,
            Doing::Confirm,
            Doing::Confirm,
            Doing::Settle,
            Doing::Settle,
            Doing::Settle,
            Doing::Cancel,
        ][..],
    );
    let one = (0..5u8).prop_map(|at| 1 << at);
    let who = prop_oneof![4 => one, 1 => 1..32u8];
    let step = (steps(), ids(), doing, who).prop_map(|(step, group, doing, who)| Ask::StepGroup {
        step,
        group,
        doing,
        who,
    });
    prop_oneof![3 => open, 7 => step]
}

fn trainings() -> impl Strategy<Value = Ask> {
    let ids = || 2_000..2_008u16;
    let codes = prop_oneof![6 => Just("aid"), 2 => Just("rules"), 1 => Just("chess")];
    let on = select(&[1, 0, 0, -1, -1, -2, -5, -20][..]);
    let minutes = select(&[10, 60, 60, 60, 60, 60, 60][..]);
    let passed = option::weighted(0.8, prop::bool::weighted(0.8));
    let train = (ids(), members(), codes, on, minutes, passed).prop_map(
        |(id, member, code, on, minutes, passed)| Ask::Train {
            id,
            member,
            code,
            on,
            minutes,
            passed,
        },
    );
    let annul = (steps(), prop_oneof![Just(2_000), ids()])
        .prop_map(|(step, training)| Ask::Annul { step, training });
    prop_oneof![3 => train, 2 => annul]
}

fn visits() -> impl Strategy<Value = Ask> {
    let ids = || 4_000..4_005u16;
    let at = select(&[-9 * 1_440, -1_500, -300, -200, -120, -60, 30][..]);
    let minutes = select(&[10, 30, 60, 60][..]);
    let new = 4_002..4_050u16;
    let visit = (new, members(), members(), at, minutes).prop_map(
        |(id, recipient, provider, at, minutes)| Ask::Visit {
            id,
            recipient,
            provider,
            at,
            minutes,
        },
    );
    let seen = select(
        &[
            Seen::Approve,
            Seen::Approve,
            Seen::Settle,
            Seen::Settle,
            Seen::Decline,
        ][..],
    );
    let step =
        (steps(), ids(), seen).prop_map(|(step, order, seen)| Ask::StepVisit { step, order, seen });
    let evaluate = (
        steps(),
        prop_oneof![2 => Just(4_000), 2 => ids()],
        any::<bool>(),
    )
        .prop_map(|(step, order, is_denied)| Ask::Evaluate {
            step,
            order,
            is_denied,
        });
    prop_oneof![4 => visit, 6 => step, 5 => evaluate]
}

/// What happens, and in whose name.
pub(in crate::model::everything) fn turns() -> impl Strategy<Value = Turn> {
    let by = prop_oneof![
        9 => select(&[0, 0, 3, 3, 1, 2][..]).prop_map(By::Staff),
        1 => select(&["1", "4", "a:m1", "a:m2", "a:m3", "a:m4", "b:m1", ""][..])
            .prop_map(By::Somebody),
    ];
    // Boxed, as the tree of all of them together is more than a thread's stack has room for.
    let asks = prop_oneof![
        6 => funds().boxed(),
        3 => issues().boxed(),
        3 => stocks().boxed(),
        3 => conversions().boxed(),
        4 => plain().boxed(),
        7 => groups().boxed(),
        5 => trainings().boxed(),
        7 => visits().boxed(),
        2 => partners().boxed(),
        3 => months().boxed(),
    ];
    prop_oneof![
        30 => (asks, by).prop_map(|(ask, by)| Turn::Ask(ask, by)),
        2 => (0..12usize).prop_map(Turn::Again),
        2 => (0..12usize).prop_map(Turn::Twisted),
        3 => (0..30usize, 24..900u16, prop::bool::weighted(0.3))
            .prop_map(|(back, id, force)| Turn::Undo { back, id, force }),
        2 => (1..10i64).prop_map(Turn::Wait),
        1 => Just(Turn::Rounds),
        1 => Just(Turn::Reopen),
    ]
}
