//! `centre`: who runs which branch of the chart of accounts.

use clap::{Args, Subcommand};
use timebank_proto::v1::{GetCentreRequest, ListCentresRequest, OpenCentreRequest};

use crate::{
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum CentreCommand {
    /// Open a centre, with its first member of staff
    #[command(after_help = "Examples:
  ledger-cli centre open shapingba --staff 1001 --name 'Chenjiaqiao Centre'
  ledger-cli centre open shapingba --staff 1001 --name 'Chenjiaqiao Centre' \\
      --name-zh 陈家桥社工中心 --operator 'Chenjiaqiao Social Work' \\
      --contracting-body 'Shapingba Civil Affairs Bureau'")]
    Open(OpenArgs),
    /// Show a centre
    #[command(after_help = "Examples:
  ledger-cli centre show shapingba")]
    Show {
        /// Its branch of the chart of accounts
        prefix: String,
    },
    /// List the centres
    #[command(after_help = "Examples:
  ledger-cli centre list
  ledger-cli centre list --output csv > centres.csv")]
    List,
}

#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The branch of the chart of accounts that is its own, such as shapingba;
    /// no centre is inside another
    prefix: String,
    /// Its first member of staff: the actor of that name acts for the centre
    #[arg(long, value_name = "NUMBER")]
    staff: String,
    /// Its name in English
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Its name in Chinese
    #[arg(long, value_name = "NAME")]
    name_zh: Option<String>,
    /// Who runs it
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// Who has it run, such as a civil-affairs bureau
    #[arg(long, value_name = "NAME")]
    contracting_body: Option<String>,
}

pub(super) async fn run(command: CentreCommand, mut session: Session) -> Result<(), Failure> {
    match command {
        CentreCommand::Open(args) => open(args, session).await,
        CentreCommand::Show { prefix } => {
            let answer = session
                .client
                .centres
                .get_centre(GetCentreRequest { prefix });
            let centre = present(answer.await?.into_inner().centre, "centre")?;
            session.output.one(&rows::centre(&centre)).await
        }
        CentreCommand::List => list(session).await,
    }
}

async fn open(args: OpenArgs, mut session: Session) -> Result<(), Failure> {
    let request = OpenCentreRequest {
        prefix: args.prefix,
        name_en: args.name,
        name_zh: args.name_zh.unwrap_or_default(),
        operator: args.operator.unwrap_or_default(),
        contracting_body: args.contracting_body.unwrap_or_default(),
        first_staff_number: args.staff,
    };
    let answer = session.client.centres.open_centre(request).await?;
    let answer = answer.into_inner();
    let row = rows::centre(&present(answer.centre, "centre")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

async fn list(mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListCentresRequest {
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.centres.list_centres(request).await?.into_inner();
        let rows = page.centres.iter().map(rows::centre).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::CENTRES, page).await
}
