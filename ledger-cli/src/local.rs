//! Acting for somebody on the server's own machine: whoever has the first token may issue any, and
//! so this client does, the first time that somebody's own word is asked for.

use timebank_proto::v1::{IssueTokenRequest, Role};
use uuid::Uuid;

use crate::{
    client::Client,
    error::{CLAIM_NOT_COUNTED, Failure},
    secret::{self, Local, Secret},
    session::Global,
};

/// The token of the actor whom a refusal asks for. None where it asks for none, or where that is not
/// for this client to give.
pub(crate) async fn own_token(
    global: &Global,
    refused: &Failure,
) -> Result<Option<Secret>, Failure> {
    let here = secret::is_this_machine(global.server()) && !global.names_a_token();
    let (Some(actor), Some(local)) = (&global.actor, Local::find().filter(|_| here)) else {
        return Ok(None);
    };
    if !refused.is_for(CLAIM_NOT_COUNTED) {
        return Ok(None);
    }
    match local.token_of(actor) {
        Some(known) => Ok(Some(known)),
        None => issue(global, actor, &local).await,
    }
}

async fn issue(global: &Global, actor: &str, local: &Local) -> Result<Option<Secret>, Failure> {
    let secret = secret::find(None, global.server())?;
    let mut client = Client::new(global.address(), secret.as_ref(), None)?;
    let role = match actor.contains(':') {
        true => Role::Member,
        false => Role::Operator,
    };
    let request = IssueTokenRequest {
        step_id: Uuid::now_v7().to_string(),
        name: actor.to_owned(),
        role: role.into(),
        scope: String::new(),
        expires_at: None,
    };
    let answer = client.tokens.issue_token(request).await?.into_inner();
    local.keep(actor, &answer.text).map(Some)
}
