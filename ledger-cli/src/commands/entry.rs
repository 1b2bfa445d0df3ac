//! `transfer` and `entry`: bookings.

use clap::{Args, Subcommand};
use timebank_proto::v1::{
    Entry, GetEntryRequest, PostEntryRequest, ReverseEntryRequest, Tag, Transfer,
};

use super::{id_or_fresh, tag};
use crate::{
    amount::Amount, client::present, error::Failure, render::Cell, rows, session::Session,
    time::When,
};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli transfer shapingba:member:000123 shapingba:member:000456 1h30m
  ledger-cli transfer shapingba:issuance:grant-2026 shapingba:member:000123 2h --kind grant
  ledger-cli transfer a:member:1 a:member:2 1.5h --effective-at '2026-10-01 14:30' \\
      --kind service --tag service=home-care --note 'second visit'")]
pub(crate) struct TransferArgs {
    /// The account that goes down: whoever receives the service
    from: String,
    /// The account that goes up: whoever serves
    to: String,
    /// How much: 90, 90m, 1h30m, 1:30 or 1.5h
    #[arg(allow_negative_numbers = true)]
    amount: Amount,
    /// The entry's UUID, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
    /// When the service took place. Default: now
    #[arg(long, value_name = "TIME")]
    effective_at: Option<When>,
    /// What it is, such as service. Default: transfer
    #[arg(long)]
    kind: Option<String>,
    /// A label, kept for good: no personal data. May be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag)]
    tag: Vec<Tag>,
    /// Free text, kept apart from the journal so that it can be erased
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum EntryCommand {
    /// Show an entry with its transfers
    #[command(after_help = "Examples:
  ledger-cli entry show 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Show {
        /// The entry
        id: String,
    },
    /// Post the exact inverse of an entry, once
    #[command(after_help = "Examples:
  ledger-cli entry reverse 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'booked twice'
  ledger-cli entry reverse 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason fraud --force
  ledger-cli entry reverse 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason mistake \\
      --id 01980c5f-2b7e-7d10-8000-1f0a6c3d9e42")]
    Reverse {
        /// The entry to reverse
        id: String,
        /// Why; kept as the reversal's note
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Post it even where it breaks a limit; the record shows this
        #[arg(long)]
        force: bool,
        /// The reversal's UUID, which makes a repeat harmless. Default: a fresh one
        #[arg(long = "id", value_name = "UUID")]
        reversal_id: Option<String>,
    },
}

pub(super) async fn transfer(args: TransferArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let entry = Entry {
        entry_id: id.clone(),
        transfers: vec![Transfer {
            debit_account_id: args.from,
            credit_account_id: args.to,
            amount: args.amount.steps,
            unit_id: args.amount.unit_id(),
        }],
        effective_at: session.moment(args.effective_at, When::start).await?,
        kind: args.kind.unwrap_or_default(),
        tags: args.tag,
        note: args.note.unwrap_or_default(),
        ..Entry::default()
    };
    let request = PostEntryRequest { entry: Some(entry) };
    let answer = session
        .client
        .entries
        .post_entry(request)
        .await
        .map_err(|status| Failure::from(status).of_booking(&id))?
        .into_inner();
    booked(answer.entry, answer.replayed, &id, session).await
}

pub(super) async fn run(command: EntryCommand, mut session: Session) -> Result<(), Failure> {
    match command {
        EntryCommand::Show { id } => {
            let request = GetEntryRequest { entry_id: id };
            let answer = session.client.entries.get_entry(request).await?;
            show(session, answer.into_inner().entry, None).await
        }
        EntryCommand::Reverse {
            id,
            reason,
            force,
            reversal_id,
        } => {
            let request = ReverseEntryRequest {
                entry_id: id,
                reversal_entry_id: id_or_fresh(reversal_id),
                reason,
                force,
                effective_at: None,
            };
            reverse(request, session).await
        }
    }
}

async fn reverse(request: ReverseEntryRequest, mut session: Session) -> Result<(), Failure> {
    let id = request.reversal_entry_id.clone();
    let answer = session
        .client
        .entries
        .reverse_entry(request)
        .await
        .map_err(|status| Failure::from(status).of_booking(&id))?
        .into_inner();
    booked(answer.entry, answer.replayed, &id, session).await
}

/// Shows the entry that was posted by an id.
pub(super) async fn booked(
    entry: Option<Entry>,
    replayed: bool,
    id: &str,
    session: Session,
) -> Result<(), Failure> {
    let shown = show(session, entry, Some(replayed)).await;
    shown.map_err(|failure| failure.after_booking(id))
}

async fn show(
    mut session: Session,
    entry: Option<Entry>,
    replayed: Option<bool>,
) -> Result<(), Failure> {
    let mut row = rows::entry(&present(entry, "entry")?);
    if let Some(replayed) = replayed {
        row = row.with("replayed", Cell::Flag(replayed));
    }
    session.output.one(&row).await
}
