//! `timebank.v1.PolicyService`.

use timebank_proto::v1::{
    self, get_policy_request::Which as Asked, policy_service_server::PolicyService,
};
use tonic::{Request, Response, Status};

use super::{
    Calling, Reader, Services,
    convert::{self, booking_id},
    page, partakers,
    status::Refused,
    token_of,
};
use crate::{
    exchange::{
        AdoptPolicy, Branch, Code, Command, Day, Mandate, MandateId, PolicyDocument, PolicyId,
        PolicyVersion, SetMandate,
        policy::{Change, Term, Verdict},
    },
    ledger::{Malformed, Sequence, Stamp},
    query::{self, PolicyState, PolicyView, ReadError, Reading, Which},
    steps::{Outcome, Together},
};

fn document(text: String) -> Result<PolicyDocument, Refused> {
    match text.is_empty() {
        true => Err(Malformed::Missing { field: "document" }.into()),
        false => Ok(PolicyDocument::read(text)?),
    }
}

/// A policy without its document.
fn reply(view: &PolicyView) -> v1::Policy {
    let policy = view.adopted.policy();
    let state = match view.state {
        PolicyState::InForce => v1::PolicyState::InForce,
        PolicyState::ToCome => v1::PolicyState::ToCome,
        PolicyState::Replaced => v1::PolicyState::Replaced,
    };
    v1::Policy {
        policy_id: view.adopted.id().to_string(),
        centre: view.adopted.centre.as_str().into(),
        version: i32::try_from(view.adopted.version.get()).unwrap_or(i32::MAX),
        starts_on: view.adopted.starts_on.to_string(),
        name_en: policy.name.as_str().into(),
        name_zh: partakers::text(policy.name_zh.as_ref()),
        state: state.into(),
        document: String::new(),
    }
}

fn term(term: Term) -> v1::PolicyTerm {
    v1::PolicyTerm {
        key: term.key,
        value: term.value,
    }
}

fn change(change: Change) -> v1::PolicyChange {
    v1::PolicyChange {
        key: change.key,
        before: change.before,
        after: change.after,
    }
}

fn verdict(verdict: Verdict) -> v1::PolicyVerdict {
    v1::PolicyVerdict {
        question: verdict.question.into(),
        allowed: verdict.allowed,
        rule: verdict.rule,
        reason: verdict.reason,
    }
}

fn day(field: &'static str, given: &str) -> Result<Option<Day>, Malformed> {
    match given {
        "" => Ok(None),
        given => Day::parse(field, given).map(Some),
    }
}

fn which(asked: Option<Asked>, at: Option<Sequence>) -> Result<Which, Malformed> {
    Ok(match asked {
        Some(Asked::On(given)) => {
            let day = Day::parse("on", convert::text(&given, "on")?)?;
            at.map_or(Which::On(day), |at| Which::AsOf(day, at))
        }
        _ if at.is_some() => return Err(Malformed::Missing { field: "on" }),
        None => Which::Today,
        Some(Asked::Version(given)) => {
            let version = u32::try_from(given).ok().and_then(PolicyVersion::new);
            let field = "version";
            Which::Version(version.ok_or(Malformed::Choice { field, given })?)
        }
    })
}

/// Reads what a policy is named by in a page token.
fn policy_id(cursor: &str) -> Result<PolicyId, Malformed> {
    let field = "page_token";
    let (centre, version) = cursor.split_once('/').unwrap_or((cursor, ""));
    let version = version.parse().ok().and_then(PolicyVersion::new);
    Ok(PolicyId {
        centre: partakers::branch(field, centre)?,
        version: version.ok_or(Malformed::Missing { field })?,
    })
}

fn set_mandate(request: &v1::SetMandateRequest) -> Result<SetMandate, Malformed> {
    Ok(SetMandate {
        step: booking_id(&request.step_id, "step_id")?,
        account: convert::account_id(&request.account_id, "account_id")?,
        centre: partakers::branch("centre", &request.centre)?,
        is_given: request.given,
    })
}

fn mandate(mandate: &Mandate) -> v1::Mandate {
    let MandateId { account, centre } = &mandate.id;
    v1::Mandate {
        mandate_id: format!("{account}/{centre}"),
        account_id: account.as_str().into(),
        centre: centre.as_str().into(),
        owner: mandate.owner.as_str().into(),
        given: mandate.is_given,
    }
}

/// Reads what a mandate is named by in a page token.
fn mandate_id(cursor: &str) -> Result<MandateId, Malformed> {
    let field = "page_token";
    let (account, centre) = cursor.split_once('/').unwrap_or((cursor, ""));
    Ok(MandateId {
        account: convert::account_id(account, field)?,
        centre: partakers::branch(field, centre)?,
    })
}

impl Services {
    /// The policy that a step adopted. None where it was only validated.
    async fn adopted(
        &self,
        by: Reader,
        centre: Branch,
        step: Option<Stamp>,
    ) -> Result<(Option<v1::Policy>, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let position = reading.snapshot.last()?.get();
            let Some(stamp) = step else {
                return Ok((None, position));
            };
            let version = query::adopted_version(reading, stamp.sequence)?;
            let view = query::policy(reading, &centre, Which::Version(version))?;
            Ok((Some(reply(&view)), position))
        };
        self.query.look_up(by, read).await
    }

    /// Has a command decided, and carried out unless it is only to be validated.
    async fn run_or_validate(
        &self,
        command: Command,
        caller: Calling,
        validate_only: bool,
    ) -> Result<Outcome, Refused> {
        let each = Together::Each;
        let commands = vec![command.into()];
        let mut results = self.decide(commands, each, validate_only, caller).await?;
        Ok(results.pop().ok_or(Refused::Fault)??)
    }
}

#[tonic::async_trait]
impl PolicyService for Services {
    async fn adopt_policy(
        &self,
        request: Request<v1::AdoptPolicyRequest>,
    ) -> Result<Response<v1::AdoptPolicyResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let step = booking_id(&request.step_id, "step_id").map_err(Refused::from)?;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let document = document(request.document)?;
        let command = Command::AdoptPolicy(AdoptPolicy {
            step,
            centre: centre.clone(),
            document,
        });
        let by = caller.reader();
        let outcome = self
            .run_or_validate(command, caller, request.validate_only)
            .await?;
        let (policy, journal_position) = self.adopted(by, centre, outcome.stamp()).await?;
        Ok(Response::new(v1::AdoptPolicyResponse {
            policy,
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn get_policy(
        &self,
        request: Request<v1::GetPolicyRequest>,
    ) -> Result<Response<v1::GetPolicyResponse>, Status> {
        let by = convert::reader(&request)?;
        let request = request.into_inner();
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let at = convert::position(request.at_position).map_err(Refused::from)?;
        let which = which(request.which, at).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let view = query::policy(reading, &centre, which)?;
            Ok((view, reading.snapshot.last()?.get()))
        };
        let (view, journal_position) = self.query.look_up(by, read).await?;
        let terms = view.adopted.policy().terms().into_iter();
        Ok(Response::new(v1::GetPolicyResponse {
            policy: Some(v1::Policy {
                document: view.adopted.document.text().into(),
                ..reply(&view)
            }),
            terms: terms.map(term).collect(),
            journal_position,
        }))
    }

    async fn list_policies(
        &self,
        request: Request<v1::ListPoliciesRequest>,
    ) -> Result<Response<v1::ListPoliciesResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.PolicyService/ListPolicies", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| policy_id(&cursor)).transpose();
        let after = after.map_err(Refused::from)?;
        let of = match request.centre.as_str() {
            "" => None,
            given => Some(partakers::branch("centre", given).map_err(Refused::from)?),
        };
        let read = move |reading: &mut Reading<'_>| {
            let policies = query::policies(reading, of.as_ref(), after, limit + 1)?;
            Ok((policies, reading.snapshot.last()?.get()))
        };
        let (policies, journal_position) = self.query.read(by, read).await?;
        let policies = policies.iter().map(reply).collect();
        let (policies, next_page_token) =
            page(policies, limit, &token, |last| last.policy_id.clone());
        Ok(Response::new(v1::ListPoliciesResponse {
            policies,
            next_page_token,
            journal_position,
        }))
    }

    async fn set_mandate(
        &self,
        request: Request<v1::SetMandateRequest>,
    ) -> Result<Response<v1::SetMandateResponse>, Status> {
        let caller = convert::caller(&request)?;
        let set = set_mandate(request.get_ref()).map_err(Refused::from)?;
        let (by, id) = (caller.reader(), set.id());
        let outcome = self.run(Command::SetMandate(set), caller).await?;
        let read = move |reading: &mut Reading<'_>| {
            let mandate = query::mandate(reading, &id)?;
            Ok((mandate, reading.snapshot.last()?.get()))
        };
        let (stands, journal_position) = self.query.look_up(by, read).await?;
        Ok(Response::new(v1::SetMandateResponse {
            mandate: Some(mandate(&stands)),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn list_mandates(
        &self,
        request: Request<v1::ListMandatesRequest>,
    ) -> Result<Response<v1::ListMandatesResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.PolicyService/ListMandates", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| mandate_id(&cursor)).transpose();
        let after = after.map_err(Refused::from)?;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let given_by = request.given_by;
        let read = move |reading: &mut Reading<'_>| {
            let mandates = query::mandates(reading, &centre, given_by, after, limit + 1)?;
            Ok((mandates, reading.snapshot.last()?.get()))
        };
        let (mandates, journal_position) = self.query.read(by, read).await?;
        let mandates = mandates.iter().map(mandate).collect();
        let (mandates, next_page_token) =
            page(mandates, limit, &token, |last| last.mandate_id.clone());
        Ok(Response::new(v1::ListMandatesResponse {
            mandates,
            next_page_token,
            journal_position,
        }))
    }

    async fn compare_policy(
        &self,
        request: Request<v1::ComparePolicyRequest>,
    ) -> Result<Response<v1::ComparePolicyResponse>, Status> {
        let by = convert::reader(&request)?;
        let request = request.into_inner();
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let document = document(request.document)?;
        let read = move |reading: &mut Reading<'_>| {
            let comparison = query::compare(reading, &centre, &document)?;
            Ok((comparison, reading.snapshot.last()?.get()))
        };
        let (comparison, journal_position) = self.query.read(by, read).await?;
        let count = |count| i64::try_from(count).unwrap_or(i64::MAX);
        let effects = comparison.effects.into_iter();
        Ok(Response::new(v1::ComparePolicyResponse {
            changes: comparison.changes.into_iter().map(change).collect(),
            sentences: comparison.sentences,
            effects: effects
                .map(|(what, members)| v1::PolicyEffect {
                    what: what.into(),
                    member_count: count(members),
                })
                .collect(),
            member_count: count(comparison.member_count),
            touched_count: count(comparison.touched_count),
            journal_position,
        }))
    }

    async fn explain_policy(
        &self,
        request: Request<v1::ExplainPolicyRequest>,
    ) -> Result<Response<v1::ExplainPolicyResponse>, Status> {
        let by = convert::reader(&request)?;
        let request = request.into_inner();
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let member = partakers::member_id(&request.member_id, "member_id");
        let member = member.map_err(Refused::from)?;
        let service = match request.service.as_str() {
            "" => None,
            given => Some(Code::parse("service", given).map_err(Refused::from)?),
        };
        let on = day("on", &request.on).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let told = query::explain(reading, &centre, &member, service.as_ref(), on)?;
            Ok((told, reading.snapshot.last()?.get()))
        };
        let (told, journal_position) = self.query.look_up(by, read).await?;
        Ok(Response::new(v1::ExplainPolicyResponse {
            policy: Some(reply(&told.policy)),
            verdicts: told.verdicts.into_iter().map(verdict).collect(),
            journal_position,
        }))
    }
}
