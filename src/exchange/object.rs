//! What the time bank keeps, all of it alike: an id, a state, and the keys of the
//! lists that it stands in.

use std::fmt;

use serde::Serialize;

use crate::ledger::AccountId;

use super::{
    AdoptedPolicy, Branch, Centre, Day, Holder, Incident, IncidentId, Mandate, MandateId, Member,
    MemberId, MemberWeek, Need, NeedId, Order, OrderId, Period, PeriodId, PolicyId, Staff,
    StaffNumber, StandingId, StandingVisit, WeekId,
    group::{Group, GroupId, GroupPage, PageId},
    issuance::Source,
    list::{self, List},
    oversight::{Drawn, Evaluation, Look, LookId},
    partner::{Partner, Remittance, RemittanceId},
    pool::{Donation, DonationId, Pool, Relief, ReliefId},
    stock::{ItemId, Stock, StockItem},
    token::{Token, TokenName},
    training::{Training, TrainingDay, TrainingDayId, TrainingId},
};

/// A place in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// The list's name, and the object's id.
    pub key: String,
    /// What most readers of the list want of the object.
    pub line: Option<Vec<u8>>,
}

/// A kind of object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ObjectKind {
    Centre,
    Staff,
    Member,
    Policy,
    Holder,
    Mandate,
    Need,
    Order,
    Week,
    Incident,
    Standing,
    Pool,
    Donation,
    Relief,
    Source,
    Stock,
    StockItem,
    Partner,
    Remittance,
    Period,
    Group,
    GroupPage,
    Evaluation,
    Drawn,
    Look,
    Training,
    TrainingDay,
    Token,
}

impl ObjectKind {
    fn name(self) -> &'static str {
        match self {
            Self::Centre => "centre",
            Self::Staff => "staff",
            Self::Member => "member",
            Self::Policy => "policy",
            Self::Holder => "holder",
            Self::Mandate => "mandate",
            Self::Need => "need",
            Self::Order => "order",
            Self::Week => "week",
            Self::Incident => "incident",
            Self::Standing => "standing",
            Self::Pool => "pool",
            Self::Donation => "donation",
            Self::Relief => "relief",
            Self::Source => "source",
            Self::Stock => "stock",
            Self::StockItem => "stock-item",
            Self::Partner => "partner",
            Self::Remittance => "remittance",
            Self::Period => "period",
            Self::Group => "group",
            Self::GroupPage => "group-page",
            Self::Evaluation => "evaluation",
            Self::Drawn => "drawn",
            Self::Look => "look",
            Self::Training => "training",
            Self::TrainingDay => "training-day",
            Self::Token => "token",
        }
    }
}

/// An object's id.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ObjectId {
    Centre(Branch),
    Staff(StaffNumber),
    Member(MemberId),
    Policy(PolicyId),
    /// Of an account that is not called as its member is.
    Holder(AccountId),
    Mandate(Box<MandateId>),
    Need(NeedId),
    Order(OrderId),
    /// Boxed, as it is large.
    Week(Box<WeekId>),
    Incident(IncidentId),
    Standing(StandingId),
    Pool(AccountId),
    Donation(Box<DonationId>),
    Relief(ReliefId),
    Source(AccountId),
    Stock(AccountId),
    StockItem(Box<ItemId>),
    Partner(AccountId),
    Remittance(Box<RemittanceId>),
    Period(Box<PeriodId>),
    Group(GroupId),
    GroupPage(PageId),
    /// Of an order.
    Evaluation(OrderId),
    /// Of an order.
    Drawn(OrderId),
    Look(LookId),
    Training(TrainingId),
    TrainingDay(Box<TrainingDayId>),
    Token(TokenName),
}

impl ObjectId {
    /// Its kind.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Self::Centre(_) => ObjectKind::Centre,
            Self::Staff(_) => ObjectKind::Staff,
            Self::Member(_) => ObjectKind::Member,
            Self::Policy(_) => ObjectKind::Policy,
            Self::Holder(_) => ObjectKind::Holder,
            Self::Mandate(_) => ObjectKind::Mandate,
            Self::Need(_) => ObjectKind::Need,
            Self::Order(_) => ObjectKind::Order,
            Self::Week(_) => ObjectKind::Week,
            Self::Incident(_) => ObjectKind::Incident,
            Self::Standing(_) => ObjectKind::Standing,
            Self::Pool(_) => ObjectKind::Pool,
            Self::Donation(_) => ObjectKind::Donation,
            Self::Relief(_) => ObjectKind::Relief,
            Self::Source(_) => ObjectKind::Source,
            Self::Stock(_) => ObjectKind::Stock,
            Self::StockItem(_) => ObjectKind::StockItem,
            Self::Partner(_) => ObjectKind::Partner,
            Self::Remittance(_) => ObjectKind::Remittance,
            Self::Period(_) => ObjectKind::Period,
            Self::Group(_) => ObjectKind::Group,
            Self::GroupPage(_) => ObjectKind::GroupPage,
            Self::Evaluation(_) => ObjectKind::Evaluation,
            Self::Drawn(_) => ObjectKind::Drawn,
            Self::Look(_) => ObjectKind::Look,
            Self::Training(_) => ObjectKind::Training,
            Self::TrainingDay(_) => ObjectKind::TrainingDay,
            Self::Token(_) => ObjectKind::Token,
        }
    }

    /// The id as it is kept: `staff/1001`.
    pub fn as_text(&self) -> String {
        let kind = self.kind().name();
        let name = match self {
            Self::Centre(prefix) => prefix.as_str(),
            Self::Staff(number) => number.as_str(),
            Self::Token(name) => name.as_str(),
            Self::Member(id) => id.as_str(),
            Self::Holder(account)
            | Self::Pool(account)
            | Self::Source(account)
            | Self::Stock(account)
            | Self::Partner(account) => account.as_str(),
            Self::Mandate(id) => {
                let MandateId { account, centre } = &**id;
                return format!("{kind}/{account}/{centre}");
            }
            Self::Need(id) => return format!("{kind}/{id}"),
            Self::Order(id) | Self::Evaluation(id) | Self::Drawn(id) => {
                return format!("{kind}/{id}");
            }
            Self::Look(id) => return format!("{kind}/{id}"),
            Self::Incident(id) => return format!("{kind}/{id}"),
            Self::Standing(id) => return format!("{kind}/{id}"),
            Self::Relief(id) => return format!("{kind}/{id}"),
            Self::Period(id) => return format!("{kind}/{}/{}", id.centre, id.month),
            Self::Group(id) => return format!("{kind}/{id}"),
            Self::GroupPage(id) => return format!("{kind}/{}/{:02}", id.group, id.page),
            Self::Training(id) => return format!("{kind}/{id}"),
            Self::TrainingDay(id) => {
                return format!("{kind}/{}/{}/{}", id.member, id.code, id.on);
            }
            Self::StockItem(id) => return format!("{kind}/{}/{}", id.stock, id.code),
            Self::Remittance(id) => {
                return format!("{kind}/{}/{}/{}", id.partner, id.direction, id.reference);
            }
            Self::Donation(id) => return format!("{kind}/{}/{}", id.pool, id.receipt),
            Self::Week(id) => return format!("{kind}/{}/{}", id.member, id.monday),
            // In digits that sort as the numbers do.
            Self::Policy(PolicyId { centre, version }) => {
                return format!("{kind}/{centre}/{:04}", version.get());
            }
        };
        format!("{kind}/{name}")
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_text())
    }
}

/// An object as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Object {
    Centre(Centre),
    Staff(Staff),
    Member(Box<Member>),
    Policy(AdoptedPolicy),
    Holder(Holder),
    Mandate(Mandate),
    Need(Box<Need>),
    Order(Box<Order>),
    Week(Box<MemberWeek>),
    Incident(Box<Incident>),
    Standing(Box<StandingVisit>),
    Pool(Pool),
    Donation(Donation),
    Relief(Box<Relief>),
    Source(Box<Source>),
    Stock(Stock),
    StockItem(Box<StockItem>),
    Partner(Partner),
    Remittance(Box<Remittance>),
    Period(Period),
    Group(Box<Group>),
    GroupPage(Box<GroupPage>),
    Evaluation(Box<Evaluation>),
    Drawn(Box<Drawn>),
    Look(Box<Look>),
    Training(Box<Training>),
    TrainingDay(Box<TrainingDay>),
    Token(Box<Token>),
}

impl Object {
    /// Its id.
    pub fn id(&self) -> ObjectId {
        match self {
            Self::Centre(centre) => ObjectId::Centre(centre.terms.prefix.clone()),
            Self::Staff(staff) => ObjectId::Staff(staff.terms.number.clone()),
            Self::Member(member) => ObjectId::Member(member.id.clone()),
            Self::Policy(policy) => ObjectId::Policy(policy.id()),
            Self::Holder(holder) => ObjectId::Holder(holder.account.clone()),
            Self::Mandate(mandate) => ObjectId::Mandate(Box::new(mandate.id.clone())),
            Self::Need(need) => ObjectId::Need(need.id),
            Self::Order(order) => ObjectId::Order(order.id),
            Self::Week(week) => ObjectId::Week(Box::new(week.id())),
            Self::Incident(incident) => ObjectId::Incident(incident.id),
            Self::Standing(standing) => ObjectId::Standing(standing.id),
            Self::Pool(pool) => ObjectId::Pool(pool.account.clone()),
            Self::Donation(donation) => ObjectId::Donation(Box::new(donation.id.clone())),
            Self::Relief(relief) => ObjectId::Relief(relief.id),
            Self::Source(source) => ObjectId::Source(source.terms.account.clone()),
            Self::Stock(stock) => ObjectId::Stock(stock.account.clone()),
            Self::StockItem(item) => ObjectId::StockItem(Box::new(item.id.clone())),
            Self::Partner(partner) => ObjectId::Partner(partner.account.clone()),
            Self::Remittance(one) => ObjectId::Remittance(Box::new(one.id.clone())),
            Self::Period(period) => ObjectId::Period(Box::new(period.id.clone())),
            Self::Group(group) => ObjectId::Group(group.id),
            Self::GroupPage(page) => ObjectId::GroupPage(page.id),
            Self::Evaluation(evaluation) => ObjectId::Evaluation(evaluation.order),
            Self::Drawn(drawn) => ObjectId::Drawn(drawn.order),
            Self::Look(look) => ObjectId::Look(look.id),
            Self::Training(training) => ObjectId::Training(training.id),
            Self::TrainingDay(day) => ObjectId::TrainingDay(Box::new(day.id.clone())),
            Self::Token(token) => ObjectId::Token(token.terms.name.clone()),
        }
    }

    /// The member that it is. None where it is another object.
    pub fn member(self) -> Option<Member> {
        match self {
            Self::Member(member) => Some(*member),
            _ => None,
        }
    }

    /// Its state as it is kept: JSON, of which the same state makes the same text.
    ///
    /// # Errors
    /// Never, as no state has a value that JSON lacks.
    pub fn state(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Centre(centre) => serde_json::to_string(centre),
            Self::Staff(staff) => serde_json::to_string(staff),
            Self::Member(member) => serde_json::to_string(member),
            Self::Policy(policy) => serde_json::to_string(policy),
            Self::Holder(holder) => serde_json::to_string(holder),
            Self::Mandate(mandate) => serde_json::to_string(mandate),
            Self::Need(need) => serde_json::to_string(need),
            Self::Order(order) => serde_json::to_string(order),
            Self::Week(week) => serde_json::to_string(week),
            Self::Incident(incident) => serde_json::to_string(incident),
            Self::Standing(standing) => serde_json::to_string(standing),
            Self::Pool(pool) => serde_json::to_string(pool),
            Self::Donation(donation) => serde_json::to_string(donation),
            Self::Relief(relief) => serde_json::to_string(relief),
            Self::Source(source) => serde_json::to_string(source),
            Self::Stock(stock) => serde_json::to_string(stock),
            Self::StockItem(item) => serde_json::to_string(item),
            Self::Partner(partner) => serde_json::to_string(partner),
            Self::Remittance(remittance) => serde_json::to_string(remittance),
            Self::Period(period) => serde_json::to_string(period),
            Self::Group(group) => serde_json::to_string(group),
            Self::GroupPage(page) => serde_json::to_string(page),
            Self::Evaluation(evaluation) => serde_json::to_string(evaluation),
            Self::Drawn(drawn) => serde_json::to_string(drawn),
            Self::Look(look) => serde_json::to_string(look),
            Self::Training(training) => serde_json::to_string(training),
            Self::TrainingDay(day) => serde_json::to_string(day),
            Self::Token(token) => serde_json::to_string(token),
        }
    }

    /// Reads the state of an object of a kind.
    ///
    /// # Errors
    /// Where it is no such state.
    pub fn of_state(kind: ObjectKind, state: &str) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            ObjectKind::Centre => Self::Centre(serde_json::from_str(state)?),
            ObjectKind::Staff => Self::Staff(serde_json::from_str(state)?),
            ObjectKind::Member => Self::Member(serde_json::from_str(state)?),
            ObjectKind::Policy => Self::Policy(serde_json::from_str(state)?),
            ObjectKind::Holder => Self::Holder(serde_json::from_str(state)?),
            ObjectKind::Mandate => Self::Mandate(serde_json::from_str(state)?),
            ObjectKind::Need => Self::Need(serde_json::from_str(state)?),
            ObjectKind::Order => Self::Order(serde_json::from_str(state)?),
            ObjectKind::Week => Self::Week(serde_json::from_str(state)?),
            ObjectKind::Incident => Self::Incident(serde_json::from_str(state)?),
            ObjectKind::Standing => Self::Standing(serde_json::from_str(state)?),
            ObjectKind::Pool => Self::Pool(serde_json::from_str(state)?),
            ObjectKind::Donation => Self::Donation(serde_json::from_str(state)?),
            ObjectKind::Relief => Self::Relief(serde_json::from_str(state)?),
            ObjectKind::Source => Self::Source(serde_json::from_str(state)?),
            ObjectKind::Stock => Self::Stock(serde_json::from_str(state)?),
            ObjectKind::StockItem => Self::StockItem(serde_json::from_str(state)?),
            ObjectKind::Partner => Self::Partner(serde_json::from_str(state)?),
            ObjectKind::Remittance => Self::Remittance(serde_json::from_str(state)?),
            ObjectKind::Period => Self::Period(serde_json::from_str(state)?),
            ObjectKind::Group => Self::Group(serde_json::from_str(state)?),
            ObjectKind::GroupPage => Self::GroupPage(serde_json::from_str(state)?),
            ObjectKind::Evaluation => Self::Evaluation(serde_json::from_str(state)?),
            ObjectKind::Drawn => Self::Drawn(serde_json::from_str(state)?),
            ObjectKind::Look => Self::Look(serde_json::from_str(state)?),
            ObjectKind::Training => Self::Training(serde_json::from_str(state)?),
            ObjectKind::TrainingDay => Self::TrainingDay(serde_json::from_str(state)?),
            ObjectKind::Token => Self::Token(serde_json::from_str(state)?),
        })
    }

    /// Where it is listed.
    pub fn listings(&self) -> Vec<Listing> {
        let lists = match self {
            Self::Centre(_) => vec![List::Centres],
            Self::Token(_) => vec![List::Tokens],
            Self::Staff(staff) => vec![List::StaffOf(staff.terms.centre.clone())],
            Self::Member(member) => list::of_member(member),
            Self::Holder(_) => vec![List::Holders],
            Self::Week(_) | Self::TrainingDay(_) => Vec::new(),
            Self::Need(need) => list::of_need(need),
            Self::Order(order) => list::of_order(order),
            Self::Standing(standing) => list::of_standing(standing),
            Self::Pool(pool) => vec![List::PoolsOf(pool.centre.clone())],
            Self::Donation(donation) => vec![List::DonationsTo(donation.id.pool.clone())],
            Self::Relief(relief) => list::of_relief(relief),
            Self::Source(source) => vec![List::SourcesOf(source.centre.clone())],
            Self::Stock(stock) => vec![List::StocksOf(stock.centre.clone())],
            Self::StockItem(item) => vec![List::ItemsOf(item.id.stock.clone())],
            Self::Period(period) => list::of_period(period),
            Self::Partner(partner) => vec![List::PartnersOf(partner.centre.clone())],
            Self::Remittance(one) => vec![List::RemittancesWith(one.id.partner.clone())],
            Self::Group(group) => {
                vec![List::GroupsFrom(
                    group.terms.centre.clone(),
                    group.grounds.on,
                )]
            }
            Self::GroupPage(page) => vec![List::PagesOf(page.id.group)],
            Self::Evaluation(one) => vec![List::EvaluationsFrom(one.centre.clone(), one.on)],
            Self::Drawn(drawn) => vec![List::DrawnFor(drawn.evaluator.clone())],
            Self::Look(look) => vec![
                List::LooksAt(look.member.clone()),
                List::LooksFrom(look.centre.clone(), Day::of_utc(look.at)),
            ],
            Self::Training(training) => list::of_training(training),
            Self::Incident(incident) => {
                vec![List::IncidentsIn(incident.centre.clone(), incident.state)]
            }
            Self::Mandate(mandate) if !mandate.is_given => Vec::new(),
            Self::Mandate(mandate) => vec![
                List::MandatesOf(mandate.owner.clone()),
                List::MandatesTo(mandate.id.centre.clone()),
            ],
            Self::Policy(policy) => {
                vec![List::Policies, List::PoliciesOf(policy.centre.clone())]
            }
        };
        let id = self.id();
        let listings = lists.iter().map(|list| Listing {
            key: list.key(&id),
            line: self.line(list),
        });
        listings.collect()
    }

    /// What a list has of it, so that whoever reads the list need not read the object.
    fn line(&self, list: &List) -> Option<Vec<u8>> {
        match (self, list) {
            (Self::Order(order), List::OrdersOn(..)) => order.line().map(bytes_of),
            (Self::Need(need), List::NeedsFrom(..)) => Some(bytes_of(need.line())),
            _ => None,
        }
    }
}

/// A line as it is kept. It has no value that cannot be written; were there one, the line would be
/// empty, and reports would say that it is none.
fn bytes_of(line: impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(&line).unwrap_or_default()
}
