//! `duly doubt`: what is known about notices in doubt, and a person's word on them.

use crate::{
    house::{DAY, House},
    relay::{messages, ready},
    smtp::{Act::*, At::*, Script, Server},
};

/// One notice whose answer was lost, and whatever the relay does next.
async fn in_doubt(script: Script) -> (House, Server) {
    let (house, server) = ready(&["A"], script).await;
    assert_eq!(house.deliver().ended(0), "1 in doubt\n");
    (house, server)
}

const WORD: [&str; 4] = ["--by", "eva", "--why", "asked the customer"];

fn word(house: &House, verb: &str, notice: &str) -> crate::house::Said {
    house.duly(&[&["doubt", verb, notice][..], &WORD].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_listed() {
    let (house, server) = in_doubt(Script::default().next(Dot, &[Close])).await;
    let said = house.duly(&["doubt", "list"]).ended(0);
    let message_id = format!("<{}>", messages(&server)[0].0);
    let relay = server.address.port().to_string();
    for expected in ["Notice 1 of 2025-03-03 to account A (a…@buyer.example)", &message_id, &relay, "once", "20"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains("not by itself") && said.contains("the relay hung up"), "{said}");
    house.change("UPDATE notice SET due_at = NULL, doubts = 2").await;
    let said = house.duly(&["doubt", "list"]).ended(0);
    assert!(said.contains("not by itself") && said.contains("2 times"), "{said}");
    assert!(house.duly(&["tasks"]).ended(0).contains("`duly doubt list`"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_have_it_sent_once_more_at_once() {
    let (house, server) = in_doubt(Script::default().next(Dot, &[Close]).next(Dot, &[Close])).await;
    assert_eq!(house.deliver().ended(0), "Nothing was due to be sent.\n");
    let said = word(&house, "resend", "1");
    assert!(said.err.contains("eva") && said.err.contains("asked the customer"), "{}", said.err);
    let expected = "Notice 1 is sent once more: by a running daemon within a minute, else by `duly deliver`.\n";
    assert_eq!(said.ended(0), expected);
    let known = house.rows("SELECT state, reply FROM notice").await;
    assert!(
        known[0].starts_with("in_doubt ") && known[0].ends_with("; to be sent again, says eva: asked the customer")
    );
    assert_eq!(house.deliver().ended(0), "1 in doubt\n");
    // Never again by itself, but a person may say so once more.
    house.all_due().await;
    assert_eq!(house.deliver().ended(0), "Nothing was due to be sent.\n");
    word(&house, "resend", "1").ended(0);
    assert_eq!(house.deliver().ended(0), "1 sent\n");
    let sent = messages(&server);
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|(id, bytes)| (id, bytes) == (&sent[0].0, &sent[0].1)));
    assert_eq!(house.rows("SELECT state, doubts, attempts FROM notice").await, ["sent 2 3"]);
    assert_eq!(house.duly(&["doubt", "list"]).ended(0), "No notice is in doubt.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_find_that_it_arrived() {
    let (house, server) = in_doubt(Script::default().next(Dot, &[Close])).await;
    assert_eq!(word(&house, "accept", "1").ended(0), "Notice 1 counts as sent.\n");
    let found = house.rows("SELECT state, due_at, void, closed_at IS NULL, claim, reply FROM notice").await;
    assert!(found[0].starts_with("sent - 0 0 - "), "{found:?}");
    assert!(found[0].contains("the relay hung up") && found[0].ends_with("; arrived, says eva: asked the customer"));
    house.all_due().await;
    house.sweep(DAY).ended(0);
    assert_eq!(house.deliver().ended(0), "Nothing was due to be sent.\n");
    assert_eq!(server.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_in_doubt_can_be_settled() {
    let (house, _server) = in_doubt(Script::default().next(Dot, &[Close])).await;
    house.duly(&["doubt", "accept", "1", "--by", "eva"]).failed(2);
    for state in ["ready", "sending", "sent", "deferred", "refused", "withdrawn"] {
        house.change(format!("UPDATE notice SET state = '{state}'")).await;
        let before = house.rows("SELECT due_at, reply FROM notice").await;
        for verb in ["resend", "accept"] {
            let error = word(&house, verb, "1").failed(2);
            assert!(error.contains(&format!("notice 1 is not in doubt: it is {state}")), "{error}");
        }
        assert_eq!(house.rows("SELECT due_at, reply FROM notice").await, before);
        assert_eq!(house.states().await, [state]);
    }
    assert!(word(&house, "accept", "7").failed(2).contains("there is no notice 7"));
    house.change("UPDATE notice SET state = 'in_doubt'").await;
    house.change("INSERT INTO halt SELECT id, 'relay', 'why', '2025-03-03T00:00:00+00:00' FROM company").await;
    assert!(word(&house, "resend", "1").ended(0).contains("first `duly deliver --resume`"));
}
