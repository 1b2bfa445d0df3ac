//! Over a real server process, with typed clients.

mod access;
mod attacks;
mod bad_calls;
mod bad_entries;
mod bad_reads;
mod batches;
mod busy;
mod calls;
mod conversions;
mod ends;
mod evaluators;
mod files;
mod goings;
mod groups;
mod life;
mod limits;
mod members;
mod order;
mod orders;
mod oversight;
mod pages;
mod partakers;
mod partners;
mod periods;
mod policies;
mod pools;
mod refusals;
mod reports;
mod scopes;
mod secrets;
mod sources;
mod stocks;
mod tls;
mod trainings;
mod visits;
mod watch;

use std::path::Path;

use tempfile::TempDir;
use timebank_proto::v1::{AccountKind, Entry, Tag};

use crate::support::{Client, Server, entry, serve_at_noon};

/// Hours come from here.
const MINT: &str = "city:issuance:mint";
/// Has 100 minutes.
const ANN: &str = "city:member:ann";
/// Has none.
const BEN: &str = "city:member:ben";

/// A server on a directory of its own.
struct City {
    server: Server,
    client: Client,
    dir: TempDir,
}

impl City {
    async fn empty() -> Self {
        Self::served_by(Server::start).await
    }

    /// In a zone where it is about noon: what was an hour ago was today.
    async fn at_noon() -> Self {
        Self::served_by(|dir| Server::run(serve_at_noon(dir))).await
    }

    async fn served_by(serve: impl FnOnce(&Path) -> Server) -> Self {
        let dir = TempDir::new().expect("a directory");
        let server = serve(dir.path());
        let client = server.client().await;
        Self {
            server,
            client,
            dir,
        }
    }

    /// With the accounts above.
    async fn founded() -> Self {
        let mut city = Self::empty().await;
        city.client.open(MINT, AccountKind::Issuance).await;
        city.client.open(ANN, AccountKind::Member).await;
        city.client.open(BEN, AccountKind::Member).await;
        let grant = city.client.post(entry(MINT, ANN, 100)).await;
        grant.expect("a grant");
        city
    }
}

/// An entry whose record is nearly 5 KB.
fn large() -> Entry {
    let tag = |n| Tag {
        key: format!("t{n:-<31}"),
        value: "\u{20000}".repeat(64),
    };
    Entry {
        tags: (10..26).map(tag).collect(),
        ..entry(MINT, BEN, 1)
    }
}
