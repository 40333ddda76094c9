//! Processes at work: a row each, alive as long as something is heard of them.

use chrono::Duration;

use crate::fresh::{Fresh, at};

contracts!(an_id_is_never_used_again, silence_is_judged_by_the_database, a_worker_that_leaves_is_gone);

async fn an_id_is_never_used_again(fresh: Fresh) {
    let first = fresh.worker().await;
    fresh.discharge(first).await.unwrap();
    let second = fresh.worker().await;
    assert!(second > first, "a replica that wakes up late must not find its claims valid");
    assert!(!fresh.sign_of_life(first, at("2025-03-03T09:01")).await.unwrap());
    assert!(fresh.sign_of_life(second, at("2025-03-03T09:01")).await.unwrap());
}

/// Clocks of machines differ, so their own instants count for nothing where there can be several.
async fn silence_is_judged_by_the_database(fresh: Fresh) {
    let (myself, other) = (fresh.worker().await, fresh.worker().await);
    let long = Duration::hours(1);
    if !fresh.is_postgres() {
        // Whoever asks holds the lock of the file: the other is gone, whatever its row says.
        assert_eq!(fresh.remove_silent(myself, long).await.unwrap(), 1);
        assert!(!fresh.sign_of_life(other, at("2025-03-03T09:00")).await.unwrap());
        return;
    }
    assert_eq!(fresh.remove_silent(myself, long).await.unwrap(), 0, "both gave their sign of life just now");
    fresh.rows("UPDATE worker SET seen_at = seen_at - INTERVAL '2 hours'").await;
    assert!(fresh.sign_of_life(other, at("1999-01-01T00:00")).await.unwrap(), "its clock stands wrong");
    assert_eq!(fresh.remove_silent(myself, long).await.unwrap(), 0, "nobody removes itself");
    fresh.rows("UPDATE worker SET seen_at = seen_at - INTERVAL '2 hours'").await;
    assert_eq!(fresh.remove_silent(myself, long).await.unwrap(), 1);
    assert_eq!(fresh.rows("SELECT id FROM worker").await, [myself.to_string()]);
}

async fn a_worker_that_leaves_is_gone(fresh: Fresh) {
    let elsewhere = fresh.of_company("OTHER").await;
    let (mine, theirs) = (fresh.worker().await, elsewhere.enlist("x", at("2025-03-03T09:00")).await.unwrap());
    fresh.discharge(mine).await.unwrap();
    assert_eq!(fresh.rows("SELECT id, name FROM worker").await, [format!("{theirs} x")]);
    let again = fresh.worker().await;
    assert_eq!(fresh.remove_silent(again, Duration::hours(1)).await.unwrap(), 0, "another company's workers stay");
}
