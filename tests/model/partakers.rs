//! Random steps about who takes part, by several centres, compared with a naive model:
//! the same answers, the same objects in the same lists, and an audit that finds
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, option, prelude::*, sample::select};
use timebank::{
    exchange::{
        Branch, CentreTerms, Code, Command, Day, List, MemberChange, MemberDetails, MemberId,
        MemberState, Name, Object, ObjectId, Personal, PersonalFields, PersonalPart, PersonalText,
        Qualification, QualifyMember, RegisterMember, SetMemberState, SetStaffState, StaffChange,
        StaffNumber, StaffState, StaffTerms,
    },
    ledger::{AccountId, AccountKind, AccountOpened, BookingId, Caller, Principal, UnitId},
    steps::{self, Answer, Call, Outcome, Together},
    store::Verified,
};

use super::{cases, stack::Stack};

const START_US: i64 = 1_700_000_000_000_000;

type Id = &'static str;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ask {
    OpenCentre {
        centre: Id,
        staff: Id,
    },
    RegisterStaff {
        staff: Id,
        centre: Id,
    },
    SetStaff {
        step: u8,
        staff: Id,
        change: StaffChange,
    },
    Register {
        member: Id,
        guardian: Option<Id>,
        name: Id,
    },
    SetMember {
        step: u8,
        member: Id,
        change: MemberChange,
    },
    Qualify {
        step: u8,
        member: Id,
        code: Id,
        until: Id,
    },
    /// Of the ledger alone: a member's account that is none of the time bank's.
    OpenAccount {
        member: Id,
    },
}

const CENTRES: [Id; 4] = ["a", "b", "b:x", "c"];
const STAFF: [Id; 4] = ["1", "2", "3", "4"];
const MEMBERS: [Id; 6] = ["a:1", "a:2", "b:1", "b:x:1", "c:1", "d:1"];
const CODES: [Id; 2] = ["driving", "first-aid"];
const DAYS: [Id; 2] = ["2023-11-30", "2024-01-31"];

fn asks() -> impl Strategy<Value = Ask> {
    let centre = || select(&CENTRES[..]);
    let staff = || select(&STAFF[..]);
    let member = || select(&MEMBERS[..]);
    let step = || 1..8u8;
    let staff_changes = [
        StaffChange::Suspend,
        StaffChange::Reinstate,
        StaffChange::End,
    ];
    let member_changes = [MemberChange::Suspend, MemberChange::Reinstate];
    prop_oneof![
        2 => (centre(), staff()).prop_map(|(centre, staff)| Ask::OpenCentre { centre, staff }),
        2 => (staff(), centre()).prop_map(|(staff, centre)| Ask::RegisterStaff { staff, centre }),
        2 => (step(), staff(), select(staff_changes.to_vec()))
            .prop_map(|(step, staff, change)| Ask::SetStaff { step, staff, change }),
        8 => (member(), option::of(member()), select(&["Li", "Wang"][..]))
            .prop_map(|(member, guardian, name)| Ask::Register { member, guardian, name }),
        2 => (step(), member(), select(member_changes.to_vec()))
            .prop_map(|(step, member, change)| Ask::SetMember { step, member, change }),
        2 => (step(), member(), select(&CODES[..]), select(&DAYS[..]))
            .prop_map(|(step, member, code, until)| Ask::Qualify { step, member, code, until }),
        1 => member().prop_map(|member| Ask::OpenAccount { member }),
    ]
}

/// Asks of one actor, and how they belong together.
#[derive(Clone, Debug)]
struct Asked {
    asks: Vec<Ask>,
    actor: Id,
    atomic: bool,
    validate_only: bool,
}

fn calls() -> impl Strategy<Value = Vec<Asked>> {
    let actor = prop_oneof![6 => Just("1"), 4 => select(&STAFF[..]), 1 => Just("")];
    let flag = || prop_oneof![3 => Just(false), 1 => Just(true)];
    let one = (vec(asks(), 1..9), actor, flag(), flag());
    let one = one.prop_map(|(asks, actor, atomic, validate_only)| Asked {
        asks,
        actor,
        atomic,
        validate_only,
    });
    // Two centres to begin with, so that most of what comes has somebody to do it.
    vec(one, 1..40).prop_map(|mut calls| {
        calls.insert(
            0,
            Asked {
                asks: vec![
                    Ask::OpenCentre {
                        centre: "a",
                        staff: "1",
                    },
                    Ask::OpenCentre {
                        centre: "b",
                        staff: "2",
                    },
                ],
                actor: "",
                atomic: false,
                validate_only: false,
            },
        );
        calls
    })
}

/// What became of one ask: recorded, replayed, or the reason of its refusal.
type Became = Result<bool, String>;

#[derive(Clone, Default, PartialEq, Eq, Debug)]
struct Member {
    suspended: bool,
    guardian: Option<Id>,
    codes: BTreeMap<Id, Id>,
}

#[derive(Clone, Default)]
struct Model {
    centres: BTreeSet<Id>,
    staff: BTreeMap<Id, (Id, Standing)>,
    members: BTreeMap<Id, Member>,
    accounts: BTreeSet<Id>,
    taken: BTreeMap<String, Ask>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    Active,
    Suspended,
    Ended,
}

fn within(place: &str, branch: &str) -> bool {
    place.len() > branch.len()
        && place.starts_with(branch)
        && place[branch.len()..].starts_with(':')
}

impl Model {
    fn call(&mut self, asked: &Asked) -> Result<Vec<Became>, (usize, String)> {
        let before = self.clone();
        let mut all = Vec::new();
        for (index, ask) in asked.asks.iter().enumerate() {
            let became = self.one(*ask, asked.actor);
            if let (Err(reason), true) = (&became, asked.atomic) {
                *self = before;
                return Err((index, reason.clone()));
            }
            all.push(became);
        }
        if asked.validate_only {
            *self = before;
        }
        Ok(all)
    }

    fn one(&mut self, ask: Ask, actor: Id) -> Became {
        let keys = match ask {
            Ask::OpenCentre { centre, staff } => {
                vec![format!("centre/{centre}"), format!("staff/{staff}")]
            }
            Ask::RegisterStaff { staff, .. } => vec![format!("staff/{staff}")],
            Ask::Register { member, .. } => vec![format!("member/{member}")],
            Ask::SetStaff { step, .. }
            | Ask::SetMember { step, .. }
            | Ask::Qualify { step, .. } => {
                vec![step.to_string()]
            }
            Ask::OpenAccount { member } => {
                return Ok(!self.accounts.insert(member));
            }
        };
        if let Some(old) = self.taken.get(&keys[0]) {
            return match *old == ask {
                true => Ok(true),
                false => Err("ID_REUSED".into()),
            };
        }
        self.decide(ask, actor)?;
        for key in keys {
            self.taken.insert(key, ask);
        }
        Ok(false)
    }

    fn by_staff(&self, centre: Id, actor: Id) -> Result<(), String> {
        match self.staff.get(actor) {
            _ if !self.centres.contains(centre) => Err("CENTRE_UNKNOWN".into()),
            Some((at, Standing::Active)) if *at == centre => Ok(()),
            _ => Err("STAFF_ONLY".into()),
        }
    }

    fn active(&self, centre: Id) -> usize {
        let staff = self.staff.values();
        staff
            .filter(|staff| **staff == (centre, Standing::Active))
            .count()
    }

    fn centre_of(&self, member: Id) -> Option<Id> {
        self.centres
            .iter()
            .copied()
            .find(|centre| within(member, centre))
    }

    fn member(&mut self, member: Id, actor: Id) -> Result<&mut Member, String> {
        if !self.members.contains_key(member) {
            return Err("MEMBER_UNKNOWN".into());
        }
        self.by_staff(self.centre_of(member).expect("a centre"), actor)?;
        Ok(self.members.get_mut(member).expect("they"))
    }

    fn decide(&mut self, ask: Ask, actor: Id) -> Result<(), String> {
        match ask {
            Ask::OpenCentre { centre, staff } => {
                let crosses = |other: &Id| within(other, centre) || within(centre, other);
                if self.centres.iter().any(crosses) {
                    return Err("CENTRE_INSIDE".into());
                }
                if self.staff.contains_key(staff) {
                    return Err("STAFF_EXISTS".into());
                }
                self.centres.insert(centre);
                self.staff.insert(staff, (centre, Standing::Active));
            }
            Ask::RegisterStaff { staff, centre } => {
                self.by_staff(centre, actor)?;
                self.staff.insert(staff, (centre, Standing::Active));
            }
            Ask::SetStaff { staff, change, .. } => {
                let Some((centre, state)) = self.staff.get(staff).copied() else {
                    return Err("STAFF_UNKNOWN".into());
                };
                self.by_staff(centre, actor)?;
                use Standing::{Active, Ended, Suspended};
                let next = match (state, change) {
                    (Active, StaffChange::Suspend) => Suspended,
                    (Suspended, StaffChange::Reinstate) => Active,
                    (Active | Suspended, StaffChange::End) => Ended,
                    _ => return Err("STAFF_STATE_WRONG".into()),
                };
                if state == Active && self.active(centre) == 1 {
                    return Err("LAST_STAFF".into());
                }
                self.staff.insert(staff, (centre, next));
            }
            Ask::Register {
                member, guardian, ..
            } => {
                let centre = self.centre_of(member).ok_or("MEMBER_OUTSIDE")?;
                if guardian == Some(member) {
                    return Err("MEMBER_OF_ITSELF".into());
                }
                if guardian.is_some_and(|guardian| !self.members.contains_key(guardian)) {
                    return Err("MEMBER_UNKNOWN".into());
                }
                self.by_staff(centre, actor)?;
                if !self.accounts.insert(member) {
                    return Err("MEMBER_ACCOUNT_EXISTS".into());
                }
                let new = Member {
                    guardian,
                    ..Member::default()
                };
                self.members.insert(member, new);
            }
            Ask::SetMember { member, change, .. } => {
                let found = self.member(member, actor)?;
                if found.suspended == (change == MemberChange::Suspend) {
                    return Err("MEMBER_STATE_WRONG".into());
                }
                found.suspended = !found.suspended;
            }
            Ask::Qualify {
                member,
                code,
                until,
                ..
            } => {
                self.member(member, actor)?.codes.insert(code, until);
            }
            Ask::OpenAccount { .. } => {}
        }
        Ok(())
    }
}

fn branch(centre: Id) -> Branch {
    Branch::parse("centre", centre).expect("a branch")
}

fn number(staff: Id) -> StaffNumber {
    StaffNumber::parse(staff).expect("a number")
}

fn id(member: Id) -> MemberId {
    MemberId::parse(member).expect("an id")
}

fn step(number: u8) -> BookingId {
    BookingId::from_slice(&[number; 16]).expect("an id")
}

fn day(text: Id) -> Day {
    Day::parse("on", text).expect("a day")
}

fn command(ask: Ask, salts: &mut u8) -> steps::Command {
    let command = match ask {
        Ask::OpenCentre { centre, staff } => Command::OpenCentre {
            terms: CentreTerms {
                prefix: branch(centre),
                name_en: Name::parse("name_en", "A centre").expect("a name"),
                name_zh: None,
                operator: None,
                contracting_body: None,
            },
            first_staff_number: number(staff),
        },
        Ask::RegisterStaff { staff, centre } => Command::RegisterStaff(StaffTerms {
            number: number(staff),
            centre: branch(centre),
            member_id: None,
            relative_ids: Vec::new(),
        }),
        Ask::SetStaff {
            step,
            staff,
            change,
        } => Command::SetStaffState(SetStaffState {
            step: self::step(step),
            number: number(staff),
            change,
        }),
        Ask::Register {
            member,
            guardian,
            name,
        } => {
            *salts = salts.wrapping_add(1);
            let name = PersonalText::parse("name", name).expect("a name");
            let personal = Personal {
                secret: [*salts; 32],
                fields: PersonalFields {
                    name,
                    ..PersonalFields::default()
                },
            };
            Command::RegisterMember(Box::new(RegisterMember {
                id: id(member),
                details: MemberDetails {
                    guardian_id: guardian.map(id),
                    ..MemberDetails::default()
                },
                personal: PersonalPart::Given(personal),
            }))
        }
        Ask::SetMember {
            step,
            member,
            change,
        } => Command::SetMemberState(SetMemberState {
            step: self::step(step),
            member: id(member),
            change,
        }),
        Ask::Qualify {
            step,
            member,
            code,
            until,
        } => Command::QualifyMember(QualifyMember {
            step: self::step(step),
            member: id(member),
            qualification: Qualification {
                code: Code::parse("code", code).expect("a code"),
                since: day(DAYS[0]),
                until: Some(day(until)),
                training: None,
            },
        }),
        Ask::OpenAccount { member } => {
            let kind = AccountKind::Member;
            return timebank::ledger::Command::OpenAccount(AccountOpened {
                id: AccountId::parse(member).expect("an id"),
                kind,
                unit: UnitId::time(),
                limits: kind.default_limits(),
            })
            .into();
        }
    };
    command.into()
}

fn call(asked: &Asked, salts: &mut u8) -> Call {
    let commands = asked.asks.iter().map(|ask| command(*ask, salts));
    let principal = Principal::claimed(asked.actor).expect("a name");
    Call {
        together: match asked.atomic {
            true => Together::AllOrNone,
            false => Together::Each,
        },
        validate_only: asked.validate_only,
        ..Call::each(commands, Caller::new(principal, "").expect("a caller"))
    }
}

fn became(answer: Answer) -> Result<Vec<Became>, (usize, String)> {
    match answer {
        Answer::Each(results) => Ok(results
            .into_iter()
            .map(|result| match result {
                Ok(outcome) => Ok(Outcome::is_replay(&outcome)),
                Err(rejection) => Err(rejection.reason().into()),
            })
            .collect()),
        Answer::None(refusal) => Err((refusal.index, refusal.rejection.reason().into())),
    }
}

/// Every object that the model has, and every list, as the model has them.
fn same_objects(stack: &Stack, model: &Model) {
    let model = model.clone();
    let read = stack.read(move |reading| {
        let snapshot = &mut *reading.snapshot;
        let mut ids = |list: List| -> Vec<String> {
            let found = snapshot.listed(&list, None, 1_000).expect("a list");
            found.iter().map(|object| object.id().as_text()).collect()
        };
        let centres: Vec<_> = model
            .centres
            .iter()
            .map(|id| format!("centre/{id}"))
            .collect();
        assert_eq!(ids(List::Centres), centres);
        for centre in &model.centres {
            let staff = model.staff.iter().filter(|(_, (at, _))| at == centre);
            let staff: Vec<_> = staff.map(|(number, _)| format!("staff/{number}")).collect();
            assert_eq!(ids(List::StaffOf(branch(centre))), staff);
            let members = || model.members.iter().filter(|(id, _)| within(id, centre));
            let named = |wanted: &dyn Fn(&Member) -> bool| -> Vec<String> {
                let found = members().filter(|(_, member)| wanted(member));
                found.map(|(id, _)| format!("member/{id}")).collect()
            };
            assert_eq!(ids(List::MembersOf(branch(centre))), named(&|_| true));
            for state in [MemberState::Active, MemberState::Suspended] {
                let is_suspended = state == MemberState::Suspended;
                let wanted = named(&|member| member.suspended == is_suspended);
                assert_eq!(ids(List::MembersIn(branch(centre), state)), wanted);
            }
            for until in DAYS {
                let wanted = named(&|member| member.codes.values().any(|day| *day == until));
                let list = List::MembersLapsing(branch(centre), until[..7].into());
                assert_eq!(ids(list), wanted);
            }
        }
        for (number, (_, state)) in &model.staff {
            let id = ObjectId::Staff(self::number(number));
            let Some(Object::Staff(staff)) = snapshot.object(&id)? else {
                panic!("no {id}");
            };
            let expected = match state {
                Standing::Active => StaffState::Active,
                Standing::Suspended => StaffState::Suspended,
                Standing::Ended => StaffState::Ended,
            };
            assert_eq!(staff.state, expected);
        }
        for (id, member) in &model.members {
            // None without an account.
            let account = AccountId::parse(id).expect("an id");
            assert!(snapshot.account(&account)?.is_some(), "{id}");
            let id = ObjectId::Member(self::id(id));
            let Some(Object::Member(found)) = snapshot.object(&id)? else {
                panic!("no {id}");
            };
            assert_eq!(found.details.guardian_id, member.guardian.map(self::id));
            let codes = found.qualifications.iter().map(|qualification| {
                let until = qualification.until.expect("a last day").to_string();
                (qualification.code.to_string(), until)
            });
            let expected = member.codes.iter();
            let expected = expected.map(|(code, until)| (code.to_string(), until.to_string()));
            assert!(codes.eq(expected), "{found:?}");
        }
        Ok(())
    });
    read.expect("it reads");
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn who_takes_part_is_as_the_model_has_it(calls in calls(), keeps in select(&[0, 200_000][..])) {
        let mut stack = Stack::keeping(START_US, keeps);
        let (mut model, mut salts) = (Model::default(), 0);
        // Some transactions take several calls.
        for (at, together) in calls.chunks(2).enumerate() {
            let calls: Vec<_> = together.iter().map(|asked| call(asked, &mut salts)).collect();
            let answers = match at % 2 {
                0 => calls.into_iter().map(|call| stack.call(call)).collect(),
                _ => stack.call_at_once(calls),
            };
            for (answer, asked) in answers.into_iter().zip(together) {
                prop_assert_eq!(became(answer), model.call(asked), "{:?}", asked);
            }
            if at % 4 == 3 {
                same_objects(&stack, &model);
            }
        }
        same_objects(&stack, &model);
        let is_sound = |stack: &Stack| matches!(stack.verify(), Verified::Sound { .. });
        prop_assert!(is_sound(&stack));
        stack.reopen(START_US + 1_000_000);
        same_objects(&stack, &model);
        prop_assert!(is_sound(&stack), "{:?}", stack.verify());
    }
}
