//! The bytes of a posted entry's record, written without the messages between:
//! nearly every record is one, and their strings would be copied for nothing.
//! `encode` tests that both ways give the same bytes.

use prost::encoding::{WireType, encode_key, encode_varint};

use super::encode::decided_at;
use crate::{
    ledger::{Entry, Origin, Tag, Transfer},
    steps::Record,
};

/// Field numbers of `timebank.v1.Record` and `EntryPosted`.
const ENTRY_POSTED: u32 = 10;
const DECIDED_AT_US: u32 = 18;
const ACTOR: u32 = 20;

/// Appends the record of a posted entry.
pub(super) fn entry_posted(record: &Record, entry: &Entry, out: &mut Vec<u8>) {
    number(1, record.stamp.sequence.get(), out);
    number(2, record.stamp.recorded_at.us(), out);
    text(3, record.caller.principal.as_str().as_bytes(), out);
    text(4, record.caller.request_id().as_bytes(), out);
    number(5, record.rules_version.into(), out);
    nested(ENTRY_POSTED, out, |out| self::entry(entry, out));
    if let Some(at) = decided_at(record) {
        present_number(DECIDED_AT_US, at.us(), out);
    }
    if let Some(actor) = record.caller.actor() {
        text(ACTOR, actor.as_str().as_bytes(), out);
    }
}

fn entry(entry: &Entry, out: &mut Vec<u8>) {
    text(1, entry.id.as_bytes(), out);
    for leg in entry.transfers.as_slice() {
        nested(2, out, |out| transfer(leg, out));
    }
    if let Some(at) = entry.effective_at {
        present_number(3, at.us(), out);
    }
    text(4, entry.kind.as_str().as_bytes(), out);
    for tag in entry.tags.as_slice() {
        nested(5, out, |out| self::tag(tag, out));
    }
    if let Some(note) = entry.note {
        text(6, &note.0, out);
    }
    if let Origin::Reversal { of, forced } = entry.origin {
        text(7, of.as_bytes(), out);
        number(8, i64::from(forced), out);
    }
}

fn transfer(leg: &Transfer, out: &mut Vec<u8>) {
    text(1, leg.debit().as_str().as_bytes(), out);
    text(2, leg.credit().as_str().as_bytes(), out);
    number(3, leg.amount().steps(), out);
}

fn tag(tag: &Tag, out: &mut Vec<u8>) {
    text(1, tag.key().as_str().as_bytes(), out);
    text(2, tag.value().as_bytes(), out);
}

/// A number; 0 is left out, as proto3 has it.
fn number(field: u32, value: i64, out: &mut Vec<u8>) {
    if value != 0 {
        present_number(field, value, out);
    }
}

/// A number whose presence says something.
fn present_number(field: u32, value: i64, out: &mut Vec<u8>) {
    encode_key(field, WireType::Varint, out);
    encode_varint(value.cast_unsigned(), out);
}

/// A string or bytes; nothing is left out.
fn text(field: u32, value: &[u8], out: &mut Vec<u8>) {
    if !value.is_empty() {
        encode_key(field, WireType::LengthDelimited, out);
        encode_varint(value.len() as u64, out);
        out.extend_from_slice(value);
    }
}

/// A message: its length is known once it is written, and then put before it.
fn nested(field: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    encode_key(field, WireType::LengthDelimited, out);
    let start = out.len();
    write(out);
    let end = out.len();
    encode_varint((end - start) as u64, out);
    let prefix = out.len() - end;
    out[start..].rotate_right(prefix);
}
