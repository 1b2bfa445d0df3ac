//! Clients in other languages.

use std::process::Command;

use tempfile::TempDir;

use crate::support::{Server, ended, first_token, left_out};

/// Python's grpcio, with the contract compiled by its own tools.
/// TIMEBANK_TEST_PYTHON names the interpreter that has them.
#[test]
fn python() {
    let python = std::env::var_os("TIMEBANK_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let modules = "import grpc, grpc_tools, grpc_status, grpc_health, grpc_reflection";
    let mut probe = Command::new(&python);
    let probe = probe.args(["-c", modules]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        return left_out("python3 has not grpcio and its tools; see TIMEBANK_TEST_PYTHON");
    }
    let dir = TempDir::new().expect("a directory");
    let server = Server::start(dir.path());
    let mut command = Command::new(python);
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/clients/python_client.py"
    );
    command.args([script, server.address()]);
    command.env("TIMEBANK_TOKEN", first_token(dir.path()));
    let ended = ended(command);
    let (out, said) = (
        ended.stdout,
        String::from_utf8_lossy(&ended.stderr).into_owned(),
    );
    assert!(ended.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&out), "ok\n", "{said}");
}
