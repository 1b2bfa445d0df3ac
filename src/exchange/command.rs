//! What is asked of the time bank.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CentreTerms, ObjectId, Objects, StaffNumber, StaffState, StaffTerms, StepId, Wants};
use crate::ledger::BookingId;

/// What is to become of a member of staff.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffChange {
    Suspend,
    Reinstate,
    End,
}

impl StaffChange {
    /// The state that it leads from, and to. Whoever is suspended can go as well.
    pub(super) fn leads(self) -> (&'static [StaffState], StaffState) {
        use StaffState::{Active, Ended, Suspended};
        match self {
            Self::Suspend => (&[Active], Suspended),
            Self::Reinstate => (&[Suspended], Active),
            Self::End => (&[Active, Suspended], Ended),
        }
    }
}

impl fmt::Display for StaffChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Suspend => "suspended",
            Self::Reinstate => "reinstated",
            Self::End => "ended",
        })
    }
}

/// Suspends, reinstates or ends a member of staff.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SetStaffState {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "staff_number")]
    pub number: StaffNumber,
    pub change: StaffChange,
}

/// What a client asks for. Its serialized form has the field names of the contract:
/// what repeats an id is compared by it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum Command {
    /// Opens a centre, with its first member of staff.
    OpenCentre {
        #[serde(flatten)]
        terms: CentreTerms,
        first_staff_number: StaffNumber,
    },
    RegisterStaff(StaffTerms),
    SetStaffState(SetStaffState),
}

impl Command {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        match self {
            Self::OpenCentre { terms, .. } => {
                StepId::Creates(ObjectId::Centre(terms.prefix.clone()))
            }
            Self::RegisterStaff(terms) => StepId::Creates(ObjectId::Staff(terms.number.clone())),
            Self::SetStaffState(set) => StepId::Own(set.step),
        }
    }

    /// What kind of command it is.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::OpenCentre { .. } => "the opening of a centre",
            Self::RegisterStaff(_) => "the registration of staff",
            Self::SetStaffState(_) => "a change of staff",
        }
    }

    /// Adds what this command plainly needs and is not loaded.
    pub fn plain_needs(&self, objects: &Objects, wants: &mut Wants) {
        if let Err(lacking) = objects.taken(&self.step_id()) {
            wants.join(lacking.wants());
        }
        let staff = match self {
            Self::OpenCentre {
                first_staff_number, ..
            } => first_staff_number,
            Self::RegisterStaff(terms) => &terms.number,
            Self::SetStaffState(set) => &set.number,
        };
        if let Err(lacking) = objects.staff(staff) {
            wants.join(lacking.wants());
        }
    }
}
