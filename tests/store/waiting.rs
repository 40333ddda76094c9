//! What waits: for its hours, or for a person.

use duly::domain::notice::State;

use crate::{
    fresh::{Fresh, at},
    plans::DUE_AT,
};

contracts!(what_waits_for_its_hours_is_counted, a_person_sees_what_is_stuck);

async fn what_waits_for_its_hours_is_counted(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B"]).await;
    let waiting = async |now| fresh.waiting_for_hours(at(now)).await.unwrap().map(|found| (found.number, found.first));
    assert_eq!(waiting("2025-03-03T08:00").await, Some((2, at(DUE_AT))));
    assert_eq!(waiting(DUE_AT).await, None, "they may be sent now");
    fresh.postpone(notices[0].id, at("2025-03-03T10:00"), "a letter could not be written").await.unwrap();
    assert_eq!(waiting(DUE_AT).await, None, "that waits for something else");
}

async fn a_person_sees_what_is_stuck(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B"]).await;
    fresh.postpone(notices[1].id, at("2025-03-03T10:00"), "no such document").await.unwrap();
    let stuck = fresh.stuck_in(State::Ready, 9).await.unwrap();
    assert_eq!(stuck.iter().map(|one| one.id).collect::<Vec<_>>(), [notices[1].id, notices[0].id], "newest first");
    assert_eq!((stuck[0].account.as_str(), stuck[0].reply.as_deref()), ("B", Some("no such document")));
    assert_eq!((stuck[0].due_at, stuck[0].tried_at, stuck[0].void), (Some(at("2025-03-03T10:00")), None, false));
    assert_eq!(fresh.stuck_in(State::Ready, 1).await.unwrap().len(), 1);
    let unwritten = fresh.unwritten(9).await.unwrap();
    assert_eq!(unwritten, stuck[..1], "the other one only waits for its hours");

    // A refused address is no matter any more once a later notice was sent.
    fresh.rows("UPDATE notice SET state = 'refused', void = TRUE").await;
    fresh.rows("UPDATE notice_item SET void = TRUE").await;
    assert_eq!(fresh.stuck_in(State::Refused, 9).await.unwrap().len(), 2);
    let mut again = crate::plans::notice(notices[0].account, "A");
    again.notice.as_mut().unwrap().token = "again".to_owned();
    fresh.sweep(&[again]).await;
    fresh.rows("UPDATE notice SET state = 'sent' WHERE state = 'ready'").await;
    let left: Vec<String> =
        fresh.stuck_in(State::Refused, 9).await.unwrap().into_iter().map(|one| one.account).collect();
    assert_eq!(left, ["B"]);
}
