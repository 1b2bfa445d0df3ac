//! Facts of pools, gifts, sources, stocks, partners, periods and oversight, at random.

use proptest::{
    collection::{self, btree_set},
    option,
    prelude::*,
    sample::select,
};
use timebank::{
    exchange::{
        ClosePeriod, Code, Days, Fact, IssuanceFact, LookId, Month, Name, OrderId, OversightFact,
        PartnerFact, PeriodClosed, PeriodFact, PeriodId, PeriodSigned, PersonalField, PoolFact,
        Seal, SealPeriod, Sha256, SignOffPeriod, StockFact,
        issuance::{Funding, GiveGrant, GrantGiven, Issue, Issued, OpenSource, Sector},
        order::{Evidence, Rating},
        oversight::{DrawSample, FileEvaluation, Findings, ShowPersonal, Told},
        partner::{Direction, OpenPartner, Remit, RemittanceId},
        policy::Minutes,
        pool::{
            AskRelief, Donate, DonationId, GiveHours, HoursGiven, OpenPool, Purposes, ReliefAction,
            ReliefAsked, ReliefId, ReliefState, ReliefStep, ReliefStepped,
        },
        stock::{Counted, ItemId, OpenStock, Pieces, PutItem, Redeem, Redeemed},
    },
    ledger::{Sequence, UnitId},
};

use super::{
    bytes::{accounts, bookings},
    exchange_facts::{branches, codes, days, numbers, sequences, versions},
    order_facts::{amounts, doers, members, reasons},
};

fn names() -> impl Strategy<Value = Name> {
    "[a-z0-9]{1,40}".prop_map(|text| Name::parse("name", &text).expect("a name"))
}

fn purposes() -> impl Strategy<Value = Purposes> {
    let codes = btree_set("[a-z][a-z0-9-]{0,31}", 1..=10);
    codes.prop_map(|codes| {
        let codes = codes.iter().map(|code| Code::parse("purposes", code));
        let codes = codes.collect::<Result<_, _>>().expect("codes");
        Purposes::new(codes).expect("purposes")
    })
}

fn opened() -> impl Strategy<Value = PoolFact> {
    let units = select(&["time", "cny"][..]);
    (accounts(), units, names(), purposes()).prop_map(|(account, unit, name, purposes)| {
        PoolFact::Opened(OpenPool {
            account,
            unit: UnitId::parse(unit).expect("a unit"),
            name,
            purposes,
        })
    })
}

fn donated() -> impl Strategy<Value = PoolFact> {
    let parts = (
        bookings(),
        accounts(),
        names(),
        amounts(),
        reasons(),
        numbers(),
    );
    parts.prop_map(
        |(step, pool, receipt, amount, reason, by)| PoolFact::Donated {
            donate: Donate {
                step,
                id: DonationId { pool, receipt },
                amount,
                reason,
            },
            by,
        },
    )
}

fn given() -> impl Strategy<Value = PoolFact> {
    let give = (bookings(), accounts(), accounts(), amounts(), reasons());
    let give = give.prop_map(|(step, from, to, amount, reason)| GiveHours {
        step,
        from,
        to,
        amount,
        reason,
        recorded: None,
    });
    let parts = (give, doers(), versions(), option::of(sequences()));
    parts.prop_map(|(give, by, policy, verdict_on)| {
        PoolFact::Given(HoursGiven {
            give,
            by,
            policy,
            verdict_on,
        })
    })
}

fn asked() -> impl Strategy<Value = PoolFact> {
    let parts = (
        (bookings(), accounts(), members(), amounts(), codes()),
        (reasons(), doers()),
    );
    parts.prop_filter_map(
        "it has a reason",
        |((id, pool, member, amount, purpose), (reason, by))| {
            let ask = AskRelief {
                id: ReliefId(id),
                pool,
                member,
                amount,
                purpose,
                reason: reason?,
            };
            Some(PoolFact::ReliefAsked(ReliefAsked { ask, by }))
        },
    )
}

fn stepped() -> impl Strategy<Value = PoolFact> {
    let actions = (0..4, reasons()).prop_filter_map("it has a reason", |(which, reason)| {
        Some(match which {
            0 => ReliefAction::Approve { reason },
            1 => ReliefAction::Withdraw { reason },
            2 => ReliefAction::Decline { reason: reason? },
            _ => ReliefAction::Return { reason: reason? },
        })
    });
    let parts = (
        bookings(),
        bookings(),
        actions,
        doers(),
        select(ReliefState::ALL),
    );
    parts.prop_map(|(step, relief, action, by, to)| {
        PoolFact::ReliefStepped(ReliefStepped {
            step: ReliefStep {
                step,
                relief: ReliefId(relief),
                action,
            },
            by,
            to,
        })
    })
}

fn sources() -> impl Strategy<Value = IssuanceFact> {
    let units = select(&["time", "cny"][..]);
    let terms = (accounts(), units, amounts(), [days(), days()]);
    let words = (select(Funding::ALL), select(Sector::ALL), names(), names());
    (terms, words).prop_map(
        |((account, unit, cap, mut days), (funding, sector, funder, contract))| {
            days.sort();
            IssuanceFact::Opened(OpenSource {
                account,
                unit: UnitId::parse(unit).expect("a unit"),
                funding,
                sector,
                funder,
                contract,
                cap,
                days: Days::new(days[0], days[1]).expect("in order"),
            })
        },
    )
}

fn issued() -> impl Strategy<Value = IssuanceFact> {
    let parts = (
        bookings(),
        accounts(),
        accounts(),
        amounts(),
        reasons(),
        numbers(),
    );
    parts.prop_map(|(step, source, to, amount, reason, by)| {
        IssuanceFact::Issued(Issued {
            issue: Issue {
                step,
                source,
                to,
                amount,
                reason,
            },
            by,
        })
    })
}

fn granted() -> impl Strategy<Value = IssuanceFact> {
    let parts = (bookings(), members(), numbers(), versions(), sequences());
    parts.prop_map(|(step, member, by, policy, verdict_on)| {
        IssuanceFact::Granted(GrantGiven {
            grant: GiveGrant {
                step,
                member,
                recorded: None,
            },
            by,
            policy,
            verdict_on,
        })
    })
}

fn stocks() -> impl Strategy<Value = StockFact> {
    (accounts(), names()).prop_map(|(account, name)| {
        StockFact::Opened(OpenStock {
            account,
            unit: UnitId::parse("points").expect("a unit"),
            name,
        })
    })
}

fn pieces() -> impl Strategy<Value = Pieces> {
    (1..=1_000_000u32).prop_map(|count| Pieces::new(count).expect("pieces"))
}

fn items() -> impl Strategy<Value = ItemId> {
    (accounts(), codes()).prop_map(|(stock, code)| ItemId { stock, code })
}

fn put() -> impl Strategy<Value = StockFact> {
    let counted = prop_oneof![
        Just(Counted::AsMany),
        pieces().prop_map(Counted::More),
        pieces().prop_map(Counted::Fewer),
    ];
    let parts = (
        (bookings(), items(), names(), amounts()),
        (counted, reasons(), numbers()),
    );
    parts.prop_map(
        |((step, id, name, price), (counted, reason, by))| StockFact::Put {
            put: PutItem {
                step,
                id,
                name,
                price,
                counted,
                reason,
            },
            by,
        },
    )
}

fn redeemed() -> impl Strategy<Value = StockFact> {
    let parts = (
        (bookings(), accounts(), items(), pieces(), amounts()),
        (
            reasons(),
            doers(),
            option::of(versions()),
            option::of(sequences()),
        ),
    );
    parts.prop_map(
        |((step, from, item, pieces, amount), (reason, by, policy, verdict_on))| {
            StockFact::Redeemed(Redeemed {
                redeem: Redeem {
                    step,
                    from,
                    item,
                    pieces,
                    amount,
                    reason,
                    recorded: None,
                },
                by,
                policy,
                verdict_on,
            })
        },
    )
}

fn partners() -> impl Strategy<Value = PartnerFact> {
    (accounts(), names(), amounts(), amounts()).prop_map(|(account, name, surplus, deficit)| {
        PartnerFact::Opened(OpenPartner {
            account,
            name,
            surplus,
            deficit,
        })
    })
}

fn remitted() -> impl Strategy<Value = PartnerFact> {
    let ids = (accounts(), select(Direction::ALL), names());
    let ids = ids.prop_map(|(partner, direction, reference)| RemittanceId {
        partner,
        direction,
        reference,
    });
    let parts = (bookings(), ids, members(), amounts(), reasons(), numbers());
    parts.prop_map(
        |(step, id, member, amount, reason, by)| PartnerFact::Remitted {
            remit: Remit {
                step,
                id,
                member,
                amount,
                reason,
            },
            by,
        },
    )
}

fn periods() -> impl Strategy<Value = Fact> {
    let closing = (numbers(), 0..i64::MAX >> 15, any::<[u8; 32]>());
    let parts = (bookings(), branches(), days(), closing, 0..3);
    parts.prop_map(|(step, centre, day, (by, count, root), which)| {
        let month = Month::of(day);
        let id = PeriodId { centre, month };
        Fact::Period(Box::new(match which {
            0 => PeriodFact::Closed(PeriodClosed {
                close: ClosePeriod { step, id },
                by,
            }),
            1 => PeriodFact::Sealed(SealPeriod {
                step,
                id,
                seal: Seal {
                    accounts: count,
                    root: Sha256::of_bytes(root),
                },
            }),
            _ => PeriodFact::Signed(PeriodSigned {
                sign: SignOffPeriod {
                    step,
                    id,
                    position: Sequence::new(count).expect("a position"),
                },
                by,
            }),
        }))
    })
}

fn findings() -> impl Strategy<Value = Findings> {
    let stars = || option::of((1_u32..=5).prop_map(|stars| Rating::new(stars).expect("stars")));
    let served = (1_i64..1_440).prop_map(|minutes| Minutes::new(minutes).expect("minutes"));
    let told = (served, stars(), stars()).prop_map(|(served, quality, satisfaction)| Told {
        served,
        quality,
        satisfaction,
    });
    prop_oneof![
        Just(Findings::NotReached),
        Just(Findings::Denied),
        told.prop_map(Findings::Told),
    ]
}

fn drawn() -> impl Strategy<Value = OversightFact> {
    let days = || option::of(days());
    let orders = collection::vec(bookings(), 0..5);
    let by = (numbers(), numbers(), reasons());
    let drawn = (
        bookings(),
        branches(),
        days(),
        days(),
        orders,
        by,
        1_u32..=1_000,
    );
    drawn.prop_map(|(step, centre, since, until, orders, by, size)| {
        let (evaluator, by, reason) = by;
        OversightFact::Drawn {
            draw: DrawSample {
                step,
                centre,
                since,
                until,
                seed: Name::parse("seed", "dice 4 2 6").expect("a seed"),
                size,
                evaluator,
                orders: orders.into_iter().map(OrderId).collect(),
                at: Sequence::new(size.into()).expect("a position"),
                reason,
            },
            by,
        }
    })
}

fn oversight() -> impl Strategy<Value = OversightFact> {
    let filed = (bookings(), bookings(), findings(), reasons(), numbers());
    let filed = filed.prop_map(|(step, order, findings, reason, by)| OversightFact::Filed {
        file: FileEvaluation {
            step,
            order: OrderId(order),
            findings,
            evidence: Evidence::default(),
            reason,
        },
        by,
    });
    let fields = btree_set(select(PersonalField::ALL), 1..=7);
    let order = option::of(bookings());
    let shown = (bookings(), members(), fields, order, reasons(), doers());
    let shown = shown.prop_map(
        |(id, member, fields, order, reason, by)| OversightFact::Shown {
            show: ShowPersonal {
                id: LookId(id),
                member,
                fields,
                order: order.map(OrderId),
                reason,
            },
            by,
        },
    );
    prop_oneof![filed, shown, drawn()]
}

pub(super) fn facts() -> impl Strategy<Value = Fact> {
    let of_pools = prop_oneof![opened(), donated(), given(), asked(), stepped()];
    let of_sources = prop_oneof![sources(), issued(), granted()];
    let of_stocks = prop_oneof![stocks(), put(), redeemed()];
    let of_partners = prop_oneof![partners(), remitted()];
    prop_oneof![
        periods(),
        of_pools.prop_map(|fact| Fact::Pool(Box::new(fact))),
        of_sources.prop_map(|fact| Fact::Issuance(Box::new(fact))),
        of_stocks.prop_map(|fact| Fact::Stock(Box::new(fact))),
        of_partners.prop_map(|fact| Fact::Partner(Box::new(fact))),
        oversight().prop_map(|fact| Fact::Oversight(Box::new(fact))),
    ]
}
