//! Stocks: what is in them, and what is redeemed for it.

use super::{
    Plan, Ruling, Undecided, View,
    accounts::{self, unfit},
    check_staff, doers,
    eligibility::{self, Eligible, Role},
    entries, membership, policies, staff_of,
};
use crate::exchange::{
    Doer, Fact, Member, MemberState, PolicyVersion,
    policy::{Ask, Minutes},
    stock::{
        Counted, ItemId, MAX_PIECES, OpenStock, PutItem, Redeem, Redeemed, Stock, StockCommand,
        StockFact, StockItem, StockRejection,
    },
};
use crate::ledger::{AccountId, AccountKind, Label, Principal, Sequence, Transfer, UnitId};

pub(super) fn decide(view: View<'_>, command: &StockCommand, by: &Principal) -> Ruling {
    match command {
        StockCommand::Open(new) => open(view, new, by),
        StockCommand::Put(new) => put(view, new, by),
        StockCommand::Redeem(new) => redeem(view, new, by),
    }
}

fn fact(fact: StockFact) -> Fact {
    Fact::Stock(Box::new(fact))
}

pub(super) fn known<'a>(view: View<'a>, account: &AccountId) -> Result<&'a Stock, Undecided> {
    let found = view.objects.stock(account)?;
    let stock = account.clone();
    Ok(found.ok_or(StockRejection::StockUnknown { stock })?)
}

fn open(view: View<'_>, new: &OpenStock, by: &Principal) -> Ruling {
    let centre = accounts::owner_of_new(view.objects, &new.account)?;
    check_staff(view.objects, centre, by)?;
    accounts::check_no_holds(view.book, &new.account)?;
    let account = accounts::plain(new.account.clone(), AccountKind::Redemption, &new.unit);
    let opening = accounts::opening(view.book, account)?;
    let fact = fact(StockFact::Opened(new.clone()));
    Ok(Plan::with_ledger(fact, opening.into_iter().collect()).into())
}

fn put(view: View<'_>, new: &PutItem, by: &Principal) -> Ruling {
    let stock = known(view, &new.id.stock)?;
    let staff = staff_of(view.objects, &stock.centre, by)?;
    let before = view.objects.stock_item(&new.id)?;
    let left = before.map_or(0, |item| item.left);
    let (stock, item) = (new.id.stock.clone(), new.id.code.clone());
    match new.counted {
        Counted::More(pieces) if pieces.get() > MAX_PIECES - left => {
            return Err(StockRejection::TooManyPieces { stock, item, left }.into());
        }
        Counted::Fewer(requested) if requested.get() > left => {
            return Err(StockRejection::ItemsShort {
                stock,
                item,
                left,
                requested,
            }
            .into());
        }
        Counted::More(_) | Counted::Fewer(_) | Counted::AsMany => {}
    }
    let fact = fact(StockFact::Put {
        put: new.clone(),
        by: staff.terms.number.clone(),
    });
    Ok(Plan::with_reason(fact, new.reason.as_ref()).into())
}

fn redeem(view: View<'_>, new: &Redeem, by: &Principal) -> Ruling {
    let stock = known(view, &new.item.stock)?;
    let member = redeemer(view, stock, &new.from)?;
    let by = doer(view, stock, member, by)?;
    let item = check_item(view, stock, new)?;
    let lets = match member {
        Some(member) if stock.unit == UnitId::time() => check_hours(view, member, new.recorded)?,
        _ => Lets::default(),
    };
    let transfer = Transfer::new(new.from.clone(), item.id.stock.clone(), new.amount);
    let transfer = transfer.map_err(|_| unfit(&new.from, "it is the stock's own"))?;
    let limits = match member {
        Some(member) => policies::new_limits(view, &member.centre, &member.account)?,
        None => None,
    };
    let entry = entries::of_step(view, new.step, Label::redemption(), transfer)?;
    let fact = fact(StockFact::Redeemed(Redeemed {
        redeem: Redeem {
            recorded: None,
            ..new.clone()
        },
        by,
        policy: lets.policy,
        verdict_on: lets.verdict_on,
    }));
    Ok(Plan {
        ledger: limits.into_iter().chain([entry]).collect(),
        ..Plan::with_reason(fact, new.reason.as_ref())
    }
    .into())
}

/// Whose account redeems, where it is a member's: they, organisations and projects do, of the
/// stock's centre.
fn redeemer<'a>(
    view: View<'a>,
    stock: &Stock,
    id: &AccountId,
) -> Result<Option<&'a Member>, Undecided> {
    let account = accounts::open_account(view.book, id, &stock.unit)?;
    if !stock.centre.contains(id.as_str()) {
        return Err(unfit(id, format!("it is not of centre {}", stock.centre)).into());
    }
    match account.kind {
        AccountKind::Member | AccountKind::Organisation | AccountKind::Project => {}
        AccountKind::Pool
        | AccountKind::Issuance
        | AccountKind::Redemption
        | AccountKind::Clearing => {
            let why = format!("nothing of one of kind {} is redeemed", account.kind);
            return Err(unfit(id, why).into());
        }
    }
    let member = view.objects.member_of(id)?;
    if let Some(member) = member {
        membership::check_state(member, &[MemberState::Active], "redeeming")?;
    } else if account.kind == AccountKind::Member {
        return Err(unfit(id, "it is no member's").into());
    }
    Ok(member)
}

fn doer(
    view: View<'_>,
    stock: &Stock,
    member: Option<&Member>,
    by: &Principal,
) -> Result<Doer, Undecided> {
    match member {
        Some(member) => doers::doer_for(view, &stock.centre, member, by),
        None => {
            let staff = staff_of(view.objects, &stock.centre, by)?;
            Ok(Doer::Staff(staff.terms.number.clone()))
        }
    }
}

/// That there are so many pieces, at that price.
fn check_item<'a>(view: View<'a>, stock: &Stock, new: &Redeem) -> Result<&'a StockItem, Undecided> {
    let ItemId { stock: id, code } = &new.item;
    let found = view.objects.stock_item(&new.item)?;
    let item = found.ok_or_else(|| StockRejection::ItemUnknown {
        stock: id.clone(),
        item: code.clone(),
    })?;
    if new.pieces.get() > item.left {
        return Err(StockRejection::ItemsShort {
            stock: id.clone(),
            item: code.clone(),
            left: item.left,
            requested: new.pieces,
        }
        .into());
    }
    let costs = item.price.steps().checked_mul(new.pieces.get().into());
    match costs {
        Some(costs) if costs == new.amount.steps() => Ok(item),
        costs => Err(StockRejection::PriceOther {
            item: code.clone(),
            pieces: new.pieces,
            unit: stock.unit.clone(),
            costs: costs.unwrap_or(i64::MAX),
            given: new.amount,
        }
        .into()),
    }
}

/// What lets a member redeem hours.
#[derive(Default)]
pub(super) struct Lets {
    pub(super) policy: Option<PolicyVersion>,
    pub(super) verdict_on: Option<Sequence>,
}

/// That a member may redeem hours today, as for a service.
pub(super) fn check_hours(
    view: View<'_>,
    member: &Member,
    recorded: Option<Sequence>,
) -> Result<Lets, Undecided> {
    let day = view.today;
    let adopted = eligibility::policy_on(view, &member.centre, day)?;
    let eligible = Eligible {
        member,
        day,
        recorded,
    };
    let verdict_on = eligibility::may(view, adopted, eligible, Role::Redeem)?;
    eligibility::allows(
        adopted,
        &Ask::EndWaiting {
            earned: Minutes::earned_by(member),
            joined_on: member.registered_on,
            day,
        },
    )?;
    Ok(Lets {
        policy: Some(adopted.version),
        verdict_on,
    })
}
