//! The whole way, with no stand-in: notices leave by a real Postfix, and what comes back is read from a real Dovecot.
//!
//! Needs root, Debian's postfix, dovecot-imapd, dovecot-lmtpd, dovecot-sieve and faketime; says plainly when it is
//! skipped.

use std::time::{Duration, Instant};

use crate::{
    house::{House, days_ago, until},
    post::{Post, answer},
    running::Running,
};

const PROTEST: &str = "The machine that you delivered has not worked for a single day.\n\
                       Nobody came to repair it, and so we will not pay for it.";

const MADE: &str =
    "SELECT a.number, i.kind, i.made FROM incoming i LEFT JOIN account a ON a.id = i.account ORDER BY i.id";

/// Sends the first notices of all accounts.
fn noticed(post: &Post, accounts: &[(&str, &str)]) -> House {
    let house = post.house(accounts);
    let sent = house.duly(&["sweep", "--release"]).ended(0);
    assert!(sent.ends_with(&format!("{} sent\n", accounts.len())), "{sent}");
    post.settle();
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protest_becomes_a_case_and_no_further_notice() {
    let Some(post) = Post::start() else { return };
    let house = noticed(&post, &[("A", "a@buyer.example"), ("B", "b@buyer.example")]);
    post.send(&answer(&post.mail("a"), PROTEST));
    post.settle();
    assert_eq!(house.duly(&["inbox"]).ended(0), "1 answer\n");
    assert_eq!(house.duly(&["inbox"]).ended(0), "No mail came in.\n");

    let notice = "SELECT n.id FROM notice n JOIN account a ON a.id = n.account WHERE a.number = 'A'";
    let tied = format!("SELECT COUNT(*) FROM incoming WHERE case_id = 1 AND notice = ({notice})");
    assert_eq!(house.rows(&tied).await, ["1"]);
    let list = house.duly(&["case", "list"]).ended(0);
    assert!(list.contains("open     service protest   A         INV-A") && !list.contains("INV-B"), "{list}");
    let case = house.duly(&["case", "show", "1"]).ended(0);
    let opened = "opened by duly: a@buyer.example “Re: The account A at Example Ltd is overdue” (it answers a notice)";
    assert!(case.contains(opened), "{case}");
    assert_eq!(house.rows("SELECT why FROM case_event WHERE step = 'said'").await, [PROTEST]);

    let sweep = post.next_sweep(&house);
    assert!(sweep.contains(": 1 notice, 1 account held") && sweep.contains("1   open_case"), "{sweep}");
    assert_eq!(post.counts(), "a 1, b 2, desk 1");
    let why = post.later(&house, &["why", "A"]).ended(0);
    assert!(why.contains("a case is open for it") && why.contains("Case 1 (open)"), "{why}");
    post.later(&house, &["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_gone_is_not_written_to_again() {
    let Some(post) = Post::start() else { return };
    let accounts = [
        ("GONE", "nobody@gone.example"),
        ("MOVED", "nobody.either@gone.example;moved@buyer.example"),
        ("FULL", "full@gone.example"),
        ("LATER", "later@gone.example"),
    ];
    let house = noticed(&post, &accounts);
    assert_eq!(post.counts(), "desk 4");
    assert_eq!(house.duly(&["inbox"]).ended(0), "3 bounces, 1 delay\n");
    let mut made = house.rows(MADE).await;
    made.sort();
    let expected = [
        ("FULL bounce full@gone.example stays in use", "552 5.2.2"),
        ("GONE bounce nobody@gone.example is not written to any more", "550 5.1.1"),
        ("LATER delayed later@gone.example stays in use", "450 4.2.1"),
        ("MOVED bounce nobody.either@gone.example is not written to any more", "550 5.1.1"),
    ];
    assert_eq!(made.len(), expected.len());
    for (made, (begin, code)) in made.iter().zip(expected) {
        assert!(made.starts_with(begin) && made.contains(code), "{made}");
    }
    assert_eq!(
        house.rows("SELECT email FROM refused_address ORDER BY email").await,
        ["nobody.either@gone.example", "nobody@gone.example"]
    );
    // Nobody is due for weeks, but a person can look for a contact now.
    let wanted = "account GONE: no email address takes mail";
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(tasks.contains("1 thing waits") && tasks.contains(wanted), "{tasks}");
    assert!(tasks.contains("find an email address that works"), "{tasks}");

    let sweep = post.next_sweep(&house);
    assert!(sweep.contains(": 3 notices, 1 account held") && sweep.contains("1   no_contact"), "{sweep}");
    assert_eq!(post.mails("moved").len(), 1);
    // What came back was never read: it is the first notice that goes to the next address.
    let written = "SELECT a.number, n.stage, n.address FROM notice n JOIN account a ON a.id = n.account \
                   WHERE n.sweep = (SELECT MAX(id) FROM sweep) ORDER BY a.number";
    let rows = ["FULL second full@gone.example", "LATER second later@gone.example", "MOVED first moved@buyer.example"];
    assert_eq!(house.rows(written).await, rows);
    let tasks = post.later(&house, &["tasks"]).ended(0);
    assert_eq!(tasks.matches(wanted).count(), 1, "{tasks}");
    post.later(&house, &["verify"]).ended(0);
}

/// Sieve's vacation answers neither what is marked as automatic nor what asks for silence; duly marks its notices in
/// both ways. Before one of the two customers a gateway drops the marks.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_is_away_is_reminded_as_planned() {
    let Some(post) = Post::start() else { return };
    let last = days_ago(0) + chrono::Days::new(10);
    for user in ["away", "polite"] {
        let text = last.format("I am out of the office until %-d %B %Y. The delivery of your goods is with Ann.");
        post.script(user, &format!("require \"vacation\";\nvacation \"{text}\";\n"));
    }
    let house = noticed(&post, &[("AWAY", "away@buyer.example"), ("POLITE", "polite@buyer.example")]);
    assert_eq!(post.counts(), "away 1, desk 1, polite 1");
    let mail = String::from_utf8(post.mail("desk")).unwrap();
    assert!(mail.contains("Auto-Submitted: auto-replied (vacation)"), "{mail}");

    assert_eq!(house.duly(&["inbox"]).ended(0), "1 automatic answer\n");
    let made = house.rows(MADE).await;
    let back = last + chrono::Days::new(1);
    assert_eq!(made.len(), 1);
    assert!(made[0].starts_with(&format!("AWAY automatic somebody is away, back on {back}: ")), "{made:?}");
    for table in ["cases", "hold", "promise", "refused_address"] {
        assert_eq!(house.rows(&format!("SELECT COUNT(*) FROM {table}")).await, ["0"], "{table}");
    }
    assert_eq!(house.duly(&["tasks"]).ended(0), "Nothing waits for a person.\n");
    // It is not answered.
    assert_eq!(house.duly(&["deliver"]).ended(0), "Nothing was due to be sent.\n");
    post.settle();
    assert_eq!(post.counts(), "away 1, desk 1, polite 1");

    let sweep = post.next_sweep(&house);
    assert!(sweep.contains(": 2 notices, 0 accounts held"), "{sweep}");
    // Vacation answers the same sender once; each notice has a sender of its own.
    assert_eq!(post.counts(), "away 2, desk 2, polite 2");
    assert_eq!(post.later(&house, &["inbox"]).ended(0), "1 automatic answer\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_hears_of_an_answer_within_seconds() {
    let Some(post) = Post::start() else { return };
    let house = noticed(&post, &[("A", "a@buyer.example"), ("B", "b@buyer.example")]);
    let running = Running::start(&house);
    let cases = |count| {
        let list = || house.duly(&["case", "list"]).ended(0);
        until("a case", || list().matches("service protest").count() == count);
    };
    // The first may be found by the look with which the daemon begins.
    post.send(&answer(&post.mail("a"), PROTEST));
    cases(1);
    let began = Instant::now();
    post.send(&answer(&post.mail("b"), PROTEST));
    cases(2);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}\n{}", began.elapsed(), running.log());
    assert_eq!(house.rows("SELECT kind FROM incoming").await, ["reply", "reply"]);
}
