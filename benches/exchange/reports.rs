//! How long reports take over all orders there are.

use std::time::Instant;

use timebank_proto::v1::{
    GetActivityRequest, GetDormancyRequest, GetIndicatorsRequest, GetRedeemabilityRequest,
    GetSatisfactionRequest, GetSupplyDemandRequest, report_service_client::ReportServiceClient,
};
use tonic::transport::Channel;

/// Times a call.
macro_rules! timed {
    ($name:literal, $reports:ident.$call:ident($request:ident)) => {{
        let start = Instant::now();
        let report = $reports.$call($request::default()).await;
        let report = report.expect("an answer").into_inner().report;
        assert!(!report.expect("a report").rows.is_empty());
        println!(
            "{}_ms {:.0}",
            $name,
            1_000.0 * start.elapsed().as_secs_f64()
        );
    }};
}

pub(crate) async fn measure(channel: Channel) {
    let mut reports = ReportServiceClient::new(channel);
    timed!("activity", reports.get_activity(GetActivityRequest));
    timed!(
        "satisfaction",
        reports.get_satisfaction(GetSatisfactionRequest)
    );
    timed!(
        "supply_demand",
        reports.get_supply_demand(GetSupplyDemandRequest)
    );
    timed!("dormancy", reports.get_dormancy(GetDormancyRequest));
    timed!(
        "redeemability",
        reports.get_redeemability(GetRedeemabilityRequest)
    );
    timed!("indicators", reports.get_indicators(GetIndicatorsRequest));
}
