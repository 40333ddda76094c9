//! Versions of policies.

use crate::fresh::{Fresh, at};

contracts!(a_text_is_a_version_once);

async fn a_text_is_a_version_once(fresh: Fresh) {
    let publish = async |text| fresh.publish_policy("standard", text, "ada", at("2025-03-03T09:00")).await.unwrap();
    assert_eq!(fresh.policy_version("standard", "one").await.unwrap(), None);
    assert_eq!((publish("one").await, publish("one").await, publish("two").await), (1, 1, 2));
    assert_eq!(fresh.policy_version("standard", "two").await.unwrap(), Some(2));
    assert_eq!(fresh.policy_version("standard", "one").await.unwrap(), None, "only the newest counts");
    assert_eq!(publish("one").await, 3, "going back is a new version");
    assert_eq!(fresh.publish_policy("other", "one", "ada", at("2025-03-03T09:00")).await.unwrap(), 1);
    assert_eq!(fresh.rows("SELECT text FROM policy_version ORDER BY id").await, ["one", "two", "one", "one"]);
}
