//! Facts of needs and orders, at random.

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{select, subsequence},
    strategy::Union,
};
use timebank::{
    exchange::{
        AcceptNeed, Arisen, CloseIncident, Doer, Fact, Hours, IncidentClosed, IncidentId,
        IncidentReported, MemberId, Name, NeedId, NeedMoved, NeedPublished, NeedState, NeedStep,
        NeedStepped, OfferSupply, OrderAccepted, OrderId, OrderState, OrderStep, OrderStepped,
        ReportIncident, Sha256, StandingId, StandingStep, StandingStepped, Supply, SupplyId,
        SupplyOffered, SupplyWithdrawn, TimeOfDay, VisitArose, VisitRecorded, Weekday, Weekdays,
        WithdrawSupply,
        order::{
            Earnings, Evidence, Helpers, Hindrance, IncidentKind, NeedAction, NeedTerms,
            OrderAction, Party, Rating, Reason, Reckoned, Repeat, Resolution, Sheet, SheetNumber,
            StandingAction,
        },
        policy::Minutes,
    },
    ledger::{Amount, Commitment, UnitId},
};

use super::{
    bytes::{accounts, bookings, moments},
    exchange_facts::{branches, codes, days, member, numbers, sequences, versions},
};

pub(super) fn members() -> impl Strategy<Value = MemberId> {
    accounts().prop_map(|id| member(&id))
}

pub(super) fn minutes() -> impl Strategy<Value = Minutes> {
    (1..100_000i64).prop_map(|minutes| Minutes::new(minutes).expect("minutes"))
}

pub(super) fn doers() -> impl Strategy<Value = Doer> {
    prop_oneof![
        numbers().prop_map(Doer::Staff),
        members().prop_map(Doer::Member)
    ]
}

pub(super) fn reasons() -> impl Strategy<Value = Option<Reason>> {
    option::of(any::<[u8; 32]>().prop_map(|hash| Reason {
        commitment: Commitment(hash),
        note: None,
    }))
}

pub(super) fn amounts() -> impl Strategy<Value = Amount> {
    (1..1_000_000i64).prop_map(|steps| Amount::new(steps).expect("an amount"))
}

fn published() -> impl Strategy<Value = NeedPublished> {
    let terms = (
        (members(), codes(), moments(), minutes()),
        (
            option::of(accounts()),
            option::of(codes()),
            option::of(codes()),
        ),
        1..=Helpers::MAX,
    );
    let terms = terms.prop_map(|(what, how, helpers)| {
        let (recipient, service, at, minutes) = what;
        let (pay_from, point, channel) = how;
        NeedTerms {
            recipient,
            service,
            at,
            minutes,
            pay_from,
            point,
            channel,
            helpers: Helpers::new(helpers).expect("helpers"),
        }
    });
    let states = select(&NeedState::ALL[..2]);
    let parts = (
        (bookings(), terms, doers()),
        (branches(), versions(), days(), days()),
        (states, option::of(sequences())),
    );
    parts.prop_map(
        |((id, terms, by), (centre, policy, on, open_until), (to, verdict_on))| NeedPublished {
            id: NeedId(id),
            terms,
            by,
            centre,
            policy,
            on,
            open_until,
            to,
            verdict_on,
        },
    )
}

fn need_moved() -> impl Strategy<Value = NeedMoved> {
    let parts = (
        versions(),
        days(),
        days(),
        option::of(sequences()),
        any::<bool>(),
    );
    parts.prop_map(
        |(policy, on, open_until, verdict_on, is_approval)| NeedMoved {
            policy,
            on,
            open_until,
            verdict_on,
            is_approval,
        },
    )
}

fn need_stepped() -> impl Strategy<Value = Fact> {
    let actions = prop_oneof![
        members().prop_map(NeedAction::Offer),
        members().prop_map(NeedAction::Withdraw),
        Just(NeedAction::Approve),
        Just(NeedAction::Decline),
        Just(NeedAction::Cancel),
        (moments(), minutes()).prop_map(|(at, minutes)| NeedAction::Change { at, minutes }),
        (days(), option::of(members()))
            .prop_map(|(until, provider)| NeedAction::Repeat(Repeat { until, provider })),
    ];
    let parts = (
        bookings(),
        bookings(),
        actions,
        reasons(),
        doers(),
        select(NeedState::ALL),
        option::of(0..=366u32),
        option::of(need_moved()),
    );
    parts.prop_map(|(step, need, action, reason, by, to, ahead_days, moved)| {
        Fact::NeedStepped(Box::new(NeedStepped {
            step: NeedStep {
                step,
                need: NeedId(need),
                action,
                reason,
                recorded: None,
            },
            by,
            to,
            ahead_days,
            moved,
        }))
    })
}

fn accepted() -> impl Strategy<Value = OrderAccepted> {
    let parts = (
        (bookings(), bookings(), members(), doers()),
        (vec(numbers(), 0..4), accounts(), amounts()),
        (
            select(NeedState::ALL),
            option::of(sequences()),
            option::of(accounts()),
        ),
    );
    parts.prop_map(
        |(
            (order, need, provider, by),
            (approved_by, payer, held),
            (need_is, verdict_on, earns),
        )| {
            let earns = earns.map(|account| Earnings {
                unit: UnitId::parse("points").expect("a unit"),
                account,
            });
            OrderAccepted {
                accept: AcceptNeed {
                    order: OrderId(order),
                    need: NeedId(need),
                    provider,
                    recorded: None,
                },
                by,
                approved_by,
                payer,
                earns: earns.map(Box::new),
                held,
                need_is,
                verdict_on,
            }
        },
    )
}

fn reckoned() -> impl Strategy<Value = Reckoned> {
    let parts = (
        (versions(), option::of(versions())),
        [minutes(), minutes(), minutes(), minutes()],
        any::<[i32; 8]>(),
    );
    parts.prop_map(|((policy, provider_policy), minutes, figures)| {
        let [by_provider, by_recipient, confirmed, rounded] = minutes;
        let figures = figures.map(i64::from);
        let [weighted, earned_on_day, earned_in_week, within_day_cap, ..] = figures;
        let [.., within_week_cap, balance, credited, excess] = figures;
        Reckoned {
            policy,
            provider_policy,
            by_provider,
            by_recipient,
            confirmed,
            rounded,
            weighted,
            earned_on_day,
            earned_in_week,
            within_day_cap,
            within_week_cap,
            balance,
            credited,
            excess,
        }
    })
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let references = option::of("[a-z]{1,40}");
    (references, option::of(any::<[u8; 32]>())).prop_map(|(reference, hash)| Evidence {
        reference: reference.map(|text| Name::parse("reference", &text).expect("a name")),
        hash: hash.and_then(|bytes| Sha256::from_slice(&bytes)),
    })
}

fn recorded() -> impl Strategy<Value = Fact> {
    let sheets = ("[A-Za-z0-9.-]{1,32}", option::of(any::<[u8; 32]>()));
    let sheets = sheets.prop_map(|(number, hash)| Sheet {
        number: SheetNumber::parse(&number).expect("a number"),
        hash: hash.and_then(|bytes| Sha256::from_slice(&bytes)),
    });
    let parts = (published(), accepted(), sheets, numbers());
    parts.prop_map(|(published, accepted, sheet, by)| {
        Fact::VisitRecorded(Box::new(VisitRecorded {
            published,
            accepted,
            sheet,
            by,
        }))
    })
}

fn reported() -> impl Strategy<Value = Fact> {
    let kinds = select(&[IncidentKind::Incident, IncidentKind::Complaint][..]);
    let parts = (
        bookings(),
        bookings(),
        kinds,
        evidence(),
        reasons(),
        doers(),
    );
    parts.prop_map(|(id, order, kind, evidence, reason, by)| {
        Fact::IncidentReported(IncidentReported {
            report: ReportIncident {
                id: IncidentId(id),
                order: OrderId(order),
                kind,
                evidence,
                reason,
            },
            by,
        })
    })
}

fn closed() -> impl Strategy<Value = Fact> {
    let parts = (bookings(), bookings(), reasons(), numbers());
    parts.prop_map(|(step, incident, reason, by)| {
        Fact::IncidentClosed(IncidentClosed {
            close: CloseIncident {
                step,
                incident: IncidentId(incident),
                reason,
            },
            by,
        })
    })
}

fn actions() -> impl Strategy<Value = OrderAction> {
    let sides = || select(&[Party::Provider, Party::Recipient][..]);
    prop_oneof![
        (moments(), minutes()).prop_map(|(at, minutes)| OrderAction::Change { at, minutes }),
        moments().prop_map(OrderAction::CheckIn),
        moments().prop_map(OrderAction::CheckOut),
        (members(), minutes(), option::of(1..=5u32)).prop_map(|(member, served, rating)| {
            OrderAction::Confirm {
                member,
                served,
                rating: rating.and_then(Rating::new),
            }
        }),
        Just(OrderAction::Approve),
        Just(OrderAction::Decline),
        Just(OrderAction::Settle),
        sides().prop_map(OrderAction::Cancel),
        sides().prop_map(OrderAction::NoShow),
        evidence().prop_map(OrderAction::Dispute),
        minutes().prop_map(|served| OrderAction::Resolve(Resolution::Settle(served))),
        Just(OrderAction::Resolve(Resolution::Release)),
        minutes().prop_map(OrderAction::Correct),
    ]
}

fn order_stepped() -> impl Strategy<Value = Fact> {
    let parts = (
        (bookings(), bookings(), actions(), reasons(), doers()),
        (
            select(OrderState::ALL),
            days(),
            option::of(days()),
            any::<bool>(),
        ),
        (
            option::of(amounts()),
            option::of(reckoned()),
            option::of(bookings()),
        ),
    );
    parts.prop_map(
        |((step, order, action, reason, by), (to, on, confirm_until, is_approval), rest)| {
            let (held, reckoned, entry) = rest;
            Fact::OrderStepped(Box::new(OrderStepped {
                step: OrderStep {
                    step,
                    order: OrderId(order),
                    action,
                    reason,
                },
                by,
                to,
                on,
                confirm_until,
                is_approval,
                held,
                reckoned,
                entry,
            }))
        },
    )
}

fn supply() -> impl Strategy<Value = (MemberId, Supply, Doer)> {
    let days = subsequence(Weekday::ALL.to_vec(), 1..=7);
    let time = || {
        let minutes = prop_oneof![0..=1_440u32, Just(1_440)];
        minutes.prop_map(|at| {
            let text = format!("{:02}:{:02}", at / 60, at % 60);
            TimeOfDay::parse("time", &text).expect("a time")
        })
    };
    let parts = (
        bookings(),
        members(),
        codes(),
        days,
        time(),
        time(),
        doers(),
    );
    parts.prop_map(|(id, member, service, days, from, until, by)| {
        let days = Weekdays::new(days).expect("days");
        let hours = Hours { days, from, until };
        let id = SupplyId(id);
        (member, Supply { id, service, hours }, by)
    })
}

fn stood() -> impl Strategy<Value = Fact> {
    let actions = prop_oneof![
        days().prop_map(StandingAction::Skip),
        Just(StandingAction::Leave),
        Just(StandingAction::Stop),
    ];
    let stepped = (bookings(), bookings(), actions, reasons(), doers());
    let stepped = stepped.prop_map(|(step, standing, action, reason, by)| {
        let standing = StandingId(standing);
        let step = StandingStep {
            step,
            standing,
            action,
            reason,
        };
        Fact::StandingStepped(StandingStepped { step, by })
    });
    let why = || "[A-Z_]{1,64}".prop_map(|why| Hindrance::parse("why", &why).expect("a reason"));
    let arisen = prop_oneof![
        (published().boxed(), accepted().boxed())
            .prop_map(|(need, order)| Arisen::Accepted(need, order)),
        (published().boxed(), option::of(why())).prop_map(|(need, why)| Arisen::Open(need, why)),
        why().prop_map(Arisen::Off),
    ];
    let arose = (bookings(), bookings(), days(), arisen).prop_map(|(id, standing, on, arisen)| {
        let (id, standing) = (NeedId(id), StandingId(standing));
        Fact::VisitArose(Box::new(VisitArose {
            id,
            standing,
            on,
            arisen,
        }))
    });
    prop_oneof![stepped, arose]
}

fn supplied() -> impl Strategy<Value = Fact> {
    let offered = supply().prop_map(|(member, supply, by)| {
        let offer = OfferSupply { member, supply };
        Fact::SupplyOffered(SupplyOffered { offer, by })
    });
    let withdrawn = (bookings(), supply()).prop_map(|(step, (member, was, by))| {
        let supply = was.id;
        let withdraw = WithdrawSupply {
            step,
            member,
            supply,
        };
        Fact::SupplyWithdrawn(SupplyWithdrawn { withdraw, was, by })
    });
    prop_oneof![offered, withdrawn]
}

pub(super) fn facts() -> BoxedStrategy<Fact> {
    let published = published().prop_map(|new| Fact::NeedPublished(Box::new(new)));
    let accepted = accepted().prop_map(|new| Fact::OrderAccepted(Box::new(new)));
    let of_orders = Union::new([
        published.boxed(),
        need_stepped().boxed(),
        accepted.boxed(),
        order_stepped().boxed(),
        recorded().boxed(),
    ]);
    // What is drawn lies on the stack, unless it is boxed.
    let others = [
        reported().boxed(),
        closed().boxed(),
        supplied().boxed(),
        stood().boxed(),
    ];
    prop_oneof![1 => of_orders.boxed(), 1 => Union::new(others)].boxed()
}
