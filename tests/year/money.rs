//! Money that is donated to a district's pool and paid out of it as relief.

use timebank::{
    exchange::{
        Command, PoolCommand,
        pool::{
            AskRelief, Donate, DonationId, OpenPool, Purposes, ReliefAction, ReliefId, ReliefStep,
        },
    },
    ledger::{self, BookingId, Unit, UnitId},
    query,
};

use super::{
    bank::{account, amount, code, member_id, name, reason},
    city::{City, FOUNDED},
    districts::{DISTRICTS, District},
    entries::reversal,
    reckoning::Foreseen,
};

/// What is given and paid at once, in fen.
const DONATED: i64 = 50_000;
const PAID: i64 = 15_000;

fn pool(home: &District) -> String {
    home.account("pool:money")
}

fn donations(home: &District) -> String {
    home.account("donations:cny")
}

fn relief(home: &District) -> String {
    home.account("relief:cny")
}

/// What is done about a relief: by whom, whether it is carried out, and what moves then.
type Step = (usize, ReliefAction, Foreseen, Moves);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moves {
    Nothing,
    /// It is held of the pool.
    Reserves,
    Frees,
    Pays,
    ComesBack,
}

fn approve() -> ReliefAction {
    ReliefAction::Approve { reason: None }
}

fn decline() -> ReliefAction {
    ReliefAction::Decline {
        reason: reason("somebody else pays"),
    }
}

impl City {
    /// Two of the districts have a pool of money.
    pub(super) fn open_money(&mut self) {
        let unit = UnitId::parse("cny").expect("a unit");
        let declared = Unit::new(unit.clone(), "fen").expect("a unit");
        self.bank
            .does("1001", ledger::Command::DeclareUnit(declared));
        for home in [&DISTRICTS[0], &DISTRICTS[3]] {
            let open = PoolCommand::Open(OpenPool {
                account: account(&pool(home)),
                unit: unit.clone(),
                name: name("Relief fund"),
                purposes: Purposes::new(vec![code("illness")]).expect("a purpose"),
            });
            self.bank
                .does(&home.staff(0), Command::Pool(Box::new(open)));
            let now = FOUNDED / 60;
            self.tally.open(&pool(home), ("pool", "cny"), now);
            self.tally.open(&donations(home), ("issuance", "cny"), now);
            self.tally.open(&relief(home), ("redemption", "cny"), now);
        }
    }

    /// Money comes in, some of it twice or by mistake, and goes out to who is in need.
    pub(super) fn raise(&mut self, district: usize) {
        let home = &DISTRICTS[district];
        let month = self.date()[..7].to_owned();
        self.donate(home, &pool(home), &month, Ok(()));
        self.donate(home, &pool(home), &month, Err("DONATION_EXISTS"));
        let hours = home.account("pool:mutual");
        self.donate(home, &hours, &month, Err("POOL_OF_HOURS"));
        let receipt = format!("{month}-x");
        let entry = self.donate(home, &pool(home), &receipt, Ok(()));
        let id = self.bank.id();
        self.bank.does(&home.staff(1), reversal(id, entry, false));
        let minute = self.minute();
        self.tally
            .post(&pool(home), &donations(home), DONATED, minute);
        self.donate(home, &pool(home), &receipt, Ok(()));
        self.relieve_all(district);
    }

    /// The entry, where it comes in.
    fn donate(
        &mut self,
        home: &District,
        to: &str,
        receipt: &str,
        foreseen: Foreseen,
    ) -> BookingId {
        let step = self.bank.id();
        let donate = PoolCommand::Donate(Donate {
            step,
            id: DonationId {
                pool: account(to),
                receipt: name(receipt),
            },
            amount: amount(DONATED),
            reason: Some(reason("Mr. Wang, who lives near by")),
        });
        let command = Command::Pool(Box::new(donate));
        self.bank.say(&home.staff(1), command, foreseen);
        if foreseen.is_ok() {
            let minute = self.minute();
            self.tally.post(&donations(home), to, DONATED, minute);
            self.did("donated");
        }
        step
    }

    fn relieve_all(&mut self, district: usize) {
        use Moves::{ComesBack, Frees, Nothing, Pays, Reserves};
        let back = || ReliefAction::Return {
            reason: reason("paid to another of the same name"),
        };
        let withdraw = || ReliefAction::Withdraw { reason: None };
        let paid = || -> Vec<Step> {
            vec![
                (0, approve(), Err("APPROVER_ASKED"), Nothing),
                (1, approve(), Ok(()), Reserves),
                (1, approve(), Err("APPROVED_ALREADY"), Nothing),
                (2, approve(), Ok(()), Pays),
                (3, approve(), Err("RELIEF_STATE_WRONG"), Nothing),
            ]
        };
        let mistaken = || {
            let mut steps = paid();
            steps.push((1, back(), Ok(()), ComesBack));
            steps.push((1, back(), Err("RELIEF_STATE_WRONG"), Nothing));
            steps
        };
        let mut ends: Vec<(&'static str, Vec<Step>)> = vec![
            ("paid", paid()),
            ("returned", mistaken()),
            ("declined", vec![(1, decline(), Ok(()), Nothing)]),
            (
                "declined",
                vec![
                    (2, approve(), Ok(()), Reserves),
                    (1, decline(), Ok(()), Frees),
                ],
            ),
            ("withdrawn", vec![(0, withdraw(), Ok(()), Nothing)]),
            ("reserved", vec![(3, approve(), Ok(()), Reserves)]),
        ];
        if !self.tally.closed.len().is_multiple_of(10) {
            // What is reserved stays so: it is asked for once in a while.
            ends.pop();
        }
        for (end, steps) in ends {
            self.relieve_by(district, end, steps);
        }
        self.ask_in_vain(district);
    }

    fn relieve_by(&mut self, district: usize, end: &'static str, steps: Vec<Step>) {
        let home = &DISTRICTS[district];
        let has_none = |city: &Self, id: &str| !city.tally.reliefs.iter().any(|one| one.1 == id);
        let needy = self.pick(district, |city, member| has_none(city, &member.id));
        let available = self.tally.account(&pool(home)).available();
        let Some(needy) = needy.filter(|_| available >= PAID) else {
            return;
        };
        let member = self.tally.members[needy].id.clone();
        let relief = self.ask_relief(home, &member, ("illness", PAID), Ok(()));
        for (by, action, foreseen, moves) in steps {
            let step = PoolCommand::StepRelief(ReliefStep {
                step: self.bank.id(),
                relief,
                action,
            });
            let command = Command::Pool(Box::new(step));
            self.bank.say(&home.staff(by), command, foreseen);
            self.move_relief(home, moves);
        }
        self.tally.reliefs.push((relief, member, end));
        self.did(match end {
            "paid" => "relief paid",
            "returned" => "relief returned",
            "reserved" => "relief reserved",
            _ => "relief ended otherwise",
        });
    }

    fn move_relief(&mut self, home: &District, moves: Moves) {
        let minute = self.minute();
        let (pool, relief) = (pool(home), relief(home));
        match moves {
            Moves::Nothing => {}
            Moves::Reserves => self.tally.account_mut(&pool).held += PAID,
            Moves::Frees => self.tally.account_mut(&pool).held -= PAID,
            Moves::Pays => {
                self.tally.account_mut(&pool).held -= PAID;
                self.tally.post(&pool, &relief, PAID, minute);
            }
            Moves::ComesBack => self.tally.post(&relief, &pool, PAID, minute),
        }
    }

    fn ask_relief(
        &mut self,
        home: &District,
        member: &str,
        (purpose, fen): (&str, i64),
        foreseen: Foreseen,
    ) -> ReliefId {
        let id = ReliefId(self.bank.id());
        let ask = PoolCommand::AskRelief(AskRelief {
            id,
            pool: account(&pool(home)),
            member: member_id(member),
            amount: amount(fen),
            purpose: code(purpose),
            reason: reason("six weeks in hospital"),
        });
        let command = Command::Pool(Box::new(ask));
        self.bank.say(&home.staff(0), command, foreseen);
        id
    }

    /// For what the pool does not pay, for more than it has, and for somebody of elsewhere.
    fn ask_in_vain(&mut self, district: usize) {
        let home = &DISTRICTS[district];
        let here = self.pick(district, |_, _| true);
        let there = self.pick((district + 1) % 5, |_, _| true);
        let (Some(here), Some(there)) = (here, there) else {
            return;
        };
        let beyond = self.tally.account(&pool(home)).available() + 1;
        for (member, asked, why) in [
            (here, ("hardship", PAID), "PURPOSE_FOREIGN"),
            (here, ("illness", beyond), "RELIEF_BEYOND_POOL"),
            (there, ("illness", PAID), "MEMBER_ELSEWHERE"),
        ] {
            let member = self.tally.members[member].id.clone();
            self.ask_relief(home, &member, asked, Err(why));
        }
    }

    /// Compares how reliefs of money stand.
    pub(super) fn check_reliefs(&self) {
        for (relief, member, state) in self.tally.reliefs.clone() {
            let read = self
                .bank
                .world
                .read(move |reading| query::relief(reading, relief));
            let (found, unit) = read.expect("a relief");
            let stands = (found.state.to_string(), found.member.to_string());
            assert_eq!(stands, (state.to_owned(), member));
            assert_eq!(
                (found.amount.steps(), unit.to_string()),
                (PAID, "cny".to_owned())
            );
        }
    }
}
