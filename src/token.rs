//! Tokens, on the machine itself: with a server that runs, or without one.

use std::{
    error::Error,
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use timebank::{
    exchange::token::Role,
    journal::{role_to_proto, role_word},
    ledger::TimeZone,
    rpc,
    sequencer::{Start, WantedZone},
    store::{SqliteStore, Store, StoreError},
};
use timebank_proto::v1::{
    IssueTokenRequest, ListTokensRequest, RevokeTokenRequest, RotateTokenRequest, Token,
    TokenState, token_service_client::TokenServiceClient,
};
use tokio::sync::oneshot;
use tonic::{Status, transport::Channel};
use uuid::Uuid;

/// How often a server that starts is asked for.
const AGAIN: std::time::Duration = std::time::Duration::from_millis(20);

type Done<T = ()> = Result<T, Box<dyn Error>>;
type Client = TokenServiceClient<Channel>;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Issue a token, and write it to standard output this once
    #[command(after_help = "Examples:
  timebank token issue --name admin2 --role admin > admin2.token
  timebank token issue --name 1001 --role operator --scope shapingba --to 1001.token")]
    Issue {
        /// Its name, such as a staff number, or a member's id
        #[arg(long)]
        name: String,
        /// What it is for
        #[arg(long, value_parser = roles())]
        role: Role,
        /// The branch that it reaches. Default: the whole ledger, and for a member what is theirs
        #[arg(long, value_name = "PREFIX", default_value = "")]
        scope: String,
        #[command(flatten)]
        to: To,
    },
    /// Give a token another secret, and write it to standard output this once
    #[command(after_help = "Examples:
  timebank token rotate admin --to admin.token")]
    Rotate {
        /// The token's name
        name: String,
        #[command(flatten)]
        to: To,
    },
    /// End a token, at once
    #[command(after_help = "Examples:
  timebank token revoke clinic")]
    Revoke {
        /// The token's name
        name: String,
    },
    /// List tokens: name, role, scope and state
    #[command(after_help = "Examples:
  timebank token list")]
    List,
}

/// A role by its word.
fn roles() -> impl TypedValueParser<Value = Role> {
    let words = Role::ALL.iter().map(|role| role.word());
    PossibleValuesParser::new(words)
        .try_map(|word| Role::of_word(&word).ok_or("it is no role; docs/access.md has them"))
}

#[derive(Args)]
pub(crate) struct To {
    /// A new file for it, that its owner alone may read, in place of standard output
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Carries out a command: 0 where it is done, 1 where it is refused, 2 where it cannot be tried.
pub(crate) fn run(data: &Path, command: Command) -> ExitCode {
    let done = tokio::runtime::Runtime::new()
        .map_err(Box::from)
        .and_then(|runtime| runtime.block_on(with_server(data, command)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let (code, text) = match error.downcast_ref::<Status>() {
                Some(status) => (1, status.message().to_owned()),
                None => (2, error.to_string()),
            };
            let _ = writeln!(io::stderr(), "timebank: {text}");
            ExitCode::from(code)
        }
    }
}

/// Asks the server that has the ledger; where none has, one that serves nobody else.
async fn with_server(data: &Path, command: Command) -> Done {
    if !data.join("ledger.db").is_file() {
        return Err(format!("{} has no ledger yet; start a server on it", data.display()).into());
    }
    let (store, writer) = match SqliteStore::open(data) {
        Ok(opened) => opened,
        Err(StoreError::InUse { .. }) => {
            let channel = rpc::connect(data).await.map_err(|error| {
                format!("the server of {} is not reached: {error}", data.display())
            })?;
            return carry_out(Client::new(channel), command).await;
        }
        Err(error) => return Err(error.into()),
    };
    let start = Start {
        zone: WantedZone::OwnOr(TimeZone::UTC),
        accept_clock: false,
    };
    let (done, stop) = oneshot::channel::<()>();
    let store: Arc<dyn Store> = Arc::new(store);
    let nothing_more = rpc::Serving {
        limits: rpc::Limits::default(),
        backups: data.to_owned(),
    };
    let serving = rpc::serve(
        (store, writer),
        data,
        None,
        nothing_more,
        start,
        async move {
            let _ = stop.await;
        },
    );
    let asking = async move {
        let channel = loop {
            match rpc::connect(data).await {
                Ok(channel) => break channel,
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
        };
        let carried_out = carry_out(Client::new(channel), command).await;
        drop(done);
        carried_out
    };
    let (served, asked) = tokio::join!(
        async {
            // A server that does not start is not asked in vain.
            serving.await.map_err(Box::<dyn Error>::from)
        },
        asking
    );
    asked.and(served)
}

async fn carry_out(mut tokens: Client, command: Command) -> Done {
    let step_id = Uuid::now_v7().to_string();
    match command {
        Command::Issue {
            name,
            role,
            scope,
            to,
        } => {
            let request = IssueTokenRequest {
                step_id,
                name,
                role: role_to_proto(role).into(),
                scope: scope.trim_end_matches(':').into(),
                expires_at: None,
            };
            show(&tokens.issue_token(request).await?.into_inner().text, to)
        }
        Command::Rotate { name, to } => {
            let request = RotateTokenRequest { step_id, name };
            show(&tokens.rotate_token(request).await?.into_inner().text, to)
        }
        Command::Revoke { name } => {
            let request = RevokeTokenRequest { step_id, name };
            tokens.revoke_token(request).await?;
            Ok(())
        }
        Command::List => list(tokens).await,
    }
}

fn show(text: &str, To { to }: To) -> Done {
    let Some(path) = to else {
        return Ok(writeln!(io::stdout(), "{text}")?);
    };
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(&path);
    let written = file.and_then(|mut file| writeln!(file, "{text}"));
    written.map_err(|why| {
        let path = path.display();
        format!("the token stands, but it cannot be written to {path}: {why}; rotate it").into()
    })
}

async fn list(mut tokens: Client) -> Done {
    let mut out = io::stdout().lock();
    let mut page_token = String::new();
    loop {
        let request = ListTokensRequest {
            page_size: 1_000,
            page_token,
        };
        let page = tokens.list_tokens(request).await?.into_inner();
        for token in &page.tokens {
            writeln!(out, "{}", line(token))?;
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(());
        }
    }
}

fn line(token: &Token) -> String {
    let role = role_word(token.role);
    let state = match token.state() {
        TokenState::Unspecified => "",
        TokenState::Valid => "valid",
        TokenState::Expired => "expired",
        TokenState::Revoked => "revoked",
    };
    let scope = match token.scope.as_str() {
        "" => "-",
        scope => scope,
    };
    format!("{:<32} {role:<12} {scope:<24} {state}", token.name)
}
