//! What can go wrong, how it is told, and the exit code it ends with.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, Write},
    iter,
    process::ExitCode,
};

use serde_json::json;
use tonic::{Code, ConnectError, Status};
use tonic_types::StatusExt;

use crate::amount::{Shown, TIME};

/// Whose `ErrorInfo` this client understands.
const DOMAIN: &str = "timebank";

/// A rule that counts whose token it is, and no claim to act for somebody.
pub(crate) const CLAIM_NOT_COUNTED: &str = "CLAIM_NOT_COUNTED";

/// The one answer of a server that is as good as none.
const STOPPING: &str = "SERVER_STOPPING";

/// The figures that are amounts, in steps of the figure `unit`.
const AMOUNTS: [&str; 10] = [
    "amount",
    "available",
    "balance",
    "cap",
    "ceiling",
    "costs",
    "floor",
    "held",
    "outstanding",
    "requested",
];

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
    #[error("the server is not reached: {why}")]
    Unreachable {
        why: String,
        /// Whether the call may have got there before.
        was_sent: bool,
    },
    /// The server answered what the contract does not allow.
    #[error("the server's answer is not understood: {0}")]
    Answer(String),
    #[error("{what}: {source}")]
    File { what: String, source: io::Error },
    #[error("writing the output: {0}")]
    Output(#[from] io::Error),
    /// It is not known, or not told, what became of a booking.
    #[error("{cause}")]
    InDoubt { id: String, cause: Box<Failure> },
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let info = status.get_details_error_info();
        match info.filter(|info| info.domain == DOMAIN) {
            Some(info) if info.reason == STOPPING => Self::Unreachable {
                why: status.message().to_owned(),
                was_sent: true,
            },
            Some(info) => Self::Refused {
                reason: info.reason,
                message: status.message().to_owned(),
                figures: info.metadata.into_iter().collect(),
            },
            None if is_unreachable(&status) => Self::Unreachable {
                why: root_cause(&status),
                was_sent: !is_unconnected(&status),
            },
            None => Self::Refused {
                reason: upper_snake(status.code()),
                message: status.message().to_owned(),
                figures: BTreeMap::new(),
            },
        }
    }
}

/// A connection that fails or breaks in the middle of an answer, or something
/// between that has no server.
fn is_unreachable(status: &Status) -> bool {
    status.code() == Code::Unavailable || status.source().is_some()
}

/// There never was a connection that could have carried the call.
fn is_unconnected(status: &Status) -> bool {
    let mut cause: Option<&dyn Error> = status.source();
    while let Some(error) = cause {
        if error.is::<ConnectError>() {
            return true;
        }
        cause = error.source();
    }
    false
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

    /// Of the call that makes a booking: it may have been made all the same.
    pub(crate) fn of_booking(self, id: &str) -> Self {
        let is_in_doubt = match &self {
            Self::Unreachable { was_sent, .. } => *was_sent,
            Self::Refused { reason, .. } => leaves_doubt(reason),
            Self::Answer(_) => true,
            Self::Wrong { .. }
            | Self::Usage(_)
            | Self::File { .. }
            | Self::Output(_)
            | Self::InDoubt { .. } => false,
        };
        if is_in_doubt {
            self.after_booking(id)
        } else {
            self
        }
    }

    /// Of what follows a booking: whoever asked for it must not ask anew.
    pub(crate) fn after_booking(self, id: &str) -> Self {
        if self.is_closed_pipe() {
            return self;
        }
        Self::InDoubt {
            id: id.to_owned(),
            cause: Box::new(self),
        }
    }

    fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Whether a rule refused it, or one in doubt.
    pub(crate) fn is_for(&self, rule: &str) -> bool {
        matches!(self, Self::Refused { reason, .. } if reason == rule)
    }

    /// The stable name of what went wrong.
    fn reason(&self) -> &str {
        match self {
            Self::Refused { reason, .. } => reason,
            Self::Wrong { .. } => "FOUND_WRONG",
            Self::Usage(_) => "USAGE",
            Self::Unreachable { .. } => "SERVER_NOT_REACHED",
            Self::Answer(_) => "ANSWER_NOT_UNDERSTOOD",
            Self::File { .. } => "FILE",
            Self::Output(_) => "OUTPUT",
            Self::InDoubt { cause, .. } => cause.reason(),
        }
    }

    /// What to try next.
    fn hint(&self, server: &str) -> Option<String> {
        match self {
            Self::Refused { reason, .. } => hint_of(reason).map(str::to_owned),
            Self::InDoubt { id, cause } => {
                let doubt = format!(
                    "it may have been recorded: repeat it with --id {id}, which never records it twice"
                );
                let hints = iter::once(doubt).chain(cause.hint(server));
                Some(hints.collect::<Vec<_>>().join("; "))
            }
            Self::Unreachable { .. } => Some(format!(
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
            Self::Unreachable { .. } => 3,
            Self::InDoubt { cause, .. } => cause.exit_number(),
        }
    }

    fn figures(&self) -> BTreeMap<String, String> {
        match self {
            Self::Refused { figures, .. } | Self::Wrong { figures, .. } => figures.clone(),
            Self::InDoubt { cause, .. } => cause.figures(),
            Self::Usage(_)
            | Self::Unreachable { .. }
            | Self::Answer(_)
            | Self::File { .. }
            | Self::Output(_) => BTreeMap::new(),
        }
    }

    /// Tells it on standard error and gives the exit code. A reader that went
    /// away is no error.
    pub(crate) fn report(&self, server: &str, as_json: bool) -> ExitCode {
        if self.is_closed_pipe() {
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
        let figures = self.figures();
        let is_time = figures.get("unit").is_some_and(|unit| unit == TIME);
        for (name, value) in &figures {
            let value = match hours(value).filter(|_| is_time && AMOUNTS.contains(&&**name)) {
                Some(hours) => hours,
                None => value.clone(),
            };
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
            "id": match self {
                Self::InDoubt { id, .. } => Some(id),
                _ => None,
            },
            "hint": self.hint(server),
            "exit_code": self.exit_number(),
        });
        format!("{object}\n")
    }
}

/// Minutes as hours, with the figure itself: `1h30m (90 min)`.
fn hours(minutes: &str) -> Option<String> {
    let steps = minutes.parse().ok()?;
    Some(format!("{} ({steps} min)", Shown { steps, step: None }))
}

/// Whether a booking may stand that the server answered so. All but the first
/// four are of something between, or of an answer that did not get through.
fn leaves_doubt(reason: &str) -> bool {
    matches!(
        reason,
        "OUTCOME_UNKNOWN"
            | "STORE_FAILED"
            | "STORE_FULL"
            | "STORE_CORRUPT"
            | "ABORTED"
            | "CANCELLED"
            | "DATA_LOSS"
            | "DEADLINE_EXCEEDED"
            | "INTERNAL"
            | "OUT_OF_RANGE"
            | "RESOURCE_EXHAUSTED"
            | "SERVER_FAULT"
            | "UNKNOWN"
    )
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
        "TOKEN_MISSING" | "TOKEN_REFUSED" | "TOKEN_NOT_VALID" => {
            "`ledger-cli token issue`, by an administrator, gives one; TIMEBANK_TOKEN_FILE names its \
             file"
        }
        CLAIM_NOT_COUNTED => "TIMEBANK_TOKEN_FILE names the file of their own token",
        "ENTRY_REVERSED" => "`ledger-cli entry show ID` names the reversal",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::HashMap, sync::Arc};
    use tonic_types::{ErrorDetails, StatusExt};

    fn answered(code: Code, reason: &str, domain: &str, figures: &[(&str, &str)]) -> Failure {
        let figures = figures
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<HashMap<_, _>>();
        let details = ErrorDetails::with_error_info(reason, domain, figures);
        Status::with_error_details(code, "told", details).into()
    }

    fn refused(figures: &[(&str, &str)]) -> Failure {
        answered(Code::FailedPrecondition, "FLOOR_CROSSED", DOMAIN, figures)
    }

    #[test]
    fn a_refusal_keeps_its_reason_and_figures() {
        let refused = refused(&[("available", "30")]);
        let text = refused.as_text("http://here");
        assert!(
            text.starts_with("error: FLOOR_CROSSED: told\n  available: 30\nhint: "),
            "{text}"
        );
        let json = refused.as_json("");
        assert!(json.contains(r#""figures":{"available":"30"}"#), "{json}");
        assert!(json.contains(r#""id":null"#), "{json}");
    }

    #[test]
    fn figures_in_time_are_shown_as_hours() {
        let figures = [
            ("account", "90"),
            ("available", "-90"),
            ("floor", "none"),
            ("requested", "60"),
        ];
        let time = refused(&[&figures[..], &[("unit", "time")]].concat());
        let text = time.as_text("");
        for line in [
            "  account: 90\n",
            "  available: -1h30m (-90 min)\n",
            "  floor: none\n",
            "  requested: 1h (60 min)\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert!(time.as_json("").contains(r#""requested":"60""#));
        let points = refused(&[&figures[..], &[("unit", "points")]].concat());
        assert!(points.as_text("").contains("  requested: 60\n"));
    }

    #[test]
    fn exit_numbers() {
        let unavailable = |reason, domain| answered(Code::Unavailable, reason, domain, &[]);
        for (failure, number, reason) in [
            (refused(&[]), 1, "FLOOR_CROSSED"),
            (
                Failure::from(Status::invalid_argument("x")),
                1,
                "INVALID_ARGUMENT",
            ),
            (
                Failure::from(Status::unavailable("x")),
                3,
                "SERVER_NOT_REACHED",
            ),
            (unavailable("STORE_FAILED", DOMAIN), 1, "STORE_FAILED"),
            (unavailable("NO_RANDOMNESS", DOMAIN), 1, "NO_RANDOMNESS"),
            (unavailable(STOPPING, DOMAIN), 3, "SERVER_NOT_REACHED"),
            (unavailable("X", "proxy"), 3, "SERVER_NOT_REACHED"),
            (Failure::wrong("", []), 1, "FOUND_WRONG"),
            (Failure::Usage(String::new()), 2, "USAGE"),
        ] {
            assert_eq!(failure.exit_number(), number, "{failure:?}");
            assert_eq!(failure.reason(), reason, "{failure:?}");
        }
    }

    #[test]
    fn a_booking_in_doubt_is_told_with_its_id() {
        let failed = || answered(Code::Unavailable, "STORE_FAILED", DOMAIN, &[]);
        let told = failed().of_booking("E1");
        assert_eq!((told.exit_number(), told.reason()), (1, "STORE_FAILED"));
        let text = told.as_text("");
        assert!(text.contains("may have been recorded"), "{text}");
        assert!(text.contains("repeat it with --id E1"), "{text}");
        assert!(told.as_json("").contains(r#""id":"E1""#));

        let broke = Status::unavailable("broke").into();
        let told = Failure::of_booking(broke, "E1");
        assert_eq!(told.exit_number(), 3);
        assert!(told.as_text("").contains("repeat it with --id E1"));

        let mut unconnected = Status::unavailable("no");
        unconnected.set_source(Arc::new(ConnectError("refused".into())));
        for sure in [refused(&[]), unconnected.into()] {
            let text = sure.of_booking("E1").as_text("");
            assert!(!text.contains("E1"), "{text}");
        }
        let gone = Failure::Output(io::ErrorKind::BrokenPipe.into());
        assert!(gone.after_booking("E1").is_closed_pipe());
    }
}
