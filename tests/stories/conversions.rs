//! Commands about conversions.

use timebank::{
    exchange::{Command, conversion::Convert},
    ledger::UnitId,
};

use super::{
    orders::reason,
    partakers::member_id,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, amount},
};

impl Story {
    /// Carries out `convert STEP MEMBER AMOUNT FROM TO [reason=TEXT]`. None where it is another
    /// command.
    pub(super) fn conversions(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        if name != "convert" {
            return self.tokens(name, words);
        }
        let convert = Convert {
            step: self.names.id(&words.next()?)?,
            member: member_id(&words.next()?)?,
            amount: amount(&words.next()?)?,
            from: UnitId::parse(&words.next()?)?,
            to: UnitId::parse(&words.next()?)?,
            reason: reason(words)?,
            recorded: None,
        };
        let command = Command::Convert(Box::new(convert));
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }
}
