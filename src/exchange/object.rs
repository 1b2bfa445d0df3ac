//! What the time bank keeps, all of it alike: an id, a state, and the keys of the
//! lists that it stands in.

use std::fmt;

use crate::ledger::AccountId;

use super::{
    AdoptedPolicy, Branch, Centre, Code, Holder, Mandate, MandateId, Member, MemberId, MemberState,
    PolicyId, Staff, StaffNumber,
};

/// A kind of object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ObjectKind {
    Centre,
    Staff,
    Member,
    Policy,
    Holder,
    Mandate,
}

impl ObjectKind {
    fn name(self) -> &'static str {
        match self {
            Self::Centre => "centre",
            Self::Staff => "staff",
            Self::Member => "member",
            Self::Policy => "policy",
            Self::Holder => "holder",
            Self::Mandate => "mandate",
        }
    }
}

/// An object's id.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ObjectId {
    Centre(Branch),
    Staff(StaffNumber),
    Member(MemberId),
    Policy(PolicyId),
    /// Of an account that is not called as its member is.
    Holder(AccountId),
    Mandate(Box<MandateId>),
}

impl ObjectId {
    /// Its kind.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Self::Centre(_) => ObjectKind::Centre,
            Self::Staff(_) => ObjectKind::Staff,
            Self::Member(_) => ObjectKind::Member,
            Self::Policy(_) => ObjectKind::Policy,
            Self::Holder(_) => ObjectKind::Holder,
            Self::Mandate(_) => ObjectKind::Mandate,
        }
    }

    /// The id as it is kept: `staff/1001`.
    pub fn as_text(&self) -> String {
        let kind = self.kind().name();
        let name = match self {
            Self::Centre(prefix) => prefix.as_str(),
            Self::Staff(number) => number.as_str(),
            Self::Member(id) => id.as_str(),
            Self::Holder(account) => account.as_str(),
            Self::Mandate(id) => {
                let MandateId { account, centre } = &**id;
                return format!("{kind}/{account}/{centre}");
            }
            // In digits that sort as the numbers do.
            Self::Policy(PolicyId { centre, version }) => {
                return format!("{kind}/{centre}/{:04}", version.get());
            }
        };
        format!("{kind}/{name}")
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_text())
    }
}

/// An object as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Object {
    Centre(Centre),
    Staff(Staff),
    Member(Box<Member>),
    Policy(AdoptedPolicy),
    Holder(Holder),
    Mandate(Mandate),
}

impl Object {
    /// Its id.
    pub fn id(&self) -> ObjectId {
        match self {
            Self::Centre(centre) => ObjectId::Centre(centre.terms.prefix.clone()),
            Self::Staff(staff) => ObjectId::Staff(staff.terms.number.clone()),
            Self::Member(member) => ObjectId::Member(member.id.clone()),
            Self::Policy(policy) => ObjectId::Policy(policy.id()),
            Self::Holder(holder) => ObjectId::Holder(holder.account.clone()),
            Self::Mandate(mandate) => ObjectId::Mandate(Box::new(mandate.id.clone())),
        }
    }

    /// The member that it is. None where it is another object.
    pub fn member(self) -> Option<Member> {
        match self {
            Self::Member(member) => Some(*member),
            _ => None,
        }
    }

    /// Its state as it is kept: JSON, of which the same state makes the same text.
    ///
    /// # Errors
    /// Never, as no state has a value that JSON lacks.
    pub fn state(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Centre(centre) => serde_json::to_string(centre),
            Self::Staff(staff) => serde_json::to_string(staff),
            Self::Member(member) => serde_json::to_string(member),
            Self::Policy(policy) => serde_json::to_string(policy),
            Self::Holder(holder) => serde_json::to_string(holder),
            Self::Mandate(mandate) => serde_json::to_string(mandate),
        }
    }

    /// Reads the state of an object of a kind.
    ///
    /// # Errors
    /// Where it is no such state.
    pub fn of_state(kind: ObjectKind, state: &str) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            ObjectKind::Centre => Self::Centre(serde_json::from_str(state)?),
            ObjectKind::Staff => Self::Staff(serde_json::from_str(state)?),
            ObjectKind::Member => Self::Member(serde_json::from_str(state)?),
            ObjectKind::Policy => Self::Policy(serde_json::from_str(state)?),
            ObjectKind::Holder => Self::Holder(serde_json::from_str(state)?),
            ObjectKind::Mandate => Self::Mandate(serde_json::from_str(state)?),
        })
    }

    /// The keys that it is listed under.
    pub fn keys(&self) -> Vec<String> {
        let lists = match self {
            Self::Centre(_) => vec![List::Centres],
            Self::Staff(staff) => vec![List::StaffOf(staff.terms.centre.clone())],
            Self::Member(member) => lists_of(member),
            Self::Holder(_) => Vec::new(),
            Self::Mandate(mandate) if !mandate.is_given => Vec::new(),
            Self::Mandate(mandate) => vec![
                List::MandatesOf(mandate.owner.clone()),
                List::MandatesTo(mandate.id.centre.clone()),
            ],
            Self::Policy(policy) => {
                vec![List::Policies, List::PoliciesOf(policy.centre.clone())]
            }
        };
        let id = self.id();
        lists.iter().map(|list| list.key(&id)).collect()
    }
}

fn lists_of(member: &Member) -> Vec<List> {
    let centre = &member.centre;
    let mut lists = vec![
        List::MembersOf(centre.clone()),
        List::MembersIn(centre.clone(), member.state),
    ];
    if member.second_of.is_some() {
        lists.push(List::SecondMembers(centre.clone()));
    }
    if let Some(block) = &member.details.block {
        lists.push(List::MembersOfBlock(centre.clone(), block.clone()));
    }
    let lapsing = member.qualifications.iter();
    for until in lapsing.filter_map(|qualification| qualification.until) {
        let list = List::MembersLapsing(centre.clone(), until.month());
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    lists
}

/// A list of objects in the order of their ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum List {
    Centres,
    StaffOf(Branch),
    Policies,
    PoliciesOf(Branch),
    /// Those that a centre gave.
    MandatesOf(Branch),
    /// Those that a centre was given.
    MandatesTo(Branch),
    /// All members of a centre.
    MembersOf(Branch),
    MembersIn(Branch, MemberState),
    MembersOfBlock(Branch, Code),
    /// Members who seem to be so for the second time.
    SecondMembers(Branch),
    /// Members with a qualification that lapses in a month, such as `2026-03`.
    MembersLapsing(Branch, String),
}

impl List {
    /// The kind of its objects.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Self::Centres => ObjectKind::Centre,
            Self::StaffOf(_) => ObjectKind::Staff,
            Self::Policies | Self::PoliciesOf(_) => ObjectKind::Policy,
            Self::MandatesOf(_) | Self::MandatesTo(_) => ObjectKind::Mandate,
            Self::MembersOf(_)
            | Self::MembersIn(..)
            | Self::MembersOfBlock(..)
            | Self::SecondMembers(_)
            | Self::MembersLapsing(..) => ObjectKind::Member,
        }
    }

    /// What the keys of its objects begin with: no other list's do.
    pub fn prefix(&self) -> String {
        match self {
            Self::Centres => "centres ".into(),
            Self::StaffOf(centre) => format!("staff-of/{centre} "),
            Self::Policies => "policies ".into(),
            Self::PoliciesOf(centre) => format!("policies-of/{centre} "),
            Self::MandatesOf(owner) => format!("mandates-of/{owner} "),
            Self::MandatesTo(centre) => format!("mandates-to/{centre} "),
            Self::MembersOf(centre) => format!("members-of/{centre} "),
            Self::MembersIn(centre, state) => format!("members-of/{centre}/{state} "),
            Self::MembersOfBlock(centre, block) => format!("members-of/{centre}/block/{block} "),
            Self::SecondMembers(centre) => format!("members-of/{centre}/second "),
            Self::MembersLapsing(centre, month) => {
                format!("members-of/{centre}/lapsing/{month} ")
            }
        }
    }

    /// The key of an object in it.
    pub fn key(&self, id: &ObjectId) -> String {
        format!("{}{id}", self.prefix())
    }
}
