//! Commands about the rules that centres go by.

use std::fs;

use timebank::{
    exchange::{
        AdoptPolicy, Branch, Code, Command, Day, PolicyDocument, SetMandate, policy::Verdict,
    },
    query::{self, PolicyView, Which},
};

use super::{
    partakers::member_id,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, account, mistake, number},
};

impl Story {
    /// Carries out a command about policies. None where it is another.
    pub(super) fn policies(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        match name {
            "adopt" => self.adopt(words),
            "adopt-sample" => self.adopt_sample(words),
            "mandate" => self.set_mandate(words, true),
            "revoke" => self.set_mandate(words, false),
            "adopt-often" => self.adopt_often(words),
            "policy-of" => self.policy_of(words),
            "policies-of" => self.policies_of(words),
            "explain" => self.explain(words),
            "compare" => self.compare(words),
            name => return self.orders(name, words),
        }
        .map(Some)
    }

    /// `adopt STEP CENTRE [LINE ...]`: a policy of a name and these lines.
    fn adopt(&mut self, words: &mut Words) -> Said<String> {
        let command = Command::AdoptPolicy(AdoptPolicy {
            step: self.names.id(&words.next()?)?,
            centre: Branch::parse("centre", &words.next()?)?,
            document: document(words)?,
        });
        let result = self.world.submit(command, caller(words)?);
        Ok(show::decided(&self.names, &result))
    }

    /// `adopt-sample STEP CENTRE NAME`: one of examples/policies.
    fn adopt_sample(&mut self, words: &mut Words) -> Said<String> {
        let step = self.names.id(&words.next()?)?;
        let centre = Branch::parse("centre", &words.next()?)?;
        let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies");
        let text = fs::read_to_string(format!("{samples}/{}.toml", words.next()?));
        let text = text.expect("a sample");
        let document = PolicyDocument::read(text).expect("a policy");
        let command = Command::AdoptPolicy(AdoptPolicy {
            step,
            centre,
            document,
        });
        let result = self.world.submit(command, caller(words)?);
        Ok(show::decided(&self.names, &result))
    }

    /// `adopt-often CENTRE COUNT`: the last two results.
    fn adopt_often(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let count = number(&words.next()?)?;
        let mut commands = Vec::new();
        for number in 0..count {
            commands.push(Command::AdoptPolicy(AdoptPolicy {
                step: self.names.id(&format!("often{number}"))?,
                centre: centre.clone(),
                document: document(words)?,
            }));
        }
        let results = self.world.submit_each(commands, caller(words)?);
        let last = results.iter().skip(results.len().saturating_sub(2));
        let lines: Vec<_> = last.map(|one| show::decided(&self.names, one)).collect();
        Ok(lines.join("\n"))
    }

    /// `mandate|revoke STEP ACCOUNT CENTRE`
    fn set_mandate(&mut self, words: &mut Words, is_given: bool) -> Said<String> {
        let command = Command::SetMandate(SetMandate {
            step: self.names.id(&words.next()?)?,
            account: account(&words.next()?)?,
            centre: Branch::parse("centre", &words.next()?)?,
            is_given,
        });
        let result = self.world.submit(command, caller(words)?);
        Ok(show::decided(&self.names, &result))
    }

    /// `policy-of CENTRE [on=DAY]`
    fn policy_of(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let on = words.key("on").map(|day| Day::parse("on", &day));
        let which = on.transpose()?.map_or(Which::Today, Which::On);
        let read = self
            .world
            .read(move |reading| query::policy(reading, &centre, which));
        Ok(match read {
            Ok(view) => line(&view),
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `policies-of [CENTRE]`
    fn policies_of(&mut self, words: &mut Words) -> Said<String> {
        let centre = words.optional();
        let centre = centre.map(|centre| Branch::parse("centre", &centre));
        let centre = centre.transpose()?;
        let read = self
            .world
            .read(move |reading| query::policies(reading, centre.as_ref(), None, 100));
        Ok(match read {
            Ok(views) => views.iter().map(line).collect::<Vec<_>>().join("\n"),
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `explain CENTRE NAME [service=CODE] [on=DAY]`
    fn explain(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let member = member_id(&words.next()?)?;
        let service = words
            .key("service")
            .map(|code| Code::parse("service", &code));
        let service = service.transpose()?;
        let on = words
            .key("on")
            .map(|day| Day::parse("on", &day))
            .transpose()?;
        let read = self
            .world
            .read(move |reading| query::explain(reading, &centre, &member, service.as_ref(), on));
        Ok(match read {
            Ok(told) => {
                let lines = told.verdicts.iter().map(verdict);
                lines.collect::<Vec<_>>().join("\n")
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `compare CENTRE [LINE ...]`
    fn compare(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let document = document(words)?;
        let read = self
            .world
            .read(move |reading| query::compare(reading, &centre, &document));
        let found = match read {
            Ok(found) => found,
            Err(error) => return Ok(show::unread(&self.names, &error)),
        };
        let changes = found.changes.into_iter().map(|change| {
            let said = |said: Option<String>| said.unwrap_or_else(|| "nothing".into());
            let (before, after) = (said(change.before), said(change.after));
            format!("{}: {before} -> {after}", change.key)
        });
        let effects = found.effects.iter();
        let effects = effects.map(|(what, count)| format!("{count} {what}"));
        let count = format!("{} of {}", found.touched_count, found.member_count);
        let lines: Vec<_> = changes.chain(effects).chain([count]).collect();
        Ok(lines.join("\n"))
    }
}

fn document(words: &mut Words) -> Said<PolicyDocument> {
    let mut text = String::from("name = \"One\"\n");
    while let Some(line) = words.optional() {
        text += &format!("{line}\n");
    }
    match PolicyDocument::read(text) {
        Ok(document) => Ok(document),
        Err(mistakes) => mistake(mistakes.to_string()),
    }
}

fn line(view: &PolicyView) -> String {
    let adopted = &view.adopted;
    format!(
        "{} from {}, {:?}",
        adopted.id(),
        adopted.starts_on,
        view.state
    )
}

fn verdict(verdict: &Verdict) -> String {
    let allowed = match verdict.allowed {
        None => "",
        Some(true) => " yes",
        Some(false) => " no",
    };
    let Verdict {
        question,
        rule,
        reason,
        ..
    } = verdict;
    format!("{question}{allowed} [{rule}] {reason}")
}
