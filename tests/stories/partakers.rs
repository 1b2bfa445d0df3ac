//! Commands about who takes part.

use timebank::{
    exchange::{
        ApproveExit, Attested, Branch, Centre, CentreTerms, ChangeMember, ClearMember, Code,
        Command, Day, EraseMember, ExitMember, IdentityKey, List, MemberChange, MemberDetails,
        MemberId, MemberState, MoveMember, Name, Object, Personal, PersonalFields, PersonalPart,
        PersonalText, Qualification, QualifyMember, RegisterMember, SetMemberState, SetStaffState,
        Staff, StaffChange, StaffNumber, StaffTerms,
    },
    ledger::{Malformed, Sequence},
    query,
};

use super::{
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, account, mistake, number},
};
use crate::support::staff;

impl Story {
    /// Carries out a command about who takes part. None where it is another.
    pub(super) fn take_part(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "centre" => open_centre(words)?,
            "staff" => register_staff(words)?,
            "suspend" => self.set_staff_state(words, StaffChange::Suspend)?,
            "reinstate" => self.set_staff_state(words, StaffChange::Reinstate)?,
            "end" => self.set_staff_state(words, StaffChange::End)?,
            "open-centres" => return self.open_centres(words).map(Some),
            "member" => self.register_member(words)?,
            "suspend-member" => self.set_member_state(words, MemberChange::Suspend)?,
            "reinstate-member" => self.set_member_state(words, MemberChange::Reinstate)?,
            "qualify" => self.qualify(words)?,
            "members" => return self.members(words).map(Some),
            "show-member" => return self.show_member(words).map(Some),
            "erase-personal" => return self.erase_personal(words).map(Some),
            "centres" => return self.centres().map(Some),
            "staff-of" => return self.staff_of(words).map(Some),
            "change-member" => self.change_member(words)?,
            "move" => self.relocate(words)?,
            "leave" => self.exit(words, None)?,
            "died" => {
                let died_on = Day::parse("died_on", &words.next()?)?;
                self.exit(words, Some(died_on))?
            }
            "approve-exit" => self.approve_exit(words)?,
            "clear" => Command::ClearMember(ClearMember {
                step: self.names.id(&words.next()?)?,
                member: member_id(&words.next()?)?,
            }),
            "erase" => Command::EraseMember(EraseMember {
                step: self.names.id(&words.next()?)?,
                member: member_id(&words.next()?)?,
            }),
            "second-members" => {
                let centre = Branch::parse("centre", &words.next()?)?;
                let list = List::SecondMembers(centre.clone());
                return self.listed(centre, list).map(Some);
            }
            name => return self.policies(name, words),
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

    /// `change-member STEP NAME SINCE [what a member is registered with]`
    fn change_member(&mut self, words: &mut Words) -> Said<Command> {
        let step = self.names.id(&words.next()?)?;
        let Command::RegisterMember(new) = self.register_member(words)? else {
            return mistake("it is no registration");
        };
        let since = Sequence::new(number(&words.next()?)?).expect("a position");
        Ok(Command::ChangeMember(Box::new(ChangeMember {
            step,
            since,
            member: new.id,
            details: new.details,
            personal: new.personal,
        })))
    }

    /// `move STEP NAME ACCOUNT`
    fn relocate(&mut self, words: &mut Words) -> Said<Command> {
        Ok(Command::MoveMember(MoveMember {
            step: self.names.id(&words.next()?)?,
            member: member_id(&words.next()?)?,
            account: account(&words.next()?)?,
            recorded: None,
        }))
    }

    /// `leave STEP NAME`, `died DAY STEP NAME`
    fn exit(&mut self, words: &mut Words, died_on: Option<Day>) -> Said<Command> {
        Ok(Command::ExitMember(ExitMember {
            step: self.names.id(&words.next()?)?,
            member: member_id(&words.next()?)?,
            died_on,
        }))
    }

    /// `approve-exit STEP NAME`
    fn approve_exit(&mut self, words: &mut Words) -> Said<Command> {
        Ok(Command::ApproveExit(ApproveExit {
            step: self.names.id(&words.next()?)?,
            member: member_id(&words.next()?)?,
        }))
    }

    /// `member NAME [name=N] [born=D] [phone=P] [block=B] [guardian=NAME] [proxy=NAME] [heir=NAME]
    /// [relative=NAME ...] [heard=WORD] [device=yes] [disability=EVIDENCE]`
    pub(super) fn register_member(&mut self, words: &mut Words) -> Said<Command> {
        let id = member_id(&words.next()?)?;
        let mut text = |key: &str, field: &'static str| -> Result<_, Malformed> {
            PersonalText::parse(field, &words.key(key).unwrap_or_default())
        };
        let mut fields = PersonalFields {
            name: text("name", "name")?,
            phone: text("phone", "phone")?,
            ..PersonalFields::default()
        };
        let evidence = text("disability", "disability")?;
        let hardship = text("hardship", "hardship")?;
        let identity = words.key("identity").unwrap_or_default();
        fields.identity = IdentityKey::new([7; 32]).digest(&identity)?;
        fields.born_on = match words.key("born") {
            None => None,
            Some(day) => Some(Day::parse("born_on", &day)?),
        };
        fields.hardship = hardship.map(|evidence| Attested {
            since: Day::parse("since", "2026-01-01").expect("a day"),
            by: words.key("hardship-by").unwrap_or_else(|| "1001".into()),
            evidence,
        });
        fields.disability = match evidence {
            None => None,
            Some(evidence) => Some(Attested {
                since: Day::parse("since", "2026-01-01")?,
                by: words.key("attested").unwrap_or_else(|| "1001".into()),
                evidence,
            }),
        };
        let (block, heard_of) = (words.key("block"), words.key("heard"));
        let mut details = MemberDetails {
            block: block
                .map(|block| Code::parse("block", &block))
                .transpose()?,
            has_device: words.key("device").is_some(),
            heard_of: heard_of
                .map(|word| Code::parse("heard_of", &word))
                .transpose()?,
            ..MemberDetails::default()
        };
        let mut named = |key: &str| words.key(key).map(|name| member_id(&name)).transpose();
        details.guardian_id = named("guardian")?;
        details.proxy_id = named("proxy")?;
        details.heir_id = named("heir")?;
        while let Some(relative) = named("relative")? {
            details.relative_ids.push(relative);
        }
        self.secrets += 1;
        let secret = [self.secrets; 32];
        let personal = Personal { secret, fields };
        Ok(Command::RegisterMember(Box::new(RegisterMember {
            id,
            details,
            personal: PersonalPart::Given(personal),
        })))
    }

    /// `suspend-member|reinstate-member STEP NAME`
    fn set_member_state(&mut self, words: &mut Words, change: MemberChange) -> Said<Command> {
        Ok(Command::SetMemberState(SetMemberState {
            step: self.names.id(&words.next()?)?,
            member: member_id(&words.next()?)?,
            change,
        }))
    }

    /// `qualify STEP NAME CODE SINCE [until=D] [training=T]`
    fn qualify(&mut self, words: &mut Words) -> Said<Command> {
        let step = self.names.id(&words.next()?)?;
        let member = member_id(&words.next()?)?;
        let code = Code::parse("code", &words.next()?)?;
        let since = Day::parse("since", &words.next()?)?;
        let (until, training) = (words.key("until"), words.key("training"));
        Ok(Command::QualifyMember(QualifyMember {
            step,
            member,
            qualification: Qualification {
                code,
                since,
                until: until.map(|day| Day::parse("until", &day)).transpose()?,
                training: training
                    .map(|word| Code::parse("training", &word))
                    .transpose()?,
            },
        }))
    }

    /// `members CENTRE [state=S|block=B|lapsing=M]`
    fn members(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let (state, block, month) = (words.key("state"), words.key("block"), words.key("lapsing"));
        let list = match (state.as_deref(), block, month) {
            (Some("active"), ..) => List::MembersIn(centre.clone(), MemberState::Active),
            (Some("suspended"), ..) => List::MembersIn(centre.clone(), MemberState::Suspended),
            (Some("exiting"), ..) => List::MembersIn(centre.clone(), MemberState::Exiting),
            (Some("left"), ..) => List::MembersIn(centre.clone(), MemberState::Left),
            (Some("died"), ..) => List::MembersIn(centre.clone(), MemberState::Died),
            (Some(other), ..) => return mistake(format!("{other} is no state")),
            (None, Some(block), _) => {
                List::MembersOfBlock(centre.clone(), Code::parse("block", &block)?)
            }
            (None, None, Some(month)) => List::MembersLapsing(centre.clone(), month),
            (None, None, None) => List::MembersOf(centre.clone()),
        };
        self.listed(centre, list)
    }

    fn listed(&mut self, centre: Branch, list: List) -> Said<String> {
        let read = self
            .world
            .read(move |reading| query::members(reading, &centre, &list, None, 100));
        Ok(match read {
            Ok(members) => {
                let ids = members.iter().map(|member| member.id.to_string());
                self.names.shorten(&ids.collect::<Vec<_>>().join(", "))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `show-member NAME`: the state as it is kept, and the personal fields.
    fn show_member(&mut self, words: &mut Words) -> Said<String> {
        let id = member_id(&words.next()?)?;
        let read = self.world.read(move |reading| query::member(reading, &id));
        Ok(match read {
            Ok(view) => {
                let state = Object::Member(Box::new(view.member)).state();
                let fields = serde_json::to_string(&view.personal);
                let (state, fields) = (state.expect("JSON"), fields.expect("JSON"));
                format!("{state}\n{fields}")
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `erase-personal SEQUENCE`, past the server.
    fn erase_personal(&mut self, words: &mut Words) -> Said<String> {
        let sequence: i64 = number(&words.next()?)?;
        let sql = format!("DELETE FROM personal WHERE sequence = {sequence}");
        self.world.database(&sql);
        Ok(String::new())
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

/// `staff NUMBER CENTRE [member=NAME] [relative=NAME ...]`
fn register_staff(words: &mut Words) -> Said<Command> {
    let number = StaffNumber::parse(&words.next()?)?;
    let centre = Branch::parse("centre", &words.next()?)?;
    let mut named = |key: &str| words.key(key).map(|name| member_id(&name)).transpose();
    let own = named("member")?;
    let mut relative_ids = Vec::new();
    while let Some(relative) = named("relative")? {
        relative_ids.push(relative);
    }
    Ok(Command::RegisterStaff(StaffTerms {
        number,
        centre,
        member_id: own,
        relative_ids,
    }))
}

pub(super) fn member_id(word: &str) -> Result<MemberId, Malformed> {
    match word.contains(':') {
        true => MemberId::parse(word),
        false => MemberId::parse(&format!("city:{word}")),
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
        opened: _,
        active_staff,
        policies: _,
        closed_until: _,
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
    let member = staff.terms.member_id.iter();
    let member: String = member.map(|id| format!(" is {id}")).collect();
    let relatives = staff.terms.relative_ids.iter();
    let relatives: String = relatives.map(|id| format!(" relative {id}")).collect();
    format!("{} {}{member}{relatives}", staff.terms.number, staff.state)
}
