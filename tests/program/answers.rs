//! Answers that a person reads: how they are told, read and ended.

use chrono::Days;

use crate::{
    house::{House, days_ago},
    inbox::{CASES, arrives, noticed, reply, take, with_mailbox},
};

const HOLDS: &str = "SELECT h.id, CAST(h.until AS TEXT), COALESCE(h.ended_by, '-') FROM hold h ORDER BY h.id";

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_shown_and_its_task_and_hold_end_with_a_word() {
    let (house, sent) = noticed(&["A"]).await;
    arrives(
        &house,
        "1.first",
        reply(
            &sent[0],
            1,
            "Well, about last spring:\nthe dog ate it, as they say around here, and nobody in the house has been quite the same since then.",
        ),
    );
    take(&house);
    let until = days_ago(0) + Days::new(7);
    let tasks = house.duly(&["tasks"]).ended(0);
    let what = "mail 1 from account A does not say what is wanted: Well, about last spring: the dog ate it, as they say \
                around here, and nobody in…";
    assert!(tasks.contains(what) && !tasks.contains("quite the same"), "{tasks}");
    let to_do = format!("then `duly inbox done 1`; notices wait until {until} (hold 1)");
    assert!(tasks.contains("`duly inbox show 1`") && tasks.contains(&to_do), "{tasks}");
    let shown = house.duly(&["inbox", "show", "1"]).ended(0);
    for expected in [
        "Mail 1, taken ",
        "  from     a@buyer.example\n",
        "  subject  Re: Your account\n",
        "  account  A\n",
        "  place    1.first in maildir mail\n",
        "\nIn the sender's words\n    Well, about last spring:\n    the dog ate it",
        "\nWhen it is settled: `duly inbox done 1`\n",
    ] {
        assert!(shown.contains(expected), "{expected} is not in\n{shown}");
    }
    assert!(!shown.contains("INV-Z"), "nothing of what was quoted\n{shown}");
    // A second one uses the same hold; later it takes its place.
    arrives(&house, "2", reply(&sent[0], 2, "And the cat slept on it."));
    take(&house);
    assert_eq!(house.rows(HOLDS).await, [format!("1 {until} -")]);
    let said = house.duly(&["inbox", "done", "1", "--by", "Ada", "--why", "called"]).ended(0);
    assert_eq!(said, "Mail 1 is done. The hold stays, since mail 2 waits too.\n");
    assert!(house.duly(&["inbox", "done", "1", "--by", "Ada"]).failed(2).contains("no mail 1 waits"));
    assert!(house.duly(&["inbox", "show", "1"]).ended(0).contains(" by Ada: called\n"));
    let said = house.duly(&["inbox", "done", "2", "--by", "Ada"]).ended(0);
    assert_eq!(said, "Mail 2 is done. Hold 1 has ended: notices go on.\n");
    assert_eq!(house.rows(HOLDS).await, [format!("1 {until} Ada")]);
    assert!(!house.duly(&["tasks"]).ended(0).contains("mail "));
    assert!(house.duly(&["inbox", "show", "3"]).failed(2).contains("there is no mail 3"));
    house.duly(&["verify"]).ended(0);
    house.change("UPDATE incoming SET done_by = 'Eve' WHERE id = 1").await;
    assert_eq!(house.duly(&["verify"]).code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_mail_holds_for_longer_in_the_place_of_the_first() {
    let (house, sent) = noticed(&["A"]).await;
    arrives(&house, "1", reply(&sent[0], 1, "The dog ate it."));
    take(&house);
    let (soon, until) = (days_ago(0) + Days::new(2), days_ago(0) + Days::new(7));
    house.change(format!("UPDATE hold SET until = '{soon}'")).await;
    arrives(&house, "2", reply(&sent[0], 2, "And the cat slept on it."));
    take(&house);
    assert_eq!(house.rows(HOLDS).await, [format!("1 {soon} duly"), format!("2 {until} -")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn thanks_that_say_more_are_none() {
    let (house, sent) = noticed(&["A", "B", "C"]).await;
    house.take("invoices", "2024-0043,C,2024-12-01,2024-12-31,GBP,50.00\n");
    arrives(&house, "1", reply(&sent[0], 1, "Thank you, but the invoice INV-A is too high."));
    arrives(&house, "2", reply(&sent[1], 2, "Thank you, but the invoice INV-B is a cheek."));
    arrives(&house, "3", reply(&sent[2], 3, "Thanks for 2024-0043!"));
    assert_eq!(take(&house), "1 answer, 2 answers for a person to read\n");
    assert_eq!(house.rows(CASES).await, ["A billing open - INV-A"]);
    let held = "SELECT a.number FROM hold h JOIN account a ON a.id = h.account ORDER BY a.number";
    assert_eq!(house.rows(held).await, ["B", "C"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_opens_a_case_for_somebody_else() {
    let house = House::with_accounts(&["A"]);
    with_mailbox(&house);
    house.take("invoices", "2024-0042,A,2024-12-01,2024-12-31,GBP,50.00\n");
    let mail = |number: u32, words: &str| {
        format!("From: x@unknown.example\r\nMessage-ID: <{number}@x>\r\nSubject: 2024-0042\r\n\r\n{words}\r\n")
    };
    arrives(&house, "1", mail(1, "The goods were damaged, we will never pay 2024-0042."));
    assert_eq!(take(&house), "1 answer of an unknown sender\n");
    arrives(&house, "2", mail(2, "We will pay 2024-0042 tomorrow."));
    take(&house);
    for table in ["cases", "promise"] {
        assert_eq!(house.rows(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}")).await, ["0"]);
    }
    let until = days_ago(0) + Days::new(7);
    assert_eq!(house.rows(HOLDS).await, [format!("1 {until} -")], "one week at most, however often somebody writes");
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(tasks.contains("mail 1 from an unknown sender names an invoice of account A: The goods"), "{tasks}");
    let why = house.duly(&["why", "INV-A"]).ended(0);
    assert!(!why.contains("disputed") && !why.contains("complained"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_beside_a_complaint_stands_on_the_case() {
    let (house, sent) = noticed(&["A"]).await;
    let friday = days_ago(0) + Days::new(9);
    arrives(
        &house,
        "1",
        reply(&sent[0], 1, &format!("The goods of INV-A were damaged. We will pay the others on {friday}.")),
    );
    assert_eq!(take(&house), "1 answer\n");
    assert_eq!(house.rows(CASES).await, ["A protest open - INV-A"]);
    let shown = house.duly(&["case", "show", "1"]).ended(0);
    assert!(shown.contains(&format!("noted by duly: promised beside it: will pay the others on {friday}")), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_cannot_be_told_from_a_quote_are_shown_and_not_taken_for_the_customers() {
    let (house, sent) = noticed(&["A"]).await;
    let mail = reply(&sent[0], 1, "").replace(
        "On Monday, accounts@example.test wrote:\r\n> Dear customer, the invoice INV-Z is overdue.",
        "From: accounts@example.test\r\nSent: Monday\r\nTo: a@buyer.example\r\nSubject: Your account\r\n\r\nDear customer, \
         payment was not received, and the goods were damaged.\r\n\r\nWir haben die Ware nie erhalten.",
    );
    arrives(&house, "1", mail);
    assert_eq!(take(&house), "1 answer for a person to read\n");
    let shown = house.duly(&["inbox", "show", "1"]).ended(0);
    assert!(shown.contains("    Wir haben die Ware nie erhalten.\n"), "{shown}");
    assert_eq!(house.rows("SELECT CAST(COUNT(*) AS TEXT) FROM cases").await, ["0"]);
}
