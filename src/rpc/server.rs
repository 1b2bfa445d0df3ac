//! Serving: all services on one address, until told to stop.

use std::{
    future::Future,
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use timebank_proto::{
    DESCRIPTOR_SET,
    v1::{
        account_service_server::AccountServiceServer, centre_service_server::CentreServiceServer,
        conversion_service_server::ConversionServiceServer,
        entry_service_server::EntryServiceServer, group_service_server::GroupServiceServer,
        hold_service_server::HoldServiceServer, incident_service_server::IncidentServiceServer,
        journal_service_server::JournalServiceServer, member_service_server::MemberServiceServer,
        need_service_server::NeedServiceServer, order_service_server::OrderServiceServer,
        oversight_service_server::OversightServiceServer,
        partner_service_server::PartnerServiceServer, period_service_server::PeriodServiceServer,
        policy_service_server::PolicyServiceServer, pool_service_server::PoolServiceServer,
        report_service_server::ReportServiceServer, source_service_server::SourceServiceServer,
        staff_service_server::StaffServiceServer, standing_service_server::StandingServiceServer,
        statement_service_server::StatementServiceServer, stock_service_server::StockServiceServer,
        supply_service_server::SupplyServiceServer, token_service_server::TokenServiceServer,
        training_service_server::TrainingServiceServer, unit_service_server::UnitServiceServer,
    },
};
use tokio::{net::TcpListener, sync::watch};
use tonic::{service::Routes, transport::Server};

use super::{
    Services, control,
    door::Door,
    first_token,
    guard::Guard,
    health::{self, watch_clock},
    incoming,
    limits::Limits,
    tail::Tail,
    tls::{Tls, TlsError, TlsFiles},
    used::Used,
};
use crate::{
    clock::Clock,
    query::Query,
    rounds::Rounds,
    sequencer::{Sequencer, Start, StartError},
    store::{Store, StoreError, Writer},
};

/// The largest request for health or reflection.
const MAX_QUESTION_BYTES: usize = 16 * 1024;
/// The first token, and when tokens were last used, beside the ledger.
const FIRST_TOKEN: &str = "admin.token";
const TOKENS_USED: &str = "tokens-used.json";
/// A connection whose other end is gone is found out in this time and dropped.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long calls under way may take once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long streams and idle connections have to end once no call is under way.
const FAREWELL: Duration = Duration::from_secs(1);

/// Why a server did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot tell the address listened on: {0}")]
    Address(#[from] std::io::Error),
    #[error("cannot serve: {0}")]
    Serve(#[from] tonic::transport::Error),
    /// A bug: better no server than one that answers nothing.
    #[error("the thread for {0} is gone; start the server again")]
    ThreadGone(&'static str),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot write the first token to {path}: {why}")]
    FirstToken { path: String, why: std::io::Error },
    #[error("cannot set up reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Where a server listens, and with which certificate.
#[derive(Debug)]
pub struct Listening {
    pub listener: TcpListener,
    /// None where nothing is encrypted.
    pub tls: Option<TlsFiles>,
}

/// What of its configuration a server goes by once it listens.
#[derive(Clone, Debug)]
pub struct Serving {
    pub limits: Limits,
    /// The folder for copies of the ledger.
    pub backups: PathBuf,
}

/// Serves the ledger that a store keeps in a directory, on a listener, until `stop` is ready, then
/// drains. Without a listener it is there for whoever has the machine alone.
///
/// # Errors
/// Where the store cannot be read, or its ledger has another time zone.
pub async fn serve(
    (store, writer): (Arc<dyn Store>, Box<dyn Writer>),
    dir: &Path,
    listening: Option<Listening>,
    Serving { limits, backups }: Serving,
    start: Start,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let (listener, tls) = match listening {
        Some(Listening { listener, tls }) => (Some(listener), tls.map(Tls::open).transpose()?),
        None => (None, None),
    };
    let address = listener.as_ref().map(TcpListener::local_addr).transpose()?;
    let tls = tls.map(Arc::new);
    let (sequencer, thread) = Sequencer::start(writer, Clock::system(), start)?;
    let (identity_key, token_key) = (store.identity_key()?, store.token_key()?);
    first_token::issue(&*store, &sequencer, &token_key, &dir.join(FIRST_TOKEN)).await?;
    let query = Query::new(store, sequencer.time())?;
    let used = Used::read(dir.join(TOKENS_USED));
    let guard = Guard::new(
        token_key,
        query.clone(),
        sequencer.time(),
        used.clone(),
        limits,
    );
    let (stopped, stopping) = watch::channel(false);
    let services = Services {
        limits,
        backups: backups.into(),
        sequencer: sequencer.clone(),
        query: query.clone(),
        identity_key,
        guard: guard.clone(),
        tail: Tail::default(),
        stopping: stopping.clone(),
    };
    let rounds = Rounds::new(sequencer.clone(), query.clone());
    let rounds = tokio::spawn(rounds.run(stopping.clone()));
    let noting = tokio::spawn(used.run(stopping.clone()));
    let (health, health_service) = tonic_health::server::health_reporter();
    let health_service = health_service.max_decoding_message_size(MAX_QUESTION_BYTES);
    health
        .set_serving::<StatementServiceServer<Services>>()
        .await;
    health.set_serving::<JournalServiceServer<Services>>().await;
    let routes = routes(services)?.add_service(health_service);
    let door = Door::new(routes.prepare(), guard, limits);
    let is_plausible = health::start(&health, &sequencer.time()).await;
    let time = sequencer.time();
    tokio::spawn(watch_clock(health, time, is_plausible, stopping.clone()));
    let calls = door.calls();
    let control = control::serve(dir.to_owned(), door.clone(), stopping.clone());
    let control = tokio::spawn(control);
    let told_to_stop = async move {
        stop.await;
        tracing::info!(
            "stopping: calls under way have {} s to end",
            DRAIN.as_secs()
        );
        stopped.send_replace(true);
    };
    if let Some(tls) = &tls {
        tokio::spawn(Arc::clone(tls).renew(stopping.clone()));
    }
    let serving = listen(listener, tls, door, limits, told_to_stop);
    if let Some(address) = address {
        announce(address);
    }
    tokio::select! {
        served = serving => served?,
        () = all_answered(stopping.clone(), calls) => tracing::info!("closing what is left open"),
        () = overdue(stopping) => tracing::warn!("some calls did not end in time"),
        () = sequencer.closed() => return Err(ServeError::ThreadGone("writes")),
        () = query.failed() => return Err(ServeError::ThreadGone("reads")),
    }
    // It answers what waits, and closes the database.
    drop(query);
    let _ = rounds.await;
    let _ = noting.await;
    let _ = control.await;
    sequencer.stop().await;
    let _ = tokio::task::spawn_blocking(move || thread.join()).await;
    tracing::info!("stopped");
    Ok(())
}

/// Serves on a listener, if there is one, until told to stop.
async fn listen(
    listener: Option<TcpListener>,
    tls: Option<Arc<Tls>>,
    door: Door,
    limits: Limits,
    told_to_stop: impl Future<Output = ()>,
) -> Result<(), tonic::transport::Error> {
    let Some(listener) = listener else {
        told_to_stop.await;
        return Ok(());
    };
    let incoming = incoming::accept(listener, tls, limits);
    Server::builder()
        .max_concurrent_streams(limits.calls_per_connection)
        .http2_keepalive_interval(Some(KEEP_ALIVE))
        .http2_keepalive_timeout(Some(KEEP_ALIVE))
        .serve_with_incoming_shutdown(door, incoming, told_to_stop)
        .await
}

fn announce(address: SocketAddr) {
    tracing::info!(%address, "serving");
    let mut out = std::io::stdout();
    // Whoever started the server may not be listening.
    let _ = writeln!(out, "listening on {address}");
    let _ = out.flush();
}

/// Ends when the server is to stop and has no call under way, a moment later.
async fn all_answered(mut stopping: watch::Receiver<bool>, mut calls: watch::Receiver<usize>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
    loop {
        let _ = calls.wait_for(|calls| *calls == 0).await;
        tokio::time::sleep(FAREWELL).await;
        // One may have come on a connection that was not told yet.
        if *calls.borrow() == 0 {
            return;
        }
    }
}

async fn overdue(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
    tokio::time::sleep(DRAIN).await;
}

fn routes(services: Services) -> Result<Routes, tonic_reflection::server::Error> {
    let request_bytes = services.limits.request_bytes as usize;
    let mut routes = Routes::builder();
    let (v1, v1alpha) = (reflection().build_v1()?, reflection().build_v1alpha()?);
    routes.add_service(v1.max_decoding_message_size(MAX_QUESTION_BYTES));
    routes.add_service(v1alpha.max_decoding_message_size(MAX_QUESTION_BYTES));
    macro_rules! serve {
        ($($service:ident),*) => {$(
            routes.add_service(
                $service::new(services.clone())
                    .max_decoding_message_size(request_bytes),
            );
        )*};
    }
    serve!(
        UnitServiceServer,
        AccountServiceServer,
        EntryServiceServer,
        HoldServiceServer,
        StatementServiceServer,
        JournalServiceServer,
        CentreServiceServer,
        StaffServiceServer,
        MemberServiceServer,
        PolicyServiceServer,
        NeedServiceServer,
        OrderServiceServer,
        IncidentServiceServer,
        SupplyServiceServer,
        StandingServiceServer,
        PoolServiceServer,
        SourceServiceServer,
        StockServiceServer,
        OversightServiceServer,
        PartnerServiceServer,
        GroupServiceServer,
        TokenServiceServer,
        TrainingServiceServer,
        ConversionServiceServer,
        PeriodServiceServer,
        ReportServiceServer
    );
    Ok(routes.routes())
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}
