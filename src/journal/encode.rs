//! Records to stored bytes: the protobuf encoding of `timebank.v1.Record`.

use prost::Message;
use timebank_proto::v1;

use super::{FORMAT_VERSION, facts, wire};
use crate::{
    ledger::{
        self, AccountOpened, Entry, Fact, HoldPlaced, Moment, Origin, Principal, Tags, Transfer,
    },
    steps::{Record, Step},
};

/// Appends a record's bytes to `bytes`.
pub fn encode(record: &Record, bytes: &mut Vec<u8>) {
    match &record.step {
        Step::Ledger(ledger::Step::Fact(Fact::EntryPosted(entry))) => {
            wire::entry_posted(record, entry, bytes)
        }
        _ => encode_message(record, bytes),
    }
}

fn encode_message(record: &Record, bytes: &mut Vec<u8>) {
    let record = to_proto(record);
    bytes.reserve(record.encoded_len());
    // Encoding fails only where a buffer cannot grow, and this one can.
    let _ = record.encode(bytes);
}

/// A record as the contract has it.
pub fn to_proto(record: &Record) -> v1::Record {
    v1::Record {
        sequence: record.stamp.sequence.get(),
        recorded_at_us: record.stamp.recorded_at.us(),
        principal: record.caller.principal.as_str().into(),
        actor: record.caller.actor().map_or("", Principal::as_str).into(),
        request_id: record.caller.request_id().into(),
        rules_version: record.rules_version,
        decided_at_us: decided_at(record).map(Moment::us),
        step: step(&record.step),
    }
}

/// When a record was decided, where that is not when it was recorded.
pub(super) fn decided_at(record: &Record) -> Option<Moment> {
    let stamp = record.stamp;
    (stamp.moment != stamp.recorded_at).then_some(stamp.moment)
}

fn step(step: &Step) -> Option<v1::record::Step> {
    Some(match step {
        Step::Ledger(ledger::Step::Fact(fact)) => self::fact(fact),
        Step::Ledger(ledger::Step::EntryWithAccounts(step)) => {
            v1::record::Step::EntryWithAccounts(v1::EntryWithAccounts {
                accounts: step.accounts().map(opened).collect(),
                entry: Some(entry(step.entry()?)),
            })
        }
        Step::Exchange(step) => v1::record::Step::Exchange(Box::new(facts::to_proto(step)?)),
    })
}

pub(super) fn fact(fact: &Fact) -> v1::record::Step {
    use v1::record::Step as Out;
    match fact {
        Fact::LedgerFounded(foundation) => Out::LedgerFounded(v1::LedgerFounded {
            ledger_id: foundation.id.as_bytes().to_vec(),
            format_version: FORMAT_VERSION,
            time_zone: foundation.time_zone.name().into(),
        }),
        Fact::TimeZoneSet(zone) => Out::TimeZoneSet(v1::TimeZoneSet {
            time_zone: zone.name().into(),
        }),
        Fact::UnitDeclared(unit) => Out::UnitDeclared(v1::UnitDeclared {
            unit_id: unit.id().as_str().into(),
            step: unit.step().into(),
        }),
        Fact::AccountOpened(opening) => Out::AccountOpened(opened(opening)),
        Fact::AccountLimitsChanged {
            id,
            limits,
            replaces,
        } => Out::AccountLimitsChanged(v1::AccountLimitsChanged {
            account_id: id.as_str().into(),
            floor: limits.floor.map(|limit| limit.steps()),
            ceiling: limits.ceiling.map(|limit| limit.steps()),
            replaces_sequence: replaces.get(),
        }),
        Fact::AccountClosed { id } => Out::AccountClosed(v1::AccountClosed {
            account_id: id.as_str().into(),
        }),
        Fact::EntryPosted(posted) => Out::EntryPosted(entry(posted)),
        Fact::HoldPlaced(placed) => Out::HoldPlaced(hold(placed)),
        Fact::HoldSettled(settled) => Out::HoldSettled(v1::HoldSettled {
            entry: Some(entry(settled)),
        }),
        Fact::HoldReleased { id } => Out::HoldReleased(v1::HoldReleased {
            hold_id: id.as_bytes().to_vec(),
        }),
        Fact::HoldExpired { id } => Out::HoldExpired(v1::HoldExpired {
            hold_id: id.as_bytes().to_vec(),
        }),
    }
}

fn opened(opening: &AccountOpened) -> v1::AccountOpened {
    v1::AccountOpened {
        account_id: opening.id.as_str().into(),
        kind: opening.kind.number(),
        unit_id: opening.unit.as_str().into(),
        floor: opening.limits.floor.map(|limit| limit.steps()),
        ceiling: opening.limits.ceiling.map(|limit| limit.steps()),
    }
}

fn entry(entry: &Entry) -> v1::EntryPosted {
    let (reverses, forced) = match &entry.origin {
        Origin::Posted => (Vec::new(), false),
        Origin::Reversal { of, forced } => (of.as_bytes().to_vec(), *forced),
    };
    v1::EntryPosted {
        entry_id: entry.id.as_bytes().to_vec(),
        transfers: entry.transfers.as_slice().iter().map(transfer).collect(),
        effective_at_us: entry.effective_at.map(|at| at.us()),
        kind: entry.kind.as_str().into(),
        tags: tags_to_proto(&entry.tags),
        note_commitment: entry.note.map(|note| note.0.to_vec()).unwrap_or_default(),
        reverses_entry_id: reverses,
        forced,
    }
}

fn transfer(leg: &Transfer) -> v1::RecordedTransfer {
    v1::RecordedTransfer {
        debit_account_id: leg.debit().as_str().into(),
        credit_account_id: leg.credit().as_str().into(),
        amount: leg.amount().steps(),
    }
}

/// Tags as the contract has them.
pub fn tags_to_proto(tags: &Tags) -> Vec<v1::Tag> {
    tags.as_slice()
        .iter()
        .map(|tag| v1::Tag {
            key: tag.key().as_str().into(),
            value: tag.value().into(),
        })
        .collect()
}

fn hold(HoldPlaced { terms, expires_at }: &HoldPlaced) -> v1::HoldPlaced {
    v1::HoldPlaced {
        hold_id: terms.id.as_bytes().to_vec(),
        transfer: Some(transfer(&terms.transfer)),
        expires_in_s: terms.expires_in_s,
        expires_at_us: expires_at.map(Moment::us),
        owner: match &terms.owner {
            None => String::new(),
            Some(owner) => owner.as_str().into(),
        },
        kind: terms.kind.as_str().into(),
        tags: tags_to_proto(&terms.tags),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{
        AccountId, Amount, BookingId, Caller, Commitment, Label, Moment, Principal, Sequence,
        Stamp, Tag, Transfers,
    };

    fn id(byte: u8) -> BookingId {
        BookingId::from_slice(&[byte; 16]).unwrap()
    }

    fn leg(amount: i64) -> Transfer {
        let account = |id: &str| AccountId::parse(id).unwrap();
        let amount = Amount::new(amount).unwrap();
        Transfer::new(account("a:member:1"), account("a:member:2"), amount).unwrap()
    }

    fn tags(values: &[&str]) -> Tags {
        let tag = |(n, value): (usize, &&str)| {
            let key = Label::parse("key", &format!("k{n}")).unwrap();
            Tag::new(key, (*value).into()).unwrap()
        };
        Tags::new(values.iter().enumerate().map(tag).collect()).unwrap()
    }

    /// Both ways of writing a posted entry give the same bytes.
    #[test]
    fn entries_are_written_as_their_messages_are() {
        let reversal = |forced| Origin::Reversal { of: id(9), forced };
        let long = "x".repeat(64);
        let (now_us, then_us) = (1_795_437_751_011_014, 1_695_437_751_011_014);
        for (actor, decided_at_us, legs, effective_us, values, note, origin) in [
            ("", now_us, 1, None, &[][..], false, Origin::Posted),
            (
                "zhang",
                then_us,
                1,
                Some(0),
                &["home-care"][..],
                true,
                Origin::Posted,
            ),
            ("zhang", now_us, 2, Some(-1), &[][..], true, reversal(false)),
            (
                "zhang",
                now_us,
                100,
                Some(1),
                &[&long[..]; 16][..],
                true,
                reversal(true),
            ),
        ] {
            let entry = Entry {
                id: id(7),
                transfers: Transfers::new((1..=legs).map(leg).collect()).unwrap(),
                effective_at: effective_us.and_then(Moment::from_us),
                kind: Label::parse("kind", "service").unwrap(),
                tags: tags(values),
                note: note.then_some(Commitment([3; 32])),
                origin,
            };
            let record = Record {
                stamp: Stamp {
                    sequence: Sequence::new(300).unwrap(),
                    recorded_at: Moment::from_us(now_us).unwrap(),
                    moment: Moment::from_us(decided_at_us).unwrap(),
                },
                caller: Caller::new(Principal::claimed(actor).unwrap(), "").unwrap(),
                rules_version: 1,
                step: Step::Ledger(ledger::Step::Fact(Fact::EntryPosted(entry.into()))),
            };
            let (mut written, mut message) = (Vec::new(), Vec::new());
            encode(&record, &mut written);
            encode_message(&record, &mut message);
            assert_eq!(written, message);
            assert_eq!(crate::journal::decode(&written), Ok(record));
        }
    }
}
