//! The ledger, naively: lists that are scanned from end to end, and the
//! contract's words as code. Nothing of the server's own rules is called.
//!
//! Refusals are not found in an order: every rule says what it has against a
//! request, and the one that stands highest in [`PRECEDENCE`] speaks.

use std::collections::BTreeMap;

use timebank::ledger::AccountKind;

use super::{
    ask::{Ask, End, Id, Labels, Leg, Post},
    standing::Standing,
    text,
};

/// The largest figure that the ledger knows: 2^53 - 1.
pub(crate) const MAX: i64 = 9_007_199_254_740_991;
/// How far ahead of the server's time a service may be dated: 5 minutes.
pub(crate) const MAX_AHEAD_US: i64 = 300_000_000;
const SECOND_US: i64 = 1_000_000;

/// The reasons in the order in which they speak, as `Rejection` documents it.
const PRECEDENCE: [&str; 26] = [
    "ID_REUSED",
    "ACCOUNT_EXISTS",
    "UNIT_EXISTS",
    "TOO_MANY_UNITS",
    "EFFECTIVE_IN_FUTURE",
    "ENTRY_UNKNOWN",
    "HOLD_UNKNOWN",
    "HOLD_SETTLED",
    "HOLD_RELEASED",
    "HOLD_EXPIRED",
    "HOLD_NOT_DUE",
    "SETTLED_TO_ITSELF",
    "ENTRY_IS_REVERSAL",
    "ENTRY_REVERSED",
    "UNIT_UNKNOWN",
    "ACCOUNT_UNKNOWN",
    "ACCOUNT_CLOSED",
    "UNIT_MISMATCH",
    "LIMITS_CHANGED",
    "LIMITS_REVERSED",
    "FLOOR_TOO_LOW",
    "ACCOUNT_HAS_HOLDS",
    "ACCOUNT_NOT_EMPTY",
    "BALANCE_OUT_OF_RANGE",
    "FLOOR_CROSSED",
    "CEILING_CROSSED",
];

/// Figures by name, as they are sent.
pub(crate) type Figures = Vec<(&'static str, String)>;

/// Where and when something was recorded: position, microseconds.
pub(crate) type At = (i64, i64);

/// A reason, with the figures that the model insists on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    pub reason: &'static str,
    pub figures: Figures,
}

/// What becomes of one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    Recorded(At),
    /// It stood already, since here; None where the contract does not say.
    Replayed(Option<At>),
    /// It was only asked: whether it would have stood already.
    Validated {
        replayed: bool,
    },
    Refused(Refusal),
}

/// How the requests of a call belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct How {
    pub atomic: bool,
    pub validate_only: bool,
}

/// What becomes of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    Each(Vec<Outcome>),
    /// All or nothing, and it was nothing: the first that was refused, and why.
    Nothing(usize, Refusal),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Account {
    pub kind: AccountKind,
    pub unit: &'static str,
    pub opened_with: (Option<i64>, Option<i64>),
    pub floor: Option<i64>,
    pub ceiling: Option<i64>,
    pub limits_since: i64,
    pub opened: At,
    pub closed: Option<At>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    pub id: Id,
    pub legs: Vec<Leg>,
    pub at: Option<i64>,
    pub labels: Labels,
    pub note: Option<&'static str>,
    /// The entry that this one reverses, and whether by force.
    pub reverses: Option<(Id, bool)>,
    pub recorded: At,
}

/// How a hold ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    Settled { amount: i64, at: Option<i64> },
    Released,
    Expired,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Hold {
    pub id: Id,
    pub leg: Leg,
    pub expires_in_s: Option<i64>,
    pub labels: Labels,
    pub placed: At,
    pub ended: Option<(Ending, At)>,
}

impl Hold {
    pub(crate) fn expires_at(&self) -> Option<i64> {
        Some(self.placed.1 + self.expires_in_s? * SECOND_US)
    }

    pub(crate) fn is_due(&self, now: i64) -> bool {
        self.expires_at().is_some_and(|at| at <= now)
    }
}

/// A line of the journal, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    pub at: At,
    pub by_server: bool,
    pub what: String,
}

/// The whole ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reference {
    /// The clock on the wall, in microseconds.
    pub clock: i64,
    pub units: BTreeMap<&'static str, &'static str>,
    pub accounts: BTreeMap<&'static str, Account>,
    pub entries: Vec<Entry>,
    pub holds: Vec<Hold>,
    pub journal: Vec<Line>,
}

/// What the rules have against a request.
#[derive(Default)]
pub(crate) struct Faults(Vec<Refusal>);

impl Faults {
    pub(crate) fn add(&mut self, reason: &'static str, figures: Figures) {
        self.0.push(Refusal { reason, figures });
    }

    /// The highest reason; of several by one rule, the first.
    fn loudest(self) -> Option<Refusal> {
        let rank = |refusal: &Refusal| PRECEDENCE.iter().position(|r| *r == refusal.reason);
        self.0.into_iter().min_by_key(rank)
    }
}

pub(crate) fn named(account: &str) -> Figures {
    vec![("account", account.into())]
}

/// The limits that a kind opens with, as the contract's table has them.
pub(crate) fn opening_limits(kind: AccountKind) -> (Option<i64>, Option<i64>) {
    match kind {
        AccountKind::Issuance | AccountKind::Clearing => (None, None),
        _ => (Some(0), None),
    }
}

impl Reference {
    /// An empty ledger.
    pub(crate) fn new(clock: i64) -> Self {
        let mut ledger = Self {
            clock,
            units: BTreeMap::from([("time", "min")]),
            accounts: BTreeMap::new(),
            entries: Vec::new(),
            holds: Vec::new(),
            journal: Vec::new(),
        };
        ledger.write(true, "founded in UTC".into());
        ledger
    }

    /// One call of a client: its requests in order. What is due when its
    /// transaction begins [expires](Self::expire_due) before.
    pub(crate) fn call(&mut self, asks: &[Ask], how: How) -> Answer {
        let before = self.clone();
        let mut outcomes = Vec::new();
        for (index, ask) in asks.iter().enumerate() {
            let outcome = self.decide(ask);
            if let (true, Outcome::Refused(refusal)) = (how.atomic, &outcome) {
                let refusal = refusal.clone();
                *self = before;
                return Answer::Nothing(index, refusal);
            }
            outcomes.push(outcome);
        }
        if how.validate_only {
            *self = before;
            let asked = outcomes.into_iter().map(|outcome| self.only_asked(outcome));
            return Answer::Each(asked.collect());
        }
        Answer::Each(outcomes)
    }

    /// What would have been recorded has no place.
    fn only_asked(&self, outcome: Outcome) -> Outcome {
        let stands = |at: &At| at.0 <= self.journal.len() as i64;
        match outcome {
            Outcome::Recorded(_) => Outcome::Validated { replayed: false },
            Outcome::Replayed(Some(at)) if !stands(&at) => Outcome::Validated { replayed: true },
            other => other,
        }
    }

    /// What is due by the clock expires before anything else happens, the
    /// soonest first.
    pub(crate) fn expire_due(&mut self) {
        loop {
            let now = self.moment();
            let open = self.holds.iter().filter(|hold| hold.ended.is_none());
            let mut due: Vec<_> = open.filter(|hold| hold.is_due(now)).cloned().collect();
            if due.is_empty() {
                return;
            }
            due.sort_by_key(|hold| (hold.expires_at(), hold.placed));
            for hold in due {
                let at = self.write(true, text::expire(hold.id));
                self.end_hold(hold.id, Ending::Expired, at);
            }
        }
    }

    /// The moment that reads and expiry go by: the clock's, but never before the
    /// last record.
    pub(crate) fn moment(&self) -> i64 {
        let last = self.journal.last();
        last.map_or(self.clock, |line| self.clock.max(line.at.1))
    }

    /// The time that the next record gets: the clock's, but after the last one's.
    pub(crate) fn next_moment(&self) -> i64 {
        let last = self.journal.last();
        last.map_or(self.clock, |line| self.clock.max(line.at.1 + 1))
    }

    fn write(&mut self, by_server: bool, what: String) -> At {
        let at = (self.journal.len() as i64 + 1, self.next_moment());
        self.journal.push(Line {
            at,
            by_server,
            what,
        });
        at
    }

    fn end_hold(&mut self, id: Id, ending: Ending, at: At) {
        let hold = self.holds.iter_mut().find(|hold| hold.id == id);
        hold.expect("a known hold").ended = Some((ending, at));
    }

    fn decide(&mut self, ask: &Ask) -> Outcome {
        if let Some(refusal) = malformed(ask) {
            return Outcome::Refused(refusal);
        }
        if let Ask::Expire { .. } = ask {
            // The server alone expires holds.
            let (reason, figures) = ("PRINCIPAL_NOT_ALLOWED", vec![]);
            return Outcome::Refused(Refusal { reason, figures });
        }
        match self.standing(ask) {
            Standing::Same(since) => return Outcome::Replayed(since),
            Standing::Other(refusal) => return Outcome::Refused(refusal),
            Standing::Free => {}
        }
        let mut faults = Faults::default();
        self.rules(ask, &mut faults);
        match faults.loudest() {
            Some(refusal) => Outcome::Refused(refusal),
            None => Outcome::Recorded(self.carry_out(ask)),
        }
    }

    /// The entry that would undo another, which need not be there.
    pub(crate) fn inverse(&self, id: Id, of: Id, reason: &'static str, at: Option<i64>) -> Post {
        let legs = self.entry(of).map_or(&[][..], |entry| &entry.legs);
        let legs = legs.iter().map(|leg| Leg {
            from: leg.to,
            to: leg.from,
            amount: leg.amount,
        });
        Post {
            id,
            legs: legs.collect(),
            unit: None,
            opens: None,
            at,
            labels: Labels {
                kind: "reversal",
                tags: &[],
            },
            note: Some(reason),
        }
    }

    /// The limits that a change would leave.
    pub(crate) fn wanted_limits(&self, ask: &Ask) -> Option<(Option<i64>, Option<i64>)> {
        let Ask::Limit {
            account,
            floor,
            ceiling,
            ..
        } = ask
        else {
            return None;
        };
        let old = self.accounts.get(account)?;
        let wanted = |end: End, old| match end {
            End::Keep => old,
            End::At(steps) => Some(steps),
            End::Unbounded => None,
        };
        Some((wanted(*floor, old.floor), wanted(*ceiling, old.ceiling)))
    }

    /// Writes down what no rule is against.
    fn carry_out(&mut self, ask: &Ask) -> At {
        match ask {
            Ask::Declare { unit, step } => {
                self.units.insert(unit, step);
                self.write(false, text::declare(unit, step))
            }
            Ask::Open {
                account,
                kind,
                unit,
                limits,
            } => {
                let limits = limits.unwrap_or(opening_limits(*kind));
                let at = self.write(false, text::open(account, *kind, unit, limits));
                self.open(account, *kind, unit, limits, at);
                at
            }
            Ask::Limit { account, .. } => {
                let limits = self.wanted_limits(ask).expect("a known account");
                let at = self.write(false, text::limit(account, limits));
                let known = self.accounts.get_mut(account).expect("a known account");
                (known.floor, known.ceiling) = limits;
                known.limits_since = at.0;
                at
            }
            Ask::Close { account } => {
                let at = self.write(false, text::close(account));
                self.accounts.get_mut(account).expect("known").closed = Some(at);
                at
            }
            Ask::Post(post) => {
                let opened = self.open_missing(post);
                let words = |entry: &Entry| {
                    let all = opened.iter().cloned().chain([text::entry(entry)]);
                    all.collect::<Vec<_>>().join(", ")
                };
                self.post(post.clone(), None, words)
            }
            Ask::Reverse {
                id,
                of,
                reason,
                force,
                at,
            } => {
                let reversal = self.inverse(*id, *of, reason, *at);
                self.post(reversal, Some((*of, *force)), text::entry)
            }
            Ask::Place {
                id,
                leg,
                expires_in_s,
                labels,
                ..
            } => {
                let mut hold = Hold {
                    id: *id,
                    leg: *leg,
                    expires_in_s: *expires_in_s,
                    labels: *labels,
                    placed: (0, 0),
                    ended: None,
                };
                hold.placed = self.write(false, text::hold(&hold));
                self.holds.push(hold.clone());
                hold.placed
            }
            Ask::Settle { id, at, .. } | Ask::Share { id, at, .. } => {
                let hold = self.hold(*id).expect("a known hold").clone();
                let legs = shares(ask, &hold);
                let amount = legs.iter().map(|leg| leg.amount).sum();
                let settlement = Post {
                    id: *id,
                    legs,
                    unit: None,
                    opens: None,
                    at: *at,
                    labels: hold.labels,
                    note: None,
                };
                let end = self.post(settlement, None, text::settle);
                self.end_hold(*id, Ending::Settled { amount, at: *at }, end);
                end
            }
            Ask::Release { id } => {
                let at = self.write(false, text::release(*id));
                self.end_hold(*id, Ending::Released, at);
                at
            }
            Ask::Expire { id } => {
                let at = self.write(false, text::expire(*id));
                self.end_hold(*id, Ending::Expired, at);
                at
            }
        }
    }

    fn open(
        &mut self,
        account: &'static str,
        kind: AccountKind,
        unit: &'static str,
        limits: (Option<i64>, Option<i64>),
        at: At,
    ) {
        let new = Account {
            kind,
            unit,
            opened_with: limits,
            floor: limits.0,
            ceiling: limits.1,
            limits_since: at.0,
            opened: at,
            closed: None,
        };
        self.accounts.insert(account, new);
    }

    /// Opens the accounts that an entry brings along, as its record does: what
    /// that says, an account each.
    pub(crate) fn open_missing(&mut self, post: &Post) -> Vec<String> {
        let at = (self.journal.len() as i64 + 1, self.next_moment());
        let mut said = Vec::new();
        let Some(kind) = post.opens else { return said };
        for account in post.legs.iter().flat_map(|leg| [leg.from, leg.to]) {
            if !self.accounts.contains_key(account) {
                let limits = opening_limits(kind);
                self.open(account, kind, "time", limits, at);
                said.push(text::open(account, kind, "time", limits));
            }
        }
        said
    }

    fn post(
        &mut self,
        post: Post,
        reverses: Option<(Id, bool)>,
        words: impl Fn(&Entry) -> String,
    ) -> At {
        let mut entry = Entry {
            id: post.id,
            legs: post.legs,
            at: post.at,
            labels: post.labels,
            note: post.note,
            reverses,
            recorded: (0, 0),
        };
        entry.recorded = self.write(false, words(&entry));
        self.entries.push(entry.clone());
        entry.recorded
    }
}

/// What a settlement takes of a hold, and for whom.
pub(crate) fn shares(ask: &Ask, hold: &Hold) -> Vec<Leg> {
    match ask {
        Ask::Share { legs, .. } => legs
            .iter()
            .map(|(to, amount)| Leg {
                from: hold.leg.from,
                to,
                amount: *amount,
            })
            .collect(),
        Ask::Settle { amount, .. } => vec![Leg {
            amount: amount.unwrap_or(hold.leg.amount),
            ..hold.leg
        }],
        other => panic!("{other:?} settles nothing"),
    }
}

/// What is wrong with a request whatever the ledger holds.
fn malformed(ask: &Ask) -> Option<Refusal> {
    let refused = |reason| Refusal {
        reason,
        figures: vec![],
    };
    let amount = |amount: i64| {
        let fits = (1..=MAX).contains(&amount);
        (!fits).then(|| refused("AMOUNT_OUT_OF_RANGE"))
    };
    let leg = |leg: &Leg| {
        let same = (leg.from == leg.to).then(|| refused("SAME_ACCOUNT"));
        amount(leg.amount).or(same)
    };
    match ask {
        Ask::Post(post) => post.legs.iter().find_map(leg),
        Ask::Place { leg: one, .. } => leg(one),
        Ask::Settle { amount: part, .. } => part.and_then(amount),
        Ask::Share { legs, .. } => legs.iter().find_map(|(_, part)| amount(*part)),
        _ => None,
    }
}
