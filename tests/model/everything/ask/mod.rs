//! What is asked.

mod draw;

use super::Id;

pub(super) use draw::{prelude, turns};

/// The step that asks it, or what it makes.
pub(super) type Step = u16;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verb {
    Approve,
    Decline,
    Withdraw,
    Return,
}

/// What is done about a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Doing {
    Enrol,
    Leave,
    Attend,
    Confirm,
    Settle,
    Cancel,
}

/// What is done about a visit that was entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Seen {
    Approve,
    Decline,
    Settle,
}

/// What a reversal reverses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Of {
    Step(Step),
    Entry(Step),
}

/// Times are minutes since the start, days are days since then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ask {
    Give {
        step: Step,
        from: Id,
        to: Id,
        amount: i64,
    },
    Donate {
        step: Step,
        pool: Id,
        receipt: u8,
        amount: i64,
    },
    Relief {
        id: Step,
        pool: Id,
        member: Id,
        purpose: Id,
        amount: i64,
    },
    StepRelief {
        step: Step,
        relief: Step,
        verb: Verb,
    },
    Issue {
        step: Step,
        source: Id,
        to: Id,
        amount: i64,
    },
    Grant {
        step: Step,
        member: Id,
    },
    /// So many pieces come, or go where it is less than none.
    Put {
        step: Step,
        stock: Id,
        item: Id,
        price: i64,
        pieces: i64,
    },
    Redeem {
        step: Step,
        from: Id,
        stock: Id,
        item: Id,
        pieces: i64,
        amount: i64,
    },
    /// Hours into points, or points into hours.
    Convert {
        step: Step,
        member: Id,
        to_points: bool,
        amount: i64,
    },
    Post {
        id: Step,
        from: Id,
        to: Id,
        amount: i64,
        at: Option<i64>,
    },
    Reverse {
        id: Step,
        of: Of,
        force: bool,
    },
    /// To the partner, or from there.
    Remit {
        step: Step,
        is_sent: bool,
        partner: Id,
        reference: u8,
        member: Id,
        amount: i64,
    },
    /// One that took place, entered from a sheet.
    Visit {
        id: Step,
        recipient: Id,
        provider: Id,
        at: i64,
        minutes: i64,
    },
    StepVisit {
        step: Step,
        order: Step,
        seen: Seen,
    },
    Evaluate {
        step: Step,
        order: Step,
        is_denied: bool,
    },
    /// A lesson where somebody leads it, or else an event.
    Open {
        id: Step,
        leader: Option<Id>,
        payer: Option<Id>,
        service: Id,
        at: i64,
        minutes: i64,
        places: i64,
    },
    /// The members are bits, in their order.
    StepGroup {
        step: Step,
        group: Step,
        doing: Doing,
        who: u8,
    },
    Train {
        id: Step,
        member: Id,
        code: Id,
        on: i64,
        minutes: i64,
        passed: Option<bool>,
    },
    Annul {
        step: Step,
        training: Step,
    },
    Close {
        step: Step,
        centre: Id,
        month: usize,
    },
    /// As of so many records after the first ask.
    SignOff {
        step: Step,
        centre: Id,
        month: usize,
        position: i64,
    },
    Suspend {
        step: Step,
        member: Id,
        is_back: bool,
    },
    Adopt {
        step: Step,
        centre: Id,
        policy: usize,
    },
}

/// Who asks: mostly whoever may.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// Of the centre that it is about.
    Staff(usize),
    Somebody(Id),
}

/// What happens next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    Ask(Ask, By),
    /// What was asked so long ago, just so.
    Again(usize),
    /// The same with other content.
    Twisted(usize),
    /// The entry of what was asked so long ago is reversed.
    Undo {
        back: usize,
        id: Step,
        force: bool,
    },
    Wait(i64),
    /// The server does what it does by itself as days pass.
    Rounds,
    /// The server stops and starts.
    Reopen,
}

impl Ask {
    pub(super) const KINDS: &'static [Id] = &[
        "adopt",
        "annul",
        "close",
        "convert",
        "donate",
        "evaluate",
        "give",
        "grant",
        "issue",
        "open",
        "post",
        "put",
        "redeem",
        "relief",
        "remit",
        "reverse",
        "sign off",
        "step group",
        "step relief",
        "step visit",
        "suspend",
        "train",
        "visit",
    ];

    pub(super) fn kind(self) -> Id {
        match self {
            Self::Give { .. } => "give",
            Self::Donate { .. } => "donate",
            Self::Relief { .. } => "relief",
            Self::StepRelief { .. } => "step relief",
            Self::Issue { .. } => "issue",
            Self::Grant { .. } => "grant",
            Self::Put { .. } => "put",
            Self::Redeem { .. } => "redeem",
            Self::Convert { .. } => "convert",
            Self::Post { .. } => "post",
            Self::Reverse { .. } => "reverse",
            Self::Remit { .. } => "remit",
            Self::Visit { .. } => "visit",
            Self::StepVisit { .. } => "step visit",
            Self::Evaluate { .. } => "evaluate",
            Self::Open { .. } => "open",
            Self::StepGroup { .. } => "step group",
            Self::Train { .. } => "train",
            Self::Annul { .. } => "annul",
            Self::Close { .. } => "close",
            Self::SignOff { .. } => "sign off",
            Self::Suspend { .. } => "suspend",
            Self::Adopt { .. } => "adopt",
        }
    }

    /// By what it is known when it comes again.
    pub(super) fn key(self) -> Of {
        match self {
            Self::Give { step, .. }
            | Self::Donate { step, .. }
            | Self::Relief { id: step, .. }
            | Self::StepRelief { step, .. }
            | Self::Issue { step, .. }
            | Self::Grant { step, .. }
            | Self::Put { step, .. }
            | Self::Redeem { step, .. }
            | Self::Convert { step, .. }
            | Self::Remit { step, .. }
            | Self::Visit { id: step, .. }
            | Self::StepVisit { step, .. }
            | Self::Evaluate { step, .. }
            | Self::Open { id: step, .. }
            | Self::StepGroup { step, .. }
            | Self::Train { id: step, .. }
            | Self::Annul { step, .. }
            | Self::Close { step, .. }
            | Self::SignOff { step, .. }
            | Self::Suspend { step, .. }
            | Self::Adopt { step, .. } => Of::Step(step),
            Self::Post { id, .. } | Self::Reverse { id, .. } => Of::Entry(id),
        }
    }

    /// With a position that was so many records ago, and times from now on.
    pub(super) fn as_of(self, records: i64, now: i64) -> Self {
        let mut ask = self;
        match &mut ask {
            Self::SignOff { position, .. } => *position = records - *position,
            Self::Open { at, .. } | Self::Visit { at, .. } => *at += now,
            Self::Train { on, .. } => *on += now.div_euclid(super::DAY),
            _ => {}
        }
        ask
    }

    /// Whose centre's staff do it, mostly.
    pub(super) fn about(self) -> Id {
        match self {
            Self::Give { from, .. } | Self::Redeem { from, .. } => from,
            Self::Donate { pool, .. } => pool,
            Self::Grant { member, .. }
            | Self::Convert { member, .. }
            | Self::Suspend { member, .. }
            | Self::Train { member, .. } => member,
            Self::Issue { source, .. } => source,
            Self::Put { stock, .. } => stock,
            Self::Adopt { centre, .. }
            | Self::Close { centre, .. }
            | Self::SignOff { centre, .. } => centre,
            Self::Visit { recipient, .. } => recipient,
            Self::Remit { .. }
            | Self::StepVisit { .. }
            | Self::Evaluate { .. }
            | Self::Open { .. }
            | Self::StepGroup { .. }
            | Self::Annul { .. } => "a",
            Self::Relief { pool, .. } => pool,
            Self::StepRelief { .. } | Self::Post { .. } | Self::Reverse { .. } => "a",
        }
    }

    /// Something else under the same id.
    pub(super) fn twisted(self) -> Self {
        let mut ask = self;
        match &mut ask {
            Self::Give { amount, .. }
            | Self::Donate { amount, .. }
            | Self::Relief { amount, .. }
            | Self::Issue { amount, .. }
            | Self::Redeem { amount, .. }
            | Self::Convert { amount, .. }
            | Self::Remit { amount, .. }
            | Self::SignOff {
                position: amount, ..
            }
            | Self::Post { amount, .. } => *amount += 1,
            Self::Put { price, .. } => *price += 1,
            Self::Open { places, .. } => *places += 1,
            Self::Visit { minutes, .. } => *minutes += 1,
            Self::StepVisit { order, .. } => *order += 1,
            Self::Evaluate { is_denied, .. } => *is_denied = !*is_denied,
            Self::StepGroup { group, .. } => *group += 1,
            Self::Train { minutes, .. } => *minutes += 1,
            Self::Annul { training, .. } => *training += 1,
            Self::Close { month, .. } => *month = (*month + 1) % super::MONTHS.len(),
            Self::StepRelief { verb, .. } => {
                *verb = match verb {
                    Verb::Approve => Verb::Decline,
                    Verb::Decline | Verb::Withdraw | Verb::Return => Verb::Approve,
                }
            }
            Self::Grant { member, .. } => *member = if *member == "a:m1" { "a:m3" } else { "a:m1" },
            Self::Reverse { force, .. } => *force = !*force,
            Self::Suspend { is_back, .. } => *is_back = !*is_back,
            Self::Adopt { policy, .. } => *policy = (*policy + 1) % super::POLICIES.len(),
        }
        ask
    }
}
