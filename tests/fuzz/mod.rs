//! What parses bytes from outside, given what nobody meant: texts and messages of a kept corpus
//! (`fuzz/corpus`), changed at random. Nothing panics, and what is read is what is written again.
//!
//! A long run is a command of its own: `FUZZ_INPUTS=10000000 cargo test --test suite fuzz`. The inputs
//! are the same each time unless FUZZ_SEED is another number.

use std::{env, fs, path::Path};

use fastrand::Rng;
use prost::Message;
use timebank::{
    exchange::{Branch, Day, MemberId, PolicyDocument, StaffNumber, token::Bearer},
    journal,
    ledger::{AccountId, BookingId, TimeZone, UnitId},
    query,
};
use timebank_proto::v1;

const INPUTS: u64 = 20_000;
const MAX_BYTES: usize = 4_096;

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |value| value.parse().expect(name))
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let files = fs::read_dir(dir).expect("a corpus");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let read = paths.iter().map(|path| fs::read(path).expect("a file"));
    read.collect()
}

/// One of the corpus, changed a few times.
fn changed(rng: &mut Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = rng.choice(corpus).expect("one of it").clone();
    for _ in 0..rng.usize(0..6) {
        let at = rng.usize(0..=bytes.len());
        match rng.u8(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(0..8),
            1 if at < bytes.len() => bytes[at] = rng.u8(..),
            2 => bytes.insert(at, rng.u8(..)),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            _ => {
                let other = rng.choice(corpus).expect("one of it");
                let from = rng.usize(0..=other.len());
                let piece = &other[from..(from + rng.usize(0..40)).min(other.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes.truncate(MAX_BYTES);
    bytes
}

fn fuzz(target: &str, read: impl Fn(&[u8])) {
    let corpus = corpus(target);
    let mut rng = Rng::with_seed(setting("FUZZ_SEED", 1));
    for _ in 0..setting("FUZZ_INPUTS", INPUTS) {
        read(&changed(&mut rng, &corpus));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn bearer() {
    fuzz("bearer", |bytes| {
        let given = text(bytes);
        if let Ok(read) = Bearer::parse(&given) {
            assert_eq!(read.text(), given);
        }
    });
}

#[test]
fn account() {
    fuzz("account", |bytes| {
        let given = text(bytes);
        if let Ok(read) = AccountId::parse(&given) {
            assert_eq!(read.as_str(), given);
            assert!(MemberId::parse(&given).is_ok());
        }
        let _ = UnitId::parse(&given);
        let _ = BookingId::parse("id", &given);
    });
}

#[test]
fn branch() {
    fuzz("branch", |bytes| {
        let given = text(bytes);
        if let Ok(read) = Branch::parse("branch", &given) {
            assert_eq!(read.as_str(), given);
            assert!(!read.contains(&given), "a branch is not below itself");
        }
        let _ = StaffNumber::parse(&given);
    });
}

#[test]
fn moment() {
    fuzz("moment", |bytes| {
        let given = text(bytes);
        if let Ok(day) = Day::parse("day", &given) {
            assert_eq!(Day::parse("day", &day.to_string()), Ok(day));
        }
        let _ = TimeZone::parse(&given);
    });
}

#[test]
fn policy() {
    fuzz("policy", |bytes| {
        let given = text(bytes);
        if let Ok(read) = PolicyDocument::read(given.clone()) {
            assert_eq!(read.text(), given);
        }
    });
}

#[test]
fn record() {
    fuzz("record", |bytes| {
        let _ = journal::decode(bytes);
    });
}

#[test]
fn page_token() {
    fuzz("page_token", |bytes| {
        let token = query::Token::of("timebank.v1.X/Y", vec![1, 2, 3]);
        let given = text(bytes);
        if let Ok(Some(cursor)) = token.read(&given) {
            assert_eq!(token.write(&cursor), given);
        }
    });
}

#[test]
fn request() {
    fuzz("request", |bytes| {
        if let Ok(read) = v1::PostEntryRequest::decode(bytes) {
            let again = v1::PostEntryRequest::decode(&*read.encode_to_vec());
            assert_eq!(again, Ok(read));
        }
        let _ = v1::PublishNeedRequest::decode(bytes);
        let _ = v1::RegisterMemberRequest::decode(bytes);
    });
}
