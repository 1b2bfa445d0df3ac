//! The commands, each a thin translation: arguments to a request, the answer to
//! rows.

mod account;
mod audit;
mod catalogue;
mod cells;
mod centre;
mod certificate;
mod change;
mod convert;
mod entry;
mod evaluation;
mod exchange_facts;
mod export;
mod group;
mod group_facts;
mod hold;
mod import;
mod incident;
mod issuance_facts;
mod journal;
mod line_file;
mod mandate;
mod member;
mod member_fields;
mod member_list;
mod month;
mod need;
mod order;
mod order_facts;
mod order_list;
mod oversight_facts;
mod partner;
mod partner_facts;
mod passbook;
mod period;
mod period_facts;
mod policy;
mod pool;
mod pool_facts;
mod record;
mod register_file;
mod report;
mod sheet_file;
mod source;
mod staff;
mod standing;
mod statement;
mod stock;
mod stock_facts;
mod supply;
mod today;
mod token;
mod token_facts;
mod training;
mod training_facts;
mod training_file;
mod unit;

use clap::Subcommand;
use timebank_proto::v1::Tag;
use uuid::Uuid;

use self::{export::ExportArgs, import::ImportArgs};
use crate::{error::Failure, session::Session};

/// The commands that talk to the server.
#[derive(Subcommand, Debug)]
pub(crate) enum LedgerCommand {
    /// Open, show, list, limit and close accounts
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Declare and list units of account
    #[command(subcommand)]
    Unit(unit::UnitCommand),
    /// Open, show and list centres
    #[command(subcommand)]
    Centre(centre::CentreCommand),
    /// Register, suspend, end, show and list the staff of centres
    #[command(subcommand)]
    Staff(staff::StaffCommand),
    /// Issue, rotate, revoke and list tokens: who may call, and as whom
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Show whose token this client comes with, and what it is for
    #[command(
        name = "whoami",
        after_help = "Examples:
  ledger-cli whoami
  TIMEBANK_TOKEN_FILE=1001.token ledger-cli whoami"
    )]
    WhoAmI,
    /// Register, show, list, change, qualify, suspend and move members; record that they go
    #[command(subcommand)]
    Member(member::MemberCommand),
    /// Check, adopt, show and explain policies, by whose rules centres go
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Let another centre name an account of ours in its policy
    #[command(subcommand)]
    Mandate(mandate::MandateCommand),
    /// Record when members are free to serve; withdraw and list that
    #[command(subcommand)]
    Supply(supply::SupplyCommand),
    /// Publish needs, offer to help, have them repeat, decline, show and list them
    #[command(subcommand)]
    Need(need::NeedCommand),
    /// Skip, leave, stop, show and list visits that come again every week
    #[command(subcommand)]
    Standing(standing::StandingCommand),
    /// Approve and accept needs; check in and out, confirm, settle, cancel, dispute, list
    #[command(subcommand)]
    Order(Box<order::OrderCommand>),
    /// Report harm and complaints about an order; close, show and list them
    #[command(subcommand)]
    Incident(incident::IncidentCommand),
    /// Show what staff of a centre need in a day, on one screen
    Today(today::TodayArgs),
    /// Open pools, give hours and donate money to them, and pay relief out of them
    #[command(subcommand)]
    Pool(pool::PoolCommand),
    /// Give hours to a member or a pool, as the policy of the giver's centre lets them
    Gift(pool::GiftArgs),
    /// Open, show and list the sources that hours, money and points are issued against
    #[command(subcommand)]
    Source(source::SourceCommand),
    /// Open lessons and events, enrol members, say who attended, and settle them
    #[command(subcommand)]
    Group(group::GroupCommand),
    /// Record trainings that members attended, take mistakes back, and list them
    #[command(subcommand)]
    Training(training::TrainingCommand),
    /// Open stocks, say what is in them, and list both
    #[command(subcommand)]
    Stock(stock::StockCommand),
    /// Open other time banks as partners; send hours there, receive hours from there, list
    #[command(subcommand)]
    Partner(partner::PartnerCommand),
    /// Close months of a centre, after which nothing is effective in them; list those closed
    #[command(subcommand)]
    Period(period::PeriodCommand),
    /// Certify what a member served, and check such certificates
    #[command(subcommand)]
    Certificate(certificate::CertificateCommand),
    /// Write a year of an account as a page that prints
    Passbook(passbook::PassbookArgs),
    /// Show figures of a period and a branch
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Redeem points or hours for what is in a stock
    Redeem(stock::RedeemArgs),
    /// Convert one unit of a member's into another, at the rate that the policy names
    Convert(convert::ConvertArgs),
    /// Issue from a source to an account of its centre
    Issue(source::IssueArgs),
    /// Move an amount from one account to another
    Transfer(entry::TransferArgs),
    /// Show and reverse entries
    #[command(subcommand)]
    Entry(entry::EntryCommand),
    /// Set hours aside for a booked service; settle or release them
    #[command(subcommand)]
    Hold(hold::HoldCommand),
    /// Show what stands on an account, now or as of a moment
    Balance(statement::BalanceArgs),
    /// List the postings of an account with the balance after each
    Statement(statement::StatementArgs),
    /// Show which ledger this is, its time zone, and how far its journal goes
    #[command(after_help = "Examples:
  ledger-cli status
  ledger-cli status --output json")]
    Status,
    /// Have the server copy the ledger to its folder for copies, and audit the copy
    ///
    /// The server goes on meanwhile. The copy has all that was acknowledged before, personal fields
    /// and keys among it: it is to be kept as safe as the ledger. It tells up to which record it goes,
    /// and their root hash; `timebank restore` on the server's machine takes it into use.
    #[command(after_help = "Examples:
  ledger-cli backup
  ledger-cli backup before-the-move
  ledger-cli backup --without-personal for-the-auditor --output json")]
    Backup(journal::BackupArgs),
    /// Follow the journal: what is there, then what comes
    Watch(journal::WatchArgs),
    /// Book the rows of a file
    Import(ImportArgs),
    /// Write all entries in a form that other tools read
    Export(ExportArgs),
    /// Check that what is stored agrees with itself, draw visits to be checked, list who was shown
    /// personal fields
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// File what evaluators are told of settled orders; show and list it
    #[command(subcommand)]
    Evaluation(evaluation::EvaluationCommand),
}

/// Runs a command.
pub(crate) async fn run(command: LedgerCommand, session: Session) -> Result<(), Failure> {
    match command {
        LedgerCommand::Account(command) => account::run(command, session).await,
        LedgerCommand::Unit(command) => unit::run(command, session).await,
        LedgerCommand::Centre(command) => centre::run(command, session).await,
        LedgerCommand::Staff(command) => staff::run(command, session).await,
        LedgerCommand::Token(command) => token::run(command, session).await,
        LedgerCommand::WhoAmI => token::who_am_i(session).await,
        LedgerCommand::Member(command) => member::run(command, session).await,
        LedgerCommand::Policy(command) => policy::run(command, session).await,
        LedgerCommand::Mandate(command) => mandate::run(command, session).await,
        LedgerCommand::Supply(command) => supply::run(command, session).await,
        LedgerCommand::Need(command) => need::run(command, session).await,
        LedgerCommand::Standing(command) => standing::run(command, session).await,
        LedgerCommand::Order(command) => order::run(*command, session).await,
        LedgerCommand::Incident(command) => incident::run(command, session).await,
        LedgerCommand::Today(args) => today::show(args, session).await,
        LedgerCommand::Pool(command) => pool::run(command, session).await,
        LedgerCommand::Gift(args) => pool::give(args, session).await,
        LedgerCommand::Source(command) => source::run(command, session).await,
        LedgerCommand::Group(command) => group::run(command, session).await,
        LedgerCommand::Training(command) => training::run(command, session).await,
        LedgerCommand::Stock(command) => stock::run(command, session).await,
        LedgerCommand::Partner(command) => partner::run(command, session).await,
        LedgerCommand::Period(command) => period::run(command, session).await,
        LedgerCommand::Certificate(command) => certificate::run(command, session).await,
        LedgerCommand::Passbook(args) => passbook::passbook(args, session).await,
        LedgerCommand::Report(command) => report::run(command, session).await,
        LedgerCommand::Redeem(args) => stock::redeem(args, session).await,
        LedgerCommand::Convert(args) => convert::convert(args, session).await,
        LedgerCommand::Issue(args) => source::issue(args, session).await,
        LedgerCommand::Transfer(args) => entry::transfer(args, session).await,
        LedgerCommand::Entry(command) => entry::run(command, session).await,
        LedgerCommand::Hold(command) => hold::run(command, session).await,
        LedgerCommand::Balance(args) => statement::balance(args, session).await,
        LedgerCommand::Statement(args) => statement::statement(args, session).await,
        LedgerCommand::Status => journal::status(session).await,
        LedgerCommand::Backup(args) => journal::backup(args, session).await,
        LedgerCommand::Watch(args) => journal::watch(args, session).await,
        LedgerCommand::Import(args) => import::run(args, session).await,
        LedgerCommand::Export(args) => export::run(args, session).await,
        LedgerCommand::Audit(command) => audit::run(command, session).await,
        LedgerCommand::Evaluation(command) => evaluation::run(command, session).await,
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
