//! Who may do what: roles, and how far each token reaches.
//!
//! A [`Grant`] is what a token lets its holder do. [`methods`] has one table of all methods and
//! roles, which holds for a call when it comes, for the step that is recorded of it, and for the
//! audit that decides the step again. A scope holds for what a command names, so that a refusal
//! tells nothing of what is outside, and then for [what the step touches](touched), whatever was
//! named.

mod approvals;
mod methods;
mod named;
mod rejection;
pub mod touched;

use approvals::Weight;
pub use methods::{METHODS, Method};
pub use rejection::Rejection;

use crate::{
    exchange::{
        self, NotLoaded, Objects, Wants,
        token::{Role, Scope, TokenName, TokenState},
    },
    ledger::{self, Book, Caller, Moment, Principal},
};

/// Why a command is not let through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Undecided {
    /// It may not be given.
    Refused(Rejection),
    /// More must be loaded to tell.
    NotLoaded(NotLoaded),
}

impl From<Rejection> for Undecided {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection)
    }
}

impl From<NotLoaded> for Undecided {
    fn from(lacking: NotLoaded) -> Self {
        Self::NotLoaded(lacking)
    }
}

impl From<ledger::NotLoaded> for Undecided {
    fn from(lacking: ledger::NotLoaded) -> Self {
        Self::NotLoaded(lacking.into())
    }
}

type Checked<T = ()> = Result<T, Undecided>;

/// That something is outside a scope.
fn outside(scope: &Scope, what: String) -> Undecided {
    let scope = scope.clone();
    Rejection::OutsideScope { what, scope }.into()
}

/// Something asked of the ledger or of the time bank.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    Ledger(&'a ledger::Command),
    Exchange(&'a exchange::Command),
}

impl Asked<'_> {
    fn weight(self) -> Weight {
        match self {
            Self::Ledger(_) => Weight::None,
            Self::Exchange(command) => approvals::weight(command),
        }
    }

    /// What it plainly names.
    fn names(self) -> Wants {
        let mut wants = Wants::default();
        match self {
            Self::Ledger(command) => command.plain_needs(&Book::default(), &mut wants.ledger),
            Self::Exchange(command) => command.plain_needs(&Objects::default(), &mut wants),
        }
        wants
    }
}

/// What a token lets its holder do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    pub role: Role,
    pub scope: Scope,
}

impl Grant {
    /// That a method is for this role.
    ///
    /// # Errors
    /// [`Rejection::RoleForbids`].
    pub fn check_method(&self, method: Method) -> Result<(), Rejection> {
        match method.is_for(self.role) {
            true => Ok(()),
            false => Err(Rejection::RoleForbids {
                role: self.role,
                method: method.path(),
            }),
        }
    }

    /// Whether tokens of this role may speak for others.
    pub fn may_claim(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Operator | Role::Integration)
    }

    /// That it may speak for somebody: a desk or another system for the staff at it. Who is of the
    /// staff, or a member, speaks for themself.
    ///
    /// # Errors
    /// [`Rejection::ActorClaimed`].
    pub fn check_actor(&self, caller: &Caller, is_staff: bool) -> Result<(), Rejection> {
        match caller.actor() {
            Some(actor) if !self.may_claim() || is_staff => Err(Rejection::ActorClaimed {
                principal: caller.principal.clone(),
                actor: actor.clone(),
            }),
            _ => Ok(()),
        }
    }
}

/// What a member hears of a refusal: of what is not theirs, no more than of what is not there.
pub fn veiled(grant: &Grant, refused: &exchange::Rejection, asked: Asked<'_>) -> Option<Rejection> {
    use exchange::{OrderRejection, PoolRejection, Rejection as Refused};
    let tells = match refused {
        Refused::MemberUnknown { .. }
        | Refused::MemberElsewhere { .. }
        | Refused::StaffOnly { .. } => true,
        Refused::Pool(refused) => matches!(**refused, PoolRejection::PoolUnknown { .. }),
        Refused::Order(refused) => matches!(
            **refused,
            OrderRejection::NeedUnknown { .. }
                | OrderRejection::OrderUnknown { .. }
                | OrderRejection::StandingUnknown { .. }
                | OrderRejection::PartyOrStaffOnly { .. }
                | OrderRejection::OtherSideActs { .. }
        ),
        _ => veiled_account(grant, &refused.figures()).is_some(),
    };
    let is_member = matches!(grant.scope, Scope::Member(_));
    (is_member && tells).then(|| {
        let names = asked.names();
        let objects = names.objects.iter().map(exchange::ObjectId::as_text);
        let accounts = names.ledger.accounts.iter().map(ToString::to_string);
        let what: Vec<_> = objects.chain(accounts).collect();
        Rejection::NotInScope {
            what: what.join(", "),
            scope: grant.scope.clone(),
        }
    })
}

/// What somebody hears of a refusal that tells of an account outside: that it is outside.
pub fn veiled_account(grant: &Grant, figures: &[(&'static str, String)]) -> Option<Rejection> {
    let (_, account) = figures.iter().find(|(name, _)| *name == "account")?;
    let is_own = match &grant.scope {
        Scope::Member(member) => member.as_str() == account,
        scope => scope.reaches(account),
    };
    (!is_own).then(|| Rejection::OutsideScope {
        what: account.clone(),
        scope: grant.scope.clone(),
    })
}

/// What a principal may do at a moment. None where nobody has a token yet: the server that keeps
/// the ledger gives the first, before it serves anybody.
///
/// # Errors
/// [`Rejection::NoToken`] where they have none that is valid then.
pub fn grant(objects: &Objects, principal: &Principal, now: Moment) -> Checked<Option<Grant>> {
    let found = match TokenName::of(principal) {
        Some(name) => objects.token(&name)?,
        None => None,
    };
    match found {
        Some(token) if token.state(now) == TokenState::Valid => Ok(Some(Grant {
            role: token.terms.role,
            scope: token.terms.scope.clone(),
        })),
        None if objects.token(&TokenName::first())?.is_none() => Ok(None),
        _ => Err(Rejection::NoToken {
            principal: principal.clone(),
        }
        .into()),
    }
}

/// That a caller may give a command, as far as that shows before it is decided.
///
/// # Errors
/// The [`Rejection`] of the first rule that is against it, or what is not loaded.
pub fn check_asked(
    (book, objects): (&Book, &Objects),
    grant: &Grant,
    caller: &Caller,
    asked: Asked<'_>,
) -> Checked {
    if let Some(method) = asked.method() {
        grant.check_method(method)?;
    }
    if grant.role == Role::Approver && asked.weight() != Weight::Approval {
        return Err(Rejection::NoApproval.into());
    }
    if caller.actor().is_some() {
        let number = exchange::StaffNumber::of(&caller.principal);
        let staff = number.map(|number| objects.staff(&number)).transpose()?;
        grant.check_actor(caller, staff.flatten().is_some())?;
        if asked.weight() != Weight::None {
            return Err(Rejection::ClaimNotCounted {
                principal: caller.principal.clone(),
            }
            .into());
        }
    }
    if grant.role == Role::Evaluator {
        check_drawn(objects, &caller.principal, asked)?;
    }
    match &grant.scope {
        Scope::Ledger | Scope::Member(_) => Ok(()),
        scope => named::check((book, objects), scope, asked),
    }
}

/// That what an evaluator does is about an order that was drawn for them.
fn check_drawn(objects: &Objects, principal: &Principal, asked: Asked<'_>) -> Checked {
    let order = match asked {
        Asked::Exchange(exchange::Command::Oversight(command)) => command.order(),
        Asked::Exchange(_) | Asked::Ledger(_) => None,
    };
    let evaluator = order.map(|order| objects.evaluator_of(order)).transpose()?;
    match evaluator.flatten() {
        Some(number) if number.is_of(principal) => Ok(()),
        _ => Err(Rejection::NotDrawn {
            principal: principal.clone(),
        }
        .into()),
    }
}
