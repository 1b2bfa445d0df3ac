//! The figures that explain why the time bank refuses something.

use super::{PolicyVersion, Rejection};

impl Rejection {
    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Order(rejection) => rejection.figures(),
            Self::AccountOutside { account } => vec![("account", account.to_string())],
            Self::AccountUnfit { account, why } => {
                vec![("account", account.to_string()), ("why", why.clone())]
            }
            Self::AccountReserved { account, ways } => {
                vec![("account", account.to_string()), ("ways", (*ways).into())]
            }
            Self::Pool(rejection) => rejection.figures(),
            Self::Issuance(rejection) => rejection.figures(),
            Self::Stock(rejection) => rejection.figures(),
            Self::Partner(rejection) => rejection.figures(),
            Self::Oversight(rejection) => rejection.figures(),
            Self::Token(rejection) => rejection.figures(),
            Self::Group(rejection) => rejection.figures(),
            Self::Training(rejection) => rejection.figures(),
            Self::Conversion(rejection) => rejection.figures(),
            Self::Period(rejection) => rejection.figures(),
            Self::IdReused { id, difference } => vec![
                ("id", id.to_string()),
                ("field", difference.field.clone()),
                ("recorded", difference.recorded.clone()),
                ("given", difference.given.clone()),
            ],
            Self::CentreUnknown { centre } => vec![("centre", centre.to_string())],
            Self::StaffUnknown { number } => vec![("staff_number", number.to_string())],
            Self::StaffOnly { centre, principal } => vec![
                ("centre", centre.to_string()),
                ("principal", principal.to_string()),
            ],
            Self::CentreInside { centre, other } => {
                vec![("centre", centre.to_string()), ("other", other.to_string())]
            }
            Self::TooManyCentres { max } => vec![("max", max.to_string())],
            Self::StaffExists { number, centre } | Self::LastStaff { number, centre } => vec![
                ("staff_number", number.to_string()),
                ("centre", centre.to_string()),
            ],
            Self::StaffStateWrong {
                number,
                state,
                change,
            } => vec![
                ("staff_number", number.to_string()),
                ("state", state.to_string()),
                ("change", change.to_string()),
            ],
            Self::MemberUnknown { member, field } | Self::MemberOfItself { member, field } => {
                vec![("member", member.to_string()), ("field", (*field).into())]
            }
            Self::MemberOutside { member } | Self::MemberAccountExists { member } => {
                vec![("member", member.to_string())]
            }
            Self::AttestedByAnother { principal } => vec![("principal", principal.to_string())],
            Self::BornInFuture { today } => vec![("today", today.to_string())],
            Self::MemberStateWrong {
                member,
                state,
                change,
            } => vec![
                ("member", member.to_string()),
                ("state", state.to_string()),
                ("change", change.to_string()),
            ],
            Self::MemberThere { member, centre } => vec![
                ("member", member.to_string()),
                ("centre", centre.to_string()),
            ],
            Self::MemberChanged {
                member,
                given,
                current,
            } => vec![
                ("member", member.to_string()),
                ("given", given.to_string()),
                ("current", current.to_string()),
            ],
            Self::MembersAccount { account, member } => vec![
                ("account", account.to_string()),
                ("member", member.to_string()),
            ],
            Self::MemberNotFlagged { member } | Self::MemberErased { member } => {
                vec![("member", member.to_string())]
            }
            Self::RetentionRunning {
                member,
                gone_on,
                kept_months,
            } => vec![
                ("member", member.to_string()),
                ("gone_on", gone_on.to_string()),
                ("kept_months", kept_months.to_string()),
            ],
            Self::DiedInFuture { died_on, today } => vec![
                ("died_on", died_on.to_string()),
                ("today", today.to_string()),
            ],
            Self::MemberHasHolds { member, count } => {
                vec![("member", member.to_string()), ("count", count.to_string())]
            }
            Self::ApprovedAlready { number, earlier } => vec![
                ("staff_number", number.to_string()),
                ("approved_as", earlier.to_string()),
            ],
            Self::StaffIsParty { number, member } => vec![
                ("staff_number", number.to_string()),
                ("member", member.to_string()),
            ],
            Self::ExitAccountMissing { member, balance } => vec![
                ("member", member.to_string()),
                ("balance", balance.to_string()),
            ],
            Self::PolicyUnknown { centre, which } => {
                vec![("centre", centre.to_string()), ("which", which.clone())]
            }
            Self::ServiceUnknown { policy, service } => vec![
                ("policy", policy.to_string()),
                ("service", service.to_string()),
            ],
            Self::MemberElsewhere { member, centre } => vec![
                ("member", member.to_string()),
                ("centre", centre.to_string()),
            ],
            Self::GuardianMissing {
                member,
                policy,
                rule,
            } => vec![
                ("member", member.to_string()),
                ("policy", policy.to_string()),
                ("rule", rule.clone()),
            ],
            Self::MemberNotAdmitted {
                member,
                policy,
                rule,
                day,
            } => vec![
                ("member", member.to_string()),
                ("policy", policy.to_string()),
                ("rule", rule.clone()),
                ("day", day.to_string()),
            ],
            Self::MandateOutside { account } | Self::MandateAccountUnknown { account } => {
                vec![("account", account.to_string())]
            }
            Self::MandateStateWrong {
                account,
                centre,
                given,
            } => vec![
                ("account", account.to_string()),
                ("centre", centre.to_string()),
                ("given", given.to_string()),
            ],
            Self::PolicyAccountForeign {
                key,
                account,
                centre,
            } => vec![
                ("key", (*key).into()),
                ("account", account.to_string()),
                ("centre", centre.to_string()),
            ],
            Self::PolicyAccountUnknown { key, account } => {
                vec![("key", (*key).into()), ("account", account.to_string())]
            }
            Self::PolicyAccountUnfit { key, account, why } => vec![
                ("key", (*key).into()),
                ("account", account.to_string()),
                ("why", why.clone()),
            ],
            Self::PolicyUnitUnknown { unit } => vec![("unit", unit.to_string())],
            Self::TooManyPolicies { centre } => vec![
                ("centre", centre.to_string()),
                ("max", PolicyVersion::MAX.to_string()),
            ],
            Self::PolicyStartsEarly {
                starts_on,
                earliest,
            } => vec![
                ("starts_on", starts_on.to_string()),
                ("earliest", earliest.to_string()),
            ],
            Self::QualificationReversed { since, until } => {
                vec![("since", since.to_string()), ("until", until.to_string())]
            }
            Self::TooManyQualifications { member, max } => {
                vec![("member", member.to_string()), ("max", max.to_string())]
            }
        }
    }
}
