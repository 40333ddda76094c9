//! Promises, instalments and terms: taken down, taken back, told in the chain.

use duly::{
    domain::{
        case::{Act, CaseOutcome, CaseStatus, Solution},
        term::TermKind,
    },
    store::agreements::{Agreed, NewPlan, NewPromise, NewTerm},
};

use crate::{
    cases::{ada, opened},
    fresh::{Fresh, at, day, everything, gbp},
};

contracts!(
    promises_and_terms_count_until_they_are_ended,
    a_plan_comes_with_its_case_or_not_at_all,
    a_case_that_is_open_again_ends_its_plan,
    time_travel_knows_what_was_agreed_then
);

async fn promise(fresh: &Fresh) -> i64 {
    let promise = NewPromise {
        account: fresh.account("A").await,
        case: None,
        invoice: Some("INV-A".to_owned()),
        amount: Some(gbp(4_000)),
        made: day("2025-02-01"),
        until: day("2025-03-10"),
        note: Some("by telephone".to_owned()),
        author: "ada".to_owned(),
    };
    fresh.add_promise(&promise, at("2025-02-01T09:00")).await.unwrap()
}

async fn term(fresh: &Fresh) -> i64 {
    let term = NewTerm {
        account: fresh.account("A").await,
        kind: TermKind::SettlingIn,
        from: day("2025-02-01"),
        until: Some(day("2025-04-01")),
        note: "new prices".to_owned(),
        author: "ada".to_owned(),
    };
    fresh.add_term(&term, at("2025-02-01T09:00")).await.unwrap()
}

async fn promises_and_terms_count_until_they_are_ended(fresh: Fresh) {
    fresh.with_accounts(&["A", "B"]).await;
    let revision = fresh.snapshot("A", everything()).await.unwrap().revision;
    let (promise, term) = (promise(&fresh).await, term(&fresh).await);
    let facts = fresh.facts("A").await;
    assert_eq!((facts.promises[0].amount, facts.promises[0].until), (Some(gbp(4_000)), day("2025-03-10")));
    assert_eq!((facts.terms[0].kind, facts.terms[0].note.as_str()), (TermKind::SettlingIn, "new prices"));
    assert!(fresh.facts("B").await.promises.is_empty());
    assert_eq!(fresh.accounts_with(Agreed::Promise).await.unwrap(), [fresh.account("A").await]);
    for (what, id) in [(Agreed::Promise, promise), (Agreed::Term, term)] {
        let end = async || fresh.end(what, id, "bob", day("2025-02-20"), at("2025-02-20T09:00")).await;
        end().await.unwrap();
        assert!(end().await.unwrap_err().to_string().contains("could be ended"));
    }
    let facts = fresh.facts("A").await;
    assert_eq!((facts.promises[0].ended, facts.terms[0].ended), (Some(day("2025-02-20")), Some(day("2025-02-20"))));
    assert_eq!(fresh.snapshot("A", everything()).await.unwrap().revision, revision + 4);
    let told = "SELECT kind, subject, author, detail FROM audit WHERE kind LIKE 'agreed%' ORDER BY position";
    assert_eq!(
        fresh.rows(told).await,
        [
            format!(
                "agreed promise {promise} ada account A, INV-A 4000 GBP from 2025-02-01 until 2025-03-10: by telephone"
            ),
            format!("agreed term {term} ada account A, settling_in from 2025-02-01 until 2025-04-01: new prices"),
            format!("agreed_ended promise {promise} bob from 2025-02-20"),
            format!("agreed_ended term {term} bob from 2025-02-20"),
        ]
    );
}

async fn a_plan_comes_with_its_case_or_not_at_all(fresh: Fresh) {
    let case = opened(&fresh).await;
    let plan = NewPlan {
        account: fresh.account("A").await,
        case: Some(case),
        invoices: vec!["INV-A".to_owned()],
        currency: gbp(0).currency,
        parts: vec![(day("2025-04-01"), 2_000), (day("2025-05-01"), 3_000)],
        note: None,
        author: "ada".to_owned(),
    };
    let solution = Solution { outcome: CaseOutcome::PlanAgreed, credits: vec![], follow_up_on: day("2025-03-11") };
    let act = Act::Resolve(solution);
    let resolve = async || {
        let seen = fresh.snapshot("A", everything()).await.unwrap().revision;
        fresh.resolve(case, &act, Some(&plan), seen, &ada("two parts")).await
    };
    assert!(resolve().await.unwrap_err().to_string().contains("is all out?"));
    assert!(fresh.facts("A").await.plans.is_empty());
    fresh.act(case, &Act::HearAll, &ada("")).await.unwrap();
    assert_eq!(resolve().await.unwrap(), CaseStatus::Resolved);
    let plans = fresh.facts("A").await.plans;
    assert_eq!((plans.len(), &plans[0].parts, plans[0].agreed), (1, &plan.parts, day("2025-03-04")));
    let told = "SELECT detail FROM audit WHERE kind = 'agreed'";
    let expected = "account A, INV-A GBP from 2025-03-04: , 2000 due 2025-04-01, 3000 due 2025-05-01";
    assert_eq!(fresh.rows(told).await, [expected]);
    fresh.add_plan(&plan, day("2025-03-05"), at("2025-03-05T09:00")).await.unwrap();
    assert_eq!(fresh.facts("A").await.plans.len(), 2);
    fresh.end(Agreed::Plan, plans[0].id, "bob", day("2025-03-06"), at("2025-03-06T09:00")).await.unwrap();
    assert_eq!(fresh.facts("A").await.plans[0].ended, Some(day("2025-03-06")));
    assert_eq!(fresh.case_load().await.unwrap(), [("ada".to_owned(), 1)].into());
}

async fn a_case_that_is_open_again_ends_its_plan(fresh: Fresh) {
    let case = opened(&fresh).await;
    let plan = |parts: &[(&str, i64)]| NewPlan {
        account: 0,
        case: Some(case),
        invoices: vec!["INV-A".to_owned()],
        currency: gbp(0).currency,
        parts: parts.iter().map(|(on, minor)| (day(on), *minor)).collect(),
        note: None,
        author: "ada".to_owned(),
    };
    let solution = Solution { outcome: CaseOutcome::PlanAgreed, credits: vec![], follow_up_on: day("2025-03-11") };
    let agree = async |parts: &[(&str, i64)]| {
        let (act, account) = (Act::Resolve(solution.clone()), fresh.account("A").await);
        let seen = fresh.snapshot("A", everything()).await.unwrap().revision;
        let plan = NewPlan { account, ..plan(parts) };
        fresh.resolve(case, &act, Some(&plan), seen, &ada("parts")).await.unwrap();
    };
    fresh.act(case, &Act::HearAll, &ada("")).await.unwrap();
    agree(&[("2025-04-01", 5_000)]).await;
    fresh.act(case, &Act::Reopen, &ada("it is off")).await.unwrap();
    assert_eq!(fresh.instalments_of(case).await.unwrap(), []);
    agree(&[("2025-05-01", 5_000)]).await;
    let ended: Vec<_> = fresh.facts("A").await.plans.iter().map(|plan| (plan.case, plan.ended)).collect();
    assert_eq!(ended, [(Some(case), Some(day("2025-03-04"))), (Some(case), None)]);
    assert_eq!(fresh.instalments_of(case).await.unwrap(), [(day("2025-05-01"), gbp(5_000))]);
    let told = "SELECT author, detail FROM audit WHERE kind = 'agreed_ended'";
    assert_eq!(fresh.rows(told).await, ["ada from 2025-03-04"]);
}

async fn time_travel_knows_what_was_agreed_then(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let id = promise(&fresh).await;
    term(&fresh).await;
    fresh.end(Agreed::Promise, id, "bob", day("2025-02-20"), at("2025-02-20T09:00")).await.unwrap();
    let known = async |recorded| {
        let mut horizon = everything();
        horizon.recorded = at(recorded);
        let facts = fresh.snapshot("A", horizon).await.unwrap().facts;
        (facts.promises.iter().map(|promise| promise.ended).collect::<Vec<_>>(), facts.terms.len())
    };
    assert_eq!(known("2025-02-01T08:59").await, (vec![], 0));
    assert_eq!(known("2025-02-01T09:00").await, (vec![None], 1));
    assert_eq!(known("2025-02-20T09:00").await, (vec![Some(day("2025-02-20"))], 1));
}
