//! How long reports and the close of a month take over a year of settled visits:
//! `cargo bench --bench reports` writes the year with the server's own stack, then starts the
//! real server on it and asks for each report of one month and of all time, and closes the first
//! month while bookings go on. It prints rows `name value`, each report's the longest of three.
//!
//! Settable by environment: MEMBERS and ORDERS, of all ten centres together.

#[path = "../shared/bearing.rs"]
mod bearing;
#[path = "../shared/calls.rs"]
mod calls;
mod past;
#[path = "../shared/server.rs"]
mod server;

use std::{
    env,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bearing::Channel;
use calls::calls_per_s;
use server::Server;
use timebank_proto::v1::{
    ClosePeriodRequest, Entry, GetActivityRequest, GetDormancyRequest, GetEvaluationsRequest,
    GetIndicatorsRequest, GetPeriodRequest, GetRedeemabilityRequest, GetSatisfactionRequest,
    GetSupplyDemandRequest, PostEntryRequest, ReportScope, Transfer,
    entry_service_client::EntryServiceClient, period_service_client::PeriodServiceClient,
    report_service_client::ReportServiceClient,
};
use tokio::task::LocalSet;
use tonic::Request;
use uuid::Uuid;

const TIMES: usize = 3;
const CALLS_IN_FLIGHT: usize = 16;
/// The month that is asked for is that of so many days ago, its first 28 days.
const MONTH_AGO_DAYS: i64 = 62;

fn setting(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text
            .replace('_', "")
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is not a number")),
        Err(_) => default,
    }
}

fn row(name: &str, value: f64) {
    println!("{name} {value:.0}");
}

fn main() {
    if !env::args().any(|argument| argument == "--bench") {
        println!("nothing measured: run it with cargo bench");
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let (members, orders) = (setting("MEMBERS", 10_000), setting("ORDERS", 100_000));
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_us = i64::try_from(now.expect("after 1970").as_micros()).expect("a time");
    LocalSet::new().block_on(&runtime, async {
        let start = Instant::now();
        past::write(dir.path(), (members, orders), now_us).await;
        row("members", members as f64);
        row("orders", orders as f64);
        let took_s = start.elapsed().as_secs_f64();
        row("orders_written_per_s", orders as f64 / took_s);
        let (server, _) = Server::start(dir.path());
        let channel = bearing::connect(server.address(), dir.path()).await;
        let before_mib = server.peak_mib();
        reports(&channel, now_us).await;
        row("peak_before_reports_mib", before_mib);
        row("peak_mib", server.peak_mib());
        close(&channel, now_us).await;
        drop(channel);
        server.stop().await;
    });
}

/// The civil month of so many days before a moment.
fn month(now_us: i64, days_ago: i64) -> String {
    let seconds = now_us / 1_000_000 - days_ago * 86_400;
    let day = chrono::DateTime::from_timestamp(seconds, 0).expect("a time");
    day.format("%Y-%m").to_string()
}

/// Times calls, of a month and of all days.
macro_rules! timed {
    ($channel:ident, $of_month:ident: $($name:literal $call:ident($request:ident),)+) => {$(
        for (of, scope) in [("month", Some($of_month.clone())), ("all", None)] {
            let mut longest = Duration::ZERO;
            for _ in 0..TIMES {
                let mut reports = ReportServiceClient::new($channel.clone());
                let mut request = $request::default();
                request.scope.clone_from(&scope);
                let start = Instant::now();
                let report = reports.$call(request).await.expect("an answer");
                longest = longest.max(start.elapsed());
                let report = report.into_inner().report.expect("a report");
                assert!(!report.rows.is_empty());
            }
            let name = format!("{}_{of}_ms", $name);
            row(&name, longest.as_secs_f64() * 1_000.0);
        }
    )+};
}

async fn reports(channel: &Channel, now_us: i64) {
    let of = month(now_us, MONTH_AGO_DAYS);
    let of_month = ReportScope {
        since: format!("{of}-01"),
        until: format!("{of}-28"),
        ..Default::default()
    };
    timed!(channel, of_month:
        "activity" get_activity(GetActivityRequest),
        "satisfaction" get_satisfaction(GetSatisfactionRequest),
        "evaluations" get_evaluations(GetEvaluationsRequest),
        "supply_demand" get_supply_demand(GetSupplyDemandRequest),
        "dormancy" get_dormancy(GetDormancyRequest),
        "redeemability" get_redeemability(GetRedeemabilityRequest),
        "indicators" get_indicators(GetIndicatorsRequest),
    );
}

fn by<T>(actor: &str, request: T) -> Request<T> {
    let mut request = Request::new(request);
    let actor = actor.parse().expect("a name");
    request.metadata_mut().insert("x-actor", actor);
    request
}

async fn post(mut client: EntryServiceClient<Channel>) {
    let leg = Transfer {
        debit_account_id: past::member(0, 0),
        credit_account_id: past::member(0, 2),
        amount: 1,
        unit_id: String::new(),
    };
    let entry = Entry {
        entry_id: Uuid::now_v7().to_string(),
        transfers: vec![leg],
        ..Default::default()
    };
    let request = PostEntryRequest { entry: Some(entry) };
    client
        .post_entry(by(&past::staff(0, 0), request))
        .await
        .expect("posted");
}

/// Closes the first month of each centre one after another while bookings go on. Tells the
/// longest that it took until the root was there.
async fn close(channel: &Channel, now_us: i64) {
    let first = month(now_us, 366);
    let closing = tokio::task::spawn_local(close_each(channel.clone(), first));
    let mut bookings = Vec::new();
    while !closing.is_finished() {
        let caller = || {
            let client = EntryServiceClient::new(channel.clone());
            move || post(client.clone())
        };
        bookings.push(calls_per_s(CALLS_IN_FLIGHT, caller).await);
    }
    let longest = closing.await.expect("they are closed");
    row("close_ms", longest.as_secs_f64() * 1_000.0);
    let mean = bookings.iter().sum::<f64>() / bookings.len() as f64;
    row("bookings_meanwhile_per_s", mean);
}

async fn close_each(channel: Channel, month: String) -> Duration {
    let mut periods = PeriodServiceClient::new(channel);
    let mut longest = Duration::ZERO;
    for number in 0..past::CENTRES {
        let start = Instant::now();
        let request = ClosePeriodRequest {
            step_id: Uuid::now_v7().to_string(),
            centre: past::centre(number),
            month: month.clone(),
        };
        let closed = periods
            .close_period(by(&past::staff(number, 1), request))
            .await;
        closed.expect("closed");
        loop {
            let request = GetPeriodRequest {
                centre: past::centre(number),
                month: month.clone(),
            };
            let period = periods.get_period(request).await.expect("an answer");
            let period = period.into_inner().period.expect("a period");
            if !period.root.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        longest = longest.max(start.elapsed());
    }
    longest
}
