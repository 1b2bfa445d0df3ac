//! `convert`: one unit into another, at the rate that the policy names.

use clap::Args;
use timebank::exchange::Converted;
use timebank_proto::v1::ConvertUnitsRequest;

use super::{
    cells::{Cells, shown},
    entry::booked,
    id_or_fresh,
    order_facts::reason,
    source::check_unit,
};
use crate::{amount::Amount, error::Failure, render::Cell, session::Session};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli convert banan:member:000123 60 points time
  ledger-cli convert banan:member:000123 1h30m time points --reason 'for the shop'

What is given goes to a stock, and what is got comes from a source: the entry that is shown has a
transfer of each. The centre's policy names the pairs, the rates and both accounts ([[convert]];
`policy show`), and nothing is rounded: an amount that does not come out in whole steps is refused,
with the number that it has to be a multiple of. A mistake is reversed (`entry reverse`), which
gives both back.")]
pub(crate) struct ConvertArgs {
    /// The member
    member: String,
    /// How much is given; whole steps of its unit where that is not hours
    amount: Amount,
    /// The unit that is given
    from: String,
    /// The unit that is got
    to: String,
    /// Why; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The UUID of the step and its entry, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

pub(super) async fn convert(args: ConvertArgs, mut session: Session) -> Result<(), Failure> {
    check_unit(args.amount, &args.from)?;
    let id = id_or_fresh(args.id);
    let request = ConvertUnitsRequest {
        step_id: id.clone(),
        member_id: args.member,
        from_unit_id: args.from,
        to_unit_id: args.to,
        amount: args.amount.steps,
        reason: args.reason.unwrap_or_default(),
    };
    let answer = session.client.conversions.convert_units(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    booked(answer.entry, answer.replayed, &id, session).await
}

/// All that a fact of it has, as `watch` shows it.
pub(super) fn cells(new: &Converted) -> Cells {
    let convert = &new.convert;
    vec![
        ("step_id", Cell::text(convert.step.to_string())),
        ("member_id", Cell::text(convert.member.as_str())),
        ("from_unit_id", Cell::text(convert.from.as_str())),
        ("to_unit_id", Cell::text(convert.to.as_str())),
        ("amount", Cell::Count(convert.amount.steps())),
        reason(convert.reason.as_ref()),
        ("centre", Cell::text(new.centre.as_str())),
        ("policy_version", shown(Some(new.policy))),
        ("account_id", Cell::text(new.account.as_str())),
        ("got", Cell::Count(new.got.steps())),
        ("by", Cell::text(new.by.to_string())),
        ("verdict_on", shown(new.verdict_on)),
    ]
}

/// It in a few words.
pub(super) fn summary(new: &Converted) -> String {
    let convert = &new.convert;
    format!(
        "{} {} of {} into {} {} by {}",
        convert.amount, convert.from, convert.member, new.got, convert.to, new.by
    )
}
