//! A ledger that no server has: read as it lies there, and left as it is.
//!
//! SQLite would make files beside a database with a write-ahead log, even to read
//! it. Without a log it is read as one that never changes; with one, its index is
//! kept in memory. Both take no lock on the database: the directory's lock keeps
//! servers away.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::store::{
    Progress, StoreError, Verified,
    sqlite::open::{self, Files, unusable},
};

type Result<T> = std::result::Result<T, StoreError>;

/// Verifies the ledger of a directory that no server has.
pub(in crate::store::sqlite) fn verify(files: &Files, progress: Progress) -> Result<Verified> {
    let _lock = take(files)?;
    match connect(files) {
        Ok(mut connection) => super::verify(&mut connection, progress),
        Err(error) => super::unopened(error),
    }
}

/// Keeps servers away from a ledger that none has, if there is one.
pub(in crate::store::sqlite) fn take(files: &Files) -> Result<Option<File>> {
    let database = &files.database;
    if !database.is_file() {
        return Err(unusable(database, &"there is no ledger"));
    }
    let lock = lock(files)?;
    // Before the header, of which a write that was cut off may have left anything.
    if bytes(database) == 0 || bytes(&files.beside("-journal")) > 0 {
        let why = "its very first start was cut off; start a server to have it begun anew";
        return Err(unusable(database, &why));
    }
    files.check_header(&open_file(database)?)?;
    Ok(lock)
}

/// Keeps servers away, and lets other audits in. Nothing is to be kept away where
/// there is no such file, as in a copy of the database alone.
fn lock(files: &Files) -> Result<Option<File>> {
    let path = files.lock_path();
    if !path.exists() {
        return Ok(None);
    }
    let file = open_file(&path)?;
    match file.try_lock_shared() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(files.in_use()),
        Err(TryLockError::Error(error)) => Err(unusable(&path, &error)),
    }
}

/// A connection to a ledger that no server has, to read it.
pub(in crate::store::sqlite) fn connect(files: &Files) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if bytes(&files.beside("-wal")) == 0 {
        let flags = flags | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(unchanging(&files.database), flags)?
    } else {
        // Exclusive to itself, it needs no index that others can see.
        let connection = Connection::open_with_flags_and_vfs(&files.database, flags, c"unix-none")?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
        connection
    };
    connection.execute_batch("PRAGMA cache_size = -131072;")?;
    open::settle_plans(&connection)?;
    files.refuse_newer(&connection)?;
    Ok(connection)
}

/// The name by which SQLite takes it that nobody changes the file.
fn unchanging(path: &Path) -> String {
    let mut name = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                name.push(char::from(*byte));
            }
            byte => name.push_str(&format!("%{byte:02x}")),
        }
    }
    name + "?immutable=1"
}

fn open_file(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| unusable(path, &error))
}

fn bytes(path: &PathBuf) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}
