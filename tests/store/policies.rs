//! Versions of policies and wording, and changes on their way to one.

use duly::{
    domain::publication::{ChangeState, InForce, Matter},
    store::changes::Publishing,
};

use crate::fresh::{Fresh, at};

contracts!(
    a_text_is_a_version_once,
    what_a_person_published_is_not_undone_by_an_older_file,
    a_second_person_decides,
    a_change_is_published_over_nothing_newer,
    drafts_that_came_to_nothing_go,
);

const NOW: &str = "2025-03-03T09:00";

async fn used(fresh: &Fresh, name: &str, text: &str) -> InForce {
    fresh.use_file(Matter::Policy, name, text, at(NOW)).await.unwrap()
}

async fn begun(fresh: &Fresh, base: &str, text: &str, by: &str) -> i64 {
    fresh.begin_change((Matter::Policy, "standard"), (base, text), (by, at(NOW))).await.unwrap()
}

async fn a_text_is_a_version_once(fresh: Fresh) {
    let file = |version| InForce::File(Some(version));
    assert_eq!(fresh.look_file(Matter::Policy, "standard", "one").await.unwrap(), InForce::File(None));
    assert_eq!(used(&fresh, "standard", "one").await, file(1));
    assert_eq!(used(&fresh, "standard", "one").await, file(1));
    assert_eq!(used(&fresh, "standard", "two").await, file(2));
    assert_eq!(fresh.look_file(Matter::Policy, "standard", "two").await.unwrap(), file(2));
    assert_eq!(fresh.look_file(Matter::Policy, "standard", "one").await.unwrap(), InForce::File(None), "the newest");
    assert_eq!(used(&fresh, "standard", "one").await, file(3), "going back is a new version");
    assert_eq!(used(&fresh, "other", "one").await, file(1));
    assert_eq!(fresh.use_file(Matter::Wording, "standard", "one", at(NOW)).await.unwrap(), file(1));
    assert_eq!(fresh.rows("SELECT text FROM policy_version ORDER BY id").await, ["one", "two", "one", "one"]);
    assert_eq!(fresh.publications().await.unwrap(), 0);
}

async fn what_a_person_published_is_not_undone_by_an_older_file(fresh: Fresh) {
    used(&fresh, "standard", "one").await;
    let id = begun(&fresh, "one", "two", "Ada").await;
    let published = fresh.publish_change(id, Some(1), ("Ada", "sooner"), at(NOW)).await.unwrap();
    assert_eq!(published, Publishing::Done(2));
    let stored = InForce::Stored { version: 2, of_file: 1 };
    assert_eq!(fresh.look_file(Matter::Policy, "standard", "one").await.unwrap(), stored);
    assert_eq!(used(&fresh, "standard", "one").await, stored, "nothing is written");
    assert_eq!(used(&fresh, "standard", "three").await, InForce::File(Some(3)), "a hand counts");
    assert_eq!(fresh.publications().await.unwrap(), 1);
    let versions = fresh.versions(Matter::Policy, "standard", i64::MAX, 9).await.unwrap();
    let told: Vec<_> = versions.iter().map(|v| (v.version, v.author.as_str(), v.reason.as_deref())).collect();
    assert_eq!(told, [(3, "policy file", None), (2, "Ada", Some("sooner")), (1, "policy file", None)]);
    assert_eq!(fresh.newest_version(Matter::Policy, "standard").await.unwrap(), Some(3));
    let chain = fresh.rows("SELECT author, kind, subject FROM audit ORDER BY position").await;
    assert_eq!(chain, ["policy file policy standard-1", "Ada policy standard-2", "policy file policy standard-3"]);
}

async fn a_second_person_decides(fresh: Fresh) {
    used(&fresh, "standard", "one").await;
    let id = begun(&fresh, "one", "two", "Ada").await;
    let drafts = async |of| fresh.drafts_of(of, 5).await.unwrap().len();
    assert_eq!((drafts("Ada").await, drafts("Bob").await), (1, 0));
    assert!(fresh.end_change(id, ("Bob", "no"), at(NOW)).await.is_err(), "nobody was asked yet");
    assert!(fresh.publish_change(id, Some(1), ("Bob", "mine"), at(NOW)).await.is_err(), "it is Ada's");
    assert!(fresh.propose_change(id, ("Bob", "mine"), at(NOW)).await.is_err());
    fresh.propose_change(id, ("Ada", "a better offer"), at(NOW)).await.unwrap();
    assert_eq!((fresh.waiting_changes().await.unwrap().len(), drafts("Ada").await), (1, 0));
    let own = fresh.publish_change(id, Some(1), ("  ada ", "fine"), at(NOW)).await.unwrap_err();
    assert!(own.to_string().contains("nobody approves their own"), "{own}");
    assert_eq!(fresh.publish_change(id, Some(1), ("Bob", "fine"), at(NOW)).await.unwrap(), Publishing::Done(2));
    assert!(fresh.publish_change(id, Some(2), ("Bob", "again"), at(NOW)).await.is_err(), "once");
    let change = fresh.change(id).await.unwrap().unwrap();
    assert_eq!(
        (change.state, change.version, change.decided_by.as_deref()),
        (ChangeState::Published, Some(2), Some("Bob"))
    );
    let newest = fresh.versions(Matter::Policy, "standard", i64::MAX, 1).await.unwrap().remove(0);
    assert_eq!((newest.author.as_str(), newest.approved_by.as_deref()), ("Ada", Some("Bob")));
    for (by, expected) in [("ADA", ChangeState::Withdrawn), ("Bob", ChangeState::Declined)] {
        let id = begun(&fresh, "two", "three", "Ada").await;
        fresh.propose_change(id, ("Ada", "why"), at(NOW)).await.unwrap();
        assert_eq!(fresh.end_change(id, (by, "not now"), at(NOW)).await.unwrap(), expected);
        assert!(fresh.publish_change(id, Some(2), ("Bob", "late"), at(NOW)).await.is_err());
    }
    assert!(fresh.waiting_changes().await.unwrap().is_empty());
    let chain = fresh.rows("SELECT author, kind, detail FROM audit WHERE kind = 'decided' ORDER BY position").await;
    let expected = [
        "Bob decided published as standard-2: fine",
        "ADA decided withdrawn: not now",
        "Bob decided declined: not now",
    ];
    assert_eq!(chain, expected);
}

async fn a_change_is_published_over_nothing_newer(fresh: Fresh) {
    used(&fresh, "standard", "one").await;
    let (first, second) = (begun(&fresh, "one", "two", "Ada").await, begun(&fresh, "one", "three", "Ada").await);
    let publish = async |id, newest| fresh.publish_change(id, newest, ("Ada", "why"), at(NOW)).await.unwrap();
    assert_eq!(publish(first, None).await, Publishing::Stale);
    assert_eq!(publish(first, Some(1)).await, Publishing::Done(2));
    assert_eq!(publish(second, Some(1)).await, Publishing::Stale);
    // From a file that nobody has used yet: it is a version too.
    let third = begun(&fresh, "by hand", "four", "Ada").await;
    assert_eq!(publish(third, Some(2)).await, Publishing::Done(4));
    assert_eq!(fresh.rows("SELECT text FROM policy_version ORDER BY version").await, ["one", "two", "by hand", "four"]);
}

async fn drafts_that_came_to_nothing_go(fresh: Fresh) {
    let old = begun(&fresh, "one", "two", "Ada").await;
    let later = at("2025-03-18T09:00");
    let new = fresh.begin_change((Matter::Wording, "en"), ("a", "b"), ("Ada", later)).await.unwrap();
    assert_eq!(fresh.change(old).await.unwrap(), None);
    assert_eq!(fresh.change(new).await.unwrap().unwrap().matter, Matter::Wording);
}
