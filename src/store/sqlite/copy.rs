//! Copies of a ledger: of one that a server has, which goes on meanwhile, or of one that none has.
//! A copy gets its name once it was audited, so that what has the name is whole.

use std::{
    ffi::OsString,
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode};

use super::{
    audit, objects,
    open::{Files, unusable},
    writer,
};
use crate::{
    journal::Frontier,
    store::{Parts, Progress, Seen, StoreError, Verified},
};

type Result<T> = std::result::Result<T, StoreError>;

/// Copies a ledger to a directory that is not there yet, or empty. Where somebody has seen the
/// ledger, only if it has what they saw.
pub(super) fn copy(
    from: &Files,
    to: &Path,
    (parts, seen): (Parts, Option<&Seen>),
    progress: Progress,
) -> Result<Verified> {
    check_free(to)?;
    let part = Files::of(&part_of(to));
    // It may be anything: what this has not made it does not remove.
    if part.dir().symlink_metadata().is_ok() {
        let why = "a copy was cut off, or is being made; see what it is, and remove it";
        return Err(unusable(part.dir(), &why));
    }
    let lock = part.lock()?;
    let copied = write(from, &part, parts)
        .and_then(|()| verify(&part, seen, progress))
        .and_then(|verified| match verified {
            Verified::Sound { .. } => name(&part, to).map(|()| verified),
            other => Ok(other),
        });
    if !matches!(copied, Ok(Verified::Sound { .. })) {
        remove(&part);
    }
    drop(lock);
    copied
}

fn remove(part: &Files) {
    let made = ["", "-journal", "-wal", "-shm"].map(|ending| part.beside(ending));
    for file in made.into_iter().chain([part.lock_path()]) {
        let _ = fs::remove_file(file);
    }
    let _ = fs::remove_dir(part.dir());
}

/// Nothing is ever written over.
fn check_free(to: &Path) -> Result<()> {
    let is_free = match fs::read_dir(to) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => !to.exists(),
    };
    match (is_free, to.file_name()) {
        (true, Some(_)) => Ok(()),
        (true, None) => Err(unusable(
            to,
            &"it has no name of its own; name a new directory",
        )),
        (false, _) => Err(unusable(to, &"something is there; name a new directory")),
    }
}

/// What a copy is called until it was audited.
fn part_of(to: &Path) -> PathBuf {
    let mut name = OsString::from(to.file_name().unwrap_or_default());
    name.push(".part");
    to.with_file_name(name)
}

fn write(from: &Files, part: &Files, parts: Parts) -> Result<()> {
    let (connection, _lock) = source(from)?;
    if parts == Parts::All {
        check_whole(&connection, from)?;
    }
    let dir = fs::canonicalize(part.dir()).map_err(|error| unusable(part.dir(), &error))?;
    let database = Files::of(&dir).database;
    let Some(path) = database.to_str() else {
        return Err(unusable(&database, &"its path is no UTF-8"));
    };
    // One snapshot, without what was deleted.
    let copied = connection.execute("VACUUM INTO ?1", [path]);
    copied.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => unusable(&database, &"the disk is full; make room"),
        _ => StoreError::from(error),
    })?;
    if parts == Parts::NothingPersonal {
        take_out_what_is_personal(&database)?;
    }
    let sync = || {
        fs::set_permissions(&dir, Permissions::from_mode(0o700))?;
        fs::set_permissions(&database, Permissions::from_mode(0o600))?;
        File::open(&database)?.sync_all()
    };
    sync().map_err(|error| unusable(&database, &error))
}

/// That nothing was left out of a ledger: such a copy is for audits alone.
///
/// # Errors
/// Where something was.
pub(super) fn check_whole(connection: &Connection, files: &Files) -> Result<()> {
    match objects::parts(connection)? {
        Parts::All => Ok(()),
        Parts::NothingPersonal => {
            let why = "it is a copy without personal fields, notes and keys, which can be audited \
                       (`timebank verify`) and not served; take a whole copy";
            Err(unusable(files.dir(), &why))
        }
    }
}

/// What is deleted is overwritten, and nowhere written aside.
fn take_out_what_is_personal(database: &Path) -> Result<()> {
    let connection = Connection::open(database)?;
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
         DELETE FROM personal; DELETE FROM notes; DELETE FROM secrets;",
    )?;
    Ok(())
}

/// A connection to what is copied, and what keeps servers away meanwhile if none has it.
fn source(from: &Files) -> Result<(Connection, Option<File>)> {
    match audit::stopped::take(from) {
        Ok(lock) => Ok((audit::stopped::connect(from)?, lock)),
        Err(StoreError::InUse { .. }) => Ok((from.open_to_copy()?, None)),
        Err(error) => Err(error),
    }
}

fn verify(part: &Files, seen: Option<&Seen>, progress: Progress) -> Result<Verified> {
    let mut connection = audit::stopped::connect(part)?;
    let verified = audit::verify(&mut connection, progress)?;
    if let (Verified::Sound { count, .. }, Some(seen)) = (&verified, seen) {
        check_seen(&connection, part, *count, seen)?;
    }
    Ok(verified)
}

/// That a ledger goes on from what somebody saw of it.
fn check_seen(connection: &Connection, part: &Files, count: i64, seen: &Seen) -> Result<()> {
    let Seen { count: known, root } = seen;
    if *known > count {
        let why = format!("it has {count} records, and {known} were seen; take a later copy");
        return Err(unusable(part.dir(), &why));
    }
    let then = Frontier::load(*known, |level, index| {
        writer::node(connection, level, index)
    })?;
    match then.root() == *root {
        true => Ok(()),
        false => {
            let why = format!(
                "its first {known} records are not those that were seen: their root hash is another"
            );
            Err(unusable(part.dir(), &why))
        }
    }
}

/// Gives a copy its name, so that it has it after a power loss, too.
fn name(part: &Files, to: &Path) -> Result<()> {
    let above = match to.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    };
    let named = || {
        File::open(part.dir())?.sync_all()?;
        fs::rename(part.dir(), to)?;
        File::open(above)?.sync_all()
    };
    named().map_err(|error| unusable(to, &error))
}
