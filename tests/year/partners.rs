//! Another time bank beside each district, to which members' hours go and from which they come.

use timebank::{
    exchange::{
        Command, PartnerCommand,
        partner::{Direction, OpenPartner, Remit, RemittanceId},
    },
    ledger::BookingId,
};

use super::{
    bank::{account, amount, member_id, name},
    city::{City, FOUNDED},
    districts::{DISTRICTS, District},
    entries::reversal,
    reckoning::Foreseen,
    tally::{Member, Tally},
};

/// The most that a partner may have of a district, and the other way.
const SURPLUS: i64 = 600;
const DEFICIT: i64 = 300;
/// The same by Banan's policy, whose lower limits bind.
const POLICY: [i64; 2] = [240, 120];

/// What Banan's policy says of its partner.
pub(super) const DOCUMENT: &str = "
[[partner]]
code = \"north\"
account = \"banan:clearing:north\"
surplus = \"4h\"
deficit = \"2h\"
";

fn partner(home: &District) -> String {
    home.account("clearing:north")
}

/// A remittance that is asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    direction: Direction,
    member: usize,
    minutes: i64,
    reference: &'a str,
}

impl Tally {
    /// Whether hours go to a district's partner, or come from it, or by which rule they do not.
    fn remits(&self, district: usize, asked: &Asked<'_>) -> Foreseen {
        let Asked {
            direction, minutes, ..
        } = *asked;
        let partner = partner(&DISTRICTS[district]);
        let member = &self.members[asked.member];
        if member.district != district {
            return Err("MEMBER_ELSEWHERE");
        }
        let key = (partner.clone(), direction.limit(), asked.reference.into());
        if self.references.contains(&key) {
            return Err("REFERENCE_EXISTS");
        }
        let (at, sign) = match direction {
            Direction::Sent => (0, 1),
            Direction::Received => (1, -1),
        };
        // What the side has of the other, to which it adds.
        let had = self.balance(&partner) * sign;
        if had + minutes > [SURPLUS, DEFICIT][at] {
            return Err("PARTNER_LIMIT");
        }
        if DISTRICTS[district].name == "banan" && had + minutes > POLICY[at] {
            return Err("PARTNER_LIMIT_OF_POLICY");
        }
        let account = self.account(&member.account);
        match direction {
            Direction::Sent if account.available() < minutes => Err("FLOOR_CROSSED"),
            Direction::Received
                if account
                    .ceiling
                    .is_some_and(|ceiling| account.balance + minutes > ceiling) =>
            {
                Err("CEILING_CROSSED")
            }
            _ => Ok(()),
        }
    }
}

impl City {
    pub(super) fn open_partner(&mut self, home: &District) {
        let id = partner(home);
        let open = PartnerCommand::Open(OpenPartner {
            account: account(&id),
            name: name("Time bank of the north"),
            surplus: amount(SURPLUS),
            deficit: amount(DEFICIT),
        });
        self.bank
            .does(&home.staff(0), Command::Partner(Box::new(open)));
        self.tally.open(&id, ("clearing", "time"), FOUNDED / 60);
        let account = self.tally.account_mut(&id);
        (account.floor, account.ceiling) = (Some(-DEFICIT), Some(SURPLUS));
    }

    /// Some send hours and some receive them; one of them by mistake, and others more than there
    /// may be.
    pub(super) fn remit(&mut self, district: usize) {
        let month = self.date()[..7].to_owned();
        for at in 0..3 {
            let sender = self.pick(district, |city, member| city.free(member) >= 60);
            if let Some(sender) = sender {
                self.send(district, sender, 60, &format!("{month}-{at}"));
            }
        }
        for at in 0..2 {
            let fits = |city: &Self, member: &Member| city.has_room(&member.account, 45);
            if let Some(member) = self.pick(district, fits) {
                let asked = Asked {
                    direction: Direction::Received,
                    member,
                    minutes: 45,
                    reference: &format!("{month}-{at}"),
                };
                self.ask_remit(district, &asked);
            }
        }
        self.remit_by_mistake(district, &month);
        self.remit_too_much(district, &month);
        self.remit_unfit(district, &month);
    }

    fn send(&mut self, district: usize, member: usize, minutes: i64, reference: &str) {
        let asked = Asked {
            direction: Direction::Sent,
            member,
            minutes,
            reference,
        };
        self.ask_remit(district, &asked);
    }

    /// The entry, where there is one.
    fn ask_remit(&mut self, district: usize, asked: &Asked<'_>) -> Option<BookingId> {
        let home = &DISTRICTS[district];
        let (id, there) = (self.bank.id(), partner(home));
        let remit = PartnerCommand::Remit(Remit {
            step: id,
            id: RemittanceId {
                partner: account(&there),
                direction: asked.direction,
                reference: name(asked.reference),
            },
            member: member_id(&self.tally.members[asked.member].id),
            amount: amount(asked.minutes),
            reason: None,
        });
        let foreseen = self.tally.remits(district, asked);
        let remit = Command::Partner(Box::new(remit));
        self.bank.say(&home.staff(2), remit, foreseen);
        foreseen.ok()?;
        let here = self.tally.members[asked.member].account.clone();
        let minute = self.minute();
        let (from, to) = match asked.direction {
            Direction::Sent => (&here, &there),
            Direction::Received => (&there, &here),
        };
        self.tally.post(from, to, asked.minutes, minute);
        let key = (
            there.clone(),
            asked.direction.limit(),
            asked.reference.into(),
        );
        self.tally.references.insert(key);
        self.did(match asked.direction {
            Direction::Sent => "sent to a partner",
            Direction::Received => "received from a partner",
        });
        Some(id)
    }

    /// Once it is reversed, its reference is free.
    fn remit_by_mistake(&mut self, district: usize, month: &str) {
        let Some(member) = self.pick(district, |city, member| city.free(member) >= 40) else {
            return;
        };
        let reference = format!("{month}-x");
        let asked = Asked {
            direction: Direction::Sent,
            member,
            minutes: 20,
            reference: &reference,
        };
        let Some(entry) = self.ask_remit(district, &asked) else {
            return;
        };
        self.ask_remit(district, &asked);
        let home = &DISTRICTS[district];
        let id = self.bank.id();
        self.bank.does(&home.staff(2), reversal(id, entry, false));
        let there = partner(home);
        let here = self.tally.members[member].account.clone();
        let minute = self.minute();
        self.tally.post(&there, &here, 20, minute);
        let key = (there, Direction::Sent.limit(), reference.clone());
        self.tally.references.remove(&key);
        self.ask_remit(district, &asked);
        self.did("sent again after a reversal");
    }

    /// By a minute more than either side may have of the other.
    fn remit_too_much(&mut self, district: usize, month: &str) {
        let Some(member) = self.pick(district, |_, _| true) else {
            return;
        };
        let balance = self.tally.balance(&partner(&DISTRICTS[district]));
        for (direction, minutes) in [
            (Direction::Sent, SURPLUS - balance + 1),
            (Direction::Received, DEFICIT + balance + 1),
            (Direction::Sent, POLICY[0] - balance + 1),
            (Direction::Received, POLICY[1] + balance + 1),
        ] {
            let asked = Asked {
                direction,
                member,
                minutes,
                reference: &format!("{month}-much"),
            };
            // By the plain limits alone, elsewhere.
            if minutes > 0 && self.tally.remits(district, &asked).is_err() {
                self.ask_remit(district, &asked);
            }
        }
    }

    /// Of a member of another district, and of more than a member has.
    fn remit_unfit(&mut self, district: usize, month: &str) {
        let reference = format!("{month}-unfit");
        if let Some(other) = self.pick((district + 1) % 5, |_, _| true) {
            self.send(district, other, 1, &reference);
        }
        let balance = self.tally.balance(&partner(&DISTRICTS[district]));
        let room = match DISTRICTS[district].name {
            "banan" => POLICY[0] - balance,
            _ => SURPLUS - balance,
        };
        let has_little = |city: &Self, member: &Member| {
            let available = city.tally.account(&member.account).available();
            (0..room).contains(&available)
        };
        if let Some(short) = self.pick(district, has_little) {
            let account = &self.tally.members[short].account;
            let beyond = self.tally.account(account).available() + 1;
            self.send(district, short, beyond, &reference);
        }
    }
}
