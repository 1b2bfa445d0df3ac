//! Servers with file systems of their own, which nobody else sees and which are
//! gone when the server is.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use super::Server;

/// How this machine lets us mount: as root, or as root of a namespace.
fn way() -> Option<&'static [&'static str]> {
    static WAY: OnceLock<Option<&'static [&'static str]>> = OnceLock::new();
    *WAY.get_or_init(|| {
        let ways: [&[&str]; 2] = [&["--mount"], &["--map-root-user", "--mount"]];
        ways.into_iter().find(|way| {
            let mut tried = Command::new("unshare");
            tried.args(*way).args(["mount", "-t", "tmpfs", "tmpfs"]);
            let tried = tried
                .arg(std::env::temp_dir())
                .stderr(Stdio::null())
                .status();
            tried.is_ok_and(|status| status.success())
        })
    })
}

/// The command that serves a directory after a script has mounted something
/// there; to the script the directory is `$1`. None where nothing can be
/// mounted.
pub(crate) fn serve_on_mount(data: &Path, script: &str) -> Option<Command> {
    let mut command = Command::new("unshare");
    command.args(way()?);
    // It becomes the server itself, so that signals reach that.
    command.args(["sh", "-ec", &format!("{script}\nshift; exec \"$@\""), "sh"]);
    command.arg(data).arg(env!("CARGO_BIN_EXE_timebank"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
    command.arg(data).stdin(Stdio::null());
    Some(command)
}

/// A path as a server sees it.
pub(crate) fn seen_by(server: &Server, path: &Path) -> PathBuf {
    let root = PathBuf::from(format!("/proc/{}/root", server.process()));
    let below = path.strip_prefix("/").expect("an absolute path");
    root.join(below)
}
