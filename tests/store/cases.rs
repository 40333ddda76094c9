//! Possible protests: opened by a sweep, judged by a person.

use duly::{
    domain::{
        case::CaseStatus,
        evidence::{Kind, LogOdds, Observation, Side, Suspicion},
        reason::Reason,
    },
    store::cases::Verdict,
};

use crate::{
    fresh::{Fresh, at, day, everything},
    plans::{DUE_AT, LATER, held},
};

contracts!(a_case_is_opened_and_judged, time_travel_knows_a_case_as_it_was);

/// A sweep that suspects a protest of account `A`; the case.
async fn suspected(fresh: &Fresh) -> i64 {
    fresh.with_accounts(&["A", "B"]).await;
    let mut plan = held(fresh.account("A").await, "A", vec![Reason::SuspectedProtest]);
    let observation = |key: &str, decisive| Observation {
        key: key.to_owned(),
        kind: Kind::Complaint,
        side: Side::Protest,
        weight: LogOdds::hundredths(150),
        date: day("2025-03-01"),
        decisive,
        sentence: format!("A complaint {key}"),
        source: format!("event {key}"),
    };
    let observations = vec![observation("complaint:E2", true), observation("complaint:E1", false)];
    plan.decision.suspicions = vec![Suspicion { invoice: "INV-A".to_owned(), observations }];
    let sweep = fresh.sweep(&[plan]).await;
    assert_eq!(fresh.rows("SELECT sweep FROM cases").await, [sweep.to_string()]);
    fresh.cases(false).await.unwrap()[0].id
}

async fn a_case_is_opened_and_judged(fresh: Fresh) {
    let id = suspected(&fresh).await;
    let case = fresh.case(id).await.unwrap().unwrap();
    assert_eq!((case.account.as_str(), case.status, case.opened), ("A", CaseStatus::Suspected, day("2025-03-03")));
    let evidence: Vec<_> = case.evidence.iter().map(|one| (one.source.as_str(), one.decisive)).collect();
    assert_eq!(evidence, [("event complaint:E1", false), ("event complaint:E2", true)]);
    let revision = fresh.snapshot("A", everything()).await.unwrap().revision;

    let by = ("ada", "they called");
    let judge = async |verdict| fresh.judge(id, verdict, by, day("2025-03-04"), at(LATER)).await;
    assert_eq!(judge(Verdict::Confirm).await.unwrap(), CaseStatus::Open);
    assert!(judge(Verdict::Confirm).await.unwrap_err().to_string().contains("confirmed already"));
    assert_eq!(judge(Verdict::Dismiss).await.unwrap(), CaseStatus::Dismissed);
    let moves = fresh.case(id).await.unwrap().unwrap().moves;
    let moves: Vec<_> = moves.iter().map(|one| (one.status, one.author.as_str())).collect();
    assert_eq!(moves, [(CaseStatus::Suspected, "duly"), (CaseStatus::Open, "ada"), (CaseStatus::Dismissed, "ada")]);
    assert_eq!(fresh.snapshot("A", everything()).await.unwrap().revision, revision + 2);
    assert!(fresh.cases(false).await.unwrap().is_empty());
    assert_eq!(fresh.cases(true).await.unwrap().len(), 1);
    assert_eq!(fresh.case(id + 1).await.unwrap(), None);
    let other = fresh.of_company("OTHER").await;
    let foreign = other.judge(id, Verdict::Confirm, by, day("2025-03-04"), at(LATER)).await;
    assert!(foreign.unwrap_err().to_string().contains("there is no case"));
}

async fn time_travel_knows_a_case_as_it_was(fresh: Fresh) {
    let id = suspected(&fresh).await;
    fresh.judge(id, Verdict::Dismiss, ("ada", "a mistake"), day("2025-03-04"), at(LATER)).await.unwrap();
    let status = async |as_of, recorded| {
        let mut horizon = everything();
        (horizon.as_of, horizon.recorded) = (day(as_of), at(recorded));
        let cases = fresh.snapshot("A", horizon).await.unwrap().facts.cases;
        cases.iter().map(|case| (case.status, case.evidence.len())).collect::<Vec<_>>()
    };
    assert_eq!(status("2025-03-05", "2025-03-03T08:00").await, []);
    assert_eq!(status("2025-03-05", DUE_AT).await, [(CaseStatus::Suspected, 2)]);
    assert_eq!(status("2025-03-03", LATER).await, [(CaseStatus::Suspected, 2)], "not effective yet");
    assert_eq!(status("2025-03-04", LATER).await, [(CaseStatus::Dismissed, 2)]);
}
