//! Policies, and what they mean for members.

use super::{ReadError, Reading, centre, exchange::misplaced, member, reports::position};
use crate::{
    exchange::{
        AdoptedPolicy, Branch, Code, Day, Fact, List, Mandate, MandateId, Member, MemberId,
        MemberState, Object, ObjectId, PersonalFields, PolicyDocument, PolicyId, PolicyStarts,
        PolicyVersion, Rejection,
        policy::{Change, Minutes, Person, Policy, Subject, Verdict, sentences},
    },
    ledger::{AccountId, Rejection as LedgerRejection, Sequence, TimeZone},
    store::StoreError,
};

/// How many members are looked at together.
const MEMBERS_AT_ONCE: usize = 1_000;

/// Which policy of a centre.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// The one that holds today.
    Today,
    /// The one that holds on a day.
    On(Day),
    /// The one that held on a day, of those that were adopted by a record: always the same.
    AsOf(Day, Sequence),
    /// The one of a number.
    Version(PolicyVersion),
}

/// A policy that was adopted, and whether it holds.
#[derive(Clone, Debug)]
pub struct PolicyView {
    pub adopted: AdoptedPolicy,
    /// On the day asked for, or today.
    pub state: PolicyState,
}

/// Whether a policy holds on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PolicyState {
    InForce,
    /// It will, if no other is adopted.
    ToCome,
    /// It does no longer, or never did.
    Replaced,
}

impl PolicyView {
    fn on(day: Day, adopted: AdoptedPolicy, starts: &PolicyStarts) -> Self {
        let version = Some(adopted.version);
        let state = match adopted.starts_on > day {
            _ if starts.on(day) == version => PolicyState::InForce,
            true if starts.on(adopted.starts_on) == version => PolicyState::ToCome,
            _ => PolicyState::Replaced,
        };
        Self { adopted, state }
    }
}

/// The ledger's time zone.
pub(super) fn zone(reading: &mut Reading<'_>) -> Result<TimeZone, ReadError> {
    let founded = reading.snapshot.founded()?;
    let founded = founded.ok_or(LedgerRejection::LedgerNotFounded)?;
    Ok(founded.foundation.time_zone)
}

/// The ledger's day.
///
/// # Errors
/// Where the ledger is not founded, or the store fails.
pub fn today(reading: &mut Reading<'_>) -> Result<Day, ReadError> {
    Ok(Day::of(reading.now, zone(reading)?))
}

/// One of a centre's policies.
///
/// # Errors
/// [`Rejection::CentreUnknown`], [`Rejection::PolicyUnknown`], or where the store
/// fails.
pub fn policy(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    which: Which,
) -> Result<PolicyView, ReadError> {
    let starts = centre(reading, prefix)?.policies;
    let day = match which {
        Which::On(day) | Which::AsOf(day, _) => day,
        Which::Today | Which::Version(_) => today(reading)?,
    };
    let version = match which {
        Which::Version(version) => Some(version),
        Which::Today | Which::On(_) => starts.on(day),
        Which::AsOf(_, at) => adopted_by(reading, prefix, starts.on(day), (day, at))?,
    };
    let id = version.map(|version| PolicyId {
        centre: prefix.clone(),
        version,
    });
    let found = match id {
        Some(id) => reading.snapshot.object(&ObjectId::Policy(id))?,
        None => None,
    };
    match found {
        Some(Object::Policy(adopted)) => Ok(PolicyView::on(day, adopted, &starts)),
        _ => {
            let which = match which {
                Which::Version(version) => format!("of version {version}"),
                Which::Today | Which::On(_) => format!("that holds on {day}"),
                Which::AsOf(_, at) => format!("that held on {day} by position {at}"),
            };
            let centre = prefix.clone();
            Err(Rejection::PolicyUnknown { centre, which }.into())
        }
    }
}

/// The version of the policy that a record adopts.
///
/// # Errors
/// Where it adopts none, or the store fails.
pub fn adopted_version(
    reading: &mut Reading<'_>,
    at: Sequence,
) -> Result<PolicyVersion, ReadError> {
    match reading.snapshot.record(at)?.step.exchange_fact() {
        Some(Fact::PolicyAdopted(adopted)) => Ok(adopted.policy.version),
        _ => Err(StoreError::Corrupt(format!("record {at} adopts no policy")).into()),
    }
}

/// The last policy up to one of a number that holds from a day or earlier and was adopted by a
/// record.
fn adopted_by(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    mut version: Option<PolicyVersion>,
    (day, at): (Day, Sequence),
) -> Result<Option<PolicyVersion>, ReadError> {
    let at = position(reading, Some(at))?;
    while let Some(number) = version {
        let id = PolicyId {
            centre: prefix.clone(),
            version: number,
        };
        match reading.snapshot.standing(&ObjectId::Policy(id))? {
            Some((Object::Policy(adopted), since)) if since <= at && adopted.starts_on <= day => {
                return Ok(version);
            }
            _ => version = number.before(),
        }
    }
    Ok(None)
}

/// The policies of a centre, or of all, by centre and version, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn policies(
    reading: &mut Reading<'_>,
    of: Option<&Branch>,
    after: Option<PolicyId>,
    limit: usize,
) -> Result<Vec<PolicyView>, ReadError> {
    let today = today(reading)?;
    let list = match of {
        None => List::Policies,
        Some(prefix) => {
            centre(reading, prefix)?;
            List::PoliciesOf(prefix.clone())
        }
    };
    let after = after.map(ObjectId::Policy);
    let mut policies = Vec::new();
    for object in reading.snapshot.listed(&list, after.as_ref(), limit)? {
        let Object::Policy(adopted) = object else {
            return Err(misplaced(&object).into());
        };
        let starts = centre(reading, &adopted.centre)?.policies;
        policies.push(PolicyView::on(today, adopted, &starts));
    }
    Ok(policies)
}

/// A mandate.
///
/// # Errors
/// Where it was never given, which whoever asks knows it was; or the store fails.
pub fn mandate(reading: &mut Reading<'_>, id: &MandateId) -> Result<Mandate, ReadError> {
    match reading
        .snapshot
        .object(&ObjectId::Mandate(Box::new(id.clone())))?
    {
        Some(Object::Mandate(mandate)) => Ok(mandate),
        _ => Err(StoreError::Corrupt(format!("the mandate of {} is missing", id.account)).into()),
    }
}

/// The mandates that a centre has given, or was given, and that stand, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn mandates(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    given_by: bool,
    after: Option<MandateId>,
    limit: usize,
) -> Result<Vec<Mandate>, ReadError> {
    centre(reading, prefix)?;
    let list = match given_by {
        true => List::MandatesOf(prefix.clone()),
        false => List::MandatesTo(prefix.clone()),
    };
    let after = after.map(|id| ObjectId::Mandate(Box::new(id)));
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let mandates = found.into_iter().map(|object| match object {
        Object::Mandate(mandate) => Ok(mandate),
        other => Err(misplaced(&other)),
    });
    Ok(mandates.collect::<Result<_, _>>()?)
}

/// What a policy says of a member.
#[derive(Clone, Debug)]
pub struct Explanation {
    pub policy: PolicyView,
    pub verdicts: Vec<Verdict>,
}

/// Tells what a member of a centre may do on a day, and by which rule.
///
/// # Errors
/// [`Rejection::PolicyUnknown`], [`Rejection::ServiceUnknown`],
/// [`Rejection::MemberUnknown`], [`Rejection::MemberElsewhere`], or where the store
/// fails.
pub fn explain(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    id: &MemberId,
    service: Option<&Code>,
    on: Option<Day>,
) -> Result<Explanation, ReadError> {
    let which = on.map_or(Which::Today, Which::On);
    let policy = policy(reading, prefix, which)?;
    let terms = policy.adopted.policy();
    let service = match service {
        None => None,
        Some(code) => {
            let unknown = || Rejection::ServiceUnknown {
                policy: policy.adopted.id(),
                service: code.clone(),
            };
            Some(terms.service(code).ok_or_else(unknown)?)
        }
    };
    let view = member(reading, id)?;
    if view.member.centre != *prefix {
        return Err(Rejection::MemberElsewhere {
            member: id.clone(),
            centre: view.member.centre,
        }
        .into());
    }
    let subject = Subject {
        member: &view.member,
        fields: view.personal.as_ref(),
        earned: Minutes::earned_by(&view.member),
        day: match on {
            Some(day) => day,
            None => today(reading)?,
        },
    };
    let verdicts = terms.verdicts(&subject, service);
    Ok(Explanation { policy, verdicts })
}

/// What a document would change.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Of the policy that would hold then; where none would, all is new.
    pub changes: Vec<Change>,
    /// The same in words; of a first policy, nothing changes but that there is one.
    pub sentences: Vec<String>,
    /// What that means, and for how many members.
    pub effects: Vec<(&'static str, u64)>,
    pub member_count: u64,
    /// How many of them any effect touches.
    pub touched_count: u64,
}

/// Tells what a document would change in a centre, and how many active members that
/// touches.
///
/// # Errors
/// [`Rejection::CentreUnknown`], where the caller has left, or the store fails.
pub fn compare(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    document: &PolicyDocument,
) -> Result<Comparison, ReadError> {
    let today = today(reading)?;
    let new = document.policy();
    let starts = centre(reading, prefix)?.policies;
    let earliest = starts.earliest(today);
    let from = new.starts_on.unwrap_or(earliest).max(earliest);
    let held = match starts.on(from) {
        None => None,
        Some(version) => Some(policy(reading, prefix, Which::Version(version))?.adopted),
    };
    let old = held.as_ref().map(AdoptedPolicy::policy);
    let (changes, sentences) = match old {
        Some(old) => {
            let changes = old.changes(new);
            let sentences = sentences(&changes);
            (changes, sentences)
        }
        None => {
            let first = format!("{prefix} has no policy; this would be its first one");
            (new.all_as_changes(), vec![first])
        }
    };
    let mut comparison = Comparison {
        changes,
        sentences,
        ..Comparison::default()
    };
    let mut counts = [0; EFFECTS.len()];
    let list = List::MembersIn(prefix.clone(), MemberState::Active);
    let mut after = None;
    loop {
        reading.scan.check_caller()?;
        let page = active(reading, &list, after.as_ref())?;
        let Some((last, ..)) = page.last() else {
            break;
        };
        after = Some(ObjectId::Member(last.id.clone()));
        for (member, fields, balance) in &page {
            comparison.member_count += 1;
            let before =
                old.map(|old| Holding::under(old, member, fields.as_ref(), *balance, from));
            let before = before.unwrap_or(Holding::UNRULED);
            let then = Holding::under(new, member, fields.as_ref(), *balance, from);
            let effects = before.effects(&then);
            for (count, applies) in counts.iter_mut().zip(effects) {
                *count += u64::from(applies);
            }
            comparison.touched_count += u64::from(effects.contains(&true));
        }
    }
    let effects = EFFECTS.into_iter().zip(counts);
    comparison.effects = effects.filter(|(_, count)| *count > 0).collect();
    Ok(comparison)
}

/// The policy that a centre holds to today. None where it has none.
pub(super) fn held_policy(
    reading: &mut Reading<'_>,
    prefix: &Branch,
) -> Result<Option<AdoptedPolicy>, ReadError> {
    match policy(reading, prefix, Which::Today) {
        Ok(view) => Ok(Some(view.adopted)),
        Err(ReadError::Unknown(_)) => {
            centre(reading, prefix)?;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

type Looked = (Member, Option<PersonalFields>, i64);

/// The next members of a list, each with their personal fields and the minutes on their
/// account.
fn active(
    reading: &mut Reading<'_>,
    list: &List,
    after: Option<&ObjectId>,
) -> Result<Vec<Looked>, ReadError> {
    let listed = reading.snapshot.listed(list, after, MEMBERS_AT_ONCE)?;
    let members = listed.into_iter().map(|object| match object {
        Object::Member(member) => Ok(*member),
        other => Err(misplaced(&other)),
    });
    let members: Vec<Member> = members.collect::<Result<_, _>>()?;
    let records: Vec<_> = members.iter().map(|member| member.personal_since).collect();
    let personal = reading.snapshot.personal(&records)?;
    let accounts: Vec<AccountId> = members
        .iter()
        .map(|member| member.account.clone())
        .collect();
    let accounts = reading.snapshot.accounts_of(&accounts)?;
    let together = members.into_iter().zip(personal).zip(accounts);
    let together = together.map(|((member, personal), account)| {
        let balance = account.map_or(0, |row| row.account.balance.steps());
        (member, personal.map(|personal| personal.fields), balance)
    });
    Ok(together.collect())
}

/// What can become of a member under another policy.
const EFFECTS: [&str; 6] = [
    "may no longer serve",
    "may serve now",
    "may no longer redeem",
    "may redeem now",
    "stand above the new ceiling",
    "stand below the new floor",
];

/// How a policy holds a member.
#[derive(Clone, Copy)]
struct Holding {
    serves: bool,
    redeems: bool,
    is_above: bool,
    is_below: bool,
}

impl Holding {
    /// Where there is no policy.
    const UNRULED: Self = Self {
        serves: true,
        redeems: true,
        is_above: false,
        is_below: false,
    };

    /// Of whom the personal fields were erased, nothing changes.
    fn under(
        policy: &Policy,
        member: &Member,
        fields: Option<&PersonalFields>,
        balance: i64,
        day: Day,
    ) -> Self {
        let details = &member.details;
        let person = fields.map(|fields| Person {
            details,
            fields,
            day,
        });
        let admits = |who: &crate::exchange::policy::Who| {
            person.is_none_or(|person| who.admits(person).is_some())
        };
        let terms = &policy.balance;
        Self {
            serves: admits(&policy.provide.who),
            redeems: admits(&policy.redeem.who),
            is_above: terms
                .ceiling
                .minutes()
                .is_some_and(|ceiling| balance > ceiling),
            is_below: terms.floor.minutes().is_some_and(|floor| balance < floor),
        }
    }

    /// In the order of [`EFFECTS`].
    fn effects(&self, then: &Self) -> [bool; EFFECTS.len()] {
        [
            self.serves && !then.serves,
            !self.serves && then.serves,
            self.redeems && !then.redeems,
            !self.redeems && then.redeems,
            !self.is_above && then.is_above,
            !self.is_below && then.is_below,
        ]
    }
}
