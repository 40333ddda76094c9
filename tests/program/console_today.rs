//! The console's first page: what the next sweep would do, what waits, and how the ledger stands.

use std::time::{Duration, Instant};

use crate::{
    browser::Browser,
    console::{opened_on, signed_in},
    house::{House, days_ago},
};

/// Two accounts that are due today, one that cannot be written to, and money that names nothing.
pub fn ledger() -> House {
    let house = House::new();
    house.take("accounts", "A,Alder & <b>Co</b>,a@alder.example\nB,Birch Ltd,\nC,Cedar,c@cedar.example\n");
    let (issued, due, later) = (days_ago(95), days_ago(65), days_ago(20));
    house.take(
        "invoices",
        &format!(
            "INV-A,A,{issued},{due},GBP,100.00\nINV-B,B,{issued},{due},EUR,70.00\nINV-C,C,{issued},{later},GBP,40.00\n"
        ),
    );
    house.take("payments", &format!("<i>P</i>,C,{},GBP,15.00,\n", days_ago(1)));
    house
}

/// A page once it shows something.
#[track_caller]
pub fn shows(browser: &mut Browser, path: &str, what: &str) -> String {
    let start = Instant::now();
    loop {
        let page = browser.get(path);
        assert_eq!(page.status, 200, "{page:?}");
        if page.body.contains(what) {
            return page.body;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{path} does not show {what}: {}", page.body);
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn today_shows_the_next_sweep_and_follows_the_facts() {
    let (house, _daemon, address) = opened_on(ledger());
    let mut browser = signed_in(&house, &address, "Vi", &["viewer"]);
    let page = shows(&mut browser, "/", "1 notice</strong>, 1 held");
    for part in [
        "As of ",
        "<th scope=\"row\">GBP</th><td class=\"number\">100.00</td><td class=\"number\">2.00</td><td class=\"number\">0.00</td>",
        "<th scope=\"row\">EUR</th><td class=\"number\">0.00</td><td class=\"number\">0.00</td><td class=\"number\">70.00</td>",
        "no email address takes mail",
        "Runs: ",
        "Payment data last came in: ",
        "No case is yours.",
        "Accounts without an address that takes mail",
        "<a href=\"/accounts/B\">",
        "Money to match",
        "15.00 GBP not matched (&#60;i&#62;P&#60;/i&#62;)",
        "role=\"img\" aria-labelledby=\"ageing-GBP-title ageing-GBP-desc\"",
        "Open in EUR, by days overdue",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<i>") && !page.contains("style=") && !page.contains("<script"), "{page}");
    let table = &page[page.find("Open in GBP, by days overdue</h3>").unwrap()..];
    let table = &table[table.find("<table>").unwrap()..table.find("</table>").unwrap()];
    let cells: Vec<&str> =
        table.split("<td class=\"number\">").skip(1).map(|cell| cell.split('<').next().unwrap()).collect();
    assert_eq!(cells, ["0.00", "40.00", "0.00", "100.00", "0.00", "140.00", "15.00"]);

    house.take("payments", &format!("P-A,A,{},GBP,100.00,INV-A\n", days_ago(0)));
    shows(&mut browser, "/", "0 notices</strong>, 1 held");
    house.duly(&["hold", "add", "B", "--why", "they asked", "--by", "ada"]).ended(0);
    shows(&mut browser, "/", "the account is on hold");
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_of_whoever_looks_come_first_and_are_never_old() {
    let (house, _daemon, address) = opened_on(ledger());
    let open = |invoice: &str, by: &str| {
        let words = ["--kind", "protest", "--words", "It came wet.", "--why", "a call", "--by", by];
        house.duly(&[&["case", "open", invoice], &words[..]].concat()).ended(0);
    };
    let mut browser = signed_in(&house, &address, "Ada", &["reviewer"]);
    open("INV-A", "ben");
    open("INV-C", "ada");
    // As if the customer had opened it, where the policy names nobody.
    house.change("UPDATE case_event SET person = NULL WHERE case_id = 1").await;
    let page = browser.get("/").body;
    let (yours, nobodys) = page.split_once("<h3>Nobody&#39;s</h3>").unwrap_or_else(|| panic!("{page}"));
    assert!(yours.contains("<a href=\"/cases/2\">") && !yours.contains("<a href=\"/cases/1\">"), "{page}");
    assert!(nobodys.contains("<a href=\"/cases/1\">") && nobodys.contains("Alder &#38; &#60;b&#62;Co"), "{page}");
    assert!(yours.contains("an answer by ") && yours.contains("INV-C"), "{page}");
    house.duly(&["case", "take", "1", "--by", "ada"]).ended(0);
    let page = browser.get("/").body;
    assert!(!page.contains("Nobody&#39;s") && page.contains("<a href=\"/cases/1\">"), "at once: {page}");
    house.duly(&["case", "hand-over", "1", "--to", "Ben", "--why", "he knows", "--by", "ada"]).ended(0);
    assert!(!browser.get("/").body.contains("<a href=\"/cases/1\">"));
    house.duly(&["case", "answer", "2", "--why", "called", "--by", "ada"]).ended(0);
    assert!(browser.get("/").body.contains("a solution by "));
    for arguments in [
        &["case", "heard", "2"][..],
        &["case", "resolve", "2", "--outcome", "explained", "--why", "all clear"],
        &["case", "written", "2", "--why", "by telephone"],
        &["case", "follow-up", "2", "--why", "all well"],
        &["case", "close", "2", "--cause", "delivery", "--why", "wet"],
    ] {
        house.duly(&[arguments, &["--by", "ada"]].concat()).ended(0);
    }
    let page = browser.get("/").body;
    assert!(page.contains("No case is yours. <a href=\"/cases\">All 1 in the queue</a>"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_still_is_on_top_and_a_broken_ledger_is_told() {
    let house = ledger();
    house.duly(&["sweep"]).ended(3);
    house.change("UPDATE invoice SET currency = 'XXX' WHERE number = 'INV-C'").await;
    let (house, _daemon, address) = opened_on(house);
    let mut browser = signed_in(&house, &address, "Vi", &["viewer"]);
    let page = shows(&mut browser, "/", "Accounts that cannot be read");
    let parts = ["A sweep waits for a release", "this is the first sweep over this ledger", "account C cannot be read"];
    let places: Vec<usize> =
        parts.iter().map(|part| page.find(part).unwrap_or_else(|| panic!("{part}: {page}"))).collect();
    assert!(places.is_sorted(), "{page}");
    assert!(page.contains("1 notice</strong>, 1 held"), "the others are seen: {page}");
}
