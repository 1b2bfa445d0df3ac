//! `order record` and `order approve-sheet`: visits of a sign-in sheet.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use timebank::exchange;
use timebank_proto::{
    limits,
    v1::{
        ListOrdersRequest, Order, OrderAction, OrderState, OrdersOfCentre, Plainly, RecordVisit,
        RecordVisitsRequest, Refusal, Sheet, StepOrderRequest, list_orders_request::Which,
        order_action::Action, orders_of_centre::Only, record_visit_result::Result as Fate,
    },
};
use uuid::Uuid;

use super::{
    incident::file_hash,
    line_file::{self, Cells, Counts, Lines, derived_id, remark, tell},
};
use crate::{
    amount::Amount,
    client::PAGE_SIZE,
    error::{CLAIM_NOT_COUNTED, Failure},
    progress::Progress,
    render::{Cell, Form, Row},
    session::Session,
    time::When,
};

const LINES: Lines = Lines {
    required: &["recipient", "provider", "service", "at", "for"],
    optional: &["pay_from", "point", "channel"],
    of: ("visit", "visits"),
};

#[derive(Args, Debug)]
pub(crate) struct RecordArgs {
    /// The CSV file of the visits
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    from: PathBuf,
    /// The number of the sheet in its centre
    #[arg(long, value_name = "NUMBER")]
    sheet: String,
    /// The SHA-256 of a picture of the sheet, as `sha256sum` prints it
    #[arg(long, value_name = "SHA256", value_parser = file_hash)]
    sheet_hash: Option<exchange::Sha256>,
    /// Have the ledger decide what would become of each line, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Enters the visits of a file.
pub(super) async fn record(args: RecordArgs, mut session: Session) -> Result<(), Failure> {
    let read = async |cells: &Cells<'_>| visit(&args.sheet, cells, &session).await;
    let lines = line_file::read(&args.from, &LINES, &session, read).await?;
    let as_json = session.output.form() == Form::Json;
    let progress = Progress::new(0, "visits");
    let (mut done, mut counts) = (0, Counts::default());
    for some in lines.chunks(limits::BATCH_VISITS) {
        let request = RecordVisitsRequest {
            sheet: Some(Sheet {
                number: args.sheet.clone(),
                sha256: args
                    .sheet_hash
                    .map_or_else(Vec::new, |hash| hash.as_bytes().to_vec()),
            }),
            visits: some.iter().map(|line| line.read.clone()).collect(),
            validate_only: args.dry_run,
        };
        let answer = session.client.orders.record_visits(request).await?;
        let results = answer.into_inner().results;
        if results.len() != some.len() {
            let what = format!("{} results for {} lines", results.len(), some.len());
            return Err(Failure::Answer(what));
        }
        for (line, result) in some.iter().zip(results) {
            match result.result {
                None => return Err(Failure::Answer("a line has no result".into())),
                Some(Fate::Stands(stands)) if stands.replayed => {
                    let is_declined = stands.state() == OrderState::Cancelled;
                    counts.already_there += 1;
                    counts.taken_back += i64::from(is_declined);
                    if is_declined {
                        tell(
                            &progress,
                            as_json,
                            ("line", line.number.to_string(), line.id.as_str()),
                            &declined(),
                        );
                    }
                }
                Some(Fate::Stands(_)) => counts.done += 1,
                Some(Fate::Refusal(refusal)) => {
                    counts.refused += 1;
                    tell(
                        &progress,
                        as_json,
                        ("line", line.number.to_string(), line.id.as_str()),
                        &refusal,
                    );
                }
            }
        }
        done += some.len() as u64;
        progress.set(done, lines.len() as u64);
    }
    drop(progress);
    let row = Row(vec![
        ("dry_run", Cell::Flag(args.dry_run)),
        ("recorded_count", Cell::Count(counts.done)),
        ("already_there_count", Cell::Count(counts.already_there)),
        ("declined_count", Cell::Count(counts.taken_back)),
        ("refused_count", Cell::Count(counts.refused)),
    ]);
    session.output.one(&row).await?;
    counts.end("lines were refused; mend them and record the file again")
}

fn declined() -> Refusal {
    remark(
        "DECLINED",
        "staff declined this visit; if it did take place, record it on another sheet \
         (--sheet 7-again)",
    )
}

async fn visit(
    sheet: &str,
    cells: &Cells<'_>,
    session: &Session,
) -> Result<(String, RecordVisit), String> {
    let at = cells.get("at").parse::<When>();
    let at = at.map_err(|error| format!("at: {error}"))?;
    let at = session.moment(Some(at), When::start).await;
    let at = at.map_err(|failure| failure.to_string())?;
    let long = cells.get("for").parse::<Amount>();
    let long = long.map_err(|error| format!("for: {error}"))?;
    let text = |name| cells.get(name).to_owned();
    let mut visit = RecordVisit {
        order_id: String::new(),
        recipient_id: text("recipient"),
        provider_id: text("provider"),
        service: text("service"),
        at,
        minutes: long.steps,
        pay_from: text("pay_from"),
        point: text("point"),
        channel: text("channel"),
    };
    visit.order_id = id_of(sheet, &visit).to_string();
    Ok((visit.order_id.clone(), visit))
}

/// The same line of the same sheet has the same id: a repeat changes nothing, and another
/// length is told to be one.
fn id_of(sheet: &str, visit: &RecordVisit) -> Uuid {
    let at = visit.at.unwrap_or_default();
    derived_id(&[
        b"timebank visit of a sheet",
        sheet.as_bytes(),
        visit.recipient_id.as_bytes(),
        visit.provider_id.as_bytes(),
        visit.service.as_bytes(),
        &at.seconds.to_be_bytes(),
        &at.nanos.to_be_bytes(),
    ])
}

/// Approves what a sheet has, and settles it.
pub(super) async fn approve(
    centre: String,
    sheet: String,
    mut session: Session,
) -> Result<(), Failure> {
    let orders = of_sheet(centre, sheet, &session).await?;
    let as_json = session.output.form() == Form::Json;
    let progress = Progress::new(orders.len() as u64, "visits");
    let (mut approved, mut settled, mut counts) = (0, 0, Counts::default());
    for (at, order) in orders.iter().enumerate() {
        let id = &order.order_id;
        let done = async {
            let mut state = order.state();
            if state == OrderState::Recorded {
                state = step(id, Action::Approve(Plainly {}), &session).await?;
                approved += 1;
            }
            if state == OrderState::Confirmed {
                step(id, Action::Settle(Plainly {}), &session).await?;
                settled += 1;
            }
            Ok::<_, Failure>(())
        };
        match done.await {
            Ok(()) => {}
            Err(refused) if refused.is_for(CLAIM_NOT_COUNTED) => return Err(refused),
            Err(Failure::Refused {
                reason, message, ..
            }) => {
                counts.refused += 1;
                let refusal = Refusal {
                    reason,
                    message,
                    ..Default::default()
                };
                tell(&progress, as_json, ("order", id.clone(), id), &refusal);
            }
            Err(failure) => return Err(failure),
        }
        progress.set(at as u64 + 1, orders.len() as u64);
    }
    drop(progress);
    let row = Row(vec![
        ("approved_count", Cell::Count(approved)),
        ("settled_count", Cell::Count(settled)),
        ("refused_count", Cell::Count(counts.refused)),
    ]);
    session.output.one(&row).await?;
    counts.end("visits were refused; decline them, or have another of the staff approve them")
}

async fn step(order_id: &str, action: Action, session: &Session) -> Result<OrderState, Failure> {
    let request = StepOrderRequest {
        step_id: Uuid::now_v7().to_string(),
        order_id: order_id.into(),
        action: Some(OrderAction {
            action: Some(action),
        }),
        reason: String::new(),
    };
    let mut orders = session.client.orders.clone();
    let answer = orders.step_order(request).await?.into_inner();
    Ok(answer.order.unwrap_or_default().state())
}

/// What a sheet has, all of it read before the first step is taken.
async fn of_sheet(centre: String, sheet: String, session: &Session) -> Result<Vec<Order>, Failure> {
    let which = Which::OfCentre(OrdersOfCentre {
        centre,
        only: Some(Only::Sheet(sheet)),
    });
    let mut client = session.client.orders.clone();
    let (mut orders, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListOrdersRequest {
            which: Some(which.clone()),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.list_orders(request).await?.into_inner();
        orders.extend(page.orders);
        if page.next_page_token.is_empty() {
            return Ok(orders);
        }
        page_token = page.next_page_token;
    }
}
