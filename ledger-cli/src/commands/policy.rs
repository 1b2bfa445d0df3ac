//! `policy`: by which rules a centre goes.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use clap::{Subcommand, ValueHint};
use timebank::exchange::policy::{MAX_DOCUMENT_BYTES, Policy};

use crate::{
    error::Failure,
    render::{Cell, Row},
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum PolicyCommand {
    /// Name every mistake in a policy's document, by line and column; needs no server
    #[command(after_help = "Examples:
  ledger-cli policy check examples/policies/huxi-garden.toml
  ledger-cli policy check policy.toml --output json")]
    Check {
        /// The document, in TOML
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}

pub(super) async fn run(command: PolicyCommand, session: Session) -> Result<(), Failure> {
    match command {
        PolicyCommand::Check { file } => check(&file, session).await,
    }
}

async fn check(file: &Path, mut session: Session) -> Result<(), Failure> {
    match Policy::read(&document(file)?) {
        Ok(policy) => {
            let count = |count| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
            let row = Row(vec![
                ("file", Cell::Text(file.display().to_string())),
                ("name", Cell::text(policy.name.as_str())),
                (
                    "name_zh",
                    policy
                        .name_zh
                        .map_or(Cell::Absent, |name| Cell::text(name.as_str())),
                ),
                (
                    "starts_on",
                    policy.starts_on.map_or(Cell::Absent, Cell::text),
                ),
                ("service_count", count(policy.services.len())),
                ("qualification_count", count(policy.qualifications.len())),
                ("mistake_count", count(0)),
            ]);
            session.output.one(&row).await
        }
        Err(mistakes) => {
            let count = mistakes.0.len();
            let mut list = session.output.list(&rows::MISTAKES);
            for mistake in mistakes.0 {
                list.push(rows::mistake(mistake))?;
            }
            list.finish().await?;
            let message = format!("{} is no policy", file.display());
            let figures = [("mistake_count", count.to_string())];
            Err(Failure::wrong(message, figures))
        }
    }
}

/// The text of a document. No more of it is read than a policy may have.
fn document(file: &Path) -> Result<String, Failure> {
    let failed = |source| Failure::File {
        what: format!("reading {}", file.display()),
        source,
    };
    let limit = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(failed)?;
    let read = opened.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(failed)?;
    if bytes.len() > MAX_DOCUMENT_BYTES {
        let message = format!(
            "{} is longer than a policy's document may be",
            file.display()
        );
        let figures = [("max_bytes", MAX_DOCUMENT_BYTES.to_string())];
        return Err(Failure::wrong(message, figures));
    }
    String::from_utf8(bytes).map_err(|error| {
        let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = sound.iter().filter(|byte| **byte == b'\n').count() + 1;
        let message = format!(
            "{} is not UTF-8 text, perhaps GBK; save it again as UTF-8",
            file.display()
        );
        Failure::wrong(message, [("line", line.to_string())])
    })
}
