//! Holds that people set: what is held is said, and what is not meant is refused.

use chrono::{Days, NaiveDate};

use crate::house::{House, days_ago};

fn later(days: u64) -> NaiveDate {
    days_ago(0).checked_add_days(Days::new(days)).unwrap()
}

#[tokio::test]
async fn an_invoice_in_the_place_of_the_account_holds_nothing() {
    let house = House::with_accounts(&["A", "B"]);
    let error = house.duly(&["hold", "add", "INV-A", "--why", "called"]).failed(2);
    assert!(error.contains("`INV-A` is an invoice of account `A`"), "{error}");
    assert!(error.contains("`duly hold add A --invoice INV-A`"), "{error}");
    let refused: [(&[&str], &str); 7] = [
        (&["C"], "there is no account `C`"),
        (&["A", "--invoice", "INV-B"], "account `A` has no invoice `INV-B`"),
        (&["A", "--invoice", "INV-A", "--amount", "5.00 EUR"], "invoice `INV-A` is in GBP"),
        (&["A", "--invoice", "INV-A", "--amount", "0.00 GBP"], "must be more than 0"),
        (&["A", "--invoice", "INV-A", "--amount=-1.00 GBP"], "must be more than 0"),
        (&["A", "--from", "2999-01-02", "--until", "2999-01-01"], "lies before the first day, 2999-01-02"),
        (&["A", "--from", "2025-01-01", "--until", "2025-01-02"], "2025-01-02 is in the past"),
    ];
    for (arguments, expected) in refused {
        let error = house.duly(&[&["hold", "add"], arguments, &["--why", "called"]].concat()).failed(2);
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
    assert_eq!(house.rows("SELECT COUNT(*) FROM hold").await, ["0"]);
}

#[tokio::test]
async fn what_is_held_is_said_and_listed() {
    let house = House::with_accounts(&["A"]);
    let (today, until) = (days_ago(0), later(40).to_string());
    let add = |further: &[&str]| house.duly(&[&["hold", "add", "A", "--why", "called"], further].concat()).ended(0);
    assert_eq!(add(&[]), format!("Hold 1: the whole account A, from {today} until it is ended.\n"));
    assert_eq!(
        add(&["--invoice", "INV-A", "--until", &until]),
        format!("Hold 2: invoice INV-A of account A, from {today} until {until}.\n")
    );
    let from = later(30).to_string();
    assert_eq!(
        add(&["--invoice", "INV-A", "--amount", "25.00 GBP", "--from", &from, "--until", &until]),
        format!("Hold 3: 25.00 GBP of invoice INV-A of account A, from {from} until {until}.\n")
    );
    add(&[]);
    house.duly(&["hold", "end", "4"]).ended(0);
    add(&[]);
    house.change("UPDATE hold SET starts = '2025-01-01', until = '2025-01-02' WHERE id = 5").await;
    let listed = |further: &[&str]| {
        let said = house.duly(&[&["hold", "list"], further].concat()).ended(0);
        let word = |line: &str| line.split_whitespace().next().unwrap().to_owned();
        (said.lines().skip(2).map(word).collect::<Vec<_>>(), said)
    };
    let (ids, said) = listed(&[]);
    assert_eq!(ids, ["3", "2", "1"], "{said}");
    let state = |id: &str, state: &str| {
        let line = said.lines().find(|line| line.trim_start().starts_with(id)).unwrap();
        assert!(line.contains(state), "{line}");
    };
    state("3", "  later  ");
    state("2", "  in force  ");
    let (ids, said) = listed(&["--all"]);
    assert_eq!(ids, ["5", "4", "3", "2", "1"]);
    assert!(said.contains("  over  ") && said.contains(&format!("  ended {today}  ")), "{said}");
}
