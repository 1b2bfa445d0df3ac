//! Every step in every state: done, or refused with the state and the steps open to it.

use timebank::exchange::{
    NeedState, OrderState,
    order::{
        NeedVerb, OrderVerb,
        steps::{NEED_STEPS, ORDER_STEPS},
    },
};

use super::{Ask, NeedDo, OrderDo, Side, real::Real};

const NEED: u8 = 1;
const ORDER: u8 = 100;

/// A ledger with one need, published by staff: two approvals, or none.
fn published(policy: usize) -> Real {
    let mut real = Real::begin();
    let centre = 0;
    done(&mut real, Ask::Adopt { centre, policy });
    let earn = Ask::Earn {
        account: "a:m2",
        minutes: 600,
    };
    done(&mut real, earn);
    let publish = Ask::Publish {
        need: NEED,
        recipient: "a:m2",
        service: 0,
        at: 60,
        minutes: 60,
        from: None,
        helpers: 1,
    };
    done(&mut real, publish);
    real
}

fn done(real: &mut Real, ask: Ask) {
    assert_eq!(real.one(ask, "1"), Ok(false), "{ask:?}");
}

fn about_need(step: u8, action: NeedDo) -> Ask {
    let need = NEED;
    Ask::Need { step, need, action }
}

fn about_order(step: u8, action: OrderDo) -> Ask {
    let order = ORDER;
    Ask::Order {
        step,
        order,
        action,
    }
}

const ACCEPT: Ask = Ask::Accept {
    order: ORDER,
    need: NEED,
    provider: "b:m1",
};

fn confirm(member: &'static str) -> OrderDo {
    OrderDo::Confirm { member, served: 60 }
}

/// An order that stands so, two hours after it was booked. Where it was called off, something
/// is owed.
fn order_in(state: OrderState) -> Real {
    let is_off = matches!(state, OrderState::Cancelled | OrderState::NoShow);
    let mut real = published(if is_off { 2 } else { 0 });
    if state == OrderState::Recorded {
        done(&mut real, Ask::Wait { minutes: 180 });
        let record = Ask::Record {
            order: ORDER,
            recipient: "a:m2",
            provider: "b:m1",
            service: 0,
            at: 60,
            minutes: 60,
            from: None,
        };
        assert_eq!(real.one(record, "2"), Ok(false));
        return real;
    }
    if !is_off {
        done(&mut real, about_need(1, NeedDo::Approve));
    }
    done(&mut real, ACCEPT);
    done(&mut real, Ask::Wait { minutes: 180 });
    let (check_in, check_out) = (OrderDo::CheckIn(60), OrderDo::CheckOut(120));
    let dispute = OrderDo::Dispute;
    let steps = match state {
        OrderState::Accepted | OrderState::Recorded => vec![],
        OrderState::Serving => vec![check_in],
        OrderState::Served => vec![check_in, check_out],
        OrderState::Confirmed | OrderState::Settled => vec![check_in, check_out, confirm("b:m1")],
        OrderState::Cancelled => vec![OrderDo::Cancel(Side::Recipient)],
        OrderState::NoShow => vec![OrderDo::NoShow(Side::Recipient)],
        OrderState::Disputed => vec![dispute],
        OrderState::Resolved => vec![dispute, OrderDo::Resolve(Some(60))],
    };
    for (step, action) in (10..).zip(steps) {
        done(&mut real, about_order(step, action));
    }
    if matches!(state, OrderState::Confirmed | OrderState::Settled) {
        // By another person than the other side's.
        let ask = about_order(20, confirm("a:m2"));
        assert_eq!(real.one(ask, "a:m2"), Ok(false));
    }
    if state == OrderState::Settled {
        done(&mut real, about_order(21, OrderDo::Settle));
    }
    real
}

fn order_step(verb: OrderVerb) -> OrderDo {
    match verb {
        OrderVerb::Approve => OrderDo::Approve,
        OrderVerb::Decline => OrderDo::Decline,
        OrderVerb::Change => OrderDo::Change {
            at: 90,
            minutes: 60,
        },
        OrderVerb::CheckIn => OrderDo::CheckIn(60),
        OrderVerb::CheckOut => OrderDo::CheckOut(120),
        OrderVerb::Confirm => confirm("b:m1"),
        OrderVerb::Settle => OrderDo::Settle,
        OrderVerb::Cancel => OrderDo::Cancel(Side::Recipient),
        OrderVerb::NoShow => OrderDo::NoShow(Side::Recipient),
        OrderVerb::Dispute => OrderDo::Dispute,
        OrderVerb::Resolve => OrderDo::Resolve(None),
        OrderVerb::Correct => OrderDo::Correct(0),
    }
}

#[test]
fn every_step_of_an_order_in_every_state() {
    for state in OrderState::ALL.iter().copied() {
        for verb in OrderVerb::ALL.iter().copied() {
            let mut real = order_in(state);
            assert_eq!(real.order_state(ORDER), state);
            let ask = about_order(200, order_step(verb));
            let became = real.one(ask, "1");
            let mut rows = ORDER_STEPS.iter();
            match rows.find(|row| row.0 == state && row.1 == verb) {
                None => assert_eq!(
                    became,
                    Err("ORDER_STATE_WRONG".into()),
                    "{verb} of an order that is {state}"
                ),
                Some((.., leads)) => {
                    assert_eq!(became, Ok(false), "{verb} of an order that is {state}");
                    assert!(leads.contains(&real.order_state(ORDER)));
                }
            }
        }
    }
}

/// A need that stands so.
fn need_in(state: NeedState) -> Real {
    let mut real = published(0);
    match state {
        NeedState::Published => {}
        NeedState::Approved => done(&mut real, about_need(1, NeedDo::Approve)),
        NeedState::Accepted => {
            done(&mut real, about_need(1, NeedDo::Approve));
            done(&mut real, ACCEPT);
        }
        NeedState::Declined => done(&mut real, about_need(1, NeedDo::Decline)),
        NeedState::Cancelled => done(&mut real, about_need(1, NeedDo::Cancel)),
        NeedState::Expired => {
            let minutes = 9 * 1_440;
            done(&mut real, Ask::Wait { minutes });
        }
    }
    real
}

#[test]
fn every_step_of_a_need_in_every_state() {
    for state in NeedState::ALL.iter().copied() {
        for verb in NeedVerb::ALL.iter().copied() {
            let mut real = need_in(state);
            assert_eq!(real.need_state(NEED), state);
            let mut about = |step, action, by| real.one(about_need(step, action), by);
            let became = match verb {
                NeedVerb::Offer => about(200, NeedDo::Offer("a:m3"), "1"),
                NeedVerb::Withdraw => {
                    // There is an offer to withdraw, where one can be made.
                    let offered = about(199, NeedDo::Offer("a:m3"), "1");
                    assert_eq!(offered.is_ok(), state.leads(NeedVerb::Offer).is_some());
                    about(200, NeedDo::Withdraw("a:m3"), "1")
                }
                // By another than the one who approved before.
                NeedVerb::Approve => about(200, NeedDo::Approve, "2"),
                NeedVerb::Decline => about(200, NeedDo::Decline, "1"),
                NeedVerb::Cancel => about(200, NeedDo::Cancel, "1"),
                NeedVerb::Change => {
                    let (at, minutes) = (90, 60);
                    about(200, NeedDo::Change { at, minutes }, "1")
                }
                NeedVerb::Repeat => real.repeat(200, NEED, "1"),
                NeedVerb::Accept => {
                    let (order, need, provider) = (ORDER + 1, NEED, "b:m2");
                    let accept = Ask::Accept {
                        order,
                        need,
                        provider,
                    };
                    real.one(accept, "1")
                }
            };
            let mut rows = NEED_STEPS.iter();
            match rows.find(|row| row.0 == state && row.1 == verb) {
                // It was approved as one visit; where nobody approves, it repeats.
                Some((NeedState::Approved, NeedVerb::Repeat, _)) => {
                    assert_eq!(became, Err("REPEAT_NOT_APPROVED".into()));
                }
                None => assert_eq!(
                    became,
                    Err("NEED_STATE_WRONG".into()),
                    "{verb} of a need that is {state}"
                ),
                Some((.., leads)) => {
                    assert_eq!(became, Ok(false), "{verb} of a need that is {state}");
                    assert!(leads.contains(&real.need_state(NEED)));
                }
            }
        }
    }
}

/// The table of ARCHITECTURE.md is the code's.
#[test]
fn the_docs_have_the_table() {
    let docs = include_str!("../../../ARCHITECTURE.md");
    let mut rows: Vec<String> = Vec::new();
    let joined = |words: Vec<&str>| words.join(", ");
    for (from, verb, to) in NEED_STEPS {
        let to = joined(to.iter().map(|state| state.word()).collect());
        rows.push(format!("| need | {from} | {verb} | {to} |"));
    }
    for (from, verb, to) in ORDER_STEPS {
        let to = joined(to.iter().map(|state| state.word()).collect());
        rows.push(format!("| order | {from} | {verb} | {to} |"));
    }
    let told = docs.lines();
    let told: Vec<_> = told
        .filter(|line| line.starts_with("| need |") || line.starts_with("| order |"))
        .collect();
    assert_eq!(told, rows, "\n{}", rows.join("\n"));
}
