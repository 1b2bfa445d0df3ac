//! Servers by another clock: only their own is changed, by faketime.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{peer, serve_command};

/// The command that serves a directory by a clock that is changed by so much, such
/// as `+365d`, or that begins at a time, such as `@2026-10-01 09:00:00` UTC. None where there
/// is no faketime. (Its own command would fork, and so take the server's signals.)
pub(crate) fn skewed(data: &Path, offset: &str) -> Option<Command> {
    peer("faketime")?;
    let mut command = serve_command(data);
    command
        .env("LD_PRELOAD", library())
        .env("FAKETIME", offset)
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    Some(command)
}

/// Where faketime keeps the library that its command preloads.
fn library() -> PathBuf {
    let places = fs::read_dir("/usr/lib").expect("the libraries");
    let places = places.map(|place| place.expect("a library").path());
    places
        .map(|place| place.join("faketime/libfaketime.so.1"))
        .find(|path| path.is_file())
        .expect("faketime has its library below /usr/lib")
}
