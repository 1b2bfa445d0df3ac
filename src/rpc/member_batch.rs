//! Registering many members in one call.

use timebank_proto::{
    limits,
    v1::{self, register_member_result::Result as Fate},
};

use super::{Calling, Reader, Services, partakers, status::Refused};
use crate::{
    exchange::{MemberId, ObjectId},
    query::{ReadError, Reading},
    steps::{Command, Outcome, Together},
    store::StoreError,
};

/// A registration that was read, or why it was not.
type Read = Result<(MemberId, Command), Refused>;

impl Services {
    /// Registers many members. One that cannot be read is refused alone, unless all or
    /// none are to be registered.
    pub(super) async fn register_batch(
        &self,
        request: v1::RegisterMembersRequest,
        caller: Calling,
    ) -> Result<v1::RegisterMembersResponse, Refused> {
        let (given, max) = (
            request.members.len(),
            self.limits.batch(limits::BATCH_MEMBERS),
        );
        if !(1..=max).contains(&given) {
            return Err(Refused::BatchSize { given, max });
        }
        let by = caller.reader();
        let validate_only = request.validate_only;
        let together = match request.atomic {
            true => Together::AllOrNone,
            false => Together::Each,
        };
        let read = self.read_batch(&request.members, &by, together)?;
        let sound = read.iter().flatten();
        let commands = sound.map(|(_, command)| command.clone()).collect();
        let decided = self.decide(commands, together, validate_only, caller);
        let mut decided = decided.await?.into_iter();
        let (mut fates, mut recorded) = (Vec::new(), Vec::new());
        for read in read {
            fates.push(match read {
                Err(refused) => Fate::Refusal(refused.into_refusal()),
                Ok((id, _)) => match decided.next().ok_or(Refused::Fault)? {
                    Err(rejection) => Fate::Refusal(Refused::from(rejection).into_refusal()),
                    Ok(outcome) => {
                        recorded.push((fates.len(), id));
                        Fate::Stands(stands(&outcome))
                    }
                },
            });
        }
        if validate_only {
            recorded.clear();
        }
        let (flagged, journal_position) = self.flagged(by, recorded).await?;
        for (index, second_of) in flagged {
            if let Some(Fate::Stands(stands)) = fates.get_mut(index) {
                stands.second_of = second_of;
            }
        }
        let results = fates
            .into_iter()
            .map(|fate| v1::RegisterMemberResult { result: Some(fate) });
        Ok(v1::RegisterMembersResponse {
            results: results.collect(),
            journal_position,
        })
    }

    fn read_batch(
        &self,
        members: &[v1::RegisterMemberRequest],
        by: &Reader,
        together: Together,
    ) -> Result<Vec<Read>, Refused> {
        let mut all = Vec::new();
        for (index, member) in members.iter().enumerate() {
            let read = partakers::register_member(member, &by.who, &self.identity_key);
            match (read, together) {
                (Err(Refused::Malformed(malformed)), Together::AllOrNone) => {
                    return Err(Refused::AtomicMalformed { index, malformed });
                }
                (Err(refused), Together::AllOrNone) => return Err(refused),
                (read, _) => all.push(read.map(|(id, command)| (id, command.into()))),
            }
        }
        Ok(all)
    }

    /// Those of these members who seem to be so for the second time, each by its place.
    async fn flagged(
        &self,
        by: Reader,
        members: Vec<(usize, MemberId)>,
    ) -> Result<(Vec<(usize, String)>, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let ids = members.iter();
            let ids: Vec<_> = ids.map(|(_, id)| ObjectId::Member(id.clone())).collect();
            let found = reading.snapshot.objects(&ids)?;
            let mut flagged = Vec::new();
            for ((index, id), standing) in members.iter().zip(found) {
                let member = standing.and_then(|(object, _)| object.member());
                let gone = || StoreError::Corrupt(format!("member {id} is missing"));
                if let Some(other) = member.ok_or_else(gone)?.second_of {
                    flagged.push((*index, other.to_string()));
                }
            }
            Ok((flagged, reading.snapshot.last()?.get()))
        };
        self.query.read(by, read).await
    }
}

fn stands(outcome: &Outcome) -> v1::MemberStands {
    v1::MemberStands {
        replayed: outcome.is_replay(),
        second_of: String::new(),
    }
}
