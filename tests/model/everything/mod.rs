//! Random asks of all that a time bank does besides needs and orders, by the staff and members
//! of two centres, beside a naive model: the same answers, balances, items, reliefs and closed
//! months, and an audit that finds nothing.
//!
//! The model foretells all that is wrong with an ask. Where that is nothing, it is carried out;
//! where it is one thing, that very reason is told; where it is several, one of these.

mod ask;
mod counts;
mod naive;
mod real;

use proptest::{collection::vec, prelude::*};

use self::{
    ask::{Ask, By, Of, Turn, turns},
    counts::Counts,
    naive::Model,
    real::Real,
};
use super::cases;

/// 2023-11-15T00:00:00Z.
const START_S: i64 = 1_700_006_400;
const DAY: i64 = 1_440;
/// The minute of the first day at which all begins.
const MORNING: i64 = 600;

type Id = &'static str;
const CENTRES: [Id; 2] = ["a", "b"];
/// Of the first centre: the second is the member `a:m1`, the third a relative of `a:m4`.
const STAFF: [[Id; 4]; 2] = [["1", "2", "3", "6"], ["4", "5", "7", "8"]];
/// For the second acts the first, and the third is a relative of theirs.
const MEMBERS: [Id; 5] = ["a:m1", "a:m2", "a:m3", "a:m4", "b:m1"];
const PROXIES: [(Id, Id); 1] = [("a:m2", "a:m1")];
/// Whom a member names as a relative.
const RELATIVES: [(Id, Id); 2] = [("a:m2", "a:m3"), ("a:m3", "a:m1")];
/// Whose affairs concern somebody of the staff: their own, those of whoever names them, and
/// those of their relatives.
const PARTIES: [(Id, Id); 4] = [("2", "a:m1"), ("2", "a:m2"), ("2", "a:m3"), ("3", "a:m4")];
/// What is issued at most, and on which days, from the first on.
const HOURS_CAP: i64 = 600;
const POINTS_CAP: i64 = 100;
const HOURS_UNTIL: i64 = 35;
/// What the partner may have of us, and we of it.
const SURPLUS: i64 = 120;
const DEFICIT: i64 = 60;
/// What a member's account holds at most.
const CEILING: i64 = 1_200;

/// The months that are closed: each with the day on which the next one begins.
const MONTHS: [(Id, i64); 7] = [
    ("2023-09", -45),
    ("2023-10", -14),
    ("2023-11", 16),
    ("2023-12", 47),
    ("2024-01", 78),
    ("2024-02", 107),
    ("2024-03", 138),
];

/// What each of them is by, with the same limits of members' accounts.
const POLICIES: [Id; 3] = [
    "[gift]\nmember_to = ['relatives', 'pools']\norganisation_to = ['pools']\n\
     [issuance]\nsources = ['a:hours']\n[grant]\namount = '1h'\nfrom = 'a:hours'\n\
     [[convert]]\nfrom = 'time'\nto = 'points'\ngive = '1h'\nget = 10\n\
     into = 'a:barber'\nsource = 'a:points'\n\
     [[convert]]\nfrom = 'points'\nto = 'time'\ngive = 10\nget = '45m'\n\
     into = 'a:shop'\nsource = 'a:hours'\n",
    "[gift]\nmember_to = ['members']\norganisation_to = ['members', 'pools']\n\
     [approval]\nneed = 0\nrelief = 3\n[group]\nlesson_fee = '15m'\n\
     [[partner]]\ncode = 'north'\naccount = 'a:north'\nsurplus = '1h'\ndeficit = '30m'\n",
    "[gift]\nmember_to = ['members', 'pools']\norganisation_to = []\n",
];
const SAME: Id = "[balance]\nceiling = '20h'\n";
const CATALOGUE: Id = "[[service]]\ncode = 'walk'\nname_en = 'Walk'\n\
                       [[service]]\ncode = 'class'\nname_en = 'Class'\ngroup = true\n\
                       [[qualification]]\ncode = 'aid'\n\
                       [[training]]\ncode = 'rules'\nname_en = 'Rules'\n\
                       [[training]]\ncode = 'aid'\nname_en = 'Aid'\nqualification = 'aid'\n\
                       valid_months = 12\nassessed = true\n";
/// What the last of them earns by the first two policies.
const EARNED: Id = "unit = 'points'\npoints = 20\nfrom = 'a:points'\n";

type Became = Result<bool, String>;

/// Whose centre it is, by the first letter.
fn centre_of(id: Id) -> usize {
    usize::from(id.starts_with('b'))
}

/// A ledger beside its model.
struct Pair {
    real: Real,
    model: Model,
    earlier: Vec<(Ask, Id)>,
    counts: Counts,
}

impl Pair {
    fn begin() -> Self {
        let mut pair = Self {
            real: Real::begin(),
            model: Model::begin(),
            earlier: Vec::new(),
            counts: Counts::default(),
        };
        // The day has hours before now, in which a visit may have been.
        pair.model.now = MORNING;
        pair.real.wait(MORNING);
        for (ask, actor) in ask::prelude() {
            pair.one(ask, actor).expect("it is carried out");
            assert_eq!(pair.counts.refused, 0, "{ask:?}");
        }
        pair.counts = Counts::default();
        pair
    }

    /// One turn. Whoever differs is told in the error.
    fn turn(&mut self, turn: Turn) -> Result<(), String> {
        match turn {
            Turn::Ask(ask, by) => {
                let ask = ask.as_of(self.model.records, self.model.now);
                self.one(ask, actor(ask, by))
            }
            Turn::Again(back) => self.again(back, |ask| ask),
            Turn::Twisted(back) => self.again(back, Ask::twisted),
            Turn::Undo { back, id, force } => {
                let at = self.earlier.len().checked_sub(1 + back);
                let earlier = at.and_then(|at| self.earlier.get(at));
                let of = earlier.map_or(Of::Entry(0), |(ask, _)| ask.key());
                self.one(Ask::Reverse { id, of, force }, "6")
            }
            Turn::Wait(days) => {
                self.model.now += days * DAY;
                self.real.wait(self.model.now);
                Ok(())
            }
            Turn::Rounds => {
                self.model.seal();
                self.real.stack.seal();
                Ok(())
            }
            Turn::Reopen => {
                self.real.reopen();
                Ok(())
            }
        }
    }

    /// What was asked before, in the name of whoever asked it.
    fn again(&mut self, back: usize, change: impl Fn(Ask) -> Ask) -> Result<(), String> {
        let at = self.earlier.len().checked_sub(1 + back);
        match at.and_then(|at| self.earlier.get(at).copied()) {
            Some((ask, actor)) => self.one(change(ask), actor),
            None => Ok(()),
        }
    }

    fn one(&mut self, ask: Ask, actor: Id) -> Result<(), String> {
        let expected = self.model.one(ask, actor);
        let became = self.real.one(ask, actor);
        self.earlier.push((ask, actor));
        self.counts.count(ask, &became, &expected);
        let agrees = match (&became, &expected) {
            (Ok(replayed), Ok(foretold)) => replayed == foretold,
            (Err(reason), Err(faults)) => faults.contains(&reason.as_str()),
            _ => false,
        };
        if !agrees {
            let now = self.model.now;
            return Err(format!(
                "{ask:?} by {actor:?} at {now}: {became:?}, not {expected:?}"
            ));
        }
        self.model.is_whole();
        Ok(())
    }

    fn is_as_foretold(&mut self) {
        self.real.is_as(&self.model);
        self.real.is_sound(&self.model);
        self.real.reopen();
        self.real.is_as(&self.model);
    }
}

/// In whose name something is asked.
fn actor(ask: Ask, by: By) -> Id {
    match by {
        By::Staff(which) => STAFF[centre_of(ask.about())][which],
        By::Somebody(actor) => actor,
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn all_that_is_asked_becomes_what_the_model_has(turns in vec(turns(), 20..120)) {
        let mut pair = Pair::begin();
        for turn in turns {
            let told = pair.turn(turn);
            prop_assert!(told.is_ok(), "{}", told.unwrap_err());
        }
        pair.is_as_foretold();
    }
}
