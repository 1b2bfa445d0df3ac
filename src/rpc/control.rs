//! The way in for whoever has the machine: a socket in the ledger's directory, which its owner alone
//! can open. Tokens are managed through it, without a token: who can write the ledger's files
//! needs none.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tokio::{
    net::{UnixListener, UnixStream},
    sync::watch,
};
use tokio_stream::wrappers::UnixListenerStream;
use tonic::transport::{Channel, Endpoint, Server};

use super::door::Door;

const SOCKET: &str = "control.sock";

fn socket(dir: &Path) -> PathBuf {
    dir.join(SOCKET)
}

/// Serves it until told to stop. Where it cannot be had, the server goes on without.
pub(super) async fn serve(dir: PathBuf, door: Door, mut stopping: watch::Receiver<bool>) {
    let path = socket(&dir);
    let listener = match listen(&path) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "`timebank token` cannot be used");
            return;
        }
    };
    let served = Server::builder()
        .serve_with_incoming_shutdown(
            door.of_the_machine(),
            UnixListenerStream::new(listener),
            async move {
                let _ = stopping.wait_for(|stopping| *stopping).await;
            },
        )
        .await;
    if let Err(error) = served {
        tracing::warn!(%error, "`timebank token` cannot be used any more");
    }
    let _ = fs::remove_file(path);
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    // The directory is this server's alone: what is there is of one that was killed.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Connects to the server of a directory by it.
///
/// # Errors
/// Where there is none, or it is not for this user.
pub async fn connect(dir: &Path) -> Result<Channel, tonic::transport::Error> {
    let path = socket(dir);
    // The address is not looked at.
    Endpoint::from_static("http://localhost")
        .connect_with_connector(tower::service_fn(move |_| {
            let path = path.clone();
            async move {
                UnixStream::connect(path)
                    .await
                    .map(hyper_util::rt::TokioIo::new)
            }
        }))
        .await
}
