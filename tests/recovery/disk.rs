//! A disk that loses what was not synced: `unsynced.c`, loaded into the server,
//! notes what a power loss could undo; cutting the power undoes it.
//!
//! A file is as of its last sync, with none or any of the later changes, some of
//! them torn. A file made or removed after the last sync of its directory may be
//! absent or back, even if the file itself was synced: that is harsher than most
//! file systems, and SQLite claims to survive it. Bytes next to those that were
//! written are never damaged, which is what SQLite assumes of a disk.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::ErrorKind,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use fastrand::Rng;
use tempfile::{NamedTempFile, TempDir};

use crate::support::serve_command;

/// What is loaded into the servers, built once: beside its place and then put
/// there, as other runs of this test may be at it.
static SHIM: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recovery/unsynced.c");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let shim = NamedTempFile::new_in(place).expect("a file");
    let built = Command::new("cc")
        .args(["-std=c11", "-O1", "-U_FORTIFY_SOURCE", "-shared", "-fPIC"])
        .arg("-o")
        .args([shim.path(), Path::new(source)])
        .status()
        .expect("cc runs (this test needs a C compiler, as building SQLite does)");
    assert!(built.success(), "cc does not build {source}");
    let path = place.join("unsynced.so");
    shim.persist(&path).expect("it is put in its place");
    path
});

pub(super) struct Disk {
    dir: TempDir,
}

impl Disk {
    pub(super) fn new() -> Self {
        let dir = TempDir::new().expect("a directory");
        let disk = Self { dir };
        fs::create_dir(disk.data()).expect("a directory");
        fs::create_dir(disk.side()).expect("a directory");
        disk
    }

    /// What the server is given. It is durable, and so far empty.
    pub(super) fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    fn side(&self) -> PathBuf {
        self.root().join("side")
    }

    /// As the kernel names it, which is how the shim knows it.
    fn root(&self) -> PathBuf {
        self.dir.path().canonicalize().expect("a path")
    }

    /// The command that serves on this disk.
    pub(super) fn serve(&self) -> Command {
        self.serve_in(&self.data())
    }

    /// As [`Disk::serve`], with the ledger in another directory of the disk.
    pub(super) fn serve_in(&self, data: &Path) -> Command {
        let mut command = serve_command(data);
        command
            .env("LD_PRELOAD", &*SHIM)
            .env("UNSYNCED_DIR", self.data())
            .env("UNSYNCED_SIDE", self.side());
        command
    }

    /// Has the next sync of the log fail, which is that of the next commit.
    pub(super) fn fail_next_sync(&self) {
        File::create(self.side().join("fails")).expect("a file");
    }

    /// Whether a sync has failed as it was to.
    pub(super) fn has_failed(&self) -> bool {
        !self.side().join("fails").exists()
    }

    pub(super) fn log_bytes(&self) -> u64 {
        fs::metadata(self.log()).map_or(0, |log| log.len())
    }

    /// How often the log was begun anew: SQLite counts that in its header.
    pub(super) fn log_number(&self) -> u32 {
        let mut number = [0; 4];
        let log = File::open(self.log()).expect("a log");
        log.read_exact_at(&mut number, 12).expect("its header");
        u32::from_be_bytes(number)
    }

    fn log(&self) -> PathBuf {
        self.data().join("ledger.db-wal")
    }

    /// What is left on the disk after the power was cut. The server is dead.
    pub(super) fn cut_the_power(&self, luck: &mut Luck) {
        for name in self.names() {
            let current = self.data().join(&name);
            if name.ends_with("-shm") {
                fs::remove_file(&current).expect("it is removed");
                continue;
            }
            let removed = self.note(&name, ".removed");
            settle(&current, &self.note(&name, ".undo"), luck);
            settle(&removed, &self.note(&name, ".removed.undo"), luck);
            let (made, was_there) = (self.note(&name, ".absent").exists(), removed.exists());
            if made && !luck.strikes() {
                remove_if_there(&current);
            }
            if was_there && !luck.strikes() {
                fs::rename(&removed, &current).expect("it is back");
            }
        }
        fs::remove_dir_all(self.side()).expect("the notes are removed");
        fs::create_dir(self.side()).expect("a directory");
    }

    /// The files that are there, or were at the directory's last sync.
    fn names(&self) -> BTreeSet<String> {
        let side = names_in(&self.side()).into_iter();
        let removed = side.filter_map(|name| Some(name.strip_suffix(".removed")?.to_owned()));
        removed.chain(names_in(&self.data())).collect()
    }

    fn note(&self, name: &str, kind: &str) -> PathBuf {
        self.side().join(format!("{name}{kind}"))
    }
}

fn names_in(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string());
    names.map(|name| name.expect("a plain name")).collect()
}

fn remove_if_there(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => panic!("{path:?}: {error}"),
        _ => {}
    }
}

/// Which of the changes that nobody waited for reached the disk all the same.
pub(super) struct Luck {
    pub(super) percent: u8,
    pub(super) rng: Rng,
}

impl Luck {
    fn strikes(&mut self) -> bool {
        self.rng.u8(..100) < self.percent
    }

    /// The part of a write that reached the disk: nothing, mostly all of it, or
    /// what is on one side of a byte where it tore.
    fn part_of(&mut self, length: usize) -> std::ops::Range<usize> {
        if !self.strikes() {
            return 0..0;
        }
        let tear = self.rng.usize(..=length);
        match self.rng.u8(..8) {
            0 => 0..tear,
            1 => tear..length,
            _ => 0..length,
        }
    }
}

/// A change that was not synced, as the shim noted it.
struct Change {
    offset: u64,
    /// None where the file was given a new size, which is the offset.
    length: Option<usize>,
    old_size: u64,
    old: Vec<u8>,
}

/// Takes a file back to its last sync, and from there on as far as luck has it.
fn settle(path: &Path, notes: &Path, luck: &mut Luck) {
    let Ok(notes) = fs::read(notes) else { return };
    let file = OpenOptions::new().read(true).write(true).open(path);
    let file = file.expect("a file with changes");
    let mut redo = Vec::new();
    for change in changes(&notes).iter().rev() {
        redo.push((
            change.offset,
            change.length.map(|_| new_bytes(&file, change)),
        ));
        file.write_all_at(&change.old, change.offset)
            .expect("the old bytes are back");
        file.set_len(change.old_size).expect("the old size is back");
    }
    for (offset, bytes) in redo.into_iter().rev() {
        match bytes {
            None if luck.strikes() => file.set_len(offset).expect("the new size"),
            None => {}
            Some(bytes) => {
                let part = luck.part_of(bytes.len());
                file.write_all_at(&bytes[part.clone()], offset + part.start as u64)
                    .expect("the new bytes");
            }
        }
    }
}

/// What a change has written: all of it, unless the process was killed midway.
fn new_bytes(file: &File, change: &Change) -> Vec<u8> {
    let mut bytes = vec![0; change.length.unwrap_or_default()];
    let mut filled = 0;
    while let read @ 1.. = file
        .read_at(&mut bytes[filled..], change.offset + filled as u64)
        .expect("the new bytes")
    {
        filled += read;
    }
    bytes.truncate(filled);
    bytes
}

/// A note that was not written to its end is of a change that never began.
fn changes(mut notes: &[u8]) -> Vec<Change> {
    let mut changes = Vec::new();
    while let Some((header, rest)) = notes.split_first_chunk::<32>() {
        let (fields, _) = header.as_chunks::<8>();
        let [offset, length, old_size, old_length] =
            [0, 1, 2, 3].map(|i| u64::from_ne_bytes(fields[i]));
        let length = usize::try_from(length).expect("a length");
        let old_length = usize::try_from(old_length).expect("a length");
        let Some((old, rest)) = rest.split_at_checked(old_length) else {
            break;
        };
        changes.push(Change {
            offset,
            length: (length > 0).then_some(length),
            old_size,
            old: old.to_vec(),
        });
        notes = rest;
    }
    changes
}
