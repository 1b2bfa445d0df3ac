//! What a policy says of a member on a day, and by which rule: for people to read.

use super::{
    Ask, Condition, Giver, Level, Minutes, Person, Policy, QualificationTerms, Receiver, Service,
    Who,
};
use crate::exchange::{Code, Day, Member, MemberState, PersonalFields};
use crate::ledger::UnitId;

/// What one rule says of a member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// What is asked, such as `redeem`.
    pub question: &'static str,
    /// Whether they may. None where the rule is of how much, or where what it asks for
    /// was erased.
    pub allowed: Option<bool>,
    /// The key of the rule, such as `redeem.who`.
    pub rule: String,
    /// What it says, and what it makes of the member.
    pub reason: String,
}

/// A member on a day.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub member: &'a Member,
    /// None where they were erased.
    pub fields: Option<&'a PersonalFields>,
    /// What they earned by serving so far.
    pub earned: Minutes,
    pub day: Day,
}

impl<'a> Subject<'a> {
    fn person(&self) -> Option<Person<'a>> {
        let details = &self.member.details;
        let day = self.day;
        self.fields.map(|fields| Person {
            details,
            fields,
            day,
        })
    }
}

impl Minutes {
    /// What a member earned by serving so far.
    pub fn earned_by(member: &Member) -> Self {
        Self::at_most(member.earned_minutes)
    }
}

impl Policy {
    /// What it says of a member, and of a service where one is named.
    pub fn verdicts(&self, subject: &Subject<'_>, service: Option<&Service>) -> Vec<Verdict> {
        let mut verdicts = vec![
            takes_part(subject),
            eligible("serve", "provide.who", &self.provide.who, subject),
        ];
        verdicts.extend(service.map(|service| self.qualified(subject, service)));
        verdicts.push(eligible("redeem", "redeem.who", &self.redeem.who, subject));
        verdicts.extend(self.waits(subject));
        if let Some(grant) = &self.grant {
            let mut verdict = eligible("opening grant", "grant.who", &grant.who, subject);
            verdict.reason = format!("{} from {}: {}", grant.amount, grant.from, verdict.reason);
            if let Some(other) = &subject.member.second_of {
                verdict.allowed = Some(false);
                verdict.reason += &format!("; seems to be {other} again, and is not cleared");
            }
            verdicts.push(verdict);
        }
        verdicts.extend(self.gifts());
        verdicts.extend(self.amounts(service));
        verdicts
    }

    /// Whether a member is qualified for a service, and all that its qualification
    /// stands on.
    fn qualified(&self, subject: &Subject<'_>, service: &Service) -> Verdict {
        let rule = format!("service.{}.qualification", service.code);
        let verdict = |allowed, reason| Verdict {
            question: "serve",
            allowed: Some(allowed),
            rule: rule.clone(),
            reason,
        };
        if service.qualification.is_none() {
            return verdict(true, "it needs no qualification".into());
        }
        let words = |codes: &[&Code]| {
            let codes = codes.iter().map(|code| code.as_str());
            codes.collect::<Vec<_>>().join(", ")
        };
        let day = subject.day;
        let lacking = self.lacking(service, subject.member, day);
        match lacking.is_empty() {
            true => {
                let needed = words(&self.needed(service));
                verdict(true, format!("qualified on {day}: {needed}"))
            }
            false => verdict(
                false,
                format!("not qualified on {day}: {}", words(&lacking)),
            ),
        }
    }

    /// All that a service asks its provider to be qualified for.
    fn needed<'a>(&'a self, service: &'a Service) -> Vec<&'a Code> {
        let code = service.qualification.as_ref();
        code.map_or_else(Vec::new, |code| with_needs(&self.qualifications, code))
    }

    /// What a member lacks on a day of all that a service asks its provider to be
    /// qualified for.
    pub fn lacking<'a>(&'a self, service: &'a Service, member: &Member, day: Day) -> Vec<&'a Code> {
        let needed = self.needed(service).into_iter();
        needed
            .filter(|code| !member.is_qualified(code, day))
            .collect()
    }

    fn waits(&self, subject: &Subject<'_>) -> Option<Verdict> {
        let waiting = &self.redeem.waiting;
        if waiting.is_empty() {
            return None;
        }
        let joined_on = subject.member.registered_on;
        let is_over = |one: &super::Waiting| one.is_over(subject.earned, joined_on, subject.day);
        let asked: Vec<_> = waiting.iter().map(ToString::to_string).collect();
        Some(Verdict {
            question: "redeem",
            allowed: Some(waiting.iter().any(is_over)),
            rule: "redeem.waiting".into(),
            reason: format!(
                "after {}; {} earned, a member since {joined_on}",
                asked.join(", or "),
                subject.earned
            ),
        })
    }

    fn gifts(&self) -> impl Iterator<Item = Verdict> {
        let to = |to, question| {
            let by = Giver::Member;
            Verdict {
                question,
                allowed: Some(self.judge(&Ask::Give { by, to }).is_ok()),
                rule: "gift.member_to".into(),
                reason: words(&self.gift.member_to),
            }
        };
        [
            to(Receiver::Relatives, "give to relatives"),
            to(Receiver::Hardship, "give to members in hardship"),
            to(Receiver::Members, "give to any member"),
            to(Receiver::Pools, "give to pools"),
        ]
        .into_iter()
    }

    fn amounts(&self, service: Option<&Service>) -> Vec<Verdict> {
        let how_much = |question, rule: &str, reason: String| Verdict {
            question,
            allowed: None,
            rule: rule.into(),
            reason,
        };
        let cap = |cap: Option<Minutes>| cap.map_or("no limit".into(), |cap| cap.to_string());
        let pricing = &self.pricing;
        let mut verdicts = Vec::new();
        if let Some(service) = service {
            let rule = format!("service.{}.weight", service.code);
            let an_hour = service.weight.of(Minutes::at_most(60));
            let worth = match service.unit == UnitId::time() {
                true => Minutes::at_most(an_hour).to_string(),
                false => format!("{an_hour} {}", service.unit),
            };
            verdicts.push(how_much(
                "worth",
                &rule,
                format!("an hour of it is worth {worth}"),
            ));
        }
        let rounding = format!("{}, at least {}", pricing.rounding, pricing.at_least);
        let ceiling = match (&self.balance.excess_to, self.balance.ceiling) {
            (Some(pool), Level::At(_)) => format!("{}, the excess to {pool}", self.balance.ceiling),
            _ => self.balance.ceiling.to_string(),
        };
        verdicts.extend([
            how_much("rounded", "pricing.rounding", rounding),
            how_much("earned a day", "pricing.day_cap", cap(pricing.day_cap)),
            how_much("earned a week", "pricing.week_cap", cap(pricing.week_cap)),
            how_much("balance", "balance.floor", self.balance.floor.to_string()),
            how_much("balance", "balance.ceiling", ceiling),
            how_much("paid by", "payment.payer", self.payment.payer.to_string()),
            how_much("on leaving", "exit.leaving", self.exit.leaving.to_string()),
            how_much("on death", "exit.death", self.exit.death.to_string()),
        ]);
        verdicts
    }
}

/// A qualification, and all that it stands on.
fn with_needs<'a>(all: &'a [QualificationTerms], code: &'a Code) -> Vec<&'a Code> {
    let (mut needed, mut next) = (Vec::new(), vec![code]);
    while let Some(code) = next.pop() {
        if !needed.contains(&code) {
            needed.push(code);
            let terms = all.iter().filter(|one| one.code == *code);
            next.extend(terms.flat_map(|one| &one.needs));
        }
    }
    needed
}

fn takes_part(subject: &Subject<'_>) -> Verdict {
    let state = subject.member.state;
    Verdict {
        question: "take part",
        allowed: Some(state == MemberState::Active),
        rule: "the member's state".into(),
        reason: state.to_string(),
    }
}

fn eligible(question: &'static str, rule: &str, who: &Who, subject: &Subject<'_>) -> Verdict {
    let met = subject.person().map(|person| who.admits(person));
    let condition = |index: u32| {
        usize::try_from(index)
            .ok()
            .and_then(|index| who.0.get(index))
    };
    let told = match met {
        None => "; their personal fields were erased, so it cannot be told".into(),
        Some(None) => format!("; on {} they are not", subject.day),
        Some(Some(index)) => match condition(index) {
            Some(met) if who.0.len() > 1 => format!("; they are {}", Condition::to_string(met)),
            _ => String::new(),
        },
    };
    Verdict {
        question,
        allowed: met.map(|met| met.is_some()),
        rule: rule.into(),
        reason: format!("{who}{told}"),
    }
}

/// To whom hours may be given.
pub(super) fn words(receivers: &[Receiver]) -> String {
    let words: Vec<_> = receivers.iter().map(|to| to.words()).collect();
    match words.is_empty() {
        true => "to nobody".into(),
        false => format!("to {}", words.join(", ")),
    }
}

impl Receiver {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Relatives => "relatives",
            Self::Hardship => "members in hardship",
            Self::Members => "any member",
            Self::Pools => "pools",
        }
    }
}
