//! Commands about partners.

use timebank::{
    exchange::{
        Branch, Command, Name, Object, PartnerCommand,
        partner::{Direction, OpenPartner, Remit, RemittanceId},
    },
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
    /// Carries out a command about partners. None where it is another.
    pub(super) fn partners(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "open-partner" => PartnerCommand::Open(OpenPartner {
                account: account(&words.next()?)?,
                surplus: amount(&words.next()?)?,
                deficit: amount(&words.next()?)?,
                name: Name::parse("name", "North")?,
            }),
            "send" => PartnerCommand::Remit(self.remit(Direction::Sent, words)?),
            "receive" => PartnerCommand::Remit(self.remit(Direction::Received, words)?),
            "partners" => return self.partners_of(words).map(Some),
            "remittances" => return self.remittances(words).map(Some),
            name => return self.oversight(name, words),
        };
        let command = Command::Partner(Box::new(command));
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `send STEP MEMBER PARTNER AMOUNT REFERENCE [reason=TEXT]`,
    /// `receive STEP PARTNER MEMBER AMOUNT REFERENCE [reason=TEXT]`
    fn remit(&mut self, direction: Direction, words: &mut Words) -> Said<Remit> {
        let step = self.names.id(&words.next()?)?;
        let (from, to) = (words.next()?, words.next()?);
        let (member, partner) = match direction {
            Direction::Sent => (from, to),
            Direction::Received => (to, from),
        };
        let amount = amount(&words.next()?)?;
        Ok(Remit {
            step,
            id: RemittanceId {
                partner: account(&partner)?,
                direction,
                reference: Name::parse("reference", &words.next()?)?,
            },
            member: member_id(&member)?,
            amount,
            reason: reason(words)?,
        })
    }

    /// `partners CENTRE`: in pages of every size.
    fn partners_of(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::partners(reading, &centre, after, limit),
                |view| view.partner.account.clone(),
            )
        });
        Ok(match read {
            Ok(views) => {
                let lines = views.into_iter().map(|view| {
                    let state = Object::Partner(view.partner).state().expect("JSON");
                    format!("{state} {}", view.balance)
                });
                let lines: Vec<_> = lines.collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `remittances PARTNER`
    fn remittances(&mut self, words: &mut Words) -> Said<String> {
        let partner = account(&words.next()?)?;
        let read = self
            .world
            .read(move |reading| query::remittances(reading, &partner, None, 100));
        Ok(match read {
            Ok(views) => {
                let lines = views.into_iter().map(|view| {
                    let remittance = Object::Remittance(Box::new(view.remittance));
                    let remittance = remittance.state().expect("JSON");
                    let reason = view.step.reason.unwrap_or_default();
                    let (what, by) = (view.step.what, view.step.by);
                    format!("{remittance} {what} by {by} {reason:?}")
                });
                let lines: Vec<_> = lines.collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }
}
