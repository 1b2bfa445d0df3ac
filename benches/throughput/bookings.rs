//! The transfers to post: between random accounts, with ids of the wanted order.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use timebank_proto::v1::{Entry, Transfer};
use uuid::{Builder, Uuid};

use crate::Settings;

/// How many time-ordered ids share a millisecond; they have a counter of 12 bits.
const IDS_PER_MS: u64 = 1_000;

#[derive(Clone)]
pub(crate) struct Bookings {
    accounts: Rc<[String]>,
    rng: Rng,
    next: Rc<Cell<u64>>,
    first_ms: u64,
    ordered_ids: bool,
}

impl Bookings {
    pub(crate) fn new(settings: &Settings) -> Self {
        let accounts = 1..=settings.accounts;
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a clock after 1970");
        Self {
            accounts: accounts.map(|n| format!("bench:member:{n:06}")).collect(),
            rng: Rng::default(),
            next: Rc::default(),
            first_ms: u64::try_from(since_epoch.as_millis())
                .expect("a clock before the year 10000"),
            ordered_ids: settings.ordered_ids,
        }
    }

    pub(crate) fn accounts(&self) -> &[String] {
        &self.accounts
    }

    pub(crate) fn account(&mut self) -> &str {
        let index = self.rng.below(self.accounts.len());
        &self.accounts[index]
    }

    pub(crate) fn batch(&mut self, count: u64) -> Vec<Entry> {
        (0..count).map(|_| self.entry()).collect()
    }

    pub(crate) fn entry(&mut self) -> Entry {
        Entry {
            entry_id: self.id().to_string(),
            transfers: vec![self.transfer()],
            ..Entry::default()
        }
    }

    fn transfer(&mut self) -> Transfer {
        let (debit, credit) = self.pair();
        Transfer {
            debit_account_id: self.accounts[debit].clone(),
            credit_account_id: self.accounts[credit].clone(),
            amount: 15 * (1 + self.rng.below(16) as i64),
            unit_id: String::new(),
        }
    }

    fn pair(&mut self) -> (usize, usize) {
        let count = self.accounts.len();
        let debit = self.rng.below(count);
        let credit = (debit + 1 + self.rng.below(count - 1)) % count;
        (debit, credit)
    }

    fn id(&mut self) -> Uuid {
        let number = self.next.replace(self.next.get() + 1);
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.rng.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.rng.next().to_be_bytes());
        if !self.ordered_ids {
            return Builder::from_random_bytes(bytes).into_uuid();
        }
        let mut tail = [0; 10];
        tail.copy_from_slice(&bytes[..10]);
        let counter = (number % IDS_PER_MS) as u16;
        tail[..2].copy_from_slice(&counter.to_be_bytes());
        let millis = self.first_ms + number / IDS_PER_MS;
        Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }
}

/// xorshift64*, seeded: the same accounts in each run. Clones share their state, so
/// that no two of them draw the same id.
#[derive(Clone)]
struct Rng(Rc<Cell<u64>>);

impl Default for Rng {
    fn default() -> Self {
        Self(Rc::new(Cell::new(0x9e37_79b9_7f4a_7c15)))
    }
}

impl Rng {
    fn next(&self) -> u64 {
        let mut x = self.0.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        self.0.set(x);
        x.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&self, bound: usize) -> usize {
        // The high bits are the good ones.
        ((self.next() >> 16) % bound as u64) as usize
    }
}
