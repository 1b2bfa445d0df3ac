//! `report`: figures of a period and a branch.

use chrono::{Months, NaiveDate};
use clap::{Args, Subcommand, ValueEnum};
use timebank_proto::v1::{
    GetActivityRequest, GetDormancyRequest, GetEvaluationsRequest, GetIndicatorsRequest,
    GetRedeemabilityRequest, GetSatisfactionRequest, GetSupplyDemandRequest, ReportBy, ReportScope,
    SignOffPeriodRequest,
};

use super::{id_or_fresh, month::MonthArgs};
use crate::{client::present, error::Failure, render::Cell, rows, session::Session};

/// What a report is of.
#[derive(Args, Debug)]
pub(crate) struct ScopeArgs {
    /// A branch of the chart: a centre, or one above or inside centres. Default: that of the
    /// profile, or else all of the ledger
    #[arg(long)]
    branch: Option<String>,
    /// The days of a month, such as 2026-10
    #[arg(long, value_parser = month, conflicts_with_all = ["since", "until"])]
    month: Option<NaiveDate>,
    /// The first day
    #[arg(long, value_name = "DATE")]
    since: Option<NaiveDate>,
    /// The last day
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
    /// As the journal was at a position: the same figures for ever. Default: where it ends now
    #[arg(long, value_name = "POSITION", value_parser = clap::value_parser!(i64).range(1..))]
    at_position: Option<i64>,
}

/// Reads a month, as its first day.
pub(super) fn month(given: &str) -> Result<NaiveDate, String> {
    let day = NaiveDate::parse_from_str(&format!("{given}-01"), "%Y-%m-%d");
    day.map_err(|_| "write a month like 2026-10".into())
}

/// The first and the last day of a month that is given as its first.
pub(super) fn days_of(first: NaiveDate) -> (NaiveDate, NaiveDate) {
    let next = first.checked_add_months(Months::new(1));
    let last = next.and_then(|next| next.pred_opt());
    (first, last.unwrap_or(first))
}

fn text(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

impl ScopeArgs {
    /// The scope, of the branch that this user works for where none is named.
    pub(super) fn of(self, session: &Session) -> ReportScope {
        let branch = session.branch(self.branch.clone());
        self.of_branch(branch)
    }

    fn of_branch(self, branch: String) -> ReportScope {
        let of_month = |first: NaiveDate| {
            let (since, until) = days_of(first);
            (Some(since), Some(until))
        };
        let (since, until) = self.month.map_or((self.since, self.until), of_month);
        ReportScope {
            branch,
            since: text(since),
            until: text(until),
            at_position: self.at_position.unwrap_or(0),
        }
    }
}

/// By what services are grouped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum By {
    /// By centre, or by branch where there is none
    Branch,
    Service,
    /// By the recipient's block
    Block,
    /// By service point
    Point,
    /// By the month of the service date
    Month,
}

impl From<By> for ReportBy {
    fn from(by: By) -> Self {
        match by {
            By::Branch => Self::Branch,
            By::Service => Self::Service,
            By::Block => Self::Block,
            By::Point => Self::Point,
            By::Month => Self::Month,
        }
    }
}

#[derive(Subcommand, Debug)]
pub(crate) enum ReportCommand {
    /// Show who took part, in what services, and for how long
    #[command(after_help = "Examples:
  ledger-cli report activity --month 2026-10
  ledger-cli report activity --branch shapingba --since 2026-01-01 --by service --output csv
  ledger-cli report activity --by point --at-position 120000 --output json

Days are service dates. Members count once in each row, and once in the last, which is of all.
Services are settled orders and groups, and entries outside both that name a service by the tag
`service` and were not reversed.")]
    Activity(GroupedArgs),
    /// Show what was asked for, and what became of it
    #[command(after_help = "Examples:
  ledger-cli report supply-demand --month 2026-10 --by service
  ledger-cli report supply-demand --branch shapingba --by block --output csv

Needs count on the day on which they were published. Arranged are those that were accepted as they
were published: visits that come again every week, and those entered from sheets. Unmet are those
that wait or have expired, of all but the declined and the cancelled.")]
    SupplyDemand(GroupedArgs),
    /// Show how satisfied those were who were served
    #[command(after_help = "Examples:
  ledger-cli report satisfaction --month 2026-10
  ledger-cli report satisfaction --branch shapingba --by service

What recipients said when they confirmed, 1 to 5 stars; satisfied are 4 and 5. Of fewer than five
answers it is told only that they are too few.")]
    Satisfaction(GroupedArgs),
    /// Show what evaluators were told of settled orders
    #[command(after_help = "Examples:
  ledger-cli report evaluations --month 2026-10
  ledger-cli report evaluations --branch shapingba --by service --output csv

Each order counts by what was filed of it last (`ledger-cli evaluation file`). Of fewer than five
answers it is told only that they are too few.")]
    Evaluations(GroupedArgs),
    /// Show who still takes part, by the month in which they joined
    #[command(after_help = "Examples:
  ledger-cli report dormancy
  ledger-cli report dormancy --branch shapingba --until 2026-09-30

Members joined when their first account was opened, or with their first service if that was
earlier. Activity is their last service anywhere, counted back from the last day.")]
    Dormancy(ScopeArgs),
    /// Show whether the hours outstanding can be honoured
    #[command(after_help = "Examples:
  ledger-cli report redeemability --since 2026-01-01 --until 2026-12-31
  ledger-cli report redeemability --branch shapingba --month 2026-10 --output json

What stands is as of the position; what was earned and redeemed is of the days. Hours that came
first are spent first.")]
    Redeemability(ScopeArgs),
    /// Show the indicators by which a time bank is evaluated, each with its definition
    #[command(after_help = "Examples:
  ledger-cli report indicators --since 2026-01-01 --until 2026-12-31
  ledger-cli report indicators --branch shapingba --month 2026-10 --output json

docs/indicators.md has the definitions, also in Chinese by name.")]
    Indicators(ScopeArgs),
    /// Show what the monthly meeting needs, or write it as a page that prints
    Month(MonthArgs),
    /// Stand for the report of a closed month, by a record
    #[command(after_help = "Examples:
  ledger-cli report sign-off shapingba 2026-10 --at-position 120000 --actor 1001

The position is that as of which you read the report: whoever reads it again with it has the same
figures. Each of the staff signs off a month once (`period list` shows who did).")]
    SignOff {
        /// The centre
        centre: String,
        /// The month, such as 2026-10
        month: String,
        /// As of which position the report was read
        #[arg(long, value_name = "POSITION", value_parser = clap::value_parser!(i64).range(1..))]
        at_position: i64,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
}

/// A report of groups.
#[derive(Args, Debug)]
pub(crate) struct GroupedArgs {
    /// What the rows are grouped by: one, or two with a comma between
    #[arg(long, value_enum, value_delimiter = ',', default_value = "branch")]
    by: Vec<By>,
    #[command(flatten)]
    scope: ScopeArgs,
}

/// Makes the request of a report of groups.
macro_rules! grouped {
    ($request:ident, $given:expr, $session:expr) => {{
        let given = $given;
        let mut request = $request {
            scope: Some(given.scope.of(&$session)),
            ..Default::default()
        };
        let [by, then_by] = two(&given.by)?;
        request.set_by(by);
        request.set_then_by(then_by);
        request
    }};
}

/// What rows are grouped by, and then by.
fn two(by: &[By]) -> Result<[ReportBy; 2], Failure> {
    match *by {
        [by] => Ok([by.into(), ReportBy::Unspecified]),
        [by, then_by] => Ok([by.into(), then_by.into()]),
        _ => Err(Failure::Usage(
            "--by takes one or two, such as service,block".into(),
        )),
    }
}

pub(super) async fn run(command: ReportCommand, mut session: Session) -> Result<(), Failure> {
    let mut reports = session.client.reports.clone();
    let report = match command {
        ReportCommand::Activity(given) => {
            let request = grouped!(GetActivityRequest, given, session);
            reports.get_activity(request).await?.into_inner().report
        }
        ReportCommand::SupplyDemand(given) => {
            let request = grouped!(GetSupplyDemandRequest, given, session);
            reports
                .get_supply_demand(request)
                .await?
                .into_inner()
                .report
        }
        ReportCommand::Satisfaction(given) => {
            let request = grouped!(GetSatisfactionRequest, given, session);
            reports.get_satisfaction(request).await?.into_inner().report
        }
        ReportCommand::Evaluations(given) => {
            let request = grouped!(GetEvaluationsRequest, given, session);
            reports.get_evaluations(request).await?.into_inner().report
        }
        ReportCommand::Dormancy(scope) => {
            let scope = Some(scope.of(&session));
            let request = GetDormancyRequest { scope };
            reports.get_dormancy(request).await?.into_inner().report
        }
        ReportCommand::Redeemability(scope) => {
            let scope = Some(scope.of(&session));
            let request = GetRedeemabilityRequest { scope };
            reports
                .get_redeemability(request)
                .await?
                .into_inner()
                .report
        }
        ReportCommand::Indicators(scope) => {
            let scope = Some(scope.of(&session));
            let request = GetIndicatorsRequest { scope };
            reports.get_indicators(request).await?.into_inner().report
        }
        ReportCommand::Month(args) => return super::month::show(args, session).await,
        ReportCommand::SignOff {
            centre,
            month,
            at_position,
            id,
        } => {
            let request = SignOffPeriodRequest {
                step_id: id_or_fresh(id),
                centre,
                month,
                at_position,
            };
            return sign_off(request, session).await;
        }
    };
    let report = present(report, "report")?;
    session.output.one(&rows::report(report)).await
}

async fn sign_off(request: SignOffPeriodRequest, mut session: Session) -> Result<(), Failure> {
    let id = request.step_id.clone();
    let answer = session.client.periods.sign_off_period(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    let row = rows::period(&present(answer.period, "period")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_all_their_days() {
        for (given, since, until) in [
            ("2026-10", "2026-10-01", "2026-10-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2026-12", "2026-12-01", "2026-12-31"),
        ] {
            let scope = ScopeArgs {
                branch: None,
                month: Some(month(given).unwrap()),
                since: None,
                until: None,
                at_position: None,
            };
            let scope = scope.of_branch(String::new());
            assert_eq!((scope.since.as_str(), scope.until.as_str()), (since, until));
        }
        for given in ["2026-13", "2026", "2026-10-01", "october"] {
            assert!(month(given).is_err(), "{given}");
        }
    }
}
