//! How long reports take over all orders there are.

use std::time::Instant;

use timebank_proto::v1::{
    GetActivityRequest, GetDormancyRequest, GetRedeemabilityRequest, GetSatisfactionRequest,
    GetSupplyDemandRequest, Report, report_service_client::ReportServiceClient,
};
use tonic::{Response, Status, transport::Channel};

async fn timed(name: &str, report: impl Future<Output = Result<Response<Report>, Status>>) {
    let start = Instant::now();
    let report = report.await.expect("a report").into_inner();
    assert!(!report.rows.is_empty());
    println!("{name}_ms {:.0}", 1_000.0 * start.elapsed().as_secs_f64());
}

pub(crate) async fn measure(channel: Channel) {
    let mut reports = ReportServiceClient::new(channel);
    let none = GetActivityRequest::default();
    timed("activity", reports.get_activity(none)).await;
    let none = GetSatisfactionRequest::default();
    timed("satisfaction", reports.get_satisfaction(none)).await;
    let none = GetSupplyDemandRequest::default();
    timed("supply_demand", reports.get_supply_demand(none)).await;
    let none = GetDormancyRequest::default();
    timed("dormancy", reports.get_dormancy(none)).await;
    let none = GetRedeemabilityRequest::default();
    timed("redeemability", reports.get_redeemability(none)).await;
}
