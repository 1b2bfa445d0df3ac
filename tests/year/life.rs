//! What happens beside visits: what is issued, given and redeemed, who goes and who moves, and the
//! months that are closed.

use timebank::{
    exchange::{
        ApproveExit, ClosePeriod, Command, Day, ExitMember, Month, MoveMember, PeriodCommand,
        PeriodId, PoolCommand, SignOffPeriod, StockCommand,
        pool::{AskRelief, GiveHours, ReliefAction, ReliefId, ReliefStep},
        stock::{ItemId, Pieces, Redeem},
    },
    ledger::BookingId,
};

use super::{
    anomalies::Moved,
    bank::{account, amount, branch, code, member_id, reason},
    calendar::{DAY, month, month_days},
    city::City,
    districts::DISTRICTS,
    entries::{posting, reversal},
    tally::{Closed, Member, Noted, Other, Part},
};

impl City {
    /// Somebody of a district who is free of everything, and of whom it is so.
    pub(super) fn pick(
        &mut self,
        district: usize,
        fits: impl Fn(&Self, &Member) -> bool,
    ) -> Option<usize> {
        for _ in 0..60 {
            let one = self.here[district][self.rng.usize(5..self.here[district].len())];
            let member = &self.tally.members[one];
            if member.is_here && fits(self, member) {
                return Some(one);
            }
        }
        None
    }

    pub(super) fn free(&self, member: &Member) -> i64 {
        let account = self.tally.account(&member.account);
        (account.balance - account.held).max(0)
    }

    pub(super) fn is_idle(&self, member: &Member) -> bool {
        let account = self.tally.account(&member.account);
        member.may_go && member.busy_until < self.bank.now && account.held == 0
    }

    /// Elders who have little get some of the bureau's hours.
    pub(super) fn top_up(&mut self) {
        for (district, home) in DISTRICTS.iter().enumerate() {
            for member in self.here[district].clone() {
                let Member {
                    account,
                    is_elder,
                    is_here,
                    ..
                } = self.tally.members[member].clone();
                let is_poor = self.tally.account(&account).available() < 200;
                if is_elder && is_here && is_poor && self.has_room(&account, 240) {
                    self.issue(home, &account, 240);
                }
            }
            self.issue(home, &home.account("organisation:care"), 20_000);
        }
    }

    pub(super) fn give(&mut self, district: usize) {
        let giver = self.pick(district, |city, member| city.free(member) >= 60);
        let Some(giver) = giver else { return };
        let Member { id, account, .. } = self.tally.members[giver].clone();
        self.give_hours(&id, district, (&account, 30), Ok(()));
        // No more is given than is free.
        if self.rng.usize(..4) == 0 {
            let beyond = self.free(&self.tally.members[giver]) + 1;
            self.give_hours(
                &id,
                district,
                (&account, beyond),
                Err("GIFT_BEYOND_BALANCE"),
            );
        }
    }

    fn give_hours(
        &mut self,
        by: &str,
        district: usize,
        (from, minutes): (&str, i64),
        foreseen: Result<(), &'static str>,
    ) {
        let pool = DISTRICTS[district].account("pool:mutual");
        let give = PoolCommand::Give(GiveHours {
            step: self.bank.id(),
            from: account(from),
            to: account(&pool),
            amount: amount(minutes),
            reason: None,
            recorded: None,
        });
        self.bank.say(by, Command::Pool(Box::new(give)), foreseen);
        if foreseen.is_ok() {
            let minute = self.minute();
            self.tally.post(from, &pool, minutes, minute);
        }
    }

    pub(super) fn choir_gives(&mut self) {
        for (district, home) in DISTRICTS.iter().enumerate() {
            let choir = home.account("organisation:choir");
            self.give_hours(&home.staff(2), district, (&choir, 60), Ok(()));
        }
    }

    /// The pool pays relief that two of the staff approve.
    pub(super) fn relieve(&mut self, district: usize) {
        let home = &DISTRICTS[district];
        let pool = home.account("pool:mutual");
        let needy = self.pick(district, |city, member| city.has_room(&member.account, 45));
        let Some(needy) = needy.filter(|_| self.tally.account(&pool).available() >= 45) else {
            return;
        };
        let relief = ReliefId(self.bank.id());
        let Member {
            id, account: to, ..
        } = self.tally.members[needy].clone();
        let ask = PoolCommand::AskRelief(AskRelief {
            id: relief,
            pool: account(&pool),
            member: member_id(&id),
            amount: amount(45),
            purpose: code("hardship"),
            reason: reason("three weeks in hospital"),
        });
        self.bank.does(&home.staff(0), Command::Pool(Box::new(ask)));
        for (by, foreseen) in [(1, Ok(())), (1, Err("APPROVED_ALREADY")), (2, Ok(()))] {
            let step = PoolCommand::StepRelief(ReliefStep {
                step: self.bank.id(),
                relief,
                action: ReliefAction::Approve { reason: None },
            });
            self.bank
                .say(&home.staff(by), Command::Pool(Box::new(step)), foreseen);
        }
        let minute = self.minute();
        self.tally.post(&pool, &to, 45, minute);
    }

    /// Hours and points are redeemed at the shop.
    pub(super) fn redeem(&mut self) {
        for _ in 0..4 {
            let has = |city: &Self, member: &Member| member.is_elder && city.free(member) >= 30;
            if let Some(elder) = self.pick(1, has) {
                let from = self.tally.members[elder].account.clone();
                self.redeem_one(&from, ("banan:stock:shop", "rice", 30));
            }
            let points = |member: &Member| format!("{}:points", member.account);
            let has = |city: &Self, member: &Member| {
                let account = city.tally.accounts.get(&points(member));
                account.is_some_and(|account| account.available() >= 3)
            };
            if let Some(one) = self.pick(1, has) {
                let from = points(&self.tally.members[one]);
                self.redeem_one(&from, ("banan:stock:points", "soap", 3));
            }
        }
    }

    fn redeem_one(&mut self, from: &str, (stock, item, price): (&str, &str, i64)) {
        let redeem = StockCommand::Redeem(Redeem {
            step: self.bank.id(),
            from: account(from),
            item: ItemId {
                stock: account(stock),
                code: code(item),
            },
            pieces: Pieces::new(1).expect("a piece"),
            amount: amount(price),
            reason: None,
            recorded: None,
        });
        self.bank.does("2002", Command::Stock(Box::new(redeem)));
        let minute = self.minute();
        self.tally.post(from, stock, price, minute);
    }
}

impl City {
    /// A service is entered outside orders; every third of them by mistake, and taken back.
    pub(super) fn enter(&mut self, district: usize) {
        let home = &DISTRICTS[district];
        let payer = self.pick(district, |city, member| city.free(member) >= 60);
        let server = self.pick(district, |city, member| city.has_room(&member.account, 60));
        let (Some(payer), Some(server)) = (payer, server) else {
            return;
        };
        if payer == server {
            return;
        }
        let [from, to] = [payer, server].map(|one| self.tally.members[one].account.clone());
        let (id, at) = (self.bank.id(), self.minute() - 180);
        let service = home.services[0].code;
        let entry = posting(id, (&from, &to, 60), Some(service), Some(at));
        self.bank.does(&home.staff(0), entry);
        let ticket = self.bank.last();
        self.tally.post(&from, &to, 60, at);
        self.tally.moved.push(Moved::new(&from, 60));
        self.recorded();
        let is_mistake = self.rng.usize(..3) == 0 && self.tally.account(&to).available() >= 60;
        if is_mistake {
            self.take_back(&home.staff(1), (district, id), (&from, &to, 60));
        }
        let part = Part {
            provider: Some(server),
            recipient: Some(payer),
            served: 60,
            credited: 60,
            paid: 60,
        };
        self.tally.others.push(Other {
            district,
            service,
            point: None,
            on: at / DAY,
            between: None,
            ticket,
            entered_from: Some(from),
            is_reversed: is_mistake,
            parts: vec![part],
        });
    }

    /// Every other time it is forced, which is counted.
    pub(super) fn take_back(
        &mut self,
        by: &str,
        (district, of): (usize, BookingId),
        (from, to, minutes): (&str, &str, i64),
    ) {
        let id = self.bank.id();
        let mistakes = self.tally.others.iter().filter(|other| other.is_reversed);
        let force = mistakes.count().is_multiple_of(2);
        self.bank.does(by, reversal(id, of, force));
        if force {
            self.tally.forced.push(Noted {
                district,
                day: self.today(),
                of: to.to_owned(),
            });
        }
        let minute = self.minute();
        self.tally.post(to, from, minutes, minute);
        self.tally.moved.push(Moved::new(from, -minutes));
        self.recorded();
    }

    /// Nothing is effective in a month that is closed.
    pub(super) fn enter_in_closed(&mut self, day: i64) {
        let home = &DISTRICTS[0];
        if let Some(closed) = self.tally.closed_until[0] {
            assert!(closed < day);
            let (from, to) = (
                home.account("organisation:choir"),
                home.account("organisation:care"),
            );
            let id = self.bank.id();
            let entry = posting(id, (&from, &to, 10), None, Some(closed * DAY + 600));
            self.bank
                .say(&home.staff(0), entry, Err("EFFECTIVE_IN_CLOSED"));
        }
    }
}

impl City {
    /// Two who have not taken part yet move, each to where the other was.
    pub(super) fn swap(&mut self) {
        for (one, other) in [(1, 3), (2, 4), (4, 1)] {
            let fits = |city: &Self, member: &Member| {
                let balance = city.tally.balance(&member.account);
                city.is_idle(member) && !member.took_part && member.busy_until == 0 && balance >= 0
            };
            let [one, other] = [one, other].map(|district| self.pick(district, fits));
            if let (Some(one), Some(other)) = (one, other) {
                let homes = [one, other].map(|member| self.tally.members[member].district);
                self.relocate(one, homes[1]);
                self.relocate(other, homes[0]);
            }
        }
    }

    /// One who took part moves away, and takes part no more.
    pub(super) fn let_one_move(&mut self) {
        let fits = |city: &Self, member: &Member| {
            city.is_idle(member) && member.took_part && city.tally.balance(&member.account) > 0
        };
        if let Some(member) = self.pick(2, fits) {
            self.relocate(member, 4);
            self.here[4].retain(|one| *one != member);
        }
    }

    fn relocate(&mut self, member: usize, to: usize) {
        let Member {
            id,
            account: from,
            district,
            ..
        } = self.tally.members[member].clone();
        self.moved += 1;
        let home = &DISTRICTS[to];
        let new = home.account(&format!("moved:{member:06}"));
        let relocate = Command::MoveMember(MoveMember {
            step: self.bank.id(),
            member: member_id(&id),
            account: account(&new),
            recorded: None,
        });
        self.bank.does(&DISTRICTS[district].staff(0), relocate);
        self.open_member(&new, member, home);
        let minute = self.minute();
        let balance = self.tally.balance(&from);
        self.tally.post(&from, &new, balance, minute);
        self.tally.account_mut(&from).closed = Some(minute);
        self.tally.members[member].account = new;
        self.tally.members[member].district = to;
        self.here[district].retain(|one| *one != member);
        self.here[to].push(member);
    }

    /// Somebody dies, or leaves: their hours go to the heir on two approvals, or to the pool.
    pub(super) fn let_one_go(&mut self, district: usize, is_death: bool) {
        let fits = |city: &Self, member: &Member| {
            let balance = city.tally.balance(&member.account);
            let heir = city.heir_of(member);
            let heir = heir.map(|heir| &city.tally.members[heir].account);
            let has_room = heir.is_none_or(|heir| city.has_room(heir, balance));
            city.is_idle(member) && member.took_part && balance > 0 && has_room
        };
        let Some(member) = self.pick(district, fits) else {
            return;
        };
        self.gone += 1;
        let home = &DISTRICTS[district];
        let Member { id, account, .. } = self.tally.members[member].clone();
        let died_on = Day::parse("died_on", &self.date()).expect("a day");
        let exit = Command::ExitMember(ExitMember {
            step: self.bank.id(),
            member: member_id(&id),
            died_on: is_death.then_some(died_on),
        });
        self.bank.does(&home.staff(0), exit);
        let heir = self
            .heir_of(&self.tally.members[member])
            .filter(|_| is_death);
        let to = match heir {
            None => home.account("pool:mutual"),
            Some(heir) => {
                self.approve_exit(&id, district);
                self.tally.members[heir].account.clone()
            }
        };
        self.close(member, district, (&account, &to));
    }

    fn heir_of(&self, member: &Member) -> Option<usize> {
        let heir = member.heir?;
        self.tally.members[heir].is_here.then_some(heir)
    }

    fn approve_exit(&mut self, id: &str, district: usize) {
        for by in [1, 2] {
            let approve = Command::ApproveExit(ApproveExit {
                step: self.bank.id(),
                member: member_id(id),
            });
            self.bank.does(&DISTRICTS[district].staff(by), approve);
        }
    }

    /// What they had goes where it is to go; points lapse.
    fn close(&mut self, member: usize, district: usize, (from, to): (&str, &str)) {
        let minute = self.minute();
        let balance = self.tally.balance(from);
        self.tally.post(from, to, balance, minute);
        self.tally.account_mut(from).closed = Some(minute);
        let accounts = self.tally.accounts.iter();
        let points = accounts.filter(|(_, account)| {
            let is_theirs = account.owner == Some(member) && account.unit == "points";
            is_theirs && account.closed.is_none()
        });
        let points: Vec<_> = points.map(|(id, _)| id.clone()).collect();
        for points in points {
            // It lapses where they earned it, also once they moved.
            let left = self.tally.balance(&points);
            let lapsed = "banan:lapsed:points";
            if left != 0 && !self.tally.accounts.contains_key(lapsed) {
                self.tally.open(lapsed, ("redemption", "points"), minute);
            }
            self.tally.post(&points, lapsed, left, minute);
            self.tally.account_mut(&points).closed = Some(minute);
        }
        self.tally.members[member].is_here = false;
        self.tally.members[member].gone_on = Some(self.today());
        self.here[district].retain(|one| *one != member);
    }
}

impl City {
    /// Each district closes a month, the server seals it, and staff sign its report off.
    pub(super) fn close_month(&mut self, at: usize) {
        for (district, home) in DISTRICTS.iter().enumerate() {
            let close = PeriodCommand::Close(ClosePeriod {
                step: self.bank.id(),
                id: period(district, at),
            });
            self.bank.does(&home.staff(0), Command::Period(close));
            let accounts = self.closing(district, at);
            self.tally.closed_until[district] = Some(month_days(at).1);
            self.tally.closed.push(Closed {
                district,
                month: at,
                accounts,
                is_signed: district != 4,
            });
        }
        self.bank.flush();
        assert_eq!(self.bank.world.seals(), DISTRICTS.len());
        self.bank.records += 5;
        self.sign_off(at);
    }

    fn closing(
        &self,
        district: usize,
        at: usize,
    ) -> std::collections::BTreeMap<String, (i64, i64)> {
        let (first, last) = month_days(at);
        let prefix = DISTRICTS[district].account("");
        let of = self
            .tally
            .accounts
            .iter()
            .filter(|(id, _)| id.starts_with(&prefix));
        let balances = of.map(|(id, account)| {
            let both = (
                account.before(first * DAY),
                account.before((last + 1) * DAY),
            );
            (id.clone(), both)
        });
        balances.collect()
    }

    fn sign_off(&mut self, at: usize) {
        let read = self.bank.world.read(|reading| Ok(reading.snapshot.last()?));
        let position = read.expect("a position");
        for (district, home) in DISTRICTS.iter().enumerate().take(4) {
            let sign = PeriodCommand::SignOff(SignOffPeriod {
                step: self.bank.id(),
                id: period(district, at),
                position,
            });
            self.bank.does(&home.staff(3), Command::Period(sign));
        }
        self.bank.flush();
    }
}

pub(super) fn period(district: usize, at: usize) -> PeriodId {
    PeriodId {
        centre: branch(DISTRICTS[district].name),
        month: Month::parse("month", &month(month_days(at).0)).expect("a month"),
    }
}
