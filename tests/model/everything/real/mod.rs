//! The real thing, asked the same.

mod command;
mod services;
mod visits;

use timebank::{
    exchange::{
        AdoptPolicy, Branch, CentreTerms, Code, Command, Day, Days, GroupId, IssuanceCommand,
        MemberDetails, MemberId, Month, Name, OrderId, PartnerCommand, PeriodId, Personal,
        PersonalFields, PersonalPart, PolicyDocument, PoolCommand, RegisterMember, StaffNumber,
        StaffTerms, StockCommand,
        issuance::{Funding, OpenSource, Sector},
        partner::OpenPartner,
        pool::{OpenPool, Purposes, ReliefId},
        stock::OpenStock,
    },
    ledger::{
        self, AccountId, AccountKind, AccountOpened, Amount, BookingId, Caller, Principal, Unit,
        UnitId,
    },
    query,
    steps::{self, Answer, Call, Outcome},
    store::Verified,
};

use super::{
    Ask, Became, CATALOGUE, CENTRES, DEFICIT, EARNED, HOURS_CAP, Id, MEMBERS, MONTHS, POINTS_CAP,
    POLICIES, PROXIES, RELATIVES, SAME, STAFF, START_S, SURPLUS, ask::Of, centre_of, naive::Model,
};
use crate::model::stack::Stack;

const MINUTE_US: i64 = 60_000_000;
const START_US: i64 = START_S * 1_000_000;

pub(super) struct Real {
    pub(super) stack: Stack,
    now_us: i64,
    /// The last of the records that all begins with.
    base: i64,
}

fn account(id: &str) -> AccountId {
    AccountId::parse(id).expect("an id")
}

fn member(id: &str) -> MemberId {
    MemberId::parse(id).expect("an id")
}

fn branch(centre: &str) -> Branch {
    Branch::parse("centre", centre).expect("a branch")
}

fn number(staff: &str) -> StaffNumber {
    StaffNumber::parse(staff).expect("a number")
}

fn amount(steps: i64) -> Amount {
    Amount::new(steps).expect("an amount")
}

fn name(text: &str) -> Name {
    Name::parse("name", text).expect("a name")
}

fn code(word: &str) -> Code {
    Code::parse("code", word).expect("a word")
}

fn period(centre: &str, month: usize) -> PeriodId {
    PeriodId {
        centre: branch(centre),
        month: Month::parse("month", MONTHS[month].0).expect("a month"),
    }
}

fn unit(id: &str) -> UnitId {
    UnitId::parse(id).expect("a unit")
}

/// Steps and entries have ids apart.
fn uuid(of: Of) -> BookingId {
    let (kind, number) = match of {
        Of::Step(number) => (1, number),
        Of::Entry(number) => (2, number),
    };
    let [high, low] = number.to_be_bytes();
    BookingId::from_slice(&[[kind, high, low, 0xff]; 4].concat()).expect("an id")
}

/// So many days after the start.
fn day(days: i64) -> Day {
    let start = Day::parse("day", "2023-11-15").expect("a day");
    let far = u32::try_from(days.abs()).expect("not so many");
    match days >= 0 {
        true => start.plus_days(far).expect("a day"),
        false => start.minus_days(far),
    }
}

fn by(actor: &str) -> Caller {
    let principal = Principal::claimed(actor).expect("a name");
    Caller::new(principal, "").expect("a caller")
}

fn policy(which: usize) -> PolicyDocument {
    let earned = if which < 2 { EARNED } else { "" };
    let text = format!(
        "name = \"One\"\n{SAME}{}{CATALOGUE}{earned}",
        POLICIES[which]
    );
    PolicyDocument::read(text).expect("a policy")
}

/// The accounts and funds of the first centre.
fn furnish() -> Vec<steps::Command> {
    let open = |id, kind: AccountKind| {
        let opened = AccountOpened {
            id: account(id),
            kind,
            unit: UnitId::time(),
            limits: kind.default_limits(),
        };
        steps::Command::from(ledger::Command::OpenAccount(opened))
    };
    let declare = |id, step| {
        let unit = Unit::new(unit(id), step).expect("a unit");
        steps::Command::from(ledger::Command::DeclareUnit(unit))
    };
    let pool = |id, counts| {
        let purposes = Purposes::new(vec![code("illness")]).expect("a purpose");
        let open = OpenPool {
            account: account(id),
            unit: unit(counts),
            name: name("Pool"),
            purposes,
        };
        steps::Command::from(Command::Pool(Box::new(PoolCommand::Open(open))))
    };
    let source = |id, counts, cap, until| {
        let open = OpenSource {
            account: account(id),
            unit: unit(counts),
            funding: Funding::Grant,
            sector: Sector::Public,
            funder: name("Bureau"),
            contract: name("2023-1"),
            cap: amount(cap),
            days: Days::new(day(-100), day(until)).expect("days"),
        };
        steps::Command::from(Command::Issuance(Box::new(IssuanceCommand::Open(open))))
    };
    let stock = |id, counts| {
        let open = OpenStock {
            account: account(id),
            unit: unit(counts),
            name: name("Shop"),
        };
        steps::Command::from(Command::Stock(Box::new(StockCommand::Open(open))))
    };
    let partner = OpenPartner {
        account: account("a:north"),
        surplus: amount(SURPLUS),
        deficit: amount(DEFICIT),
        name: name("North"),
    };
    vec![
        declare("cny", "fen"),
        declare("points", "point"),
        open("a:mint", AccountKind::Issuance),
        open("a:club", AccountKind::Organisation),
        open("a:project", AccountKind::Project),
        pool("a:fund", "time"),
        pool("a:purse", "cny"),
        source("a:hours", "time", HOURS_CAP, super::HOURS_UNTIL),
        source("a:points", "points", POINTS_CAP, 1_000),
        stock("a:barber", "time"),
        stock("a:shop", "points"),
        Command::Partner(Box::new(PartnerCommand::Open(partner))).into(),
    ]
}

fn register(at: u8, id: Id) -> Command {
    let proxy = PROXIES.iter().find(|(of, _)| *of == id);
    let relatives = RELATIVES.iter().filter(|(of, _)| *of == id);
    let details = MemberDetails {
        proxy_id: proxy.map(|(_, proxy)| member(proxy)),
        relative_ids: relatives.map(|(_, other)| member(other)).collect(),
        ..MemberDetails::default()
    };
    let personal = PersonalPart::Given(Personal {
        secret: [at; 32],
        fields: PersonalFields::default(),
    });
    Command::RegisterMember(Box::new(RegisterMember {
        id: member(id),
        details,
        personal,
    }))
}

impl Real {
    pub(super) fn begin() -> Self {
        let mut real = Self {
            stack: Stack::new(START_US),
            now_us: START_US,
            base: 0,
        };
        for (centre, staff) in CENTRES.into_iter().zip(STAFF) {
            let open = Command::OpenCentre {
                terms: CentreTerms {
                    prefix: branch(centre),
                    name_en: name("A centre"),
                    name_zh: None,
                    operator: None,
                    contracting_body: None,
                },
                first_staff_number: number(staff[0]),
            };
            real.set_up(open, "");
        }
        for command in furnish() {
            real.set_up(command, "1");
        }
        for (at, centre) in (1..).zip(CENTRES) {
            let adopt = Command::AdoptPolicy(AdoptPolicy {
                step: uuid(Of::Step(60_000 + at)),
                centre: branch(centre),
                document: policy(if centre == "a" { 0 } else { 2 }),
            });
            real.set_up(adopt, STAFF[centre_of(centre)][0]);
        }
        // Whoever is named by others comes before them.
        for id in ["a:m1", "a:m3", "a:m2", "a:m4", "b:m1"] {
            let at = MEMBERS.iter().position(|one| *one == id).expect("a member");
            let at = u8::try_from(at).expect("a few");
            real.set_up(register(at, id), STAFF[centre_of(id)][0]);
        }
        for (centre, [first, others @ ..]) in CENTRES.into_iter().zip(STAFF) {
            for other in others {
                let register = Command::RegisterStaff(StaffTerms {
                    number: number(other),
                    centre: branch(centre),
                    member_id: (other == "2").then(|| member("a:m1")),
                    relative_ids: (other == "3").then(|| member("a:m4")).into_iter().collect(),
                });
                real.set_up(register, first);
            }
        }
        real.base = real.records();
        real
    }

    fn records(&self) -> i64 {
        match self.stack.verify() {
            Verified::Sound { count, .. } => count,
            other => panic!("{other:?}"),
        }
    }

    fn set_up(&self, command: impl Into<steps::Command>, actor: &str) {
        assert_eq!(self.run(command.into(), actor), Ok(false));
    }

    pub(super) fn one(&self, ask: Ask, actor: Id) -> Became {
        self.run(command::of(ask, self.base), actor)
    }

    fn run(&self, command: steps::Command, actor: &str) -> Became {
        match self.stack.call(Call::each([command], by(actor))) {
            Answer::Each(results) => match results.into_iter().next().expect("a result") {
                Ok(outcome) => Ok(Outcome::is_replay(&outcome)),
                Err(rejection) => Err(rejection.reason().into()),
            },
            Answer::None(refusal) => panic!("{refusal:?}"),
        }
    }

    /// It is so many minutes after the start.
    pub(super) fn wait(&mut self, minute: i64) {
        self.now_us = START_US + minute * MINUTE_US;
        self.stack.set_clock(self.now_us);
    }

    pub(super) fn reopen(&mut self) {
        self.stack.reopen(self.now_us);
    }

    /// An audit finds nothing, and as many records as the model.
    pub(super) fn is_sound(&self, model: &Model) {
        assert_eq!(self.records() - self.base, model.records);
    }

    /// All balances, held amounts, reliefs and items are as the model has them.
    pub(super) fn is_as(&self, model: &Model) {
        let accounts = model.accounts.clone();
        let reliefs = model.reliefs.clone();
        let items = model.items.clone();
        let periods = model.periods.clone();
        let groups = model.groups.clone();
        let visits = model.visits.clone();
        let qualified = MEMBERS.map(|id| (id, model.qualified.get(id).copied()));
        let read = self.stack.read(move |reading| {
            let opened = reading.snapshot.accounts("", None, 100)?;
            assert_eq!(opened.len(), accounts.len());
            for (id, expected) in accounts {
                let row = reading.snapshot.account(&account(id))?.expect("an account");
                let found = (row.account.balance.steps(), row.account.held.steps());
                assert_eq!(found, (expected.balance, expected.held), "{id}");
            }
            for (id, expected) in reliefs {
                let (found, _) = query::relief(reading, ReliefId(uuid(Of::Step(id))))?;
                let state = format!("{:?}", found.state);
                assert_eq!(state, format!("{:?}", expected.state), "relief {id}");
            }
            for ((stock, item), expected) in items {
                let found = query::stock_items(reading, &account(stock), None, 100)?;
                let mut found = found.iter().map(|view| &view.item);
                let found = found.find(|one| one.id.code.as_str() == item);
                let left = found.map(|one| i64::from(one.left));
                assert_eq!(left, Some(expected.left), "{item} of {stock}");
            }
            for (id, expected) in groups {
                let found = query::group(reading, GroupId(uuid(Of::Step(id))))?;
                let state = format!("{:?}", found.state);
                assert_eq!(state, format!("{:?}", expected.stands), "group {id}");
                let places = query::places(reading, found.id, None, 100)?;
                let places = places.iter().map(|(id, was)| (id.as_str(), *was));
                assert!(places.eq(expected.places_of), "group {id}");
            }
            for (id, expected) in visits {
                let id = OrderId(uuid(Of::Step(id)));
                let found = query::order(reading, id)?;
                assert_eq!(format!("{:?}", found.state), expected.state, "{id:?}");
                let filed = query::evaluation(reading, id);
                let filed = filed.map_or(0, |found| found.filed.len());
                assert_eq!(filed, expected.evaluated, "{id:?}");
            }
            for (id, since) in qualified {
                let found = query::member(reading, &member(id))?.member.qualifications;
                let found = found.iter().map(|one| one.since);
                assert!(found.eq(since.map(day)), "{id}");
            }
            for ((centre, month), expected) in periods {
                let id = period(centre, month);
                let found = query::period(reading, &id)?;
                assert_eq!(found.seal.is_some(), expected.is_sealed, "{id:?}");
                let signed = found.signed_off.iter().map(|sign| sign.by.as_str());
                assert!(signed.eq(expected.signed_by), "{id:?}");
                let found = query::closings(reading, &id, None, 100)?;
                let found = found.iter();
                let found = found.map(|one| (one.account.id.as_str(), one.closing));
                assert!(found.eq(expected.closing), "{id:?}");
            }
            Ok(())
        });
        read.expect("it reads");
    }
}
