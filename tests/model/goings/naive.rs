//! The naive model: what becomes of members, as simply as can be.

use std::collections::BTreeMap;

use timebank::{
    exchange::{Erasure, MemberState},
    store::Erased,
};

use super::{Ask, Became, By, CENTRES, Id, STAFF, number_of};

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Member {
    pub(super) centre: usize,
    pub(super) account: Id,
    pub(super) state: MemberState,
    died: bool,
    heir: Option<Id>,
    number: Option<u8>,
    first: (Option<Id>, Option<u8>),
    pub(super) approved_by: Vec<Id>,
    pub(super) second_of: Option<Id>,
    pub(super) erasure: Erasure,
    /// The records that commit to personal fields.
    records: i64,
    /// Those that have a verdict on them; of whom they seem to be a second membership.
    verdicts: Vec<Option<Id>>,
}

#[derive(Default)]
pub(super) struct Model {
    today: i64,
    pub(super) members: BTreeMap<Id, Member>,
    /// Open, and closed ones.
    pub(super) balances: BTreeMap<Id, Option<i64>>,
    pub(super) pools: [i64; 2],
    taken: BTreeMap<u8, Ask>,
    /// Who had a number, in order.
    numbers: Vec<(u8, Id)>,
    policies: [Vec<(i64, usize)>; 2],
    /// Whether each centre lets the other's hours go to its pool.
    mandates: [bool; 2],
}

fn err<T>(reason: &str) -> Result<T, String> {
    Err(reason.to_owned())
}

impl Model {
    pub(super) fn one(&mut self, ask: Ask, actor: Id) -> Became {
        let step = match ask {
            Ask::Move { step, .. }
            | Ask::Exit { step, .. }
            | Ask::Approve { step, .. }
            | Ask::Clear { step, .. }
            | Ask::Mandate { step, .. }
            | Ask::Erase { step, .. } => Some(step),
            _ => None,
        };
        if let Some(old) = step.and_then(|step| self.taken.get(&step)) {
            return if *old == ask {
                Ok(true)
            } else {
                err("ID_REUSED")
            };
        }
        let replayed = self.decide(ask, actor)?;
        if let Some(step) = step {
            self.taken.insert(step, ask);
        }
        Ok(replayed)
    }

    /// Who asks.
    pub(super) fn actor(&self, ask: Ask, by: By) -> Id {
        let member = match ask {
            Ask::Register { member, .. }
            | Ask::Change { member, .. }
            | Ask::Move { member, .. }
            | Ask::Exit { member, .. }
            | Ask::Approve { member, .. }
            | Ask::Clear { member, .. }
            | Ask::Erase { member, .. } => member,
            Ask::Earn { account, .. } => account,
            Ask::Adopt { centre, .. } => CENTRES[centre],
            Ask::Mandate { owner, .. } => CENTRES[owner],
            Ask::NextDay => "",
        };
        let centre = self.members.get(member).map(|found| found.centre);
        let centre = centre.unwrap_or(usize::from(member.starts_with('b')));
        match by {
            By::Staff(second) => STAFF[centre][usize::from(second)],
            By::Somebody(actor) => actor,
        }
    }

    fn by_staff(&self, centre: usize, actor: Id) -> Result<(), String> {
        if STAFF[centre].contains(&actor) {
            Ok(())
        } else {
            err("STAFF_ONLY")
        }
    }

    fn known(&self, member: Id, actor: Id) -> Result<Member, String> {
        let Some(found) = self.members.get(member) else {
            return err("MEMBER_UNKNOWN");
        };
        self.by_staff(found.centre, actor)?;
        Ok(found.clone())
    }

    fn policy(&self, centre: usize) -> Option<usize> {
        let started = self.policies[centre].iter().rev();
        let mut started = started.filter(|(start, _)| *start <= self.today);
        started.next().map(|(_, policy)| *policy)
    }

    /// The last policy has hours go to the other centre's pool.
    fn check_mandate(&self, centre: usize, policy: usize) -> Result<(), String> {
        match policy == 3 && !self.mandates[1 - centre] {
            true => err("POLICY_ACCOUNT_FOREIGN"),
            false => Ok(()),
        }
    }

    fn second_of(&self, member: Id, number: Option<u8>) -> Option<Id> {
        let mut had = self
            .numbers
            .iter()
            .filter(|(had, who)| Some(*had) == number && *who != member);
        had.next().map(|(_, who)| *who)
    }

    fn is_gone(&self, member: Id) -> bool {
        matches!(
            self.members[member].state,
            MemberState::Left | MemberState::Died
        )
    }

    fn check_heir(&self, member: Id, heir: Option<Id>) -> Result<(), String> {
        match heir {
            Some(heir) if heir == member => err("MEMBER_OF_ITSELF"),
            Some(heir) if !self.members.contains_key(heir) => err("MEMBER_UNKNOWN"),
            _ => Ok(()),
        }
    }

    fn decide(&mut self, ask: Ask, actor: Id) -> Became {
        match ask {
            Ask::Register {
                member,
                heir,
                number,
            } => self.register(member, heir, number, actor),
            Ask::Change {
                member,
                heir,
                number,
                is_stale,
            } => self.change(member, (heir, number), is_stale, actor),
            Ask::Move {
                member, account, ..
            } => self.relocate(member, account, actor),
            Ask::Exit { member, died, .. } => {
                let found = self.known(member, actor)?;
                if found.state != MemberState::Active {
                    return err("MEMBER_STATE_WRONG");
                }
                self.go(Member { died, ..found }, member)
            }
            Ask::Approve { member, .. } => {
                let mut found = self.known(member, actor)?;
                if found.state != MemberState::Exiting {
                    return err("MEMBER_STATE_WRONG");
                }
                if found.approved_by.contains(&actor) {
                    return err("APPROVED_ALREADY");
                }
                found.approved_by.push(actor);
                self.go(found, member)
            }
            Ask::Clear { member, .. } => {
                let mut found = self.known(member, actor)?;
                if found.second_of.take().is_none() {
                    return err("MEMBER_NOT_FLAGGED");
                }
                self.members.insert(member, found);
                Ok(false)
            }
            Ask::Erase { member, .. } => self.erase(member, actor),
            Ask::Earn { account, minutes } => match self.balances.get_mut(account) {
                None => err("ACCOUNT_UNKNOWN"),
                Some(None) => err("ACCOUNT_CLOSED"),
                Some(Some(balance)) => {
                    *balance += minutes;
                    Ok(false)
                }
            },
            Ask::Adopt { centre, policy } => {
                self.by_staff(centre, actor)?;
                self.check_mandate(centre, policy)?;
                let adopted = &mut self.policies[centre];
                let start = self.today + i64::from(!adopted.is_empty());
                adopted.push((start, policy));
                Ok(false)
            }
            Ask::Mandate {
                owner, is_given, ..
            } => {
                self.by_staff(owner, actor)?;
                if self.mandates[owner] == is_given {
                    return err("MANDATE_STATE_WRONG");
                }
                self.mandates[owner] = is_given;
                Ok(false)
            }
            Ask::NextDay => {
                self.today += 1;
                Ok(false)
            }
        }
    }

    fn register(&mut self, member: Id, heir: Option<Id>, number: Option<u8>, actor: Id) -> Became {
        let centre = usize::from(member.starts_with('b'));
        if let Some(found) = self.members.get(member) {
            let is_same_number =
                found.erasure == Erasure::Done || number.is_none() || number == found.first.1;
            return if found.first.0 == heir && is_same_number {
                Ok(true)
            } else {
                err("ID_REUSED")
            };
        }
        self.check_heir(member, heir)?;
        self.by_staff(centre, actor)?;
        if self.balances.contains_key(member) {
            return err("MEMBER_ACCOUNT_EXISTS");
        }
        let second_of = self.second_of(member, number);
        let has_verdict = second_of.is_some() || self.policy(centre).is_some();
        self.numbers.extend(number.map(|number| (number, member)));
        self.balances.insert(member, Some(0));
        let new = Member {
            centre,
            account: member,
            state: MemberState::Active,
            died: false,
            heir,
            number,
            first: (heir, number),
            approved_by: Vec::new(),
            second_of,
            erasure: Erasure::None,
            records: 1,
            verdicts: has_verdict.then_some(second_of).into_iter().collect(),
        };
        self.members.insert(member, new);
        Ok(false)
    }

    fn change(
        &mut self,
        member: Id,
        (heir, number): (Option<Id>, Option<u8>),
        is_stale: bool,
        actor: Id,
    ) -> Became {
        self.check_heir(member, heir)?;
        let mut found = self.known(member, actor)?;
        if found.state != MemberState::Active {
            return err("MEMBER_STATE_WRONG");
        }
        if is_stale {
            return err("MEMBER_CHANGED");
        }
        let is_new = number.is_some() && number != found.number;
        if let Some(other) = self.second_of(member, number).filter(|_| is_new) {
            found.second_of = Some(other);
            found.verdicts.push(Some(other));
        }
        found.number = number.or(found.number);
        found.heir = heir;
        found.records += 1;
        self.numbers
            .extend(found.number.map(|number| (number, member)));
        self.members.insert(member, found);
        Ok(false)
    }

    fn relocate(&mut self, member: Id, account: Id, actor: Id) -> Became {
        let to = usize::from(account.starts_with('b'));
        let mut found = self.known(member, actor)?;
        if self.balances.contains_key(account) {
            return err("MEMBER_ACCOUNT_EXISTS");
        }
        if found.state != MemberState::Active {
            return err("MEMBER_STATE_WRONG");
        }
        if found.centre == to {
            return err("MEMBER_THERE");
        }
        let balance = self.balances.insert(found.account, None).flatten();
        self.balances.insert(account, balance);
        found.verdicts.extend(self.policy(to).map(|_| None));
        (found.centre, found.account) = (to, account);
        self.members.insert(member, found);
        Ok(false)
    }

    /// Settles what a member leaves behind, or has it wait.
    fn go(&mut self, mut member: Member, id: Id) -> Became {
        let balance = self.balances[member.account].unwrap_or(0);
        let policy = self.policy(member.centre);
        let is_here = |heir: &Id| self.members[heir].state == MemberState::Active;
        let heir = member.heir.filter(|heir| is_here(heir) && balance > 0);
        let heir = heir.filter(|_| match policy {
            None => false,
            Some(2) => member.died,
            Some(3) => false,
            Some(_) => true,
        });
        let here = member.centre;
        let (asked, pool) = match policy {
            Some(0) => (2, None),
            Some(1) => (2, Some(here)),
            Some(2) => (0, Some(here)),
            Some(_) => (2, Some(1 - here)),
            None => (0, None),
        };
        if heir.is_some() && member.approved_by.len() < asked {
            member.state = MemberState::Exiting;
            self.members.insert(id, member);
            return Ok(false);
        }
        match heir {
            Some(heir) => {
                let account = self.members[heir].account;
                let of_heir = self.balances.get_mut(account).expect("an account");
                *of_heir = of_heir.map(|stands| stands + balance);
            }
            None if balance == 0 => {}
            None => {
                let Some(pool) = pool else {
                    return err("EXIT_ACCOUNT_MISSING");
                };
                self.check_mandate(here, policy.unwrap_or(0))?;
                self.pools[pool] += balance;
            }
        }
        self.balances.insert(member.account, None);
        member.state = if member.died {
            MemberState::Died
        } else {
            MemberState::Left
        };
        self.members.insert(id, member);
        Ok(false)
    }

    fn erase(&mut self, member: Id, actor: Id) -> Became {
        let mut found = self.known(member, actor)?;
        if !self.is_gone(member) {
            return err("MEMBER_STATE_WRONG");
        }
        found.erasure = match &found.erasure {
            Erasure::Done => return err("MEMBER_ERASED"),
            Erasure::None => Erasure::AskedBy(number_of(actor)),
            Erasure::AskedBy(other) if other.as_str() == actor => return err("APPROVED_ALREADY"),
            Erasure::AskedBy(_) => {
                self.numbers.retain(|(_, who)| *who != member);
                Erasure::Done
            }
        };
        self.members.insert(member, found);
        Ok(false)
    }

    /// What the audit can no longer check: what is of the erased, and what is said of others
    /// who seem to be them.
    pub(super) fn erased(&self) -> Erased {
        let is_erased = |id: &Id| self.members[id].erasure == Erasure::Done;
        let mut sum = Erased::default();
        for (id, member) in &self.members {
            let is_own = is_erased(id);
            sum.personal += if is_own { member.records } else { 0 };
            let verdicts = member.verdicts.iter();
            let gone = verdicts.filter(|of| is_own || of.as_ref().is_some_and(is_erased));
            sum.verdicts += i64::try_from(gone.count()).expect("a count");
        }
        sum
    }
}
