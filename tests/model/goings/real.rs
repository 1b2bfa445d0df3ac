//! The real thing, asked the same.

use std::sync::Arc;

use timebank::{
    exchange::{
        AdoptPolicy, ApproveExit, CentreTerms, ChangeMember, ClearMember, Command, Day,
        EraseMember, Erasure, ExitMember, IdentityKey, MemberDetails, MoveMember, Name, Personal,
        PersonalFields, PersonalPart, PolicyDocument, RegisterMember, SetMandate, StaffNumber,
        StaffTerms,
    },
    ledger::{
        self, AccountKind, AccountOpened, Amount, BookingId, Caller, Entry, Label, NewEntry,
        Origin, Principal, Tags, Transfer, Transfers, UnitId,
    },
    query,
    steps::{self, Answer, Call, Outcome},
};

use super::{
    Ask, Became, CENTRES, DAY_US, Id, POLICIES, STAFF, START_US, account, branch, id, naive::Model,
    number_of, step_id,
};
use crate::model::stack::Stack;

/// The real thing, and what has to be new each time.
pub(super) struct Real {
    pub(super) stack: Stack,
    drawn: u16,
    pub(super) now_us: i64,
}

impl Real {
    fn fresh(&mut self) -> BookingId {
        self.drawn += 1;
        let [high, low] = self.drawn.to_be_bytes();
        let bytes = [[high, low, 0xff, 1]; 4].concat();
        BookingId::from_slice(&bytes).expect("an id")
    }

    fn personal(&mut self, number: Option<u8>) -> PersonalPart {
        self.drawn += 1;
        let number = number.map_or_else(String::new, |number| format!("51022319410301{number:04}"));
        let identity = IdentityKey::new([7; 32]).digest(&number).expect("a number");
        PersonalPart::Given(Personal {
            secret: [self.drawn.to_be_bytes(); 16]
                .concat()
                .try_into()
                .expect("32 bytes"),
            fields: PersonalFields {
                identity,
                ..PersonalFields::default()
            },
        })
    }

    fn details(heir: Option<Id>) -> MemberDetails {
        MemberDetails {
            heir_id: heir.map(id),
            ..MemberDetails::default()
        }
    }

    fn command(&mut self, ask: Ask) -> steps::Command {
        match ask {
            Ask::Register {
                member,
                heir,
                number,
            } => Command::RegisterMember(Box::new(RegisterMember {
                id: id(member),
                details: Self::details(heir),
                personal: self.personal(number),
            })),
            Ask::Change {
                member,
                heir,
                number,
                is_stale,
            } => {
                let of = id(member);
                let read = self.stack.read(move |reading| query::member(reading, &of));
                let since = read.map(|view| view.since).ok().filter(|_| !is_stale);
                Command::ChangeMember(Box::new(ChangeMember {
                    step: self.fresh(),
                    since: since.unwrap_or(ledger::Sequence::ZERO),
                    member: id(member),
                    details: Self::details(heir),
                    personal: self.personal(number),
                }))
            }
            Ask::Move {
                step,
                member,
                account,
            } => Command::MoveMember(MoveMember {
                step: step_id(step),
                member: id(member),
                account: self::account(account),
                recorded: None,
            }),
            Ask::Exit { step, member, died } => Command::ExitMember(ExitMember {
                step: step_id(step),
                member: id(member),
                died_on: died.then(|| Day::parse("on", "2023-11-01").expect("a day")),
            }),
            Ask::Approve { step, member } => Command::ApproveExit(ApproveExit {
                step: step_id(step),
                member: id(member),
            }),
            Ask::Clear { step, member } => Command::ClearMember(ClearMember {
                step: step_id(step),
                member: id(member),
            }),
            Ask::Erase { step, member } => Command::EraseMember(EraseMember {
                step: step_id(step),
                member: id(member),
            }),
            Ask::Adopt { centre, policy } => {
                let pool = |centre: usize| format!("{}:pool", CENTRES[centre]);
                let text = POLICIES[policy].replace("POOL", &pool(centre));
                let text = text.replace("OTHER", &pool(1 - centre));
                let document = PolicyDocument::read(format!("name = \"One\"\n{text}"));
                Command::AdoptPolicy(AdoptPolicy {
                    step: self.fresh(),
                    centre: branch(centre),
                    document: document.expect("a policy"),
                })
            }
            Ask::Earn { account, minutes } => return self.earn(account, minutes),
            Ask::Mandate {
                step,
                owner,
                is_given,
            } => Command::SetMandate(SetMandate {
                step: step_id(step),
                account: account(&format!("{}:pool", CENTRES[owner])),
                centre: branch(1 - owner),
                is_given,
            }),
            Ask::NextDay => unreachable!("it is no command"),
        }
        .into()
    }

    fn earn(&mut self, to: Id, minutes: i64) -> steps::Command {
        let amount = Amount::new(minutes).expect("an amount");
        let transfer = Transfer::new(account("a:mint"), account(to), amount);
        ledger::Command::PostEntry(NewEntry {
            entry: Arc::new(Entry {
                id: self.fresh(),
                transfers: Transfers::one(transfer.expect("two accounts")),
                effective_at: None,
                kind: Label::transfer(),
                tags: Tags::default(),
                note: None,
                origin: Origin::Posted,
            }),
            units: Vec::new(),
            note: None,
            opens: Vec::new(),
        })
        .into()
    }

    pub(super) fn one(&mut self, ask: Ask, actor: Id) -> Became {
        if ask == Ask::NextDay {
            self.now_us += DAY_US;
            self.stack.set_clock(self.now_us);
            return Ok(false);
        }
        let principal = Principal::claimed(actor).expect("a name");
        let caller = Caller::new(principal, "").expect("a caller");
        let command = self.command(ask);
        match self.stack.call(Call::each([command], caller)) {
            Answer::Each(results) => match results.into_iter().next().expect("a result") {
                Ok(outcome) => Ok(Outcome::is_replay(&outcome)),
                Err(rejection) => Err(rejection.reason().into()),
            },
            Answer::None(refusal) => panic!("{refusal:?}"),
        }
    }

    pub(super) fn begin() -> Self {
        let real = Self {
            stack: Stack::new(START_US),
            drawn: 0,
            now_us: START_US,
        };
        let nobody = Caller::new(Principal::claimed("").expect("nobody"), "").expect("a caller");
        let mut commands = Vec::new();
        for (centre, [first, second]) in STAFF.into_iter().enumerate() {
            let terms = CentreTerms {
                prefix: branch(centre),
                name_en: Name::parse("name_en", "A centre").expect("a name"),
                name_zh: None,
                operator: None,
                contracting_body: None,
            };
            let first_staff_number = number_of(first);
            let open = Command::OpenCentre {
                terms,
                first_staff_number,
            };
            real.stack
                .call(Call::each([steps::Command::from(open)], nobody.clone()));
            let by = Caller::new(Principal::claimed(first).expect("a name"), "").expect("a caller");
            let register = Command::RegisterStaff(StaffTerms {
                number: number_of(second),
                centre: branch(centre),
                member_id: None,
                relative_ids: Vec::new(),
            });
            real.stack
                .call(Call::each([steps::Command::from(register)], by));
        }
        for (id, kind) in [
            ("a:mint", AccountKind::Issuance),
            ("a:pool", AccountKind::Pool),
            ("b:pool", AccountKind::Pool),
        ] {
            commands.push(ledger::Command::OpenAccount(AccountOpened {
                id: account(id),
                kind,
                unit: UnitId::time(),
                limits: kind.default_limits(),
            }));
        }
        real.stack.call(Call::each(commands, nobody));
        real
    }

    /// All members and balances are as the model has them.
    pub(super) fn is_as(&self, model: &Model) {
        let balances = model.balances.clone();
        let pools = ["a:pool", "b:pool"].into_iter().zip(model.pools.map(Some));
        let balances: Vec<_> = balances.into_iter().chain(pools).collect();
        let members = model.members.clone();
        let read = self.stack.read(move |reading| {
            for (id, balance) in balances {
                let row = reading.snapshot.account(&account(id))?.expect("an account");
                let is_open = row.account.closed.is_none();
                let stands = is_open.then_some(row.account.balance.steps());
                assert_eq!(stands, balance, "{id}");
            }
            for (name, member) in members {
                let found = query::member(reading, &id(name))?;
                assert_eq!(
                    found.personal.is_none(),
                    member.erasure == Erasure::Done,
                    "{name}"
                );
                let found = found.member;
                let place = (found.centre.as_str(), found.account.as_str(), found.state);
                assert_eq!(
                    place,
                    (CENTRES[member.centre], member.account, member.state),
                    "{name}"
                );
                assert_eq!(found.second_of, member.second_of.map(id), "{name}");
                assert_eq!(found.erasure, member.erasure, "{name}");
                let approved = found.exit.map_or_else(Vec::new, |exit| exit.approved_by);
                let approved: Vec<_> = approved.iter().map(StaffNumber::as_str).collect();
                assert_eq!(approved, member.approved_by, "{name}");
            }
            Ok(())
        });
        read.expect("it reads");
    }
}
