//! Random calls, one after the other, to the model and to the real ledger. Both
//! must give the same answers and show the same figures after every step.

use std::fmt;

use proptest::{prelude::*, sample::select};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use timebank::{
    steps::{self, Together},
    store::Verified,
};

use super::{
    ask::Ask,
    cases,
    compare::{self, Answered, Refused},
    due,
    generate::{self, DAY_US, SECOND_US},
    invariants,
    reference::{Answer, How, Reference},
    stack::Stack,
};

/// 2023-11-14T22:13:20Z.
const START_US: i64 = 1_700_000_000_000_000;
const EACH: How = How {
    atomic: false,
    validate_only: false,
};
/// Everything is compared at every so many steps, and at the end.
const THOROUGH_EVERY: usize = 12;

prop_state_machine! {
    #![proptest_config(cases(64))]

    #[test]
    fn the_ledger_does_what_the_model_does(sequential 1..60 => Ledger);
}

/// One step of a run.
#[derive(Clone)]
enum Step {
    /// A call of so many requests.
    Call(Call),
    /// Calls that one transaction takes.
    AtOnce(Vec<Call>),
    /// Every request of an earlier call again.
    Again(Call),
    /// The clock on the wall moves, forwards or back.
    Wait { us: i64 },
    /// The server stops, and starts again after a while.
    Reopen { down_us: i64 },
}

#[derive(Clone, Debug)]
enum Call {
    One(Ask),
    Batch { asks: Vec<Ask>, how: How },
}

/// The model with what has happened to it.
#[derive(Clone)]
struct Run {
    ledger: Reference,
    calls: Vec<Call>,
    asked: Vec<Ask>,
    steps: usize,
    /// The answers to the last calls.
    answers: Vec<Answer>,
    /// How many accounts the writer keeps in memory.
    max_accounts: usize,
}

/// A line each, as a failing run has many.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(Call::One(ask)) => write!(f, "{ask:?}"),
            Self::Call(call) => write!(f, "{call:?}"),
            Self::AtOnce(calls) => write!(f, "at once {calls:?}"),
            Self::Again(call) => write!(f, "again {call:?}"),
            Self::Wait { us } => write!(f, "wait {us} us"),
            Self::Reopen { down_us } => write!(f, "reopen after {down_us} us"),
        }
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} calls so far", self.calls.len())
    }
}

struct Model;

impl ReferenceStateMachine for Model {
    type State = Run;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Run> {
        let run = |max_accounts| {
            let mut run = Run {
                ledger: Reference::new(START_US),
                calls: Vec::new(),
                asked: Vec::new(),
                steps: 0,
                answers: Vec::new(),
                max_accounts,
            };
            run.call(&Call::Batch {
                asks: generate::opening(),
                how: EACH,
            });
            run
        };
        select(vec![0, 2, 200_000]).prop_map(run).boxed()
    }

    fn transitions(run: &Run) -> BoxedStrategy<Step> {
        let ask = || generate::ask(&run.ledger, &run.asked);
        let how = (any::<bool>(), prop::bool::weighted(0.25));
        let batch = (prop::collection::vec(ask(), 1..6), how);
        let batch = batch.prop_map(|(mut asks, (atomic, validate_only))| {
            // What is malformed is refused before it reaches the ledger.
            asks.retain(|ask| ask.command(0).is_ok());
            let how = How {
                atomic,
                validate_only,
            };
            Call::Batch { asks, how }
        });
        let batch = batch.boxed();
        let batches = prop::collection::vec(batch.clone(), 2..5);
        let down_us = prop_oneof![Just(0), Just(SECOND_US), 0..2 * DAY_US];
        prop_oneof![
            12 => ask().prop_map(|ask| Step::Call(Call::One(ask))),
            3 => batch.prop_map(Step::Call),
            2 => batches.prop_map(Step::AtOnce),
            2 => select(run.calls.clone()).prop_map(Step::Again),
            3 => wait(&run.ledger).prop_map(|us| Step::Wait { us }),
            1 => down_us.prop_map(|down_us| Step::Reopen { down_us }),
        ]
        .boxed()
    }

    fn apply(mut run: Run, step: &Step) -> Run {
        run.steps += 1;
        run.answers.clear();
        match step {
            Step::Call(call) | Step::Again(call) => run.call(call),
            Step::AtOnce(calls) => run.call_at_once(calls),
            Step::Wait { us } => run.ledger.clock += us,
            Step::Reopen { down_us } => {
                run.ledger.clock += down_us;
                run.ledger.expire_due();
            }
        }
        run
    }
}

/// How long to wait: a moment, until the next hold is due or just before, or
/// the other way, as clocks are set back.
fn wait(ledger: &Reference) -> BoxedStrategy<i64> {
    let open = ledger.holds.iter().filter(|hold| hold.ended.is_none());
    let due = open.filter_map(|hold| hold.expires_at()).min();
    let due = due.map_or(SECOND_US, |due| due - ledger.clock);
    prop_oneof![
        3 => select(vec![1, 1_000, SECOND_US, 61 * SECOND_US, DAY_US]),
        3 => select(vec![due, due - 1, due + 1]),
        // Further back it cannot be right, and nothing would be recorded.
        1 => select(vec![-1, -10 * SECOND_US, -60 * SECOND_US]),
    ]
    .boxed()
}

impl Run {
    fn call(&mut self, call: &Call) {
        self.ledger.expire_due();
        self.decide(call);
    }

    /// What is due when a transaction begins expires before all of its calls.
    fn call_at_once(&mut self, calls: &[Call]) {
        self.ledger.expire_due();
        for call in calls {
            self.decide(call);
        }
    }

    fn decide(&mut self, call: &Call) {
        let (asks, how) = match call {
            Call::One(ask) => (std::slice::from_ref(ask), EACH),
            Call::Batch { asks, how } => (&asks[..], *how),
        };
        self.answers.push(self.ledger.call(asks, how));
        self.calls.push(call.clone());
        self.asked.extend_from_slice(asks);
    }
}

/// The real ledger.
struct Ledger(Stack);

impl StateMachineTest for Ledger {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(run: &Run) -> Self {
        let mut ledger = Self(Stack::keeping(run.ledger.clock, run.max_accounts));
        for call in &run.calls {
            ledger.call(call);
        }
        ledger
    }

    fn apply(mut ledger: Self, run: &Run, step: Step) -> Self {
        let answers = match step {
            Step::Call(call) | Step::Again(call) => vec![ledger.call(&call)],
            Step::AtOnce(calls) => ledger.call_at_once(&calls),
            Step::Wait { .. } => {
                ledger.0.set_clock(run.ledger.clock);
                Vec::new()
            }
            Step::Reopen { .. } => {
                ledger.0.reopen(run.ledger.clock);
                Vec::new()
            }
        };
        assert_eq!(answers.len(), run.answers.len());
        for (answer, expected) in answers.iter().zip(&run.answers) {
            compare::answers(answer, expected);
        }
        ledger
    }

    fn check_invariants(Self(stack): &Self, run: &Run) {
        invariants::check(stack);
        compare::journal(stack, &run.ledger);
        compare::accounts(stack, &run.ledger);
        due::lists(stack, &run.ledger);
        if run.steps.is_multiple_of(THOROUGH_EVERY) {
            compare::everything(stack, &run.ledger);
        }
    }

    fn teardown(Self(stack): Self, run: Run) {
        compare::everything(&stack, &run.ledger);
        match stack.verify() {
            Verified::Sound { count, .. } => {
                assert_eq!(count, run.ledger.journal.len() as i64, "records verified");
            }
            other => panic!("the audit came to {other:?}"),
        }
    }
}

impl Ledger {
    fn call(&mut self, call: &Call) -> Answered {
        match call {
            Call::One(ask) => self.one(ask),
            Call::Batch { asks, how } => {
                let call = self.call_of(asks, *how);
                answered(self.0.call(call))
            }
        }
    }

    fn call_at_once(&mut self, calls: &[Call]) -> Vec<Answered> {
        let calls = calls.iter().map(|call| match call {
            Call::One(ask) => self.call_of(std::slice::from_ref(ask), EACH),
            Call::Batch { asks, how } => self.call_of(asks, *how),
        });
        let calls = calls.collect();
        let answers = self.0.call_at_once(calls);
        answers.into_iter().map(answered).collect()
    }

    fn one(&mut self, ask: &Ask) -> Answered {
        let result = match self.0.command(ask) {
            Ok(command) => self.0.submit_one(command).map_err(Refused::from),
            Err(malformed) => {
                // The model's clock goes on with every call.
                self.0.submit(Vec::new(), Together::Each);
                Err(Refused::from(malformed))
            }
        };
        Answered::Each(vec![result])
    }

    fn call_of(&mut self, asks: &[Ask], how: How) -> steps::Call {
        let commands = asks.iter().map(|ask| self.0.command(ask));
        let commands = commands.collect::<Result<_, _>>();
        let commands = commands.expect("batches are of well-formed requests");
        let together = match how.atomic {
            false => Together::Each,
            true => Together::AllOrNone,
        };
        Stack::call_of(commands, together, how.validate_only)
    }
}

fn answered(answer: steps::Answer) -> Answered {
    match answer {
        steps::Answer::Each(results) => Answered::each(results),
        steps::Answer::None(refusal) => Answered::Nothing(refusal.index, refusal.rejection.into()),
    }
}
