//! `audit`: what nobody has to take anybody's word for.

use chrono::NaiveDate;
use clap::Subcommand;
use timebank_proto::v1::{
    DrawSampleRequest, GetAnomaliesRequest, GetSampleRequest, ListLooksRequest, LooksOfCentre,
    list_looks_request::Of,
};

use super::{id_or_fresh, journal, report::ScopeArgs};
use crate::{
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum AuditCommand {
    /// Have the server re-read every stored record, recompute every hash and
    /// every balance, posting, hold and id, and check that each unit sums to zero
    ///
    /// This shows that what is stored agrees with itself. It does not show that
    /// nobody wrote all of it anew. To see that, keep the count and root hash of
    /// an earlier run elsewhere: a later run gives the same root hash at the same
    /// record count. Roots at different counts cannot be compared by eye.
    #[command(after_help = "Examples:
  ledger-cli audit verify
  ledger-cli audit verify --output json")]
    Verify,
    /// Print what this user has seen of the ledger, for `timebank restore --seen`
    ///
    /// `status` and `audit verify` keep how many records there are, and their root hash, and compare
    /// it the next time: an older copy in the ledger's place, or another ledger, is found out.
    #[command(after_help = "Examples:
  ledger-cli audit seen
  timebank restore /mnt/backup/2026-10-31 --seen \"$(ledger-cli audit seen)\" --data ./restored")]
    Seen,
    /// Draw settled orders to be checked, for example by telephone
    #[command(after_help = "Examples:
  ledger-cli audit sample --seed 'dice 4 2 6' --size 20 --month 2026-10
  ledger-cli audit sample --seed 'dice 4 2 6' --size 20 --branch shapingba --output csv
  ledger-cli audit sample --seed 'dice 4 2 6' --size 20 --branch shapingba --for 1009 --actor 1001

Drawn are the orders for which the SHA-256 of the seed, a line feed and the order's UUID is lowest:
whoever names the same seed, size and position draws the same, and nobody knows them beforehand who
does not know the seed. With --for they are recorded as drawn for an evaluator, another of the
centre's staff, who sees them and no others by a token of that role (`ledger-cli evaluation due`).")]
    Sample {
        /// What decides which are drawn, such as a throw of dice in the meeting
        #[arg(long)]
        seed: String,
        /// How many are drawn
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..=1_000))]
        size: i32,
        #[command(flatten)]
        scope: ScopeArgs,
        /// The staff number of the evaluator whom they are drawn for
        #[arg(long = "for", value_name = "NUMBER", conflicts_with = "at_position")]
        evaluator: Option<String>,
        /// Why; kept apart from the journal
        #[arg(long, value_name = "TEXT", requires = "evaluator")]
        reason: Option<String>,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID", requires = "evaluator")]
        id: Option<String>,
    },
    /// Show what is strange in a month, each with a figure, a threshold and the records that show it
    #[command(after_help = "Examples:
  ledger-cli audit anomalies --month 2026-10
  ledger-cli audit anomalies --branch shapingba --since 2026-01-01 --output csv > strange.csv

Overlapping services of one person, over 24 h in a day, own gain, reciprocal pairs far above the
rest, entries dated far back, members who act for many, figures that fall, rounding to one side.
Thresholds are those of the centre's policy ([audit]). Nothing of it says that somebody did wrong:
look at the records (`ledger-cli watch --from POSITION`). Without days it is of the month so far.
It is of whole centres, and not of a branch inside one.")]
    Anomalies(ScopeArgs),
    /// List who was shown personal fields: of a centre's members, or of one member
    #[command(after_help = "Examples:
  ledger-cli audit looks shapingba --since 2026-10-01
  ledger-cli audit looks --member shapingba:member:000123 --output csv

What stands in personal fields is shown by a record alone (`ledger-cli member show --personal`). Days
are those of UTC.")]
    Looks {
        /// The centre
        #[arg(required_unless_present = "member")]
        centre: Option<String>,
        /// A member, in the place of a centre
        #[arg(long, conflicts_with_all = ["centre", "since"])]
        member: Option<String>,
        /// From this day on, of UTC
        #[arg(long, value_name = "DATE")]
        since: Option<NaiveDate>,
    },
}

pub(super) async fn run(command: AuditCommand, session: Session) -> Result<(), Failure> {
    match command {
        AuditCommand::Verify => journal::verify(session).await,
        AuditCommand::Seen => journal::seen(session).await,
        AuditCommand::Sample {
            seed,
            size,
            scope,
            evaluator,
            reason,
            id,
        } => {
            let mut session = session;
            let mut scope = scope.of(&session);
            if let Some(evaluator) = evaluator {
                let request = DrawSampleRequest {
                    step_id: id_or_fresh(id),
                    centre: scope.branch.clone(),
                    since: scope.since.clone(),
                    until: scope.until.clone(),
                    seed: seed.clone(),
                    size,
                    evaluator,
                    reason: reason.unwrap_or_default(),
                };
                scope.at_position = draw(request, &mut session).await?;
            }
            let scope = Some(scope);
            sample(GetSampleRequest { scope, seed, size }, session).await
        }
        AuditCommand::Anomalies(scope) => anomalies(scope, session).await,
        AuditCommand::Looks {
            centre,
            member,
            since,
        } => {
            let of = match member {
                Some(member) => Of::MemberId(member),
                None => Of::OfCentre(LooksOfCentre {
                    centre: centre.unwrap_or_default(),
                    since: since.map(|day| day.to_string()).unwrap_or_default(),
                }),
            };
            looks(of, session).await
        }
    }
}

/// Has a sample drawn for an evaluator, and tells at which position.
async fn draw(request: DrawSampleRequest, session: &mut Session) -> Result<i64, Failure> {
    let id = request.step_id.clone();
    let drawn = session.client.oversight.draw_sample(request).await;
    let drawn = drawn.map_err(|status| Failure::from(status).of_booking(&id))?;
    Ok(drawn.into_inner().drawn_at_position)
}

async fn sample(request: GetSampleRequest, mut session: Session) -> Result<(), Failure> {
    let answer = session.client.reports.get_sample(request).await?;
    let drawn = present(answer.into_inner().report, "report")?;
    session.output.one(&rows::report(drawn)).await
}

async fn anomalies(scope: ScopeArgs, mut session: Session) -> Result<(), Failure> {
    let scope = Some(scope.of(&session));
    let request = GetAnomaliesRequest { scope };
    let answer = session.client.reports.get_anomalies(request).await?;
    let found = present(answer.into_inner().report, "report")?;
    session.output.one(&rows::report(found)).await
}

async fn looks(of: Of, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListLooksRequest {
            of: Some(of.clone()),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.oversight.list_looks(request).await?.into_inner();
        let rows = page.looks.iter().map(rows::look).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::LOOKS, page).await
}
