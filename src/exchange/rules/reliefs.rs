//! Relief: who asks for it, who approves it, and what the ledger does for it.

use super::{
    Plan, Ruling, Undecided, View, accounts, doers, eligibility, entries, membership, policies,
    pools,
};
use crate::exchange::{
    Doer, Fact, Member, StaffNumber, StepId,
    policy::MIN_RELIEF,
    pool::{
        AskRelief, MAX_OPEN_RELIEFS, Pool, PoolFact, PoolRejection, Relief, ReliefAction,
        ReliefAsked, ReliefState, ReliefStep, ReliefStepped, ReliefVerb,
    },
};
use crate::ledger::{
    self, BookingId, HoldTerms, Label, Principal, Reversal, Settlement, Tag, Tags, Transfer,
};

pub(super) fn ask(view: View<'_>, new: &AskRelief, by: &Principal) -> Ruling {
    let pool = pools::known(view, &new.pool)?;
    let member = eligibility::known_member(view, &new.member, "member_id")?;
    membership::check_of_centre(member, &pool.centre)?;
    let by = doers::doer_for(view, &pool.centre, member, by)?;
    membership::check_state(member, &membership::PRESENT, "given relief")?;
    if !pool.purposes.as_slice().contains(&new.purpose) {
        let purposes = pool.purposes.as_slice().iter();
        let purposes: Vec<_> = purposes.map(|code| code.as_str()).collect();
        return Err(PoolRejection::PurposeForeign {
            pool: pool.account.clone(),
            centre: pool.centre.clone(),
            purpose: new.purpose.clone(),
            purposes: purposes.join(", "),
        }
        .into());
    }
    if member.open_reliefs >= MAX_OPEN_RELIEFS {
        let member = member.id.clone();
        return Err(PoolRejection::TooManyReliefs { member }.into());
    }
    check_enough(view, pool, new)?;
    let fact = PoolFact::ReliefAsked(ReliefAsked {
        ask: new.clone(),
        by,
    });
    let fact = Fact::Pool(Box::new(fact));
    Ok(Plan::with_reason(fact, Some(&new.reason)).into())
}

/// That the pool has so much to give: nothing is held for what nobody has approved yet.
fn check_enough(view: View<'_>, pool: &Pool, new: &AskRelief) -> Result<(), Undecided> {
    let account = view.book.account(&pool.account)?;
    let available = account.and_then(ledger::Account::available).unwrap_or(0);
    match available >= new.amount.steps() {
        true => Ok(()),
        false => Err(PoolRejection::ReliefBeyondPool {
            pool: pool.account.clone(),
            unit: pool.unit.clone(),
            available,
            requested: new.amount,
        }
        .into()),
    }
}

/// What a step comes to.
struct Comes {
    by: Doer,
    to: ReliefState,
    ledger: Vec<ledger::Command>,
}

pub(super) fn step(view: View<'_>, new: &ReliefStep, by: &Principal) -> Ruling {
    let found = view.objects.relief(new.relief)?;
    let unknown = || PoolRejection::ReliefUnknown { relief: new.relief };
    let relief = found.ok_or_else(unknown)?;
    let member = eligibility::known_member(view, &relief.member, "member_id")?;
    let asked = Asked {
        view,
        relief,
        member,
        step: new.step,
    };
    let comes = match &new.action {
        ReliefAction::Approve { .. } => asked.approve(by)?,
        ReliefAction::Decline { .. } => {
            let by = Doer::Staff(asked.neutral(by)?);
            asked.end(ReliefVerb::Decline, ReliefState::Declined, by)?
        }
        ReliefAction::Withdraw { .. } => {
            let by = doers::doer_for(view, &relief.centre, member, by)?;
            asked.end(ReliefVerb::Withdraw, ReliefState::Withdrawn, by)?
        }
        ReliefAction::Return { reason } => {
            let by = asked.neutral(by)?;
            asked.check_open(ReliefVerb::Return)?;
            let reversal = Reversal {
                id: new.step,
                of: asked.hold()?,
                reason: reason.commitment,
                note: reason.note.clone(),
                force: false,
                effective_at: None,
                owner: relief.id.hold_owner(),
            };
            entries::check_unbooked(view, new.step, StepId::Own(new.step))?;
            Comes {
                by: Doer::Staff(by),
                to: ReliefState::Returned,
                ledger: vec![ledger::Command::ReverseEntry(reversal)],
            }
        }
    };
    let fact = PoolFact::ReliefStepped(ReliefStepped {
        step: new.clone(),
        by: comes.by,
        to: comes.to,
    });
    Ok(Plan {
        ledger: comes.ledger,
        ..Plan::with_reason(Fact::Pool(Box::new(fact)), new.action.reason())
    }
    .into())
}

/// A relief of which a step is asked.
struct Asked<'a> {
    view: View<'a>,
    relief: &'a Relief,
    member: &'a Member,
    step: BookingId,
}

impl Asked<'_> {
    /// The number of staff to whom nothing of it goes.
    fn neutral(&self, by: &Principal) -> Result<StaffNumber, Undecided> {
        let staff = doers::neutral_staff(self.view, &self.relief.centre, &[self.member], by)?;
        Ok(staff.terms.number.clone())
    }

    fn check_open(&self, step: ReliefVerb) -> Result<(), PoolRejection> {
        let Relief { id, state, .. } = *self.relief;
        match state.leads(step) {
            Some(_) => Ok(()),
            None => Err(PoolRejection::ReliefStateWrong {
                relief: id,
                state,
                step,
            }),
        }
    }

    /// What holds it.
    fn hold(&self) -> Result<BookingId, PoolRejection> {
        let relief = self.relief.id;
        self.relief
            .hold
            .ok_or(PoolRejection::ReliefUnknown { relief })
    }

    /// By as many of the staff as the policy asks for, none of whom asked for it: the first
    /// reserves it, the last pays it.
    fn approve(&self, by: &Principal) -> Result<Comes, Undecided> {
        let Self { view, relief, .. } = *self;
        let staff = doers::neutral_staff(view, &relief.centre, &[self.member], by)?;
        let number = staff.terms.number.clone();
        self.check_open(ReliefVerb::Approve)?;
        let by = Doer::Staff(number.clone());
        if doers::someone(view, &relief.asked_by)? == doers::someone(view, &by)? {
            let relief = relief.id;
            return Err(PoolRejection::ApproverAsked { relief, number }.into());
        }
        for earlier in &relief.approved_by {
            doers::check_another(view, staff, earlier)?;
        }
        membership::check_state(self.member, &membership::PRESENT, "given relief")?;
        membership::check_of_centre(self.member, &relief.centre)?;
        let adopted = view.objects.policy_on(&relief.centre, view.today)?;
        let asked = adopted.map_or(MIN_RELIEF, |adopted| adopted.policy().approval.relief);
        let given = self.standing()?.saturating_add(1);
        let is_enough = u32::try_from(given).is_ok_and(|given| given >= asked);
        let (to, ledger) = match (relief.hold, is_enough) {
            (None, _) => (ReliefState::Reserved, vec![self.reserve()?]),
            (Some(_), false) => (ReliefState::Reserved, Vec::new()),
            (Some(hold), true) => (ReliefState::Paid, self.pay(hold)?),
        };
        Ok(Comes { by, to, ledger })
    }

    /// How many of the approvals so far are of staff who are no party by now.
    fn standing(&self) -> Result<usize, Undecided> {
        let mut standing = 0;
        for number in &self.relief.approved_by {
            let staff = super::known_staff(self.view.objects, number)?;
            standing += usize::from(!doers::is_party(staff, self.member));
        }
        Ok(standing)
    }

    fn reserve(&self) -> Result<ledger::Command, Undecided> {
        let Self { view, relief, .. } = *self;
        entries::check_unbooked(view, self.step, StepId::Own(self.step))?;
        let pool = pools::known(view, &relief.pool)?;
        let to = match pool.is_of_hours() {
            true => self.member.account.clone(),
            false => pools::relief(&pool.centre, &pool.account, &pool.unit)?,
        };
        let unfit = |why| accounts::unfit(&pool.account, why);
        let transfer = Transfer::new(pool.account.clone(), to, relief.amount);
        let purpose = Label::parse("key", "purpose");
        let purpose = purpose.and_then(|key| Tag::new(key, relief.purpose.as_str().into()));
        let tags = purpose.and_then(|tag| Tags::new(vec![tag]));
        Ok(ledger::Command::PlaceHold {
            terms: HoldTerms {
                id: self.step,
                transfer: transfer.map_err(|_| unfit("it would pay itself"))?,
                expires_in_s: None,
                kind: Label::relief(),
                tags: tags.map_err(|_| unfit("its purpose is no tag"))?,
                owner: relief.id.hold_owner(),
            },
            unit: None,
        })
    }

    fn pay(&self, hold: BookingId) -> Result<Vec<ledger::Command>, Undecided> {
        let member = self.member;
        let limits = policies::new_limits(self.view, &member.centre, &member.account)?;
        let settle = ledger::Command::SettleHold {
            id: hold,
            settlement: Settlement::All,
            effective_at: None,
            owner: self.relief.id.hold_owner(),
        };
        Ok(limits.into_iter().chain([settle]).collect())
    }

    /// It comes to nothing, and what is held for it is free again.
    fn end(&self, verb: ReliefVerb, to: ReliefState, by: Doer) -> Result<Comes, Undecided> {
        self.check_open(verb)?;
        let owner = self.relief.id.hold_owner();
        let release = self
            .relief
            .hold
            .map(|id| ledger::Command::ReleaseHold { id, owner });
        Ok(Comes {
            by,
            to,
            ledger: release.into_iter().collect(),
        })
    }
}
