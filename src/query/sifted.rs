//! Lists of members by what no key has: their age, and whether anything happens on their
//! accounts. A page looks at so many members, one after the other by id.

use super::{
    ReadError, Reading, centre,
    exchange::misplaced,
    policies::{held_policy, zone},
    today,
};
use crate::{
    exchange::{
        Branch, Day, List, Member, MemberId, MemberState, Object, ObjectId, PersonalFields,
        policy::{Ask, Minutes, Months, Person, Policy},
    },
    store::AccountRow,
};

/// How many members a page looks at, and how many of them together.
const MAX_LOOKED: usize = 10_000;
const AT_ONCE: usize = 1_000;
const DORMANT_MONTHS: u32 = 24;

/// What members are sifted by.
#[derive(Clone, Copy, Debug)]
pub enum Sieve {
    /// Of an age in whole years on a day, or today.
    Age {
        min: u32,
        max: Option<u32>,
        on: Option<Day>,
    },
    /// Who may redeem, and on whose account nothing happens.
    Inactive,
}

/// The members who came through, and how far was looked: the next page begins after
/// that. None where there are no more.
#[derive(Clone, Debug, Default)]
pub struct Sifted {
    pub members: Vec<Member>,
    pub looked_to: Option<MemberId>,
}

/// The members of a centre who come through a sieve, by id, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`](crate::exchange::Rejection::CentreUnknown), where the
/// caller has left, or the store fails.
pub fn sifted(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    sieve: Sieve,
    mut after: Option<MemberId>,
    limit: usize,
) -> Result<Sifted, ReadError> {
    centre(reading, prefix)?;
    let today = today(reading)?;
    let list = match sieve {
        Sieve::Age { .. } => List::MembersOf(prefix.clone()),
        Sieve::Inactive => List::MembersIn(prefix.clone(), MemberState::Active),
    };
    let policy = held_policy(reading, prefix)?;
    let policy = policy.as_ref().map(|adopted| adopted.policy());
    let mut sifted = Sifted::default();
    for _ in 0..MAX_LOOKED / AT_ONCE {
        reading.scan.check_caller()?;
        let from = after.clone().map(ObjectId::Member);
        let listed = reading.snapshot.listed(&list, from.as_ref(), AT_ONCE)?;
        let is_last = listed.len() < AT_ONCE;
        for looked in looked_at(reading, listed, sieve)? {
            if sifted.members.len() == limit {
                sifted.looked_to = after;
                return Ok(sifted);
            }
            after = Some(looked.member.id.clone());
            if looked.comes_through(sieve, policy, today) {
                sifted.members.push(looked.member);
            }
        }
        if is_last {
            return Ok(sifted);
        }
    }
    sifted.looked_to = after;
    Ok(sifted)
}

struct Looked {
    member: Member,
    fields: Option<PersonalFields>,
    /// The day of the last posting on their account. None where there is none, or it is
    /// not asked for.
    posted_on: Option<Day>,
}

fn looked_at(
    reading: &mut Reading<'_>,
    listed: Vec<Object>,
    sieve: Sieve,
) -> Result<Vec<Looked>, ReadError> {
    let members = listed.into_iter().map(|object| match object {
        Object::Member(member) => Ok(*member),
        other => Err(misplaced(&other)),
    });
    let members: Vec<Member> = members.collect::<Result<_, _>>()?;
    let records: Vec<_> = members.iter().map(|member| member.personal_since).collect();
    let personal = reading.snapshot.personal(&records)?;
    let posted_on = match sieve {
        Sieve::Age { .. } => vec![None; members.len()],
        Sieve::Inactive => last_posted(reading, &members)?,
    };
    let together = members.into_iter().zip(personal).zip(posted_on);
    let looked = together.map(|((member, personal), posted_on)| Looked {
        member,
        fields: personal.map(|personal| personal.fields),
        posted_on,
    });
    Ok(looked.collect())
}

/// The days of the last postings on members' accounts.
fn last_posted(
    reading: &mut Reading<'_>,
    members: &[Member],
) -> Result<Vec<Option<Day>>, ReadError> {
    let accounts: Vec<_> = members
        .iter()
        .map(|member| member.account.clone())
        .collect();
    let rows = reading.snapshot.accounts_of(&accounts)?;
    let last = |row: &Option<AccountRow>| row.as_ref()?.last_posting;
    let positions: Vec<_> = rows.iter().map(last).collect();
    let sequences: Vec<_> = positions.iter().flatten().map(|at| at.sequence()).collect();
    let mut records = reading.snapshot.records_at(&sequences)?.into_iter();
    let zone = zone(reading)?;
    let days = positions.iter().map(|position| {
        position.as_ref()?;
        let record = records.next()?;
        Some(Day::of(record.stamp.recorded_at, zone))
    });
    Ok(days.collect())
}

impl Looked {
    fn comes_through(&self, sieve: Sieve, policy: Option<&Policy>, today: Day) -> bool {
        match sieve {
            Sieve::Age { min, max, on } => {
                let born_on = self.fields.as_ref().and_then(|fields| fields.born_on);
                let age = born_on.map(|born_on| born_on.years_until(on.unwrap_or(today)));
                age.is_some_and(|age| age >= min && max.is_none_or(|max| age <= max))
            }
            Sieve::Inactive => self.may_redeem(policy, today) && self.is_dormant(policy, today),
        }
    }

    /// Of whom the personal fields were erased, nobody can tell.
    fn may_redeem(&self, policy: Option<&Policy>, today: Day) -> bool {
        let (Some(policy), Some(fields)) = (policy, &self.fields) else {
            return policy.is_none();
        };
        let person = Person {
            details: &self.member.details,
            fields,
            day: today,
        };
        let waiting = Ask::EndWaiting {
            earned: Minutes::earned_by(&self.member),
            joined_on: self.member.registered_on,
            day: today,
        };
        let asks = [Ask::Redeem(person), waiting];
        asks.iter().all(|ask| policy.judge(ask).is_ok())
    }

    fn is_dormant(&self, policy: Option<&Policy>, today: Day) -> bool {
        let after = policy.and_then(|policy| policy.dormancy.after_months);
        let after = after.map_or(DORMANT_MONTHS, Months::get);
        let since = self.posted_on.unwrap_or(self.member.registered_on);
        since.months_until(today) >= after
    }
}
