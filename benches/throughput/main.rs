//! How fast the ledger is, end to end: `cargo bench --bench throughput` starts the
//! real server on loopback with a durable file, puts load on it through one gRPC
//! channel, and prints rows `name value`, all from one run.
//!
//! Settable by environment: TRANSFERS, ACCOUNTS, BATCH, IN_FLIGHT (batches),
//! IDS=ordered|random, SECONDS (of each sort of call). GROWTH=1 measures, instead of
//! all else, the last 500,000 of 5,000,000 transfers against the 500,000 that come
//! after the first 100,000: enough for each to have its share of log checkpoints.
//!
//! Machines are noisy, so what is compared runs close together: plain SQLite before
//! and after the batches, of which the mean counts, and the calls in turns of a
//! second.

#[path = "../shared/bearing.rs"]
mod bearing;
mod bookings;
#[path = "../shared/calls.rs"]
mod calls;
mod load;
mod raw;
#[path = "../shared/server.rs"]
mod server;

use std::env;
use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use bookings::Bookings;
use load::Load;
use server::Server;
use tokio::task::LocalSet;

/// How many calls of one transfer, one read or nothing are under way at once.
const CALLS_IN_FLIGHT: usize = 32;
/// What the growth figure compares, and after how many transfers.
const GROWTH_START: u64 = 100_000;
const GROWTH_STEP: u64 = 500_000;
const GROWTH_TRANSFERS: u64 = 5_000_000;

struct Settings {
    transfers: u64,
    accounts: usize,
    batch: u64,
    in_flight: usize,
    ordered_ids: bool,
    seconds: u32,
}

impl Settings {
    fn from_env() -> Self {
        Self {
            transfers: setting("TRANSFERS", 1_000_000),
            accounts: setting("ACCOUNTS", 10_000).max(2),
            batch: setting("BATCH", 8_189).max(1),
            in_flight: setting("IN_FLIGHT", 4).max(1),
            ordered_ids: ordered_ids(),
            seconds: setting("SECONDS", 5).max(1),
        }
    }
}

fn setting<T: FromStr>(name: &str, default: T) -> T {
    match env::var(name) {
        Ok(text) => text
            .replace('_', "")
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is not a number")),
        Err(_) => default,
    }
}

fn ordered_ids() -> bool {
    match env::var("IDS").as_deref() {
        Err(_) | Ok("ordered") => true,
        Ok("random") => false,
        Ok(other) => panic!("IDS={other} is neither ordered nor random"),
    }
}

fn main() {
    if !env::args().any(|argument| argument == "--bench") {
        println!("nothing measured: run it with cargo bench");
        return;
    }
    let settings = Settings::from_env();
    // One thread for the client: the server is to have the rest of the machine.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let tasks = LocalSet::new();
    // Under the target directory, as the usual temporary one may be in memory.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    if env::var("GROWTH").is_ok_and(|value| value == "1") {
        tasks.block_on(&runtime, measure_growth(&settings, dir.path()));
    } else {
        tasks.block_on(&runtime, measure(&settings, dir.path()));
    }
}

async fn measure(settings: &Settings, dir: &Path) {
    let data = dir.join("data");
    let raw_before = raw::rows_per_s(dir, settings);
    let bookings = Bookings::new(settings);
    let (batch, bytes) = fill(settings, &bookings, &data).await;
    let raw = mean(raw_before, raw::rows_per_s(dir, settings));
    row("batch_transfers_per_s", rounded(batch));
    row("raw_sqlite_rows_per_s", rounded(raw));
    row("bytes_per_transfer", rounded(bytes));

    let (server, reopened) = Server::start(&data);
    row("reopen_ms", reopened.as_millis());
    let load = Load::connect(server.address(), &data).await;
    row("verify_records_per_s", rounded(load.verify().await));

    let calls = Calls::measure(&load, &bookings, settings.seconds).await;
    server.stop().await;

    row("single_transfers_per_s", rounded(calls.single));
    row("sequential_transfers_per_s", rounded(calls.sequential));
    row("balance_reads_per_s", rounded(calls.reads));
    row("noop_calls_per_s", rounded(calls.noop));
    row("batch_over_raw", ratio(batch, raw));
    row("single_over_noop", ratio(calls.single, calls.noop));
    row("reads_over_noop", ratio(calls.reads, calls.noop));
}

/// How many calls of each sort are answered a second.
#[derive(Default)]
struct Calls {
    noop: f64,
    single: f64,
    sequential: f64,
    reads: f64,
}

impl Calls {
    /// A second of each in turn, so that a slow moment of the machine is shared by
    /// all of them.
    async fn measure(load: &Load, bookings: &Bookings, rounds: u32) -> Self {
        let mut sum = Self::default();
        for _ in 0..rounds {
            sum.noop += load.noops_per_s().await;
            sum.single += load.transfers_per_s(bookings, CALLS_IN_FLIGHT).await;
            sum.reads += load.balances_per_s(bookings).await;
            sum.sequential += load.transfers_per_s(bookings, 1).await;
        }
        let rounds = f64::from(rounds);
        Self {
            noop: sum.noop / rounds,
            single: sum.single / rounds,
            sequential: sum.sequential / rounds,
            reads: sum.reads / rounds,
        }
    }
}

/// Opens the accounts and posts the transfers: how many a second, and how many
/// bytes each takes on disk.
async fn fill(settings: &Settings, bookings: &Bookings, data: &Path) -> (f64, f64) {
    open_accounts(bookings, data).await;
    let before = size_of(data);
    let (server, _) = Server::start(data);
    let load = Load::connect(server.address(), data).await;
    let mut batches = load.batches(bookings, settings);
    let batch = batches.transfers_per_s(settings.transfers).await;
    server.stop().await;
    let grown = size_of(data) as f64 - before as f64;
    (batch, grown / settings.transfers as f64)
}

async fn open_accounts(bookings: &Bookings, data: &Path) {
    let (server, _) = Server::start(data);
    let load = Load::connect(server.address(), data).await;
    load.open_accounts(bookings).await;
    server.stop().await;
}

async fn measure_growth(settings: &Settings, dir: &Path) {
    let data = dir.join("data");
    let bookings = Bookings::new(settings);
    open_accounts(&bookings, &data).await;
    let (server, _) = Server::start(&data);
    let load = Load::connect(server.address(), &data).await;
    let mut batches = load.batches(&bookings, settings);
    // The first transfers also bring the accounts into memory.
    batches.transfers_per_s(GROWTH_START).await;
    let first = batches.transfers_per_s(GROWTH_STEP).await;
    row("transfers_per_s_at_100000", rounded(first));
    let between = GROWTH_TRANSFERS - GROWTH_START - 2 * GROWTH_STEP;
    batches.transfers_per_s(between).await;
    let last = batches.transfers_per_s(GROWTH_STEP).await;
    row("transfers_per_s_at_5000000", rounded(last));
    server.stop().await;
    row("growth_ratio", ratio(last, first));
}

/// The bytes of all files in a directory, the write-ahead log among them.
fn size_of(dir: &Path) -> u64 {
    fs::read_dir(dir)
        .and_then(|files| {
            files
                .map(|file| Ok(file?.metadata()?.len()))
                .sum::<Result<u64, _>>()
        })
        .expect("the data directory's size")
}

fn mean(a: f64, b: f64) -> f64 {
    f64::midpoint(a, b)
}

fn rounded(value: f64) -> String {
    format!("{value:.0}")
}

fn ratio(value: f64, of: f64) -> String {
    format!("{:.2}", value / of)
}

fn row(name: &str, value: impl Display) {
    println!("{name} {value}");
}
