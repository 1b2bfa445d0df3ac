//! Conversions: what a member has of one unit becomes another, at the rate of the policy.

use super::{
    Plan, Ruling, Undecided, View,
    accounts::{self, unfit},
    doers, eligibility, entries, issuing, membership, policies, stocks,
};
use crate::exchange::{
    AdoptedPolicy, ConversionRejection, Fact, Member, MemberState,
    conversion::{Convert, Converted},
    policy::{ConversionTerms, Unconverted},
};
use crate::ledger::{
    self, AccountId, AccountKind, Amount, Label, Principal, Transfer, Transfers, UnitId,
};

pub(super) fn convert(view: View<'_>, new: &Convert, by: &Principal) -> Ruling {
    let member = eligibility::known_member(view, &new.member, "member_id")?;
    let by = doers::doer_for(view, &member.centre, member, by)?;
    membership::check_state(member, &[MemberState::Active], "converting")?;
    let adopted = eligibility::policy_on(view, &member.centre, view.today)?;
    let terms = terms_of(adopted, new)?;
    let amount = got(terms, new.amount)?;
    let verdict_on = match new.from == UnitId::time() {
        true => stocks::check_hours(view, member, new.recorded)?.verdict_on,
        false => None,
    };
    let given = given(view, member, terms, new.amount)?;
    let Got {
        account,
        opening,
        transfer,
    } = issued(view, member, terms, amount)?;
    let limits = policies::new_limits(view, &member.centre, &member.account)?;
    let legs = Transfers::new(vec![given, transfer]);
    let legs = legs.map_err(|_| unfit(&account, "an entry has no room for two legs"))?;
    let entry = entries::of_legs(view, new.step, Label::conversion(), legs)?;
    let fact = Fact::Converted(Box::new(Converted {
        convert: Convert {
            recorded: None,
            ..new.clone()
        },
        centre: member.centre.clone(),
        policy: adopted.version,
        account,
        got: amount,
        by,
        verdict_on,
    }));
    Ok(Plan {
        ledger: opening.into_iter().chain(limits).chain([entry]).collect(),
        ..Plan::with_reason(fact, new.reason.as_ref())
    }
    .into())
}

fn terms_of<'a>(
    adopted: &'a AdoptedPolicy,
    new: &Convert,
) -> Result<&'a ConversionTerms, ConversionRejection> {
    let found = adopted.policy().conversion(&new.from, &new.to);
    found.ok_or_else(|| ConversionRejection::UnitsNotConverted {
        policy: adopted.id(),
        from: new.from.clone(),
        to: new.to.clone(),
    })
}

fn got(terms: &ConversionTerms, given: Amount) -> Result<Amount, ConversionRejection> {
    let (from, to) = (terms.from.clone(), terms.to.clone());
    let (give, get) = (terms.give.get(), terms.get.get());
    terms.got(given).map_err(|why| match why {
        Unconverted::Uneven { multiple_of } => ConversionRejection::ConversionUneven {
            from,
            to,
            give,
            get,
            given,
            multiple_of,
        },
        Unconverted::TooLarge => ConversionRejection::ConversionTooLarge {
            from,
            to,
            give,
            get,
            given,
        },
    })
}

/// A member's account of a unit, whether it is there yet or not.
fn account_of(member: &Member, unit: &UnitId) -> Result<AccountId, Undecided> {
    if *unit == UnitId::time() {
        return Ok(member.account.clone());
    }
    let account = member.account_of(unit);
    let why = || format!("its id is too long for one of {unit} beside it");
    Ok(account.ok_or_else(|| unfit(&member.account, why()))?)
}

/// What goes from the member to the stock.
fn given(
    view: View<'_>,
    member: &Member,
    terms: &ConversionTerms,
    amount: Amount,
) -> Result<Transfer, Undecided> {
    let account = account_of(member, &terms.from)?;
    accounts::open_account(view.book, &account, &terms.from)?;
    if !member.has_account(&account) {
        return Err(unfit(&account, format!("it is not member {}'s", member.id)).into());
    }
    let stock = stocks::known(view, &terms.into)?;
    policies::check_ours(view, &member.centre, policies::CONVERT_INTO, &terms.into)?;
    let transfer = Transfer::new(account.clone(), stock.account.clone(), amount);
    Ok(transfer.map_err(|_| unfit(&account, "it is the stock's own"))?)
}

/// What goes from the source to the member.
struct Got {
    account: AccountId,
    /// What opens the account, where it is not there yet.
    opening: Option<ledger::Command>,
    transfer: Transfer,
}

fn issued(
    view: View<'_>,
    member: &Member,
    terms: &ConversionTerms,
    amount: Amount,
) -> Result<Got, Undecided> {
    let source = issuing::known(view, &terms.source)?;
    let key = policies::CONVERT_SOURCE;
    policies::check_ours(view, &member.centre, key, &terms.source)?;
    let account = account_of(member, &terms.to)?;
    let opened = accounts::plain(account.clone(), AccountKind::Member, &terms.to);
    let opening = accounts::opening(view.book, opened)?;
    let transfer = issuing::transfer(view, source, &account, amount)?;
    Ok(Got {
        account,
        opening,
        transfer,
    })
}
