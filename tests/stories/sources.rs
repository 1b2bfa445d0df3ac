//! Commands about sources.

use timebank::{
    exchange::{
        Branch, Command, Day, Days, IssuanceCommand, Name, Object,
        issuance::{Funding, GiveGrant, Issue, OpenSource, Sector},
    },
    ledger::UnitId,
    query,
};

use super::{
    orders::{in_pages, reason},
    partakers::member_id,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, account, amount},
};

impl Story {
    /// Carries out a command about sources. None where it is another.
    pub(super) fn sources(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "open-source" => IssuanceCommand::Open(open(words)?),
            "issue" => IssuanceCommand::Issue(Issue {
                step: self.names.id(&words.next()?)?,
                source: account(&words.next()?)?,
                to: account(&words.next()?)?,
                amount: amount(&words.next()?)?,
                reason: reason(words)?,
            }),
            "grant" => IssuanceCommand::Grant(GiveGrant {
                step: self.names.id(&words.next()?)?,
                member: member_id(&words.next()?)?,
                recorded: None,
            }),
            "sources" => return self.sources_of(words).map(Some),
            name => return self.stocks(name, words),
        };
        let command = Command::Issuance(Box::new(command));
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `sources CENTRE`: in pages of every size.
    fn sources_of(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::sources(reading, &centre, after, limit),
                |view| view.source.terms.account.clone(),
            )
        });
        Ok(match read {
            Ok(views) => {
                let lines = views.into_iter().map(|view| {
                    let source = Object::Source(Box::new(view.source));
                    let state = source.state().expect("JSON");
                    format!("{state} out={} held={}", view.outstanding, view.held)
                });
                let lines: Vec<_> = lines.collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }
}

/// `open-source SOURCE CAP FROM UNTIL [unit=UNIT] [sector=social]`
fn open(words: &mut Words) -> Said<OpenSource> {
    let account = account(&words.next()?)?;
    let cap = amount(&words.next()?)?;
    let from = Day::parse("from", &words.next()?)?;
    let until = Day::parse("until", &words.next()?)?;
    let unit = words.key("unit").map(|unit| UnitId::parse(&unit));
    Ok(OpenSource {
        account,
        unit: unit.transpose()?.unwrap_or_else(UnitId::time),
        funding: Funding::Grant,
        sector: match words.key("sector") {
            None => Sector::Public,
            Some(_) => Sector::Social,
        },
        funder: Name::parse("funder", "Civil Affairs Bureau")?,
        contract: Name::parse("contract", "2026-117")?,
        cap,
        days: Days::new(from, until)?,
    })
}
