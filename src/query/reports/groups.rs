//! Groups that were settled, as services.

use std::{collections::BTreeMap, ops::ControlFlow};

use super::{
    Within,
    listing::each_of,
    people::People,
    visits::{Paid, Visit, is_reversed},
};
use crate::{
    exchange::{
        Branch, Code, Day, List, MemberId, Object, ObjectId,
        group::{Group, GroupKind, GroupState, PageId},
    },
    ledger::Sequence,
    query::{ReadError, Reading, exchange::misplaced},
};

/// The groups of a scope by their days, whenever what settled them is effective.
pub(super) fn groups(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    for centre in &within.centres {
        groups_of(reading, within, (centre, people), see)?;
    }
    Ok(())
}

fn groups_of(
    reading: &mut Reading<'_>,
    within: &Within,
    (centre, people): (&Branch, &mut People),
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let since = within.scope.since.unwrap_or(Day::FIRST);
    let list = List::GroupsFrom(centre.clone(), since);
    each_of(reading, list, &mut |reading, object| {
        let Object::Group(group) = object else {
            return Err(misplaced(&object).into());
        };
        if within
            .scope
            .until
            .is_some_and(|until| until < group.grounds.on)
        {
            return Ok(ControlFlow::Break(()));
        }
        // Nothing of it changes any more once it is settled.
        let settled = group.steps.last().filter(|at| **at <= within.at);
        if let (GroupState::Settled, Some(settled)) = (group.state, settled) {
            see_group(reading, within, people, (*settled, &group), see)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// A group is one service: whoever leads serves once for all who learn, and each who helps serves.
fn see_group(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    (settled, group): (Sequence, &Group),
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    if !stands(reading, within, settled)? {
        return Ok(());
    }
    let terms = &group.terms;
    let (served_minutes, each) = (terms.minutes.get(), group.grounds.each.steps());
    let part = Visit {
        number: settled,
        place: terms.centre.as_str(),
        service: terms.service.as_str(),
        block: None,
        point: terms.point.as_ref().map(Code::as_str),
        on: group.grounds.on,
        provider: None,
        recipient: None,
        between: Some([terms.at, group.until()]),
        served_minutes: 0,
        credited_minutes: 0,
        paid: Paid::NOTHING,
        order_id: None,
        order: None,
        rating: None,
        is_entered: false,
    };
    let leader = terms.kind.leader();
    if let Some(leader) = leader.filter(|leader| within.has_member(leader.as_str())) {
        see(&Visit {
            provider: Some(people.number(leader)),
            served_minutes,
            credited_minutes: group.earned(),
            ..part
        })?;
    }
    let attended = attended(reading, group)?.into_iter();
    for member in attended.filter(|member| within.has_member(member.as_str())) {
        let person = Some(people.number(&member));
        see(&match &terms.kind {
            GroupKind::Lesson { payer, .. } => Visit {
                recipient: person,
                paid: match payer {
                    None => Paid::ByMember(each),
                    Some(_) => Paid::NOTHING,
                },
                ..part
            },
            GroupKind::Event { .. } => Visit {
                provider: person,
                served_minutes,
                credited_minutes: each,
                ..part
            },
        })?;
    }
    Ok(())
}

/// Whether any of the entries stands that settled a group.
fn stands(
    reading: &mut Reading<'_>,
    within: &Within,
    settled: Sequence,
) -> Result<bool, ReadError> {
    let record = reading.snapshot.record(settled)?;
    for entry in record.entries() {
        if !is_reversed(reading, within, &record, entry)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The members who attended a group.
fn attended(reading: &mut Reading<'_>, group: &Group) -> Result<Vec<MemberId>, ReadError> {
    let pages: Vec<_> = PageId::all(group.id).map(ObjectId::GroupPage).collect();
    let pages = reading.snapshot.objects(&pages)?.into_iter().flatten();
    let places = pages.flat_map(|(object, _)| match object {
        Object::GroupPage(page) => page.places.into_iter(),
        _ => BTreeMap::new().into_iter(),
    });
    let there = places.filter(|(_, there)| *there);
    Ok(there.map(|(member, _)| member).collect())
}
