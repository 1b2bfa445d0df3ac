//! What is strange about records: who made them, when, and what they took back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Findings, Found, Shown, Usual};
use crate::{
    exchange::{
        Day, Fact, GroupFact, MemberId, Object, ObjectId, PoolFact, StaffNumber, StockFact,
        order::{Doer, NeedAction, OrderAction},
    },
    ledger::{self, AccountId, Entry, Origin, Principal, Sequence, UnitId},
    query::{
        ReadError, Reading,
        reports::{
            Within,
            people::{People, Person},
            report::Unit,
        },
    },
    steps::Record,
};

/// How many records are read at once: one may have ten thousand legs.
const RECORDS_AT_ONCE: usize = 100;

/// For whom somebody acted who is no staff.
#[derive(Debug)]
struct Proxy {
    members: BTreeSet<Person>,
    place: String,
    shown: Shown,
}

/// How what was served in all went on, on a day.
#[derive(Debug, Default)]
struct Sum {
    minutes: i64,
    /// The records that took something back.
    shown: Shown,
}

/// The records of a month, as far as they are told of together.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    proxies: BTreeMap<MemberId, Proxy>,
    sums: BTreeMap<(String, Day), Sum>,
    people: People,
    /// Who principals are, as far as they are members or staff who are.
    principals: HashMap<Principal, Option<Person>>,
}

impl Deeds {
    /// Reads the records of a month; what each shows by itself is told at once.
    pub(super) fn of(
        reading: &mut Reading<'_>,
        within: &Within,
        usual: &mut Usual,
        findings: &mut Findings,
    ) -> Result<Self, ReadError> {
        let mut deeds = Self::default();
        let mut next = Some(first_of(reading, within)?);
        while let Some(from) = next.filter(|from| *from <= within.at) {
            reading.scan.check_caller()?;
            let records = reading.snapshot.records(from, RECORDS_AT_ONCE)?;
            next = records.last().map(|last| last.stamp.sequence.next());
            for record in records {
                let on = Day::of(record.stamp.moment, within.zone);
                if record.stamp.sequence > within.at || !within.has_day(on) {
                    return Ok(deeds);
                }
                deeds.see(reading, within, (&record, on), usual, findings)?;
            }
        }
        Ok(deeds)
    }

    fn see(
        &mut self,
        reading: &mut Reading<'_>,
        within: &Within,
        (record, on): (&Record, Day),
        usual: &mut Usual,
        findings: &mut Findings,
    ) -> Result<(), ReadError> {
        self.see_acting(reading, within, record)?;
        let is_service = settles(record);
        let own = self.principal(reading, record.caller.who())?;
        let (mut gained, mut place_gained) = (0, None);
        for entry in record.entries() {
            let Some(place) = place_of(within, entry) else {
                continue;
            };
            let effective = Day::of(record.effective_at_of(entry), within.zone);
            let days = effective.days_until(on);
            let threshold = i64::from(usual.of(reading, place)?.backdated_days);
            if days > threshold {
                findings.add(Found {
                    anomaly: "dated back",
                    place: place.into(),
                    who: Some(record.caller.who().as_str().into()),
                    on: Some(effective),
                    unit: Unit::Days,
                    value: days,
                    threshold,
                    shown: Shown::one(record.stamp.sequence),
                })?;
            }
            for leg in entry.transfers.as_slice() {
                let to = self.people.account(reading, leg.credit().as_str())?;
                if to.unit == UnitId::time() && own.is_some() && to.person == own {
                    gained = i64::saturating_add(gained, leg.amount().steps());
                    place_gained = Some(place.to_owned());
                }
            }
            self.see_sum(reading, (record, entry, is_service), (place, on))?;
        }
        let Some(place) = place_gained else {
            return Ok(());
        };
        let threshold = usual.of(reading, &place)?.own_gain.get();
        if gained > threshold {
            findings.add(Found {
                anomaly: "own gain",
                place,
                who: Some(record.caller.who().as_str().into()),
                on: Some(on),
                unit: Unit::Minutes,
                value: gained,
                threshold,
                shown: Shown::one(record.stamp.sequence),
            })?;
        }
        Ok(())
    }

    /// Adds to what was served in all on a day, or takes from it.
    fn see_sum(
        &mut self,
        reading: &mut Reading<'_>,
        (record, entry, is_service): (&Record, &Entry, bool),
        (place, on): (&str, Day),
    ) -> Result<(), ReadError> {
        let legs = entry.transfers.as_slice();
        let Some(first) = legs.first() else {
            return Ok(());
        };
        if self.people.account(reading, first.debit().as_str())?.unit != UnitId::time() {
            return Ok(());
        }
        let each = legs.iter().map(|leg| leg.amount().steps());
        let minutes = each.fold(0, i64::saturating_add);
        let is_taken_back = match &entry.origin {
            Origin::Posted if is_service || entry.service().is_some() => false,
            Origin::Reversal { of, .. } if reversed_service(reading, *of)? => true,
            Origin::Posted | Origin::Reversal { .. } => return Ok(()),
        };
        let sum = self.sums.entry((place.to_owned(), on)).or_default();
        sum.minutes = match is_taken_back {
            false => sum.minutes.saturating_add(minutes),
            true => {
                sum.shown.add(record.stamp.sequence);
                sum.minutes.saturating_sub(minutes)
            }
        };
        Ok(())
    }

    /// Members who act for others.
    fn see_acting(
        &mut self,
        reading: &mut Reading<'_>,
        within: &Within,
        record: &Record,
    ) -> Result<(), ReadError> {
        let Some((doer, whom)) = acts(record) else {
            return Ok(());
        };
        let (member, id) = match whom {
            Whom::Member(member) => (Some(self.people.number(member)), member.as_str()),
            Whom::Account(account) => {
                let held = self.people.account(reading, account.as_str())?;
                (held.person, account.as_str())
            }
        };
        let Some(member) = member.filter(|_| within.has_account(id)) else {
            return Ok(());
        };
        if self.people.number(doer) == member {
            return Ok(());
        }
        let place = within.place_of(id).to_owned();
        let proxy = self.proxies.entry(doer.clone()).or_insert_with(|| Proxy {
            members: BTreeSet::new(),
            place,
            shown: Shown::default(),
        });
        if proxy.members.insert(member) {
            proxy.shown.add(record.stamp.sequence);
        }
        Ok(())
    }

    fn principal(
        &mut self,
        reading: &mut Reading<'_>,
        by: &Principal,
    ) -> Result<Option<Person>, ReadError> {
        if let Some(known) = self.principals.get(by) {
            return Ok(*known);
        }
        let member = member_of(reading, by)?;
        let person = member.map(|member| self.people.number(&member));
        self.principals.insert(by.clone(), person);
        Ok(person)
    }

    /// Tells what records show together.
    pub(super) fn tell(
        self,
        reading: &mut Reading<'_>,
        usual: &mut Usual,
        findings: &mut Findings,
    ) -> Result<(), ReadError> {
        for (who, proxy) in self.proxies {
            let value = i64::try_from(proxy.members.len()).unwrap_or(i64::MAX);
            let threshold = i64::from(usual.of(reading, &proxy.place)?.proxy_members);
            if value > threshold {
                findings.add(Found {
                    anomaly: "acts for many",
                    place: proxy.place,
                    who: Some(who.as_str().into()),
                    on: None,
                    unit: Unit::Count,
                    value,
                    threshold,
                    shown: proxy.shown,
                })?;
            }
        }
        for ((place, on), sum) in self.sums {
            let threshold = usual.of(reading, &place)?.fallen.get();
            if -sum.minutes > threshold {
                findings.add(Found {
                    anomaly: "figures fell",
                    place,
                    who: None,
                    on: Some(on),
                    unit: Unit::Minutes,
                    value: -sum.minutes,
                    threshold,
                    shown: sum.shown,
                })?;
            }
        }
        Ok(())
    }
}

/// The first record that was made on the days or after them, which the records are searched for
/// by halves.
fn first_of(reading: &mut Reading<'_>, within: &Within) -> Result<Sequence, ReadError> {
    let (mut low, mut high) = (1, within.at.get());
    let since = within.scope.since;
    while low < high {
        let middle = low + (high - low) / 2;
        let at = Sequence::new(middle).unwrap_or(within.at);
        let record = reading.snapshot.record(at)?;
        let on = Day::of(record.stamp.moment, within.zone);
        match since.is_some_and(|since| on < since) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    Ok(Sequence::new(low).unwrap_or(within.at))
}

/// Whether what a record posts is of services, whatever its entries say. What is owed for a visit
/// that was cancelled late is of none.
fn settles(record: &Record) -> bool {
    match record.step.exchange_fact() {
        Some(Fact::OrderStepped(new)) => match new.step.action {
            OrderAction::Settle | OrderAction::Resolve(_) | OrderAction::Correct(_) => true,
            OrderAction::Approve
            | OrderAction::Decline
            | OrderAction::Change { .. }
            | OrderAction::CheckIn(_)
            | OrderAction::CheckOut(_)
            | OrderAction::Confirm { .. }
            | OrderAction::Cancel(_)
            | OrderAction::NoShow(_)
            | OrderAction::Dispute(_) => false,
        },
        Some(Fact::Group(fact)) => matches!(**fact, GroupFact::Stepped(_)),
        _ => false,
    }
}

/// Whether an entry that was reversed was of a service.
fn reversed_service(reading: &mut Reading<'_>, of: ledger::BookingId) -> Result<bool, ReadError> {
    let booking = reading.snapshot.booking(of)?;
    let Some(posted) = booking.as_ref().and_then(|booking| booking.entry()) else {
        return Ok(false);
    };
    if posted.entry.service().is_some() {
        return Ok(true);
    }
    Ok(settles(&reading.snapshot.record(posted.stamp.sequence)?))
}

/// Where an entry counts: where the account lies that paid, or of a reversal, gets it back. None
/// where that is not of the scope.
fn place_of<'a>(within: &'a Within, entry: &'a Entry) -> Option<&'a str> {
    let leg = entry.transfers.as_slice().first()?;
    let payer = match entry.origin {
        Origin::Posted => leg.debit().as_str(),
        Origin::Reversal { .. } => leg.credit().as_str(),
    };
    within.has_account(payer).then(|| within.place_of(payer))
}

/// For whom something was done.
enum Whom<'a> {
    Member(&'a MemberId),
    /// Whose this is.
    Account(&'a AccountId),
}

/// Who did something for whom, where it was a member.
fn acts(record: &Record) -> Option<(&MemberId, Whom<'_>)> {
    let (by, whom) = match record.step.exchange_fact()? {
        Fact::OrderStepped(new) => match &new.step.action {
            OrderAction::Confirm { member, .. } => (&new.by, Whom::Member(member)),
            _ => return None,
        },
        Fact::NeedPublished(new) => (&new.by, Whom::Member(&new.terms.recipient)),
        Fact::OrderAccepted(new) => (&new.by, Whom::Member(&new.accept.provider)),
        Fact::NeedStepped(new) => match &new.step.action {
            NeedAction::Offer(provider) => (&new.by, Whom::Member(provider)),
            _ => return None,
        },
        Fact::Converted(new) => (&new.by, Whom::Member(&new.convert.member)),
        Fact::Pool(fact) => match &**fact {
            PoolFact::Given(new) => (&new.by, Whom::Account(&new.give.from)),
            PoolFact::ReliefAsked(new) => (&new.by, Whom::Member(&new.ask.member)),
            _ => return None,
        },
        Fact::Stock(fact) => match &**fact {
            StockFact::Redeemed(new) => (&new.by, Whom::Account(&new.redeem.from)),
            _ => return None,
        },
        _ => return None,
    };
    match by {
        Doer::Member(doer) => Some((doer, whom)),
        Doer::Staff(_) => None,
    }
}

/// The member that a principal is: by their own id, or as staff.
fn member_of(reading: &mut Reading<'_>, by: &Principal) -> Result<Option<MemberId>, ReadError> {
    if let Ok(number) = StaffNumber::parse(by.as_str())
        && let Some(Object::Staff(staff)) = reading.snapshot.object(&ObjectId::Staff(number))?
    {
        return Ok(staff.terms.member_id);
    }
    Ok(MemberId::parse(by.as_str()).ok())
}
