//! The ledger in one SQLite file: WAL, synchronous=FULL, one writing connection,
//! read-only connections for the rest.

mod audit;
mod copy;
mod load;
mod objects;
mod open;
mod read;
mod rows;
mod snapshot;
mod writer;

use std::{fs::File, path::Path, sync::Arc};

use rusqlite::Connection;

use self::{open::Files, snapshot::Pool, writer::SqliteWriter};
use super::{Finding, Parts, Progress, Seen, Snapshot, Store, StoreError, Verified, Writer};
use crate::exchange::{IdentityKey, token::TokenKey};

/// How many accounts the writer keeps in memory, which bounds what they take.
const MAX_ACCOUNTS: usize = 200_000;

/// A ledger's data directory, locked for this process while this lives.
pub struct SqliteStore {
    files: Files,
    pool: Arc<Pool>,
    /// Shared with the writer: whoever lets go last unlocks.
    _lock: Arc<File>,
}

impl SqliteStore {
    /// Opens the ledger of a directory, or starts one there, and its one writer.
    ///
    /// # Errors
    /// Where the directory is in use, cannot be used, or holds something else.
    pub fn open(dir: &Path) -> Result<(Self, Box<dyn Writer>), StoreError> {
        Self::open_keeping(dir, MAX_ACCOUNTS)
    }

    /// As [`SqliteStore::open`], with another bound for how many accounts the
    /// writer keeps in memory: beyond it, all are forgotten. No answer hangs on it.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_keeping(
        dir: &Path,
        max_accounts: usize,
    ) -> Result<(Self, Box<dyn Writer>), StoreError> {
        let files = Files::of(dir);
        let lock = Arc::new(files.lock()?);
        let connection = files.open_to_write()?;
        copy::check_whole(&connection, &files)?;
        let writer = SqliteWriter::new(connection, max_accounts, Arc::clone(&lock))?;
        let store = Self {
            pool: Arc::new(Pool::new(files.clone())),
            files,
            _lock: lock,
        };
        Ok((store, Box::new(writer)))
    }

    /// As [`Store::verify`], for the ledger of a directory that no server has.
    /// It need not be one that can be opened; nothing is changed or made.
    ///
    /// # Errors
    /// Where the directory is in use, cannot be read, or holds no ledger.
    pub fn verify_stopped(dir: &Path, progress: Progress) -> Result<Verified, StoreError> {
        audit::stopped::verify(&Files::of(dir), progress)
    }

    /// Copies the ledger of a directory to another, which is not there yet or empty, and audits the
    /// copy; only a sound one stays. A server that has the ledger goes on meanwhile: what was
    /// acknowledged before is in the copy. Where somebody has seen the ledger, the copy has what
    /// they saw, or it is refused.
    ///
    /// # Errors
    /// Where the ledger cannot be read, the copy cannot be written, or it lacks what was seen.
    pub fn copy(
        from: &Path,
        to: &Path,
        (parts, seen): (Parts, Option<&Seen>),
        progress: Progress,
    ) -> Result<Verified, StoreError> {
        copy::copy(&Files::of(from), to, (parts, seen), progress)
    }
}

impl Store for SqliteStore {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        Ok(Box::new(Pool::snapshot(&self.pool)?))
    }

    fn identity_key(&self) -> Result<IdentityKey, StoreError> {
        let key = objects::secret(&self.files.open_to_read()?, "identity")?;
        Ok(IdentityKey::new(key))
    }

    fn token_key(&self) -> Result<TokenKey, StoreError> {
        let key = objects::secret(&self.files.open_to_read()?, "token")?;
        Ok(TokenKey::new(key))
    }

    fn verify(&self, progress: Progress) -> Result<Verified, StoreError> {
        match self.files.open_to_read() {
            Ok(mut connection) => Ok(whole(audit::verify(&mut connection, progress)?)),
            Err(error) => audit::unopened(error),
        }
    }

    fn copy(&self, to: &Path, parts: Parts, progress: Progress) -> Result<Verified, StoreError> {
        copy::copy(&self.files, to, (parts, None), progress)
    }
}

/// What an audit of a ledger that is served came to: as it was opened it was whole, so what is left
/// out of it now was taken out by hand.
fn whole(verified: Verified) -> Verified {
    match verified {
        Verified::Sound {
            parts: Parts::NothingPersonal,
            ..
        } => Verified::Wrong(Finding {
            sequence: None,
            place: "secrets",
            what: "the keys are gone, and so are the personal fields and notes".into(),
        }),
        verified => verified,
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, DiskFull, NotADatabase};
        match error.sqlite_error_code() {
            Some(DiskFull) => Self::Full,
            Some(DatabaseCorrupt | NotADatabase) => Self::Corrupt(error.to_string()),
            _ => match error {
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..) => Self::Corrupt(error.to_string()),
                error => Self::Failed(error.to_string()),
            },
        }
    }
}

/// Ends a transaction that must not be kept. It may be over already: SQLite
/// itself ends one whose commit failed.
fn abandon(connection: &Connection) {
    if !connection.is_autocommit() {
        let _ = connection
            .prepare_cached("ROLLBACK")
            .and_then(|mut rollback| rollback.execute([]));
    }
}
