//! Commands about who takes part.

use timebank::{
    exchange::{
        Branch, Centre, CentreTerms, Command, Name, SetStaffState, Staff, StaffChange, StaffNumber,
        StaffTerms,
    },
    ledger::Malformed,
    query,
};

use super::{
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, number},
};
use crate::support::staff;

impl Story {
    /// Carries out a command about who takes part. None where it is another.
    pub(super) fn take_part(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "centre" => open_centre(words)?,
            "staff" => Command::RegisterStaff(StaffTerms {
                number: StaffNumber::parse(&words.next()?)?,
                centre: Branch::parse("centre", &words.next()?)?,
            }),
            "suspend" => self.set_staff_state(words, StaffChange::Suspend)?,
            "reinstate" => self.set_staff_state(words, StaffChange::Reinstate)?,
            "end" => self.set_staff_state(words, StaffChange::End)?,
            "open-centres" => return self.open_centres(words).map(Some),
            "centres" => return self.centres().map(Some),
            "staff-of" => return self.staff_of(words).map(Some),
            _ => return Ok(None),
        };
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `suspend|reinstate|end STEP NUMBER`
    fn set_staff_state(&mut self, words: &mut Words, change: StaffChange) -> Said<Command> {
        Ok(Command::SetStaffState(SetStaffState {
            step: self.names.id(&words.next()?)?,
            number: StaffNumber::parse(&words.next()?)?,
            change,
        }))
    }

    /// Opens so many centres at once: the last result.
    fn open_centres(&mut self, words: &mut Words) -> Said<String> {
        let count = number(&words.next()?)?;
        let mut commands = Vec::new();
        for number in 0..count {
            commands.push(Command::OpenCentre {
                terms: CentreTerms {
                    prefix: Branch::parse("prefix", &format!("c{number}"))?,
                    name_en: Name::parse("name_en", "One of many")?,
                    name_zh: None,
                    operator: None,
                    contracting_body: None,
                },
                first_staff_number: StaffNumber::parse(&format!("s{number}"))?,
            });
        }
        let results = self.world.submit_each(commands, staff());
        let last = results.last().map(|one| show::decided(&self.names, one));
        Ok(last.unwrap_or_default())
    }

    /// All centres, a page of two after the other.
    fn centres(&mut self) -> Said<String> {
        let mut lines = Vec::new();
        let mut after: Option<Branch> = None;
        loop {
            let from = after.clone();
            let page = self.world.read(|reading| query::centres(reading, from, 2));
            let page = page.expect("centres");
            let Some(last) = page.last() else {
                return Ok(lines.join("\n"));
            };
            after = Some(last.terms.prefix.clone());
            lines.extend(page.iter().map(centre));
        }
    }

    /// `staff-of CENTRE`
    fn staff_of(&mut self, words: &mut Words) -> Said<String> {
        let prefix = Branch::parse("centre", &words.next()?)?;
        let read = self
            .world
            .read(move |reading| query::staff_of(reading, &prefix, None, 100));
        Ok(match read {
            Ok(staff) => staff.iter().map(staff_line).collect::<Vec<_>>().join("\n"),
            Err(error) => show::unread(&self.names, &error),
        })
    }
}

/// `centre PREFIX NAME STAFF [zh=NAME] [operator=NAME] [body=NAME]`
fn open_centre(words: &mut Words) -> Said<Command> {
    let prefix = Branch::parse("prefix", &words.next()?)?;
    let name_en = Name::parse("name_en", &words.next()?)?;
    let first_staff_number = StaffNumber::parse(&words.next()?)?;
    let mut name = |key: &str, field: &'static str| -> Result<_, Malformed> {
        let given = words.key(key);
        given.map(|name| Name::parse(field, &name)).transpose()
    };
    Ok(Command::OpenCentre {
        terms: CentreTerms {
            prefix,
            name_en,
            name_zh: name("zh", "name_zh")?,
            operator: name("operator", "operator")?,
            contracting_body: name("body", "contracting_body")?,
        },
        first_staff_number,
    })
}

fn centre(centre: &Centre) -> String {
    let Centre {
        terms,
        active_staff,
    } = centre;
    let others = [&terms.name_zh, &terms.operator, &terms.contracting_body];
    let others = others.into_iter().flatten().map(|name| format!(", {name}"));
    let others: String = others.collect();
    format!(
        "{}: {}{others}, {active_staff} active",
        terms.prefix, terms.name_en
    )
}

fn staff_line(staff: &Staff) -> String {
    format!("{} {}", staff.terms.number, staff.state)
}
