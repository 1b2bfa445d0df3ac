//! Who takes part.

use std::iter;

use timebank::{exchange::Weekday, journal};
use timebank_proto::v1::{
    Attestation, Centre, Erasure, Member, MemberState, PersonalFields, Staff, StaffState, Supply,
    SupplyState,
};

use crate::render::{Cell, Layout, Row};

pub(crate) const CENTRES: Layout = Layout {
    fields: &[
        "id",
        "state",
        "name_en",
        "name_zh",
        "operator",
        "contracting_body",
        "active_staff_count",
    ],
    columns: &[
        ("id", "centre"),
        ("name_en", "name"),
        ("name_zh", "名称"),
        ("operator", "operator"),
        ("active_staff_count", "staff"),
    ],
};

pub(crate) const SUPPLIES: Layout = Layout {
    fields: &[
        "id",
        "state",
        "member_id",
        "block",
        "service",
        "days",
        "from",
        "until",
    ],
    columns: &[
        ("id", "supply"),
        ("member_id", "member"),
        ("block", "block"),
        ("service", "service"),
        ("days", "days"),
        ("from", "from"),
        ("until", "until"),
    ],
};

pub(crate) const STAFF: Layout = Layout {
    fields: &["id", "state", "centre", "member_id", "relative_ids"],
    columns: &[("id", "staff"), ("centre", "centre"), ("state", "state")],
};

pub(crate) const MEMBERS: Layout = Layout {
    fields: &[
        "id",
        "state",
        "centre",
        "block",
        "guardian_id",
        "proxy_id",
        "relative_ids",
        "heir_id",
        "heard_of",
        "has_device",
        "consented_on",
        "insured_until",
        "account_id",
        "registered_on",
        "exit_on",
        "exit_approved_by",
        "second_of",
        "erasure",
        "qualifications",
    ],
    columns: &[
        ("id", "member"),
        ("state", "state"),
        ("block", "block"),
        ("guardian_id", "guardian"),
        ("has_device", "device"),
        ("consented_on", "consented"),
        ("insured_until", "insured until"),
    ],
};

pub(crate) fn centre(centre: &Centre) -> Row {
    let optional = |text: &str| match text {
        "" => Cell::Absent,
        text => Cell::text(text),
    };
    Row(vec![
        ("id", Cell::text(&centre.prefix)),
        ("state", Cell::text("open")),
        ("name_en", Cell::text(&centre.name_en)),
        ("name_zh", optional(&centre.name_zh)),
        ("operator", optional(&centre.operator)),
        ("contracting_body", optional(&centre.contracting_body)),
        (
            "active_staff_count",
            Cell::Count(centre.active_staff_count.into()),
        ),
    ])
}

pub(crate) fn staff(staff: &Staff) -> Row {
    let state = match staff.state() {
        StaffState::Unspecified => "unknown",
        StaffState::Active => "active",
        StaffState::Suspended => "suspended",
        StaffState::Ended => "ended",
    };
    Row(vec![
        ("id", Cell::text(&staff.staff_number)),
        ("state", Cell::text(state)),
        ("centre", Cell::text(&staff.centre)),
        ("member_id", Cell::text(&staff.member_id)),
        ("relative_ids", relatives(&staff.relative_ids)),
    ])
}

fn relatives(ids: &[String]) -> Cell {
    let ids = ids.iter();
    Cell::Rows(ids.map(|id| Row(vec![("id", Cell::text(id))])).collect())
}

pub(crate) fn member(member: &Member) -> Row {
    let state = match member.state() {
        MemberState::Unspecified => "unknown",
        MemberState::Active => "active",
        MemberState::Suspended => "suspended",
        MemberState::Exiting => "exiting",
        MemberState::Left => "left",
        MemberState::Died => "died",
    };
    let erasure = match member.erasure() {
        Erasure::Unspecified => "none",
        Erasure::Asked => "asked",
        Erasure::Done => "done",
    };
    let exit = member.exit.as_ref();
    let details = member.details.clone().unwrap_or_default();
    let qualifications = member.qualifications.iter().map(|qualification| {
        Row(vec![
            ("code", Cell::text(&qualification.code)),
            ("since", Cell::text(&qualification.since)),
            ("until", Cell::text(&qualification.until)),
            ("training", Cell::text(&qualification.training)),
        ])
    });
    Row(vec![
        ("id", Cell::text(&member.member_id)),
        ("state", Cell::text(state)),
        ("centre", Cell::text(&member.centre)),
        ("block", Cell::text(details.block)),
        ("guardian_id", Cell::text(details.guardian_id)),
        ("proxy_id", Cell::text(details.proxy_id)),
        ("relative_ids", relatives(&details.relative_ids)),
        ("heir_id", Cell::text(details.heir_id)),
        ("heard_of", Cell::text(details.heard_of)),
        ("has_device", Cell::Flag(details.has_device)),
        ("consented_on", Cell::text(details.consented_on)),
        ("insured_until", Cell::text(details.insured_until)),
        ("account_id", Cell::text(&member.account_id)),
        ("registered_on", Cell::text(&member.registered_on)),
        (
            "exit_on",
            exit.map_or(Cell::Absent, |exit| Cell::text(&exit.on)),
        ),
        (
            "exit_approved_by",
            Cell::text(exit.map_or_else(String::new, |exit| exit.approved_by.join(", "))),
        ),
        ("second_of", Cell::text(&member.second_of)),
        ("erasure", Cell::text(erasure)),
        ("qualifications", Cell::Rows(qualifications.collect())),
    ])
}

/// The personal fields of a member; all absent where they were erased.
pub(crate) fn personal(fields: Option<&PersonalFields>) -> Vec<(&'static str, Cell)> {
    let erased = Cell::Flag(fields.is_none());
    let fields = fields.cloned().unwrap_or_default();
    let attested = |attested: Option<Attestation>| {
        attested.map_or(Cell::Absent, |attested| {
            let row = Row(vec![
                ("since", Cell::text(attested.since)),
                ("attested_by", Cell::text(attested.attested_by)),
                ("evidence", Cell::text(attested.evidence)),
            ]);
            Cell::Rows(iter::once(row).collect())
        })
    };
    vec![
        ("erased", erased),
        ("name", Cell::text(fields.name)),
        ("phone", Cell::text(fields.phone)),
        ("born_on", Cell::text(fields.born_on)),
        ("address", Cell::text(fields.address)),
        ("disability", attested(fields.disability)),
        ("hardship", attested(fields.hardship)),
        ("affiliation", Cell::text(fields.affiliation)),
    ]
}

/// A supply, of a member of a block.
pub(crate) fn supply(supply: &Supply, block: &str) -> Row {
    let state = match supply.state() {
        SupplyState::Unspecified => "unknown",
        SupplyState::Offered => "offered",
        SupplyState::Withdrawn => "withdrawn",
    };
    let terms = supply.terms.clone().unwrap_or_default();
    let word = |day: &i32| journal::weekday(*day).map_or("unknown", Weekday::word);
    let words: Vec<_> = terms.days.iter().map(word).collect();
    Row(vec![
        ("id", Cell::text(&supply.supply_id)),
        ("state", Cell::text(state)),
        ("member_id", Cell::text(&supply.member_id)),
        ("block", Cell::text(block)),
        ("service", Cell::text(&terms.service)),
        ("days", Cell::text(words.join(","))),
        ("from", Cell::text(&terms.from)),
        ("until", Cell::text(&terms.until)),
    ])
}
