//! The lists that objects stand in, each under a key.

use super::{
    Branch, Code, Day, GroupId, IncidentState, Member, MemberId, MemberState, Need, NeedState,
    Object, ObjectId, ObjectKind, Order, OrderState, Period, StaffNumber, StandingState,
    StandingVisit,
    order::SheetNumber,
    pool::{Relief, ReliefState},
    training::Training,
};
use crate::ledger::AccountId;

pub(super) fn of_member(member: &Member) -> Vec<List> {
    let centre = &member.centre;
    let mut lists = vec![
        List::MembersOf(centre.clone()),
        List::MembersIn(centre.clone(), member.state),
        List::JoinedFrom(member.registered.centre.clone(), member.registered_on),
    ];
    if member.second_of.is_some() {
        lists.push(List::SecondMembers(centre.clone()));
    }
    if let Some(block) = &member.details.block {
        lists.push(List::MembersOfBlock(centre.clone(), block.clone()));
    }
    if member.state == MemberState::Active {
        for supply in &member.supplies {
            let list = List::SuppliersOf(centre.clone(), supply.service.clone());
            if !lists.contains(&list) {
                lists.push(list);
            }
        }
    }
    let lapsing = member.qualifications.iter();
    for until in lapsing.filter_map(|qualification| qualification.until) {
        let list = List::MembersLapsing(centre.clone(), until.month());
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    lists
}

/// Whether a need that stands so waits for somebody.
fn needs_wait_in(state: NeedState) -> bool {
    match state {
        NeedState::Published | NeedState::Approved => true,
        NeedState::Accepted | NeedState::Declined | NeedState::Cancelled | NeedState::Expired => {
            false
        }
    }
}

pub(super) fn of_need(need: &Need) -> Vec<List> {
    let published_on = Day::of_utc(need.published_at);
    let mut lists = vec![
        List::NeedsOf(need.terms.recipient.clone()),
        List::NeedsFrom(need.centre.clone(), published_on),
    ];
    if needs_wait_in(need.state) {
        let month = need.open_until.month();
        lists.push(List::NeedsIn(need.centre.clone(), need.state, month));
    }
    lists
}

/// Whether an order that stands so waits to be served: for its day, or for its end.
fn orders_are_awaited_in(state: OrderState) -> bool {
    matches!(state, OrderState::Accepted | OrderState::Serving)
}

/// Whether an order that stands so waits for somebody to say something of it.
fn orders_wait_in(state: OrderState) -> bool {
    match state {
        OrderState::Recorded
        | OrderState::Serving
        | OrderState::Served
        | OrderState::Confirmed
        | OrderState::Disputed => true,
        OrderState::Accepted
        | OrderState::Settled
        | OrderState::Cancelled
        | OrderState::NoShow
        | OrderState::Resolved => false,
    }
}

pub(super) fn of_order(order: &Order) -> Vec<List> {
    let mut lists = vec![
        List::OrdersOf(order.provider.clone()),
        List::OrdersOf(order.recipient.clone()),
    ];
    if order.state.takes_time() {
        lists.push(List::OrdersOn(order.centre.clone(), order.on));
    }
    if let Some(entered) = &order.entered {
        let number = entered.sheet.number.clone();
        lists.push(List::OrdersOfSheet(order.centre.clone(), number));
    }
    if orders_are_awaited_in(order.state) {
        lists.push(List::OrdersAwaited(order.centre.clone(), order.on));
    }
    if order.correction.is_some() {
        lists.push(List::OrdersToCorrect(order.centre.clone(), order.on));
    }
    if orders_wait_in(order.state) {
        let (centre, due_on) = (order.centre.clone(), order.due_on());
        lists.push(List::OrdersIn(centre, order.state, due_on));
    }
    lists
}

pub(super) fn of_standing(standing: &StandingVisit) -> Vec<List> {
    let parties = [Some(&standing.terms.recipient), standing.provider.as_ref()];
    let parties = parties.into_iter().flatten();
    let mut lists: Vec<_> = parties.map(|id| List::StandingsOf(id.clone())).collect();
    lists.push(List::StandingsIn(standing.centre.clone(), standing.state));
    lists.extend(standing.due_on().map(List::StandingsDue));
    let off = standing.off.last();
    lists.extend(off.map(|last| List::StandingsOff(standing.centre.clone(), last.month())));
    lists
}

pub(super) fn of_period(period: &Period) -> Vec<List> {
    let mut lists = vec![List::PeriodsOf(period.id.centre.clone())];
    if period.seal.is_none() {
        lists.push(List::PeriodsUnsealed);
    }
    lists
}

pub(super) fn of_relief(relief: &Relief) -> Vec<List> {
    let centre = &relief.centre;
    let mut lists = vec![
        List::ReliefsIn(centre.clone(), relief.state),
        List::ReliefsOf(relief.member.clone()),
    ];
    if relief.state.is_open() {
        lists.push(List::ReliefsOpen(centre.clone()));
    }
    lists
}

pub(super) fn of_training(training: &Training) -> Vec<List> {
    let attended = &training.attendance;
    let all_or_one = [None, Some(attended.code.clone())].into_iter();
    let lists = all_or_one.flat_map(|code| {
        let (member, centre) = (attended.member.clone(), training.centre.clone());
        [
            List::TrainingsOf(member, code.clone(), attended.on),
            List::TrainingsIn(centre, code, attended.on),
        ]
    });
    lists.collect()
}

/// A list of objects, in the order of their ids unless it is said otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum List {
    Centres,
    Tokens,
    /// Accounts of members that are not called after them.
    Holders,
    StaffOf(Branch),
    Policies,
    PoliciesOf(Branch),
    /// Those that a centre gave.
    MandatesOf(Branch),
    /// Those that a centre was given.
    MandatesTo(Branch),
    /// All members of a centre.
    MembersOf(Branch),
    MembersIn(Branch, MemberState),
    MembersOfBlock(Branch, Code),
    /// Members who seem to be so for the second time.
    SecondMembers(Branch),
    /// Members with a qualification that lapses in a month, such as `2026-03`.
    MembersLapsing(Branch, String),
    /// Those whom a centre registered, wherever they are now, in the order of the days on which it
    /// did, from one on.
    JoinedFrom(Branch, Day),
    /// Active members with a supply of a service.
    SuppliersOf(Branch, Code),
    /// Needs of a centre that wait for approval, or for helpers, and can be accepted until
    /// some day of a month, such as `2026-03`. Those that expired stay in it: so nobody looks
    /// at what expired in other months.
    NeedsIn(Branch, NeedState, String),
    /// All needs of a member.
    NeedsOf(MemberId),
    /// All needs of a centre in the order of the days on which they were published, from one on;
    /// days of UTC, as no zone's rules are in it.
    NeedsFrom(Branch, Day),
    /// The visits of a centre that begin on a day, but for those that are off.
    OrdersOn(Branch, Day),
    /// The same of all days from one on, in the order of the days: [`List::OrdersOn`] one after
    /// another.
    OrdersFrom(Branch, Day),
    /// Orders of a centre that wait to be served, in the order of their days: the same list,
    /// whichever day is named.
    OrdersAwaited(Branch, Day),
    /// Orders of a centre with a correction that waits for more of the staff, in the order of
    /// their days: the same list, whichever day is named.
    OrdersToCorrect(Branch, Day),
    /// Orders of a centre that stand so and wait for something, in the order of the days by
    /// which that is to happen: the same list, whichever day is named.
    OrdersIn(Branch, OrderState, Day),
    /// All orders of a member, as provider or as recipient.
    OrdersOf(MemberId),
    /// What was entered from a sheet of a centre.
    OrdersOfSheet(Branch, SheetNumber),
    /// Standing visits of a centre that stand so.
    StandingsIn(Branch, StandingState),
    /// Those of a member, as provider or as recipient.
    StandingsOf(MemberId),
    /// Those of which a visit is still to arise, in the order of the days on which the next
    /// one does: the same list, whichever day is named.
    StandingsDue(Day),
    /// Standing visits of a centre of which the last visit that did not arise was to begin on
    /// some day of a month, such as `2026-03`.
    StandingsOff(Branch, String),
    /// Incidents of a centre that stand so.
    IncidentsIn(Branch, IncidentState),
    PoolsOf(Branch),
    SourcesOf(Branch),
    StocksOf(Branch),
    PartnersOf(Branch),
    /// What was received from a partner and sent there, by reference.
    RemittancesWith(AccountId),
    /// The groups of a centre in the order of their days, from one on.
    GroupsFrom(Branch, Day),
    /// The evaluations of a centre's orders in the order of the service dates, from one on.
    EvaluationsFrom(Branch, Day),
    /// The orders that were drawn for an evaluator.
    DrawnFor(StaffNumber),
    /// Who was shown personal fields of a member.
    LooksAt(MemberId),
    /// Who was shown personal fields of a centre's members, in the order of the days of UTC on
    /// which that was, from one on.
    LooksFrom(Branch, Day),
    /// The pages of a group's places.
    PagesOf(GroupId),
    /// The closed periods of a centre, in their order.
    PeriodsOf(Branch),
    /// Closed periods that the server has not sealed yet.
    PeriodsUnsealed,
    /// The items of a stock.
    ItemsOf(AccountId),
    /// Donations to a pool, by receipt.
    DonationsTo(AccountId),
    /// Reliefs of a centre's pools that stand so.
    ReliefsIn(Branch, ReliefState),
    /// Reliefs of a centre's pools that wait for staff.
    ReliefsOpen(Branch),
    /// All reliefs of a member.
    ReliefsOf(MemberId),
    /// The trainings of a member, of all codes or one, in the order of their days, from one on.
    TrainingsOf(MemberId, Option<Code>, Day),
    /// The trainings that were recorded at a centre, of all codes or one, in the order of their
    /// days, from one on.
    TrainingsIn(Branch, Option<Code>, Day),
}

impl List {
    /// The kind of its objects.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Self::Centres => ObjectKind::Centre,
            Self::Tokens => ObjectKind::Token,
            Self::Holders => ObjectKind::Holder,
            Self::StaffOf(_) => ObjectKind::Staff,
            Self::Policies | Self::PoliciesOf(_) => ObjectKind::Policy,
            Self::MandatesOf(_) | Self::MandatesTo(_) => ObjectKind::Mandate,
            Self::MembersOf(_)
            | Self::MembersIn(..)
            | Self::MembersOfBlock(..)
            | Self::SecondMembers(_)
            | Self::SuppliersOf(..)
            | Self::MembersLapsing(..)
            | Self::JoinedFrom(..) => ObjectKind::Member,
            Self::NeedsIn(..) | Self::NeedsOf(_) | Self::NeedsFrom(..) => ObjectKind::Need,
            Self::OrdersOn(..)
            | Self::OrdersFrom(..)
            | Self::OrdersAwaited(..)
            | Self::OrdersToCorrect(..)
            | Self::OrdersIn(..)
            | Self::OrdersOf(_)
            | Self::OrdersOfSheet(..) => ObjectKind::Order,
            Self::StandingsIn(..)
            | Self::StandingsOf(_)
            | Self::StandingsDue(_)
            | Self::StandingsOff(..) => ObjectKind::Standing,
            Self::IncidentsIn(..) => ObjectKind::Incident,
            Self::PoolsOf(_) => ObjectKind::Pool,
            Self::SourcesOf(_) => ObjectKind::Source,
            Self::StocksOf(_) => ObjectKind::Stock,
            Self::GroupsFrom(..) => ObjectKind::Group,
            Self::PagesOf(_) => ObjectKind::GroupPage,
            Self::EvaluationsFrom(..) => ObjectKind::Evaluation,
            Self::DrawnFor(_) => ObjectKind::Drawn,
            Self::LooksAt(_) | Self::LooksFrom(..) => ObjectKind::Look,
            Self::PeriodsOf(_) | Self::PeriodsUnsealed => ObjectKind::Period,
            Self::PartnersOf(_) => ObjectKind::Partner,
            Self::RemittancesWith(_) => ObjectKind::Remittance,
            Self::ItemsOf(_) => ObjectKind::StockItem,
            Self::DonationsTo(_) => ObjectKind::Donation,
            Self::TrainingsOf(..) | Self::TrainingsIn(..) => ObjectKind::Training,
            Self::ReliefsIn(..) | Self::ReliefsOpen(_) | Self::ReliefsOf(_) => ObjectKind::Relief,
        }
    }

    /// Its name, without the day where it has its objects in the order of days.
    fn stem(&self) -> String {
        match self {
            Self::Centres => "centres".into(),
            Self::Tokens => "tokens".into(),
            Self::Holders => "holders".into(),
            Self::StaffOf(centre) => format!("staff-of/{centre}"),
            Self::Policies => "policies".into(),
            Self::PoliciesOf(centre) => format!("policies-of/{centre}"),
            Self::MandatesOf(owner) => format!("mandates-of/{owner}"),
            Self::MandatesTo(centre) => format!("mandates-to/{centre}"),
            Self::MembersOf(centre) => format!("members-of/{centre}"),
            Self::MembersIn(centre, state) => format!("members-of/{centre}/{state}"),
            Self::MembersOfBlock(centre, block) => format!("members-of/{centre}/block/{block}"),
            Self::SecondMembers(centre) => format!("members-of/{centre}/second"),
            Self::SuppliersOf(centre, service) => {
                format!("members-of/{centre}/supply/{service}")
            }
            Self::MembersLapsing(centre, month) => {
                format!("members-of/{centre}/lapsing/{month}")
            }
            Self::JoinedFrom(centre, _) => format!("joined-in/{centre}/on"),
            Self::NeedsIn(centre, state, month) => format!("needs-of/{centre}/{state}/{month}"),
            Self::NeedsOf(member) => format!("needs-for/{member}"),
            Self::NeedsFrom(centre, _) => format!("needs-of/{centre}/asked"),
            Self::OrdersOn(centre, day) => format!("orders-of/{centre}/on/{day}"),
            Self::OrdersFrom(centre, _) => format!("orders-of/{centre}/on"),
            Self::OrdersAwaited(centre, _) => format!("orders-of/{centre}/awaited"),
            Self::OrdersToCorrect(centre, _) => format!("orders-of/{centre}/to-correct"),
            Self::OrdersIn(centre, state, _) => format!("orders-of/{centre}/{state}"),
            Self::OrdersOf(member) => format!("orders-for/{member}"),
            Self::OrdersOfSheet(centre, number) => format!("orders-of/{centre}/sheet/{number}"),
            Self::StandingsIn(centre, state) => format!("standings-of/{centre}/{state}"),
            Self::StandingsOf(member) => format!("standings-for/{member}"),
            Self::StandingsDue(_) => "standings-due".into(),
            Self::StandingsOff(centre, month) => format!("standings-of/{centre}/off/{month}"),
            Self::IncidentsIn(centre, state) => format!("incidents-of/{centre}/{state}"),
            Self::PeriodsOf(centre) => format!("periods-of/{centre}"),
            Self::PeriodsUnsealed => "periods-unsealed".into(),
            Self::StocksOf(centre) => format!("stocks-of/{centre}"),
            Self::PartnersOf(centre) => format!("partners-of/{centre}"),
            Self::RemittancesWith(partner) => format!("remittances-with/{partner}"),
            Self::GroupsFrom(centre, _) => format!("groups-of/{centre}/on"),
            Self::PagesOf(group) => format!("pages-of/{group}"),
            Self::EvaluationsFrom(centre, _) => format!("evaluations-of/{centre}/on"),
            Self::DrawnFor(number) => format!("drawn-for/{number}"),
            Self::LooksAt(member) => format!("looks-at/{member}"),
            Self::LooksFrom(centre, _) => format!("looks-of/{centre}/on"),
            Self::ItemsOf(stock) => format!("items-of/{stock}"),
            Self::SourcesOf(centre) => format!("sources-of/{centre}"),
            Self::PoolsOf(centre) => format!("pools-of/{centre}"),
            Self::DonationsTo(pool) => format!("donations-to/{pool}"),
            Self::ReliefsIn(centre, state) => format!("reliefs-of/{centre}/{state}"),
            Self::ReliefsOpen(centre) => format!("reliefs-of/{centre}/open"),
            Self::ReliefsOf(member) => format!("reliefs-for/{member}"),
            Self::TrainingsOf(member, None, _) => format!("trainings-for/{member}/on"),
            Self::TrainingsOf(member, Some(code), _) => {
                format!("trainings-for/{member}/code/{code}/on")
            }
            Self::TrainingsIn(centre, None, _) => format!("trainings-of/{centre}/on"),
            Self::TrainingsIn(centre, Some(code), _) => {
                format!("trainings-of/{centre}/code/{code}/on")
            }
        }
    }

    /// What the keys of its objects begin with. Those of other lists do not, but for those that it
    /// is made of, as [`List::OrdersFrom`] is of [`List::OrdersOn`].
    pub fn prefix(&self) -> String {
        let stem = self.stem();
        match self.day() {
            Some(_) => format!("{stem}/"),
            None => format!("{stem} "),
        }
    }

    /// The day that it is named with, where it has its objects in the order of days.
    fn day(&self) -> Option<Day> {
        match self {
            Self::StandingsDue(day)
            | Self::OrdersAwaited(_, day)
            | Self::OrdersToCorrect(_, day)
            | Self::OrdersIn(_, _, day) => Some(*day),
            _ => self.since(),
        }
    }

    /// The day from which on it has its objects.
    fn since(&self) -> Option<Day> {
        match self {
            Self::OrdersFrom(_, day)
            | Self::NeedsFrom(_, day)
            | Self::JoinedFrom(_, day)
            | Self::EvaluationsFrom(_, day)
            | Self::LooksFrom(_, day)
            | Self::GroupsFrom(_, day)
            | Self::TrainingsOf(_, _, day)
            | Self::TrainingsIn(_, _, day) => Some(*day),
            _ => None,
        }
    }

    /// What the keys come after of what is read from its beginning on.
    pub fn start(&self) -> String {
        let prefix = self.prefix();
        match self.since() {
            Some(day) => format!("{prefix}{day} "),
            None => prefix,
        }
    }

    /// The same list, as it is named to go on after an object of it.
    #[must_use]
    pub fn going_on_from(self, object: &Object) -> Self {
        match (self, object) {
            (Self::OrdersFrom(centre, _), Object::Order(order)) => {
                Self::OrdersFrom(centre, order.on)
            }
            (Self::NeedsFrom(centre, _), Object::Need(need)) => {
                Self::NeedsFrom(centre, Day::of_utc(need.published_at))
            }
            (Self::JoinedFrom(centre, _), Object::Member(member)) => {
                Self::JoinedFrom(centre, member.registered_on)
            }
            (Self::EvaluationsFrom(centre, _), Object::Evaluation(one)) => {
                Self::EvaluationsFrom(centre, one.on)
            }
            (Self::GroupsFrom(centre, _), Object::Group(group)) => {
                Self::GroupsFrom(centre, group.grounds.on)
            }
            (Self::LooksFrom(centre, _), Object::Look(look)) => {
                Self::LooksFrom(centre, Day::of_utc(look.at))
            }
            (Self::TrainingsOf(member, code, _), Object::Training(training)) => {
                Self::TrainingsOf(member, code, training.attendance.on)
            }
            (Self::TrainingsIn(centre, code, _), Object::Training(training)) => {
                Self::TrainingsIn(centre, code, training.attendance.on)
            }
            (list, _) => list,
        }
    }

    /// The key of an object in it: the list's name, a blank, and the object's id. The name has no
    /// other blank, so the id is what comes after the first.
    pub fn key(&self, id: &ObjectId) -> String {
        let stem = self.stem();
        match self.day() {
            Some(day) => format!("{stem}/{day} {id}"),
            None => format!("{stem} {id}"),
        }
    }

    /// The id in a key.
    pub fn id_in(key: &str) -> &str {
        key.split_once(' ').map_or(key, |(_, id)| id)
    }
}
