//! `timebank.v1.OrderService`.

use std::sync::Arc;

use timebank_proto::v1::{
    self, list_orders_request::Which as Asked, order_service_server::OrderService,
    orders_of_centre::Only,
};
use tonic::{Request, Response, Status};

use super::{
    Reader, Services,
    convert::{self, booking_id, required},
    door::Held,
    incidents,
    needs::{self, need_id, order_id, step_taken},
    page, partakers, pools, standings,
    status::Refused,
    to_the_end, token_of,
};
use crate::{
    exchange::{
        AcceptNeed, Code, Command, Day, Need, NeedState, Order, OrderId, OrderState, OrderStep,
        order::{Confirmation, OrderAction, Rating, Reason, SheetNumber},
    },
    journal::{self, timestamp},
    ledger::Malformed,
    query::{self, OrderPlace, Orders, ReadError, Reading},
};

impl Services {
    async fn order(&self, by: Reader, id: OrderId) -> Result<(v1::Order, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let order = query::order(reading, id)?;
            Ok((reply(&order), reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
    }

    /// Has a step about an order carried out, and reads how that stands.
    async fn order_step<T>(
        &self,
        request: Request<T>,
        read: impl FnOnce(T) -> Result<(OrderId, Command), Refused>,
    ) -> Result<(v1::Order, bool, i64), Refused> {
        let caller = convert::caller(&request)?;
        let by = caller.reader();
        let (id, command) = read(request.into_inner())?;
        let outcome = self.run(command, caller).await?;
        let (order, position) = self.order(by, id).await?;
        Ok((order, outcome.is_replay(), position))
    }
}

fn accept(request: v1::AcceptNeedRequest) -> Result<(OrderId, Command), Refused> {
    let order = order_id(&request.order_id, "order_id")?;
    let accept = AcceptNeed {
        order,
        need: need_id(&request.need_id, "need_id")?,
        provider: partakers::member_id(&request.provider_id, "provider_id")?,
        recorded: None,
    };
    Ok((order, Command::AcceptNeed(accept)))
}

fn step(request: v1::StepOrderRequest) -> Result<(OrderId, Command), Refused> {
    let step = booking_id(&request.step_id, "step_id")?;
    let order = order_id(&request.order_id, "order_id")?;
    let action = journal::order_action(request.action.as_ref())?;
    let reason = convert::note(request.reason)?.map(Reason::from);
    if asks_why(&action) {
        required(reason.as_ref(), "reason")?;
    }
    let step = OrderStep {
        step,
        order,
        action,
        reason,
    };
    Ok((order, Command::StepOrder(step)))
}

fn asks_why(action: &OrderAction) -> bool {
    match action {
        OrderAction::Decline
        | OrderAction::Cancel(_)
        | OrderAction::NoShow(_)
        | OrderAction::Dispute(_)
        | OrderAction::Resolve(_)
        | OrderAction::Correct(_) => true,
        OrderAction::Approve
        | OrderAction::Change { .. }
        | OrderAction::CheckIn(_)
        | OrderAction::CheckOut(_)
        | OrderAction::Confirm { .. }
        | OrderAction::Settle => false,
    }
}

fn confirmation(confirmation: &Confirmation) -> v1::Confirmation {
    v1::Confirmation {
        served_minutes: confirmation.served.get(),
        by: Some(journal::doer_to_proto(&confirmation.by)),
        rating: confirmation.rating.map_or(0, Rating::get),
    }
}

fn text(code: Option<&Code>) -> String {
    code.map_or("", Code::as_str).into()
}

fn reply(order: &Order) -> v1::Order {
    let approved_by = order.approved_by.iter();
    let entered = order.entered.as_ref();
    v1::Order {
        order_id: order.id.to_string(),
        need_id: order.need.to_string(),
        centre: order.centre.as_str().into(),
        recipient_id: order.recipient.as_str().into(),
        provider_id: order.provider.as_str().into(),
        service: order.service.as_str().into(),
        point: text(order.point.as_ref()),
        block: text(order.block.as_ref()),
        at: Some(timestamp(order.at)),
        minutes: order.minutes.get(),
        on: order.on.to_string(),
        state: journal::order_state_to_proto(order.state).into(),
        payer: order.payer.as_str().into(),
        hold_id: order.hold.to_string(),
        held: order.held.steps(),
        unit_id: order.unit().as_str().into(),
        approved_by: approved_by.map(|number| number.as_str().into()).collect(),
        ended_at: order.ended_at.map(timestamp),
        by_provider: order.by_provider.as_ref().map(confirmation),
        by_recipient: order.by_recipient.as_ref().map(confirmation),
        reckoning: order.reckoned.as_ref().map(journal::reckoning_to_proto),
        entry_id: order.entry.map_or_else(String::new, |id| id.to_string()),
        correction_minutes: order
            .correction
            .as_ref()
            .map(|correction| correction.served.get()),
        sheet: entered.map(|entered| journal::sheet_to_proto(&entered.sheet)),
        entered_by: entered.map_or("", |entered| entered.by.as_str()).into(),
        confirm_until: order
            .confirm_until
            .map_or_else(String::new, |day| day.to_string()),
    }
}

/// Where a page ends.
fn cursor(last: &v1::Order) -> String {
    let due_on = match last.confirm_until.as_str() {
        "" => &last.on,
        until => until,
    };
    format!("{due_on} {}", last.order_id)
}

/// Where a page ended: its last order, and the day by which that was due then.
fn place(cursor: &str) -> Result<OrderPlace, Malformed> {
    let field = "page_token";
    let parts = cursor.split_once(' ');
    let (due_on, id) = parts.ok_or(Malformed::Missing { field })?;
    Ok(OrderPlace {
        due_on: Day::parse(field, due_on)?,
        id: order_id(id, field)?,
    })
}

fn which(asked: Option<Asked>) -> Result<Orders, Malformed> {
    let of_centre = match required(asked, "which")? {
        Asked::MemberId(id) => {
            let member = partakers::member_id(&id, "member_id")?;
            return Ok(Orders::Of(member));
        }
        Asked::OfCentre(of_centre) => of_centre,
    };
    let centre = partakers::branch("of_centre.centre", &of_centre.centre)?;
    Ok(match required(of_centre.only, "of_centre.only")? {
        Only::On(day) => Orders::On(centre, Day::parse("of_centre.on", &day)?),
        Only::Overdue(_) => Orders::Overdue(centre),
        Only::Missed(_) => Orders::Missed(centre),
        Only::ToCorrect(_) => Orders::ToCorrect(centre),
        Only::Sheet(number) => Orders::OfSheet(centre, SheetNumber::parse(&number)?),
        Only::State(given) => Orders::In(centre, waiting_state(given)?),
    })
}

/// A state in which orders wait for staff.
fn waiting_state(given: i32) -> Result<OrderState, Malformed> {
    let field = "of_centre.state";
    match v1::OrderState::try_from(given) {
        Ok(v1::OrderState::Recorded) => Ok(OrderState::Recorded),
        Ok(v1::OrderState::Serving) => Ok(OrderState::Serving),
        Ok(v1::OrderState::Served) => Ok(OrderState::Served),
        Ok(v1::OrderState::Confirmed) => Ok(OrderState::Confirmed),
        Ok(v1::OrderState::Disputed) => Ok(OrderState::Disputed),
        Ok(v1::OrderState::Unspecified) => Err(Malformed::Missing { field }),
        _ => Err(Malformed::Choice { field, given }),
    }
}

#[tonic::async_trait]
impl OrderService for Services {
    async fn accept_need(
        &self,
        request: Request<v1::AcceptNeedRequest>,
    ) -> Result<Response<v1::AcceptNeedResponse>, Status> {
        let (order, replayed, journal_position) = self.order_step(request, accept).await?;
        Ok(Response::new(v1::AcceptNeedResponse {
            order: Some(order),
            replayed,
            journal_position,
        }))
    }

    async fn record_visits(
        &self,
        request: Request<v1::RecordVisitsRequest>,
    ) -> Result<Response<v1::RecordVisitsResponse>, Status> {
        let caller = convert::caller(&request)?;
        let held = request.extensions().get::<Arc<Held>>().cloned();
        let request = request.into_inner();
        let services = self.clone();
        let batch = async move { services.record_batch(request, caller).await };
        Ok(Response::new(to_the_end(held, batch).await?))
    }

    async fn step_order(
        &self,
        request: Request<v1::StepOrderRequest>,
    ) -> Result<Response<v1::StepOrderResponse>, Status> {
        let (order, replayed, journal_position) = self.order_step(request, step).await?;
        Ok(Response::new(v1::StepOrderResponse {
            order: Some(order),
            replayed,
            journal_position,
        }))
    }

    async fn get_order(
        &self,
        request: Request<v1::GetOrderRequest>,
    ) -> Result<Response<v1::GetOrderResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = order_id(&request.into_inner().order_id, "order_id").map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let order = query::order(reading, id)?;
            let history = query::steps_taken(reading, &order.steps)?;
            let reported = query::incidents_of(reading, &order)?;
            Ok(v1::GetOrderResponse {
                order: Some(reply(&order)),
                history: history.iter().map(step_taken).collect(),
                incidents: reported.iter().map(incidents::reply).collect(),
                journal_position: reading.snapshot.last()?.get(),
            })
        };
        Ok(Response::new(self.query.look_up(by, read).await?))
    }

    async fn list_orders(
        &self,
        request: Request<v1::ListOrdersRequest>,
    ) -> Result<Response<v1::ListOrdersResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.OrderService/ListOrders", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| place(&cursor));
        let after = after.transpose().map_err(Refused::from)?;
        let which = which(request.which).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let orders = query::orders(reading, &which, after, limit + 1)?;
            Ok((orders, reading.snapshot.last()?.get()))
        };
        let (orders, journal_position) = self.query.read(by, read).await?;
        let orders: Vec<v1::Order> = orders.iter().map(reply).collect();
        let (orders, next_page_token) = page(orders, limit, &token, cursor);
        Ok(Response::new(v1::ListOrdersResponse {
            orders,
            next_page_token,
            journal_position,
        }))
    }

    async fn get_today(
        &self,
        request: Request<v1::GetTodayRequest>,
    ) -> Result<Response<v1::GetTodayResponse>, Status> {
        let by = convert::reader(&request)?;
        let request = request.into_inner();
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let on = match request.on.as_str() {
            "" => None,
            given => Some(Day::parse("on", given).map_err(Refused::from)?),
        };
        let read = move |reading: &mut Reading<'_>| {
            let today = query::today_of(reading, &centre, on)?;
            Ok((today, reading.snapshot.last()?.get()))
        };
        let (today, journal_position) = self.query.read(by, read).await?;
        let needs = |needs: &[(Need, NeedState)]| {
            let needs = needs.iter().map(|(need, state)| needs::reply(need, *state));
            needs.collect()
        };
        let orders = |orders: &[Order]| orders.iter().map(reply).collect();
        Ok(Response::new(v1::GetTodayResponse {
            for_approval: needs(&today.for_approval),
            visits: orders(&today.visits),
            missed: orders(&today.missed),
            to_correct: orders(&today.to_correct),
            off: today.off.iter().map(standings::reply).collect(),
            reliefs: today.reliefs.iter().map(pools::relief).collect(),
            overdue: orders(&today.overdue),
            recorded: orders(&today.recorded),
            confirmed: orders(&today.confirmed),
            unmet: needs(&today.unmet),
            disputes: orders(&today.disputes),
            incidents: today.incidents.iter().map(incidents::reply).collect(),
            journal_position,
            cut: today.cut.into_iter().map(Into::into).collect(),
        }))
    }
}
