//! Reports, from the command line.

use std::process::Command;

use serde_json::{Value, json};

use super::{Desk, duckdb, sql};

/// The example city, as the example itself writes it. It may have to be built, which takes as long as
/// it does.
fn city() -> String {
    let mut run = Command::new(env!("CARGO"));
    run.args(["run", "--quiet", "--example", "city"]);
    run.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = run.output().expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).expect("text")
}

/// The participants of a report's rows by what these are of.
fn participants(report: &Value) -> Vec<(&str, i64)> {
    let rows = report["rows"].as_array().expect("rows").iter();
    let rows = rows.map(|row| {
        let of = row["branch"].as_str().expect("a branch");
        (of, row["participants"].as_i64().expect("a number"))
    });
    rows.collect()
}

/// Table 1 of the study.
#[test]
fn the_example_city_has_the_participants_of_the_study() {
    let desk = Desk::new();
    let file = desk.file("city.csv", &city());
    desk.done(&["import", &file, "--open-accounts", "--actor", "1001"]);
    let activity = desk.json(&["report", "activity"]);
    assert_eq!(
        participants(&activity),
        [
            ("banan", 179),
            ("jiulongpo", 589),
            ("shapingba", 358),
            ("yubei", 452),
            ("yuzhong", 367),
            ("(all)", 1_945),
        ]
    );
    // The year is that of its months, and a branch is its part of the whole.
    let by_month = desk.json(&["report", "activity", "--by", "month"]);
    let months = by_month["rows"].as_array().expect("rows");
    let minutes = |row: &Value| row["served_minutes"].as_i64().expect("minutes");
    let (all, months) = months.split_last().expect("that of all");
    assert_eq!((months.len(), &months[0]["month"]), (12, &json!("2025-01")));
    assert_eq!(months.iter().map(minutes).sum::<i64>(), minutes(all));
    // By two at once: each month of a branch is a row.
    let by_two = desk.json(&["report", "activity", "--by", "branch,month"]);
    let rows = by_two["rows"].as_array().expect("rows");
    let (of_all, rows) = rows.split_last().expect("that of all");
    assert_eq!((rows.len(), &of_all["month"]), (60, &Value::Null));
    assert_eq!(rows.iter().map(minutes).sum::<i64>(), minutes(of_all));
    let first = (&rows[0]["branch"], &rows[0]["month"]);
    assert_eq!(first, (&json!("banan"), &json!("2025-01")));
    let of_one = [
        "report", "activity", "--branch", "yuzhong", "--month", "2025-03",
    ];
    let of_one = desk.json(&of_one);
    assert_eq!(
        (&of_one["scope"], &of_one["since"], &of_one["until"]),
        (
            &json!("yuzhong"),
            &json!("2025-03-01"),
            &json!("2025-03-31")
        )
    );
    assert_eq!(participants(&of_one)[0].0, "yuzhong");

    compared_with_sql(&desk);
    a_month_is_its_parts(&desk);

    // As of a position, the same bytes for ever.
    let position = activity["at_position"].to_string();
    let then = [
        "report",
        "activity",
        "--by",
        "service",
        "--at-position",
        &position,
    ];
    for form in ["table", "json", "csv"] {
        let then = [&then[..], &["--output", form]].concat();
        let before = desk.done(&then);
        let more = [
            "transfer",
            "yuzhong:issuance:grant-2025",
            "yuzhong:member:000001",
            "1h",
        ];
        desk.done(&[&more[..], &["--tag", "service=walk", "--actor", "1001"]].concat());
        assert_eq!(desk.done(&then), before, "{form}");
    }
    let now = desk.done(&["report", "activity", "--by", "service"]);
    assert!(now.contains("walk"), "{now}");
}

/// Each part of a month's report is what its own report has as of the position, of a branch and of
/// all, and what is booked later changes none of it.
fn a_month_is_its_parts(desk: &Desk) {
    let parts = [
        ("indicators", "indicators", None),
        ("services", "activity", Some("service")),
        ("blocks", "activity", Some("block")),
        ("demand", "supply-demand", Some("service")),
        ("satisfaction", "satisfaction", Some("service")),
        ("evaluations", "evaluations", Some("service")),
        ("redeemability", "redeemability", None),
    ];
    for of in [&[][..], &["--branch", "yuzhong"]] {
        let asked = [&["report", "month", "2025-03"], of].concat();
        let month = desk.json(&asked);
        let at = month["at_position"].to_string();
        let days = (&month["since"], &month["until"]);
        assert_eq!(days, (&json!("2025-03-01"), &json!("2025-03-31")));
        for (part, report, by) in parts {
            let by = by.map_or(vec![], |by| vec!["--by", by]);
            let own = [&["report", report, "--month", "2025-03"], of, &by].concat();
            let own = desk.json(&[&own[..], &["--at-position", &at]].concat());
            assert_eq!(month[part], own["rows"], "{part} of {of:?}");
        }
        let then = [&asked[..], &["--at-position", &at]].concat();
        let forms = ["table", "json", "csv"].map(|form| [&then[..], &["--output", form]].concat());
        let before = forms.each_ref().map(|form| desk.done(form));
        let lists = before[2].lines().skip(1);
        let lists: std::collections::BTreeSet<_> =
            lists.filter_map(|line| line.split(',').nth(4)).collect();
        assert_eq!(lists, parts.map(|(part, ..)| part).into());
        let to = "yuzhong:member:000001";
        let more = ["transfer", "yuzhong:issuance:grant-2025", to, "1h"];
        desk.done(&[&more[..], &["--tag", "service=walk", "--actor", "1001"]].concat());
        assert_eq!(forms.each_ref().map(|form| desk.done(form)), before);
    }
}

#[test]
fn a_report_that_cannot_be() {
    let desk = Desk::founded();
    let (code, refused) = desk.failed(&["report", "activity", "--branch", "town"]);
    assert_eq!((code, &refused["error"]), (1, &json!("BRANCH_EMPTY")));
    for (of, reason) in [
        (&["--branch", "town"], "BRANCH_EMPTY"),
        (&["--at-position", "1000"], "POSITION_AHEAD"),
    ] {
        let month = [&["report", "month", "2026-10"][..], of].concat();
        let (code, refused) = desk.failed(&month);
        assert_eq!((code, &refused["error"]), (1, &json!(reason)));
    }
    let thrice = ["report", "activity", "--by", "branch,month,service"];
    let thrice = desk.run(&thrice);
    assert_eq!(thrice.code, 2);
    assert!(thrice.said.contains("one or two"), "{thrice:?}");
    let (_, refused) = desk.failed(&["report", "activity", "--by", "month,month"]);
    assert_eq!(&refused["error"], &json!("GROUPED_TWICE"));
    // Whoever was not reached said nothing of it.
    let order = "01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11";
    for found in ["--denied", "--not-reached"] {
        let file = ["evaluation", "file", order, found, "--quality", "5"];
        assert_eq!(desk.run(&file).code, 2, "{found}");
    }
    let both = [
        "report",
        "activity",
        "--month",
        "2026-10",
        "--since",
        "2026-10-01",
    ];
    assert_eq!(desk.run(&both).code, 2);
    for (kind, head) in [
        ("activity", "branch  participants  providers"),
        ("satisfaction", "branch  orders  answers  response percent"),
        ("supply-demand", "branch  needs  arranged  accepted"),
        ("dormancy", "joined  members  gone  active 30 days"),
        ("indicators", "participants count 0 members who served"),
        (
            "redeemability",
            "outstanding members minutes 1h40m what stands on",
        ),
    ] {
        let shown = desk.done(&["report", kind]);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&shown).contains(&words(head)), "{shown}");
    }
}

/// A member who served an hour outside orders, and one who was served.
fn served() -> Desk {
    let desk = Desk::new();
    let open = ["centre", "open", "city", "--staff", "1001"];
    let names = [
        "--name",
        "City Centre",
        "--name-zh",
        "\u{57ce}\u{4e2d}\u{5fc3}",
    ];
    desk.done(&[&open[..], &names].concat());
    for member in ["city:member:kid", "city:member:gran"] {
        let register = [
            "member", "register", member, "--name", "N", "--actor", "1001",
        ];
        desk.done(&register);
    }
    desk.done(&["account", "open", "city:issuance:mint"]);
    desk.done(&["transfer", "city:issuance:mint", "city:member:gran", "5h"]);
    let visit = ["transfer", "city:member:gran", "city:member:kid", "1h"];
    let when = [
        "--tag",
        "service=read-aloud",
        "--effective-at",
        "2020-03-02",
    ];
    desk.done(&[visit, when].concat());
    let policy = "name = \"City\"\n[[service]]\ncode = \"read-aloud\"\n\
        name_en = \"Reading aloud\"\nname_zh = \"\u{6717}\u{8bfb}\"\n";
    let file = desk.file("policy.toml", policy);
    desk.done(&["policy", "adopt", "city", &file, "--actor", "1001"]);
    desk
}

#[test]
fn a_certificate_that_a_school_checks() {
    let desk = served();
    let days = ["--from", "2020-03-01", "--to", "2020-03-31"];
    let make = [&["certificate", "make", "city:member:kid"][..], &days].concat();
    let made = desk.json(&make);
    assert_eq!(made["all_served_minutes"], json!(60));
    assert_eq!(
        made["services"],
        json!([{
            "service": "read-aloud",
            "services": 1,
            "served_minutes": 60,
            "is_entered": true,
            "first_on": "2020-03-02",
            "last_on": "2020-03-02",
        }])
    );
    let number = made["number"].as_str().expect("a number");
    let check = |number: &str| {
        let check = ["certificate", "check", number, "city:member:kid"];
        desk.run(&[&check[..], &days].concat())
    };
    let found = check(number);
    assert_eq!(found.code, 0, "{found:?}");
    assert!(found.data.contains("read-aloud"), "{found:?}");
    let forged = check("5-00000000000000000000");
    assert_eq!((forged.code, forged.data.as_str()), (1, ""));
    assert!(forged.said.contains("not from this ledger"), "{forged:?}");
    let told = |number: &str| {
        let check = ["certificate", "check", number, "city:member:kid"];
        let told = desk.json(&[&check[..], &days].concat());
        ["still_so", "now_served_minutes"].map(|field| told[field].clone())
    };
    assert_eq!(told(number), [json!(true), json!(60)]);

    let page = [&make[..], &["--html", "--name", "<Kid>"]].concat();
    let page = desk.done(&page);
    let today = chrono::Utc::now().date_naive();
    for text in [
        "志愿服务记录证明",
        "<dd>&lt;Kid&gt;</dd>",
        "<td>朗读 Reading aloud (read-aloud)</td>",
        "<td>2020-03-02 \u{2013} 2020-03-02</td>",
        "<tr><td>合计 all</td><td></td><td></td><td class=\"number\">1</td><td class=\"number\">1h</td></tr>",
        "<dt>出具单位 issued by</dt><dd>城中心 City Centre</dd>",
        &format!("<dt>数据截至 as of</dt><dd>{today}</dd>"),
        &format!("<dt>出具日期 issued on</dt><dd>{today}</dd>"),
        "<dt>单位公章 seal</dt><dd class=\"blank\"></dd>",
        "<dt>负责人签字 person in charge, signature</dt><dd class=\"blank\"></dd>",
        "<dt>经办人签字 made out by, signature</dt><dd class=\"blank\"></dd>",
        "<dt>证件类型及号码 identity document</dt><dd class=\"blank\"></dd>",
        "<dt>联系方式 contact</dt><dd class=\"blank\"></dd>",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("<dt>姓名 name</dt><dd class"), "{page}");
    let page = desk.done(&[&make[..], &["--html"]].concat());
    assert!(page.contains("<dt>姓名 name</dt><dd class"), "{page}");

    // It stays a certificate of this ledger, and whoever checks it is told what came of it.
    let entry = desk.json(&["statement", "city:member:kid"])[0]["entry_id"].clone();
    let entry = entry.as_str().expect("an id");
    desk.done(&["entry", "reverse", entry, "--reason", "not so"]);
    assert_eq!(told(number), [json!(false), json!(0)]);
}

#[test]
fn a_statement_of_a_position_is_the_same_for_ever() {
    let desk = served();
    let gran = "city:member:gran";
    let position = desk.json(&["status"])["journal_position"].to_string();
    let asked = [
        &["statement", gran, "--output", "json"][..],
        &["statement", gran, "--month", "2020-03", "--output", "csv"],
        &["passbook", gran, "--year", "2020"],
    ];
    let told = || {
        let of_position = ["--at-position", &position];
        asked.map(|asked| desk.done(&[asked, &of_position[..]].concat()))
    };
    let before = told();
    let entry = desk.json(&["statement", gran])[1]["entry_id"].clone();
    let entry = entry.as_str().expect("an id");
    desk.done(&["entry", "reverse", entry, "--reason", "not so"]);
    assert_eq!(told(), before);
    let now = asked.map(|asked| desk.done(asked));
    assert!(now.iter().zip(&before).all(|(now, before)| now != before));
    let ahead = ["statement", gran, "--at-position", "1000"];
    let ahead = desk.run(&ahead);
    assert_eq!(ahead.code, 1);
    assert!(ahead.said.contains("POSITION_AHEAD"), "{ahead:?}");
}

#[test]
fn a_month_and_a_year_of_an_account() {
    let desk = served();
    let gran = "city:member:gran";
    let month = desk.done(&["statement", gran, "--month", "2020-03"]);
    let lines: Vec<_> = month.lines().collect();
    assert!(lines[1].contains("opening balance"), "{month}");
    assert!(lines[2].contains("city:member:kid"), "{month}");
    assert!(lines[3].contains("closing balance"), "{month}");
    assert_eq!(lines.len(), 4, "{month}");
    let with_by = ["statement", gran, "--month", "2020-03", "--by", "recorded"];
    assert_eq!(desk.run(&with_by).code, 2);

    // What stood on the account is told of a month without postings, too.
    let before = |month| {
        let of_month = ["statement", gran, "--month", month];
        let rows = [desk.json(&of_month), Value::from(desk.csv(&of_month))];
        let ends = rows.map(|rows| {
            let rows = rows.as_array().expect("rows").clone();
            let ends = [rows.first(), rows.last()].map(|row| row.expect("a row").clone());
            let told = ends.map(|row| format!("{} {}", row["kind"], row["balance"]));
            (rows.len(), told.join(" ").replace('"', ""))
        });
        assert_eq!(ends[0], ends[1], "JSON and CSV");
        ends[0].clone()
    };
    let told = |opening, closing| format!("opening_balance {opening} closing_balance {closing}");
    assert_eq!(before("2020-02"), (2, told(0, 0)));
    assert_eq!(before("2020-03"), (3, told(0, -60)));
    assert_eq!(before("2020-04"), (2, told(-60, -60)));
    let newest = ["statement", gran, "--month", "2020-03", "--order", "newest"];
    assert_eq!(desk.json(&newest)[0]["kind"], "closing_balance");

    let page = desk.done(&["passbook", gran, "--year", "2020"]);
    for text in [
        "存折",
        "2020-03-02",
        "朗读 Reading aloud (read-aloud), city:member:kid",
        "期初余额",
        "期末余额",
        "-1h",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn a_sample_of_nothing() {
    let desk = Desk::founded();
    let drawn = desk.json(&["audit", "sample", "--seed", "dice", "--size", "5"]);
    assert_eq!(drawn["rows"], json!([]));
    let columns = "scope,since,until,at_position,order_id,on,centre,service,point,provider_id,\
        recipient_id,served_minutes,credited_minutes";
    let drawn = ["audit", "sample", "--seed", "dice", "--size", "5"];
    let columns_of_none = [
        (&drawn[..], columns),
        (
            &["audit", "anomalies"],
            "scope,since,until,at_position,anomaly,branch,who,on,measure,value,threshold,count,records",
        ),
    ];
    for (report, columns) in columns_of_none {
        let text = desk.done(&[report, &["--output", "csv"]].concat());
        assert_eq!(text.lines().next(), Some(columns));
    }
    let many = ["audit", "sample", "--seed", "dice", "--size", "1001"];
    assert_eq!(desk.run(&many).code, 2);
}

/// Of what a report is stays beside what each of its rows is of.
#[test]
fn rows_of_reports_say_of_what_they_are() {
    let desk = Desk::founded();
    for (kind, columns, row) in [
        (
            "redeemability",
            "figure,of,measure,value,meaning",
            "outstanding,members,minutes,100,",
        ),
        (
            "indicators",
            "figure,of,measure,value,meaning",
            "participants,,count,0,",
        ),
        ("activity", "branch,participants,", "(all),0,"),
    ] {
        let text = desk.done(&["report", kind, "--branch", "city", "--output", "csv"]);
        let position = desk.position();
        let head = format!("scope,since,until,at_position,{columns}");
        assert!(text.starts_with(&head), "{text}");
        let line = format!("\ncity,,,{position},{row}");
        assert!(text.contains(&line), "{line}: {text}");
        assert!(
            text.lines().skip(1).all(|line| line.starts_with("city,")),
            "{text}"
        );
    }
}

/// The figures of the reports, and those that another engine has of an export.
fn compared_with_sql(desk: &Desk) {
    let Some(python) = duckdb() else {
        return;
    };
    let lines = desk.done(&["export", "--format", "jsonl"]);
    let file = desk.file("city.jsonl", &lines);
    let dormancy = desk.json(&["report", "dormancy"]);
    let today = chrono::Utc::now().date_naive().to_string();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/figures.py");
    let sql = sql(python, &[script, &file, &today]);

    for by in ["branch", "service", "month"] {
        let report = desk.json(&["report", "activity", "--by", by]);
        let figures = [
            "participants",
            "providers",
            "recipients",
            "both",
            "services",
            "served_minutes",
            "credited_minutes",
        ];
        assert_eq!(by_name(&report, by, &figures), sql[by], "activity by {by}");
    }
    let figures = [
        "members",
        "active_30_days",
        "active_90_days",
        "active_365_days",
        "active_before",
    ];
    assert_eq!(by_name(&dormancy, "joined", &figures), sql["dormancy"]);
    let report = desk.json(&["report", "redeemability"]);
    let figure = |figure: &str, of: &str| {
        let rows = report["rows"].as_array().expect("rows").iter();
        let mut found = rows.filter(|row| row["figure"] == figure && row["of"] == of);
        found.next().expect("a figure")["value"].clone()
    };
    assert_eq!(
        figure("outstanding", "members"),
        sql["outstanding"]["members"]
    );
    assert_eq!(figure("outstanding", "pools"), sql["outstanding"]["pools"]);
    for (age, minutes) in sql["ages"].as_object().expect("ages") {
        assert_eq!(figure("outstanding by age", age), *minutes, "{age}");
    }
    for (account, out) in sql["issued"].as_object().expect("accounts") {
        assert_eq!(figure("issued", account), *out, "{account}");
    }
    assert_eq!(figure("redeemed", "stock"), sql["redeemed stock"]);
    assert_eq!(figure("redeemed", "services"), sql["redeemed services"]);
    assert_eq!(figure("earned", "services"), sql["earned"]);
}

/// Rows of a report by what they are of.
fn by_name(report: &Value, of: &str, figures: &[&str]) -> Value {
    let rows = report["rows"].as_array().expect("rows").iter();
    let rows = rows.map(|row| {
        let name = row[of].as_str().expect("a name").to_owned();
        let figures = figures.iter().map(|figure| row[*figure].clone());
        (name, figures.collect::<Value>())
    });
    Value::Object(rows.collect())
}
