//! `timebank`: the ledger's server, the audit of a ledger that none serves, and copies.

mod check;
mod copy;
mod log;
mod place;
mod token;
mod verify;

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Args, Parser, Subcommand};
use rustix::process::{Resource, Rlimit, setrlimit};
use timebank::{
    config::{Config, ConfigError},
    ledger::TimeZone,
    rpc::{Listening, Serving, TlsFiles},
    sequencer::{Start, WantedZone},
    store::{Parts, Seen, SqliteStore, Store},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use place::Place;

/// Entries are allocated by the threads that serve calls and freed by the one
/// that writes, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The ledger of a time bank, served over gRPC.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  timebank
  timebank serve --data /var/lib/timebank --listen 0.0.0.0:50051 \\
    --tls-cert server.pem --tls-key server.key
  timebank serve --listen 127.0.0.1:0      # takes a free port, and prints it
  timebank serve --time-zone Asia/Shanghai # for a new ledger
  timebank serve --config /etc/timebank.toml
  timebank verify --data /var/lib/timebank # audits it; no server may have it
  timebank backup /mnt/backup/2026-10-31   # copies it, also while it is served"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the ledger (the default).
    Serve(Serve),
    /// Say what is wrong with the configuration, or print what it amounts to
    ///
    /// Reads the file that --config names, with what the environment and options say above it, and
    /// looks at what it is about: certificates, the directory, how many files may be open. Without
    /// a file it prints the defaults, as a file to begin with.
    ///
    /// Exits with 0 where a server would start by it, and with 1 where something is wrong.
    #[command(after_help = "Examples:
  timebank check > timebank.toml
  timebank check --config /etc/timebank.toml")]
    Check(Serve),
    /// Read every stored record of a stopped ledger again, recompute every hash,
    /// balance, posting, hold and id, and say what is wrong
    ///
    /// This works without a server, also on a ledger that the server refuses to
    /// open, and changes nothing. What is stored then agrees with itself; that
    /// nobody wrote all of it anew shows only in an earlier root hash, kept
    /// elsewhere: at the same record count it is the same.
    ///
    /// Exits with 0 where all is sound, with 1 where something is wrong, and with
    /// 2 where it cannot be told.
    #[command(after_help = "Examples:
  timebank verify
  timebank verify --data /var/lib/timebank")]
    Verify(Place),
    /// Copy the ledger to a new directory, while it is served or not, and audit the copy
    ///
    /// The copy has all that was acknowledged before this began, personal fields and keys among
    /// it: keep it as safe as the ledger. It tells up to which record it goes, and their root
    /// hash. It is there whole or not at all.
    ///
    /// Exits with 0 where it is there, with 1 where the ledger is not sound, and with 2 where it
    /// cannot be done.
    #[command(after_help = "Examples:
  timebank backup /mnt/backup/2026-10-31
  timebank backup --data /var/lib/timebank /mnt/backup/2026-10-31
  timebank backup --without-personal /mnt/for-the-auditor")]
    Backup(Backup),
    /// Take a copy into use: audit it, and copy it to a directory that has no ledger yet
    ///
    /// Exits as `backup` does.
    #[command(after_help = "Examples:
  timebank restore /mnt/backup/2026-10-31 --data /var/lib/timebank-restored
  timebank restore /mnt/backup/2026-10-31 --data /var/lib/timebank-restored \\
    --seen 120345:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    Restore(Restore),
    /// Issue, rotate, revoke and list tokens, without one: for whoever has the ledger's directory
    ///
    /// A server may have the ledger meanwhile. What is done is recorded as the server's own.
    ///
    /// Exits with 0 where it is done, with 1 where it is refused, and with 2 where it cannot be
    /// tried.
    #[command(after_help = "Examples:
  timebank token list
  timebank token rotate admin --to admin.token")]
    Token {
        #[command(flatten)]
        place: Place,
        #[command(subcommand)]
        command: token::Command,
    },
}

#[derive(Args)]
struct Backup {
    /// The directory for the copy; it is not there yet, or empty.
    #[arg(value_name = "DIR")]
    to: PathBuf,
    /// Leave out personal fields, notes and keys: such a copy can be audited, and not served
    #[arg(long)]
    without_personal: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct Restore {
    /// The copy.
    #[arg(value_name = "DIR")]
    from: PathBuf,

    #[command(flatten)]
    place: Place,
    /// What an audit told of the ledger, its `verified_count` and `root_hash`: a copy that
    /// lacks some of it is refused.
    #[arg(long, value_name = "COUNT:HASH", value_parser = copy::seen)]
    seen: Option<Seen>,
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    place: Place,
    /// The address to listen on; port 0 takes a free one. Default: 127.0.0.1:50051
    #[arg(long, value_name = "ADDR", env = "TIMEBANK_LISTEN")]
    listen: Option<SocketAddr>,
    /// The server's certificate, a PEM file: its own first, then those between it and the root. It
    /// is read again when it changes
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        env = "TIMEBANK_TLS_CERT"
    )]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, a PEM file
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_cert",
        env = "TIMEBANK_TLS_KEY"
    )]
    tls_key: Option<PathBuf>,
    /// The roots of clients' certificates, a PEM file: the first DNS name of a client's certificate
    /// stands for the token of that name
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_cert",
        env = "TIMEBANK_TLS_CLIENT_CA"
    )]
    tls_client_ca: Option<PathBuf>,
    /// Listen on an address that is not this machine's own without TLS: whoever can listen on the
    /// network reads tokens
    #[arg(long, conflicts_with = "tls_cert")]
    plaintext: bool,
    /// The ledger's time zone, an IANA name; its days are that zone's days. For a
    /// new ledger; another one is refused later.
    /// Default for a new ledger: TZ, or else UTC.
    #[arg(long, value_name = "ZONE", value_parser = TimeZone::parse, env = "TIMEBANK_TIME_ZONE")]
    time_zone: Option<TimeZone>,
    /// Record by the clock although it seems wrong: far behind the last record, or
    /// more than 400 days after it
    #[arg(long)]
    accept_clock: bool,
}

/// What is done with the directory of a ledger.
type OnLedger = Box<dyn FnOnce(&Path) -> ExitCode>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let (place, run): (Place, OnLedger) = match cli.command {
        Some(Command::Check(serve)) => return check::check(&serve),
        Some(Command::Serve(serve)) => return serve_and_log(&serve),
        None => return serve_and_log(&cli.serve),
        Some(Command::Verify(place)) => (place, Box::new(verify::verify)),
        Some(Command::Backup(Backup {
            to,
            without_personal,
            place,
        })) => {
            let parts = match without_personal {
                true => Parts::NothingPersonal,
                false => Parts::All,
            };
            (
                place,
                Box::new(move |data| copy::copy(data, &to, parts, None)),
            )
        }
        Some(Command::Restore(Restore { from, place, seen })) => (
            place,
            Box::new(move |data| copy::copy(&from, data, Parts::All, seen.as_ref())),
        ),
        Some(Command::Token { place, command }) => {
            (place, Box::new(move |data| token::run(data, command)))
        }
    };
    match place.dir() {
        Ok(data) => run(&data),
        Err(error) => {
            eprintln!("timebank: {error}");
            ExitCode::from(2)
        }
    }
}

fn serve_and_log(serve: &Serve) -> ExitCode {
    let _ = leave_no_core();
    let log = match log::start() {
        Ok(log) => log,
        Err(error) => {
            let _ = writeln!(io::stderr(), "timebank: cannot log: {error}");
            return ExitCode::FAILURE;
        }
    };
    let served = run(serve);
    if let Err(error) = &served {
        log.line(format!("timebank: {error}\n").into_bytes());
    }
    log.end();
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// What is in memory, such as tokens that were shown, is in no file after a crash. A program that
/// the system pipes cores to is told the limit, and is to mind it.
fn leave_no_core() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Ok(setrlimit(Resource::Core, none)?)
}

fn run(serve: &Serve) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let served = runtime.block_on(serve_until_told(serve));
    // What still reads, such as an audit, has no one left to tell.
    runtime.shutdown_background();
    served
}

async fn serve_until_told(serve: &Serve) -> Result<(), Box<dyn std::error::Error>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let config = serve.config()?;
    let zone = match config.time_zone {
        Some(zone) => WantedZone::Exactly(zone),
        None => WantedZone::OwnOr(local_zone()),
    };
    let start = Start {
        zone,
        accept_clock: serve.accept_clock,
    };
    let tls = config.certificate()?.cloned();
    let (store, writer) = SqliteStore::open(&config.data)?;
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(|why| format!("cannot listen on {}: {why}", config.listen))?;
    let store = (Arc::new(store) as Arc<dyn Store>, writer);
    timebank::rpc::serve(
        store,
        &config.data,
        Some(Listening { listener, tls }),
        Serving {
            limits: config.limits,
            backups: config.backups(),
        },
        start,
        stop,
    )
    .await?;
    Ok(())
}

impl Serve {
    /// What the file says, and above it what the environment and options say.
    fn config(&self) -> Result<Config, ConfigError> {
        let from_file = self.place.config()?;
        let given = (&self.tls_cert, &self.tls_key);
        let tls = match given {
            (Some(certificate), Some(key)) => Some(TlsFiles {
                certificate: certificate.clone(),
                key: key.clone(),
                client_ca: self.tls_client_ca.clone(),
            }),
            _ => from_file.tls,
        };
        Ok(Config {
            listen: self.listen.unwrap_or(from_file.listen),
            plaintext: self.plaintext || from_file.plaintext,
            time_zone: self.time_zone.or(from_file.time_zone),
            tls,
            ..from_file
        })
    }
}

/// The zone that TZ names, if it names one.
fn local_zone() -> TimeZone {
    let name = std::env::var("TZ").unwrap_or_default();
    TimeZone::parse(name.trim_start_matches(':')).unwrap_or(TimeZone::UTC)
}
