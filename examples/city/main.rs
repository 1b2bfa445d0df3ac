//! Writes a year of MADE-UP records of a city's time banks as native CSV:
//! `cargo run --release --example city > city.csv`.
//!
//! Only the five districts' participant counts come from a study. Every account,
//! service and hour is drawn from a seeded generator, so each run prints the same.

mod book;
mod draw;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, BufWriter, Write};

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use crate::book::{Book, Entry, Leg, is_issuance};
use crate::draw::Rng;

const DISTRICTS: [(&str, usize); 5] = [
    ("shapingba", 358),
    ("banan", 179),
    ("jiulongpo", 589),
    ("yubei", 452),
    ("yuzhong", 367),
];
const YEAR: i32 = 2025;
const DAYS: i64 = 365;
const SEED: u64 = 20_250_101;

const QUARTER: i64 = 15;
const HOUR: i64 = 60;

/// Who joined by the time the year's first weeks are over, in percent.
const EARLY_PERCENT: u64 = 55;
/// The last day on which somebody joins: late enough to see, early enough to take part.
const LAST_JOINING_DAY: i64 = 335;
/// After so many days the centre itself finds a first service for a member.
const FIRST_SERVICE_DAYS: i64 = 14;
/// The chance of a service on an ordinary weekday, per member, in 100,000.
const SERVICE_RATE: u64 = 2_800;
/// What a pool keeps back when it pays relief.
const POOL_RESERVE: i64 = 10 * HOUR;

/// A kind of service: when it starts, how long it takes, how often it is asked for.
struct Service {
    name: &'static str,
    first_start: i64,
    last_start: i64,
    quarters: &'static [i64],
    share_elder: u64,
    share_other: u64,
}

#[rustfmt::skip]
const SERVICES: [Service; 7] = [
    Service { name: "home-care", first_start: 9 * HOUR, last_start: 16 * HOUR, quarters: &[4, 4, 5, 6, 6, 8], share_elder: 25, share_other: 0 },
    Service { name: "household-help", first_start: 9 * HOUR, last_start: 17 * HOUR, quarters: &[4, 6, 8, 8, 10, 12], share_elder: 22, share_other: 25 },
    Service { name: "companionship", first_start: 9 * HOUR, last_start: 18 * HOUR, quarters: &[3, 4, 4, 6, 8, 10], share_elder: 20, share_other: 0 },
    Service { name: "meals", first_start: 11 * HOUR, last_start: 12 * HOUR, quarters: &[1, 2, 2, 3, 4], share_elder: 15, share_other: 0 },
    Service { name: "hospital-escort", first_start: 8 * HOUR + 30, last_start: 14 * HOUR, quarters: &[8, 10, 12, 14, 16, 20], share_elder: 10, share_other: 0 },
    Service { name: "teaching", first_start: 9 * HOUR, last_start: 18 * HOUR, quarters: &[4, 4, 6, 8], share_elder: 3, share_other: 40 },
    Service { name: "repairs", first_start: 9 * HOUR, last_start: 18 * HOUR, quarters: &[2, 3, 4, 6, 8], share_elder: 5, share_other: 35 },
];

const CHANNELS: [(&str, u64); 4] = [
    ("phone", 40),
    ("grid-group", 30),
    ("notice-board", 20),
    ("screen", 10),
];

struct Member {
    account: String,
    joined: i64,
    elder: bool,
    /// How much somebody gives or needs, against the others.
    weight: u64,
    took_part: bool,
    last_day: i64,
    /// The volunteer who comes most often.
    usual: Option<usize>,
}

struct District {
    name: &'static str,
    members: Vec<Member>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut rng = Rng(SEED);
    let mut city: Vec<District> = DISTRICTS
        .iter()
        .map(|&(name, count)| District::new(name, count, &mut rng))
        .collect();
    let mut book = Book::new(BufWriter::new(io::stdout().lock()))?;
    for day in 0..DAYS {
        let date = date_of(day)?;
        let plan = plan_day(&mut city, &book, date, day, &mut rng);
        let morning = top_up(&plan, &book, &mut rng);
        book.post_all(morning, date, &mut rng)?;
        book.post_all(plan, date, &mut rng)?;
        let evening = plan_evening(&city, &book, &mut rng);
        book.post_all(evening, date, &mut rng)?;
    }
    book.finish(&city)
}

impl District {
    fn new(name: &'static str, count: usize, rng: &mut Rng) -> Self {
        let members = (1..=count).map(|n| Member::new(name, n, rng)).collect();
        Self { name, members }
    }

    fn account(&self, rest: &str) -> String {
        format!("{}:{rest}", self.name)
    }
}

impl Member {
    fn new(district: &str, number: usize, rng: &mut Rng) -> Self {
        Self {
            account: format!("{district}:member:{number:06}"),
            joined: joining_day(rng),
            elder: rng.chance(35),
            // A few give much and most give little: from 32 down to 1.
            weight: 1_000 / (rng.below(970) + 30),
            took_part: false,
            last_day: -1,
            usual: None,
        }
    }

    fn is_free(&self, day: i64) -> bool {
        self.joined < day && self.last_day < day
    }

    fn take_part(&mut self, day: i64) {
        self.took_part = true;
        self.last_day = day;
    }
}

fn joining_day(rng: &mut Rng) -> i64 {
    if rng.chance(EARLY_PERCENT) {
        rng.between(1, 23)
    } else {
        rng.between(40, LAST_JOINING_DAY)
    }
}

// The day's bookings, from the morning to the early evening.

fn plan_day(
    city: &mut [District],
    book: &Book<impl Write>,
    date: NaiveDate,
    day: i64,
    rng: &mut Rng,
) -> Vec<Entry> {
    let mut plan = Vec::new();
    for district in city {
        plan.extend(orientations(district, day, rng));
        plan.extend(lesson(district, book, date, day, rng));
        plan.extend(visit(district, date, day, rng));
        plan.extend(services(district, date, day, rng));
    }
    plan.sort_by_key(|entry| entry.minute);
    plan
}

/// New members get an hour or two, so that they can try a service.
fn orientations(district: &District, day: i64, rng: &mut Rng) -> Vec<Entry> {
    let issuance = district.account("issuance:orientation-2025");
    let minute = rng.between(36, 60) * QUARTER;
    let newcomers = district.members.iter().filter(|m| m.joined == day);
    newcomers
        .map(|member| Entry {
            minute,
            kind: "orientation",
            service: "",
            channel: "",
            legs: vec![Leg {
                from: issuance.clone(),
                to: member.account.clone(),
                amount: rng.between(1, 2) * HOUR,
            }],
        })
        .collect()
}

/// On Wednesdays in term: learners pay a quarter of an hour each, and the lesson
/// takes as long as they pay for together.
fn lesson(
    district: &mut District,
    book: &Book<impl Write>,
    date: NaiveDate,
    day: i64,
    rng: &mut Rng,
) -> Option<Entry> {
    let in_term = matches!(date.month(), 3..=6 | 9..=12);
    if !in_term || date.weekday() != Weekday::Wed {
        return None;
    }
    let teacher = pick(district, day, rng, |m| !m.elder)?;
    district.members[teacher].take_part(day);
    let to = district.members[teacher].account.clone();
    let legs = (0..rng.between(4, 10))
        .filter_map(|_| {
            let learner = pick(district, day, rng, |m| book.balance(&m.account) >= QUARTER)?;
            district.members[learner].take_part(day);
            Some(Leg {
                from: district.members[learner].account.clone(),
                to: to.clone(),
                amount: QUARTER,
            })
        })
        .collect::<Vec<_>>();
    (!legs.is_empty()).then_some(Entry {
        minute: 14 * HOUR,
        kind: "lesson",
        service: "teaching",
        channel: "notice-board",
        legs,
    })
}

/// On some Saturdays a few volunteers go to the nursing home, which thanks each.
fn visit(district: &mut District, date: NaiveDate, day: i64, rng: &mut Rng) -> Option<Entry> {
    if date.weekday() != Weekday::Sat || !rng.chance(season_percent(date).min(100) * 6 / 10) {
        return None;
    }
    let home = district.account("organisation:nursing-home");
    let amount = rng.between(4, 8) * QUARTER;
    let legs = (0..rng.between(3, 6))
        .filter_map(|_| {
            let volunteer = pick(district, day, rng, |m| !m.elder)?;
            district.members[volunteer].take_part(day);
            Some(Leg {
                from: home.clone(),
                to: district.members[volunteer].account.clone(),
                amount,
            })
        })
        .collect::<Vec<_>>();
    (!legs.is_empty()).then_some(Entry {
        minute: rng.between(36, 40) * QUARTER,
        kind: "service",
        service: "companionship",
        channel: "grid-group",
        legs,
    })
}

fn services(district: &mut District, date: NaiveDate, day: i64, rng: &mut Rng) -> Vec<Entry> {
    let rate = SERVICE_RATE * season_percent(date) * weekday_percent(date) / 10_000;
    let members = district.members.len();
    let waiting = (0..members).filter(|&i| {
        let member = &district.members[i];
        !member.took_part && member.joined + FIRST_SERVICE_DAYS <= day
    });
    let mut parties: Vec<Option<usize>> = waiting.map(Some).collect();
    let asked = (0..members).filter(|_| rng.below(100_000) < rate).count();
    parties.resize(parties.len() + asked, None);
    parties
        .into_iter()
        .filter_map(|party| service(district, day, party, rng))
        .collect()
}

/// One service; `party` takes part in it, as recipient if old.
fn service(
    district: &mut District,
    day: i64,
    party: Option<usize>,
    rng: &mut Rng,
) -> Option<Entry> {
    let party = party.filter(|&i| district.members[i].is_free(day));
    let for_elder = rng.chance(85);
    let recipient = match party {
        Some(i) if district.members[i].elder => i,
        _ => pick(district, day, rng, |m| m.elder == for_elder)
            .filter(|&i| Some(i) != party)
            .or_else(|| pick(district, day, rng, |m| m.elder))?,
    };
    district.members[recipient].take_part(day);
    let provider = match party {
        Some(i) if i != recipient => i,
        _ => provider_for(district, day, recipient, rng)?,
    };
    district.members[provider].take_part(day);
    district.members[recipient].usual.get_or_insert(provider);
    Some(one_to_one(
        &district.members[recipient],
        &district.members[provider],
        rng,
    ))
}

fn provider_for(district: &District, day: i64, recipient: usize, rng: &mut Rng) -> Option<usize> {
    let usual = district.members[recipient]
        .usual
        .filter(|&i| district.members[i].is_free(day) && rng.chance(60));
    usual.or_else(|| pick(district, day, rng, |m| !m.elder))
}

fn one_to_one(recipient: &Member, provider: &Member, rng: &mut Rng) -> Entry {
    let shares = SERVICES.iter().map(|s| {
        if recipient.elder {
            s.share_elder
        } else {
            s.share_other
        }
    });
    let service = &SERVICES[rng.weighted(shares).expect("the shares are above 0")];
    let steps = (service.last_start - service.first_start) / QUARTER;
    let channel = rng.weighted(CHANNELS.iter().map(|c| c.1));
    let quarters = service.quarters[rng.index(service.quarters.len())];
    Entry {
        minute: service.first_start + rng.between(0, steps) * QUARTER,
        kind: "service",
        service: service.name,
        channel: CHANNELS[channel.expect("the shares are above 0")].0,
        legs: vec![Leg {
            from: recipient.account.clone(),
            to: provider.account.clone(),
            amount: quarters * QUARTER,
        }],
    }
}

/// Draws a free member, the busier ones more often.
fn pick(
    district: &District,
    day: i64,
    rng: &mut Rng,
    wanted: impl Fn(&Member) -> bool,
) -> Option<usize> {
    rng.weighted(district.members.iter().map(|m| {
        if m.is_free(day) && wanted(m) {
            m.weight
        } else {
            0
        }
    }))
}

// The morning's grants and the evening's gifts.

/// Whoever cannot pay for the day's booking gets relief or a grant before it.
fn top_up(plan: &[Entry], book: &Book<impl Write>, rng: &mut Rng) -> Vec<Entry> {
    let mut needs: BTreeMap<&str, i64> = BTreeMap::new();
    for leg in plan.iter().flat_map(|entry| &entry.legs) {
        *needs.entry(&leg.from).or_default() += leg.amount;
    }
    let mut relieved = BTreeSet::new();
    let mut entries = Vec::new();
    for (account, need) in needs {
        if is_issuance(account) || book.balance(account) >= need {
            continue;
        }
        let district = account.split(':').next().unwrap_or_default();
        let pool = format!("{district}:pool:emergency");
        let minute = 8 * HOUR + rng.between(0, 29);
        let by_pool = account.contains(":member:")
            && book.balance(&pool) >= need + POOL_RESERVE
            && relieved.insert(pool.clone());
        let (kind, from, amount) = if by_pool {
            ("relief", pool, need)
        } else {
            let issuance = format!("{district}:issuance:grant-2025");
            ("grant", issuance, grant(account, rng))
        };
        entries.push(staff_entry(minute, kind, from, account.to_owned(), amount));
    }
    entries.sort_by_key(|entry| entry.minute);
    entries
}

/// More than any one day needs.
fn grant(account: &str, rng: &mut Rng) -> i64 {
    if account.contains(":member:") {
        rng.between(1, 2) * 5 * HOUR
    } else {
        40 * HOUR
    }
}

/// Those who have many hours give some to the pool or spend some at the shop.
fn plan_evening(city: &[District], book: &Book<impl Write>, rng: &mut Rng) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut minute = 19 * HOUR;
    for district in city {
        for (kind, at_least, to) in [
            ("gift", 6 * HOUR, "pool:emergency"),
            ("redemption", 20 * HOUR, "redemption:shop"),
        ] {
            let member = &district.members[rng.index(district.members.len())];
            if rng.chance(60) && book.balance(&member.account) >= at_least {
                let amount = evening_amount(kind, rng);
                let to = district.account(to);
                entries.push(staff_entry(
                    minute,
                    kind,
                    member.account.clone(),
                    to,
                    amount,
                ));
                minute += rng.between(1, 10);
            }
        }
    }
    entries
}

fn evening_amount(kind: &str, rng: &mut Rng) -> i64 {
    match kind {
        "gift" => rng.between(2, 10) * QUARTER,
        _ => rng.between(2, 8) * HOUR,
    }
}

fn staff_entry(minute: i64, kind: &'static str, from: String, to: String, amount: i64) -> Entry {
    Entry {
        minute,
        kind,
        service: "",
        channel: "",
        legs: vec![Leg { from, to, amount }],
    }
}

// The calendar.

fn date_of(day: i64) -> Result<NaiveDate, Box<dyn Error>> {
    let first = NaiveDate::from_ymd_opt(YEAR, 1, 1).ok_or("no such year")?;
    Ok(first + TimeDelta::days(day))
}

fn season_percent(date: NaiveDate) -> u64 {
    match (date.month(), date.day()) {
        (1, 25..) | (2, ..=9) => 20, // Spring Festival
        (3, 1..=10) => 130,          // volunteers' week
        (7 | 8, _) => 75,            // the great heat
        (10, 1..=8) => 55,           // National Day
        (10, 25..=31) => 150,        // Double Ninth, the day of the old
        (12, _) => 90,
        _ => 100,
    }
}

fn weekday_percent(date: NaiveDate) -> u64 {
    match date.weekday() {
        Weekday::Sat => 65,
        Weekday::Sun => 45,
        _ => 110,
    }
}
