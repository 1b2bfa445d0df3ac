//! What is asked of the time bank.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    AcceptNeed, Admission, ApproveExit, AriseVisit, Branch, CentreTerms, CloseIncident, Convert,
    ExitMember, GroupCommand, IssuanceCommand, MemberDetails, MemberId, MemberState, NeedStep,
    ObjectId, Objects, OfferSupply, OrderStep, OversightCommand, PartnerCommand, PeriodCommand,
    PersonalFields, PersonalPart, PolicyDocument, PoolCommand, PublishNeed, Qualification,
    RecordVisit, ReportIncident, SetMandate, StaffNumber, StaffState, StaffTerms, StandingStep,
    StepId, StockCommand, TokenCommand, TrainingCommand, Wants, WithdrawSupply,
};
use crate::ledger::{AccountId, BookingId, Principal, Sequence};

/// What is to become of a member of staff.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffChange {
    Suspend,
    Reinstate,
    End,
}

impl StaffChange {
    /// The state that it leads from, and to. Whoever is suspended can go as well.
    pub(super) fn leads(self) -> (&'static [StaffState], StaffState) {
        use StaffState::{Active, Ended, Suspended};
        match self {
            Self::Suspend => (&[Active], Suspended),
            Self::Reinstate => (&[Suspended], Active),
            Self::End => (&[Active, Suspended], Ended),
        }
    }
}

impl fmt::Display for StaffChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Suspend => "suspended",
            Self::Reinstate => "reinstated",
            Self::End => "ended",
        })
    }
}

/// Suspends, reinstates or ends a member of staff.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SetStaffState {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "staff_number")]
    pub number: StaffNumber,
    pub change: StaffChange,
}

/// Registers a member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RegisterMember {
    pub id: MemberId,
    pub details: MemberDetails,
    #[serde(skip)]
    pub personal: PersonalPart,
}

/// What is to become of a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberChange {
    Suspend,
    Reinstate,
}

impl MemberChange {
    /// The states that it leads from, and to. An exit that waits for approval can be
    /// taken back.
    pub(super) fn leads(self) -> (&'static [MemberState], MemberState) {
        use MemberState::{Active, Exiting, Suspended};
        match self {
            Self::Suspend => (&[Active], Suspended),
            Self::Reinstate => (&[Suspended, Exiting], Active),
        }
    }
}

impl MemberChange {
    /// What becomes of the member, in a word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Suspend => "suspended",
            Self::Reinstate => "reinstated",
        }
    }
}

impl fmt::Display for MemberChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Suspends or reinstates a member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SetMemberState {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    pub change: MemberChange,
}

/// Says what a member is qualified for; a later one of the same code replaces it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct QualifyMember {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    pub qualification: Qualification,
}

/// Changes what is known of a member: all of it is given anew.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChangeMember {
    #[serde(skip)]
    pub step: BookingId,
    /// The record that changed the member last, as far as the client knew.
    #[serde(skip)]
    pub since: Sequence,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    pub details: MemberDetails,
    #[serde(skip)]
    pub personal: PersonalPart,
}

/// Moves a member to another centre.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MoveMember {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    /// The account that is opened for them in the branch of the other centre.
    #[serde(rename = "account_id")]
    pub account: AccountId,
    /// Of a record whose member's personal fields were erased, its verdict on them.
    #[serde(skip)]
    pub recorded: Option<Admission>,
}

/// Says that the second membership which a member seems to have is none, or is settled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ClearMember {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
}

/// Erases the personal fields of a member who is gone: asked for by one of the staff,
/// and done by another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct EraseMember {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
}

/// Adopts a policy for a centre.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AdoptPolicy {
    #[serde(skip)]
    pub step: BookingId,
    pub centre: Branch,
    pub document: PolicyDocument,
}

/// What a client asks for. Its serialized form has the field names of the contract:
/// what repeats an id is compared by it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum Command {
    /// Opens a centre, with its first member of staff.
    OpenCentre {
        #[serde(flatten)]
        terms: CentreTerms,
        first_staff_number: StaffNumber,
    },
    RegisterStaff(StaffTerms),
    SetStaffState(SetStaffState),
    RegisterMember(Box<RegisterMember>),
    SetMemberState(SetMemberState),
    QualifyMember(QualifyMember),
    ChangeMember(Box<ChangeMember>),
    MoveMember(MoveMember),
    ExitMember(ExitMember),
    ApproveExit(ApproveExit),
    ClearMember(ClearMember),
    EraseMember(EraseMember),
    AdoptPolicy(AdoptPolicy),
    SetMandate(SetMandate),
    OfferSupply(Box<OfferSupply>),
    WithdrawSupply(WithdrawSupply),
    PublishNeed(Box<PublishNeed>),
    StepNeed(NeedStep),
    AcceptNeed(AcceptNeed),
    StepOrder(OrderStep),
    RecordVisit(Box<RecordVisit>),
    StepStanding(StandingStep),
    /// The server's own.
    AriseVisit(AriseVisit),
    ReportIncident(ReportIncident),
    CloseIncident(CloseIncident),
    /// Of pools and gifts.
    Pool(Box<PoolCommand>),
    /// Of sources.
    Issuance(Box<IssuanceCommand>),
    /// Of stocks.
    Stock(Box<StockCommand>),
    /// Of groups.
    Group(Box<GroupCommand>),
    /// Of trainings.
    Training(Box<TrainingCommand>),
    /// Of what a member has of a unit, into another.
    Convert(Box<Convert>),
    /// Of periods.
    Period(PeriodCommand),
    /// Of partners.
    Partner(Box<PartnerCommand>),
    /// Of evaluations, and of who is shown personal fields.
    Oversight(Box<OversightCommand>),
    /// Of tokens.
    Token(Box<TokenCommand>),
}

impl Command {
    /// With the personal fields that its record commits to, for rules that ask for them.
    #[must_use]
    pub fn with_personal_fields(mut self, found: PersonalFields) -> Self {
        let personal = match &mut self {
            Self::RegisterMember(new) => Some(&mut new.personal),
            Self::ChangeMember(new) => Some(&mut new.personal),
            _ => None,
        };
        if let Some(PersonalPart::Recorded { fields, .. }) = personal {
            *fields = Some(found);
        }
        self
    }

    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        match self {
            Self::OpenCentre { terms, .. } => {
                StepId::Creates(ObjectId::Centre(terms.prefix.clone()))
            }
            Self::RegisterStaff(terms) => StepId::Creates(ObjectId::Staff(terms.number.clone())),
            Self::SetStaffState(set) => StepId::Own(set.step),
            Self::RegisterMember(new) => StepId::Creates(ObjectId::Member(new.id.clone())),
            Self::SetMemberState(set) => StepId::Own(set.step),
            Self::QualifyMember(new) => StepId::Own(new.step),
            Self::ChangeMember(new) => StepId::Own(new.step),
            Self::MoveMember(new) => StepId::Own(new.step),
            Self::ExitMember(new) => StepId::Own(new.step),
            Self::ApproveExit(new) => StepId::Own(new.step),
            Self::ClearMember(new) => StepId::Own(new.step),
            Self::EraseMember(new) => StepId::Own(new.step),
            Self::AdoptPolicy(new) => StepId::Own(new.step),
            Self::SetMandate(set) => StepId::Own(set.step),
            Self::OfferSupply(new) => StepId::Own(new.supply.id.0),
            Self::WithdrawSupply(new) => StepId::Own(new.step),
            Self::PublishNeed(new) => StepId::Creates(ObjectId::Need(new.id)),
            Self::StepNeed(new) => StepId::Own(new.step),
            Self::AcceptNeed(new) => StepId::Creates(ObjectId::Order(new.order)),
            Self::StepOrder(new) => StepId::Own(new.step),
            Self::RecordVisit(new) => StepId::Creates(ObjectId::Order(new.id)),
            Self::StepStanding(new) => StepId::Own(new.step),
            Self::AriseVisit(new) => StepId::Own(new.id.0),
            Self::ReportIncident(new) => StepId::Own(new.id.0),
            Self::CloseIncident(new) => StepId::Own(new.step),
            Self::Pool(command) => command.step_id(),
            Self::Issuance(command) => command.step_id(),
            Self::Stock(command) => command.step_id(),
            Self::Group(command) => command.step_id(),
            Self::Training(command) => command.step_id(),
            Self::Convert(new) => new.step_id(),
            Self::Period(command) => command.step_id(),
            Self::Partner(command) => command.step_id(),
            Self::Oversight(command) => command.step_id(),
            Self::Token(command) => command.step_id(),
        }
    }

    /// Whether only the server itself gives it.
    pub fn is_the_servers(&self) -> bool {
        match self {
            Self::AriseVisit(_) => true,
            Self::Period(command) => command.is_the_servers(),
            _ => false,
        }
    }

    /// Whether a principal may give it, as far as that is the server or is not. Tokens are also
    /// given out on the server's own machine, where nobody has one yet.
    pub fn is_for(&self, by: &Principal) -> bool {
        match self {
            Self::Token(_) => true,
            command => command.is_the_servers() == by.is_server(),
        }
    }

    /// What kind of command it is.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::OpenCentre { .. } => "the opening of a centre",
            Self::RegisterStaff(_) => "the registration of staff",
            Self::SetStaffState(_) => "a change of staff",
            Self::RegisterMember(_) => "the registration of a member",
            Self::SetMemberState(_) => "a change of a member",
            Self::QualifyMember(_) => "a qualification of a member",
            Self::ChangeMember(_) => "what is known of a member",
            Self::MoveMember(_) => "the move of a member",
            Self::ExitMember(_) => "the exit of a member",
            Self::ClearMember(_) => "the clearing of a member",
            Self::EraseMember(_) => "an erasure of personal fields",
            Self::ApproveExit(_) => "an approval of an exit",
            Self::AdoptPolicy(_) => "the adoption of a policy",
            Self::SetMandate(_) => "a mandate",
            Self::OfferSupply(_) => "the offer of a supply",
            Self::WithdrawSupply(_) => "the withdrawal of a supply",
            Self::PublishNeed(_) => "the publishing of a need",
            Self::StepNeed(_) => "a step of a need",
            Self::AcceptNeed(_) => "the acceptance of a need",
            Self::StepOrder(_) => "a step of an order",
            Self::RecordVisit(_) => "the entering of a visit",
            Self::StepStanding(_) => "a step of a standing visit",
            Self::AriseVisit(_) => "the arising of a visit",
            Self::ReportIncident(_) => "the report of an incident",
            Self::CloseIncident(_) => "the closing of an incident",
            Self::Pool(command) => command.name(),
            Self::Issuance(command) => command.name(),
            Self::Stock(command) => command.name(),
            Self::Group(command) => command.name(),
            Self::Training(command) => command.name(),
            Self::Convert(_) => "a conversion",
            Self::Period(command) => command.name(),
            Self::Partner(command) => command.name(),
            Self::Oversight(command) => command.name(),
            Self::Token(command) => command.name(),
        }
    }

    /// Adds what this command plainly needs and is not loaded.
    pub fn plain_needs(&self, objects: &Objects, wants: &mut Wants) {
        if let Err(lacking) = objects.taken(&self.step_id()) {
            wants.join(lacking.wants());
        }
        let named = match self {
            Self::OpenCentre {
                first_staff_number, ..
            } => ObjectId::Staff(first_staff_number.clone()),
            Self::RegisterStaff(terms) => {
                let named = terms.names().map(|(_, id)| ObjectId::Member(id.clone()));
                let missing = named.filter(|id| objects.object(id).is_err());
                wants.objects.extend(missing);
                ObjectId::Staff(terms.number.clone())
            }
            Self::SetStaffState(set) => ObjectId::Staff(set.number.clone()),
            Self::RegisterMember(new) => {
                let identity = new.personal.fields().and_then(|fields| fields.identity);
                wants.identities.extend(identity);
                wants.ledger.accounts.push(new.id.account().clone());
                let named = new.details.names().map(|(_, id)| id).chain([&new.id]);
                let named = named.map(|id| ObjectId::Member(id.clone()));
                let missing = named.filter(|id| objects.object(id).is_err());
                wants.objects.extend(missing);
                return;
            }
            Self::SetMemberState(set) => ObjectId::Member(set.member.clone()),
            Self::QualifyMember(new) => ObjectId::Member(new.member.clone()),
            Self::ChangeMember(new) => ObjectId::Member(new.member.clone()),
            Self::MoveMember(new) => ObjectId::Member(new.member.clone()),
            Self::ExitMember(new) => ObjectId::Member(new.member.clone()),
            Self::ClearMember(new) => ObjectId::Member(new.member.clone()),
            Self::EraseMember(new) => ObjectId::Member(new.member.clone()),
            Self::ApproveExit(new) => ObjectId::Member(new.member.clone()),
            Self::SetMandate(set) => {
                wants.ledger.accounts.push(set.account.clone());
                ObjectId::Mandate(Box::new(set.id()))
            }
            Self::OfferSupply(new) => ObjectId::Member(new.member.clone()),
            Self::WithdrawSupply(new) => ObjectId::Member(new.member.clone()),
            Self::PublishNeed(new) => ObjectId::Member(new.terms.recipient.clone()),
            Self::StepNeed(new) => ObjectId::Need(new.need),
            Self::AcceptNeed(new) => {
                let provider = ObjectId::Member(new.provider.clone());
                if let Err(lacking) = objects.object(&provider) {
                    wants.join(lacking.wants());
                }
                ObjectId::Need(new.need)
            }
            Self::StepOrder(new) => ObjectId::Order(new.order),
            Self::RecordVisit(new) => {
                wants
                    .steps
                    .push(StepId::Creates(ObjectId::Need(new.need())));
                let provider = ObjectId::Member(new.provider.clone());
                if let Err(lacking) = objects.object(&provider) {
                    wants.join(lacking.wants());
                }
                ObjectId::Member(new.recipient.clone())
            }
            Self::StepStanding(new) => ObjectId::Standing(new.standing),
            Self::AriseVisit(new) => ObjectId::Standing(new.standing),
            Self::ReportIncident(new) => ObjectId::Order(new.order),
            Self::CloseIncident(new) => ObjectId::Incident(new.incident),
            Self::Convert(new) => ObjectId::Member(new.member.clone()),
            Self::Period(command) => command.names(),
            Self::Stock(command) => {
                return name_all(wants, objects, command.accounts(), command.names());
            }
            Self::Partner(command) => {
                return name_all(wants, objects, command.accounts(), command.names());
            }
            Self::Oversight(command) => {
                return name_all(wants, objects, Vec::new(), command.names());
            }
            Self::Token(command) => {
                return name_all(wants, objects, Vec::new(), command.names());
            }
            Self::Group(command) => {
                return name_all(wants, objects, command.accounts(), command.names());
            }
            Self::Training(command) => {
                return name_all(wants, objects, Vec::new(), command.names());
            }
            Self::Issuance(command) => {
                wants.ledger.accounts.extend(command.accounts());
                command.names()
            }
            Self::Pool(command) => {
                wants.ledger.accounts.extend(command.accounts());
                match command.names() {
                    Some(named) => named,
                    None => return,
                }
            }
            Self::AdoptPolicy(new) => {
                let named = new.document.policy().accounts().into_iter();
                wants
                    .ledger
                    .accounts
                    .extend(named.map(|(_, id)| id.clone()));
                return;
            }
        };
        if let Err(lacking) = objects.object(&named) {
            wants.join(lacking.wants());
        }
    }
}

/// Names accounts, and those of several objects that are not loaded.
fn name_all(wants: &mut Wants, objects: &Objects, accounts: Vec<AccountId>, names: Vec<ObjectId>) {
    wants.ledger.accounts.extend(accounts);
    let names = names.into_iter();
    wants
        .objects
        .extend(names.filter(|id| objects.object(id).is_err()));
}
