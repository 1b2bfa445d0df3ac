//! Calls with tokens: the first of the ledger, or that of whoever was given one.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{LazyLock, Mutex},
};

use timebank_proto::v1::{IssueTokenRequest, Role, token_service_client::TokenServiceClient};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Endpoint,
};
use uuid::Uuid;

/// A connection whose calls come with tokens.
pub(crate) type Channel = InterceptedService<tonic::transport::Channel, Bearing>;

/// Those who were given one.
static OWN: LazyLock<Mutex<HashMap<String, MetadataValue<Ascii>>>> = LazyLock::new(Mutex::default);

#[derive(Clone)]
pub(crate) struct Bearing(MetadataValue<Ascii>);

impl Interceptor for Bearing {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let metadata = request.metadata_mut();
        let actor = metadata
            .get("x-actor")
            .and_then(|actor| actor.to_str().ok());
        let own = actor.and_then(|actor| OWN.lock().expect("tokens").get(actor).cloned());
        if own.is_some() {
            metadata.remove("x-actor");
        }
        metadata.insert("authorization", own.unwrap_or_else(|| self.0.clone()));
        Ok(request)
    }
}

fn header(token: &str) -> MetadataValue<Ascii> {
    format!("Bearer {}", token.trim())
        .parse()
        .expect("a header")
}

/// Connects to the server of a directory.
pub(crate) async fn connect(address: &str, data: &Path) -> Channel {
    let first = fs::read_to_string(data.join("admin.token")).expect("the first token");
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address");
    let channel = endpoint.connect().await.expect("a connection");
    InterceptedService::new(channel, Bearing(header(&first)))
}

/// Gives somebody a token: what is done in their name comes with it from now on.
#[allow(dead_code, reason = "benches that share this do so or not")]
pub(crate) async fn give_token(channel: &Channel, name: &str) {
    let role = match name.contains(':') {
        true => Role::Member,
        false => Role::Operator,
    };
    let request = IssueTokenRequest {
        step_id: Uuid::now_v7().to_string(),
        name: name.into(),
        role: role.into(),
        ..Default::default()
    };
    let mut tokens = TokenServiceClient::new(channel.clone());
    let issued = tokens
        .issue_token(request)
        .await
        .expect("issued")
        .into_inner();
    let mut own = OWN.lock().expect("tokens");
    own.insert(name.into(), header(&issued.text));
}
