//! What happened to partners.

use super::{OpenPartner, PartnerCommand, Remit};
use crate::exchange::{StaffNumber, order::Reason};

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PartnerFact {
    Opened(OpenPartner),
    Remitted { remit: Remit, by: StaffNumber },
}

impl PartnerFact {
    /// The command that it is the effect of.
    pub fn command(&self) -> PartnerCommand {
        match self {
            Self::Opened(open) => PartnerCommand::Open(open.clone()),
            Self::Remitted { remit, .. } => PartnerCommand::Remit(remit.clone()),
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Opened(_) => None,
            Self::Remitted { remit, .. } => remit.reason.as_ref(),
        }
    }
}
