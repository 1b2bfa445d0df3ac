//! Commands about trainings.

use timebank::{
    exchange::{
        Branch, Code, Command, Day, Object, TrainingCommand,
        training::{AnnulTraining, Assessment, Attendance, RecordTraining, TrainingId},
    },
    ledger::Malformed,
    query::{self, Trainings, TrainingsOf},
};

use super::{
    orders::{in_pages, minutes, reason},
    partakers::member_id,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, mistake},
};

impl Story {
    /// Carries out a command about trainings. None where it is another.
    pub(super) fn trainings(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "train" => TrainingCommand::Record(self.train(words)?),
            "annul" => TrainingCommand::Annul(self.annul(words)?),
            "training" => return self.training(words).map(Some),
            "trainings" => return self.trainings_of(words).map(Some),
            name => return self.conversions(name, words),
        };
        let command = Command::Training(Box::new(command));
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `train ID MEMBER CODE DAY LENGTH REFERENCE [assessment=passed|failed]`
    fn train(&mut self, words: &mut Words) -> Said<RecordTraining> {
        let id = TrainingId(self.names.id(&words.next()?)?);
        let attendance = Attendance {
            member: member_id(&words.next()?)?,
            code: Code::parse("code", &words.next()?)?,
            on: Day::parse("on", &words.next()?)?,
            minutes: minutes(&words.next()?)?,
            reference: Code::parse("reference", &words.next()?)?,
            assessment: match words.key("assessment").as_deref() {
                None => None,
                Some("passed") => Some(Assessment::Passed),
                Some("failed") => Some(Assessment::Failed),
                Some(other) => return mistake(format!("{other} is no assessment")),
            },
        };
        Ok(RecordTraining { id, attendance })
    }

    /// `annul STEP TRAINING reason=TEXT`
    fn annul(&mut self, words: &mut Words) -> Said<AnnulTraining> {
        let step = self.names.id(&words.next()?)?;
        let training = TrainingId(self.names.id(&words.next()?)?);
        let reason = reason(words)?.ok_or(Malformed::Missing { field: "reason" })?;
        Ok(AnnulTraining {
            step,
            training,
            reason,
        })
    }

    /// `training ID`
    fn training(&mut self, words: &mut Words) -> Said<String> {
        let id = TrainingId(self.names.id(&words.next()?)?);
        let read = self.world.read(move |reading| {
            let training = query::training(reading, id)?;
            let history = query::steps_taken(reading, &training.steps())?;
            Ok((training, history))
        });
        Ok(match read {
            Ok((training, history)) => {
                let steps = history.iter().map(|step| {
                    let reason = step.reason.as_deref().unwrap_or_default();
                    format!("{} by {} {reason}", step.what, step.by.as_str())
                });
                let state = Object::Training(Box::new(training)).state().expect("JSON");
                let lines: Vec<_> = [state].into_iter().chain(steps).collect();
                let lines: Vec<_> = lines.iter().map(|line| line.trim_end()).collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `trainings member=M|centre=C [code=C] [since=DAY] [until=DAY]`: in pages of every size.
    fn trainings_of(&mut self, words: &mut Words) -> Said<String> {
        let of = match (words.key("member"), words.key("centre")) {
            (Some(member), _) => TrainingsOf::Member(member_id(&member)?),
            (None, Some(centre)) => TrainingsOf::Centre(Branch::parse("centre", &centre)?),
            (None, None) => return mistake("of nobody"),
        };
        let (code, since, until) = (words.key("code"), words.key("since"), words.key("until"));
        let asked = Trainings {
            of,
            code: code.map(|code| Code::parse("code", &code)).transpose()?,
            since: since.map(|day| Day::parse("since", &day)).transpose()?,
            until: until.map(|day| Day::parse("until", &day)).transpose()?,
        };
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::trainings(reading, &asked, after, limit),
                |training| training.id,
            )
        });
        Ok(match read {
            Ok(trainings) => {
                let lines = trainings.iter().map(|training| {
                    let attended = &training.attendance;
                    let assessment = attended.assessment.map_or("none", Assessment::word);
                    let annulled = match training.annulled {
                        None => "",
                        Some(_) => " annulled",
                    };
                    let (on, code, member) = (attended.on, &attended.code, &attended.member);
                    let id = training.id;
                    format!("{on} {code} {member} {assessment} {id}{annulled}")
                });
                self.names.shorten(&lines.collect::<Vec<_>>().join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }
}
