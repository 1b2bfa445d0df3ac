//! Members: those who serve, and those who are served.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Branch, Day, Exit, StaffNumber, Supply};
use crate::ledger::{AccountId, Label, Malformed, Sequence, UnitId};

/// How many relatives a member names.
pub const MAX_RELATIVES: usize = 20;
/// How many qualifications a member has.
pub(super) const MAX_QUALIFICATIONS: usize = 50;

/// A member's id, such as `shapingba:member:000123`: that of the account which is
/// opened for them.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MemberId(AccountId);

impl MemberId {
    /// Reads a member's id.
    ///
    /// # Errors
    /// [`Malformed::AccountId`].
    pub fn parse(given: &str) -> Result<Self, Malformed> {
        AccountId::parse(given).map(Self)
    }

    /// The id of whose account is called as they are.
    pub(super) fn of(account: AccountId) -> Self {
        Self(account)
    }

    /// The account that is opened for them.
    pub fn account(&self) -> &AccountId {
        &self.0
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for MemberId {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse(&given)
    }
}

impl From<MemberId> for String {
    fn from(id: MemberId) -> Self {
        id.as_str().into()
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the journal has of a member besides their id: nothing that names them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct MemberDetails {
    /// The block or grid unit that they live in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<Code>,
    /// Who answers for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardian_id: Option<MemberId>,
    /// Who acts for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_id: Option<MemberId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relative_ids: Vec<MemberId>,
    /// Who gets their hours in the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heir_id: Option<MemberId>,
    /// How they heard of the time bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard_of: Option<Code>,
    /// Whether they have a device of their own to act by.
    pub has_device: bool,
    /// When they consented to take part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consented_on: Option<Day>,
    /// The last day of their insurance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_until: Option<Day>,
}

impl MemberDetails {
    /// Whether somebody answers or acts for the member.
    pub fn is_acted_for_by(&self, id: &MemberId) -> bool {
        let mut acting = [&self.guardian_id, &self.proxy_id].into_iter().flatten();
        acting.any(|acting| acting == id)
    }

    /// The members that it names, each with the field that does.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&'static str, &MemberId)> {
        let relatives = self
            .relative_ids
            .iter()
            .map(|id| ("details.relative_ids", id));
        let named = [
            ("details.guardian_id", &self.guardian_id),
            ("details.proxy_id", &self.proxy_id),
            ("details.heir_id", &self.heir_id),
        ];
        let named = named.into_iter();
        let named = named.filter_map(|(field, id)| id.as_ref().map(|id| (field, id)));
        named.chain(relatives)
    }
}

/// A short word of lists, such as a block: that of a [`Label`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Code(String);

impl Code {
    /// Reads a word.
    ///
    /// # Errors
    /// [`Malformed::Label`].
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        Label::parse(field, given)?;
        Ok(Self(given.into()))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Code {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse("tag", &given)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a member is qualified for, from a day on and up to another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Qualification {
    pub code: Code,
    pub since: Day,
    /// The last day. None where it does not lapse.
    pub until: Option<Day>,
    /// The training behind it, in a word.
    pub training: Option<Code>,
}

/// Whether a member takes part.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    Active,
    Suspended,
    /// They leave or have died, and staff have yet to approve that their heir gets what
    /// they leave behind.
    Exiting,
    /// For good; their account is closed.
    Left,
    /// Their account is closed.
    Died,
}

impl MemberState {
    /// Whether their account is closed.
    pub fn is_gone(self) -> bool {
        match self {
            Self::Active | Self::Suspended | Self::Exiting => false,
            Self::Left | Self::Died => true,
        }
    }
}

impl fmt::Display for MemberState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Exiting => "exiting",
            Self::Left => "left",
            Self::Died => "died",
        })
    }
}

/// Whose an account is that is not called as its member is: they moved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Holder {
    pub account: AccountId,
    pub member: MemberId,
}

/// How somebody became a member, which stays so whatever they change and wherever they move.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Registered {
    /// The centre that registered them.
    pub centre: Branch,
    /// How they had heard of the time bank, as they said then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard_of: Option<Code>,
    /// The record of it.
    pub at: Sequence,
}

/// A member as they stand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Member {
    pub id: MemberId,
    /// The centre that they belong to.
    pub centre: Branch,
    /// Their account, in the branch of that centre.
    pub account: AccountId,
    /// Their accounts of other units, in the order of their opening.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_accounts: Vec<AccountId>,
    pub state: MemberState,
    /// Once it has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<Exit>,
    pub details: MemberDetails,
    /// The day on which they were registered.
    pub registered_on: Day,
    /// What else stays of their registration.
    pub registered: Registered,
    /// The record that committed to their personal fields.
    pub personal_since: Sequence,
    /// By code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualifications: Vec<Qualification>,
    /// The member whose second membership it seems to be, until that is cleared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_of: Option<MemberId>,
    /// Whether their personal fields are kept.
    pub erasure: Erasure,
    /// What they got by serving, in all.
    pub earned_minutes: i64,
    /// How many orders that they are a party to are not settled, nor ended otherwise.
    pub open_orders: u32,
    /// Whether they have had an opening grant.
    #[serde(default, skip_serializing_if = "is_not")]
    pub granted: bool,
    /// How many reliefs asked for them are neither paid nor ended otherwise.
    #[serde(default, skip_serializing_if = "is_none")]
    pub open_reliefs: u32,
    /// When they are free to serve, in the order in which they said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<Supply>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_not(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

/// Whether the personal fields of a member are kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erasure {
    /// They are.
    None,
    /// They are, and somebody of the staff asked to have them erased.
    AskedBy(StaffNumber),
    /// They are no more.
    Done,
}

impl Member {
    /// Their account of a unit other than hours, whether it is there yet or not. None where its
    /// id would be too long.
    pub fn account_of(&self, unit: &UnitId) -> Option<AccountId> {
        AccountId::parse(&format!("{}:{unit}", self.account)).ok()
    }

    /// Whether an account is theirs.
    pub fn has_account(&self, account: &AccountId) -> bool {
        self.account == *account || self.other_accounts.contains(account)
    }

    /// Whether they have a qualification on a day.
    pub fn is_qualified(&self, code: &Code, day: Day) -> bool {
        let held = self.qualifications.iter().find(|held| held.code == *code);
        held.is_some_and(|held| held.since <= day && held.until.is_none_or(|until| day <= until))
    }

    /// Takes a qualification in, in the place of one of the same code.
    pub(super) fn qualify(&mut self, new: Qualification) {
        let all = &mut self.qualifications;
        all.retain(|other| other.code != new.code);
        all.push(new);
        all.sort_by(|a, b| a.code.as_str().cmp(b.code.as_str()));
    }
}
