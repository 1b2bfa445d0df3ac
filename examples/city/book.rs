//! The book: balances that never fall below 0, and the CSV that they come from.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use uuid::Builder;

use crate::draw::Rng;
use crate::{District, HOUR};

/// One entry: legs that land together at a minute of the day.
pub(crate) struct Entry {
    pub(crate) minute: i64,
    pub(crate) kind: &'static str,
    pub(crate) service: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) legs: Vec<Leg>,
}

pub(crate) struct Leg {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) amount: i64,
}

pub(crate) fn is_issuance(account: &str) -> bool {
    account.contains(":issuance:")
}

pub(crate) struct Book<W> {
    balances: BTreeMap<String, i64>,
    served: BTreeSet<String>,
    out: W,
}

impl<W: Write> Book<W> {
    pub(crate) fn new(mut out: W) -> io::Result<Self> {
        writeln!(
            out,
            "entry_id,from,to,amount,effective_at,kind,service,channel"
        )?;
        Ok(Self {
            balances: BTreeMap::new(),
            served: BTreeSet::new(),
            out,
        })
    }

    pub(crate) fn balance(&self, account: &str) -> i64 {
        self.balances.get(account).copied().unwrap_or(0)
    }

    pub(crate) fn post_all(
        &mut self,
        entries: Vec<Entry>,
        date: NaiveDate,
        rng: &mut Rng,
    ) -> Result<(), Box<dyn Error>> {
        for entry in entries {
            self.post(&entry, date, rng)?;
        }
        Ok(())
    }

    fn post(
        &mut self,
        entry: &Entry,
        date: NaiveDate,
        rng: &mut Rng,
    ) -> Result<(), Box<dyn Error>> {
        let at = instant(date, entry.minute).ok_or("no such time")?;
        let millis = u64::try_from(at.timestamp_millis())?;
        let id = Builder::from_unix_timestamp_millis(millis, &rng.bytes()).into_uuid();
        for leg in &entry.legs {
            self.book(leg)?;
            if matches!(entry.kind, "service" | "lesson") {
                self.served.extend([leg.from.clone(), leg.to.clone()]);
            }
            let Entry {
                kind,
                service,
                channel,
                ..
            } = entry;
            let (from, to, amount) = (&leg.from, &leg.to, hours(leg.amount));
            let at = at.to_rfc3339();
            writeln!(
                self.out,
                "{id},{from},{to},{amount},{at},{kind},{service},{channel}"
            )?;
        }
        Ok(())
    }

    fn book(&mut self, leg: &Leg) -> Result<(), String> {
        let from = self.balances.entry(leg.from.clone()).or_default();
        *from -= leg.amount;
        if *from < 0 && !is_issuance(&leg.from) {
            return Err(format!("{} fell below 0", leg.from));
        }
        *self.balances.entry(leg.to.clone()).or_default() += leg.amount;
        Ok(())
    }

    /// Every member gave or received a service.
    pub(crate) fn finish(mut self, city: &[District]) -> Result<(), Box<dyn Error>> {
        self.out.flush()?;
        for member in city.iter().flat_map(|district| &district.members) {
            if !self.served.contains(&member.account) {
                return Err(format!("{} took no part", member.account).into());
            }
        }
        Ok(())
    }
}

fn instant(date: NaiveDate, minute: i64) -> Option<DateTime<FixedOffset>> {
    let zone = FixedOffset::east_opt(8 * 3_600)?;
    let local = date.and_hms_opt(0, 0, 0)? + TimeDelta::minutes(minute);
    local.and_local_timezone(zone).single()
}

fn hours(minutes: i64) -> String {
    match (minutes / HOUR, minutes % HOUR) {
        (0, m) => format!("{m}m"),
        (h, 0) => format!("{h}h"),
        (h, m) => format!("{h}h{m}m"),
    }
}
