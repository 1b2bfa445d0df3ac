//! A server as its users run it: a process, a directory, a free port.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Seek},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    time::Duration,
};

use chrono::{Timelike, Utc};
use tempfile::NamedTempFile;

use super::{Client, tokens::note_served, until, within};

/// The command that serves a directory on a free port of the loopback.
pub(crate) fn serve_command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env_remove("TZ")
        .stdin(Stdio::null());
    command
}

/// Serves a new ledger in a zone where it is about noon, so that what was an hour ago was
/// today.
pub(crate) fn serve_at_noon(data: &Path) -> Command {
    let ahead = 12 - i64::from(Utc::now().hour());
    let mut command = serve_command(data);
    // Of these names, the sign is the other way round.
    command.args(["--time-zone", &format!("Etc/GMT{:+}", -ahead)]);
    command
}

/// Runs a command that ends of itself. It writes to files, which never fill as
/// a pipe does that nobody reads.
pub(crate) fn ended(mut command: Command) -> Output {
    let (mut out, mut said) = (spool(), spool());
    command.stdout(out.try_clone().expect("a file"));
    command.stderr(said.try_clone().expect("a file"));
    let mut child = Guard(command.spawn().expect("the command starts"));
    let status = until("the command's end", || child.0.try_wait().expect("a child"));
    Output {
        status,
        stdout: read(&mut out),
        stderr: read(&mut said),
    }
}

fn spool() -> File {
    tempfile::tempfile().expect("a file")
}

fn read(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.rewind().expect("its beginning");
    file.read_to_end(&mut bytes).expect("its text");
    bytes
}

/// Ends its own child, and nothing else, when a test ends early.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running server.
pub(crate) struct Server {
    child: Guard,
    address: String,
    log: NamedTempFile,
    /// Kept open: whoever starts a server may go on listening to it.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Serves a directory.
    pub(crate) fn start(data: &Path) -> Self {
        Self::run(serve_command(data))
    }

    /// Runs a command that serves, and waits until it does.
    pub(crate) fn run(command: Command) -> Self {
        Self::try_run(command).unwrap_or_else(|why| panic!("{why}"))
    }

    /// As [`Server::run`], for one that may end before it serves: what it said.
    pub(crate) fn try_run(command: Command) -> Result<Self, String> {
        let log = NamedTempFile::new().expect("a file for the log");
        let stderr = log.reopen().expect("a file for the log");
        Self::log_to(stderr, log, command)
    }

    /// As [`Server::run`], with a standard error that the test has made.
    pub(crate) fn run_with_stderr(command: Command, stderr: impl Into<Stdio>) -> Self {
        let log = NamedTempFile::new().expect("a file for the log");
        Self::log_to(stderr, log, command).unwrap_or_else(|why| panic!("{why}"))
    }

    fn log_to(
        stderr: impl Into<Stdio>,
        log: NamedTempFile,
        mut command: Command,
    ) -> Result<Self, String> {
        let data = data_of(&command);
        let child = command
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("the server starts");
        let mut child = Guard(child);
        let mut stdout = BufReader::new(child.0.stdout.take().expect("its standard output"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let Some(address) = line.trim_end().strip_prefix("listening on ") else {
            let log = std::fs::read_to_string(log.path()).unwrap_or_default();
            return Err(format!(
                "the server did not listen; it printed {line:?} and logged:\n{log}"
            ));
        };
        if let Some(data) = data {
            // It may have mounted something there that only itself sees.
            let root = PathBuf::from(format!("/proc/{}/root", child.0.id()));
            let seen = data.strip_prefix("/").map(|below| root.join(below));
            let seen = seen.unwrap_or_else(|_| data.clone());
            note_served(address, &data, &seen);
        }
        Ok(Self {
            child,
            address: address.into(),
            log,
            _stdout: stdout,
        })
    }

    /// `HOST:PORT`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The process, to be signalled.
    pub(crate) fn process(&self) -> u32 {
        self.child.0.id()
    }

    /// The most memory that it has had so far.
    pub(crate) fn peak_memory_kb(&self) -> u64 {
        let status = format!("/proc/{}/status", self.process());
        let status = std::fs::read_to_string(status).expect("its status");
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let figure = line.and_then(|line| line.split_whitespace().nth(1));
        figure.expect("a figure").parse().expect("a number")
    }

    /// A client of its own connection.
    pub(crate) async fn client(&self) -> Client {
        Client::connect(&self.address).await
    }

    /// Asks it to stop, as an operator or an init system does.
    pub(crate) fn terminate(&self) {
        let process = self.process().to_string();
        let sent = Command::new("kill").args(["-TERM", &process]).status();
        assert!(sent.expect("kill runs").success(), "no signal was sent");
    }

    /// Waits for its end, which clients of this thread take part in.
    pub(crate) async fn wait(mut self) -> ExitStatus {
        let ended = async {
            loop {
                match self.child.0.try_wait().expect("a child") {
                    Some(status) => return status,
                    None => tokio::time::sleep(Duration::from_millis(2)).await,
                }
            }
        };
        within("the server's end", ended).await
    }

    /// Stops it in good order.
    pub(crate) async fn stop(self) {
        self.terminate();
        let status = self.wait().await;
        assert!(status.success(), "the server ended with {status}");
    }

    /// Ends it at once, with no chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.0.kill().expect("SIGKILL is sent");
        self.child.0.wait().expect("the server ends");
    }
}

/// The directory that a command serves.
fn data_of(command: &Command) -> Option<PathBuf> {
    let mut arguments = command.get_args();
    arguments.find(|argument| *argument == "--data")?;
    arguments.next().map(PathBuf::from)
}

/// Whatever a test is about: no request may reach a panic.
impl Drop for Server {
    fn drop(&mut self) {
        let log = std::fs::read_to_string(self.log.path()).unwrap_or_default();
        if !std::thread::panicking() {
            assert!(!log.contains("panicked"), "the server logged:\n{log}");
        }
    }
}
