//! What is asked, as a command.

use std::sync::Arc;

use timebank::{
    exchange::{
        AdoptPolicy, ClosePeriod, Command, IssuanceCommand, MemberChange, OversightCommand,
        PartnerCommand, PeriodCommand, PoolCommand, SetMemberState, SignOffPeriod, StockCommand,
        conversion::Convert,
        issuance::{GiveGrant, Issue},
        order::Reason,
        partner::{Direction, Remit, RemittanceId},
        pool::{AskRelief, Donate, DonationId, GiveHours, ReliefAction, ReliefId, ReliefStep},
        stock::{Counted, ItemId, Pieces, PutItem, Redeem},
    },
    ledger::{
        self, Entry, Label, Moment, NewEntry, Note, Origin, Reversal, Sequence, Tags, Transfer,
        Transfers, UnitId,
    },
    steps,
};

use super::{
    MINUTE_US, START_US, account, amount, branch, code, member, name, period, policy, services,
    uuid, visits,
};
use crate::model::everything::{
    Ask, Id,
    ask::{Of, Step, Verb},
};

pub(super) fn moment(minute: i64) -> Moment {
    Moment::from_us(START_US + minute * MINUTE_US).expect("a moment")
}

pub(super) fn reason() -> Reason {
    let note = Note::new([7; 16], "so it is".into()).expect("a note");
    Reason::from(note.expect("a text"))
}

fn post(id: Step, (from, to, steps): (Id, Id, i64), at: Option<i64>) -> ledger::Command {
    let transfer = Transfer::new(account(from), account(to), amount(steps));
    ledger::Command::PostEntry(NewEntry {
        entry: Arc::new(Entry {
            id: uuid(Of::Entry(id)),
            transfers: Transfers::one(transfer.expect("two accounts")),
            effective_at: at.map(moment),
            kind: Label::transfer(),
            tags: Tags::default(),
            note: None,
            origin: Origin::Posted,
        }),
        units: Vec::new(),
        note: None,
        opens: Vec::new(),
    })
}

fn reverse(id: Step, of: Of, force: bool) -> ledger::Command {
    let reason = reason();
    ledger::Command::ReverseEntry(Reversal {
        id: uuid(Of::Entry(id)),
        of: uuid(of),
        reason: reason.commitment,
        note: reason.note,
        force,
        effective_at: None,
        owner: None,
    })
}

fn counted(pieces: i64) -> Counted {
    let some = |pieces: i64| Pieces::new(u32::try_from(pieces).expect("some")).expect("some");
    match pieces {
        0 => Counted::AsMany,
        more @ 1.. => Counted::More(some(more)),
        fewer => Counted::Fewer(some(-fewer)),
    }
}

/// A command; positions in the journal are counted from one on.
pub(super) fn of(ask: Ask, base: i64) -> steps::Command {
    match ask {
        Ask::Post {
            id,
            from,
            to,
            amount,
            at,
        } => post(id, (from, to, amount), at).into(),
        Ask::Reverse { id, of, force } => reverse(id, of, force).into(),
        Ask::Give { .. } | Ask::Donate { .. } | Ask::Relief { .. } | Ask::StepRelief { .. } => {
            Command::Pool(Box::new(pool(ask))).into()
        }
        Ask::Issue { .. } | Ask::Grant { .. } => Command::Issuance(Box::new(issuance(ask))).into(),
        Ask::Convert { .. } => Command::Convert(Box::new(convert(ask))).into(),
        Ask::Put { .. } | Ask::Redeem { .. } => Command::Stock(Box::new(stock(ask))).into(),
        Ask::Remit { .. } => Command::Partner(Box::new(PartnerCommand::Remit(remit(ask)))).into(),
        Ask::Visit { .. } => Command::RecordVisit(Box::new(visits::visit(ask))).into(),
        Ask::StepVisit { step, order, seen } => {
            Command::StepOrder(visits::step(step, order, seen)).into()
        }
        Ask::Evaluate {
            step,
            order,
            is_denied,
        } => {
            let file = OversightCommand::File(visits::evaluation(step, order, is_denied));
            Command::Oversight(Box::new(file)).into()
        }
        Ask::Open { .. } | Ask::StepGroup { .. } => {
            Command::Group(Box::new(services::group(ask))).into()
        }
        Ask::Train { .. } | Ask::Annul { .. } => {
            Command::Training(Box::new(services::training(ask))).into()
        }
        Ask::Close {
            step,
            centre,
            month,
        } => Command::Period(PeriodCommand::Close(ClosePeriod {
            step: uuid(Of::Step(step)),
            id: period(centre, month),
        }))
        .into(),
        Ask::SignOff {
            step,
            centre,
            month,
            position,
        } => Command::Period(PeriodCommand::SignOff(SignOffPeriod {
            step: uuid(Of::Step(step)),
            id: period(centre, month),
            position: Sequence::new(base + position).expect("a position"),
        }))
        .into(),
        Ask::Suspend {
            step,
            member: id,
            is_back,
        } => {
            let change = match is_back {
                true => MemberChange::Reinstate,
                false => MemberChange::Suspend,
            };
            let step = uuid(Of::Step(step));
            let member = member(id);
            Command::SetMemberState(SetMemberState {
                step,
                member,
                change,
            })
            .into()
        }
        Ask::Adopt {
            step,
            centre,
            policy: which,
        } => Command::AdoptPolicy(AdoptPolicy {
            step: uuid(Of::Step(step)),
            centre: branch(centre),
            document: policy(which),
        })
        .into(),
    }
}

fn pool(ask: Ask) -> PoolCommand {
    match ask {
        Ask::Give {
            step,
            from,
            to,
            amount: steps,
        } => PoolCommand::Give(GiveHours {
            step: uuid(Of::Step(step)),
            from: account(from),
            to: account(to),
            amount: amount(steps),
            reason: None,
            recorded: None,
        }),
        Ask::Donate {
            step,
            pool,
            receipt,
            amount: steps,
        } => PoolCommand::Donate(Donate {
            step: uuid(Of::Step(step)),
            id: DonationId {
                pool: account(pool),
                receipt: name(&receipt.to_string()),
            },
            amount: amount(steps),
            reason: None,
        }),
        Ask::Relief {
            id,
            pool,
            member: to,
            purpose,
            amount: steps,
        } => PoolCommand::AskRelief(AskRelief {
            id: ReliefId(uuid(Of::Step(id))),
            pool: account(pool),
            member: member(to),
            amount: amount(steps),
            purpose: code(purpose),
            reason: reason(),
        }),
        Ask::StepRelief { step, relief, verb } => PoolCommand::StepRelief(ReliefStep {
            step: uuid(Of::Step(step)),
            relief: ReliefId(uuid(Of::Step(relief))),
            action: match verb {
                Verb::Approve => ReliefAction::Approve { reason: None },
                Verb::Decline => ReliefAction::Decline { reason: reason() },
                Verb::Withdraw => ReliefAction::Withdraw { reason: None },
                Verb::Return => ReliefAction::Return { reason: reason() },
            },
        }),
        other => unreachable!("{other:?} is not about pools"),
    }
}

fn issuance(ask: Ask) -> IssuanceCommand {
    match ask {
        Ask::Issue {
            step,
            source,
            to,
            amount: steps,
        } => IssuanceCommand::Issue(Issue {
            step: uuid(Of::Step(step)),
            source: account(source),
            to: account(to),
            amount: amount(steps),
            reason: None,
        }),
        Ask::Grant { step, member: to } => IssuanceCommand::Grant(GiveGrant {
            step: uuid(Of::Step(step)),
            member: member(to),
            recorded: None,
        }),
        other => unreachable!("{other:?} is not about sources"),
    }
}

fn stock(ask: Ask) -> StockCommand {
    let item = |stock, item| ItemId {
        stock: account(stock),
        code: code(item),
    };
    match ask {
        Ask::Put {
            step,
            stock,
            item: which,
            price,
            pieces,
        } => StockCommand::Put(PutItem {
            step: uuid(Of::Step(step)),
            id: item(stock, which),
            name: name(which),
            price: amount(price),
            counted: counted(pieces),
            reason: None,
        }),
        Ask::Redeem {
            step,
            from,
            stock,
            item: which,
            pieces,
            amount: steps,
        } => StockCommand::Redeem(Redeem {
            step: uuid(Of::Step(step)),
            from: account(from),
            item: item(stock, which),
            pieces: Pieces::new(u32::try_from(pieces).expect("some")).expect("some"),
            amount: amount(steps),
            reason: None,
            recorded: None,
        }),
        other => unreachable!("{other:?} is not about stocks"),
    }
}

fn convert(ask: Ask) -> Convert {
    let Ask::Convert {
        step,
        member: who,
        to_points,
        amount: steps,
    } = ask
    else {
        unreachable!("{ask:?} converts nothing");
    };
    let units = ["time", "points"].map(|unit| UnitId::parse(unit).expect("a unit"));
    let [from, to] = match to_points {
        true => units,
        false => {
            let [time, points] = units;
            [points, time]
        }
    };
    Convert {
        step: uuid(Of::Step(step)),
        member: member(who),
        from,
        to,
        amount: amount(steps),
        reason: None,
        recorded: None,
    }
}

fn remit(ask: Ask) -> Remit {
    let Ask::Remit {
        step,
        is_sent,
        partner,
        reference,
        member: of,
        amount: steps,
    } = ask
    else {
        unreachable!("{ask:?} is not about partners");
    };
    Remit {
        step: uuid(Of::Step(step)),
        id: RemittanceId {
            partner: account(partner),
            direction: match is_sent {
                true => Direction::Sent,
                false => Direction::Received,
            },
            reference: name(&reference.to_string()),
        },
        member: member(of),
        amount: amount(steps),
        reason: None,
    }
}
