//! How often an address may show what is no token. Whoever has one that is known is let in all the
//! same, as others may be behind the same address.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const TIME: Duration = Duration::from_secs(60);
/// How many addresses are kept in mind.
const MAX_ADDRESSES: usize = 10_000;

struct Failed {
    since: Instant,
    count: u32,
}

pub(super) struct Attempts {
    /// How many of one address may fail in the time.
    max: u32,
    failed: Mutex<HashMap<IpAddr, Failed>>,
}

impl Attempts {
    pub(super) fn new(max: u32) -> Self {
        Self {
            max,
            failed: Mutex::default(),
        }
    }

    /// How long an address has to wait before it may fail again. None where it need not.
    pub(super) fn wait(&self, address: IpAddr) -> Option<Duration> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = failed.get(&group_of(address))?;
        let left = TIME.checked_sub(failed.since.elapsed())?;
        (failed.count >= self.max).then_some(left)
    }

    /// That one has failed.
    pub(super) fn note(&self, address: IpAddr) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= MAX_ADDRESSES {
            failed.retain(|_, failed| failed.since.elapsed() < TIME);
            if failed.len() >= MAX_ADDRESSES {
                failed.clear();
            }
        }
        let now = Instant::now();
        let own = failed.entry(group_of(address)).or_insert(Failed {
            since: now,
            count: 0,
        });
        if own.since.elapsed() >= TIME {
            *own = Failed {
                since: now,
                count: 0,
            };
        }
        own.count = own.count.saturating_add(1);
    }
}

/// Whoever has one address of version 6 has as many as end alike.
fn group_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_too_often_waits() {
        let attempts = Attempts::new(50);
        let (one, other): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        for _ in 1..50 {
            attempts.note(one);
        }
        assert_eq!(attempts.wait(one), None);
        attempts.note(one);
        assert!(attempts.wait(one).is_some_and(|wait| wait <= TIME));
        assert_eq!(attempts.wait(other), None);
    }

    #[test]
    fn no_more_is_kept_than_may_be() {
        let attempts = Attempts::new(50);
        for number in 0..30_000u32 {
            attempts.note(IpAddr::V4(number.into()));
        }
        assert!(attempts.failed.lock().expect("kept").len() <= MAX_ADDRESSES);
    }

    #[test]
    fn one_network_is_one() {
        let of = |text: &str| group_of(text.parse().expect("an address"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
