//! What happened in the time bank: to the contract's messages, and back.

use timebank_proto::v1::{self, exchange_step::Fact as Message};

use super::{
    Undecodable, conversion_facts,
    decode::{booking, ledger_fact},
    encode, exit_facts, group_facts, incident_facts, issuance_facts, member_facts, order_facts,
    oversight_facts, partner_facts, period_facts, pool_facts, standing_facts, stock_facts,
    supply_facts, token_facts, training_facts,
};
use crate::{
    exchange::{
        AdoptedPolicy, Branch, CentreTerms, Day, ErasureStep, Fact, MemberCleared, MemberId, Name,
        PolicyAdopted, PolicyDocument, PolicyVersion, SetMandate, SetStaffState, StaffChange,
        StaffNumber, StaffTerms,
    },
    ledger::{self, AccountId},
    steps::Exchanged,
};

type Result<T> = std::result::Result<T, Undecodable>;

/// A step as the contract has it. None where the ledger's part has a fact that no
/// step of the time bank brings about.
pub(super) fn to_proto(step: &Exchanged) -> Option<v1::ExchangeStep> {
    let ledger = step.ledger.iter().map(ledger_to_proto);
    Some(v1::ExchangeStep {
        fact: Some(fact_to_proto(&step.fact)),
        ledger: ledger.collect::<Option<_>>()?,
    })
}

fn ledger_to_proto(fact: &ledger::Fact) -> Option<v1::LedgerFact> {
    use v1::{ledger_fact::Fact as Out, record::Step};
    let fact = match encode::fact(fact) {
        Step::AccountOpened(opened) => Out::AccountOpened(opened),
        Step::AccountLimitsChanged(changed) => Out::AccountLimitsChanged(changed),
        Step::AccountClosed(closed) => Out::AccountClosed(closed),
        Step::EntryPosted(posted) => Out::EntryPosted(posted),
        Step::HoldPlaced(placed) => Out::HoldPlaced(placed),
        Step::HoldSettled(settled) => Out::HoldSettled(settled),
        Step::HoldReleased(released) => Out::HoldReleased(released),
        _ => return None,
    };
    Some(v1::LedgerFact { fact: Some(fact) })
}

fn fact_to_proto(fact: &Fact) -> Message {
    match fact {
        Fact::CentreOpened {
            terms,
            first_staff_number,
        } => Message::CentreOpened(v1::CentreOpened {
            prefix: terms.prefix.as_str().into(),
            name_en: terms.name_en.as_str().into(),
            name_zh: optional(terms.name_zh.as_ref()),
            operator: optional(terms.operator.as_ref()),
            contracting_body: optional(terms.contracting_body.as_ref()),
            first_staff_number: first_staff_number.as_str().into(),
        }),
        Fact::StaffRegistered(terms) => Message::StaffRegistered(v1::StaffRegistered {
            staff_number: terms.number.as_str().into(),
            centre: terms.centre.as_str().into(),
            member_id: terms.member_id.as_ref().map_or("", MemberId::as_str).into(),
            relative_ids: member_facts::ids(&terms.relative_ids),
        }),
        Fact::StaffStateSet(set) => Message::StaffStateSet(v1::StaffStateSet {
            step_id: set.step.as_bytes().to_vec(),
            staff_number: set.number.as_str().into(),
            change: change_to_proto(set.change).into(),
        }),
        Fact::MemberRegistered(new) => Message::MemberRegistered(member_facts::registered(new)),
        Fact::MemberStateSet(set) => Message::MemberStateSet(member_facts::state_set(set)),
        Fact::MemberQualified(new) => Message::MemberQualified(member_facts::qualified(new)),
        Fact::MemberChanged(new) => Message::MemberChanged(member_facts::changed(new)),
        Fact::MemberMoved(new) => Message::MemberMoved(member_facts::moved(new)),
        Fact::MandateSet(set) => Message::MandateSet(v1::MandateSet {
            step_id: set.step.as_bytes().to_vec(),
            account_id: set.account.as_str().into(),
            centre: set.centre.as_str().into(),
            given: set.is_given,
        }),
        Fact::MemberCleared(new) => Message::MemberCleared(v1::MemberCleared {
            step_id: new.step.as_bytes().to_vec(),
            member_id: new.member.as_str().into(),
        }),
        Fact::ErasureStep(new) => Message::ErasureStep(v1::ErasureStep {
            step_id: new.step.as_bytes().to_vec(),
            member_id: new.member.as_str().into(),
            staff_number: new.by.as_str().into(),
            done: new.is_done,
        }),
        Fact::SupplyOffered(new) => Message::SupplyOffered(supply_facts::offered(new)),
        Fact::SupplyWithdrawn(new) => Message::SupplyWithdrawn(supply_facts::withdrawn(new)),
        Fact::NeedPublished(new) => Message::NeedPublished(order_facts::published(new)),
        Fact::NeedStepped(new) => Message::NeedStepped(order_facts::need_stepped(new)),
        Fact::OrderAccepted(new) => Message::OrderAccepted(order_facts::accepted(new)),
        Fact::OrderStepped(new) => Message::OrderStepped(order_facts::order_stepped(new)),
        Fact::VisitRecorded(new) => Message::VisitRecorded(order_facts::recorded(new)),
        Fact::StandingStepped(new) => Message::StandingStepped(standing_facts::stepped(new)),
        Fact::VisitArose(new) => Message::VisitArose(standing_facts::arose(new)),
        Fact::IncidentReported(new) => Message::IncidentReported(incident_facts::reported(new)),
        Fact::IncidentClosed(new) => Message::IncidentClosed(incident_facts::closed(new)),
        Fact::Pool(fact) => pool_facts::to_proto(fact),
        Fact::Issuance(fact) => issuance_facts::to_proto(fact),
        Fact::Stock(fact) => stock_facts::to_proto(fact),
        Fact::Group(fact) => group_facts::to_proto(fact),
        Fact::Training(fact) => training_facts::to_proto(fact),
        Fact::Converted(new) => conversion_facts::to_proto(new),
        Fact::Period(fact) => period_facts::to_proto(fact),
        Fact::Partner(fact) => partner_facts::to_proto(fact),
        Fact::Oversight(fact) => oversight_facts::to_proto(fact),
        Fact::Token(fact) => token_facts::to_proto(fact),
        Fact::MemberExited(new) => Message::MemberExited(exit_facts::exited(new)),
        Fact::ExitApproved(new) => Message::ExitApproved(exit_facts::approved(new)),
        Fact::PolicyAdopted(adopted) => {
            let policy = &adopted.policy;
            Message::PolicyAdopted(v1::PolicyAdopted {
                step_id: adopted.step.as_bytes().to_vec(),
                centre: policy.centre.as_str().into(),
                version: i32::try_from(policy.version.get()).unwrap_or(i32::MAX),
                starts_on: policy.starts_on.to_string(),
                document: policy.document.text().into(),
            })
        }
    }
}

fn optional(name: Option<&Name>) -> String {
    name.map_or_else(String::new, |name| name.as_str().into())
}

fn change_to_proto(change: StaffChange) -> v1::StaffChange {
    match change {
        StaffChange::Suspend => v1::StaffChange::Suspend,
        StaffChange::Reinstate => v1::StaffChange::Reinstate,
        StaffChange::End => v1::StaffChange::End,
    }
}

/// The change of staff that a number of the contract stands for. None where it stands
/// for none.
pub fn staff_change(number: i32) -> Option<StaffChange> {
    match v1::StaffChange::try_from(number) {
        Ok(v1::StaffChange::Suspend) => Some(StaffChange::Suspend),
        Ok(v1::StaffChange::Reinstate) => Some(StaffChange::Reinstate),
        Ok(v1::StaffChange::End) => Some(StaffChange::End),
        Ok(v1::StaffChange::Unspecified) | Err(_) => None,
    }
}

/// A step that was read.
pub(super) fn of_proto(step: v1::ExchangeStep) -> Result<Exchanged> {
    let ledger = step.ledger.into_iter().map(ledger_fact);
    Ok(Exchanged {
        ledger: ledger.collect::<Result<_>>()?,
        fact: fact(step.fact.ok_or(Undecodable::Field("exchange"))?)?,
    })
}

fn fact(fact: Message) -> Result<Fact> {
    Ok(match fact {
        Message::CentreOpened(opened) => Fact::CentreOpened {
            terms: CentreTerms {
                prefix: Branch::parse("prefix", &opened.prefix)?,
                name_en: Name::parse("name_en", &opened.name_en)?,
                name_zh: name("name_zh", &opened.name_zh)?,
                operator: name("operator", &opened.operator)?,
                contracting_body: name("contracting_body", &opened.contracting_body)?,
            },
            first_staff_number: StaffNumber::parse(&opened.first_staff_number)?,
        },
        Message::StaffRegistered(registered) => Fact::StaffRegistered(StaffTerms {
            number: StaffNumber::parse(&registered.staff_number)?,
            centre: Branch::parse("centre", &registered.centre)?,
            member_id: member_facts::member_id(&registered.member_id)?,
            relative_ids: member_facts::relatives(&registered.relative_ids)?,
        }),
        Message::StaffStateSet(set) => Fact::StaffStateSet(SetStaffState {
            step: booking(&set.step_id, "step_id")?,
            number: StaffNumber::parse(&set.staff_number)?,
            change: staff_change(set.change).ok_or(Undecodable::Field("change"))?,
        }),
        Message::MemberRegistered(registered) => member_facts::read_registered(&registered)?,
        Message::MemberStateSet(set) => member_facts::read_state_set(&set)?,
        Message::MemberQualified(new) => member_facts::read_qualified(&new)?,
        Message::MemberChanged(new) => member_facts::read_changed(&new)?,
        Message::MemberMoved(new) => member_facts::read_moved(&new)?,
        Message::MandateSet(set) => Fact::MandateSet(SetMandate {
            step: booking(&set.step_id, "step_id")?,
            account: AccountId::parse(&set.account_id)?,
            centre: Branch::parse("centre", &set.centre)?,
            is_given: set.given,
        }),
        Message::MemberCleared(new) => Fact::MemberCleared(MemberCleared {
            step: booking(&new.step_id, "step_id")?,
            member: MemberId::parse(&new.member_id)?,
        }),
        Message::ErasureStep(new) => Fact::ErasureStep(ErasureStep {
            step: booking(&new.step_id, "step_id")?,
            member: MemberId::parse(&new.member_id)?,
            by: StaffNumber::parse(&new.staff_number)?,
            is_done: new.done,
        }),
        Message::SupplyOffered(new) => supply_facts::read_offered(&new)?,
        Message::SupplyWithdrawn(new) => supply_facts::read_withdrawn(&new)?,
        Message::NeedPublished(new) => order_facts::read_published(&new)?,
        Message::NeedStepped(new) => order_facts::read_need_stepped(&new)?,
        Message::OrderAccepted(new) => order_facts::read_accepted(&new)?,
        Message::OrderStepped(new) => order_facts::read_order_stepped(&new)?,
        Message::VisitRecorded(new) => order_facts::read_recorded(&new)?,
        Message::StandingStepped(new) => standing_facts::read_stepped(&new)?,
        Message::VisitArose(new) => standing_facts::read_arose(&new)?,
        Message::IncidentReported(new) => incident_facts::read_reported(&new)?,
        Message::IncidentClosed(new) => incident_facts::read_closed(&new)?,
        Message::PoolOpened(new) => pool_facts::read_opened(&new)?,
        Message::PoolDonated(new) => pool_facts::read_donated(&new)?,
        Message::HoursGiven(new) => pool_facts::read_given(&new)?,
        Message::ReliefAsked(new) => pool_facts::read_relief_asked(&new)?,
        Message::ReliefStepped(new) => pool_facts::read_relief_stepped(&new)?,
        Message::SourceOpened(new) => issuance_facts::read_opened(&new)?,
        Message::SourceIssued(new) => issuance_facts::read_issued(&new)?,
        Message::GrantGiven(new) => issuance_facts::read_granted(&new)?,
        Message::StockOpened(new) => stock_facts::read_opened(&new)?,
        Message::StockItemPut(new) => stock_facts::read_put(&new)?,
        Message::StockRedeemed(new) => stock_facts::read_redeemed(&new)?,
        Message::GroupOpened(new) => group_facts::read_opened(&new)?,
        Message::GroupStepped(new) => group_facts::read_stepped(&new)?,
        Message::TrainingRecorded(new) => training_facts::read_recorded(&new)?,
        Message::TrainingAnnulled(new) => training_facts::read_annulled(&new)?,
        Message::UnitsConverted(new) => conversion_facts::read(&new)?,
        Message::PeriodClosed(new) => period_facts::read_closed(&new)?,
        Message::PeriodSealed(new) => period_facts::read_sealed(&new)?,
        Message::PeriodSignedOff(new) => period_facts::read_signed(&new)?,
        Message::PartnerOpened(new) => partner_facts::read_opened(&new)?,
        Message::HoursRemitted(new) => partner_facts::read_remitted(&new)?,
        Message::EvaluationFiled(new) => oversight_facts::read_filed(&new)?,
        Message::PersonalShown(new) => oversight_facts::read_shown(&new)?,
        Message::SampleDrawn(new) => oversight_facts::read_drawn(&new)?,
        Message::TokenIssued(new) => token_facts::read_issued(&new)?,
        Message::TokenRotated(new) => token_facts::read_rotated(&new)?,
        Message::TokenRevoked(new) => token_facts::read_revoked(&new)?,
        Message::MemberExited(new) => exit_facts::read_exited(&new)?,
        Message::ExitApproved(new) => exit_facts::read_approved(&new)?,
        Message::PolicyAdopted(adopted) => Fact::PolicyAdopted(PolicyAdopted {
            step: booking(&adopted.step_id, "step_id")?,
            policy: AdoptedPolicy {
                centre: Branch::parse("centre", &adopted.centre)?,
                version: policy_version(adopted.version)?,
                starts_on: Day::parse("starts_on", &adopted.starts_on)?,
                document: PolicyDocument::read(adopted.document)
                    .map_err(|_| Undecodable::Field("document"))?,
            },
        }),
    })
}

pub(super) fn policy_version(number: i32) -> Result<PolicyVersion> {
    let version = u32::try_from(number).ok().and_then(PolicyVersion::new);
    version.ok_or(Undecodable::Field("policy_version"))
}

fn name(field: &'static str, given: &str) -> Result<Option<Name>> {
    match given {
        "" => Ok(None),
        given => Ok(Some(Name::parse(field, given)?)),
    }
}
