//! A server killed under load, again and again. What it acknowledged is there
//! after every restart, once; what it did not is there whole or not at all.
//!
//! TIMEBANK_KILLS sets the number of kills, TIMEBANK_SEED the randomness.

mod disk;
mod members;
mod orders;
mod power;
mod unknown;
mod writer;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use fastrand::Rng;
use tempfile::TempDir;
use timebank_proto::v1::{AccountKind, record::Step};
use tokio::{sync::watch, task::JoinSet};
use uuid::Uuid;

use self::writer::{Call, Writer};
use crate::support::{Client, Server};

const KILLS: usize = 15;
const WRITERS: u64 = 6;
/// The longest that a server lives after its first acknowledgement.
const LIFE_MS: u64 = 400;

const MINT: &str = "city:issuance:mint";

fn member(number: u64) -> String {
    format!("city:member:m{number}")
}

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok()?;
    let Ok(value) = value.parse() else {
        panic!("{name}={value} is no number");
    };
    Some(value)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again() {
    let kills = from_environment("TIMEBANK_KILLS").unwrap_or(KILLS);
    let seed = from_environment("TIMEBANK_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("TIMEBANK_SEED={seed} TIMEBANK_KILLS={kills}");
    let mut rng = Rng::with_seed(seed);
    let dir = TempDir::new().expect("a directory");
    found(Server::start(dir.path())).await;
    let mut world = World::default();
    for round in 1..=kills {
        let calls = load_until_killed(dir.path(), &mut rng).await;
        let acknowledged = calls.iter().filter(|call| call.acknowledged).count();
        println!(
            "round {round}: {acknowledged} of {} calls acknowledged",
            calls.len()
        );
        let server = Server::start(dir.path());
        world.check(&mut server.client().await, calls).await;
        server.stop().await;
    }
}

async fn found(server: Server) {
    let mut client = server.client().await;
    client.open(MINT, AccountKind::Issuance).await;
    for number in 0..WRITERS {
        client.open(&member(number), AccountKind::Member).await;
    }
    server.stop().await;
}

/// All calls that the writers made before the server was gone.
async fn load_until_killed(dir: &Path, rng: &mut Rng) -> Vec<Call> {
    let server = Server::start(dir);
    let writers = start_writers(&server, rng).await;
    lived(rng).await;
    server.kill();
    all_calls(writers).await
}

type Writers = JoinSet<Vec<Call>>;

/// Writers under way: one of them was told of a success, or all have ended.
async fn start_writers(server: &Server, rng: &mut Rng) -> Writers {
    let mut clients = Vec::new();
    for _ in 0..WRITERS {
        clients.push(server.client().await);
    }
    let (acknowledge, mut acknowledged) = watch::channel(0);
    let mut writers = JoinSet::new();
    for (number, client) in (0..).zip(clients) {
        let writer = Writer::new(client, number, rng.fork());
        writers.spawn(writer.run(acknowledge.clone()));
    }
    drop(acknowledge);
    let _ = acknowledged.wait_for(|count| *count > 0).await;
    writers
}

/// The rest of a server's life.
async fn lived(rng: &mut Rng) {
    let life = Duration::from_micros(rng.u64(0..LIFE_MS * 1_000));
    tokio::time::sleep(life).await;
}

async fn all_calls(writers: Writers) -> Vec<Call> {
    writers.join_all().await.into_iter().flatten().collect()
}

/// What must be in the journal by now.
#[derive(Default)]
struct World {
    /// The entries that must be there, each with its sequence once it is seen.
    there: BTreeMap<Uuid, Option<i64>>,
}

impl World {
    /// Compares a restarted server's journal with what the callers know, and
    /// sends again what they were not told of.
    async fn check(&mut self, client: &mut Client, calls: Vec<Call>) {
        let recorded = entries(client).await;
        for call in &calls {
            let found = call.ids().filter(|id| recorded.contains_key(id)).count();
            if call.acknowledged {
                assert_eq!(
                    found,
                    call.entries.len(),
                    "acknowledged, and lost: {call:?}"
                );
            } else if call.atomic {
                assert!(
                    found == 0 || found == call.entries.len(),
                    "in part: {call:?}"
                );
            }
            for id in call.ids().filter(|id| recorded.contains_key(id)) {
                self.there.insert(id, None);
            }
        }
        let expected: BTreeSet<_> = self.there.keys().collect();
        assert_eq!(recorded.keys().collect::<BTreeSet<_>>(), expected);
        for (id, sequence) in &mut self.there {
            let found = recorded[id];
            let known = *sequence.get_or_insert(found);
            assert_eq!(known, found, "entry {id} has moved");
        }
        for call in calls.iter().filter(|call| !call.acknowledged) {
            call.send(client).await.expect("it is accepted now");
            self.there.extend(call.ids().map(|id| (id, None)));
        }
        self.check_sums(client).await;
    }

    /// Everything was posted from the one account, a minute each.
    async fn check_sums(&self, client: &mut Client) {
        let there = i64::try_from(self.there.len()).expect("a count");
        assert_eq!(client.balance(MINT).await, -there);
        let position = client.position().await;
        assert_eq!(client.verified().await, position);
    }
}

/// The entries of the journal, each once, with their sequences.
async fn entries(client: &mut Client) -> BTreeMap<Uuid, i64> {
    let mut entries = BTreeMap::new();
    for (index, record) in client.records(1).await.expect("records").iter().enumerate() {
        assert_eq!(record.sequence, index as i64 + 1, "no gaps");
        if let Some(Step::EntryPosted(posted)) = &record.step {
            let id = Uuid::from_slice(&posted.entry_id).expect("a UUID");
            let before = entries.insert(id, record.sequence);
            assert_eq!(before, None, "entry {id} is there twice");
        }
    }
    entries
}
