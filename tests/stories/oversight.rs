//! Commands about evaluations, and about who is shown personal fields.

use timebank::{
    exchange::{
        Branch, Command, Day, LookId, Name, Object, OrderId, OversightCommand, PersonalField,
        StaffNumber,
        order::{Evidence, Rating},
        oversight::{DrawSample, FileEvaluation, Findings, ShowPersonal, Told},
        policy::Minutes,
    },
    ledger::Sequence,
    query::{self, Looks},
};

use super::{
    orders::reason,
    partakers::member_id,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, mistake, number},
};

/// Stars, which need not be given.
fn stars(words: &mut Words, key: &str) -> Said<Option<Rating>> {
    let given = words.key(key).map(|given| number(&given)).transpose()?;
    let stars = given.map(|given| Rating::new(u32::try_from(given).expect("stars")));
    Ok(stars.map(|stars| stars.expect("1 to 5")))
}

impl Story {
    /// Carries out a command of oversight. None where it is another.
    pub(super) fn oversight(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "evaluate" => OversightCommand::File(self.evaluate(words)?),
            "look" => OversightCommand::Show(self.look(words)?),
            "draw" => OversightCommand::Draw(self.draw(words)?),
            "drawn" => return self.drawn(words).map(Some),
            "evaluation" => return self.evaluation(words).map(Some),
            "evaluations" => return self.evaluations(words).map(Some),
            "looks" => return self.looks(words).map(Some),
            name => return self.reports(name, words),
        };
        let command = Command::Oversight(Box::new(command));
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `evaluate STEP ORDER told|denied|not-reached [TIME] [quality=N] [satisfaction=N] [reason=TEXT]`
    fn evaluate(&mut self, words: &mut Words) -> Said<FileEvaluation> {
        let step = self.names.id(&words.next()?)?;
        let order = OrderId(self.names.id(&words.next()?)?);
        let findings = match words.next()?.as_str() {
            "denied" => Findings::Denied,
            "not-reached" => Findings::NotReached,
            "told" => Findings::Told(Told {
                served: Minutes::parse(&words.next()?).expect("a length"),
                quality: stars(words, "quality")?,
                satisfaction: stars(words, "satisfaction")?,
            }),
            other => return mistake(format!("nobody finds {other}")),
        };
        Ok(FileEvaluation {
            step,
            order,
            findings,
            evidence: Evidence::default(),
            reason: reason(words)?,
        })
    }

    /// `draw STEP CENTRE EVALUATOR [reason=TEXT] ORDER...`: these orders, as if they were drawn.
    fn draw(&mut self, words: &mut Words) -> Said<DrawSample> {
        let step = self.names.id(&words.next()?)?;
        let centre = Branch::parse("centre", &words.next()?)?;
        let evaluator = StaffNumber::parse(&words.next()?)?;
        let reason = reason(words)?;
        let mut orders = Vec::new();
        while let Ok(order) = words.next() {
            orders.push(OrderId(self.names.id(&order)?));
        }
        Ok(DrawSample {
            step,
            centre,
            since: None,
            until: None,
            seed: Name::parse("seed", "dice 4 2 6")?,
            size: 10,
            evaluator,
            orders,
            at: Sequence::new(1).expect("a position"),
            reason,
        })
    }

    /// `drawn EVALUATOR`: the orders that were drawn for them, and which of these were evaluated.
    fn drawn(&mut self, words: &mut Words) -> Said<String> {
        let evaluator = StaffNumber::parse(&words.next()?)?;
        let read = self
            .world
            .read(move |reading| query::drawn_for(reading, &evaluator, None, 100));
        Ok(match read {
            Ok(found) => {
                let lines = found.iter().map(|(drawn, evaluated)| {
                    let evaluated = if *evaluated { "evaluated" } else { "due" };
                    format!("{} {} {evaluated}", drawn.on, drawn.order)
                });
                self.names.shorten(&lines.collect::<Vec<_>>().join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `look ID MEMBER FIELD... [order=ORDER] [reason=TEXT]`
    fn look(&mut self, words: &mut Words) -> Said<ShowPersonal> {
        let (id, member) = (self.names.id(&words.next()?)?, member_id(&words.next()?)?);
        let reason = reason(words)?;
        let order = words.key("order").map(|order| self.names.id(&order));
        let order = order.transpose()?.map(OrderId);
        let fields = words.next()?;
        let fields = fields.split(',').map(|word| {
            let mut all = PersonalField::ALL.iter().copied();
            all.find(|field| field.word() == word).expect("a field")
        });
        Ok(ShowPersonal {
            id: LookId(id),
            member,
            fields: fields.collect(),
            order,
            reason,
        })
    }

    /// `evaluation ORDER`: as it stands, and each time that it was filed.
    fn evaluation(&mut self, words: &mut Words) -> Said<String> {
        let order = OrderId(self.names.id(&words.next()?)?);
        let read = self.world.read(move |reading| {
            let found = query::evaluation(reading, order)?;
            let filed: Vec<_> = found.filed.iter().map(|one| one.recorded).collect();
            let steps = query::steps_taken(reading, &filed)?;
            Ok((found, steps))
        });
        Ok(match read {
            Ok((found, steps)) => {
                let mut lines = vec![Object::Evaluation(Box::new(found)).state().expect("JSON")];
                lines.extend(steps.iter().map(|step| {
                    let reason = step.reason.clone().unwrap_or_default();
                    format!("{} by {} {reason:?}", step.what, step.by)
                }));
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `evaluations CENTRE [since=DAY]`
    fn evaluations(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let since = words.key("since").map(|day| Day::parse("since", &day));
        let since = since.transpose()?.unwrap_or(Day::FIRST);
        let read = self
            .world
            .read(move |reading| query::evaluations_of(reading, &centre, (since, None), 100));
        Ok(match read {
            Ok(found) => {
                let lines = found.iter().map(|one| format!("{} {}", one.on, one.order));
                self.names.shorten(&lines.collect::<Vec<_>>().join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `looks member=NAME|centre=C [since=DAY]`
    fn looks(&mut self, words: &mut Words) -> Said<String> {
        let which = match (words.key("member"), words.key("centre")) {
            (Some(member), _) => Looks::At(member_id(&member)?),
            (None, centre) => {
                let centre = Branch::parse("centre", &centre.unwrap_or_default())?;
                let since = words.key("since").map(|day| Day::parse("since", &day));
                Looks::From(centre, since.transpose()?.unwrap_or(Day::FIRST))
            }
        };
        let read = self
            .world
            .read(move |reading| query::looks(reading, &which, None, 100));
        Ok(match read {
            Ok(views) => {
                let lines = views.iter().map(|view| {
                    let look = &view.look;
                    let fields: Vec<_> = look.fields.iter().map(|field| field.word()).collect();
                    let reason = view.step.reason.clone().unwrap_or_default();
                    format!(
                        "{} {} to {} {reason:?}",
                        look.member,
                        fields.join(","),
                        look.by
                    )
                });
                self.names.shorten(&lines.collect::<Vec<_>>().join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }
}
