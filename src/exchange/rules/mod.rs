//! The rules: what a command does to the objects. Pure, and so repeatable.
//!
//! Idempotency is settled first, for every command alike; then the refusals follow in
//! the order of [`Rejection`]'s variants.

mod accepting;

mod accounts;
mod booking;
mod centres;
mod confirming;
mod conversions;
mod doers;
mod eligibility;
mod entries;
mod exits;
mod gifts;
mod groups;
mod identities;
mod incidents;
mod issuing;
mod mandates;
mod members;
mod membership;
mod needs;
mod orders;
mod oversight;
mod partners;
mod periods;
mod policies;
mod pools;
mod reliefs;
mod repeats;
mod settling;
mod sheets;
mod staff;
mod standings;
mod stocks;
mod supplies;
mod tokens;
mod trainings;

use super::{
    Branch, Command, ConversionRejection, Day, Fact, GroupRejection, IssuanceRejection, MemberId,
    NotLoaded, Objects, OrderRejection, OversightRejection, PartnerRejection, PeriodRejection,
    Personal, PoolRejection, Rejection, Staff, StaffNumber, StockRejection, Taken, TokenRejection,
    TrainingRejection, Wants, difference, order::Reason,
};
use crate::ledger::{self, Book, Moment, Note, Principal, Stamp, TimeZone};

pub use accepting::check_candidate;
pub use centres::MAX_CENTRES;
pub use doers::is_party;

/// What a command does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It stands already, since then.
    Stands(Stamp),
    /// This is to be recorded.
    Append(Box<Plan>),
}

/// A fact, and what the ledger has to carry out with it, in order: all of it, or the
/// fact is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    pub fact: Fact,
    pub ledger: Vec<ledger::Command>,
    /// The personal fields that the fact commits to, to be kept beside it.
    pub personal: Option<Personal>,
    /// The text behind its reason, to be kept beside it.
    pub note: Option<Note>,
}

/// What a command is decided on.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub book: &'a Book,
    pub objects: &'a Objects,
    /// The moment of deciding.
    pub now: Moment,
    /// The ledger's zone.
    pub zone: TimeZone,
    /// The ledger's day.
    pub today: Day,
}

impl View<'_> {
    /// The ledger's day of a moment.
    fn day(&self, moment: Moment) -> Day {
        Day::of(moment, self.zone)
    }
}

impl Plan {
    /// A fact of the time bank alone, and why.
    fn with_reason(fact: Fact, reason: Option<&Reason>) -> Self {
        Self {
            note: reason.and_then(|reason| reason.note.clone()),
            ..fact.into()
        }
    }

    /// A fact, and what the ledger does for it.
    fn with_ledger(fact: Fact, ledger: Vec<ledger::Command>) -> Self {
        Self {
            ledger,
            ..fact.into()
        }
    }
}

impl From<Fact> for Plan {
    fn from(fact: Fact) -> Self {
        Self {
            fact,
            ledger: Vec::new(),
            personal: None,
            note: None,
        }
    }
}

impl<P: Into<Plan>> From<P> for Decision {
    fn from(plan: P) -> Self {
        Self::Append(Box::new(plan.into()))
    }
}

/// Why a command is not decided for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Undecided {
    /// A rule refuses it.
    Refused(Rejection),
    /// More must be loaded to tell.
    NotLoaded(NotLoaded),
}

impl From<Rejection> for Undecided {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection)
    }
}

impl From<OrderRejection> for Undecided {
    fn from(rejection: OrderRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<PoolRejection> for Undecided {
    fn from(rejection: PoolRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<IssuanceRejection> for Undecided {
    fn from(rejection: IssuanceRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<StockRejection> for Undecided {
    fn from(rejection: StockRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<TokenRejection> for Undecided {
    fn from(rejection: TokenRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<OversightRejection> for Undecided {
    fn from(rejection: OversightRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<PartnerRejection> for Undecided {
    fn from(rejection: PartnerRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<GroupRejection> for Undecided {
    fn from(rejection: GroupRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<TrainingRejection> for Undecided {
    fn from(rejection: TrainingRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<ConversionRejection> for Undecided {
    fn from(rejection: ConversionRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<PeriodRejection> for Undecided {
    fn from(rejection: PeriodRejection) -> Self {
        Self::Refused(rejection.into())
    }
}

impl From<NotLoaded> for Undecided {
    fn from(not_loaded: NotLoaded) -> Self {
        Self::NotLoaded(not_loaded)
    }
}

impl From<ledger::NotLoaded> for Undecided {
    fn from(not_loaded: ledger::NotLoaded) -> Self {
        Self::NotLoaded(not_loaded.into())
    }
}

type Ruling = Result<Decision, Undecided>;

/// Decides a principal's command.
///
/// # Errors
/// The [`Rejection`] of the first rule that refuses, or what is not loaded.
pub fn decide(view: View<'_>, command: &Command, by: &Principal) -> Ruling {
    let objects = view.objects;
    let id = command.step_id();
    if let Some(Taken { stamp, fact }) = objects.taken(&id)? {
        let difference = difference::between(&fact.command(), command);
        let difference = match difference {
            None => difference::of_personal(objects, stamp.sequence, command)?,
            some => some,
        };
        return match difference {
            None => Ok(Decision::Stands(*stamp)),
            Some(difference) => Err(Rejection::IdReused { id, difference }.into()),
        };
    }
    match command {
        Command::OpenCentre {
            terms,
            first_staff_number,
        } => centres::open(objects, terms, first_staff_number),
        Command::RegisterStaff(terms) => staff::register(objects, terms, by),
        Command::SetStaffState(set) => staff::set_state(objects, set, by),
        Command::RegisterMember(new) => members::register(view, new, by),
        Command::SetMemberState(set) => members::set_state(view, set, by),
        Command::QualifyMember(new) => members::qualify(view, new, by),
        Command::ChangeMember(new) => members::change(view, new, by),
        Command::MoveMember(new) => members::relocate(view, new, by),
        Command::ExitMember(new) => exits::exit(view, new, by),
        Command::ApproveExit(new) => exits::approve(view, new, by),
        Command::ClearMember(new) => identities::clear(view, new, by),
        Command::EraseMember(new) => identities::erase(view, new, by),
        Command::AdoptPolicy(new) => policies::adopt(view, new, by),
        Command::SetMandate(set) => mandates::set(view, set, by),
        Command::OfferSupply(new) => supplies::offer(view, new, by),
        Command::WithdrawSupply(new) => supplies::withdraw(view, new, by),
        Command::PublishNeed(new) => needs::publish(view, new, by),
        Command::StepNeed(new) => needs::step(view, new, by),
        Command::AcceptNeed(new) => accepting::accept(view, new, by),
        Command::StepOrder(new) => orders::step(view, new, by),
        Command::RecordVisit(new) => sheets::record(view, new, by),
        Command::StepStanding(new) => standings::step(view, new, by),
        Command::AriseVisit(new) => standings::arise(view, new),
        Command::ReportIncident(new) => incidents::report(view, new, by),
        Command::CloseIncident(new) => incidents::close(view, new, by),
        Command::Pool(command) => pools::decide(view, command, by),
        Command::Issuance(command) => issuing::decide(view, command, by),
        Command::Stock(command) => stocks::decide(view, command, by),
        Command::Period(command) => periods::decide(view, command, by),
        Command::Partner(command) => partners::decide(view, command, by),
        Command::Oversight(command) => oversight::decide(view, command, by),
        Command::Token(command) => tokens::decide(view, command),
        Command::Group(command) => groups::decide(view, command, by),
        Command::Training(command) => trainings::decide(view, command, by),
        Command::Convert(new) => conversions::convert(view, new, by),
    }
}

/// That the time bank has nothing against what is asked of the ledger alone.
///
/// # Errors
/// The [`Rejection`] of a rule that has, or what is not loaded.
pub fn check_ledger(
    book: &Book,
    objects: &Objects,
    command: &ledger::Command,
) -> Result<(), Undecided> {
    accounts::check_ledger(book, objects, command)?;
    let ledger::Command::CloseAccount { id } = command else {
        return periods::check_ledger(book, objects, command);
    };
    let is_members = |account: &ledger::Account| {
        account.kind == ledger::AccountKind::Member && account.closed.is_none()
    };
    if !book.account(id)?.is_some_and(is_members) {
        return Ok(());
    }
    match objects.member_of(id)? {
        None => Ok(()),
        Some(member) => Err(Rejection::MembersAccount {
            account: id.clone(),
            member: member.id.clone(),
        }
        .into()),
    }
}

/// A member of staff who must be there.
fn known_staff<'a>(objects: &'a Objects, number: &StaffNumber) -> Result<&'a Staff, Undecided> {
    let found = objects.staff(number)?;
    let number = number.clone();
    Ok(found.ok_or(Rejection::StaffUnknown { number })?)
}

/// That those whom something names, each by a field, are members, and none of them
/// is the one whom it is about. All are asked for before one is missed.
fn check_named<'a, I>(
    objects: &Objects,
    named: impl Fn() -> I,
    own: Option<&MemberId>,
) -> Result<(), Undecided>
where
    I: Iterator<Item = (&'static str, &'a MemberId)>,
{
    if let Some((field, member)) = named().find(|(_, named)| own == Some(*named)) {
        let member = member.clone();
        return Err(Rejection::MemberOfItself { member, field }.into());
    }
    let mut wants = Wants::default();
    for (_, named) in named() {
        if let Err(lacking) = objects.member(named) {
            wants.join(lacking.wants());
        }
    }
    if !wants.is_empty() {
        return Err(NotLoaded::from(wants).into());
    }
    for (field, named) in named() {
        if objects.member(named)?.is_none() {
            let member = named.clone();
            return Err(Rejection::MemberUnknown { member, field }.into());
        }
    }
    Ok(())
}

/// The active staff of a centre that a principal is.
fn staff_of<'a>(
    objects: &'a Objects,
    centre: &Branch,
    by: &Principal,
) -> Result<&'a Staff, Undecided> {
    let refused = || Rejection::StaffOnly {
        centre: centre.clone(),
        principal: by.clone(),
    };
    if objects.centre(centre).is_none() {
        let centre = centre.clone();
        return Err(Rejection::CentreUnknown { centre }.into());
    }
    let number = StaffNumber::of(by).ok_or_else(refused)?;
    match objects.staff(&number)? {
        Some(staff) if staff.acts_for(centre) => Ok(staff),
        _ => Err(refused().into()),
    }
}

/// That a principal is active staff of a centre that is there.
fn check_staff(objects: &Objects, centre: &Branch, by: &Principal) -> Result<(), Undecided> {
    staff_of(objects, centre, by).map(drop)
}
