//! Parts of commands that several of them have.

use timebank::{
    ledger::{
        AccountOpened, Balance, Bound, Caller, Command, CreditLeg, CreditLegs, Label, Limits, Note,
        Principal, Settlement, Tag, Tags, Transfer, UnitId,
    },
    query::Axis,
};

use super::words::{Said, Words, account, amount, bound, kind, mistake};

/// `open NAME KIND [unit=U] [floor=N|none] [ceiling=N|none]`
pub(super) fn open(words: &mut Words) -> Said<Command> {
    let id = account(&words.next()?)?;
    let kind = kind(&words.next()?)?;
    let default = kind.default_limits();
    let mut limit = |key, default| match words.key(key) {
        None => Ok(default),
        Some(word) => bound(&word).map(Bound::limit),
    };
    let limits = Limits {
        floor: limit("floor", default.floor)?,
        ceiling: limit("ceiling", default.ceiling)?,
    };
    let unit = match words.key("unit") {
        None => UnitId::time(),
        Some(unit) => UnitId::parse(&unit)?,
    };
    Ok(Command::OpenAccount(AccountOpened {
        id,
        kind,
        unit,
        limits,
    }))
}

/// Nothing for all of a hold, `AMOUNT`, or `for NAME AMOUNT ...`.
pub(super) fn settlement(words: &mut Words) -> Said<Settlement> {
    let Some(first) = words.optional() else {
        return Ok(Settlement::All);
    };
    if first != "for" {
        return Ok(Settlement::Amount(amount(&first)?));
    }
    let mut legs = Vec::new();
    while words.has_more() {
        legs.push(CreditLeg {
            credit: account(&words.next()?)?,
            amount: amount(&words.next()?)?,
        });
    }
    Ok(Settlement::Legs(CreditLegs::new(legs)?))
}

/// `[opens=NAME/KIND[/UNIT[/FLOOR]] ...]`
pub(super) fn opens(words: &mut Words) -> Said<Vec<AccountOpened>> {
    let mut opens = Vec::new();
    while let Some(one) = words.key("opens") {
        let mut parts = one.split('/');
        let id = account(parts.next().unwrap_or_default())?;
        let kind = kind(parts.next().unwrap_or_default())?;
        opens.push(AccountOpened {
            id,
            kind,
            unit: parts.next().map_or(Ok(UnitId::time()), UnitId::parse)?,
            limits: match parts.next() {
                None => kind.default_limits(),
                Some(floor) => Limits {
                    floor: Some(Balance::limit(floor.parse().expect("a floor"))?),
                    ceiling: None,
                },
            },
        });
    }
    Ok(opens)
}

/// `FROM TO AMOUNT`
pub(super) fn leg(words: &mut Words) -> Said<Transfer> {
    let (debit, credit) = (account(&words.next()?)?, account(&words.next()?)?);
    Ok(Transfer::new(debit, credit, amount(&words.next()?)?)?)
}

/// `[note=TEXT]`; a number for the text stands for so many characters.
pub(super) fn note(text: Option<String>, salt: &[u8; 16]) -> Said<Option<Note>> {
    let text = text.unwrap_or_default();
    let text = match text.parse() {
        Ok(chars) => "\u{5bb6}".repeat(chars),
        Err(_) => text,
    };
    Ok(Note::new(*salt, text)?)
}

/// `[kind=K]`
pub(super) fn label(words: &mut Words) -> Said<Label> {
    match words.key("kind") {
        None => Ok(Label::transfer()),
        Some(kind) => Ok(Label::parse("kind", &kind)?),
    }
}

/// `[tag=K/V]...`
pub(super) fn tags(words: &mut Words) -> Said<Tags> {
    let mut tags = Vec::new();
    while let Some(tag) = words.key("tag") {
        let Some((key, value)) = tag.split_once('/') else {
            return mistake(format!("{tag} is no tag"));
        };
        tags.push(Tag::new(Label::parse("tags.key", key)?, value.into())?);
    }
    Ok(Tags::new(tags)?)
}

/// `[by=effective|recorded]`
pub(super) fn axis(words: &mut Words) -> Said<Axis> {
    match words.key("by").as_deref() {
        None | Some("recorded") => Ok(Axis::Recorded),
        Some("effective") => Ok(Axis::Effective),
        Some(other) => mistake(format!("{other} is no time of an entry")),
    }
}

/// `[actor=NAME]`, whose token it is, or `as=TOKEN [actor=NAME]`
pub(super) fn caller(words: &mut Words) -> Said<Caller> {
    let actor = Principal::claimed(&words.key("actor").unwrap_or_default())?;
    Ok(match words.key("as") {
        None => Caller::new(actor, "")?,
        Some(token) => Caller::new(Principal::claimed(&token)?, "")?.acting_for(actor),
    })
}
