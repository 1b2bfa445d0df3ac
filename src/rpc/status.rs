//! Refusals and failures to gRPC statuses: a code, a text for people, and a
//! `google.rpc.ErrorInfo` with the reason and figures for programs.

use std::collections::{BTreeMap, HashMap};

use timebank_proto::v1;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{codes::rejection_code, door::RETRY_AFTER, guard::NotLetIn};
use crate::{
    exchange::policy::Mistakes,
    ledger::Malformed,
    query::{PageError, ReadError, ReportError},
    sequencer::SubmitError,
    steps::{FirstRefusal, Rejection},
    store::StoreError,
};

const DOMAIN: &str = "timebank";
const MAX_MISTAKES_TOLD: usize = 10;

/// Everything that ends a call without its result.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    Rejected(#[from] Rejection),
    #[error("number {} of the batch was refused, so none was recorded: {}", .0.index, .0.rejection)]
    Atomic(FirstRefusal),
    #[error("number {index} of the batch cannot be read, so none was recorded: {malformed}")]
    AtomicMalformed { index: usize, malformed: Malformed },
    #[error("a batch has 1 to {max} of them, this one has {given}")]
    BatchSize { given: usize, max: usize },
    #[error("a sample has 1 to {max} orders; {given} are asked for")]
    SampleSize { given: i32, max: usize },
    #[error(
        "a copy's name is 1 to 64 characters A-Z a-z 0-9 '.' '_' '-', with no '.' first and no '.part' last; it \
         is put into the server's folder for copies"
    )]
    CopyName,
    #[error("there is a copy {name} already; nothing is written over, so name another")]
    CopyExists { name: String },
    #[error("what rows are grouped by first cannot come second as well")]
    GroupedTwice,
    #[error("a batch has at most {max} transfers in all its entries, this one has {given}")]
    BatchTransfers { given: usize, max: usize },
    #[error("a batch opens at most {max} accounts, this one names {given}")]
    Openings { given: usize, max: usize },
    #[error(transparent)]
    NotLetIn(#[from] NotLetIn),
    #[error(transparent)]
    Submit(#[from] SubmitError),
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A policy's document is none. A status has room for the first of its mistakes.
    #[error("the policy has mistakes:\n{}", first(.0))]
    Policy(#[from] Mistakes),
    #[error("the system gives no random bytes; try again")]
    NoRandomness,
    #[error(
        "the server has as many requests at hand as it has room for; send it again later, with the same id"
    )]
    Busy,
    #[error(
        "the request came too slowly to wait for the rest of it; send it again, with the same id"
    )]
    Slow,
    /// A bug.
    #[error(
        "the server met a fault of its own; what was asked may have been done, so ask again with \
         the same id, and tell those who run the server"
    )]
    Fault,
}

impl From<PageError> for Refused {
    fn from(error: PageError) -> Self {
        Self::Read(error.into())
    }
}

/// The first mistakes of a policy, a line each.
fn first(mistakes: &Mistakes) -> String {
    let first = mistakes.0.iter().take(MAX_MISTAKES_TOLD);
    let lines: Vec<_> = first.map(ToString::to_string).collect();
    lines.join("\n")
}

impl Refused {
    fn code(&self) -> Code {
        match self {
            Self::Malformed(_)
            | Self::AtomicMalformed { .. }
            | Self::BatchSize { .. }
            | Self::BatchTransfers { .. }
            | Self::Openings { .. }
            | Self::SampleSize { .. }
            | Self::CopyName
            | Self::GroupedTwice
            | Self::Policy(_) => Code::InvalidArgument,
            Self::NotLetIn(
                NotLetIn::TooOften(_)
                | NotLetIn::TooMany { .. }
                | NotLetIn::TooFast { .. }
                | NotLetIn::TooMuch { .. },
            ) => Code::ResourceExhausted,
            Self::NotLetIn(_) => Code::Unauthenticated,
            Self::Rejected(rejection) => rejection_code(rejection),
            Self::Atomic(refusal) => rejection_code(&refusal.rejection),
            Self::Submit(SubmitError::Store(error)) | Self::Read(ReadError::Store(error)) => {
                store_code(error)
            }
            Self::Submit(SubmitError::Stopping | SubmitError::Clock(_))
            | Self::Read(ReadError::Stopping | ReadError::CallerLeft) => Code::Unavailable,
            Self::Read(ReadError::ScanTooLong { .. }) => Code::ResourceExhausted,
            Self::Read(ReadError::Unknown(rejection)) => rejection_code(rejection),
            Self::Read(ReadError::Page(_) | ReadError::RangeReversed { .. }) => {
                Code::InvalidArgument
            }
            Self::Read(ReadError::Report(error)) => report_code(error),
            Self::CopyExists { .. } => Code::AlreadyExists,
            Self::NoRandomness => Code::Unavailable,
            Self::Busy => Code::ResourceExhausted,
            Self::Slow => Code::DeadlineExceeded,
            Self::Fault | Self::Read(ReadError::Fault) => Code::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(malformed) | Self::AtomicMalformed { malformed, .. } => {
                malformed.reason()
            }
            Self::Rejected(rejection) | Self::Read(ReadError::Unknown(rejection)) => {
                rejection.reason()
            }
            Self::Atomic(refusal) => refusal.rejection.reason(),
            Self::BatchSize { .. } | Self::BatchTransfers { .. } | Self::Openings { .. } => {
                "BATCH_SIZE_OUT_OF_RANGE"
            }
            Self::NotLetIn(NotLetIn::Missing) => "TOKEN_MISSING",
            Self::NotLetIn(NotLetIn::Unreadable | NotLetIn::Malformed(_)) => "TOKEN_MALFORMED",
            Self::NotLetIn(NotLetIn::Refused) => "TOKEN_REFUSED",
            Self::NotLetIn(NotLetIn::TooOften(_)) => "TOO_MANY_ATTEMPTS",
            Self::NotLetIn(NotLetIn::TooMany { .. }) => "TOO_MANY_CALLS",
            Self::NotLetIn(NotLetIn::TooFast { .. }) => "CALLS_TOO_FAST",
            Self::NotLetIn(NotLetIn::TooMuch { .. }) => "TOO_MANY_BYTES",
            Self::SampleSize { .. } => "SAMPLE_SIZE_OUT_OF_RANGE",
            Self::GroupedTwice => "GROUPED_TWICE",
            Self::CopyName => "COPY_NAME_MALFORMED",
            Self::CopyExists { .. } => "COPY_EXISTS",
            Self::Submit(SubmitError::Store(error)) | Self::Read(ReadError::Store(error)) => {
                store_reason(error)
            }
            // Nobody hears of a read whose caller has left.
            Self::Submit(SubmitError::Stopping)
            | Self::Read(ReadError::Stopping | ReadError::CallerLeft) => "SERVER_STOPPING",
            Self::Read(ReadError::ScanTooLong { .. }) => "SCAN_TOO_LONG",
            Self::Submit(SubmitError::Clock(_)) => "CLOCK_IMPLAUSIBLE",
            Self::Read(ReadError::Page(PageError::Size { .. })) => "PAGE_SIZE_OUT_OF_RANGE",
            Self::Read(ReadError::Page(PageError::Token)) => "PAGE_TOKEN_MALFORMED",
            Self::Read(ReadError::RangeReversed { .. }) => "RANGE_REVERSED",
            Self::Read(ReadError::Report(error)) => error.reason(),
            Self::Policy(_) => "POLICY_MALFORMED",
            Self::NoRandomness => "NO_RANDOMNESS",
            Self::Busy => "SERVER_BUSY",
            Self::Slow => "REQUEST_SLOW",
            Self::Fault | Self::Read(ReadError::Fault) => "SERVER_FAULT",
        }
    }

    fn figures(&self) -> Vec<(&'static str, String)> {
        let indexed = |index: &usize, mut figures: Vec<(&'static str, String)>| {
            figures.push(("index", index.to_string()));
            figures
        };
        match self {
            Self::Malformed(malformed) => malformed.figures(),
            Self::AtomicMalformed { index, malformed } => indexed(index, malformed.figures()),
            Self::Rejected(rejection) | Self::Read(ReadError::Unknown(rejection)) => {
                rejection.figures()
            }
            Self::Atomic(refusal) => indexed(&refusal.index, refusal.rejection.figures()),
            Self::BatchSize { given, max }
            | Self::BatchTransfers { given, max }
            | Self::Openings { given, max } => {
                vec![("given", given.to_string()), ("max", max.to_string())]
            }
            Self::CopyExists { name } => vec![("name", name.clone())],
            Self::SampleSize { given, max } => {
                vec![("given", given.to_string()), ("max", max.to_string())]
            }
            Self::Read(ReadError::Page(PageError::Size { given })) => {
                vec![("given", given.to_string())]
            }
            Self::Read(ReadError::RangeReversed { since, until }) => {
                vec![("since", since.to_string()), ("until", until.to_string())]
            }
            Self::Read(ReadError::Report(error)) => error.figures(),
            Self::Read(ReadError::ScanTooLong { max_postings }) => {
                vec![("max_postings", max_postings.to_string())]
            }
            Self::Submit(SubmitError::Clock(error)) => vec![
                ("clock", error.clock.to_string()),
                ("compared", error.compared.to_string()),
            ],
            Self::Policy(mistakes) => {
                let first = mistakes.0.first();
                let place = first.map(|first| (first.line, first.column));
                let (line, column) = place.unwrap_or_default();
                vec![
                    ("mistake_count", mistakes.0.len().to_string()),
                    ("line", line.to_string()),
                    ("column", column.to_string()),
                ]
            }
            Self::NotLetIn(NotLetIn::TooMany { name, max }) => {
                vec![("name", name.to_string()), ("max", max.to_string())]
            }
            Self::NotLetIn(NotLetIn::TooFast { name, per_s, wait }) => vec![
                ("name", name.to_string()),
                ("per_s", per_s.to_string()),
                ("wait_ms", (wait.as_millis() + 1).to_string()),
            ],
            Self::NotLetIn(NotLetIn::TooMuch { name }) => vec![("name", name.to_string())],
            Self::NotLetIn(NotLetIn::TooOften(wait)) => {
                vec![("wait_s", (wait.as_secs() + 1).to_string())]
            }
            Self::NotLetIn(_)
            | Self::Submit(_)
            | Self::Read(
                ReadError::Store(_)
                | ReadError::Stopping
                | ReadError::CallerLeft
                | ReadError::Fault
                | ReadError::Page(PageError::Token),
            )
            | Self::GroupedTwice
            | Self::CopyName
            | Self::NoRandomness
            | Self::Busy
            | Self::Slow
            | Self::Fault => vec![],
        }
    }

    /// The refusal as an entry of a batch has it.
    pub(super) fn into_refusal(self) -> v1::Refusal {
        v1::Refusal {
            reason: self.reason().into(),
            message: self.to_string(),
            figures: self
                .figures()
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect::<BTreeMap<_, _>>(),
            code: self.code().into(),
        }
    }
}

impl From<Refused> for Status {
    fn from(refused: Refused) -> Self {
        let figures: HashMap<String, String> = refused
            .figures()
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect();
        let mut details = ErrorDetails::with_error_info(refused.reason(), DOMAIN, figures);
        let again = match refused {
            Refused::Busy
            | Refused::NotLetIn(NotLetIn::TooMany { .. } | NotLetIn::TooMuch { .. }) => {
                Some(RETRY_AFTER)
            }
            Refused::NotLetIn(NotLetIn::TooOften(wait) | NotLetIn::TooFast { wait, .. }) => {
                Some(wait)
            }
            _ => None,
        };
        if let Some(again) = again {
            details.set_retry_info(Some(again));
        }
        Self::with_error_details(refused.code(), refused.to_string(), details)
    }
}

fn report_code(error: &ReportError) -> Code {
    match error {
        ReportError::PositionAhead { .. } => Code::OutOfRange,
        ReportError::BranchEmpty { .. } => Code::NotFound,
        ReportError::BranchInside { .. } => Code::InvalidArgument,
        ReportError::TooManyRows { .. } | ReportError::TooManyMonths { .. } => {
            Code::ResourceExhausted
        }
    }
}

fn store_code(error: &StoreError) -> Code {
    match error {
        StoreError::Full => Code::ResourceExhausted,
        StoreError::Corrupt(_) => Code::DataLoss,
        StoreError::OutcomeUnknown(_)
        | StoreError::Failed(_)
        | StoreError::InUse { .. }
        | StoreError::Unusable { .. }
        | StoreError::NotOurs { .. }
        | StoreError::Newer { .. } => Code::Unavailable,
    }
}

fn store_reason(error: &StoreError) -> &'static str {
    match error {
        StoreError::Full => "STORE_FULL",
        StoreError::Corrupt(_) => "STORE_CORRUPT",
        StoreError::OutcomeUnknown(_) => "OUTCOME_UNKNOWN",
        StoreError::Failed(_)
        | StoreError::InUse { .. }
        | StoreError::Unusable { .. }
        | StoreError::NotOurs { .. }
        | StoreError::Newer { .. } => "STORE_FAILED",
    }
}
