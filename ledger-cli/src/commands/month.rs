//! `report month`: what the monthly meeting needs, all as of one position.

use std::io;

use clap::Args;
use timebank_proto::v1::{Centre, GetMonthReportRequest, MonthReport, Report, ReportScope};

use super::{catalogue::Catalogue, report::month};
use crate::{
    client::present,
    error::Failure,
    paper::{Bar, Both, Column, Page},
    render::{Cell, Row},
    rows,
    session::Session,
};

/// Where the Chinese names of indicators are.
const INDICATORS: &str = include_str!("../../../docs/indicators.md");

/// What columns are called in both. One that is none of these is shown under its own name.
const COLUMNS: [(&str, Both); 43] = [
    ("figure", ("figure", "指标")),
    ("value", ("value", "数值")),
    ("meaning", ("meaning", "定义")),
    ("service", ("service", "服务")),
    ("block", ("block", "网格")),
    ("participants", ("participants", "参与人数")),
    ("providers", ("providers", "服务者")),
    ("recipients", ("recipients", "服务对象")),
    ("both", ("both", "两者兼有")),
    ("services", ("services", "次数")),
    ("outside_orders", ("outside orders", "订单外")),
    ("served_minutes", ("time served", "服务时长")),
    ("credited_minutes", ("time credited", "入账时长")),
    ("needs", ("needs", "需求")),
    ("arranged", ("arranged", "预先安排")),
    ("accepted", ("accepted", "已接单")),
    ("waiting", ("waiting", "等待")),
    ("expired", ("expired", "过期")),
    ("declined", ("declined", "未通过")),
    ("cancelled", ("cancelled", "已取消")),
    ("offers", ("offers", "报名")),
    ("unmet_percent", ("unmet", "未满足")),
    (
        "mean_minutes_to_acceptance",
        ("mean time to acceptance", "平均接单用时"),
    ),
    (
        "accepted_in_a_day_percent",
        ("accepted in a day", "一日内接单率"),
    ),
    ("orders", ("orders", "订单")),
    ("answers", ("answers", "评价数")),
    ("response_percent", ("response", "评价率")),
    ("mean_stars", ("mean stars", "平均星级")),
    ("satisfied_percent", ("satisfied", "满意率")),
    ("stars_1", ("1 star", "一星")),
    ("stars_2", ("2 stars", "二星")),
    ("stars_3", ("3 stars", "三星")),
    ("stars_4", ("4 stars", "四星")),
    ("stars_5", ("5 stars", "五星")),
    ("evaluated", ("evaluated", "已评估")),
    ("reached", ("reached", "已联系")),
    ("denied", ("denied", "否认服务")),
    ("as_settled", ("as settled", "与结算一致")),
    ("otherwise", ("otherwise", "与结算不一致")),
    ("told_minutes", ("time told", "告知时长")),
    ("settled_minutes", ("time settled", "结算时长")),
    ("mean_quality", ("mean quality", "平均质量")),
    ("mean_satisfaction", ("mean satisfaction", "平均满意度")),
];

/// The columns that others say: a figure is named with what it is of, and a value as it is
/// measured.
const SAID_BY_OTHERS: [&str; 2] = ["of", "measure"];

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli report month 2026-10 --branch huxi
  ledger-cli report month 2026-10 --branch huxi --at-position 120000 --html > month.html
  ledger-cli report month 2026-10 --output csv > month.csv

The indicators, services and blocks, demand, satisfaction, what evaluators were told, and
redeemability, all as of one position, which is to be named when the month is signed off (`report
sign-off`). The page prints on A4, in Chinese and English, with charts; as CSV all parts are one
table, in which `list` names that of each row.")]
pub(crate) struct MonthArgs {
    /// The month, such as 2026-10
    #[arg(value_parser = month)]
    month: chrono::NaiveDate,
    /// A branch of the chart: a centre, or one above or inside centres. Default: that of the
    /// profile, or else all of the ledger
    #[arg(long)]
    branch: Option<String>,
    /// As the journal was at a position: the same figures for ever. Default: where it ends now
    #[arg(long, value_name = "POSITION", value_parser = clap::value_parser!(i64).range(1..))]
    at_position: Option<i64>,
    /// Write a page that prints
    #[arg(long)]
    html: bool,
}

/// The parts of the month, each with its name and its heading.
struct Parts {
    scope: ReportScope,
    parts: Vec<(&'static str, Both, Report)>,
}

pub(super) async fn show(args: MonthArgs, mut session: Session) -> Result<(), Failure> {
    let request = GetMonthReportRequest {
        branch: session.branch(args.branch),
        month: args.month.format("%Y-%m").to_string(),
        at_position: args.at_position.unwrap_or(0),
    };
    let answer = session.client.reports.get_month_report(request).await?;
    let parts = Parts::of(present(answer.into_inner().report, "report")?)?;
    match args.html {
        true => parts.write(&mut session).await,
        false => session.output.one(&parts.row()).await,
    }
}

impl Parts {
    fn of(report: MonthReport) -> Result<Self, Failure> {
        let parts = [
            ("indicators", ("Indicators", "评估指标"), report.indicators),
            ("services", ("Services", "服务"), report.services),
            ("blocks", ("Blocks", "网格"), report.blocks),
            ("demand", ("Needs", "需求"), report.demand),
            (
                "satisfaction",
                ("Satisfaction", "满意度"),
                report.satisfaction,
            ),
            (
                "evaluations",
                ("Evaluations", "第三方评估"),
                report.evaluations,
            ),
            (
                "redeemability",
                ("Redeemability", "兑付保障"),
                report.redeemability,
            ),
        ];
        let parts = parts.map(|(name, heading, part)| Ok((name, heading, present(part, name)?)));
        Ok(Self {
            scope: report.scope.unwrap_or_default(),
            parts: parts.into_iter().collect::<Result<_, Failure>>()?,
        })
    }

    fn row(self) -> Row {
        let scope = self.scope;
        let head = Row(vec![
            ("scope", Cell::text(scope.branch)),
            ("since", Cell::text(scope.since)),
            ("until", Cell::text(scope.until)),
            ("at_position", Cell::Count(scope.at_position)),
        ]);
        self.parts.into_iter().fold(head, |row, (name, _, part)| {
            row.with(name, rows::report(part).get("rows").clone())
        })
    }

    async fn write(self, session: &mut Session) -> Result<(), Failure> {
        let ledger = session.client.ledger().await?;
        let centre = session.client.centre_of(&self.scope.branch).await?;
        let as_of = (self.scope.until.as_str(), self.scope.at_position);
        let names = Catalogue::of(&session.client, centre.as_ref(), as_of).await?;
        let mut page = Page::new(("Month", "月报"));
        page.facts(&[
            (
                ("of", "统计范围"),
                named(&self.scope.branch, centre.as_ref()),
            ),
            (("from", "开始日期"), self.scope.since),
            (("to", "结束日期"), self.scope.until),
            (
                ("journal position", "日记账位置"),
                self.scope.at_position.to_string(),
            ),
            (("ledger", "账本"), ledger.ledger_id),
        ]);
        for (_, heading, part) in self.parts {
            page.heading(heading);
            let Cell::Rows(rows) = rows::report(part).get("rows").clone() else {
                continue;
            };
            table(&mut page, &rows, &names, session).await?;
            let bars = bars(&rows, &names, session).await?;
            if !bars.is_empty() {
                page.bars(("time served", "服务时长"), &bars);
            }
        }
        page.note((
            "Signed off by the record that names this position (report sign-off).",
            "以签核记录中的日记账位置为准。",
        ));
        page.write(&mut io::stdout().lock())?;
        Ok(())
    }
}

/// A centre by its name, another branch as the chart has it.
fn named(branch: &str, centre: Option<&Centre>) -> String {
    match (branch, centre) {
        ("", _) => "全部 all".into(),
        (branch, None) => branch.into(),
        (branch, Some(centre)) => {
            let name = format!("{} {} ({branch})", centre.name_zh, centre.name_en);
            name.trim_start().into()
        }
    }
}

/// What a column is called in both.
fn column(name: &'static str) -> Both {
    let found = COLUMNS.iter().find(|(column, _)| *column == name);
    found.map_or((name, ""), |(_, both)| *both)
}

/// What the figures of redeemability are called in Chinese.
const REDEEMABILITY: [(&str, &str); 10] = [
    ("outstanding", "未兑付余额"),
    ("outstanding by age", "未兑付余额账龄"),
    ("overdrawn", "透支"),
    ("issued", "已发放"),
    ("owed, not backed", "无来源保障"),
    ("earned", "服务所得"),
    ("redeemed", "已兑付"),
    ("redeemed ever", "累计兑付"),
    ("redemption rate", "兑付率"),
    ("days to redeem", "按现速兑付所需天数"),
];

/// What a figure is called in Chinese: an indicator by the document that defines it.
fn zh(name: &str) -> &'static str {
    if let Some((_, zh)) = REDEEMABILITY.iter().find(|(one, _)| *one == name) {
        return zh;
    }
    let rows = INDICATORS.lines().map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        (cells.next(), cells.next())
    });
    let mut found = rows.filter_map(|(one, zh)| (one == Some(name)).then_some(zh?));
    found.next().unwrap_or_default()
}

/// A table of all columns but those that others say.
async fn table(
    page: &mut Page,
    rows: &[Row],
    catalogue: &Catalogue,
    session: &mut Session,
) -> Result<(), Failure> {
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let names = first.0.iter().map(|(name, _)| *name);
    let names: Vec<_> = names
        .filter(|name| !SAID_BY_OTHERS.contains(name))
        .collect();
    let columns = names.iter().map(|name| {
        let is_number = !matches!(*name, "figure" | "meaning" | "service" | "block");
        Column(column(name), is_number)
    });
    let columns: Vec<_> = columns.collect();
    let mut shown = Vec::new();
    for row in rows {
        let mut cells = Vec::new();
        for name in &names {
            let text = match row.get(name) {
                Cell::Absent => String::new(),
                cell => session.output.shown(cell.clone()).await?,
            };
            cells.push(match *name {
                "figure" => figure(&text, row),
                "service" => catalogue.service(&text),
                _ => text,
            });
        }
        shown.push(cells);
    }
    page.table(&columns, &shown);
    Ok(())
}

/// A figure in both, with what it is of.
fn figure(name: &str, row: &Row) -> String {
    let of = match row.get("of") {
        Cell::Text(of) => format!(": {of}"),
        _ => String::new(),
    };
    format!("{} {name}{of}", zh(name)).trim().to_owned()
}

/// How long services took, by what the rows are of.
async fn bars(
    rows: &[Row],
    catalogue: &Catalogue,
    session: &mut Session,
) -> Result<Vec<Bar>, Failure> {
    let mut bars = Vec::new();
    for row in rows.split_last().map_or(&[][..], |(_, rows)| rows) {
        let Cell::Steps { steps, .. } = row.get("served_minutes") else {
            return Ok(Vec::new());
        };
        let label = match row.0.first() {
            Some(("service", Cell::Text(code))) => catalogue.service(code),
            Some((_, Cell::Text(label))) => label.clone(),
            _ => "-".into(),
        };
        let shown = session.output.shown(Cell::minutes(*steps)).await?;
        bars.push(Bar {
            label,
            length: *steps,
            shown,
        });
    }
    Ok(bars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_a_name_in_chinese() {
        assert_eq!(zh("participants"), "参与人数");
        assert_eq!(zh("overdrawn"), "透支");
        assert_eq!(zh("nothing"), "");
    }
}
