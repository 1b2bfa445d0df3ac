//! What facts about groups make of the objects.

use super::{
    Group, GroupAction, GroupFact, GroupId, GroupKind, GroupOpened, GroupPage, GroupState,
    GroupStepped, Listed, PageId,
};
use crate::{
    exchange::{
        MemberId, NotLoaded, Object, ObjectId, Objects, Wants, WeekId,
        wants::{Folded, Unfit},
    },
    ledger::Sequence,
};

impl Objects {
    /// A group.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn group(&self, id: GroupId) -> Result<Option<&Group>, NotLoaded> {
        match self.object(&ObjectId::Group(id))? {
            Some(Object::Group(group)) => Ok(Some(group)),
            _ => Ok(None),
        }
    }

    /// A page of a group's places. None where it has none.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may have some.
    pub fn group_page(&self, id: PageId) -> Result<Option<&GroupPage>, NotLoaded> {
        match self.object(&ObjectId::GroupPage(id))? {
            Some(Object::GroupPage(page)) => Ok(Some(page)),
            _ => Ok(None),
        }
    }

    /// Whether a member has a place in a group, and attended.
    ///
    /// # Errors
    /// [`NotLoaded`] where they may have one.
    pub fn place_in(&self, group: GroupId, member: &MemberId) -> Result<Option<bool>, NotLoaded> {
        let page = self.group_page(PageId::of(group, member))?;
        Ok(page.and_then(|page| page.places.get(member).copied()))
    }

    /// Those who attended a group, in the order of the pages.
    ///
    /// # Errors
    /// [`NotLoaded`], of all pages that are not loaded.
    pub fn attended(&self, group: GroupId) -> Result<Vec<&MemberId>, NotLoaded> {
        self.check_loaded(PageId::all(group).map(ObjectId::GroupPage))?;
        let mut attended = Vec::new();
        for id in PageId::all(group) {
            let places = self.group_page(id)?.map(|page| &page.places);
            let places = places.into_iter().flatten();
            attended.extend(
                places
                    .filter(|(_, there)| **there)
                    .map(|(member, _)| member),
            );
        }
        Ok(attended)
    }

    /// That objects are loaded: all that are not are named at once.
    ///
    /// # Errors
    /// [`NotLoaded`], of all that are not.
    pub fn check_loaded(&self, ids: impl IntoIterator<Item = ObjectId>) -> Result<(), NotLoaded> {
        let ids = ids.into_iter();
        let objects: Vec<_> = ids.filter(|id| self.object(id).is_err()).collect();
        match objects.is_empty() {
            true => Ok(()),
            false => Err(NotLoaded::from(Wants {
                objects,
                ..Wants::default()
            })),
        }
    }

    pub(in crate::exchange) fn fold_group(&mut self, fact: &GroupFact, at: Sequence) -> Folded {
        match fact {
            GroupFact::Opened(new) => self.open_group(new, at),
            GroupFact::Stepped(new) => self.step_group(new, at),
        }
    }

    fn open_group(&mut self, new: &GroupOpened, at: Sequence) -> Folded {
        let group = Group {
            id: new.open.id,
            terms: new.open.terms.clone(),
            grounds: new.grounds.clone(),
            state: GroupState::Open,
            enrolled: 0,
            attended: 0,
            opened_by: new.by.clone(),
            confirmed_by: None,
            entries: Vec::new(),
            steps: vec![at],
        };
        self.create(Object::Group(Box::new(group)), at)
    }

    fn step_group(&mut self, new: &GroupStepped, at: Sequence) -> Folded {
        let step = &new.step;
        let Some(group) = self.group(step.group)? else {
            return Err(format!("there is no group {}", step.group).into());
        };
        let mut group = group.clone();
        match &step.action {
            GroupAction::Enrol(listed) => {
                self.change_places(&group, listed, Some(false), at)?;
                let enrolled = group.enrolled.checked_add(listed.count());
                group.enrolled = enrolled.ok_or("more are enrolled than can be")?;
            }
            GroupAction::Leave(listed) => {
                let attended = self.change_places(&group, listed, None, at)?;
                let left = group.enrolled.checked_sub(listed.count());
                group.enrolled = left.ok_or("fewer are enrolled than none")?;
                let left = group.attended.checked_sub(attended);
                group.attended = left.ok_or("fewer attended than nobody")?;
            }
            GroupAction::Attend(listed) => {
                self.change_places(&group, listed, Some(true), at)?;
                let attended = group.attended.checked_add(listed.count());
                group.attended = attended.ok_or("more attended than can have")?;
            }
            GroupAction::Confirm => {
                group.state = GroupState::Confirmed;
                group.confirmed_by = Some(new.by.clone());
            }
            GroupAction::Settle => {
                self.count_served(&group, at)?;
                group.state = GroupState::Settled;
                group.entries = group.entry_ids(step.step).collect();
            }
            GroupAction::Cancel => group.state = GroupState::Cancelled,
        }
        // Who keeps their places is told by the journal: the group would grow by each.
        if step.action.listed().is_none() {
            group.steps.push(at);
        }
        self.put(Object::Group(Box::new(group)), at);
        Ok(())
    }

    /// Puts the places of these members, or takes them away; and how many of them had
    /// attended.
    fn change_places(
        &mut self,
        group: &Group,
        listed: &Listed,
        to: Option<bool>,
        at: Sequence,
    ) -> Folded<u32> {
        let members = listed.as_slice();
        let mut by_page: Vec<_> = members
            .iter()
            .map(|member| (PageId::of(group.id, member), member))
            .collect();
        by_page.sort_unstable();
        self.check_loaded(by_page.iter().map(|(id, _)| ObjectId::GroupPage(*id)))?;
        let mut attended = 0;
        for of_page in by_page.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((id, _)) = of_page.first() else {
                continue;
            };
            let found = self.group_page(*id)?.cloned();
            let mut page = found.unwrap_or_else(|| GroupPage {
                id: *id,
                places: Default::default(),
            });
            for (_, member) in of_page {
                let was = match to {
                    Some(there) => page.places.insert((*member).clone(), there),
                    None => page.places.remove(*member),
                };
                attended += u32::from(was == Some(true));
            }
            self.put(Object::GroupPage(Box::new(page)), at);
        }
        Ok(attended)
    }

    /// What whoever served earned counts as what they earn by orders does.
    fn count_served(&mut self, group: &Group, at: Sequence) -> Folded {
        let minutes = group.earned();
        let served: Vec<_> = match &group.terms.kind {
            GroupKind::Lesson { leader, .. } => vec![leader.clone()],
            GroupKind::Event { .. } => self.attended(group.id)?.into_iter().cloned().collect(),
        };
        let on = group.grounds.on;
        for member in &served {
            self.change_week(WeekId::of(member, on), at, |week| week.credit(on, minutes))?;
            self.change_member(member, at, |member| {
                member.earned_minutes = member.earned_minutes.saturating_add(minutes);
            })?;
        }
        Ok::<(), Unfit>(())
    }
}
