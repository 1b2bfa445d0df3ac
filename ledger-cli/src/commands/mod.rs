//! The commands, each a thin translation: arguments to a request, the answer to
//! rows.

pub(crate) mod account;
pub(crate) mod entry;
pub(crate) mod hold;
pub(crate) mod journal;
mod record;
pub(crate) mod statement;
pub(crate) mod unit;

use chrono::FixedOffset;
use timebank_proto::v1::Tag;
use uuid::Uuid;

use crate::{args::LedgerCommand, client::Client, error::Failure, export, import, render::Output};

/// What every command has.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) output: Output,
    /// What times without an offset are in.
    pub(crate) offset: FixedOffset,
}

/// Runs a command.
pub(crate) async fn run(command: LedgerCommand, session: Session) -> Result<(), Failure> {
    match command {
        LedgerCommand::Account(command) => account::run(command, session).await,
        LedgerCommand::Unit(command) => unit::run(command, session).await,
        LedgerCommand::Transfer(args) => entry::transfer(args, session).await,
        LedgerCommand::Entry(command) => entry::run(command, session).await,
        LedgerCommand::Hold(command) => hold::run(command, session).await,
        LedgerCommand::Balance(args) => statement::balance(args, session).await,
        LedgerCommand::Statement(args) => statement::statement(args, session).await,
        LedgerCommand::Watch(args) => journal::watch(args, session).await,
        LedgerCommand::Import(args) => import::run(args, session).await,
        LedgerCommand::Export(args) => export::run(args, session).await,
        LedgerCommand::Audit(command) => journal::audit(command, session).await,
    }
}

/// The id given, or a fresh one that sorts by time.
fn id_or_fresh(id: Option<String>) -> String {
    id.unwrap_or_else(|| Uuid::now_v7().to_string())
}

/// Reads `KEY=VALUE`.
fn tag(text: &str) -> Result<Tag, String> {
    match text.split_once('=') {
        Some((key, value)) => Ok(Tag {
            key: key.to_owned(),
            value: value.to_owned(),
        }),
        None => Err("write KEY=VALUE".to_owned()),
    }
}
