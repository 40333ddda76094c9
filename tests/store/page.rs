//! Answers on the page of a notice: each form once, all of it or nothing.

use duly::{
    domain::case::CaseKind,
    store::{
        agreements::{NewPlan, NewPromise},
        cases::{Actor, NewCase},
        effects::Effect,
        page::{NewAnswer, Taken},
    },
};

use crate::{
    fresh::{Fresh, at, day, everything, pounds},
    plans::{DAY, LATER, notice},
};

contracts!(a_form_is_taken_once_with_what_follows, an_answer_of_which_a_part_fails_leaves_nothing, a_page_has_an_end);

fn customer() -> Actor<'static> {
    Actor { author: "customer", why: "", today: day(DAY), now: at(LATER) }
}

pub fn case(account: i64) -> Effect {
    Effect::Open(Box::new(NewCase {
        account,
        kind: CaseKind::Protest,
        reason: None,
        concerns: Vec::new(),
        opened: day(DAY),
        owner: None,
        respond_by: at(LATER),
        resolve_by: at(LATER),
        author: "customer".to_owned(),
        why: "answered".to_owned(),
        words: Some("It broke".to_owned()),
    }))
}

/// An answer to the notice of account `A`, as the account is now.
pub async fn answer(fresh: &Fresh, form: &str, effects: Vec<Effect>) -> NewAnswer {
    let account = fresh.account("A").await;
    let notice = fresh.notices_of(account).await.unwrap().remove(0);
    let revision = fresh.snapshot("A", everything()).await.unwrap().revision;
    let (address, token, form) = (notice.address, format!("token-{form}"), form.to_owned());
    NewAnswer { notice: notice.id, account, form, kind: "service", effects, revision, address, token }
}

async fn a_form_is_taken_once_with_what_follows(fresh: Fresh) {
    fresh.with_notices(&["A", "B"]).await;
    let account = fresh.account("A").await;
    let take = async |answer: &NewAnswer| fresh.take_answer(answer, 3, &customer()).await.unwrap();
    let first = answer(&fresh, "1", vec![case(account), Effect::Wish("A new one".to_owned())]).await;
    assert_eq!(take(&first).await, Taken::Noted);
    assert_eq!(take(&first).await, Taken::Known);
    // Something was recorded since.
    let stale = NewAnswer { form: "2".to_owned(), ..first.clone() };
    assert_eq!(take(&stale).await, Taken::Changed);
    let promise = Effect::Promise(NewPromise {
        account,
        case: None,
        invoice: None,
        amount: None,
        made: day(DAY),
        until: day(DAY),
        note: None,
        author: "customer".to_owned(),
    });
    let plan = Effect::Plan(NewPlan {
        account,
        case: None,
        invoices: vec!["INV-A".to_owned()],
        currency: pounds(),
        parts: vec![(day(DAY), 10_000)],
        note: None,
        author: "customer".to_owned(),
    });
    assert_eq!(take(&answer(&fresh, "3", vec![promise, plan]).await).await, Taken::Noted);
    assert_eq!(take(&answer(&fresh, "4", Vec::new()).await).await, Taken::Noted);
    assert_eq!(take(&answer(&fresh, "5", vec![case(account)]).await).await, Taken::Enough);
    assert_eq!(fresh.rows("SELECT form, case_id FROM page_answer ORDER BY id").await, ["1 1", "3 -", "4 -"]);
    let steps = fresh.rows("SELECT step, author FROM case_event ORDER BY id").await;
    assert_eq!(steps, ["opened customer", "said customer", "wished customer"]);
    assert_eq!(fresh.rows("SELECT COUNT(*) FROM promise").await, ["1"]);
    assert_eq!(fresh.rows("SELECT COUNT(*) FROM plan").await, ["1"]);
}

async fn an_answer_of_which_a_part_fails_leaves_nothing(fresh: Fresh) {
    fresh.with_notices(&["A"]).await;
    let account = fresh.account("A").await;
    let words = "x".to_owned();
    let bad = answer(&fresh, "1", vec![case(account), Effect::Say { case: 99, words }]).await;
    assert!(fresh.take_answer(&bad, 3, &customer()).await.is_err());
    for table in ["page_answer", "cases", "case_event"] {
        assert_eq!(fresh.rows(&format!("SELECT COUNT(*) FROM {table}")).await, ["0"], "{table}");
    }
}

async fn a_page_has_an_end(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let mut planned = notice(fresh.account("A").await, "A");
    let page = "kept".to_owned();
    planned.notice.as_mut().unwrap().page = Some(page.clone());
    fresh.sweep(&[planned]).await;
    let found =
        async |page: &str, since: &str| fresh.notice_of_page(page, at(since)).await.unwrap().map(|n| n.lines.len());
    assert_eq!(found(&page, "2025-03-01T00:00").await, Some(1));
    assert_eq!(found("page", "2025-03-01T00:00").await, None);
    assert_eq!(found(&page, "2025-03-04T00:00").await, None, "it is older");
    let other = fresh.of_company("OTHER").await;
    assert!(other.notice_of_page(&page, at("2025-03-01T00:00")).await.unwrap().is_none());
    fresh.database.rows("UPDATE notice SET state = 'withdrawn'").await;
    assert_eq!(found(&page, "2025-03-01T00:00").await, None);
    fresh.database.rows("UPDATE notice SET state = 'sent', void = TRUE").await;
    assert_eq!(found(&page, "2025-03-01T00:00").await, None);
}
