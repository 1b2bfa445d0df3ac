//! What somebody sees who does not see the whole ledger: the same snapshot, without what is outside
//! their scope. What is left out is as if it were not there, so that no read need think of it.

use super::Reader;
use crate::{
    access::touched::accounts,
    exchange::{
        Doer, List, MemberId, Object, ObjectId, Objects, Personal, Place, Standing, StepId, Wants,
        token::Scope,
    },
    ledger::{
        Account, AccountId, Booking, BookingId, Fact, Founded, Hold, Moment, Note, Position,
        Principal, Sequence, Transfer, Unit, UnitId,
    },
    steps::Record,
    store::{AccountRow, HoldFilter, Lines, PostingRow, Snapshot, StoreError, Stored},
};

/// Whether a fact is of the ledger as a whole.
fn is_of_the_ledger(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::LedgerFounded(_) | Fact::TimeZoneSet(_) | Fact::UnitDeclared(_)
    )
}

/// How much is read at once of what may be left out.
const AT_ONCE: usize = 1_000;

type Read<T> = Result<T, StoreError>;

/// A snapshot of which only a scope is seen.
pub(super) struct Scoped<'a> {
    snapshot: &'a mut dyn Snapshot,
    scope: &'a Scope,
    /// Who sees only what was drawn for them, where somebody does.
    evaluator: Option<&'a Principal>,
    /// The accounts that are a member's own, where no more is seen.
    own: Vec<AccountId>,
    /// The centre of that member.
    centre: Option<String>,
}

impl<'a> Scoped<'a> {
    /// What somebody sees of a snapshot.
    ///
    /// # Errors
    /// Where the store fails.
    pub(super) fn of(snapshot: &'a mut dyn Snapshot, by: &'a Reader) -> Read<Self> {
        let scope = &by.scope;
        let member = match scope {
            Scope::Member(id) => snapshot.object(&ObjectId::Member(id.clone()))?,
            Scope::Ledger | Scope::Branch(_) => None,
        };
        let member = member.and_then(Object::member);
        Ok(Self {
            snapshot,
            scope,
            evaluator: by.is_evaluator.then_some(&by.who),
            centre: member.as_ref().map(|member| member.centre.to_string()),
            own: member.map_or_else(Vec::new, |member| {
                let others = member.other_accounts.into_iter();
                others.chain([member.account]).collect()
            }),
        })
    }

    fn sees(&self, account: &AccountId) -> bool {
        self.scope.reaches(account.as_str()) || self.own.contains(account)
    }

    fn sees_leg(&self, leg: &Transfer) -> bool {
        self.sees(leg.debit()) || self.sees(leg.credit())
    }

    fn sees_booking(&self, booking: &Booking) -> bool {
        match booking {
            Booking::Entry(posted) => {
                let mut legs = posted.entry.transfers.as_slice().iter();
                legs.any(|leg| self.sees_leg(leg))
            }
            Booking::Hold(hold) => self.sees_leg(&hold.terms.transfer),
        }
    }

    /// The same object, without the member elsewhere whose second membership somebody seems to be.
    fn without_others(&self, object: Object) -> Object {
        match object {
            Object::Member(mut member) => {
                let others = member.second_of.take();
                member.second_of = others.filter(|other| self.scope.reaches(other.as_str()));
                Object::Member(member)
            }
            object => object,
        }
    }

    /// Whether something that a record touches is in scope. What is of the ledger as a whole is for
    /// everybody.
    fn sees_record(&mut self, record: &Record) -> Read<bool> {
        let mut touched = record.step.facts().iter().flat_map(accounts);
        if touched.any(|account| self.sees(account)) {
            return Ok(true);
        }
        let Some(fact) = record.step.exchange_fact() else {
            return Ok(record.step.facts().iter().all(is_of_the_ledger));
        };
        let mut named = Wants::default();
        fact.command().plain_needs(&Objects::default(), &mut named);
        let made = fact.step_ids().into_iter().filter_map(|id| match id {
            StepId::Creates(id) => Some(id),
            StepId::Own(_) => None,
        });
        for id in named.objects.into_iter().chain(made) {
            if self.object(&id)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn sees_object(&mut self, object: &Object) -> Read<bool> {
        if let Scope::Member(id) = self.scope {
            return self.is_own(object, id);
        }
        if !self.is_drawn(object)? {
            return Ok(false);
        }
        Ok(match object.place() {
            Place::Ledger => *self.scope == Scope::Ledger,
            Place::Chart(place) => self.scope.reaches(place),
            Place::With(other) => match self.snapshot.object(&other)? {
                Some(other) => self.sees_object(&other)?,
                None => false,
            },
        })
    }

    /// Whether an object is not kept from an evaluator: of orders, those that were drawn for others.
    fn is_drawn(&mut self, object: &Object) -> Read<bool> {
        let Some(evaluator) = self.evaluator else {
            return Ok(true);
        };
        let order = match object {
            Object::Drawn(drawn) => return Ok(drawn.evaluator.is_of(evaluator)),
            Object::Order(order) => order.id,
            Object::Evaluation(evaluation) => evaluation.order,
            _ => return Ok(true),
        };
        Ok(match self.snapshot.object(&ObjectId::Drawn(order))? {
            Some(Object::Drawn(drawn)) => drawn.evaluator.is_of(evaluator),
            _ => false,
        })
    }

    /// What a member sees: what is theirs, or of somebody whom they act for, and by what rules their
    /// centre goes.
    fn is_own(&mut self, object: &Object, id: &MemberId) -> Read<bool> {
        let is_centre = |centre: &str| self.centre.as_deref() == Some(centre);
        let mut sides = match object {
            Object::Member(member) => {
                return Ok(member.id == *id || member.details.is_acted_for_by(id));
            }
            Object::Need(need) => {
                let offers = need.offers.iter().map(|offer| &offer.provider);
                offers.chain([&need.terms.recipient]).collect()
            }
            Object::Order(order) => vec![&order.recipient, &order.provider],
            Object::Standing(standing) => {
                let recipient = [&standing.terms.recipient].into_iter();
                recipient.chain(&standing.provider).collect()
            }
            Object::Relief(relief) => vec![&relief.member],
            Object::Look(look) => vec![&look.member],
            Object::Training(training) => vec![&training.attendance.member],
            // Staff look into incidents; whoever reported one hears that they did.
            Object::Incident(incident) => {
                return Ok(incident.reported_by == Doer::Member(id.clone()));
            }
            Object::Holder(holder) => return Ok(self.own.contains(&holder.account)),
            Object::Centre(centre) => return Ok(is_centre(centre.terms.prefix.as_str())),
            Object::Policy(policy) => return Ok(is_centre(policy.centre.as_str())),
            Object::Staff(_)
            | Object::Mandate(_)
            | Object::Week(_)
            | Object::Pool(_)
            | Object::Donation(_)
            | Object::Source(_)
            | Object::Stock(_)
            | Object::StockItem(_)
            | Object::Partner(_)
            | Object::Remittance(_)
            | Object::Period(_)
            | Object::Group(_)
            | Object::GroupPage(_)
            | Object::Evaluation(_)
            | Object::Drawn(_)
            | Object::TrainingDay(_)
            | Object::Token(_) => Vec::new(),
        };
        sides.sort_by_key(|side| *side != id);
        for side in sides {
            if side == id || self.acts_for(id, side)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a member answers or acts for another.
    fn acts_for(&mut self, id: &MemberId, other: &MemberId) -> Read<bool> {
        let other = self.snapshot.object(&ObjectId::Member(other.clone()))?;
        let other = other.and_then(Object::member);
        Ok(other.is_some_and(|other| other.details.is_acted_for_by(id)))
    }

    /// Reads on after what is left out, until there are so many or no more.
    fn as_many<T, K>(
        &mut self,
        limit: usize,
        mut read: impl FnMut(&mut Self, Option<&K>, usize) -> Read<Vec<T>>,
        key: impl Fn(&T) -> K,
        sees: impl Fn(&mut Self, &T) -> Read<bool>,
    ) -> Read<Vec<T>> {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let at_once = limit.max(AT_ONCE);
            let found = read(self, after.as_ref(), at_once)?;
            let is_end = found.len() < at_once;
            after = found.last().map(&key);
            for one in found {
                if seen.len() < limit && sees(self, &one)? {
                    seen.push(one);
                }
            }
            if is_end || seen.len() >= limit {
                return Ok(seen);
            }
        }
    }

    /// Whether anything of a list can be in scope.
    fn sees_list(&self, list: &List) -> bool {
        match (self.scope, list.place()) {
            (Scope::Branch(_), Some(place)) => self.scope.reaches(place),
            (Scope::Ledger | Scope::Branch(_) | Scope::Member(_), _) => true,
        }
    }
}

impl Snapshot for Scoped<'_> {
    fn last(&mut self) -> Read<Sequence> {
        self.snapshot.last()
    }

    fn root(&mut self, count: i64) -> Read<Option<[u8; 32]>> {
        self.snapshot.root(count)
    }

    fn founded(&mut self) -> Read<Option<Founded>> {
        self.snapshot.founded()
    }

    fn units(&mut self) -> Read<Vec<Unit>> {
        self.snapshot.units()
    }

    fn accounts_of(&mut self, ids: &[AccountId]) -> Read<Vec<Option<AccountRow>>> {
        let found = self.snapshot.accounts_of(ids)?.into_iter();
        let found = found.map(|row| row.filter(|row| self.sees(&row.account.id)));
        Ok(found.collect())
    }

    fn accounts(
        &mut self,
        prefix: &str,
        after: Option<&AccountId>,
        limit: usize,
    ) -> Read<Vec<AccountRow>> {
        let Scope::Branch(branch) = self.scope else {
            let is_asked = |id: &&AccountId| {
                id.as_str().starts_with(prefix) && after.is_none_or(|after| *id > after)
            };
            let mut asked: Vec<_> = self.own.iter().filter(is_asked).cloned().collect();
            asked.sort();
            asked.truncate(limit);
            return Ok(self.accounts_of(&asked)?.into_iter().flatten().collect());
        };
        let below = format!("{branch}:");
        if prefix.starts_with(&below) {
            self.snapshot.accounts(prefix, after, limit)
        } else if below.starts_with(prefix) {
            self.snapshot.accounts(&below, after, limit)
        } else {
            Ok(Vec::new())
        }
    }

    fn records_at(&mut self, sequences: &[Sequence]) -> Read<Vec<Record>> {
        self.snapshot.records_at(sequences)
    }

    fn notes_at(&mut self, sequences: &[Sequence]) -> Read<Vec<Option<Note>>> {
        self.snapshot.notes_at(sequences)
    }

    fn stored(&mut self, from: Sequence, limit: usize) -> Read<Vec<Stored>> {
        self.snapshot.stored(from, limit)
    }

    fn bookings(&mut self, ids: &[BookingId]) -> Read<Vec<Option<Booking>>> {
        let found = self.snapshot.bookings(ids)?.into_iter();
        let found = found.map(|booking| booking.filter(|booking| self.sees_booking(booking)));
        Ok(found.collect())
    }

    fn reversals(
        &mut self,
        of: &[(Sequence, BookingId)],
        before: Sequence,
    ) -> Read<Vec<Option<BookingId>>> {
        self.snapshot.reversals(of, before)
    }

    fn holds(&mut self, filter: HoldFilter<'_>) -> Read<Vec<Hold>> {
        self.as_many(
            filter.limit,
            |scoped, after, limit| {
                let after = after.copied().unwrap_or(filter.after);
                scoped.snapshot.holds(HoldFilter {
                    after,
                    limit,
                    ..filter
                })
            },
            |hold: &Hold| hold.placed.sequence,
            |scoped, hold| Ok(scoped.sees_leg(&hold.terms.transfer)),
        )
    }

    fn held(&mut self, accounts: &[&Account], at: Sequence, moment: Moment) -> Read<Vec<i64>> {
        self.snapshot.held(accounts, at, moment)
    }

    fn postings(
        &mut self,
        account: &Account,
        from: Position,
        limit: usize,
    ) -> Read<Vec<PostingRow>> {
        self.snapshot.postings(account, from, limit)
    }

    fn objects(&mut self, ids: &[ObjectId]) -> Read<Vec<Option<Standing>>> {
        let mut seen = Vec::with_capacity(ids.len());
        for found in self.snapshot.objects(ids)? {
            seen.push(match found {
                Some((object, since)) if self.sees_object(&object)? => {
                    Some((self.without_others(object), since))
                }
                _ => None,
            });
        }
        Ok(seen)
    }

    fn personal(&mut self, of: &[Sequence]) -> Read<Vec<Option<Personal>>> {
        self.snapshot.personal(of)
    }

    fn listed(&mut self, list: &List, after: Option<&ObjectId>, limit: usize) -> Read<Vec<Object>> {
        if !self.sees_list(list) {
            return Ok(Vec::new());
        }
        let seen = self.as_many(
            limit,
            |scoped, last, limit| scoped.snapshot.listed(list, last.or(after), limit),
            Object::id,
            |scoped, object| scoped.sees_object(object),
        )?;
        let seen = seen.into_iter().map(|object| self.without_others(object));
        Ok(seen.collect())
    }

    fn lines(&mut self, list: &List, after: &str, limit: usize) -> Read<Lines> {
        match self.scope {
            Scope::Branch(_) if self.sees_list(list) => self.snapshot.lines(list, after, limit),
            _ => Ok(Lines::default()),
        }
    }

    fn served(
        &mut self,
        after: (i64, Sequence),
        end: i64,
        limit: usize,
    ) -> Read<Vec<(i64, Record)>> {
        self.as_many(
            limit,
            |scoped, last, limit| scoped.snapshot.served(*last.unwrap_or(&after), end, limit),
            |(minute, record): &(i64, Record)| (*minute, record.stamp.sequence),
            |scoped, (_, record)| scoped.sees_record(record),
        )
    }

    fn units_of(&mut self, ids: &[AccountId]) -> Read<Vec<Option<UnitId>>> {
        self.snapshot.units_of(ids)
    }

    fn shows(&mut self, record: &Record) -> Read<bool> {
        self.sees_record(record)
    }

    fn forced(
        &mut self,
        after: (i64, Sequence),
        end: i64,
        limit: usize,
    ) -> Read<Vec<(i64, Record)>> {
        self.as_many(
            limit,
            |scoped, last, limit| scoped.snapshot.forced(*last.unwrap_or(&after), end, limit),
            |(minute, record): &(i64, Record)| (*minute, record.stamp.sequence),
            |scoped, (_, record)| scoped.sees_record(record),
        )
    }
}
