//! People who sign in, and accounts that they look for.

use std::collections::BTreeSet;

use duly::{directory::Directory, domain::person::Role};

use duly::intake::Kind::Accounts;

use crate::fresh::{Fresh, at};

contracts!(
    a_person_signs_in_until_something_ends_it,
    an_account_elsewhere_is_one_person,
    accounts_are_found_by_what_is_remembered,
);

async fn a_person_signs_in_until_something_ends_it(fresh: Fresh) {
    let now = at("2025-03-03T09:00");
    let roles = BTreeSet::from([Role::Reviewer, Role::Admin]);
    fresh.add_person("Ada Clerk", &roles, "root", now).await.unwrap();
    let twice = fresh.add_person("ada clerk", &roles, "root", now).await.unwrap_err().to_string();
    assert!(twice.contains("already"), "{twice}");
    fresh.invite("ADA clerk", "first", at("2025-03-04T09:00"), ("root", now)).await.unwrap();
    fresh.invite("Ada Clerk", "second", at("2025-03-04T09:00"), ("root", now)).await.unwrap();
    assert!(fresh.invite("Bob", "x", now, ("root", now)).await.is_err());
    assert_eq!(fresh.invited("first", now).await.unwrap(), None, "a later invitation makes it void");
    assert_eq!(fresh.invited("second", at("2025-03-04T09:00")).await.unwrap(), None, "over");
    assert_eq!(fresh.invited("second", now).await.unwrap().unwrap().roles, roles);
    assert!(fresh.accept("second", "kept", now).await.unwrap());
    assert!(!fresh.accept("second", "other", now).await.unwrap(), "once");

    let ada = fresh.credentials("ada  clerk").await.unwrap().unwrap();
    assert_eq!((ada.password.as_deref(), ada.version), (Some("kept"), 1));
    fresh.start_session("cookie", &ada, now).await.unwrap();
    for (minute, there) in [("09:29", true), ("09:58", true), ("10:29", false)] {
        let found = fresh.session("cookie", at(&format!("2025-03-03T{minute}"))).await.unwrap();
        assert_eq!(found.is_some(), there, "{minute}: half an hour after it was used");
        if found.is_some_and(|session| session.to_mark) {
            fresh.mark_session("cookie", at(&format!("2025-03-03T{minute}"))).await.unwrap();
        }
    }
    fresh.start_session("another", &ada, at("2025-03-03T11:00")).await.unwrap();
    assert_eq!(fresh.rows("SELECT hash FROM session").await, ["another"], "what is over is cleared away");
    fresh.end_session("another").await.unwrap();
    fresh.start_session("third", &ada, at("2025-03-03T11:00")).await.unwrap();
    fresh.change_password(ada.person.id, "new", at("2025-03-03T11:01")).await.unwrap();
    assert_eq!(fresh.session("third", at("2025-03-03T11:02")).await.unwrap(), None);
    fresh.change_person("Ada Clerk", Some(&BTreeSet::from([Role::Viewer])), false, ("root", now)).await.unwrap();
    fresh.change_person("Ada Clerk", None, true, ("root", now)).await.unwrap();
    assert!(fresh.change_person("Bob", None, true, ("root", now)).await.is_err());
    assert!(fresh.credentials("Ada Clerk").await.unwrap().is_none());
    let listed = fresh.people().await.unwrap();
    assert_eq!((listed.len(), listed[0].disabled, listed[0].has_password), (1, true, true));
    assert_eq!(listed[0].person.roles, BTreeSet::from([Role::Viewer]));
    let told = fresh.rows("SELECT detail FROM audit WHERE kind = 'person' ORDER BY position").await;
    assert_eq!(told.first().map(String::as_str), Some("added as reviewer admin"));
    assert_eq!(told.last().map(String::as_str), Some("may not sign in any more"));
    assert!(fresh.of_company("OTHER").await.people().await.unwrap().is_empty());
}

async fn an_account_elsewhere_is_one_person(fresh: Fresh) {
    let (now, until) = (at("2025-03-03T09:00"), at("2025-03-04T09:00"));
    for name in ["Ada", "Bob"] {
        fresh.add_person(name, &BTreeSet::from([Role::Viewer]), "root", now).await.unwrap();
        fresh.invite(name, name, until, ("root", now)).await.unwrap();
    }
    assert!(fresh.bind_subject("Ada", "https://id.example s-1", until).await.unwrap().is_none(), "over");
    let ada = fresh.bind_subject("Ada", "https://id.example s-1", now).await.unwrap().unwrap();
    assert_eq!((ada.person.name.as_str(), ada.password.as_deref()), ("Ada", None));
    assert!(fresh.bind_subject("Ada", "https://id.example s-2", now).await.unwrap().is_none(), "once");
    let taken = fresh.bind_subject("Bob", "https://id.example s-1", now).await.unwrap_err().to_string();
    assert!(taken.contains("somebody else"), "{taken}");
    assert!(fresh.invited("Bob", now).await.unwrap().is_some(), "and is not used up");
    let found = fresh.person_of_subject("https://id.example s-1").await.unwrap();
    assert_eq!(found.map(|found| found.person), Some(ada.person));
    assert!(fresh.person_of_subject("https://id.example s-2").await.unwrap().is_none());
    assert!(fresh.of_company("OTHER").await.person_of_subject("https://id.example s-1").await.unwrap().is_none());
    let listed = fresh.people().await.unwrap();
    assert_eq!(listed.iter().map(|one| one.has_password).collect::<Vec<_>>(), [true, false]);
    fresh.change_person("Ada", None, true, ("root", now)).await.unwrap();
    assert!(fresh.person_of_subject("https://id.example s-1").await.unwrap().is_none(), "may not any more");
}

async fn accounts_are_found_by_what_is_remembered(fresh: Fresh) {
    fresh.with_accounts(&["K-1", "K-10", "K-2"]).await;
    let directory = Directory::default();
    let found = async |text: &str, limit| {
        let found = directory.search(&fresh, text, limit).await.unwrap();
        found.into_iter().map(|one| (one.number, one.invoice.unwrap_or_default())).collect::<Vec<_>>()
    };
    let all = |numbers: &[&str]| numbers.iter().map(|number| ((*number).to_owned(), String::new())).collect::<Vec<_>>();
    assert_eq!(found("k-1", 9).await, all(&["K-1", "K-10"]));
    assert_eq!(found("INV-K-2", 9).await, [("K-2".to_owned(), "INV-K-2".to_owned())]);
    assert_eq!(found("customer", 9).await, all(&["K-1", "K-10", "K-2"]));
    assert_eq!(found("10@buyer", 9).await, all(&["K-10"]));
    assert_eq!(found("customer", 2).await, all(&["K-1", "K-10"]));
    assert_eq!(found("_", 9).await, []);
    fresh.take(Accounts, "K-2,Umbau & Söhne,office@umbau.example\n", "2025-01-03T08:00").await;
    assert_eq!(found("SÖHNE office", 9).await, all(&["K-2"]));
    assert_eq!(found("customer", 9).await, all(&["K-1", "K-10"]), "what it was called before counts no more");
    let after = async |number: &str, limit| {
        let found = fresh.accounts_after(number, limit).await.unwrap();
        found.into_iter().map(|one| format!("{} {}", one.number, one.name)).collect::<Vec<_>>()
    };
    assert_eq!(after("", 2).await, ["K-1 Customer K-1", "K-10 Customer K-10"]);
    assert_eq!(after("K-10", 2).await, ["K-2 Umbau & Söhne"]);
    let other = fresh.of_company("OTHER").await;
    assert_eq!(other.accounts_after("", 9).await.unwrap(), []);
    for text in ["K-1", "umbau"] {
        assert!(Directory::default().search(&other, text, 9).await.unwrap().is_empty(), "{text}");
    }
}
