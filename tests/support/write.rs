//! Requests in few words.

use prost_types::Timestamp;
use timebank_proto::v1;
use uuid::Uuid;

/// A new time-ordered id.
pub(crate) fn id() -> String {
    Uuid::now_v7().to_string()
}

pub(crate) fn leg(from: &str, to: &str, amount: i64) -> v1::Transfer {
    v1::Transfer {
        debit_account_id: from.into(),
        credit_account_id: to.into(),
        amount,
        unit_id: String::new(),
    }
}

/// An entry of one leg with an id of its own.
pub(crate) fn entry(from: &str, to: &str, amount: i64) -> v1::Entry {
    v1::Entry {
        entry_id: id(),
        transfers: vec![leg(from, to, amount)],
        ..Default::default()
    }
}

pub(crate) fn limit(amount: i64) -> Option<v1::Limit> {
    let bound = Some(v1::limit::Bound::Amount(amount));
    Some(v1::Limit { bound })
}

pub(crate) fn any_limit() -> Option<v1::Limit> {
    let bound = Some(v1::limit::Bound::Unbounded(true));
    Some(v1::Limit { bound })
}

pub(crate) fn timestamp(seconds: i64, nanos: i32) -> Option<Timestamp> {
    Some(Timestamp { seconds, nanos })
}

/// A request that somebody makes.
pub(crate) fn by<T>(actor: &str, request: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(request);
    let actor = actor.parse().expect("a name");
    request.metadata_mut().insert("x-actor", actor);
    request
}
