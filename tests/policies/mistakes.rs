//! Every mistake in a policy is told with its place and what to do.

use timebank::exchange::policy::{MAX_DOCUMENT_BYTES, Mistakes, Policy};

fn mistakes(text: &str) -> Vec<String> {
    match Policy::read(text) {
        Ok(_) => Vec::new(),
        Err(Mistakes(all)) => all.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn each_mistake_has_its_place_and_a_hint() {
    for (lines, expected) in [
        (
            "[pricing]\nday_cap = 2",
            "line 3, column 11: pricing.day_cap is not a length of time; write \"15m\", \"2h\" or \"1h30m\"",
        ),
        (
            "[pricing]\nday_cap = \"2\"",
            "line 3, column 11: pricing.day_cap is not a length of time; write \"15m\", \"2h\" or \"1h30m\"",
        ),
        (
            "[pricing]\nday_kap = \"2h\"",
            "line 3, column 1: pricing.day_kap is no key of a policy; perhaps day_cap is meant",
        ),
        (
            "[prizing]\nday_cap = \"2h\"",
            "line 2, column 2: prizing is no key of a policy; perhaps pricing is meant",
        ),
        (
            "[dormancy]\nzzzzzzzzzzzz = 1",
            "line 3, column 1: dormancy.zzzzzzzzzzzz is no key of a policy; take it out, or write one of after_months",
        ),
        (
            "pricing = 3",
            "line 2, column 11: pricing is no section; write its keys below [pricing]",
        ),
        (
            "[pricing]\nrounding = \"down\"",
            "line 3, column 12: pricing.rounding is not one of the choices; write one of \"none\", \"up\", \"nearest\"",
        ),
        (
            "[pricing]\nrounding = \"up\"",
            "line 3, column 12: pricing.rounding has no step; give step = \"15m\" as well",
        ),
        (
            "[pricing]\nstep = \"15m\"",
            "line 3, column 8: pricing.step rounds nothing; give rounding = \"up\" as well",
        ),
        (
            "[pricing]\nrounding = \"up\"\nstep = \"0m\"",
            "line 4, column 8: pricing.step is not longer than nothing; write \"15m\", for one",
        ),
        (
            "[pricing]\nrounding = \"up\"\nstep = \"1h\"\nday_cap = \"30m\"",
            "line 5, column 11: pricing.day_cap of 30m is below pricing.step of 1h; nothing that is rounded could be earned: raise it, or lower the step",
        ),
        (
            "[pricing]\nrounding = \"nearest\"\nstep = \"1h\"\nweek_cap = \"59m\"",
            "line 5, column 12: pricing.week_cap of 59m is below pricing.step of 1h; nothing that is rounded could be earned: raise it, or lower the step",
        ),
        (
            "[balance]\nfloor = \"1m\"",
            "line 3, column 9: balance.floor is above 0; hours below it could never leave the account: write \"0h\" or less",
        ),
        (
            "[balance]\nfloor = \"none\"\nceiling = \"-1m\"",
            "line 4, column 11: balance.ceiling is below 0; nobody could have an hour: write \"0h\" or more",
        ),
        (
            "[balance]\nexcess_to = \"a:pool\"",
            "line 3, column 13: balance.excess_to gets nothing, as there is neither a cap nor a ceiling; give balance.ceiling, pricing.day_cap or pricing.week_cap, or take it out",
        ),
        (
            "[balance]\nceiling = \"1h\"\nexcess_to = \"Pool\"",
            "line 4, column 13: balance.excess_to is not an account id; write one such as \"shapingba:pool:mutual\"",
        ),
        (
            "[join]\nwho = [{ min_age = 60, max_age = 59 }]",
            "line 3, column 34: join.who[0].max_age of 59 is below min_age of 60; nobody is of such an age: exchange them",
        ),
        (
            "[join]\nwho = [{ min_age = 151 }]",
            "line 3, column 20: join.who[0].min_age is not a whole number in its range; write one from 0 to 150",
        ),
        (
            "[join]\nwho = [{ min_age = -1 }]",
            "line 3, column 20: join.who[0].min_age is not a whole number in its range; write one from 0 to 150",
        ),
        (
            "[join]\nwho = [{}]",
            "line 3, column 8: join.who[0] asks for nothing; take `who` out where anyone may, or say an age",
        ),
        (
            "[join]\nwho = [{ hardship = false }]",
            "line 3, column 8: join.who[0] asks for nothing; take `who` out where anyone may, or say an age",
        ),
        (
            "[join]\nwho = [60]",
            "line 3, column 8: join.who[0] is no table; write it in braces: { ... }",
        ),
        (
            "[join]\nwho = 60",
            "line 3, column 7: join.who is no list; write it in brackets: [...]",
        ),
        (
            "[redeem]\nwaiting = [{}]",
            "line 3, column 12: redeem.waiting[0] asks for nothing; take `waiting` out where nobody waits, or say `earned`",
        ),
        (
            "[grant]\namount = \"1h\"",
            "line 2, column 1: grant.from is missing; give from",
        ),
        (
            "[gift]\nmember_to = [\"friends\"]",
            "line 3, column 14: gift.member_to is not one of the choices; write one of \"relatives\", \"hardship\", \"members\", \"pools\"",
        ),
        (
            "[[service]]\ncode = \"a\"\nname_en = \"A\"\nfrom = \"a:mint\"",
            "line 5, column 8: service[0].from is not for time; who pays hours is payment.payer: take it out, or name another unit",
        ),
        (
            "[approval]\nrelief = 1",
            "line 3, column 10: approval.relief is not a whole number in its range; write one from 2 to 10",
        ),
        (
            "[exit]\nleaving = \"account\"",
            "line 3, column 11: exit.leaving names no account; give exit.account, such as that of a pool",
        ),
        (
            "[exchange]\nshortest = \"2h\"\nlongest = \"1h\"",
            "line 4, column 11: exchange.longest of 1h is below exchange.shortest of 2h; no service is so long: exchange them",
        ),
        (
            "[approval]\nneed = 11",
            "line 3, column 8: approval.need is not a whole number in its range; write one from 0 to 10",
        ),
        (
            "[payment]\npayer = \"somebody\"",
            "line 3, column 9: payment.payer is not a payer; write \"recipient\", or an account id",
        ),
        (
            "starts_on = \"tomorrow\"",
            "line 2, column 13: starts_on is not a day; write one such as 2026-12-01",
        ),
        (
            "starts_on = 2026-12-01T00:00:00Z",
            "line 2, column 13: starts_on is not a day; write one such as 2026-12-01",
        ),
        (
            "name_zh = \" \u{864e}\u{6eaa}\"",
            "line 2, column 11: name_zh is not a name; write 1 to 100 characters, with no space at either end",
        ),
        (
            "[[service]]\nname_en = \"Walk\"",
            "line 2, column 1: service[0].code is missing; give code",
        ),
        (
            "[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\nweight = \"one\"",
            "line 5, column 10: service[0].weight is not a fraction; write 1, 1.5 or \"3/2\": above 0, of numbers up to 10,000",
        ),
        (
            "[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\nweight = 0",
            "line 5, column 10: service[0].weight is not a fraction; write 1, 1.5 or \"3/2\": above 0, of numbers up to 10,000",
        ),
        (
            "[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\nper_hour = 3",
            "line 5, column 12: service[0].per_hour is not for time; write weight instead, or name another unit",
        ),
        (
            "[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\nunit = \"points\"",
            "line 2, column 1: service[0].per_hour is missing; write how many steps of the unit an hour is worth",
        ),
        (
            "[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\nunit = \"points\"\nper_hour = 3\nweight = 2",
            "line 7, column 10: service[0].weight is for time alone; write per_hour: how many steps of the unit an hour is worth",
        ),
        (
            "[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\nqualification = \"aid\"",
            "line 5, column 17: service[0].qualification aid is not in the list of qualifications; add a [[qualification]] with code = \"aid\", or name another",
        ),
        (
            "[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\n[[service]]\ncode = \"walk\"\nname_en = \"Walk on\"",
            "line 2, column 1: service has the code walk twice; give each a code of its own",
        ),
        (
            "[[qualification]]\ncode = \"aid\"\nneeds = [\"care\"]",
            "line 4, column 10: aid needs care, which is not in the list of qualifications; add a [[qualification]] with code = \"care\"",
        ),
        (
            "[[training]]\ncode = \"aid\"",
            "line 2, column 1: training[0].name_en is missing; give name_en",
        ),
        (
            "[[training]]\ncode = \"aid\"\nname_en = \"Aid\"\nqualification = \"care\"",
            "line 5, column 17: training[0].qualification care is not in the list of qualifications; add a [[qualification]] with code = \"care\", or name another",
        ),
        (
            "[[training]]\ncode = \"aid\"\nname_en = \"Aid\"\nvalid_months = 12",
            "line 5, column 16: training[0].valid_months is of no qualification; name the qualification that lapses, or take it out",
        ),
        (
            "[[qualification]]\ncode = \"aid\"\n[[training]]\ncode = \"aid\"\nname_en = \"Aid\"\nqualification = \"aid\"\nvalid_months = 0",
            "line 8, column 16: training[0].valid_months is not a whole number in its range; write one from 1 to 1200",
        ),
        (
            "[[training]]\ncode = \"aid\"\nname_en = \"Aid\"\nunit = \"points\"\npoints = 5",
            "line 2, column 1: training[0].from is missing; write unit, points and from where a training earns points",
        ),
        (
            "[[training]]\ncode = \"aid\"\nname_en = \"Aid\"\nunit = \"points\"\nfrom = \"a:b\"",
            "line 2, column 1: training[0].points is missing; write unit, points and from where a training earns points",
        ),
        (
            "[[training]]\ncode = \"aid\"\nname_en = \"Aid\"\npoints = 5\nfrom = \"a:b\"",
            "line 2, column 1: training[0].unit is missing; write unit, points and from where a training earns points",
        ),
        (
            "[[training]]\ncode = \"aid\"\nname_en = \"Aid\"\nunit = \"time\"\npoints = 5\nfrom = \"a:b\"",
            "line 5, column 8: training[0].unit is time; a training earns no hours: name another unit, such as \"points\"",
        ),
        (
            "[[training]]\ncode = \"aid\"\nname_en = \"Aid\"\nunit = \"points\"\npoints = 0\nfrom = \"a:b\"",
            "line 6, column 10: training[0].points is not a whole number in its range; write one from 1 to 10000",
        ),
        (
            "[[training]]\ncode = \"aid\"\nname_en = \"Aid\"\n[[training]]\ncode = \"aid\"\nname_en = \"Aid\"",
            "line 2, column 1: training has the code aid twice; give each a code of its own",
        ),
        (
            "[[convert]]\nfrom = \"points\"\nto = \"points\"\ngive = 1\nget = 2\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 4, column 6: convert[0].to is points, as from is; name the unit that is got",
        ),
        (
            "[[convert]]\nfrom = \"cny\"\nto = \"points\"\ngive = 1\nget = 2\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 3, column 8: convert[0].from is money; nothing is converted into money or out of it: name another unit",
        ),
        (
            "[[convert]]\nfrom = \"points\"\nto = \"cny\"\ngive = 1\nget = 2\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 4, column 6: convert[0].to is money; nothing is converted into money or out of it: name another unit",
        ),
        (
            "[[convert]]\nfrom = \"points\"\nto = \"time\"\ngive = 0\nget = \"1h\"\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 5, column 8: convert[0].give is not a whole number in its range; write one from 1 to 100000",
        ),
        (
            "[[convert]]\nfrom = \"points\"\nto = \"time\"\ngive = 100001\nget = \"1h\"\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 5, column 8: convert[0].give is not a whole number in its range; write one from 1 to 100000",
        ),
        (
            "[[convert]]\nfrom = \"points\"\nto = \"time\"\ngive = 1\nget = 60\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 6, column 7: convert[0].get is not a length of time; write \"15m\", \"2h\" or \"1h30m\"",
        ),
        (
            "[[convert]]\nfrom = \"points\"\nto = \"time\"\ngive = 1\nget = \"0m\"\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 6, column 7: convert[0].get is not longer than nothing; write \"15m\", for one",
        ),
        (
            "[[convert]]\nfrom = \"points\"\nto = \"time\"\ngive = 1\nget = \"1666h41m\"\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 6, column 7: convert[0].get is not in its range; write 1666h40m at most",
        ),
        (
            "[[convert]]\nfrom = \"time\"\nto = \"points\"\ngive = 60\nget = 1\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 5, column 8: convert[0].give is not a length of time; write \"15m\", \"2h\" or \"1h30m\"",
        ),
        (
            "[[convert]]\nfrom = \"Points\"\nto = \"time\"\ngive = 60\nget = \"1h\"\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 3, column 8: convert[0].from is not a unit; write \"time\", or the name of a unit that the ledger has, such as \"points\"",
        ),
        (
            "[[convert]]\nfrom = \"points\"\nto = \"time\"\ngive = 1\nget = \"1h\"\nsource = \"a:c\"",
            "line 2, column 1: convert[0].into is missing; give into",
        ),
        (
            "[[convert]]\nfrom = \"points\"\nto = \"time\"\ngive = 1\nget = \"1h\"\ninto = \"a:b\"\nsource = \"a:c\"\n[[convert]]\nfrom = \"points\"\nto = \"time\"\ngive = 2\nget = \"1h\"\ninto = \"a:b\"\nsource = \"a:c\"",
            "line 2, column 1: convert has points to time twice; keep one rate for each pair",
        ),
        (
            "[[convert]]\nfrom = \"points\"\nto = \"time\"\ngive = 2\nget = \"3m\"\ninto = \"a:b\"\nsource = \"a:c\"\n[[convert]]\nfrom = \"time\"\nto = \"points\"\ngive = \"4m\"\nget = 3\ninto = \"a:d\"\nsource = \"a:e\"",
            "line 2, column 1: convert makes points of time and more time of these again; give no more one way than the other takes",
        ),
        (
            "a = 1\na = 2",
            "line 3, column 1: duplicate key; write it as TOML: `key = value` below a `[section]`",
        ),
    ] {
        let text = format!("name = \"One\"\n{lines}\n");
        assert_eq!(mistakes(&text), [expected], "{text}");
    }
}

#[test]
fn a_cycle_is_told_where_it_is_made() {
    let text = "name = \"One\"\n\
                [[qualification]]\ncode = \"a\"\nneeds = [\"b\"]\n\
                [[qualification]]\ncode = \"b\"\nneeds = [\"c\"]\n\
                [[qualification]]\ncode = \"c\"\nneeds = [\"a\"]\n\
                [[qualification]]\ncode = \"d\"\nneeds = [\"a\"]\n\
                [[qualification]]\ncode = \"e\"\nneeds = [\"e\"]\n";
    let told = mistakes(text);
    assert_eq!(told.len(), 4, "{told:#?}");
    let hint = "nobody could ever have them: take one out of `needs`";
    let first = format!("line 4, column 10: a needs b, and b in the end needs a: a cycle; {hint}");
    let last = format!("line 16, column 10: e needs e, and e in the end needs e: a cycle; {hint}");
    assert_eq!((&told[0], &told[3]), (&first, &last));
}

#[test]
fn all_mistakes_are_told_at_once_in_order() {
    let told = mistakes("nane = \"One\"\n[pricing]\nday_cap = 1\nweek_cap = 2\n");
    let places: Vec<_> = told.iter().map(|told| &told[..16]).collect();
    assert_eq!(
        places,
        [
            "line 1, column 1",
            "line 1, column 1",
            "line 3, column 1",
            "line 4, column 1"
        ]
    );
    assert!(
        told.iter()
            .any(|told| told.contains("perhaps name is meant")),
        "{told:?}"
    );
}

/// Columns are of characters, as an editor counts them.
#[test]
fn columns_count_characters() {
    let told = mistakes("name = \"\u{864e}\u{6eaa}\u{82b1}\u{56ed}\" x");
    assert!(told[0].starts_with("line 1, column 15: "), "{told:?}");
}

#[test]
fn a_file_that_is_no_policy_is_told_so() {
    let nested = format!(
        "name = \"One\"\na = {}{}",
        "[".repeat(1_000),
        "]".repeat(1_000)
    );
    let tables = format!("name = \"One\"\n[{}]", vec!["a"; 1_000].join("."));
    // Dotted keys within tables within tables, each as deep as it may be.
    let dotted = vec!["a"; 79].join(".");
    let braces = (vec![dotted.as_str(); 75].join(" = { "), " }".repeat(74));
    let braced = format!("{} = 1{}", braces.0, braces.1);
    let large = format!("name = \"{}\"", "x".repeat(10 * 1024 * 1024));
    for (text, what) in [
        ("", "name is missing"),
        ("\0", "line 1, column 1"),
        ("name = \"a\0b\"", "line 1, column 10"),
        ("\u{feff}name = 1", "name is not a text"),
        (&nested, "it is nested too deep"),
        (&tables, "it is nested too deep"),
        (&braced, "it is nested too deep"),
        (
            &large,
            "the document has 10485769 bytes; write at most 65536",
        ),
        ("{\"name\": \"One\"}", "line 1, column 1"),
    ] {
        let told = mistakes(text);
        let shown = text.chars().take(40).collect::<String>();
        assert!(
            told.first().is_some_and(|told| told.contains(what)),
            "{shown:?}: {told:?}"
        );
        assert!(told.len() <= 100);
        assert!(
            told.iter().all(|told| told.len() < 1_000),
            "{shown:?}: {told:?}"
        );
    }
}

#[test]
fn the_longest_document_is_read() {
    let room = MAX_DOCUMENT_BYTES - "name = \"One\"\n#".len();
    let text = |comment: usize| format!("name = \"One\"\n#{}", "x".repeat(comment));
    assert!(mistakes(&text(room)).is_empty());
    assert_eq!(mistakes(&text(room + 1)).len(), 1);
}
