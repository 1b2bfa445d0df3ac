//! The power is cut under load, again and again: what was not synced is lost.
//! What was acknowledged is there all the same.
//!
//! TIMEBANK_POWER_CUTS sets the number of cuts, TIMEBANK_SEED the randomness.

use std::{collections::BTreeMap, fs, process::Command};

use fastrand::Rng;

use super::{
    Call, World, all_calls,
    disk::{Disk, Luck},
    entries, found, from_environment, lived, start_writers,
};
use crate::support::{Server, until};

const CUTS: usize = 9;
/// Ledgers whose log is begun anew.
const LAPS: usize = 2;
/// More than the 1,000 pages that a start leaves in the log.
const LONG_LOG: u64 = 1_100 * 4_120;
/// Rounds on a disk that only says that it syncs.
const LIES: usize = 4;

/// A seed that can be given again, printed for whom the test fails.
fn seeded() -> Rng {
    let seed = from_environment("TIMEBANK_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("TIMEBANK_SEED={seed}");
    Rng::with_seed(seed)
}

/// How the server ends in a round.
#[derive(Clone, Copy, Debug)]
enum End {
    /// At any time.
    Killed,
    /// Before its nth change or sync of any file.
    AtChange(u32),
    /// While it stops in good order, before its nth change or sync of the
    /// database, which is when the log is copied into it. Not at all, if there
    /// are fewer.
    AtCheckpoint(u32),
}

impl End {
    fn any(round: usize, rng: &mut Rng) -> Self {
        match round % 3 {
            0 => Self::AtCheckpoint(rng.u32(1..=60)),
            1 => Self::AtChange(rng.u32(20..=600)),
            _ => Self::Killed,
        }
    }
}

/// Ends before its nth change or sync: of any file, or of one.
fn ends_at(mut command: Command, count: u32, file: Option<&str>) -> Command {
    command.env("UNSYNCED_END_AT", count.to_string());
    command.envs(file.map(|file| ("UNSYNCED_END_ON", file)));
    command
}

/// None where the server has ended as the test wants it, before it served.
fn started_unless_ended(command: Command) -> Option<Server> {
    match Server::try_run(command) {
        Ok(server) => Some(server),
        Err(why) => {
            assert!(why.trim_end().ends_with("logged:"), "not its end: {why}");
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_power_is_cut_again_and_again() {
    let mut rng = seeded();
    let cuts = from_environment("TIMEBANK_POWER_CUTS").unwrap_or(CUTS);
    let disk = Disk::new();
    found(Server::run(disk.serve())).await;
    let mut world = World::default();
    for round in 1..=cuts {
        let end = End::any(round, &mut rng);
        let calls = load_until(end, &disk, &mut rng).await;
        let mut luck = any_luck(&mut rng);
        println!(
            "round {round}: {end:?}, {} calls, {} %",
            calls.len(),
            luck.percent
        );
        disk.cut_the_power(&mut luck);
        let server = Server::run(disk.serve());
        world.check(&mut server.client().await, calls).await;
        // Not stopped, which would empty the log.
        server.kill();
    }
}

/// Often nothing reaches the disk that nobody waited for.
fn any_luck(rng: &mut Rng) -> Luck {
    let percent = [0, 0, 50, 90][rng.usize(..4)];
    let rng = rng.fork();
    Luck { percent, rng }
}

async fn load_until(end: End, disk: &Disk, rng: &mut Rng) -> Vec<Call> {
    let command = match end {
        End::Killed => disk.serve(),
        End::AtChange(count) => ends_at(disk.serve(), count, None),
        End::AtCheckpoint(count) => ends_at(disk.serve(), count, Some("ledger.db")),
    };
    // A long log is copied by the start already, which may be the end.
    let Some(server) = started_unless_ended(command) else {
        return Vec::new();
    };
    let writers = start_writers(&server, rng).await;
    match end {
        End::AtChange(_) => drop(server.wait().await),
        End::Killed => {
            lived(rng).await;
            server.kill();
        }
        End::AtCheckpoint(_) => {
            lived(rng).await;
            server.terminate();
            server.wait().await;
        }
    }
    all_calls(writers).await
}

/// A long log is copied into the database by the next start, and the first
/// commit after that overwrites it from its beginning.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_power_is_cut_while_a_long_log_is_copied_and_begun_anew() {
    let mut rng = seeded();
    for lap in 1..=LAPS {
        let disk = Disk::new();
        found(Server::run(disk.serve())).await;
        let server = Server::run(disk.serve());
        let writers = start_writers(&server, &mut rng).await;
        until("a long log", || (disk.log_bytes() > LONG_LOG).then_some(()));
        server.kill();
        let mut calls = all_calls(writers).await;
        let before = disk.log_number();
        let server = cut_until_the_log_is_copied(&disk, &mut rng);
        let writers = start_writers(&server, &mut rng).await;
        lived(&mut rng).await;
        server.kill();
        calls.extend(all_calls(writers).await);
        assert_ne!(disk.log_number(), before, "the log was begun anew");
        println!("lap {lap}: {} calls", calls.len());
        disk.cut_the_power(&mut any_luck(&mut rng));
        let server = Server::run(disk.serve());
        let mut world = World::default();
        world.check(&mut server.client().await, calls).await;
        server.stop().await;
    }
}

/// Cuts the power later and later in the copying, which begins again each time.
fn cut_until_the_log_is_copied(disk: &Disk, rng: &mut Rng) -> Server {
    let mut count = 1;
    loop {
        let command = ends_at(disk.serve(), count, Some("ledger.db"));
        if let Some(server) = started_unless_ended(command) {
            return server;
        }
        let mut luck = any_luck(rng);
        println!("cut at change {count}, {} %", luck.percent);
        disk.cut_the_power(&mut luck);
        count += 1 + rng.u32(..=count);
    }
}

/// Whatever a ledger's first start has done when the power goes, the next start
/// finds nothing or a ledger.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_power_is_cut_while_a_ledger_is_founded() {
    let mut rng = seeded();
    for count in 1.. {
        for percent in [0, 50] {
            let rng = rng.fork();
            let disk = Disk::new();
            if started_unless_ended(ends_at(disk.serve(), count, None)).is_some() {
                assert!(count > 10, "founding a ledger changes files");
                return;
            }
            println!("cut before change {count}, {percent} %");
            disk.cut_the_power(&mut Luck { percent, rng });
            let server = Server::run(disk.serve());
            server.client().await.verified().await;
            server.kill();
        }
    }
}

/// The database's first page is torn, or as empty as before: SQLite takes it back
/// by the journal beside it. Without that it could be anything, and is refused.
#[tokio::test]
async fn a_torn_first_page_is_taken_back() {
    for there in [0, 10, 50, 4_096] {
        let disk = Disk::new();
        // It is made, written, and not synced any more.
        let command = ends_at(disk.serve(), 3, Some("ledger.db"));
        assert!(started_unless_ended(command).is_none(), "its end");
        let (database, journal) = (disk.data().join("ledger.db"), "ledger.db-journal");
        let mut page = fs::read(&database).expect("the database");
        assert_eq!(page.len(), 4_096);
        page[there..].fill(0);
        fs::write(&database, &page).expect("a torn page");
        let server = Server::run(disk.serve());
        assert_eq!(server.client().await.verified().await, 2);
        server.stop().await;

        assert!(!disk.data().join(journal).exists());
        fs::write(&database, vec![0; 4_096]).expect("an empty page");
        let refused = Server::try_run(disk.serve()).err().expect("it is refused");
        assert!(refused.contains("is not a time bank's ledger"), "{refused}");
        assert_eq!(fs::read(&database).expect("it"), vec![0; 4_096]);
    }
}

/// A directory is made for the ledger, and the one that holds it is synced before
/// anything is put there.
#[test]
fn a_new_directory_outlives_a_power_cut() {
    let disk = Disk::new();
    let command = ends_at(disk.serve_in(&disk.data().join("new")), 1, Some(""));
    assert!(started_unless_ended(command).is_none(), "it is not synced");
    let new = disk.data().join("new").read_dir().expect("it was made");
    assert_eq!(new.count(), 0, "the sync comes too late");
}

/// The tests above would notice commits that are not synced: they would fail as
/// this does, on a disk that says so and does not sync.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_syncs_a_power_cut_loses_what_was_acknowledged() {
    let mut rng = seeded();
    for round in 1..=LIES {
        // Every other time, half of it reaches the disk all the same.
        let percent = if round % 2 == 0 { 50 } else { 0 };
        let disk = Disk::new();
        found(Server::run(disk.serve())).await;
        let mut lying = disk.serve();
        lying.env("UNSYNCED_LIES", "1");
        let server = Server::run(lying);
        let writers = start_writers(&server, &mut rng).await;
        lived(&mut rng).await;
        server.kill();
        let calls = all_calls(writers).await;
        let rng = rng.fork();
        disk.cut_the_power(&mut Luck { percent, rng });
        let (lost, acknowledged) = lost(&disk, &calls).await;
        println!("round {round}: {lost} of {acknowledged} calls lost, {percent} %");
        assert!(acknowledged > 0, "nothing could be lost");
        assert!(percent > 0 || lost == acknowledged, "nothing was synced");
    }
}

/// How many calls were acknowledged and are not there, or not whole; all where
/// the server cannot use what is left.
async fn lost(disk: &Disk, calls: &[Call]) -> (usize, usize) {
    let acknowledged = calls.iter().filter(|call| call.acknowledged);
    let recorded = match Server::try_run(disk.serve()) {
        Ok(server) => {
            let recorded = entries(&mut server.client().await).await;
            server.kill();
            recorded
        }
        Err(why) => {
            println!("{why}");
            BTreeMap::new()
        }
    };
    let lost = acknowledged
        .clone()
        .filter(|call| !call.ids().all(|id| recorded.contains_key(&id)));
    (lost.count(), acknowledged.count())
}
