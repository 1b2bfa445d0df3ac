//! Requests about who takes part, to commands.

use timebank_proto::v1;

use super::convert::{self, booking_id};
use crate::{
    exchange::{Branch, CentreTerms, Command, Name, SetStaffState, StaffNumber, StaffTerms},
    journal,
    ledger::Malformed,
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
