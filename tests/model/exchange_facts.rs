//! Facts of the time bank, at random.

use proptest::{collection::vec, option, prelude::*, sample::select, string::string_regex};
use timebank::{
    exchange::{
        Admission, AdoptedPolicy, ApproveExit, Branch, CentreTerms, Code, Commitments, Day,
        ErasureStep, ExitApproved, ExitMember, Fact, MemberChange, MemberChanged, MemberCleared,
        MemberDetails, MemberExited, MemberId, MemberMoved, MemberRegistered, Name, PolicyAdopted,
        PolicyDocument, PolicyVersion, Qualification, QualifyMember, SetMandate, SetMemberState,
        SetStaffState, Settlement, StaffChange, StaffNumber, StaffTerms, Verdicts,
    },
    ledger::{AccountId, Commitment, Sequence, TimeZone},
};

use super::{
    bytes::{accounts, bookings, labels, moments},
    conversion_facts, group_facts, order_facts, pool_facts, token_facts, training_facts,
};

pub(super) fn facts() -> BoxedStrategy<Fact> {
    let names = || {
        string_regex("[A-Za-z\u{4e00}-\u{4e20}]{1,20}")
            .expect("a pattern")
            .prop_map(|name| Name::parse("name", &name).expect("a name"))
    };
    let staff_changes = [
        StaffChange::Suspend,
        StaffChange::Reinstate,
        StaffChange::End,
    ];
    let terms = (
        branches(),
        names(),
        option::of(names()),
        option::of(names()),
        option::of(names()),
    );
    let terms =
        terms.prop_map(
            |(prefix, name_en, name_zh, operator, contracting_body)| CentreTerms {
                prefix,
                name_en,
                name_zh,
                operator,
                contracting_body,
            },
        );
    prop_oneof![
        (terms, numbers()).prop_map(|(terms, first_staff_number)| {
            Fact::CentreOpened {
                terms,
                first_staff_number,
            }
        }),
        (numbers(), branches(), details()).prop_map(|(number, centre, details)| {
            Fact::StaffRegistered(StaffTerms {
                number,
                centre,
                member_id: details.heir_id,
                relative_ids: details.relative_ids,
            })
        }),
        (
            accounts(),
            branches(),
            details(),
            any::<[[u8; 32]; 8]>(),
            days(),
            option::of(admissions())
        )
            .prop_map(
                |(id, centre, details, personal, registered_on, admission)| {
                    Fact::MemberRegistered(Box::new(MemberRegistered {
                        id: member(&id),
                        centre,
                        details,
                        personal: Commitments(personal.map(Commitment)),
                        registered_on,
                        verdicts: Verdicts {
                            admission,
                            second_of: None,
                        },
                    }))
                }
            ),
        exits(),
        changes(),
        order_facts::facts(),
        group_facts::facts(),
        training_facts::facts(),
        token_facts::facts(),
        conversion_facts::facts(),
        pool_facts::facts(),
        (bookings(), branches(), versions(), days(), "[a-z]{1,20}").prop_map(
            |(step, centre, version, starts_on, name)| {
                let document = format!("name = \"{name}\"\n");
                Fact::PolicyAdopted(PolicyAdopted {
                    step,
                    policy: AdoptedPolicy {
                        centre,
                        version,
                        starts_on,
                        document: PolicyDocument::read(document).expect("a policy"),
                    },
                })
            }
        ),
        (bookings(), accounts(), any::<bool>()).prop_map(|(step, id, suspends)| {
            Fact::MemberStateSet(SetMemberState {
                step,
                member: member(&id),
                change: match suspends {
                    true => MemberChange::Suspend,
                    false => MemberChange::Reinstate,
                },
            })
        }),
        (
            bookings(),
            accounts(),
            codes(),
            days(),
            option::of(days()),
            option::of(codes())
        )
            .prop_map(|(step, id, code, since, until, training)| {
                Fact::MemberQualified(QualifyMember {
                    step,
                    member: member(&id),
                    qualification: Qualification {
                        code,
                        since,
                        until,
                        training,
                    },
                })
            }),
        (bookings(), numbers(), select(staff_changes.to_vec())).prop_map(
            |(step, number, change)| {
                Fact::StaffStateSet(SetStaffState {
                    step,
                    number,
                    change,
                })
            }
        ),
    ]
    .boxed()
}

pub(super) fn member(id: &AccountId) -> MemberId {
    MemberId::parse(id.as_str()).expect("an id")
}

pub(super) fn codes() -> impl Strategy<Value = Code> {
    labels().prop_map(|label| Code::parse("code", label.as_str()).expect("a code"))
}

fn changes() -> BoxedStrategy<Fact> {
    let changed = (
        bookings(),
        accounts(),
        sequences(),
        details(),
        any::<[[u8; 32]; 8]>(),
        any::<bool>(),
    );
    let changed = changed.prop_map(|(step, id, replaces, details, personal, is_second)| {
        Fact::MemberChanged(Box::new(MemberChanged {
            step,
            member: member(&id),
            replaces,
            details,
            personal: Commitments(personal.map(Commitment)),
            second_of: Some(member(&id)).filter(|_| is_second),
        }))
    });
    let mandates = (bookings(), accounts(), branches(), any::<bool>());
    let mandates = mandates.prop_map(|(step, account, centre, is_given)| {
        Fact::MandateSet(SetMandate {
            step,
            account,
            centre,
            is_given,
        })
    });
    let looked_into = (
        bookings(),
        accounts(),
        option::of((numbers(), any::<bool>())),
    );
    let looked_into = looked_into.prop_map(|(step, id, erasure)| {
        let member = member(&id);
        match erasure {
            None => Fact::MemberCleared(MemberCleared { step, member }),
            Some((by, is_done)) => Fact::ErasureStep(ErasureStep {
                step,
                member,
                by,
                is_done,
            }),
        }
    });
    let moved = (
        bookings(),
        accounts(),
        branches(),
        accounts(),
        option::of(admissions()),
        sequences(),
    );
    let moved = moved.prop_map(|(step, id, to, account, admission, personal_since)| {
        Fact::MemberMoved(MemberMoved {
            step,
            member: member(&id),
            to,
            account,
            admission,
            personal_since,
        })
    });
    prop_oneof![changed, moved, looked_into, mandates].boxed()
}

fn exits() -> BoxedStrategy<Fact> {
    let settlements = prop_oneof![
        Just(Settlement::AwaitsApproval),
        (option::of(accounts()), days()).prop_map(|(with, on)| Settlement::Closed { with, on }),
    ];
    let ends = (
        bookings(),
        accounts(),
        option::of(days()),
        days(),
        numbers(),
        settlements,
    );
    (ends, any::<bool>())
        .prop_map(|((step, id, died_on, on, by, settlement), is_approval)| {
            let member = member(&id);
            match is_approval {
                true => Fact::ExitApproved(ExitApproved {
                    approval: ApproveExit { step, member },
                    by,
                    settlement,
                }),
                false => Fact::MemberExited(MemberExited {
                    exit: ExitMember {
                        step,
                        member,
                        died_on,
                    },
                    on,
                    settlement,
                }),
            }
        })
        .boxed()
}

pub(super) fn sequences() -> impl Strategy<Value = Sequence> {
    (1..1_i64 << 40).prop_map(|number| Sequence::new(number).expect("in range"))
}

pub(super) fn versions() -> impl Strategy<Value = PolicyVersion> {
    (1..=PolicyVersion::MAX).prop_map(|number| PolicyVersion::new(number).expect("a version"))
}

fn admissions() -> impl Strategy<Value = Admission> {
    versions().prop_map(|policy| Admission { policy })
}

pub(super) fn days() -> impl Strategy<Value = Day> {
    moments().prop_map(|moment| Day::of(moment, TimeZone::UTC))
}

fn details() -> BoxedStrategy<MemberDetails> {
    let members = || option::of(accounts().prop_map(|id| member(&id)));
    (
        option::of(codes()),
        (members(), members(), members()),
        vec(accounts().prop_map(|id| member(&id)), 0..4),
        option::of(codes()),
        any::<bool>(),
        (option::of(days()), option::of(days())),
    )
        .prop_map(|(block, named, relative_ids, heard_of, has_device, days)| {
            let (guardian_id, proxy_id, heir_id) = named;
            let (consented_on, insured_until) = days;
            MemberDetails {
                block,
                guardian_id,
                proxy_id,
                relative_ids,
                heir_id,
                heard_of,
                has_device,
                consented_on,
                insured_until,
            }
        })
        .boxed()
}

pub(super) fn branches() -> impl Strategy<Value = Branch> {
    string_regex("[a-z]{1,8}(:[a-z]{1,8}){0,3}")
        .expect("a pattern")
        .prop_map(|branch| Branch::parse("prefix", &branch).expect("a branch"))
}

pub(super) fn numbers() -> impl Strategy<Value = StaffNumber> {
    string_regex("[A-Z][0-9.-]{0,31}")
        .expect("a pattern")
        .prop_map(|number| StaffNumber::parse(&number).expect("a number"))
}
