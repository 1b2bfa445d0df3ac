//! Who acts, and the name that the caller gave the call.

use std::{fmt, sync::Arc};

use super::Malformed;

const MAX_BYTES: usize = 64;
/// The server's own name, which nobody else may claim.
const SERVER: &str = "timebank";

/// Who a command or a read is by: up to 64 printable ASCII characters, a role or
/// a staff number. Nobody, where none was named.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Principal(Arc<str>);

impl Principal {
    /// Who a caller claims to be.
    ///
    /// # Errors
    /// [`Malformed::Header`] for a longer name or another character,
    /// [`Malformed::Reserved`] for the server's own.
    pub fn claimed(name: &str) -> Result<Self, Malformed> {
        let principal = Self::recorded(name)?;
        match principal.is_server() {
            false => Ok(principal),
            true => Err(Malformed::Reserved {
                field: "x-actor",
                given: SERVER,
            }),
        }
    }

    /// Who a record names: a caller, or the server.
    ///
    /// # Errors
    /// [`Malformed::Header`] where no record can name that.
    pub fn recorded(name: &str) -> Result<Self, Malformed> {
        let printable = name.bytes().all(|b| (b' '..=b'~').contains(&b));
        header("x-actor", name, printable, "printable ASCII characters").map(Self)
    }

    /// Of a name that was looked at before.
    pub(crate) fn named(name: &str) -> Self {
        Self(name.into())
    }

    /// The server itself, which founds ledgers, expires holds and lets visits arise.
    pub fn server() -> Self {
        Self(SERVER.into())
    }

    /// Whether it is the server itself.
    pub fn is_server(&self) -> bool {
        self.as_str() == SERVER
    }

    /// The name as text; empty for nobody.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who calls, and the name the caller gave the call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// Whose token the call came with.
    pub principal: Principal,
    actor: Option<Principal>,
    request_id: Arc<str>,
}

impl Caller {
    /// A principal's call. Its name may be empty, and has 64 bytes at most and
    /// no control character.
    ///
    /// # Errors
    /// [`Malformed::Header`] otherwise.
    pub fn new(principal: Principal, request_id: &str) -> Result<Self, Malformed> {
        let printable = !request_id.chars().any(char::is_control);
        Ok(Self {
            principal,
            actor: None,
            request_id: header(
                "x-request-id",
                request_id,
                printable,
                "printable characters",
            )?,
        })
    }

    /// The server itself.
    pub fn server() -> Self {
        Self {
            principal: Principal::server(),
            actor: None,
            request_id: "".into(),
        }
    }

    /// The same, for whom the principal says that they act; for themself where that is nobody.
    #[must_use]
    pub fn acting_for(self, actor: Principal) -> Self {
        let actor = (!actor.as_str().is_empty()).then_some(actor);
        Self { actor, ..self }
    }

    /// For whom the principal says that they act.
    pub fn actor(&self) -> Option<&Principal> {
        self.actor.as_ref()
    }

    /// Who acts: whom the principal acts for, or else the principal.
    pub fn who(&self) -> &Principal {
        self.actor.as_ref().unwrap_or(&self.principal)
    }

    /// The caller's name for the call.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }
}

fn header(
    field: &'static str,
    given: &str,
    printable: bool,
    allowed: &'static str,
) -> Result<Arc<str>, Malformed> {
    if given.len() <= MAX_BYTES && printable {
        Ok(given.into())
    } else {
        Err(Malformed::Header {
            field,
            given: given.len(),
            max: MAX_BYTES,
            allowed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals() {
        let long = "x".repeat(65);
        for (name, fits) in [
            ("", true),
            ("staff-17", true),
            ("desk 3, window 2", true),
            (&long[..64], true),
            (&long, false),
            ("a\tb", false),
            ("\u{5f20}", false),
            ("timebank", false),
        ] {
            assert_eq!(Principal::claimed(name).is_ok(), fits, "{name:?}");
        }
        assert!(Principal::recorded("timebank").unwrap().is_server());
    }
}
