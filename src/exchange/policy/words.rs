//! What changes from one policy to another, in words.

use super::Change;

/// What each key is about.
const RULES: [(&str, &str); 50] = [
    ("name", "The name"),
    ("name_zh", "The Chinese name"),
    ("starts_on", "The first day"),
    ("pricing.basis", "Which of the two confirmed times counts"),
    ("pricing.rounding", "The rounding of served time"),
    ("pricing.at_least", "What any service is worth at least"),
    ("pricing.day_cap", "What a member earns a day at most"),
    ("pricing.week_cap", "What a member earns a week at most"),
    ("balance.floor", "The floor of a member's account"),
    ("balance.ceiling", "The ceiling of a member's account"),
    ("balance.excess_to", "Who gets what goes beyond the ceiling"),
    ("join.who", "Who may join"),
    ("provide.who", "Who may serve"),
    ("redeem.who", "Who may redeem"),
    ("redeem.waiting", "How long members wait before they redeem"),
    ("grant.amount", "The opening grant"),
    ("grant.from", "Where opening grants come from"),
    ("grant.who", "Who gets an opening grant"),
    ("gift.member_to", "To whom members may give"),
    ("gift.organisation_to", "To whom organisations may give"),
    ("exit.leaving", "Who gets the hours of those who leave"),
    ("exit.death", "Who gets the hours of those who die"),
    ("exit.approvals", "How many staff approve what an heir gets"),
    (
        "dormancy.after_months",
        "After how many months a member is dormant",
    ),
    (
        "confirmation.within_days",
        "Within how many days both sides confirm",
    ),
    (
        "confirmation.tolerance",
        "By how much the two confirmed times may differ",
    ),
    (
        "confirmation.within_percent",
        "By how many percent the time may differ from the booking",
    ),
    ("exchange.shortest", "The shortest exchange"),
    ("exchange.longest", "The longest exchange"),
    (
        "exchange.backdated_days",
        "How many days ago a visit may lie that is entered later",
    ),
    (
        "exchange.ahead_days",
        "How many days ahead the visits of a standing visit arise",
    ),
    ("exchange.cash", "Whether hours may be paid out in money"),
    (
        "cancellation.notice",
        "How long before a service a recipient cancels it freely",
    ),
    (
        "cancellation.owed",
        "What a recipient owes who cancels later, or is not there",
    ),
    ("approval.need", "How many staff approve a need"),
    (
        "approval.correction",
        "How many staff correct the minutes of an order",
    ),
    ("approval.relief", "How many staff approve relief"),
    ("payment.payer", "Who pays"),
    (
        "retention.months",
        "For how many months personal fields are kept",
    ),
    (
        "issuance.sources",
        "Where hours come from that nobody earned",
    ),
    (
        "group.lesson_fee",
        "What each who learns pays whoever leads a lesson",
    ),
    (
        "audit.overlap",
        "How long services of one person may overlap before an audit tells",
    ),
    (
        "audit.day",
        "How much somebody may serve on a day before an audit tells",
    ),
    (
        "audit.own_gain",
        "How much somebody may gain by their own record before an audit tells",
    ),
    (
        "audit.pair_times",
        "How many times the mean two members may exchange before an audit tells",
    ),
    (
        "audit.backdated_days",
        "How many days an entry may be dated back before an audit tells",
    ),
    (
        "audit.proxy_members",
        "For how many members another may act before an audit tells",
    ),
    (
        "audit.fallen",
        "By how much what was served may fall on a day before an audit tells",
    ),
    (
        "audit.rounding_percent",
        "How many percent may be rounded to one side before an audit tells",
    ),
    (
        "audit.rounding_orders",
        "Of how many rounded orders an audit tells that",
    ),
];

/// The parts of a policy of which there are several, each with a code.
const PARTS: [(&str, &str); 5] = [
    ("service", "Service"),
    ("qualification", "Qualification"),
    ("training", "Training"),
    ("convert", "Conversion"),
    ("partner", "Partner"),
];

/// Changes in sentences, in their order; a part that comes or goes is one sentence.
pub fn sentences(changes: &[Change]) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    let mut told: Vec<Part<'_>> = Vec::new();
    for change in changes {
        let Some((part, field)) = Part::of(&change.key) else {
            sentences.push(sentence(rule(&change.key), change));
            continue;
        };
        if told.contains(&part) {
            continue;
        }
        let Part { kind, code } = part;
        let own = || changes.iter().filter(|one| part.has(one));
        let is_code = |one: &Change| one.key.ends_with(".code");
        match own().find(|one| is_code(one)) {
            None => {
                let subject = format!("{kind} {code}, {}", field.replace('_', " "));
                sentences.push(sentence(&subject, change));
                continue;
            }
            Some(Change { after: None, .. }) => sentences.push(format!("{kind} {code} goes")),
            Some(_) => {
                let fields = own().filter(|one| !is_code(one));
                let says: Vec<_> = fields.filter_map(Part::says).collect();
                sentences.push(format!("{kind} {code} is new: {}", says.join(", ")));
            }
        }
        told.push(part);
    }
    sentences
}

/// One of these parts, which a key is about.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Part<'a> {
    kind: &'static str,
    code: &'a str,
}

impl<'a> Part<'a> {
    /// The part, and its field.
    fn of(key: &'a str) -> Option<(Self, &'a str)> {
        let (section, rest) = key.split_once('.')?;
        let (code, field) = rest.split_once('.')?;
        let (_, kind) = PARTS.into_iter().find(|(name, _)| *name == section)?;
        Some((Self { kind, code }, field))
    }

    fn has(self, change: &Change) -> bool {
        Part::of(&change.key).is_some_and(|(part, _)| part == self)
    }

    fn says(change: &Change) -> Option<String> {
        let (_, field) = Part::of(&change.key)?;
        let value = change.after.as_ref()?;
        Some(format!("{} {value}", field.replace('_', " ")))
    }
}

/// What a key is about. A key without words of its own is told by its name.
fn rule(key: &str) -> &str {
    let found = RULES.iter().find(|(name, _)| *name == key);
    found.map_or(key, |(_, words)| words)
}

fn sentence(subject: &str, change: &Change) -> String {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{subject}: {after}, no longer {before}"),
        (None, Some(after)) => format!("{subject}: {after}; before, nothing was said"),
        (Some(before), None) => format!("{subject}: nothing is said, no longer {before}"),
        (None, None) => format!("{subject}: nothing is said"),
    }
}
