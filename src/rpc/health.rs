//! What `grpc.health.v1.Health` says: whether the server takes what it is asked to
//! record. While it does not, as its clock cannot be right or it is stopping, the
//! services that record, and the server as a whole (the empty name), do not serve.

use std::{sync::Arc, time::Duration};

use timebank_proto::v1::{
    account_service_server::AccountServiceServer, entry_service_server::EntryServiceServer,
    hold_service_server::HoldServiceServer, unit_service_server::UnitServiceServer,
};
use tokio::sync::watch;
use tonic_health::{ServingStatus, server::HealthReporter};

use super::Services;
use crate::clock::Timekeeper;

const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// A clock that moves so much on its own is told of.
const JUMP_S: i64 = 5;

/// Says before the first call whether what is to be recorded is taken.
pub(super) async fn start(health: &HealthReporter, time: &Timekeeper) -> bool {
    let plausible = time.to_record();
    if let Err(implausible) = &plausible {
        tracing::error!("{implausible}");
    }
    say(health, plausible.is_ok()).await;
    plausible.is_ok()
}

/// Looks at the clock now and again, and says where it [means](start) something
/// else than before.
pub(super) async fn watch_clock(
    health: HealthReporter,
    time: Arc<Timekeeper>,
    mut is_plausible: bool,
    mut stopping: watch::Receiver<bool>,
) {
    let mut known_drift_s = time.drift_s();
    while !*stopping.borrow() {
        let drift_s = time.drift_s();
        let jump_s = drift_s - known_drift_s;
        if jump_s.abs() >= JUMP_S {
            tracing::warn!(jump_s, "the clock was set");
        }
        known_drift_s = drift_s;
        let plausible = time.to_record();
        if is_plausible != plausible.is_ok() {
            match &plausible {
                Ok(_) => tracing::info!("the clock is right again"),
                Err(implausible) => tracing::error!("{implausible}"),
            }
            is_plausible = plausible.is_ok();
            say(&health, is_plausible).await;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            _ = stopping.changed() => {}
        }
    }
    say(&health, false).await;
}

/// Says whether what is to be recorded is taken.
async fn say(health: &HealthReporter, is_serving: bool) {
    let status = match is_serving {
        true => ServingStatus::Serving,
        false => ServingStatus::NotServing,
    };
    health.set_service_status("", status).await;
    macro_rules! say {
        ($($service:ident),*) => {$(
            match is_serving {
                true => health.set_serving::<$service<Services>>().await,
                false => health.set_not_serving::<$service<Services>>().await,
            }
        )*};
    }
    say!(
        UnitServiceServer,
        AccountServiceServer,
        EntryServiceServer,
        HoldServiceServer
    );
}
