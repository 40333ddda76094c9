//! Figures for reports, straight from the tables.

use duly::{
    domain::{notice::Offer, plan::Outcome},
    intake::Kind::Payments,
};

use crate::{
    fresh::{Fresh, day, gbp},
    plans::notice,
};

contracts!(an_offer_and_what_was_granted_on_it, states_and_accounts_are_counted);

async fn an_offer_and_what_was_granted_on_it(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let account = fresh.account("A").await;
    let mut plan = notice(account, "A");
    let offer = Offer {
        percent: "2.5".parse().unwrap(),
        pay: 9_750,
        discount: 250,
        last_day: day("2025-03-13"),
        invoices: Vec::new(),
    };
    plan.decision.outcome = Outcome::Notice { offer: Some(offer.clone()) };
    fresh.sweep(&[plan]).await;
    let made = &fresh.notices_of(account).await.unwrap()[0];
    let offer = Offer { invoices: vec!["INV-A".to_owned()], ..offer };
    assert_eq!(made.offer.as_ref(), Some(&offer));
    assert_eq!(fresh.facts("A").await.notices[0].offer, Some(offer), "the planner knows the same");
    assert!(fresh.offers(day("2025-03-02")).await.unwrap().is_empty());
    fresh.take(Payments, "P,A,2025-03-10,GBP,97.50,INV-A\n", "2025-03-11T09:00").await;
    let offers = fresh.offers(day("2025-03-20")).await.unwrap();
    let row = &offers[0];
    assert_eq!((row.notice, row.account, row.made_on), (made.id, account, day("2025-03-03")));
    assert_eq!((row.discount, row.pay, row.granted, row.last_day), (gbp(250), gbp(9_750), 250, day("2025-03-13")));
    assert_eq!(fresh.offers(day("2025-03-09")).await.unwrap()[0].granted, 0, "not yet on that day");
    assert_eq!(fresh.adjustments(None).await.unwrap()[0].notice, Some(made.id));
}

async fn states_and_accounts_are_counted(fresh: Fresh) {
    fresh.with_notices(&["B", "A", "C"]).await;
    fresh.rows("UPDATE notice SET state = 'sent' WHERE id = (SELECT MIN(id) FROM notice)").await;
    let states: Vec<_> =
        fresh.notice_states().await.unwrap().into_iter().map(|found| (found.state, found.count)).collect();
    assert_eq!(states, [("ready".to_owned(), 2), ("sent".to_owned(), 1)]);
    let expected = [fresh.account("A").await, fresh.account("B").await, fresh.account("C").await];
    assert_eq!(fresh.all_accounts().await.unwrap(), expected, "by number");
    assert_eq!(fresh.counts().await.unwrap(), [3, 3, 0, 3]);
}
