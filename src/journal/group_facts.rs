//! What happened to groups: to the contract's messages, and back.

use timebank_proto::v1::{
    self, exchange_step::Fact as Message, group_action::Action, group_terms::Kind,
};

use super::{
    Undecodable,
    decode::booking,
    facts::policy_version,
    member_facts::{ids, optional},
    moment,
    order_facts::{minutes, number, reason, reason_to_proto, required, text},
    timestamp,
};
use crate::{
    exchange::{
        Branch, Code, Day, Fact, MemberId, StaffNumber,
        group::{
            Grounds, GroupAction, GroupFact, GroupId, GroupKind, GroupOpened, GroupStep,
            GroupStepped, GroupTerms, Listed, MAX_LISTED, OpenGroup, Places,
        },
    },
    ledger::{AccountId, Amount, Malformed},
};

type Result<T> = std::result::Result<T, Undecodable>;
type Read<T> = std::result::Result<T, Malformed>;

pub(super) fn to_proto(fact: &GroupFact) -> Message {
    match fact {
        GroupFact::Opened(new) => Message::GroupOpened(v1::GroupOpened {
            group_id: new.open.id.0.as_bytes().to_vec(),
            terms: Some(group_terms_to_proto(&new.open.terms)),
            on: new.grounds.on.to_string(),
            policy_version: number(new.grounds.policy),
            each: new.grounds.each.steps(),
            staff_number: new.by.as_str().into(),
        }),
        GroupFact::Stepped(new) => Message::GroupStepped(v1::GroupStepped {
            step_id: new.step.step.as_bytes().to_vec(),
            group_id: new.step.group.0.as_bytes().to_vec(),
            action: Some(action_to_proto(&new.step.action)),
            reason_commitment: reason_to_proto(new.step.reason.as_ref()),
            staff_number: new.by.as_str().into(),
        }),
    }
}

/// What takes place, as the contract has it.
pub fn group_terms_to_proto(terms: &GroupTerms) -> v1::GroupTerms {
    v1::GroupTerms {
        centre: terms.centre.as_str().into(),
        kind: Some(match &terms.kind {
            GroupKind::Lesson { leader, payer } => Kind::Lesson(v1::GroupLesson {
                leader_id: leader.as_str().into(),
                payer: payer.as_ref().map_or("", AccountId::as_str).into(),
            }),
            GroupKind::Event { payer } => Kind::Event(v1::GroupEvent {
                payer: payer.as_str().into(),
            }),
        }),
        service: terms.service.as_str().into(),
        at: Some(timestamp(terms.at)),
        minutes: terms.minutes.get(),
        point: terms.point.as_ref().map_or("", Code::as_str).into(),
        places: terms.places.get().into(),
    }
}

/// Reads what takes place.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn group_terms(given: &v1::GroupTerms) -> Read<GroupTerms> {
    let centre = Branch::parse("terms.centre", text(&given.centre, "terms.centre")?)?;
    let kind = match required(given.kind.as_ref(), "terms.kind")? {
        Kind::Lesson(lesson) => GroupKind::Lesson {
            leader: MemberId::parse(text(&lesson.leader_id, "terms.lesson.leader_id")?)?,
            payer: optional(&lesson.payer, AccountId::parse)?,
        },
        Kind::Event(event) => GroupKind::Event {
            payer: AccountId::parse(text(&event.payer, "terms.event.payer")?)?,
        },
    };
    Ok(GroupTerms {
        centre,
        kind,
        service: Code::parse("terms.service", text(&given.service, "terms.service")?)?,
        at: moment(required(given.at, "terms.at")?, "terms.at")?,
        minutes: minutes(given.minutes, "terms.minutes")?,
        point: optional(&given.point, |word| Code::parse("terms.point", word))?,
        places: Places::new(given.places)?,
    })
}

fn action_to_proto(action: &GroupAction) -> v1::GroupAction {
    let list = |listed: &Listed| v1::MemberList {
        member_ids: ids(listed.as_slice()),
    };
    v1::GroupAction {
        action: Some(match action {
            GroupAction::Enrol(listed) => Action::Enrol(list(listed)),
            GroupAction::Leave(listed) => Action::Leave(list(listed)),
            GroupAction::Attend(listed) => Action::Attend(list(listed)),
            GroupAction::Confirm => Action::Confirm(v1::Plainly {}),
            GroupAction::Settle => Action::Settle(v1::Plainly {}),
            GroupAction::Cancel => Action::Cancel(v1::Plainly {}),
        }),
    }
}

/// Reads what is done about a group.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn group_action(given: Option<&v1::GroupAction>) -> Read<GroupAction> {
    let action = given.and_then(|given| given.action.as_ref());
    Ok(match required(action, "action")? {
        Action::Enrol(list) => GroupAction::Enrol(listed(list)?),
        Action::Leave(list) => GroupAction::Leave(listed(list)?),
        Action::Attend(list) => GroupAction::Attend(listed(list)?),
        Action::Confirm(_) => GroupAction::Confirm,
        Action::Settle(_) => GroupAction::Settle,
        Action::Cancel(_) => GroupAction::Cancel,
    })
}

fn listed(list: &v1::MemberList) -> Read<Listed> {
    let given = list.member_ids.len();
    if given > MAX_LISTED {
        let max = MAX_LISTED;
        return Err(Malformed::Listed { given, max });
    }
    let members = list.member_ids.iter().map(|id| MemberId::parse(id));
    Listed::new(members.collect::<Read<_>>()?)
}

fn fact(fact: GroupFact) -> Fact {
    Fact::Group(Box::new(fact))
}

pub(super) fn read_opened(new: &v1::GroupOpened) -> Result<Fact> {
    let terms = new.terms.as_ref().ok_or(Undecodable::Field("terms"))?;
    Ok(fact(GroupFact::Opened(GroupOpened {
        open: OpenGroup {
            id: GroupId(booking(&new.group_id, "group_id")?),
            terms: group_terms(terms)?,
        },
        grounds: Grounds {
            on: Day::parse("on", &new.on)?,
            policy: policy_version(new.policy_version)?,
            each: Amount::new(new.each)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    })))
}

pub(super) fn read_stepped(new: &v1::GroupStepped) -> Result<Fact> {
    Ok(fact(GroupFact::Stepped(GroupStepped {
        step: GroupStep {
            step: booking(&new.step_id, "step_id")?,
            group: GroupId(booking(&new.group_id, "group_id")?),
            action: group_action(new.action.as_ref())?,
            reason: reason(&new.reason_commitment)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    })))
}
