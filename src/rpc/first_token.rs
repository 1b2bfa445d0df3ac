//! The first token of a ledger, an administrator's: it is written beside the ledger before anybody
//! is served, for whoever may read the ledger's directory.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

use super::{server::ServeError, status::Refused};
use crate::{
    exchange::{
        self, ObjectId, TokenCommand,
        token::{Bearer, IssueToken, TokenKey, TokenName, TokenTerms},
    },
    ledger::{BookingId, Caller},
    sequencer::{Sequencer, StartError},
    store::Store,
};

/// A bearer of a name, with a secret that is drawn here.
pub(super) fn drawn(name: TokenName) -> Result<Bearer, Refused> {
    let mut secret = [0; 24];
    getrandom::fill(&mut secret).map_err(|_| Refused::NoRandomness)?;
    Ok(Bearer::new(name, secret))
}

/// Writes a file that its owner alone may read, in the place of one that is there. What is cut off
/// by the end of the machine is no harm: it is written anew.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // One that was there may have been for others to read.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all_at(bytes, 0)?;
    file.sync_all()?;
    // Its name, too, is to be there after a power cut.
    match path.parent() {
        Some(dir) => fs::File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

/// Issues the first token, where there is none yet.
pub(super) async fn issue(
    store: &dyn Store,
    sequencer: &Sequencer,
    key: &TokenKey,
    path: &Path,
) -> Result<(), ServeError> {
    let first = ObjectId::Token(TokenName::first());
    if store.snapshot()?.object(&first)?.is_some() {
        return Ok(());
    }
    let no_randomness = |_| StartError::NoRandomness;
    let bearer = drawn(TokenName::first()).map_err(no_randomness)?;
    let mut step = [0; 16];
    getrandom::fill(&mut step).map_err(|_| StartError::NoRandomness)?;
    // The file comes first: a server that ends in between begins again.
    let text = format!("{}\n", bearer.text());
    write_private(path, text.as_bytes()).map_err(|why| ServeError::FirstToken {
        path: path.display().to_string(),
        why,
    })?;
    let issue = IssueToken {
        step: BookingId::from_slice(&step).ok_or(StartError::NoRandomness)?,
        terms: TokenTerms::first(),
        verifier: key.verifier(&bearer),
    };
    let command = exchange::Command::Token(Box::new(TokenCommand::Issue(issue)));
    let issued = sequencer.submit_one(command, Caller::server()).await;
    issued
        .map_err(StartError::from)?
        .map_err(StartError::from)?;
    tracing::info!(path = %path.display(), "issued the first token, for an administrator");
    Ok(())
}
