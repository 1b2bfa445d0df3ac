//! What the reports of figures have to tell, by the tally: redeemability and the indicators.

use std::collections::BTreeMap;

use super::{
    calendar::{day_of, month_days, years},
    districts::DISTRICTS,
    figures::{
        Rows, Scope, Seen, count, number, orders, percent, quotient, sides, stars, sum, told,
    },
    tally::{Account, Tally},
};

impl Tally {
    /// By figure, of what, and the value.
    pub(super) fn redeemability(&self, scope: &Scope, today: i64) -> Rows {
        let mut figures = Figures::default();
        let stands = |kind: &[&str]| self.stands(scope, kind);
        let members: Vec<_> = self.hours_of_members().collect();
        let members = members.iter().filter(|(id, _)| scope.has_account(id));
        let members: Vec<_> = members.map(|(_, account)| *account).collect();
        let above: i64 = members.iter().map(|one| one.balance.max(0)).sum();
        let below: i64 = members.iter().map(|one| (-one.balance).max(0)).sum();
        figures.say("outstanding", "members", number(above));
        let mut ages = [0; 5];
        members
            .iter()
            .for_each(|account| age(account, today, &mut ages));
        let words = [
            "under 1 year",
            "1 to 2 years",
            "2 to 5 years",
            "5 to 10 years",
            "10 years and more",
        ];
        for (word, minutes) in words.iter().zip(ages) {
            figures.say("outstanding by age", word, number(minutes));
        }
        figures.say("outstanding", "pools", number(stands(&["pool"])));
        figures.say(
            "outstanding",
            "organisations",
            number(stands(&["organisation", "project"])),
        );
        figures.say("outstanding", "clearing", number(stands(&["clearing"])));
        figures.say("overdrawn", "members", number(below));
        let mut unbacked = below;
        for (id, account) in self.issuing(scope) {
            let out = -account.balance;
            unbacked += if is_source(id) { 0 } else { out };
            figures.say("issued", id, number(out));
        }
        figures.say("owed, not backed", "-", number(unbacked));
        let services = self.services(scope);
        let services: Vec<_> = services.iter().collect();
        let (earned, spent) = (
            sum(&services, |part| part.credited),
            sum(&services, |part| part.paid),
        );
        let stock = self.on_days(scope, "redemption");
        figures.say("earned", "services", number(earned));
        figures.say("redeemed", "services", number(spent));
        figures.say("redeemed", "stock", number(stock));
        figures.say("redeemed ever", "stock", number(stands(&["redemption"])));
        // In a part of a district others earn than those who redeem.
        let rate = percent(spent + stock, earned);
        let rate = if scope.part.is_none() {
            rate
        } else {
            "-".into()
        };
        figures.say("redemption rate", "-", rate);
        let last = scope.last_day(today);
        let since = scope
            .days
            .map(|(since, _)| since)
            .filter(|since| *since <= last);
        let pace = since.map_or("-".into(), |since| {
            quotient(above, last - since + 1, spent + stock)
        });
        figures.say("days to redeem", "-", pace);
        figures.0
    }

    fn hours<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = (&'a String, &'a Account)> {
        let accounts = self.accounts.iter();
        accounts.filter(|(id, account)| account.unit == "time" && scope.has_account(id))
    }

    fn stands(&self, scope: &Scope, kinds: &[&str]) -> i64 {
        let of = self
            .hours(scope)
            .filter(|(_, account)| kinds.contains(&account.kind));
        of.map(|(_, account)| account.balance).sum()
    }

    fn issuing<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = (&'a String, &'a Account)> {
        self.hours(scope)
            .filter(|(_, account)| account.kind == "issuance")
    }

    fn on_days(&self, scope: &Scope, kind: &str) -> i64 {
        let of = self
            .hours(scope)
            .filter(|(_, account)| account.kind == kind);
        of.map(|(_, account)| came(account, scope)).sum()
    }

    pub(super) fn indicators(&self, scope: &Scope, today: i64) -> Rows {
        let mut figures = Figures::default();
        let mut say = |figure: &str, value: String| figures.say(figure, "-", value);
        let services = self.services(scope);
        let all: Vec<_> = services.iter().collect();
        let [providers, recipients] = sides(&all);
        let participants = count(providers.union(&recipients));
        let served = sum(&all, |part| part.served);
        let services = count(&all);
        say("participants", number(participants));
        say("providers", number(count(&providers)));
        say("recipients", number(count(&recipients)));
        say("services", number(services));
        say("time served", number(served));
        say("time per participant", quotient(served, 1, participants));
        let entered = count(all.iter().filter(|seen| seen.is_entered()));
        say("outside orders", percent(entered, services));
        say("satisfaction", told(&all, false).swap_remove(0));
        say("response", percent(stars(&all).iter().sum(), orders(&all)));
        for (name, value) in self.evaluation_figures(scope) {
            say(name, value);
        }
        let incidents = self.incidents.iter();
        let incidents = incidents.filter(|noted| scope.has_noted(noted));
        say("incidents", percent(count(incidents), services));
        let needs = self.demand(&self.needs_of(scope), today);
        say("needs", number(needs[0]));
        say(
            "unmet needs",
            percent(needs[3] + needs[4], needs[0] - needs[5] - needs[6]),
        );
        say("accepted in a day", percent(needs[9], needs[8]));
        let [public, social, unfunded] = self.invested(scope);
        say("public investment", number(public));
        say("social investment", number(social));
        say("unfunded issuance", number(unfunded));
        for (figure, value) in self.money(scope) {
            figures.say(figure, "cny", value);
        }
        let mut say = |figure: &str, value: String| figures.say(figure, "-", value);
        say("months signed off", number(self.signed_off(scope)));
        let both = count(providers.intersection(&recipients));
        let index = again(&all) + both;
        let forced = self.forced.iter();
        let forced = forced.filter(|noted| scope.has_noted(noted));
        say("forced bookings", number(count(forced)));
        say("activity index", percent(index, participants * 2));
        for (word, members) in self.heard(scope) {
            figures.say("heard of it", word, number(members));
        }
        figures.0
    }

    /// How many said what when they were registered; those who said nothing come last.
    fn heard(&self, scope: &Scope) -> Vec<(&'static str, i64)> {
        let mut said = BTreeMap::<_, i64>::new();
        for (noted, word) in &self.registered {
            if scope.has_noted(noted) {
                *said
                    .entry((word.is_none(), word.unwrap_or("not said")))
                    .or_default() += 1;
            }
        }
        let said = said.into_iter();
        said.map(|((_, word), members)| (word, members)).collect()
    }

    fn invested(&self, scope: &Scope) -> [i64; 3] {
        let mut out = [0; 3];
        for (id, account) in self.issuing(scope) {
            let home = DISTRICTS.iter().find(|home| id.starts_with(home.name));
            let at = match (is_source(id), home.expect("a district").is_public) {
                (false, _) => 2,
                (true, true) => 0,
                (true, false) => 1,
            };
            out[at] -= came(account, scope);
        }
        out
    }

    /// Money comes from donors alone, where there is any.
    fn money(&self, scope: &Scope) -> [(&'static str, String); 3] {
        let accounts = self.accounts.iter();
        let of_money = accounts.filter(|(id, account)| {
            account.unit == "cny" && account.kind == "issuance" && scope.has_account(id)
        });
        let donated: Vec<_> = of_money.map(|(_, account)| -came(account, scope)).collect();
        let told = |fen: i64| match donated.as_slice() {
            [] => "-".to_owned(),
            _ => number(fen),
        };
        [
            ("public money", told(0)),
            ("social money", told(donated.iter().sum())),
            ("unfunded money", told(0)),
        ]
    }

    fn signed_off(&self, scope: &Scope) -> i64 {
        count(self.closed.iter().filter(|closed| {
            let (first, last) = month_days(closed.month);
            let is_in = scope.has(closed.district, first) && scope.has(closed.district, last);
            is_in && closed.is_signed
        }))
    }
}

/// Figures: their names, of what they are, and their values.
#[derive(Default)]
struct Figures(Rows);

impl Figures {
    fn say(&mut self, figure: &str, of: &str, value: String) {
        self.0.push(vec![figure.into(), of.into(), value]);
    }
}

/// Hours of a source have a funder; those that an account without one issued have none.
fn is_source(id: &str) -> bool {
    !id.ends_with(":issuance:old")
}

fn came(account: &Account, scope: &Scope) -> i64 {
    match scope.days {
        None => account.balance,
        Some((since, until)) => account.on_days(since, until),
    }
}

/// What is left on an account is what came last.
fn age(account: &Account, today: i64, ages: &mut [i64; 5]) {
    let mut left = account.balance;
    for posting in account.postings.iter().rev().filter(|one| one.amount > 0) {
        if left <= 0 {
            return;
        }
        let part = posting.amount.min(left);
        let at = match years(day_of(posting.minute), today) {
            ..1 => 0,
            1 => 1,
            2..5 => 2,
            5..10 => 3,
            10.. => 4,
        };
        ages[at] += part;
        left -= part;
    }
}

/// How many took part more than once.
fn again(all: &[&Seen]) -> i64 {
    let mut times = BTreeMap::<usize, i64>::new();
    for seen in all {
        let [providers, recipients] = sides(&[seen]);
        for member in providers.union(&recipients) {
            *times.entry(*member).or_default() += 1;
        }
    }
    count(times.values().filter(|times| **times > 1))
}
