//! The city as it is founded: its centres, their staff, accounts and policies, and its members.

use std::{collections::BTreeMap, path::PathBuf};

use fastrand::Rng;
use timebank::{
    exchange::{
        AdoptPolicy, CentreTerms, Command, Day, Days, IssuanceCommand, MemberDetails, Personal,
        PersonalFields, PersonalPart, PersonalText, PolicyDocument, PoolCommand, RegisterMember,
        StaffNumber, StaffTerms, StockCommand,
        issuance::{Funding, GiveGrant, Issue, OpenSource, Sector},
        pool::{OpenPool, Purposes},
        stock::{Counted, ItemId, OpenStock, Pieces, PutItem},
    },
    ledger::{self, AccountKind, AccountOpened, BookingId, Unit, UnitId},
};

use super::{
    bank::{Bank, account, amount, branch, code, member_id, name},
    calendar::{date, day_of},
    districts::{DISTRICTS, District, PARTS},
    hardship::{attested, hardship},
    tally::{Member, Noted, Tally},
    visits::Agenda,
};

const SEED: u64 = 20_250_101;
/// What a source may have out at once, in steps.
const CAP: i64 = 6_000_000;
/// The hours of day 0 at which the city is founded.
pub(super) const FOUNDED: i64 = 7 * 3_600;

/// How members say that they heard of it.
const HEARD_OF: [Option<&str>; 5] = [
    Some("neighbour"),
    None,
    Some("poster"),
    Some("station"),
    None,
];

pub(super) struct City {
    pub(super) bank: Bank,
    pub(super) tally: Tally,
    pub(super) rng: Rng,
    /// How many days it goes on.
    pub(super) days: i64,
    /// How many visits there are a day, of ten thousand members.
    pub(super) rate: i64,
    /// The members of each district who are there.
    pub(super) here: [Vec<usize>; 5],
    /// Those who are to join: on which day, of which district.
    joining: Vec<(i64, usize, usize)>,
    pub(super) agenda: Agenda,
    pub(super) moved: usize,
    pub(super) gone: usize,
    /// How often something was carried out, by its name.
    pub(super) done: BTreeMap<&'static str, usize>,
    /// An entry that is to be taken back.
    pub(super) mistake: Option<BookingId>,
}

impl City {
    pub(super) fn found(dir: Option<PathBuf>, days: i64, rate: i64) -> Self {
        let mut city = Self {
            bank: Bank::open(dir, FOUNDED),
            tally: Tally::default(),
            rng: Rng::with_seed(SEED),
            days,
            rate,
            here: Default::default(),
            joining: Vec::new(),
            agenda: Agenda::default(),
            moved: 0,
            gone: 0,
            done: BTreeMap::new(),
            mistake: None,
        };
        let points = Unit::new(UnitId::parse("points").expect("a unit"), "point");
        city.bank.does(
            "1001",
            ledger::Command::DeclareUnit(points.expect("a unit")),
        );
        DISTRICTS.iter().for_each(|home| city.open_centre(home));
        city.open_money();
        city.list_members();
        city.join(0);
        city.fund();
        city
    }

    pub(super) fn did(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    pub(super) fn minute(&self) -> i64 {
        self.bank.now / 60
    }

    pub(super) fn today(&self) -> i64 {
        day_of(self.minute())
    }

    fn open_centre(&mut self, home: &District) {
        let number = |at: usize| StaffNumber::parse(&home.staff(at)).expect("a number");
        let first = home.staff(0);
        let centre = Command::OpenCentre {
            terms: CentreTerms {
                prefix: branch(home.name),
                name_en: name(home.name_en),
                name_zh: Some(name(home.name_zh)),
                operator: None,
                contracting_body: None,
            },
            first_staff_number: number(0),
        };
        self.bank.does(&first, centre);
        for at in 1..5 {
            let terms = StaffTerms {
                number: number(at),
                centre: branch(home.name),
                member_id: None,
                relative_ids: Vec::new(),
            };
            self.bank.does(&first, Command::RegisterStaff(terms));
        }
        self.open_accounts(home, &first);
        self.adopt(home, None, "");
    }

    fn open_accounts(&mut self, home: &District, by: &str) {
        self.open_source(home, "issuance:bureau", "time");
        self.open_plain(
            home,
            by,
            (
                "organisation:care",
                AccountKind::Organisation,
                "organisation",
            ),
        );
        self.open_plain(
            home,
            by,
            (
                "organisation:choir",
                AccountKind::Organisation,
                "organisation",
            ),
        );
        let pool = home.account("pool:mutual");
        let open = PoolCommand::Open(OpenPool {
            account: account(&pool),
            unit: UnitId::time(),
            name: name("Mutual fund"),
            purposes: Purposes::new(vec![code("hardship"), code("illness")]).expect("purposes"),
        });
        self.bank.does(by, Command::Pool(Box::new(open)));
        self.tally.open(&pool, ("pool", "time"), FOUNDED / 60);
        self.open_partner(home);
        match home.name {
            "banan" => {
                self.open_source(home, "issuance:points", "points");
                self.open_stock(home, ("stock:shop", "time", "rice", 30));
                self.open_stock(home, ("stock:points", "points", "soap", 3));
            }
            "yubei" => self.open_plain(
                home,
                by,
                ("issuance:old", AccountKind::Issuance, "issuance"),
            ),
            _ => {}
        }
    }

    fn open_plain(
        &mut self,
        home: &District,
        by: &str,
        (rest, kind, word): (&str, AccountKind, &'static str),
    ) {
        let id = home.account(rest);
        let opened = AccountOpened {
            id: account(&id),
            kind,
            unit: UnitId::time(),
            limits: kind.default_limits(),
        };
        self.bank.does(by, ledger::Command::OpenAccount(opened));
        self.tally.open(&id, (word, "time"), FOUNDED / 60);
    }

    fn open_source(&mut self, home: &District, rest: &str, unit: &'static str) {
        let id = home.account(rest);
        let day = |day: &str| Day::parse("day", day).expect("a day");
        let open = OpenSource {
            account: account(&id),
            unit: UnitId::parse(unit).expect("a unit"),
            funding: Funding::Grant,
            sector: match home.is_public {
                true => Sector::Public,
                false => Sector::Social,
            },
            funder: name("Civil Affairs Bureau"),
            contract: name("2025-117"),
            cap: amount(CAP),
            days: Days::new(day("2025-01-01"), day("2026-12-31")).expect("days"),
        };
        let open = Command::Issuance(Box::new(IssuanceCommand::Open(open)));
        self.bank.does(&home.staff(0), open);
        self.tally.open(&id, ("issuance", unit), FOUNDED / 60);
        self.tally.account_mut(&id).floor = Some(-CAP);
    }

    fn open_stock(
        &mut self,
        home: &District,
        (rest, unit, item, price): (&str, &'static str, &str, i64),
    ) {
        let (id, by) = (home.account(rest), home.staff(0));
        let open = StockCommand::Open(OpenStock {
            account: account(&id),
            unit: UnitId::parse(unit).expect("a unit"),
            name: name("Shop"),
        });
        let put = StockCommand::Put(PutItem {
            step: self.bank.id(),
            id: ItemId {
                stock: account(&id),
                code: code(item),
            },
            name: name(item),
            price: amount(price),
            counted: Counted::More(Pieces::new(100_000).expect("pieces")),
            reason: None,
        });
        self.bank.does(&by, Command::Stock(Box::new(open)));
        self.bank.does(&by, Command::Stock(Box::new(put)));
        self.tally.open(&id, ("redemption", unit), FOUNDED / 60);
    }

    pub(super) fn adopt(&mut self, home: &District, starts_on: Option<&str>, more: &str) {
        let document = home.document(starts_on) + more;
        let document = PolicyDocument::read(document);
        let document = document.unwrap_or_else(|why| panic!("{}: {why}", home.name));
        let adopt = AdoptPolicy {
            step: self.bank.id(),
            centre: branch(home.name),
            document,
        };
        self.bank.does(&home.staff(0), Command::AdoptPolicy(adopt));
    }
}

impl City {
    /// Most are there from the first day; a tenth joins by half of the time.
    fn list_members(&mut self) {
        let mut left = DISTRICTS.map(|home| home.members);
        let mut number = 0;
        while left.iter().any(|left| *left > 0) {
            for (at, left) in left.iter_mut().enumerate().filter(|(_, left)| **left > 0) {
                *left -= 1;
                number += 1;
                let day = match number % 10 {
                    0 => i64::from(number) % (self.days / 2),
                    _ => 0,
                };
                self.joining.push((day, at, DISTRICTS[at].members - *left));
            }
        }
        self.joining.sort_unstable();
    }

    /// Those join whose day it is: they are registered, and elders get the opening grant.
    pub(super) fn join(&mut self, day: i64) {
        let count = self.joining.partition_point(|(on, ..)| *on <= day);
        let joining: Vec<_> = self.joining.drain(..count).collect();
        let first = self.tally.members.len();
        for (_, at, number) in joining {
            self.register(at, number);
        }
        for member in first..self.tally.members.len() {
            self.grant(member);
        }
        self.bank.flush();
    }

    fn register(&mut self, at: usize, number: usize) {
        let home = &DISTRICTS[at];
        let part = PARTS[number % PARTS.len()];
        let id = home.account(&format!("{part}:{number:06}"));
        let is_elder = number % 5 < 2;
        let born = match is_elder {
            true => format!("{}-05-01", 1935 + number % 28),
            false => format!("{}-05-01", 1970 + number % 30),
        };
        let heir = self.here[at]
            .last()
            .copied()
            .filter(|_| number.is_multiple_of(3));
        let block = format!("block-{}", number % 6 + 1);
        let has_device = number % 4 == 3;
        let heard_of = HEARD_OF[number % HEARD_OF.len()];
        let proxy = self.proxy(at, number, has_device);
        let details = MemberDetails {
            proxy_id: proxy.map(|proxy| member_id(&self.tally.members[proxy].id)),
            block: Some(code(&block)),
            has_device,
            heard_of: heard_of.map(code),
            heir_id: heir.map(|heir| member_id(&self.tally.members[heir].id)),
            ..MemberDetails::default()
        };
        let hardship = hardship(number);
        let fields = PersonalFields {
            hardship: hardship.map(|since| attested(since, &home.staff(0))),
            name: PersonalText::parse("name", &format!("{} {number}", home.name_zh))
                .expect("a name"),
            born_on: Some(Day::parse("born_on", &born).expect("a day")),
            ..PersonalFields::default()
        };
        let mut secret = [0; 32];
        secret[..8].copy_from_slice(&self.rng.u64(..).to_be_bytes());
        let personal = Personal { secret, fields };
        let register = Command::RegisterMember(Box::new(RegisterMember {
            id: member_id(&id),
            details,
            personal: PersonalPart::Given(personal),
        }));
        self.bank.does(&home.staff(0), register);
        let today = self.today();
        let registered = Noted {
            district: at,
            day: today,
            of: id.clone(),
        };
        self.tally.registered.push((registered, heard_of));
        let member = self.tally.members.len();
        self.open_member(&id, member, home);
        self.here[at].push(member);
        self.tally.members.push(Member {
            account: id.clone(),
            id,
            district: at,
            is_elder,
            has_device,
            block,
            heir,
            proxy,
            is_here: true,
            earned: Default::default(),
            busy_until: 0,
            took_part: false,
            gone_on: None,
            is_erased: false,
            hardship,
            qualified: None,
            may_go: true,
        });
    }

    /// In Yuzhong one member confirms for many who have no device.
    fn proxy(&self, at: usize, number: usize, has_device: bool) -> Option<usize> {
        let is_for = at == 4 && !has_device && number.is_multiple_of(2);
        self.here[at].first().copied().filter(|_| is_for)
    }

    /// A member's account of hours, within the limits of the district.
    pub(super) fn open_member(&mut self, id: &str, member: usize, home: &District) {
        let minute = self.minute();
        self.tally.open(id, ("member", "time"), minute);
        let account = self.tally.account_mut(id);
        account.owner = Some(member);
        (account.floor, account.ceiling) = (Some(home.rules.floor), home.rules.ceiling);
    }

    fn grant(&mut self, member: usize) {
        let Member {
            id,
            district,
            is_elder,
            account,
            ..
        } = self.tally.members[member].clone();
        let home = &DISTRICTS[district];
        let grant = IssuanceCommand::Grant(GiveGrant {
            step: self.bank.id(),
            member: member_id(&id),
            recorded: None,
        });
        let grant = Command::Issuance(Box::new(grant));
        // One of those who are younger is refused, on the first day.
        match (is_elder, member) {
            (true, _) => {
                self.bank.does(&home.staff(1), grant);
                let minute = self.minute();
                self.tally.post(
                    &home.account("issuance:bureau"),
                    &account,
                    home.rules.grant,
                    minute,
                );
            }
            (false, 3) => self
                .bank
                .say(&home.staff(1), grant, Err("GRANT_NOT_ALLOWED")),
            (false, _) => {}
        }
    }

    /// What the bureau pays for before anybody serves.
    fn fund(&mut self) {
        for home in &DISTRICTS {
            self.issue(home, &home.account("organisation:care"), 60_000);
            self.issue(home, &home.account("organisation:choir"), 1_200);
        }
        let yubei = 3;
        for at in 0..5 {
            let to = self.tally.members[self.here[yubei][at * 3]].account.clone();
            self.enter_old(&to, 60);
        }
        self.bank.flush();
    }

    /// Issues hours of a district's source.
    pub(super) fn issue(&mut self, home: &District, to: &str, minutes: i64) {
        let from = home.account("issuance:bureau");
        let issue = IssuanceCommand::Issue(Issue {
            step: self.bank.id(),
            source: account(&from),
            to: account(to),
            amount: amount(minutes),
            reason: None,
        });
        self.bank
            .does(&home.staff(1), Command::Issuance(Box::new(issue)));
        let minute = self.minute();
        self.tally.post(&from, to, minutes, minute);
    }

    /// Hours that were earned before the ledger, for which nobody stands.
    fn enter_old(&mut self, to: &str, minutes: i64) {
        let from = "yubei:issuance:old";
        let command = super::entries::posting(self.bank.id(), (from, to, minutes), None, None);
        self.bank.does("4001", command);
        let minute = self.minute();
        self.tally.post(from, to, minutes, minute);
    }

    /// Whether an account may have so much more.
    pub(super) fn has_room(&self, id: &str, minutes: i64) -> bool {
        let account = self.tally.account(id);
        account
            .ceiling
            .is_none_or(|ceiling| account.balance + minutes <= ceiling)
    }

    /// Today, as it is written.
    pub(super) fn date(&self) -> String {
        date(self.today())
    }
}
