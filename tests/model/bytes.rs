//! What is written is what is read: records to bytes and back.

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
    string::string_regex,
};
use prost::Message;
use timebank::{
    journal::{decode, encode, to_proto},
    ledger::{
        AccountId, AccountKind, AccountOpened, Amount, Balance, BookingId, Caller, Commitment,
        Entry, EntryWithAccounts, Fact, Foundation, HoldOwner, HoldPlaced, HoldTerms, Label,
        LedgerId, Limits, MAX_EXPIRES_IN_S, Moment, Origin, Principal, Sequence, Stamp, Step, Tag,
        Tags, TimeZone, Transfer, Transfers, Unit, UnitId,
    },
    steps::{self, Exchanged, Record},
};

use super::{cases, exchange_facts};

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_record_comes_back_as_it_went(record in records()) {
        let bytes = bytes(&record);
        prop_assert_eq!(decode(&bytes), Ok(record));
    }

    /// The bytes are those that any protobuf library would write.
    #[test]
    fn a_record_is_its_protobuf_message(record in records()) {
        prop_assert_eq!(bytes(&record), to_proto(&record).encode_to_vec());
    }

    /// Damaged bytes are an error, or another record that is read and written as
    /// any; what is cut short is never taken for the whole.
    #[test]
    fn damaged_bytes_are_an_error_or_another_record(
        record in records(),
        at in any::<Index>(),
        flip in 1u8..,
    ) {
        let mut damaged = bytes(&record);
        let index = at.index(damaged.len());
        prop_assert_ne!(decode(&damaged[..index]), Ok(record));
        damaged[index] ^= flip;
        if let Ok(other) = decode(&damaged) {
            prop_assert_eq!(decode(&bytes(&other)), Ok(other));
        }
    }
}

fn bytes(record: &Record) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(record, &mut bytes);
    bytes
}

/// Any record that the ledger's types allow.
fn records() -> impl Strategy<Value = Record> {
    let text = || string_regex("[ -~]{0,64}").expect("a pattern");
    (
        1..=i64::MAX >> 15,
        moments(),
        moments(),
        text(),
        text(),
        any::<i32>(),
        prop_oneof![
            4 => steps().prop_map(steps::Step::Ledger),
            1 => exchanged().prop_map(|step| steps::Step::Exchange(Box::new(step))),
        ],
    )
        .prop_map(
            |(sequence, recorded_at, moment, actor, request_id, rules_version, step)| Record {
                stamp: Stamp {
                    sequence: Sequence::new(sequence).expect("in range"),
                    recorded_at,
                    moment,
                },
                caller: {
                    let principal = Principal::recorded(&actor).expect("printable");
                    Caller::new(principal, &request_id).expect("printable")
                },
                rules_version,
                step,
            },
        )
}

/// Facts of the time bank, and what they bring about in the ledger.
fn exchanged() -> impl Strategy<Value = Exchanged> {
    let brought_about = facts().prop_filter("a step of the time bank has it", |fact| {
        matches!(
            fact,
            Fact::AccountOpened(_)
                | Fact::AccountLimitsChanged { .. }
                | Fact::AccountClosed { .. }
                | Fact::EntryPosted(_)
        )
    });
    (exchange_facts::facts(), vec(brought_about, 0..3))
        .prop_map(|(fact, ledger)| Exchanged { fact, ledger })
}

/// Facts, and some of the entries with accounts that they opened.
fn steps() -> impl Strategy<Value = Step> {
    (facts(), kinds(), units(), limits(), any::<bool>()).prop_map(
        |(fact, kind, unit, limits, opens)| {
            if let (Fact::EntryPosted(entry), true) = (&fact, opens) {
                let id = entry.transfers.as_slice()[0].credit().clone();
                let opening = AccountOpened {
                    id,
                    kind,
                    unit,
                    limits,
                };
                let step = EntryWithAccounts::new(vec![opening], entry.clone());
                return Step::EntryWithAccounts(step.expect("it touches the account"));
            }
            Step::Fact(fact)
        },
    )
}

fn zones() -> impl Strategy<Value = TimeZone> {
    let names = select(vec![
        "UTC",
        "Asia/Shanghai",
        "America/Argentina/Buenos_Aires",
    ]);
    names.prop_map(|name| TimeZone::parse(name).expect("a zone"))
}

fn facts() -> impl Strategy<Value = Fact> {
    prop_oneof![
        (any::<[u8; 16]>(), zones()).prop_map(|(id, time_zone)| {
            Fact::LedgerFounded(Foundation {
                id: LedgerId::random(id),
                time_zone,
            })
        }),
        zones().prop_map(Fact::TimeZoneSet),
        (units(), names("[a-z][a-z0-9]{0,15}"))
            .prop_map(|(id, step)| Fact::UnitDeclared(Unit::new(id, &step).expect("a step"))),
        (accounts(), kinds(), units(), limits()).prop_map(|(id, kind, unit, limits)| {
            Fact::AccountOpened(AccountOpened {
                id,
                kind,
                unit,
                limits,
            })
        }),
        (accounts(), limits(), 0..1_000i64).prop_map(|(id, limits, replaces)| {
            let replaces = Sequence::new(replaces).expect("in range");
            Fact::AccountLimitsChanged {
                id,
                limits,
                replaces,
            }
        }),
        accounts().prop_map(|id| Fact::AccountClosed { id }),
        entries().prop_map(|entry| Fact::EntryPosted(entry.into())),
        holds().prop_map(Fact::HoldPlaced),
        entries().prop_map(|entry| Fact::HoldSettled(entry.into())),
        bookings().prop_map(|id| Fact::HoldReleased { id }),
        bookings().prop_map(|id| Fact::HoldExpired { id }),
    ]
}

fn entries() -> impl Strategy<Value = Entry> {
    let origin = prop_oneof![
        Just(Origin::Posted),
        (bookings(), any::<bool>()).prop_map(|(of, forced)| Origin::Reversal { of, forced }),
    ];
    (
        bookings(),
        vec(transfers(), 1..5).prop_map(|legs| Transfers::new(legs).expect("few enough")),
        option::of(moments()),
        labels(),
        tags(),
        option::of(any::<[u8; 32]>().prop_map(Commitment)),
        origin,
    )
        .prop_map(
            |(id, transfers, effective_at, kind, tags, note, origin)| Entry {
                id,
                transfers,
                effective_at,
                kind,
                tags,
                note,
                origin,
            },
        )
}

fn holds() -> impl Strategy<Value = HoldPlaced> {
    let expires_in_s = option::of(prop_oneof![
        1..=MAX_EXPIRES_IN_S,
        select(vec![1, MAX_EXPIRES_IN_S])
    ]);
    (
        bookings(),
        transfers(),
        expires_in_s,
        labels(),
        tags(),
        option::of(names("[a-z0-9:-]{1,64}")),
        moments(),
    )
        .prop_map(
            |(id, transfer, expires_in_s, kind, tags, owner, placed_at)| {
                let terms = HoldTerms {
                    id,
                    transfer,
                    expires_in_s,
                    kind,
                    tags,
                    owner: owner.map(|owner| HoldOwner::parse(&owner).expect("an owner")),
                };
                HoldPlaced::at(terms, placed_at)
            },
        )
}

fn transfers() -> impl Strategy<Value = Transfer> {
    let max = Amount::MAX.steps();
    let amount = prop_oneof![1..=max, select(vec![1, max])];
    (accounts(), accounts(), amount).prop_filter_map("two accounts", |(debit, credit, steps)| {
        Transfer::new(debit, credit, Amount::new(steps).expect("in range")).ok()
    })
}

fn tags() -> impl Strategy<Value = Tags> {
    let value = string_regex("[ -~]{1,20}|[\u{4e00}-\u{9fff}]{1,64}").expect("a pattern");
    let tag = (labels(), value).prop_map(|(key, value)| Tag::new(key, value).expect("a tag"));
    vec(tag, 0..4).prop_filter_map("each key once", |tags| Tags::new(tags).ok())
}

fn names(pattern: &str) -> impl Strategy<Value = String> + use<> {
    string_regex(pattern).expect("a pattern")
}

fn units() -> impl Strategy<Value = UnitId> {
    names("[a-z][a-z0-9]{1,15}").prop_map(|id| UnitId::parse(&id).expect("a unit"))
}

pub(super) fn labels() -> impl Strategy<Value = Label> {
    names("[a-z][a-z0-9-]{0,31}").prop_map(|name| Label::parse("label", &name).expect("a label"))
}

pub(super) fn accounts() -> impl Strategy<Value = AccountId> {
    names("[a-z0-9][a-z0-9-]{0,9}(:[a-z0-9][a-z0-9-]{0,9}){1,7}")
        .prop_map(|id| AccountId::parse(&id).expect("an account id"))
}

pub(super) fn bookings() -> impl Strategy<Value = BookingId> {
    any::<[u8; 16]>().prop_filter_map("not the nil UUID", |bytes| BookingId::from_slice(&bytes))
}

pub(super) fn moments() -> impl Strategy<Value = Moment> {
    let (min, max) = (Moment::MIN.us(), Moment::MAX.us());
    let us = prop_oneof![min..=max, select(vec![min, -1, 0, max])];
    us.prop_map(|us| Moment::from_us(us).expect("in range"))
}

fn kinds() -> impl Strategy<Value = AccountKind> {
    select(vec![
        AccountKind::Member,
        AccountKind::Organisation,
        AccountKind::Pool,
        AccountKind::Project,
        AccountKind::Issuance,
        AccountKind::Redemption,
        AccountKind::Clearing,
    ])
}

fn limits() -> impl Strategy<Value = Limits> {
    let max = Amount::MAX.steps();
    let limit = move || {
        let steps = prop_oneof![-max..=max, select(vec![-max, 0, max])];
        option::of(steps.prop_map(|steps| Balance::new(steps).expect("in range")))
    };
    (limit(), limit()).prop_map(|(floor, ceiling)| Limits { floor, ceiling })
}
