//! The forger's hand: whoever can write to the file and knows the software.

use std::path::Path;

use rusqlite::{Connection, params, params_from_iter};
use timebank::{
    exchange::{self, MemberId, ObjectId, Personal, TokenFact},
    journal::{self, Frontier},
    ledger::{Caller, Fact, Principal, Sequence, Stamp, Step},
    steps::{self, Exchanged, RULES_VERSION, Record, State},
    store::projection::{self, Row, Table},
};

/// A line to be forged.
pub(super) struct Line {
    step: steps::Step,
    /// What is kept beside a record that commits to it.
    personal: Option<(MemberId, Personal)>,
    after_s: i64,
    by: Caller,
    rules_version: i32,
    appendix: &'static [u8],
}

impl Line {
    /// One that looks like any other: recorded a second after the last, by staff.
    pub(super) fn of(step: Step) -> Self {
        Self::of_any(steps::Step::Ledger(step))
    }

    /// One of the time bank's.
    pub(super) fn exchanged(fact: exchange::Fact, ledger: Vec<Fact>) -> Self {
        Self::of_any(steps::Step::Exchange(Box::new(Exchanged { fact, ledger })))
    }

    fn of_any(step: steps::Step) -> Self {
        Self {
            step,
            personal: None,
            after_s: 1,
            by: Caller::new(Principal::recorded("staff-17").expect("a name"), "").expect("a call"),
            rules_version: RULES_VERSION,
            appendix: &[],
        }
    }

    /// Recorded so many seconds after the line before it.
    pub(super) fn after_s(self, after_s: i64) -> Self {
        Self { after_s, ..self }
    }

    pub(super) fn with_personal(self, member: MemberId, personal: Personal) -> Self {
        let personal = Some((member, personal));
        Self { personal, ..self }
    }

    pub(super) fn by(self, by: Caller) -> Self {
        Self { by, ..self }
    }

    pub(super) fn under_rules(self, rules_version: i32) -> Self {
        Self {
            rules_version,
            ..self
        }
    }

    /// With bytes after those of the record.
    pub(super) fn with_appendix(self, appendix: &'static [u8]) -> Self {
        Self { appendix, ..self }
    }

    fn record(self, last: Stamp) -> Record {
        Record {
            stamp: Stamp {
                sequence: last.sequence.next(),
                recorded_at: last.recorded_at.after_s(self.after_s),
                moment: last.recorded_at.after_s(self.after_s),
            },
            caller: self.by,
            rules_version: self.rules_version,
            step: self.step,
        }
    }
}

/// A line that was appended.
pub(super) struct Forged {
    pub(super) at: Sequence,
    /// Whether it adds up with what stood before, so that every table was written
    /// as it should be and the rules alone can tell.
    pub(super) adds_up: bool,
}

/// Appends whatever he likes, with the right hashes and the right rows.
pub(super) struct Forger {
    database: Connection,
    state: State,
    frontier: Frontier,
}

impl Forger {
    /// Reads all that stands in a file that nobody has open.
    pub(super) fn of(path: &Path) -> Self {
        let database = Connection::open(path).expect("the database");
        database.execute_batch("BEGIN").expect("a transaction");
        let mut forger = Self {
            database,
            state: State::default(),
            frontier: Frontier::default(),
        };
        for bytes in forger.journal() {
            let record = journal::decode(&bytes).expect("a record");
            forger.frontier.push(&bytes, &mut Vec::new());
            forger.state.apply(&record, None).expect("it follows");
        }
        forger
    }

    fn journal(&self) -> Vec<Vec<u8>> {
        let sql = "SELECT bytes FROM journal ORDER BY sequence";
        let mut records = self.database.prepare(sql).expect("the journal");
        let records = records.query_map([], |row| row.get(0)).expect("records");
        records.collect::<Result<_, _>>().expect("bytes")
    }

    /// Appends one line. After one that does not add up there is no other.
    pub(super) fn append(&mut self, line: Line) -> Forged {
        let appendix = line.appendix;
        let personal = line.personal.clone();
        let record = line.record(self.state.book.last());
        let (mut bytes, mut nodes) = (Vec::new(), Vec::new());
        journal::encode(&record, &mut bytes);
        bytes.extend_from_slice(appendix);
        self.frontier.push(&bytes, &mut nodes);
        let at = record.stamp.sequence;
        self.database
            .execute(
                "INSERT INTO journal (sequence, bytes, nodes) VALUES (?1, ?2, ?3)",
                params![at.get(), bytes, nodes],
            )
            .expect("a journal is appended to");
        if let Some((member, personal)) = personal {
            self.keep(at, &member, &personal);
        }
        let posted = self.state.book.posted().len();
        self.state.objects.forget();
        // A token that is issued may take the place of one, and is not there if it was not read.
        if let Some(exchange::Fact::Token(fact)) = record.step.exchange_fact()
            && let TokenFact::Issued(new) = &**fact
            && self.state.objects.token(&new.terms.name).is_err()
        {
            let id = ObjectId::Token(new.terms.name.clone());
            self.state.objects.load(id, None);
        }
        let adds_up = self.state.apply(&record, None).is_ok();
        if adds_up {
            self.project(&record, posted).expect("rows");
        }
        Forged { at, adds_up }
    }

    /// Writes the rows that the record brought about, and those of every account.
    fn project(&self, record: &Record, posted_before: usize) -> rusqlite::Result<()> {
        let put = &mut |row: Row<'_>| self.put(row);
        projection::of_record(record, &self.state.book, put)?;
        projection::of_posted(&self.state.book.posted()[posted_before..], put)?;
        projection::of_accounts(&self.state.book.touched(), put)?;
        let changed = self.state.objects.changed();
        for key in projection::stale_keys(&changed) {
            let sql = "DELETE FROM keys WHERE key = ?1";
            self.database.execute(sql, [key])?;
        }
        projection::of_objects(&changed, put)
    }

    fn keep(&self, at: Sequence, member: &MemberId, personal: &Personal) {
        let fields = serde_json::to_string(&personal.fields).expect("JSON");
        self.database
            .execute(
                "INSERT INTO personal (sequence, member, secret, fields) VALUES (?1, ?2, ?3, ?4)",
                params![at.get(), member.as_str(), personal.secret, fields],
            )
            .expect("a row");
    }

    fn put(&self, row: Row<'_>) -> rusqlite::Result<()> {
        let verb = match row.table {
            // There is one row of an id, whoever took it first.
            Table::Steps => "INSERT OR IGNORE",
            table if table.is_rewritten() => "REPLACE",
            _ => "INSERT",
        };
        let columns = row.table.columns();
        let (name, places) = (row.table.name(), vec!["?"; columns.len()].join(", "));
        let columns = columns.join(", ");
        let sql = format!("{verb} INTO {name} ({columns}) VALUES ({places})");
        self.database
            .prepare_cached(&sql)?
            .execute(params_from_iter(row.values))?;
        Ok(())
    }

    /// Leaves the file as if nobody had been there.
    pub(super) fn leave(self) {
        self.database.execute_batch("COMMIT").expect("a commit");
    }
}
