//! Mails that came in: each is taken once, all of it or nothing.

use duly::{
    domain::{
        account_facts::UNREAD_REPLY,
        case::{Act, CaseKind, CaseStatus},
        mail::MailKind,
    },
    store::{
        agreements::NewPromise,
        cases::{Actor, NewCase},
        holds::NewHold,
        incoming::{About, Effect, NewMail, Outside},
        letters::AboutLetter,
        mails::Lifted,
        snapshot::Horizon,
    },
};

use crate::{
    fresh::{Fresh, at, day},
    plans::{DAY, DUE_AT, LATER},
};

contracts!(
    a_mail_is_taken_once_with_what_follows,
    a_mail_of_which_a_part_fails_leaves_nothing,
    two_copies_that_come_at_once_count_once,
    notices_and_accounts_are_found,
    a_notice_that_came_back_is_void,
    a_letter_is_found_by_its_token,
    a_mail_waits_with_its_hold_until_it_is_done,
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

async fn a_notice_that_came_back_is_void(fresh: Fresh) {
    let notice = fresh.with_notices(&["A"]).await.remove(0);
    let state = "SELECT state, CASE WHEN void THEN 'void' ELSE 'counts' END FROM notice";
    let back = || vec![Effect::NeverArrived { notice: notice.id }];
    fresh.take_mail(&mail("1", "a@x", back()), &duly()).await.unwrap();
    assert_eq!(fresh.rows(state).await, ["ready counts"], "it never left");
    let sent = format!("UPDATE notice SET state = 'sent', due_at = NULL, closed_at = '{}'", at(DUE_AT).to_rfc3339());
    fresh.rows(&sent).await;
    fresh.take_mail(&mail("2", "b@x", back()), &duly()).await.unwrap();
    assert_eq!(fresh.rows(state).await, ["sent void"]);
    assert_eq!(fresh.rows("SELECT COUNT(*) FROM notice_item WHERE NOT void").await, ["0"]);
    assert!(fresh.facts("A").await.notices.is_empty());
    // Whoever asks for what was known before sees it count.
    let before = Horizon { recorded: at("2025-03-03T09:30"), ..crate::fresh::everything() };
    assert_eq!(fresh.snapshot("A", before).await.unwrap().facts.notices.len(), 1);
}

async fn a_letter_is_found_by_its_token(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let account = fresh.account("A").await;
    fresh.take_mail(&mail("1", "a@x", vec![case(account)]), &duly()).await.unwrap();
    let case = fresh.facts("A").await.cases[0].id;
    for (token, address) in [("old", "a@x"), ("new", "a@x"), ("new", "b@x")] {
        fresh.keep_letter(case, token, address, at(LATER)).await.unwrap();
    }
    let found = |tokens: &[&str]| {
        let tokens: Vec<String> = tokens.iter().map(|token| (*token).to_owned()).collect();
        let fresh = &fresh;
        async move { fresh.letter_of(&tokens).await.unwrap() }
    };
    let about = |addresses: &[&str], last| AboutLetter {
        case,
        status: CaseStatus::Open,
        account,
        addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
        last,
    };
    assert_eq!(found(&["none", "new", "old"]).await, Some(about(&["b@x", "a@x"], true)));
    assert_eq!(found(&["old", "new"]).await, Some(about(&["a@x"], false)));
    assert_eq!(found(&["none"]).await, None);
    assert_eq!(found(&[]).await, None);
}

async fn a_mail_waits_with_its_hold_until_it_is_done(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let account = fresh.account("A").await;
    let hold = |until: &str| {
        let (starts, until) = (day(DAY), Some(day(until)));
        let (reason, author) = (UNREAD_REPLY.to_owned(), "duly".to_owned());
        vec![Effect::Hold(NewHold { account, invoice: None, amount: None, reason, starts, until, note: None, author })]
    };
    for (place, until) in [("1", "2025-03-10"), ("2", "2025-03-10"), ("3", "2025-03-12")] {
        let unclear = NewMail { account: Some(account), kind: MailKind::Unclear, ..mail(place, place, hold(until)) };
        fresh.take_mail(&unclear, &duly()).await.unwrap();
    }
    let holds = fresh.holds(true).await.unwrap();
    assert_eq!(holds.iter().map(|(_, hold)| hold.ended.is_some()).collect::<Vec<_>>(), [false, true]);
    let last = holds[0].1.id;
    let waiting = fresh.mails_for_people(at(LATER), day(DAY), 10).await.unwrap();
    let ids: Vec<i64> = waiting.iter().map(|mail| mail.id).collect();
    assert!(ids.len() == 3 && waiting.iter().all(|mail| mail.hold == Some((last, day("2025-03-12")))));
    let done = |id| fresh.mail_done(id, "Ada", Some("read"), (at(LATER), day(DAY)));
    assert_eq!(done(ids[0]).await.unwrap(), Lifted::StaysFor(ids[1]));
    assert!(done(ids[0]).await.is_err(), "once");
    assert_eq!(done(ids[2]).await.unwrap(), Lifted::StaysFor(ids[1]));
    assert_eq!(done(ids[1]).await.unwrap(), Lifted::Hold(last));
    let mail = fresh.mail(ids[1], day(DAY)).await.unwrap().unwrap();
    assert_eq!(mail.done.map(|done| (done.by, done.why)), Some(("Ada".to_owned(), Some("read".to_owned()))));
    assert_eq!(fresh.mails_of(account, day(DAY)).await.unwrap().len(), 3);
    assert!(fresh.bounces(at(LATER), day(DAY), 10).await.unwrap().is_empty());
}
