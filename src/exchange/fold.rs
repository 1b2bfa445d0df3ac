//! What a fact makes of the objects.

use super::{
    Branch, Centre, Erasure, Exit, ExitCause, Fact, Holder, Mandate, Member, MemberId, MemberState,
    NotLoaded, Object, ObjectId, Objects, Period, PeriodClosed, PeriodFact, PeriodId,
    PolicyAdopted, PolicyStarts, Registered, Settlement, SignOff, Staff, StaffNumber, StaffState,
    StaffTerms,
    wants::{Folded, Unfit},
};
use crate::ledger::{AccountId, Broken, Sequence, Stamp};

impl Objects {
    /// Folds a fact of a record in, where all is loaded that it changes.
    ///
    /// # Errors
    /// [`Broken`] where it names what is not there. The objects are then of no more
    /// use.
    pub fn fold(&mut self, fact: &Fact, stamp: Stamp) -> Result<(), Broken> {
        let lacking = self.try_fold(fact, stamp)?;
        let broken = |lacking: NotLoaded| Broken {
            sequence: stamp.sequence,
            what: format!("what it changes is not loaded: {:?}", lacking.wants()),
        };
        lacking.map_err(broken)
    }

    /// Folds a fact in, as far as all that it changes is loaded. Where it is not, some of it may
    /// have been done: the objects go back to a savepoint.
    ///
    /// # Errors
    /// [`Broken`], as of [`Objects::fold`].
    pub fn try_fold(&mut self, fact: &Fact, stamp: Stamp) -> Result<Result<(), NotLoaded>, Broken> {
        let ids = fact.step_ids();
        let mut ids = ids.into_iter();
        let taken = ids.try_for_each(|id| self.take(id, fact, stamp));
        match taken.and_then(|()| self.fold_fact(fact, stamp)) {
            Ok(()) => Ok(Ok(())),
            Err(Unfit::NotLoaded(lacking)) => Ok(Err(lacking)),
            Err(Unfit::Broken(what)) => Err(Broken {
                sequence: stamp.sequence,
                what,
            }),
        }
    }

    fn fold_fact(&mut self, fact: &Fact, stamp: Stamp) -> Folded {
        let at = stamp.sequence;
        match fact {
            Fact::NeedPublished(new) => self.publish(new, stamp),
            Fact::NeedStepped(new) => self.step_need(new, at),
            Fact::OrderAccepted(new) => self.accept(new, stamp),
            Fact::OrderStepped(new) => self.step_order(new, stamp),
            Fact::VisitRecorded(new) => self.record_visit(new, stamp),
            Fact::Pool(fact) => self.fold_pool(fact, stamp),
            Fact::Issuance(fact) => self.fold_issuance(fact, at),
            Fact::Stock(fact) => self.fold_stock(fact, at),
            Fact::Group(fact) => self.fold_group(fact, at),
            Fact::Training(fact) => self.fold_training(fact, at),
            Fact::Converted(new) => self.fold_converted(new, at),
            Fact::Period(fact) => match &**fact {
                PeriodFact::Closed(new) => self.close_period(new, stamp),
                PeriodFact::Sealed(seal) => self.change_period(&seal.id, at, |period| {
                    period.seal = Some(seal.seal.clone());
                }),
                PeriodFact::Signed(new) => self.change_period(&new.sign.id, at, |period| {
                    period.signed_off.push(SignOff {
                        by: new.by.clone(),
                        at: stamp.moment,
                        position: new.sign.position,
                    });
                }),
            },
            Fact::Partner(fact) => self.fold_partner(fact, at),
            Fact::Oversight(fact) => self.fold_oversight(fact, stamp),
            Fact::Token(fact) => self.fold_token(fact, stamp),
            Fact::SupplyOffered(new) => self.change_member(&new.offer.member, at, |member| {
                member.supplies.push(new.offer.supply.clone());
            }),
            Fact::SupplyWithdrawn(new) => self.change_member(&new.withdraw.member, at, |member| {
                member.supplies.retain(|supply| supply.id != new.was.id);
            }),
            Fact::StandingStepped(new) => self.step_standing(new, at),
            Fact::VisitArose(new) => self.arise(new, stamp),
            Fact::IncidentReported(new) => self.report(new, stamp),
            Fact::IncidentClosed(new) => self.close_incident(new.close.incident, at),
            Fact::CentreOpened {
                terms,
                first_staff_number,
            } => {
                let centre = Centre {
                    terms: terms.clone(),
                    opened: at,
                    active_staff: 0,
                    policies: PolicyStarts::default(),
                    closed_until: None,
                };
                self.create(Object::Centre(centre), at)?;
                let (number, centre) = (first_staff_number.clone(), terms.prefix.clone());
                self.register(StaffTerms::plain(number, centre), at)
            }
            Fact::StaffRegistered(terms) => self.register(terms.clone(), at),
            Fact::StaffStateSet(set) => self.set_staff_state(&set.number, set.change.leads().1, at),
            Fact::MemberRegistered(new) => {
                let member = Member {
                    id: new.id.clone(),
                    centre: new.centre.clone(),
                    account: new.id.account().clone(),
                    state: MemberState::Active,
                    exit: None,
                    details: new.details.clone(),
                    personal_since: at,
                    registered_on: new.registered_on,
                    registered: Registered {
                        centre: new.centre.clone(),
                        heard_of: new.details.heard_of.clone(),
                        at,
                    },
                    other_accounts: Vec::new(),
                    qualifications: Vec::new(),
                    second_of: new.verdicts.second_of.clone(),
                    earned_minutes: 0,
                    open_orders: 0,
                    granted: false,
                    open_reliefs: 0,
                    supplies: Vec::new(),
                    erasure: Erasure::None,
                };
                self.create(Object::Member(Box::new(member)), at)
            }
            Fact::MemberStateSet(set) => self.change_member(&set.member, at, |member| {
                // An exit that was begun is taken back.
                let before = member.exit.take().map(|exit| exit.state_before);
                member.state = before.unwrap_or(set.change.leads().1);
            }),
            Fact::MemberChanged(new) => self.change_member(&new.member, at, |member| {
                member.details = new.details.clone();
                member.personal_since = at;
                if new.second_of.is_some() {
                    member.second_of = new.second_of.clone();
                }
            }),
            Fact::MandateSet(set) => {
                let owner = self.centre_around(set.account.as_str());
                let owner = owner.ok_or("the account of a mandate is in no centre's branch")?;
                let mandate = Mandate {
                    id: set.id(),
                    owner: owner.terms.prefix.clone(),
                    is_given: set.is_given,
                };
                self.put(Object::Mandate(mandate), at);
                Ok(())
            }
            Fact::MemberCleared(new) => self.change_member(&new.member, at, |member| {
                member.second_of = None;
            }),
            Fact::ErasureStep(new) => self.change_member(&new.member, at, |member| {
                member.erasure = match new.is_done {
                    true => Erasure::Done,
                    false => Erasure::AskedBy(new.by.clone()),
                };
            }),
            Fact::MemberMoved(new) => {
                self.change_member(&new.member, at, |member| {
                    member.centre = new.to.clone();
                    member.account = new.account.clone();
                    // They were of the catalogue of the centre before.
                    member.supplies.clear();
                })?;
                let holder = Holder {
                    account: new.account.clone(),
                    member: new.member.clone(),
                };
                self.create(Object::Holder(holder), at)
            }
            Fact::MemberExited(new) => self.change_member(&new.exit.member, at, |member| {
                member.exit = Some(Exit {
                    cause: new.exit.cause(),
                    on: new.on,
                    state_before: member.state,
                    approved_by: Vec::new(),
                    closed_on: new.settlement.closed_on(),
                });
                member.state = state_after(new.exit.cause(), &new.settlement);
            }),
            Fact::ExitApproved(new) => self.change_member(&new.approval.member, at, |member| {
                if let Some(exit) = &mut member.exit {
                    exit.approved_by.push(new.by.clone());
                    exit.closed_on = new.settlement.closed_on();
                    member.state = state_after(exit.cause, &new.settlement);
                }
            }),
            Fact::PolicyAdopted(adopted) => self.adopt(adopted, at),
            Fact::MemberQualified(new) => self.change_member(&new.member, at, |member| {
                member.qualify(new.qualification.clone());
            }),
        }
    }

    fn register(&mut self, terms: StaffTerms, at: Sequence) -> Folded {
        let centre = terms.centre.clone();
        let staff = Staff {
            terms,
            state: StaffState::Active,
        };
        self.create(Object::Staff(staff), at)?;
        self.count_staff(&centre, 1, at)
    }

    fn set_staff_state(&mut self, number: &StaffNumber, state: StaffState, at: Sequence) -> Folded {
        let Some(staff) = self.staff(number)? else {
            return Err(format!("there is no staff {number}").into());
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

    fn close_period(&mut self, new: &PeriodClosed, stamp: Stamp) -> Folded {
        let id = &new.close.id;
        let period = Period {
            id: id.clone(),
            closed_by: new.by.clone(),
            closed_at: stamp.moment,
            recorded: stamp.sequence,
            seal: None,
            signed_off: Vec::new(),
        };
        self.create(Object::Period(period), stamp.sequence)?;
        let mut centre = self.known_centre(&id.centre)?;
        centre.closed_until = Some(id.month.last_day());
        self.put(Object::Centre(centre), stamp.sequence);
        Ok(())
    }

    fn change_period(
        &mut self,
        id: &PeriodId,
        at: Sequence,
        change: impl FnOnce(&mut Period),
    ) -> Folded {
        let Some(period) = self.period(id)? else {
            return Err(format!("{} of {} is not closed", id.month, id.centre).into());
        };
        let mut period = period.clone();
        change(&mut period);
        self.put(Object::Period(period), at);
        Ok(())
    }

    fn adopt(&mut self, adopted: &PolicyAdopted, at: Sequence) -> Folded {
        let policy = &adopted.policy;
        self.create(Object::Policy(policy.clone()), at)?;
        let mut centre = self.known_centre(&policy.centre)?;
        centre.policies.push(policy.starts_on);
        self.put(Object::Centre(centre), at);
        Ok(())
    }

    fn known_centre(&self, prefix: &Branch) -> Folded<Centre> {
        let found = self.centre(prefix).cloned();
        found.ok_or_else(|| format!("there is no centre {prefix}").into())
    }

    fn count_staff(&mut self, centre: &Branch, more: i32, at: Sequence) -> Folded {
        let mut centre = self.known_centre(centre)?;
        let count = centre.active_staff.checked_add_signed(more);
        centre.active_staff = count.ok_or("its staff are fewer than none")?;
        self.put(Object::Centre(centre), at);
        Ok(())
    }

    /// An account is a member's, besides that of their hours.
    pub(super) fn hold_account(
        &mut self,
        member: &MemberId,
        account: &AccountId,
        at: Sequence,
    ) -> Folded {
        if self.object(&ObjectId::Holder(account.clone()))?.is_some() {
            return Ok(());
        }
        let holder = Holder {
            account: account.clone(),
            member: member.clone(),
        };
        self.create(Object::Holder(holder), at)?;
        self.change_member(member, at, |member| {
            member.other_accounts.push(account.clone());
        })
    }

    pub(super) fn change_member(
        &mut self,
        id: &MemberId,
        at: Sequence,
        change: impl FnOnce(&mut Member),
    ) -> Folded {
        let Some(member) = self.member(id)? else {
            return Err(format!("there is no member {id}").into());
        };
        let mut member = member.clone();
        change(&mut member);
        self.put(Object::Member(Box::new(member)), at);
        Ok(())
    }
}

fn state_after(cause: ExitCause, settlement: &Settlement) -> MemberState {
    match (settlement, cause) {
        (Settlement::AwaitsApproval, _) => MemberState::Exiting,
        (Settlement::Closed { .. }, ExitCause::Leaving) => MemberState::Left,
        (Settlement::Closed { .. }, ExitCause::Death) => MemberState::Died,
    }
}
