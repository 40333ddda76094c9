//! Whether the database is whole, and when it last saw a sign of life.

use duly::{domain::reason::Reason, intake::Kind::Payments, store::health::Check};

use crate::{
    fresh::{Fresh, at, day},
    plans::{DUE_AT, LATER, held},
};

contracts!(a_whole_database_is_not_refused, the_last_sign_is_an_import_or_a_sweep);

async fn a_whole_database_is_not_refused(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    fresh.check(Check::Quick).await.unwrap();
    let mut checked = None;
    fresh.check_daily(&mut checked, day("2025-03-03")).await.unwrap();
    assert_eq!(checked, Some(day("2025-03-03")));
}

async fn the_last_sign_is_an_import_or_a_sweep(fresh: Fresh) {
    assert_eq!(fresh.last_sign().await.unwrap(), None);
    fresh.with_accounts(&["A"]).await;
    assert_eq!(fresh.last_sign().await.unwrap(), Some(at("2025-01-02T09:00")));
    let account = fresh.account("A").await;
    fresh.sweep(&[held(account, "A", vec![Reason::Promise])]).await;
    assert_eq!(fresh.last_sign().await.unwrap(), Some(at(DUE_AT)));
    fresh.hold_sweep_back(day("2025-03-03"), (1, 0), "too many", at("2025-03-03T09:30")).await.unwrap();
    assert_eq!(fresh.last_sign().await.unwrap(), Some(at(DUE_AT)), "it waits for a person");
    fresh.release_sweep("ada", at(LATER)).await.unwrap();
    assert_eq!(fresh.last_sign().await.unwrap(), Some(at(LATER)));
    let import = fresh.begin_import(Payments, None, "2025-03-03T11:00").await;
    import.commit(&fresh).await.unwrap();
    assert_eq!(fresh.last_sign().await.unwrap(), Some(at("2025-03-03T11:00")));
}
