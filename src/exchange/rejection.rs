//! Why the time bank refuses.

use super::{
    Branch, Code, ConversionRejection, Day, GroupRejection, IssuanceRejection, MemberId,
    MemberState, OrderRejection, OversightRejection, PartnerRejection, PeriodRejection, PolicyId,
    PolicyVersion, PoolRejection, StaffChange, StaffNumber, StaffState, StepId, StockRejection,
    TokenRejection, TrainingRejection,
};
use crate::ledger::{AccountId, Balance, Difference, Principal, Sequence, UnitId};

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Rejection {
    #[error(
        "{id} stands for something else: {} was {}, and is now given as {}; take another id for \
         another step", .difference.field, .difference.recorded, .difference.given
    )]
    IdReused { id: StepId, difference: Difference },
    #[error("there is no centre {centre}; `ledger-cli centre list` shows those there are")]
    CentreUnknown { centre: Branch },
    #[error("centre {centre} has no policy {which}")]
    PolicyUnknown { centre: Branch, which: String },
    #[error(
        "policy {policy} has no service {service}; `ledger-cli policy show` lists those there are"
    )]
    ServiceUnknown { policy: PolicyId, service: Code },
    #[error("there is no staff {number}")]
    StaffUnknown { number: StaffNumber },
    #[error(
        "member {member} is in the branch of no centre; open the centre first, or take an id \
         below its branch"
    )]
    MemberOutside { member: MemberId },
    #[error("{field} of member {member} is that member again")]
    MemberOfItself {
        member: MemberId,
        field: &'static str,
    },
    #[error("there is no member {member}, whom {field} names")]
    MemberUnknown {
        member: MemberId,
        field: &'static str,
    },
    #[error("member {member} belongs to centre {centre}; ask for that one")]
    MemberElsewhere { member: MemberId, centre: Branch },
    #[error(
        "only active staff of centre {centre} may do this, and {} is none; name a member of its \
         staff as the actor", shown(.principal)
    )]
    StaffOnly {
        centre: Branch,
        principal: Principal,
    },
    #[error("what is attested is attested by {principal}, who records it, and by nobody else")]
    AttestedByAnother { principal: Principal },
    #[error("centre {centre} and centre {other} would lie one inside the other")]
    CentreInside { centre: Branch, other: Branch },
    #[error("a ledger has at most {max} centres")]
    TooManyCentres { max: usize },
    #[error("staff {number} is registered already, at centre {centre}")]
    StaffExists { number: StaffNumber, centre: Branch },
    #[error("staff {number} is {state}, and so cannot be {change}")]
    StaffStateWrong {
        number: StaffNumber,
        state: StaffState,
        change: StaffChange,
    },
    #[error(
        "staff {number} is the last one active at centre {centre}, and nobody could act for it \
         any more; register or reinstate another first"
    )]
    LastStaff { number: StaffNumber, centre: Branch },
    #[error(
        "account {member} stands already; the account of a member is opened with them, so take \
         another id"
    )]
    MemberAccountExists { member: MemberId },
    #[error("the birth date is after today, {today}")]
    BornInFuture { today: Day },
    #[error("member {member} is {state}, and so cannot be {change}")]
    MemberStateWrong {
        member: MemberId,
        state: MemberState,
        change: &'static str,
    },
    #[error("member {member} belongs to centre {centre} already")]
    MemberThere { member: MemberId, centre: Branch },
    #[error(
        "member {member} was changed by record {current}, after record {given} which is to be \
         changed; read the member again"
    )]
    MemberChanged {
        member: MemberId,
        given: Sequence,
        current: Sequence,
    },
    #[error(
        "account {account} is member {member}'s, and is closed when they go; see `ledger-cli member \
         leave`"
    )]
    MembersAccount {
        account: AccountId,
        member: MemberId,
    },
    #[error("member {member} seems to be no second membership; there is nothing to clear")]
    MemberNotFlagged { member: MemberId },
    #[error(
        "member {member} has gone on {gone_on}, and what is known of them is kept for {kept_months} \
         months by the centre's policy"
    )]
    RetentionRunning {
        member: MemberId,
        gone_on: Day,
        kept_months: u32,
    },
    #[error("the personal fields of member {member} are erased already")]
    MemberErased { member: MemberId },
    #[error("the day of death, {died_on}, is after today, {today}")]
    DiedInFuture { died_on: Day, today: Day },
    #[error("staff {number} has approved it already, as {earlier}; another person has to")]
    ApprovedAlready {
        number: StaffNumber,
        /// The number that they approved it by.
        earlier: StaffNumber,
    },
    #[error(
        "staff {number} is member {member}, or a relative of theirs, and it is about them; another \
         has to do it"
    )]
    StaffIsParty {
        number: StaffNumber,
        member: MemberId,
    },
    #[error(
        "{count} holds are open on the account of member {member}; settle or release them first"
    )]
    MemberHasHolds { member: MemberId, count: i64 },
    #[error(
        "{balance} minutes stand on the account of member {member}, and the centre's policy names no \
         account for them; adopt one with exit.account, or bring the balance to 0"
    )]
    ExitAccountMissing { member: MemberId, balance: Balance },
    #[error(
        "member {member} lacks a guardian, whom policy {policy} asks for: who may join is {rule}; \
         name one of the members"
    )]
    GuardianMissing {
        member: MemberId,
        policy: PolicyId,
        rule: String,
    },
    #[error("member {member} may not join on {day}: by policy {policy}, who may join is {rule}")]
    MemberNotAdmitted {
        member: MemberId,
        policy: PolicyId,
        rule: String,
        day: Day,
    },
    #[error("the qualification would lapse on {until}, before it begins on {since}")]
    QualificationReversed { since: Day, until: Day },
    #[error("member {member} has {max} qualifications already, the most there are")]
    TooManyQualifications { member: MemberId, max: usize },
    #[error("account {account} is in the branch of no centre, so nobody can give a mandate for it")]
    MandateOutside { account: AccountId },
    #[error("there is no open account {account} to give a mandate for")]
    MandateAccountUnknown { account: AccountId },
    #[error(
        "that centre {centre} may name account {account} {}",
        if *.given { "stands already" } else { "does not stand, or needs no mandate" }
    )]
    MandateStateWrong {
        account: AccountId,
        centre: Branch,
        given: bool,
    },
    #[error(
        "{key} names account {account}, which is not in the branch of centre {centre}, and the \
         centre has no mandate for it; `ledger-cli mandate give` by staff of the account's centre"
    )]
    PolicyAccountForeign {
        key: &'static str,
        account: AccountId,
        centre: Branch,
    },
    #[error("{key} names account {account}, and there is none; open it first")]
    PolicyAccountUnknown {
        key: &'static str,
        account: AccountId,
    },
    #[error("{key} names account {account}, which does not do: {why}")]
    PolicyAccountUnfit {
        key: &'static str,
        account: AccountId,
        why: String,
    },
    #[error("the policy names the unit {unit}, and the ledger has no such unit; declare it first")]
    PolicyUnitUnknown { unit: UnitId },
    #[error("centre {centre} has adopted {max} policies, the most there are", max = PolicyVersion::MAX)]
    TooManyPolicies { centre: Branch },
    #[error(
        "the policy would start on {starts_on}, and {earliest} is the first day on which it can; \
         leave starts_on out, or name that day or a later one"
    )]
    PolicyStartsEarly { starts_on: Day, earliest: Day },
    #[error(
        "account {account} is in the branch of no centre; take one below the branch of the centre \
         whose staff are to keep it"
    )]
    AccountOutside { account: AccountId },
    #[error("account {account} does not do for this: {why}")]
    AccountUnfit { account: AccountId, why: String },
    #[error("account {account} is for {ways}: nothing else does this to it")]
    AccountReserved {
        account: AccountId,
        ways: &'static str,
    },
    /// Of what is asked about needs and orders.
    #[error(transparent)]
    Order(Box<OrderRejection>),
    /// Of what is asked of pools and gifts.
    #[error(transparent)]
    Pool(Box<PoolRejection>),
    /// Of what is asked of sources.
    #[error(transparent)]
    Issuance(Box<IssuanceRejection>),
    /// Of what is asked of stocks.
    #[error(transparent)]
    Stock(Box<StockRejection>),
    /// Of what is asked of partners.
    #[error(transparent)]
    Partner(Box<PartnerRejection>),
    /// Of evaluations.
    #[error(transparent)]
    Oversight(Box<OversightRejection>),
    /// Of what is asked of tokens.
    #[error(transparent)]
    Token(Box<TokenRejection>),
    /// Of what is asked of groups.
    #[error(transparent)]
    Group(Box<GroupRejection>),
    /// Of what is asked of trainings.
    #[error(transparent)]
    Training(Box<TrainingRejection>),
    /// Of conversions.
    #[error(transparent)]
    Conversion(Box<ConversionRejection>),
    /// Of periods.
    #[error(transparent)]
    Period(Box<PeriodRejection>),
}

impl From<PeriodRejection> for Rejection {
    fn from(rejection: PeriodRejection) -> Self {
        Self::Period(Box::new(rejection))
    }
}

impl From<PartnerRejection> for Rejection {
    fn from(rejection: PartnerRejection) -> Self {
        Self::Partner(Box::new(rejection))
    }
}

impl From<TokenRejection> for Rejection {
    fn from(rejection: TokenRejection) -> Self {
        Self::Token(Box::new(rejection))
    }
}

impl From<OversightRejection> for Rejection {
    fn from(rejection: OversightRejection) -> Self {
        Self::Oversight(Box::new(rejection))
    }
}

impl From<TrainingRejection> for Rejection {
    fn from(rejection: TrainingRejection) -> Self {
        Self::Training(Box::new(rejection))
    }
}

impl From<ConversionRejection> for Rejection {
    fn from(rejection: ConversionRejection) -> Self {
        Self::Conversion(Box::new(rejection))
    }
}

impl From<GroupRejection> for Rejection {
    fn from(rejection: GroupRejection) -> Self {
        Self::Group(Box::new(rejection))
    }
}

impl From<StockRejection> for Rejection {
    fn from(rejection: StockRejection) -> Self {
        Self::Stock(Box::new(rejection))
    }
}

impl From<IssuanceRejection> for Rejection {
    fn from(rejection: IssuanceRejection) -> Self {
        Self::Issuance(Box::new(rejection))
    }
}

impl From<PoolRejection> for Rejection {
    fn from(rejection: PoolRejection) -> Self {
        Self::Pool(Box::new(rejection))
    }
}

impl From<OrderRejection> for Rejection {
    fn from(rejection: OrderRejection) -> Self {
        Self::Order(Box::new(rejection))
    }
}

fn shown(principal: &Principal) -> &str {
    match principal.as_str() {
        "" => "nobody, as no actor was named,",
        name => name,
    }
}

impl Rejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::IdReused { .. } => "ID_REUSED",
            Self::CentreUnknown { .. } => "CENTRE_UNKNOWN",
            Self::StaffUnknown { .. } => "STAFF_UNKNOWN",
            Self::StaffOnly { .. } => "STAFF_ONLY",
            Self::CentreInside { .. } => "CENTRE_INSIDE",
            Self::TooManyCentres { .. } => "TOO_MANY_CENTRES",
            Self::StaffExists { .. } => "STAFF_EXISTS",
            Self::StaffStateWrong { .. } => "STAFF_STATE_WRONG",
            Self::LastStaff { .. } => "LAST_STAFF",
            Self::MemberUnknown { .. } => "MEMBER_UNKNOWN",
            Self::AttestedByAnother { .. } => "ATTESTED_BY_ANOTHER",
            Self::MemberOutside { .. } => "MEMBER_OUTSIDE",
            Self::MemberOfItself { .. } => "MEMBER_OF_ITSELF",
            Self::MemberAccountExists { .. } => "MEMBER_ACCOUNT_EXISTS",
            Self::BornInFuture { .. } => "BORN_IN_FUTURE",
            Self::MemberStateWrong { .. } => "MEMBER_STATE_WRONG",
            Self::MemberThere { .. } => "MEMBER_THERE",
            Self::MemberChanged { .. } => "MEMBER_CHANGED",
            Self::MembersAccount { .. } => "MEMBERS_ACCOUNT",
            Self::MemberNotFlagged { .. } => "MEMBER_NOT_FLAGGED",
            Self::RetentionRunning { .. } => "RETENTION_RUNNING",
            Self::MemberErased { .. } => "MEMBER_ERASED",
            Self::DiedInFuture { .. } => "DIED_IN_FUTURE",
            Self::MemberHasHolds { .. } => "MEMBER_HAS_HOLDS",
            Self::ApprovedAlready { .. } => "APPROVED_ALREADY",
            Self::StaffIsParty { .. } => "STAFF_IS_PARTY",
            Self::ExitAccountMissing { .. } => "EXIT_ACCOUNT_MISSING",
            Self::PolicyUnknown { .. } => "POLICY_UNKNOWN",
            Self::ServiceUnknown { .. } => "SERVICE_UNKNOWN",
            Self::MemberElsewhere { .. } => "MEMBER_ELSEWHERE",
            Self::GuardianMissing { .. } => "GUARDIAN_MISSING",
            Self::MemberNotAdmitted { .. } => "MEMBER_NOT_ADMITTED",
            Self::QualificationReversed { .. } => "QUALIFICATION_REVERSED",
            Self::MandateOutside { .. } => "MANDATE_OUTSIDE",
            Self::MandateAccountUnknown { .. } => "MANDATE_ACCOUNT_UNKNOWN",
            Self::MandateStateWrong { .. } => "MANDATE_STATE_WRONG",
            Self::PolicyAccountForeign { .. } => "POLICY_ACCOUNT_FOREIGN",
            Self::PolicyAccountUnknown { .. } => "POLICY_ACCOUNT_UNKNOWN",
            Self::PolicyAccountUnfit { .. } => "POLICY_ACCOUNT_UNFIT",
            Self::PolicyUnitUnknown { .. } => "POLICY_UNIT_UNKNOWN",
            Self::TooManyPolicies { .. } => "TOO_MANY_POLICIES",
            Self::PolicyStartsEarly { .. } => "POLICY_STARTS_EARLY",
            Self::TooManyQualifications { .. } => "TOO_MANY_QUALIFICATIONS",
            Self::Order(rejection) => rejection.reason(),
            Self::AccountOutside { .. } => "ACCOUNT_OUTSIDE",
            Self::AccountUnfit { .. } => "ACCOUNT_UNFIT",
            Self::AccountReserved { .. } => "ACCOUNT_RESERVED",
            Self::Pool(rejection) => rejection.reason(),
            Self::Issuance(rejection) => rejection.reason(),
            Self::Stock(rejection) => rejection.reason(),
            Self::Partner(rejection) => rejection.reason(),
            Self::Oversight(rejection) => rejection.reason(),
            Self::Token(rejection) => rejection.reason(),
            Self::Group(rejection) => rejection.reason(),
            Self::Training(rejection) => rejection.reason(),
            Self::Conversion(rejection) => rejection.reason(),
            Self::Period(rejection) => rejection.reason(),
        }
    }
}
