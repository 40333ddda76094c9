//! Halts, and the bell that wakes other replicas.

use duly::store::halts::{RELAY, RESTORED};

use crate::{
    fresh::{Fresh, at},
    plans::{DUE_AT, LATER},
};

contracts!(
    a_halt_stands_until_a_person_resumes,
    what_was_refused_for_our_settings_is_due_again,
    an_attempt_is_known_or_not,
    a_bell_is_heard_by_ones_own,
);

async fn a_halt_stands_until_a_person_resumes(fresh: Fresh) {
    assert_eq!(fresh.halt().await.unwrap(), None);
    fresh.set_halt(RELAY, "no sign-in", at(DUE_AT)).await.unwrap();
    fresh.set_halt(RESTORED, "an older one", at(LATER)).await.unwrap();
    let halt = fresh.halt().await.unwrap().unwrap();
    assert_eq!(
        (halt.kind.as_str(), halt.why.as_str(), halt.since),
        (RELAY, "no sign-in", at(DUE_AT)),
        "the first cause"
    );
    let other = fresh.of_company("OTHER").await;
    assert_eq!(other.halt().await.unwrap(), None);
    assert_eq!(other.resume("Ada", at(LATER)).await.unwrap(), None);
    assert_eq!(fresh.resume("Ada", at(LATER)).await.unwrap(), Some(halt));
    assert_eq!(fresh.halt().await.unwrap(), None);
}

async fn what_was_refused_for_our_settings_is_due_again(fresh: Fresh) {
    fresh.with_notices(&["A", "B"]).await;
    fresh.rows("UPDATE notice SET state = 'deferred', refusals = 2 WHERE id = (SELECT MIN(id) FROM notice)").await;
    fresh.set_halt(RELAY, "no sign-in", at(DUE_AT)).await.unwrap();
    fresh.resume("Ada", at(LATER)).await.unwrap();
    let rows = fresh.rows("SELECT refusals, due_at FROM notice ORDER BY id").await;
    assert_eq!(rows, ["0 2025-03-03T10:00:00+00:00", "0 2025-03-03T09:00:00+00:00"]);
}

/// What tells an older database from this one.
async fn an_attempt_is_known_or_not(fresh: Fresh) {
    let notice = fresh.with_notices(&["A"]).await[0].id;
    let knows = async |notice, instant| fresh.knows_attempt(notice, at(instant)).await.unwrap();
    assert!(!knows(notice, DUE_AT).await, "it was never tried");
    fresh.rows("UPDATE notice SET intent_at = due_at").await;
    assert!(knows(notice, DUE_AT).await);
    assert!(!knows(notice, LATER).await, "a later attempt is missing");
    assert!(!knows(notice + 1, DUE_AT).await);
}

async fn a_bell_is_heard_by_ones_own(fresh: Fresh) {
    let other = fresh.of_company("OTHER").await;
    let Some(mut bell) = fresh.bell().await.unwrap() else {
        assert!(!fresh.is_postgres());
        return fresh.ring().await.unwrap();
    };
    other.ring().await.unwrap();
    let heard = tokio::time::timeout(std::time::Duration::from_millis(200), bell.rung()).await;
    assert!(heard.is_err(), "another company's");
    fresh.ring().await.unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(30), bell.rung()).await.unwrap().unwrap();
}
