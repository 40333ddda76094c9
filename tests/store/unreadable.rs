//! A value that cannot be understood stops its own account and nobody else.

use chrono::DateTime;

use crate::{
    fresh::{Fresh, at, everything},
    plans::{DUE_AT, LATER},
};

contracts!(an_account_that_cannot_be_read_is_named, a_notice_that_cannot_be_read_is_put_off);

async fn an_account_that_cannot_be_read_is_named(fresh: Fresh) {
    fresh.with_accounts(&["A", "B", "C"]).await;
    fresh.rows("UPDATE invoice SET currency = '???' WHERE number = 'INV-B'").await;
    let accounts = fresh.all_accounts().await.unwrap();
    fresh.snapshots(&accounts, everything()).await.unwrap_err();
    let page = fresh.readable(&accounts, everything()).await.unwrap();
    let read: Vec<&str> = page.snapshots.iter().map(|one| one.facts.account.number.as_str()).collect();
    assert_eq!((read, page.unreadable.len(), page.unreadable[0].number.as_str()), (vec!["A", "C"], 1, "B"));

    let worker = fresh.worker().await;
    for _ in 0..2 {
        let sweep = fresh.start(&[&accounts], worker).await;
        let mut claimed = fresh.claim_page(sweep).await.unwrap().unwrap();
        let page = claimed.readable(everything()).await.unwrap();
        claimed.skip(&page.unreadable).await.unwrap();
        claimed.commit(crate::fresh::day("2025-03-03"), &[], &crate::plans::counts(&[]), at(DUE_AT)).await.unwrap();
    }
    let said = fresh.decisions_of(page.unreadable[0].id, 9).await.unwrap();
    assert_eq!(said.iter().map(|one| one.3.as_str()).collect::<Vec<_>>(), ["unreadable"], "once");
}

async fn a_notice_that_cannot_be_read_is_put_off(fresh: Fresh) {
    fresh.with_notices(&["A", "B"]).await;
    fresh.rows("UPDATE notice SET offer_percent = 'many' WHERE id = (SELECT MIN(id) FROM notice)").await;
    let worker = fresh.worker().await;
    let claimed = fresh.claim_notices(worker, at(LATER), (DateTime::UNIX_EPOCH, 0), 9).await.unwrap();
    assert_eq!(claimed.iter().map(|notice| notice.lines[0].invoice.as_str()).collect::<Vec<_>>(), ["INV-B"]);
    assert_eq!(fresh.rows("SELECT due_at FROM notice ORDER BY id").await[0], "2025-03-03T11:00:00+00:00");
}
