//! What happens to tokens, folded into the objects.

use super::{Token, TokenFact, TokenName};
use crate::{
    exchange::{NotLoaded, Object, ObjectId, Objects, wants::Folded},
    ledger::Stamp,
};

impl Objects {
    /// The token of a name, valid or not.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn token(&self, name: &TokenName) -> Result<Option<&Token>, NotLoaded> {
        match self.object(&ObjectId::Token(name.clone()))? {
            Some(Object::Token(token)) => Ok(Some(token)),
            _ => Ok(None),
        }
    }

    pub(in crate::exchange) fn fold_token(&mut self, fact: &TokenFact, stamp: Stamp) -> Folded {
        let token = match fact {
            TokenFact::Issued(new) => {
                // One of that name that was revoked is no more.
                self.token(&new.terms.name)?;
                Token {
                    terms: new.terms.clone(),
                    verifier: new.verifier,
                    issued: stamp.sequence,
                    issued_at: stamp.moment,
                    rotated_at: None,
                    revoked_at: None,
                }
            }
            TokenFact::Rotated(new) => Token {
                verifier: new.verifier,
                rotated_at: Some(stamp.moment),
                ..self.standing_token(&new.name)?
            },
            TokenFact::Revoked(new) => Token {
                revoked_at: Some(stamp.moment),
                ..self.standing_token(&new.name)?
            },
        };
        self.put(Object::Token(Box::new(token)), stamp.sequence);
        Ok(())
    }

    fn standing_token(&self, name: &TokenName) -> Result<Token, crate::exchange::wants::Unfit> {
        let token = self.token(name)?;
        Ok(token.ok_or("what is changed is no token")?.clone())
    }
}
