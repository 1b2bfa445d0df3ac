//! What happened in the time bank.

use super::{
    AdoptPolicy, AdoptedPolicy, Branch, CentreTerms, Command, Commitments, Day, MemberDetails,
    MemberId, ObjectId, PersonalPart, PolicyVersion, QualifyMember, RegisterMember, SetMemberState,
    SetStaffState, StaffNumber, StaffTerms, StepId,
};
use crate::ledger::BookingId;

/// By which rule somebody was admitted as a member: a verdict on their personal fields,
/// which the record does not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Admission {
    /// The centre's policy of that day.
    pub policy: PolicyVersion,
    /// The first condition of its `join.who` that they met, from 0; 0 where anyone may
    /// join.
    pub condition: u32,
}

/// A member was registered, and an account opened for them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberRegistered {
    pub id: MemberId,
    /// The centre whose branch they are in.
    pub centre: Branch,
    pub details: MemberDetails,
    pub personal: Commitments,
    /// The ledger's day.
    pub registered_on: Day,
    /// None where the centre had no policy.
    pub admission: Option<Admission>,
}

/// A centre adopted a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyAdopted {
    pub step: BookingId,
    pub policy: AdoptedPolicy,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    CentreOpened {
        terms: CentreTerms,
        first_staff_number: StaffNumber,
    },
    StaffRegistered(StaffTerms),
    StaffStateSet(SetStaffState),
    MemberRegistered(Box<MemberRegistered>),
    MemberStateSet(SetMemberState),
    MemberQualified(QualifyMember),
    PolicyAdopted(PolicyAdopted),
}

impl Fact {
    /// The command that it is the effect of.
    pub fn command(&self) -> Command {
        match self {
            Self::CentreOpened {
                terms,
                first_staff_number,
            } => Command::OpenCentre {
                terms: terms.clone(),
                first_staff_number: first_staff_number.clone(),
            },
            Self::StaffRegistered(terms) => Command::RegisterStaff(terms.clone()),
            Self::StaffStateSet(set) => Command::SetStaffState(set.clone()),
            Self::MemberRegistered(new) => Command::RegisterMember(Box::new(RegisterMember {
                id: new.id.clone(),
                details: new.details.clone(),
                personal: PersonalPart::Recorded {
                    commitments: new.personal,
                    fields: None,
                    admission: new.admission,
                },
            })),
            Self::MemberStateSet(set) => Command::SetMemberState(set.clone()),
            Self::MemberQualified(new) => Command::QualifyMember(new.clone()),
            Self::PolicyAdopted(adopted) => Command::AdoptPolicy(AdoptPolicy {
                step: adopted.step,
                centre: adopted.policy.centre.clone(),
                document: adopted.policy.document.clone(),
            }),
        }
    }

    /// What it has of a member's personal fields, if it has anything, and whose they
    /// are.
    pub fn personal(&self) -> Option<(&MemberId, &Commitments)> {
        match self {
            Self::MemberRegistered(new) => Some((&new.id, &new.personal)),
            Self::CentreOpened { .. }
            | Self::StaffRegistered(_)
            | Self::StaffStateSet(_)
            | Self::MemberStateSet(_)
            | Self::MemberQualified(_)
            | Self::PolicyAdopted(_) => None,
        }
    }

    /// Whether it has a verdict on personal fields.
    pub fn has_verdict(&self) -> bool {
        matches!(self, Self::MemberRegistered(new) if new.admission.is_some())
    }

    /// The ids that stand for it from now on: that of its command first.
    pub fn step_ids(&self) -> Vec<StepId> {
        let creates = StepId::Creates;
        match self {
            Self::CentreOpened {
                terms,
                first_staff_number,
            } => vec![
                creates(ObjectId::Centre(terms.prefix.clone())),
                creates(ObjectId::Staff(first_staff_number.clone())),
            ],
            Self::StaffRegistered(terms) => vec![creates(ObjectId::Staff(terms.number.clone()))],
            Self::MemberRegistered(new) => vec![creates(ObjectId::Member(new.id.clone()))],
            Self::StaffStateSet(set) => vec![StepId::Own(set.step)],
            Self::MemberStateSet(set) => vec![StepId::Own(set.step)],
            Self::MemberQualified(new) => vec![StepId::Own(new.step)],
            Self::PolicyAdopted(adopted) => vec![StepId::Own(adopted.step)],
        }
    }
}
