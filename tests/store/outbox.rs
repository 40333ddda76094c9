//! The outbox: who may send a notice, and what becomes of those whose sender died.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use duly::{
    domain::notice::{After, State, Withdrawal},
    store::outbox::{Notice, Write},
};

use crate::{
    fresh::{Fresh, at, day},
    plans::{DUE_AT, LATER},
};

contracts!(
    claims_are_distinct,
    a_claim_lasts_as_long_as_its_worker,
    claims_come_in_the_order_of_work,
    only_what_the_dead_left_is_recovered,
    a_withdrawn_notice_frees_its_stage,
    a_postponed_notice_waits,
    refused_notices_are_put_back,
);

const FROM: (DateTime<Utc>, i64) = (DateTime::UNIX_EPOCH, 0);

async fn claims_are_distinct(fresh: Fresh) {
    const NOTICES: usize = 2_001;
    let numbers: Vec<String> = (0..NOTICES).map(|n| format!("{n:04}")).collect();
    fresh.with_accounts(&numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let accounts = fresh.all_accounts().await.unwrap();
    let planned: Vec<_> = accounts.iter().zip(&numbers).map(|(id, number)| crate::plans::notice(*id, number)).collect();
    fresh.sweep(&planned).await;
    // All are there before anybody claims. Who enlists while a claim of another is under way is not known to that
    // claim, and may lose what it claims meanwhile: it saves less work then, but no intent of it holds.
    let mut replicas = Vec::new();
    for _ in 0..8 {
        replicas.push((fresh.again().await, fresh.worker().await));
    }
    let mut claimers = tokio::task::JoinSet::new();
    for (store, worker) in replicas {
        claimers.spawn(async move {
            let (mut claimed, mut after) = (Vec::new(), FROM);
            loop {
                let page = store.claim_notices(worker, at(LATER), after, 50).await.unwrap();
                let Some(last) = page.last() else { return claimed };
                after = (last.due_at.unwrap(), last.id);
                claimed.extend(page.iter().map(|notice| notice.id));
            }
        });
    }
    let claimed: Vec<i64> = claimers.join_all().await.concat();
    assert_eq!(claimed.len(), NOTICES);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), NOTICES);
}

async fn a_claim_lasts_as_long_as_its_worker(fresh: Fresh) {
    fresh.with_notices(&["A"]).await;
    let (first, second) = (fresh.worker().await, fresh.worker().await);
    let claim = async |worker, now| fresh.claim_notices(worker, at(now), FROM, 9).await.unwrap().len();
    assert_eq!(claim(first, "2025-03-03T08:59").await, 0, "not due yet");
    assert_eq!(claim(first, DUE_AT).await, 1);
    assert_eq!(claim(first, DUE_AT).await, 1, "one's own, after an answer that was lost");
    assert_eq!(claim(second, DUE_AT).await, 0);
    assert_eq!(fresh.release_notices(second).await.unwrap(), 0);
    fresh.discharge(first).await.unwrap();
    assert_eq!(claim(second, DUE_AT).await, 1);
    assert_eq!(fresh.release_notices(second).await.unwrap(), 1);
    let third = fresh.worker().await;
    assert_eq!(claim(third, DUE_AT).await, 1);
    let other = fresh.of_company("OTHER").await;
    let foreign = other.enlist("x", at(DUE_AT)).await.unwrap();
    assert!(other.claim_notices(foreign, at(LATER), FROM, 9).await.unwrap().is_empty());
}

async fn claims_come_in_the_order_of_work(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B", "C"]).await;
    let worker = fresh.worker().await;
    fresh.postpone(notices[0].id, at("2025-03-03T09:30"), "later").await.unwrap();
    let order = async |after| {
        let page = fresh.claim_notices(worker, at(LATER), after, 2).await.unwrap();
        page.iter().map(|notice| notice.id).collect::<Vec<_>>()
    };
    assert_eq!(order(FROM).await, [notices[1].id, notices[2].id]);
    assert_eq!(order((at(DUE_AT), notices[2].id)).await, [notices[0].id]);
    assert_eq!(fresh.next_due().await.unwrap(), Some(at(DUE_AT)));
}

/// Claims a notice and makes its intent durable.
async fn sending(fresh: &Fresh, notice: &Notice, worker: i64) {
    fresh.claim_notices(worker, at(LATER), FROM, 99).await.unwrap();
    let intent = Write::Intent {
        notice: notice.id,
        attempt: notice.attempts + 1,
        worker,
        revision: fresh.snapshots(&[notice.account], crate::fresh::everything()).await.unwrap()[0].revision,
        sha256: "00".to_owned(),
        relay: "relay:25".to_owned(),
        at: at(LATER),
    };
    assert_eq!(fresh.write(&[intent]).await.unwrap(), [true]);
}

async fn only_what_the_dead_left_is_recovered(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B", "C"]).await;
    let (dead, living, myself) = (fresh.worker().await, fresh.worker().await, fresh.worker().await);
    for (notice, worker) in notices.iter().zip([dead, living, myself]) {
        sending(&fresh, notice, worker).await;
        fresh.release_notices(worker).await.unwrap();
    }
    fresh.discharge(dead).await.unwrap();
    let resend_at = at(LATER) + Duration::hours(24);
    assert_eq!(fresh.recover(myself, Some(resend_at)).await.unwrap(), 2, "the dead one's, and what oneself left");
    assert_eq!(fresh.states().await, ["in_doubt", "sending", "in_doubt"]);
    let doubt = &fresh.notices_in(State::InDoubt, 9).await.unwrap()[0];
    assert_eq!((doubt.id, doubt.doubts, doubt.due_at), (notices[2].id, 1, Some(resend_at)));
    assert_eq!(fresh.recover(myself, Some(resend_at)).await.unwrap(), 0);

    // A second doubt about the same notice is not sent again by itself.
    fresh.rows("UPDATE notice SET state = 'sending', due_at = NULL WHERE state = 'in_doubt'").await;
    fresh.recover(myself, Some(resend_at)).await.unwrap();
    let doubts = fresh.rows("SELECT doubts, due_at FROM notice WHERE state = 'in_doubt'").await;
    assert_eq!(doubts, ["2 -", "2 -"]);
}

async fn a_withdrawn_notice_frees_its_stage(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B", "C"]).await;
    let worker = fresh.worker().await;
    sending(&fresh, &notices[1], worker).await;
    fresh.recover(worker, None).await.unwrap();
    sending(&fresh, &notices[2], worker).await;
    fresh.withdraw(&[], at(LATER)).await.unwrap();
    let all: Vec<_> = notices.iter().map(|notice| (notice.id, Withdrawal::Paid)).collect();
    fresh.withdraw(&all, at(LATER)).await.unwrap();
    assert_eq!(fresh.states().await, ["withdrawn", "withdrawn", "sending"], "what is being sent is not taken back");
    let rows = fresh.rows("SELECT void, reply FROM notice WHERE state = 'withdrawn' ORDER BY id").await;
    assert_eq!(rows, ["1 paid", "0 paid"], "one that may have arrived keeps its stage");
    assert_eq!(fresh.rows("SELECT void FROM notice_item ORDER BY notice").await, ["1", "0", "0"]);
    fresh.sweep(&[crate::plans::notice(notices[0].account, "A*")]).await;
    let mut again = crate::plans::notice(notices[0].account, "A");
    again.notice.as_mut().unwrap().token = "again".to_owned();
    fresh.sweep(&[again]).await;
    assert_eq!(fresh.facts("A").await.notices.len(), 2, "it does not count as noticed");
    assert_eq!(fresh.facts("B").await.notices[0].stages[0].stage, "first");
    assert_eq!(fresh.newest_notice().await.unwrap(), Some(day("2025-03-03")));
}

async fn a_postponed_notice_waits(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B"]).await;
    let worker = fresh.worker().await;
    fresh.claim_notices(worker, at(LATER), FROM, 9).await.unwrap();
    let until = at("2025-03-03T15:00");
    fresh.postpone(notices[0].id, until, "waits for its sending hours").await.unwrap();
    let other = fresh.worker().await;
    assert_eq!(fresh.claim_notices(other, until, FROM, 9).await.unwrap()[0].id, notices[0].id, "nobody's claim");
    let kept = &fresh.notices_of(notices[0].account).await.unwrap()[0];
    assert_eq!((kept.due_at, kept.attempts, kept.state), (Some(until), 0, State::Ready));
    sending(&fresh, &notices[1], worker).await;
    fresh.postpone(notices[1].id, until, "too late").await.unwrap();
    assert_eq!(fresh.next_due().await.unwrap(), Some(until), "what is being sent cannot wait");
}

async fn refused_notices_are_put_back(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B"]).await;
    let worker = fresh.worker().await;
    for (notice, suppress) in notices.iter().zip([false, true]) {
        sending(&fresh, notice, worker).await;
        let after =
            After { state: State::Refused, next_at: None, reply: "550 no".to_owned(), suppress, misconfigured: false };
        let result = Write::Result { notice: notice.id, attempt: 1, after, at: at(LATER) };
        assert_eq!(fresh.write(&[result]).await.unwrap(), [true]);
    }
    assert_eq!(fresh.retry_refused(None, "ada", at(LATER)).await.unwrap(), 1, "not to an address that takes no mail");
    assert_eq!(fresh.states().await, ["ready", "refused"]);
    let back = &fresh.notices_of(notices[0].account).await.unwrap()[0];
    assert_eq!((back.attempts, back.due_at, back.reply.as_deref()), (0, Some(at(LATER)), None));
}
