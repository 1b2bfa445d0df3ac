//! Stocks: every call, and every call with something wrong about it.

use timebank_proto::v1::{self, AccountKind, PiecesCounted, pieces_counted::Counted};
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};

use super::{
    orders::{LI, centre},
    refusals::{Row, refused},
};
use crate::support::{Client, by, id};

const SHOP: &str = "city:stock:shop";

#[rustfmt::skip] // a table: a row a line
const OPENINGS: &[Row<v1::OpenStockRequest>] = &[
    ("no id", |r| r.stock_id.clear(), InvalidArgument, "FIELD_MISSING", "field=stock_id"),
    ("no unit", |r| r.unit_id.clear(), InvalidArgument, "FIELD_MISSING", "field=unit_id"),
    ("no name", |r| r.name.clear(), InvalidArgument, "FIELD_MISSING", "field=name"),
    ("outside", |r| r.stock_id = "town:shop".into(), FailedPrecondition, "ACCOUNT_OUTSIDE", "account=town:shop"),
    ("a member's account", |r| r.stock_id = LI.into(), FailedPrecondition, "ACCOUNT_UNFIT", "*"),
    ("an unknown unit", |r| r.unit_id = "gold".into(), NotFound, "UNIT_UNKNOWN", "unit=gold"),
];

fn counted(request: &mut v1::PutStockItemRequest, counted: Counted) {
    request.pieces = Some(PiecesCounted {
        counted: Some(counted),
    });
}

#[rustfmt::skip] // a table: a row a line
const ITEMS: &[Row<v1::PutStockItemRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no stock", |r| r.stock_id.clear(), InvalidArgument, "FIELD_MISSING", "field=stock_id"),
    ("no item", |r| r.item.clear(), InvalidArgument, "FIELD_MISSING", "field=item"),
    ("no word", |r| r.item = "Rice, 5 kg".into(), InvalidArgument, "LABEL_MALFORMED", "*"),
    ("no name", |r| r.name.clear(), InvalidArgument, "FIELD_MISSING", "field=name"),
    ("for nothing", |r| r.price = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("more by none", |r| counted(r, Counted::More(0)), InvalidArgument, "PIECES_OUT_OF_RANGE", "given=0 max=1000000"),
    ("fewer by less", |r| counted(r, Counted::Fewer(-1)), InvalidArgument, "PIECES_OUT_OF_RANGE", "given=-1 max=1000000"),
    ("more than any", |r| counted(r, Counted::More(i64::MAX)), InvalidArgument, "PIECES_OUT_OF_RANGE", "*"),
    ("fewer than none", |r| counted(r, Counted::Fewer(1)), FailedPrecondition, "ITEMS_SHORT", "*"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("no such stock", |r| r.stock_id = LI.into(), NotFound, "STOCK_UNKNOWN", "*"),
];

#[rustfmt::skip] // a table: a row a line
const REDEMPTIONS: &[Row<v1::RedeemRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("of nobody", |r| r.account_id.clear(), InvalidArgument, "FIELD_MISSING", "field=account_id"),
    ("no stock", |r| r.stock_id.clear(), InvalidArgument, "FIELD_MISSING", "field=stock_id"),
    ("no item", |r| r.item.clear(), InvalidArgument, "FIELD_MISSING", "field=item"),
    ("no pieces", |r| r.pieces = 0, InvalidArgument, "PIECES_OUT_OF_RANGE", "*"),
    ("for nothing", |r| r.amount = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("no such stock", |r| r.stock_id = LI.into(), NotFound, "STOCK_UNKNOWN", "*"),
    ("no such item", |r| r.item = "oil".into(), NotFound, "ITEM_UNKNOWN", "*"),
    ("no such account", |r| r.account_id = "city:member:9".into(), FailedPrecondition, "ACCOUNT_UNFIT", "*"),
    ("another price", |r| r.amount = 61, FailedPrecondition, "PRICE_OTHER", "costs=60 given=61 item=rice pieces=2 unit=time"),
    ("more than there are", |r| { r.pieces = 21; r.amount = 630 }, FailedPrecondition, "ITEMS_SHORT", "*"),
];

#[tokio::test]
async fn stocks() {
    let mut city = centre().await;
    let client = &mut city.client;
    let sound = v1::OpenStockRequest {
        stock_id: SHOP.into(),
        unit_id: "time".into(),
        name: "Shop".into(),
    };
    let call =
        async |client: &mut Client, request| client.stocks.open_stock(by("1001", request)).await;
    refused(client, sound.clone(), OPENINGS, call).await;
    assert!(
        call(client, sound)
            .await
            .expect("again")
            .into_inner()
            .replayed
    );

    let mut sound = v1::PutStockItemRequest {
        step_id: id(),
        stock_id: SHOP.into(),
        item: "rice".into(),
        name: "Rice, 5 kg".into(),
        price: 30,
        pieces: None,
        reason: String::new(),
    };
    counted(&mut sound, Counted::More(20));
    let call = async |client: &mut Client, request| {
        client.stocks.put_stock_item(by("1001", request)).await
    };
    refused(client, sound, ITEMS, call).await;

    let sound = v1::RedeemRequest {
        step_id: id(),
        account_id: LI.into(),
        stock_id: SHOP.into(),
        item: "rice".into(),
        pieces: 2,
        amount: 60,
        reason: String::new(),
    };
    let call = async |client: &mut Client, request| client.stocks.redeem(by(LI, request)).await;
    refused(client, sound.clone(), REDEMPTIONS, call).await;
    let again = call(client, sound).await.expect("again").into_inner();
    let entry = again.entry.expect("its entry");
    assert_eq!((again.replayed, entry.kind.as_str()), (true, "redemption"));
    assert_eq!(client.balance(LI).await, 940);
    let request = v1::ListStockItemsRequest {
        stock_id: SHOP.into(),
        ..Default::default()
    };
    let listed = client.stocks.list_stock_items(request).await;
    let items = listed.expect("a page").into_inner().items;
    assert_eq!((items.len(), items[0].left, items[0].redeemed), (1, 18, 2));
    let request = v1::ListStocksRequest {
        centre: "city".into(),
        ..Default::default()
    };
    let listed = client.stocks.list_stocks(request).await;
    let stocks = listed.expect("a page").into_inner().stocks;
    assert_eq!((stocks.len(), stocks[0].balance), (1, 60));
    client.open("city:choir", AccountKind::Organisation).await;
    let request = v1::RedeemRequest {
        step_id: id(),
        account_id: "city:choir".into(),
        stock_id: SHOP.into(),
        item: "rice".into(),
        pieces: 1,
        amount: 30,
        reason: String::new(),
    };
    let status = call(client, request).await.expect_err("by no staff");
    assert_eq!(status.code(), PermissionDenied);
    client.verified().await;
}
