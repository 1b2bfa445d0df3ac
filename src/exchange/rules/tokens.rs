//! Issuing, rotating and revoking tokens. Who may is the business of `access`.

use super::{Ruling, Undecided, View, check_named};
use crate::exchange::{
    Fact, MemberId,
    token::{IssueToken, TokenCommand, TokenFact, TokenName, TokenRejection, TokenState},
};

pub(super) fn decide(view: View<'_>, command: &TokenCommand) -> Ruling {
    let fact = match command {
        TokenCommand::Issue(new) => {
            check_issue(view, new)?;
            TokenFact::Issued(new.clone())
        }
        TokenCommand::Rotate(new) => {
            check_stands(view, &new.name)?;
            TokenFact::Rotated(new.clone())
        }
        TokenCommand::Revoke(new) => {
            check_stands(view, &new.name)?;
            TokenFact::Revoked(new.clone())
        }
    };
    Ok(Fact::Token(Box::new(fact)).into())
}

fn check_issue(view: View<'_>, new: &IssueToken) -> Result<(), Undecided> {
    let terms = &new.terms;
    let name = || terms.name.clone();
    let member = MemberId::parse(terms.name.as_str()).ok();
    check_named(view.objects, || member.iter().map(|id| ("name", id)), None)?;
    if let Some(token) = view.objects.token(&terms.name)?
        && token.state(view.now) == TokenState::Valid
    {
        return Err(TokenRejection::TokenExists { name: name() }.into());
    }
    if let Some(at) = terms.expires_at.filter(|at| *at <= view.now) {
        return Err(TokenRejection::TokenExpiresEarly { name: name(), at }.into());
    }
    let Some(number) = terms.name.staff_number() else {
        return Ok(());
    };
    match view.objects.staff(&number)? {
        Some(staff) if !terms.scope.reaches(staff.terms.centre.as_str()) => {
            Err(TokenRejection::TokenBeyondScope {
                number,
                centre: staff.terms.centre.clone(),
                scope: terms.scope.clone(),
            }
            .into())
        }
        _ => Ok(()),
    }
}

/// That there is a token of that name, which was not revoked. One that expired may be rotated, which
/// changes nothing for its holder, and revoked.
fn check_stands(view: View<'_>, name: &TokenName) -> Result<(), Undecided> {
    let token = view.objects.token(name)?;
    let name = name.clone();
    let token = token.ok_or_else(|| TokenRejection::TokenUnknown { name: name.clone() })?;
    match token.revoked_at {
        Some(at) => Err(TokenRejection::TokenRevoked { name, at }.into()),
        None => Ok(()),
    }
}
