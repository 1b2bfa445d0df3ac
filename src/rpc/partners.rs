//! `timebank.v1.PartnerService`.

use timebank_proto::v1::{self, partner_service_server::PartnerService};
use tonic::{Request, Response, Status};

use super::{
    Services,
    convert::{self, account_id, booking_id},
    needs::step_taken,
    page, partakers,
    status::Refused,
};
use crate::{
    exchange::{
        Command, Name,
        order::Reason,
        partner::{Direction, OpenPartner, PartnerCommand, Remit, RemittanceId},
    },
    journal,
    ledger::{AccountId, Amount, Malformed},
    query::{self, PartnerView, Reading, RemittanceView},
};

fn command(command: PartnerCommand) -> Command {
    Command::Partner(Box::new(command))
}

fn open(request: &v1::OpenPartnerRequest) -> Result<OpenPartner, Malformed> {
    Ok(OpenPartner {
        account: account_id(&request.partner_id, "partner_id")?,
        name: Name::parse("name", &request.name)?,
        surplus: Amount::new(request.surplus)?,
        deficit: Amount::new(request.deficit)?,
    })
}

fn remit(request: v1::RemitRequest) -> Result<Remit, Refused> {
    Ok(Remit {
        step: booking_id(&request.step_id, "step_id")?,
        id: RemittanceId {
            partner: account_id(&request.partner_id, "partner_id")?,
            direction: journal::direction(request.direction)?,
            reference: Name::parse("reference", &request.reference)?,
        },
        member: partakers::member_id(&request.member_id, "member_id")?,
        amount: Amount::new(request.amount)?,
        reason: convert::note(request.reason)?.map(Reason::from),
    })
}

fn partner(view: &PartnerView) -> v1::Partner {
    let partner = &view.partner;
    v1::Partner {
        partner_id: partner.account.as_str().into(),
        centre: partner.centre.as_str().into(),
        name: partner.name.as_str().into(),
        surplus: partner.surplus.steps(),
        deficit: partner.deficit.steps(),
        balance: view.balance.steps(),
    }
}

fn remittance(view: &RemittanceView) -> v1::Remittance {
    let remittance = &view.remittance;
    v1::Remittance {
        partner_id: remittance.id.partner.as_str().into(),
        direction: journal::direction_to_proto(remittance.id.direction).into(),
        reference: remittance.id.reference.as_str().into(),
        member_id: remittance.member.as_str().into(),
        amount: remittance.amount.steps(),
        entry_id: remittance.entry.to_string(),
        step: Some(step_taken(&view.step)),
    }
}

/// Where a page of remittances ended: which way, and the reference.
fn cursor(last: &v1::Remittance) -> String {
    format!("{} {}", last.direction, last.reference)
}

fn after(with: &AccountId, cursor: &str) -> Result<RemittanceId, Malformed> {
    let field = "page_token";
    let (way, reference) = cursor.split_once(' ').unwrap_or_default();
    let mut directions = Direction::ALL.iter().copied();
    let is_it = |one: &Direction| {
        let number = i32::from(journal::direction_to_proto(*one));
        number.to_string() == way
    };
    Ok(RemittanceId {
        partner: with.clone(),
        direction: convert::required(directions.find(is_it), field)?,
        reference: Name::parse(field, reference)?,
    })
}

#[tonic::async_trait]
impl PartnerService for Services {
    async fn open_partner(
        &self,
        request: Request<v1::OpenPartnerRequest>,
    ) -> Result<Response<v1::OpenPartnerResponse>, Status> {
        let caller = convert::caller(&request)?;
        let open = open(&request.into_inner()).map_err(Refused::from)?;
        let id = open.account.clone();
        let read = move |reading: &mut Reading<'_>| Ok(partner(&query::partner(reading, &id)?));
        let command = command(PartnerCommand::Open(open));
        let stepped = self.step(caller, command, |_| read).await?;
        Ok(Response::new(v1::OpenPartnerResponse {
            partner: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn get_partner(
        &self,
        request: Request<v1::GetPartnerRequest>,
    ) -> Result<Response<v1::GetPartnerResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = account_id(&request.into_inner().partner_id, "partner_id");
        let id = id.map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let found = partner(&query::partner(reading, &id)?);
            Ok((found, reading.snapshot.last()?.get()))
        };
        let (found, journal_position) = self.query.read(by, read).await?;
        Ok(Response::new(v1::GetPartnerResponse {
            partner: Some(found),
            journal_position,
        }))
    }

    async fn list_partners(
        &self,
        request: Request<v1::ListPartnersRequest>,
    ) -> Result<Response<v1::ListPartnersResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.PartnerService/ListPartners";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let after = asked.after(|cursor| account_id(cursor, "page_token"))?;
        let limit = asked.limit;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let partners = query::partners(reading, &centre, after, limit + 1)?;
            Ok((partners, reading.snapshot.last()?.get()))
        };
        let (partners, journal_position) = self.query.read(by, read).await?;
        let partners: Vec<v1::Partner> = partners.iter().map(partner).collect();
        let (partners, next_page_token) = page(partners, limit, &asked.token, |last| {
            last.partner_id.clone()
        });
        Ok(Response::new(v1::ListPartnersResponse {
            partners,
            next_page_token,
            journal_position,
        }))
    }

    async fn remit(
        &self,
        request: Request<v1::RemitRequest>,
    ) -> Result<Response<v1::RemitResponse>, Status> {
        let caller = convert::caller(&request)?;
        let remit = remit(request.into_inner())?;
        let (id, command) = (remit.step, command(PartnerCommand::Remit(remit)));
        let stepped = self.posting_step(caller, id, command).await?;
        Ok(Response::new(v1::RemitResponse {
            entry: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn list_remittances(
        &self,
        request: Request<v1::ListRemittancesRequest>,
    ) -> Result<Response<v1::ListRemittancesResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.PartnerService/ListRemittances";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let with = account_id(&request.partner_id, "partner_id").map_err(Refused::from)?;
        let after = asked.after(|cursor| after(&with, cursor))?;
        let limit = asked.limit;
        let read = move |reading: &mut Reading<'_>| {
            let remittances = query::remittances(reading, &with, after, limit + 1)?;
            Ok((remittances, reading.snapshot.last()?.get()))
        };
        let (remittances, journal_position) = self.query.read(by, read).await?;
        let remittances: Vec<v1::Remittance> = remittances.iter().map(remittance).collect();
        let (remittances, next_page_token) = page(remittances, limit, &asked.token, cursor);
        Ok(Response::new(v1::ListRemittancesResponse {
            remittances,
            next_page_token,
            journal_position,
        }))
    }
}
