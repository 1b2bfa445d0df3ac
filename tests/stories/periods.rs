//! Commands about periods.

use timebank::{
    exchange::{
        Branch, ClosePeriod, Command, Month, Object, PeriodCommand, PeriodId, Seal, SealPeriod,
        Sha256, SignOffPeriod,
    },
    ledger::{Caller, Sequence},
    query,
};

use super::{
    orders::in_pages,
    reports::shown,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, number},
};

/// `CENTRE MONTH`
fn period(words: &mut Words) -> Said<PeriodId> {
    Ok(PeriodId {
        centre: Branch::parse("centre", &words.next()?)?,
        month: Month::parse("month", &words.next()?)?,
    })
}

impl Story {
    /// Carries out a command about periods. None where it is another.
    pub(super) fn periods(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        match name {
            "close-period" => {
                let step = self.names.id(&words.next()?)?;
                let id = period(words)?;
                self.step_period(PeriodCommand::Close(ClosePeriod { step, id }), words)
            }
            "seal-period" => {
                let step = self.names.id(&words.next()?)?;
                let id = period(words)?;
                let seal = Seal {
                    accounts: number(&words.next()?)?,
                    root: Sha256::parse("root", &"0".repeat(64))?,
                };
                let seal = PeriodCommand::Seal(SealPeriod { step, id, seal });
                self.step_period(seal, words)
            }
            "seal-periods" => Ok(Some(format!("{} sealed", self.world.seals()))),
            "sign-off" => {
                let step = self.names.id(&words.next()?)?;
                let id = period(words)?;
                let position = Sequence::new(number(&words.next()?)?).expect("a position");
                let sign = PeriodCommand::SignOff(SignOffPeriod { step, id, position });
                self.step_period(sign, words)
            }
            "closings" => self.closings(words).map(Some),
            "period-report" => {
                let id = period(words)?;
                let read = self
                    .world
                    .read(move |reading| query::period_report(reading, &id));
                Ok(Some(match read {
                    Ok(report) => shown(&report),
                    Err(error) => show::unread(&self.names, &error),
                }))
            }
            "periods" => self.periods_of(words).map(Some),
            _ => Ok(None),
        }
    }

    fn step_period(&mut self, command: PeriodCommand, words: &mut Words) -> Said<Option<String>> {
        let caller = match command.is_the_servers() {
            true => Caller::server(),
            false => caller(words)?,
        };
        let result = self.world.submit(Command::Period(command), caller);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `closings CENTRE MONTH`: in pages of every size.
    fn closings(&mut self, words: &mut Words) -> Said<String> {
        let id = period(words)?;
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::closings(reading, &id, after.as_ref(), limit),
                |view| view.account.id.clone(),
            )
        });
        Ok(match read {
            Ok(views) => {
                let lines = views.iter().map(|view| {
                    let account = &view.account;
                    let (id, unit) = (&account.id, &account.unit);
                    let line = format!("{id} {unit} {} to {}", view.opening, view.closing);
                    self.names.shorten(&line)
                });
                lines.collect::<Vec<_>>().join("\n")
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `periods CENTRE`: in pages of every size.
    fn periods_of(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::periods(reading, &centre, after, limit),
                |period| period.id.month,
            )
        });
        Ok(match read {
            Ok(periods) => {
                let states = periods.into_iter().map(Object::Period);
                let states = states.map(|period| period.state().expect("JSON"));
                states.collect::<Vec<_>>().join("\n")
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }
}

/// A seal that says what no account had.
#[test]
fn a_wrong_seal_is_found() {
    let script = "
centre city \"City\" 1001
open mint issuance
close-period c1 city \"2026-02\" actor=1001
seal-period s1 city \"2026-02\" 1
---
";
    let mut story = Story::begin();
    goldenscript::generate(&mut story, script).expect("a script");
    let found = story.world.unsound().expect("something is wrong");
    assert!(found.contains("the seal of 2026-02 of city"), "{found}");
}
