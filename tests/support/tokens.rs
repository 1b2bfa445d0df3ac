//! The tokens that tests call with: the first of each server, and those that were issued for staff.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex},
};

use super::until;
use tonic::{Request, Status, metadata::MetadataValue, service::Interceptor};

/// Which directory each server serves, and where that is seen from here.
static SERVED: LazyLock<Mutex<HashMap<String, [PathBuf; 2]>>> = LazyLock::new(Mutex::default);
/// The tokens that were issued of each ledger, by their names.
static ISSUED: LazyLock<Mutex<HashMap<(PathBuf, String), String>>> = LazyLock::new(Mutex::default);

/// Notes which directory the server of an address serves, and where that is seen from here.
pub(crate) fn note_served(address: &str, data: &Path, seen: &Path) {
    let mut served = SERVED.lock().expect("the servers");
    served.insert(address.into(), [data.into(), seen.into()]);
}

fn read_token(data: &Path) -> Option<String> {
    fs::read_to_string(data.join("admin.token")).ok()
}

/// The first token of a ledger.
pub(crate) fn first_token(data: &Path) -> String {
    let text = until("the first token", || read_token(data));
    text.trim().into()
}

/// Shows a token with each call: that of the actor, where they were given one, or the first.
#[derive(Clone)]
pub(crate) struct Bearing {
    data: PathBuf,
    first: String,
}

impl Bearing {
    /// For the server of an address.
    pub(crate) fn at(address: &str) -> Self {
        let served = SERVED.lock().expect("the servers");
        let [data, seen] = served.get(address).expect("a server of this test").clone();
        drop(served);
        Self {
            first: first_token(&seen),
            data,
        }
    }

    /// With this token in place of the first.
    pub(crate) fn showing(self, token: &str) -> Self {
        Self {
            first: token.into(),
            ..self
        }
    }

    pub(crate) fn token(&self) -> &str {
        &self.first
    }

    /// Keeps the token of an actor.
    pub(crate) fn keep(&self, name: &str, text: String) {
        let mut issued = ISSUED.lock().expect("the tokens");
        issued.insert((self.data.clone(), name.into()), text);
    }

    fn of(&self, actor: &str) -> Option<String> {
        let issued = ISSUED.lock().expect("the tokens");
        issued.get(&(self.data.clone(), actor.into())).cloned()
    }
}

impl Interceptor for Bearing {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let metadata = request.metadata_mut();
        let actor = metadata
            .get("x-actor")
            .and_then(|actor| actor.to_str().ok());
        let own = actor.and_then(|actor| self.of(actor));
        if own.is_some() {
            metadata.remove("x-actor");
        }
        let token = own.as_ref().unwrap_or(&self.first);
        let value = format!("Bearer {token}");
        let value: MetadataValue<_> = value.parse().expect("a header");
        if metadata.get("authorization").is_none() {
            metadata.insert("authorization", value);
        }
        Ok(request)
    }
}
