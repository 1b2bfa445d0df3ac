//! What parses bytes from outside, a function each: nothing panics, and what is read is what is
//! written again. `tests/fuzz` gives them the corpus, changed at random; `cargo fuzz` what it finds.

use std::path::Path;

use prost::Message;
use timebank::{
    config::Config,
    exchange::{Branch, Day, MemberId, PolicyDocument, StaffNumber, token::Bearer},
    journal,
    ledger::{AccountId, BookingId, TimeZone, UnitId},
    query,
};
use timebank_proto::v1;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn bearer(bytes: &[u8]) {
    let given = text(bytes);
    if let Ok(read) = Bearer::parse(&given) {
        assert_eq!(read.text(), given);
    }
}

pub(crate) fn account(bytes: &[u8]) {
    let given = text(bytes);
    if let Ok(read) = AccountId::parse(&given) {
        assert_eq!(read.as_str(), given);
        assert!(MemberId::parse(&given).is_ok());
    }
    let _ = UnitId::parse(&given);
    let _ = BookingId::parse("id", &given);
}

pub(crate) fn branch(bytes: &[u8]) {
    let given = text(bytes);
    if let Ok(read) = Branch::parse("branch", &given) {
        assert_eq!(read.as_str(), given);
        assert!(!read.contains(&given), "a branch is not below itself");
    }
    let _ = StaffNumber::parse(&given);
}

pub(crate) fn moment(bytes: &[u8]) {
    let given = text(bytes);
    if let Ok(day) = Day::parse("day", &given) {
        assert_eq!(Day::parse("day", &day.to_string()), Ok(day));
    }
    let _ = TimeZone::parse(&given);
}

pub(crate) fn policy(bytes: &[u8]) {
    let given = text(bytes);
    if let Ok(read) = PolicyDocument::read(given.clone()) {
        assert_eq!(read.text(), given);
    }
}

pub(crate) fn record(bytes: &[u8]) {
    let _ = journal::decode(bytes);
}

pub(crate) fn page_token(bytes: &[u8]) {
    let token = query::Token::of("timebank.v1.X/Y", vec![1, 2, 3]);
    let given = text(bytes);
    if let Ok(Some(cursor)) = token.read(&given) {
        assert_eq!(token.write(&cursor), given);
    }
}

pub(crate) fn request(bytes: &[u8]) {
    if let Ok(read) = v1::PostEntryRequest::decode(bytes) {
        let again = v1::PostEntryRequest::decode(&*read.encode_to_vec());
        assert_eq!(again, Ok(read));
    }
    let _ = v1::PublishNeedRequest::decode(bytes);
    let _ = v1::RegisterMemberRequest::decode(bytes);
}

pub(crate) fn config(bytes: &[u8]) {
    let folder = Path::new("/etc");
    if let Ok(read) = Config::parse(&text(bytes), folder) {
        // What no file says is where the server is started; what a file says, where that is.
        let again = Config::parse(&read.to_string(), folder).expect("it is read again");
        assert_eq!(again.limits, read.limits);
        assert_eq!(Config::parse(&again.to_string(), folder), Ok(again));
    }
}
