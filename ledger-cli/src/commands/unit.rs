//! `unit`: what amounts are counted in.

use clap::Subcommand;
use timebank_proto::v1::{DeclareUnitRequest, Unit};

use crate::{client::present, error::Failure, render::Cell, rows, session::Session};

#[derive(Subcommand, Debug)]
pub(crate) enum UnitCommand {
    /// Declare a unit, for accounts that count something else than time
    #[command(after_help = "Examples:
  ledger-cli unit declare points --step point
  ledger-cli unit declare cny --step fen")]
    Declare {
        /// 2 to 16 characters a-z 0-9, a letter first
        id: String,
        /// What one step of it is called, such as fen
        #[arg(long, value_name = "NAME")]
        step: String,
    },
    /// List the units
    #[command(after_help = "Examples:
  ledger-cli unit list")]
    List,
}

pub(super) async fn run(command: UnitCommand, mut session: Session) -> Result<(), Failure> {
    match command {
        UnitCommand::Declare { id, step } => {
            let unit = Some(Unit { unit_id: id, step });
            let answer = session
                .client
                .units
                .declare_unit(DeclareUnitRequest { unit });
            let answer = answer.await?.into_inner();
            let row = rows::unit(&present(answer.unit, "unit")?);
            let row = row.with("replayed", Cell::Flag(answer.replayed));
            session.output.one(&row).await
        }
        UnitCommand::List => {
            let units = session.client.units().await?;
            let mut list = session.output.list(&rows::UNITS);
            for unit in &units {
                list.push(rows::unit(unit))?;
            }
            list.finish().await
        }
    }
}
