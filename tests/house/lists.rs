//! Lists of objects have keys of their own.

use timebank::{
    exchange::{
        Branch, Code, Day, IncidentState, List, MemberId, MemberState, Name, NeedState, ObjectId,
        OrderId, OrderState, StandingState,
        order::SheetNumber,
        pool::{DonationId, ReliefState},
    },
    ledger::{AccountId, BookingId},
};

/// One of each that stands under words of its own; of those by state, one of each state that could
/// be taken for such a word.
fn lists() -> Vec<List> {
    let centre = || Branch::parse("centre", "city").expect("a branch");
    let member = || MemberId::parse("city:ann").expect("a member");
    let account = || AccountId::parse("city:fund").expect("an account");
    let code = || Code::parse("code", "on").expect("a code");
    let day = Day::parse("day", "2026-03-02").expect("a day");
    let month = || day.month();
    vec![
        List::Centres,
        List::Tokens,
        List::Holders,
        List::Policies,
        List::PeriodsUnsealed,
        List::StandingsDue(day),
        List::StaffOf(centre()),
        List::PoliciesOf(centre()),
        List::MandatesOf(centre()),
        List::MandatesTo(centre()),
        List::MembersOf(centre()),
        List::MembersIn(centre(), MemberState::Active),
        List::MembersOfBlock(centre(), code()),
        List::SecondMembers(centre()),
        List::MembersLapsing(centre(), month()),
        List::JoinedFrom(centre(), day),
        List::SuppliersOf(centre(), code()),
        List::NeedsIn(centre(), NeedState::Approved, month()),
        List::NeedsOf(member()),
        List::NeedsFrom(centre(), day),
        List::OrdersFrom(centre(), day),
        List::OrdersAwaited(centre(), day),
        List::OrdersToCorrect(centre(), day),
        List::OrdersIn(centre(), OrderState::Served, day),
        List::OrdersOf(member()),
        List::OrdersOfSheet(centre(), SheetNumber::parse("on").expect("a number")),
        List::StandingsIn(centre(), StandingState::Approved),
        List::StandingsOf(member()),
        List::StandingsOff(centre(), month()),
        List::IncidentsIn(centre(), IncidentState::Open),
        List::PoolsOf(centre()),
        List::SourcesOf(centre()),
        List::StocksOf(centre()),
        List::PartnersOf(centre()),
        List::RemittancesWith(account()),
        List::GroupsFrom(centre(), day),
        List::EvaluationsFrom(centre(), day),
        List::LooksAt(member()),
        List::LooksFrom(centre(), day),
        List::PeriodsOf(centre()),
        List::ItemsOf(account()),
        List::DonationsTo(account()),
        List::ReliefsIn(centre(), ReliefState::Paid),
        List::ReliefsOpen(centre()),
        List::ReliefsOf(member()),
        List::TrainingsOf(member(), None, day),
        List::TrainingsOf(member(), Some(code()), day),
        List::TrainingsIn(centre(), None, day),
        List::TrainingsIn(centre(), Some(code()), day),
    ]
}

#[test]
fn keys_begin_as_those_of_no_other_list() {
    let id = ObjectId::Member(MemberId::parse("city:ann").expect("a member"));
    let lists = lists();
    for list in &lists {
        let key = list.key(&id);
        let of = lists.iter().filter(|of| key.starts_with(&of.prefix()));
        assert_eq!(of.collect::<Vec<_>>(), [list], "{key}");
        assert!(list.start() < key, "{key}");
    }
}

#[test]
fn the_list_of_a_day_is_one_of_those_from_a_day_on() {
    let centre = Branch::parse("centre", "city").expect("a branch");
    let day = Day::parse("day", "2026-03-02").expect("a day");
    let id = ObjectId::Order(OrderId(
        BookingId::parse("id", "01a22cb5-91fe-7772-8530-20ec413f0d7a").expect("an id"),
    ));
    let key = List::OrdersOn(centre.clone(), day).key(&id);
    assert_eq!(key, List::OrdersFrom(centre.clone(), day).key(&id));
    assert!(key.starts_with(&List::OrdersFrom(centre, day).prefix()));
}

/// Whatever is in the id: it comes after the first blank.
#[test]
fn a_key_has_the_id() {
    let pool = AccountId::parse("city:fund").expect("an account");
    let donation = DonationId {
        pool: pool.clone(),
        receipt: Name::parse("receipt", "No 7 / 2026").expect("a receipt"),
    };
    let id = ObjectId::Donation(Box::new(donation));
    let key = List::DonationsTo(pool).key(&id);
    assert_eq!(List::id_in(&key), id.as_text());
}
