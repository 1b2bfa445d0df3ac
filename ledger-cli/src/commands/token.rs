//! Tokens: who may call, and as whom.

use std::path::PathBuf;

use clap::{
    Args, Subcommand, ValueHint,
    builder::{PossibleValuesParser, TypedValueParser},
};
use timebank::{exchange::token::Role, journal::role_to_proto};
use timebank_proto::v1::{
    IssueTokenRequest, ListTokensRequest, RevokeTokenRequest, RotateTokenRequest, Token,
    WhoAmIRequest,
};

use super::id_or_fresh;
use crate::{
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    secret::write_private,
    session::Session,
    time::When,
};

#[derive(Subcommand, Debug)]
pub(crate) enum TokenCommand {
    /// Issue a token, and show it this once
    ///
    /// What is done by it is in its name, for good. Named like a member of staff, it acts as them;
    /// a member's is named like the member.
    #[command(after_help = "Examples:
  ledger-cli token issue --name 1001 --role operator --scope shapingba --to 1001.token
  ledger-cli token issue --name clinic --role integration --scope shapingba --expires 2027-12-31
  ledger-cli token issue --name shapingba:member:000123 --role member
  TIMEBANK_TOKEN_FILE=1001.token ledger-cli whoami")]
    Issue(IssueArgs),
    /// Give a token another secret, and show it this once; the one before is refused at once
    #[command(after_help = "Examples:
  ledger-cli token rotate clinic --to clinic.token")]
    Rotate(RotateArgs),
    /// End a token, at once
    #[command(after_help = "Examples:
  ledger-cli token revoke clinic")]
    Revoke {
        /// The token
        id: String,
    },
    /// List tokens, those that were revoked or have expired too
    #[command(after_help = "Examples:
  ledger-cli token list
  ledger-cli token list --output csv > tokens.csv")]
    List,
}

/// A role by its word.
fn roles() -> impl TypedValueParser<Value = Role> {
    let words = Role::ALL.iter().map(|role| role.word());
    PossibleValuesParser::new(words)
        .try_map(|word| Role::of_word(&word).ok_or("it is no role; docs/access.md has them"))
}

#[derive(Args, Debug)]
pub(crate) struct IssueArgs {
    /// Its name, such as a staff number, or a member's id
    #[arg(long)]
    name: String,
    /// What it is for
    #[arg(long, value_parser = roles())]
    role: Role,
    /// The branch that it reaches, such as a centre. Default: the whole ledger, and for a member's
    /// token what is theirs
    #[arg(long, value_name = "PREFIX")]
    scope: Option<String>,
    /// When it is refused from. Default: never
    #[arg(long, value_name = "TIME")]
    expires: Option<When>,
    #[command(flatten)]
    to: ToArgs,
}

#[derive(Args, Debug)]
pub(crate) struct RotateArgs {
    /// The token
    id: String,
    #[command(flatten)]
    to: ToArgs,
}

#[derive(Args, Debug)]
struct ToArgs {
    /// A new file for it, that you alone may read, in place of showing it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    to: Option<PathBuf>,
}

pub(super) async fn run(command: TokenCommand, mut session: Session) -> Result<(), Failure> {
    match command {
        TokenCommand::Issue(args) => {
            let request = IssueTokenRequest {
                step_id: id_or_fresh(None),
                name: args.name,
                role: role_to_proto(args.role).into(),
                // As people write prefixes of accounts.
                scope: args.scope.unwrap_or_default().trim_end_matches(':').into(),
                expires_at: session.moment(args.expires, When::start).await?,
            };
            let answer = session.client.tokens.issue_token(request).await?;
            let answer = answer.into_inner();
            show(session, answer.token, &answer.text, args.to).await
        }
        TokenCommand::Rotate(args) => {
            let request = RotateTokenRequest {
                step_id: id_or_fresh(None),
                name: args.id,
            };
            let answer = session.client.tokens.rotate_token(request).await?;
            let answer = answer.into_inner();
            show(session, answer.token, &answer.text, args.to).await
        }
        TokenCommand::Revoke { id } => {
            let request = RevokeTokenRequest {
                step_id: id_or_fresh(None),
                name: id,
            };
            let answer = session.client.tokens.revoke_token(request).await?;
            let token = present(answer.into_inner().token, "token")?;
            session.output.one(&rows::token(&token)).await
        }
        TokenCommand::List => list(session).await,
    }
}

/// Shows a token with its text, or writes that to a file: it cannot be had again.
async fn show(
    mut session: Session,
    token: Option<Token>,
    text: &str,
    ToArgs { to }: ToArgs,
) -> Result<(), Failure> {
    let row = rows::token(&present(token, "token")?);
    let row = match to {
        None => row.with("token", Cell::text(text)),
        Some(path) => {
            write_private(&path, text).map_err(|source| Failure::File {
                what: format!(
                    "the token stands, but writing it to {} failed (rotate it for another)",
                    path.display()
                ),
                source,
            })?;
            row.with("token_file", Cell::text(path.display().to_string()))
        }
    };
    session.output.one(&row).await
}

async fn list(mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListTokensRequest {
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.tokens.list_tokens(request).await?.into_inner();
        let rows = page.tokens.iter().map(rows::token).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::TOKENS, page).await
}

/// Whose token calls come with.
pub(super) async fn who_am_i(mut session: Session) -> Result<(), Failure> {
    let answer = session.client.tokens.who_am_i(WhoAmIRequest {}).await?;
    let answer = answer.into_inner();
    let row = rows::token(&present(answer.token, "token")?)
        .with("staff_number", Cell::text(answer.staff_number))
        .with("centre", Cell::text(answer.centre));
    session.output.one(&row).await
}
