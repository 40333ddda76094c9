//! Kept values: since when an invoice is settled, and what the books should take over.

use duly::intake::Kind::{Invoices, Payments};

use crate::fresh::{Fresh, at, chunk, day, everything, gbp};

contracts!(an_invoice_is_settled_when_nothing_is_owed, a_discount_is_booked_once_and_taken_back);

async fn an_invoice_is_settled_when_nothing_is_owed(fresh: Fresh) {
    fresh.with_accounts(&["A", "B"]).await;
    let settled =
        async || fresh.rows("SELECT number, settled_on FROM invoice WHERE superseded_by IS NULL ORDER BY number").await;
    assert_eq!(settled().await, ["INV-A -", "INV-B -"]);
    fresh.take(Payments, "P1,A,2025-01-10,GBP,60.00,INV-A\n", "2025-01-11T09:00").await;
    assert_eq!(settled().await, ["INV-A -", "INV-B -"]);
    fresh.take(Payments, "P2,A,2025-01-20,GBP,40.00,INV-A\n", "2025-01-21T09:00").await;
    assert_eq!(settled().await, ["INV-A 2025-01-20", "INV-B -"]);
    let mut early = everything();
    early.as_of = day("2025-01-15");
    assert_eq!(fresh.candidates(0, early).await.unwrap().len(), 2, "it was open on that day");
    assert_eq!(fresh.candidates(0, everything()).await.unwrap(), [fresh.account("B").await]);
    assert!(fresh.candidates(90, everything()).await.unwrap().is_empty(), "nothing is overdue for so long");
    fresh.take(Payments, "P3,A,2025-01-25,GBP,-40.00,INV-A\n", "2025-01-26T09:00").await;
    assert_eq!(settled().await, ["INV-A -", "INV-B -"]);
}

async fn a_discount_is_booked_once_and_taken_back(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let mut import = fresh.begin_import(Invoices, None, "2025-01-02T10:00").await;
    let mut invoices = chunk(Invoices, "INV-9,A,2025-01-01,2025-01-31,GBP,100.00\n");
    invoices.invoices[0].1.terms = vec!["2/10".parse().unwrap()];
    import.stage(&invoices).await.unwrap();
    import.merge(&crate::fresh::checks()).await.unwrap();
    import.commit(&fresh).await.unwrap();
    let booked = async || {
        let rows = fresh.adjustments(None).await.unwrap();
        rows.into_iter().map(|row| (row.kind, row.source, row.gross, row.date)).collect::<Vec<_>>()
    };
    let discount = |kind: &str, minor| (kind.to_owned(), "terms 2/10".to_owned(), gbp(minor), day("2025-01-08"));
    fresh.take(Payments, "P,A,2025-01-08,GBP,98.00,INV-9\n", "2025-01-09T09:00").await;
    assert_eq!(booked().await, [discount("discount", 200)]);
    fresh.take(Payments, "Q,A,2025-01-08,GBP,1.00,\n", "2025-01-10T09:00").await;
    assert_eq!(booked().await.len(), 1, "nothing new about it");
    fresh.take(Payments, "P,A,2025-01-08,GBP,50.00,INV-9\n", "2025-01-11T09:00").await;
    assert_eq!(booked().await, [discount("discount", 200), discount("discount_reversed", -200)]);
    let since = fresh.adjustments(Some(at("2025-01-10T00:00"))).await.unwrap();
    assert_eq!(since.iter().map(|row| row.gross).collect::<Vec<_>>(), [gbp(-200)]);
}
