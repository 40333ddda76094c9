//! Refusals for good, and answers that were lost.

use crate::{
    house::{DAY, House},
    relay::{messages, ready},
    smtp::{Act, Act::*, At::*, Script, Server},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_mailbox_is_not_written_to_again() {
    let script = Script::default().next(Recipient, &[Say("550 5.1.1 no such user")]);
    let (house, server) = ready(&["A"], script).await;
    assert_eq!(house.deliver().ended(0), "1 refused\n");
    assert_eq!(house.rows("SELECT state, void FROM notice").await, ["refused 1"]);
    assert_eq!(house.rows("SELECT email FROM refused_address").await, ["a@buyer.example"]);
    let held = house.sweep(DAY).ended(3);
    assert!(held.contains("no_contact"), "{held}");
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(tasks.contains("find an email address that works"), "{tasks}");
    assert!(tasks.contains("notice 1 of 2025-03-03 to account A (a…@buyer.example) was refused"), "{tasks}");
    // Nothing to mend by sending it again.
    assert!(house.duly(&["deliver", "--retry-refused", "--as-of", DAY]).ended(0).starts_with("0 refused notices"));
    house.take("accounts", "A,Customer A,new@buyer.example\n");
    house.sweep(DAY).ended(0);
    assert_eq!(house.deliver().ended(0), "1 sent\n");
    assert_eq!(house.states().await, ["refused", "sent"]);
    // The account has been reached.
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(!tasks.contains("refused"), "{tasks}");
    assert_eq!(server.accepted()[0].to, "new@buyer.example");
    assert_eq!(server.accepted().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_address_is_used_when_the_first_is_refused() {
    let script = Script::default().next(Recipient, &[Say("551 gone")]);
    let server = Server::start(script).await;
    let house = House::with_accounts(&["A"]);
    house.take("accounts", "A,Customer A,one@buyer.example;two@buyer.example\n");
    house.send_to(&server, crate::relay::PLAIN);
    house.sweep(DAY).ended(0);
    assert_eq!(house.deliver().ended(0), "1 refused\n");
    house.sweep(DAY).ended(0);
    assert_eq!(house.deliver().ended(0), "1 sent\n");
    let tried: Vec<String> = server.commands().into_iter().filter(|line| line.starts_with("RCPT")).collect();
    assert!(tried[0].contains("<one@buyer.example>") && tried[1].contains("<two@buyer.example>"), "{tried:?}");
    assert_eq!(tried.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_message_waits_for_a_person() {
    for (at, answer) in
        [(Dot, "550 5.6.0 not like this"), (Recipient, "552 5.2.2 mailbox full"), (Dot, "552 5.3.4 too big")]
    {
        let (house, server) = ready(&["A"], Script::default().next(at, &[Say(answer)])).await;
        assert_eq!(house.deliver().ended(0), "1 refused\n", "{answer}");
        assert_eq!(house.rows("SELECT state, void FROM notice").await, ["refused 0"]);
        assert_eq!(house.rows("SELECT COUNT(*) FROM refused_address").await, ["0"]);
        let tasks = house.duly(&["tasks"]).ended(0);
        assert!(tasks.contains(answer) && tasks.contains("--retry-refused"), "{tasks}");
        // The stage is taken: a sweep does not plan it again.
        house.sweep(DAY).ended(0);
        assert_eq!(house.deliver().ended(0), "Nothing was due to be sent.\n");
        let said = house.duly(&["deliver", "--retry-refused", "--as-of", DAY]).ended(0);
        assert_eq!(said, "1 refused notice put back\n1 sent\n");
        assert_eq!(server.accepted().len(), 1);
        assert_eq!(house.states().await, ["sent"]);
    }
}

/// Ways to lose the answer to the final dot.
const LOST: [&[Act]; 3] = [&[Close], &[Say("251 forwarded")], &[Say("354 more")]];

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_in_doubt_and_sent_once_more_after_the_wait() {
    for lost in LOST {
        let (house, server) = ready(&["A"], Script::default().next(Dot, lost)).await;
        assert_eq!(house.deliver().ended(0), "1 in doubt\n", "{lost:?}");
        assert_eq!(house.rows("SELECT state, doubts FROM notice").await, ["in_doubt 1"]);
        assert_eq!(house.waits().await.num_hours(), 23, "a day that has just begun");
        let tasks = house.duly(&["tasks"]).ended(0);
        assert!(tasks.contains("to account A (a…@buyer.example) may not have arrived; sent again"), "{tasks}");
        assert_eq!(house.deliver().ended(0), "Nothing was due to be sent.\n");
        house.sweep(DAY).ended(0);
        assert_eq!(house.states().await, ["in_doubt"]);
        house.all_due().await;
        assert_eq!(house.deliver().ended(0), "1 sent\n");
        let sent = messages(&server);
        assert_eq!(sent.len(), 2, "{lost:?}");
        assert_eq!(sent[0], sent[1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_loss_stays_in_doubt() {
    let (house, server) = ready(&["A"], Script::default().always(Dot, &[Close])).await;
    house.deliver().ended(0);
    house.all_due().await;
    assert_eq!(house.deliver().ended(0), "1 in doubt\n");
    assert_eq!(house.rows("SELECT state, doubts, due_at FROM notice").await, ["in_doubt 2 -"]);
    house.all_due().await;
    assert_eq!(house.deliver().ended(0), "Nothing was due to be sent.\n");
    assert_eq!(server.received().len(), 2);
    assert!(house.duly(&["tasks"]).ended(0).contains("may not have arrived"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_may_leave_doubt_to_a_person() {
    let server = Server::start(Script::default().next(Dot, &[Close])).await;
    let house = House::with_accounts(&["A"]);
    house.edit("policy.toml", r#"then = "resend-once""#, r#"then = "hold""#);
    house.send_to(&server, crate::relay::PLAIN);
    house.sweep(DAY).ended(0);
    assert_eq!(house.deliver().ended(0), "1 in doubt\n");
    assert_eq!(house.rows("SELECT state, due_at FROM notice").await, ["in_doubt -"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_while_in_doubt_ends_it() {
    let (house, server) = ready(&["A"], Script::default().next(Dot, &[Close])).await;
    house.deliver().ended(0);
    house.take("payments", "P,A,2025-03-01,GBP,100.00,INV-A\n");
    house.all_due().await;
    assert_eq!(house.deliver().ended(0), "1 withdrawn, since something changed\n");
    assert_eq!(server.received().len(), 1);
    // It may have arrived, so its stage is not free again.
    assert_eq!(house.rows("SELECT state, reply, void FROM notice").await, ["withdrawn paid 0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refusal_stops_nobody_else() {
    let script = Script::default().next(Recipient, &[Say("550 5.1.1 no such user")]).next(Dot, &[Close]);
    let (house, server) = ready(&["A", "B", "C", "D"], script).await;
    assert_eq!(house.deliver().ended(0), "2 sent, 1 refused, 1 in doubt\n");
    let states = house.states().await;
    let count = |state: &str| states.iter().filter(|found| *found == state).count();
    assert_eq!((count("sent"), count("refused"), count("in_doubt")), (2, 1, 1), "{states:?}");
    assert_eq!(server.accepted().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_has_no_outcome_for_long_is_shown() {
    let (house, _server) = ready(&["A"], Script::default()).await;
    for (minutes, shown) in [(5, false), (20, true)] {
        let since = duly::clock::Clock::System.now() - chrono::TimeDelta::minutes(minutes);
        let text = format!("UPDATE notice SET state = 'sending', due_at = NULL, intent_at = '{}'", since.to_rfc3339());
        house.change(text).await;
        let tasks = house.duly(&["tasks"]).ended(0);
        assert_eq!(tasks.contains("to account A (a…@buyer.example) has no outcome since"), shown, "{tasks}");
    }
}
