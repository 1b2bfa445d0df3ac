//! Hours and points of Banan's members that become one another, at the rates of its policy.

use timebank::{
    exchange::{Command, Convert},
    ledger::{BookingId, UnitId},
};

use super::{
    anomalies::Deed,
    bank::{amount, member_id},
    city::City,
    districts::DISTRICTS,
    entries::reversal,
    reckoning::Foreseen,
    tally::{Member, Tally},
};

const BANAN: usize = 1;

/// What Banan's policy says of conversions.
pub(super) const DOCUMENT: &str = "
[[convert]]
from = \"time\"
to = \"points\"
give = \"1h\"
get = 40
into = \"banan:stock:shop\"
source = \"banan:issuance:points\"
[[convert]]
from = \"points\"
to = \"time\"
give = 2
get = \"3m\"
into = \"banan:stock:points\"
source = \"banan:issuance:bureau\"
";

/// A pair of units, at its rate: what is given goes to the stock, what is got comes from the
/// source.
struct Pair {
    from: &'static str,
    to: &'static str,
    give: i64,
    get: i64,
    stock: &'static str,
    source: &'static str,
}

const PAIRS: [Pair; 2] = [
    Pair {
        from: "time",
        to: "points",
        give: 60,
        get: 40,
        stock: "banan:stock:shop",
        source: "banan:issuance:points",
    },
    Pair {
        from: "points",
        to: "time",
        give: 2,
        get: 3,
        stock: "banan:stock:points",
        source: "banan:issuance:bureau",
    },
];

/// A conversion that is asked for.
#[derive(Clone, Copy)]
struct Asked {
    member: usize,
    units: (&'static str, &'static str),
    given: i64,
    /// Today.
    on: i64,
}

fn of_unit(member: &Member, unit: &str) -> String {
    match unit {
        "time" => member.account.clone(),
        unit => format!("{}:{unit}", member.account),
    }
}

impl Tally {
    /// The pair of a conversion and what is got, or by which rule there is none.
    fn converts(&self, asked: Asked) -> Result<(&'static Pair, i64), &'static str> {
        let member = &self.members[asked.member];
        let mut pairs = PAIRS.iter();
        let pair = pairs.find(|pair| (pair.from, pair.to) == asked.units);
        let pair = pair.filter(|_| member.district == BANAN);
        let pair = pair.ok_or("UNITS_NOT_CONVERTED")?;
        if asked.given * pair.get % pair.give != 0 {
            return Err("CONVERSION_UNEVEN");
        }
        if pair.from == "time" && !member.is_elder && !member.is_in_hardship(asked.on) {
            return Err("MAY_NOT_REDEEM");
        }
        let account = self.accounts.get(&of_unit(member, pair.from));
        let available = account.ok_or("ACCOUNT_UNFIT")?.available();
        match available < asked.given {
            true => Err("FLOOR_CROSSED"),
            false => Ok((pair, asked.given * pair.get / pair.give)),
        }
    }
}

impl City {
    /// Some convert hours into points and some points into hours; and some may not.
    pub(super) fn convert(&mut self) {
        let on = self.today();
        let elder = |city: &Self, member: &Member| member.is_elder && city.free(member) >= 60;
        if let Some(member) = self.pick(BANAN, elder) {
            let to_points = |given| Asked {
                member,
                units: ("time", "points"),
                given,
                on,
            };
            self.convert_one(to_points(60));
            // Nothing is rounded.
            self.convert_one(to_points(31));
            let beyond = self.free(&self.tally.members[member]);
            self.convert_one(to_points(beyond / 60 * 60 + 60));
            let taken_back = Asked {
                member,
                units: ("points", "time"),
                given: 20,
                on,
            };
            if let Some(entry) = self.convert_one(taken_back) {
                self.take_conversion_back(taken_back, entry);
            }
        }
        let points = |city: &Self, member: &Member| {
            let account = city.tally.accounts.get(&of_unit(member, "points"));
            account.is_some_and(|account| account.available() >= 4)
        };
        if let Some(member) = self.pick(BANAN, points) {
            for given in [4, 3] {
                let units = ("points", "time");
                self.convert_one(Asked {
                    member,
                    units,
                    given,
                    on,
                });
            }
        }
        self.convert_unfit();
    }

    /// Of somebody who may not be served for hours, of nobody's points, and elsewhere.
    fn convert_unfit(&mut self) {
        let on = self.today();
        let young = |_: &Self, member: &Member| !member.is_elder && !member.is_in_hardship(on);
        let without = |city: &Self, member: &Member| {
            let points = of_unit(member, "points");
            !city.tally.accounts.contains_key(&points)
        };
        let young = self.pick(BANAN, young);
        let without = self.pick(BANAN, without);
        let elsewhere = self.pick(BANAN + 1, |_, _| true);
        let asked = [
            (young, ("time", "points"), 60),
            (without, ("points", "time"), 2),
            (elsewhere, ("time", "points"), 60),
            (young, ("time", "time"), 60),
        ];
        for (member, units, given) in asked {
            if let Some(member) = member {
                self.convert_one(Asked {
                    member,
                    units,
                    given,
                    on,
                });
            }
        }
    }

    /// The entry, where there is one.
    fn convert_one(&mut self, asked: Asked) -> Option<BookingId> {
        let unit = |id: &str| UnitId::parse(id).expect("a unit");
        let step = self.bank.id();
        let member = self.tally.members[asked.member].clone();
        let convert = Command::Convert(Box::new(Convert {
            step,
            member: member_id(&member.id),
            from: unit(asked.units.0),
            to: unit(asked.units.1),
            amount: amount(asked.given),
            reason: None,
            recorded: None,
        }));
        // Some do it by themselves, also by a device that is not theirs.
        let by = match member.has_device || asked.given == 4 {
            true => member.id.clone(),
            false => DISTRICTS[member.district].staff(1),
        };
        let came = self.tally.converts(asked);
        let foreseen: Foreseen = came.as_ref().map(drop).map_err(|why| *why);
        self.bank.say(&by, convert, foreseen);
        let (pair, got) = came.ok()?;
        self.did(match pair.from {
            "time" => "converted hours",
            _ => "converted points",
        });
        self.post_conversion(asked, pair, (asked.given, got));
        if by == member.id && pair.to == "time" {
            self.tally.deeds.push(Deed {
                anomaly: "own gain",
                district: BANAN,
                who: by,
                recorded: asked.on,
                on: asked.on,
                value: got,
                ticket: self.bank.last(),
            });
            self.did("gained by themselves");
        }
        Some(step)
    }

    fn post_conversion(&mut self, asked: Asked, pair: &Pair, (given, got): (i64, i64)) {
        let minute = self.minute();
        let member = self.tally.members[asked.member].clone();
        let [from, to] = [pair.from, pair.to].map(|unit| of_unit(&member, unit));
        if pair.to == "points" {
            self.tally.open_points(&to, asked.member, minute);
        }
        self.tally.post(&from, pair.stock, given, minute);
        self.tally.post(pair.source, &to, got, minute);
    }

    /// Both are given back.
    fn take_conversion_back(&mut self, asked: Asked, entry: BookingId) {
        let id = self.bank.id();
        self.bank.does("2002", reversal(id, entry, false));
        let pair = &PAIRS[1];
        let back = (-asked.given, -asked.given * pair.get / pair.give);
        self.post_conversion(asked, pair, back);
        self.did("converted back");
    }
}
