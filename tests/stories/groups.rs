//! Commands about groups.

use timebank::{
    exchange::{
        Branch, Code, Command, GroupCommand, GroupId, MemberId, Object,
        group::{GroupAction, GroupKind, GroupStep, GroupTerms, Listed, OpenGroup, Places},
    },
    ledger::Malformed,
    query,
};

use super::{
    orders::{in_pages, minutes, reason},
    partakers::member_id,
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, account, number},
};

impl Story {
    /// Carries out a command about groups. None where it is another.
    pub(super) fn groups(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let action = match name {
            "open-group" => {
                let open = self.open_group(words)?;
                return self.group_command(GroupCommand::Open(open), words);
            }
            "group" => return self.group(words).map(Some),
            "groups" => return self.groups_of(words).map(Some),
            "places" => return self.places_of(words).map(Some),
            "enrol" => GroupAction::Enrol,
            "take-out" => GroupAction::Leave,
            "attend" => GroupAction::Attend,
            "confirm-group" => return self.step_group(GroupAction::Confirm, words),
            "settle-group" => return self.step_group(GroupAction::Settle, words),
            "cancel-group" => return self.step_group(GroupAction::Cancel, words),
            name => return self.trainings(name, words),
        };
        // `enrol STEP GROUP MEMBER...`, or `enrol STEP GROUP count=N`: nobody in particular.
        let step = words.next()?;
        let group = words.next()?;
        let members = match words.key("count") {
            Some(count) => many(number(&count)?)?,
            None => named(words)?,
        };
        let action = action(Listed::new(members)?);
        let step = self.step_of(&step, &group, action, words)?;
        self.group_command(GroupCommand::Step(step), words)
    }

    /// `open-group ID CENTRE SERVICE TIME LENGTH PLACES [lead=MEMBER] [from=ACCOUNT] [point=WORD]`
    fn open_group(&mut self, words: &mut Words) -> Said<OpenGroup> {
        let id = GroupId(self.names.id(&words.next()?)?);
        let centre = Branch::parse("centre", &words.next()?)?;
        let service = Code::parse("service", &words.next()?)?;
        let at = self.world.time(&words.next()?)?;
        let minutes = minutes(&words.next()?)?;
        let places = Places::new(number(&words.next()?)?)?;
        let leader = words.key("lead").map(|word| member_id(&word)).transpose()?;
        let payer = words.key("from").map(|word| account(&word)).transpose()?;
        let point = words.key("point");
        let point = point.map(|word| Code::parse("point", &word)).transpose()?;
        let kind = match (leader, payer) {
            (Some(leader), payer) => GroupKind::Lesson { leader, payer },
            (None, Some(payer)) => GroupKind::Event { payer },
            (None, None) => return Err(Malformed::Missing { field: "payer" }.into()),
        };
        Ok(OpenGroup {
            id,
            terms: GroupTerms {
                centre,
                kind,
                service,
                at,
                minutes,
                point,
                places,
            },
        })
    }

    /// `confirm-group STEP GROUP [reason=TEXT]`
    fn step_group(&mut self, action: GroupAction, words: &mut Words) -> Said<Option<String>> {
        let (step, group) = (words.next()?, words.next()?);
        let step = self.step_of(&step, &group, action, words)?;
        self.group_command(GroupCommand::Step(step), words)
    }

    fn step_of(
        &mut self,
        step: &str,
        group: &str,
        action: GroupAction,
        words: &mut Words,
    ) -> Said<GroupStep> {
        Ok(GroupStep {
            step: self.names.id(step)?,
            group: GroupId(self.names.id(group)?),
            action,
            reason: reason(words)?,
        })
    }

    fn group_command(&mut self, command: GroupCommand, words: &mut Words) -> Said<Option<String>> {
        let command = Command::Group(Box::new(command));
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `group ID`
    fn group(&mut self, words: &mut Words) -> Said<String> {
        let id = GroupId(self.names.id(&words.next()?)?);
        let read = self.world.read(move |reading| {
            let group = query::group(reading, id)?;
            let history = query::steps_taken(reading, &group.steps)?;
            Ok((group, history))
        });
        Ok(match read {
            Ok((group, history)) => {
                let steps = history.iter().map(|step| {
                    let reason = step.reason.as_deref().unwrap_or_default();
                    format!("{} by {} {reason}", step.what, step.by.as_str())
                });
                let state = Object::Group(Box::new(group)).state().expect("JSON");
                let lines: Vec<_> = [state].into_iter().chain(steps).collect();
                let lines: Vec<_> = lines.iter().map(|line| line.trim_end()).collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `groups CENTRE`: in pages of every size.
    fn groups_of(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::groups(reading, &centre, after, limit),
                |group| group.id,
            )
        });
        Ok(match read {
            Ok(groups) => {
                let lines = groups.iter().map(|group| {
                    let (on, state) = (group.grounds.on, group.state);
                    let (attended, enrolled) = (group.attended, group.enrolled);
                    format!("{on} {} {state} {attended}/{enrolled}", group.id)
                });
                self.names.shorten(&lines.collect::<Vec<_>>().join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `places GROUP`: in pages of every size.
    fn places_of(&mut self, words: &mut Words) -> Said<String> {
        let id = GroupId(self.names.id(&words.next()?)?);
        let read = self.world.read(move |reading| {
            in_pages(
                |after: Option<MemberId>, limit| query::places(reading, id, after.as_ref(), limit),
                |(member, _)| member.clone(),
            )
        });
        Ok(match read {
            Ok(places) => {
                let lines = places.iter().map(|(member, attended)| match attended {
                    true => format!("{} attended", member.as_str()),
                    false => member.as_str().to_owned(),
                });
                self.names.shorten(&lines.collect::<Vec<_>>().join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }
}

fn named(words: &mut Words) -> Said<Vec<MemberId>> {
    let mut members = Vec::new();
    while let Some(word) = words.optional() {
        members.push(member_id(&word)?);
    }
    Ok(members)
}

fn many(count: i64) -> Said<Vec<MemberId>> {
    let members = (0..count).map(|number| member_id(&format!("m{number:05}")));
    Ok(members.collect::<Result<_, _>>()?)
}
