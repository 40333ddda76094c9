//! What was noted of an answer on the customer's page is said by mail: once, kindly, and to nobody who does not take mail.

use std::time::{Duration, Instant};

use chrono::Days;
use mail_parser::MessageParser;

use crate::{
    house::{days_ago, until},
    inbox::{arrives, bounce, with_mailbox},
    running::Running,
    site::{Site, noticed, site, with_dues, with_page},
    smtp::{Act::*, At::*, Received, Script},
};

const STATES: &str = "SELECT state FROM receipt ORDER BY answer";

/// The mails after the notices, once there are so many.
#[track_caller]
fn receipts(site: &Site, notices: usize, number: usize) -> Vec<Received> {
    until("the receipts", || site.server.accepted().len() >= notices + number);
    let mut found = site.server.accepted().split_off(notices);
    found.sort_by(|a, b| a.to.cmp(&b.to));
    assert_eq!(found.len(), number);
    found
}

/// Waits until the receipts have these states.
async fn states(site: &Site, expected: &[&str]) {
    let start = Instant::now();
    while site.house.rows(STATES).await != expected {
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", site.house.rows("SELECT * FROM receipt").await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Lines of a mail as one, blanks of any kind as one blank.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text(mail: &Received) -> String {
    plain(&MessageParser::default().parse(&mail.bytes).unwrap().body_text(0).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_is_acknowledged_once_in_the_language_of_the_account() {
    let site = noticed(&[("A", "GBP"), ("B", "EUR"), ("C", "GBP")], "").await;
    let soon = days_ago(0) + Days::new(9);
    let link = site.link("A");
    let body = format!("form={}&answer=wrong&with=service&what=Visit+evil.example+now", site.get(&link).form());
    assert_eq!([site.post(&link, &body).status, site.post(&link, &body).status], [303, 303]);
    site.answer("B", "answer=time&how=2");
    site.answer("C", &format!("answer=time&how=day&day={soon}&words=evil.example"));
    let mails = receipts(&site, 3, 3);
    assert_eq!(
        mails.iter().map(|mail| &mail.to[..]).collect::<Vec<_>>(),
        ["a@buyer.example", "b@buyer.example", "c@buyer.example"]
    );
    let texts: Vec<String> = mails.iter().map(text).collect();
    for (n, part) in [
        (0, "The number is 1,"),
        (0, "Ada Clerk is glad to help in person, by telephone at +44 20 7946 0000."),
        (1, "Eine Zahlung in Raten ist notiert:"),
        (1, "- 100,00 € bis"),
        (1, "vielen Dank für die Antwort vom"),
        (2, "Payment by "),
        (2, &soon.format("%-d %B %Y").to_string()),
        (2, "Until then no notices go out about it"),
    ] {
        assert!(texts[n].contains(part), "{part}: {}", texts[n]);
    }
    assert!(texts.iter().all(|text| !text.contains("evil")), "nobody has others read what they typed: {texts:?}");

    let notice = site.server.accepted().into_iter().find(|mail| mail.to == "a@buyer.example").unwrap();
    let parser = MessageParser::default();
    let (notice, mail) = (parser.parse(&notice.bytes).unwrap(), parser.parse(&mails[0].bytes).unwrap());
    assert_eq!(mail.subject(), Some("What was noted for the account A at Example Ltd"));
    assert_eq!(mail.in_reply_to().as_text(), notice.message_id(), "it stands below the notice");
    let field =
        |name: &'static str| mail.header(name).and_then(|value| value.as_text()).map(str::trim).map(str::to_owned);
    assert_eq!(field("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert_eq!(field("X-Auto-Response-Suppress").as_deref(), Some("OOF, AutoReply"));

    // One more answer is one more receipt, and none of the others comes again.
    site.answer("A", "answer=contact&words=Ask+Bob");
    until("one more", || site.server.accepted().len() == 7);
    assert_eq!(site.house.rows(STATES).await, ["sent"; 4]);
    let said = site.house.duly(&["report", "delivery"]).ended(0);
    assert!(said.contains("Receipts of answers: 4 sent."), "{said}");
    site.house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_now_waits_and_one_for_good_stops_the_address() {
    let site = noticed(&[("A", "GBP"), ("B", "GBP"), ("C", "GBP")], "").await;
    site.server.behave(Script::default().next(Recipient, &[Say("450 4.2.1 later")]).without("b@"));
    site.answer("A", "answer=contact&words=x");
    states(&site, &["deferred"]).await;
    assert_eq!(site.server.accepted().len(), 3);
    site.house.change("UPDATE receipt SET due_at = '2025-01-01T00:00:00+00:00'").await;
    let link = site.link("B");
    site.answer("B", "answer=contact&words=x");
    states(&site, &["sent", "refused"]).await;
    assert_eq!(site.house.rows("SELECT email FROM refused_address").await, ["b@buyer.example"]);
    assert_eq!(site.get(&link).status, 404, "nor has whoever does not take our mail a page");
    // An address that stopped between answer and mail is not written to.
    site.server.behave(Script::default().always(Mail, &[Say("452 4.3.1 full")]));
    site.answer("C", "answer=contact&words=x");
    states(&site, &["sent", "refused", "deferred"]).await;
    site.server.behave(Script::default());
    let stop = "INSERT INTO refused_address (company, email, reply, recorded_at) \
                SELECT id, 'c@buyer.example', 'complained', '2025-01-01T00:00:00+00:00' FROM company";
    site.house.change(stop).await;
    site.house.change("UPDATE receipt SET due_at = '2025-01-01T00:00:00+00:00' WHERE state = 'deferred'").await;
    states(&site, &["sent", "refused", "withdrawn"]).await;
    assert!(site.server.received().iter().filter(|mail| mail.to == "c@buyer.example").count() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_arrived_is_not_sent_again() {
    let mut site = noticed(&[("A", "GBP")], "").await;
    site.server.behave(Script::default().next(Dot, &[Silence]));
    site.answer("A", "answer=contact&words=x");
    until("the dot", || site.server.received().len() == 2);
    assert_eq!(site.house.rows(STATES).await, ["sending"]);
    site.daemon.child.kill().unwrap();
    site.daemon.ended();
    site.daemon = Running::start(&site.house);
    until("it is in doubt", || site.daemon.log().contains("they are not sent again"));
    assert_eq!(site.house.rows(STATES).await, ["in_doubt"]);
    assert_eq!(site.server.received().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_bounced_stops_the_address_and_leaves_the_notice() {
    let (house, server) = with_dues(&[("A", "GBP")]).await;
    with_page(&house, "");
    with_mailbox(&house);
    let site = site(house, server, 1);
    site.answer("A", "answer=contact&words=x");
    let receipt = receipts(&site, 1, 1).remove(0);
    assert!(receipt.from.starts_with("bounces+"), "{}", receipt.from);
    arrives(&site.house, "1", bounce(&receipt.from, "a@buyer.example", "5.1.1", "no such user"));
    until("the bounce is taken", || site.get(&site.link("A")).status == 404);
    assert_eq!(site.house.rows("SELECT kind, made FROM incoming").await.len(), 1);
    let made = site.house.rows("SELECT made FROM incoming").await.remove(0);
    assert!(made.contains("a@buyer.example is not written to any more; the receipt of an answer came back"), "{made}");
    assert_eq!(site.house.rows("SELECT state, void FROM notice").await, ["sent 0"]);
}
