//! What evaluations and looks make of the objects.

use super::{
    DrawSample, Drawn, Evaluation, FileEvaluation, Filed, Look, OversightFact, ShowPersonal,
};
use crate::{
    exchange::{
        Doer, NotLoaded, Object, ObjectId, Objects, OrderId, StaffNumber, policy::Minutes,
        wants::Folded,
    },
    ledger::Stamp,
};

impl Objects {
    /// The evaluation of an order.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn evaluation(&self, order: OrderId) -> Result<Option<&Evaluation>, NotLoaded> {
        match self.object(&ObjectId::Evaluation(order))? {
            Some(Object::Evaluation(evaluation)) => Ok(Some(evaluation)),
            _ => Ok(None),
        }
    }

    pub(in crate::exchange) fn fold_oversight(
        &mut self,
        fact: &OversightFact,
        stamp: Stamp,
    ) -> Folded {
        match fact {
            OversightFact::Filed { file, by } => self.file_evaluation(file, by, stamp),
            OversightFact::Shown { show, by } => self.note_look(show, by, stamp),
            OversightFact::Drawn { draw, .. } => self.note_drawn(draw, stamp),
        }
    }

    fn file_evaluation(&mut self, file: &FileEvaluation, by: &StaffNumber, stamp: Stamp) -> Folded {
        let before = self.evaluation(file.order)?;
        let mut filed = before.map_or_else(Vec::new, |before| before.filed.clone());
        let order = self.order(file.order)?;
        let order = order.ok_or("what is evaluated is no order")?;
        let settled = order.reckoned.as_ref();
        filed.push(Filed {
            recorded: stamp.sequence,
            findings: file.findings,
            evidence: file.evidence.clone(),
            by: by.clone(),
            at: stamp.moment,
            settled: settled.map_or(Minutes::ZERO, |reckoned| reckoned.confirmed),
        });
        let evaluation = Evaluation {
            order: order.id,
            centre: order.centre.clone(),
            recipient: order.recipient.clone(),
            on: order.on,
            service: order.service.clone(),
            point: order.point.clone(),
            block: order.block.clone(),
            filed,
        };
        self.put(Object::Evaluation(Box::new(evaluation)), stamp.sequence);
        Ok(())
    }

    /// The evaluator to whom an order was given last. None where it was not drawn.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn evaluator_of(&self, order: OrderId) -> Result<Option<&StaffNumber>, NotLoaded> {
        match self.object(&ObjectId::Drawn(order))? {
            Some(Object::Drawn(drawn)) => Ok(Some(&drawn.evaluator)),
            _ => Ok(None),
        }
    }

    fn note_drawn(&mut self, draw: &DrawSample, stamp: Stamp) -> Folded {
        for id in &draw.orders {
            let order = self.order(*id)?.ok_or("what is drawn is no order")?;
            let drawn = Drawn {
                order: order.id,
                centre: order.centre.clone(),
                on: order.on,
                evaluator: draw.evaluator.clone(),
                at: stamp.moment,
            };
            self.put(Object::Drawn(Box::new(drawn)), stamp.sequence);
        }
        Ok(())
    }

    fn note_look(&mut self, show: &ShowPersonal, by: &Doer, stamp: Stamp) -> Folded {
        let member = self.member(&show.member)?;
        let member = member.ok_or("whose fields are shown is no member")?;
        let look = Look {
            id: show.id,
            member: member.id.clone(),
            centre: member.centre.clone(),
            fields: show.fields.clone(),
            by: by.clone(),
            at: stamp.moment,
            recorded: stamp.sequence,
        };
        self.create(Object::Look(Box::new(look)), stamp.sequence)
    }
}
