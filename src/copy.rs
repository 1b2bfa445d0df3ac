//! Copies of a ledger, made and taken into use again, told on standard output.

use std::{path::Path, process::ExitCode};

use timebank::{
    journal::Hash,
    store::{Parts, Seen, SqliteStore},
};

use crate::verify::{progress, told};

/// Copies a ledger, or a part of it, and audits the copy: 0 where it is there, 1 where what was copied is not sound,
/// 2 where it cannot be done. Only a sound copy stays.
pub(crate) fn copy(from: &Path, to: &Path, parts: Parts, seen: Option<&Seen>) -> ExitCode {
    let copied = SqliteStore::copy(from, to, (parts, seen), progress());
    let before = format!("copied to  {}\n", to.display());
    told(copied, &before, "there is no copy")
}

/// What somebody saw: `COUNT:HASH`, as an audit tells it.
pub(crate) fn seen(given: &str) -> Result<Seen, String> {
    let parsed = || {
        let (count, root) = given.split_once(':')?;
        Some(Seen {
            count: count.parse().ok().filter(|count| *count > 0)?,
            root: hash(root)?,
        })
    };
    parsed().ok_or_else(|| {
        "write what an audit told, `verified_count` and `root_hash`, as COUNT:HASH".into()
    })
}

fn hash(hex: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if hex.len() != 2 * hash.len() || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
    }
    Some(hash)
}
