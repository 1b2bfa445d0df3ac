//! How much the server takes on at once, and how long it waits: one table, which the configuration
//! file, its documentation and the server itself go by.

use std::{ops::RangeInclusive, time::Duration};

use timebank_proto::limits as contract;

/// One of the limits.
#[derive(Debug)]
pub struct Limit {
    /// Its key in the configuration file.
    pub key: &'static str,
    pub meaning: &'static str,
    pub default: u32,
    pub range: RangeInclusive<u32>,
    pub get: fn(&Limits) -> u32,
    pub set: fn(&mut Limits, u32),
}

macro_rules! limits {
    ($($(#[doc = $meaning:literal])+ $key:ident = $default:expr, $range:expr;)+) => {
        /// How much the server takes on at once, and how long it waits.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct Limits {
            $($(#[doc = $meaning])+ pub $key: u32,)+
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($key: $default,)+ }
            }
        }

        /// All of them, in the order of the documentation.
        pub const LIMITS: &[Limit] = &[$(Limit {
            key: stringify!($key),
            meaning: concat!($($meaning),+),
            default: $default,
            range: $range,
            get: |limits| limits.$key,
            set: |limits, to| limits.$key = to,
        },)+];
    };
}

limits! {
    /// The largest request.
    request_bytes = contract::REQUEST_BYTES as u32, 65_536..=contract::REQUEST_BYTES as u32;
    /// The most entries, members, visits or trainings of a batch, where the contract allows as many.
    batch_items = contract::BATCH_ENTRIES as u32, 1_000..=contract::BATCH_ENTRIES as u32;
    /// The most items on a page of a list.
    page_items = 1_000, 100..=1_000;
    /// Large requests (above 64 KiB) that are read or answered at once, in sum; one token may have
    /// half of it.
    large_requests_bytes = 67_108_864, 33_554_432..=4_294_967_295;
    /// Small requests (up to 64 KiB), likewise.
    small_requests_bytes = 33_554_432, 1_048_576..=4_294_967_295;
    /// Connections at once; who comes after waits.
    connections = 900, 10..=100_000;
    /// Calls under way on a connection, streams among them.
    calls_per_connection = 200, 1..=10_000;
    /// Calls under way of a token, streams among them.
    calls_per_token = 1_000, 1..=100_000;
    /// Calls that a token may begin in a second; it may save up ten seconds' worth.
    calls_per_token_per_s = 2_000, 1..=1_000_000;
    /// Calls without a token of this ledger from an address in a minute. More are heard later.
    failed_attempts_per_min = 50, 1..=100_000;
    /// How long a new connection may take to say what TLS and HTTP/2 begin with.
    handshake_s = 10, 1..=600;
    /// How long a connection on which no token was shown may have no call under way.
    stranger_idle_s = 30, 1..=86_400;
    /// How long any other connection may have no call under way.
    idle_s = 600, 1..=86_400;
    /// How long a request may come slower than the following, in sum.
    upload_grace_s = 10, 1..=600;
    /// The least that comes of a request in a second.
    upload_bytes_per_s = 65_536, 1..=1_073_741_824;
}

/// The part of the room for requests that one token may have.
const SHARE: u32 = 2;

impl Limits {
    /// The most items of a batch that the contract allows `max` of.
    pub(super) fn batch(&self, max: usize) -> usize {
        max.min(self.batch_items as usize)
    }

    /// What one token may have of the room for requests.
    pub(super) fn share_of(bytes: u32) -> u32 {
        bytes / SHARE
    }

    pub(super) fn handshake(&self) -> Duration {
        seconds(self.handshake_s)
    }

    /// How long a connection may have no call under way, by whether a token was shown on it.
    pub(super) fn idle(&self, is_known: bool) -> Duration {
        match is_known {
            true => seconds(self.idle_s),
            false => seconds(self.stranger_idle_s),
        }
    }

    pub(super) fn upload_grace(&self) -> Duration {
        seconds(self.upload_grace_s)
    }
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(count.into())
}
