//! Reading the naive ledger: every figure is a fold, every list a filter.

use super::{
    ask::{Id, Leg},
    reference::{At, Ending, Entry, Hold, Reference},
    rules::moved,
};

/// One account's side of a leg.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Posting {
    pub ordinal: i64,
    pub recorded: At,
    pub leg: usize,
    pub effective_at: i64,
    pub amount: i64,
    pub balance: i64,
    pub reversed_by: Option<Id>,
}

impl Posting {
    fn time(&self, by: By) -> i64 {
        match by {
            By::Recorded => self.recorded.1,
            By::Effective => self.effective_at,
        }
    }
}

/// Some postings in order, and what stood before and after all of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Statement {
    pub opening: i64,
    pub postings: Vec<Posting>,
    pub closing: i64,
}

/// Which of an entry's two times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum By {
    Recorded,
    Effective,
}

impl Entry {
    pub(crate) fn effective_at(&self) -> i64 {
        self.at.unwrap_or(self.recorded.1)
    }

    pub(crate) fn time(&self, by: By) -> i64 {
        match by {
            By::Recorded => self.recorded.1,
            By::Effective => self.effective_at(),
        }
    }
}

impl Reference {
    pub(crate) fn entry(&self, id: Id) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    pub(crate) fn hold(&self, id: Id) -> Option<&Hold> {
        self.holds.iter().find(|hold| hold.id == id)
    }

    pub(crate) fn reversed_by(&self, id: Id) -> Option<Id> {
        let of = |entry: &Entry| entry.reverses.is_some_and(|(of, _)| of == id);
        self.entries.iter().find(|e| of(e)).map(|e| e.id)
    }

    pub(crate) fn balance(&self, account: &str) -> i64 {
        self.entries.iter().map(|e| moved(&e.legs, account)).sum()
    }

    /// What can be taken of an account. None where it has no floor.
    pub(crate) fn to_the_floor(&self, account: &str) -> Option<i64> {
        let floor = self.accounts.get(account)?.floor?;
        Some(self.balance(account) - self.held(account) - floor)
    }

    /// What an account can take. None where it has no ceiling.
    pub(crate) fn to_the_ceiling(&self, account: &str) -> Option<i64> {
        Some(self.accounts.get(account)?.ceiling? - self.balance(account))
    }

    /// What stood on an account at a moment, which counts, by either time.
    pub(crate) fn balance_as_of(&self, account: &str, moment: i64, by: By) -> i64 {
        let entries = self.entries.iter().filter(|e| e.time(by) <= moment);
        entries.map(|e| moved(&e.legs, account)).sum()
    }

    /// What recorded holds set aside, due or not.
    pub(crate) fn held(&self, account: &str) -> i64 {
        self.held_where(account, |hold| hold.ended.is_none())
    }

    /// What holds set aside at a moment of the clock: those that are due do not
    /// count, whether their end is recorded or not.
    pub(crate) fn held_now(&self, account: &str, now: i64) -> i64 {
        self.held_where(account, |hold| hold.ended.is_none() && !hold.is_due(now))
    }

    /// What holds had set aside at a moment of the journal.
    pub(crate) fn held_as_of(&self, account: &str, moment: i64) -> i64 {
        self.held_where(account, |hold| {
            let placed = hold.placed.1 <= moment;
            let ended = hold.ended.is_some_and(|(_, at)| at.1 <= moment);
            placed && !ended && !hold.is_due(moment)
        })
    }

    fn held_where(&self, account: &str, counts: impl Fn(&Hold) -> bool) -> i64 {
        let holds = self.holds.iter().filter(|hold| hold.leg.from == account);
        holds.filter(|h| counts(h)).map(|h| h.leg.amount).sum()
    }

    /// How many holds from or to an account are open.
    pub(crate) fn open_holds(&self, account: &str) -> usize {
        let holds = self.holds_of(Some(account));
        holds.filter(|hold| hold.ended.is_none()).count()
    }

    /// The holds from or to an account, in the order they were placed.
    pub(crate) fn holds_of(&self, account: Option<&str>) -> impl Iterator<Item = &Hold> {
        let touches = move |leg: &Leg| account.is_none_or(|a| leg.from == a || leg.to == a);
        self.holds.iter().filter(move |hold| touches(&hold.leg))
    }

    /// All postings of an account in the order of recording.
    pub(crate) fn postings(&self, account: &str) -> Vec<Posting> {
        let mut postings = Vec::new();
        let mut balance = 0;
        for entry in &self.entries {
            for (index, leg) in entry.legs.iter().enumerate() {
                let change = moved(&[*leg], account);
                if change == 0 {
                    continue;
                }
                balance += change;
                postings.push(Posting {
                    ordinal: postings.len() as i64 + 1,
                    recorded: entry.recorded,
                    leg: index,
                    effective_at: entry.effective_at(),
                    amount: change,
                    balance,
                    reversed_by: self.reversed_by(entry.id),
                });
            }
        }
        postings
    }

    /// The postings of an account from one moment on and before another, in the
    /// order of these times, with the balances of that order.
    pub(crate) fn statement(
        &self,
        account: &str,
        by: By,
        since: Option<i64>,
        until: Option<i64>,
    ) -> Statement {
        let mut postings = self.postings(account);
        postings.sort_by_key(|posting| (posting.time(by), posting.ordinal));
        let mut balance = 0;
        for posting in &mut postings {
            balance += posting.amount;
            posting.balance = balance;
        }
        let before = |moment: i64| self.balance_as_of(account, moment - 1, by);
        postings.retain(|posting| {
            let time = posting.time(by);
            since.is_none_or(|since| time >= since) && until.is_none_or(|until| time < until)
        });
        Statement {
            opening: since.map_or(0, before),
            postings,
            closing: until.map_or_else(|| self.balance(account), before),
        }
    }
}

/// The state of a hold by its name in the contract.
pub(crate) fn state(hold: &Hold) -> &'static str {
    match hold.ended {
        None => "open",
        Some((Ending::Settled { .. }, _)) => "settled",
        Some((Ending::Released, _)) => "released",
        Some((Ending::Expired, _)) => "expired",
    }
}
