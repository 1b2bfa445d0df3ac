//! `partner`: other time banks, and the hours that go there and come from there.

use clap::{Args, Subcommand};
use timebank_proto::v1::{
    GetPartnerRequest, ListPartnersRequest, ListRemittancesRequest, OpenPartnerRequest,
    RemitRequest, RemittanceDirection,
};

use super::{entry::booked, id_or_fresh};
use crate::{
    amount::Amount,
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum PartnerCommand {
    /// Open a partner: with a clearing account of its own, unless there is one that does
    #[command(after_help = "Examples:
  ledger-cli partner open city:clearing:north --name 'North time bank' \\
      --surplus 100h --deficit 50h --actor 1001

Hours of our members that go to the partner raise its account, hours that come from there lower
it. The surplus is the most that it may have of us: what was sent there and did not come back.
The deficit is the most that we may have of it.")]
    Open(OpenArgs),
    /// Send hours of a member to a partner
    #[command(after_help = "Examples:
  ledger-cli partner send city:member:000123 city:clearing:north 2h --reference N-2026-17

Each of the partner's references counts once each way, unless what it was of was reversed.")]
    Send(SendArgs),
    /// Receive hours from a partner for a member
    #[command(after_help = "Examples:
  ledger-cli partner receive city:clearing:north city:member:000123 2h --reference N-2026-18

Each of the partner's references counts once each way, unless what it was of was reversed.")]
    Receive(ReceiveArgs),
    /// Show a partner, and how its account stands
    #[command(after_help = "Examples:
  ledger-cli partner show city:clearing:north")]
    Show {
        /// The partner
        partner: String,
    },
    /// List the partners of a centre
    #[command(after_help = "Examples:
  ledger-cli partner list city")]
    List {
        /// The centre
        centre: String,
    },
    /// List what was received from a partner and sent there, by reference
    #[command(after_help = "Examples:
  ledger-cli partner remittances city:clearing:north --output csv > north.csv")]
    Remittances {
        /// The partner
        partner: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The partner's account, in the branch of its centre
    partner: String,
    /// What it is called
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// The most that it may have of us, such as 100h
    #[arg(long, value_name = "AMOUNT")]
    surplus: Amount,
    /// The most that we may have of it
    #[arg(long, value_name = "AMOUNT")]
    deficit: Amount,
}

#[derive(Args, Debug)]
pub(crate) struct SendArgs {
    /// The member who sends
    member: String,
    /// The partner
    partner: String,
    /// How much, such as 2h or 90m
    amount: Amount,
    #[command(flatten)]
    about: About,
}

#[derive(Args, Debug)]
pub(crate) struct ReceiveArgs {
    /// The partner
    partner: String,
    /// The member who gets it
    member: String,
    /// How much, such as 2h or 90m
    amount: Amount,
    #[command(flatten)]
    about: About,
}

/// What sending and receiving have alike.
#[derive(Args, Debug)]
pub(crate) struct About {
    /// The partner's own reference for it; kept for ever, so without names
    #[arg(long, value_name = "REF")]
    reference: String,
    /// Why; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The UUID of the step and its entry, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

/// What goes which way.
struct Remitted {
    direction: RemittanceDirection,
    partner: String,
    member: String,
    amount: Amount,
}

pub(super) async fn run(command: PartnerCommand, session: Session) -> Result<(), Failure> {
    match command {
        PartnerCommand::Open(args) => open(args, session).await,
        PartnerCommand::Send(args) => {
            let remitted = Remitted {
                direction: RemittanceDirection::Sent,
                partner: args.partner,
                member: args.member,
                amount: args.amount,
            };
            remit(remitted, args.about, session).await
        }
        PartnerCommand::Receive(args) => {
            let remitted = Remitted {
                direction: RemittanceDirection::Received,
                partner: args.partner,
                member: args.member,
                amount: args.amount,
            };
            remit(remitted, args.about, session).await
        }
        PartnerCommand::Show { partner } => show(partner, session).await,
        PartnerCommand::List { centre } => list(centre, session).await,
        PartnerCommand::Remittances { partner } => remittances(partner, session).await,
    }
}

async fn open(args: OpenArgs, mut session: Session) -> Result<(), Failure> {
    let request = OpenPartnerRequest {
        partner_id: args.partner,
        name: args.name,
        surplus: args.surplus.steps,
        deficit: args.deficit.steps,
    };
    let answer = session.client.partners.open_partner(request).await?;
    let answer = answer.into_inner();
    let row = rows::partner(&present(answer.partner, "partner")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

async fn remit(remitted: Remitted, about: About, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(about.id);
    let request = RemitRequest {
        step_id: id.clone(),
        partner_id: remitted.partner,
        direction: remitted.direction.into(),
        reference: about.reference,
        member_id: remitted.member,
        amount: remitted.amount.steps,
        reason: about.reason.unwrap_or_default(),
    };
    let answer = session.client.partners.remit(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    booked(answer.entry, answer.replayed, &id, session).await
}

async fn show(partner_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetPartnerRequest { partner_id };
    let answer = session.client.partners.get_partner(request).await?;
    let row = rows::partner(&present(answer.into_inner().partner, "partner")?);
    session.output.one(&row).await
}

async fn list(centre: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListPartnersRequest {
            centre: centre.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.partners.list_partners(request).await?.into_inner();
        let rows = page.partners.iter().map(rows::partner).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::PARTNERS, page).await
}

async fn remittances(partner_id: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListRemittancesRequest {
            partner_id: partner_id.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.partners.list_remittances(request).await?;
        let page = page.into_inner();
        let rows = page.remittances.iter().map(rows::remittance).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::REMITTANCES, page).await
}
