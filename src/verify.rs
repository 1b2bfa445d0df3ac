//! The audit of a ledger that no server has, told on standard output.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use timebank::store::{self, Erased, Finding, Parts, SqliteStore, StoreError, Verified};

const UNUSABLE: u8 = 2;
/// How often progress is shown.
const SHOWN_EVERY: Duration = Duration::from_millis(200);

/// Verifies the ledger of a directory: 0 where it is sound, 1 where something is
/// wrong, 2 where that cannot be told.
pub(crate) fn verify(data: &Path) -> ExitCode {
    let verified = SqliteStore::verify_stopped(data, progress());
    told(verified, "", "cannot verify the ledger")
}

/// Tells what an audit came to, and before that what else is there if all is sound; or why it came to
/// nothing.
pub(crate) fn told(verified: Result<Verified, StoreError>, before: &str, failed: &str) -> ExitCode {
    let told = match verified {
        Ok(Verified::Sound {
            count,
            root,
            erased,
            parts,
        }) => {
            let said = sound(count, &root, erased, parts);
            tell(&format!("{before}{said}"), ExitCode::SUCCESS)
        }
        Ok(Verified::Wrong(finding)) => tell(&wrong(&finding), ExitCode::FAILURE),
        Ok(Verified::Stopped) => Err(io::Error::other("the audit was stopped")),
        Err(error) => Err(io::Error::other(error)),
    };
    told.unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "timebank: {failed}: {error}");
        ExitCode::from(UNUSABLE)
    })
}

/// Shows how far an audit is, and never stops it.
pub(crate) fn progress() -> store::Progress {
    let mut progress = Progress::new();
    Box::new(move |done, total| {
        progress.show(done, total);
        true
    })
}

/// Says it, or else it was for nothing.
fn tell(text: &str, code: ExitCode) -> io::Result<ExitCode> {
    io::stdout().write_all(text.as_bytes())?;
    Ok(code)
}

fn sound(count: i64, root: &[u8], erased: Erased, parts: Parts) -> String {
    let left_out = match parts {
        Parts::All => "",
        Parts::NothingPersonal => "left_out               personal fields, notes and keys\n",
    };
    let root: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
    let Erased {
        notes,
        personal,
        verdicts,
    } = erased;
    format!(
        "sound\nverified_count         {count}\nroot_hash              {root}\nerased_note_count      \
         {notes}\nerased_personal_count  {personal}\nerased_verdict_count   {verdicts}\n{left_out}"
    )
}

fn wrong(finding: &Finding) -> String {
    let sequence = match finding.sequence {
        Some(sequence) => sequence.to_string(),
        None => "none".into(),
    };
    let Finding { place, what, .. } = finding;
    format!("wrong\nplace     {place}\nsequence  {sequence}\nwhat      {what}\n")
}

/// How far it is, on standard error where somebody looks at that.
struct Progress {
    is_seen: bool,
    shown: Option<Instant>,
}

impl Progress {
    fn new() -> Self {
        Self {
            is_seen: io::stderr().is_terminal(),
            shown: None,
        }
    }

    fn show(&mut self, done: i64, total: i64) {
        let is_time = self.shown.is_none_or(|at| at.elapsed() >= SHOWN_EVERY);
        if self.is_seen && is_time {
            let _ = write!(io::stderr(), "\rverified {done} of {total} records");
            self.shown = Some(Instant::now());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
