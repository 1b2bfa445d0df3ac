//! A policy's document, section by section. What is not written takes the default that
//! is named here; `examples/policies` explains every key.

use super::{
    ApprovalTerms, AuditTerms, BalanceTerms, Basis, CancellationTerms, Condition,
    ConfirmationTerms, ConversionTerms, DormancyTerms, ExchangeTerms, ExitTerms, Factor, GiftTerms,
    GrantTerms, GroupPayTerms, Inheritor, IssuanceTerms, Level, Minutes, Mistakes, Months, Partner,
    Payer, PaymentTerms, Percent, Policy, Pricing, QualificationTerms, Receiver, RedeemTerms,
    RetentionTerms, Rounding, Service, TrainingPoints, TrainingTerms, Waiting, Who, WhoTerms,
    checks,
    read_values::{
        account, choice, code, day, factor, level, minutes, months, name, number, payer, per_hour,
        positive_minutes, positive_months, steps, unit, years,
    },
};
use crate::{
    document::{Document, Section, boolean, not_within, number_within},
    exchange::order::MAX_DAYS_AHEAD,
    ledger::{AccountId, UnitId},
};

const MAX_CONDITIONS: usize = 10;
const MAX_SOURCES: usize = 50;
const MAX_PARTNERS: usize = 100;
/// The most that a count of what an audit tells may be.
const MAX_COUNT: u32 = 100_000;
const MAX_QUALIFICATIONS: usize = 100;
const MAX_NEEDS: usize = 20;
const MAX_SERVICES: usize = 500;
const MAX_TRAININGS: usize = 100;
const MAX_CONVERSIONS: usize = 100;
/// How many points a training earns at most.
const MAX_POINTS: u32 = 10_000;
/// How many days a rule counts in at most.
pub(in crate::exchange) const MAX_DAYS: u32 = 3_660;
const MAX_APPROVALS: u32 = 10;
/// Nobody pays relief on one person's word.
pub(in crate::exchange) const MIN_RELIEF: u32 = 2;

impl Policy {
    /// Reads the document of a policy.
    ///
    /// # Errors
    /// Every [mistake](super::Mistake) in it.
    pub fn read(text: &str) -> Result<Self, Mistakes> {
        let (mut document, table) = Document::parse("policy", text)?;
        let mut top = Section::top(&mut document, &table);
        let policy = policy(&mut top);
        top.end();
        document.end(policy)
    }
}

fn policy(top: &mut Section<'_, '_>) -> Option<Policy> {
    let name = top.required("name", name);
    let name_zh = top.optional("name_zh", self::name);
    let starts_on = top.optional("starts_on", day);
    let pricing = top.section("pricing", pricing);
    let balance = top.section("balance", |section| balance(section, &pricing));
    let join = top.section("join", who_terms);
    let provide = top.section("provide", who_terms);
    let redeem = top.section("redeem", redeem);
    let grant = top.section("grant", grant);
    let gift = top.section("gift", gift);
    let exit = top.section("exit", exit);
    let dormancy = top.section("dormancy", |section| DormancyTerms {
        after_months: section.optional("after_months", months),
    });
    let confirmation = top.section("confirmation", confirmation);
    let exchange = top.section("exchange", exchange);
    let cancellation = top.section("cancellation", |section| CancellationTerms {
        notice: section.or("notice", Minutes::ZERO, minutes),
        owed: section.or("owed", Minutes::ZERO, minutes),
    });
    let approval = top.section("approval", |section| ApprovalTerms {
        need: section.or("need", 1, |value| number(value, MAX_APPROVALS)),
        relief: section.or("relief", MIN_RELIEF, |value| {
            number_within(value, MIN_RELIEF..=MAX_APPROVALS)
        }),
        correction: section.or("correction", 1, |value| number(value, MAX_APPROVALS)),
    });
    let payment = top.section("payment", |section| PaymentTerms {
        payer: section.or("payer", Payer::Recipient, payer),
    });
    let retention = top.section("retention", |section| RetentionTerms {
        months: section.or("months", Months::default(), months),
    });
    let issuance = top.section("issuance", |section| {
        let sources = section.list("sources", MAX_SOURCES, account);
        IssuanceTerms {
            sources: sources.into_iter().map(|(source, _)| source).collect(),
        }
    });
    let group = top.section("group", |section| GroupPayTerms {
        lesson_fee: section.optional("lesson_fee", positive_minutes),
    });
    let audit = top.section("audit", audit);
    let partners = top.sections("partner", MAX_PARTNERS, partner);
    let mut needs = Vec::new();
    let qualifications = top.sections("qualification", MAX_QUALIFICATIONS, |section| {
        qualification(section, &mut needs)
    });
    checks::qualifications(top.document, &qualifications, needs);
    let trainings = top.sections("training", MAX_TRAININGS, |section| {
        training(section, &qualifications)
    });
    let conversions = top.sections("convert", MAX_CONVERSIONS, conversion);
    checks::pairs(top, &conversions);
    let services = top.sections("service", MAX_SERVICES, |section| {
        service(section, &qualifications)
    });
    checks::codes(
        top,
        "qualification",
        qualifications.iter().map(|one| &one.code),
    );
    checks::codes(top, "training", trainings.iter().map(|one| &one.code));
    checks::codes(top, "service", services.iter().map(|one| &one.code));
    checks::codes(top, "partner", partners.iter().map(|one| &one.code));
    Some(Policy {
        name: name?,
        name_zh,
        starts_on,
        pricing,
        balance,
        join,
        provide,
        redeem,
        grant,
        gift,
        exit,
        dormancy,
        confirmation,
        exchange,
        cancellation,
        approval,
        payment,
        retention,
        issuance,
        group,
        audit,
        partners,
        qualifications,
        trainings,
        conversions,
        services,
    })
}

fn pricing(section: &mut Section<'_, '_>) -> Pricing {
    let choices = [("lower", Basis::Lower), ("mean", Basis::Mean)];
    let basis = section.or("basis", Basis::Lower, |value| choice(value, &choices));
    let pricing = Pricing {
        basis,
        rounding: rounding(section),
        at_least: section.or("at_least", Minutes::ZERO, minutes),
        day_cap: section.optional("day_cap", minutes),
        week_cap: section.optional("week_cap", minutes),
    };
    checks::pricing(section, &pricing);
    pricing
}

fn rounding(section: &mut Section<'_, '_>) -> Rounding {
    // What a word makes of a step; none needs no step.
    type Of = Option<fn(Minutes) -> Rounding>;
    let choices: [(&str, Of); 3] = [
        ("none", None),
        ("up", Some(Rounding::Up)),
        ("nearest", Some(Rounding::Nearest)),
    ];
    let of = section.or("rounding", None, |value| choice(value, &choices));
    let step = section.optional("step", positive_minutes);
    match (of, step) {
        (Some(of), Some(step)) => of(step),
        (Some(_), None) if section.place("step").is_none() => {
            section.note("rounding", "has no step", "give step = \"15m\" as well");
            Rounding::None
        }
        (None, Some(_)) => {
            section.note("step", "rounds nothing", "give rounding = \"up\" as well");
            Rounding::None
        }
        (Some(_) | None, None) => Rounding::None,
    }
}

fn balance(section: &mut Section<'_, '_>, pricing: &Pricing) -> BalanceTerms {
    let balance = BalanceTerms {
        floor: section.or("floor", Level::ZERO, level),
        ceiling: section.or("ceiling", Level::None, level),
        excess_to: section.optional("excess_to", account),
    };
    checks::balance(section, &balance, pricing);
    balance
}

fn who_terms(section: &mut Section<'_, '_>) -> WhoTerms {
    WhoTerms { who: who(section) }
}

fn who(section: &mut Section<'_, '_>) -> Who {
    Who(section.sections("who", MAX_CONDITIONS, |section| {
        let flag = |section: &mut Section<'_, '_>, key| section.or(key, false, boolean);
        let condition = Condition {
            min_age: section.optional("min_age", years),
            max_age: section.optional("max_age", years),
            disability: flag(section, "disability"),
            hardship: flag(section, "hardship"),
            guardian: flag(section, "guardian"),
        };
        checks::condition(section, &condition);
        Some(condition)
    }))
}

fn redeem(section: &mut Section<'_, '_>) -> RedeemTerms {
    RedeemTerms {
        who: who(section),
        waiting: section.sections("waiting", MAX_CONDITIONS, |section| {
            let waiting = Waiting {
                earned: section.optional("earned", minutes),
                member_for_months: section.optional("member_for_months", months),
            };
            checks::waiting(section);
            Some(waiting)
        }),
    }
}

fn grant(section: &mut Section<'_, '_>) -> Option<GrantTerms> {
    let keys = ["amount", "from", "who"];
    let is_given = keys.iter().any(|key| section.place(key).is_some());
    if !is_given {
        return None;
    }
    let amount = section.required("amount", minutes);
    let from = section.required("from", account);
    let who = who(section);
    Some(GrantTerms {
        amount: amount?,
        from: from?,
        who,
    })
}

fn gift(section: &mut Section<'_, '_>) -> GiftTerms {
    let choices = [
        ("relatives", Receiver::Relatives),
        ("hardship", Receiver::Hardship),
        ("members", Receiver::Members),
        ("pools", Receiver::Pools),
    ];
    let mut receivers = |key| {
        let read = section.list(key, choices.len(), |value| choice(value, &choices));
        read.into_iter().map(|(receiver, _)| receiver).collect()
    };
    GiftTerms {
        member_to: receivers("member_to"),
        organisation_to: receivers("organisation_to"),
    }
}

fn exit(section: &mut Section<'_, '_>) -> ExitTerms {
    let account = section.optional("account", account);
    ExitTerms {
        leaving: inheritor(section, "leaving", account.clone()),
        death: inheritor(section, "death", account),
        approvals: section.or("approvals", 2, |value| number(value, MAX_APPROVALS)),
    }
}

fn inheritor(
    section: &mut Section<'_, '_>,
    key: &'static str,
    account: Option<AccountId>,
) -> Inheritor {
    let choices = [("heir", false), ("account", true)];
    let to_account = section.or(key, false, |value| choice(value, &choices));
    match (to_account, account) {
        (false, account) => Inheritor::Heir(account),
        (true, Some(account)) => Inheritor::Account(account),
        (true, None) => {
            let hint = "give exit.account, such as that of a pool";
            section.note(key, "names no account", hint);
            Inheritor::Heir(None)
        }
    }
}

fn confirmation(section: &mut Section<'_, '_>) -> ConfirmationTerms {
    ConfirmationTerms {
        within_days: section.or("within_days", 14, |value| number(value, MAX_DAYS)),
        tolerance: section.or("tolerance", Minutes::quarter(), minutes),
        within_percent: section.or("within_percent", Percent::quarter(), |value| {
            let number = number(value, Percent::MAX)?;
            Percent::new(number).ok_or_else(|| not_within(&(0..=Percent::MAX)))
        }),
    }
}

fn exchange(section: &mut Section<'_, '_>) -> ExchangeTerms {
    let exchange = ExchangeTerms {
        shortest: section.or("shortest", Minutes::quarter(), minutes),
        longest: section.or("longest", Minutes::DAY, minutes),
        backdated_days: section.or("backdated_days", 7, |value| number(value, MAX_DAYS)),
        ahead_days: section.or("ahead_days", 14, |value| number(value, MAX_DAYS_AHEAD)),
        cash: section.or("cash", false, boolean),
    };
    checks::exchange(section, &exchange);
    exchange
}

fn audit(section: &mut Section<'_, '_>) -> AuditTerms {
    let usual = AuditTerms::default();
    let count = |value: &_| number(value, MAX_COUNT);
    AuditTerms {
        overlap: section.or("overlap", usual.overlap, minutes),
        day: section.or("day", usual.day, minutes),
        own_gain: section.or("own_gain", usual.own_gain, minutes),
        pair_times: section.or("pair_times", usual.pair_times, count),
        backdated_days: section.or("backdated_days", usual.backdated_days, count),
        proxy_members: section.or("proxy_members", usual.proxy_members, count),
        fallen: section.or("fallen", usual.fallen, minutes),
        rounding_percent: section.or("rounding_percent", usual.rounding_percent, |value| {
            number(value, 100)
        }),
        rounding_orders: section.or("rounding_orders", usual.rounding_orders, count),
    }
}

fn partner(section: &mut Section<'_, '_>) -> Option<Partner> {
    let code = section.required("code", code);
    let account = section.required("account", account);
    let surplus = section.required("surplus", minutes);
    let deficit = section.required("deficit", minutes);
    Some(Partner {
        code: code?,
        account: account?,
        surplus: surplus?,
        deficit: deficit?,
    })
}

fn qualification(
    section: &mut Section<'_, '_>,
    needs: &mut Vec<checks::Needed>,
) -> Option<QualificationTerms> {
    let code = section.required("code", code);
    let (name_en, name_zh) = (
        section.optional("name_en", name),
        section.optional("name_zh", name),
    );
    let needed = section.list("needs", MAX_NEEDS, self::code);
    let code = code?;
    let of = needed.iter().map(|(need, place)| checks::Needed {
        by: code.clone(),
        code: need.clone(),
        place: place.clone(),
    });
    needs.extend(of);
    Some(QualificationTerms {
        code,
        name_en,
        name_zh,
        needs: needed.into_iter().map(|(need, _)| need).collect(),
    })
}

fn training(
    section: &mut Section<'_, '_>,
    qualifications: &[QualificationTerms],
) -> Option<TrainingTerms> {
    let code = section.required("code", code);
    let name_en = section.required("name_en", name);
    let name_zh = section.optional("name_zh", name);
    let qualification = section.optional("qualification", self::code);
    checks::qualification(section, qualification.as_ref(), qualifications);
    let valid_months = section.optional("valid_months", positive_months);
    checks::validity(section);
    let points = points(section);
    let assessed = section.or("assessed", false, boolean);
    Some(TrainingTerms {
        code: code?,
        name_en: name_en?,
        name_zh,
        qualification,
        valid_months,
        points,
        assessed,
    })
}

fn points(section: &mut Section<'_, '_>) -> Option<TrainingPoints> {
    let unit = section.optional("unit", unit);
    let points = section.optional("points", |value| number_within(value, 1..=MAX_POINTS));
    let from = section.optional("from", account);
    checks::points(section, unit.as_ref());
    Some(TrainingPoints {
        unit: unit?,
        points: points?,
        from: from?,
    })
}

fn conversion(section: &mut Section<'_, '_>) -> Option<ConversionTerms> {
    let from = section.required("from", unit);
    let to = section.required("to", unit);
    checks::conversion(section, from.as_ref(), to.as_ref());
    let give = section.required("give", |value| steps(value, from.as_ref()));
    let get = section.required("get", |value| steps(value, to.as_ref()));
    let into = section.required("into", account);
    let source = section.required("source", account);
    Some(ConversionTerms {
        from: from?,
        to: to?,
        give: give?,
        get: get?,
        into: into?,
        source: source?,
    })
}

fn service(
    section: &mut Section<'_, '_>,
    qualifications: &[QualificationTerms],
) -> Option<Service> {
    let code = section.required("code", code);
    let name_en = section.required("name_en", name);
    let name_zh = section.optional("name_zh", name);
    let unit = section.or("unit", UnitId::time(), unit);
    let weight = section.optional("weight", factor);
    let per_hour = section.optional("per_hour", per_hour);
    let is_time = unit == UnitId::time();
    checks::worth(section, is_time);
    let from = section.optional("from", account);
    let weight = match is_time {
        true => weight.unwrap_or(Factor::ONE),
        false => per_hour.unwrap_or(Factor::ONE),
    };
    let qualification = section.optional("qualification", self::code);
    checks::qualification(section, qualification.as_ref(), qualifications);
    let group = section.or("group", false, boolean);
    Some(Service {
        code: code?,
        name_en: name_en?,
        name_zh,
        unit,
        from,
        weight,
        qualification,
        group,
    })
}

impl Percent {
    fn quarter() -> Self {
        Self::new(25).unwrap_or_default()
    }
}

impl Minutes {
    fn quarter() -> Self {
        Self::new(15).unwrap_or(Self::ZERO)
    }
}
