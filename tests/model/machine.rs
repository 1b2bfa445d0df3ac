//! Random calls, one after the other, to the model and to the real ledger. Both
//! must give the same answers and show the same figures after every step.

use std::fmt;

use proptest::{prelude::*, sample::select};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use timebank::{
    ledger::{self, Together},
    store::Verified,
};

use super::{
    ask::Ask,
    cases,
    compare::{self, Answered, Refused},
    generate::{self, DAY_US, SECOND_US},
    invariants,
    reference::{Answer, Reference},
    stack::Stack,
};

/// 2023-11-14T22:13:20Z.
const START_US: i64 = 1_700_000_000_000_000;
/// Everything is compared at every so many steps, and at the end.
const THOROUGH_EVERY: usize = 12;

prop_state_machine! {
    #![proptest_config(cases(128))]

    #[test]
    fn the_ledger_does_what_the_model_does(sequential 1..60 => Ledger);
}

/// One step of a run.
#[derive(Clone)]
enum Step {
    /// A call of so many requests.
    Call(Call),
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
    Batch { asks: Vec<Ask>, atomic: bool },
}

/// The model with what has happened to it.
#[derive(Clone)]
struct Run {
    ledger: Reference,
    calls: Vec<Call>,
    asked: Vec<Ask>,
    steps: usize,
    /// The answer to the last call.
    answer: Option<Answer>,
}

/// A line each, as a failing run has many.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(Call::One(ask)) => write!(f, "{ask:?}"),
            Self::Call(call) => write!(f, "{call:?}"),
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
        let mut run = Run {
            ledger: Reference::new(START_US),
            calls: Vec::new(),
            asked: Vec::new(),
            steps: 0,
            answer: None,
        };
        run.call(&Call::Batch {
            asks: generate::opening(),
            atomic: false,
        });
        Just(run).boxed()
    }

    fn transitions(run: &Run) -> BoxedStrategy<Step> {
        let ask = || generate::ask(&run.ledger, &run.asked);
        let batch = (prop::collection::vec(ask(), 1..6), any::<bool>());
        let batch = batch.prop_map(|(mut asks, atomic)| {
            // What is malformed is refused before it reaches the ledger.
            asks.retain(|ask| ask.command(0).is_ok());
            Call::Batch { asks, atomic }
        });
        let down_us = prop_oneof![Just(0), Just(SECOND_US), 0..2 * DAY_US];
        prop_oneof![
            12 => ask().prop_map(|ask| Step::Call(Call::One(ask))),
            4 => batch.prop_map(Step::Call),
            2 => select(run.calls.clone()).prop_map(Step::Again),
            3 => wait(&run.ledger).prop_map(|us| Step::Wait { us }),
            1 => down_us.prop_map(|down_us| Step::Reopen { down_us }),
        ]
        .boxed()
    }

    fn apply(mut run: Run, step: &Step) -> Run {
        run.steps += 1;
        match step {
            Step::Call(call) | Step::Again(call) => run.call(call),
            Step::Wait { us } => {
                run.ledger.clock += us;
                run.answer = None;
            }
            Step::Reopen { down_us } => {
                run.ledger.clock += down_us;
                run.ledger.expire_due();
                run.answer = None;
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
        let (asks, atomic) = match call {
            Call::One(ask) => (std::slice::from_ref(ask), false),
            Call::Batch { asks, atomic } => (&asks[..], *atomic),
        };
        self.answer = Some(self.ledger.call(asks, atomic));
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
        let mut ledger = Self(Stack::new(run.ledger.clock));
        for call in &run.calls {
            ledger.call(call);
        }
        ledger
    }

    fn apply(mut ledger: Self, run: &Run, step: Step) -> Self {
        match step {
            Step::Call(call) | Step::Again(call) => {
                let answer = ledger.call(&call);
                compare::answers(&answer, run.answer.as_ref().expect("a call is answered"));
            }
            Step::Wait { .. } => ledger.0.set_clock(run.ledger.clock),
            Step::Reopen { .. } => ledger.0.reopen(run.ledger.clock),
        }
        ledger
    }

    fn check_invariants(Self(stack): &Self, run: &Run) {
        invariants::check(stack);
        compare::journal(stack, &run.ledger);
        compare::accounts(stack, &run.ledger);
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
            Call::One(ask) => Answered::Each(vec![match self.0.command(ask) {
                Ok(command) => self.0.submit_one(command).map_err(Refused::from),
                Err(malformed) => {
                    // The model's clock goes on with every call.
                    self.0.submit(Vec::new(), Together::Each);
                    Err(Refused::from(malformed))
                }
            }]),
            Call::Batch { asks, atomic } => {
                let stack = &mut self.0;
                let commands = asks.iter().map(|ask| stack.command(ask));
                let commands = commands.collect::<Result<_, _>>();
                let commands = commands.expect("batches are of well-formed requests");
                let together = match atomic {
                    false => Together::Each,
                    true => Together::AllOrNone,
                };
                match stack.submit(commands, together) {
                    ledger::Answer::Each(results) => Answered::each(results),
                    ledger::Answer::None(refusal) => {
                        Answered::Nothing(refusal.index, refusal.rejection.into())
                    }
                }
            }
        }
    }
}
