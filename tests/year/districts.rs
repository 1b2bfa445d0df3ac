//! The five districts: how many take part in each, and by which rules. What a policy says in its
//! document is said again as plain numbers, which the tally goes by.

/// How served minutes are rounded.
#[derive(Clone, Copy)]
pub(super) enum Rounding {
    None,
    Up(i64),
    Nearest(i64),
}

/// The numbers of a policy, in minutes.
pub(super) struct Rules {
    pub(super) is_mean: bool,
    pub(super) rounding: Rounding,
    pub(super) at_least: i64,
    pub(super) day_cap: Option<i64>,
    pub(super) week_cap: Option<i64>,
    pub(super) ceiling: Option<i64>,
    pub(super) floor: i64,
    /// Whether the pool gets what goes beyond a cap or the ceiling.
    pub(super) excess: bool,
    pub(super) notice: i64,
    pub(super) owed: i64,
    pub(super) approvals: usize,
    pub(super) grant: i64,
    /// Whether only elders, and who is in hardship, are served for hours.
    pub(super) elders_only: bool,
    /// Whether an organisation pays for visits.
    pub(super) body_pays: bool,
    pub(super) lesson_fee: Option<i64>,
    pub(super) tolerance: i64,
    /// How long it is known who somebody was who is gone.
    pub(super) kept_months: i64,
}

const PLAIN: Rules = Rules {
    is_mean: false,
    rounding: Rounding::None,
    at_least: 0,
    day_cap: None,
    week_cap: None,
    ceiling: None,
    floor: 0,
    excess: false,
    notice: 0,
    owed: 0,
    approvals: 1,
    grant: 0,
    elders_only: false,
    body_pays: false,
    lesson_fee: None,
    tolerance: 15,
    kept_months: 0,
};

/// What a service is worth: so many of so many minutes; and from a day on, otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service {
    pub(super) code: &'static str,
    pub(super) worth: (i64, i64),
    pub(super) later: Option<(i64, (i64, i64))>,
    pub(super) is_points: bool,
}

const fn service(code: &'static str, worth: (i64, i64)) -> Service {
    Service {
        code,
        worth,
        later: None,
        is_points: false,
    }
}

pub(super) struct District {
    pub(super) name: &'static str,
    pub(super) name_en: &'static str,
    pub(super) name_zh: &'static str,
    pub(super) members: usize,
    pub(super) is_public: bool,
    pub(super) rules: Rules,
    /// Of visits; lessons are of `class`, which no visit is of.
    pub(super) services: &'static [Service],
    /// What its policy has beside what all have.
    pub(super) policy: &'static str,
}

/// The day on which home care is worth more in Jiulongpo: 2025-07-01.
pub(super) const NEW_POLICY_ON: i64 = 181;

/// The parts of a district in the chart of accounts, which members are of by turns.
pub(super) const PARTS: [&str; 2] = ["north", "south"];

pub(super) const DISTRICTS: [District; 5] = [
    District {
        name: "shapingba",
        name_en: "Shapingba",
        name_zh: "沙坪坝",
        members: 358,
        is_public: true,
        rules: Rules {
            ceiling: Some(600),
            excess: true,
            grant: 480,
            elders_only: true,
            lesson_fee: Some(30),
            ..PLAIN
        },
        services: &[
            service("companionship", (1, 1)),
            service("housework", (1, 1)),
            service("home-care", (1, 1)),
        ],
        policy: "
[balance]
ceiling = \"10h\"
excess_to = \"shapingba:pool:mutual\"
[redeem]
who = [{ min_age = 60 }, { min_age = 18, hardship = true }]
[group]
lesson_fee = \"30m\"
",
    },
    District {
        name: "banan",
        name_en: "Banan",
        name_zh: "巴南",
        members: 179,
        is_public: false,
        rules: Rules {
            rounding: Rounding::Up(15),
            day_cap: Some(120),
            grant: 600,
            elders_only: true,
            lesson_fee: Some(15),
            ..PLAIN
        },
        services: &[
            service("companionship", (1, 1)),
            service("housework", (1, 1)),
            service("home-care", (3, 2)),
            Service {
                is_points: true,
                ..service("reading", (10, 60))
            },
        ],
        policy: "
[pricing]
rounding = \"up\"
step = \"15m\"
day_cap = \"2h\"
[redeem]
who = [{ min_age = 60 }, { min_age = 18, hardship = true }]
[group]
lesson_fee = \"15m\"
[[service]]
code = \"reading\"
name_en = \"Reading\"
name_zh = \"读书\"
unit = \"points\"
per_hour = 10
from = \"banan:issuance:points\"
",
    },
    District {
        name: "jiulongpo",
        name_en: "Jiulongpo",
        name_zh: "九龙坡",
        members: 589,
        is_public: true,
        rules: Rules {
            rounding: Rounding::Nearest(15),
            floor: -600,
            notice: 24 * 60,
            owed: 30,
            approvals: 2,
            kept_months: 1,
            grant: 600,
            ..PLAIN
        },
        services: &[
            service("companionship", (1, 1)),
            service("housework", (1, 1)),
            Service {
                later: Some((NEW_POLICY_ON, (3, 2))),
                ..service("home-care", (5, 4))
            },
        ],
        policy: "
[pricing]
rounding = \"nearest\"
step = \"15m\"
[balance]
floor = \"-10h\"
[cancellation]
notice = \"24h\"
owed = \"30m\"
[approval]
need = 2
[retention]
months = 1
",
    },
    District {
        name: "yubei",
        name_en: "Yubei",
        name_zh: "渝北",
        members: 452,
        is_public: false,
        rules: Rules {
            is_mean: true,
            rounding: Rounding::Nearest(60),
            at_least: 60,
            week_cap: Some(360),
            excess: true,
            grant: 600,
            ..PLAIN
        },
        services: &[
            service("companionship", (1, 1)),
            service("housework", (1, 1)),
            service("home-care", (1, 1)),
        ],
        policy: "
[pricing]
basis = \"mean\"
rounding = \"nearest\"
step = \"1h\"
at_least = \"1h\"
week_cap = \"6h\"
[balance]
excess_to = \"yubei:pool:mutual\"
",
    },
    District {
        name: "yuzhong",
        name_en: "Yuzhong",
        name_zh: "渝中",
        members: 367,
        is_public: true,
        rules: Rules {
            at_least: 60,
            notice: 48 * 60,
            owed: 60,
            grant: 120,
            body_pays: true,
            tolerance: 10,
            ..PLAIN
        },
        services: &[
            service("companionship", (1, 1)),
            service("housework", (1, 2)),
            service("home-care", (2, 1)),
        ],
        policy: "
[pricing]
at_least = \"1h\"
[confirmation]
tolerance = \"10m\"
[cancellation]
notice = \"48h\"
owed = \"1h\"
[payment]
payer = \"yuzhong:organisation:care\"
",
    },
];

impl District {
    /// The document of its policy, from a day on.
    pub(super) fn document(&self, starts_on: Option<&str>) -> String {
        let Self { name, name_en, .. } = self;
        let starts = starts_on.map_or_else(String::new, |day| format!("starts_on = {day}\n"));
        let mut text = format!(
            "name = \"{name_en}: hours for hours\"\nname_zh = \"{}互助规则\"\n{starts}{}\
             [grant]\namount = \"{}m\"\nfrom = \"{name}:issuance:bureau\"\nwho = [{{ min_age = 60 }}]\n\
             [gift]\nmember_to = [\"pools\", \"hardship\"]\norganisation_to = [\"pools\", \"hardship\"]\n\
             [exit]\nleaving = \"account\"\ndeath = \"heir\"\naccount = \"{name}:pool:mutual\"\n\
             [issuance]\nsources = [\"{name}:issuance:bureau\"]\n\
             [[service]]\ncode = \"class\"\nname_en = \"Class\"\nname_zh = \"课堂\"\ngroup = true\n",
            self.name_zh, self.policy, self.rules.grant,
        );
        text += &super::trainings::document(name);
        if self.name == "banan" {
            text += super::partners::DOCUMENT;
            text += super::conversions::DOCUMENT;
        }
        let hours = self.services.iter().filter(|service| !service.is_points);
        for service in hours {
            let later = service.later.filter(|_| starts_on.is_some());
            let (of, whole) = later.map_or(service.worth, |(_, worth)| worth);
            let code = service.code;
            text += &format!(
                "[[service]]\ncode = \"{code}\"\nname_en = \"{code}\"\nname_zh = \"{}\"\nweight = \"{of}/{whole}\"\n",
                zh(code)
            );
        }
        text
    }

    pub(super) fn account(&self, rest: &str) -> String {
        format!("{}:{rest}", self.name)
    }

    /// One of its staff: four are.
    pub(super) fn staff(&self, at: usize) -> String {
        let of = DISTRICTS.iter().position(|other| other.name == self.name);
        format!("{}00{}", of.expect("a district") + 1, at + 1)
    }
}

fn zh(code: &str) -> &'static str {
    match code {
        "companionship" => "陪伴",
        "housework" => "家务",
        _ => "居家照护",
    }
}
