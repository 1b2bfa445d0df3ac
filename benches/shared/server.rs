//! The server under load: a process of its own, ended with this one.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Server {
    child: Child,
    address: String,
    /// Kept open: a server may print more.
    stdout: BufReader<ChildStdout>,
}

/// A configuration in which one token may call as fast as it can.
fn unlimited(data: &Path) -> PathBuf {
    let path = data.parent().unwrap_or(data).join("timebank.toml");
    let text = "[limits]\ncalls_per_token_per_s = 1000000\n";
    std::fs::write(&path, text).expect("a file beside the ledger");
    path
}

impl Server {
    /// Starts it on a directory; also how long it took until it listened.
    pub(crate) fn start(data: &Path) -> (Self, Duration) {
        let config = unlimited(data);
        let start = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_timebank"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .arg("--config")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stdout = child.stdout.take().expect("the server's standard output");
        let mut server = Self {
            child,
            address: String::new(),
            stdout: BufReader::new(stdout),
        };
        server.address = server.listening_on();
        (server, start.elapsed())
    }

    fn listening_on(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line");
        line.trim_end()
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("the server did not listen; it printed {line:?}"))
            .to_owned()
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The most memory that it ever had, in MiB.
    #[allow(dead_code, reason = "benches that share this ask for it or do not")]
    pub(crate) fn peak_mib(&self) -> f64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).expect("its status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.parse().ok())
            .map_or(0.0, |kib: f64| kib / 1_024.0)
    }

    /// Has it drain and end, as an operator would. The client's thread goes on
    /// meanwhile, as the server waits for the connection to close.
    pub(crate) async fn stop(self) {
        let stopped = tokio::task::spawn_blocking(|| self.terminate());
        stopped.await.expect("the server stops");
    }

    fn terminate(mut self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.expect("kill runs").success(), "no signal was sent");
        let status = self.child.wait().expect("the server ends");
        assert!(status.success(), "the server ended with {status}");
    }
}

impl Drop for Server {
    /// Where the bench panics, no server is left behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
