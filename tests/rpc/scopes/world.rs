//! Two centres alike, with something of every kind in each.

use std::collections::BTreeMap;

use prost::Message;
use timebank_proto::v1::{self, Role};

use super::{
    names::{Filling, Names},
    raw::call,
    text::Contract,
};
use crate::{
    rpc::City,
    support::{Client, id, within},
};

const POLICY: &str = "name = 'One'
[gift]
member_to = ['pools']
[[qualification]]
code = 'aid'
[[service]]
code = 'walk'
name_en = 'Walk'
[[training]]
code = 'first-aid'
name_en = 'First aid'
[[convert]]
from = 'time'
to = 'points'
give = '1h'
get = 30
into = 'CENTRE:stock:shop'
source = 'CENTRE:issuance:points'
";

/// What is called by a UUID.
const IDS: [&str; 15] = [
    "entry", "hold", "need", "taken", "weekly", "order", "visit", "incident", "supply", "standing",
    "relief", "group", "training", "step", "payment",
];

/// What is called by where it is in the chart.
const PLACES: [(&str, &str); 13] = [
    ("member", "member:li-hua"),
    ("provider", "member:wang-fang"),
    ("mint", "mint"),
    ("pool", "pool:mutual"),
    ("chest", "pool:sunshine"),
    ("shop", "stock:shop"),
    ("source", "issuance:hours"),
    ("points", "issuance:points"),
    ("partner", "clearing:north"),
    ("fair", "project:fair"),
    ("spare", "project:spare"),
    ("other", "member:zhou-min"),
    ("account", "organisation:school"),
];

/// How each thing gets there, by the first of the staff.
#[rustfmt::skip] // a table: a row a line
const FOUNDING: &[(&str, &str)] = &[
    ("StaffService/RegisterStaff", "staff_number:$second centre:$centre"),
    ("StockService/OpenStock", "stock_id:$shop unit_id:time name:Shop"),
    ("StockService/PutStockItem", "step_id:$id stock_id:$shop item:rice name:Rice price:30 pieces{more:20}"),
    ("SourceService/OpenSource", "source_id:$source terms{funding:grant sector:public funder:Bureau contract:2026-117 cap:600 from:2020-01-01 until:2099-12-31}"),
    ("SourceService/OpenSource", "source_id:$points terms{unit_id:points funding:grant sector:public funder:Bureau contract:2026-118 cap:600 from:2020-01-01 until:2099-12-31}"),
    ("PolicyService/AdoptPolicy", "step_id:$id centre:$centre document:$document"),
    ("MemberService/RegisterMember", "member_id:$member details{block:grid-7} personal{name:$member phone:13800000000}"),
    ("MemberService/RegisterMember", "member_id:$provider personal{name:$provider}"),
    ("MemberService/RegisterMember", "member_id:$other"),
    ("AccountService/OpenAccount", "account_id:$mint kind:issuance"),
    ("AccountService/OpenAccount", "account_id:$fair kind:project"),
    ("AccountService/OpenAccount", "account_id:$spare kind:project"),
    ("AccountService/OpenAccount", "account_id:$account kind:organisation"),
    ("AccountService/OpenAccount", "account_id:$pool kind:pool"),
    ("EntryService/PostEntry", "entry{entry_id:$entry transfers{debit_account_id:$mint credit_account_id:$member amount:1000}}"),
    ("EntryService/PostEntry", "entry{entry_id:$payment transfers{debit_account_id:$mint credit_account_id:$pool amount:300} transfers{debit_account_id:$mint credit_account_id:$fair amount:600}}"),
    ("HoldService/PlaceHold", "hold_id:$hold debit_account_id:$member credit_account_id:$account amount:10 expires_in{seconds:86400}"),
    ("PoolService/OpenPool", "pool_id:$pool name:Mutual purposes:illness"),
    ("PoolService/OpenPool", "pool_id:$chest unit_id:cny name:Sunshine purposes:illness"),
    ("PoolService/Donate", "step_id:$id pool_id:$chest receipt:R-1 amount:50"),
    ("NeedService/PublishNeed", "need_id:$need terms{recipient_id:$member service:walk at{seconds:$soon} minutes:60 channel:phone}"),
    ("NeedService/PublishNeed", "need_id:$taken terms{recipient_id:$member service:walk at{seconds:$soon} minutes:60 channel:phone}"),
    ("NeedService/StepNeed", "step_id:$id need_id:$taken action{approve{}}"),
    ("OrderService/AcceptNeed", "order_id:$order need_id:$taken provider_id:$provider"),
    ("OrderService/RecordVisits", "sheet{number:S-1 sha256:0123456789abcdef0123456789abcdef} visits{order_id:$visit recipient_id:$member provider_id:$provider service:walk at{seconds:$past} minutes:15}"),
    ("IncidentService/ReportIncident", "incident_id:$incident order_id:$order kind:incident reason:fell"),
    ("SupplyService/OfferSupply", "supply_id:$supply member_id:$provider terms{service:walk days:monday from:09:00 until:10:00}"),
    ("PoolService/AskRelief", "relief_id:$relief pool_id:$pool member_id:$member amount:60 purpose:illness reason:ill"),
    ("GroupService/OpenGroup", "group_id:$group terms{centre:$centre event{payer:$fair} service:walk at{seconds:$past} minutes:60 point:square places:5}"),
    ("GroupService/StepGroup", "step_id:$id group_id:$group action{enrol{member_ids:$member}}"),
    ("TrainingService/RecordTraining", "training_id:$training attendance{member_id:$member code:first-aid on:$today minutes:60 reference:red-cross}"),
    ("PartnerService/OpenPartner", "partner_id:$partner name:North surplus:600 deficit:300"),
    ("PartnerService/Remit", "step_id:$id partner_id:$partner direction:sent reference:N-1 member_id:$member amount:10"),
    ("PolicyService/SetMandate", "step_id:$id account_id:$fair centre:yard given:true"),
    ("OversightService/ShowPersonalFields", "member_id:$member fields:phone reason:call"),
    ("NeedService/PublishNeed", "need_id:$weekly terms{recipient_id:$member service:walk at{seconds:$soon} minutes:60 channel:phone}"),
    ("PeriodService/ClosePeriod", "step_id:$id centre:$centre month:2020-10"),
];

/// What a centre's things are called.
fn names(centre: &str, staff: [&str; 2]) -> Names {
    let now = chrono::Utc::now();
    let day = |days| {
        (now + chrono::TimeDelta::days(days))
            .date_naive()
            .to_string()
    };
    let places = PLACES
        .iter()
        .map(|(what, place)| (*what, format!("{centre}:{place}")));
    let ids = IDS.iter().map(|what| (*what, id()));
    let [first, second] = staff.map(String::from);
    let others = [
        ("centre", centre.into()),
        ("staff", first),
        ("second", second),
        ("document", POLICY.replace("CENTRE", centre)),
        ("soon", (now.timestamp() + 3_600).to_string()),
        ("past", (now.timestamp() - 7_200).to_string()),
        ("today", now.date_naive().to_string()),
        ("until", day(28)),
    ];
    let all = places.chain(ids).chain(others);
    Names(
        all.map(|(what, name)| (what.to_owned(), name))
            .collect::<BTreeMap<_, _>>(),
    )
}

/// Two centres, and who asks.
pub(super) struct World {
    pub(super) contract: Contract,
    pub(super) city: City,
    /// What is called so in the centre of those who ask, and in the foreign one.
    pub(super) own: Names,
    pub(super) foreign: Names,
    /// The operator of the foreign centre, and of the other.
    pub(super) theirs: Client,
    pub(super) ours: Client,
}

impl World {
    pub(super) async fn founded() -> Self {
        let contract = Contract::read();
        let mut city = City::at_noon().await;
        let mut own = names("city", ["1001", "1002"]);
        let mut foreign = names("town", ["2001", "2002"]);
        for unit in ["points", "cny"] {
            let text = format!("unit{{unit_id:{unit} step:one}}");
            sound(
                &contract,
                &city.client,
                "UnitService/DeclareUnit",
                &text,
                &own,
            )
            .await;
        }
        let third = "prefix:yard name_en:Yard first_staff_number:3001";
        sound(
            &contract,
            &city.client,
            "CentreService/OpenCentre",
            third,
            &own,
        )
        .await;
        let ours = found(&contract, &mut city.client, &mut own).await;
        let theirs = found(&contract, &mut city.client, &mut foreign).await;
        Self {
            contract,
            city,
            own,
            foreign,
            theirs,
            ours,
        }
    }
}

/// A centre with all of it, and its operator.
async fn found(contract: &Contract, admin: &mut Client, names: &mut Names) -> Client {
    let text = "prefix:$centre name_en:$centre first_staff_number:$staff";
    sound(contract, admin, "CentreService/OpenCentre", text, names).await;
    let (staff, centre) = (
        names.get("staff").to_owned(),
        names.get("centre").to_owned(),
    );
    let token = admin.issue(&staff, Role::Operator, &centre).await;
    let mut operator = admin.showing(&token);
    for (method, text) in FOUNDING {
        sound(contract, &operator, method, text, names).await;
    }
    let text = "step_id:$id need_id:$weekly action{repeat{until:$until provider_id:$provider}}";
    let repeated = sound(contract, &operator, "NeedService/StepNeed", text, names).await;
    let repeated = v1::StepNeedResponse::decode(&*repeated).expect("a need");
    let standing = repeated.need.expect("it").standing_id;
    names.0.insert("standing".into(), standing);
    sealed(&mut operator, &centre).await;
    operator
}

/// Waits for what the server writes by itself of a period that was closed.
async fn sealed(operator: &mut Client, centre: &str) {
    let request = v1::GetPeriodRequest {
        centre: centre.into(),
        month: "2020-10".into(),
    };
    let seal = async {
        loop {
            let got = operator.periods.get_period(request.clone()).await;
            let period = got.expect("the period").into_inner().period;
            if period.expect("it").account_count.is_some() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    within("the seal", seal).await;
}

/// What is answered where nothing is to be refused.
async fn sound(
    contract: &Contract,
    client: &Client,
    method: &str,
    text: &str,
    names: &Names,
) -> Vec<u8> {
    let request = contract.request(method, text, &mut Filling::of(names));
    let answer = call(client, method, request).await;
    answer.unwrap_or_else(|status| panic!("{method} {text}: {status:?}"))
}
