//! What reports read of orders: a line of each in the list of its centre's orders, so that a
//! year of them is read without the orders themselves.

use serde::{Deserialize, Serialize, Serializer};

use super::{Order, OrderState, Rating};
use crate::{exchange::Day, ledger::Sequence};

/// An order that something was reckoned for, as its line has it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct OrderLine<'a> {
    /// The order's id.
    pub id: &'a str,
    /// Its first record, and the last that changed it. Of the order as it stood at a record in
    /// between the line tells nothing: that is read of the order and its records.
    pub first: Sequence,
    pub last: Sequence,
    /// The service date.
    pub on: Day,
    pub service: &'a str,
    #[serde(borrow)]
    pub block: Option<&'a str>,
    #[serde(borrow)]
    pub point: Option<&'a str>,
    pub provider: &'a str,
    pub recipient: &'a str,
    /// The account that pays.
    pub payer: &'a str,
    /// As long as it took; 0 where nobody was served by it.
    pub served_minutes: i64,
    /// What the provider got of hours, and what was paid of them.
    pub credited_minutes: i64,
    pub paid_minutes: i64,
    /// What the recipient said when they confirmed.
    pub rating: Option<Rating>,
}

impl<'a> OrderLine<'a> {
    /// Reads a line.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(line: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line)
    }
}

/// Without the names of the fields, which would be most of it.
impl Serialize for OrderLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (
            &self.id,
            &self.first,
            &self.last,
            &self.on,
            &self.service,
            &self.block,
            &self.point,
            &self.provider,
            &self.recipient,
            &self.payer,
            &self.served_minutes,
            &self.credited_minutes,
            &self.paid_minutes,
            &self.rating,
        )
            .serialize(serializer)
    }
}

impl Order {
    /// Its line as text. None where nothing was reckoned yet; once something was, there always
    /// is one.
    pub fn line(&self) -> Option<String> {
        let id = self.id.to_string();
        // It has no value that cannot be written; were there one, an audit would tell.
        let line = serde_json::to_string(&self.as_line(&id)?);
        Some(line.unwrap_or_default())
    }

    /// Its line, with its id as text. None where nothing was reckoned yet.
    pub fn as_line<'a>(&'a self, id: &'a str) -> Option<OrderLine<'a>> {
        let reckoned = self.reckoned.as_ref()?;
        let is_settled = matches!(self.state, OrderState::Settled | OrderState::Resolved);
        let [credited_minutes, paid_minutes] = match self.earns {
            None => [
                reckoned.credited,
                reckoned.credited.saturating_add(reckoned.excess),
            ],
            Some(_) => [0; 2],
        };
        let said = self.by_recipient.as_ref();
        Some(OrderLine {
            id,
            first: self.steps.first().copied().unwrap_or_default(),
            last: self.steps.last().copied().unwrap_or_default(),
            on: self.on,
            service: self.service.as_str(),
            block: self.block.as_ref().map(|block| block.as_str()),
            point: self.point.as_ref().map(|point| point.as_str()),
            provider: self.provider.as_str(),
            recipient: self.recipient.as_str(),
            payer: self.payer.as_str(),
            served_minutes: if is_settled {
                reckoned.confirmed.get()
            } else {
                0
            },
            credited_minutes,
            paid_minutes,
            rating: said.and_then(|said| said.rating),
        })
    }
}
