//! Why items are not paid, and how good the assessment was: `why`, `evaluate` and `report judgement` as they are read.

use crate::house::{DAY, House};

/// One who disputes and skips, with two sides to it, and one who pays as ever.
fn ledger() -> House {
    let house = House::new();
    house.take("accounts", "P-1,Protest Ltd,p@protest.example\nQ-1,Quiet Ltd,q@quiet.example\n");
    let months = ["2024-05", "2024-07", "2024-08", "2024-10"];
    let invoices = |account: &str| -> String {
        (0..4).map(|n| format!("{account}{n},{account}-1,{}-01,{}-31,GBP,100.00\n", months[n], months[n])).collect()
    };
    house.take("invoices", &(invoices("P") + &invoices("Q")));
    house.take("invoices", "OPEN,P-1,2024-12-01,2024-12-31,GBP,300.00\nNEW,P-1,2025-01-01,2025-01-31,GBP,100.00\n");
    let payments = |account: &str| -> String {
        (0..4).map(|n| format!("PAY-{account}{n},{account}-1,{}-28,GBP,100.00,{account}{n}\n", months[n])).collect()
    };
    house.take("payments", &(payments("P") + &payments("Q") + "PAY-N,P-1,2025-02-10,GBP,100.00,NEW\n"));
    house.take("events", "T-7,P-1,2024-12-09,ticket_opened,,\nB-1,P-1,2025-01-20,instalment_request,NEW,2025-01-25\n");
    house
}

#[test]
fn why_shows_what_speaks_for_and_against() {
    let house = ledger();
    insta::assert_snapshot!("why_protest", house.duly(&["why", "OPEN", "--as-of", DAY]).ended(0));
    let json = house.duly(&["why", "OPEN", "--as-of", DAY, "--json"]).ended(0);
    let mut value: serde_json::Value = serde_json::from_str(&json).unwrap();
    // With the libraries of the tests, keys stand as they were written.
    value.sort_all_objects();
    insta::assert_snapshot!("why_as_json", value.to_string());
}

#[test]
fn labels_of_a_file_are_evaluated() {
    let house = ledger();
    let evaluate = |labels: &str| {
        std::fs::write(house.path("labels.csv"), labels).unwrap();
        house.duly(&["evaluate", "--labels", "labels.csv", "--every", "14d"])
    };
    let said = evaluate("invoice,label,date\nOPEN,yes,\nNEW,no,2025-02-10\n").ended(0);
    insta::assert_snapshot!("evaluate", said);
    for (labels, why) in [
        ("invoice,label\nOPEN,maybe\n", "line 2: label `maybe` is not yes or no"),
        ("invoice,label\nOPEN,yes\nOPEN,no\n", "line 3: invoice `OPEN` is there twice"),
        ("invoice,verdict\nOPEN,yes\n", "label"),
        ("invoice,label\nOTHER,yes\n", "nothing that has a label was overdue"),
    ] {
        let error = evaluate(labels).failed(2);
        assert!(error.contains(why), "{error}");
    }
    house.duly(&["evaluate"]).failed(2);
    house.duly(&["evaluate", "--past-disputes", "--every", "0"]).failed(2);
}

#[test]
fn verdicts_of_staff_are_measured() {
    let house = ledger();
    let none = house.duly(&["report", "judgement"]).ended(0);
    assert_eq!(none.matches("None yet").count(), 2, "{none}");
    house.duly(&["sweep", "--as-of", DAY, "--release", "--by", "ada"]);
    house.duly(&["case", "confirm", "1", "--by", "ada", "--why", "they called"]).ended(0);
    let report = house.duly(&["report", "judgement", "--json"]).ended(0);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let confirmed = &report["judgement"]["confirmed"]["all"];
    assert_eq!((confirmed["items"].as_u64(), confirmed["disputed"].as_u64()), (Some(1), Some(1)), "{report}");
    assert_eq!(confirmed["flagged"]["precision"], 1.0, "duly would say the same again");
    assert_eq!(report["judgement"]["upheld"], serde_json::Value::Null);
}

/// Four of five customers of one plant leave their January invoices open; one of them has a ticket as well.
#[test]
fn customers_of_one_plant_that_are_late_together_point_at_us() {
    let house = House::new();
    let numbers = ["A", "B", "C", "D", "E"];
    let each = |row: &dyn Fn(&str) -> String| numbers.iter().map(|number| row(number)).collect::<String>();
    house.take("accounts", &each(&|n| format!("{n},Customer {n},{n}@buyer.example\n")));
    let header = "invoice,account,issued,due,currency,amount,product\n";
    let invoices = each(&|n| {
        format!("{n}1,{n},2024-12-01,2024-12-15,GBP,50.00,Plant 3\n{n}2,{n},2024-12-10,2025-01-02,GBP,90.00,Plant 3\n")
    });
    house.import_file("invoices", format!("{header}{invoices}"), &[]).ended(0);
    house.take("payments", &each(&|n| format!("P{n},{n},2024-12-20,GBP,50.00,{n}1\n")));
    house.take("payments", "P-E,E,2025-01-10,GBP,90.00,E2\n");
    house.take("events", "T-1,A,2024-12-11,ticket_opened,,\n");
    let expected = "4 of 5 accounts with invoices for “Plant 3” due in 2025-01 have not paid; before, 0 of 5";
    for number in ["A2", "B2"] {
        let why = house.duly(&["why", number, "--as-of", DAY]).ended(0);
        let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(why.contains(expected), "{why}");
    }
    let tasks = house.duly(&["tasks", "--as-of", DAY]).ended(0);
    assert!(tasks.contains("4 of 5 accounts with invoices for Plant 3 due in 2025-01"), "{tasks}");
    house.duly(&["sweep", "--as-of", DAY, "--release", "--by", "ada"]).ended(0);
    let case = house.duly(&["case", "show", "1"]).ended(0);
    assert!(case.contains("Customer A") && case.contains("Plant 3"), "{case}");
    // What they paid since does not change what the sweep had seen.
    house.take("payments", "P-B,B,2025-01-20,GBP,90.00,B2\nP-C,C,2025-01-20,GBP,90.00,C2\n");
    house.duly(&["replay", "1"]).ended(0);
    house.duly(&["verify"]).ended(0);
}
