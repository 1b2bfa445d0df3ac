//! Holds as they are listed: one that is due has expired, whether that is recorded
//! yet or not.

use timebank::{
    ledger::{HoldStateKind, Moment, Sequence},
    query::{self, HoldQuery, HoldView},
};

use super::{
    ask::{Id, small},
    reference::{Ending, Hold, Reference},
    stack::Stack,
};

/// A hold's id, how it stands, and since when it does not stand open.
type Shown = (Id, HoldStateKind, Option<i64>);

fn shown(view: &HoldView) -> Shown {
    let id = small(view.hold.terms.id);
    (id, view.state, view.ended_at.map(Moment::us))
}

fn expected(hold: &Hold, now: i64) -> Shown {
    let (state, ended_at) = match hold.ended {
        None if hold.is_due(now) => (HoldStateKind::Expired, hold.expires_at()),
        None => (HoldStateKind::Open, None),
        Some((Ending::Settled { .. }, at)) => (HoldStateKind::Settled, Some(at.1)),
        Some((Ending::Released, at)) => (HoldStateKind::Released, Some(at.1)),
        Some((Ending::Expired, _)) => (HoldStateKind::Expired, hold.expires_at()),
    };
    (hold.id, state, ended_at)
}

/// Lists of all holds, and of those in each state.
pub(super) fn lists(stack: &Stack, model: &Reference) {
    use HoldStateKind::{Expired, Open, Released, Settled};
    let now = model.moment();
    let all: Vec<_> = model.holds.iter().map(|hold| expected(hold, now)).collect();
    for state in [
        None,
        Some(Open),
        Some(Settled),
        Some(Released),
        Some(Expired),
    ] {
        let query = HoldQuery {
            account: None,
            state,
            after: Sequence::ZERO,
            limit: 1_000,
        };
        let got = stack.read(move |reading| query::holds(reading, &query));
        let got: Vec<_> = got.expect("it reads").iter().map(shown).collect();
        let expected = all.iter().filter(|hold| state.is_none_or(|s| hold.1 == s));
        assert!(got.iter().eq(expected), "{state:?}: {got:?} of {all:?}");
    }
}
