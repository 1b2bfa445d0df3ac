//! `mandate`: which centre may name another's account in its policy.

use clap::{Args, Subcommand};
use timebank_proto::v1::{ListMandatesRequest, SetMandateRequest};

use super::id_or_fresh;
use crate::{
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum MandateCommand {
    /// Let a centre name an account of ours in its policy, such as one that pays
    #[command(after_help = "Examples:
  ledger-cli mandate give yubei:pool:mutual --to shapingba --actor 2001")]
    Give(MandateArgs),
    /// Let it do so no longer
    #[command(after_help = "Examples:
  ledger-cli mandate revoke yubei:pool:mutual --to shapingba --actor 2001")]
    Revoke(MandateArgs),
    /// List the mandates of a centre that stand: those that it was given
    #[command(after_help = "Examples:
  ledger-cli mandate list shapingba
  ledger-cli mandate list yubei --given")]
    List {
        /// The centre
        centre: String,
        /// Those that it has given instead
        #[arg(long)]
        given: bool,
    },
}

#[derive(Args, Debug)]
pub(crate) struct MandateArgs {
    /// The account
    account: String,
    /// The centre that may name it
    #[arg(long, value_name = "CENTRE")]
    to: String,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

pub(super) async fn run(command: MandateCommand, session: Session) -> Result<(), Failure> {
    match command {
        MandateCommand::Give(args) => set(args, true, session).await,
        MandateCommand::Revoke(args) => set(args, false, session).await,
        MandateCommand::List { centre, given } => list(centre, given, session).await,
    }
}

async fn set(args: MandateArgs, given: bool, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let request = SetMandateRequest {
        step_id: id.clone(),
        account_id: args.account,
        centre: args.to,
        given,
    };
    let answer = session.client.policies.set_mandate(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    let row = rows::mandate(&present(answer.mandate, "mandate")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

async fn list(centre: String, given_by: bool, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListMandatesRequest {
            centre: centre.clone(),
            given_by,
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.policies.list_mandates(request).await?.into_inner();
        let rows = page.mandates.iter().map(rows::mandate).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::MANDATES, page).await
}
