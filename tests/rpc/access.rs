//! Who is let in, and what each role may call.

use timebank::{access::METHODS, exchange::token::Role};
use timebank_proto::v1::{
    self, AccountKind, list_members_request::Only, need_action::Action as NeedDo,
    need_service_client::NeedServiceClient,
};
use tokio::sync::mpsc;
use tonic::{
    Code::{self, NotFound, PermissionDenied, Unauthenticated},
    Request, Status,
};

use tonic_types::StatusExt;

use super::{ANN, BEN, City, MINT, refusals::check};
use crate::support::{Client, by, entry, framed, id, told, upload, within};

/// What a call tells that only needs to be let in.
async fn let_in(client: &Client) -> Result<v1::WhoAmIResponse, Status> {
    let mut tokens = client.tokens.clone();
    let told = tokens.who_am_i(v1::WhoAmIRequest {}).await?;
    Ok(told.into_inner())
}

fn with_headers(values: &[&str]) -> Request<v1::WhoAmIRequest> {
    let mut request = Request::new(v1::WhoAmIRequest {});
    for value in values {
        let value = value.parse().expect("a header");
        request.metadata_mut().append("authorization", value);
    }
    request
}

/// A token that differs in one letter of its secret, with a checksum that is right.
pub(super) fn another_secret(token: &str, at: usize) -> String {
    let encoded = token.strip_prefix("timebank_").expect("a token");
    let mut bytes = bs58::decode(encoded)
        .with_check(None)
        .into_vec()
        .expect("a checksum");
    bytes[at] ^= 1;
    format!(
        "timebank_{}",
        bs58::encode(bytes).with_check().into_string()
    )
}

/// A token that another name is written into, with a checksum that is right.
fn another_name(token: &str, name: &str) -> String {
    let encoded = token.strip_prefix("timebank_").expect("a token");
    let mut bytes = bs58::decode(encoded)
        .with_check(None)
        .into_vec()
        .expect("a checksum");
    bytes.truncate(24);
    bytes.extend_from_slice(name.as_bytes());
    format!(
        "timebank_{}",
        bs58::encode(bytes).with_check().into_string()
    )
}

#[tokio::test]
async fn who_is_not_let_in() {
    let mut city = City::founded().await;
    let elsewhere = City::founded().await;
    let client = &mut city.client;
    let desk = client.issue("desk", v1::Role::Operator, "city").await;
    let before = client.position().await;
    let own = format!("Bearer {desk}");
    let of_another_server = format!("Bearer {}", elsewhere.client.token());
    let first_byte = format!("Bearer {}", another_secret(&desk, 0));
    let last_byte = format!("Bearer {}", another_secret(&desk, 23));
    let admins = format!("Bearer {}", another_name(&desk, "admin"));
    let nobodys = format!("Bearer {}", another_name(&desk, "nobody"));
    let cut_short = own[..own.len() - 1].to_owned();
    for (what, values, reason) in [
        ("twice", vec![&*own, &*own], "TOKEN_MALFORMED"),
        ("no scheme", vec![&desk], "TOKEN_MALFORMED"),
        ("another scheme", vec!["Basic YWRtaW46"], "TOKEN_MALFORMED"),
        ("empty", vec!["Bearer "], "TOKEN_MALFORMED"),
        (
            "another program's",
            vec!["Bearer ghp_0123456789"],
            "TOKEN_MALFORMED",
        ),
        ("cut short", vec![&cut_short], "TOKEN_MALFORMED"),
        (
            "of another server",
            vec![&of_another_server],
            "TOKEN_REFUSED",
        ),
        ("a wrong first byte", vec![&first_byte], "TOKEN_REFUSED"),
        ("a wrong last byte", vec![&last_byte], "TOKEN_REFUSED"),
        ("another's name", vec![&admins], "TOKEN_REFUSED"),
        ("nobody's name", vec![&nobodys], "TOKEN_REFUSED"),
    ] {
        let status = client.tokens.who_am_i(with_headers(&values)).await;
        let status = status.expect_err(what);
        check(what, &status, Unauthenticated, reason, "");
        for value in values {
            assert!(!status.message().contains(value), "{what} is told");
        }
    }
    let mut bare = v1::token_service_client::TokenServiceClient::new(client.channel.clone());
    let status = bare.who_am_i(v1::WhoAmIRequest {}).await.expect_err("none");
    check("none", &status, Unauthenticated, "TOKEN_MISSING", "");
    let told = let_in(&client.showing(&desk)).await.expect("let in");
    let token = told.token.expect("a token");
    assert_eq!(
        (token.name.as_str(), token.role()),
        ("desk", v1::Role::Operator)
    );
    assert_eq!(client.position().await, before, "something was recorded");
}

#[tokio::test]
async fn rotated_revoked_and_expired() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let first = client.issue("desk", v1::Role::Operator, "city").await;
    let rotate = v1::RotateTokenRequest {
        step_id: id(),
        name: "desk".into(),
    };
    let rotated = client.tokens.rotate_token(rotate.clone()).await;
    let second = rotated.expect("rotated").into_inner().text;
    let status = let_in(&client.showing(&first))
        .await
        .expect_err("the first");
    check("rotated", &status, Unauthenticated, "TOKEN_REFUSED", "");
    let again = client
        .tokens
        .rotate_token(rotate)
        .await
        .expect("again")
        .into_inner();
    assert_eq!((again.replayed, again.text.as_str()), (true, ""));
    let mut desk = client.showing(&second);
    let_in(&desk).await.expect("let in");
    // A stream that is open ends with its token.
    let watch = v1::WatchRecordsRequest {
        from_sequence: 1_000,
        follow: true,
    };
    let mut stream = desk
        .journal
        .watch_records(watch)
        .await
        .expect("watched")
        .into_inner();
    let revoke = v1::RevokeTokenRequest {
        step_id: id(),
        name: "desk".into(),
    };
    client.tokens.revoke_token(revoke).await.expect("revoked");
    let ended = within("the end of the stream", stream.message()).await;
    let status = ended.expect_err("it ends");
    check(
        "a stream",
        &status,
        Unauthenticated,
        "TOKEN_NOT_VALID",
        "principal=desk",
    );
    let status = desk.post(entry(MINT, ANN, 1)).await.expect_err("revoked");
    check(
        "revoked",
        &status,
        Unauthenticated,
        "TOKEN_NOT_VALID",
        "principal=desk",
    );
    let soon = chrono::Utc::now() + chrono::Duration::seconds(1);
    let issue = v1::IssueTokenRequest {
        step_id: id(),
        name: "brief".into(),
        role: v1::Role::Operator.into(),
        scope: "city".into(),
        expires_at: crate::support::timestamp(soon.timestamp(), 999_999_000),
    };
    let brief = client
        .tokens
        .issue_token(issue)
        .await
        .expect("issued")
        .into_inner();
    let brief = client.showing(&brief.text);
    let ended = async {
        loop {
            if let Err(status) = let_in(&brief).await {
                return status;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let status = within("its end", ended).await;
    check(
        "expired",
        &status,
        Unauthenticated,
        "TOKEN_NOT_VALID",
        "principal=brief",
    );
}

/// A call with a message that has no field.
async fn called(client: &Client, path: &str) -> Result<(), Status> {
    let (pieces, sent) = mpsc::channel(1);
    let empty = framed(&v1::WhoAmIRequest {});
    pieces.send(empty).await.expect("sent");
    drop(pieces);
    upload(client.clone(), path.trim_start_matches('/'), sent).await
}

/// Each role and each method of the contract: who may not call it is told so, and nothing happens.
#[tokio::test]
async fn the_matrix_of_roles_and_methods() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let mut clients = Vec::new();
    for (number, role) in Role::ALL.iter().enumerate() {
        let (name, scope) = match role {
            Role::Admin => ("second".to_owned(), ""),
            Role::Member => continue,
            _ => (format!("t{number}"), "city"),
        };
        let text = client
            .issue(&name, timebank::journal::role_to_proto(*role), scope)
            .await;
        clients.push((*role, client.showing(&text)));
    }
    let before = client.position().await;
    for method in METHODS {
        for (role, theirs) in &clients {
            let what = format!("{role} {}", method.path());
            let reason = match called(theirs, method.path()).await {
                Ok(()) => String::new(),
                Err(status) => told(&status).reason,
            };
            assert_eq!(
                reason == "ROLE_FORBIDS",
                !method.is_for(*role),
                "{what}: {reason}"
            );
            assert!(!reason.starts_with("TOKEN_"), "{what}: {reason}");
        }
    }
    assert_eq!(client.position().await, before, "something was recorded");
}

/// What somebody with a scope is told of what is there outside is what they are told of what is not.
#[tokio::test]
async fn what_is_outside_is_as_if_it_were_not_there() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    client.open("town:pool:pot", AccountKind::Pool).await;
    client
        .open("town:issuance:mint", AccountKind::Issuance)
        .await;
    let foreign = entry("town:issuance:mint", "town:pool:pot", 60);
    client.post(foreign.clone()).await.expect("posted");
    let own = entry(MINT, BEN, 5);
    client.post(own.clone()).await.expect("posted");
    let text = client.issue("desk", v1::Role::Operator, "city").await;
    let mut desk = client.showing(&text);
    assert_eq!(
        desk.get(&own.entry_id).await.expect("their own").entry_id,
        own.entry_id
    );
    let told_of = |status: Status, name: &str| {
        let told = told(&status);
        (told.code, told.reason, told.message.replace(name, "NAME"))
    };
    let nowhere = id();
    let there = desk.get(&foreign.entry_id).await.expect_err("foreign");
    let not = desk.get(&nowhere).await.expect_err("none");
    assert_eq!(told_of(there, &foreign.entry_id), told_of(not, &nowhere));
    for (there, not) in [
        ("town:pool:pot", "town:pool:none"),
        ("town:issuance:mint", "town:x:y"),
    ] {
        let balance = |account_id: &str| v1::GetBalanceRequest {
            account_id: account_id.into(),
            ..Default::default()
        };
        let of_there = desk
            .statements
            .get_balance(balance(there))
            .await
            .expect_err("there");
        let of_none = desk
            .statements
            .get_balance(balance(not))
            .await
            .expect_err("not");
        assert_eq!(told_of(of_there, there), told_of(of_none, not));
        let of_there = desk.post(entry(there, ANN, 1)).await.expect_err("there");
        let of_none = desk.post(entry(not, ANN, 1)).await.expect_err("not");
        assert_eq!(told_of(of_there, there), told_of(of_none, not));
    }
    let reverse = |of: &str| v1::ReverseEntryRequest {
        entry_id: of.into(),
        reversal_entry_id: id(),
        reason: "not ours".into(),
        ..Default::default()
    };
    let of_there = desk.entries.reverse_entry(reverse(&foreign.entry_id)).await;
    let of_there = of_there.expect_err("foreign");
    assert_eq!(of_there.code(), NotFound);
    let of_none = desk
        .entries
        .reverse_entry(reverse(&nowhere))
        .await
        .expect_err("none");
    assert_eq!(
        told_of(of_there, &foreign.entry_id),
        told_of(of_none, &nowhere)
    );
    // Lists, prefixes and streams leave it out.
    for prefix in ["", "town", "town:", "city", "c"] {
        let request = v1::ListAccountsRequest {
            prefix: prefix.into(),
            ..Default::default()
        };
        let listed = desk
            .accounts
            .list_accounts(request)
            .await
            .expect("a page")
            .into_inner();
        let mut ids = listed
            .accounts
            .iter()
            .map(|account| account.account_id.as_str());
        assert!(
            ids.all(|id| id.starts_with("city:")),
            "{prefix}: {listed:?}"
        );
        assert_eq!(
            listed.accounts.is_empty(),
            prefix.starts_with("town"),
            "{prefix}"
        );
    }
    for record in desk.records(1).await.expect("records") {
        let text = format!("{:?}", record.step);
        assert!(!text.contains("town:"), "{text}");
    }
    let status = desk.verify().await.expect_err("of the whole ledger");
    let figures = "scope=city what=/timebank.v1.JournalService/VerifyJournal";
    assert_eq!(told(&status).reason, "ROLE_FORBIDS", "{figures}");
    let watch = client.issue("watch", v1::Role::Auditor, "city").await;
    let status = client
        .showing(&watch)
        .verify()
        .await
        .expect_err("of a part");
    check(
        "an audit",
        &status,
        PermissionDenied,
        "OUTSIDE_SCOPE",
        figures,
    );
}

/// A page token of one scope is of no use in another.
#[tokio::test]
async fn page_tokens_do_not_carry_across() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    client.open("town:pool:a", AccountKind::Pool).await;
    client.open("town:pool:b", AccountKind::Pool).await;
    let page = |page_token: String| v1::ListAccountsRequest {
        page_size: 4,
        page_token,
        ..Default::default()
    };
    let all = client.accounts.list_accounts(page(String::new())).await;
    let next = all.expect("a page").into_inner().next_page_token;
    let text = client.issue("desk", v1::Role::Operator, "city").await;
    let mut desk = client.showing(&text);
    let status = desk
        .accounts
        .list_accounts(page(next))
        .await
        .expect_err("another's");
    check(
        "a page",
        &status,
        Code::InvalidArgument,
        "PAGE_TOKEN_MALFORMED",
        "",
    );
}

/// An approval in somebody's name is theirs alone to give.
#[tokio::test]
async fn whose_word_counts() {
    let mut city = super::orders::centre().await;
    let client = &mut city.client;
    let need = super::orders::need(super::orders::LI);
    let need_id = need.need_id.clone();
    client
        .needs
        .publish_need(by("1001", need))
        .await
        .expect("published");
    let approve = || super::orders::about_need(&need_id, NeedDo::Approve(v1::Plainly {}));
    let text = client.issue("desk", v1::Role::Operator, "").await;
    let mut desk = client.showing(&text);
    // The desk has no token of theirs, and so claims to act for them.
    let mut claimed = Request::new(approve());
    let metadata = claimed.metadata_mut();
    metadata.insert("x-actor", "1002".parse().expect("a name"));
    metadata.insert(
        "authorization",
        format!("Bearer {text}").parse().expect("a header"),
    );
    let mut bare = NeedServiceClient::new(client.channel.clone());
    let status = bare.step_need(claimed).await.expect_err("claimed");
    check(
        "claimed",
        &status,
        PermissionDenied,
        "CLAIM_NOT_COUNTED",
        "principal=desk",
    );
    let status = desk.needs.step_need(approve()).await.expect_err("no staff");
    check(
        "a desk",
        &status,
        PermissionDenied,
        "STAFF_ONLY",
        "centre=city principal=desk",
    );
    client
        .needs
        .step_need(by("1002", approve()))
        .await
        .expect("approved");
}

/// Who has no token of the ledger is told to wait after so many calls, and others of the same address
/// go on.
#[tokio::test]
async fn who_tries_too_often_waits() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let_in(client).await.expect("known");
    let stranger = client.showing(&another_name(client.token(), "nobody"));
    for _ in 0..50 {
        let status = let_in(&stranger).await.expect_err("a stranger");
        check("a stranger", &status, Unauthenticated, "TOKEN_REFUSED", "");
    }
    let status = let_in(&stranger).await.expect_err("again");
    check(
        "again",
        &status,
        Code::ResourceExhausted,
        "TOO_MANY_ATTEMPTS",
        "wait_s=*",
    );
    assert!(
        status.get_details_retry_info().is_some(),
        "when it may try again"
    );
    let_in(client).await.expect("still let in");
}

/// A token has so many calls at once, and no more; others have theirs.
#[tokio::test]
async fn no_token_takes_all_calls() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let text = client.issue("watch", v1::Role::Auditor, "").await;
    let mut streams = Vec::new();
    let mut last = Ok(());
    // On several connections, as one has only so many streams.
    'all: for _ in 0..20 {
        let mut watcher = city.server.client().await.showing(&text);
        for _ in 0..100 {
            let request = v1::WatchRecordsRequest {
                from_sequence: 1_000,
                follow: true,
            };
            match watcher.journal.watch_records(request).await {
                Ok(stream) => streams.push(stream),
                Err(status) => {
                    last = Err(status);
                    break 'all;
                }
            }
        }
    }
    let status = last.expect_err("too many");
    let figures = "max=1000 name=watch";
    check(
        "one more",
        &status,
        Code::ResourceExhausted,
        "TOO_MANY_CALLS",
        figures,
    );
    assert_eq!(streams.len(), 1_000);
    let_in(&city.client).await.expect("another token");
    streams.pop();
    let again = async {
        while let_in(&city.client.showing(&text)).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    within("a turn that was given back", again).await;
}

/// Who may not be shown personal fields does not sift members by their ages either.
#[tokio::test]
async fn ages_are_personal() {
    let mut city = super::members::centre().await;
    let client = &mut city.client;
    let text = client.issue("watch", v1::Role::Auditor, "city").await;
    let mut watch = client.showing(&text);
    let list = |only| v1::ListMembersRequest {
        centre: "city".into(),
        only,
        ..Default::default()
    };
    watch
        .members
        .list_members(list(None))
        .await
        .expect("a list");
    let old = Only::Age(v1::AgeRange {
        min: 60,
        ..Default::default()
    });
    let status = watch
        .members
        .list_members(list(Some(old)))
        .await
        .expect_err("ages");
    let figures = "method=/timebank.v1.OversightService/ShowPersonalFields role=auditor";
    check("ages", &status, PermissionDenied, "ROLE_FORBIDS", figures);
}
