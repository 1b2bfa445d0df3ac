//! Pages: their sizes, and tokens that are only good for their own list.

use prost::Message;
use timebank::query::Token;
use timebank_proto::v1::{
    self, ListAccountsRequest, ListHoldsRequest, ListPostingsRequest, SortOrder, TimeAxis,
};
use tonic::{
    Code::{InvalidArgument, ResourceExhausted},
    Status,
};

use super::{ANN, BEN, City, MINT, large, refusals::check};
use crate::support::{Client, entry, id, timestamp};

/// The three lists alike: a page of the given size and token gives its length
/// and the next token.
#[derive(Clone, Copy, Debug)]
enum List {
    Accounts,
    Holds,
    Postings,
}

const LISTS: [List; 3] = [List::Accounts, List::Holds, List::Postings];

impl List {
    async fn page(
        self,
        client: &mut Client,
        page_size: i32,
        page_token: &str,
    ) -> Result<(Vec<String>, String), Status> {
        let page_token = page_token.to_owned();
        match self {
            Self::Accounts => {
                let request = ListAccountsRequest {
                    page_size,
                    page_token,
                    ..Default::default()
                };
                let page = client.accounts.list_accounts(request).await?.into_inner();
                let items = page.accounts.into_iter().map(|account| account.account_id);
                Ok((items.collect(), page.next_page_token))
            }
            Self::Holds => {
                let request = ListHoldsRequest {
                    page_size,
                    page_token,
                    ..Default::default()
                };
                let page = client.holds.list_holds(request).await?.into_inner();
                let items = page.holds.into_iter().map(|hold| hold.hold_id);
                Ok((items.collect(), page.next_page_token))
            }
            Self::Postings => {
                let request = ListPostingsRequest {
                    account_id: MINT.into(),
                    page_size,
                    page_token,
                    ..Default::default()
                };
                let page = client.statements.list_postings(request).await?.into_inner();
                let items = page.postings.into_iter().map(|posting| posting.entry_id);
                Ok((items.collect(), page.next_page_token))
            }
        }
    }

    /// All of it in pages of a size.
    async fn all(self, client: &mut Client, page_size: i32) -> Vec<String> {
        let (mut all, mut token) = (Vec::new(), String::new());
        loop {
            let (items, next) = self.page(client, page_size, &token).await.expect("a page");
            assert!(items.len() <= page_size as usize);
            all.extend(items);
            if next.is_empty() {
                return all;
            }
            token = next;
        }
    }
}

/// 23 accounts, holds and postings of one account.
async fn city() -> City {
    let mut city = City::founded().await;
    let client = &mut city.client;
    for n in 0..20 {
        let member = format!("city:member:n{n}");
        client.open(&member, v1::AccountKind::Member).await;
    }
    for _ in 0..22 {
        client.post(entry(MINT, ANN, 1)).await.expect("an entry");
    }
    for _ in 0..23 {
        let request = v1::PlaceHoldRequest {
            hold_id: id(),
            debit_account_id: ANN.into(),
            credit_account_id: BEN.into(),
            amount: 1,
            ..Default::default()
        };
        client.holds.place_hold(request).await.expect("a hold");
    }
    city
}

/// Pages of any size make up the same list, each item once.
#[tokio::test]
async fn sizes() {
    let mut city = city().await;
    for list in LISTS {
        let whole = list.all(&mut city.client, 1_000).await;
        assert_eq!(whole.len(), 23, "{list:?}");
        for page_size in [1, 2, 22, 23, 24] {
            let paged = list.all(&mut city.client, page_size).await;
            assert_eq!(paged, whole, "{list:?} in pages of {page_size}");
        }
        for page_size in [-1, 1_001, 1_000_000, i32::MIN, i32::MAX] {
            let status = list
                .page(&mut city.client, page_size, "")
                .await
                .unwrap_err();
            let figures = format!("given={page_size}");
            check(
                "a size",
                &status,
                InvalidArgument,
                "PAGE_SIZE_OUT_OF_RANGE",
                &figures,
            );
        }
    }
}

/// A page of no given size has 100 items.
#[tokio::test]
async fn the_default_size() {
    let mut city = City::founded().await;
    let batch = (0..101).map(|_| entry(MINT, ANN, 1)).collect();
    city.client.post_all(batch, true).await.expect("entries");
    let (items, next) = List::Postings
        .page(&mut city.client, 0, "")
        .await
        .expect("a page");
    assert_eq!(items.len(), 100);
    let (rest, end) = List::Postings
        .page(&mut city.client, 0, &next)
        .await
        .expect("a page");
    assert_eq!((rest.len(), end.as_str()), (2, ""));
}

/// Pages of large postings fit a client with the usual limit of 4 MiB a message:
/// a page may be shorter than it was asked to be.
#[tokio::test]
async fn large_items() {
    let mut city = City::founded().await;
    let batch = (0..1_000).map(|_| large()).collect();
    city.client.post_all(batch, true).await.expect("posted");
    let all = List::Postings.all(&mut city.client, 1_000).await;
    assert_eq!(all.len(), 1_001);
}

/// So do those in the order of services, which is not that of recording: none is left
/// out where a page is cut, and each balance goes on from the one before.
#[tokio::test]
async fn large_items_by_effective_time() {
    let mut city = City::founded().await;
    let now_s = chrono::Utc::now().timestamp();
    let days_ago: Vec<i64> = (0..400).map(|index| index * 7_919 % 1_009).collect();
    let dated = days_ago.iter().map(|days| v1::Entry {
        effective_at: timestamp(now_s - days * 86_400, 0),
        ..large()
    });
    let batch = dated.collect();
    city.client.post_all(batch, true).await.expect("posted");
    for (order, first, step) in [
        (SortOrder::OldestFirst, 1, 1),
        (SortOrder::NewestFirst, 400, -1),
    ] {
        let mut request = ListPostingsRequest {
            account_id: BEN.into(),
            axis: TimeAxis::Effective.into(),
            order: order.into(),
            page_size: 1_000,
            ..Default::default()
        };
        let (mut postings, mut pages) = (Vec::new(), 0);
        loop {
            let page = city.client.statements.list_postings(request.clone()).await;
            let page = page.expect("a page").into_inner();
            assert_eq!((page.opening_balance, page.closing_balance), (0, 400));
            postings.extend(page.postings);
            pages += 1;
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert!(pages > 1, "all fits one page");
        let times = postings
            .iter()
            .map(|p| p.effective_at.expect("a time").seconds);
        let mut expected: Vec<_> = days_ago.iter().map(|days| now_s - days * 86_400).collect();
        expected.sort_unstable();
        if order == SortOrder::NewestFirst {
            expected.reverse();
        }
        assert!(times.eq(expected), "{order:?}");
        for (index, posting) in postings.iter().enumerate() {
            assert_eq!(posting.balance, first + step * index as i64, "{order:?}");
        }
    }
}

/// A token that was changed anywhere is told apart.
#[tokio::test]
async fn tampered_tokens() {
    let mut city = city().await;
    for list in LISTS {
        let (_, token) = list.page(&mut city.client, 5, "").await.expect("a page");
        let mut wrong = vec![
            "0".to_owned(),
            "zz".to_owned(),
            "\u{5bb6}".to_owned(),
            "0".repeat(1 << 20),
            token[..token.len() - 2].to_owned(),
            format!("{token}30"),
        ];
        for at in 0..token.len() {
            let other = if &token[at..=at] == "0" { "1" } else { "0" };
            wrong.push(format!("{}{other}{}", &token[..at], &token[at + 1..]));
        }
        for token in wrong {
            let status = list.page(&mut city.client, 5, &token).await.unwrap_err();
            check(
                "a token",
                &status,
                InvalidArgument,
                "PAGE_TOKEN_MALFORMED",
                "",
            );
        }
    }
}

type Change = fn(&mut ListPostingsRequest);

/// A token is good for its own request, whose page size alone may change.
#[tokio::test]
async fn tokens_of_another_request() {
    let mut city = city().await;
    let statements = &mut city.client.statements;
    let first = ListPostingsRequest {
        account_id: MINT.into(),
        page_size: 5,
        ..Default::default()
    };
    let page = statements
        .list_postings(first.clone())
        .await
        .expect("a page")
        .into_inner();
    let mut next = ListPostingsRequest {
        page_token: page.next_page_token,
        ..first
    };
    next.page_size = 7;
    let page = statements
        .list_postings(next.clone())
        .await
        .expect("a page")
        .into_inner();
    assert_eq!(page.postings.len(), 7);

    let others: [(&str, Change); 5] = [
        ("account", |r| r.account_id = ANN.into()),
        ("order", |r| r.order = SortOrder::OldestFirst.into()),
        ("axis", |r| r.axis = TimeAxis::Effective.into()),
        ("since", |r| r.since = timestamp(0, 0)),
        ("until", |r| r.until = timestamp(0, 0)),
    ];
    for (what, change) in others {
        let mut other = next.clone();
        change(&mut other);
        let status = statements.list_postings(other).await.expect_err(what);
        check(what, &status, InvalidArgument, "PAGE_TOKEN_MALFORMED", "");
    }
    let page_token = next.page_token;
    for list in [List::Accounts, List::Holds] {
        let status = list
            .page(&mut city.client, 5, &page_token)
            .await
            .unwrap_err();
        check(
            "another list",
            &status,
            InvalidArgument,
            "PAGE_TOKEN_MALFORMED",
            "",
        );
    }
}

/// Requests to two lists may have the same bytes: their tokens are told apart all
/// the same.
#[tokio::test]
async fn tokens_of_another_list() {
    let mut city = city().await;
    let holds = ListHoldsRequest {
        account_id: ANN.into(),
        page_size: 5,
        ..Default::default()
    };
    let page = city.client.holds.list_holds(holds).await.expect("a page");
    let page_token = page.into_inner().next_page_token;
    assert_ne!(page_token, "");
    let postings = ListPostingsRequest {
        account_id: ANN.into(),
        page_token,
        ..Default::default()
    };
    let status = city.client.statements.list_postings(postings).await;
    let status = status.expect_err("another list's token");
    check(
        "a token",
        &status,
        InvalidArgument,
        "PAGE_TOKEN_MALFORMED",
        "",
    );
}

/// A range that ends before it begins is refused, an empty one is empty.
#[tokio::test]
async fn ranges() {
    let mut city = City::founded().await;
    for axis in [TimeAxis::Recorded, TimeAxis::Effective] {
        let mut request = ListPostingsRequest {
            account_id: ANN.into(),
            axis: axis.into(),
            since: timestamp(1_000, 0),
            until: timestamp(999, 999_999_000),
            ..Default::default()
        };
        let status = city
            .client
            .statements
            .list_postings(request.clone())
            .await
            .unwrap_err();
        let figures = "since=1970-01-01T00:16:40Z until=1970-01-01T00:16:39.999999Z";
        check(
            "a range",
            &status,
            InvalidArgument,
            "RANGE_REVERSED",
            figures,
        );
        request.until = request.since;
        let page = city.client.statements.list_postings(request).await;
        assert!(page.expect("a page").into_inner().postings.is_empty());
    }
    for (what, change) in [
        ("since", (|r| r.since = timestamp(0, -1)) as Change),
        ("until", |r| r.until = timestamp(i64::MAX, 0)),
    ] {
        let mut request = ListPostingsRequest {
            account_id: ANN.into(),
            ..Default::default()
        };
        change(&mut request);
        let status = city
            .client
            .statements
            .list_postings(request)
            .await
            .expect_err(what);
        check(
            what,
            &status,
            InvalidArgument,
            "TIME_OUT_OF_RANGE",
            &format!("field={what}"),
        );
    }
    let request = ListPostingsRequest {
        account_id: ANN.into(),
        order: 3,
        ..Default::default()
    };
    let status = city
        .client
        .statements
        .list_postings(request)
        .await
        .unwrap_err();
    check(
        "an order",
        &status,
        InvalidArgument,
        "CHOICE_UNKNOWN",
        "field=order given=3",
    );
}

/// The first page by effective time, or the balance as of one, looks at up to
/// 100,000 postings: here more of them are of the minute in which the range begins.
/// Whoever asks otherwise is served.
#[tokio::test]
async fn long_scans() {
    let mut city = City::founded().await;
    let done_s = 1_700_000_030;
    let mut batch = Vec::new();
    for _ in 0..1_001 {
        let mut service = entry(MINT, ANN, 1);
        service.transfers = vec![service.transfers[0].clone(); 100];
        service.effective_at = timestamp(done_s, 0);
        batch.push(service);
    }
    let rest = batch.split_off(1_000);
    for batch in [batch, rest] {
        city.client.post_all(batch, true).await.expect("posted");
    }
    let figures = "max_postings=100000";
    let mut request = ListPostingsRequest {
        account_id: ANN.into(),
        axis: TimeAxis::Effective.into(),
        since: timestamp(done_s - 1, 0),
        page_size: 1,
        ..Default::default()
    };
    let statements = &mut city.client.statements;
    let status = statements.list_postings(request.clone()).await.unwrap_err();
    check(
        "a page",
        &status,
        ResourceExhausted,
        "SCAN_TOO_LONG",
        figures,
    );
    let mut as_of = v1::GetBalanceRequest {
        account_id: ANN.into(),
        as_of: timestamp(done_s, 0),
        axis: TimeAxis::Effective.into(),
    };
    let status = statements.get_balance(as_of.clone()).await.unwrap_err();
    check(
        "a balance",
        &status,
        ResourceExhausted,
        "SCAN_TOO_LONG",
        figures,
    );

    request.axis = TimeAxis::Recorded.into();
    let page = statements.list_postings(request).await.expect("a page");
    assert_eq!(page.into_inner().postings.len(), 1);
    as_of.as_of = timestamp(done_s + 60, 0);
    let balance = statements.get_balance(as_of).await.expect("a balance");
    assert_eq!(balance.into_inner().balance, 100_100);
}

/// Whoever knows how a token is made can make one that is none.
#[tokio::test]
async fn forged_tokens() {
    let mut city = City::founded().await;
    city.client.post(entry(MINT, BEN, 1)).await.expect("posted");
    for axis in [TimeAxis::Recorded, TimeAxis::Effective] {
        for order in [SortOrder::NewestFirst, SortOrder::OldestFirst] {
            for cursor in [
                format!("0 {}", i64::MAX),
                "0 -1".into(),
                format!("{} 1", i64::MAX),
                "0".into(),
                "0 1 1".into(),
                String::new(),
            ] {
                let mut request = ListPostingsRequest {
                    account_id: BEN.into(),
                    axis: axis.into(),
                    order: order.into(),
                    ..Default::default()
                };
                let method = "timebank.v1.StatementService/ListPostings";
                let token = Token::of(method, request.encode_to_vec());
                request.page_token = token.write(&cursor);
                let page = city.client.statements.list_postings(request).await;
                let status = page.expect_err(&cursor);
                check(
                    &cursor,
                    &status,
                    InvalidArgument,
                    "PAGE_TOKEN_MALFORMED",
                    "",
                );
            }
        }
    }
}
