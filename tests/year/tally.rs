//! The tally that the simulation keeps: plain lists and sums of its own, by which the ledger is
//! checked. Nothing here asks the crate for anything but ids.

use std::collections::{BTreeMap, BTreeSet};

use timebank::exchange::pool::ReliefId;

use super::{
    anomalies::{Acting, Deed, Moved},
    bank::Ticket,
    calendar::{DAY, day_of, monday},
    districts::Service,
    trainings::Trained,
    weekly::Weekly,
};

/// What came to an account, in the order of the records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Posting {
    /// When it is effective.
    pub(super) minute: i64,
    pub(super) amount: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) kind: &'static str,
    pub(super) unit: &'static str,
    pub(super) floor: Option<i64>,
    pub(super) ceiling: Option<i64>,
    pub(super) balance: i64,
    pub(super) held: i64,
    /// The member whose it is.
    pub(super) owner: Option<usize>,
    pub(super) opened: i64,
    pub(super) closed: Option<i64>,
    pub(super) postings: Vec<Posting>,
}

impl Account {
    /// What may still go out of it.
    pub(super) fn available(&self) -> i64 {
        match self.floor {
            Some(floor) => self.balance - self.held - floor,
            None => i64::MAX,
        }
    }

    /// What stands on it before a minute, by effective time.
    pub(super) fn before(&self, minute: i64) -> i64 {
        let postings = self.postings.iter().filter(|one| one.minute < minute);
        postings.map(|one| one.amount).sum()
    }

    /// What came to it on some days, by effective time.
    pub(super) fn on_days(&self, since: i64, until: i64) -> i64 {
        self.before((until + 1) * DAY) - self.before(since * DAY)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: String,
    pub(super) account: String,
    /// Where they are now.
    pub(super) district: usize,
    pub(super) is_elder: bool,
    pub(super) has_device: bool,
    pub(super) block: String,
    pub(super) heir: Option<usize>,
    /// Who confirms for them.
    pub(super) proxy: Option<usize>,
    pub(super) is_here: bool,
    /// What they earned of hours, by service date.
    pub(super) earned: BTreeMap<i64, i64>,
    /// When the last step is taken of what they are named in, in seconds.
    pub(super) busy_until: i64,
    pub(super) took_part: bool,
    pub(super) gone_on: Option<i64>,
    /// Whether nothing is known of them any more.
    pub(super) is_erased: bool,
    /// Since which day their hardship is attested.
    pub(super) hardship: Option<i64>,
    /// The first and the last day on which they are qualified.
    pub(super) qualified: Option<(i64, i64)>,
    /// Whether no order of theirs stays open for ever.
    pub(super) may_go: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NeedState {
    Open,
    Accepted,
    Declined,
    Cancelled,
}

#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) district: usize,
    pub(super) recipient: usize,
    pub(super) service: &'static str,
    pub(super) point: Option<String>,
    pub(super) block: String,
    /// In seconds.
    pub(super) published: i64,
    pub(super) open_until: i64,
    pub(super) state: NeedState,
    pub(super) offers: i64,
    /// The second in which it was first accepted, by a step of its own.
    pub(super) accepted: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OrderState {
    Open,
    /// Settled, or resolved.
    Done,
    /// Cancelled, or nobody came.
    Off,
}

/// What an order came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Reckoned {
    pub(super) confirmed: i64,
    pub(super) credited: i64,
    pub(super) excess: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Its UUID, as it is written.
    pub(super) id: String,
    pub(super) need: usize,
    pub(super) provider: usize,
    pub(super) service: Service,
    /// The day and the minute on which it is.
    pub(super) on: i64,
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) payer: String,
    /// The account that it credits.
    pub(super) to: String,
    pub(super) held: i64,
    pub(super) state: OrderState,
    /// What both sides said: provider, recipient.
    pub(super) said: [Option<i64>; 2],
    pub(super) ticket: Ticket,
    pub(super) stars: Option<usize>,
    pub(super) reckoned: Option<Reckoned>,
}

/// A service outside orders: of a group, or entered.
#[derive(Clone, Debug)]
pub(super) struct Other {
    pub(super) district: usize,
    pub(super) service: &'static str,
    pub(super) point: Option<String>,
    pub(super) on: i64,
    /// When it began and ended, where that is known.
    pub(super) between: Option<(i64, i64)>,
    pub(super) ticket: Ticket,
    /// The account that paid, where it was entered outside orders and groups.
    pub(super) entered_from: Option<String>,
    pub(super) is_reversed: bool,
    pub(super) parts: Vec<Part>,
}

/// What happened in a district on a day, and the id that it was of.
#[derive(Clone, Debug)]
pub(super) struct Noted {
    pub(super) district: usize,
    pub(super) day: i64,
    pub(super) of: String,
}

/// Somebody's part in a service.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    pub(super) provider: Option<usize>,
    pub(super) recipient: Option<usize>,
    pub(super) served: i64,
    pub(super) credited: i64,
    /// What a member paid.
    pub(super) paid: i64,
}

/// What evaluators were told of an order: nothing where nobody was reached, no minutes where it was
/// denied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evaluation {
    pub(super) told: Option<i64>,
    pub(super) settled: i64,
    pub(super) quality: usize,
    pub(super) satisfaction: usize,
}

/// A month of a district that is closed: what its accounts had before and at its end.
#[derive(Clone, Debug)]
pub(super) struct Closed {
    pub(super) district: usize,
    pub(super) month: usize,
    pub(super) accounts: BTreeMap<String, (i64, i64)>,
    pub(super) is_signed: bool,
}

#[derive(Default)]
pub(super) struct Tally {
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) members: Vec<Member>,
    pub(super) needs: Vec<Need>,
    pub(super) orders: Vec<Order>,
    pub(super) others: Vec<Other>,
    /// Disputes and complaints, by the recipients.
    pub(super) incidents: Vec<Noted>,
    /// What was filed last of an order.
    pub(super) evaluations: BTreeMap<usize, Evaluation>,
    /// Reversals that were forced, by the accounts that these took from.
    pub(super) forced: Vec<Noted>,
    /// Who was registered, and how they said they had heard of it.
    pub(super) registered: Vec<(Noted, Option<&'static str>)>,
    pub(super) closed: Vec<Closed>,
    pub(super) trainings: Vec<Trained>,
    pub(super) deeds: Vec<Deed>,
    pub(super) actings: Vec<Acting>,
    pub(super) moved: Vec<Moved>,
    /// The days of services on which members wait, as far as that is adopted.
    pub(super) waits: Vec<(i64, i64)>,
    pub(super) weekly: Vec<Weekly>,
    /// Of money: the relief, the member, and how it stands.
    pub(super) reliefs: Vec<(ReliefId, String, &'static str)>,
    /// Of what stands of partners: the partner, whose limit it counts to, and the reference.
    pub(super) references: BTreeSet<(String, &'static str, String)>,
    /// The last closed day of each district.
    pub(super) closed_until: [Option<i64>; 5],
}

impl Tally {
    pub(super) fn open(&mut self, id: &str, (kind, unit): (&'static str, &'static str), now: i64) {
        let floor = match kind {
            "issuance" | "clearing" => None,
            _ => Some(0),
        };
        let account = Account {
            kind,
            unit,
            floor,
            ceiling: None,
            balance: 0,
            held: 0,
            owner: None,
            opened: now,
            closed: None,
            postings: Vec::new(),
        };
        let before = self.accounts.insert(id.into(), account);
        assert!(before.is_none(), "{id} is there twice");
    }

    pub(super) fn account(&self, id: &str) -> &Account {
        let found = self.accounts.get(id);
        found.unwrap_or_else(|| panic!("there is no account {id}"))
    }

    pub(super) fn account_mut(&mut self, id: &str) -> &mut Account {
        let found = self.accounts.get_mut(id);
        found.unwrap_or_else(|| panic!("there is no account {id}"))
    }

    pub(super) fn balance(&self, id: &str) -> i64 {
        self.account(id).balance
    }

    /// Moves an amount, effective at a minute. What is nothing moves nothing.
    pub(super) fn post(&mut self, from: &str, to: &str, amount: i64, minute: i64) {
        if amount == 0 {
            return;
        }
        for (id, amount) in [(from, -amount), (to, amount)] {
            let account = self.account_mut(id);
            account.balance += amount;
            account.postings.push(Posting { minute, amount });
        }
    }

    /// When a service of a minute is effective: then, or on the first day that is open.
    pub(super) fn effective(&self, minute: i64, district: usize) -> i64 {
        match self.closed_until[district] {
            Some(closed) if day_of(minute) <= closed => (closed + 1) * DAY,
            _ => minute,
        }
    }

    /// What a member earned on a day, and in its week.
    pub(super) fn earned(&self, member: usize, on: i64) -> (i64, i64) {
        let earned = &self.members[member].earned;
        let monday = monday(on);
        let of_week = earned.range(monday..monday + 7);
        (
            earned.get(&on).copied().unwrap_or(0),
            of_week.map(|(_, minutes)| minutes).sum(),
        )
    }

    pub(super) fn credit(&mut self, member: usize, on: i64, minutes: i64) {
        *self.members[member].earned.entry(on).or_default() += minutes;
    }
}
