//! Sweeps and their pages: each page is planned once, by one of those that plan.

use std::collections::BTreeSet;

use duly::{
    domain::reason::Reason,
    store::sweeps::{OpenSweep, SweepTotals},
};

use crate::{
    fresh::{Fresh, at, day},
    plans::{DAY, DUE_AT, LATER, counts, held, notice},
};

contracts!(
    every_page_is_planned_once,
    pages_claimed_at_once_are_distinct,
    a_dropped_page_is_free_again,
    a_stage_is_noticed_once,
    the_same_held_decision_is_written_once,
    an_open_sweep_is_helped,
    abandoned_sweeps_are_ended,
    a_sweep_held_back_waits_for_a_person,
    facts_wait_for_a_page_under_way,
);

async fn every_page_is_planned_once(fresh: Fresh) {
    let worker = fresh.worker().await;
    let pages: Vec<Vec<i64>> = (0..40).map(|page| vec![page * 2, page * 2 + 1]).collect();
    let pages: Vec<&[i64]> = pages.iter().map(Vec::as_slice).collect();
    let sweep = fresh.start(&pages, worker).await;
    let mut planners = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = fresh.again().await;
        planners.spawn(async move {
            let mut planned = Vec::new();
            while let Some(page) = store.claim_page(sweep).await.unwrap() {
                planned.extend(&page.accounts);
                page.commit(day(DAY), &[], &counts(&[]), at(DUE_AT)).await.unwrap();
            }
            planned
        });
    }
    // Whom others left nothing may find none, though it is not planned yet: the pages tell.
    let planned: Vec<i64> = planners.join_all().await.concat();
    assert_eq!(planned.len(), 80);
    assert_eq!(planned.into_iter().collect::<BTreeSet<_>>(), (0..80).collect());
    assert_eq!(fresh.open_pages(sweep).await.unwrap(), 0);
    assert!(fresh.claim_page(sweep).await.unwrap().is_none(), "what is committed is not claimed again");
}

async fn pages_claimed_at_once_are_distinct(fresh: Fresh) {
    let worker = fresh.worker().await;
    let sweep = fresh.start(&[&[1], &[2]], worker).await;
    let first = fresh.claim_page(sweep).await.unwrap().unwrap();
    let other = fresh.again().await;
    let second = tokio::spawn(async move { other.claim_page(sweep).await.unwrap().unwrap().accounts });
    if fresh.is_postgres() {
        assert_eq!(second.await.unwrap(), [2], "while the first is held");
        first.commit(day(DAY), &[], &counts(&[]), at(DUE_AT)).await.unwrap();
    } else {
        // There one transaction writes at a time.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert!(!second.is_finished());
        first.commit(day(DAY), &[], &counts(&[]), at(DUE_AT)).await.unwrap();
        assert_eq!(second.await.unwrap(), [2]);
    }
}

async fn a_dropped_page_is_free_again(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let (worker, account) = (fresh.worker().await, fresh.account("A").await);
    let sweep = fresh.start(&[&[account]], worker).await;
    let page = fresh.claim_page(sweep).await.unwrap().unwrap();
    drop(page);
    assert_eq!(fresh.open_pages(sweep).await.unwrap(), 1);
    // The server hears of it a moment later.
    let again = loop {
        match fresh.claim_page(sweep).await.unwrap() {
            Some(page) => break page,
            None => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    };
    assert_eq!(again.accounts, [account]);
    assert_eq!(again.batch, fresh.known_at(at(DUE_AT)).await.unwrap(), "what was known is kept beside it");
}

/// The promise that nobody is reminded twice; whoever comes second writes nothing at all.
async fn a_stage_is_noticed_once(fresh: Fresh) {
    let first = &fresh.with_notices(&["A"]).await[0];
    assert_eq!((first.lines.len(), first.lines[0].invoice.as_str()), (1, "INV-A"));
    let planned = [notice(first.account, "A")];
    let worker = fresh.worker().await;
    let sweep = fresh.start(&[&[first.account]], worker).await;
    let page = fresh.claim_page(sweep).await.unwrap().unwrap();
    let mut again = planned;
    again[0].notice.as_mut().unwrap().token = "another".to_owned();
    page.commit(day(DAY), &again, &counts(&again), at(DUE_AT)).await.unwrap_err();
    assert_eq!(fresh.rows("SELECT COUNT(*) FROM notice").await, ["1"]);
    assert_eq!(fresh.rows(&format!("SELECT COUNT(*) FROM decision WHERE sweep = {sweep}")).await, ["0"]);
    assert_eq!(fresh.open_pages(sweep).await.unwrap(), 1);
    assert_eq!(fresh.newest_notice().await.unwrap(), Some(day(DAY)));
}

async fn the_same_held_decision_is_written_once(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let account = fresh.account("A").await;
    let sweep = async |reason| fresh.sweep(&[held(account, "A", vec![reason])]).await;
    sweep(Reason::Promise).await;
    sweep(Reason::Promise).await;
    sweep(Reason::NoContact).await;
    sweep(Reason::Promise).await;
    let reasons: Vec<String> =
        fresh.decisions_of(account, 9).await.unwrap().into_iter().map(|decision| decision.3).collect();
    assert_eq!(reasons, ["promise", "no_contact", "promise"], "newest first");
    assert_eq!(fresh.decisions_of(account, 1).await.unwrap().len(), 1);
}

async fn an_open_sweep_is_helped(fresh: Fresh) {
    assert_eq!(fresh.sweep_to_help().await.unwrap(), None);
    let worker = fresh.worker().await;
    let id = fresh.start(&[&[1], &[2]], worker).await;
    assert_eq!(fresh.sweep_to_help().await.unwrap(), Some(OpenSweep { id, as_of: day(DAY) }));
    for _ in 0..2 {
        let page = fresh.claim_page(id).await.unwrap().unwrap();
        page.commit(day(DAY), &[], &counts(&[]), at(DUE_AT)).await.unwrap();
    }
    assert_eq!(fresh.sweep_to_help().await.unwrap(), None, "nothing is left to plan");
    let other = fresh.of_company("OTHER").await;
    assert_eq!(other.sweep_to_help().await.unwrap(), None);
}

async fn abandoned_sweeps_are_ended(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let (living, dead, account) = (fresh.worker().await, fresh.worker().await, fresh.account("A").await);
    let kept = fresh.start(&[&[account], &[2]], living).await;
    let abandoned = fresh.start(&[&[account], &[2]], dead).await;
    let planned = [notice(account, "A")];
    let page = fresh.claim_page(abandoned).await.unwrap().unwrap();
    page.commit(day(DAY), &planned, &counts(&planned), at(DUE_AT)).await.unwrap();
    let myself = fresh.worker().await;
    assert!(fresh.end_abandoned_sweeps(myself, at(LATER)).await.unwrap().is_empty());
    fresh.discharge(dead).await.unwrap();
    assert_eq!(fresh.end_abandoned_sweeps(myself, at(LATER)).await.unwrap(), [day(DAY)]);
    assert_eq!(fresh.last_sweep().await.unwrap().map(|sweep| (sweep.id, sweep.notices)), Some((abandoned, 1)));
    assert_eq!(fresh.sweep_to_help().await.unwrap().map(|sweep| sweep.id), Some(kept));
    let own = fresh.end_abandoned_sweeps(living, at(LATER)).await.unwrap();
    assert_eq!(own, [day(DAY)], "its own, which it gave up");
}

async fn a_sweep_held_back_waits_for_a_person(fresh: Fresh) {
    assert_eq!(fresh.usual_notices().await.unwrap(), None);
    assert_eq!(fresh.release_sweep("ada", at(LATER)).await.unwrap(), None);
    let id = fresh.hold_sweep_back(day(DAY), (70, 3), "too many", at(DUE_AT)).await.unwrap();
    let held_back = fresh.last_sweep().await.unwrap().unwrap();
    assert_eq!((held_back.notices, held_back.held, held_back.released_at), (70, 3, None));
    assert_eq!(held_back.held_back.as_deref(), Some("too many"));
    assert_eq!(fresh.usual_notices().await.unwrap(), None, "it sent nothing");
    assert_eq!(fresh.release_sweep("ada", at(LATER)).await.unwrap(), Some(id));
    assert_eq!(fresh.last_sweep().await.unwrap().unwrap().released_at, Some(at(LATER)));

    fresh.with_accounts(&["A", "B"]).await;
    let (a, b) = (fresh.account("A").await, fresh.account("B").await);
    let sweep = fresh.sweep(&[notice(a, "A"), held(b, "B", vec![Reason::Promise])]).await;
    assert_eq!(fresh.usual_notices().await.unwrap(), Some(1));
    assert_eq!(fresh.release_sweep("ada", at(LATER)).await.unwrap(), None, "the newest is not held back");
    let again = fresh.finish_sweep(sweep, at(LATER)).await.unwrap();
    assert_eq!(again, SweepTotals { notices: 1, held: 1, reasons: vec!["promise=1".to_owned()] });
}

/// What a page reads and what it writes are of one moment.
async fn facts_wait_for_a_page_under_way(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let (worker, account) = (fresh.worker().await, fresh.account("A").await);
    let sweep = fresh.start(&[&[account]], worker).await;
    let mut page = fresh.claim_page(sweep).await.unwrap().unwrap();
    assert_eq!(page.payments_seen().await.unwrap(), None);
    assert_eq!(page.readable(crate::fresh::everything()).await.unwrap().snapshots.len(), 1);
    let other = fresh.again().await;
    let hold = duly::store::holds::NewHold {
        account,
        invoice: None,
        amount: None,
        reason: "person".to_owned(),
        starts: day(DAY),
        until: None,
        note: None,
        author: "ada".to_owned(),
    };
    let held = tokio::spawn(async move { other.add_hold(&hold, at(DUE_AT)).await.unwrap() });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!held.is_finished());
    page.commit(day(DAY), &[], &counts(&[]), at(DUE_AT)).await.unwrap();
    held.await.unwrap();
}
