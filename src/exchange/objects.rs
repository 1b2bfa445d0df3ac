//! The objects: what the journal's facts of the time bank add up to, as far as they
//! are loaded.
//!
//! Rules ask them, and get one of three answers: there, not there, or
//! [not loaded](NotLoaded). [`Objects::fold`] folds facts in; what that changes can be
//! put back to a [`Savepoint`]. Centres are always loaded.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::{
    AdoptedPolicy, Branch, Centre, Day, Fact, Member, MemberId, MemberState, NotLoaded, Object,
    ObjectId, Personal, PolicyAdopted, PolicyId, PolicyStarts, Staff, StaffNumber, StaffState,
    StaffTerms, StepId,
};
use crate::ledger::{Broken, Sequence, Stamp};

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
    /// Those of all centres.
    branches: BTreeSet<Branch>,
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

    /// Keeps the personal fields that a record commits to which is being made.
    pub fn keep_personal(&mut self, of: Sequence, personal: Personal) {
        if self.savepoints > 0 {
            self.before.push(Before::Personal(of));
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

    /// Folds a fact of a record in.
    ///
    /// # Errors
    /// [`Broken`] where it names what is not there. The objects are then of no more
    /// use.
    pub fn fold(&mut self, fact: &Fact, stamp: Stamp) -> Result<(), Broken> {
        let broken = |what| Broken {
            sequence: stamp.sequence,
            what,
        };
        for id in fact.step_ids() {
            self.take(id, fact, stamp).map_err(broken)?;
        }
        self.fold_fact(fact, stamp.sequence).map_err(broken)
    }

    fn take(&mut self, id: StepId, fact: &Fact, stamp: Stamp) -> Result<(), String> {
        if let Some(Some(_)) = self.taken.get(&id) {
            return Err(format!("the id {id} stands for something already"));
        }
        if self.savepoints > 0 {
            self.before.push(Before::Step(id.clone()));
        }
        let fact = fact.clone();
        self.taken.insert(id, Some(Taken { stamp, fact }));
        Ok(())
    }

    fn fold_fact(&mut self, fact: &Fact, at: Sequence) -> Result<(), String> {
        match fact {
            Fact::CentreOpened {
                terms,
                first_staff_number,
            } => {
                let centre = Centre {
                    terms: terms.clone(),
                    active_staff: 0,
                    policies: PolicyStarts::default(),
                };
                self.create(Object::Centre(centre), at)?;
                self.branches.insert(terms.prefix.clone());
                let (number, centre) = (first_staff_number.clone(), terms.prefix.clone());
                self.register(StaffTerms::plain(number, centre), at)
            }
            Fact::StaffRegistered(terms) => self.register(terms.clone(), at),
            Fact::StaffStateSet(set) => self.set_staff_state(&set.number, set.change.leads().1, at),
            Fact::MemberRegistered(new) => {
                let member = Member {
                    id: new.id.clone(),
                    centre: new.centre.clone(),
                    state: MemberState::Active,
                    details: new.details.clone(),
                    personal_since: at,
                    registered_on: new.registered_on,
                    qualifications: Vec::new(),
                };
                self.create(Object::Member(Box::new(member)), at)
            }
            Fact::MemberStateSet(set) => self.change_member(&set.member, at, |member| {
                member.state = set.change.leads().1;
            }),
            Fact::PolicyAdopted(adopted) => self.adopt(adopted, at),
            Fact::MemberQualified(new) => self.change_member(&new.member, at, |member| {
                member.qualify(new.qualification.clone());
            }),
        }
    }

    fn register(&mut self, terms: StaffTerms, at: Sequence) -> Result<(), String> {
        let centre = terms.centre.clone();
        let staff = Staff {
            terms,
            state: StaffState::Active,
        };
        self.create(Object::Staff(staff), at)?;
        self.count_staff(&centre, 1, at)
    }

    fn set_staff_state(
        &mut self,
        number: &StaffNumber,
        state: StaffState,
        at: Sequence,
    ) -> Result<(), String> {
        let Ok(Some(staff)) = self.staff(number) else {
            return Err(format!("there is no staff {number}"));
        };
        let is_active = |state| i32::from(state == StaffState::Active);
        let more = is_active(state) - is_active(staff.state);
        let centre = staff.terms.centre.clone();
        let staff = Staff {
            state,
            ..staff.clone()
        };
        self.put(Object::Staff(staff), at);
        self.count_staff(&centre, more, at)
    }

    fn adopt(&mut self, adopted: &PolicyAdopted, at: Sequence) -> Result<(), String> {
        let policy = &adopted.policy;
        self.create(Object::Policy(policy.clone()), at)?;
        let mut centre = self.known_centre(&policy.centre)?;
        centre.policies.push(policy.starts_on);
        self.put(Object::Centre(centre), at);
        Ok(())
    }

    fn known_centre(&self, prefix: &Branch) -> Result<Centre, String> {
        let found = self.centre(prefix).cloned();
        found.ok_or_else(|| format!("there is no centre {prefix}"))
    }

    fn count_staff(&mut self, centre: &Branch, more: i32, at: Sequence) -> Result<(), String> {
        let mut centre = self.known_centre(centre)?;
        let count = centre.active_staff.checked_add_signed(more);
        centre.active_staff = count.ok_or("its staff are fewer than none")?;
        self.put(Object::Centre(centre), at);
        Ok(())
    }

    fn change_member(
        &mut self,
        id: &MemberId,
        at: Sequence,
        change: impl FnOnce(&mut Member),
    ) -> Result<(), String> {
        let Ok(Some(member)) = self.member(id) else {
            return Err(format!("there is no member {id}"));
        };
        let mut member = member.clone();
        change(&mut member);
        self.put(Object::Member(Box::new(member)), at);
        Ok(())
    }

    fn create(&mut self, object: Object, at: Sequence) -> Result<(), String> {
        let id = object.id();
        if self.all.contains_key(&id) {
            return Err(format!("{id} is there already"));
        }
        self.put(object, at);
        Ok(())
    }

    fn put(&mut self, object: Object, at: Sequence) {
        let id = object.id();
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
