//! What people have, booked twice and counted once.

use serde_json::{Value, json};

use super::{Desk, Ended};

/// An import's sums, the lines it told of with their reasons, and its code.
struct Imported {
    code: i32,
    sum: Value,
    told: Vec<(u64, String)>,
}

fn import(desk: &Desk, file: &str, arguments: &[&str]) -> Imported {
    let fixed = ["import", file, "--output", "json"];
    let Ended { code, data, said } = desk.run(&[&fixed, arguments].concat());
    let told = said
        .lines()
        .map(|line| -> Value { serde_json::from_str(line).unwrap_or_else(|_| panic!("{said}")) });
    let told = told.filter(|one| one["line"].is_number()).map(|one| {
        let reason = one["reason"].as_str().expect("a reason").to_owned();
        (one["line"].as_u64().expect("a line"), reason)
    });
    Imported {
        code,
        sum: serde_json::from_str(&data).unwrap_or_else(|_| panic!("{data} {said}")),
        told: told.collect(),
    }
}

/// The rows as they were read, were skipped, are bad, booked, there already,
/// and refused.
fn rows(sum: &Value) -> [i64; 6] {
    [
        "read",
        "skipped",
        "bad",
        "booked",
        "already_there",
        "refused",
    ]
    .map(|what| sum[format!("rows_{what}")].as_i64().expect("a count"))
}

fn balances(desk: &Desk) -> Vec<(String, i64)> {
    let list = desk.json(&["account", "list"]);
    let list = list.as_array().expect("a list").iter();
    let pair = |account: &Value| {
        let id = account["account_id"].as_str().expect("an id").to_owned();
        (id, account["balance"].as_i64().expect("a balance"))
    };
    list.map(pair).collect()
}

/// A dry run, a run, and a second run of the same file.
fn three_times(
    file: &str,
    arguments: &[&str],
    expected: [i64; 6],
    told: &[(u64, &str)],
    minutes: i64,
) -> Desk {
    let desk = Desk::new();
    let file = desk.file("file.csv", file);
    let arguments = [arguments, &["--open-accounts"]].concat();
    let code = i32::from(expected[2] + expected[5] > 0);
    let told: Vec<_> = told
        .iter()
        .map(|(line, reason)| (*line, (*reason).to_owned()))
        .collect();

    let dry = import(&desk, &file, &[&arguments[..], &["--dry-run"]].concat());
    assert_eq!(
        (dry.code, rows(&dry.sum), &dry.told),
        (code, expected, &told)
    );
    assert_eq!(
        desk.json(&["account", "list"]),
        json!([]),
        "a dry run writes nothing"
    );

    let first = import(&desk, &file, &arguments);
    assert_eq!(
        (first.code, rows(&first.sum), &first.told),
        (code, expected, &told)
    );
    assert_eq!(first.sum["totals"][0]["amount_booked"], minutes);
    let after = (balances(&desk), desk.json(&["audit", "verify"]));

    let second = import(&desk, &file, &arguments);
    let [read, skipped, bad, booked, _, refused] = expected;
    let again = [read, skipped, bad, 0, booked, refused];
    assert_eq!(
        (second.code, rows(&second.sum), &second.told),
        (code, again, &told)
    );
    assert_eq!(second.sum["totals"][0]["amount_already_there"], minutes);
    assert_eq!((balances(&desk), desk.json(&["audit", "verify"])), after);

    let dry = import(&desk, &file, &[&arguments[..], &["--dry-run"]].concat());
    assert_eq!((rows(&dry.sum), &dry.told), (again, &told));
    desk
}

#[test]
fn native() {
    let file = "\
entry_id,from,to,amount,effective_at,kind,service
11111111-1111-4111-8111-111111111111,city:issuance:mint,city:member:1,2h,2026-01-02,grant,
22222222-2222-4222-8222-222222222222,city:member:1,city:member:2,30,2026-01-03,service,class
22222222-2222-4222-8222-222222222222,city:member:1,city:member:3,30,2026-01-03,service,class
,city:member:1,city:member:2,15,2026-01-04 10:00,service,home-care
,city:member:1,city:member:2,15,2026-01-04 10:00,service,home-care
,city:member:1,city:member:2,0.33h,2026-01-05,service,
,city:member:1,city:member:1,5,2026-01-05,service,
,city:member:1,city:member:2,-5,2026-01-05,service,
,city:member:1,City Member,5,2026-01-05,service,
,city:member:1,city:member:2,5,someday,service,
,city:member:1,city:member:2,5,,service,
,city:member:1,city:member:2,5
,city:member:2,city:member:1,10h,2026-01-06,service,
";
    let told = [
        (7, "NOT_WHOLE_MINUTES"),
        (8, "SAME_ACCOUNT"),
        (9, "AMOUNT_OUT_OF_RANGE"),
        (10, "ACCOUNT_ID_MALFORMED"),
        (11, "TIME_MALFORMED"),
        (12, "UNDATED"),
        (13, "COLUMN_COUNT"),
        (14, "FLOOR_CROSSED"),
    ];
    let desk = three_times(file, &[], [13, 0, 7, 5, 0, 1], &told, 210);
    let expected = [
        ("issuance:mint", -120),
        ("member:1", 30),
        ("member:2", 60),
        ("member:3", 30),
    ];
    let expected = expected.map(|(id, balance)| (format!("city:{id}"), balance));
    assert_eq!(balances(&desk), expected);
    let entry = desk.json(&["entry", "show", "22222222-2222-4222-8222-222222222222"]);
    assert_eq!(entry["transfers"].as_array().map(Vec::len), Some(2));
    assert_eq!(entry["tags"], json!({"service": "class"}));
}

#[test]
fn timeoverflow() {
    let file = "\
12,Member,34,Member,5400,2013-10-20 09:15:00 UTC,gardening,7
1,Organization,12,Member,3600,2013-10-21 09:15:00 UTC,,
12,Member,34,Member,100,2013-10-22 09:15:00 UTC,gardening,7
12,Member,34,Member,60,,gardening,7
12,Member,12,Member,60,2013-10-22 09:15:00 UTC,gardening,7
12,Robot,34,Member,60,2013-10-22 09:15:00 UTC,gardening,7
12,Member,34,Member
";
    let told = [
        (3, "NOT_WHOLE_MINUTES"),
        (4, "FIELD_MISSING"),
        (5, "SAME_ACCOUNT"),
        (6, "CHOICE_UNKNOWN"),
        (7, "COLUMN_COUNT"),
    ];
    let arguments = ["--format", "timeoverflow", "--into", "barrio"];
    let desk = three_times(file, &arguments, [7, 0, 5, 2, 0, 0], &told, 150);
    let mut found: Vec<_> = balances(&desk)
        .into_iter()
        .map(|(_, balance)| balance)
        .collect();
    found.sort_unstable();
    assert_eq!(found, [-60, -30, 90]);
    assert!(
        balances(&desk)
            .iter()
            .all(|(id, _)| id.starts_with("barrio:"))
    );
}

#[test]
fn community_forge() {
    let file = "\
payer,payee,quantity,created,state,type,description
1,2,1.5,2013-10-20 09:15,completed,credit,\"cutting hair, short\"
2,3,2,2013-10-21 09:15,completed,bill,
2,3,0.33,2013-10-22 09:15,completed,bill,
2,3,1,2013-10-22 09:15,pending,bill,
2,3,one,2013-10-22 09:15,completed,bill,
";
    let told = [
        (4, "NOT_WHOLE_MINUTES"),
        (5, "SKIPPED"),
        (6, "AMOUNT_MALFORMED"),
    ];
    let arguments = ["--format", "community-forge", "--into", "hamlet"];
    let desk = three_times(file, &arguments, [5, 1, 2, 2, 0, 0], &told, 210);
    let mut found: Vec<_> = balances(&desk)
        .into_iter()
        .map(|(_, balance)| balance)
        .collect();
    found.sort_unstable();
    assert_eq!(found, [-90, -30, 120]);
}

/// A file of many calls, in and out of a dry run.
#[test]
fn many_rows() {
    let desk = Desk::new();
    let mut rows = "from,to,amount,effective_at\n".to_owned();
    for second in 0..3_000 {
        let time = format!("2026-01-01 {:02}:{:02}", second / 60 % 24, second % 60);
        rows += &format!("city:issuance:mint,city:member:{},5,{time}\n", second % 7);
    }
    let file = desk.file("rows.csv", &rows);
    let dry = ["--open-accounts", "--dry-run"];
    for (arguments, booked) in [
        (&dry[..], 3_000),
        (&dry[..1], 3_000),
        (&dry[..], 0),
        (&dry[..1], 0),
    ] {
        let Imported { code, sum, told } = import(&desk, &file, arguments);
        assert_eq!((code, told), (0, vec![]), "{sum}");
        assert_eq!(sum["rows_booked"], booked, "{arguments:?}");
    }
    assert_eq!(
        desk.json(&["balance", "city:issuance:mint"])["balance"],
        -15_000
    );
}

/// A dry run adds up each row in the unit that its account would have.
#[test]
fn units_of_accounts_that_would_be_opened() {
    let desk = Desk::new();
    desk.done(&["unit", "declare", "points", "--step", "point"]);
    let rows = "from,to,from_kind,amount,unit_id,effective_at\n\
                city:issuance:shop,city:member:1,issuance,7,points,2026-01-01\n\
                city:issuance:shop,city:member:1,issuance,5,,2026-01-02\n";
    let file = desk.file("rows.csv", rows);
    for arguments in [&["--open-accounts", "--dry-run"][..], &["--open-accounts"]] {
        let Imported { sum, .. } = import(&desk, &file, arguments);
        let totals = sum["totals"].as_array().expect("totals");
        let totals: Vec<_> = totals
            .iter()
            .map(|one| (one["unit_id"].as_str(), one["amount_booked"].as_i64()))
            .collect();
        assert_eq!(totals, [(Some("points"), Some(12))], "{sum}");
    }
}

/// Accounts are opened only when that is asked for.
#[test]
fn missing_accounts() {
    let desk = Desk::new();
    let rows = "from,to,amount,effective_at\ncity:issuance:mint,city:member:1,5,2026-01-01\n";
    let file = desk.file("rows.csv", rows);
    let refused = import(&desk, &file, &[]);
    assert_eq!(
        (refused.code, refused.told),
        (1, vec![(2, "ACCOUNT_UNKNOWN".to_owned())])
    );
    assert_eq!(desk.json(&["account", "list"]), json!([]));
    assert_eq!(
        import(&desk, &file, &["--open-accounts"]).sum["accounts_opened"],
        2
    );
}

/// What cannot be read at all is told, and nothing is booked.
#[test]
fn files_of_no_kind() {
    let desk = Desk::new();
    for (name, bytes) in [
        ("no header", &b"a,b,c\n1,2,3\n"[..]),
        ("nothing", b""),
        (
            "no text",
            b"from,to,amount,effective_at\n\xff\xfe,b:b,1,2026-01-01\n",
        ),
        (
            "an open quote",
            b"from,to,amount,effective_at\n\"a:a,b:b,1,2026-01-01\n",
        ),
        ("zeros", &[0; 100]),
    ] {
        let path = desk.dir.path().join("rows.csv");
        std::fs::write(&path, bytes).expect("a file");
        let ended = desk.run(&["import", path.to_str().expect("a path"), "--open-accounts"]);
        assert!(matches!(ended.code, 1 | 2), "{name}: {ended:?}");
        assert!(!ended.said.is_empty(), "{name}");
    }
    assert_eq!(desk.json(&["account", "list"]), json!([]));
}

/// An entry of which one row cannot be read is not booked at all, wherever in
/// the file its other rows stand; with the row put right, all of it is.
#[test]
fn entries_with_a_bad_row() {
    let desk = Desk::new();
    let header = "entry_id,from,to,amount,effective_at\n";
    let [split, whole] =
        ["1", "2"].map(|digit| format!("{digit}1111111-1111-4111-8111-111111111111"));
    let to_ann = format!("{split},city:issuance:mint,city:member:ann,10,2026-01-02\n");
    let to_ben = format!("{split},city:issuance:mint,city:member:ben,20,2026-01-02\n");
    let to_cai = format!("{whole},city:issuance:mint,city:member:cai,30,2026-01-02\n");

    let torn = to_ben.replace(",20,", ",20 min,");
    let file = desk.file("torn.csv", &[header, &to_ann, &to_cai, &torn].concat());
    let told = [(2, "ENTRY_BAD"), (4, "AMOUNT_MALFORMED")];
    let told = told.map(|(line, reason)| (line, reason.to_owned()));
    for arguments in [&["--open-accounts", "--dry-run"][..], &["--open-accounts"]] {
        let imported = import(&desk, &file, arguments);
        assert_eq!(rows(&imported.sum), [3, 0, 2, 1, 0, 0], "{arguments:?}");
        assert_eq!(imported.told, told);
    }

    let file = desk.file("mended.csv", &[header, &to_ann, &to_ben, &to_cai].concat());
    let imported = import(&desk, &file, &["--open-accounts"]);
    assert_eq!(rows(&imported.sum), [3, 0, 0, 2, 1, 0]);
    assert_eq!(
        desk.json(&["balance", "city:issuance:mint"])["balance"],
        -60
    );
}

/// No account is opened for what is not booked: it would be in the books for
/// good.
#[test]
fn accounts_of_what_is_not_booked() {
    let desk = Desk::new();
    let known = "11111111-1111-4111-8111-111111111111";
    desk.done(&["account", "open", "city:issuance:mint"]);
    desk.done(&["account", "open", "city:member:ann"]);
    desk.done(&[
        "transfer",
        "city:issuance:mint",
        "city:member:ann",
        "5",
        "--id",
        known,
    ]);
    for (what, row, reason) in [
        (
            "unreadable",
            ",city:issuance:mint,city:member:new,x,2026-01-02,,",
            "AMOUNT_MALFORMED",
        ),
        (
            "below the floor",
            ",city:member:ann,city:member:new,6,2026-01-02,,",
            "FLOOR_CROSSED",
        ),
        (
            "a floor of its own",
            ",city:pool:new,city:member:new,6,2026-01-02,,",
            "FLOOR_CROSSED",
        ),
        (
            "another entry's id",
            "11111111-1111-4111-8111-111111111111,city:issuance:mint,city:member:new,6,2026-01-02,,",
            "ID_REUSED",
        ),
        (
            "no such unit",
            ",city:issuance:new,city:member:new,6,2026-01-02,points,",
            "UNIT_UNKNOWN",
        ),
    ] {
        let header = "entry_id,from,to,amount,effective_at,unit_id,to_kind";
        let file = desk.file("rows.csv", &format!("{header}\n{row}\n"));
        for arguments in [&["--open-accounts", "--dry-run"][..], &["--open-accounts"]] {
            let imported = import(&desk, &file, arguments);
            assert_eq!(imported.told, [(2, reason.to_owned())], "{what}");
            assert_eq!(imported.sum["accounts_opened"], 0, "{what}");
        }
        assert_eq!(balances(&desk).len(), 2, "{what}");
    }
    let header = "from,to,amount,effective_at,to_kind";
    let refused = "city:member:ann,city:member:new,6,2026-01-02,";
    let booked = "city:issuance:mint,city:member:new,6,2026-01-02,project";
    let file = desk.file("rows.csv", &format!("{header}\n{refused}\n{booked}\n"));
    let imported = import(&desk, &file, &["--open-accounts"]);
    assert_eq!(imported.told, [(2, "FLOOR_CROSSED".to_owned())]);
    assert_eq!(imported.sum["accounts_opened"], 1);
    assert_eq!(
        desk.json(&["account", "show", "city:member:new"])["balance"],
        6
    );
}
