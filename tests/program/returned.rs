//! Mails of ours that did not arrive: notices, and letters of cases.

use crate::{
    house::House,
    inbox::{arrives, bounce, noticed, noticed_by, reply, take, token},
    relay::messages,
    smtp::Server,
};

const UNKNOWN: &str =
    "550 5.1.1 <x@buyer.example>: Recipient address rejected: User unknown (in reply to RCPT TO command)";
const NOTICES: &str = "SELECT a.number, n.address, n.stage, n.state, COALESCE(n.offer_percent, '-') FROM notice n \
                       JOIN account a ON a.id = n.account ORDER BY n.id";

/// Another address comes, and the next sweep looks.
fn with_a_new_address(house: &House, account: &str) {
    house.take("accounts", &format!("{account},Customer {account},new@buyer.example\n"));
    house.no_payments();
    house.sweep("2025-03-05").ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_bounced_counts_as_never_sent() {
    let (house, sent) = noticed(&["A", "B", "C"]).await;
    let first = house.rows(NOTICES).await;
    arrives(&house, "1", bounce(&sent[0].from, "a@buyer.example", "5.1.1", UNKNOWN));
    let full = "452 4.2.2 <b@buyer.example>: mailbox full (in reply to RCPT TO command)";
    arrives(&house, "2", bounce(&sent[1].from, "b@buyer.example", "4.2.2", full));
    // Without our signature the address is stopped at most.
    let unsigned = bounce("accounts@example.test", "c@buyer.example", "5.1.1", UNKNOWN);
    let known = format!("Message-ID: <{}@example.test>\r\nSubject: Your", token(&sent[2]));
    arrives(&house, "3", unsigned.replace("Subject: Your", &known));
    assert_eq!(take(&house), "3 bounces\n");
    assert_eq!(house.rows("SELECT CAST(COUNT(*) AS TEXT) FROM notice WHERE bounced_at IS NOT NULL").await, ["1"]);
    house.duly(&["verify"]).ended(0);
    let row = |account: &str| format!("{account},Customer {account},new-{}@buyer.example\n", account.to_lowercase());
    house.take("accounts", &["A", "B", "C"].map(row).concat());
    house.no_payments();
    house.sweep("2025-03-05").ended(0);
    let rows = house.rows(NOTICES).await;
    let again = first[0].replace("a@buyer.example", "new-a@buyer.example").replace("sent", "ready");
    assert_eq!(rows[..3], first[..], "what was sent stands as it was");
    assert_eq!(rows[3..], [again], "the first notice, with its offer, to the next address");
    let why = house.duly(&["why", "A"]).ended(0);
    assert!(why.contains("came back") && why.contains("counts as never sent"), "{why}");
    assert!(!house.duly(&["why", "B"]).ended(0).contains("came back"));
    let report = house.duly(&["report", "delivery"]).ended(0);
    assert!(report.contains("Came back") && report.contains("notice 1 counts as never sent"), "{report}");
    // What was planned before is replayed as it was known then, and nobody voids a notice by hand.
    house.duly(&["verify"]).ended(0);
    house.change("UPDATE notice SET void = TRUE, bounced_at = closed_at WHERE id = 2").await;
    house.change("UPDATE notice_item SET void = TRUE WHERE notice = 2").await;
    assert!(house.duly(&["verify"]).code == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_in_doubt_that_bounced_is_in_doubt_no_more() {
    let (house, sent) = noticed(&["A"]).await;
    house.change("UPDATE notice SET state = 'in_doubt', doubts = 1, closed_at = NULL, seal = NULL, due_at = '2031-01-01T00:00:00+00:00'").await;
    arrives(&house, "1", bounce(&sent[0].from, "a@buyer.example", "5.1.1", UNKNOWN));
    take(&house);
    assert_eq!(house.rows("SELECT state, COALESCE(CAST(due_at AS TEXT), '-') FROM notice").await, ["sent -"]);
    with_a_new_address(&house, "A");
    assert_eq!(house.states().await, ["sent", "ready"]);
}

/// A case that was opened by an answer, with its letter on the way.
async fn with_a_letter(house: &House, server: &Server) -> (String, String) {
    house.duly(&["case", "heard", "1"]).ended(0);
    house.duly(&["case", "resolve", "1", "--outcome", "explained", "--by", "Ada", "--why", "a mix-up"]).ended(0);
    house.duly(&["case", "write", "1", "--by", "Ada"]).ended(0);
    let letter = server.accepted().pop().unwrap();
    let (id, _) = messages(server).pop().unwrap();
    (letter.from, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_bounced_confirms_nothing() {
    let (house, server, sent) = noticed_by(&["A"]).await;
    arrives(&house, "1", reply(&sent[0], 1, "The goods were damaged."));
    take(&house);
    let (from, id) = with_a_letter(&house, &server).await;
    assert!(from.starts_with(&format!("bounces+{}-", id.split('@').next().unwrap())), "{from}");
    assert!(!house.duly(&["tasks"]).ended(0).contains("not confirmed in writing"));
    arrives(&house, "2", bounce(&from, "a@buyer.example", "5.1.1", UNKNOWN));
    assert_eq!(take(&house), "1 bounce\n");
    assert_eq!(house.rows("SELECT email FROM refused_address").await, ["a@buyer.example"]);
    assert!(house.duly(&["tasks"]).ended(0).contains("is not confirmed in writing"));
    let shown = house.duly(&["case", "show", "1"]).ended(0);
    assert!(shown.contains("returned by duly: a@buyer.example: smtp; 550 5.1.1"), "{shown}");
    // To the next address the same letter goes, and the bounce of the first one is no matter any more.
    house.take("accounts", "A,Customer A,new@buyer.example\n");
    house.duly(&["case", "write", "1", "--by", "Ada"]).ended(0);
    arrives(&house, "3", bounce(&from, "a@buyer.example", "5.1.2", UNKNOWN));
    take(&house);
    assert!(!house.duly(&["tasks"]).ended(0).contains("not confirmed in writing"));
    // Once the case is over, a person hears of it.
    house.duly(&["case", "follow-up", "1", "--why", "well"]).ended(0);
    house.duly(&["case", "close", "1", "--cause", "quality", "--why", "done"]).ended(0);
    arrives(&house, "4", bounce(&from, "new@buyer.example", "5.1.1", UNKNOWN));
    assert_eq!(take(&house), "1 letter that came back\n");
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(tasks.contains("is a letter to account A that came back"), "{tasks}");
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_letter_belongs_to_its_case() {
    let (house, server, sent) = noticed_by(&["A"]).await;
    arrives(&house, "1", reply(&sent[0], 1, "The goods were damaged."));
    take(&house);
    let (_, id) = with_a_letter(&house, &server).await;
    let answer = |number, words| {
        let token = token(&sent[0]);
        let mail = reply(&sent[0], number, words).replace(&format!("<{token}@example.test>"), &format!("<{id}>"));
        mail.replace("a@buyer.example", "chief@elsewhere.example")
    };
    arrives(&house, "2", answer(2, "Thank you very much!"));
    assert_eq!(take(&house), "1 answer\n");
    assert_eq!(house.rows("SELECT status FROM cases").await, ["resolved"], "thanks wake nothing");
    arrives(&house, "3", answer(3, "Well, the dog ate that one too."));
    assert_eq!(take(&house), "1 answer\n");
    assert_eq!(house.rows("SELECT id, status FROM cases").await, ["1 open"]);
    let said = house.rows("SELECT why FROM case_event WHERE step = 'said' ORDER BY id").await;
    assert_eq!(said.last().unwrap(), "Well, the dog ate that one too.");
    house.duly(&["verify"]).ended(0);
}
