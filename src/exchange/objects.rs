//! The objects: what the journal's facts of the time bank add up to, as far as they
//! are loaded.
//!
//! Rules ask them, and get one of three answers: there, not there, or
//! [not loaded](NotLoaded). [`Objects::fold`] folds facts in; what that changes can be
//! put back to a [`Savepoint`]. Centres are always loaded.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::{
    AdoptedPolicy, Branch, Centre, Day, Fact, Identity, Mandate, MandateId, Member, MemberId,
    NotLoaded, Object, ObjectId, Period, PeriodId, Personal, PolicyId, Staff, StaffNumber, StepId,
    wants::Folded,
};
use crate::ledger::{AccountId, Sequence, Stamp, UnitId};

/// How many objects are kept from batch to batch, besides centres.
const MAX_KEPT: usize = 50_000;

/// What an id stands for: a step that was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    pub stamp: Stamp,
    pub fact: Fact,
}

/// An object, and the record that changed it last.
pub type Standing = (Object, Sequence);

/// An object that was changed.
#[derive(Clone, Copy, Debug)]
pub struct Changed<'a> {
    /// How it was. None where it was not there.
    pub before: Option<&'a Object>,
    /// How it is.
    pub object: &'a Object,
    /// The record that changed it last.
    pub since: Sequence,
}

/// The objects to go back to: how much was kept to undo. One that was made after
/// another is kept or undone before it.
#[derive(Debug)]
#[must_use]
pub struct Savepoint(usize);

/// How something was before it was touched.
#[derive(Clone, Debug)]
enum Before {
    Object {
        id: ObjectId,
        was: Option<Standing>,
        /// Whether it had not been changed since the objects were forgotten.
        is_first: bool,
    },
    /// The id stood for nothing.
    Step(StepId),
    /// There was no such record.
    Personal(Sequence),
    /// One less had it.
    Identity(Identity),
}

/// The objects that are loaded, and what is known of ids. Folding every fact of the
/// journal into none gives all.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    all: HashMap<ObjectId, Standing>,
    absent: HashSet<ObjectId>,
    /// None: the id stands for nothing.
    taken: HashMap<StepId, Option<Taken>>,
    /// None: they were erased.
    personal: HashMap<Sequence, Option<Personal>>,
    /// The members who have or had an identity, in the order in which that was recorded.
    identities: HashMap<Identity, Vec<MemberId>>,
    /// Those of all centres.
    branches: BTreeSet<Branch>,
    /// The latest day that any centre has closed, or an earlier try of one did.
    closed_until: Option<Day>,
    /// How objects were that changed since they were forgotten.
    changed: HashMap<ObjectId, Option<Object>>,
    before: Vec<Before>,
    savepoints: usize,
}

impl Objects {
    /// All centres, and nothing else loaded.
    pub fn new(centres: Vec<(Centre, Sequence)>) -> Self {
        let mut objects = Self {
            all: HashMap::with_capacity(centres.len()),
            ..Self::default()
        };
        for (centre, since) in centres {
            let centre = Object::Centre(centre);
            objects.load(centre.id(), Some((centre, since)));
        }
        objects
    }

    /// A centre.
    pub fn centre(&self, prefix: &Branch) -> Option<&Centre> {
        match self.all.get(&ObjectId::Centre(prefix.clone())) {
            Some((Object::Centre(centre), _)) => Some(centre),
            _ => None,
        }
    }

    /// Whether a day is so early that a centre may have closed it.
    pub fn may_be_closed(&self, day: Day) -> bool {
        self.closed_until.is_some_and(|closed| day <= closed)
    }

    /// The latest day that the centre around a place of the chart has closed.
    pub fn closed_until(&self, place: &str) -> Option<(&Branch, Day)> {
        let centre = self.centre_around(place)?;
        Some((&centre.terms.prefix, centre.closed_until?))
    }

    fn note_closed(&mut self, object: &Object) {
        if let Object::Centre(centre) = object {
            self.closed_until = self.closed_until.max(centre.closed_until);
        }
    }

    /// How many centres there are.
    pub fn centre_count(&self) -> usize {
        self.branches.len()
    }

    /// A centre whose branch is around this one, or within it.
    pub fn centre_crossing(&self, branch: &Branch) -> Option<&Branch> {
        let around = self.centre_around(branch.as_str());
        let mut after = self.branches.range(branch.clone()..);
        let within = || {
            // Between a branch and what is below it may come those that are longer by
            // a '-', which comes before ':'.
            after
                .by_ref()
                .take_while(|other| other.as_str().starts_with(branch.as_str()))
                .find(|other| branch.contains(other.as_str()))
        };
        around.map(|centre| &centre.terms.prefix).or_else(within)
    }

    /// The centre in whose branch a place of the chart of accounts is.
    pub fn centre_around(&self, place: &str) -> Option<&Centre> {
        let ends = place.match_indices(':').map(|(end, _)| &place[..end]);
        let mut branches = ends.filter_map(|branch| Branch::parse("branch", branch).ok());
        branches.find_map(|branch| self.centre(&branch))
    }

    /// A member.
    ///
    /// # Errors
    /// [`NotLoaded`] where they may be there.
    pub fn member(&self, id: &MemberId) -> Result<Option<&Member>, NotLoaded> {
        match self.object(&ObjectId::Member(id.clone()))? {
            Some(Object::Member(member)) => Ok(Some(member)),
            _ => Ok(None),
        }
    }

    /// A period that is closed. None where it is not.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be.
    pub fn period(&self, id: &PeriodId) -> Result<Option<&Period>, NotLoaded> {
        match self.object(&ObjectId::Period(Box::new(id.clone())))? {
            Some(Object::Period(period)) => Ok(Some(period)),
            _ => Ok(None),
        }
    }

    /// The record that changed a member last. None where there is none.
    ///
    /// # Errors
    /// [`NotLoaded`] where they may be there.
    pub fn member_since(&self, id: &MemberId) -> Result<Option<Sequence>, NotLoaded> {
        let id = ObjectId::Member(id.clone());
        self.object(&id)?;
        Ok(self.all.get(&id).map(|(_, since)| *since))
    }

    /// The member whose an account is. None where it is nobody's.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be somebody's.
    pub fn member_of(&self, account: &AccountId) -> Result<Option<&Member>, NotLoaded> {
        let of = match self.object(&ObjectId::Holder(account.clone()))? {
            Some(Object::Holder(holder)) => holder.member.clone(),
            _ => MemberId::of(account.clone()),
        };
        let member = self.member(&of)?;
        Ok(member.filter(|member| member.has_account(account)))
    }

    /// The member whose account of a unit an id names, whether that is there yet or not. None where
    /// it is nobody's.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be somebody's.
    pub fn member_by(&self, id: &AccountId, unit: &UnitId) -> Result<Option<&Member>, NotLoaded> {
        if let Some(member) = self.member_of(id)? {
            return Ok(Some(member));
        }
        let Some(parent) = id.as_str().strip_suffix(&format!(":{unit}")) else {
            return Ok(None);
        };
        match AccountId::parse(parent) {
            Ok(parent) => self.member_of(&parent),
            Err(_) => Ok(None),
        }
    }

    /// A mandate. None where it was never given.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn mandate(&self, id: &MandateId) -> Result<Option<&Mandate>, NotLoaded> {
        match self.object(&ObjectId::Mandate(Box::new(id.clone())))? {
            Some(Object::Mandate(mandate)) => Ok(Some(mandate)),
            _ => Ok(None),
        }
    }

    /// The policy that a centre holds to on a day. None where it has none.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn policy_on(
        &self,
        prefix: &Branch,
        day: Day,
    ) -> Result<Option<&AdoptedPolicy>, NotLoaded> {
        let held = self
            .centre(prefix)
            .and_then(|centre| centre.policies.on(day));
        let Some(version) = held else {
            return Ok(None);
        };
        let centre = prefix.clone();
        match self.object(&ObjectId::Policy(PolicyId { centre, version }))? {
            Some(Object::Policy(policy)) => Ok(Some(policy)),
            _ => Ok(None),
        }
    }

    /// The personal fields that a record commits to. None where they were erased.
    ///
    /// # Errors
    /// [`NotLoaded`] where they may be there.
    pub fn personal(&self, of: Sequence) -> Result<Option<&Personal>, NotLoaded> {
        match self.personal.get(&of) {
            Some(personal) => Ok(personal.as_ref()),
            None => Err(NotLoaded::personal(of)),
        }
    }

    /// Makes known the personal fields that a record commits to, or that they were
    /// erased.
    pub fn load_personal(&mut self, of: Sequence, found: Option<Personal>) {
        self.personal.insert(of, found);
    }

    /// The members who have or had an identity, in the order in which that was recorded,
    /// as far as that is kept.
    ///
    /// # Errors
    /// [`NotLoaded`] where there may be some.
    pub fn identified(&self, by: Identity) -> Result<&[MemberId], NotLoaded> {
        match self.identities.get(&by) {
            Some(members) => Ok(members),
            None => Err(NotLoaded::identity(by)),
        }
    }

    /// Makes known who has or had an identity.
    pub fn load_identity(&mut self, identity: Identity, members: Vec<MemberId>) {
        self.identities.insert(identity, members);
    }

    /// Keeps the personal fields of a member that a record commits to which is being
    /// made.
    pub fn keep_personal(&mut self, of: Sequence, member: &MemberId, personal: Personal) {
        if self.savepoints > 0 {
            self.before.push(Before::Personal(of));
        }
        let identity = personal.fields.identity;
        let known = identity.and_then(|one| Some((one, self.identities.get_mut(&one)?)));
        if let Some((identity, members)) = known {
            members.push(member.clone());
            if self.savepoints > 0 {
                self.before.push(Before::Identity(identity));
            }
        }
        self.personal.insert(of, Some(personal));
    }

    /// A member of staff.
    ///
    /// # Errors
    /// [`NotLoaded`] where they may be there.
    pub fn staff(&self, number: &StaffNumber) -> Result<Option<&Staff>, NotLoaded> {
        match self.object(&ObjectId::Staff(number.clone()))? {
            Some(Object::Staff(staff)) => Ok(Some(staff)),
            _ => Ok(None),
        }
    }

    /// An object.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn object(&self, id: &ObjectId) -> Result<Option<&Object>, NotLoaded> {
        match self.all.get(id) {
            Some((object, _)) => Ok(Some(object)),
            None if matches!(id, ObjectId::Centre(_)) || self.absent.contains(id) => Ok(None),
            None => Err(NotLoaded::object(id)),
        }
    }

    /// What an id stands for.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may stand for something.
    pub fn taken(&self, id: &StepId) -> Result<Option<&Taken>, NotLoaded> {
        match self.taken.get(id) {
            Some(taken) => Ok(taken.as_ref()),
            None => Err(NotLoaded::step(id)),
        }
    }

    /// Makes an object known, with the record that changed it last; or that there is
    /// none.
    pub fn load(&mut self, id: ObjectId, found: Option<Standing>) {
        match found {
            None => {
                self.absent.insert(id);
            }
            Some(standing) => {
                self.note_closed(&standing.0);
                if let ObjectId::Centre(branch) = &id {
                    self.branches.insert(branch.clone());
                }
                self.all.insert(id, standing);
            }
        }
    }

    /// Makes known what an id stands for, or that it stands for nothing.
    pub fn load_step(&mut self, id: StepId, found: Option<Taken>) {
        self.taken.insert(id, found);
    }

    /// The objects changed since [`Objects::forget`], by id.
    pub fn changed(&self) -> Vec<Changed<'_>> {
        let changed = self.changed.iter().filter_map(|(id, before)| {
            let (object, since) = self.all.get(id)?;
            let changed = Changed {
                before: before.as_ref(),
                object,
                since: *since,
            };
            Some((id, changed))
        });
        let mut changed: Vec<_> = changed.collect();
        changed.sort_unstable_by_key(|(id, _)| *id);
        changed.into_iter().map(|(_, changed)| changed).collect()
    }

    /// Forgets what ids stand for, and what was found not to be there.
    pub fn forget_steps(&mut self) {
        self.taken.clear();
        self.personal.clear();
        self.identities.clear();
        self.absent.clear();
    }

    /// Forgets which were changed, too; and all but the centres, where they have
    /// become many.
    pub fn forget(&mut self) {
        self.forget_steps();
        self.changed.clear();
        if self.all.len() > MAX_KEPT {
            self.all.retain(|id, _| matches!(id, ObjectId::Centre(_)));
        }
    }

    /// Begins to keep what is changed as it was.
    pub fn savepoint(&mut self) -> Savepoint {
        self.savepoints += 1;
        Savepoint(self.before.len())
    }

    /// Goes back to a savepoint.
    pub fn undo(&mut self, to: Savepoint) {
        for before in self.before.drain(to.0..).rev() {
            match before {
                Before::Object { id, was, is_first } => {
                    if is_first {
                        self.changed.remove(&id);
                    }
                    if let (None, ObjectId::Centre(branch)) = (&was, &id) {
                        self.branches.remove(branch);
                    }
                    match was {
                        Some(was) => self.all.insert(id, was),
                        None => self.all.remove(&id),
                    };
                }
                Before::Step(id) => {
                    self.taken.insert(id, None);
                }
                Before::Personal(of) => {
                    self.personal.remove(&of);
                }
                Before::Identity(identity) => {
                    if let Some(members) = self.identities.get_mut(&identity) {
                        members.pop();
                    }
                }
            }
        }
        self.savepoints -= 1;
    }

    /// Keeps what was done since a savepoint.
    pub fn keep(&mut self, _since: Savepoint) {
        self.savepoints -= 1;
        if self.savepoints == 0 {
            self.before.clear();
        }
    }

    /// Makes known that an id stands for a step.
    pub(super) fn take(&mut self, id: StepId, fact: &Fact, stamp: Stamp) -> Folded {
        if let Some(Some(_)) = self.taken.get(&id) {
            return Err(format!("the id {id} stands for something already").into());
        }
        if self.savepoints > 0 {
            self.before.push(Before::Step(id.clone()));
        }
        let fact = fact.clone();
        self.taken.insert(id, Some(Taken { stamp, fact }));
        Ok(())
    }

    /// Puts an object that is not there yet.
    pub(super) fn create(&mut self, object: Object, at: Sequence) -> Folded {
        let id = object.id();
        if self.all.contains_key(&id) {
            return Err(format!("{id} is there already").into());
        }
        if let ObjectId::Centre(branch) = &id {
            self.branches.insert(branch.clone());
        }
        self.put(object, at);
        Ok(())
    }

    /// The objects that were changed since a savepoint: each as it was, where it was there, and as
    /// it is.
    pub fn changed_since(&self, since: &Savepoint) -> impl Iterator<Item = &Object> {
        let before = self.before[since.0..].iter();
        before.flat_map(|before| {
            let (was, is) = match before {
                Before::Object { id, was, .. } => (was.as_ref(), self.all.get(id)),
                _ => (None, None),
            };
            was.into_iter().chain(is).map(|(object, _)| object)
        })
    }

    /// Puts an object as it stands after a record.
    pub(super) fn put(&mut self, object: Object, at: Sequence) {
        let id = object.id();
        self.note_closed(&object);
        let was = self.all.insert(id.clone(), (object, at));
        let is_first = !self.changed.contains_key(&id);
        if is_first {
            let was = was.as_ref().map(|(object, _)| object.clone());
            self.changed.insert(id.clone(), was);
        }
        if self.savepoints > 0 {
            self.before.push(Before::Object { id, was, is_first });
        }
    }
}
