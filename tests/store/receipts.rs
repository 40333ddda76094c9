//! Receipts of answers: one for each, claimed by one process, and never sent again when it may have arrived.

use duly::{
    domain::{money::Money, notice::State},
    store::{
        agreements::{NewPlan, NewPromise},
        cases::Actor,
        effects::Effect,
        receipts::Ended,
    },
};

use crate::{
    fresh::{Fresh, at, day, pounds},
    page::{answer, case},
    plans::{DAY, LATER},
};

contracts!(what_an_answer_came_to_is_owed_once, one_process_sends_it_and_a_doubt_is_not_sent_again);

fn duly() -> Actor<'static> {
    Actor { author: "duly", why: "", today: day(DAY), now: at(LATER) }
}

fn promise(account: i64) -> Effect {
    Effect::Promise(NewPromise {
        account,
        case: None,
        invoice: None,
        amount: None,
        made: day(DAY),
        until: day("2025-03-20"),
        note: None,
        author: "customer".to_owned(),
    })
}

fn plan(account: i64) -> Effect {
    Effect::Plan(NewPlan {
        account,
        case: None,
        invoices: vec!["INV-A".to_owned()],
        currency: pounds(),
        parts: vec![(day("2025-03-17"), 6_000), (day("2025-04-17"), 4_000)],
        note: None,
        author: "customer".to_owned(),
    })
}

async fn take(fresh: &Fresh, form: &str, effects: Vec<Effect>) {
    let answer = answer(fresh, form, effects).await;
    fresh.take_answer(&answer, 10, &duly()).await.unwrap();
    fresh.take_answer(&answer, 10, &duly()).await.unwrap();
}

async fn what_an_answer_came_to_is_owed_once(fresh: Fresh) {
    fresh.with_notices(&["A"]).await;
    let account = fresh.account("A").await;
    take(&fresh, "1", vec![case(account)]).await;
    take(&fresh, "2", vec![promise(account)]).await;
    take(&fresh, "3", vec![plan(account)]).await;
    take(&fresh, "4", Vec::new()).await;
    assert!(fresh.due_receipts(at(DAY_BEFORE), 10).await.unwrap().is_empty());
    let due = fresh.due_receipts(at(LATER), 10).await.unwrap();
    let money = |minor| Money::new(minor, pounds());
    assert_eq!(due.len(), 3, "an answer that came to nothing has none");
    assert_eq!((due[0].case, due[0].until, &due[0].token[..]), (Some(1), None, "token-1"));
    assert_eq!((due[1].case, due[1].until, due[1].parts.len()), (None, Some(day("2025-03-20")), 0));
    assert_eq!(due[2].parts, [(day("2025-03-17"), money(6_000)), (day("2025-04-17"), money(4_000))]);
    assert_eq!((due[2].account, &due[2].address[..]), (account, "A@buyer.example"));
    let tokens = |token: &str| [token.to_owned()];
    let found = fresh.receipt_with(&tokens("token-2")).await.unwrap();
    assert_eq!(found, Some((account, "A@buyer.example".to_owned())));
    assert_eq!(fresh.receipt_with(&tokens("token-4")).await.unwrap(), None);
    assert_eq!(fresh.receipt_with(&[]).await.unwrap(), None);
    let other = fresh.of_company("OTHER").await;
    assert!(other.due_receipts(at(LATER), 10).await.unwrap().is_empty());
    assert_eq!(other.receipt_with(&tokens("token-2")).await.unwrap(), None);
}

const DAY_BEFORE: &str = "2025-03-02T10:00";

async fn one_process_sends_it_and_a_doubt_is_not_sent_again(fresh: Fresh) {
    fresh.with_notices(&["A"]).await;
    let account = fresh.account("A").await;
    for form in ["1", "2"] {
        take(&fresh, form, vec![promise(account)]).await;
    }
    let due = fresh.due_receipts(at(LATER), 10).await.unwrap();
    let worker = fresh.worker().await;
    assert!(fresh.begin_receipt(due[0].answer, worker, at(LATER)).await.unwrap());
    assert!(!fresh.begin_receipt(due[0].answer, worker, at(LATER)).await.unwrap(), "one process has it");
    assert_eq!(fresh.due_receipts(at(LATER), 10).await.unwrap(), due[1..]);
    assert_eq!(fresh.recover_receipts(at(LATER)).await.unwrap(), 0, "it is at work");
    fresh.discharge(worker).await.unwrap();
    assert_eq!(fresh.recover_receipts(at(LATER)).await.unwrap(), 1);
    let states = async || fresh.rows("SELECT state, due_at IS NULL FROM receipt ORDER BY answer").await;
    assert_eq!(states().await, ["in_doubt 1", "ready 0"]);
    let ended = |state, reply: &str, stop| Ended { state, next_at: None, reply: reply.to_owned(), stop };
    // Its outcome comes late.
    fresh.end_receipt(&due[0], &ended(State::Sent, "250 ok", false), &duly()).await.unwrap();
    let later = Ended { next_at: Some(at("2025-03-03T12:00")), ..ended(State::Deferred, "451 later", false) };
    fresh.end_receipt(&due[1], &later, &duly()).await.unwrap();
    assert_eq!(states().await, ["sent 1", "deferred 0"]);
    fresh.end_receipt(&due[1], &ended(State::Refused, "550 no such user", true), &duly()).await.unwrap();
    assert_eq!(fresh.rows("SELECT email, reply FROM refused_address").await, ["A@buyer.example 550 no such user"]);
    fresh.end_receipt(&due[0], &ended(State::Refused, "late", true), &duly()).await.unwrap();
    assert_eq!(states().await, ["sent 1", "refused 1"], "what was sent stays so");
    let shown = fresh.receipts_of(account).await.unwrap();
    assert_eq!((shown.len(), &shown[0].kind[..], shown[0].state), (2, "service", State::Refused));
    assert_eq!(fresh.receipt_states().await.unwrap(), [("refused".to_owned(), 1), ("sent".to_owned(), 1)]);
}
