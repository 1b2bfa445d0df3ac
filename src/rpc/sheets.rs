//! Entering the visits of a sign-in sheet in one call.

use timebank_proto::{
    limits,
    v1::{self, record_visit_result::Result as Fate},
};

use super::{Calling, Services, needs::order_id, partakers, status::Refused};
use crate::{
    exchange::{
        Command, OrderState, RecordVisit,
        order::{Helpers, Sheet, VisitVerdicts},
    },
    journal,
    query::{self, Reading},
    steps::Together,
};

impl Services {
    /// Enters the visits of a sheet, each for itself. One that cannot be read is refused
    /// alone.
    pub(super) async fn record_batch(
        &self,
        request: v1::RecordVisitsRequest,
        caller: Calling,
    ) -> Result<v1::RecordVisitsResponse, Refused> {
        let (given, max) = (
            request.visits.len(),
            self.limits.batch(limits::BATCH_VISITS),
        );
        if !(1..=max).contains(&given) {
            return Err(Refused::BatchSize { given, max });
        }
        let sheet = journal::sheet(request.sheet.as_ref())?;
        let visits = request.visits.into_iter();
        let read: Vec<_> = visits.map(|given| visit(given, &sheet)).collect();
        let sound: Vec<_> = read.iter().flatten().cloned().collect();
        let ids: Vec<_> = sound.iter().map(|visit| visit.id).collect();
        let by = caller.reader();
        let commands = sound.into_iter();
        let commands = commands.map(|visit| Command::RecordVisit(Box::new(visit)).into());
        let commands = commands.collect();
        let decided = self.decide(commands, Together::Each, request.validate_only, caller);
        let decided = decided.await?;
        let states = move |reading: &mut Reading<'_>| query::order_states(reading, &ids);
        let states = self.query.look_up(by, states).await?;
        let mut decided = decided.into_iter().zip(states);
        let mut results = Vec::with_capacity(given);
        for read in read {
            let fate = match read {
                Err(refused) => Fate::Refusal(refused.into_refusal()),
                Ok(_) => match decided.next().ok_or(Refused::Fault)? {
                    (Err(rejection), _) => Fate::Refusal(Refused::from(rejection).into_refusal()),
                    (Ok(outcome), state) => Fate::Stands(v1::VisitStands {
                        replayed: outcome.is_replay(),
                        // It would, where it is only tried.
                        state: journal::order_state_to_proto(state.unwrap_or(OrderState::Recorded))
                            .into(),
                    }),
                },
            };
            results.push(v1::RecordVisitResult { result: Some(fate) });
        }
        Ok(v1::RecordVisitsResponse { results })
    }
}

fn visit(visit: v1::RecordVisit, sheet: &Sheet) -> Result<RecordVisit, Refused> {
    let id = order_id(&visit.order_id, "order_id")?;
    let provider = partakers::member_id(&visit.provider_id, "provider_id")?;
    let terms = v1::NeedTerms {
        recipient_id: visit.recipient_id,
        service: visit.service,
        at: visit.at,
        minutes: visit.minutes,
        pay_from: visit.pay_from,
        point: visit.point,
        channel: visit.channel,
        helpers: Helpers::ONE.get(),
    };
    let terms = journal::need_terms(&terms)?;
    Ok(RecordVisit {
        id,
        recipient: terms.recipient,
        provider,
        service: terms.service,
        at: terms.at,
        minutes: terms.minutes,
        pay_from: terms.pay_from,
        point: terms.point,
        channel: terms.channel,
        sheet: sheet.clone(),
        recorded: VisitVerdicts::default(),
    })
}
