//! Notices as a person looks for them, and takes them back.

use duly::domain::notice::State;

use crate::{
    fresh::{Fresh, at, day},
    plans::LATER,
};

contracts!(notices_are_listed_page_by_page, a_person_takes_a_notice_back, one_sweep_is_released_once);

async fn notices_are_listed_page_by_page(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B", "C", "D", "E"]).await;
    for (notice, state) in notices.iter().zip(["sent", "ready", "withdrawn", "in_doubt", "sent"]) {
        fresh.rows(&format!("UPDATE notice SET state = '{state}' WHERE id = {}", notice.id)).await;
    }
    let listed = async |states: &[State], before, limit| {
        let found = fresh.list_notices(states, before, limit).await.unwrap();
        found.into_iter().map(|notice| notice.account).collect::<Vec<_>>().join("")
    };
    assert_eq!(listed(&State::ALL, i64::MAX, 9).await, "EDCBA");
    assert_eq!(listed(&State::ALL, i64::MAX, 2).await, "ED");
    assert_eq!(listed(&State::ALL, notices[3].id, 2).await, "CB");
    assert_eq!(listed(&[State::Sent], i64::MAX, 9).await, "EA");
    assert_eq!(listed(&[State::Ready, State::InDoubt], i64::MAX, 9).await, "DB");
    assert_eq!(listed(&[State::Refused], i64::MAX, 9).await, "");
    assert!(fresh.of_company("OTHER").await.list_notices(&State::ALL, i64::MAX, 9).await.unwrap().is_empty());
    let count = async |most| fresh.count_open_notices(State::Ready, most).await.unwrap();
    assert_eq!((count(9).await, count(0).await), (1, 0));
    let first = &fresh.list_notices(&[State::Ready], i64::MAX, 1).await.unwrap()[0];
    assert_eq!((first.name.as_str(), first.total.minor, first.stage.as_str()), ("Customer B", 10_000, "first"));
    assert_eq!(fresh.notice(notices[1].id).await.unwrap().map(|notice| notice.token), Some(notices[1].token.clone()));
    assert_eq!(fresh.of_company("OTHER").await.notice(notices[1].id).await.unwrap(), None);
    let sending = fresh.sending_of(notices[1].id).await.unwrap().unwrap();
    assert_eq!((sending.account.as_str(), sending.tried_at, sending.sha256), ("B", None, None));
    assert!(sending.earlier.is_empty() && sending.batch > 0);
    assert_eq!(fresh.sending_of(99).await.unwrap(), None);
}

async fn a_person_takes_a_notice_back(fresh: Fresh) {
    let states = ["ready", "deferred", "in_doubt", "refused", "sending", "sent"];
    let notices = fresh.with_notices(&["A", "B", "C", "D", "E", "F"]).await;
    for (notice, state) in notices.iter().zip(states) {
        let doubts = i64::from(state == "in_doubt");
        let text =
            format!("UPDATE notice SET state = '{state}', doubts = {doubts}, reply = '451' WHERE id = {}", notice.id);
        fresh.rows(&text).await;
    }
    for (notice, may) in notices.iter().zip([true, true, true, true, false, false]) {
        let taken = fresh.take_back(notice.id, ("ada", "they called"), at(LATER)).await;
        assert_eq!(taken.is_ok(), may, "{taken:?}");
        assert!(fresh.take_back(notice.id, ("ada", "twice"), at(LATER)).await.is_err());
    }
    assert_eq!(fresh.states().await, ["withdrawn", "withdrawn", "withdrawn", "withdrawn", "sending", "sent"]);
    let void =
        fresh.rows("SELECT n.void, i.void FROM notice n JOIN notice_item i ON i.notice = n.id ORDER BY n.id").await;
    assert_eq!(void, ["1 1", "1 1", "0 0", "1 1", "0 0", "0 0"], "one that may have arrived keeps its stage");
    let reply = fresh.rows("SELECT reply, due_at FROM notice WHERE state = 'withdrawn'").await;
    assert!(reply.iter().all(|reply| reply == "451; withdrawn, says ada: they called -"), "{reply:?}");
    let told = fresh.rows("SELECT author, subject, detail FROM audit WHERE kind = 'withdrawn' ORDER BY position").await;
    assert_eq!((told.len(), told[0].as_str()), (4, format!("ada {} they called", notices[0].id).as_str()));
    let error = fresh.take_back(99, ("ada", "x"), at(LATER)).await.unwrap_err().to_string();
    assert!(error.contains("there is no notice 99"), "{error}");
    // The stage is free: it can be noticed again.
    let mut again = crate::plans::notice(notices[0].account, "A");
    again.notice.as_mut().unwrap().token = "again".to_owned();
    fresh.sweep(&[again]).await;
    assert_eq!(fresh.facts("A").await.notices.len(), 1);
}

async fn one_sweep_is_released_once(fresh: Fresh) {
    let older = fresh.hold_sweep_back(day("2025-03-03"), (7, 1), "too many", at(LATER)).await.unwrap();
    let newer = fresh.hold_sweep_back(day("2025-03-04"), (9, 1), "too many", at(LATER)).await.unwrap();
    assert!(fresh.release_this_sweep(older, "ada", at(LATER)).await.is_err(), "not the one that was looked at last");
    assert!(fresh.of_company("OTHER").await.release_this_sweep(newer, "ada", at(LATER)).await.is_err());
    fresh.release_this_sweep(newer, "ada", at(LATER)).await.unwrap();
    assert!(fresh.release_this_sweep(newer, "bob", at(LATER)).await.is_err(), "once");
    let found = fresh.held_back_sweeps(9).await.unwrap();
    let found: Vec<_> = found.iter().map(|one| (one.id, one.newest, one.waits(), one.released_by.as_deref())).collect();
    assert_eq!(found, [(newer, true, false, Some("ada")), (older, false, false, None)]);
    assert_eq!(fresh.rows("SELECT author, subject FROM audit WHERE kind = 'released'").await, [format!("ada {newer}")]);
}
