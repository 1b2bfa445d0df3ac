//! Can the hours outstanding be honoured: what is owed, by whom it is backed, and how fast it is
//! redeemed.

use foldhash::HashMap;

use super::{
    MAX_ROWS, ReportError, Scope, Within,
    accounts::{AccountAt, opened},
    ages::Ages,
    people::People,
    report::{Figures, Report, Unit, Value},
    visits::{Paid, Visit, visits},
};
use crate::{
    exchange::{Day, Object, ObjectId},
    ledger::{Account, AccountId, AccountKind, UnitId},
    query::{
        ReadError, Reading,
        effective::{Place, balances_before},
        history::History,
    },
    store::{AccountRow, StoreError},
};

/// How hours stand, and what they came from.
#[derive(Debug)]
struct Stock {
    members: i64,
    /// What members owe, being below nothing.
    overdrawn: i64,
    pools: i64,
    organisations: i64,
    clearing: i64,
    ages: Ages,
    /// What is out of each account that issues, and whether a source stands behind it.
    issued: Vec<(String, i64, Option<String>)>,
    /// What was redeemed for stock, in all and on the days of the scope.
    redeemed: i64,
    redeemed_then: i64,
}

/// What was earned and spent on services on the days of the scope.
#[derive(Debug, Default)]
struct Flow {
    earned: i64,
    spent: i64,
    /// What was paid from accounts of which it is not known yet whose they are.
    paid_from: HashMap<String, i64>,
}

/// What a report of it is made of.
#[derive(Debug)]
pub(super) struct Redeemability {
    flow: Flow,
    stock: Stock,
}

/// Whether the hours of a scope can be honoured.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn redeemability(reading: &mut Reading<'_>, scope: &Scope) -> Result<Report, ReadError> {
    let within = Within::of(reading, scope)?;
    let mut redeemability = Redeemability::on(within.today(reading)?, &within);
    visits(reading, &within, &mut People::default(), &mut |visit| {
        redeemability.add_visit(visit);
        Ok(())
    })?;
    opened(reading, &within, &mut |reading, row| {
        redeemability.add_account(reading, &within, row)
    })?;
    redeemability.report(reading, &within)
}

impl Redeemability {
    /// Nothing yet, by the ages of hours on a day.
    pub(super) fn on(today: Day, within: &Within) -> Self {
        Self {
            flow: Flow::default(),
            stock: Stock::with(Ages::on(today, within.zone)),
        }
    }

    pub(super) fn add_visit(&mut self, visit: &Visit<'_>) {
        self.flow.add(visit);
    }

    /// Adds an account of the scope, after all visits: it may have paid for them.
    pub(super) fn add_account(
        &mut self,
        reading: &mut Reading<'_>,
        within: &Within,
        row: AccountRow,
    ) -> Result<(), ReadError> {
        if row.account.unit != UnitId::time() {
            return Ok(());
        }
        self.flow.pays(&row.account);
        let at = AccountAt::of(reading, row, within.at)?;
        self.stock.add(reading, within, &at)
    }

    pub(super) fn report(
        mut self,
        reading: &mut Reading<'_>,
        within: &Within,
    ) -> Result<Report, ReadError> {
        self.flow.others_pay(reading)?;
        let last_day = within.last_day(reading)?;
        Ok(Report {
            columns: Figures::columns(),
            rows: figures(&self.stock, &self.flow, within, last_day).rows(),
            at: within.at,
        })
    }
}

impl Flow {
    fn add(&mut self, visit: &Visit<'_>) {
        self.earned = self.earned.saturating_add(visit.credited_minutes);
        match visit.paid {
            Paid::ByMember(minutes) => add(&mut self.spent, minutes),
            Paid::From(account, minutes) => match self.paid_from.get_mut(account) {
                Some(sum) => add(sum, minutes),
                None => drop(self.paid_from.insert(account.into(), minutes)),
            },
        }
    }

    /// What was paid from an account was spent, where that is a member's.
    fn pays(&mut self, account: &Account) {
        let paid = self.paid_from.remove(account.id.as_str());
        if let (Some(minutes), AccountKind::Member) = (paid, account.kind) {
            add(&mut self.spent, minutes);
        }
    }

    /// The same of accounts that are not of the scope.
    fn others_pay(&mut self, reading: &mut Reading<'_>) -> Result<(), ReadError> {
        let others: Vec<_> = self.paid_from.keys().cloned().collect();
        for id in others {
            let id =
                AccountId::parse(&id).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            if let Some(row) = reading.snapshot.account(&id)? {
                self.pays(&row.account);
            }
        }
        Ok(())
    }
}

impl Stock {
    fn with(ages: Ages) -> Self {
        Self {
            members: 0,
            overdrawn: 0,
            pools: 0,
            organisations: 0,
            clearing: 0,
            ages,
            issued: Vec::new(),
            redeemed: 0,
            redeemed_then: 0,
        }
    }

    fn add(
        &mut self,
        reading: &mut Reading<'_>,
        within: &Within,
        at: &AccountAt,
    ) -> Result<(), ReadError> {
        match at.account().kind {
            AccountKind::Member if at.balance < 0 => add(&mut self.overdrawn, -at.balance),
            AccountKind::Member => {
                add(&mut self.members, at.balance);
                self.ages.add(reading, at)?;
            }
            AccountKind::Pool => add(&mut self.pools, at.balance),
            AccountKind::Organisation | AccountKind::Project => {
                add(&mut self.organisations, at.balance);
            }
            AccountKind::Clearing => add(&mut self.clearing, at.balance),
            AccountKind::Issuance => {
                if self.issued.len() == MAX_ROWS {
                    return Err(ReportError::TooManyRows { max: MAX_ROWS }.into());
                }
                let funder = funder(reading, at)?;
                let id = at.account().id.to_string();
                self.issued.push((id, -at.balance, funder));
            }
            AccountKind::Redemption => {
                add(&mut self.redeemed, at.balance);
                add(&mut self.redeemed_then, on_days(reading, within, at)?);
            }
        }
        Ok(())
    }
}

/// A thousand of the largest balances would be more than a number has.
fn add(sum: &mut i64, more: i64) {
    *sum = sum.saturating_add(more);
}

/// Who stands behind an account that issues.
fn funder(reading: &mut Reading<'_>, at: &AccountAt) -> Result<Option<String>, ReadError> {
    let id = ObjectId::Source(at.account().id.clone());
    Ok(match reading.snapshot.object(&id)? {
        Some(Object::Source(source)) => Some(source.terms.funder.as_str().into()),
        _ => None,
    })
}

/// What came to an account on the days of the scope.
pub(super) fn on_days(
    reading: &mut Reading<'_>,
    within: &Within,
    at: &AccountAt,
) -> Result<i64, ReadError> {
    let begins = |day: Option<Day>| day.and_then(|day| day.begins_at(within.zone));
    let from = begins(within.scope.since).map_or(Place::FIRST, Place::before_all_of);
    let end = begins(within.scope.until.and_then(Day::next));
    let end = end.map_or(Place::END, Place::before_all_of);
    let mut history = History::new(reading, &at.row);
    let [before, after] = balances_before(&mut history, [from, end])?;
    Ok(after - before)
}

fn figures(stock: &Stock, flow: &Flow, within: &Within, last_day: Day) -> Figures {
    let mut figures = Figures::default();
    let mut say = |figure, of: &str, value, meaning| {
        figures.say(figure, of, (Unit::Minutes, Value::Number(value)), meaning);
    };
    say(
        "outstanding",
        "members",
        stock.members,
        "what stands on members' accounts",
    );
    for (age, minutes) in stock.ages.each() {
        let meaning = "of what members have, by when it came to the account, by a gift or a move as \
                       well; what was recorded first is spent first";
        say("outstanding by age", age, minutes, meaning);
    }
    say("outstanding", "pools", stock.pools, "what stands in pools");
    let meaning = "what stands on accounts of organisations and projects";
    say("outstanding", "organisations", stock.organisations, meaning);
    let meaning = "what other time banks' clearing accounts have; below 0 where they owe";
    say("outstanding", "clearing", stock.clearing, meaning);
    let meaning = "what members owe whose balance is below 0";
    say("overdrawn", "members", stock.overdrawn, meaning);
    let mut unbacked = stock.overdrawn;
    for (account, out, funder) in &stock.issued {
        let meaning = match funder {
            Some(_) => "what is out of this source, for which its funder stands",
            None => "what is out of this account, for which nobody stands",
        };
        if funder.is_none() {
            add(&mut unbacked, *out);
        }
        say("issued", account, *out, meaning);
    }
    let meaning = "what is outstanding and no source stands for: issued without one, or overdrawn";
    say("owed, not backed", "", unbacked, meaning);
    let meaning = "hours that providers got for services on the days of the report";
    say("earned", "services", flow.earned, meaning);
    let meaning = "hours that members paid for services on the days of the report";
    say("redeemed", "services", flow.spent, meaning);
    let meaning = "hours redeemed for stock, or converted, on the days of the report";
    say("redeemed", "stock", stock.redeemed_then, meaning);
    say(
        "redeemed ever",
        "stock",
        stock.redeemed,
        "hours redeemed for stock, or converted, on all days",
    );
    let redeemed = flow.spent.saturating_add(stock.redeemed_then);
    // In a part of a centre those redeem who live there, and whoever serves them earns, from wherever.
    let rate = match within.inside {
        None => Value::percent(redeemed, flow.earned),
        Some(_) => Value::None,
    };
    figures.say(
        "redemption rate",
        "",
        (Unit::Percent, rate),
        "redeemed of what was earned, on the days of the report",
    );
    let since = within.scope.since.filter(|since| *since <= last_day);
    let pace = since.map_or(Value::None, |since| {
        let days = since.days_until(last_day) + 1;
        Value::mean_of_product(stock.members, days, redeemed)
    });
    let meaning =
        "how many days it takes to redeem what members have, at the pace of the report's days";
    figures.say("days to redeem", "", (Unit::Count, pace), meaning);
    figures
}
