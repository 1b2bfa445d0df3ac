//! `staff`: who acts for a centre.

use clap::{Args, Subcommand};
use timebank_proto::v1::{
    GetStaffRequest, ListStaffRequest, RegisterStaffRequest, SetStaffStateRequest, Staff,
    StaffChange,
};

use super::id_or_fresh;
use crate::{
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum StaffCommand {
    /// Register a member of staff
    #[command(after_help = "Examples:
  ledger-cli staff register 1002 --centre shapingba --actor 1001
  ledger-cli staff register 1003 --centre shapingba --actor 1001 \\
      --member shapingba:member:000123 --relative shapingba:member:000124")]
    Register {
        /// Their number: the actor of that name acts as them
        number: String,
        /// The centre that they act for
        #[arg(long, value_name = "CENTRE")]
        centre: String,
        /// Who they are as a member
        #[arg(long, value_name = "MEMBER")]
        member: Option<String>,
        /// A member who is a relative; may be given again
        #[arg(long, value_name = "MEMBER")]
        relative: Vec<String>,
    },
    /// Keep a member of staff from acting until they are reinstated
    #[command(after_help = "Examples:
  ledger-cli staff suspend 1002 --actor 1001")]
    Suspend(StepArgs),
    /// Let a member of staff act again
    #[command(after_help = "Examples:
  ledger-cli staff reinstate 1002 --actor 1001")]
    Reinstate(StepArgs),
    /// Record that a member of staff is gone, for good
    #[command(after_help = "Examples:
  ledger-cli staff end 1002 --actor 1001")]
    End(StepArgs),
    /// Show a member of staff
    #[command(after_help = "Examples:
  ledger-cli staff show 1002")]
    Show {
        /// Their number
        number: String,
    },
    /// List the staff of a centre
    #[command(after_help = "Examples:
  ledger-cli staff list shapingba
  ledger-cli staff list shapingba --output csv > staff.csv")]
    List {
        /// The centre
        centre: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct StepArgs {
    /// Their number
    number: String,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

pub(super) async fn run(command: StaffCommand, mut session: Session) -> Result<(), Failure> {
    match command {
        StaffCommand::Register {
            number,
            centre,
            member,
            relative,
        } => {
            let request = RegisterStaffRequest {
                staff_number: number,
                centre,
                member_id: member.unwrap_or_default(),
                relative_ids: relative,
            };
            let answer = session.client.staff.register_staff(request).await?;
            let answer = answer.into_inner();
            show(session, answer.staff, answer.replayed).await
        }
        StaffCommand::Suspend(args) => set_state(args, StaffChange::Suspend, session).await,
        StaffCommand::Reinstate(args) => set_state(args, StaffChange::Reinstate, session).await,
        StaffCommand::End(args) => set_state(args, StaffChange::End, session).await,
        StaffCommand::Show { number } => {
            let request = GetStaffRequest {
                staff_number: number,
            };
            let answer = session.client.staff.get_staff(request).await?;
            let staff = present(answer.into_inner().staff, "staff")?;
            session.output.one(&rows::staff(&staff)).await
        }
        StaffCommand::List { centre } => list(&centre, session).await,
    }
}

async fn set_state(
    args: StepArgs,
    change: StaffChange,
    mut session: Session,
) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let request = SetStaffStateRequest {
        step_id: id.clone(),
        staff_number: args.number,
        change: change.into(),
    };
    let answer = session.client.staff.set_staff_state(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    show(session, answer.staff, answer.replayed).await
}

async fn show(mut session: Session, staff: Option<Staff>, replayed: bool) -> Result<(), Failure> {
    let row = rows::staff(&present(staff, "staff")?);
    let row = row.with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}

async fn list(centre: &str, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListStaffRequest {
            centre: centre.to_owned(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.staff.list_staff(request).await?.into_inner();
        let rows = page.staff.iter().map(rows::staff).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::STAFF, page).await
}
