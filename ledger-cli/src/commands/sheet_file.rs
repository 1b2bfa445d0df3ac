//! `order record` and `order approve-sheet`: visits of a sign-in sheet.

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
};

use clap::{Args, ValueHint};
use sha2::{Digest, Sha256};
use timebank::exchange;
use timebank_proto::{
    limits,
    v1::{
        ListOrdersRequest, Order, OrderAction, OrderState, OrdersOfCentre, Plainly, RecordVisit,
        RecordVisitsRequest, Refusal, Sheet, StepOrderRequest, list_orders_request::Which,
        order_action::Action, orders_of_centre::Only, record_visit_result::Result as Fate,
    },
};
use uuid::{Builder, Uuid};

use super::{incident::file_hash, register_file::unreadable};
use crate::{
    amount::Amount,
    client::PAGE_SIZE,
    error::Failure,
    progress::Progress,
    render::{Cell, Form, Row},
    session::Session,
    time::When,
};

/// The columns of a file: those that it must have, and those that it may.
const REQUIRED: [&str; 5] = ["recipient", "provider", "service", "at", "for"];
const OPTIONAL: [&str; 3] = ["pay_from", "point", "channel"];
/// How many lines a file has at most: they are read before the first is sent.
const MAX_ROWS: usize = 10_000;

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

/// A visit, and the line that it stands in.
struct Line {
    number: u64,
    visit: RecordVisit,
}

/// Enters the visits of a file.
pub(super) async fn record(args: RecordArgs, mut session: Session) -> Result<(), Failure> {
    let lines = read(&args, &session).await?;
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
            visits: some.iter().map(|line| line.visit.clone()).collect(),
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
                    counts.declined += i64::from(is_declined);
                    if is_declined {
                        tell(&progress, as_json, of_line(line), &declined());
                    }
                }
                Some(Fate::Stands(_)) => counts.done += 1,
                Some(Fate::Refusal(refusal)) => {
                    counts.refused += 1;
                    tell(&progress, as_json, of_line(line), &refusal);
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
        ("declined_count", Cell::Count(counts.declined)),
        ("refused_count", Cell::Count(counts.refused)),
    ]);
    session.output.one(&row).await?;
    counts.end("lines were refused; mend them and record the file again")
}

#[derive(Default)]
struct Counts {
    done: i64,
    already_there: i64,
    /// Those of them that staff declined.
    declined: i64,
    refused: i64,
}

impl Counts {
    fn end(self, message: &str) -> Result<(), Failure> {
        match self.refused {
            0 => Ok(()),
            count => Err(Failure::wrong(
                message,
                [("refused_count", count.to_string())],
            )),
        }
    }
}

fn of_line(line: &Line) -> (&'static str, String, &str) {
    ("line", line.number.to_string(), &line.visit.order_id)
}

fn declined() -> Refusal {
    Refusal {
        reason: "DECLINED".into(),
        message: "staff declined this visit; if it did take place, record it on another sheet \
                  (--sheet 7-again)"
            .into(),
        ..Default::default()
    }
}

fn tell(
    progress: &Progress,
    as_json: bool,
    (what, which, id): (&str, String, &str),
    refusal: &Refusal,
) {
    let Refusal {
        reason, message, ..
    } = refusal;
    progress.tell(&match as_json {
        true => serde_json::json!({
            what: which,
            "id": id,
            "reason": reason,
            "message": message,
        })
        .to_string(),
        false => format!("{what} {which}: {reason}: {message}"),
    });
}

async fn read(args: &RecordArgs, session: &Session) -> Result<Vec<Line>, Failure> {
    let file = args.from.as_path();
    let failed = |source| Failure::File {
        what: format!("reading {}", file.display()),
        source,
    };
    let opened = File::open(file).map_err(failed)?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(opened);
    let header = reader.headers().map_err(|error| unreadable(file, &error))?;
    let columns = columns(header)?;
    let (mut lines, mut told, mut counts) = (Vec::new(), HashMap::new(), Counts::default());
    let as_json = session.output.form() == Form::Json;
    let progress = Progress::new(0, "visits");
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(file, &error))?;
        let number = record.position().map_or(0, csv::Position::line);
        let unreadable_count = usize::try_from(counts.refused).unwrap_or(MAX_ROWS);
        if lines.len() + unreadable_count >= MAX_ROWS {
            let message = format!("a file has {MAX_ROWS} lines at most; cut it in two");
            return Err(Failure::wrong(message, []));
        }
        let cell = |name: &str| {
            let at = columns.iter().position(|column| column == name);
            at.and_then(|at| record.get(at)).unwrap_or_default()
        };
        let visit = match visit(&args.sheet, cell, session).await {
            Ok(visit) => match told.insert(visit.order_id.clone(), number) {
                None => Ok(visit),
                Some(twin) => Err(format!("it is the visit of line {twin}")),
            },
            wrong => wrong,
        };
        match visit {
            Ok(visit) => lines.push(Line { number, visit }),
            Err(message) => {
                counts.refused += 1;
                let reason = "UNREADABLE".into();
                let refusal = Refusal {
                    reason,
                    message,
                    ..Default::default()
                };
                tell(
                    &progress,
                    as_json,
                    ("line", number.to_string(), ""),
                    &refusal,
                );
            }
        }
    }
    drop(progress);
    counts
        .end("lines cannot be read, and nothing was sent; mend them and record the file again")?;
    match lines.is_empty() {
        true => Err(no_lines(file)),
        false => Ok(lines),
    }
}

fn no_lines(file: &Path) -> Failure {
    Failure::wrong(format!("{} has no lines", file.display()), [])
}

fn columns(header: &csv::StringRecord) -> Result<Vec<String>, Failure> {
    // A spreadsheet may begin its file with a byte order mark.
    let names = header
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}'));
    let names: Vec<String> = names.map(str::to_owned).collect();
    let known = || REQUIRED.into_iter().chain(OPTIONAL);
    let wrong = |message: String| Failure::wrong(message, [("line", "1".into())]);
    if let Some(other) = names
        .iter()
        .find(|name| known().all(|known| known != *name))
    {
        let all: Vec<_> = known().collect();
        let all = all.join(", ");
        return Err(wrong(format!(
            "column {other:?} is unknown; there are {all}"
        )));
    }
    let mut twice = names.iter().enumerate();
    if let Some((_, name)) = twice.find(|(at, name)| names.iter().take(*at).any(|n| n == *name)) {
        return Err(wrong(format!("column {name:?} is there twice")));
    }
    let mut missing = REQUIRED.into_iter();
    match missing.find(|name| names.iter().all(|given| given != name)) {
        None => Ok(names),
        Some(name) => Err(wrong(format!("column {name:?} is missing"))),
    }
}

async fn visit<'a>(
    sheet: &str,
    cell: impl Fn(&str) -> &'a str,
    session: &Session,
) -> Result<RecordVisit, String> {
    let at: When = cell("at").parse().map_err(|error| format!("at: {error}"))?;
    let at = session.moment(Some(at), When::start).await;
    let at = at.map_err(|failure| failure.to_string())?;
    let long: Amount = cell("for")
        .parse()
        .map_err(|error| format!("for: {error}"))?;
    let text = |name| cell(name).to_owned();
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
    visit.order_id = derived_id(sheet, &visit).to_string();
    Ok(visit)
}

/// The same line of the same sheet has the same id: a repeat changes nothing, and another
/// length is told to be one.
fn derived_id(sheet: &str, visit: &RecordVisit) -> Uuid {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(b"timebank visit of a sheet");
    part(sheet.as_bytes());
    part(visit.recipient_id.as_bytes());
    part(visit.provider_id.as_bytes());
    part(visit.service.as_bytes());
    let at = visit.at.unwrap_or_default();
    part(&at.seconds.to_be_bytes());
    part(&at.nanos.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
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
