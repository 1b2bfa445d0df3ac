//! Requests about who takes part, to commands.

use timebank_proto::v1;

use super::{
    convert::{self, booking_id},
    status::Refused,
};
use crate::{
    exchange::{
        ApproveExit, Attested, Branch, CentreTerms, ChangeMember, ClearMember, Code, Command, Day,
        EraseMember, ExitMember, IdentityKey, List, MemberId, MemberState, MoveMember, Name,
        Personal, PersonalFields, PersonalPart, PersonalText, QualifyMember, RegisterMember,
        Secret, SetMemberState, SetStaffState, StaffNumber, StaffTerms, policy::Years,
    },
    journal,
    ledger::{Malformed, Principal},
    query::Sieve,
};

type Result<T> = std::result::Result<T, Malformed>;

pub(super) fn branch(field: &'static str, given: &str) -> Result<Branch> {
    Branch::parse(field, convert::text(given, field)?)
}

pub(super) fn staff_number(given: &str, field: &'static str) -> Result<StaffNumber> {
    StaffNumber::parse(convert::text(given, field)?)
}

/// A name that need not be given.
fn name(field: &'static str, given: &str) -> Result<Option<Name>> {
    match given {
        "" => Ok(None),
        given => Name::parse(field, given).map(Some),
    }
}

/// A name as the contract has it: empty where there is none.
pub(super) fn text(name: Option<&Name>) -> String {
    name.map_or_else(String::new, |name| name.as_str().into())
}

pub(super) fn open_centre(request: &v1::OpenCentreRequest) -> Result<Command> {
    Ok(Command::OpenCentre {
        terms: CentreTerms {
            prefix: branch("prefix", &request.prefix)?,
            name_en: Name::parse("name_en", &request.name_en)?,
            name_zh: name("name_zh", &request.name_zh)?,
            operator: name("operator", &request.operator)?,
            contracting_body: name("contracting_body", &request.contracting_body)?,
        },
        first_staff_number: staff_number(&request.first_staff_number, "first_staff_number")?,
    })
}

pub(super) fn register_staff(request: &v1::RegisterStaffRequest) -> Result<(StaffNumber, Command)> {
    let number = staff_number(&request.staff_number, "staff_number")?;
    let terms = StaffTerms {
        number: number.clone(),
        centre: branch("centre", &request.centre)?,
        member_id: journal::member_id(&request.member_id)?,
        relative_ids: journal::relatives(&request.relative_ids)?,
    };
    Ok((number, Command::RegisterStaff(terms)))
}

pub(super) fn set_staff_state(
    request: &v1::SetStaffStateRequest,
) -> Result<(StaffNumber, Command)> {
    let step = booking_id(&request.step_id, "step_id")?;
    let number = staff_number(&request.staff_number, "staff_number")?;
    let field = "change";
    let change = match request.change {
        0 => return Err(Malformed::Missing { field }),
        given => journal::staff_change(given).ok_or(Malformed::Choice { field, given })?,
    };
    let set = SetStaffState {
        step,
        number: number.clone(),
        change,
    };
    Ok((number, Command::SetStaffState(set)))
}

pub(super) fn member_id(given: &str, field: &'static str) -> Result<MemberId> {
    MemberId::parse(convert::text(given, field)?)
}

/// The state of a member as the contract has it.
pub(super) fn state_to_proto(state: MemberState) -> v1::MemberState {
    match state {
        MemberState::Active => v1::MemberState::Active,
        MemberState::Suspended => v1::MemberState::Suspended,
        MemberState::Exiting => v1::MemberState::Exiting,
        MemberState::Left => v1::MemberState::Left,
        MemberState::Died => v1::MemberState::Died,
    }
}

/// A registration, with personal fields whose salts are drawn here: the rules draw
/// nothing.
pub(super) fn register_member(
    request: &v1::RegisterMemberRequest,
    by: &Principal,
    key: &IdentityKey,
) -> std::result::Result<(MemberId, Command), Refused> {
    let id = member_id(&request.member_id, "member_id")?;
    let details = request.details.clone().unwrap_or_default();
    let details = journal::member_details(&details)?;
    let new = RegisterMember {
        id: id.clone(),
        details,
        personal: personal(request.personal.as_ref(), by, key)?,
    };
    Ok((id, Command::RegisterMember(Box::new(new))))
}

fn personal(
    given: Option<&v1::PersonalFields>,
    by: &Principal,
    key: &IdentityKey,
) -> std::result::Result<PersonalPart, Refused> {
    let fields = personal_fields(&given.cloned().unwrap_or_default(), by, key)?;
    let mut secret = Secret::default();
    getrandom::fill(&mut secret).map_err(|_| Refused::NoRandomness)?;
    Ok(PersonalPart::Given(Personal { secret, fields }))
}

pub(super) fn change_member(
    request: &v1::ChangeMemberRequest,
    by: &Principal,
    key: &IdentityKey,
) -> std::result::Result<(MemberId, Command), Refused> {
    let step = booking_id(&request.step_id, "step_id")?;
    let member = member_id(&request.member_id, "member_id")?;
    let since = convert::etag(&request.etag)?;
    let details = request.details.clone().unwrap_or_default();
    let new = ChangeMember {
        step,
        since,
        member: member.clone(),
        details: journal::member_details(&details)?,
        personal: personal(request.personal.as_ref(), by, key)?,
    };
    Ok((member, Command::ChangeMember(Box::new(new))))
}

pub(super) fn move_member(request: &v1::MoveMemberRequest) -> Result<(MemberId, Command)> {
    let step = booking_id(&request.step_id, "step_id")?;
    let member = member_id(&request.member_id, "member_id")?;
    let new = MoveMember {
        step,
        member: member.clone(),
        account: convert::account_id(&request.account_id, "account_id")?,
        recorded: None,
    };
    Ok((member, Command::MoveMember(new)))
}

pub(super) fn exit_member(request: &v1::ExitMemberRequest) -> Result<(MemberId, Command)> {
    let step = booking_id(&request.step_id, "step_id")?;
    let member = member_id(&request.member_id, "member_id")?;
    let new = ExitMember {
        step,
        member: member.clone(),
        died_on: match request.died_on.as_str() {
            "" => None,
            given => Some(Day::parse("died_on", given)?),
        },
    };
    Ok((member, Command::ExitMember(new)))
}

pub(super) fn approve_exit(request: &v1::ApproveExitRequest) -> Result<(MemberId, Command)> {
    let step = booking_id(&request.step_id, "step_id")?;
    let member = member_id(&request.member_id, "member_id")?;
    let new = ApproveExit {
        step,
        member: member.clone(),
    };
    Ok((member, Command::ApproveExit(new)))
}

fn personal_fields(
    given: &v1::PersonalFields,
    by: &Principal,
    key: &IdentityKey,
) -> Result<PersonalFields> {
    Ok(PersonalFields {
        name: PersonalText::parse("personal.name", &given.name)?,
        phone: PersonalText::parse("personal.phone", &given.phone)?,
        born_on: match given.born_on.as_str() {
            "" => None,
            given => Some(Day::parse("personal.born_on", given)?),
        },
        address: PersonalText::parse("personal.address", &given.address)?,
        disability: attested(
            given.disability.as_ref(),
            by,
            ["personal.disability.since", "personal.disability.evidence"],
        )?,
        hardship: attested(
            given.hardship.as_ref(),
            by,
            ["personal.hardship.since", "personal.hardship.evidence"],
        )?,
        affiliation: PersonalText::parse("personal.affiliation", &given.affiliation)?,
        identity: key.digest(&given.identity_number)?,
    })
}

/// What the actor attests, or another did before.
fn attested(
    given: Option<&v1::Attestation>,
    by: &Principal,
    [since, evidence]: [&'static str; 2],
) -> Result<Option<Attested>> {
    let Some(given) = given else {
        return Ok(None);
    };
    let text = PersonalText::parse(evidence, &given.evidence)?;
    let by = match given.attested_by.as_str() {
        "" => by.clone(),
        other => Principal::claimed(other)?,
    };
    Ok(Some(Attested {
        since: Day::parse(since, convert::text(&given.since, since)?)?,
        by: by.as_str().into(),
        evidence: convert::required(text, evidence)?,
    }))
}

/// Personal fields as the contract has them.
pub(super) fn fields_to_proto(fields: &PersonalFields) -> v1::PersonalFields {
    let text = |text: &Option<PersonalText>| text.as_ref().map_or("", PersonalText::as_str).into();
    let attested = |attested: &Option<Attested>| {
        attested.as_ref().map(|attested| v1::Attestation {
            since: attested.since.to_string(),
            attested_by: attested.by.clone(),
            evidence: attested.evidence.as_str().into(),
        })
    };
    v1::PersonalFields {
        name: text(&fields.name),
        phone: text(&fields.phone),
        born_on: fields.born_on.map_or_else(String::new, String::from),
        address: text(&fields.address),
        disability: attested(&fields.disability),
        hardship: attested(&fields.hardship),
        affiliation: text(&fields.affiliation),
        identity_number: String::new(),
    }
}

pub(super) fn set_member_state(request: &v1::SetMemberStateRequest) -> Result<(MemberId, Command)> {
    let step = booking_id(&request.step_id, "step_id")?;
    let member = member_id(&request.member_id, "member_id")?;
    let field = "change";
    let change = match request.change {
        0 => return Err(Malformed::Missing { field }),
        given => journal::member_change(given).ok_or(Malformed::Choice { field, given })?,
    };
    let set = SetMemberState {
        step,
        member: member.clone(),
        change,
    };
    Ok((member, Command::SetMemberState(set)))
}

pub(super) fn qualify_member(request: &v1::QualifyMemberRequest) -> Result<(MemberId, Command)> {
    let step = booking_id(&request.step_id, "step_id")?;
    let member = member_id(&request.member_id, "member_id")?;
    let given = convert::required(request.qualification.as_ref(), "qualification")?;
    let new = QualifyMember {
        step,
        member: member.clone(),
        qualification: journal::qualification(given)?,
    };
    Ok((member, Command::QualifyMember(new)))
}

pub(super) fn clear_member(request: &v1::ClearMemberRequest) -> Result<(MemberId, Command)> {
    let step = booking_id(&request.step_id, "step_id")?;
    let member = member_id(&request.member_id, "member_id")?;
    let new = ClearMember {
        step,
        member: member.clone(),
    };
    Ok((member, Command::ClearMember(new)))
}

pub(super) fn erase_member(request: &v1::EraseMemberRequest) -> Result<(MemberId, Command)> {
    let step = booking_id(&request.step_id, "step_id")?;
    let member = member_id(&request.member_id, "member_id")?;
    let new = EraseMember {
        step,
        member: member.clone(),
    };
    Ok((member, Command::EraseMember(new)))
}

/// Which of a centre's members are asked for.
pub(super) enum Members {
    /// Those of a list.
    Listed(List),
    /// Those who come through a sieve.
    Sifted(Sieve),
}

pub(super) fn members(
    centre: Branch,
    only: Option<&v1::list_members_request::Only>,
) -> Result<Members> {
    use v1::list_members_request::Only;
    Ok(match only {
        Some(Only::Age(range)) => Members::Sifted(age(range)?),
        Some(Only::Inactive(true)) => Members::Sifted(Sieve::Inactive),
        None | Some(Only::Inactive(false)) => Members::Listed(List::MembersOf(centre)),
        Some(only) => Members::Listed(member_list(centre, only)?),
    })
}

fn age(range: &v1::AgeRange) -> Result<Sieve> {
    let years = |field, given: i32| {
        let years = u32::try_from(given).ok().and_then(Years::new);
        years
            .map(Years::get)
            .ok_or(Malformed::Choice { field, given })
    };
    Ok(Sieve::Age {
        min: years("age.min", range.min)?,
        max: match years("age.max", range.max)? {
            0 => None,
            max => Some(max),
        },
        on: match range.on.as_str() {
            "" => None,
            given => Some(Day::parse("age.on", given)?),
        },
    })
}

/// The list of a centre's members that is asked for.
fn member_list(centre: Branch, only: &v1::list_members_request::Only) -> Result<List> {
    use v1::list_members_request::Only;
    Ok(match only {
        Only::Age(_) | Only::Inactive(_) => List::MembersOf(centre),
        Only::State(given) => match v1::MemberState::try_from(*given) {
            Ok(v1::MemberState::Unspecified) => List::MembersOf(centre),
            Ok(v1::MemberState::Active) => List::MembersIn(centre, MemberState::Active),
            Ok(v1::MemberState::Suspended) => List::MembersIn(centre, MemberState::Suspended),
            Ok(v1::MemberState::Exiting) => List::MembersIn(centre, MemberState::Exiting),
            Ok(v1::MemberState::Left) => List::MembersIn(centre, MemberState::Left),
            Ok(v1::MemberState::Died) => List::MembersIn(centre, MemberState::Died),
            Err(_) => {
                let (field, given) = ("state", *given);
                return Err(Malformed::Choice { field, given });
            }
        },
        Only::Second(false) => List::MembersOf(centre),
        Only::Second(true) => List::SecondMembers(centre),
        Only::Block(block) => {
            let block = convert::text(block, "block")?;
            List::MembersOfBlock(centre, Code::parse("block", block)?)
        }
        Only::LapsingIn(month) => {
            let field = "lapsing_in";
            let month = convert::text(month, field)?;
            // The first day of a month stands for it.
            let first = Day::parse(field, &format!("{month}-01"))?;
            List::MembersLapsing(centre, first.month())
        }
    })
}
