//! Holds that people set and end.

use duly::store::holds::NewHold;

use crate::fresh::{Fresh, at, day, everything, gbp};

contracts!(a_hold_counts_until_it_is_ended, time_travel_knows_a_hold_as_it_was);

fn hold(account: i64) -> NewHold {
    NewHold {
        account,
        invoice: Some("INV-A".to_owned()),
        amount: Some(gbp(4_000)),
        reason: "person".to_owned(),
        starts: day("2025-02-01"),
        until: None,
        note: Some("they asked".to_owned()),
        author: "ada".to_owned(),
    }
}

async fn a_hold_counts_until_it_is_ended(fresh: Fresh) {
    fresh.with_accounts(&["A", "B"]).await;
    let account = fresh.account("A").await;
    let revision = fresh.snapshot("A", everything()).await.unwrap().revision;
    let id = fresh.add_hold(&hold(account), at("2025-02-01T09:00")).await.unwrap();
    let found = fresh.holds(false).await.unwrap().pop().unwrap();
    assert_eq!((found.0.as_str(), found.1.id, found.1.amount), ("A", id, Some(gbp(4_000))));
    assert_eq!(fresh.snapshot("A", everything()).await.unwrap().revision, revision + 1, "a last look looks again");

    fresh.end_hold(id, "bob", day("2025-02-20"), at("2025-02-20T09:00")).await.unwrap();
    assert!(fresh.holds(false).await.unwrap().is_empty());
    assert_eq!(fresh.holds(true).await.unwrap()[0].1.ended, Some(day("2025-02-20")));
    assert_eq!(fresh.snapshot("A", everything()).await.unwrap().revision, revision + 2);
    assert!(fresh.facts("B").await.holds.is_empty());
    let again = fresh.end_hold(id, "bob", day("2025-02-21"), at("2025-02-21T09:00")).await;
    assert!(again.unwrap_err().to_string().contains("there is no hold"));
}

async fn time_travel_knows_a_hold_as_it_was(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let id = fresh.add_hold(&hold(fresh.account("A").await), at("2025-02-01T09:00")).await.unwrap();
    fresh.end_hold(id, "bob", day("2025-02-20"), at("2025-02-20T09:00")).await.unwrap();
    let ended = async |recorded| {
        let mut horizon = everything();
        horizon.recorded = at(recorded);
        let facts = fresh.snapshot("A", horizon).await.unwrap().facts;
        facts.holds.iter().map(|hold| hold.ended).collect::<Vec<_>>()
    };
    assert_eq!(ended("2025-02-01T08:59").await, []);
    assert_eq!(ended("2025-02-01T09:00").await, [None]);
    assert_eq!(ended("2025-02-20T09:00").await, [Some(day("2025-02-20"))]);
}
