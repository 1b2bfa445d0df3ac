//! What happened in the time bank.

use super::{
    AcceptNeed, AdoptPolicy, AdoptedPolicy, ApproveExit, Arisen, Branch, CentreTerms, ChangeMember,
    ClearMember, Command, Commitments, Converted, Day, EraseMember, ExitMember, GroupFact,
    IncidentClosed, IncidentReported, IssuanceFact, MemberDetails, MemberId, MoveMember,
    NeedPublished, NeedStepped, ObjectId, OrderAccepted, OrderStepped, OversightFact, PartnerFact,
    PeriodFact, PersonalPart, PolicyVersion, PoolFact, QualifyMember, RegisterMember, SetMandate,
    SetMemberState, SetStaffState, Settlement, StaffNumber, StaffTerms, StandingStepped, StepId,
    StockFact, SupplyOffered, SupplyWithdrawn, TokenFact, TrainingFact, Verdicts, VisitArose,
    VisitRecorded, order::PublishNeed,
};
use crate::ledger::{AccountId, BookingId, Commitment, Sequence};

/// That somebody was admitted as a member, by the `join.who` of a policy: a verdict on
/// their personal fields, which the record does not have. Which of its conditions they
/// meet is not told: that may be a disability.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Admission {
    /// The centre's policy of that day.
    pub policy: PolicyVersion,
}

/// A member was registered, and an account opened for them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberRegistered {
    pub id: MemberId,
    /// The centre whose branch they are in.
    pub centre: Branch,
    pub details: MemberDetails,
    pub personal: Commitments,
    /// The ledger's day.
    pub registered_on: Day,
    /// None of them where the centre had no policy, and nobody else the same identity.
    pub verdicts: Verdicts,
}

/// A centre adopted a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyAdopted {
    pub step: BookingId,
    pub policy: AdoptedPolicy,
}

/// What is known of a member was changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberChanged {
    pub step: BookingId,
    pub member: MemberId,
    /// The record that changed the member before.
    pub replaces: Sequence,
    pub details: MemberDetails,
    pub personal: Commitments,
    /// The member whose second membership it seems to be.
    pub second_of: Option<MemberId>,
}

/// The second membership that a member seemed to have was looked into, and is none, or
/// is settled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberCleared {
    pub step: BookingId,
    pub member: MemberId,
}

/// Staff asked for a member's personal fields to be erased, or had them erased that
/// another had asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ErasureStep {
    pub step: BookingId,
    pub member: MemberId,
    pub by: StaffNumber,
    /// Whether they are erased now.
    pub is_done: bool,
}

/// A member moved to another centre, with all that stood on their account, which was
/// closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberMoved {
    pub step: BookingId,
    pub member: MemberId,
    pub to: Branch,
    pub account: AccountId,
    /// None where that centre had no policy.
    pub admission: Option<Admission>,
    /// The record of the personal fields that this is a verdict on.
    pub personal_since: Sequence,
}

/// A member left, or died.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberExited {
    pub exit: ExitMember,
    pub on: Day,
    pub settlement: Settlement,
}

/// Somebody of the staff approved that a member's heir gets what they left behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExitApproved {
    pub approval: ApproveExit,
    pub by: StaffNumber,
    pub settlement: Settlement,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    CentreOpened {
        terms: CentreTerms,
        first_staff_number: StaffNumber,
    },
    StaffRegistered(StaffTerms),
    StaffStateSet(SetStaffState),
    MemberRegistered(Box<MemberRegistered>),
    MemberStateSet(SetMemberState),
    MemberQualified(QualifyMember),
    PolicyAdopted(PolicyAdopted),
    MemberChanged(Box<MemberChanged>),
    MemberMoved(MemberMoved),
    MemberExited(MemberExited),
    ExitApproved(ExitApproved),
    MemberCleared(MemberCleared),
    ErasureStep(ErasureStep),
    MandateSet(SetMandate),
    SupplyOffered(SupplyOffered),
    SupplyWithdrawn(SupplyWithdrawn),
    NeedPublished(Box<NeedPublished>),
    NeedStepped(Box<NeedStepped>),
    OrderAccepted(Box<OrderAccepted>),
    OrderStepped(Box<OrderStepped>),
    VisitRecorded(Box<VisitRecorded>),
    StandingStepped(StandingStepped),
    VisitArose(Box<VisitArose>),
    IncidentReported(IncidentReported),
    IncidentClosed(IncidentClosed),
    /// Of pools and gifts.
    Pool(Box<PoolFact>),
    /// Of sources.
    Issuance(Box<IssuanceFact>),
    /// Of stocks.
    Stock(Box<StockFact>),
    /// Of groups.
    Group(Box<GroupFact>),
    /// Of trainings.
    Training(Box<TrainingFact>),
    /// What a member had of a unit became another.
    Converted(Box<Converted>),
    Period(Box<PeriodFact>),
    /// Of partners.
    Partner(Box<PartnerFact>),
    /// Of evaluations, and of who was shown personal fields.
    Oversight(Box<OversightFact>),
    /// Of tokens.
    Token(Box<TokenFact>),
}

impl Fact {
    /// The command that it is the effect of.
    pub fn command(&self) -> Command {
        match self {
            Self::CentreOpened {
                terms,
                first_staff_number,
            } => Command::OpenCentre {
                terms: terms.clone(),
                first_staff_number: first_staff_number.clone(),
            },
            Self::StaffRegistered(terms) => Command::RegisterStaff(terms.clone()),
            Self::StaffStateSet(set) => Command::SetStaffState(set.clone()),
            Self::MemberRegistered(new) => Command::RegisterMember(Box::new(RegisterMember {
                id: new.id.clone(),
                details: new.details.clone(),
                personal: PersonalPart::Recorded {
                    commitments: new.personal,
                    fields: None,
                    verdicts: new.verdicts.clone(),
                },
            })),
            Self::MemberStateSet(set) => Command::SetMemberState(set.clone()),
            Self::MemberQualified(new) => Command::QualifyMember(new.clone()),
            Self::MemberChanged(new) => Command::ChangeMember(Box::new(ChangeMember {
                step: new.step,
                since: new.replaces,
                member: new.member.clone(),
                details: new.details.clone(),
                personal: PersonalPart::Recorded {
                    commitments: new.personal,
                    fields: None,
                    verdicts: Verdicts {
                        admission: None,
                        second_of: new.second_of.clone(),
                    },
                },
            })),
            Self::MemberMoved(new) => Command::MoveMember(MoveMember {
                step: new.step,
                member: new.member.clone(),
                account: new.account.clone(),
                recorded: new.admission,
            }),
            Self::MandateSet(set) => Command::SetMandate(set.clone()),
            Self::Pool(fact) => Command::Pool(Box::new(fact.command())),
            Self::Issuance(fact) => Command::Issuance(Box::new(fact.command())),
            Self::Stock(fact) => Command::Stock(Box::new(fact.command())),
            Self::Group(fact) => Command::Group(Box::new(fact.command())),
            Self::Training(fact) => Command::Training(Box::new(fact.command())),
            Self::Converted(new) => Command::Convert(Box::new(new.command())),
            Self::Period(fact) => Command::Period(fact.command()),
            Self::Partner(fact) => Command::Partner(Box::new(fact.command())),
            Self::Oversight(fact) => Command::Oversight(Box::new(fact.command())),
            Self::Token(fact) => Command::Token(Box::new(fact.command())),
            Self::SupplyOffered(new) => Command::OfferSupply(Box::new(new.offer.clone())),
            Self::SupplyWithdrawn(new) => Command::WithdrawSupply(new.withdraw.clone()),
            Self::MemberCleared(new) => Command::ClearMember(ClearMember {
                step: new.step,
                member: new.member.clone(),
            }),
            Self::ErasureStep(new) => Command::EraseMember(EraseMember {
                step: new.step,
                member: new.member.clone(),
            }),
            Self::MemberExited(new) => Command::ExitMember(new.exit.clone()),
            Self::ExitApproved(new) => Command::ApproveExit(new.approval.clone()),
            Self::PolicyAdopted(adopted) => Command::AdoptPolicy(AdoptPolicy {
                step: adopted.step,
                centre: adopted.policy.centre.clone(),
                document: adopted.policy.document.clone(),
            }),
            Self::NeedPublished(new) => Command::PublishNeed(Box::new(PublishNeed {
                id: new.id,
                terms: new.terms.clone(),
                recorded: new.verdict_on,
            })),
            Self::NeedStepped(new) => Command::StepNeed(new.command()),
            Self::OrderAccepted(new) => Command::AcceptNeed(AcceptNeed {
                recorded: new.verdict_on,
                ..new.accept.clone()
            }),
            Self::OrderStepped(new) => Command::StepOrder(new.step.clone()),
            Self::VisitRecorded(new) => Command::RecordVisit(Box::new(new.command())),
            Self::StandingStepped(new) => Command::StepStanding(new.step.clone()),
            Self::VisitArose(new) => Command::AriseVisit(new.command()),
            Self::IncidentReported(new) => Command::ReportIncident(new.report.clone()),
            Self::IncidentClosed(new) => Command::CloseIncident(new.close.clone()),
        }
    }

    /// What it has of a text that is kept apart from the journal.
    pub fn reason(&self) -> Option<Commitment> {
        let reason = match self {
            Self::NeedStepped(new) => new.step.reason.as_ref(),
            Self::OrderStepped(new) => new.step.reason.as_ref(),
            Self::StandingStepped(new) => new.step.reason.as_ref(),
            Self::IncidentReported(new) => new.report.reason.as_ref(),
            Self::IncidentClosed(new) => new.close.reason.as_ref(),
            Self::Pool(fact) => fact.reason(),
            Self::Issuance(fact) => fact.reason(),
            Self::Stock(fact) => fact.reason(),
            Self::Partner(fact) => fact.reason(),
            Self::Oversight(fact) => fact.reason(),
            Self::Group(fact) => fact.reason(),
            Self::Training(fact) => fact.reason(),
            Self::Converted(new) => new.convert.reason.as_ref(),
            _ => None,
        };
        reason.map(|reason| reason.commitment)
    }

    /// What it has of a member's personal fields, if it has anything, and whose they
    /// are.
    pub fn personal(&self) -> Option<(&MemberId, &Commitments)> {
        match self {
            Self::MemberRegistered(new) => Some((&new.id, &new.personal)),
            Self::MemberChanged(new) => Some((&new.member, &new.personal)),
            Self::CentreOpened { .. }
            | Self::StaffRegistered(_)
            | Self::StaffStateSet(_)
            | Self::MemberStateSet(_)
            | Self::MemberQualified(_)
            | Self::MemberMoved(_)
            | Self::MemberExited(_)
            | Self::ExitApproved(_)
            | Self::MemberCleared(_)
            | Self::ErasureStep(_)
            | Self::MandateSet(_)
            | Self::SupplyOffered(_)
            | Self::SupplyWithdrawn(_)
            | Self::NeedPublished(_)
            | Self::NeedStepped(_)
            | Self::OrderAccepted(_)
            | Self::OrderStepped(_)
            | Self::VisitRecorded(_)
            | Self::StandingStepped(_)
            | Self::VisitArose(_)
            | Self::IncidentReported(_)
            | Self::IncidentClosed(_)
            | Self::Pool(_)
            | Self::Issuance(_)
            | Self::Stock(_)
            | Self::Group(_)
            | Self::Training(_)
            | Self::Converted(_)
            | Self::Period(_)
            | Self::Partner(_)
            | Self::Oversight(_)
            | Self::Token(_)
            | Self::PolicyAdopted(_) => None,
        }
    }

    /// The records of the personal fields that it has verdicts on, itself being that of a
    /// place.
    pub fn verdicts_on(&self, at: Sequence) -> impl Iterator<Item = Sequence> {
        let (one, other) = match self {
            Self::VisitRecorded(new) => (new.published.verdict_on, new.accepted.verdict_on),
            Self::VisitArose(new) => {
                let recorded = new.command().recorded;
                (recorded.recipient, recorded.provider)
            }
            other => (other.verdict_on(at), None),
        };
        one.into_iter().chain(other)
    }

    fn verdict_on(&self, at: Sequence) -> Option<Sequence> {
        match self {
            Self::MemberRegistered(new) => (new.verdicts != Verdicts::default()).then_some(at),
            Self::MemberChanged(new) => new.second_of.as_ref().map(|_| at),
            Self::MemberMoved(new) => new.admission.map(|_| new.personal_since),
            Self::NeedPublished(new) => new.verdict_on,
            Self::NeedStepped(new) => new.moved.as_ref()?.verdict_on,
            Self::OrderAccepted(new) => new.verdict_on,
            Self::Pool(fact) => fact.verdict_on(),
            Self::Issuance(fact) => fact.verdict_on(),
            Self::Stock(fact) => fact.verdict_on(),
            Self::Converted(new) => new.verdict_on,
            _ => None,
        }
    }

    /// The member of whom somebody seems to be a second membership by it.
    pub fn second_of(&self) -> Option<&MemberId> {
        match self {
            Self::MemberRegistered(new) => new.verdicts.second_of.as_ref(),
            Self::MemberChanged(new) => new.second_of.as_ref(),
            _ => None,
        }
    }

    /// The member whose personal fields it erases.
    pub fn erases(&self) -> Option<&MemberId> {
        match self {
            Self::ErasureStep(step) => step.is_done.then_some(&step.member),
            _ => None,
        }
    }

    /// The ids that stand for it from now on: that of its command first.
    pub fn step_ids(&self) -> Vec<StepId> {
        let creates = StepId::Creates;
        match self {
            Self::CentreOpened {
                terms,
                first_staff_number,
            } => vec![
                creates(ObjectId::Centre(terms.prefix.clone())),
                creates(ObjectId::Staff(first_staff_number.clone())),
            ],
            Self::StaffRegistered(terms) => vec![creates(ObjectId::Staff(terms.number.clone()))],
            Self::MemberRegistered(new) => vec![creates(ObjectId::Member(new.id.clone()))],
            Self::StaffStateSet(set) => vec![StepId::Own(set.step)],
            Self::MemberStateSet(set) => vec![StepId::Own(set.step)],
            Self::MemberQualified(new) => vec![StepId::Own(new.step)],
            Self::PolicyAdopted(adopted) => vec![StepId::Own(adopted.step)],
            Self::MemberChanged(new) => vec![StepId::Own(new.step)],
            Self::MemberMoved(new) => vec![StepId::Own(new.step)],
            Self::MemberCleared(new) => vec![StepId::Own(new.step)],
            Self::ErasureStep(new) => vec![StepId::Own(new.step)],
            Self::MandateSet(set) => vec![StepId::Own(set.step)],
            Self::SupplyOffered(new) => vec![StepId::Own(new.offer.supply.id.0)],
            Self::SupplyWithdrawn(new) => vec![StepId::Own(new.withdraw.step)],
            Self::MemberExited(new) => vec![StepId::Own(new.exit.step)],
            Self::ExitApproved(new) => vec![StepId::Own(new.approval.step)],
            Self::NeedPublished(new) => vec![creates(ObjectId::Need(new.id))],
            Self::NeedStepped(new) => vec![StepId::Own(new.step.step)],
            Self::OrderAccepted(new) => vec![creates(ObjectId::Order(new.accept.order))],
            Self::OrderStepped(new) => vec![StepId::Own(new.step.step)],
            Self::VisitRecorded(new) => vec![
                creates(ObjectId::Order(new.accepted.accept.order)),
                creates(ObjectId::Need(new.published.id)),
            ],
            Self::StandingStepped(new) => vec![StepId::Own(new.step.step)],
            Self::VisitArose(new) => {
                let mut ids = vec![StepId::Own(new.id.0)];
                if !matches!(new.arisen, Arisen::Off(_)) {
                    ids.push(creates(ObjectId::Need(new.id)));
                }
                if let Arisen::Accepted(_, order) = &new.arisen {
                    ids.push(creates(ObjectId::Order(order.accept.order)));
                }
                ids
            }
            Self::IncidentReported(new) => vec![StepId::Own(new.report.id.0)],
            Self::IncidentClosed(new) => vec![StepId::Own(new.close.step)],
            Self::Pool(fact) => vec![fact.command().step_id()],
            Self::Issuance(fact) => vec![fact.command().step_id()],
            Self::Stock(fact) => vec![fact.command().step_id()],
            Self::Group(fact) => vec![fact.command().step_id()],
            Self::Training(fact) => vec![fact.command().step_id()],
            Self::Converted(new) => vec![new.convert.step_id()],
            Self::Period(fact) => vec![fact.command().step_id()],
            Self::Partner(fact) => vec![fact.command().step_id()],
            Self::Oversight(fact) => vec![fact.command().step_id()],
            Self::Token(fact) => vec![fact.command().step_id()],
        }
    }
}
