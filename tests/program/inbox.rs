//! What comes back: a Maildir with mails, and the real program.

use std::{fs, path::PathBuf, process::Stdio};

use duly::{clock::Clock, inbox::token::Verp};
use serde_json::Value;

use crate::{
    house::{DAY, House, Said, days_ago, said, until},
    relay::{PLAIN, ready},
    running::{Running, due_today, last_slot},
    smtp::{Received, Script, Server},
};

const SECRET: &str = "a secret of the company";
pub const CASES: &str = "SELECT a.number, c.kind, c.status, COALESCE(c.reason, '-'), COALESCE((SELECT i.invoice FROM case_item i \
                     WHERE i.case_id = c.id), 'all') FROM cases c JOIN account a ON a.id = c.account ORDER BY a.number";
const KINDS: &str = "SELECT kind FROM incoming ORDER BY id";

/// Gives an installation a mailbox.
pub fn with_mailbox(house: &House) {
    for folder in ["new", "cur", "tmp"] {
        fs::create_dir_all(house.path("config/mail").join(folder)).unwrap();
    }
    house.file("config/bounces.secret", SECRET);
    let inbox = "[inbox]\nmaildir = \"mail\"\npoll_seconds = 1\nbounce_address = \"bounces@example.test\"\n\
                 secret_file = \"bounces.secret\"\n\n# [ops]";
    house.edit("duly.toml", "# [ops]", inbox);
}

/// Accounts to which a notice was really sent, with the mails in the order of their addresses.
pub async fn noticed(numbers: &[&str]) -> (House, Vec<Received>) {
    let (house, _, sent) = noticed_by(numbers).await;
    (house, sent)
}

/// The same, with the mail server.
pub async fn noticed_by(numbers: &[&str]) -> (House, Server, Vec<Received>) {
    let (house, server) = ready(numbers, Script::default()).await;
    with_mailbox(&house);
    house.deliver().ended(0);
    let mut sent = server.accepted();
    sent.sort_by(|a, b| a.to.cmp(&b.to));
    assert_eq!(sent.len(), numbers.len());
    (house, server, sent)
}

/// A mail arrives.
pub fn arrives(house: &House, name: &str, mail: impl AsRef<[u8]>) {
    fs::write(house.path("config/mail/new").join(name), mail).unwrap();
}

fn folder(house: &House, name: &str) -> Vec<String> {
    let entries = fs::read_dir(house.path("config/mail").join(name)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub fn take(house: &House) -> String {
    house.duly(&["inbox"]).ended(0)
}

pub fn token(mail: &Received) -> String {
    Verp::new("bounces@example.test", SECRET.as_bytes()).unwrap().token(&mail.from).unwrap()
}

/// An answer of a person to a notice, with the notice below.
pub fn reply(to: &Received, number: u32, words: &str) -> String {
    let (from, token) = (&to.to, token(to));
    format!(
        "From: Somebody <{from}>\r\nTo: accounts@example.test\r\nSubject: Re: Your account\r\n\
         Date: {}\r\nMessage-ID: <answer-{number}@buyer.example>\r\nIn-Reply-To: <{token}@example.test>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n\r\n\
         On Monday, accounts@example.test wrote:\r\n> Dear customer, the invoice INV-Z is overdue.\r\n",
        Clock::System.now().to_rfc2822()
    )
}

/// A report as RFC 3464 has it, to the address from which the notice was sent.
pub fn bounce(back_to: &str, recipient: &str, status: &str, said: &str) -> String {
    format!(
        "Return-Path: <>\r\nDelivered-To: {back_to}\r\nFrom: MAILER-DAEMON@mx.buyer.example\r\nTo: {back_to}\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <{status}-{recipient}>\r\nAuto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.buyer.example\r\n\r\n\
         Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\n\
         Remote-MTA: dns; mail.buyer.example\r\nDiagnostic-Code: smtp; {said}\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: Your account\r\n--b--\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_stops_the_address_of_its_notice() {
    let (house, sent) = noticed(&["A", "B", "C"]).await;
    let unknown = "550 5.1.1 <x@buyer.example>: Recipient address rejected: User unknown (in reply to RCPT TO command)";
    let full = "452 4.2.2 <b@buyer.example>: mailbox full (in reply to RCPT TO command)";
    arrives(&house, "1.a", bounce(&sent[0].from, "a@buyer.example", "5.1.1", unknown));
    arrives(&house, "2.b", bounce(&sent[1].from, "b@buyer.example", "4.2.2", full));
    // Where somebody's mail is passed on to is not ours to stop.
    arrives(&house, "3.c", bounce(&sent[2].from, "elsewhere@buyer.example", "5.1.1", unknown));
    assert_eq!(take(&house), "3 bounces\n");
    assert_eq!(house.rows("SELECT email FROM refused_address").await, ["a@buyer.example"]);
    assert_eq!(house.states().await, ["sent", "sent", "sent"]);
    assert_eq!(folder(&house, "new"), [""; 0]);
    assert_eq!(folder(&house, "cur"), ["1.a:2,S", "2.b:2,S", "3.c:2,S"]);
    let report: Value = serde_json::from_str(&house.duly(&["report", "delivery", "--json"]).ended(0)).unwrap();
    assert_eq!(report["bounced"], 3);
    house.no_payments();
    // At once, and not twice when its next notice is due.
    for day in [DAY, "2025-04-01"] {
        let tasks = house.duly(&["tasks", "--as-of", day]).ended(0);
        assert_eq!(tasks.matches("account A: no email address takes mail").count(), 1, "{day} {tasks}");
        assert!(!tasks.contains("account B"), "{tasks}");
    }
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_bounce_or_complaint_changes_nothing() {
    let (house, sent) = noticed(&["A"]).await;
    let unknown = "550 5.1.1 User unknown (in reply to RCPT TO command)";
    let forged = Verp::new("bounces@example.test", b"another secret of anybody").unwrap().address(&token(&sent[0]));
    for (number, address) in ["bounces@example.test", "accounts@example.test", &forged].iter().enumerate() {
        let mail = bounce(address, "a@buyer.example", "5.1.1", unknown);
        arrives(&house, &format!("{number}.forged"), mail.replace("<5.1.1", &format!("<{number}")));
    }
    arrives(&house, "9.arf", complaint("00000000000000000000000000000000"));
    assert_eq!(take(&house), "3 bounces, 1 mail that could not be placed\n");
    assert_eq!(house.rows("SELECT COUNT(*) FROM refused_address").await, ["0"]);
    assert_eq!(house.rows("SELECT COUNT(*) FROM cases").await, ["0"]);
    assert_eq!(house.rows("SELECT COUNT(*) FROM incoming WHERE notice IS NOT NULL").await, ["0"]);
    // The same with the Message-ID of the notice, which only its recipient knows.
    let mail = bounce("accounts@example.test", "a@buyer.example", "5.1.1", unknown);
    arrives(
        &house,
        "10",
        mail.replace("Subject: Your", &format!("Message-ID: <{}@example.test>\r\nSubject: Your", token(&sent[0]))),
    );
    take(&house);
    assert_eq!(house.rows("SELECT email FROM refused_address").await, ["a@buyer.example"]);
}

/// A feedback report (RFC 5965) about a notice.
fn complaint(token: &str) -> String {
    format!(
        "From: feedback@provider.example\r\nTo: accounts@example.test\r\nSubject: abuse report\r\n\
         Message-ID: <arf@provider.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n\
         --b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: Test/1\r\nVersion: 1\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{token}@example.test>\r\nSubject: Your account\r\n\r\nx\r\n--b--\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_stops_the_address_and_asks_a_person() {
    let (house, sent) = noticed(&["A", "B"]).await;
    arrives(&house, "1", complaint(&token(&sent[0])));
    assert_eq!(take(&house), "1 complaint\n");
    assert_eq!(house.rows("SELECT email FROM refused_address").await, ["a@buyer.example"]);
    assert_eq!(house.rows(CASES).await, ["A administrative open contact all"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_customers_write_becomes_cases_and_promises() {
    let (house, sent) = noticed(&["A", "B", "C", "D", "E", "F", "G"]).await;
    let friday = days_ago(0) + chrono::Days::new(9);
    let far = days_ago(0) + chrono::Days::new(300);
    let words = [
        "The machine arrived broken and nobody came to repair it. We will not pay for INV-A.".to_owned(),
        "This invoice was paid on 3 January, reference TRX-77.".to_owned(),
        "We cannot pay this at once. Could we pay in instalments?".to_owned(),
        format!("We will pay on {friday}."),
        "Please send us a copy of the invoice, we never received it.".to_owned(),
        "Thank you!".to_owned(),
        format!("We will pay on {far}."),
    ];
    for (number, (mail, words)) in sent.iter().zip(&words).enumerate() {
        arrives(&house, &number.to_string(), reply(mail, number as u32, words));
    }
    assert_eq!(take(&house), "5 answers, 1 answer for a person to read, 1 word of thanks\n");
    let cases = [
        "A protest open - INV-A",
        "B paid_unmatched open paid INV-B",
        "C cannot_pay open instalments INV-C",
        "E administrative open copy INV-E",
    ];
    assert_eq!(house.rows(CASES).await, cases);
    let promises = "SELECT a.number, p.invoice, p.until, p.author FROM promise p JOIN account a ON a.id = p.account";
    assert_eq!(house.rows(promises).await, [format!("D INV-D {friday} duly")]);
    let verbatim =
        "SELECT e.why FROM case_event e JOIN cases c ON c.id = e.case_id WHERE e.step = 'said' AND c.kind = 'protest'";
    assert_eq!(house.rows(verbatim).await, [words[0].as_str()], "nothing of what was quoted");
    let due = "SELECT COUNT(*) FROM cases WHERE respond_by IS NOT NULL AND resolve_by IS NOT NULL";
    assert_eq!(house.rows(due).await, ["4"]);
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(tasks.contains("from account F says thanks: Thank you!"), "{tasks}");
    assert!(tasks.contains("from account G does not say what is wanted"), "{tasks}");
    assert_eq!(house.rows("SELECT COUNT(*) FROM notice").await, ["7"], "nothing new is sent");
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_words_go_on_the_case_that_is_open() {
    let (house, sent) = noticed(&["A"]).await;
    arrives(&house, "1", reply(&sent[0], 1, "The goods were damaged on arrival."));
    arrives(&house, "2", reply(&sent[0], 2, "By the way, the second box was damaged as well."));
    arrives(&house, "3", reply(&sent[0], 3, "Did you get my mail of yesterday?"));
    assert_eq!(take(&house), "3 answers\n");
    assert_eq!(house.rows(CASES).await, ["A protest open - INV-A"]);
    let said = "SELECT why FROM case_event WHERE step = 'said' ORDER BY id";
    assert_eq!(house.rows(said).await.len(), 3);
    assert_eq!(house.rows("SELECT COUNT(*) FROM incoming WHERE case_id IS NOT NULL").await, ["3"]);
    // A solved case wakes, but not for thanks.
    let case = house.rows("SELECT id FROM cases").await.remove(0);
    house.change("UPDATE cases SET status = 'resolved'").await;
    house.change("UPDATE case_event SET status = 'resolved' WHERE id = (SELECT MAX(id) FROM case_event)").await;
    arrives(&house, "4", reply(&sent[0], 4, "Thank you very much!"));
    assert_eq!(take(&house), "1 word of thanks\n");
    arrives(&house, "5", reply(&sent[0], 5, "Now a third box is damaged."));
    assert_eq!(take(&house), "1 answer\n");
    assert_eq!(house.rows("SELECT id, status FROM cases").await, [format!("{case} open")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_found_by_sender_and_by_invoice() {
    let house = House::with_accounts(&["A", "B", "C"]);
    with_mailbox(&house);
    house.take("accounts", "B,Customer B,shared@buyer.example\nC,Customer C,shared@buyer.example\n");
    house
        .take("invoices", "2024-0042,B,2024-12-01,2024-12-31,GBP,50.00\n2024-0043,C,2024-12-01,2024-12-31,GBP,50.00\n");
    let mail = |from: &str, words: &str| {
        format!("From: {from}\r\nMessage-ID: <{}@x>\r\nSubject: a question\r\n\r\n{words}\r\n", words.len())
    };
    arrives(&house, "1", mail("A@Buyer.Example", "The goods were damaged."));
    arrives(&house, "2", mail("shared@buyer.example", "The goods of invoice 2024-0042 were damaged."));
    arrives(&house, "3", mail("shared@buyer.example", "All the goods were damaged."));
    arrives(&house, "4", mail("%@buyer.example", "Nothing arrived, and we will not pay for 2024-0042 or 2024-0043."));
    arrives(&house, "5", mail("accounts@example.test", "The goods of INV-C were damaged."));
    assert_eq!(take(&house), "1 mail of our own, 2 answers, 2 mails that could not be placed\n");
    assert_eq!(house.rows(CASES).await, ["A protest open - all", "B protest open - 2024-0042"]);
    let tasks = house.duly(&["tasks"]).ended(0);
    assert_eq!(tasks.matches("is from nobody that is known").count(), 2, "{tasks}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_automatic_answer_is_only_recorded() {
    let (house, sent) = noticed(&["A"]).await;
    let (last, back) = (days_ago(0) + chrono::Days::new(20), days_ago(0) + chrono::Days::new(21));
    let mail = reply(&sent[0], 1, &format!("I am out of the office until {last}. The goods were damaged."));
    arrives(&house, "1", mail.replace("Date: ", "Auto-Submitted: auto-replied\r\nDate: "));
    assert_eq!(take(&house), "1 automatic answer\n");
    assert_eq!(house.rows("SELECT COUNT(*) FROM cases").await, ["0"]);
    let made = house.rows("SELECT made FROM incoming WHERE notice IS NOT NULL AND account IS NOT NULL").await;
    assert_eq!(made.len(), 1);
    assert!(made[0].starts_with(&format!("somebody is away, back on {back}")), "{made:?}");
    let why = house.duly(&["why", "A"]).ended(0);
    assert!(why.contains(&format!("automatic   somebody is away, back on {back}")), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_mail_counts_once() {
    let (house, sent) = noticed(&["A"]).await;
    let mail = reply(&sent[0], 1, "The goods were damaged.");
    arrives(&house, "1", &mail);
    arrives(&house, "2", &mail);
    assert_eq!(take(&house), "1 mail known already, 1 answer\n");
    // A backup of the mailbox comes back.
    arrives(&house, "1", &mail);
    arrives(&house, "2:2,", &mail);
    assert_eq!(take(&house), "No mail came in.\n");
    assert_eq!(folder(&house, "cur"), ["1:2,S", "2:2,S"]);
    assert_eq!(house.rows(KINDS).await, ["reply", "known"]);
    assert_eq!(house.rows("SELECT COUNT(*) FROM case_event").await, ["2"]);
    // What was made of a mail cannot be changed afterwards.
    house.duly(&["verify"]).ended(0);
    house.change("UPDATE incoming SET made = 'nothing' WHERE kind = 'reply'").await;
    assert_eq!(house.duly(&["verify"]).code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_taken_once_wherever_the_process_dies() {
    for (place, taken) in [("mail_read", false), ("mail_before_commit", false), ("mail_after_commit", true)] {
        let (house, sent) = noticed(&["A"]).await;
        arrives(&house, "1", reply(&sent[0], 1, "The goods were damaged."));
        let killed = house.command(&["inbox"]).env("DULY_FAILPOINT", place).output().unwrap();
        assert_eq!(said(killed).code, -1, "{place}");
        assert_eq!(folder(&house, "new"), ["1"], "{place}");
        assert_eq!(house.rows(KINDS).await.len(), usize::from(taken), "{place}");
        let expected = if taken { "No mail came in.\n" } else { "1 answer\n" };
        assert_eq!(take(&house), expected, "{place}");
        assert_eq!(folder(&house, "cur"), ["1:2,S"], "{place}");
        assert_eq!(house.rows(CASES).await, ["A protest open - INV-A"], "{place}");
        house.duly(&["verify"]).ended(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_mails_do_nothing_and_stop_nothing() {
    let (house, sent) = noticed(&["A"]).await;
    let nested = (0..500).map(|depth| format!("Content-Type: multipart/mixed; boundary={depth}\r\n\r\n--{depth}\r\n"));
    let mails: [(&str, Vec<u8>); 7] = [
        ("1", Vec::new()),
        ("2", vec![0; 3 << 20]),
        ("3", (0..=255).cycle().take(200_000).collect()),
        ("4", nested.collect::<String>().into_bytes()),
        ("5", format!("From: {}@x.test\r\nMessage-ID: <{}>\r\n\r\n{}", "a".repeat(70_000), "b".repeat(70_000), "INV-A ".repeat(9)).into()),
        ("6", "From: x'; DROP TABLE cases; --@x.test\r\nSubject: \u{1b}[2J\0\r\nMessage-ID: <a\0b@x>\r\n\r\n\0'; DROP TABLE notice; --".into()),
        ("../7", b"From: a@b.test\r\n\r\nx".to_vec()),
    ];
    for (name, mail) in &mails {
        arrives(&house, name, mail);
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", house.path("config/mail/new/8")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(house.path("config/mail/new/9")).status().unwrap();
    assert!(made.success());
    arrives(&house, "99", reply(&sent[0], 1, "The goods were damaged."));
    let before = fs::read("/etc/passwd").unwrap();
    take(&house);
    assert_eq!(house.rows("SELECT kind FROM incoming WHERE place = '99'").await, ["reply"]);
    assert_eq!(house.rows("SELECT COUNT(*) FROM incoming").await, ["7"], "pipes and links are no mails");
    assert_eq!(folder(&house, "new"), ["8", "9"]);
    assert_eq!(fs::read("/etc/passwd").unwrap(), before);
    let harmless = "SELECT COUNT(*) FROM incoming WHERE place <> '99' AND (kind NOT IN ('ignored', 'unplaced', 'unclear') \
                    OR case_id IS NOT NULL)";
    assert_eq!(house.rows(harmless).await, ["0"], "{:?}", house.rows("SELECT place, kind FROM incoming").await);
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(!tasks.contains('\u{1b}'), "{tasks}");
    house.duly(&["verify"]).ended(0);
}

/// A notice that is due today and ready, and the program that sends it, stopped at a place.
async fn stopped_at(place: &str) -> (House, Server, std::process::Child) {
    let server = Server::start(Script::default()).await;
    let house = House::with_one_due_today();
    house.send_to(&server, PLAIN);
    with_mailbox(&house);
    house.duly(&["sweep", "--release", "--no-send"]).ended(0);
    house.all_due().await;
    let mut delivery = house.command(&["deliver"]);
    delivery.env("DULY_FAILPOINT", format!("{place}=stop")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let delivery = delivery.spawn().unwrap();
    let stat = PathBuf::from(format!("/proc/{}/stat", delivery.id()));
    until("it stands still", || fs::read_to_string(&stat).unwrap().contains(") T "));
    (house, server, delivery)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_while_the_notice_is_on_its_way_keeps_it_back() {
    for place in ["claimed", "looked", "rendered", "intent_before"] {
        let (house, server, delivery) = stopped_at(place).await;
        let mail = "From: a@buyer.example\r\nMessage-ID: <1@buyer.example>\r\nSubject: INV-A\r\n\r\nThe goods were damaged.\r\n";
        arrives(&house, "1", mail);
        assert_eq!(take(&house), "1 answer\n", "{place}");
        let go = std::process::Command::new("sh").args(["-c", &format!("kill -CONT {}", delivery.id())]).status();
        assert!(go.unwrap().success());
        let ended: Said = said(delivery.wait_with_output().unwrap());
        assert_eq!(ended.ended(0), "1 withdrawn, since something changed\n", "{place}");
        assert!(server.received().is_empty(), "{place}");
        assert_eq!(house.rows("SELECT state, reply FROM notice").await, ["withdrawn held"], "{place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_takes_mails_and_sends_without_a_mailbox_too() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A", "B"]);
    with_mailbox(&house);
    last_slot(&house, 1).await;
    let mail =
        "From: a@buyer.example\r\nMessage-ID: <1@buyer.example>\r\nSubject: INV-A\r\n\r\nThe goods were damaged.\r\n";
    fs::rename(house.path("config/mail/cur"), house.path("config/mail/gone")).unwrap();
    let running = Running::start(&house);
    until("the mail", || server.accepted().len() == 2);
    until("trouble is told", || running.log().contains("the mailbox cannot be read"));
    fs::rename(house.path("config/mail/gone"), house.path("config/mail/cur")).unwrap();
    arrives(&house, "1", mail);
    until("the mail is taken", || folder(&house, "cur") == ["1:2,S"]);
    assert_eq!(house.rows(KINDS).await, ["reply"]);
}

#[test]
fn a_mailbox_that_is_none_is_refused() {
    let house = House::new();
    with_mailbox(&house);
    let said = house.duly(&["check"]).ended(0);
    assert!(said.contains("config/mail, looked at every 1 second"), "{said}");
    fs::remove_dir(house.path("config/mail/new")).unwrap();
    let error = house.duly(&["check"]).failed(2);
    assert!(error.contains("has no folder `new`, so it is no Maildir"), "{error}");
    assert!(house.duly(&["inbox"]).failed(1).contains("has no folder `new`"));
    house.edit("duly.toml", "poll_seconds = 1", "poll_seconds = 0");
    assert!(house.duly(&["check"]).failed(2).contains("`inbox.poll_seconds` must be at least 1"));
    let without = House::new();
    assert!(without.duly(&["inbox"]).failed(2).contains("`inbox.maildir` or `[inbox.imap]` names it"));
    assert!(without.duly(&["check"]).ended(0).contains("nobody reads what comes back"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_understands_keeps_notices_back_until_a_person_has_read_it() {
    let (house, sent) = noticed(&["A", "B"]).await;
    arrives(
        &house,
        "1",
        reply(&sent[0], 1, "Well, about that matter of last spring: the dog ate it, as they say here."),
    );
    arrives(&house, "2", reply(&sent[1], 2, "Thank you."));
    take(&house);
    let holds = "SELECT a.number, h.reason, h.author FROM hold h JOIN account a ON a.id = h.account";
    assert_eq!(house.rows(holds).await, ["A unread_reply duly"]);
    assert_eq!(house.rows("SELECT COUNT(*) FROM cases").await, ["0"]);
    let why = house.duly(&["why", "A"]).ended(0);
    let until = days_ago(0) + chrono::Days::new(7);
    let expected = format!("account_hold: an answer waits to be read, until {until}: `duly inbox show 1`.");
    assert!(why.contains(&expected), "{why}");
    house.duly(&["verify"]).ended(0);
}
