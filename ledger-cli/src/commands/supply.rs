//! `supply`: when members are free to serve.

use clap::{Args, Subcommand};
use timebank::journal::weekday_to_proto;
use timebank_proto::v1::{
    ListSuppliesRequest, OfferSupplyRequest, SuppliesOfCentre, Supply, SupplyTerms,
    WithdrawSupplyRequest, list_supplies_request::Which,
};

use super::id_or_fresh;
use crate::{
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
    week::{Days, Hours, days, hours},
};

#[derive(Subcommand, Debug)]
pub(crate) enum SupplyCommand {
    /// Record when a member is free for a service, week by week
    #[command(after_help = "Examples:
  ledger-cli supply offer huxi:member:2 walk --days mon,wed --hours 9:00-12:00
  ledger-cli supply offer huxi:member:2 night-watch --days mon-fri --hours 22:00-6:00

Hours are by the clocks of the ledger's time zone. Those that end no later than they begin end
on the next day. `ledger-cli need candidates` tells who is free for a need.")]
    Offer(OfferArgs),
    /// Withdraw a supply
    #[command(after_help = "Examples:
  ledger-cli supply withdraw huxi:member:2 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Withdraw {
        /// Whose it is
        member: String,
        /// The supply
        supply: String,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// List what the active members of a centre offer of a service, or what a member offers
    #[command(after_help = "Examples:
  ledger-cli supply list huxi --service walk
  ledger-cli supply list --of huxi:member:2")]
    List(ListArgs),
}

#[derive(Args, Debug)]
pub(crate) struct OfferArgs {
    /// Who is free
    member: String,
    /// The service, of the catalogue of their centre
    service: String,
    /// The days of the week, such as `mon,wed`, `mon-fri` or `daily`
    #[arg(long, value_name = "DAYS", value_parser = days)]
    days: Days,
    /// The hours, such as `9:00-12:00`
    #[arg(long, value_name = "FROM-UNTIL", value_parser = hours)]
    hours: Hours,
    /// The supply's UUID, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// The centre
    #[arg(required_unless_present = "of", requires = "service")]
    centre: Option<String>,
    /// The service
    #[arg(long, value_name = "CODE")]
    service: Option<String>,
    /// What this member offers
    #[arg(long, value_name = "MEMBER", conflicts_with_all = ["centre", "service"])]
    of: Option<String>,
}

pub(super) async fn run(command: SupplyCommand, session: Session) -> Result<(), Failure> {
    match command {
        SupplyCommand::Offer(args) => offer(args, session).await,
        SupplyCommand::Withdraw { member, supply, id } => {
            withdraw(member, supply, id, session).await
        }
        SupplyCommand::List(args) => list(args, session).await,
    }
}

async fn offer(args: OfferArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let days = args.days.0.into_iter();
    let request = OfferSupplyRequest {
        supply_id: id.clone(),
        member_id: args.member,
        terms: Some(SupplyTerms {
            service: args.service,
            days: days.map(|day| weekday_to_proto(day).into()).collect(),
            from: args.hours.from,
            until: args.hours.until,
        }),
    };
    let answer = session.client.supplies.offer_supply(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.supply, answer.replayed, session).await
}

async fn withdraw(
    member_id: String,
    supply_id: String,
    id: Option<String>,
    mut session: Session,
) -> Result<(), Failure> {
    let step_id = id_or_fresh(id);
    let request = WithdrawSupplyRequest {
        step_id: step_id.clone(),
        member_id,
        supply_id,
    };
    let answer = session.client.supplies.withdraw_supply(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&step_id))?;
    let answer = answer.into_inner();
    shown(answer.supply, answer.replayed, session).await
}

async fn shown(
    supply: Option<Supply>,
    replayed: bool,
    mut session: Session,
) -> Result<(), Failure> {
    let row = rows::supply(&present(supply, "supply")?, "");
    let row = row.with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}

async fn list(args: ListArgs, mut session: Session) -> Result<(), Failure> {
    let which = match args.of {
        Some(member) => Which::MemberId(member),
        None => Which::OfCentre(SuppliesOfCentre {
            centre: args.centre.unwrap_or_default(),
            service: args.service.unwrap_or_default(),
        }),
    };
    let page = async |client: &mut Client, page_token: String| {
        let request = ListSuppliesRequest {
            which: Some(which.clone()),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.supplies.list_supplies(request).await?.into_inner();
        let rows = page.members.iter().flat_map(|member| {
            let supplies = member.supplies.iter();
            supplies.map(|supply| rows::supply(supply, &member.block))
        });
        Ok((rows.collect(), page.next_page_token))
    };
    session.list(&rows::SUPPLIES, page).await
}
