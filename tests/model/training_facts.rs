//! Facts of trainings, at random.

use proptest::{option, prelude::*, sample::select};
use timebank::{
    exchange::{
        Fact, Qualification, TrainingFact,
        training::{
            AnnulTraining, Assessment, Attendance, PointsEarned, RecordTraining, TrainingAnnulled,
            TrainingId, TrainingRecorded,
        },
    },
    ledger::UnitId,
};

use super::{
    bytes::{accounts, bookings},
    exchange_facts::{branches, codes, days, numbers, versions},
    order_facts::{amounts, members, minutes, reasons},
};

fn attendances() -> impl Strategy<Value = Attendance> {
    let assessments = option::of(select(&[Assessment::Passed, Assessment::Failed][..]));
    let parts = (members(), codes(), days(), minutes(), codes(), assessments);
    parts.prop_map(
        |(member, code, on, minutes, reference, assessment)| Attendance {
            member,
            code,
            on,
            minutes,
            reference,
            assessment,
        },
    )
}

fn qualifications() -> impl Strategy<Value = Qualification> {
    let parts = (codes(), days(), option::of(days()), option::of(codes()));
    parts.prop_map(|(code, since, until, training)| Qualification {
        code,
        since,
        until,
        training,
    })
}

fn points() -> impl Strategy<Value = PointsEarned> {
    (accounts(), amounts()).prop_map(|(account, amount)| PointsEarned {
        unit: UnitId::parse("points").expect("a unit"),
        account,
        amount,
    })
}

fn recorded() -> impl Strategy<Value = TrainingFact> {
    let record = (bookings(), attendances());
    let record = record.prop_map(|(id, attendance)| RecordTraining {
        id: TrainingId(id),
        attendance,
    });
    let earned = (option::of(qualifications()), option::of(points()));
    let parts = (
        record,
        branches(),
        versions(),
        any::<bool>(),
        earned,
        numbers(),
    );
    parts.prop_map(
        |(record, centre, policy, withheld, (qualification, points), by)| {
            TrainingFact::Recorded(TrainingRecorded {
                record,
                centre,
                policy,
                withheld,
                qualification,
                points,
                by,
            })
        },
    )
}

fn annulled() -> impl Strategy<Value = TrainingFact> {
    let parts = (bookings(), bookings(), reasons(), any::<bool>(), numbers());
    parts.prop_filter_map(
        "it has a reason",
        |(step, training, reason, withdrawn, by)| {
            Some(TrainingFact::Annulled(TrainingAnnulled {
                annul: AnnulTraining {
                    step,
                    training: TrainingId(training),
                    reason: reason?,
                },
                withdrawn,
                by,
            }))
        },
    )
}

pub(super) fn facts() -> impl Strategy<Value = Fact> {
    prop_oneof![recorded(), annulled()].prop_map(|fact| Fact::Training(Box::new(fact)))
}
