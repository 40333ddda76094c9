//! Intents and results: what must be durable, and who may write it.

use chrono::{DateTime, Duration, Utc};
use duly::{
    domain::notice::{After, State},
    store::outbox::{Notice, Write},
};

use crate::{
    fresh::{Fresh, at, everything},
    plans::LATER,
};

contracts!(
    an_intent_needs_the_claim_and_the_account_as_it_was_looked_at,
    a_result_is_fenced_by_its_attempt,
    the_same_write_twice_holds,
    a_result_settles_a_doubt_about_its_attempt,
    a_group_is_judged_one_by_one,
    no_outcome_but_a_legal_one,
    a_refused_address_is_not_used_again,
);

/// A ready notice to account `A`, claimed by a worker.
async fn claimed(fresh: &Fresh) -> (Notice, i64) {
    let notice = fresh.with_notices(&["A"]).await.remove(0);
    let worker = fresh.worker().await;
    claim(fresh, worker).await;
    (notice, worker)
}

async fn claim(fresh: &Fresh, worker: i64) {
    assert!(!fresh.claim_notices(worker, at(LATER), (DateTime::UNIX_EPOCH, 0), 9).await.unwrap().is_empty());
}

async fn revision(fresh: &Fresh) -> i64 {
    fresh.snapshot("A", everything()).await.unwrap().revision
}

async fn intent(fresh: &Fresh, notice: &Notice, worker: i64, attempt: u32) -> Write {
    let (sha256, relay, at) = (format!("{attempt:02}"), "relay:25".to_owned(), at(LATER));
    Write::Intent { notice: notice.id, attempt, worker, revision: revision(fresh).await, sha256, relay, at }
}

fn result(notice: &Notice, attempt: u32, state: State, next_at: Option<DateTime<Utc>>) -> Write {
    let after = After { state, next_at, reply: format!("{state} {attempt}"), suppress: false, misconfigured: false };
    Write::Result { notice: notice.id, attempt, after, at: at(LATER) }
}

async fn holds(fresh: &Fresh, write: Write) -> bool {
    fresh.write(&[write]).await.unwrap()[0]
}

async fn an_intent_needs_the_claim_and_the_account_as_it_was_looked_at(fresh: Fresh) {
    let (notice, worker) = claimed(&fresh).await;
    let other = fresh.worker().await;
    let theirs = intent(&fresh, &notice, other, 1).await;
    assert!(!holds(&fresh, theirs).await, "another one's claim");
    let ours = intent(&fresh, &notice, worker, 1).await;
    fresh.take(duly::intake::Kind::Payments, "P,A,2025-03-01,GBP,1.00,INV-A\n", "2025-03-03T09:59").await;
    assert!(!holds(&fresh, ours).await, "something came in since the look");
    let second = intent(&fresh, &notice, worker, 2).await;
    assert!(!holds(&fresh, second).await, "the first attempt comes first");
    assert_eq!(fresh.states().await, ["ready"]);
    let ours = intent(&fresh, &notice, worker, 1).await;
    assert!(holds(&fresh, ours).await);
    assert!(fresh.is_under_way(notice.id, 1).await.unwrap());
    assert!(!fresh.is_under_way(notice.id, 2).await.unwrap());
    let row = fresh.rows("SELECT state, attempts, claim, sha256, relay, due_at FROM notice").await;
    assert_eq!(row, [format!("sending 1 {worker} 01 relay:25 -")]);
}

/// Whoever was given up and comes late finds that another attempt is the last one.
async fn a_result_is_fenced_by_its_attempt(fresh: Fresh) {
    let (notice, late) = claimed(&fresh).await;
    assert!(!holds(&fresh, result(&notice, 1, State::Sent, None)).await, "nothing is being sent");
    let first = intent(&fresh, &notice, late, 1).await;
    assert!(holds(&fresh, first).await);
    fresh.discharge(late).await.unwrap();
    let next = fresh.worker().await;
    assert_eq!(fresh.recover(next, Some(at(LATER))).await.unwrap(), 1);
    claim(&fresh, next).await;
    let second = intent(&fresh, &notice, next, 2).await;
    assert!(holds(&fresh, second).await);
    assert!(!holds(&fresh, result(&notice, 1, State::Sent, None)).await);
    assert!(!fresh.is_under_way(notice.id, 1).await.unwrap(), "so it stops before the final dot");
    assert!(holds(&fresh, result(&notice, 2, State::Sent, None)).await);
    assert!(!holds(&fresh, result(&notice, 2, State::Refused, None)).await, "an outcome is final");
    let row = fresh.rows("SELECT state, attempts, reply, claim, closed_at IS NOT NULL FROM notice").await;
    assert_eq!(row, ["sent 2 sent 2 - 1"]);
}

/// The answer to a commit may be lost: whoever asks again hears that it is done.
async fn the_same_write_twice_holds(fresh: Fresh) {
    let (notice, worker) = claimed(&fresh).await;
    let first = intent(&fresh, &notice, worker, 1).await;
    assert!(holds(&fresh, first.clone()).await && holds(&fresh, first).await);
    let later = result(&notice, 1, State::Deferred, Some(at(LATER) + Duration::minutes(5)));
    assert!(holds(&fresh, later.clone()).await && holds(&fresh, later).await);
    assert_eq!(fresh.rows("SELECT attempts, doubts FROM notice").await, ["1 0"]);
}

async fn a_result_settles_a_doubt_about_its_attempt(fresh: Fresh) {
    let (notice, slow) = claimed(&fresh).await;
    let first = intent(&fresh, &notice, slow, 1).await;
    assert!(holds(&fresh, first).await);
    fresh.discharge(slow).await.unwrap();
    let other = fresh.worker().await;
    fresh.recover(other, None).await.unwrap();
    assert_eq!(fresh.states().await, ["in_doubt"]);
    assert!(holds(&fresh, result(&notice, 1, State::InDoubt, None)).await, "that is known already");
    assert_eq!(fresh.rows("SELECT doubts FROM notice").await, ["1"], "and not counted twice");
    assert!(holds(&fresh, result(&notice, 1, State::Sent, None)).await);
    assert_eq!(fresh.states().await, ["sent"]);
}

async fn a_group_is_judged_one_by_one(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B"]).await;
    let worker = fresh.worker().await;
    claim(&fresh, worker).await;
    let first = intent(&fresh, &notices[0], worker, 1).await;
    let outdated = match intent(&fresh, &notices[1], worker, 1).await {
        Write::Intent { notice, attempt, worker, revision, sha256, relay, at } => {
            Write::Intent { notice, attempt, worker, revision: revision + 1, sha256, relay, at }
        }
        Write::Result { .. } => unreachable!(),
    };
    assert_eq!(fresh.write(&[first, outdated]).await.unwrap(), [true, false]);
    assert_eq!(fresh.states().await, ["sending", "ready"]);
}

async fn no_outcome_but_a_legal_one(fresh: Fresh) {
    let (notice, _) = claimed(&fresh).await;
    let refused = fresh.write(&[result(&notice, 1, State::Withdrawn, None)]).await.unwrap_err();
    assert!(refused.to_string().contains("cannot become withdrawn"), "{refused}");
}

async fn a_refused_address_is_not_used_again(fresh: Fresh) {
    let (notice, worker) = claimed(&fresh).await;
    let first = intent(&fresh, &notice, worker, 1).await;
    assert!(holds(&fresh, first).await);
    let reply = "550 5.1.1 unknown".to_owned();
    let after = After { state: State::Refused, next_at: None, reply, suppress: true, misconfigured: false };
    let refusal = Write::Result { notice: notice.id, attempt: 1, after, at: at(LATER) };
    assert!(holds(&fresh, refusal.clone()).await && holds(&fresh, refusal).await);
    let facts = fresh.facts("A").await;
    assert!(facts.refused_addresses.contains("A@buyer.example") && facts.address().is_none(), "{facts:?}");
    assert!(facts.notices.is_empty(), "the stage is free for another address");
    assert_eq!(fresh.rows("SELECT email, reply FROM refused_address").await, ["A@buyer.example 550 5.1.1 unknown"]);
    let mut again = crate::plans::notice(notice.account, "A");
    again.notice.as_mut().unwrap().token = "again".to_owned();
    fresh.sweep(&[again]).await;
    assert_eq!(fresh.states().await, ["refused", "ready"]);
    fresh.take(duly::intake::Kind::Accounts, "A,Customer A,new@buyer.example\n", "2025-03-03T11:00").await;
    assert!(fresh.facts("A").await.address().is_some());
}
