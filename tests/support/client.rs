//! Typed clients of all services on one connection, with the defaults that any
//! client has.

use std::{collections::BTreeMap, time::Duration};

use timebank_proto::v1::{
    self, account_service_client::AccountServiceClient, centre_service_client::CentreServiceClient,
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
use tonic::{Code, Status, service::interceptor::InterceptedService, transport::Channel};
use tonic_types::StatusExt;

use super::tokens::Bearing;

type Service = InterceptedService<Channel, Bearing>;

/// Longer than any call takes.
const CALL_TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) channel: Channel,
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
    bearing: Bearing,
}

type Called<T> = Result<T, Status>;

impl Client {
    pub(crate) async fn connect(address: &str) -> Self {
        let endpoint = Channel::from_shared(format!("http://{address}")).expect("an address");
        // Whoever calls a server that was killed may meet another on its port, that says nothing.
        let endpoint = endpoint.timeout(CALL_TIMEOUT);
        let channel = endpoint.connect().await.expect("the server is there");
        Self::on(channel, address)
    }

    /// On a connection to the server of an address.
    pub(crate) fn on(channel: Channel, address: &str) -> Self {
        Self::over(channel, Bearing::at(address))
    }

    /// Of the same server, with another token.
    pub(crate) fn showing(&self, token: &str) -> Self {
        Self::over(self.channel.clone(), self.bearing.clone().showing(token))
    }

    fn over(channel: Channel, bearing: Bearing) -> Self {
        macro_rules! service {
            ($client:ident) => {
                $client::with_interceptor(channel.clone(), bearing.clone())
            };
        }
        Self {
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
            bearing: bearing.clone(),
            channel,
        }
    }

    /// The token that is shown with calls.
    pub(crate) fn token(&self) -> &str {
        self.bearing.token()
    }

    /// Issues a token, and tells its text.
    pub(crate) async fn issue(&mut self, name: &str, role: v1::Role, scope: &str) -> String {
        let request = v1::IssueTokenRequest {
            step_id: uuid::Uuid::now_v7().to_string(),
            name: name.into(),
            role: role.into(),
            scope: scope.into(),
            expires_at: None,
        };
        let issued = self.tokens.issue_token(request).await;
        issued.expect("the token is issued").into_inner().text
    }

    /// Gives tokens to staff: what is done in their names comes with them from now on.
    pub(crate) async fn give_tokens(&mut self, numbers: &[&str]) {
        for number in numbers {
            let text = self.issue(number, v1::Role::Operator, "").await;
            self.bearing.keep(number, text);
        }
    }

    /// The journal's last position.
    pub(crate) async fn position(&mut self) -> i64 {
        let units = self.units.list_units(v1::ListUnitsRequest {}).await;
        units.expect("the units").into_inner().journal_position
    }

    pub(crate) async fn open(&mut self, account_id: &str, kind: v1::AccountKind) -> v1::Account {
        let request = v1::OpenAccountRequest {
            account_id: account_id.into(),
            kind: kind.into(),
            ..Default::default()
        };
        let opened = self.accounts.open_account(request).await;
        let opened = opened.expect("the account opens").into_inner();
        opened.account.expect("the account")
    }

    pub(crate) async fn post(&mut self, entry: v1::Entry) -> Called<v1::PostEntryResponse> {
        let request = v1::PostEntryRequest { entry: Some(entry) };
        Ok(self.entries.post_entry(request).await?.into_inner())
    }

    pub(crate) async fn post_all(
        &mut self,
        entries: Vec<v1::Entry>,
        atomic: bool,
    ) -> Called<Vec<v1::PostEntryResult>> {
        let request = v1::PostEntriesRequest {
            entries,
            atomic,
            validate_only: false,
            accounts_to_open: Vec::new(),
        };
        Ok(self
            .entries
            .post_entries(request)
            .await?
            .into_inner()
            .results)
    }

    pub(crate) async fn get(&mut self, entry_id: &str) -> Called<v1::Entry> {
        let request = v1::GetEntryRequest {
            entry_id: entry_id.into(),
        };
        let reply = self.entries.get_entry(request).await?.into_inner();
        Ok(reply.entry.expect("the entry"))
    }

    /// What names an account's limits as they stand.
    pub(crate) async fn etag(&mut self, account_id: &str) -> String {
        let account_id = account_id.to_owned();
        let request = v1::GetAccountRequest { account_id };
        let reply = self.accounts.get_account(request).await;
        let account = reply.expect("the account").into_inner().account;
        account.expect("the account").etag
    }

    pub(crate) async fn balance(&mut self, account_id: &str) -> i64 {
        let request = v1::GetBalanceRequest {
            account_id: account_id.into(),
            ..Default::default()
        };
        let balance = self.statements.get_balance(request).await;
        balance.expect("a balance").into_inner().balance
    }

    /// All records from a position on.
    pub(crate) async fn records(&mut self, from_sequence: i64) -> Called<Vec<v1::Record>> {
        let request = v1::WatchRecordsRequest {
            from_sequence,
            follow: false,
        };
        let mut stream = self.journal.watch_records(request).await?.into_inner();
        let mut records = Vec::new();
        while let Some(message) = stream.message().await? {
            let records_of = message.records.into_iter();
            records.extend(records_of.filter_map(|stored| stored.record));
        }
        Ok(records)
    }

    /// The last word of a verification of the whole store.
    pub(crate) async fn verify(&mut self) -> Called<v1::VerifyJournalResponse> {
        let request = v1::VerifyJournalRequest {};
        let mut stream = self.journal.verify_journal(request).await?.into_inner();
        let mut last = v1::VerifyJournalResponse::default();
        while let Some(message) = stream.message().await? {
            last = message;
        }
        Ok(last)
    }

    /// Has the store verified, and nothing found.
    pub(crate) async fn verified(&mut self) -> i64 {
        let last = self.verify().await.expect("the journal is verified");
        assert_eq!(last.finding, None);
        assert!(last.done, "the last word of a verification: {last:?}");
        assert_eq!(last.root_hash.len(), 32);
        last.verified_count
    }
}

/// What a refused call tells: for people, and for programs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Told {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) reason: String,
    pub(crate) domain: String,
    pub(crate) figures: BTreeMap<String, String>,
}

/// Reads the `google.rpc.ErrorInfo` that every refusal has.
pub(crate) fn told(status: &Status) -> Told {
    let Some(info) = status.get_details_error_info() else {
        panic!("a refusal without ErrorInfo: {status:?}");
    };
    Told {
        code: status.code(),
        message: status.message().into(),
        reason: info.reason,
        domain: info.domain,
        figures: info.metadata.into_iter().collect(),
    }
}
