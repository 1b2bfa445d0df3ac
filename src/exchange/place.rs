//! Where in the chart of accounts the time bank's objects are, by which scopes reach them.

use super::{List, Object, ObjectId};

/// Where an object belongs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place<'a> {
    /// In the chart of accounts: at a branch, or an account.
    Chart(&'a str),
    /// Where another is.
    With(ObjectId),
    /// To the ledger as a whole.
    Ledger,
}

impl ObjectId {
    /// Where in the chart it is, as far as its id tells.
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Centre(branch) => Some(branch.as_str()),
            Self::Member(member) => Some(member.as_str()),
            Self::Policy(id) => Some(id.centre.as_str()),
            Self::Holder(account)
            | Self::Pool(account)
            | Self::Source(account)
            | Self::Stock(account)
            | Self::Partner(account) => Some(account.as_str()),
            Self::Mandate(id) => Some(id.account.as_str()),
            Self::Week(id) => Some(id.member.as_str()),
            Self::Donation(id) => Some(id.pool.as_str()),
            Self::StockItem(id) => Some(id.stock.as_str()),
            Self::Remittance(id) => Some(id.partner.as_str()),
            Self::Period(id) => Some(id.centre.as_str()),
            Self::TrainingDay(id) => Some(id.member.as_str()),
            Self::Staff(_)
            | Self::Need(_)
            | Self::Order(_)
            | Self::Incident(_)
            | Self::Standing(_)
            | Self::Relief(_)
            | Self::Group(_)
            | Self::GroupPage(_)
            | Self::Evaluation(_)
            | Self::Drawn(_)
            | Self::Look(_)
            | Self::Training(_)
            | Self::Token(_) => None,
        }
    }
}

impl Object {
    /// Where it belongs.
    pub fn place(&self) -> Place<'_> {
        Place::Chart(match self {
            Self::Centre(centre) => centre.terms.prefix.as_str(),
            Self::Staff(staff) => staff.terms.centre.as_str(),
            // Whoever moved has an id of the centre before.
            Self::Member(member) => member.account.as_str(),
            Self::Policy(policy) => policy.centre.as_str(),
            Self::Holder(holder) => holder.account.as_str(),
            Self::Mandate(mandate) => mandate.owner.as_str(),
            Self::Need(need) => need.centre.as_str(),
            Self::Order(order) => order.centre.as_str(),
            Self::Incident(incident) => incident.centre.as_str(),
            Self::Standing(standing) => standing.centre.as_str(),
            Self::Pool(pool) => pool.account.as_str(),
            Self::Donation(donation) => donation.id.pool.as_str(),
            Self::Relief(relief) => relief.centre.as_str(),
            Self::Source(source) => source.terms.account.as_str(),
            Self::Stock(stock) => stock.account.as_str(),
            Self::StockItem(item) => item.id.stock.as_str(),
            Self::Partner(partner) => partner.account.as_str(),
            Self::Remittance(remittance) => remittance.id.partner.as_str(),
            Self::Period(period) => period.id.centre.as_str(),
            Self::Group(group) => group.terms.centre.as_str(),
            Self::Evaluation(evaluation) => evaluation.centre.as_str(),
            Self::Drawn(drawn) => drawn.centre.as_str(),
            Self::Look(look) => look.centre.as_str(),
            Self::Training(training) => training.centre.as_str(),
            Self::Week(week) => return Place::With(ObjectId::Member(week.id().member)),
            Self::TrainingDay(day) => {
                return Place::With(ObjectId::Member(day.id.member.clone()));
            }
            Self::GroupPage(page) => return Place::With(ObjectId::Group(page.id.group)),
            Self::Token(_) => return Place::Ledger,
        })
    }
}

impl List {
    /// Where in the chart its objects are, as far as its name tells.
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::StaffOf(centre)
            | Self::PoliciesOf(centre)
            | Self::MandatesOf(centre)
            | Self::MandatesTo(centre)
            | Self::MembersOf(centre)
            | Self::MembersIn(centre, _)
            | Self::MembersOfBlock(centre, _)
            | Self::SecondMembers(centre)
            | Self::MembersLapsing(centre, _)
            | Self::JoinedFrom(centre, _)
            | Self::SuppliersOf(centre, _)
            | Self::NeedsIn(centre, ..)
            | Self::NeedsFrom(centre, _)
            | Self::OrdersOn(centre, _)
            | Self::OrdersFrom(centre, _)
            | Self::OrdersAwaited(centre, _)
            | Self::OrdersToCorrect(centre, _)
            | Self::OrdersIn(centre, ..)
            | Self::OrdersOfSheet(centre, _)
            | Self::StandingsIn(centre, _)
            | Self::StandingsOff(centre, _)
            | Self::IncidentsIn(centre, _)
            | Self::PoolsOf(centre)
            | Self::SourcesOf(centre)
            | Self::StocksOf(centre)
            | Self::PartnersOf(centre)
            | Self::GroupsFrom(centre, _)
            | Self::EvaluationsFrom(centre, _)
            | Self::LooksFrom(centre, _)
            | Self::PeriodsOf(centre)
            | Self::ReliefsIn(centre, _)
            | Self::ReliefsOpen(centre)
            | Self::TrainingsIn(centre, ..) => Some(centre.as_str()),
            Self::RemittancesWith(account)
            | Self::ItemsOf(account)
            | Self::DonationsTo(account) => Some(account.as_str()),
            Self::Centres
            | Self::Tokens
            | Self::Holders
            | Self::Policies
            | Self::NeedsOf(_)
            | Self::OrdersOf(_)
            | Self::StandingsOf(_)
            | Self::StandingsDue(_)
            | Self::LooksAt(_)
            | Self::DrawnFor(_)
            | Self::PagesOf(_)
            | Self::PeriodsUnsealed
            | Self::ReliefsOf(_)
            | Self::TrainingsOf(..) => None,
        }
    }
}
