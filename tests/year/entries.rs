//! Entries outside orders.

use std::sync::Arc;

use timebank::ledger::{
    BookingId, Command, Entry, Label, NewEntry, Origin, Reversal, Tag, Tags, Transfers,
};

use super::bank::{moment, reason, transfer};

/// An entry of one transfer, of a service where one is named.
pub(super) fn posting(
    id: BookingId,
    (from, to, minutes): (&str, &str, i64),
    service: Option<&str>,
    at: Option<i64>,
) -> Command {
    let tag = |service: &str| {
        let key = Label::parse("key", "service").expect("a word");
        Tag::new(key, service.into()).expect("a tag")
    };
    let tags = service.map(tag).into_iter().collect();
    Command::PostEntry(NewEntry {
        entry: Arc::new(Entry {
            id,
            transfers: Transfers::new(vec![transfer(from, to, minutes)]).expect("a leg"),
            effective_at: at.map(moment),
            kind: service.map_or_else(Label::transfer, |_| Label::service()),
            tags: Tags::new(tags).expect("tags"),
            note: None,
            origin: Origin::Posted,
        }),
        units: Vec::new(),
        note: None,
        opens: Vec::new(),
    })
}

/// What takes an entry back, past limits where it is forced.
pub(super) fn reversal(id: BookingId, of: BookingId, force: bool) -> Command {
    let reason = reason("a mistake");
    Command::ReverseEntry(Reversal {
        id,
        of,
        reason: reason.commitment,
        note: reason.note,
        force,
        effective_at: None,
        owner: None,
    })
}
