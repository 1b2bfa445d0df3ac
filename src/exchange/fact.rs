//! What happened in the time bank.

use super::{CentreTerms, Command, SetStaffState, StaffNumber, StaffTerms, StepId};

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    CentreOpened {
        terms: CentreTerms,
        first_staff_number: StaffNumber,
    },
    StaffRegistered(StaffTerms),
    StaffStateSet(SetStaffState),
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
        }
    }

    /// The ids that stand for it from now on: that of its command first.
    pub fn step_ids(&self) -> Vec<StepId> {
        let mut ids = vec![self.command().step_id()];
        if let Self::CentreOpened {
            first_staff_number, ..
        } = self
        {
            ids.push(StepId::Creates(super::ObjectId::Staff(
                first_staff_number.clone(),
            )));
        }
        ids
    }
}
