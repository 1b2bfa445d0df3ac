//! Sources, gifts, pools, stocks, partners and periods, from the command line.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Desk;
use crate::support::until;

const POLICY: &str = r#"
name = "City"
[gift]
member_to = ["members", "pools"]
[grant]
amount = "2h"
from = "city:issuance:welcome"
[issuance]
sources = ["city:issuance:welcome"]
"#;
const WELCOME: &str = "city:issuance:welcome";
const HELP: &str = "city:pool:help";
const RELIEF: &str = "01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11";
const ADA: &str = "city:member:ada";
const BOB: &str = "city:member:bob";

/// What staff do, unless another is named.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.done(&[
        "centre", "open", "city", "--staff", "1001", "--name", "City",
    ]);
    for number in ["1002", "1003"] {
        desk.done(&by(
            "1001",
            &["staff", "register", number, "--centre", "city"],
        ));
    }
    desk
}

fn by<'a>(actor: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--actor", actor]].concat()
}

/// A command line of the first of the staff.
pub(super) fn first(line: &str) -> Vec<&str> {
    by("1001", &line.split_whitespace().collect::<Vec<_>>())
}

/// With a source of ten hours, and two members.
pub(super) fn funded() -> Desk {
    let desk = desk();
    let opened = desk.json(&first(
        "source open city:issuance:welcome --funder Bureau --sector public --contract C-1 \
         --cap 10h --from 2020-01-01 --until 2099-12-31",
    ));
    assert_eq!(
        (&opened["cap"], &opened["left"]),
        (&json!(600), &json!(600))
    );
    let file = desk.file("policy.toml", POLICY);
    desk.done(&by("1001", &["policy", "adopt", "city", &file]));
    for (member, born) in [(ADA, "1950-01-01"), (BOB, "1940-01-01")] {
        let register = ["member", "register", member, "--name", "N", "--born", born];
        desk.done(&by("1001", &register));
    }
    desk
}

fn balance(desk: &Desk, account: &str) -> Value {
    desk.json(&["balance", account])["balance"].clone()
}

#[test]
fn what_is_issued_against_a_source() {
    let desk = funded();
    let granted = desk.json(&first("member grant city:member:ada"));
    assert_eq!(
        (&granted["kind"], &granted["amount"]),
        (&json!("grant"), &json!(120))
    );
    let (code, refused) = desk.failed(&first("member grant city:member:ada"));
    assert_eq!((code, &refused["error"]), (1, &json!("GRANT_GIVEN")));
    desk.done(&first("issue city:issuance:welcome city:member:ada 5h"));

    let spent = desk.run(&first("issue city:issuance:welcome city:member:ada 5h"));
    assert_eq!(spent.code, 1);
    assert!(spent.said.contains("SOURCE_SPENT"), "{spent:?}");
    assert!(
        spent.said.contains("outstanding: 7h (420 min)"),
        "{spent:?}"
    );
    assert!(spent.said.contains("cap: 10h (600 min)"), "{spent:?}");

    let shown = desk.json(&["source", "show", WELCOME]);
    assert_eq!(
        (&shown["outstanding"], &shown["left"]),
        (&json!(420), &json!(180))
    );
    assert_eq!(desk.csv(&["source", "list", "city"])[0]["funder"], "Bureau");
    assert_eq!(balance(&desk, ADA), 420);
    desk.done(&["audit", "verify"]);
}

#[test]
fn what_a_pool_is_given_and_pays() {
    let desk = funded();
    desk.done(&first("issue city:issuance:welcome city:member:ada 5h"));
    desk.done(&first(
        "gift city:member:ada city:member:bob 1h --reason thanks",
    ));
    desk.done(&first(
        "pool open city:pool:help --name Help --purpose illness --purpose hardship",
    ));
    desk.done(&first("pool give city:member:ada city:pool:help 3h"));
    let listed = desk.done(&["pool", "list", "city"]);
    assert!(listed.contains("illness, hardship"), "{listed}");

    let ask = first("pool relief city:pool:help city:member:bob 2h --purpose illness --reason ill");
    let asked = desk.json(&[&ask[..], &["--id", RELIEF]].concat());
    assert_eq!(asked["state"], "asked");
    let today = desk.json(&["today", "city", "--actor", "1002"]);
    assert_eq!(
        (&today["relief_count"], &today["reliefs"][0]["id"]),
        (&json!(1), &json!(RELIEF))
    );
    let approve = ["pool", "approve", RELIEF];
    let (code, refused) = desk.failed(&by("1001", &approve));
    assert_eq!((code, &refused["error"]), (1, &json!("APPROVER_ASKED")));
    assert_eq!(desk.json(&by("1002", &approve))["state"], "reserved");
    assert_eq!(desk.json(&["pool", "show", HELP])["held"], 120);
    assert_eq!(desk.json(&by("1003", &approve))["state"], "paid");
    assert_eq!(
        (balance(&desk, HELP), balance(&desk, BOB)),
        (json!(60), json!(180))
    );
    let paid = desk.json(&["pool", "reliefs", "city", "--state", "paid"]);
    assert_eq!(paid, desk.json(&["pool", "reliefs", "--of", BOB]));
    let whole = desk.json(&["pool", "show-relief", RELIEF]);
    assert_eq!(whole["history"].as_array().map(Vec::len), Some(3));

    let taken_back = ["pool", "return", RELIEF, "--reason", "mistake"];
    assert_eq!(desk.json(&by("1001", &taken_back))["state"], "returned");
    assert_eq!(
        (balance(&desk, HELP), balance(&desk, BOB)),
        (json!(180), json!(60))
    );
    let drained = ["transfer", HELP, BOB, "1h"];
    assert_eq!(desk.failed(&drained).1["error"], "ACCOUNT_RESERVED");
    desk.done(&["audit", "verify"]);
}

#[test]
fn money_comes_in_by_receipt() {
    let desk = desk();
    desk.done(&["unit", "declare", "cny", "--step", "fen"]);
    desk.done(&first(
        "pool open city:pool:sun --unit cny --name Sun --purpose hardship",
    ));
    let donate = first("pool donate city:pool:sun 500000 --receipt R-1");
    assert_eq!(desk.json(&donate)["amount"], 500_000);
    let (code, refused) = desk.failed(&donate);
    assert_eq!((code, &refused["error"]), (1, &json!("DONATION_EXISTS")));
    let rows = desk.csv(&["pool", "donations", "city:pool:sun"]);
    assert_eq!((rows.len(), &rows[0]["receipt"]), (1, &json!("R-1")));
    assert_eq!(balance(&desk, "city:donations:cny"), -500_000);
}

#[test]
fn points_are_redeemed_for_pieces() {
    let desk = funded();
    desk.done(&["unit", "declare", "points", "--step", "point"]);
    desk.done(&[
        "account",
        "open",
        "city:member:ada:points",
        "--unit",
        "points",
    ]);
    desk.done(&first(
        "source open city:issuance:points --unit points --kind foundation --funder F \
         --sector social --contract C-2 --cap 1000 --from 2020-01-01 --until 2099-12-31",
    ));
    let hours = desk.run(&first(
        "issue city:issuance:points city:member:ada:points 1h",
    ));
    assert_eq!(hours.code, 2, "{hours:?}");
    desk.done(&first(
        "issue city:issuance:points city:member:ada:points 100",
    ));
    desk.done(&first(
        "stock open city:stock:shop --unit points --name Shop",
    ));
    desk.done(&first(
        "stock put city:stock:shop --item rice --name Rice --price 50 --more 2",
    ));
    let redeem = "redeem city:member:ada:points city:stock:shop --item rice";
    for (given, reason) in [("60", "PRICE_OTHER"), ("150 --pieces 3", "ITEMS_SHORT")] {
        let line = format!("{redeem} {given}");
        assert_eq!(desk.failed(&first(&line)).1["error"], reason);
    }
    let line = format!("{redeem} 50");
    assert_eq!(desk.json(&first(&line))["kind"], "redemption");
    let rows = desk.csv(&["stock", "items", "city:stock:shop"]);
    assert_eq!(
        (&rows[0]["left"], &rows[0]["redeemed"]),
        (&json!("1"), &json!("1"))
    );
    assert_eq!(desk.csv(&["stock", "list", "city"])[0]["name"], "Shop");
    assert_eq!(balance(&desk, "city:member:ada:points"), 50);
    desk.done(&["audit", "verify"]);
}

const RATES: &str = r#"
name = "City"
[[convert]]
from = "points"
to = "time"
give = 20
get = "30m"
into = "city:stock:shop"
source = "city:issuance:welcome"
"#;

/// With a stock of points, a source of hours, and a rate between the two; a member has 100 points.
fn converting() -> Desk {
    let desk = desk();
    desk.done(&["unit", "declare", "points", "--step", "point"]);
    let by_whom = "--kind foundation --funder F --sector social --contract C-1 --cap 600 \
                   --from 2020-01-01 --until 2099-12-31";
    for line in [
        "stock open city:stock:shop --unit points --name Shop".into(),
        format!("source open {WELCOME} {by_whom}"),
        format!("source open city:issuance:points --unit points {by_whom}"),
    ] {
        desk.done(&first(&line));
    }
    let file = desk.file("rates.toml", RATES);
    desk.done(&by("1001", &["policy", "adopt", "city", &file]));
    desk.done(&by("1001", &["member", "register", ADA, "--name", "N"]));
    desk.done(&first(
        "issue city:issuance:points city:member:ada:points 100",
    ));
    desk
}

#[test]
fn units_are_converted_at_the_rate_of_the_policy() {
    let desk = converting();
    let convert = "convert city:member:ada";
    let (code, refused) = desk.failed(&first(&format!("{convert} 20 points gold")));
    assert_eq!(
        (code, &refused["error"]),
        (1, &json!("UNITS_NOT_CONVERTED"))
    );
    let (code, refused) = desk.failed(&first(&format!("{convert} 51 points time")));
    assert_eq!((code, &refused["error"]), (1, &json!("CONVERSION_UNEVEN")));
    let hours = desk.run(&first(&format!("{convert} 1h points time")));
    assert_eq!(hours.code, 2, "{hours:?}");
    let id = "018f4e9a-0000-7000-8000-00000000c001";
    let line = format!("{convert} 60 points time --reason visits --id {id}");
    let made = desk.json(&first(&line));
    assert_eq!(
        (&made["kind"], &made["entry_id"]),
        (&json!("conversion"), &json!(id))
    );
    assert_eq!(
        (&made["amount"], &made["replayed"]),
        (&json!(null), &json!(false))
    );
    let legs = [&made["transfers"][0], &made["transfers"][1]];
    let legs = legs.map(|leg| {
        (
            leg["to"].clone(),
            leg["amount"].clone(),
            leg["unit_id"].clone(),
        )
    });
    assert_eq!(
        legs,
        [
            (json!("city:stock:shop"), json!(60), json!("points")),
            (json!("city:member:ada"), json!(90), json!("time")),
        ]
    );
    assert_eq!(desk.json(&first(&line))["replayed"], json!(true));
    assert_eq!(balance(&desk, "city:member:ada:points"), 40);
    desk.done(&["audit", "verify"]);
}

#[test]
fn hours_go_to_partners_and_come_from_there() {
    let desk = funded();
    desk.done(&first("issue city:issuance:welcome city:member:ada 5h"));
    let opened = desk.json(&first(
        "partner open city:clearing:north --name North --surplus 3h --deficit 1h",
    ));
    assert_eq!(
        (&opened["surplus"], &opened["deficit"], &opened["balance"]),
        (&json!(180), &json!(60), &json!(0))
    );
    let send = "partner send city:member:ada city:clearing:north";
    let line = format!("{send} 4h --reference N-1");
    let refused = desk.failed(&first(&line)).1;
    assert_eq!(refused["error"], "PARTNER_LIMIT");
    assert_eq!(refused["figures"]["limit"], "surplus");
    let line = format!("{send} 2h --reference N-1 --reason moved");
    assert_eq!(desk.json(&first(&line))["kind"], "clearing");
    let (code, refused) = desk.failed(&first(&line));
    assert_eq!((code, &refused["error"]), (1, &json!("REFERENCE_EXISTS")));
    desk.done(&first(
        "partner receive city:clearing:north city:member:bob 3h --reference N-1",
    ));
    assert_eq!(
        (balance(&desk, ADA), balance(&desk, BOB)),
        (json!(180), json!(180))
    );
    let shown = desk.json(&["partner", "show", "city:clearing:north"]);
    assert_eq!(
        (&shown["name"], &shown["balance"]),
        (&json!("North"), &json!(-60))
    );
    assert_eq!(desk.csv(&["partner", "list", "city"])[0]["balance"], "-60");
    let rows = desk.csv(&["partner", "remittances", "city:clearing:north"]);
    let told = rows
        .iter()
        .map(|row| [&row["direction"], &row["reference"], &row["amount"]]);
    assert_eq!(
        told.collect::<Vec<_>>(),
        [["received", "N-1", "180"], ["sent", "N-1", "120"]]
    );
    assert_eq!(rows[1]["reason"], "moved");
    let taken = desk.failed(&["transfer", "city:clearing:north", ADA, "1h"]);
    assert_eq!(taken.1["error"], "ACCOUNT_RESERVED");
    desk.done(&["audit", "verify"]);
}

#[test]
fn a_closed_month_stays_as_it_is() {
    let desk = funded();
    desk.done(&first("period close city 2020-01"));
    for (month, reason) in [("2020-01", "PERIOD_CLOSED"), ("2020-03", "PERIOD_HOLE")] {
        let close = by("1001", &["period", "close", "city", month]);
        assert_eq!(desk.failed(&close).1["error"], reason);
    }
    let rows = desk.csv(&["period", "list", "city"]);
    assert_eq!((rows.len(), &rows[0]["month"]), (1, &json!("2020-01")));
    let root = until("the seal", || {
        let listed = desk.json(&["period", "list", "city"]);
        listed[0]["root"].as_str().map(str::to_owned)
    });
    assert_eq!(root_of(&desk, "2020-01"), root);
    let report = desk.json(&["period", "report", "city", "2020-01"]);
    assert_eq!(report["rows"][0]["kind"], "issuance");
    assert_eq!(
        (&report["since"], &report["until"]),
        (&json!("2020-01-01"), &json!("2020-01-31"))
    );
    let position = desk.json(&["status"])["journal_position"].to_string();
    let sign = ["report", "sign-off", "city", "2020-01", "--at-position"];
    let sign = by("1002", &[&sign[..], &[&position]].concat()).join(" ");
    let sign: Vec<_> = sign.split(' ').collect();
    assert_eq!(
        desk.json(&sign)["signed_off"][0]["staff_number"],
        json!("1002")
    );
    assert_eq!(desk.failed(&sign).1["error"], "SIGNED_OFF");
    desk.done(&["account", "open", "city:issuance:old"]);
    let booked = ["transfer", "city:issuance:old", ADA, "1h", "--effective-at"];
    let within = desk.failed(&[&booked[..], &["2020-01-31"]].concat());
    assert_eq!(within.1["error"], "EFFECTIVE_IN_CLOSED");
    desk.done(&[&booked[..], &["2020-02-01"]].concat());
    assert_eq!(root_of(&desk, "2020-01"), root);
    desk.done(&["audit", "verify"]);
}

/// The root over a month's closing balances, as RFC 6962 has it.
fn root_of(desk: &Desk, month: &str) -> String {
    fn hash(leaves: &[String]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => Sha256::digest([&[0], leaf.as_bytes()].concat()).into(),
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                Sha256::digest([&[1][..], &hash(left), &hash(right)].concat()).into()
            }
        }
    }
    let rows = desk.csv(&["period", "balances", "city", month]);
    let text = |row: &Value, name: &str| row[name].as_str().expect("text").to_owned();
    let leaves = rows.iter().map(|row| {
        let [account, unit, closing] =
            ["account_id", "unit_id", "closing"].map(|name| text(row, name));
        format!("{account} {unit} {closing}")
    });
    let root = hash(&leaves.collect::<Vec<_>>());
    root.iter().map(|byte| format!("{byte:02x}")).collect()
}
