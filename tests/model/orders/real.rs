//! The real thing, asked the same.

use std::{collections::BTreeMap, sync::Arc};

use timebank::{
    exchange::{
        self, AcceptNeed, AdoptPolicy, Branch, CentreTerms, CloseIncident, Code, Command, Day,
        IncidentId, IncidentState, MemberChange, MemberDetails, MemberId, Name, NeedId, NeedState,
        NeedStep, OfferSupply, OrderId, OrderState, OrderStep, Personal, PersonalFields,
        PersonalPart, PolicyDocument, PublishNeed, RegisterMember, ReportIncident, SetMemberState,
        StaffNumber, StaffTerms, Supply, SupplyId, WithdrawSupply,
        order::{
            Evidence, Helpers, IncidentKind, NeedAction, NeedTerms, OrderAction, Party, Reason,
            RecordVisit, Repeat, Resolution, Sheet, SheetNumber, VisitVerdicts,
        },
        policy::Minutes,
        supply::{Hours, TimeOfDay, Weekday, Weekdays},
    },
    ledger::{
        self, AccountId, AccountKind, AccountOpened, Amount, BookingId, Caller, Entry, Label,
        Moment, NewEntry, Note, Origin, Principal, Tags, TimeZone, Transfer, Transfers, UnitId,
    },
    query,
    steps::{self, Answer, Call, Outcome},
};

use super::{
    Ask, Became, CENTRES, Id, MEMBERS, MINUTE_US, NeedDo, OrderDo, POLICIES, SERVICE_LINES,
    SERVICES, STAFF, START_S, Side, naive::Model,
};
use crate::model::stack::Stack;

const START_US: i64 = START_S * 1_000_000;

/// The real thing, and what has to be new each time.
pub(super) struct Real {
    pub(super) stack: Stack,
    drawn: u16,
    now_us: i64,
}

fn account(id: &str) -> AccountId {
    AccountId::parse(id).expect("an id")
}

pub(super) fn member(id: &str) -> MemberId {
    MemberId::parse(id).expect("an id")
}

fn branch(centre: &str) -> Branch {
    Branch::parse("centre", centre).expect("a branch")
}

fn number(staff: &str) -> StaffNumber {
    StaffNumber::parse(staff).expect("a number")
}

/// The UUID of a need or an order.
pub(super) fn uuid(number: u8) -> BookingId {
    BookingId::from_slice(&[number; 16]).expect("an id")
}

fn step_uuid(number: u8) -> BookingId {
    let mut bytes = [0xfe; 16];
    bytes[0] = number;
    BookingId::from_slice(&bytes).expect("an id")
}

pub(super) fn at(minute: i64) -> Moment {
    Moment::from_us(START_US + minute * MINUTE_US).expect("a moment")
}

fn minutes(minutes: i64) -> Minutes {
    Minutes::new(minutes).expect("minutes")
}

fn party(side: Side) -> Party {
    match side {
        Side::Provider => Party::Provider,
        Side::Recipient => Party::Recipient,
    }
}

fn by(actor: &str) -> Caller {
    let principal = Principal::claimed(actor).expect("a name");
    Caller::new(principal, "").expect("a caller")
}

fn open(id: &str, kind: AccountKind) -> steps::Command {
    ledger::Command::OpenAccount(AccountOpened {
        id: account(id),
        kind,
        unit: UnitId::time(),
        limits: kind.default_limits(),
    })
    .into()
}

fn need_action(action: NeedDo) -> NeedAction {
    match action {
        NeedDo::Offer(id) => NeedAction::Offer(member(id)),
        NeedDo::Withdraw(id) => NeedAction::Withdraw(member(id)),
        NeedDo::Approve => NeedAction::Approve,
        NeedDo::Decline => NeedAction::Decline,
        NeedDo::Cancel => NeedAction::Cancel,
        NeedDo::Change {
            at: begins,
            minutes: long,
        } => NeedAction::Change {
            at: at(begins),
            minutes: minutes(long),
        },
    }
}

pub(super) fn order_action(action: OrderDo) -> OrderAction {
    match action {
        OrderDo::Approve => OrderAction::Approve,
        OrderDo::Decline => OrderAction::Decline,
        OrderDo::Change {
            at: begins,
            minutes: long,
        } => OrderAction::Change {
            at: at(begins),
            minutes: minutes(long.max(0)),
        },
        OrderDo::CheckIn(came) => OrderAction::CheckIn(at(came)),
        OrderDo::CheckOut(went) => OrderAction::CheckOut(at(went)),
        OrderDo::Confirm { member: id, served } => OrderAction::Confirm {
            member: member(id),
            served: minutes(served),
            rating: None,
        },
        OrderDo::Settle => OrderAction::Settle,
        OrderDo::Cancel(side) => OrderAction::Cancel(party(side)),
        OrderDo::NoShow(side) => OrderAction::NoShow(party(side)),
        OrderDo::Dispute => OrderAction::Dispute(Evidence::default()),
        OrderDo::Correct(served) => OrderAction::Correct(minutes(served)),
        OrderDo::Resolve(None) => OrderAction::Resolve(Resolution::Release),
        OrderDo::Resolve(Some(served)) => OrderAction::Resolve(Resolution::Settle(minutes(served))),
    }
}

/// Corrections have a reason, and some other steps.
fn reason(step: u8, action: Option<OrderDo>) -> Option<Reason> {
    let is_correction = matches!(action, Some(OrderDo::Correct(_)));
    let text = match step % 3 {
        _ if is_correction => "a correction".to_owned(),
        0 => "a reason".to_owned(),
        _ => String::new(),
    };
    Note::new([step; 16], text)
        .expect("a note")
        .map(Reason::from)
}

fn service(which: usize) -> Code {
    Code::parse("service", SERVICES[which]).expect("a code")
}

fn mornings() -> Hours {
    let time = |given| TimeOfDay::parse("time", given).expect("a time");
    Hours {
        days: Weekdays::new(Weekday::ALL.into()).expect("days"),
        from: time("08:00"),
        until: time("12:00"),
    }
}

fn set_state(step: u8, id: Id, change: MemberChange) -> Command {
    Command::SetMemberState(SetMemberState {
        step: step_uuid(step),
        member: member(id),
        change,
    })
}

/// A visit that took place, entered from a sheet.
fn visit(ask: Ask) -> RecordVisit {
    let Ask::Record {
        order,
        recipient,
        provider,
        service: which,
        at: began,
        minutes: long,
        from,
    } = ask
    else {
        unreachable!("it is one");
    };
    RecordVisit {
        id: OrderId(uuid(order)),
        recipient: member(recipient),
        provider: member(provider),
        service: service(which),
        at: at(began),
        minutes: minutes(long),
        pay_from: from.map(account),
        point: None,
        channel: None,
        sheet: Sheet {
            number: SheetNumber::parse("7").expect("a number"),
            hash: None,
        },
        recorded: VisitVerdicts::default(),
    }
}

impl Real {
    pub(super) fn fresh(&mut self) -> BookingId {
        self.drawn += 1;
        let [high, low] = self.drawn.to_be_bytes();
        let bytes = [[high, low, 0xff, 1]; 4].concat();
        BookingId::from_slice(&bytes).expect("an id")
    }

    fn command(&mut self, ask: Ask) -> steps::Command {
        match ask {
            Ask::Publish {
                need,
                recipient,
                service,
                at: begins,
                minutes: long,
                from,
                helpers,
            } => Command::PublishNeed(Box::new(PublishNeed {
                id: NeedId(uuid(need)),
                terms: NeedTerms {
                    recipient: member(recipient),
                    service: self::service(service),
                    at: at(begins),
                    minutes: minutes(long),
                    pay_from: from.map(account),
                    point: None,
                    channel: None,
                    helpers: Helpers::new(helpers).expect("helpers"),
                },
                recorded: None,
            })),
            Ask::Need { step, need, action } => Command::StepNeed(NeedStep {
                step: step_uuid(step),
                need: NeedId(uuid(need)),
                action: need_action(action),
                reason: reason(step, None),
                recorded: None,
            }),
            Ask::Accept {
                order,
                need,
                provider,
            } => Command::AcceptNeed(AcceptNeed {
                order: OrderId(uuid(order)),
                need: NeedId(uuid(need)),
                provider: member(provider),
                recorded: None,
            }),
            Ask::Order {
                step,
                order,
                action,
            } => Command::StepOrder(OrderStep {
                step: step_uuid(step),
                order: OrderId(uuid(order)),
                action: order_action(action),
                reason: reason(step, Some(action)),
            }),
            Ask::Record { .. } => Command::RecordVisit(Box::new(visit(ask))),
            Ask::Report {
                incident,
                order,
                is_complaint,
            } => Command::ReportIncident(ReportIncident {
                id: IncidentId(step_uuid(incident)),
                order: OrderId(uuid(order)),
                kind: match is_complaint {
                    true => IncidentKind::Complaint,
                    false => IncidentKind::Incident,
                },
                evidence: Evidence::default(),
                reason: reason(incident, None),
            }),
            Ask::Close { step, incident } => Command::CloseIncident(CloseIncident {
                step: step_uuid(step),
                incident: IncidentId(step_uuid(incident)),
                reason: reason(step, None),
            }),
            Ask::OfferSupply {
                supply,
                member: id,
                service: which,
            } => Command::OfferSupply(Box::new(OfferSupply {
                member: member(id),
                supply: Supply {
                    id: SupplyId(step_uuid(supply)),
                    service: service(which),
                    hours: mornings(),
                },
            })),
            Ask::WithdrawSupply {
                step,
                member: id,
                supply,
            } => Command::WithdrawSupply(WithdrawSupply {
                step: step_uuid(step),
                member: member(id),
                supply: SupplyId(step_uuid(supply)),
            }),
            Ask::Suspend { step, member: id } => set_state(step, id, MemberChange::Suspend),
            Ask::Reinstate { step, member: id } => set_state(step, id, MemberChange::Reinstate),
            Ask::Adopt { centre, policy } => {
                let pool = format!("{}:pool", CENTRES[centre]);
                let terms = POLICIES[policy].replace("POOL", &pool);
                let text = format!("name = \"One\"\n{terms}{SERVICE_LINES}");
                Command::AdoptPolicy(AdoptPolicy {
                    step: self.fresh(),
                    centre: branch(CENTRES[centre]),
                    document: PolicyDocument::read(text).expect("a policy"),
                })
            }
            Ask::Earn {
                account: to,
                minutes,
            } => return self.earn(to, minutes),
            Ask::Wait { .. } => unreachable!("it is no command"),
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

    /// A need that is to come again for four weeks.
    pub(super) fn repeat(&mut self, step: u8, need: u8, by: Id) -> Became {
        let until = Day::of(at(60), TimeZone::UTC).plus_days(28);
        let until = until.expect("a day");
        let repeat = Repeat {
            until,
            provider: None,
        };
        let command = Command::StepNeed(NeedStep {
            step: uuid(step),
            need: NeedId(uuid(need)),
            action: NeedAction::Repeat(repeat),
            reason: None,
            recorded: None,
        });
        self.run(command.into(), by)
    }

    pub(super) fn one(&mut self, ask: Ask, actor: Id) -> Became {
        if let Ask::Wait { minutes } = ask {
            self.now_us += minutes * MINUTE_US;
            self.stack.set_clock(self.now_us);
            return Ok(false);
        }
        let command = self.command(ask);
        self.run(command, actor)
    }

    pub(super) fn run(&self, command: steps::Command, actor: &str) -> Became {
        match self.stack.call(Call::each([command], by(actor))) {
            Answer::Each(results) => match results.into_iter().next().expect("a result") {
                Ok(outcome) => Ok(Outcome::is_replay(&outcome)),
                Err(rejection) => Err(rejection.reason().into()),
            },
            Answer::None(refusal) => panic!("{refusal:?}"),
        }
    }

    fn set_up(&self, command: impl Into<steps::Command>, actor: &str) {
        assert_eq!(self.run(command.into(), actor), Ok(false));
    }

    pub(super) fn begin() -> Self {
        let real = Self {
            stack: Stack::new(START_US),
            drawn: 0,
            now_us: START_US,
        };
        for (centre, [first, ..]) in CENTRES.into_iter().zip(STAFF) {
            let open = Command::OpenCentre {
                terms: CentreTerms {
                    prefix: branch(centre),
                    name_en: Name::parse("name_en", "A centre").expect("a name"),
                    name_zh: None,
                    operator: None,
                    contracting_body: None,
                },
                first_staff_number: number(first),
            };
            real.set_up(open, "");
        }
        for (at, id) in (0u8..).zip(MEMBERS) {
            let details = MemberDetails {
                has_device: id == "a:m3",
                ..MemberDetails::default()
            };
            let personal = PersonalPart::Given(Personal {
                secret: [at; 32],
                fields: PersonalFields::default(),
            });
            let register = Command::RegisterMember(Box::new(RegisterMember {
                id: member(id),
                details,
                personal,
            }));
            real.set_up(register, STAFF[usize::from(id.starts_with('b'))][0]);
        }
        for (centre, [first, others @ ..]) in CENTRES.into_iter().zip(STAFF) {
            for other in others {
                let register = Command::RegisterStaff(StaffTerms {
                    number: number(other),
                    centre: branch(centre),
                    member_id: (other == "2").then(|| member("a:m1")),
                    relative_ids: Vec::new(),
                });
                real.set_up(register, first);
            }
        }
        for (id, kind) in [
            ("a:mint", AccountKind::Issuance),
            ("a:pool", AccountKind::Pool),
            ("b:pool", AccountKind::Pool),
            ("a:club", AccountKind::Organisation),
            ("b:club", AccountKind::Organisation),
        ] {
            real.set_up(open(id, kind), "");
        }
        real
    }

    pub(super) fn restart(&mut self) {
        self.stack.reopen(self.now_us);
    }

    pub(super) fn reopen(&mut self) {
        self.now_us += 1_000_000;
        self.stack.reopen(self.now_us);
    }

    pub(super) fn order_state(&self, order: u8) -> OrderState {
        let id = OrderId(uuid(order));
        let read = self.stack.read(move |reading| query::order(reading, id));
        read.expect("it reads").state
    }

    pub(super) fn need_state(&self, need: u8) -> NeedState {
        let id = NeedId(uuid(need));
        let read = self.stack.read(move |reading| query::need(reading, id));
        read.expect("it reads").1
    }

    /// All needs, orders, balances and held hours are as the model has them.
    pub(super) fn is_as(&self, model: &Model) {
        let accounts = model.balances.iter();
        let accounts: Vec<_> = accounts
            .map(|(id, balance)| (*id, *balance, model.held(id)))
            .collect();
        let needs = model.needs.iter();
        let needs: Vec<_> = needs
            .map(|(id, need)| (*id, need.clone(), model.state_of(need)))
            .collect();
        let orders = model.orders.clone();
        let incidents = model.incidents.clone();
        let supplies = MEMBERS.map(|id| (id, model.supplies_of(id)));
        let waiting = model.candidates();
        let read = self.stack.read(move |reading| {
            for (id, balance, held) in accounts {
                let row = reading.snapshot.account(&account(id))?.expect("an account");
                let found = (row.account.balance.steps(), row.account.held.steps());
                assert_eq!(found, (balance, held), "{id}");
            }
            for (id, need, state) in needs {
                let (found, stands) = query::need(reading, NeedId(uuid(id)))?;
                assert_eq!(stands, state, "need {id}");
                let offers = found.offers.iter();
                assert!(offers.map(|offer| offer.provider.as_str()).eq(need.offers));
                let approved_by = found.approved_by.iter();
                assert!(approved_by.map(StaffNumber::as_str).eq(need.approved_by));
                let expected = need.orders.into_iter().map(|id| OrderId(uuid(id)));
                assert!(found.orders.into_iter().eq(expected), "need {id}");
            }
            for (id, order) in orders {
                let found = query::order(reading, OrderId(uuid(id)))?;
                assert_eq!(found.state, order.state, "order {id}");
                let booked = (found.at, found.minutes, found.held.steps());
                assert_eq!(booked, (at(order.at), minutes(order.minutes), order.held));
                assert_eq!(found.payer, account(order.payer));
                let reckoned = found.reckoned.map(|one| (one.credited, one.excess));
                assert_eq!(reckoned, order.credited, "order {id}");
                let approved_by = found.approved_by.iter();
                assert!(approved_by.map(StaffNumber::as_str).eq(order.approved_by));
            }
            for (id, incident) in incidents {
                let found = query::incident(reading, IncidentId(step_uuid(id)))?;
                let is_open = found.state == IncidentState::Open;
                assert_eq!(found.order, OrderId(uuid(incident.order)));
                assert_eq!((found.kind, is_open), (incident.kind, incident.is_open));
            }
            for (id, supplies) in supplies {
                let found = query::member(reading, &member(id))?.member.supplies;
                let expected = supplies.into_iter().map(|id| SupplyId(step_uuid(id)));
                assert!(found.into_iter().map(|one| one.id).eq(expected), "{id}");
            }
            for (id, expected) in waiting {
                let page = query::candidates(reading, NeedId(uuid(id)), true, None, 100)?;
                let found = page.found.iter().map(|one| {
                    let why_not = one.why_not.as_ref().map(exchange::Rejection::reason);
                    (one.member.id.to_string(), why_not.map(String::from))
                });
                let found: BTreeMap<_, _> = found.collect();
                assert_eq!(found, expected, "candidates for need {id}");
            }
            Ok(())
        });
        read.expect("it reads");
    }
}
