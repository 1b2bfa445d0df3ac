//! What reports read of orders and needs: a line of each in a list of its centre, so that a year
//! of them is read without the orders and needs themselves. A line is written in the wire format of
//! postcard, field after field, without their names.

use serde::{Deserialize, Serialize};

use super::{Need, NeedState, Order, OrderState, Rating, need};
use crate::{
    exchange::Day,
    ledger::{Moment, Sequence},
};

/// An order that something was reckoned for, as its line has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderLine<'a> {
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
    /// The account that pays. None where it is called as the recipient is.
    #[serde(borrow)]
    pub payer: Option<&'a str>,
    /// As long as it took; 0 where nobody was served by it.
    pub served_minutes: i64,
    /// What the provider got of hours, and what was paid of them.
    pub credited_minutes: i64,
    pub paid_minutes: i64,
    /// What the recipient said when they confirmed.
    pub rating: Option<Rating>,
}

impl Order {
    /// Its line. None where nothing was reckoned yet; once something was, there always is one.
    pub fn line(&self) -> Option<OrderLine<'_>> {
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
        let [recipient, payer] = [self.recipient.as_str(), self.payer.as_str()];
        Some(OrderLine {
            first: self.steps.first().copied().unwrap_or_default(),
            last: self.steps.last().copied().unwrap_or_default(),
            on: self.on,
            service: self.service.as_str(),
            block: self.block.as_ref().map(|block| block.as_str()),
            point: self.point.as_ref().map(|point| point.as_str()),
            provider: self.provider.as_str(),
            recipient,
            payer: Some(payer).filter(|payer| *payer != recipient),
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

/// A need, as its line has it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NeedLine<'a> {
    /// Its first record, and the last that changed it, as of orders.
    pub first: Sequence,
    pub last: Sequence,
    pub published_at: Moment,
    /// None where it was not accepted, or by the very record that published it.
    pub first_accepted_at: Option<Moment>,
    /// Without [`NeedState::Expired`], which is told by the day.
    pub state: NeedState,
    /// The last day on which it can be accepted.
    pub open_until: Day,
    pub service: &'a str,
    #[serde(borrow)]
    pub block: Option<&'a str>,
    #[serde(borrow)]
    pub point: Option<&'a str>,
    pub recipient: &'a str,
    /// How many offered to help.
    pub offers: i64,
}

impl NeedLine<'_> {
    /// How the need stands on a day.
    pub fn state_on(&self, today: Day) -> NeedState {
        need::state_on(self.state, self.open_until, today)
    }
}

impl Need {
    /// Its line.
    pub fn line(&self) -> NeedLine<'_> {
        NeedLine {
            first: self.steps.first().copied().unwrap_or_default(),
            last: self.steps.last().copied().unwrap_or_default(),
            published_at: self.published_at,
            first_accepted_at: self.first_accepted_at,
            state: self.state,
            open_until: self.open_until,
            service: self.terms.service.as_str(),
            block: self.block.as_ref().map(|block| block.as_str()),
            point: self.terms.point.as_ref().map(|point| point.as_str()),
            recipient: self.terms.recipient.as_str(),
            offers: i64::try_from(self.offers.len()).unwrap_or(i64::MAX),
        }
    }
}
