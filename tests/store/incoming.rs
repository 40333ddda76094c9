//! Mails that came in: each is taken once, all of it or nothing.

use duly::{
    domain::{
        case::{Act, CaseKind},
        mail::MailKind,
    },
    store::{
        agreements::NewPromise,
        cases::{Actor, NewCase},
        incoming::{About, Effect, NewMail, Outside},
    },
};

use crate::{
    fresh::{Fresh, at, day},
    plans::{DAY, LATER},
};

contracts!(
    a_mail_is_taken_once_with_what_follows,
    a_mail_of_which_a_part_fails_leaves_nothing,
    two_copies_that_come_at_once_count_once,
    notices_and_accounts_are_found,
);

fn duly() -> Actor<'static> {
    Actor { author: "duly", why: "", today: day(DAY), now: at(LATER) }
}

fn mail(place: &str, id: &str, effects: Vec<Effect>) -> NewMail {
    NewMail {
        mailbox: "box".to_owned(),
        place: place.to_owned(),
        message_id: Some(id.to_owned()),
        kind: MailKind::Reply,
        account: None,
        notice: None,
        made: "so it is".to_owned(),
        outside: Outside::default(),
        words: None,
        effects,
    }
}

fn case(account: i64) -> Effect {
    Effect::Open(Box::new(NewCase {
        account,
        kind: CaseKind::Protest,
        reason: None,
        concerns: Vec::new(),
        opened: day(DAY),
        owner: None,
        respond_by: at(LATER),
        resolve_by: at(LATER),
        author: "duly".to_owned(),
        why: "a mail".to_owned(),
        words: Some("broken".to_owned()),
    }))
}

fn promise(account: i64, case: Option<i64>) -> Effect {
    let (invoice, amount, note) = (None, None, None);
    let (made, until, author) = (day(DAY), day("2025-03-20"), "duly".to_owned());
    Effect::Promise(NewPromise { account, case, invoice, amount, made, until, note, author })
}

async fn a_mail_is_taken_once_with_what_follows(fresh: Fresh) {
    let notice = fresh.with_notices(&["A"]).await.remove(0);
    let before = fresh.snapshot("A", crate::fresh::everything()).await.unwrap().revision;
    let stop = Effect::Stop { address: notice.address.clone(), account: notice.account, why: "unknown".to_owned() };
    let first = mail("1", "a@x", vec![stop, case(notice.account)]);
    let first = NewMail { account: Some(notice.account), notice: Some(notice.id), kind: MailKind::Bounce, ..first };
    assert_eq!(fresh.take_mail(&first, &duly()).await.unwrap(), Some(MailKind::Bounce));
    let snapshot = fresh.snapshot("A", crate::fresh::everything()).await.unwrap();
    assert_eq!(snapshot.revision, before + 2, "a last look under way looks again, for each of the two");
    assert!(snapshot.facts.refused_addresses.contains(&notice.address) && snapshot.facts.cases.len() == 1);
    assert_eq!(fresh.bounced().await.unwrap(), 1);
    assert!(fresh.mail_was_taken("box", "1").await.unwrap() && !fresh.mail_was_taken("box", "2").await.unwrap());
    assert_eq!(fresh.last_place("box").await.unwrap().as_deref(), Some("1"));
    assert_eq!(fresh.last_place("another").await.unwrap(), None);
    // At the same place, and under the same Message-ID at another.
    assert_eq!(fresh.take_mail(&first, &duly()).await.unwrap(), None);
    let again = NewMail { place: "2".to_owned(), ..first };
    assert_eq!(fresh.take_mail(&again, &duly()).await.unwrap(), Some(MailKind::Known));
    let case = snapshot.facts.cases[0].id;
    let words = "and again".to_owned();
    let further = mail("3", "b@x", vec![Effect::Say { case, words }, promise(notice.account, Some(case))]);
    assert_eq!(fresh.take_mail(&further, &duly()).await.unwrap(), Some(MailKind::Reply));
    // Mails without an id are not the same mail.
    for place in ["4", "5"] {
        let nameless = NewMail { message_id: None, kind: MailKind::Unplaced, ..mail(place, "", Vec::new()) };
        assert_eq!(fresh.take_mail(&nameless, &duly()).await.unwrap(), Some(MailKind::Unplaced));
    }
    let rows = fresh.rows("SELECT place, kind, case_id FROM incoming ORDER BY id").await;
    assert_eq!(
        rows,
        [
            format!("1 bounce {case}"),
            "2 known -".into(),
            format!("3 reply {case}"),
            "4 unplaced -".into(),
            "5 unplaced -".into()
        ]
    );
    let said = fresh.rows("SELECT why FROM case_event WHERE step = 'said' ORDER BY id").await;
    assert_eq!(said, ["broken", "and again"]);
    assert_eq!(fresh.facts("A").await.promises.len(), 1);
    let people = fresh.mails_for_people(at(LATER), day(DAY), 10).await.unwrap();
    assert_eq!(people.iter().map(|mail| mail.kind).collect::<Vec<_>>(), [MailKind::Unplaced; 2]);
    let chained = "SELECT detail FROM audit WHERE kind = 'mail' ORDER BY position LIMIT 1";
    let expected = format!("bounce in box: 1, Message-ID a@x, account A, notice {}, case {case}: so it is", notice.id);
    let told = fresh.rows(chained).await.remove(0);
    assert!(told.starts_with(&format!("{expected}; sha256 ")), "{told}");
}

async fn a_mail_of_which_a_part_fails_leaves_nothing(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let account = fresh.account("A").await;
    fresh.take_mail(&mail("1", "a@x", vec![case(account)]), &duly()).await.unwrap();
    let id = fresh.facts("A").await.cases[0].id;
    fresh.act(id, &Act::Dismiss, &duly()).await.unwrap();
    let late = mail("2", "b@x", vec![promise(account, None), Effect::Say { case: id, words: "more".to_owned() }]);
    assert!(fresh.take_mail(&late, &duly()).await.is_err(), "the case has ended in between");
    assert!(fresh.facts("A").await.promises.is_empty() && !fresh.mail_was_taken("box", "2").await.unwrap());
}

async fn two_copies_that_come_at_once_count_once(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let account = fresh.account("A").await;
    for round in 0..10 {
        let id = format!("{round}@x");
        let copies = ["a", "b"].map(|copy| mail(&format!("{round}{copy}"), &id, vec![case(account)]));
        let (one, other) = (fresh.again().await, fresh.again().await);
        let (actor, also) = (duly(), duly());
        let taken = tokio::join!(one.take_mail(&copies[0], &actor), other.take_mail(&copies[1], &also));
        let mut taken = [taken.0.unwrap(), taken.1.unwrap()];
        taken.sort();
        assert_eq!(taken, [Some(MailKind::Known), Some(MailKind::Reply)]);
    }
    assert_eq!(fresh.rows("SELECT COUNT(*) FROM cases").await, ["10"]);
}

async fn notices_and_accounts_are_found(fresh: Fresh) {
    let notices = fresh.with_notices(&["A", "B"]).await;
    let tokens: Vec<String> = notices.iter().map(|notice| notice.token.clone()).collect();
    assert_eq!(fresh.notice_of(&tokens).await.unwrap(), None, "it never left");
    fresh.rows("UPDATE notice SET attempts = 1").await;
    for (first, second) in [(0, 1), (1, 0)] {
        let asked = ["0".to_owned(), tokens[first].clone(), tokens[second].clone()];
        let found = &notices[first];
        let about = About {
            notice: found.id,
            account: found.account,
            address: found.address.clone(),
            token: found.token.clone(),
        };
        assert_eq!(fresh.notice_of(&asked).await.unwrap(), Some(about));
    }
    assert_eq!(fresh.notice_of(&[]).await.unwrap(), None);
    assert_eq!(fresh.invoices_of(notices[0].id).await.unwrap(), ["INV-A"]);
    let account = fresh.account("A").await;
    let address = notices[0].address.to_uppercase();
    assert_eq!(fresh.accounts_of_address(&address).await.unwrap(), [account]);
    for none in ["", "%", "a", &address[1..], &format!("x{address}")] {
        assert!(fresh.accounts_of_address(none).await.unwrap().is_empty(), "{none}");
    }
    let numbers = ["INV-A", "INV-X"].map(str::to_owned);
    assert_eq!(fresh.accounts_of_invoices(&numbers).await.unwrap(), [("INV-A".to_owned(), account)]);
    assert!(fresh.accounts_of_invoices(&[]).await.unwrap().is_empty());
}
