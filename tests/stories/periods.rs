//! Commands about periods.

use timebank::{
    exchange::{Branch, ClosePeriod, Command, Month, Object, PeriodId},
    query,
};

use super::{
    orders::in_pages,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words},
};

impl Story {
    /// Carries out a command about periods. None where it is another.
    pub(super) fn periods(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        match name {
            "close-period" => {
                let command = Command::ClosePeriod(ClosePeriod {
                    step: self.names.id(&words.next()?)?,
                    id: PeriodId {
                        centre: Branch::parse("centre", &words.next()?)?,
                        month: Month::parse("month", &words.next()?)?,
                    },
                });
                let result = self.world.submit(command, caller(words)?);
                Ok(Some(show::decided(&self.names, &result)))
            }
            "periods" => self.periods_of(words).map(Some),
            _ => Ok(None),
        }
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
