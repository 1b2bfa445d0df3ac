//! What this user has seen of each ledger: how many records, and their root hash. Whoever puts an
//! older copy, or another ledger, in its place is found out by it.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use timebank::exchange::Sha256;
use timebank_proto::v1::GetLedgerResponse;

use crate::{client::Client, error::Failure};

/// So many records, and their root.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Seen {
    pub(crate) count: i64,
    pub(crate) root: Sha256,
}

impl Seen {
    fn of(ledger: &GetLedgerResponse) -> Option<Self> {
        Some(Self {
            count: ledger.journal_position,
            root: Sha256::from_slice(&ledger.root_hash)?,
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (count, root) = text.trim().split_once(':')?;
        Some(Self {
            count: count.parse().ok().filter(|count| *count > 0)?,
            root: Sha256::parse("root_hash", root).ok()?,
        })
    }

    /// As `timebank restore --seen` takes it.
    pub(crate) fn text(&self) -> String {
        format!("{}:{}", self.count, self.root)
    }
}

/// The file of a ledger. None where this user has no folder for what programs keep.
fn file(ledger_id: &str) -> Option<PathBuf> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let folder = match (named("XDG_STATE_HOME"), named("HOME")) {
        (Some(folder), _) => PathBuf::from(folder),
        (None, Some(home)) => Path::new(&home).join(".local/state"),
        (None, None) => return None,
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let name = ledger_id.bytes().all(plain).then_some(ledger_id)?;
    Some(folder.join("ledger-cli/seen").join(name))
}

/// What this user saw last of a ledger. None where that is nothing.
///
/// # Errors
/// Where what was kept cannot be read, or is something else.
pub(crate) fn last(ledger_id: &str) -> Result<Option<Seen>, Failure> {
    let Some(path) = file(ledger_id) else {
        return Ok(None);
    };
    let what = || format!("reading {}", path.display());
    match fs::read_to_string(&path) {
        Ok(text) => match Seen::parse(&text) {
            Some(seen) => Ok(Some(seen)),
            None => Err(Failure::Usage(format!(
                "{} is no `COUNT:HASH`; remove it if nobody needs what it was",
                path.display()
            ))),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Failure::File {
            what: what(),
            source,
        }),
    }
}

/// Keeps it in the place of what was seen before: whole, or not at all.
fn keep(path: &Path, seen: &Seen) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = path.with_extension("part");
    fs::write(&part, format!("{}\n", seen.text()))?;
    fs::rename(part, path)
}

/// The ledger as it is now, once it was compared with what this user has seen of it, which is then
/// kept anew.
///
/// # Errors
/// [`Failure::Wrong`] where it does not go on from that.
pub(crate) async fn compared(client: &Client) -> Result<GetLedgerResponse, Failure> {
    let mut ledger = client.ledger().await?;
    let before = last(&ledger.ledger_id)?;
    if let Some(before) = &before {
        ledger = client.ledger_after(before.count).await?;
        check(&ledger, before)?;
    }
    let now = Seen::of(&ledger);
    if let (Some(now), Some(path)) = (
        now.filter(|now| before.as_ref() != Some(now)),
        file(&ledger.ledger_id),
    ) && let Err(error) = keep(&path, &now)
    {
        eprintln!(
            "what was seen of the ledger is not kept in {}: {error}",
            path.display()
        );
    }
    Ok(ledger)
}

fn check(ledger: &GetLedgerResponse, before: &Seen) -> Result<(), Failure> {
    let now = Sha256::from_slice(&ledger.seen_root_hash);
    let what = match now {
        Some(root) if root == before.root => return Ok(()),
        Some(_) => "its records are others than were seen",
        None => "it has fewer records than were seen, as an older copy has",
    };
    let figures = [
        ("seen_count", before.count.to_string()),
        ("seen_root_hash", before.root.to_string()),
        (
            "root_hash",
            now.map(|root| root.to_string()).unwrap_or_default(),
        ),
        ("journal_position", ledger.journal_position.to_string()),
    ];
    let message = format!(
        "this ledger does not go on from what was seen of it: {what}. If it was restored on purpose, \
         and what it lacks is known, remove {}",
        file(&ledger.ledger_id).map_or_else(String::new, |path| path.display().to_string())
    );
    Err(Failure::wrong(message, figures))
}
