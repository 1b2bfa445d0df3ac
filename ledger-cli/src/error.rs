//! What can go wrong, how it is told, and the exit code it ends with.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use serde_json::json;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Whose `ErrorInfo` this client understands.
const DOMAIN: &str = "timebank";

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{message}")]
    Refused {
        reason: String,
        message: String,
        figures: BTreeMap<String, String>,
    },
    /// Something was found wrong, by an audit or an import.
    #[error("{message}")]
    Wrong {
        message: String,
        figures: BTreeMap<String, String>,
    },
    #[error("{0}")]
    Usage(String),
    #[error("the server is not reached: {0}")]
    Unreachable(String),
    /// The server answered what the contract does not allow.
    #[error("the server's answer is not understood: {0}")]
    Answer(String),
    #[error("{what}: {source}")]
    File { what: String, source: io::Error },
    #[error("writing the output: {0}")]
    Output(#[from] io::Error),
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        if is_unreachable(&status) {
            return Self::Unreachable(root_cause(&status));
        }
        match status.get_details_error_info() {
            Some(info) if info.domain == DOMAIN => Self::Refused {
                reason: info.reason,
                message: status.message().to_owned(),
                figures: info.metadata.into_iter().collect(),
            },
            _ => Self::Refused {
                reason: upper_snake(status.code()),
                message: status.message().to_owned(),
                figures: BTreeMap::new(),
            },
        }
    }
}

/// A connection that fails or breaks in the middle of an answer, or a server
/// that is stopping.
fn is_unreachable(status: &Status) -> bool {
    status.code() == Code::Unavailable || status.source().is_some()
}

fn root_cause(status: &Status) -> String {
    let mut cause: Option<&dyn Error> = status.source();
    let mut text = status.message().to_owned();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

fn upper_snake(code: Code) -> String {
    let mut text = String::new();
    for (index, letter) in format!("{code:?}").chars().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

impl Failure {
    /// Something was found wrong, with the figures that say where.
    pub(crate) fn wrong<const N: usize>(
        message: impl Into<String>,
        figures: [(&str, String); N],
    ) -> Self {
        let figures = figures.map(|(name, value)| (name.to_owned(), value));
        Self::Wrong {
            message: message.into(),
            figures: figures.into(),
        }
    }

    /// The stable name of what went wrong.
    fn reason(&self) -> &str {
        match self {
            Self::Refused { reason, .. } => reason,
            Self::Wrong { .. } => "FOUND_WRONG",
            Self::Usage(_) => "USAGE",
            Self::Unreachable(_) => "SERVER_NOT_REACHED",
            Self::Answer(_) => "ANSWER_NOT_UNDERSTOOD",
            Self::File { .. } => "FILE",
            Self::Output(_) => "OUTPUT",
        }
    }

    /// What to try next.
    fn hint(&self, server: &str) -> Option<String> {
        match self {
            Self::Refused { reason, .. } => hint_of(reason).map(str::to_owned),
            Self::Unreachable(_) => Some(format!(
                "the address is {server}; start a server with `timebank serve`, or name another \
                 with --server URL or TIMEBANK_SERVER"
            )),
            Self::Usage(_) => Some("`ledger-cli help COMMAND` has examples".to_owned()),
            Self::Wrong { .. } | Self::Answer(_) | Self::File { .. } | Self::Output(_) => None,
        }
    }

    fn exit_number(&self) -> u8 {
        match self {
            Self::Refused { .. } | Self::Wrong { .. } | Self::Answer(_) | Self::Output(_) => 1,
            Self::Usage(_) | Self::File { .. } => 2,
            Self::Unreachable(_) => 3,
        }
    }

    fn figures(&self) -> BTreeMap<String, String> {
        match self {
            Self::Refused { figures, .. } | Self::Wrong { figures, .. } => figures.clone(),
            Self::Usage(_)
            | Self::Unreachable(_)
            | Self::Answer(_)
            | Self::File { .. }
            | Self::Output(_) => BTreeMap::new(),
        }
    }

    /// Tells it on standard error and gives the exit code. A reader that went
    /// away is no error.
    pub(crate) fn report(&self, server: &str, as_json: bool) -> ExitCode {
        if let Self::Output(error) = self
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            return ExitCode::SUCCESS;
        }
        let text = if as_json {
            self.as_json(server)
        } else {
            self.as_text(server)
        };
        // Where standard error is gone too, there is nobody left to tell.
        let _ = io::stderr().write_all(text.as_bytes());
        ExitCode::from(self.exit_number())
    }

    fn as_text(&self, server: &str) -> String {
        let mut text = format!("error: {}: {self}\n", self.reason());
        for (name, value) in self.figures() {
            text += &format!("  {name}: {value}\n");
        }
        if let Some(hint) = self.hint(server) {
            text += &format!("hint: {hint}\n");
        }
        text
    }

    fn as_json(&self, server: &str) -> String {
        let object = json!({
            "error": self.reason(),
            "message": self.to_string(),
            "figures": self.figures(),
            "hint": self.hint(server),
            "exit_code": self.exit_number(),
        });
        format!("{object}\n")
    }
}

/// What helps after a refusal, where something does.
fn hint_of(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "ACCOUNT_UNKNOWN" => {
            "`ledger-cli account list PREFIX` shows what there is; `ledger-cli account open ID` \
             opens one"
        }
        "ACCOUNT_EXISTS" => "`ledger-cli account limits ID` changes the limits of an open account",
        "ACCOUNT_NOT_EMPTY" => "transfer what stands on it to where it is to go, then close it",
        "ACCOUNT_HAS_HOLDS" => "`ledger-cli hold list ACCOUNT` shows them",
        "FLOOR_CROSSED" => {
            "`ledger-cli balance ID` shows what is available, `ledger-cli hold list ID` what is \
             set aside"
        }
        "CEILING_CROSSED" => "what exceeds the ceiling can go to a pool, in a transfer of its own",
        "ID_REUSED" => "without --id each booking gets a fresh id",
        "UNIT_UNKNOWN" => {
            "`ledger-cli unit list` shows the units; `ledger-cli unit declare` adds one"
        }
        "UNIT_MISMATCH" => "a bare number is whole steps of whatever unit the accounts have",
        "HOLD_UNKNOWN" => "`ledger-cli hold list` shows the holds",
        "HOLD_SETTLED" | "HOLD_RELEASED" | "HOLD_EXPIRED" => {
            "`ledger-cli hold show ID` shows how it ended"
        }
        "ENTRY_REVERSED" => "`ledger-cli entry show ID` names the reversal",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::{ErrorDetails, StatusExt};

    fn refused() -> Failure {
        let details = ErrorDetails::with_error_info(
            "FLOOR_CROSSED",
            DOMAIN,
            [("available".to_owned(), "30".to_owned())],
        );
        Status::with_error_details(Code::FailedPrecondition, "too little", details).into()
    }

    #[test]
    fn a_refusal_keeps_its_reason_and_figures() {
        let text = refused().as_text("http://here");
        assert!(
            text.starts_with("error: FLOOR_CROSSED: too little\n  available: 30\nhint: "),
            "{text}"
        );
        assert!(
            refused()
                .as_json("")
                .contains(r#""figures":{"available":"30"}"#)
        );
    }

    #[test]
    fn exit_numbers() {
        for (failure, number) in [
            (refused(), 1),
            (Failure::from(Status::invalid_argument("x")), 1),
            (Failure::from(Status::unavailable("x")), 3),
            (Failure::wrong("", []), 1),
            (Failure::Usage(String::new()), 2),
        ] {
            assert_eq!(failure.exit_number(), number, "{failure:?}");
        }
        assert_eq!(
            Failure::from(Status::invalid_argument("x")).reason(),
            "INVALID_ARGUMENT"
        );
    }
}
