//! Who could serve a need: the rules of accepting it, asked of one member after another.

use super::{ReadError, Reading, exchange::misplaced, need, policies::zone};
use crate::{
    exchange::{
        Branch, Code, Day, List, Member, MemberId, MemberState, Need, NeedId, Object, ObjectId,
        Objects, OrderRejection, Rejection, Supply, Wants,
        order::NeedVerb,
        rules::{Undecided, View, check_candidate},
    },
    ledger::{Book, TimeZone},
    store::StoreError,
};

/// How many members a page looks at, and how many of them together.
const MAX_LOOKED: usize = 10_000;
const AT_ONCE: usize = 500;

/// A member who was asked about.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub member: Member,
    /// Whether they live in the recipient's block.
    pub is_near: bool,
    /// Whether they offer to help.
    pub offers: bool,
    /// Whether they have a supply that the visit lies in.
    pub is_free: bool,
    /// What they could not accept it for. None where they may, and can.
    pub why_not: Option<Rejection>,
}

/// How far was looked: the recipient's block comes first, then all others by id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LookedTo {
    Near(MemberId),
    /// None: through the block, and no further.
    Far(Option<MemberId>),
}

/// The candidates of a page, and how far was looked: the next page begins after that.
/// None where there are no more.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    pub found: Vec<Candidate>,
    pub looked_to: Option<LookedTo>,
}

/// The members of a need's centre who may serve it, and can, those of the recipient's
/// block first; and on demand all others, with the rule that is against them. What
/// personal fields say that were erased is unknown: they count as none.
///
/// # Errors
/// [`OrderRejection::NeedUnknown`], [`OrderRejection::NeedStateWrong`] where the need
/// waits for nobody, where the caller has left, or the store fails.
pub fn candidates(
    reading: &mut Reading<'_>,
    id: NeedId,
    with_others: bool,
    after: Option<LookedTo>,
    limit: usize,
) -> Result<Candidates, ReadError> {
    let mut search = Search::begin(reading, id)?;
    let mut place = search.place(after);
    let mut page = Candidates::default();
    for _ in 0..MAX_LOOKED / AT_ONCE {
        reading.scan.check_caller()?;
        let listed = search.listed(reading, &place)?;
        let is_last = listed.len() < AT_ONCE;
        let verdicts = search.verdicts(reading, &listed)?;
        for (member, why_not) in listed.into_iter().zip(verdicts) {
            if page.found.len() == limit {
                page.looked_to = Some(place.looked_to());
                return Ok(page);
            }
            place.after = Some(member.id.clone());
            let is_wanted = with_others || why_not.is_none();
            if is_wanted && search.is_asked_about(&member, &place) {
                page.found.push(search.candidate(member, why_not));
            }
        }
        match (is_last, place.block.take()) {
            (false, block) => place.block = block,
            (true, Some(_)) => place.after = None,
            (true, None) => return Ok(page),
        }
    }
    page.looked_to = Some(place.looked_to());
    Ok(page)
}

/// Where a search goes on: in a block, or among all, after a member.
struct Place {
    block: Option<Code>,
    after: Option<MemberId>,
}

impl Place {
    fn looked_to(&self) -> LookedTo {
        match (&self.block, self.after.clone()) {
            (Some(_), Some(after)) => LookedTo::Near(after),
            (_, after) => LookedTo::Far(after),
        }
    }
}

struct Search {
    need: Need,
    zone: TimeZone,
    /// The recipient's, where they are of the need's centre.
    block: Option<Code>,
    /// What the rules asked for so far.
    objects: Objects,
    book: Book,
}

impl Search {
    fn begin(reading: &mut Reading<'_>, id: NeedId) -> Result<Self, ReadError> {
        let (need, state) = need(reading, id)?;
        let step = NeedVerb::Offer;
        if state.leads(step).is_none() {
            let need = need.id;
            return Err(
                Rejection::from(OrderRejection::NeedStateWrong { need, state, step }).into(),
            );
        }
        let recipient = ObjectId::Member(need.terms.recipient.clone());
        let recipient = reading
            .snapshot
            .object(&recipient)?
            .and_then(Object::member);
        let block = recipient
            .filter(|recipient| recipient.centre == need.centre)
            .and_then(|recipient| recipient.details.block);
        let mut objects = Objects::default();
        let centre = ObjectId::Centre(need.centre.clone());
        let standing = reading.snapshot.standing(&centre)?;
        objects.load(centre, standing);
        Ok(Self {
            need,
            zone: zone(reading)?,
            block,
            objects,
            book: Book::default(),
        })
    }

    fn place(&self, after: Option<LookedTo>) -> Place {
        let (block, after) = match after {
            None => (self.block.clone(), None),
            Some(LookedTo::Near(after)) => (self.block.clone(), Some(after)),
            Some(LookedTo::Far(after)) => (None, after),
        };
        Place { block, after }
    }

    fn centre(&self) -> Branch {
        self.need.centre.clone()
    }

    fn listed(&self, reading: &mut Reading<'_>, place: &Place) -> Result<Vec<Member>, ReadError> {
        let list = match &place.block {
            Some(block) => List::MembersOfBlock(self.centre(), block.clone()),
            None => List::MembersIn(self.centre(), MemberState::Active),
        };
        let after = place.after.clone().map(ObjectId::Member);
        let listed = reading.snapshot.listed(&list, after.as_ref(), AT_ONCE)?;
        let members = listed.into_iter().map(|object| match object {
            Object::Member(member) => Ok(*member),
            other => Err(misplaced(&other)),
        });
        Ok(members.collect::<Result<_, StoreError>>()?)
    }

    /// Not the recipient; nobody who is gone; and nobody of the block twice.
    fn is_asked_about(&self, member: &Member, place: &Place) -> bool {
        let was_near = place.block.is_none() && self.is_near(member);
        let is_active = member.state == MemberState::Active;
        is_active && !was_near && member.id != self.need.terms.recipient
    }

    fn is_near(&self, member: &Member) -> bool {
        self.block.is_some() && member.details.block == self.block
    }

    fn candidate(&self, member: Member, why_not: Option<Rejection>) -> Candidate {
        let mut offers = self.need.offers.iter();
        let terms = &self.need.terms;
        let visit = (terms.at, terms.until());
        let mut supplies = member.supplies.iter();
        let covers = |supply: &Supply| supply.covers(&terms.service, visit, self.zone);
        Candidate {
            is_free: supplies.any(covers),
            is_near: self.is_near(&member),
            offers: offers.any(|offer| offer.provider == member.id),
            member,
            why_not,
        }
    }

    /// What is against each of them, if anything: the rules are asked until all that
    /// they ask for is loaded.
    fn verdicts(
        &mut self,
        reading: &mut Reading<'_>,
        members: &[Member],
    ) -> Result<Vec<Option<Rejection>>, ReadError> {
        loop {
            let view = View {
                book: &self.book,
                objects: &self.objects,
                now: reading.now,
                zone: self.zone,
                today: Day::of(reading.now, self.zone),
            };
            let mut wants = Wants::default();
            let mut verdicts = Vec::with_capacity(members.len());
            for member in members {
                match check_candidate(view, &self.need, member) {
                    Ok(()) => verdicts.push(None),
                    Err(Undecided::Refused(why_not)) => verdicts.push(Some(why_not)),
                    Err(Undecided::NotLoaded(lacking)) => wants.join(lacking.wants()),
                }
            }
            if wants.is_empty() {
                return Ok(verdicts);
            }
            self.load(reading, wants)?;
        }
    }

    fn load(&mut self, reading: &mut Reading<'_>, wants: Wants) -> Result<(), ReadError> {
        let (mut ids, mut records) = (wants.objects, wants.personal);
        if ids.is_empty() && records.is_empty() {
            return Err(ReadError::Fault);
        }
        ids.sort_unstable();
        ids.dedup();
        records.sort_unstable();
        records.dedup();
        let found = reading.snapshot.objects(&ids)?;
        for (id, found) in ids.into_iter().zip(found) {
            self.objects.load(id, found);
        }
        let found = reading.snapshot.personal(&records)?;
        for (of, found) in records.into_iter().zip(found) {
            self.objects.load_personal(of, found);
        }
        Ok(())
    }
}
