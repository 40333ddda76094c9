//! What is watched: doubts, alarms, what became of sweeps, and who is at work.

use duly::{
    domain::{alarm::AlarmRule, notice::State},
    store::doubts::Verdict,
};

use crate::{
    fresh::{Fresh, at, day},
    plans::{DAY, DUE_AT, LATER},
};

contracts!(
    a_doubt_is_settled_by_a_person,
    what_should_have_left_is_an_alarm,
    workers_are_named,
    tidings_are_of_what_changes_the_ledger
);

async fn a_doubt_is_settled_by_a_person(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B", "C"]).await;
    let doubt =
        "UPDATE notice SET state = 'in_doubt', doubts = 1, due_at = NULL, intent_at = planned_at, relay = 'r:25'";
    fresh.rows(&format!("{doubt} WHERE account <> {}", notices[2].account)).await;
    let doubts = fresh.doubts(9).await.unwrap();
    assert_eq!(doubts.iter().map(|doubt| doubt.account.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!((doubts[0].tried_at, doubts[0].doubts, doubts[0].again_at), (Some(at(DUE_AT)), 1, None));
    let by = ("eva", "they called");
    let settle = async |notice, verdict| fresh.settle_doubt(notice, verdict, by, at(LATER)).await;
    settle(notices[0].id, Verdict::Resend).await.unwrap();
    settle(notices[1].id, Verdict::Accept).await.unwrap();
    assert_eq!(fresh.doubts(9).await.unwrap()[0].again_at, Some(at(LATER)));
    assert_eq!(fresh.states().await, ["in_doubt", "sent", "ready"]);
    let said = fresh.notices_in(State::Sent, 9).await.unwrap()[0].reply.clone().unwrap();
    assert!(said.contains("arrived, says eva: they called"), "{said}");
    let refused = settle(notices[2].id, Verdict::Accept).await.unwrap_err().to_string();
    assert!(refused.contains("is not in doubt: it is ready"), "{refused}");
    let refused = settle(999, Verdict::Accept).await.unwrap_err().to_string();
    assert!(refused.contains("there is no notice 999"), "{refused}");
}

async fn what_should_have_left_is_an_alarm(fresh: Fresh) {
    fresh.with_notices(&["A", "B", "C"]).await;
    let rule = AlarmRule { oldest_ready_hours: 4 };
    let alarms = async |now| {
        let found = fresh.alarms(rule, at(now)).await.unwrap();
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(alarms(DUE_AT).await.is_empty());
    let late = alarms("2025-03-04T09:00").await;
    assert!(late.iter().any(|one| one.contains("ready since 2025-03-03 09:00 UTC")), "{late:?}");
    fresh.rows("UPDATE notice SET state = 'sent', due_at = NULL WHERE id = (SELECT MIN(id) FROM notice)").await;
    fresh
        .rows("UPDATE notice SET state = 'deferred', reply = '451 later' WHERE id = (SELECT MAX(id) FROM notice)")
        .await;
    let deferred = fresh.deferred(9).await.unwrap();
    assert_eq!((deferred.len(), deferred[0].reason.as_str(), deferred[0].number), (1, "451 later", 1));
    let fate = fresh.sweep_fates(at("2025-03-01T00:00"), at(LATER)).await.unwrap().remove(0);
    assert_eq!((fate.as_of, fate.expected, fate.sent, fate.waiting), (day(DAY), 3, 1, 2));
    let pulse = fresh.pulse(rule, at(LATER)).await.unwrap();
    assert_eq!((pulse.oldest_ready, pulse.halted_since, pulse.workers), (Some(at(DUE_AT)), None, 1));
    assert_eq!(pulse.last_sweep.map(|sweep| (sweep.expected, sweep.sent)), Some((3, 1)));
    fresh.set_halt("relay", "no sign-in", at(LATER)).await.unwrap();
    assert!(alarms("2025-03-04T09:00").await.is_empty(), "that is told already");
}

async fn workers_are_named(fresh: Fresh) {
    let other = fresh.of_company("OTHER").await;
    other.enlist("theirs", at(DUE_AT)).await.unwrap();
    fresh.enlist("ours", at(DUE_AT)).await.unwrap();
    let workers = fresh.workers().await.unwrap();
    assert_eq!(workers.iter().map(|worker| worker.name.as_str()).collect::<Vec<_>>(), ["ours"]);
}

async fn tidings_are_of_what_changes_the_ledger(fresh: Fresh) {
    let empty = fresh.tidings().await.unwrap();
    assert_eq!(fresh.tidings().await.unwrap(), empty);
    fresh.with_accounts(&["A"]).await;
    let imported = fresh.tidings().await.unwrap();
    assert_ne!(imported, empty);
    let roles = std::collections::BTreeSet::from([duly::domain::person::Role::Viewer]);
    fresh.add_person("Ada", &roles, "root", at(LATER)).await.unwrap();
    assert_eq!(fresh.tidings().await.unwrap(), imported, "who may sign in changes nothing");
    let other = fresh.of_company("OTHER").await;
    assert_eq!(other.tidings().await.unwrap(), empty);
    fresh.with_notices(&["B"]).await;
    assert_ne!(fresh.tidings().await.unwrap(), imported);
}
