//! What a member served, certified to whom it may concern.

use std::{collections::BTreeMap, ops::ControlFlow};

use sha2::{Digest, Sha256};

use super::{
    ReportError, Scope, Within,
    listing::each_of,
    past,
    people::People,
    visits::{Visit, others, see_order},
};
use crate::{
    exchange::{
        Code, Day, List, MemberId, Object, ObjectId, Rejection, policy::Minutes,
        training::Assessment,
    },
    ledger::Sequence,
    query::{ReadError, Reading, exchange::misplaced, ledger},
};

/// How many bytes of its digest the number of a certificate has.
const NUMBER_BYTES: usize = 10;

/// Of whom, and of which days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateQuery {
    pub member: MemberId,
    pub since: Day,
    pub until: Day,
    /// As of this record. None: the last.
    pub at: Option<Sequence>,
}

/// What somebody served of one service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Served {
    pub services: i64,
    pub served_minutes: i64,
    /// The service dates of the first and the last of them.
    pub first_on: Day,
    pub last_on: Day,
}

/// Which services: of a code, or as an entry calls it; and whether they were entered outside orders
/// and groups, where nobody but who entered them says so.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ServedAs {
    pub service: String,
    pub is_entered: bool,
}

/// A training that a member attended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trained {
    pub code: Code,
    pub on: Day,
    pub minutes: Minutes,
    pub assessment: Option<Assessment>,
}

/// What a member served on some days, as the journal had it at a position.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    /// Its position and the beginning of its digest: of no other figures.
    pub number: String,
    pub served: BTreeMap<ServedAs, Served>,
    /// How many services there are in all, and how long they took.
    pub services: i64,
    pub served_minutes: i64,
    /// By their days, but for those that were annulled.
    pub trained: Vec<Trained>,
    pub at: Sequence,
}

/// Certifies what a member served, as provider of orders and groups that were settled and of services
/// that were entered outside them, by the time it took, whatever was credited; and which trainings
/// they attended.
///
/// # Errors
/// [`Rejection::MemberUnknown`], [`ReportError`](super::ReportError), where the caller has left,
/// or the store fails.
pub fn certificate(
    reading: &mut Reading<'_>,
    asked: &CertificateQuery,
) -> Result<Certificate, ReadError> {
    let scope = Scope {
        branch: None,
        since: Some(asked.since),
        until: Some(asked.until),
        at: asked.at,
    };
    let within = Within::of(reading, &scope)?;
    check_known(reading, &asked.member)?;
    let mut people = People::default();
    let person = people.number(&asked.member);
    let mut served = BTreeMap::<ServedAs, Served>::new();
    // Legs of one service follow each other.
    let mut last = None;
    let mut add = |visit: &Visit<'_>| {
        let of = ServedAs {
            service: visit.service.into(),
            is_entered: visit.is_entered,
        };
        let one = served.entry(of).or_insert(Served {
            services: 0,
            served_minutes: 0,
            first_on: visit.on,
            last_on: visit.on,
        });
        one.first_on = one.first_on.min(visit.on);
        one.last_on = one.last_on.max(visit.on);
        one.services += i64::from(last.replace(visit.number) != Some(visit.number));
        one.served_minutes = one.served_minutes.saturating_add(visit.served_minutes);
    };
    orders_of(reading, &within, asked, &mut add)?;
    others(reading, &within, &mut people, &mut |visit| {
        if visit.provider == Some(person) {
            add(visit);
        }
        Ok(())
    })?;
    let minutes = served.values().map(|one| one.served_minutes);
    let served_minutes = minutes.fold(0, i64::saturating_add);
    let trained = trainings_of(reading, &within, asked)?;
    let ledger = ledger(reading, 0)?.foundation.id.to_string();
    Ok(Certificate {
        number: number(&ledger, asked, (&served, &trained), within.at),
        services: served.values().map(|one| one.services).sum(),
        served_minutes,
        served,
        trained,
        at: within.at,
    })
}

/// A certificate that the ledger gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    pub certificate: Certificate,
    /// What it would say of the same days now. None where it says that.
    pub now: Option<Certificate>,
}

/// Makes a certificate again by its number: as of the position that this names. None where that
/// gives another number.
///
/// # Errors
/// Those of [`certificate`], but for a position that is not there.
pub fn check_certificate(
    reading: &mut Reading<'_>,
    asked: &CertificateQuery,
    number: &str,
) -> Result<Option<Checked>, ReadError> {
    let Some(at) = position_of_number(number) else {
        return Ok(None);
    };
    let as_of = |at| CertificateQuery {
        at,
        ..asked.clone()
    };
    let found = match certificate(reading, &as_of(Some(at))) {
        Ok(found) if found.number == number => found,
        Ok(_) | Err(ReadError::Report(ReportError::PositionAhead { .. })) => return Ok(None),
        Err(error) => return Err(error),
    };
    let now = certificate(reading, &as_of(None))?;
    let is_other = (&now.served, &now.trained) != (&found.served, &found.trained);
    Ok(Some(Checked {
        certificate: found,
        now: Some(now).filter(|_| is_other),
    }))
}

fn check_known(reading: &mut Reading<'_>, member: &MemberId) -> Result<(), ReadError> {
    match reading.snapshot.object(&ObjectId::Member(member.clone()))? {
        Some(_) => Ok(()),
        None => Err(Rejection::MemberUnknown {
            field: "member_id",
            member: member.clone(),
        }
        .into()),
    }
}

fn orders_of(
    reading: &mut Reading<'_>,
    within: &Within,
    asked: &CertificateQuery,
    add: &mut impl FnMut(&Visit<'_>),
) -> Result<(), ReadError> {
    let list = List::OrdersOf(asked.member.clone());
    let mut people = People::default();
    each_of(reading, list, &mut |reading, object| {
        let Object::Order(order) = object else {
            return Err(misplaced(&object).into());
        };
        if order.provider == asked.member && within.has_day(order.on) {
            let order = past::order_at(reading, *order, within.at)?;
            let order = order.filter(|order| within.has_day(order.on));
            if let Some(order) = order {
                see_order(&mut people, &order, &mut |visit| {
                    add(visit);
                    Ok(())
                })?;
            }
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// The trainings that stood at the position: what came after it is taken back.
fn trainings_of(
    reading: &mut Reading<'_>,
    within: &Within,
    asked: &CertificateQuery,
) -> Result<Vec<Trained>, ReadError> {
    let list = List::TrainingsOf(asked.member.clone(), None, asked.since);
    let mut trained = Vec::new();
    each_of(reading, list, &mut |_, object| {
        let Object::Training(training) = object else {
            return Err(misplaced(&object).into());
        };
        let attended = &training.attendance;
        if attended.on > asked.until {
            return Ok(ControlFlow::Break(()));
        }
        if training.stood_at(within.at) {
            trained.push(Trained {
                code: attended.code.clone(),
                on: attended.on,
                minutes: attended.minutes,
                assessment: attended.assessment,
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(trained)
}

/// The number of a certificate: its position, and the beginning of the SHA-256 of all that it
/// says, a line each.
fn number(
    ledger: &str,
    asked: &CertificateQuery,
    (served, trained): (&BTreeMap<ServedAs, Served>, &[Trained]),
    at: Sequence,
) -> String {
    let CertificateQuery {
        member,
        since,
        until,
        ..
    } = asked;
    let mut text = format!("{ledger}\n{member}\n{since}\n{until}\n{at}\n");
    for (of, one) in served {
        let ServedAs {
            service,
            is_entered,
        } = of;
        let Served {
            services,
            served_minutes,
            first_on,
            last_on,
        } = one;
        text.push_str(&format!(
            "{service} {is_entered} {services} {served_minutes} {first_on} {last_on}\n"
        ));
    }
    for one in trained {
        let (code, on, minutes) = (&one.code, one.on, one.minutes.get());
        let assessment = one.assessment.map_or("none", Assessment::word);
        text.push_str(&format!("training {code} {on} {minutes} {assessment}\n"));
    }
    let digest = Sha256::digest(text.as_bytes());
    let digits = digest.iter().take(NUMBER_BYTES);
    let digits: String = digits.map(|byte| format!("{byte:02x}")).collect();
    format!("{at}-{digits}")
}

/// The position that a certificate's number names. None where it is no such number.
fn position_of_number(number: &str) -> Option<Sequence> {
    let (position, digits) = number.split_once('-')?;
    let is_proper = digits.len() == NUMBER_BYTES * 2
        && digits
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        && !position.starts_with(['+', '0']);
    let position = position.parse().ok().filter(|_| is_proper)?;
    Sequence::new(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_name_their_position() {
        let digits = "0123456789abcdef0123";
        for (number, position) in [
            (format!("120-{digits}"), Some(120)),
            (format!("-{digits}"), None),
            (format!("0-{digits}"), None),
            (format!("+1-{digits}"), None),
            (format!("1-{digits}0"), None),
            ("1-0123456789abcdef012g".into(), None),
            ("1-0123456789ABCDEF0123".into(), None),
            ("120".into(), None),
            (String::new(), None),
        ] {
            let found = position_of_number(&number).map(Sequence::get);
            assert_eq!(found, position, "{number}");
        }
    }
}
