//! What the real ledger says, against what the model says: answers, accounts,
//! and every query with every filter.

use timebank::{
    ledger::{self, HoldStateKind, Malformed, Moment, Sequence},
    query::{
        self, AccountView, AsOf, Axis, Direction, PostingView, ReadError, Reading, StatementQuery,
        balance, statement,
    },
    steps::{self, Rejection, Results},
    store::{AccountRow, HoldFilter},
};

use super::{
    ask::{Id, account, booking, moment},
    generate::ACCOUNTS,
    reads::{By, Posting, Statement, state},
    reference::{Account, Answer, At, Figures, Hold, Outcome, Reference, Refusal},
    stack::Stack,
    text,
};

/// The reason and figures of a refusal, of whatever sort it is.
#[derive(Debug)]
pub(crate) struct Refused {
    reason: &'static str,
    figures: Figures,
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        Self {
            reason: rejection.reason(),
            figures: rejection.figures(),
        }
    }
}

impl From<Malformed> for Refused {
    fn from(malformed: Malformed) -> Self {
        Self {
            reason: malformed.reason(),
            figures: malformed.figures(),
        }
    }
}

/// The real ledger's answer to a call.
#[derive(Debug)]
pub(crate) enum Answered {
    Each(Vec<Result<steps::Outcome, Refused>>),
    Nothing(usize, Refused),
}

impl Answered {
    pub(crate) fn each(results: Results) -> Self {
        let results = results.into_iter().map(|r| r.map_err(Refused::from));
        Self::Each(results.collect())
    }
}

pub(crate) fn answers(got: &Answered, expected: &Answer) {
    let agree = match (got, expected) {
        (Answered::Each(got), Answer::Each(expected)) => {
            got.len() == expected.len() && got.iter().zip(expected).all(|(g, e)| agree(g, e))
        }
        (Answered::Nothing(at, got), Answer::Nothing(index, expected)) => {
            at == index && refused_so(got, expected)
        }
        _ => false,
    };
    assert!(agree, "\n the ledger: {got:?}\n  the model: {expected:?}\n");
}

fn agree(got: &Result<steps::Outcome, Refused>, expected: &Outcome) -> bool {
    match (got, expected) {
        (Ok(steps::Outcome::Recorded { stamp, .. }), Outcome::Recorded(at)) => pair(*stamp) == *at,
        (Ok(steps::Outcome::Replayed(stamp)), Outcome::Replayed(at)) => {
            at.is_none_or(|at| pair(*stamp) == at)
        }
        (
            Ok(steps::Outcome::Validated { replayed, .. }),
            Outcome::Validated { replayed: expected },
        ) => replayed == expected,
        // Where it stood before, the contract does not say.
        (Ok(got @ steps::Outcome::Validated { .. }), Outcome::Replayed(None)) => got.is_replay(),
        (Err(got), Outcome::Refused(expected)) => refused_so(got, expected),
        _ => false,
    }
}

/// The same reason, and every figure that the model insists on.
fn refused_so(got: &Refused, expected: &Refusal) -> bool {
    let has = |figure| got.figures.contains(figure);
    got.reason == expected.reason && expected.figures.iter().all(has)
}

fn pair(stamp: ledger::Stamp) -> At {
    (stamp.sequence.get(), stamp.recorded_at.us())
}

/// The journal, line by line.
pub(crate) fn journal(stack: &Stack, model: &Reference) {
    let records = stack.read(|reading| Ok(reading.snapshot.records(Sequence::ZERO, 100_000)?));
    let records = records.expect("it reads");
    for (record, line) in records.iter().zip(&model.journal) {
        assert_eq!(text::line(record), *line);
    }
    let beyond = model.journal.get(records.len());
    assert_eq!(
        records.len(),
        model.journal.len(),
        "lines of the journal, then {beyond:?}"
    );
}

/// Every account: as it is stored, and as it is shown at this time.
pub(crate) fn accounts(stack: &Stack, model: &Reference) {
    type Shown = (i64, Option<i64>, Option<i64>);
    let (rows, shown) = stack
        .read(|reading| {
            let rows = reading.snapshot.accounts("", None, 1_000)?;
            let views = query::accounts(reading, "", None, 1_000)?;
            let mut shown: Vec<Shown> = Vec::new();
            for (row, AccountView { account, .. }) in rows.iter().zip(views) {
                let view = balance(reading, &row.account.id, None)?;
                shown.push((view.balance, view.held, view.available));
                assert_eq!(Some(account.held.steps()), view.held, "{}", account.id);
            }
            Ok((rows, shown))
        })
        .expect("it reads");
    assert_eq!(
        ids(&rows),
        model.accounts.keys().copied().collect::<Vec<_>>()
    );
    for (row, shown) in rows.iter().zip(shown) {
        let id = row.account.id.as_str();
        let expected = &model.accounts[id];
        check_row(row, expected, model);
        let (balance, held) = (model.balance(id), model.held_now(id, model.moment()));
        let available = expected.floor.map(|floor| balance - held - floor);
        assert_eq!(shown, (balance, Some(held), available), "{id} now");
    }
}

fn ids(rows: &[AccountRow]) -> Vec<&str> {
    rows.iter().map(|row| row.account.id.as_str()).collect()
}

fn check_row(row: &AccountRow, expected: &Account, model: &Reference) {
    let got = &row.account;
    let id = got.id.as_str();
    assert_eq!(got.kind, expected.kind, "{id}");
    assert_eq!(got.unit.as_str(), expected.unit, "{id}");
    let limits = (expected.floor, expected.ceiling);
    assert_eq!(text::steps(got.limits), limits, "limits of {id}");
    assert_eq!(got.balance.steps(), model.balance(id), "balance of {id}");
    assert_eq!(got.held.steps(), model.held(id), "held of {id}");
    assert_eq!(got.open_holds, model.open_holds(id) as i64, "holds of {id}");
    assert_eq!(pair(got.opened), expected.opened, "{id}");
    assert_eq!(
        got.closed.as_ref().map(|stamp| pair(**stamp)),
        expected.closed,
        "{id}"
    );
    let postings = model.postings(id);
    assert_eq!(row.posting_count, postings.len() as i64, "{id}");
    let last = row.last_posting.map(|at| (at.sequence().get(), at.leg()));
    let expected = postings.last().map(|p| (p.recorded.0, p.leg));
    assert_eq!(last, expected, "last posting of {id}");
}

/// Every query with every filter.
pub(crate) fn everything(stack: &Stack, model: &Reference) {
    units(stack, model);
    account_lists(stack, model);
    records(stack, model);
    bookings(stack, model);
    hold_lists(stack, model);
    for id in ACCOUNTS {
        if model.accounts.contains_key(id) {
            balances_as_of(stack, model, id);
            statements(stack, model, id);
        } else {
            unknown(stack, id);
        }
    }
}

fn units(stack: &Stack, model: &Reference) {
    let units = stack.read(|reading| Ok(reading.snapshot.units()?));
    let units = units.expect("it reads");
    let got = units.iter().map(|unit| (unit.id().as_str(), unit.step()));
    let expected = model.units.iter().map(|(unit, step)| (*unit, *step));
    assert!(got.eq(expected), "{units:?}");
}

fn account_lists(stack: &Stack, model: &Reference) {
    for prefix in [
        "",
        "east",
        "east:",
        "east:member:1",
        "west:grant",
        "west:z",
        "~",
        "E",
    ] {
        let mut expected: Vec<_> = model.accounts.keys().copied().collect();
        expected.retain(|id| id.starts_with(prefix));
        for size in [1, 2, 3, 100] {
            let mut got: Vec<String> = Vec::new();
            loop {
                let after = got.last().map(|id| account(id));
                let page = stack.read(move |reading| {
                    let after = after.as_ref();
                    Ok(reading.snapshot.accounts(prefix, after, size)?)
                });
                let page = page.expect("it reads");
                assert!(page.len() <= size);
                got.extend(ids(&page).into_iter().map(String::from));
                if page.len() < size {
                    break;
                }
            }
            assert_eq!(got, expected, "accounts of {prefix:?} by {size}");
        }
    }
}

fn records(stack: &Stack, model: &Reference) {
    let last = model.journal.len();
    for from in [0, 1, 2, last / 2, last, last + 1, last + 100] {
        for limit in [1, 3, 1_000] {
            let start = Sequence::new(from as i64).expect("a position");
            let got = stack.read(move |reading| Ok(reading.snapshot.records(start, limit)?));
            let got: Vec<_> = got.expect("it reads").iter().map(text::line).collect();
            let expected = model.journal.iter().skip(from.max(1) - 1).take(limit);
            assert!(
                got.iter().eq(expected),
                "{limit} records from {from}: {got:?}"
            );
        }
    }
}

fn bookings(stack: &Stack, model: &Reference) {
    for id in 0..=Id::MAX {
        let got = stack.read(move |reading| Ok(reading.snapshot.booking(booking(id))?));
        let got = got.expect("it reads");
        let (entry, hold) = (model.entry(id), model.hold(id));
        let Some(got) = got else {
            assert!(entry.is_none() && hold.is_none(), "{id} is missing");
            continue;
        };
        let shown = got.hold().map(shown_hold);
        assert_eq!(shown, hold.map(expected_hold), "hold {id}");
        let got = got.entry();
        let shown = got.map(|posted| (text::entry_of(&posted.entry), pair(posted.stamp)));
        let expected = entry.map(|entry| (text::entry(entry), entry.recorded));
        assert_eq!(shown, expected, "entry {id}");
        let by = model.reversed_by(id).map(booking);
        let reversed_by = got.and_then(|posted| posted.reversed_by);
        assert_eq!(reversed_by, by, "what reversed {id}");
        let note = entry.and_then(|entry| entry.note);
        let got = got.and_then(|posted| posted.note.as_ref());
        assert_eq!(got.map(ledger::Note::text), note, "the note of {id}");
    }
}

/// A hold in words: what it was placed for, when, and how it ended.
fn shown_hold(hold: &ledger::Hold) -> String {
    use ledger::HoldState::{Expired, Open, Released, Settled};
    let ended = match &hold.state {
        Open => None,
        Settled(posted) => {
            let amount = posted.entry.transfers.total_steps();
            let at = posted.entry.effective_at.map(Moment::us);
            Some((format!("settled {amount} at {at:?}"), pair(posted.stamp)))
        }
        Released { stamp } => Some(("released".into(), pair(*stamp))),
        Expired { stamp } => Some(("expired".into(), pair(*stamp))),
    };
    let (terms, placed) = (text::hold_of(&hold.terms), pair(hold.placed));
    let expires = hold.expires_at.map(Moment::us);
    format!("{terms} placed {placed:?} expires {expires:?} ended {ended:?}")
}

fn expected_hold(hold: &Hold) -> String {
    use super::reference::Ending;
    let ended = hold.ended.map(|(ending, at)| match ending {
        Ending::Settled { amount, at: time } => (format!("settled {amount} at {time:?}"), at),
        Ending::Released => ("released".into(), at),
        Ending::Expired => ("expired".into(), at),
    });
    let (terms, placed, expires) = (text::hold(hold), hold.placed, hold.expires_at());
    format!("{terms} placed {placed:?} expires {expires:?} ended {ended:?}")
}

fn hold_lists(stack: &Stack, model: &Reference) {
    let states = [
        None,
        Some((HoldStateKind::Open, "open")),
        Some((HoldStateKind::Settled, "settled")),
        Some((HoldStateKind::Released, "released")),
        Some((HoldStateKind::Expired, "expired")),
    ];
    let known = model.accounts.keys().map(|id| Some(*id));
    for id in known.chain([None]) {
        for wanted in states {
            let holds = model.holds_of(id);
            let holds = holds.filter(|hold| wanted.is_none_or(|(_, name)| state(hold) == name));
            let expected: Vec<_> = holds.map(expected_hold).collect();
            for size in [1, 2, 100] {
                let got = pages_of_holds(stack, id, wanted.map(|(kind, _)| kind), size);
                assert_eq!(got, expected, "holds of {id:?} {wanted:?} by {size}");
            }
        }
    }
}

fn pages_of_holds(
    stack: &Stack,
    id: Option<&'static str>,
    state: Option<HoldStateKind>,
    limit: usize,
) -> Vec<String> {
    let read = move |reading: &mut Reading<'_>| {
        let snapshot = &mut *reading.snapshot;
        let row = match id {
            Some(id) => snapshot.account(&account(id))?,
            None => None,
        };
        let mut all = Vec::new();
        let mut after = Sequence::ZERO;
        loop {
            let page = snapshot.holds(HoldFilter {
                account: row.as_ref().map(|row| &row.account),
                state,
                after,
                now: Moment::MIN,
                limit,
            })?;
            assert!(page.len() <= limit);
            all.extend(page.iter().map(shown_hold));
            match page.last() {
                Some(last) if page.len() == limit => after = last.placed.sequence,
                _ => return Ok(all),
            }
        }
    };
    stack.read(read).expect("it reads")
}

/// Times worth asking for: the ends of time, now, and around every entry.
fn moments(model: &Reference, by: By) -> Vec<i64> {
    let mut times: Vec<_> = model.entries.iter().map(|entry| entry.time(by)).collect();
    if by == By::Recorded {
        let ends = model.holds.iter();
        let ends = ends.flat_map(|hold| [Some(hold.placed.1), hold.expires_at()]);
        times.extend(ends.flatten());
    }
    let mut moments = vec![Moment::MIN.us(), model.clock, model.next_moment()];
    moments.extend(times.iter().flat_map(|at| [at - 1, *at, at + 1]));
    moments.sort_unstable();
    moments.dedup();
    moments
}

fn balances_as_of(stack: &Stack, model: &Reference, id: &'static str) {
    for (by, axis) in [
        (By::Recorded, Axis::Recorded),
        (By::Effective, Axis::Effective),
    ] {
        let moments = moments(model, by);
        let asked = moments.clone();
        let got = stack.read(move |reading| {
            let one = |at: i64| {
                let moment = moment(at);
                let as_of = Some(AsOf { moment, axis });
                let view = balance(reading, &account(id), as_of)?;
                assert_eq!(view.available, None);
                Ok((view.balance, view.held))
            };
            asked
                .into_iter()
                .map(one)
                .collect::<Result<Vec<_>, ReadError>>()
        });
        for (at, got) in moments.into_iter().zip(got.expect("it reads")) {
            let held = (by == By::Recorded).then(|| model.held_as_of(id, at));
            let expected = (model.balance_as_of(id, at, by), held);
            assert_eq!(got, expected, "{id} as of {at} {by:?}");
        }
    }
}

fn statements(stack: &Stack, model: &Reference, id: &'static str) {
    for (by, axis) in [
        (By::Recorded, Axis::Recorded),
        (By::Effective, Axis::Effective),
    ] {
        for (since, until) in ranges(model, id, by) {
            let expected = model.statement(id, by, since, until);
            for limit in [1, 3, 100] {
                for direction in [Direction::OldestFirst, Direction::NewestFirst] {
                    let query = StatementQuery {
                        account: account(id),
                        direction,
                        axis,
                        since: since.map(moment),
                        until: until.map(moment),
                        from: None,
                        limit,
                        at: None,
                    };
                    let mut expected = expected.clone();
                    if direction == Direction::NewestFirst {
                        expected.postings.reverse();
                    }
                    let got = pages_of_postings(stack, query.clone());
                    assert_eq!(got, expected, "{query:?}");
                }
            }
        }
    }
}

/// No range, half ranges, whole ones, an empty one: at the account's own times.
fn ranges(model: &Reference, id: &str, by: By) -> Vec<(Option<i64>, Option<i64>)> {
    let postings = model.postings(id);
    let mut times: Vec<_> = postings
        .iter()
        .map(|posting| match by {
            By::Recorded => posting.recorded.1,
            By::Effective => posting.effective_at,
        })
        .collect();
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 4).copied();
    let mut ranges = vec![(None, None)];
    if let (Some(early), Some(middle), Some(late)) = (at(0), at(2), at(3)) {
        ranges.extend([
            (Some(middle), None),
            (None, Some(middle)),
            (Some(early), Some(late)),
            (Some(early + 1), Some(late + 1)),
            (Some(middle), Some(middle)),
            (Some(late + 1), None),
        ]);
    }
    ranges
}

/// All pages of a statement, which must be full but for the last ones, and tell the
/// same balances.
pub(crate) fn pages_of_postings(stack: &Stack, mut query: StatementQuery) -> Statement {
    let read = move |reading: &mut Reading<'_>| {
        let mut postings = Vec::new();
        let mut balances = None;
        loop {
            let page = statement(reading, &query)?;
            assert!(page.postings.len() <= query.limit);
            postings.extend(page.postings.iter().map(shown_posting));
            let (opening, closing) = (page.opening_balance, page.closing_balance);
            let told = *balances.get_or_insert((opening, closing));
            assert_eq!((opening, closing), told, "balances of a page: {query:?}");
            if page.next.is_none() {
                return Ok(Statement {
                    opening,
                    postings,
                    closing,
                });
            }
            let count = page.postings.len();
            assert_eq!(count, query.limit, "a page is full: {query:?}");
            query.from = page.next;
        }
    };
    stack.read(read).expect("it reads")
}

fn shown_posting(posting: &PostingView) -> Posting {
    let reversed_by = posting.reversed_by;
    Posting {
        ordinal: posting.ordinal,
        recorded: pair(posting.stamp),
        leg: posting.leg,
        effective_at: posting.effective_at.us(),
        amount: posting.amount,
        balance: posting.balance,
        reversed_by: reversed_by
            .map(|by| (0..=Id::MAX).find(|id| booking(*id) == by).expect("an id")),
    }
}

/// What is not there is refused, never shown as empty.
fn unknown(stack: &Stack, id: &'static str) {
    let none = stack.read(move |reading| Ok(reading.snapshot.account(&account(id))?));
    assert!(matches!(none, Ok(None)), "{id} is not open: {none:?}");
    let none = stack.read(move |reading| balance(reading, &account(id), None));
    let is_unknown = matches!(
        none,
        Err(ReadError::Unknown(Rejection::Ledger(
            ledger::Rejection::AccountUnknown { .. }
        )))
    );
    assert!(is_unknown, "{none:?}");
}
