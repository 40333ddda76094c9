//! Occurrences of schedules: each is done once, by whoever wins its row.

use crate::fresh::{Fresh, at};

contracts!(
    a_slot_is_won_once,
    an_abandoned_slot_is_found_again,
    a_living_holder_keeps_its_slot,
    older_slots_fold_into_one,
);

const SWEEP: &str = "sweep";

async fn a_slot_is_won_once(fresh: Fresh) {
    let slot = at("2025-03-03T07:00");
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let store = fresh.again().await;
        let worker = fresh.worker().await;
        tries.spawn(async move { store.claim_slot(SWEEP, slot, worker).await.unwrap() });
    }
    let won = tries.join_all().await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
    fresh.settle_slot(SWEEP, slot, "sweep 1", at("2025-03-03T07:01")).await.unwrap();
    let worker = fresh.worker().await;
    assert!(!fresh.claim_slot(SWEEP, slot, worker).await.unwrap(), "what is done is done");
    assert!(fresh.claim_slot("release", slot, worker).await.unwrap(), "another schedule is another slot");
}

/// Whatever was settled later: a slot that a dead process left is the next to be done.
async fn an_abandoned_slot_is_found_again(fresh: Fresh) {
    let (abandoned, later) = (at("2025-03-03T07:00"), at("2025-03-04T07:00"));
    assert_eq!(fresh.slots_since(SWEEP).await.unwrap(), None);
    let dead = fresh.worker().await;
    assert!(fresh.claim_slot(SWEEP, abandoned, dead).await.unwrap());
    fresh.settle_slot(SWEEP, later, "sweep 2", at("2025-03-04T07:01")).await.unwrap();
    assert_eq!(fresh.slots_since(SWEEP).await.unwrap(), Some((abandoned, true)));
    fresh.discharge(dead).await.unwrap();
    let next = fresh.worker().await;
    assert!(fresh.claim_slot(SWEEP, abandoned, next).await.unwrap());
    fresh.settle_slot(SWEEP, abandoned, "sweep 3", at("2025-03-04T07:02")).await.unwrap();
    assert_eq!(fresh.slots_since(SWEEP).await.unwrap(), Some((later, false)));
}

async fn a_living_holder_keeps_its_slot(fresh: Fresh) {
    let slot = at("2025-03-03T07:00");
    let (holder, other) = (fresh.worker().await, fresh.worker().await);
    assert!(fresh.claim_slot(SWEEP, slot, holder).await.unwrap());
    assert!(!fresh.claim_slot(SWEEP, slot, other).await.unwrap());
    assert!(fresh.claim_slot(SWEEP, slot, holder).await.unwrap(), "after an answer that was lost");
}

async fn older_slots_fold_into_one(fresh: Fresh) {
    let older = [at("2025-03-01T07:00"), at("2025-03-02T07:00")];
    let (newest, now) = (at("2025-03-03T07:00"), at("2025-03-03T07:05"));
    let worker = fresh.worker().await;
    assert!(fresh.claim_slot(SWEEP, older[1], worker).await.unwrap(), "begun, and never finished");
    fresh.fold_slots(SWEEP, &older, newest, now).await.unwrap();
    fresh.fold_slots(SWEEP, &[], newest, now).await.unwrap();
    let folded = "folded into 2025-03-03 07:00:00 UTC";
    let expected = [format!("1 {folded}"), format!("1 {folded}")];
    assert_eq!(fresh.rows("SELECT done_at IS NOT NULL, note FROM slot ORDER BY at").await, expected);
    assert_eq!(fresh.slots_since(SWEEP).await.unwrap(), Some((older[1], false)));
}
