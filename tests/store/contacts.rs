//! Addresses that people add: first of all, kept by no file, known from when on they were.

use duly::{
    intake::Kind,
    store::{
        agreements::{Agreed, NewPromise},
        contacts::NewContact,
    },
};

use crate::fresh::{Fresh, at, day, everything};

contracts!(an_address_comes_first_until_it_is_taken_back, one_that_refused_our_mail_is_none, promises_have_their_words);

async fn added(fresh: &Fresh, email: &str, now: &str) -> duly::store::Result<i64> {
    let account = fresh.account("A").await;
    let contact = NewContact { account, email: email.to_owned(), note: "a call".to_owned(), author: "ada".to_owned() };
    fresh.add_contact(&contact, at(now)).await
}

async fn an_address_comes_first_until_it_is_taken_back(fresh: Fresh) {
    fresh.with_accounts(&["A", "B"]).await;
    let id = added(&fresh, "new@buyer.example", "2025-03-04T09:00").await.unwrap();
    added(&fresh, "A@BUYER.example", "2025-03-05T09:00").await.unwrap();
    let emails = async || fresh.facts("A").await.account.emails;
    assert_eq!(emails().await, ["A@BUYER.example", "new@buyer.example"], "each is there once");
    fresh.take(Kind::Accounts, "A,Renamed,file@buyer.example\n", "2025-03-06T09:00").await;
    assert_eq!(emails().await, ["A@BUYER.example", "new@buyer.example", "file@buyer.example"]);
    assert_eq!(fresh.facts("B").await.account.emails, ["B@buyer.example"]);
    let account = fresh.account("A").await;
    assert_eq!(fresh.accounts_of_address("NEW@buyer.example").await.unwrap(), [account]);
    assert_eq!(fresh.search("new@buy", 5).await.unwrap()[0].number, "A");

    let mut then = everything();
    then.recorded = at("2025-03-04T08:59");
    assert!(!fresh.snapshot("A", then).await.unwrap().facts.account.emails.contains(&"new@buyer.example".to_owned()));
    fresh.end(Agreed::Contact, id, "bob", day("2025-03-03"), at("2025-03-07T09:00")).await.unwrap();
    let mut before = everything();
    before.as_of = day("2025-03-02");
    assert_eq!(fresh.snapshot("A", before).await.unwrap().facts.account.emails.len(), 3, "not yet taken back then");
    assert_eq!(emails().await, ["A@BUYER.example", "file@buyer.example"]);
    let kept = fresh.contacts_of(account).await.unwrap();
    assert_eq!((kept.len(), kept[1].ended, kept[1].note.as_str()), (2, Some(day("2025-03-03")), "a call"));
    let told = "SELECT kind, author, detail FROM audit WHERE subject = 'contact 1' ORDER BY position";
    assert_eq!(
        fresh.rows(told).await,
        ["agreed ada account A, new@buyer.example: a call", "agreed_ended bob from 2025-03-03"]
    );
}

async fn one_that_refused_our_mail_is_none(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    added(&fresh, "gone@buyer.example", "2025-03-04T09:00").await.unwrap();
    fresh
        .rows(
            "INSERT INTO refused_address (company, email, reply, recorded_at) \
             VALUES (1, 'gone@buyer.example', '550 nobody', '2025-03-05T09:00:00+00:00')",
        )
        .await;
    let facts = fresh.facts("A").await;
    assert_eq!(facts.address(), Some("A@buyer.example"), "the next one is taken");
    let refused = added(&fresh, "Gone@Buyer.example", "2025-03-06T09:00").await.unwrap_err().to_string();
    assert!(refused.contains("takes no mail from us (550 nobody)"), "{refused}");
    assert_eq!(fresh.rows("SELECT COUNT(*) FROM contact").await, ["1"]);
}

async fn promises_have_their_words(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let account = fresh.account("A").await;
    let promise = NewPromise {
        account,
        case: None,
        invoice: None,
        amount: None,
        made: day("2025-03-01"),
        until: day("2025-03-10"),
        note: Some("by telephone".to_owned()),
        author: "ada".to_owned(),
    };
    let id = fresh.add_promise(&promise, at("2025-03-01T09:00")).await.unwrap();
    let notes = fresh.promise_notes(account).await.unwrap();
    assert_eq!(notes, [(id, ("ada".to_owned(), Some("by telephone".to_owned())))].into());
}
