//! A centre's policy: by which rules it takes part, as data. What differs from place
//! to place is here, and no rule of the code is.
//!
//! [`Policy::read`] reads the document that a centre writes, and names every mistake
//! in it. The other files ask a policy: who [may](eligibility), and what a service
//! [is worth](pricing).

mod checks;
mod conversion;
mod eligibility;
mod judge;
pub mod pricing;
mod read;
mod read_values;
mod terms;
mod values;
mod verdict;
mod words;

use serde::Serialize;

pub use crate::document::{MAX_DOCUMENT_BYTES, Mistake, Mistakes};
pub use conversion::{ConversionTerms, Unconverted};
pub use eligibility::{Condition, Person, Waiting, Who};
pub use judge::{Ask, Breach, Giver};
pub(super) use read::{MAX_DAYS, MIN_RELIEF};
pub use terms::{Change, Term};
pub use values::{Factor, Level, Minutes, Months, Percent, Years};
pub use verdict::{Subject, Verdict};
pub use words::sentences;

use super::{Code, Day, Name};
use crate::ledger::{AccountId, UnitId};

/// The rules of a centre. Each part is a section of the document, under its name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Policy {
    /// What it is called, in English.
    pub name: Name,
    /// What it is called in Chinese.
    pub name_zh: Option<Name>,
    /// The first day on which it holds. None: as soon as it may.
    pub starts_on: Option<Day>,
    pub pricing: Pricing,
    pub balance: BalanceTerms,
    /// Who may become a member.
    pub join: WhoTerms,
    /// Who may serve.
    pub provide: WhoTerms,
    pub redeem: RedeemTerms,
    /// What a new member is given. None: nothing.
    pub grant: Option<GrantTerms>,
    pub gift: GiftTerms,
    pub exit: ExitTerms,
    pub dormancy: DormancyTerms,
    pub confirmation: ConfirmationTerms,
    pub exchange: ExchangeTerms,
    pub cancellation: CancellationTerms,
    pub approval: ApprovalTerms,
    pub payment: PaymentTerms,
    pub retention: RetentionTerms,
    pub issuance: IssuanceTerms,
    pub group: GroupPayTerms,
    pub audit: AuditTerms,
    #[serde(rename = "partner")]
    pub partners: Vec<Partner>,
    #[serde(rename = "qualification")]
    pub qualifications: Vec<QualificationTerms>,
    /// What members are trained in.
    #[serde(rename = "training")]
    pub trainings: Vec<TrainingTerms>,
    /// Which units are converted into which. No others are.
    #[serde(rename = "convert")]
    pub conversions: Vec<ConversionTerms>,
    /// The catalogue of services.
    #[serde(rename = "service")]
    pub services: Vec<Service>,
}

impl Policy {
    /// A service of its catalogue.
    pub fn service(&self, code: &Code) -> Option<&Service> {
        self.services.iter().find(|service| service.code == *code)
    }

    /// A training of its list.
    pub fn training(&self, code: &Code) -> Option<&TrainingTerms> {
        self.trainings
            .iter()
            .find(|training| training.code == *code)
    }

    /// The accounts that it names, each with the key that does.
    pub fn accounts(&self) -> Vec<(&'static str, &AccountId)> {
        let payer = match &self.payment.payer {
            Payer::Recipient => None,
            Payer::Account(account) => Some(account),
        };
        let mut named = vec![
            ("balance.excess_to", self.balance.excess_to.as_ref()),
            ("grant.from", self.grant.as_ref().map(|grant| &grant.from)),
            ("exit.leaving", self.exit.leaving.account()),
            ("exit.death", self.exit.death.account()),
            ("payment.payer", payer),
        ];
        let sources = self.issuance.sources.iter();
        named.extend(sources.map(|source| ("issuance.sources", Some(source))));
        let partners = self.partners.iter();
        named.extend(partners.map(|partner| ("partner.account", Some(&partner.account))));
        let named = named.into_iter();
        named
            .filter_map(|(key, account)| Some((key, account?)))
            .collect()
    }

    /// The accounts that its services of other units than hours are paid from.
    pub fn service_sources(&self) -> impl Iterator<Item = (&Service, &AccountId)> {
        let services = self.services.iter();
        services.filter_map(|service| Some((service, service.from.as_ref()?)))
    }

    /// What its trainings earn, of those that earn points.
    pub fn training_points(&self) -> impl Iterator<Item = &TrainingPoints> {
        let trainings = self.trainings.iter();
        trainings.filter_map(|training| training.points.as_ref())
    }

    /// The units that it names.
    pub fn units(&self) -> impl Iterator<Item = &UnitId> {
        let services = self.services.iter().map(|service| &service.unit);
        let trainings = self.training_points().map(|points| &points.unit);
        let conversions = self.conversions.iter().flat_map(|one| [&one.from, &one.to]);
        services.chain(trainings).chain(conversions)
    }
}

/// How many minutes a service is worth: see [`pricing`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Pricing {
    /// Which of the two confirmed times counts.
    pub basis: Basis,
    pub rounding: Rounding,
    /// What any service is worth at least.
    pub at_least: Minutes,
    /// How much a member earns on a civil day at most. None: no limit.
    pub day_cap: Option<Minutes>,
    /// How much a member earns in a week from Monday on at most. None: no limit.
    pub week_cap: Option<Minutes>,
}

/// Which of the times that the two sides confirmed counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The shorter one.
    Lower,
    /// Half their sum; half a minute is dropped.
    Mean,
}

/// How served time is rounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// It is not.
    None,
    /// Up to whole steps of so long.
    Up(Minutes),
    /// To the nearest whole step of so long; half a step goes up.
    Nearest(Minutes),
}

/// What a member's account may hold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BalanceTerms {
    pub floor: Level,
    pub ceiling: Level,
    /// The account that gets what would go beyond the ceiling. None: a step that would
    /// is refused.
    pub excess_to: Option<AccountId>,
}

/// Who.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct WhoTerms {
    pub who: Who,
}

/// Who may be served for their hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RedeemTerms {
    pub who: Who,
    /// Any of these is enough; none at all: nobody waits.
    pub waiting: Vec<Waiting>,
}

/// The opening grant, once a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GrantTerms {
    pub amount: Minutes,
    /// The issuance account that it comes from.
    pub from: AccountId,
    pub who: Who,
}

/// To whom hours may be given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GiftTerms {
    /// By a member.
    pub member_to: Vec<Receiver>,
    /// By an organisation, such as a group.
    pub organisation_to: Vec<Receiver>,
}

/// To whom hours may be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Receiver {
    /// Members whom the giver names as relatives.
    Relatives,
    /// Members in hardship.
    Hardship,
    /// Any member.
    Members,
    /// Pools.
    Pools,
}

/// What becomes of the hours of a member who leaves or dies.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ExitTerms {
    pub leaving: Inheritor,
    pub death: Inheritor,
    /// How many staff approve before they go to an heir.
    pub approvals: u32,
}

/// Who gets what a member leaves behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Inheritor {
    /// The heir that the member named; where there is none, this account. None: a
    /// member without an heir cannot go as long as there are hours.
    Heir(Option<AccountId>),
    /// This account, such as a pool's or that of expired hours.
    Account(AccountId),
}

impl Inheritor {
    /// The account that it names.
    fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Heir(account) => account.as_ref(),
            Self::Account(account) => Some(account),
        }
    }
}

/// When a member is dormant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DormancyTerms {
    /// After so long without an exchange. None: never.
    pub after_months: Option<Months>,
}

/// When a service counts as confirmed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ConfirmationTerms {
    /// How long both sides have; staff confirm after that.
    pub within_days: u32,
    /// By how much the two times may differ.
    pub tolerance: Minutes,
    /// By how many hundredths the time may differ from what was booked.
    pub within_percent: Percent,
}

/// What one exchange may be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ExchangeTerms {
    pub shortest: Minutes,
    pub longest: Minutes,
    /// How many days ago one may lie that is entered afterwards.
    pub backdated_days: u32,
    /// How many days before its day a standing visit arises, and holds hours.
    pub ahead_days: u32,
    /// Whether hours may be paid out in money.
    pub cash: bool,
}

/// What a recipient owes who does not want a booked service any more, or is not there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CancellationTerms {
    /// How long before it begins they can cancel it and owe nothing.
    pub notice: Minutes,
    /// What they owe the provider otherwise, at most what is held.
    pub owed: Minutes,
}

/// How many approvals something needs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ApprovalTerms {
    /// A need.
    pub need: u32,
    /// Relief from a pool.
    pub relief: u32,
    /// Other minutes for an order by which hours have moved.
    pub correction: u32,
}

/// Who pays for a service.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PaymentTerms {
    pub payer: Payer,
}

/// Who pays for a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Payer {
    /// Whoever is served.
    Recipient,
    /// A pool, an organisation, or an issuance account.
    Account(AccountId),
}

/// How long records are kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RetentionTerms {
    /// For how long after a member has gone their personal fields are kept.
    pub months: Months,
}

/// Where hours come from that nobody earned.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct IssuanceTerms {
    /// The issuance accounts; hours come from no other.
    pub sources: Vec<AccountId>,
}

/// Who pays for group services.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GroupPayTerms {
    /// What each who learns pays whoever leads a lesson. None: an account pays that is named.
    pub lesson_fee: Option<Minutes>,
}

/// What an audit tells of as strange: what is more than these.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AuditTerms {
    /// How long two services of one person lie on each other.
    pub overlap: Minutes,
    /// How much somebody serves on a day.
    pub day: Minutes,
    /// How much somebody is credited by a record of their own.
    pub own_gain: Minutes,
    /// How many times the mean of the others two members exchange with each other.
    pub pair_times: u32,
    /// How many days before its record an entry is effective.
    pub backdated_days: u32,
    /// For how many members one who is no staff acts.
    pub proxy_members: u32,
    /// By how much what was served in all falls on a day.
    pub fallen: Minutes,
    /// How many hundredths of what is rounded are rounded to one side.
    pub rounding_percent: u32,
    /// How many there have to be to tell.
    pub rounding_orders: u32,
}

impl Default for AuditTerms {
    fn default() -> Self {
        Self {
            overlap: Minutes::ZERO,
            day: Minutes::DAY,
            own_gain: Minutes::ZERO,
            pair_times: 5,
            backdated_days: 31,
            proxy_members: 5,
            fallen: Minutes::ZERO,
            rounding_percent: 95,
            rounding_orders: 20,
        }
    }
}

/// Another time bank.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Partner {
    pub code: Code,
    /// The clearing account with it.
    pub account: AccountId,
    /// How much it may owe at most.
    pub surplus: Minutes,
    /// How much may be owed to it at most.
    pub deficit: Minutes,
}

/// Something that a member can be qualified for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct QualificationTerms {
    pub code: Code,
    pub name_en: Option<Name>,
    pub name_zh: Option<Name>,
    /// What it stands on: whoever has it needs these, too.
    pub needs: Vec<Code>,
}

/// A training that members attend.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TrainingTerms {
    pub code: Code,
    pub name_en: Name,
    pub name_zh: Option<Name>,
    /// What whoever attends is qualified for.
    pub qualification: Option<Code>,
    /// After how many months that lapses. None: it does not.
    pub valid_months: Option<Months>,
    /// What whoever attends gets. None: no points.
    #[serde(flatten)]
    pub points: Option<TrainingPoints>,
    /// Whether all that is for those alone who passed an assessment.
    pub assessed: bool,
}

/// Points for whoever attends a training.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TrainingPoints {
    /// Another unit than time.
    pub unit: UnitId,
    /// How many steps of it.
    pub points: u32,
    /// The source that they come from.
    pub from: AccountId,
}

/// A service of the catalogue.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Service {
    pub code: Code,
    pub name_en: Name,
    pub name_zh: Option<Name>,
    /// What is earned by it: `time`, or another unit.
    pub unit: UnitId,
    /// The issuance account that what is no hours comes from. None: no order is made of it.
    pub from: Option<AccountId>,
    /// How many steps of the unit a minute of it is worth.
    pub weight: Factor,
    /// What whoever serves has to be qualified for.
    pub qualification: Option<Code>,
    /// Whether several are served at once.
    pub group: bool,
}
