//! What staff need in a day.

use timebank_proto::v1::{GetTodayResponse, Need, Order, Relief, Standing};

use super::{
    orders::{NEEDS, ORDERS, chosen, incidents, need, order},
    pools::{RELIEFS, relief},
    standings::{STANDINGS, standing},
};
use crate::render::{Cell, Row};

/// What staff need on a day.
pub(crate) fn today(today: &GetTodayResponse) -> Row {
    let needs = |needs: &[Need]| {
        let rows = needs.iter().map(|one| chosen(&need(one), &NEEDS));
        Cell::Rows(rows.collect())
    };
    let orders = |orders: &[Order]| {
        let rows = orders.iter().map(|one| chosen(&order(one), &ORDERS));
        Cell::Rows(rows.collect())
    };
    let count = |count: usize| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
    Row(vec![
        ("for_approval_count", count(today.for_approval.len())),
        ("visit_count", count(today.visits.len())),
        ("missed_count", count(today.missed.len())),
        ("overdue_count", count(today.overdue.len())),
        ("to_correct_count", count(today.to_correct.len())),
        ("recorded_count", count(today.recorded.len())),
        ("confirmed_count", count(today.confirmed.len())),
        ("unmet_count", count(today.unmet.len())),
        ("dispute_count", count(today.disputes.len())),
        ("incident_count", count(today.incidents.len())),
        ("relief_count", count(today.reliefs.len())),
        ("off_count", count(today.off.len())),
        ("cut", cut(&today.cut)),
        ("for_approval", needs(&today.for_approval)),
        ("visits", orders(&today.visits)),
        ("missed", orders(&today.missed)),
        ("overdue", orders(&today.overdue)),
        ("to_correct", orders(&today.to_correct)),
        ("recorded", orders(&today.recorded)),
        ("confirmed", orders(&today.confirmed)),
        ("unmet", needs(&today.unmet)),
        ("disputes", orders(&today.disputes)),
        ("incidents", incidents(&today.incidents)),
        ("reliefs", reliefs(&today.reliefs)),
        ("off", off(&today.off)),
    ])
}

fn reliefs(reliefs: &[Relief]) -> Cell {
    let rows = reliefs.iter().map(|one| chosen(&relief(one), &RELIEFS));
    Cell::Rows(rows.collect())
}

fn off(standings: &[Standing]) -> Cell {
    let rows = standings.iter();
    let rows = rows.map(|one| chosen(&standing(one), &STANDINGS));
    Cell::Rows(rows.collect())
}

/// Which lists go on. Nothing where all are whole.
fn cut(lists: &[String]) -> Cell {
    match lists {
        [] => Cell::Absent,
        lists => Cell::Text(lists.join(", ")),
    }
}
