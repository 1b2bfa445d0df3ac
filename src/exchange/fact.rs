//! What happened in the time bank.

use super::{
    Branch, CentreTerms, Command, Commitments, MemberDetails, MemberId, ObjectId, PersonalPart,
    QualifyMember, RegisterMember, SetMemberState, SetStaffState, StaffNumber, StaffTerms, StepId,
};

/// A member was registered, and an account opened for them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberRegistered {
    pub id: MemberId,
    /// The centre whose branch they are in.
    pub centre: Branch,
    pub details: MemberDetails,
    pub personal: Commitments,
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
                },
            })),
            Self::MemberStateSet(set) => Command::SetMemberState(set.clone()),
            Self::MemberQualified(new) => Command::QualifyMember(new.clone()),
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
            | Self::MemberQualified(_) => None,
        }
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
        }
    }
}
