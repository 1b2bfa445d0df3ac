//! Which gRPC code a rule's refusal has.

use tonic::Code;

use crate::{
    access,
    exchange::{
        self, ConversionRejection, GroupRejection, IssuanceRejection, OrderRejection,
        OversightRejection, PartnerRejection, PeriodRejection, PoolRejection, StockRejection,
        TokenRejection, TrainingRejection,
    },
    ledger,
    steps::Rejection,
};

/// The code of a refusal.
pub(super) fn rejection_code(rejection: &Rejection) -> Code {
    match rejection {
        Rejection::Access(rejection) => match rejection {
            access::Rejection::NotInScope { .. } => Code::NotFound,
            access::Rejection::NoToken { .. } => Code::Unauthenticated,
            access::Rejection::RoleForbids { .. }
            | access::Rejection::NoApproval
            | access::Rejection::ActorClaimed { .. }
            | access::Rejection::ClaimNotCounted { .. }
            | access::Rejection::NotDrawn { .. }
            | access::Rejection::OutsideScope { .. } => Code::PermissionDenied,
        },
        Rejection::Ledger(rejection) => ledger_code(rejection),
        Rejection::Exchange(rejection) => exchange_code(rejection),
    }
}

fn exchange_code(rejection: &exchange::Rejection) -> Code {
    use exchange::Rejection;
    match rejection {
        Rejection::IdReused { .. }
        | Rejection::StaffExists { .. }
        | Rejection::MemberAccountExists { .. } => Code::AlreadyExists,
        Rejection::CentreUnknown { .. }
        | Rejection::StaffUnknown { .. }
        | Rejection::MemberUnknown { .. }
        | Rejection::PolicyUnknown { .. }
        | Rejection::PolicyAccountUnknown { .. }
        | Rejection::MandateAccountUnknown { .. }
        | Rejection::PolicyUnitUnknown { .. }
        | Rejection::ServiceUnknown { .. } => Code::NotFound,
        Rejection::MemberOfItself { .. }
        | Rejection::BornInFuture { .. }
        | Rejection::PolicyStartsEarly { .. }
        | Rejection::DiedInFuture { .. }
        | Rejection::QualificationReversed { .. } => Code::InvalidArgument,
        Rejection::StaffOnly { .. }
        | Rejection::AttestedByAnother { .. }
        | Rejection::StaffIsParty { .. }
        | Rejection::ApprovedAlready { .. } => Code::PermissionDenied,
        Rejection::MemberChanged { .. } => Code::Aborted,
        Rejection::TooManyCentres { .. }
        | Rejection::TooManyQualifications { .. }
        | Rejection::TooManyPolicies { .. } => Code::ResourceExhausted,
        Rejection::Order(rejection) => order_code(rejection),
        Rejection::Pool(rejection) => pool_code(rejection),
        Rejection::Issuance(rejection) => issuance_code(rejection),
        Rejection::Stock(rejection) => stock_code(rejection),
        Rejection::Partner(rejection) => partner_code(rejection),
        Rejection::Oversight(rejection) => oversight_code(rejection),
        Rejection::Token(rejection) => token_code(rejection),
        Rejection::Group(rejection) => group_code(rejection),
        Rejection::Training(rejection) => training_code(rejection),
        Rejection::Conversion(rejection) => conversion_code(rejection),
        Rejection::Period(rejection) => period_code(rejection),
        Rejection::CentreInside { .. }
        | Rejection::StaffStateWrong { .. }
        | Rejection::LastStaff { .. }
        | Rejection::MemberOutside { .. }
        | Rejection::MemberElsewhere { .. }
        | Rejection::MemberThere { .. }
        | Rejection::MembersAccount { .. }
        | Rejection::MemberNotFlagged { .. }
        | Rejection::RetentionRunning { .. }
        | Rejection::MemberErased { .. }
        | Rejection::MemberHasHolds { .. }
        | Rejection::ExitAccountMissing { .. }
        | Rejection::MemberNotAdmitted { .. }
        | Rejection::GuardianMissing { .. }
        | Rejection::PolicyAccountForeign { .. }
        | Rejection::AccountOutside { .. }
        | Rejection::AccountUnfit { .. }
        | Rejection::AccountReserved { .. }
        | Rejection::MandateOutside { .. }
        | Rejection::MandateStateWrong { .. }
        | Rejection::PolicyAccountUnfit { .. }
        | Rejection::MemberStateWrong { .. } => Code::FailedPrecondition,
    }
}

fn order_code(rejection: &OrderRejection) -> Code {
    match rejection {
        OrderRejection::NeedUnknown { .. }
        | OrderRejection::OrderUnknown { .. }
        | OrderRejection::IncidentUnknown { .. }
        | OrderRejection::StandingUnknown { .. } => Code::NotFound,
        OrderRejection::PartyOrStaffOnly { .. }
        | OrderRejection::OtherSideActs { .. }
        | OrderRejection::ConfirmationTheirs { .. }
        | OrderRejection::ApprovalNeeded { .. }
        | OrderRejection::ApproverEntered { .. } => Code::PermissionDenied,
        OrderRejection::MemberNotParty { .. }
        | OrderRejection::ProviderIsRecipient { .. }
        | OrderRejection::NeedTooFar { .. }
        | OrderRejection::RepeatsNever { .. }
        | OrderRejection::ServiceInFuture { .. }
        | OrderRejection::CheckedInOffBooking { .. }
        | OrderRejection::CheckedOutEarly { .. }
        | OrderRejection::ConfirmedBeyondVisit { .. } => Code::InvalidArgument,
        OrderRejection::OfferExists { .. } | OrderRejection::NeedRepeats { .. } => {
            Code::AlreadyExists
        }
        OrderRejection::TooManyOffers { .. }
        | OrderRejection::TooManySupplies { .. }
        | OrderRejection::TooManyVisits { .. }
        | OrderRejection::TooManyIncidents { .. }
        | OrderRejection::TooManySteps { .. } => Code::ResourceExhausted,
        OrderRejection::NeedStateWrong { .. }
        | OrderRejection::OrderStateWrong { .. }
        | OrderRejection::PolicyForbids { .. }
        | OrderRejection::ServiceUnfit { .. }
        | OrderRejection::NotQualified { .. }
        | OrderRejection::OfferUnknown { .. }
        | OrderRejection::SupplyUnknown { .. }
        | OrderRejection::RepeatNotApproved { .. }
        | OrderRejection::StandingStateWrong { .. }
        | OrderRejection::StandingUnserved { .. }
        | OrderRejection::NoVisitAhead { .. }
        | OrderRejection::VisitNotDue { .. }
        | OrderRejection::RecipientMoved { .. }
        | OrderRejection::NeedHasOrder { .. }
        | OrderRejection::PayerByStaff { .. }
        | OrderRejection::ApprovalsMissing { .. }
        | OrderRejection::VisitsOverlap { .. }
        | OrderRejection::CapReached { .. }
        | OrderRejection::NothingToCorrect { .. }
        | OrderRejection::IncidentClosed { .. }
        | OrderRejection::IncidentStopsOrder { .. }
        | OrderRejection::MemberHasOrders { .. } => Code::FailedPrecondition,
    }
}

fn issuance_code(rejection: &IssuanceRejection) -> Code {
    match rejection {
        IssuanceRejection::SourceUnknown { .. } => Code::NotFound,
        IssuanceRejection::GrantGiven { .. } => Code::AlreadyExists,
        IssuanceRejection::SourceNotInForce { .. } | IssuanceRejection::SourceSpent { .. } => {
            Code::FailedPrecondition
        }
    }
}

fn period_code(rejection: &PeriodRejection) -> Code {
    match rejection {
        PeriodRejection::PeriodClosed { .. }
        | PeriodRejection::PeriodSealed { .. }
        | PeriodRejection::SignedOff { .. } => Code::AlreadyExists,
        PeriodRejection::TooManySignOffs { .. } => Code::ResourceExhausted,
        PeriodRejection::SignOffPosition { .. } => Code::OutOfRange,
        PeriodRejection::PeriodOpen { .. }
        | PeriodRejection::PeriodNotOver { .. }
        | PeriodRejection::PeriodTooEarly { .. }
        | PeriodRejection::PeriodHole { .. }
        | PeriodRejection::EffectiveInClosed { .. } => Code::FailedPrecondition,
    }
}

fn conversion_code(rejection: &ConversionRejection) -> Code {
    match rejection {
        ConversionRejection::UnitsNotConverted { .. } => Code::FailedPrecondition,
        ConversionRejection::ConversionUneven { .. } => Code::InvalidArgument,
        ConversionRejection::ConversionTooLarge { .. } => Code::OutOfRange,
    }
}

fn training_code(rejection: &TrainingRejection) -> Code {
    match rejection {
        TrainingRejection::TrainingUnknown { .. }
        | TrainingRejection::TrainingCodeUnknown { .. } => Code::NotFound,
        TrainingRejection::TrainingInFuture { .. } | TrainingRejection::TrainingLength { .. } => {
            Code::InvalidArgument
        }
        TrainingRejection::TrainingRepeated { .. } => Code::AlreadyExists,
        TrainingRejection::TrainingStateWrong { .. } => Code::FailedPrecondition,
    }
}

fn partner_code(rejection: &PartnerRejection) -> Code {
    match rejection {
        PartnerRejection::PartnerUnknown { .. } => Code::NotFound,
        PartnerRejection::ReferenceExists { .. } => Code::AlreadyExists,
        PartnerRejection::PartnerLimit { .. } => Code::FailedPrecondition,
    }
}

fn token_code(rejection: &TokenRejection) -> Code {
    match rejection {
        TokenRejection::TokenUnknown { .. } => Code::NotFound,
        TokenRejection::TokenExists { .. } => Code::AlreadyExists,
        TokenRejection::TokenExpiresEarly { .. } => Code::InvalidArgument,
        TokenRejection::TokenRevoked { .. } | TokenRejection::TokenBeyondScope { .. } => {
            Code::FailedPrecondition
        }
    }
}

fn oversight_code(rejection: &OversightRejection) -> Code {
    match rejection {
        OversightRejection::EvaluationUnknown { .. } => Code::NotFound,
        OversightRejection::EvaluatorActed { .. } | OversightRejection::OwnSample { .. } => {
            Code::PermissionDenied
        }
        OversightRejection::ToldTooLong { .. } => Code::InvalidArgument,
        OversightRejection::TooManyEvaluations { .. } => Code::ResourceExhausted,
        OversightRejection::OrderNotSettled { .. }
        | OversightRejection::NotOfOrder { .. }
        | OversightRejection::NothingDrawn { .. } => Code::FailedPrecondition,
    }
}

fn group_code(rejection: &GroupRejection) -> Code {
    match rejection {
        GroupRejection::GroupUnknown { .. } | GroupRejection::PlaceUnknown { .. } => Code::NotFound,
        GroupRejection::PlaceTaken { .. } | GroupRejection::AttendedAlready { .. } => {
            Code::AlreadyExists
        }
        GroupRejection::GroupFull { .. } => Code::ResourceExhausted,
        GroupRejection::GroupStateWrong { .. }
        | GroupRejection::GroupPayerUnfit { .. }
        | GroupRejection::GroupNotBegun { .. }
        | GroupRejection::GroupNotOver { .. }
        | GroupRejection::NobodyAttended { .. } => Code::FailedPrecondition,
    }
}

fn stock_code(rejection: &StockRejection) -> Code {
    match rejection {
        StockRejection::StockUnknown { .. } | StockRejection::ItemUnknown { .. } => Code::NotFound,
        StockRejection::TooManyPieces { .. } => Code::ResourceExhausted,
        StockRejection::ItemsShort { .. } | StockRejection::PriceOther { .. } => {
            Code::FailedPrecondition
        }
    }
}

fn pool_code(rejection: &PoolRejection) -> Code {
    match rejection {
        PoolRejection::PoolUnknown { .. } | PoolRejection::ReliefUnknown { .. } => Code::NotFound,
        PoolRejection::DonationExists { .. } => Code::AlreadyExists,
        PoolRejection::ApproverAsked { .. } | PoolRejection::GiftToActor { .. } => {
            Code::PermissionDenied
        }
        PoolRejection::TooManyReliefs { .. } => Code::ResourceExhausted,
        PoolRejection::PurposeForeign { .. } => Code::InvalidArgument,
        PoolRejection::PoolOfHours { .. }
        | PoolRejection::ReliefStateWrong { .. }
        | PoolRejection::ReliefBeyondPool { .. }
        | PoolRejection::GiftBeyondBalance { .. } => Code::FailedPrecondition,
    }
}

fn ledger_code(rejection: &ledger::Rejection) -> Code {
    use ledger::Rejection;
    match rejection {
        Rejection::PrincipalNotAllowed { .. } => Code::PermissionDenied,
        Rejection::LedgerFounded { .. }
        | Rejection::IdReused { .. }
        | Rejection::AccountExists { .. }
        | Rejection::UnitExists { .. } => Code::AlreadyExists,
        Rejection::EntryUnknown { .. }
        | Rejection::HoldUnknown { .. }
        | Rejection::UnitUnknown { .. }
        | Rejection::AccountUnknown { .. } => Code::NotFound,
        Rejection::EffectiveInFuture { .. }
        | Rejection::SettledToItself { .. }
        | Rejection::LimitsReversed { .. }
        | Rejection::FloorTooLow { .. } => Code::InvalidArgument,
        Rejection::TooManyUnits { .. } => Code::ResourceExhausted,
        Rejection::LimitsChanged { .. } => Code::Aborted,
        Rejection::BalanceOutOfRange { .. } => Code::OutOfRange,
        Rejection::LedgerNotFounded
        | Rejection::TimeZoneFixed { .. }
        | Rejection::HoldOwned { .. }
        | Rejection::HoldSettled { .. }
        | Rejection::HoldReleased { .. }
        | Rejection::HoldExpired { .. }
        | Rejection::HoldNotDue { .. }
        | Rejection::EntryIsReversal { .. }
        | Rejection::EntryReversed { .. }
        | Rejection::AccountClosed { .. }
        | Rejection::UnitMismatch { .. }
        | Rejection::AccountHasHolds { .. }
        | Rejection::AccountNotEmpty { .. }
        | Rejection::FloorCrossed { .. }
        | Rejection::CeilingCrossed { .. } => Code::FailedPrecondition,
    }
}
