//! A year of settled visits, written by the server's own stack with a clock of its own.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use timebank::{
    clock::Clock,
    exchange::{
        AdoptPolicy, Branch, CentreTerms, Code, Command, MemberDetails, MemberId, Name, OrderId,
        OrderStep, Personal, PersonalFields, PersonalPart, PolicyDocument, RecordVisit,
        RegisterMember, StaffNumber, StaffTerms,
        order::{OrderAction, Sheet, SheetNumber, VisitVerdicts},
        policy::Minutes,
    },
    ledger::{
        self, AccountId, AccountKind, AccountOpened, Amount, BookingId, Caller, Entry, Label,
        Moment, NewEntry, Origin, Principal, Tags, TimeZone, Transfer, Transfers, UnitId,
    },
    sequencer::{Sequencer, Start, WantedZone},
    steps::{self, Answer, Call},
    store::SqliteStore,
};
use uuid::Uuid;

pub(crate) const CENTRES: u64 = 10;
/// How many days visits are spread over.
const DAYS: u64 = 365;
const DAY_US: i64 = 86_400_000_000;
const BLOCKS: u64 = 20;
/// How many members or visits are told of at once.
const AT_ONCE: usize = 1_000;
const SERVICES: [&str; 4] = ["companionship", "home-care", "housework", "walk"];
/// What each who is served has to spend.
const FUNDED_MINUTES: i64 = 1_000_000;
const SERVED_MINUTES: i64 = 45;

/// The name of a centre.
pub(crate) fn centre(number: u64) -> String {
    format!("c{number}")
}

/// The staff of a centre: one who enters, one who approves, one who settles.
pub(crate) fn staff(centre: u64, which: u64) -> String {
    format!("{}", 1_000 + centre * 10 + which)
}

/// A member: the even ones are served by the odd ones.
pub(crate) fn member(centre: u64, number: u64) -> String {
    format!("c{centre}:member:{number:06}")
}

fn mint(centre: u64) -> String {
    format!("c{centre}:issuance:mint")
}

struct Past {
    sequencer: Sequencer,
    now_us: Arc<AtomicI64>,
}

/// Writes a ledger with so many members, and orders of theirs of the 365 days before a moment.
pub(crate) async fn write(dir: &Path, (members, orders): (u64, u64), end_us: i64) {
    let begins_us = (end_us / DAY_US - i64::try_from(DAYS).expect("days")) * DAY_US;
    let (past, thread) = Past::start(dir, begins_us - DAY_US);
    let each = members / CENTRES;
    for number in 0..CENTRES {
        past.open(number, each).await;
    }
    let mut written = 0;
    for day in 0..DAYS {
        past.now_us.store(
            begins_us + i64::try_from(day).expect("a day") * DAY_US + DAY_US / 2,
            Ordering::SeqCst,
        );
        let until = orders * (day + 1) / DAYS;
        past.visits(written..until, (each / 2).max(1)).await;
        written = until;
        if day % 30 == 0 {
            eprintln!("day {day} of {DAYS}: {written} orders");
        }
    }
    drop(past);
    let ended = tokio::task::spawn_blocking(move || thread.join()).await;
    ended.expect("it is waited for").expect("it ends");
}

impl Past {
    fn start(dir: &Path, begins_us: i64) -> (Self, std::thread::JoinHandle<()>) {
        let now_us = Arc::new(AtomicI64::new(begins_us));
        let shown = Arc::clone(&now_us);
        let read = move || shown.load(Ordering::SeqCst);
        let running = read.clone();
        let clock = Clock::of(
            move || Moment::from_us(read()).expect("a time"),
            move || Duration::from_micros(running().unsigned_abs()),
        );
        let (_, writer) = SqliteStore::open(dir).expect("a store");
        let start = Start {
            zone: WantedZone::OwnOr(TimeZone::UTC),
            accept_clock: true,
        };
        let (sequencer, thread) = Sequencer::start(writer, clock, start).expect("it starts");
        (Self { sequencer, now_us }, thread)
    }

    /// Commands that are all carried out.
    async fn does<C: Into<steps::Command>>(&self, by: &str, commands: Vec<C>) {
        let principal = Principal::claimed(by).expect("a name");
        let caller = Caller::new(principal, "").expect("a name");
        let call = Call::each(commands, caller);
        let Answer::Each(results) = self.sequencer.submit(call).await.expect("an answer") else {
            panic!("each is decided for itself");
        };
        for result in results {
            result.expect("it is carried out");
        }
    }

    async fn open(&self, centre: u64, members: u64) {
        let first = staff(centre, 0);
        let opened = Command::OpenCentre {
            terms: CentreTerms {
                prefix: branch(centre),
                name_en: Name::parse("name", "Centre").expect("a name"),
                name_zh: None,
                operator: None,
                contracting_body: None,
            },
            first_staff_number: number(&first),
        };
        self.does(&first, vec![opened]).await;
        let others = (1..3).map(|which| {
            Command::RegisterStaff(StaffTerms {
                number: number(&staff(centre, which)),
                centre: branch(centre),
                member_id: None,
                relative_ids: Vec::new(),
            })
        });
        self.does(&first, others.collect()).await;
        self.adopt(centre, &first).await;
        let all: Vec<_> = (0..members).collect();
        for some in all.chunks(AT_ONCE) {
            let some = some.iter().map(|number| registration(centre, *number));
            self.does(&first, some.collect()).await;
        }
        self.fund(centre, members).await;
    }

    async fn adopt(&self, centre: u64, by: &str) {
        let services = SERVICES.map(|code| {
            format!("[[service]]\ncode = \"{code}\"\nname_en = \"Service\"\nname_zh = \"服务\"\n")
        });
        let policy = format!("name = \"Plain\"\n{}", services.concat());
        let adopt = AdoptPolicy {
            step: id(),
            centre: branch(centre),
            document: PolicyDocument::read(policy).expect("a policy"),
        };
        self.does(by, vec![Command::AdoptPolicy(adopt)]).await;
    }

    async fn fund(&self, centre: u64, members: u64) {
        let opened = AccountOpened {
            id: account(&mint(centre)),
            kind: AccountKind::Issuance,
            unit: UnitId::time(),
            limits: AccountKind::Issuance.default_limits(),
        };
        let by = staff(centre, 0);
        self.does(&by, vec![ledger::Command::OpenAccount(opened)])
            .await;
        let served: Vec<_> = (0..members).step_by(2).collect();
        for some in served.chunks(100) {
            let legs = some.iter().map(|number| {
                let to = account(&member(centre, *number));
                let amount = Amount::new(FUNDED_MINUTES).expect("an amount");
                Transfer::new(account(&mint(centre)), to, amount).expect("two accounts")
            });
            self.does(&by, vec![posting(legs.collect())]).await;
        }
    }

    /// Enters, approves and settles visits, each pair's next.
    async fn visits(&self, orders: std::ops::Range<u64>, pairs: u64) {
        let mut of = vec![Vec::new(); usize::try_from(CENTRES).expect("a few")];
        for order in orders {
            let at = usize::try_from(order % CENTRES).expect("a few");
            of[at].push(order / CENTRES);
        }
        let now_us = self.now_us.load(Ordering::SeqCst);
        for (centre, orders) in (0..).zip(of) {
            for some in orders.chunks(AT_ONCE) {
                let ids: Vec<_> = some.iter().map(|_| OrderId(id())).collect();
                let records = some.iter().zip(&ids);
                let records =
                    records.map(|(order, id)| visit(centre, (*order, pairs), *id, now_us));
                self.does(&staff(centre, 0), records.collect()).await;
                for (which, action) in [(1, OrderAction::Approve), (2, OrderAction::Settle)] {
                    let steps = ids.iter().map(|order| {
                        Command::StepOrder(OrderStep {
                            step: self::id(),
                            order: *order,
                            action: action.clone(),
                            reason: None,
                        })
                    });
                    self.does(&staff(centre, which), steps.collect()).await;
                }
            }
        }
    }
}

fn posting(legs: Vec<Transfer>) -> ledger::Command {
    ledger::Command::PostEntry(NewEntry {
        entry: Arc::new(Entry {
            id: id(),
            transfers: Transfers::new(legs).expect("some legs"),
            effective_at: None,
            kind: Label::transfer(),
            tags: Tags::new(Vec::new()).expect("no tags"),
            note: None,
            origin: Origin::Posted,
        }),
        units: Vec::new(),
        note: None,
        opens: Vec::new(),
    })
}

fn visit(centre: u64, (order, pairs): (u64, u64), id: OrderId, now_us: i64) -> Command {
    // A pair has one visit a day: orders of a day are fewer than pairs.
    let pair = order % pairs;
    let of = |number: u64| MemberId::parse(&member(centre, number)).expect("a member");
    let service = SERVICES[usize::try_from(order % 4).expect("a few")];
    Command::RecordVisit(Box::new(RecordVisit {
        id,
        recipient: of(2 * pair),
        provider: of(2 * pair + 1),
        service: Code::parse("service", service).expect("a service"),
        at: Moment::from_us(now_us - DAY_US / 4).expect("a time"),
        minutes: Minutes::new(SERVED_MINUTES).expect("a length"),
        pay_from: None,
        point: None,
        channel: None,
        sheet: Sheet {
            number: SheetNumber::parse("1").expect("a number"),
            hash: None,
        },
        recorded: VisitVerdicts::default(),
    }))
}

fn registration(centre: u64, number: u64) -> Command {
    let block = format!("block-{}", number / 2 % BLOCKS);
    Command::RegisterMember(Box::new(RegisterMember {
        id: MemberId::parse(&member(centre, number)).expect("a member"),
        details: MemberDetails {
            block: Some(Code::parse("block", &block).expect("a block")),
            ..MemberDetails::default()
        },
        personal: PersonalPart::Given(Personal {
            secret: [7; 32],
            fields: PersonalFields::default(),
        }),
    }))
}

fn id() -> BookingId {
    BookingId::from_slice(Uuid::now_v7().as_bytes()).expect("a UUID")
}

fn branch(number: u64) -> Branch {
    Branch::parse("centre", &centre(number)).expect("a branch")
}

fn number(staff: &str) -> StaffNumber {
    StaffNumber::parse(staff).expect("a number")
}

fn account(id: &str) -> AccountId {
    AccountId::parse(id).expect("an account")
}
