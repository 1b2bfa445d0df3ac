//! The connection to the server. It is made with the first call.

use std::{path::Path, sync::Arc, time::Duration};

use timebank::{journal, ledger::TimeZone, steps::Record};
use timebank_proto::v1::{
    Account, Centre, GetAccountRequest, GetLedgerRequest, GetLedgerResponse, ListAccountsRequest,
    ListCentresRequest, ListUnitsRequest, StoredRecord, Unit,
    account_service_client::AccountServiceClient, centre_service_client::CentreServiceClient,
    conversion_service_client::ConversionServiceClient, entry_service_client::EntryServiceClient,
    group_service_client::GroupServiceClient, hold_service_client::HoldServiceClient,
    incident_service_client::IncidentServiceClient, journal_service_client::JournalServiceClient,
    member_service_client::MemberServiceClient, need_service_client::NeedServiceClient,
    order_service_client::OrderServiceClient, oversight_service_client::OversightServiceClient,
    partner_service_client::PartnerServiceClient, period_service_client::PeriodServiceClient,
    policy_service_client::PolicyServiceClient, pool_service_client::PoolServiceClient,
    report_service_client::ReportServiceClient, source_service_client::SourceServiceClient,
    staff_service_client::StaffServiceClient, standing_service_client::StandingServiceClient,
    statement_service_client::StatementServiceClient, stock_service_client::StockServiceClient,
    supply_service_client::SupplyServiceClient, token_service_client::TokenServiceClient,
    training_service_client::TrainingServiceClient, unit_service_client::UnitServiceClient,
};
use tokio::sync::OnceCell;
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};

use crate::{
    error::Failure,
    secret::{Secret, is_this_machine},
};

/// The most the contract allows, so that a list takes few calls.
pub(crate) const PAGE_SIZE: i32 = 1_000;

/// A batch's answer has a line for each of thousands of entries.
const MAX_ANSWER_BYTES: usize = 64 << 20;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How often the connection is tried while a call waits, and for how long: a
/// server that hangs, or whose machine is gone, is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Says on every call whose token it comes with, and who acts.
#[derive(Clone)]
pub(crate) struct Who {
    token: Option<MetadataValue<Ascii>>,
    actor: Option<MetadataValue<Ascii>>,
}

impl Interceptor for Who {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let headers = [("authorization", &self.token), ("x-actor", &self.actor)];
        for (name, value) in headers {
            if let Some(value) = value {
                request.metadata_mut().insert(name, value.clone());
            }
        }
        Ok(request)
    }
}

type Service = InterceptedService<Channel, Who>;

/// The services of one server.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) units: UnitServiceClient<Service>,
    pub(crate) accounts: AccountServiceClient<Service>,
    pub(crate) entries: EntryServiceClient<Service>,
    pub(crate) holds: HoldServiceClient<Service>,
    pub(crate) statements: StatementServiceClient<Service>,
    pub(crate) journal: JournalServiceClient<Service>,
    pub(crate) centres: CentreServiceClient<Service>,
    pub(crate) staff: StaffServiceClient<Service>,
    pub(crate) members: MemberServiceClient<Service>,
    pub(crate) policies: PolicyServiceClient<Service>,
    pub(crate) needs: NeedServiceClient<Service>,
    pub(crate) orders: OrderServiceClient<Service>,
    pub(crate) incidents: IncidentServiceClient<Service>,
    pub(crate) supplies: SupplyServiceClient<Service>,
    pub(crate) standings: StandingServiceClient<Service>,
    pub(crate) pools: PoolServiceClient<Service>,
    pub(crate) sources: SourceServiceClient<Service>,
    pub(crate) stocks: StockServiceClient<Service>,
    pub(crate) oversight: OversightServiceClient<Service>,
    pub(crate) partners: PartnerServiceClient<Service>,
    pub(crate) groups: GroupServiceClient<Service>,
    pub(crate) trainings: TrainingServiceClient<Service>,
    pub(crate) conversions: ConversionServiceClient<Service>,
    pub(crate) periods: PeriodServiceClient<Service>,
    pub(crate) reports: ReportServiceClient<Service>,
    pub(crate) tokens: TokenServiceClient<Service>,
    time_zone: Arc<OnceCell<TimeZone>>,
}

impl Client {
    /// A client of the server at a URL. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Failure::Usage`] where it cannot be one, or a token would go unencrypted to another machine.
    pub(crate) fn new(
        Address {
            server,
            ca,
            identity,
        }: Address<'_>,
        secret: Option<&Secret>,
        actor: Option<&str>,
    ) -> Result<Self, Failure> {
        if secret.is_some() && !server.starts_with("https://") && !is_this_machine(server) {
            return Err(Failure::Usage(format!(
                "a token is not sent unencrypted to another machine: {server:?} is to be an \
                 https:// address"
            )));
        }
        let mut endpoint = endpoint(server)?;
        if server.starts_with("https://") {
            let tls = tls(ca, identity)?;
            let configured = endpoint.tls_config(tls);
            endpoint = configured.map_err(|error| Failure::Usage(root_of(&error)))?;
        }
        let channel = endpoint
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .connect_lazy();
        let who = Who {
            token: secret.map(token_header).transpose()?,
            actor: actor.map(header).transpose()?,
        };
        macro_rules! service {
            ($client:ident) => {
                $client::with_interceptor(channel.clone(), who.clone())
                    .max_decoding_message_size(MAX_ANSWER_BYTES)
            };
        }
        Ok(Self {
            units: service!(UnitServiceClient),
            accounts: service!(AccountServiceClient),
            entries: service!(EntryServiceClient),
            holds: service!(HoldServiceClient),
            statements: service!(StatementServiceClient),
            journal: service!(JournalServiceClient),
            centres: service!(CentreServiceClient),
            staff: service!(StaffServiceClient),
            members: service!(MemberServiceClient),
            policies: service!(PolicyServiceClient),
            needs: service!(NeedServiceClient),
            orders: service!(OrderServiceClient),
            incidents: service!(IncidentServiceClient),
            supplies: service!(SupplyServiceClient),
            standings: service!(StandingServiceClient),
            pools: service!(PoolServiceClient),
            sources: service!(SourceServiceClient),
            stocks: service!(StockServiceClient),
            oversight: service!(OversightServiceClient),
            partners: service!(PartnerServiceClient),
            groups: service!(GroupServiceClient),
            trainings: service!(TrainingServiceClient),
            conversions: service!(ConversionServiceClient),
            periods: service!(PeriodServiceClient),
            reports: service!(ReportServiceClient),
            tokens: service!(TokenServiceClient),
            time_zone: Arc::default(),
        })
    }

    /// Which ledger this is, and how far it goes.
    pub(crate) async fn ledger(&self) -> Result<GetLedgerResponse, Failure> {
        self.ledger_after(0).await
    }

    /// The same, for somebody who saw so many records of it.
    pub(crate) async fn ledger_after(&self, seen_count: i64) -> Result<GetLedgerResponse, Failure> {
        let mut journal = self.journal.clone();
        let request = GetLedgerRequest { seen_count };
        Ok(journal.get_ledger(request).await?.into_inner())
    }

    /// The ledger's time zone. The server is asked once.
    pub(crate) async fn time_zone(&self) -> Result<TimeZone, Failure> {
        let ask = || async {
            let name = self.ledger().await?.time_zone;
            TimeZone::parse(&name).map_err(|_| {
                Failure::Answer(format!(
                    "the ledger's time zone {name:?} is unknown to this ledger-cli; take one of \
                     the server's version"
                ))
            })
        };
        self.time_zone.get_or_try_init(ask).await.copied()
    }

    /// All units.
    pub(crate) async fn units(&self) -> Result<Vec<Unit>, Failure> {
        let mut units = self.units.clone();
        Ok(units
            .list_units(ListUnitsRequest {})
            .await?
            .into_inner()
            .units)
    }

    /// An account as it stands.
    pub(crate) async fn account(&self, account_id: &str) -> Result<Account, Failure> {
        let mut accounts = self.accounts.clone();
        let account_id = account_id.to_owned();
        let answer = accounts
            .get_account(GetAccountRequest { account_id })
            .await?;
        present(answer.into_inner().account, "account")
    }

    /// One page of accounts, and the token of the next; empty after the last.
    pub(crate) async fn accounts_page(
        &self,
        prefix: &str,
        page_token: String,
    ) -> Result<(Vec<Account>, String), Failure> {
        let mut accounts = self.accounts.clone();
        let request = ListAccountsRequest {
            prefix: prefix.to_owned(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = accounts.list_accounts(request).await?.into_inner();
        Ok((page.accounts, page.next_page_token))
    }

    /// The centre that a branch or an account belongs to. None above centres and beside them.
    pub(crate) async fn centre_of(&self, id: &str) -> Result<Option<Centre>, Failure> {
        let mut request = ListCentresRequest {
            page_size: PAGE_SIZE,
            page_token: String::new(),
        };
        loop {
            let mut centres = self.centres.clone();
            let page = centres.list_centres(request.clone()).await?.into_inner();
            let mut centres = page.centres.into_iter();
            let found = centres.find(|centre| is_in(id, &centre.prefix));
            if found.is_some() || page.next_page_token.is_empty() {
                return Ok(found);
            }
            request.page_token = page.next_page_token;
        }
    }
}

/// Whether an id is a branch, or inside it.
fn is_in(id: &str, branch: &str) -> bool {
    let rest = id.strip_prefix(branch);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// Where a server is, and by what it and this client know each other.
#[derive(Clone, Copy)]
pub(crate) struct Address<'a> {
    pub(crate) server: &'a str,
    /// A file with the roots of the server's certificate. Default: those of the system.
    pub(crate) ca: Option<&'a Path>,
    /// Files with this client's certificate and its key.
    pub(crate) identity: Option<(&'a Path, &'a Path)>,
}

fn tls(ca: Option<&Path>, identity: Option<(&Path, &Path)>) -> Result<ClientTlsConfig, Failure> {
    let tls = match ca {
        None => ClientTlsConfig::new().with_native_roots(),
        Some(path) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(path)?)),
    };
    Ok(match identity {
        None => tls,
        Some((certificate, key)) => {
            tls.identity(Identity::from_pem(read(certificate)?, read(key)?))
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|source| Failure::File {
        what: format!("reading {}", path.display()),
        source,
    })
}

/// What is at the bottom of an error.
fn root_of(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => root_of(source),
        None => error.to_string(),
    }
}

fn endpoint(server: &str) -> Result<Endpoint, Failure> {
    let usage = |why: String| Failure::Usage(format!("--server {server:?}: {why}"));
    let url = match server.split_once("://") {
        Some(("http" | "https", _)) => server.to_owned(),
        Some((scheme, _)) => {
            return Err(usage(format!(
                "only http and https are spoken, not {scheme}"
            )));
        }
        None => format!("http://{server}"),
    };
    Endpoint::from_shared(url).map_err(|error| usage(error.to_string()))
}

fn token_header(secret: &Secret) -> Result<MetadataValue<Ascii>, Failure> {
    let none = |_| Failure::Usage("the token has a character that no token has".into());
    let mut value: MetadataValue<Ascii> = secret.header().parse().map_err(none)?;
    value.set_sensitive(true);
    Ok(value)
}

fn header(actor: &str) -> Result<MetadataValue<Ascii>, Failure> {
    MetadataValue::try_from(actor.as_bytes())
        .map_err(|_| Failure::Usage(format!("--actor {actor:?}: has a control character")))
}

/// A field that the contract promises.
pub(crate) fn present<T>(field: Option<T>, name: &str) -> Result<T, Failure> {
    field.ok_or_else(|| Failure::Answer(format!("it has no {name}")))
}

/// Reads a record from its stored bytes, by the ledger's own rules.
pub(crate) fn stored_record(stored: &StoredRecord) -> Result<Record, Failure> {
    journal::decode(&stored.stored_bytes).map_err(|error| Failure::Answer(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_branch() {
        for id in ["huxi", "huxi:east", "huxi:member:1"] {
            assert!(is_in(id, "huxi"), "{id}");
        }
        for id in ["", "hu", "huxi2:member:1", "city:huxi"] {
            assert!(!is_in(id, "huxi"), "{id}");
        }
    }
}
