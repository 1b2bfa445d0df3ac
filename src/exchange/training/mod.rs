//! Trainings: what members attended, and what that earned them.
//!
//! A [`Training`] is one member's attendance on one day. By the policy of that day it qualifies
//! them, and earns points of a source. Which of them stands for a day is a [`TrainingDay`], so that
//! nothing is earned twice.

mod command;
mod fact;
mod fold;
mod rejection;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use command::{AnnulTraining, RecordTraining, TrainingCommand};
pub use fact::{TrainingAnnulled, TrainingFact, TrainingRecorded};
pub use rejection::TrainingRejection;

use super::{
    Branch, Code, Day, MemberId, PolicyVersion, Qualification, StaffNumber, order::uuid_of,
    policy::Minutes,
};
use crate::ledger::{AccountId, Amount, BookingId, Sequence, UnitId};

/// How long a training took at least, in minutes.
pub const MIN_MINUTES: i64 = 15;
/// How long one took at most, in minutes.
pub const MAX_MINUTES: i64 = 24 * 60;

uuid_of!(
    /// The UUID of a training, which is that of the step that recorded it, and of the entry by
    /// which points were earned.
    TrainingId
);

/// What came of an assessment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assessment {
    Passed,
    Failed,
}

impl Assessment {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Assessment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Who attended what, and when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attendance {
    #[serde(rename = "member_id")]
    pub member: MemberId,
    /// Which training, of the policy's list.
    pub code: Code,
    pub on: Day,
    /// How long it took.
    pub minutes: Minutes,
    /// Who trained them, or what shows it, in a word.
    pub reference: Code,
    /// None: they were not assessed.
    pub assessment: Option<Assessment>,
}

/// Points that somebody got by a training.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PointsEarned {
    pub unit: UnitId,
    /// The member's, which they came to.
    pub account: AccountId,
    pub amount: Amount,
}

/// A training as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Training {
    pub id: TrainingId,
    #[serde(flatten)]
    pub attendance: Attendance,
    /// Where it was recorded: the member's centre then.
    pub centre: Branch,
    /// That centre's policy of the day.
    pub policy: PolicyVersion,
    /// Whether the policy asks for a passed assessment, and there is none: nothing was earned.
    #[serde(default, skip_serializing_if = "is_not")]
    pub withheld: bool,
    /// What the member was qualified for by it. None also where another of the code lasts longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualification: Option<Qualification>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsEarned>,
    pub recorded_by: StaffNumber,
    /// The record that it is of.
    pub recorded: Sequence,
    /// The record by which it was annulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annulled: Option<Sequence>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_not(flag: &bool) -> bool {
    !*flag
}

impl Training {
    /// What it is called for whom, on which day.
    pub fn day_id(&self) -> TrainingDayId {
        TrainingDayId::of(&self.attendance)
    }

    /// The records that it is of.
    pub fn steps(&self) -> Vec<Sequence> {
        [self.recorded].into_iter().chain(self.annulled).collect()
    }

    /// Whether it stood after a record.
    pub fn stood_at(&self, at: Sequence) -> bool {
        self.recorded <= at && self.annulled.is_none_or(|annulled| annulled > at)
    }
}

/// What a member attends on a day once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TrainingDayId {
    pub member: MemberId,
    pub code: Code,
    pub on: Day,
}

impl TrainingDayId {
    /// That of an attendance.
    pub fn of(attendance: &Attendance) -> Self {
        Self {
            member: attendance.member.clone(),
            code: attendance.code.clone(),
            on: attendance.on,
        }
    }
}

/// The training recorded last of a member, a code and a day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TrainingDay {
    #[serde(flatten)]
    pub id: TrainingDayId,
    pub training: TrainingId,
}
