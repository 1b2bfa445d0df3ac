//! The files of a data directory, and how they are opened.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io::Read,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use crate::store::StoreError;

/// "tbnk": marks the file as a time bank's ledger.
const APPLICATION_ID: i64 = 0x7462_6e6b;
const VERSION: i64 = 1;
/// An SQLite file's header; the application id is at byte 68.
const HEADER_BYTES: u64 = 100;
/// How a rollback journal begins; the database's pages before it are counted in
/// the 4 bytes from byte 16 on.
const JOURNAL_MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
/// How much of the write-ahead log piles up before it is copied into the
/// database: 16,384 pages of 4 KiB, so that a page which many commits touch is
/// copied once for all of them.
const SETTINGS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA recursive_triggers = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = -131072;
    PRAGMA wal_autocheckpoint = 16384;
";

#[derive(Clone)]
pub(super) struct Files {
    dir: PathBuf,
    pub(super) database: PathBuf,
}

impl Files {
    pub(super) fn of(dir: &Path) -> Self {
        Self {
            dir: dir.into(),
            database: dir.join("ledger.db"),
        }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// What a process has locked that has the directory.
    pub(super) fn lock_path(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// A file that SQLite keeps beside the database.
    pub(super) fn beside(&self, ending: &str) -> PathBuf {
        self.dir.join(format!("ledger.db{ending}"))
    }

    pub(super) fn in_use(&self) -> StoreError {
        StoreError::InUse {
            dir: self.dir.display().to_string(),
        }
    }

    /// Makes the directory if need be, and takes it for this process.
    pub(super) fn lock(&self) -> Result<File, StoreError> {
        self.make_dir()
            .map_err(|error| unusable(&self.dir, &error))?;
        let file = private(&self.lock_path())?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(self.in_use()),
            Err(TryLockError::Error(error)) => Err(unusable(&self.dir, &error)),
        }
    }

    /// A directory that is made is there after a power loss only once the one that
    /// holds it is synced.
    fn make_dir(&self) -> std::io::Result<()> {
        let is_new = |dir: &&Path| !dir.as_os_str().is_empty() && !dir.exists();
        let made: Vec<&Path> = self.dir.ancestors().take_while(is_new).collect();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)?;
        for dir in made.iter().filter_map(|dir| dir.parent()) {
            let dir = match dir.as_os_str().is_empty() {
                true => Path::new("."),
                false => dir,
            };
            File::open(dir)?.sync_all()?;
        }
        Ok(())
    }

    pub(super) fn open_to_write(&self) -> Result<Connection, StoreError> {
        let file = private(&self.database)?;
        if !self.is_first_write() {
            self.check_header(&file)?;
        }
        // Closing it lets go of all locks on the file, so not while SQLite has some.
        drop(file);
        let connection = Connection::open(&self.database).map_err(|e| self.explain(e))?;
        let fresh = self.check_format(&connection)?;
        // While there is no log yet, so that the header alone tells whose it is.
        connection
            .execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}"))
            .map_err(|e| self.explain(e))?;
        self.keep_a_log(&connection)?;
        connection
            .execute_batch(SETTINGS)
            .map_err(|e| self.explain(e))?;
        if fresh {
            let schema = include_str!("schema.sql");
            connection
                .execute_batch(&format!(
                    "BEGIN IMMEDIATE; {schema} PRAGMA user_version = {VERSION}; COMMIT;"
                ))
                .map_err(|e| self.explain(e))?;
        }
        settle_plans(&connection)?;
        Ok(connection)
    }

    pub(super) fn open_to_read(&self) -> Result<Connection, StoreError> {
        let connection = self.open_to_copy()?;
        connection.execute_batch("PRAGMA query_only = ON;")?;
        Ok(connection)
    }

    /// The same, where what is read is written to another file.
    pub(super) fn open_to_copy(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.database, flags)?;
        connection.execute_batch("PRAGMA cache_size = -16384;")?;
        settle_plans(&connection)?;
        self.refuse_newer(&connection)?;
        Ok(connection)
    }

    /// Readers that never wait need a write-ahead log, which some network file
    /// systems do not allow.
    fn keep_a_log(&self, connection: &Connection) -> Result<(), StoreError> {
        let mode: String = connection
            .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
            .map_err(|e| self.explain(e))?;
        match mode.as_str() {
            "wal" => Ok(()),
            mode => Err(unusable(
                &self.database,
                &format!("its file system allows no write-ahead log (only {mode})"),
            )),
        }
    }

    /// Whether the power went in the very first write, so that the file's header is
    /// torn: the rollback journal beside it says that there were 0 pages before,
    /// and SQLite makes it so again.
    fn is_first_write(&self) -> bool {
        let mut header = [0; 20];
        let read = File::open(self.beside("-journal")).and_then(|mut f| f.read_exact(&mut header));
        read.is_ok() && header.starts_with(&JOURNAL_MAGIC) && header[16..] == [0; 4]
    }

    /// Refuses a file of something else before SQLite touches it: merely opening
    /// and closing one can change it.
    pub(super) fn check_header(&self, file: &File) -> Result<(), StoreError> {
        let mut header = Vec::new();
        file.take(HEADER_BYTES)
            .read_to_end(&mut header)
            .map_err(|error| unusable(&self.database, &error))?;
        let application = header.get(68..72).and_then(|id| id.try_into().ok());
        let ours = header.starts_with(b"SQLite format 3\0")
            && application.map(i32::from_be_bytes).map(i64::from) == Some(APPLICATION_ID);
        match header.is_empty() || ours {
            true => Ok(()),
            false => Err(self.not_ours()),
        }
    }

    /// Refuses the file of a later version, if it says that it is one.
    pub(super) fn refuse_newer(&self, connection: &Connection) -> Result<(), StoreError> {
        match version(connection) {
            Ok(found) if found > VERSION => Err(StoreError::Newer {
                path: self.database.display().to_string(),
                found,
                known: VERSION,
            }),
            _ => Ok(()),
        }
    }

    fn not_ours(&self) -> StoreError {
        StoreError::NotOurs {
            path: self.database.display().to_string(),
        }
    }

    /// Whether there is nothing in the file yet; refuses files that are not ours
    /// before anything is written to them.
    fn check_format(&self, connection: &Connection) -> Result<bool, StoreError> {
        let number = |sql| -> Result<i64, StoreError> {
            connection
                .query_row(sql, [], |row| row.get(0))
                .map_err(|e| self.explain(e))
        };
        let tables = number("SELECT count(*) FROM sqlite_schema")?;
        let application = number("PRAGMA application_id")?;
        let found = version(connection).map_err(|e| self.explain(e))?;
        match (tables, application, found) {
            (0, 0 | APPLICATION_ID, 0) => return Ok(true),
            (_, APPLICATION_ID, _) => self.refuse_newer(connection)?,
            _ => return Err(self.not_ours()),
        }
        match altered(connection)? {
            None => Ok(false),
            Some(what) => Err(StoreError::Corrupt(what)),
        }
    }

    fn explain(&self, error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            // Its header is ours, or else it was refused before.
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => error.into(),
            Some(ErrorCode::DiskFull) => unusable(
                &self.database,
                &"the disk is full; make room and start again",
            ),
            _ => unusable(&self.database, &error),
        }
    }
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// What of the schema is not as this version writes it: a trigger that was
/// dropped or added can undo all that the tables promise.
pub(super) fn altered(connection: &Connection) -> Result<Option<String>, StoreError> {
    let version = version(connection)?;
    if version != VERSION {
        let what = format!("the file says that its format is of version {version}, not {VERSION}");
        return Ok(Some(what));
    }
    let fresh = Connection::open_in_memory()?;
    fresh.execute_batch(include_str!("schema.sql"))?;
    let (expected, found) = (schema(&fresh)?, schema(connection)?);
    let added = found.iter().find(|item| !expected.contains(item));
    if let Some((name, _)) = added {
        return Ok(Some(format!("the schema's {name} is not this program's")));
    }
    let missing = expected.iter().find(|item| !found.contains(item));
    Ok(missing.map(|(name, _)| format!("the schema's {name} is missing")))
}

/// All but what SQLite makes of its own where somebody has it look at the tables
/// (ANALYZE, PRAGMA optimize), which changes no answer.
fn schema(connection: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema
         WHERE name NOT GLOB 'sqlite_stat*'",
    )?;
    let items = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(items.collect::<Result<_, _>>()?)
}

/// Keeps every statement prepared, with one plan for all parameters: otherwise
/// a new parameter may have it planned anew.
pub(super) fn settle_plans(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Opens a file to write, and makes it if need be: for its owner alone, as notes
/// are personal.
fn private(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| unusable(path, &error))
}

pub(super) fn unusable(path: &Path, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unusable {
        path: path.display().to_string(),
        why: why.to_string(),
    }
}
