//! What a centre calls its services and trainings.

use std::collections::BTreeMap;

use timebank_proto::v1::{Centre, GetPolicyRequest, get_policy_request::Which};

use crate::{client::Client, error::Failure};

/// No policy begins later.
const LAST_DAY: &str = "9999-12-31";

/// The terms of a policy, by their keys.
#[derive(Default)]
pub(crate) struct Catalogue(BTreeMap<String, String>);

impl Catalogue {
    /// That of the policy which a centre held to on a day, of those adopted by a position: the same
    /// whenever it is asked for again. Where there was none yet, that of the last of them.
    pub(crate) async fn of(
        client: &Client,
        centre: Option<&Centre>,
        (on, at_position): (&str, i64),
    ) -> Result<Self, Failure> {
        let Some(centre) = centre else {
            return Ok(Self::default());
        };
        for on in [on, LAST_DAY] {
            let request = GetPolicyRequest {
                centre: centre.prefix.clone(),
                which: Some(Which::On(on.to_owned())),
                at_position,
            };
            let answer = client.policies.clone().get_policy(request).await;
            match answer.map_err(Failure::from) {
                Ok(answer) => {
                    let terms = answer.into_inner().terms.into_iter();
                    return Ok(Self(terms.map(|term| (term.key, term.value)).collect()));
                }
                Err(Failure::Refused { reason, .. }) if reason == "POLICY_UNKNOWN" => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(Self::default())
    }

    /// A service in Chinese and English with its code; the code alone where it is unknown.
    pub(crate) fn service(&self, code: &str) -> String {
        self.named("service", code)
    }

    /// As a service is.
    pub(crate) fn training(&self, code: &str) -> String {
        self.named("training", code)
    }

    fn named(&self, section: &str, code: &str) -> String {
        let name = |tongue: &str| self.0.get(&format!("{section}.{code}.name_{tongue}"));
        let names: Vec<_> = ["zh", "en"].into_iter().filter_map(name).collect();
        match names.as_slice() {
            [] => code.to_owned(),
            [name] => format!("{name} ({code})"),
            [zh, en, ..] => format!("{zh} {en} ({code})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_are_known_have_names() {
        let terms = [
            ("service.walk.name_en", "Walks"),
            ("service.walk.name_zh", "\u{6563}\u{6b65}"),
            ("service.chat.name_en", "Talks"),
            ("training.walk.name_en", "To walk"),
        ];
        let terms = terms.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let catalogue = Catalogue(terms.into());
        assert_eq!(catalogue.service("walk"), "\u{6563}\u{6b65} Walks (walk)");
        assert_eq!(catalogue.service("chat"), "Talks (chat)");
        assert_eq!(catalogue.service("(all)"), "(all)");
        assert_eq!(catalogue.training("walk"), "To walk (walk)");
        assert_eq!(catalogue.training("chat"), "chat");
    }
}
