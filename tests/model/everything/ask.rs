//! What is asked.

use proptest::{option, prelude::*, sample::select};

use super::{Id, MEMBERS};

/// The step that asks it, or what it makes.
pub(super) type Step = u16;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verb {
    Approve,
    Decline,
    Withdraw,
    Return,
}

/// What is done about a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Doing {
    Enrol,
    Leave,
    Attend,
    Confirm,
    Settle,
    Cancel,
}

/// What a reversal reverses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Of {
    Step(Step),
    Entry(Step),
}

/// Times are minutes since the start, days are days since then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ask {
    Give {
        step: Step,
        from: Id,
        to: Id,
        amount: i64,
    },
    Donate {
        step: Step,
        pool: Id,
        receipt: u8,
        amount: i64,
    },
    Relief {
        id: Step,
        pool: Id,
        member: Id,
        purpose: Id,
        amount: i64,
    },
    StepRelief {
        step: Step,
        relief: Step,
        verb: Verb,
    },
    Issue {
        step: Step,
        source: Id,
        to: Id,
        amount: i64,
    },
    Grant {
        step: Step,
        member: Id,
    },
    /// So many pieces come, or go where it is less than none.
    Put {
        step: Step,
        stock: Id,
        item: Id,
        price: i64,
        pieces: i64,
    },
    Redeem {
        step: Step,
        from: Id,
        stock: Id,
        item: Id,
        pieces: i64,
        amount: i64,
    },
    Post {
        id: Step,
        from: Id,
        to: Id,
        amount: i64,
        at: Option<i64>,
    },
    Reverse {
        id: Step,
        of: Of,
        force: bool,
    },
    /// To the partner, or from there.
    Remit {
        step: Step,
        is_sent: bool,
        partner: Id,
        reference: u8,
        member: Id,
        amount: i64,
    },
    /// A lesson where somebody leads it, or else an event.
    Open {
        id: Step,
        leader: Option<Id>,
        payer: Option<Id>,
        service: Id,
        at: i64,
        minutes: i64,
        places: i64,
    },
    /// The members are bits, in their order.
    StepGroup {
        step: Step,
        group: Step,
        doing: Doing,
        who: u8,
    },
    Train {
        id: Step,
        member: Id,
        code: Id,
        on: i64,
        minutes: i64,
        passed: Option<bool>,
    },
    Annul {
        step: Step,
        training: Step,
    },
    Close {
        step: Step,
        centre: Id,
        month: usize,
    },
    /// As of so many records after the first ask.
    SignOff {
        step: Step,
        centre: Id,
        month: usize,
        position: i64,
    },
    Suspend {
        step: Step,
        member: Id,
        is_back: bool,
    },
    Adopt {
        step: Step,
        centre: Id,
        policy: usize,
    },
}

/// Who asks: mostly whoever may.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// Of the centre that it is about.
    Staff(usize),
    Somebody(Id),
}

/// What happens next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    Ask(Ask, By),
    /// What was asked so long ago, just so.
    Again(usize),
    /// The same with other content.
    Twisted(usize),
    /// The entry of what was asked so long ago is reversed.
    Undo {
        back: usize,
        id: Step,
        force: bool,
    },
    Wait(i64),
    /// The server does what it does by itself as days pass.
    Rounds,
    /// The server stops and starts.
    Reopen,
}

impl Ask {
    pub(super) const KINDS: &'static [Id] = &[
        "adopt",
        "annul",
        "close",
        "donate",
        "give",
        "grant",
        "issue",
        "open",
        "post",
        "put",
        "redeem",
        "relief",
        "remit",
        "reverse",
        "sign off",
        "step group",
        "step relief",
        "suspend",
        "train",
    ];

    pub(super) fn kind(self) -> Id {
        match self {
            Self::Give { .. } => "give",
            Self::Donate { .. } => "donate",
            Self::Relief { .. } => "relief",
            Self::StepRelief { .. } => "step relief",
            Self::Issue { .. } => "issue",
            Self::Grant { .. } => "grant",
            Self::Put { .. } => "put",
            Self::Redeem { .. } => "redeem",
            Self::Post { .. } => "post",
            Self::Reverse { .. } => "reverse",
            Self::Remit { .. } => "remit",
            Self::Open { .. } => "open",
            Self::StepGroup { .. } => "step group",
            Self::Train { .. } => "train",
            Self::Annul { .. } => "annul",
            Self::Close { .. } => "close",
            Self::SignOff { .. } => "sign off",
            Self::Suspend { .. } => "suspend",
            Self::Adopt { .. } => "adopt",
        }
    }

    /// By what it is known when it comes again.
    pub(super) fn key(self) -> Of {
        match self {
            Self::Give { step, .. }
            | Self::Donate { step, .. }
            | Self::Relief { id: step, .. }
            | Self::StepRelief { step, .. }
            | Self::Issue { step, .. }
            | Self::Grant { step, .. }
            | Self::Put { step, .. }
            | Self::Redeem { step, .. }
            | Self::Remit { step, .. }
            | Self::Open { id: step, .. }
            | Self::StepGroup { step, .. }
            | Self::Train { id: step, .. }
            | Self::Annul { step, .. }
            | Self::Close { step, .. }
            | Self::SignOff { step, .. }
            | Self::Suspend { step, .. }
            | Self::Adopt { step, .. } => Of::Step(step),
            Self::Post { id, .. } | Self::Reverse { id, .. } => Of::Entry(id),
        }
    }

    /// With a position that was so many records ago, and times from now on.
    pub(super) fn as_of(self, records: i64, now: i64) -> Self {
        let mut ask = self;
        match &mut ask {
            Self::SignOff { position, .. } => *position = records - *position,
            Self::Open { at, .. } => *at += now,
            Self::Train { on, .. } => *on += now.div_euclid(super::DAY),
            _ => {}
        }
        ask
    }

    /// Whose centre's staff do it, mostly.
    pub(super) fn about(self) -> Id {
        match self {
            Self::Give { from, .. } | Self::Redeem { from, .. } => from,
            Self::Donate { pool, .. } => pool,
            Self::Grant { member, .. }
            | Self::Suspend { member, .. }
            | Self::Train { member, .. } => member,
            Self::Issue { source, .. } => source,
            Self::Put { stock, .. } => stock,
            Self::Adopt { centre, .. }
            | Self::Close { centre, .. }
            | Self::SignOff { centre, .. } => centre,
            Self::Remit { .. }
            | Self::Open { .. }
            | Self::StepGroup { .. }
            | Self::Annul { .. } => "a",
            Self::Relief { pool, .. } => pool,
            Self::StepRelief { .. } | Self::Post { .. } | Self::Reverse { .. } => "a",
        }
    }

    /// Something else under the same id.
    pub(super) fn twisted(self) -> Self {
        let mut ask = self;
        match &mut ask {
            Self::Give { amount, .. }
            | Self::Donate { amount, .. }
            | Self::Relief { amount, .. }
            | Self::Issue { amount, .. }
            | Self::Redeem { amount, .. }
            | Self::Remit { amount, .. }
            | Self::SignOff {
                position: amount, ..
            }
            | Self::Post { amount, .. } => *amount += 1,
            Self::Put { price, .. } => *price += 1,
            Self::Open { places, .. } => *places += 1,
            Self::StepGroup { group, .. } => *group += 1,
            Self::Train { minutes, .. } => *minutes += 1,
            Self::Annul { training, .. } => *training += 1,
            Self::Close { month, .. } => *month = (*month + 1) % super::MONTHS.len(),
            Self::StepRelief { verb, .. } => {
                *verb = match verb {
                    Verb::Approve => Verb::Decline,
                    Verb::Decline | Verb::Withdraw | Verb::Return => Verb::Approve,
                }
            }
            Self::Grant { member, .. } => *member = if *member == "a:m1" { "a:m3" } else { "a:m1" },
            Self::Reverse { force, .. } => *force = !*force,
            Self::Suspend { is_back, .. } => *is_back = !*is_back,
            Self::Adopt { policy, .. } => *policy = (*policy + 1) % super::POLICIES.len(),
        }
        ask
    }
}

/// What comes first, so that most of what follows has something to happen to.
pub(super) fn prelude() -> Vec<(Ask, Id)> {
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
const ANY: [Id; 14] = [
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
    "a:outside:cny",
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

fn plain() -> impl Strategy<Value = Ask> {
    let at = option::weighted(0.4, (-60..60i64).prop_map(|days| days * super::DAY + 60));
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
    let ids = || 3_000..3_005u16;
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
    let minutes = select(&[10, 60, 60, 60, 60][..]);
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
    prop_oneof![2 => open, 7 => step]
}

fn trainings() -> impl Strategy<Value = Ask> {
    let ids = || 2_000..2_012u16;
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
    let annul = (steps(), ids()).prop_map(|(step, training)| Ask::Annul { step, training });
    prop_oneof![4 => train, 2 => annul]
}

/// What happens, and in whose name.
pub(super) fn turns() -> impl Strategy<Value = Turn> {
    let by = prop_oneof![
        9 => select(&[0, 0, 3, 3, 1, 2][..]).prop_map(By::Staff),
        1 => select(&["1", "4", "a:m1", "a:m2", "a:m3", "a:m4", "b:m1", ""][..])
            .prop_map(By::Somebody),
    ];
    let asks = prop_oneof![6 => funds(), 3 => issues(), 3 => stocks(), 4 => plain(),
        5 => groups(),
        3 => trainings(),
        2 => partners(), 2 => months()];
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
