//! What happened to standing visits: to the contract's messages, and back.

use timebank_proto::v1::{self, standing_action::Action};

use super::{
    Undecodable,
    decode::booking,
    order_facts::{
        accepted, doer, doer_to_proto, of_accepted, of_published, published, reason,
        reason_to_proto, required, text,
    },
};
use crate::{
    exchange::{
        Arisen, Day, Fact, NeedId, StandingId, StandingStep, StandingStepped, VisitArose,
        order::{Hindrance, StandingAction},
    },
    ledger::Malformed,
};

fn action_to_proto(action: &StandingAction) -> v1::StandingAction {
    let action = match action {
        StandingAction::Skip(day) => Action::Skip(day.to_string()),
        StandingAction::Leave => Action::Leave(v1::Plainly {}),
        StandingAction::Stop => Action::Stop(v1::Plainly {}),
    };
    v1::StandingAction {
        action: Some(action),
    }
}

/// Reads what is done about a standing visit.
///
/// # Errors
/// [`Malformed`], where it is missing or names no day.
pub fn standing_action(given: Option<&v1::StandingAction>) -> Result<StandingAction, Malformed> {
    let action = given.and_then(|given| given.action.as_ref());
    let field = "action.skip";
    Ok(match required(action, "action")? {
        Action::Skip(day) => StandingAction::Skip(Day::parse(field, text(day, field)?)?),
        Action::Leave(_) => StandingAction::Leave,
        Action::Stop(_) => StandingAction::Stop,
    })
}

pub(super) fn stepped(new: &StandingStepped) -> v1::StandingStepped {
    let step = &new.step;
    v1::StandingStepped {
        step_id: step.step.as_bytes().to_vec(),
        standing_id: step.standing.0.as_bytes().to_vec(),
        action: Some(action_to_proto(&step.action)),
        reason_commitment: reason_to_proto(step.reason.as_ref()),
        by: Some(doer_to_proto(&new.by)),
    }
}

pub(super) fn read_stepped(new: &v1::StandingStepped) -> Result<Fact, Undecodable> {
    Ok(Fact::StandingStepped(StandingStepped {
        step: StandingStep {
            step: booking(&new.step_id, "step_id")?,
            standing: StandingId(booking(&new.standing_id, "standing_id")?),
            action: standing_action(new.action.as_ref())?,
            reason: reason(&new.reason_commitment)?,
        },
        by: doer(new.by.as_ref())?,
    }))
}

pub(super) fn arose(new: &VisitArose) -> v1::VisitArose {
    let (need, order) = match &new.arisen {
        Arisen::Accepted(need, order) => (Some(need), Some(order)),
        Arisen::Open(need, _) => (Some(need), None),
        Arisen::Off(_) => (None, None),
    };
    let refused_by = new.arisen.hindrance();
    v1::VisitArose {
        need_id: new.id.0.as_bytes().to_vec(),
        standing_id: new.standing.0.as_bytes().to_vec(),
        on: new.on.to_string(),
        published: need.map(published),
        accepted: order.map(accepted),
        refused_by: refused_by.map_or("", Hindrance::as_str).into(),
    }
}

pub(super) fn read_arose(new: &v1::VisitArose) -> Result<Fact, Undecodable> {
    let refused_by = match new.refused_by.as_str() {
        "" => None,
        reason => Some(Hindrance::parse("refused_by", reason)?),
    };
    let need = new.published.as_ref().map(of_published).transpose()?;
    let order = new.accepted.as_ref().map(of_accepted).transpose()?;
    let arisen = match (need, order, refused_by) {
        (Some(need), Some(order), None) => Arisen::Accepted(need, order),
        (Some(need), None, refused_by) => Arisen::Open(need, refused_by),
        (None, None, Some(refused_by)) => Arisen::Off(refused_by),
        _ => return Err(Undecodable::Field("accepted")),
    };
    Ok(Fact::VisitArose(Box::new(VisitArose {
        id: NeedId(booking(&new.need_id, "need_id")?),
        standing: StandingId(booking(&new.standing_id, "standing_id")?),
        on: Day::parse("on", &new.on)?,
        arisen,
    })))
}
