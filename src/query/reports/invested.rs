//! What was put into a time bank on some days: out of sources, by their sector, and donated to pools.

use super::{
    Within,
    accounts::AccountAt,
    redeemability::on_days,
    report::{Unit, Value},
};
use crate::{
    exchange::{
        Object, ObjectId,
        issuance::{MONEY, Sector},
        pool::donations_account,
    },
    ledger::{Account, AccountKind, UnitId},
    query::{ReadError, Reading},
    store::AccountRow,
};

/// What went out of accounts that issue one unit, less what came back.
#[derive(Clone, Copy, Debug, Default)]
struct Issued {
    public: i64,
    social: i64,
    unfunded: i64,
}

/// What was put in, in hours and in money.
#[derive(Debug, Default)]
pub(super) struct Invested {
    hours: Issued,
    /// None where nothing of the scope is counted in money.
    money: Option<Issued>,
}

impl Invested {
    pub(super) fn tell(&self, say: &mut impl FnMut(&'static str, Unit, Value)) {
        let Issued {
            public,
            social,
            unfunded,
        } = self.hours;
        say("public investment", Unit::Minutes, Value::Number(public));
        say("social investment", Unit::Minutes, Value::Number(social));
        say("unfunded issuance", Unit::Minutes, Value::Number(unfunded));
        let money = |of: fn(Issued) -> i64| {
            let issued = self.money.map(of);
            issued.map_or(Value::None, Value::Number)
        };
        say("public money", Unit::Steps, money(|issued| issued.public));
        say("social money", Unit::Steps, money(|issued| issued.social));
        let unfunded = money(|issued| issued.unfunded);
        say("unfunded money", Unit::Steps, unfunded);
    }

    /// That of an account's unit. None where it is neither.
    fn of(&mut self, account: &Account) -> Option<&mut Issued> {
        match account.unit.as_str() {
            MONEY => Some(self.money.get_or_insert_default()),
            _ if account.unit == UnitId::time() => Some(&mut self.hours),
            _ => None,
        }
    }

    /// Adds what went out of an account of the scope, if it is one that issues.
    pub(super) fn add(
        &mut self,
        reading: &mut Reading<'_>,
        within: &Within,
        row: &AccountRow,
    ) -> Result<(), ReadError> {
        if row.account.kind != AccountKind::Issuance {
            return Ok(());
        }
        let Some(issued) = self.of(&row.account) else {
            return Ok(());
        };
        let sum = match sector(reading, within, &row.account)? {
            Some(Sector::Public) => &mut issued.public,
            Some(Sector::Social) => &mut issued.social,
            None => &mut issued.unfunded,
        };
        let at = AccountAt::of(reading, row.clone(), within.at)?;
        let out = on_days(reading, within, &at)?.saturating_neg();
        *sum = sum.saturating_add(out);
        Ok(())
    }
}

/// The sector that stands behind an account that issues. Donations are the social one's.
fn sector(
    reading: &mut Reading<'_>,
    within: &Within,
    account: &Account,
) -> Result<Option<Sector>, ReadError> {
    let mut centres = within.centres.iter();
    let centre = centres.find(|centre| centre.contains(account.id.as_str()));
    let donations = centre.and_then(|centre| donations_account(centre, &account.unit));
    if donations.as_ref() == Some(&account.id) {
        return Ok(Some(Sector::Social));
    }
    let source = ObjectId::Source(account.id.clone());
    Ok(match reading.snapshot.object(&source)? {
        Some(Object::Source(source)) => Some(source.terms.sector),
        _ => None,
    })
}
