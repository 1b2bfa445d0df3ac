use super::*;
use crate::ledger::{
    AccountId, AccountKind, AccountOpened, Amount, Entry, Foundation, Label, LedgerId, Origin,
    Sequence, Tags, TimeZone, Transfer, Transfers, UnitId,
};

fn account(name: &str) -> AccountId {
    AccountId::parse(name).unwrap()
}

fn open(name: &str, kind: AccountKind) -> ledger::Command {
    ledger::Command::OpenAccount(AccountOpened {
        id: account(name),
        kind,
        unit: UnitId::time(),
        limits: kind.default_limits(),
    })
}

fn post(number: u8) -> ledger::Command {
    let leg = Transfer::new(account("a:mint"), account("a:ann"), Amount::new(1).unwrap());
    let entry = Entry {
        id: ledger::BookingId::from_slice(&[number; 16]).unwrap(),
        transfers: Transfers::new(vec![leg.unwrap()]).unwrap(),
        effective_at: None,
        kind: Label::transfer(),
        tags: Tags::default(),
        note: None,
        origin: Origin::Posted,
    };
    ledger::Command::PostEntry(ledger::NewEntry {
        entry: entry.into(),
        units: Vec::new(),
        note: None,
        opens: Vec::new(),
    })
}

/// Carries a command out, with nothing there that is not folded.
fn done(state: &mut State, command: ledger::Command) {
    let by = match command.is_the_servers() {
        true => Caller::server(),
        false => Caller::new(Principal::claimed("").unwrap(), "").unwrap(),
    };
    let now = Moment::FIRST_LEDGER.after_s(state.book.last().sequence.get());
    let stamp = state.book.last().next(now);
    loop {
        match state
            .carry_out(&command.clone().into(), &by, stamp)
            .unwrap()
        {
            Ok(_) => return,
            Err(Undecided::Refused(rejection)) => panic!("{rejection}"),
            Err(Undecided::NotLoaded(lacking)) => {
                let wants = lacking.wants();
                for id in wants.objects {
                    state.objects.load(id, None);
                }
                let wants = wants.ledger;
                for id in wants.accounts {
                    state.book.load_account(id, None);
                }
                for id in wants.bookings {
                    state.book.load_booking(id, None);
                }
            }
        }
    }
}

fn shown(state: &State) -> (i64, usize, Sequence, Option<i64>) {
    let ann = state.book.account(&account("a:ann")).unwrap();
    (
        state.book.posted().len() as i64,
        state.book.touched().len(),
        state.book.last().sequence,
        ann.map(|ann| ann.balance.steps()),
    )
}

/// A step within a call is kept or undone, and the call after it: all four ways
/// leave what stood at the savepoint that was gone back to.
#[test]
fn savepoints_within_savepoints() {
    for (undo_inner, undo_outer) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut state = State::default();
        let founded = Foundation {
            id: LedgerId::random([7; 16]),
            time_zone: TimeZone::UTC,
        };
        done(&mut state, ledger::Command::Found(founded));
        done(&mut state, open("a:mint", AccountKind::Issuance));
        done(&mut state, open("a:ann", AccountKind::Member));
        done(&mut state, post(1));
        let at_first = shown(&state);
        let outer = state.savepoint();
        done(&mut state, post(2));
        let before_inner = shown(&state);
        let inner = state.savepoint();
        done(&mut state, post(3));
        done(&mut state, open("a:ben", AccountKind::Member));
        let after_inner = shown(&state);
        match undo_inner {
            true => state.undo(inner),
            false => state.keep(inner),
        }
        let expected = if undo_inner {
            before_inner
        } else {
            after_inner
        };
        assert_eq!(shown(&state), expected, "inner {undo_inner}");
        // What is touched now was kept for the outer one before, or not.
        done(&mut state, post(4));
        let last = shown(&state);
        match undo_outer {
            true => state.undo(outer),
            false => state.keep(outer),
        }
        let expected = if undo_outer { at_first } else { last };
        assert_eq!(
            shown(&state),
            expected,
            "inner {undo_inner} outer {undo_outer}"
        );
        // A savepoint after them begins anew.
        let again = shown(&state);
        let next = state.savepoint();
        done(&mut state, post(5));
        state.undo(next);
        assert_eq!(shown(&state), again);
    }
}

fn place(number: u8) -> ledger::Command {
    let amount = Amount::new(1).unwrap();
    let id = ledger::BookingId::from_slice(&[number; 16]).unwrap();
    ledger::Command::PlaceHold {
        terms: ledger::HoldTerms {
            id,
            transfer: Transfer::new(account("a:mint"), account("a:ann"), amount).unwrap(),
            expires_in_s: None,
            kind: Label::transfer(),
            tags: Tags::default(),
            owner: None,
        },
        unit: None,
    }
}

fn founded() -> State {
    let mut state = State::default();
    let foundation = Foundation {
        id: LedgerId::random([7; 16]),
        time_zone: TimeZone::UTC,
    };
    done(&mut state, ledger::Command::Found(foundation));
    done(&mut state, open("a:mint", AccountKind::Issuance));
    done(&mut state, open("a:ann", AccountKind::Member));
    state
}

fn hold_is_open(state: &State, number: u8) -> bool {
    let id = ledger::BookingId::from_slice(&[number; 16]).unwrap();
    let hold = state.book.booking(id).unwrap();
    let hold = hold.and_then(ledger::Booking::hold).unwrap();
    hold.state == ledger::HoldState::Open
}

#[test]
fn a_hold_that_ended_since_is_open_again() {
    let mut state = founded();
    done(&mut state, place(9));
    let before = state.savepoint();
    let id = ledger::BookingId::from_slice(&[9; 16]).unwrap();
    done(&mut state, ledger::Command::ReleaseHold { id, owner: None });
    assert!(!hold_is_open(&state, 9));
    state.undo(before);
    assert!(hold_is_open(&state, 9));
}

/// A record that ends a hold which has ended does not follow.
#[test]
fn no_hold_ends_twice() {
    let mut state = founded();
    done(&mut state, place(9));
    let id = ledger::BookingId::from_slice(&[9; 16]).unwrap();
    done(&mut state, ledger::Command::ReleaseHold { id, owner: None });
    let stamp = state.book.last().next(Moment::FIRST_LEDGER.after_s(100));
    let step = ledger::Step::Fact(ledger::Fact::HoldReleased { id });
    let caller = Caller::new(Principal::claimed("").unwrap(), "").unwrap();
    let again = record(Step::Ledger(step), &caller, stamp);
    assert!(state.apply(&again, None).is_err());
}

#[test]
fn a_ledger_is_founded_again_by_the_same_alone() {
    let mut state = founded();
    let found = |byte, state: &mut State| {
        let foundation = Foundation {
            id: LedgerId::random([byte; 16]),
            time_zone: TimeZone::UTC,
        };
        let command = ledger::Command::Found(foundation).into();
        let stamp = state.book.last().next(Moment::FIRST_LEDGER.after_s(100));
        state.carry_out(&command, &Caller::server(), stamp).unwrap()
    };
    assert!(matches!(found(7, &mut state), Ok(Done::Stands(_))));
    assert!(matches!(
        found(8, &mut state),
        Err(Undecided::Refused(Rejection::Ledger(
            ledger::Rejection::LedgerFounded { .. }
        )))
    ));
}
