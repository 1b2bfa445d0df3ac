//! Commands about tokens.

use timebank::{
    exchange::{
        Branch, Command, TokenCommand,
        token::{
            Bearer, IssueToken, RevokeToken, Role, RotateToken, TokenKey, TokenName, TokenTerms,
            Verifier,
        },
    },
    ledger::Caller,
};

use super::{
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, day, mistake, moment},
};

/// Of some secret: what becomes of a token does not hang on it.
fn verifier(name: &TokenName) -> Verifier {
    TokenKey::new([7; 32]).verifier(&Bearer::new(name.clone(), [7; 24]))
}

impl Story {
    /// Carries out a command about tokens. None where it is another.
    pub(super) fn tokens(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "issue-token" => TokenCommand::Issue(self.issue_token(words)?),
            "rotate-token" => {
                let step = self.names.id(&words.next()?)?;
                let name = TokenName::parse(&words.next()?)?;
                TokenCommand::Rotate(RotateToken {
                    step,
                    verifier: verifier(&name),
                    name,
                })
            }
            "revoke-token" => TokenCommand::Revoke(RevokeToken {
                step: self.names.id(&words.next()?)?,
                name: TokenName::parse(&words.next()?)?,
            }),
            _ => return Ok(None),
        };
        let command = Command::Token(Box::new(command));
        let caller = match words.flag("by-server") {
            true => Caller::server(),
            false => caller(words)?,
        };
        let result = self.world.submit(command, caller);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `issue-token STEP NAME ROLE [scope=BRANCH] [expires=TIME] [by-server]`
    fn issue_token(&mut self, words: &mut Words) -> Said<IssueToken> {
        let step = self.names.id(&words.next()?)?;
        let name = TokenName::parse(&words.next()?)?;
        let word = words.next()?;
        let Some(role) = Role::ALL.iter().find(|role| role.word() == word) else {
            return mistake(format!("{word} is no role"));
        };
        let branch = words.key("scope").map(|text| Branch::parse("scope", &text));
        let expires_at = words.key("expires").map(|text| moment(day(&text)));
        let expires_at = expires_at.transpose()?;
        let terms = TokenTerms::new(name.clone(), *role, branch.transpose()?, expires_at)?;
        Ok(IssueToken {
            step,
            terms,
            verifier: verifier(&name),
        })
    }
}
