//! What would be done and why: the planner, its explanations, previews and reports.

use crate::house::{DAY, House};

/// Two currencies in one account, yen, an account with several reasons against it, and one that is paid.
fn ledger() -> House {
    let house = House::new();
    house.take(
        "accounts",
        "Z-9,Zelkova KK,z@zelkova.example\nA-1,Alder Ltd,ada@alder.example\n\
         M-5,Maple Inc,\nP-7,Pine Oy,p@pine.example\n",
    );
    house.take(
        "invoices",
        "INV-3,Z-9,2024-11-20,2024-12-20,JPY,120000\n\
         INV-1,A-1,2024-12-01,2024-12-31,GBP,1000.05\n\
         INV-2,A-1,2025-01-15,2025-02-14,GBP,200.00\n\
         INV-4,A-1,2024-10-01,2024-10-31,EUR,5.00\n\
         INV-5,M-5,2024-12-01,2024-12-31,USD,5.00\n\
         =INV-6,P-7,2024-12-01,2024-12-31,EUR,90.00\n",
    );
    house.take("payments", "PAY-1,P-7,2025-01-20,EUR,90.00,=INV-6\nPAY-2,A-1,2025-02-01,GBP,300.05,INV-1\n");
    house.take("events", "E-1,M-5,2025-02-20,price_change,,\nE-2,M-5,2025-02-25,promise,,2025-03-10\n");
    house
}

#[test]
fn plan_as_json() {
    insta::assert_snapshot!(ledger().duly(&["plan", "--as-of", DAY, "--json"]).ended(0));
}

#[test]
fn plan_for_people() {
    insta::assert_snapshot!(ledger().duly(&["plan", "--as-of", DAY]).ended(0));
}

#[test]
fn a_plan_writes_nothing_and_the_past_knows_no_later_facts() {
    let house = ledger();
    let plan = |day: &str| -> serde_json::Value {
        serde_json::from_str(&house.duly(&["plan", "--as-of", day, "--json"]).ended(0)).unwrap()
    };
    assert_eq!(plan(DAY), plan(DAY));
    // The payment of 1 February is not there yet, and only the oldest items have reached 60 days.
    let early = plan("2025-01-15");
    assert_eq!(early["decisions"].as_array().unwrap().len(), 1, "{early}");
    assert_eq!(early["decisions"][0]["overdue_total"], "5.00");
    let later = plan("2025-01-31");
    assert_eq!(later["counts"]["held"], 1, "{later}");
    assert_eq!(plan("2024-12-29")["decisions"], serde_json::json!([]));
    assert_eq!(later["policy"], "standard-1");
}

#[test]
fn exit_codes() {
    let house = ledger();
    for arguments in
        [&["plan", "--as-of", "yesterday"][..], &["plan", "--colour"], &["pla"], &["sweep", "--as-of", "2999-01-01"]]
    {
        house.duly(arguments).failed(2);
    }
    let error = house.duly(&["why", "NOBODY"]).failed(2);
    assert_eq!(error, "duly: there is no account and no invoice `NOBODY`\n");
    let held = house.duly(&["sweep", "--as-of", DAY]).ended(3);
    assert!(held.contains("Held back: 2 notices are planned; this is the first sweep over this ledger"), "{held}");
    house.edit("policy.toml", "paused = false", "pasued = false");
    let error = house.duly(&["plan"]).failed(2);
    assert!(error.contains("policy.toml") && error.contains("Did you mean `paused`?"), "{error}");
    house.edit("policy.toml", "pasued = false", "paused = true");
    let held = house.duly(&["sweep", "--as-of", DAY, "--release"]).ended(3);
    assert!(held.contains("company_paused"), "{held}");
    std::fs::remove_file(house.path("config/duly.toml")).unwrap();
    house.duly(&["plan"]).failed(2);
}

#[test]
fn why_by_account_and_by_invoice() {
    let house = ledger();
    insta::assert_snapshot!("why_account", house.duly(&["why", "A-1", "--as-of", DAY]).ended(0));
    insta::assert_snapshot!("why_held", house.duly(&["why", "INV-5", "--as-of", DAY]).ended(0));
    insta::assert_snapshot!("why_paid", house.duly(&["why", "=INV-6", "--as-of", DAY]).ended(0));
}

#[test]
fn previews_are_written_whole() {
    let house = ledger();
    let said = house.duly(&["preview", "A-1", "--as-of", DAY, "--out", "out"]).ended(0);
    assert_eq!(said, "out/A-1-EUR.{eml,html,txt}\nout/A-1-GBP.{eml,html,txt}\n");
    let read = |name: &str| std::fs::read(house.path("out").join(name)).unwrap();
    let mail = read("A-1-GBP.eml");
    let mail = mail_parser::MessageParser::default().parse(&mail).unwrap();
    assert_eq!(
        mail.body_text(0).unwrap().replace("\r\n", "\n").trim(),
        String::from_utf8(read("A-1-GBP.txt")).unwrap().trim()
    );
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("ada@alder.example"));
    let text = String::from_utf8(read("A-1-GBP.txt")).unwrap().replace('\u{a0}', " ");
    for expected in ["INV-1", "INV-2", "£900.00", "£882.00", "17 March 2025", "Ada Clerk"] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    assert!(String::from_utf8(read("A-1-GBP.html")).unwrap().contains("INV-2"));
    let held = house.duly(&["preview", "M-5", "--as-of", DAY]);
    assert!(held.err.contains("This would be held (promise, below_minimum, settling_in, no_contact)"), "{}", held.err);
    house.duly(&["preview", "P-7", "--as-of", DAY]).failed(2);
}

#[test]
fn reports_as_json() {
    let house = ledger();
    house.sweep(DAY).ended(0);
    house.take("payments", "PAY-3,A-1,2025-03-10,GBP,882.00,INV-1;INV-2\n");
    for (report, day) in [("ageing", DAY), ("discounts", DAY), ("discounts", "2025-03-31")] {
        let text = house.duly(&["report", report, "--as-of", day, "--json"]).ended(0);
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value.sort_all_objects();
        insta::assert_snapshot!(format!("{report}_{day}"), serde_json::to_string_pretty(&value).unwrap());
    }
}

#[test]
fn adjustments_for_the_books_hold_no_formulas() {
    let house = House::new();
    house.take("accounts", "+A,Alder Ltd,ada@alder.example\n");
    let header = "invoice,account,issued,due,currency,amount,tax,terms\n";
    let rows = "=1+2,+A,2025-01-02,2025-02-01,GBP,120.00,20.00,2/10\nINV-2,+A,2025-01-02,2025-02-01,JPY,10000,,2/10\n";
    house.import_file("invoices", header.to_owned() + rows, &[]).ended(0);
    house.take("payments", "P-1,+A,2025-01-12,GBP,117.60,=1+2\nP-2,+A,2025-01-13,JPY,9800,INV-2\n");
    let csv = house.duly(&["export", "adjustments"]).ended(0);
    let expected = "invoice,account,date,kind,currency,gross,net,tax,reason,notice\r\n\
                    '=1+2,'+A,2025-01-12,discount,GBP,2.40,2.00,0.40,terms 2/10,\r\n";
    assert_eq!(csv, expected);
    assert_eq!(house.duly(&["export", "adjustments", "--since", "2999-01-01"]).ended(0).lines().count(), 1);
    // A day late: for a person to judge, and nothing for the books.
    assert!(house.duly(&["tasks"]).ended(0).contains("invoice INV-2: short by 200 JPY"));
}
