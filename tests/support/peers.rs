//! Programs of others that some tests compare with. Where one is missing, the
//! test says so and leaves its part out; with TIMEBANK_TEST_PEERS=required it
//! fails.

use std::path::PathBuf;

/// Where a program is. None where it is missing and may be.
pub(crate) fn peer(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|path| path.is_file());
    if found.is_none() {
        left_out(&format!("there is no {program} on this machine"));
    }
    found
}

/// Says plainly that the rest of a test is left out, past the test runner's
/// capture; fails where nothing may be.
pub(crate) fn left_out(why: &str) {
    use std::io::Write;

    let required = std::env::var("TIMEBANK_TEST_PEERS").is_ok_and(|value| value == "required");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    assert!(!required, "{test} may leave nothing out, but {why}");
    let _ = writeln!(std::io::stderr(), "LEFT OUT of {test}: {why}");
}
