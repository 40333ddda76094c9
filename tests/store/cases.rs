//! Possible protests: opened by a sweep, judged by a person.

use duly::{
    domain::{
        case::{Act, CaseKind, CaseOutcome, CaseStatus, Concern, Solution},
        evidence::{Kind, LogOdds, Observation, Side, Suspicion},
        reason::Reason,
    },
    store::{
        cases::{Actor, NewCase},
        snapshot::Horizon,
    },
};

use crate::{
    fresh::{Fresh, at, day, everything, gbp},
    plans::{DUE_AT, LATER, held},
};

contracts!(
    a_case_is_opened_and_judged,
    a_case_goes_its_way_to_the_follow_up,
    a_letter_that_may_have_arrived_is_not_sent_again,
    what_was_reopened_is_undone,
    only_the_resolution_in_force_counts,
    whoever_decides_saw_what_is_so_now,
    the_queue_asks_for_what_is_new,
    whoever_acts_had_seen_all_of_it,
    those_that_are_over_come_a_page_at_a_time,
    time_travel_knows_a_case_as_it_was
);

pub fn ada(why: &str) -> Actor<'_> {
    Actor { author: "ada", why, today: day("2025-03-04"), now: at(LATER) }
}

/// A case that a person opened for 10.00 of the invoice of account `A`.
pub async fn opened(fresh: &Fresh) -> i64 {
    fresh.with_accounts(&["A", "B"]).await;
    let case = NewCase {
        account: fresh.account("A").await,
        kind: CaseKind::Billing,
        reason: Some("price".to_owned()),
        concerns: vec![Concern { invoice: "INV-A".to_owned(), amount: Some(gbp(1_000)) }],
        opened: day("2025-03-04"),
        owner: Some("ada".to_owned()),
        respond_by: at(LATER),
        resolve_by: at(LATER),
        author: "ada".to_owned(),
        why: "a call".to_owned(),
        words: Some("The price is not the one we agreed on".to_owned()),
    };
    fresh.open_case(&case, at(LATER)).await.unwrap()
}

async fn whoever_acts_had_seen_all_of_it(fresh: Fresh) {
    let id = opened(&fresh).await;
    let act = async |seen, act: Act| fresh.act_if(id, Some(seen), &act, &ada("so")).await;
    for seen in [0, 1, 3] {
        let refused = act(seen, Act::Dismiss).await.unwrap_err().to_string();
        assert!(refused.contains("gone on with it meanwhile"), "{refused}");
    }
    let case = fresh.case(id).await.unwrap().unwrap();
    assert_eq!((case.course.status, case.events.len()), (CaseStatus::Open, 2));
    assert_eq!(act(2, Act::Note).await.unwrap(), CaseStatus::Open);
    // Two at once: the second one is refused.
    let (one, two) = tokio::join!(act(3, Act::Dismiss), act(3, Act::Take));
    assert_ne!(one.is_ok(), two.is_ok(), "{one:?} {two:?}");
    assert_eq!(fresh.case(id).await.unwrap().unwrap().events.len(), 4);
    let told = fresh.rows("SELECT COUNT(*) FROM audit WHERE kind = 'case'").await;
    assert_eq!(told, ["4"], "nothing of a refused act is told");
}

async fn those_that_are_over_come_a_page_at_a_time(fresh: Fresh) {
    fresh.with_accounts(&["A"]).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let case = NewCase {
            account: fresh.account("A").await,
            kind: CaseKind::Billing,
            reason: None,
            concerns: Vec::new(),
            opened: day("2025-03-04"),
            owner: None,
            respond_by: at(LATER),
            resolve_by: at(LATER),
            author: "ben".to_owned(),
            why: String::new(),
            words: None,
        };
        ids.push(fresh.open_case(&case, at(LATER)).await.unwrap());
    }
    let over = async |from, most| {
        let page = fresh.cases_over(from, most).await.unwrap();
        page.iter().map(|case| case.id).collect::<Vec<_>>()
    };
    assert_eq!(over(0, 10).await, Vec::<i64>::new());
    for id in &ids {
        fresh.act(*id, &Act::Dismiss, &ada("nothing")).await.unwrap();
    }
    assert_eq!(over(0, 2).await, [ids[2], ids[1]]);
    assert_eq!(over(2, 2).await, [ids[0]]);
}

fn credit(minor: i64) -> Act {
    let credits = vec![("INV-A".to_owned(), gbp(minor))];
    Act::Resolve(Solution { outcome: CaseOutcome::OurFault, credits, follow_up_on: day("2025-03-11") })
}

async fn a_case_goes_its_way_to_the_follow_up(fresh: Fresh) {
    let id = opened(&fresh).await;
    let act = async |act: Act| fresh.act(id, &act, &ada("so it is")).await.map_err(|error| error.to_string());
    let fact =
        async || fresh.snapshot("A", Horizon::everything(day("2025-03-05"))).await.unwrap().facts.cases.remove(0);
    assert_eq!((fact().await.disputed("INV-A"), fact().await.holds("INV-A")), (1_000, false));
    assert!(act(credit(500)).await.unwrap_err().contains("is all out?"));
    assert_eq!(act(Act::HearAll).await, Ok(CaseStatus::Open));
    assert_eq!(act(Act::Ask { until: None }).await, Ok(CaseStatus::AwaitingCustomer));
    assert_eq!(act(credit(500)).await, Ok(CaseStatus::Resolved));
    assert_eq!(fact().await.agreed("INV-A"), Some((500, day("2025-03-04"))));
    assert!(act(Act::FollowUp).await.unwrap_err().contains("in writing"));
    act(Act::Written { since: None }).await.unwrap();
    assert!(act(Act::Close { cause: "other".to_owned() }).await.unwrap_err().contains("follow up"));
    assert_eq!(act(Act::FollowUp).await, Ok(CaseStatus::FollowedUp));
    assert_eq!(act(Act::Close { cause: "invoice_wrong".to_owned() }).await, Ok(CaseStatus::Closed));
    let course = fresh.case(id).await.unwrap().unwrap().course;
    assert_eq!((course.cause.as_deref(), course.words.len()), (Some("invoice_wrong"), 1));
    assert!(act(Act::Note).await.unwrap_err().contains("is closed"));
    assert_eq!(fresh.concerned().await.unwrap(), [(id, gbp(1_000))]);
    // What was agreed stays with the account until the books have credited it.
    assert_eq!((fact().await.disputed("INV-A"), fact().await.agreed("INV-A").unwrap().0), (0, 500));
}

async fn a_letter_that_may_have_arrived_is_not_sent_again(fresh: Fresh) {
    let id = opened(&fresh).await;
    let act = async |act: Act| fresh.act(id, &act, &ada("so it is")).await.map_err(|error| error.to_string());
    let (write, again) = (Act::Writing { again: false }, Act::Writing { again: true });
    let writing = async || fresh.case(id).await.unwrap().unwrap().course.writing;
    assert!(act(write.clone()).await.unwrap_err().contains("no solution yet"));
    act(Act::HearAll).await.unwrap();
    act(credit(500)).await.unwrap();
    act(write.clone()).await.unwrap();
    assert!(act(write.clone()).await.unwrap_err().contains("may have arrived"));
    assert!(act(Act::FollowUp).await.unwrap_err().contains("in writing"));
    // Only whoever sends it can say that it did not leave.
    let other = Act::Unwritten { since: at(LATER) - chrono::Duration::seconds(1) };
    assert!(act(other).await.unwrap_err().contains("meanwhile"));
    act(Act::Unwritten { since: writing().await.unwrap() }).await.unwrap();
    assert_eq!(writing().await, None);
    act(write.clone()).await.unwrap();
    // What left was about another solution than the one that is in force.
    let since = writing().await;
    act(Act::Reopen).await.unwrap();
    act(credit(500)).await.unwrap();
    assert!(act(Act::Written { since }).await.unwrap_err().contains("meanwhile"));
    act(write.clone()).await.unwrap();
    act(again.clone()).await.unwrap();
    act(Act::Written { since: None }).await.unwrap();
    assert!(act(write.clone()).await.unwrap_err().contains("in writing already"));
    // What is resolved anew is confirmed anew.
    act(Act::Reopen).await.unwrap();
    act(credit(600)).await.unwrap();
    assert_eq!(act(write).await, Ok(CaseStatus::Resolved));
    assert_eq!(fresh.instalments_of(id).await.unwrap(), []);
}

async fn what_was_reopened_is_undone(fresh: Fresh) {
    let id = opened(&fresh).await;
    for act in [Act::HearAll, credit(500), Act::Reopen, credit(800)] {
        fresh.act(id, &act, &ada("so it is")).await.unwrap();
    }
    let booked = fresh.adjustments(None).await.unwrap();
    let booked: Vec<_> = booked.iter().map(|one| (one.kind.as_str(), one.source.clone(), one.gross.minor)).collect();
    let expected = [500, -500, 800].map(|gross| ("our_fault", format!("case {id}"), gross));
    assert_eq!(booked, expected);
    let facts = fresh.snapshot("A", Horizon::everything(day("2025-03-05"))).await.unwrap().facts;
    assert_eq!(facts.cases[0].agreed("INV-A"), Some((800, day("2025-03-04"))));
}

async fn only_the_resolution_in_force_counts(fresh: Fresh) {
    let id = opened(&fresh).await;
    let act = async |act: Act| fresh.act(id, &act, &ada("so it is")).await.unwrap();
    let agreed = async || {
        let facts = fresh.snapshot("A", Horizon::everything(day("2025-03-05"))).await.unwrap().facts;
        facts.cases[0].agreed("INV-A").map(|(minor, _)| minor)
    };
    let propose = |minor| match credit(minor) {
        Act::Resolve(solution) => Act::Propose(solution),
        other => other,
    };
    act(Act::HearAll).await;
    act(propose(700)).await;
    act(propose(600)).await;
    assert_eq!((agreed().await, fresh.adjustments(None).await.unwrap().len()), (None, 0));
    let ben = Actor { author: "ben", ..ada("yes") };
    let approve = Act::Approve { follow_up_on: day("2025-03-11") };
    // Nobody approves over words that came after the proposal.
    act(Act::Say).await;
    assert!(fresh.act(id, &approve, &ben).await.unwrap_err().to_string().contains("said more"));
    act(Act::HearAll).await;
    fresh.act(id, &approve, &ben).await.unwrap();
    assert_eq!(agreed().await, Some(600));
    let lately = async |since| fresh.settled_since(fresh.account("A").await, at(since)).await.unwrap().len();
    assert_eq!((lately("2025-03-01T09:00").await, lately(LATER).await), (1, 0));
    act(Act::Say).await;
    assert_eq!(agreed().await, None);
}

async fn whoever_decides_saw_what_is_so_now(fresh: Fresh) {
    let id = opened(&fresh).await;
    fresh.act(id, &Act::HearAll, &ada("")).await.unwrap();
    let seen = fresh.snapshot("A", everything()).await.unwrap().revision;
    let resolve = async |seen| fresh.resolve(id, &credit(500), None, seen, &ada("so it is")).await;
    assert!(resolve(seen - 1).await.unwrap_err().to_string().contains("changed meanwhile"));
    assert!(fresh.adjustments(None).await.unwrap().is_empty());
    assert_eq!(resolve(seen).await.unwrap(), CaseStatus::Resolved);
}

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
    assert_eq!(
        (case.account.as_str(), case.course.status, case.opened),
        ("A", CaseStatus::Suspected, day("2025-03-03"))
    );
    let evidence: Vec<_> = case.evidence.iter().map(|one| (one.source.as_str(), one.decisive)).collect();
    assert_eq!(evidence, [("event complaint:E1", false), ("event complaint:E2", true)]);
    let revision = fresh.snapshot("A", everything()).await.unwrap().revision;

    let confirm = Act::Confirm { kind: None, reason: None };
    let judge = async |act: &Act| fresh.act(id, act, &ada("they called")).await;
    assert_eq!(judge(&confirm).await.unwrap(), CaseStatus::Open);
    assert!(judge(&confirm).await.unwrap_err().to_string().contains("confirmed already"));
    assert_eq!(judge(&Act::Dismiss).await.unwrap(), CaseStatus::Dismissed);
    let moves = fresh.case(id).await.unwrap().unwrap().events;
    let moves: Vec<_> = moves.iter().map(|one| (one.status, one.author.as_str())).collect();
    assert_eq!(moves, [(CaseStatus::Suspected, "duly"), (CaseStatus::Open, "ada"), (CaseStatus::Dismissed, "ada")]);
    assert_eq!(fresh.snapshot("A", everything()).await.unwrap().revision, revision + 2);
    assert!(fresh.cases(false).await.unwrap().is_empty());
    assert_eq!(fresh.cases(true).await.unwrap().len(), 1);
    assert_eq!(fresh.case(id + 1).await.unwrap(), None);
    let other = fresh.of_company("OTHER").await;
    let foreign = other.act(id, &confirm, &ada("theirs")).await;
    assert!(foreign.unwrap_err().to_string().contains("there is no case"));
}

async fn time_travel_knows_a_case_as_it_was(fresh: Fresh) {
    let id = suspected(&fresh).await;
    fresh.act(id, &Act::Dismiss, &ada("a mistake")).await.unwrap();
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

async fn the_queue_asks_for_what_is_new(fresh: Fresh) {
    let id = opened(&fresh).await;
    assert_eq!((fresh.open_cases().await.unwrap(), fresh.closed_cases().await.unwrap()), (vec![id], vec![]));
    let news = fresh.case_news(0).await.unwrap();
    let opened: Vec<_> = news.iter().map(|(_, case, at)| (*case, *at)).collect();
    assert_eq!(opened, [(id, at(LATER)), (id, at(LATER))], "opened, and the customer's words");
    let last = news[1].0;
    assert!(fresh.case_news(last).await.unwrap().is_empty());
    assert_eq!(fresh.last_case_event(at(LATER)).await.unwrap(), 0, "none is older");
    assert_eq!(fresh.last_case_event(at("2025-03-03T10:01")).await.unwrap(), last);
    fresh.act(id, &Act::HearAll, &ada("so it is")).await.unwrap();
    assert_eq!(fresh.case_news(last).await.unwrap().len(), 1);
    assert!(fresh.of_company("OTHER").await.case_news(0).await.unwrap().is_empty());
    let found = fresh.cases_by(&[id, 99]).await.unwrap();
    assert_eq!(found, [fresh.case(id).await.unwrap().unwrap()]);
    assert!(fresh.cases_by(&[]).await.unwrap().is_empty());
    fresh.rows("UPDATE cases SET status = 'closed'").await;
    assert_eq!((fresh.open_cases().await.unwrap(), fresh.closed_cases().await.unwrap()), (vec![], vec![id]));
}
