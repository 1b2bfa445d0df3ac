//! Group services: one leads a lesson for many, or many help at one event.
//!
//! A [`Group`] is opened with so many places. Staff enrol members by list, mark those who
//! attended, confirm it when it is over, and others of the staff settle it. Who takes part is kept
//! in [pages](GroupPage), as a group of 10,000 is neither read nor written as a whole by each step.

mod command;
mod fact;
mod fold;
mod rejection;
mod steps;

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize, Serializer};

pub use command::{GroupAction, GroupCommand, GroupStep, OpenGroup};
pub use fact::{GroupFact, GroupOpened, GroupStepped};
pub use rejection::GroupRejection;
pub use steps::{GROUP_STEPS, GroupState, GroupVerb};

use super::{
    Branch, Code, Day, MemberId, PolicyVersion, StaffNumber, order::uuid_of, policy::Minutes,
};
use crate::ledger::{AccountId, Amount, BookingId, Malformed, Moment, Sequence};

/// How many places a group has at most.
pub const MAX_PLACES: u32 = 10_000;
/// How many members a step names at most.
pub const MAX_LISTED: usize = 1_000;
/// How many legs each of the entries has that settle a group.
pub const LEGS_OF_ENTRY: u32 = 100;
/// In how many pages the places of a group are kept.
const PAGES: u8 = 64;

uuid_of!(
    /// The UUID of a group.
    GroupId
);

/// So many places: 1 to 10,000.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Places(u32);

impl Places {
    /// So many.
    ///
    /// # Errors
    /// [`Malformed::Places`] for none, or more than 10,000.
    pub fn new(given: i64) -> Result<Self, Malformed> {
        let max = MAX_PLACES;
        let within = u32::try_from(given).ok();
        let within = within.filter(|places| (1..=max).contains(places));
        within.map(Self).ok_or(Malformed::Places { given, max })
    }

    /// How many.
    pub fn get(self) -> u32 {
        self.0
    }
}

/// Members whom a step names: 1 to 1,000, each once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed(Vec<MemberId>);

impl Listed {
    /// These members.
    ///
    /// # Errors
    /// [`Malformed::Listed`] for none, more than 1,000, or one twice.
    pub fn new(members: Vec<MemberId>) -> Result<Self, Malformed> {
        let (given, max) = (members.len(), MAX_LISTED);
        let mut sorted: Vec<_> = members.iter().take(max + 1).collect();
        sorted.sort_unstable();
        let is_twice = sorted.windows(2).any(|pair| pair[0] == pair[1]);
        match (1..=max).contains(&given) && !is_twice {
            true => Ok(Self(members)),
            false => Err(Malformed::Listed { given, max }),
        }
    }

    /// The members in order.
    pub fn as_slice(&self) -> &[MemberId] {
        &self.0
    }

    /// How many they are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

impl Serialize for Listed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// What takes place, and who is named for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// One leads, and many learn: they pay, where the policy has a fee, or an account does.
    Lesson {
        #[serde(rename = "leader_id")]
        leader: MemberId,
        payer: Option<AccountId>,
    },
    /// Many help, and an account pays them.
    Event { payer: AccountId },
}

impl GroupKind {
    /// In a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Lesson { .. } => "lesson",
            Self::Event { .. } => "event",
        }
    }

    /// Who leads it.
    pub fn leader(&self) -> Option<&MemberId> {
        match self {
            Self::Lesson { leader, .. } => Some(leader),
            Self::Event { .. } => None,
        }
    }

    /// The account that pays, where one is named.
    pub fn payer(&self) -> Option<&AccountId> {
        match self {
            Self::Lesson { payer, .. } => payer.as_ref(),
            Self::Event { payer } => Some(payer),
        }
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What takes place, when, and for how many.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GroupTerms {
    pub centre: Branch,
    pub kind: GroupKind,
    pub service: Code,
    pub at: Moment,
    pub minutes: Minutes,
    pub point: Option<Code>,
    pub places: Places,
}

/// What a group was opened on: it is settled by that, whatever is adopted afterwards.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Grounds {
    /// The ledger's day of it.
    pub on: Day,
    /// The policy of that day.
    pub policy: PolicyVersion,
    /// What each leg comes to: a learner's fee, or what an account pays somebody.
    pub each: Amount,
}

/// A group as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Group {
    pub id: GroupId,
    #[serde(flatten)]
    pub terms: GroupTerms,
    #[serde(flatten)]
    pub grounds: Grounds,
    pub state: GroupState,
    /// How many are enrolled, whether they attended or not.
    pub enrolled: u32,
    /// How many of them attended.
    pub attended: u32,
    pub opened_by: StaffNumber,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<StaffNumber>,
    /// The entries that settled it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<BookingId>,
    /// The records that brought it from one state to another.
    pub steps: Vec<Sequence>,
}

impl Group {
    /// The first moment after it.
    pub fn until(&self) -> Moment {
        let minutes = self.terms.minutes.get();
        self.terms.at.after_s(minutes.saturating_mul(60))
    }

    /// How many transfers settle it.
    pub fn legs(&self) -> u32 {
        match &self.terms.kind {
            GroupKind::Lesson { payer: Some(_), .. } => 1,
            GroupKind::Lesson { payer: None, .. } | GroupKind::Event { .. } => self.attended,
        }
    }

    /// What whoever serves earns by it in all: who leads, or each who helps.
    pub fn earned(&self) -> i64 {
        let legs = match &self.terms.kind {
            GroupKind::Lesson { .. } => self.legs(),
            GroupKind::Event { .. } => 1,
        };
        self.grounds.each.steps().saturating_mul(legs.into())
    }

    /// The ids of the entries that settle it, which follow from the step that does.
    pub fn entry_ids(&self, step: BookingId) -> impl Iterator<Item = BookingId> {
        let count = self.legs().div_ceil(LEGS_OF_ENTRY);
        let ids = std::iter::successors(Some(step), |id| Some(id.derived()));
        ids.zip(0..count).map(|(id, _)| id)
    }
}

/// Which page of a group's places.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct PageId {
    pub group: GroupId,
    pub page: u8,
}

impl PageId {
    /// The page that a member's place is in: it follows from their id.
    pub fn of(group: GroupId, member: &MemberId) -> Self {
        // FNV-1a, which is the same everywhere and for ever.
        let bytes = member.as_str().bytes();
        let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        let page = u8::try_from(hash % u32::from(PAGES)).unwrap_or(0);
        Self { group, page }
    }

    /// All pages of a group.
    pub fn all(group: GroupId) -> impl Iterator<Item = Self> {
        (0..PAGES).map(move |page| Self { group, page })
    }
}

/// Some of the places of a group: each member, and whether they attended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GroupPage {
    #[serde(flatten)]
    pub id: PageId,
    pub places: BTreeMap<MemberId, bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(count: usize) -> Vec<MemberId> {
        let ids = (0..count).map(|number| format!("city:member:{number:06}"));
        ids.map(|id| MemberId::parse(&id).expect("a member"))
            .collect()
    }

    #[test]
    fn places_are_one_to_ten_thousand() {
        for (given, is_so) in [(0, false), (1, true), (10_000, true), (10_001, false)] {
            assert_eq!(Places::new(given).is_ok(), is_so, "{given}");
        }
        assert!(Places::new(-1).is_err() && Places::new(i64::MAX).is_err());
    }

    #[test]
    fn lists_name_each_once() {
        for (given, is_so) in [(0, false), (1, true), (1_000, true), (1_001, false)] {
            assert_eq!(Listed::new(members(given)).is_ok(), is_so, "{given}");
        }
        let twice = [members(3), members(1)].concat();
        assert!(Listed::new(twice).is_err());
    }

    #[test]
    fn pages_of_a_full_group_are_alike() {
        let group = GroupId(BookingId::from_slice(&[7; 16]).expect("an id"));
        let mut counts = [0; PAGES as usize];
        for member in members(10_000) {
            counts[usize::from(PageId::of(group, &member).page)] += 1;
        }
        assert!(counts.iter().all(|count| (50..400).contains(count)));
    }
}
