//! `certificate`: what a member served and which trainings they attended, for a school or an employer.

use std::{collections::BTreeMap, io};

use clap::Subcommand;
use timebank_proto::v1::{
    Assessment, Centre, Certificate, CheckCertificateRequest, GetCentreRequest,
    GetCertificateRequest, GetMemberRequest,
};

use super::catalogue::Catalogue;
use crate::{
    client::{Client, present},
    error::Failure,
    paper::{Both, Column, Page},
    render::{Cell, Row},
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum CertificateCommand {
    /// Certify what a member served on some days, by the time it took whatever was credited, and
    /// which trainings they attended
    #[command(after_help = "Examples:
  ledger-cli certificate make shapingba:member:000123 --from 2026-03-01 --to 2026-06-30
  ledger-cli certificate make shapingba:member:000123 --from 2026-03-01 --to 2026-06-30 --html \
> certificate.html

Services are orders that were settled and services that were entered outside orders. Whoever is
shown the certificate checks its number with `certificate check`. The page names the centre that the
member belongs to, and has lines to be filled in by hand.")]
    Make {
        /// The member
        member: String,
        /// The first day
        #[arg(long, value_name = "DATE")]
        from: String,
        /// The last day
        #[arg(long, value_name = "DATE")]
        to: String,
        /// As the journal was at a position. Default: where it ends now
        #[arg(long, value_name = "POSITION", value_parser = clap::value_parser!(i64).range(1..))]
        at_position: Option<i64>,
        /// Whose it is, as it is to stand on the page. Only on the page: the ledger does not certify
        /// names
        #[arg(long, requires = "html")]
        name: Option<String>,
        /// Write a page that prints on A4, in Chinese and English
        #[arg(long)]
        html: bool,
    },
    /// Check that the ledger gave a certificate, and show what it says
    #[command(after_help = "Examples:
  ledger-cli certificate check 120000-3f2a9c0d1e2b3c4d5e6f shapingba:member:000123 \
--from 2026-03-01 --to 2026-06-30

Ends with 1 where no certificate of this member and these days has this number. Where services were
corrected since, `still_so` is false, with what the ledger says of these days now.")]
    Check {
        /// The number
        number: String,
        /// The member
        member: String,
        /// The first day
        #[arg(long, value_name = "DATE")]
        from: String,
        /// The last day
        #[arg(long, value_name = "DATE")]
        to: String,
    },
}

pub(super) async fn run(command: CertificateCommand, mut session: Session) -> Result<(), Failure> {
    match command {
        CertificateCommand::Make {
            member,
            from,
            to,
            at_position,
            name,
            html,
        } => {
            let request = GetCertificateRequest {
                member_id: member,
                since: from,
                until: to,
                at_position: at_position.unwrap_or(0),
            };
            let made = session.client.reports.get_certificate(request).await?;
            let made = present(made.into_inner().certificate, "certificate")?;
            match html {
                true => write(&made, name, &mut session).await,
                false => session.output.one(&rows::certificate(&made)).await,
            }
        }
        CertificateCommand::Check {
            number,
            member,
            from,
            to,
        } => {
            let request = CheckCertificateRequest {
                number: number.clone(),
                member_id: member,
                since: from,
                until: to,
            };
            let found = session.client.reports.check_certificate(request).await?;
            let found = found.into_inner();
            match found.certificate {
                None => Err(Failure::Wrong {
                    message: format!(
                        "no certificate of this member and these days has the number {number}: what \
                         it says is not from this ledger"
                    ),
                    figures: BTreeMap::from([("number".to_owned(), number)]),
                }),
                Some(valid) => {
                    let row = checked(&valid, found.now.as_ref());
                    session.output.one(&row).await
                }
            }
        }
    }
}

/// A certificate that the ledger gave, and what it would say now where that is otherwise.
fn checked(valid: &Certificate, now: Option<&Certificate>) -> Row {
    let all = now.unwrap_or(valid);
    let head = vec![
        ("valid", Cell::Flag(true)),
        ("still_so", Cell::Flag(now.is_none())),
        ("now_services", Cell::Count(all.service_count)),
        ("now_served_minutes", Cell::minutes(all.served_minutes)),
    ];
    Row([head, rows::certificate(valid).0].concat())
}

/// The services, a row each, and all of them.
async fn served(
    made: &Certificate,
    names: &Catalogue,
    session: &mut Session,
) -> Result<Vec<Vec<String>>, Failure> {
    let mut served = Vec::new();
    for one in &made.services {
        let minutes = session.output.shown(Cell::minutes(one.served_minutes));
        let how = match one.is_entered {
            true => "由社工中心录入 entered by the centre",
            false => "经确认 confirmed",
        };
        served.push(vec![
            names.service(&one.service),
            how.into(),
            format!("{} \u{2013} {}", one.first_on, one.last_on),
            one.services.to_string(),
            minutes.await?,
        ]);
    }
    let all = session.output.shown(Cell::minutes(made.served_minutes));
    served.push(vec![
        "合计 all".into(),
        String::new(),
        String::new(),
        made.service_count.to_string(),
        all.await?,
    ]);
    Ok(served)
}

/// The trainings, a row each.
async fn trained(
    made: &Certificate,
    names: &Catalogue,
    session: &mut Session,
) -> Result<Vec<Vec<String>>, Failure> {
    let mut trained = Vec::new();
    for one in &made.trainings {
        let assessment = match one.assessment() {
            Assessment::Unspecified => "无 none",
            Assessment::Passed => "合格 passed",
            Assessment::Failed => "不合格 failed",
        };
        let minutes = session.output.shown(Cell::minutes(one.minutes)).await?;
        let (code, on) = (names.training(&one.code), one.on.clone());
        trained.push(vec![code, on, assessment.into(), minutes]);
    }
    Ok(trained)
}

/// The centre that the member belongs to now, which answers for what the page says.
async fn issuer(made: &Certificate, client: &mut Client) -> Result<Centre, Failure> {
    let request = GetMemberRequest {
        member_id: made.member_id.clone(),
    };
    let member = client.members.get_member(request).await?.into_inner();
    let prefix = present(member.member, "member")?.centre;
    let centre = client.centres.get_centre(GetCentreRequest { prefix });
    present(centre.await?.into_inner().centre, "centre")
}

/// Of whom, by whom and as of when it is.
async fn facts(
    made: &Certificate,
    name: Option<&String>,
    issuer: &Centre,
    session: &Session,
) -> Result<Vec<(Both, String)>, Failure> {
    let ledger = session.client.ledger().await?;
    let as_of = session.day_of(made.at_position).await?;
    let named = format!("{} {}", issuer.name_zh, issuer.name_en);
    let facts = [
        (("number", "编号"), made.number.clone()),
        (("name", "姓名"), name.cloned().unwrap_or_default()),
        (("member", "会员编号"), made.member_id.clone()),
        (("from", "开始日期"), made.since.clone()),
        (("to", "结束日期"), made.until.clone()),
        (("issued by", "出具单位"), named.trim().to_owned()),
        (("run by", "运营单位"), issuer.operator.clone()),
        (
            ("contracting body", "委托单位"),
            issuer.contracting_body.clone(),
        ),
        (("as of", "数据截至"), as_of),
        (
            ("journal position", "日记账位置"),
            made.at_position.to_string(),
        ),
        (("issued on", "出具日期"), session.today().await?),
        (("ledger", "账本"), ledger.ledger_id),
    ];
    let said = facts.into_iter().filter(|(_, value)| !value.is_empty());
    Ok(said.collect())
}

/// What the ledger does not keep, or nobody but a person can give.
fn by_hand(name: Option<&String>) -> Vec<Both> {
    let who = name.is_none().then_some(("name", "姓名"));
    let rest = [
        ("identity document", "证件类型及号码"),
        ("person in charge, signature", "负责人签字"),
        ("made out by, signature", "经办人签字"),
        ("contact", "联系方式"),
        ("seal", "单位公章"),
    ];
    who.into_iter().chain(rest).collect()
}

async fn write(
    made: &Certificate,
    name: Option<String>,
    session: &mut Session,
) -> Result<(), Failure> {
    let issuer = issuer(made, &mut session.client).await?;
    let names = Catalogue::of(
        &session.client,
        Some(&issuer),
        (&made.until, made.at_position),
    )
    .await?;
    let mut page = Page::new(("Certificate of voluntary service", "志愿服务记录证明"));
    page.facts(&facts(made, name.as_ref(), &issuer, session).await?);
    let columns = [
        Column(("service", "服务"), false),
        Column(("record", "记录方式"), false),
        Column(("days", "服务日期"), false),
        Column(("times", "次数"), true),
        Column(("time served", "服务时长"), true),
    ];
    page.table(&columns, &served(made, &names, session).await?);
    let trained = trained(made, &names, session).await?;
    if !trained.is_empty() {
        let columns = [
            Column(("training", "培训"), false),
            Column(("day", "日期"), false),
            Column(("assessment", "考核"), false),
            Column(("time", "时长"), true),
        ];
        page.table(&columns, &trained);
    }
    page.note((
        "The time that services took: confirmed by those who took part or by staff, or entered by the \
         centre alone. Anybody can have the centre check the number against the ledger.",
        "以上为实际服务时长：或经参与方、工作人员确认，或仅由社工中心录入。任何人均可请社工中心凭编号与账本核对。",
    ));
    page.blanks(&by_hand(name.as_ref()));
    page.write(&mut io::stdout().lock())?;
    Ok(())
}
