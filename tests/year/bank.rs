//! The real store in this process, to which commands are given in batches, each with what is
//! foreseen of it.

use std::{collections::BTreeMap, path::PathBuf};

use timebank::{
    exchange::{self, Branch, Code, MemberId, order::Reason, policy::Minutes},
    ledger::{self, AccountId, Amount, BookingId, Caller, Moment, Note, Principal, TimeZone},
    sequencer::{Start, WantedZone},
    steps,
};

use super::{calendar::us, reckoning::Foreseen};
use crate::stories::world::World;

/// By what a record is known before it is there: a command's number, of what was said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Ticket(Option<usize>);

impl Ticket {
    /// The record, by the records of all that was said; 0 of what the server did by itself.
    pub(super) fn of(self, sequences: &[i64]) -> i64 {
        self.0.map_or(0, |at| sequences[at])
    }
}

pub(super) struct Bank {
    pub(super) world: World,
    /// In seconds of the year.
    pub(super) now: i64,
    ids: u64,
    caller: String,
    batch: Vec<(steps::Command, Foreseen)>,
    /// The record of each command; 0 where it was refused.
    pub(super) sequences: Vec<i64>,
    /// How many records there are.
    pub(super) records: i64,
    /// How often a rule refused something, by its name.
    pub(super) refusals: BTreeMap<&'static str, usize>,
}

impl Bank {
    pub(super) fn open(dir: Option<PathBuf>, now: i64) -> Self {
        let zone = TimeZone::parse("Asia/Shanghai").expect("a zone");
        let start = Start {
            zone: WantedZone::OwnOr(zone),
            accept_clock: true,
        };
        Self {
            world: World::begin_in(dir, us(now), start),
            now,
            ids: 0,
            caller: String::new(),
            batch: Vec::new(),
            sequences: Vec::new(),
            // The first one founds the ledger.
            records: 1,
            refusals: BTreeMap::new(),
        }
    }

    /// Goes on to a second of the year.
    pub(super) fn at(&mut self, second: i64) {
        if second > self.now {
            self.flush();
            self.world.advance(second - self.now);
            self.now = second;
        }
    }

    /// Says something, in the name of somebody, that is foreseen to be carried out or refused.
    pub(super) fn say(&mut self, by: &str, command: impl Into<steps::Command>, foreseen: Foreseen) {
        if self.caller != by {
            self.flush();
            self.caller = by.into();
        }
        self.batch.push((command.into(), foreseen));
    }

    /// Says what is carried out.
    pub(super) fn does(&mut self, by: &str, command: impl Into<steps::Command>) {
        self.say(by, command, Ok(()));
    }

    /// What was said last.
    pub(super) fn last(&self) -> Ticket {
        let said = self.sequences.len() + self.batch.len();
        Ticket(said.checked_sub(1))
    }

    /// Gives what was said, and compares what comes of it.
    pub(super) fn flush(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let (commands, foreseen): (Vec<_>, Vec<_>) = self.batch.drain(..).unzip();
        let told = commands.clone();
        let results = self.world.submit_each(commands, caller(&self.caller));
        assert_eq!(results.len(), foreseen.len());
        for ((result, foreseen), command) in results.iter().zip(foreseen).zip(told) {
            let came = result.as_ref().map(drop).map_err(|why| why.reason());
            match came {
                Ok(()) => {
                    self.records += 1;
                    self.sequences.push(self.records);
                }
                Err(reason) => {
                    self.sequences.push(0);
                    *self.refusals.entry(reason).or_default() += 1;
                }
            }
            let by = &self.caller;
            let why = result.as_ref().err();
            assert_eq!(came, foreseen, "{command:?} by {by}, for {why:?}");
        }
    }

    /// A UUID that no other step has.
    pub(super) fn id(&mut self) -> BookingId {
        self.ids += 1;
        let ms = us(self.now).unsigned_abs() / 1_000;
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
        (bytes[6], bytes[8]) = (0x70, 0x80);
        bytes[9..].copy_from_slice(&self.ids.to_be_bytes()[1..]);
        BookingId::from_slice(&bytes).expect("a UUID")
    }
}

fn caller(name: &str) -> Caller {
    let principal = Principal::claimed(name).expect("a proper name");
    Caller::new(principal, "").expect("a proper name")
}

pub(super) fn moment(minute: i64) -> Moment {
    Moment::from_us(us(minute * 60)).expect("a time of this age")
}

pub(super) fn minutes(given: i64) -> Minutes {
    Minutes::new(given).expect("a length")
}

pub(super) fn amount(given: i64) -> Amount {
    Amount::new(given).expect("an amount")
}

pub(super) fn account(id: &str) -> AccountId {
    AccountId::parse(id).expect("an account")
}

pub(super) fn member_id(id: &str) -> MemberId {
    MemberId::parse(id).expect("a member")
}

pub(super) fn code(word: &str) -> Code {
    Code::parse("code", word).expect("a word")
}

pub(super) fn branch(name: &str) -> Branch {
    Branch::parse("centre", name).expect("a branch")
}

pub(super) fn name(text: &str) -> exchange::Name {
    exchange::Name::parse("name", text).expect("a name")
}

pub(super) fn reason(text: &str) -> Reason {
    let note = Note::new([7; 16], text.into()).expect("a text");
    Reason::from(note.expect("a text"))
}

pub(super) fn transfer(from: &str, to: &str, minutes: i64) -> ledger::Transfer {
    ledger::Transfer::new(account(from), account(to), amount(minutes)).expect("two accounts")
}
