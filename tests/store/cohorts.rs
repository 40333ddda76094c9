//! Products whose accounts are late together.

use duly::{domain::cohort::Cohort, intake::Kind, store::snapshot::Horizon};

use crate::fresh::{Fresh, at, checks, chunk, day, everything, keep};

contracts!(several_late_accounts_of_a_product_are_found, a_sweep_keeps_what_it_found);

/// Accounts A to F were billed for line 7 and X, Y for line 8, all due on the last day of 2024; A and B pay late.
async fn billed(fresh: &Fresh) {
    fresh.with_accounts(&["A", "B", "C", "D", "E", "F", "X", "Y"]).await;
    let now = "2025-01-03T09:00";
    let mut import = fresh.begin_import(Kind::Invoices, None, now).await;
    let row = |(number, account, due): (&str, &str, &str)| format!("{number},{account},2024-01-01,{due},GBP,10.00\n");
    let rows: String = [
        ("OLD-1", "A", "2024-10-31"),
        ("OLD-2", "B", "2024-10-31"),
        ("OLD-3", "C", "2024-11-30"),
        ("A7", "A", "2024-12-31"),
        ("B7", "B", "2024-12-31"),
        ("C7", "C", "2024-12-31"),
        ("D7", "D", "2024-12-31"),
        ("E7", "E", "2024-12-01"),
        ("F7", "F", "2024-12-31"),
        ("X8", "X", "2024-12-31"),
        ("Y8", "Y", "2024-12-31"),
    ]
    .map(row)
    .concat();
    let mut chunk = chunk(Kind::Invoices, &rows);
    for (_, invoice) in &mut chunk.invoices {
        invoice.product = Some(if invoice.number.ends_with('8') { "Line 8" } else { "Line 7" }.to_owned());
    }
    import.stage(&chunk).await.unwrap();
    import.merge(&checks()).await.unwrap();
    keep(&mut import, at(now)).await;
    import.commit(fresh).await.unwrap();
    let paid = "P1,A,2025-02-20,GBP,10.00,A7\nP2,B,2025-02-21,GBP,10.00,B7\nP3,A,2024-11-02,GBP,10.00,OLD-1\n\
                P4,B,2024-12-30,GBP,10.00,OLD-2\nP5,C,2025-01-31,GBP,10.00,OLD-3\n";
    fresh.take(Kind::Payments, paid, "2025-02-22T09:00").await;
}

async fn several_late_accounts_of_a_product_are_found(fresh: Fresh) {
    billed(&fresh).await;
    let product = "Line 7".to_owned();
    let line_7 = Cohort { product, month: day("2024-12-01"), accounts: 6, late: 4, before: 3, before_late: 1 };
    // 62 days after the last due date: of those before, one was paid on its 62nd day and one earlier.
    assert_eq!(fresh.cohorts(everything()).await.unwrap(), [line_7]);
    // Five are open after 51 days, but two of the three before were no sooner.
    assert_eq!(fresh.cohorts(Horizon::everything(day("2025-02-20"))).await.unwrap(), []);
    // None is overdue yet but E's, and what is a year old is no news.
    assert_eq!(fresh.cohorts(Horizon::everything(day("2024-12-31"))).await.unwrap(), []);
    assert_eq!(fresh.cohorts(Horizon::everything(day("2025-12-31"))).await.unwrap(), []);
    let mut past = everything();
    (past.batch, past.recorded) = (1, at("2025-01-02T09:00"));
    assert_eq!(fresh.cohorts(past).await.unwrap(), []);
}

async fn a_sweep_keeps_what_it_found(fresh: Fresh) {
    billed(&fresh).await;
    let worker = fresh.worker().await;
    let found = fresh.cohorts(everything()).await.unwrap();
    let sweep =
        fresh.start_sweep(day("2025-03-03"), std::iter::empty(), &found, worker, at("2025-03-03T09:00")).await.unwrap();
    fresh
        .take(Kind::Payments, "P6,C,2025-03-01,GBP,10.00,C7\nP7,D,2025-03-01,GBP,10.00,D7\n", "2025-03-04T09:00")
        .await;
    assert_eq!(fresh.cohorts(everything()).await.unwrap(), []);
    assert_eq!(fresh.cohorts_of(sweep).await.unwrap(), found);
    assert_eq!(fresh.freeze().await.unwrap().cohorts_of(sweep).await.unwrap(), found);
    let mut past = everything();
    (past.batch, past.recorded) = (4, at("2025-03-03T10:00"));
    assert_eq!(fresh.cohorts(past).await.unwrap(), found);
}
