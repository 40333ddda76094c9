//! The audit chain, and all that a proof reads again.

use std::collections::BTreeSet;

use duly::{
    domain::{
        audit::{Head, Kind},
        publication::Matter,
        reason::Reason,
    },
    intake::Kind::Payments,
    store::{holds::NewHold, invariants::INVARIANTS, snapshot::Horizon},
};

use crate::{
    fresh::{COMPANY, Fresh, at, day, everything, pounds},
    plans::{DAY, DUE_AT, LATER, held, notice},
};

contracts!(
    what_happened_stands_in_the_chain,
    what_differs_from_the_chain_is_found,
    what_an_account_came_to_is_read_again,
    a_past_sweep_is_read_again,
);

/// A little of everything: notices, of which one was sent, a hold that was ended, a release.
async fn busy(fresh: &Fresh) {
    fresh.use_file(Matter::Policy, "standard", "one", at(DUE_AT)).await.unwrap();
    let change = fresh.begin_change((Matter::Wording, "en"), ("a", "b"), ("ada", at(DUE_AT))).await.unwrap();
    fresh.propose_change(change, ("ada", "kinder"), at(LATER)).await.unwrap();
    fresh.publish_change(change, None, ("eva", "yes"), at(LATER)).await.unwrap();
    let account = fresh.with_notices(&["A", "B"]).await[0].account;
    let (invoice, amount, until, note) = (None, None, None, None);
    let (reason, author) = ("person".to_owned(), "ada".to_owned());
    let hold = NewHold { account, invoice, amount, reason, starts: day(DAY), until, note, author };
    let hold = fresh.add_hold(&hold, at(DUE_AT)).await.unwrap();
    fresh.end_hold(hold, "eva", day(DAY), at(LATER)).await.unwrap();
    fresh.hold_sweep_back(day(DAY), (9, 0), "too many", at(LATER)).await.unwrap();
    fresh.release_sweep("ada", at(LATER)).await.unwrap();
    let sent = "UPDATE notice SET state = 'sent', attempts = 1, due_at = NULL, intent_at = planned_at, sha256 = '00', \
                relay = 'r:25', reply = '250', closed_at = planned_at WHERE id = (SELECT MIN(id) FROM notice)";
    fresh.rows(sent).await;
    fresh.seal_sent(at(LATER)).await.unwrap();
    // Nothing more was sent: no empty seal.
    fresh.seal_sent(at(LATER)).await.unwrap();
}

async fn what_happened_stands_in_the_chain(fresh: Fresh) {
    assert_eq!(fresh.audit_head().await.unwrap(), Head::start());
    busy(&fresh).await;
    let mut frozen = fresh.freeze().await.unwrap();
    assert_eq!(frozen.code, COMPANY);
    let links = frozen.links(0).await.unwrap();
    let seals = frozen.seals().await.unwrap();
    assert_eq!((seals.sealed, seals.open), (1, 0));
    let (mut head, mut kinds) = (Head::start(), BTreeSet::new());
    for link in &links {
        head = head.after(COMPANY, &link.entry);
        assert_eq!(head, link.head, "each hash is over the one before");
        kinds.insert(link.entry.kind.clone());
        let kind = Kind::from_code(&link.entry.kind).unwrap();
        match kind {
            Kind::Sent => assert_eq!(seals.details.get(&link.head.position), Some(&link.entry.detail)),
            _ => assert_eq!(frozen.told(kind, &link.entry.subject).await.unwrap().as_ref(), Some(&link.entry)),
        }
    }
    let expected = [
        "decided",
        "held_back",
        "hold",
        "hold_ended",
        "import",
        "policy",
        "proposed",
        "released",
        "sent",
        "sweep",
        "wording",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert_eq!(fresh.audit_head().await.unwrap(), head);
    assert_eq!(frozen.links(head.position - 1).await.unwrap().len(), 1);
    assert!(frozen.told(Kind::Hold, "999").await.unwrap().is_none());
    for invariant in &INVARIANTS {
        assert!(frozen.counted(invariant).await.unwrap() > 0, "{}", invariant.name);
        assert_eq!(frozen.broken(invariant).await.unwrap(), [], "{}", invariant.name);
    }
    assert_eq!(frozen.damage().await.unwrap(), (!fresh.is_postgres()).then(Vec::new));
    assert_eq!(frozen.policies().await.unwrap()[0].text, "one");
}

async fn what_differs_from_the_chain_is_found(fresh: Fresh) {
    busy(&fresh).await;
    fresh.rows("UPDATE sweep_page SET notices = 7").await;
    fresh.rows("UPDATE notice SET address = 'elsewhere@buyer.example'").await;
    fresh.rows("UPDATE account_fact SET superseded_by = batch WHERE id = (SELECT MIN(id) FROM account_fact)").await;
    let mut frozen = fresh.freeze().await.unwrap();
    let broken = frozen.broken(&INVARIANTS[0]).await.unwrap();
    assert!(!broken.is_empty() && broken.iter().all(|(number, _)| *number > 0), "{broken:?}");
    let links = frozen.links(0).await.unwrap();
    let sealed = links.iter().find(|link| link.entry.kind == Kind::Sent.code()).unwrap();
    let seals = frozen.seals().await.unwrap();
    assert_ne!(seals.details.get(&sealed.head.position), Some(&sealed.entry.detail), "who was written to");
    let swept = links.iter().find(|link| link.entry.kind == Kind::Sweep.code()).unwrap();
    let now = frozen.told(Kind::Sweep, &swept.entry.subject).await.unwrap().unwrap();
    assert_ne!(now.detail, swept.entry.detail);
    let none = BTreeSet::new();
    let policies = [Kind::Policy, Kind::Wording, Kind::Proposed, Kind::Decided];
    let others = [Kind::Import, Kind::Sweep, Kind::HeldBack, Kind::Released, Kind::Hold, Kind::HoldEnded];
    for kind in policies.into_iter().chain(others) {
        assert!(frozen.untold(kind, at("2025-01-01T00:00"), &none).await.unwrap().is_some(), "{}", kind.code());
        assert!(frozen.untold(kind, at("2025-03-04T00:00"), &none).await.unwrap().is_none(), "{}", kind.code());
    }
    assert!(frozen.untold(Kind::Case, at("2025-01-01T00:00"), &none).await.unwrap().is_none());
}

async fn what_an_account_came_to_is_read_again(fresh: Fresh) {
    fresh.with_accounts(&["A", "B"]).await;
    fresh.take(Payments, "P,A,2025-01-20,GBP,100.00,INV-A\n", "2025-01-21T09:00").await;
    let accounts = fresh.all_accounts().await.unwrap();
    let mut frozen = fresh.freeze().await.unwrap();
    assert_eq!(frozen.accounts(0, 9).await.unwrap(), accounts);
    assert_eq!(frozen.accounts(accounts[0], 9).await.unwrap(), accounts[1..]);
    let kept = frozen.kept(&accounts).await.unwrap();
    assert_eq!(kept[&accounts[0]].settled["INV-A"], Some(day("2025-01-20")));
    assert_eq!(kept[&accounts[1]].settled["INV-B"], None);
    assert_eq!(frozen.came_in(&accounts).await.unwrap(), [((accounts[0], pounds()), 10_000)].into());
    let last = frozen.last_batch(accounts[0]).await.unwrap().unwrap();
    assert_eq!(last, (fresh.known_at(at(DUE_AT)).await.unwrap(), at("2025-01-21T09:00")));
    assert_eq!(frozen.snapshots(&accounts, everything()).await.unwrap().len(), 2);
    fresh.take(Payments, "Q,B,2025-01-20,GBP,1.00,\n", "2025-01-22T09:00").await;
    assert_eq!(frozen.came_in(&accounts).await.unwrap().len(), 1, "one state of everything");
}

async fn a_past_sweep_is_read_again(fresh: Fresh) {
    fresh.with_accounts(&["A", "B"]).await;
    let (a, b) = (fresh.account("A").await, fresh.account("B").await);
    let mut suspected = held(b, "B", vec![Reason::SuspectedProtest]);
    use duly::domain::evidence::{Kind, LogOdds, Side};
    let observation = duly::domain::evidence::Observation {
        key: "complaint:E".to_owned(),
        kind: Kind::Complaint,
        side: Side::Protest,
        weight: LogOdds::hundredths(150),
        date: day("2025-03-01"),
        decisive: true,
        sentence: "A complaint".to_owned(),
        source: "event E".to_owned(),
    };
    let suspicion = duly::domain::evidence::Suspicion { invoice: "INV-B".to_owned(), observations: vec![observation] };
    suspected.decision.suspicions = vec![suspicion];
    let sweep = fresh.sweep(&[notice(a, "A"), suspected]).await;
    assert_eq!(fresh.sweep_on(day(DAY)).await.unwrap(), Some(sweep));
    assert_eq!(fresh.sweep_on(day("2025-03-04")).await.unwrap(), None);
    let mut frozen = fresh.freeze().await.unwrap();
    let past = frozen.sweep(sweep).await.unwrap().unwrap();
    assert_eq!((past.as_of, past.held_back, past.pages.len()), (day(DAY), false, 1));
    assert_eq!((&past.pages[0].accounts, past.policies), (&vec![a, b], vec!["standard-1".to_owned()]));
    assert!(frozen.sweep(sweep + 1).await.unwrap().is_none());
    let decisions = frozen.decisions(sweep, &[a, b]).await.unwrap();
    assert_eq!(decisions[&(a, pounds())].outcome, "notice");
    assert_eq!(decisions[&(b, pounds())].reasons, "suspected_protest");
    let notices = frozen.planned_notices(sweep, &[a, b]).await.unwrap();
    assert_eq!(notices[&(a, pounds())].items[0].0.invoice, "INV-A");
    let found = frozen.suspected(sweep, &[a, b]).await.unwrap();
    assert!(found[&b].contains(&("INV-B".to_owned(), "complaint:E".to_owned())));
    // As it was before the sweep, its own notices and cases do not count.
    let horizon = Horizon { before_sweep: Some(sweep), ..everything() };
    let before = frozen.snapshots(&[a, b], horizon).await.unwrap();
    assert!(before.iter().all(|one| one.facts.notices.is_empty() && one.facts.cases.is_empty()));
}
