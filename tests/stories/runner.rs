//! Runs the commands of a script.

use std::{error::Error, sync::Arc};

use goldenscript::{Command as Line, Context, Runner};
use timebank::{
    ledger::{
        Caller, Command, Entry, HoldOwner, HoldStateKind, HoldTerms, Label, Moment, NewEntry, Note,
        Origin, Reversal, Sequence, Tags, TimeZone, Transfers, Unit, UnitId,
    },
    query::{self, AsOf, Direction, Place, Report, StatementQuery},
    steps::{self, Answer, Call, Together},
    store::HoldFilter,
};

use super::{
    request::{axis, caller, label, leg, note, open, opens, settlement, tags},
    show,
    words::{Fault, Names, Said, Words, account, bound, mistake, number, seconds},
    world::World,
};
use crate::support::staff;

pub(super) struct Story {
    pub(super) world: World,
    pub(super) names: Names,
    /// How many secrets were drawn.
    pub(super) secrets: u8,
    /// What all reports told, as of each position.
    pub(super) told: Vec<(Sequence, Vec<Report>)>,
    /// The posting that the next `statement ... more` begins at.
    next: Option<Place>,
}

impl Story {
    pub(super) fn begin() -> Self {
        Self {
            world: World::begin(),
            names: Names::default(),
            secrets: 0,
            told: Vec::new(),
            next: None,
        }
    }
}

impl Runner for Story {
    type Command = Line;

    fn run(&mut self, line: &Line, _: &Context) -> Result<String, Box<dyn Error>> {
        self.world.advance(1);
        let mut words = Words::of(line);
        let said = self.carry_out(&line.name, &mut words).and_then(|said| {
            words.end()?;
            Ok(said)
        });
        match said {
            Ok(text) => Ok(text),
            Err(Fault::Malformed(malformed)) => Ok(show::malformed(&self.names, &malformed)),
            Err(Fault::Script(what)) => Err(what.into()),
        }
    }
}

/// A story of which all reports are remembered as it goes on.
pub(super) struct Reported(pub(super) Story);

impl Runner for Reported {
    type Command = Line;

    fn run(&mut self, line: &Line, context: &Context) -> Result<String, Box<dyn Error>> {
        let said = self.0.run(line, context);
        self.0.remember_reports();
        said
    }
}

/// A story whose server is stopped and started again before each command: so nothing is decided
/// by what it happens to remember.
pub(super) struct Forgetful(pub(super) Story);

impl Runner for Forgetful {
    type Command = Line;

    fn run(&mut self, line: &Line, context: &Context) -> Result<String, Box<dyn Error>> {
        self.0.world.stop();
        self.0.world.start();
        self.0.run(line, context)
    }
}

impl Story {
    fn carry_out(&mut self, name: &str, words: &mut Words) -> Said<String> {
        match name {
            "clock" => self.clock(words),
            "mark" => {
                self.world.mark(words.next()?);
                Ok(String::new())
            }
            "restart" => self.restart(words),
            "erase-note" => self.erase_note(words),
            "account" => self.account(words),
            "accounts" => self.accounts(words),
            "balance" => self.balance(words),
            "entry" => self.entry(words),
            "holds" => self.holds(words),
            "statement" => self.statement(words),
            "journal" => self.journal(words),
            "units" => self.units(),
            "batch" => self.batch(words),
            "declare-units" => self.declare_units(words),
            "hold-often" => self.hold_often(words),
            _ => {
                if let Some(said) = self.take_part(name, words)? {
                    return Ok(said);
                }
                let command = self.command(name, words)?;
                let caller = match command.is_the_servers() {
                    true => Caller::server(),
                    false => caller(words)?,
                };
                let result = self.world.submit(command, caller);
                Ok(show::decided(&self.names, &result))
            }
        }
    }

    fn command(&mut self, name: &str, words: &mut Words) -> Said<Command> {
        Ok(match name {
            "time-zone" => Command::SetTimeZone(TimeZone::parse(&words.next()?)?),
            "unit" => {
                let id = UnitId::parse(&words.next()?)?;
                Command::DeclareUnit(Unit::new(id, &words.next()?)?)
            }
            "open" => open(words)?,
            "limits" => self.limits(words)?,
            "close" => Command::CloseAccount {
                id: account(&words.next()?)?,
            },
            "post" => Command::PostEntry(self.posting(words)?),
            "reverse" => self.reversal(words)?,
            "hold" => self.hold(words)?,
            "settle" => Command::SettleHold {
                id: self.names.id(&words.next()?)?,
                settlement: settlement(words)?,
                effective_at: self.effective_at(words)?,
                owner: None,
            },
            "release" => Command::ReleaseHold {
                id: self.names.id(&words.next()?)?,
                owner: None,
            },
            "expire" => Command::ExpireHold {
                id: self.names.id(&words.next()?)?,
            },
            _ => return mistake(format!("{name} is no command")),
        })
    }

    /// `limits NAME [floor=N|none] [ceiling=N|none] [since=N]`: those that stand are
    /// changed, unless older ones are named.
    fn limits(&mut self, words: &mut Words) -> Said<Command> {
        let id = account(&words.next()?)?;
        let since = match words.key("since") {
            Some(since) => Sequence::new(number(&since)?).expect("a position"),
            None => {
                let id = id.clone();
                let row = self
                    .world
                    .read(move |reading| Ok(reading.snapshot.account(&id)?));
                let row = row.expect("it reads");
                row.map_or(Sequence::ZERO, |row| row.account.limits_since)
            }
        };
        Ok(Command::ChangeLimits {
            id,
            since,
            floor: words.key("floor").map(|word| bound(&word)).transpose()?,
            ceiling: words.key("ceiling").map(|word| bound(&word)).transpose()?,
        })
    }

    fn posting(&mut self, words: &mut Words) -> Said<NewEntry> {
        let id = self.names.id(&words.next()?)?;
        let mut legs = Vec::new();
        while words.has_more() {
            legs.push(leg(words)?);
        }
        let unit = words.key("unit").map(|unit| UnitId::parse(&unit));
        if let Some(count) = words.key("legs") {
            let count = usize::try_from(number(&count)?).expect("a count");
            legs = legs.iter().cycle().take(count).cloned().collect();
        }
        let note = note(words.key("note"), id.as_bytes())?;
        let opens = opens(words)?;
        Ok(NewEntry {
            units: unit
                .transpose()?
                .map(|unit| (0, unit))
                .into_iter()
                .collect(),
            entry: Arc::new(Entry {
                id,
                transfers: Transfers::new(legs)?,
                effective_at: self.effective_at(words)?,
                kind: label(words)?,
                tags: tags(words)?,
                note: note.as_ref().map(Note::commitment),
                origin: Origin::Posted,
            }),
            note,
            opens,
        })
    }

    fn effective_at(&self, words: &mut Words) -> Said<Option<Moment>> {
        let at = words.key("at");
        at.map(|word| self.world.time(&word)).transpose()
    }

    fn reversal(&mut self, words: &mut Words) -> Said<Command> {
        let id = self.names.id(&words.next()?)?;
        let of = self.names.id(&words.next()?)?;
        let reason = words.key("reason").unwrap_or_else(|| "a mistake".into());
        let Some(note) = note(Some(reason), id.as_bytes())? else {
            return mistake("a reversal has a reason");
        };
        Ok(Command::ReverseEntry(Reversal {
            id,
            of,
            reason: note.commitment(),
            note: Some(note),
            force: words.flag("force"),
            effective_at: self.effective_at(words)?,
            owner: None,
        }))
    }

    fn hold(&mut self, words: &mut Words) -> Said<Command> {
        let id = self.names.id(&words.next()?)?;
        Ok(Command::PlaceHold {
            unit: match words.key("unit") {
                None => None,
                Some(unit) => Some(UnitId::parse(&unit)?),
            },
            terms: HoldTerms {
                id,
                expires_in_s: words
                    .key("expires")
                    .map(|word| seconds(&word))
                    .transpose()?,
                kind: label(words)?,
                tags: tags(words)?,
                owner: words
                    .key("owner")
                    .map(|owner| HoldOwner::parse(&owner))
                    .transpose()?,
                transfer: leg(words)?,
            },
        })
    }

    fn clock(&mut self, words: &mut Words) -> Said<String> {
        if let Some(duration) = words.optional() {
            self.world.advance(seconds(&duration)?);
        }
        Ok(self.world.now().to_string())
    }

    /// The server is down for a while, and comes back.
    fn restart(&mut self, words: &mut Words) -> Said<String> {
        self.world.stop();
        if let Some(duration) = words.key("after") {
            self.world.advance(seconds(&duration)?);
        }
        self.world.start();
        Ok(String::new())
    }

    /// As an erasure will do it: the text goes, the record stays.
    fn erase_note(&mut self, words: &mut Words) -> Said<String> {
        let sequence = number(&words.next()?)?;
        self.world
            .database(&format!("DELETE FROM notes WHERE sequence = {sequence}"));
        Ok(String::new())
    }

    /// `batch [atomic] [validate] ID FROM TO AMOUNT ...`
    fn batch(&mut self, words: &mut Words) -> Said<String> {
        let together = match words.flag("atomic") {
            true => Together::AllOrNone,
            false => Together::Each,
        };
        let validate_only = words.flag("validate");
        let mut commands = Vec::new();
        while words.has_more() {
            let id = self.names.id(&words.next()?)?;
            commands.push(steps::Command::Ledger(Command::PostEntry(NewEntry {
                entry: Arc::new(Entry {
                    id,
                    transfers: Transfers::new(vec![leg(words)?])?,
                    effective_at: None,
                    kind: Label::transfer(),
                    tags: Tags::default(),
                    note: None,
                    origin: Origin::Posted,
                }),
                units: Vec::new(),
                note: None,
                opens: Vec::new(),
            })));
        }
        let call = Call {
            commands,
            together,
            validate_only,
            caller: caller(words)?,
        };
        let results = match self.world.call(call) {
            Answer::Each(results) => results,
            Answer::None(refusal) => {
                let why = show::refused(&self.names, &refusal.rejection);
                return Ok(format!("none, for {}: {why}", refusal.index));
            }
        };
        let lines = results.iter().map(|one| show::decided(&self.names, one));
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    /// Declares so many units at once.
    fn declare_units(&mut self, words: &mut Words) -> Said<String> {
        let count = number(&words.next()?)?;
        let mut commands = Vec::new();
        for number in 0..count {
            let id = UnitId::parse(&format!("unit{number}"))?;
            commands.push(Command::DeclareUnit(Unit::new(id, "step")?));
        }
        let results = self.world.submit_each(commands, staff());
        let last = results.last().map(|one| show::decided(&self.names, one));
        Ok(last.unwrap_or_default())
    }

    /// `hold-often COUNT FROM TO AMOUNT expires=D`: so many holds in one call.
    fn hold_often(&mut self, words: &mut Words) -> Said<String> {
        let count = number(&words.next()?)?;
        let transfer = leg(words)?;
        let expires_in_s = words
            .key("expires")
            .map(|word| seconds(&word))
            .transpose()?;
        let mut commands = Vec::new();
        for number in 0..count {
            let terms = HoldTerms {
                id: self.names.id(&format!("h{number:07}"))?,
                transfer: transfer.clone(),
                expires_in_s,
                kind: Label::transfer(),
                tags: Tags::default(),
                owner: None,
            };
            commands.push(Command::PlaceHold { terms, unit: None });
        }
        let results = self.world.submit_each(commands, staff());
        let last = results.last().map(|one| show::decided(&self.names, one));
        Ok(last.unwrap_or_default())
    }

    fn account(&mut self, words: &mut Words) -> Said<String> {
        let id = account(&words.next()?)?;
        let read = self.world.read(move |reading| query::account(reading, &id));
        Ok(match read {
            Ok(view) => show::account(&view.account),
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `accounts [PREFIX]`: their names.
    fn accounts(&mut self, words: &mut Words) -> Said<String> {
        let prefix = words.optional().unwrap_or_default();
        let read = self.world.read(move |reading| {
            let rows = reading.snapshot.accounts(&prefix, None, 100)?;
            let ids = rows.iter().map(|row| row.account.id.to_string());
            Ok(ids.collect::<Vec<_>>().join(" "))
        });
        Ok(self.names.shorten(&read.expect("accounts")))
    }

    fn balance(&mut self, words: &mut Words) -> Said<String> {
        let id = account(&words.next()?)?;
        let axis = axis(words)?;
        let moment = self.effective_at(words)?;
        let as_of = moment.map(|moment| AsOf { moment, axis });
        let read = self
            .world
            .read(move |reading| query::balance(reading, &id, as_of));
        Ok(match read {
            Ok(view) => show::balance(&view),
            Err(error) => show::unread(&self.names, &error),
        })
    }

    fn entry(&mut self, words: &mut Words) -> Said<String> {
        let id = self.names.id(&words.next()?)?;
        let read = self
            .world
            .read(move |reading| Ok(reading.snapshot.booking(id)?));
        let booking = read.expect("a booking");
        let Some(booking) = booking else {
            return Ok("none".into());
        };
        let Some(posted) = booking.entry() else {
            return Ok("none".into());
        };
        let mut text = show::booked(&self.names, &booking, posted);
        if let Some(by) = posted.reversed_by {
            text.push_str(&format!(", reversed by {}", self.names.name(by)));
        }
        if let Some(note) = &posted.note {
            text.push_str(&format!(" {:?}", note.text()));
        }
        Ok(text)
    }

    /// `holds [ACCOUNT] [state=open]`
    fn holds(&mut self, words: &mut Words) -> Said<String> {
        let of = words.optional().map(|word| account(&word)).transpose()?;
        let state = match words.key("state").as_deref() {
            None => None,
            Some("open") => Some(HoldStateKind::Open),
            Some("settled") => Some(HoldStateKind::Settled),
            Some("released") => Some(HoldStateKind::Released),
            Some("expired") => Some(HoldStateKind::Expired),
            Some(other) => return mistake(format!("{other} is no state")),
        };
        let read = self.world.read(move |reading| {
            let snapshot = &mut *reading.snapshot;
            let row = match &of {
                Some(id) => snapshot.account(id)?,
                None => None,
            };
            Ok(snapshot.holds(HoldFilter {
                account: row.as_ref().map(|row| &row.account),
                state,
                after: Sequence::ZERO,
                now: Moment::MIN,
                limit: 100,
            })?)
        });
        let holds = read.expect("holds");
        let now = self.world.now();
        let lines = holds.iter().map(|one| show::hold(&self.names, one, now));
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    /// `statement ACCOUNT [oldest] [more] [by=effective] [since=T] [until=T] [limit=N] [at=N] [balances]`
    fn statement(&mut self, words: &mut Words) -> Said<String> {
        let id = account(&words.next()?)?;
        let direction = match words.flag("oldest") {
            true => Direction::OldestFirst,
            false => Direction::NewestFirst,
        };
        let time = |word: Option<String>| word.map(|word| self.world.time(&word)).transpose();
        let limit = words.key("limit").map_or(Ok(100), |word| number(&word))?;
        let at = words.key("at").map(|at| number(&at)).transpose()?;
        let query = StatementQuery {
            account: id.clone(),
            direction,
            axis: axis(words)?,
            since: time(words.key("since"))?,
            until: time(words.key("until"))?,
            from: self.next.take().filter(|_| words.flag("more")),
            limit: usize::try_from(limit).expect("a count"),
            at: at.and_then(Sequence::new),
        };
        let read = self
            .world
            .read(move |reading| query::statement(reading, &query));
        let page = match read {
            Ok(page) => page,
            Err(error) => return Ok(show::unread(&self.names, &error)),
        };
        self.next = page.next;
        let lines = page.postings.iter();
        let lines = lines.map(|one| show::posting(&self.names, one));
        let mut text = lines.collect::<Vec<_>>().join("\n");
        match (page.postings.is_empty(), page.next) {
            (true, _) => text.push_str("nothing"),
            (false, Some(_)) => text.push_str("\nmore"),
            (false, None) => {}
        }
        if words.flag("balances") {
            let (opening, closing) = (page.opening_balance, page.closing_balance);
            text.push_str(&format!("\nfrom {opening} to {closing}"));
        }
        Ok(text)
    }

    /// `journal [FROM]`: after what is due has expired.
    fn journal(&mut self, words: &mut Words) -> Said<String> {
        let from = words.optional().map_or(Ok(1), |word| number(&word))?;
        let from = Sequence::new(from).expect("a position");
        self.world
            .submit_each(Vec::<Command>::new(), Caller::server());
        let read = self
            .world
            .read(move |reading| Ok(reading.snapshot.records(from, 1_000)?));
        let records = read.expect("records");
        let lines = records.iter().map(|one| show::record(&self.names, one));
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    fn units(&mut self) -> Said<String> {
        let units = self.world.read(|reading| Ok(reading.snapshot.units()?));
        let units = units.expect("units");
        let units = units
            .iter()
            .map(|unit| format!("{} of {}", unit.id(), unit.step()));
        Ok(units.collect::<Vec<_>>().join(", "))
    }
}
