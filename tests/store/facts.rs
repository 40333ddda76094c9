//! Facts: taken whole or not at all, corrected by later ones, and known as they were.

use duly::{
    intake::Kind::{Accounts, Credits, Events, Invoices, Payments},
    store::warnings::Doubt,
};

use crate::fresh::{Fresh, at, checks, chunk, day, everything, gbp};

contracts!(
    the_same_rows_again_change_nothing,
    a_correction_supersedes,
    time_travel_is_a_comparison_of_batches,
    a_number_that_comes_twice_is_refused,
    an_unknown_account_is_refused,
    a_dropped_import_leaves_nothing,
    one_import_at_a_time,
    what_is_absent_counts_as_paid_until_it_comes_back,
    what_looks_like_a_mistake_is_named,
    companies_do_not_see_each_other,
    text_comes_back_as_it_was,
);

async fn the_same_rows_again_change_nothing(fresh: Fresh) {
    fresh.with_accounts(&["A", "B"]).await;
    let revision = fresh.snapshot("A", everything()).await.unwrap().revision;
    let again = fresh.take(Invoices, "INV-A,A,2024-12-01,2024-12-31,GBP,100.00\n", "2025-01-03T09:00").await;
    assert_eq!((again.new, again.known, again.changed), (0, 1, 0));
    assert_eq!(again.totals.values().copied().collect::<Vec<_>>(), [gbp(10_000)]);
    assert_eq!(fresh.snapshot("A", everything()).await.unwrap().revision, revision);
    let batches = fresh.rows("SELECT added, changed, known FROM batch ORDER BY id").await;
    assert_eq!(batches, ["2 0 0", "2 0 0", "0 0 1"]);
}

async fn a_correction_supersedes(fresh: Fresh) {
    fresh.with_accounts(&["A", "B"]).await;
    let revision = async |number| fresh.snapshot(number, everything()).await.unwrap().revision;
    let before = (revision("A").await, revision("B").await);
    let moved = fresh.take(Invoices, "INV-A,B,2024-12-01,2025-01-15,GBP,90.00\n", "2025-01-03T09:00").await;
    assert_eq!((moved.new, moved.known, moved.changed), (0, 0, 1));
    let change = &moved.changes[0];
    assert_eq!((change.line, change.number.as_str()), (2, "INV-A"));
    let value = |column, before: &str, now: &str| (column, before.to_owned(), now.to_owned());
    let values = [
        value("account", "A", "B"),
        value("due", "2024-12-31", "2025-01-15"),
        value("amount", "100.00 GBP", "90.00 GBP"),
    ];
    assert_eq!(change.values, values);
    assert!(fresh.facts("A").await.invoices.is_empty(), "it moved");
    let amounts: Vec<_> = fresh.facts("B").await.invoices.iter().map(|invoice| invoice.amount).collect();
    assert!(amounts.contains(&gbp(9_000)) && amounts.contains(&gbp(10_000)), "{amounts:?}");
    assert_eq!((revision("A").await, revision("B").await), (before.0 + 1, before.1 + 1), "both look again");
}

async fn time_travel_is_a_comparison_of_batches(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    fresh.take(Accounts, "A,Renamed,a@buyer.example\n", "2025-01-05T09:00").await;
    fresh.take(Invoices, "INV-A,A,2024-12-01,2024-12-31,GBP,80.00\n", "2025-01-06T09:00").await;
    fresh.take(Payments, "P,A,2025-01-06,GBP,80.00,INV-A\n", "2025-01-07T09:00").await;
    assert_eq!(fresh.known_at(at("2024-01-01T00:00")).await.unwrap(), 0);
    let known = async |instant| {
        let mut horizon = everything();
        horizon.batch = fresh.known_at(at(instant)).await.unwrap();
        let snapshot = fresh.snapshot("A", horizon).await?;
        let candidates = fresh.candidates(0, horizon).await.unwrap().len();
        let facts = snapshot.facts;
        let amounts: Vec<i64> = facts.invoices.iter().map(|invoice| invoice.amount.minor).collect();
        Some((facts.account.name, amounts, facts.payments.len(), candidates))
    };
    assert_eq!(known("2025-01-01T00:00").await, None);
    assert_eq!(known("2025-01-02T09:00").await, Some(("Customer A".to_owned(), vec![10_000], 0, 1)));
    assert_eq!(known("2025-01-05T09:00").await, Some(("Renamed".to_owned(), vec![10_000], 0, 1)));
    assert_eq!(known("2025-01-06T09:00").await, Some(("Renamed".to_owned(), vec![8_000], 0, 1)));
    assert_eq!(known("2025-01-07T09:00").await, Some(("Renamed".to_owned(), vec![8_000], 1, 1)));
    assert!(fresh.candidates(0, everything()).await.unwrap().is_empty(), "it is settled for good");
    assert_eq!(fresh.payments_seen(i64::MAX).await.unwrap(), Some(at("2025-01-07T09:00")));
    let before = fresh.known_at(at("2025-01-06T09:00")).await.unwrap();
    assert_eq!(fresh.payments_seen(before).await.unwrap(), None);
}

async fn a_number_that_comes_twice_is_refused(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let mut import = fresh.begin_import(Payments, None, "2025-01-03T09:00").await;
    let twice = "P,A,2025-01-03,GBP,1.00,\nP,A,2025-01-03,GBP,2.00,\n";
    import.stage(&chunk(Payments, twice)).await.unwrap();
    let merged = import.merge(&checks()).await.unwrap().pop().unwrap();
    assert_eq!(merged.refused_count, 1);
    assert_eq!(merged.refused, [(3, "payment", "P".to_owned(), "stands on line 2 as well".to_owned())]);
}

async fn an_unknown_account_is_refused(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let mut import = fresh.begin_import(Credits, None, "2025-01-03T09:00").await;
    let rows = "C1,A,2025-01-03,GBP,1.00,\nC2,Z,2025-01-03,GBP,2.00,\n";
    import.stage(&chunk(Credits, rows)).await.unwrap();
    let merged = import.merge(&checks()).await.unwrap().pop().unwrap();
    let reason = "no such account; import the accounts first".to_owned();
    assert_eq!(merged.refused, [(3, "account", "Z".to_owned(), reason)]);
    assert_eq!(merged.new, 0);
}

async fn a_dropped_import_leaves_nothing(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let counts = fresh.counts().await.unwrap();
    let mut import = fresh.begin_import(Accounts, None, "2025-01-03T09:00").await;
    import.stage(&chunk(Accounts, "B,Another,b@buyer.example\n")).await.unwrap();
    import.merge(&checks()).await.unwrap();
    drop(import);
    assert_eq!(fresh.counts().await.unwrap(), counts);
    assert_eq!(fresh.find_account("B").await.unwrap(), None);
    fresh.take(Accounts, "B,Another,b@buyer.example\n", "2025-01-03T09:05").await;
    assert_eq!(fresh.facts("B").await.account.name, "Another", "nothing staged is left over");
}

/// What was known at an instant is told by the numbers of batches, so they must not overtake each other.
async fn one_import_at_a_time(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let first = fresh.begin_import(Payments, None, "2025-01-03T09:00").await;
    let batch = first.batch;
    let other = fresh.again().await;
    let second = tokio::spawn(async move {
        let source = duly::store::import::Source {
            kind: "payments",
            file: "b",
            author: Some("ada"),
            layout: None,
            tells_payments: true,
        };
        let import = other.import(&source, at("2025-01-03T09:01")).await.unwrap();
        let batch = import.batch;
        import.commit(&other).await.unwrap();
        batch
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!second.is_finished(), "it waits for the first");
    first.commit(&fresh).await.unwrap();
    assert!(second.await.unwrap() > batch);
}

async fn what_is_absent_counts_as_paid_until_it_comes_back(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let open = "INV-1,A,2025-01-01,2025-01-31,GBP,10.00\n";
    let both = format!("{open}INV-2,A,2025-01-01,2025-01-31,GBP,20.00\n");
    let take = async |rows: &str, now: &str| {
        let mut import = fresh.begin_import(Invoices, Some("open items"), now).await;
        import.stage(&chunk(Invoices, rows)).await.unwrap();
        import.close_absent("open items", at(now).date_naive()).await.unwrap();
        import.merge(&checks()).await.unwrap();
        import.commit(&fresh).await.unwrap();
        let payments = fresh.facts("A").await.payments;
        let payment = |p: &duly::domain::facts::Payment| (p.number.clone(), p.amount.minor, p.received);
        payments.iter().map(payment).collect::<Vec<_>>()
    };
    assert_eq!(take(&both, "2025-02-01T09:00").await, []);
    let absent = |minor, on| ("absent:INV-2".to_owned(), minor, day(on));
    assert_eq!(take(open, "2025-02-02T09:00").await, [absent(2_000, "2025-02-02")]);
    assert_eq!(take(&both, "2025-02-03T09:00").await, [absent(0, "2025-02-03")]);
    assert_eq!(fresh.facts("A").await.invoices.len(), 3, "an invoice of another layout is not its business");
}

async fn what_looks_like_a_mistake_is_named(fresh: Fresh) {
    fresh.with_accounts(&["A", "B"]).await;
    let rows = "P1,A,2025-01-03,GBP,1.00,INV-X\nP2,A,2025-01-03,GBP,1.00,INV-A;INV-B\nP3,A,2025-01-03,EUR,1.00,INV-A\n";
    let payments = fresh.take(Payments, rows, "2025-01-04T09:00").await;
    let said = |merged: &duly::store::import::Merged| {
        merged.warnings.iter().map(|warning| (warning.kind, warning.numbers.join(" "))).collect::<Vec<_>>()
    };
    let expected = [
        (Doubt::InvoiceUnknown, "P1".to_owned()),
        (Doubt::InvoiceOfAnotherAccount, "P2".to_owned()),
        (Doubt::InvoiceInAnotherCurrency, "P3".to_owned()),
    ];
    assert_eq!(said(&payments), expected);
    let mut import = fresh.begin_import(Payments, None, "2025-01-05T09:00").await;
    let mut early = chunk(Payments, "P4,A,2025-01-03,GBP,1.00,\n");
    early.payments[0].1.received = day("2025-03-04");
    import.stage(&early).await.unwrap();
    let merged = import.merge(&checks()).await.unwrap();
    assert_eq!(said(&merged[0]), [(Doubt::InTheFuture, "P4".to_owned())]);
    drop(import);
    let credit = fresh.take(Credits, "C,A,2025-01-03,GBP,1.00,INV-X\n", "2025-01-06T09:00").await;
    assert_eq!(said(&credit), [(Doubt::InvoiceUnknown, "C".to_owned())]);
    let mut import = fresh.begin_import(Accounts, None, "2025-01-07T09:00").await;
    let mut accounts = chunk(Accounts, "A,Customer A,a@buyer.example\n");
    accounts.accounts[0].1.policy = Some("gentle".to_owned());
    import.stage(&accounts).await.unwrap();
    let merged = import.merge(&checks()).await.unwrap();
    assert_eq!(said(&merged[0]), [(Doubt::PolicyUnknown, "A".to_owned())]);
}

async fn companies_do_not_see_each_other(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let other = fresh.of_company("OTHER").await;
    assert_ne!(other.company, fresh.company);
    assert_eq!(other.counts().await.unwrap(), [0, 0, 0, 0]);
    assert_eq!(other.find_account("A").await.unwrap(), None);
    assert_eq!(other.known_at(at("2030-01-01T00:00")).await.unwrap(), 0);
    assert!(other.candidates(0, everything()).await.unwrap().is_empty());
    assert!(other.snapshots(&[], everything()).await.unwrap().is_empty());
    assert_eq!(fresh.again().await.company, fresh.company, "a company is registered once");
}

async fn text_comes_back_as_it_was(fresh: Fresh) {
    let name = "Ünï ‘quoted’; \"x\" $1 ? %_\\ 会社";
    fresh.take(Accounts, &format!("a/1,\"{}\",x@buyer.example\n", name.replace('"', "\"\"")), "2025-01-02T08:00").await;
    fresh.take(Accounts, "B,Of bytes,x@buyer.example\n", "2025-01-02T08:01").await;
    fresh.take(Events, "E,a/1,2025-01-03,complaint,,\"one; two\"\n", "2025-01-04T09:00").await;
    let facts = fresh.facts("a/1").await;
    assert_eq!((facts.account.name.as_str(), facts.events[0].note.as_deref()), (name, Some("one; two")));
    let numbers = fresh.rows("SELECT number FROM account ORDER BY number").await;
    assert_eq!(numbers, ["B", "a/1"], "numbers are in the order of their bytes, not of a language");
}
