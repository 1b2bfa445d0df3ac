//! Who was registered, by how they said they had heard of the time bank.

use std::{collections::BTreeMap, ops::ControlFlow};

use super::{Within, listing::each_of};
use crate::{
    exchange::{Branch, Code, Day, List, Object},
    query::{ReadError, Reading, exchange::misplaced},
};

/// Those who did not say.
const NOT_SAID: &str = "not said";

/// How many said what when they were registered.
#[derive(Debug, Default)]
pub(super) struct Heard {
    said: BTreeMap<String, i64>,
    not_said: i64,
}

impl Heard {
    /// Adds those whom a centre registered on the days of a scope, wherever they are now.
    pub(super) fn add(
        &mut self,
        reading: &mut Reading<'_>,
        within: &Within,
        centre: &Branch,
    ) -> Result<(), ReadError> {
        let since = within.scope.since.unwrap_or(Day::FIRST);
        let list = List::JoinedFrom(centre.clone(), since);
        each_of(reading, list, &mut |_, object| {
            let Object::Member(member) = object else {
                return Err(misplaced(&object).into());
            };
            let until = within.scope.until;
            if until.is_some_and(|until| until < member.registered_on) {
                return Ok(ControlFlow::Break(()));
            }
            if member.registered.at <= within.at && within.has_member(member.id.as_str()) {
                self.count(member.registered.heard_of.as_ref());
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    fn count(&mut self, heard_of: Option<&Code>) {
        *match heard_of {
            None => &mut self.not_said,
            Some(word) => self.said.entry(word.as_str().into()).or_default(),
        } += 1;
    }

    /// Each word with how many said it, and last those who said nothing, if there are any.
    pub(super) fn words(&self) -> impl Iterator<Item = (&str, i64)> {
        let said = self.said.iter();
        let said = said.map(|(word, count)| (word.as_str(), *count));
        let not_said = (self.not_said > 0).then_some((NOT_SAID, self.not_said));
        said.chain(not_said)
    }
}
