//! The table of methods and roles.

use super::Asked;
use crate::{
    exchange::{
        Command, GroupCommand, IssuanceCommand, OversightCommand, PartnerCommand, PeriodCommand,
        PoolCommand, StockCommand, TokenCommand, TrainingCommand,
        token::Role::{self, Admin, Approver, Auditor, Evaluator, Integration, Member, Operator},
    },
    ledger,
};

macro_rules! methods {
    ($($service:literal { $($method:ident: $($role:ident)*;)* })*) => {
        /// A method of the contract.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Method { $($($method,)*)* }

        /// All methods, in the order of the table.
        pub const METHODS: &[Method] = &[$($(Method::$method,)*)*];

        impl Method {
            /// Its path, such as `/timebank.v1.EntryService/PostEntry`.
            pub fn path(self) -> &'static str {
                match self {
                    $($(Self::$method => {
                        concat!("/timebank.v1.", $service, "/", stringify!($method))
                    })*)*
                }
            }

            /// The method of a path. None where that is none of the contract's.
            pub fn of_path(path: &str) -> Option<Self> {
                match path {
                    $($(concat!("/timebank.v1.", $service, "/", stringify!($method)) => {
                        Some(Self::$method)
                    })*)*
                    _ => None,
                }
            }

            /// The roles that it is for.
            pub fn roles(self) -> &'static [Role] {
                match self { $($(Self::$method => &[$($role,)*],)*)* }
            }
        }
    };
}

methods! {
    "UnitService" {
        DeclareUnit: Admin;
        ListUnits: Admin Operator Approver Auditor Evaluator Member Integration;
    }
    "AccountService" {
        OpenAccount: Admin Operator;
        GetAccount: Admin Operator Approver Auditor Member Integration;
        ListAccounts: Admin Operator Approver Auditor Member Integration;
        ChangeAccountLimits: Admin Operator;
        CloseAccount: Admin Operator;
    }
    "EntryService" {
        PostEntry: Admin Operator Integration;
        PostEntries: Admin Operator Integration;
        GetEntry: Admin Operator Approver Auditor Member Integration;
        BatchGetEntries: Admin Operator Approver Auditor Member Integration;
        ReverseEntry: Admin Operator;
    }
    "HoldService" {
        PlaceHold: Admin Operator Integration;
        SettleHold: Admin Operator Integration;
        ReleaseHold: Admin Operator Integration;
        GetHold: Admin Operator Approver Auditor Member Integration;
        ListHolds: Admin Operator Approver Auditor Member Integration;
    }
    "StatementService" {
        GetBalance: Admin Operator Approver Auditor Member Integration;
        ListPostings: Admin Operator Approver Auditor Member Integration;
    }
    "JournalService" {
        GetLedger: Admin Operator Approver Auditor Evaluator Member Integration;
        WatchRecords: Admin Operator Auditor Integration;
        VerifyJournal: Admin Auditor;
        BackupLedger: Admin;
    }
    "CentreService" {
        OpenCentre: Admin;
        GetCentre: Admin Operator Approver Auditor Evaluator Member Integration;
        ListCentres: Admin Operator Approver Auditor Evaluator Member Integration;
    }
    "StaffService" {
        RegisterStaff: Admin Operator;
        SetStaffState: Admin Operator;
        GetStaff: Admin Operator Approver Auditor;
        ListStaff: Admin Operator Approver Auditor;
    }
    "MemberService" {
        RegisterMember: Admin Operator;
        SetMemberState: Admin Operator;
        RegisterMembers: Admin Operator;
        ChangeMember: Admin Operator;
        MoveMember: Admin Operator;
        ExitMember: Admin Operator;
        ApproveExit: Admin Operator Approver;
        ClearMember: Admin Operator;
        EraseMember: Admin Operator Approver;
        QualifyMember: Admin Operator;
        GetMember: Admin Operator Approver Auditor Member;
        ListMembers: Admin Operator Approver Auditor;
    }
    "PolicyService" {
        AdoptPolicy: Admin Operator;
        GetPolicy: Admin Operator Approver Auditor Evaluator Member;
        ListPolicies: Admin Operator Approver Auditor Evaluator Member;
        SetMandate: Admin Operator;
        ListMandates: Admin Operator Approver Auditor;
        ComparePolicy: Admin Operator;
        ExplainPolicy: Admin Operator;
    }
    "NeedService" {
        PublishNeed: Admin Operator Member;
        StepNeed: Admin Operator Approver Member;
        GetNeed: Admin Operator Approver Auditor Member;
        ListNeeds: Admin Operator Approver Auditor Member;
        ListCandidates: Admin Operator Approver;
    }
    "OrderService" {
        AcceptNeed: Admin Operator Member;
        RecordVisits: Admin Operator;
        StepOrder: Admin Operator Approver Member;
        GetOrder: Admin Operator Approver Auditor Evaluator Member;
        ListOrders: Admin Operator Approver Auditor Member;
        GetToday: Admin Operator Approver;
    }
    "IncidentService" {
        ReportIncident: Admin Operator Member;
        CloseIncident: Admin Operator;
        GetIncident: Admin Operator Approver Auditor;
        ListIncidents: Admin Operator Approver Auditor;
    }
    "SupplyService" {
        OfferSupply: Admin Operator Member;
        WithdrawSupply: Admin Operator Member;
        ListSupplies: Admin Operator Approver Auditor Member;
    }
    "StandingService" {
        StepStanding: Admin Operator Member;
        GetStanding: Admin Operator Approver Auditor Member;
        ListStandings: Admin Operator Approver Auditor Member;
    }
    "PoolService" {
        OpenPool: Admin Operator;
        GetPool: Admin Operator Approver Auditor;
        ListPools: Admin Operator Approver Auditor;
        Donate: Admin Operator;
        ListDonations: Admin Operator Approver Auditor;
        GiveHours: Admin Operator Member;
        AskRelief: Admin Operator Member;
        StepRelief: Admin Operator Approver;
        GetRelief: Admin Operator Approver Auditor Member;
        ListReliefs: Admin Operator Approver Auditor Member;
    }
    "SourceService" {
        OpenSource: Admin Operator;
        GetSource: Admin Operator Approver Auditor;
        ListSources: Admin Operator Approver Auditor;
        Issue: Admin Operator;
        GiveGrant: Admin Operator;
    }
    "StockService" {
        OpenStock: Admin Operator;
        ListStocks: Admin Operator Approver Auditor;
        PutStockItem: Admin Operator;
        ListStockItems: Admin Operator Approver Auditor;
        Redeem: Admin Operator;
    }
    "OversightService" {
        FileEvaluation: Admin Operator Evaluator;
        GetEvaluation: Admin Operator Approver Auditor Evaluator;
        ListEvaluations: Admin Operator Approver Auditor Evaluator;
        DrawSample: Admin Operator;
        ListDrawn: Admin Operator Auditor Evaluator;
        ShowPersonalFields: Admin Operator Evaluator Member;
        ListLooks: Admin Operator Auditor Member;
    }
    "PartnerService" {
        OpenPartner: Admin Operator;
        GetPartner: Admin Operator Approver Auditor;
        ListPartners: Admin Operator Approver Auditor;
        Remit: Admin Operator;
        ListRemittances: Admin Operator Approver Auditor;
    }
    "GroupService" {
        OpenGroup: Admin Operator;
        StepGroup: Admin Operator Approver;
        GetGroup: Admin Operator Approver Auditor;
        ListGroups: Admin Operator Approver Auditor;
        ListPlaces: Admin Operator Approver Auditor;
    }
    "TrainingService" {
        RecordTraining: Admin Operator;
        RecordTrainings: Admin Operator;
        AnnulTraining: Admin Operator;
        GetTraining: Admin Operator Approver Auditor Member;
        ListTrainings: Admin Operator Approver Auditor Member;
    }
    "ConversionService" {
        ConvertUnits: Admin Operator Member;
    }
    "PeriodService" {
        ClosePeriod: Admin Operator;
        ListPeriods: Admin Operator Approver Auditor;
        GetPeriod: Admin Operator Approver Auditor;
        ListClosingBalances: Admin Operator Approver Auditor;
        SignOffPeriod: Admin Operator Approver;
    }
    "ReportService" {
        GetActivity: Admin Operator Approver Auditor;
        GetSatisfaction: Admin Operator Approver Auditor;
        GetEvaluations: Admin Operator Approver Auditor;
        GetSupplyDemand: Admin Operator Approver Auditor;
        GetDormancy: Admin Operator Approver Auditor;
        GetRedeemability: Admin Operator Approver Auditor;
        GetIndicators: Admin Operator Approver Auditor;
        GetMonthReport: Admin Operator Approver Auditor;
        GetPeriodReport: Admin Operator Approver Auditor;
        GetSample: Admin Operator Auditor;
        GetAnomalies: Admin Operator Approver Auditor;
        GetCertificate: Admin Operator Approver Auditor Member;
        CheckCertificate: Admin Operator Approver Auditor Member;
    }
    "TokenService" {
        IssueToken: Admin;
        RotateToken: Admin;
        RevokeToken: Admin;
        ListTokens: Admin;
        WhoAmI: Admin Operator Approver Auditor Evaluator Member Integration;
    }
}

impl Method {
    /// Whether it is for a role.
    pub fn is_for(self, role: Role) -> bool {
        self.roles().contains(&role)
    }
}

impl Asked<'_> {
    /// The method by which it is asked. None where the server alone gives it.
    pub fn method(self) -> Option<Method> {
        match self {
            Self::Ledger(command) => of_ledger(command),
            Self::Exchange(command) => of_exchange(command),
        }
    }
}

fn of_ledger(command: &ledger::Command) -> Option<Method> {
    use ledger::Command;
    Some(match command {
        Command::Found(_) | Command::SetTimeZone(_) | Command::ExpireHold { .. } => return None,
        Command::DeclareUnit(_) => Method::DeclareUnit,
        Command::OpenAccount(_) => Method::OpenAccount,
        Command::ChangeLimits { .. } => Method::ChangeAccountLimits,
        Command::CloseAccount { .. } => Method::CloseAccount,
        Command::PostEntry(_) => Method::PostEntry,
        Command::ReverseEntry(_) => Method::ReverseEntry,
        Command::PlaceHold { .. } => Method::PlaceHold,
        Command::SettleHold { .. } => Method::SettleHold,
        Command::ReleaseHold { .. } => Method::ReleaseHold,
    })
}

fn of_exchange(command: &Command) -> Option<Method> {
    Some(match command {
        Command::AriseVisit(_) => return None,
        Command::OpenCentre { .. } => Method::OpenCentre,
        Command::RegisterStaff(_) => Method::RegisterStaff,
        Command::SetStaffState(_) => Method::SetStaffState,
        Command::RegisterMember(_) => Method::RegisterMember,
        Command::SetMemberState(_) => Method::SetMemberState,
        Command::QualifyMember(_) => Method::QualifyMember,
        Command::ChangeMember(_) => Method::ChangeMember,
        Command::MoveMember(_) => Method::MoveMember,
        Command::ExitMember(_) => Method::ExitMember,
        Command::ApproveExit(_) => Method::ApproveExit,
        Command::ClearMember(_) => Method::ClearMember,
        Command::EraseMember(_) => Method::EraseMember,
        Command::AdoptPolicy(_) => Method::AdoptPolicy,
        Command::SetMandate(_) => Method::SetMandate,
        Command::OfferSupply(_) => Method::OfferSupply,
        Command::WithdrawSupply(_) => Method::WithdrawSupply,
        Command::PublishNeed(_) => Method::PublishNeed,
        Command::StepNeed(_) => Method::StepNeed,
        Command::AcceptNeed(_) => Method::AcceptNeed,
        Command::StepOrder(_) => Method::StepOrder,
        Command::RecordVisit(_) => Method::RecordVisits,
        Command::StepStanding(_) => Method::StepStanding,
        Command::ReportIncident(_) => Method::ReportIncident,
        Command::CloseIncident(_) => Method::CloseIncident,
        Command::Convert(_) => Method::ConvertUnits,
        Command::Pool(command) => match &**command {
            PoolCommand::Open(_) => Method::OpenPool,
            PoolCommand::Donate(_) => Method::Donate,
            PoolCommand::Give(_) => Method::GiveHours,
            PoolCommand::AskRelief(_) => Method::AskRelief,
            PoolCommand::StepRelief(_) => Method::StepRelief,
        },
        Command::Issuance(command) => match &**command {
            IssuanceCommand::Open(_) => Method::OpenSource,
            IssuanceCommand::Issue(_) => Method::Issue,
            IssuanceCommand::Grant(_) => Method::GiveGrant,
        },
        Command::Stock(command) => match &**command {
            StockCommand::Open(_) => Method::OpenStock,
            StockCommand::Put(_) => Method::PutStockItem,
            StockCommand::Redeem(_) => Method::Redeem,
        },
        Command::Group(command) => match &**command {
            GroupCommand::Open(_) => Method::OpenGroup,
            GroupCommand::Step(_) => Method::StepGroup,
        },
        Command::Training(command) => match &**command {
            TrainingCommand::Record(_) => Method::RecordTraining,
            TrainingCommand::Annul(_) => Method::AnnulTraining,
        },
        Command::Period(command) => match command {
            PeriodCommand::Seal(_) => return None,
            PeriodCommand::Close(_) => Method::ClosePeriod,
            PeriodCommand::SignOff(_) => Method::SignOffPeriod,
        },
        Command::Partner(command) => match &**command {
            PartnerCommand::Open(_) => Method::OpenPartner,
            PartnerCommand::Remit(_) => Method::Remit,
        },
        Command::Oversight(command) => match &**command {
            OversightCommand::File(_) => Method::FileEvaluation,
            OversightCommand::Show(_) => Method::ShowPersonalFields,
            OversightCommand::Draw(_) => Method::DrawSample,
        },
        Command::Token(command) => match &**command {
            TokenCommand::Issue(_) => Method::IssueToken,
            TokenCommand::Rotate(_) => Method::RotateToken,
            TokenCommand::Revoke(_) => Method::RevokeToken,
        },
    })
}
