//! Each observation on both sides of its boundary, and none on what is left of a discount.

use chrono::{Days, NaiveDate};

use super::build::{
    World, case, credit, day, eur, event, invoice, invoice_due, notice, offer, overdue, payment, with_terms,
};
use crate::domain::{
    case::{CaseKind, CaseOutcome, CaseStatus},
    evidence::{Assessment, EvidenceRule, Known, Side},
    facts::EventKind,
    instalments::Plan,
    notice::PastNotice,
    promise::Promise,
};

fn assess(world: &World, as_of: NaiveDate) -> Assessment {
    let position = world.position(as_of);
    let item = position.item("1").expect("invoice 1");
    Known::of(&world.facts, &world.policy, &position, as_of).assess(item)
}

/// The weight of the first observation of a kind about invoice 1, 60 days overdue.
fn weight(world: &World, kind: &str) -> Option<String> {
    weight_on(world, kind, overdue(60))
}

fn weight_on(world: &World, kind: &str, as_of: NaiveDate) -> Option<String> {
    let assessment = assess(world, as_of);
    assessment.observations.iter().find(|one| one.kind.code() == kind).map(|one| one.weight.to_string())
}

fn one() -> World {
    World::of(vec![invoice("1", 10_000)])
}

/// Invoice 1 and older ones that were paid so many days after they were due; those of 100.00.
fn with_habit(days: &[i64]) -> World {
    let mut world = one();
    for (n, late) in days.iter().enumerate() {
        let (number, due) = (format!("H{n}"), day("2025-01-05") + Days::new(20 * n as u64));
        world.facts.invoices.push(invoice_due(&number, &due.to_string(), 10_000));
        let received = due + chrono::Duration::days(*late);
        world.facts.payments.push(payment(&format!("P{n}"), received, 10_000, &[&number]));
    }
    world
}

#[test]
fn changes_count_when_they_came_shortly_before_the_invoice() {
    for (kind, code) in [(EventKind::PriceChange, "price_change"), (EventKind::ContactChange, "contact_change")] {
        for (days, fires) in [(-31, false), (-30, true), (0, true), (1, false)] {
            let mut world = one();
            let date = world.facts.invoices[0].issued + chrono::Duration::days(days);
            world.facts.events.push(event("E", date, kind, None));
            assert_eq!(weight(&world, code).is_some(), fires, "{code} {days}");
        }
    }
}

#[test]
fn a_returned_debit_counts_from_the_issue_on_and_by_its_reason() {
    for (days, note, code) in [
        (0, "AM04", Some("no_funds")),
        (9, "MD06", Some("debit_refused")),
        (9, "AC04", Some("wrong_account")),
        (-1, "AM04", None),
    ] {
        let mut world = one();
        let date = world.facts.invoices[0].issued + chrono::Duration::days(days);
        let returned = event("E", date, EventKind::BouncedPayment, None);
        world.facts.events.push(crate::domain::facts::Event { note: Some(note.into()), ..returned });
        let kinds: Vec<&str> = assess(&world, overdue(60)).observations.iter().map(|one| one.kind.code()).collect();
        assert_eq!(kinds.into_iter().find(|kind| *kind != "silent"), code, "{note} {days}");
    }
}

#[test]
fn a_request_for_instalments_is_the_customers_own_word() {
    let mut world = one();
    world.facts.events.push(event("E", overdue(3), EventKind::InstalmentRequest, None));
    assert_eq!(assess(&world, overdue(60)).verdict, Some(Side::Hardship));
    // A complaint about the item is one too, and what would hurt most to overlook goes first.
    world.facts.events.push(event("F", overdue(3), EventKind::Complaint, Some("1")));
    assert_eq!(assess(&world, overdue(60)).verdict, Some(Side::Protest));
    world.facts.events.pop();
    world.facts.events[0].date = world.facts.invoices[0].issued - Days::new(1);
    assert_eq!(assess(&world, overdue(60)).verdict, None);
}

#[test]
fn a_newer_item_paid_counts_more_when_it_is_not_for_want_of_money() {
    let mut world = one();
    world.facts.invoices.push(invoice_due("2", "2026-01-05", 20_000));
    world.facts.payments.push(payment("P2", overdue(9), 20_000, &["2"]));
    assert_eq!(weight(&world, "skipped"), None, "issued on the same day");
    world.facts.invoices[1].issued = world.facts.invoices[0].issued + Days::new(1);
    assert_eq!(weight(&world, "skipped").as_deref(), Some("0.20"), "nothing else is overdue");
    world.facts.invoices.push(invoice_due("3", "2026-02-05", 5_000));
    assert_eq!(weight(&world, "skipped").as_deref(), Some("0.10"), "another is overdue");
    world.facts.payments.push(payment("P3", overdue(50), 5_000, &["3"]));
    assert_eq!(weight(&world, "skipped").as_deref(), Some("0.25"), "smaller and larger ones were paid");
}

#[test]
fn others_overdue_count_when_two_are_and_no_newer_one_was_paid() {
    let mut world = one();
    world.facts.invoices.push(invoice_due("2", "2026-02-05", 5_000));
    assert_eq!(weight(&world, "others_overdue"), None);
    world.facts.invoices.push(invoice_due("3", "2026-03-05", 5_000));
    assert_eq!(weight(&world, "others_overdue").as_deref(), Some("0.50"));
    assert_eq!(weight_on(&world, "others_overdue", day("2026-03-05")), None, "due today is not overdue");
    world.facts.invoices.push(invoice_due("4", "2026-03-01", 5_000));
    world.facts.payments.push(payment("P", day("2026-03-02"), 5_000, &["4"]));
    assert_eq!(weight(&world, "others_overdue"), None);
}

#[test]
fn past_disputes_count_by_their_rate_and_by_how_they_ended() {
    let mut world = with_habit(&[0]);
    assert_eq!(weight(&world, "past_dispute").as_deref(), Some("-0.26"), "none of one");
    let mut many = with_habit(&[0; 40]);
    assert_eq!(weight(&many, "past_dispute").as_deref(), Some("-1.25"), "never less");
    many.facts.events.push(event("E", overdue(1), EventKind::PastDispute, Some("H0")));
    assert_eq!(weight(&many, "past_dispute").as_deref(), Some("-0.99"), "one of forty is few");
    world.facts.cases.push(case(1, CaseStatus::Closed, overdue(1), &["H0"], &[]));
    assert_eq!(weight(&world, "past_dispute").as_deref(), Some("0.98"), "one of one");
    world.facts.cases[0].outcome = Some((CaseOutcome::OurFault, overdue(9)));
    assert_eq!(weight(&world, "past_dispute").as_deref(), Some("0.98"), "upheld");
    world.facts.cases[0].outcome = Some((CaseOutcome::Explained, overdue(9)));
    assert_eq!(weight(&world, "past_dispute").as_deref(), Some("0.47"), "a misunderstanding counts half");
    assert_eq!(weight_on(&world, "past_dispute", overdue(8)).as_deref(), Some("0.98"), "that came out later");
    world.facts.cases[0].concerns[0].invoice = "1".into();
    assert_eq!(weight(&world, "past_dispute").as_deref(), Some("-0.26"), "its own does not count");
}

#[test]
fn lateness_is_measured_against_the_habit() {
    let as_of = overdue(10);
    let punctual = with_habit(&[0, 0, 0]);
    let late = |world: &World| weight_on(world, "late", as_of).map(|text| text.parse::<f64>().unwrap());
    assert!(late(&punctual).is_some_and(|weight| weight > 0.5), "{:?}", late(&punctual));
    assert!(late(&with_habit(&[10, 10, 10])).is_some_and(|weight| weight < 0.0), "as late as usual");
    assert_eq!(late(&with_habit(&[0, 0])), None, "two make no habit");
    assert!(weight_on(&with_habit(&[0, 0]), "silent", as_of).is_some());
    assert_eq!(weight_on(&punctual, "late", overdue(300)).as_deref(), Some("3.00"), "never more");
    assert_eq!(weight_on(&one(), "silent", overdue(3_000)).as_deref(), Some("1.01"), "little to go by");
}

#[test]
fn disputed_items_make_a_habit_earlier_and_never_later() {
    let late = |days: &[i64]| {
        let mut world = with_habit(days);
        let last = format!("H{}", days.len() - 1);
        world.facts.events.push(event("E", overdue(1), EventKind::PastDispute, Some(&last)));
        weight_on(&world, "late", overdue(10)).unwrap().parse::<f64>().unwrap()
    };
    // Taken 14 days earlier, but no later than 12 days, what is usual, while the undisputed ones are earlier.
    assert_eq!(late(&[7, 7, 7, 26]), late(&[7, 7, 7, 200]));
    assert!(late(&[7, 7, 7, 9]) > late(&[7, 7, 7, 26]), "-5 days instead of 7");
}

/// The formula against values that were computed independently: days overdue, terms, days of undisputed and disputed
/// invoices.
#[test]
fn lateness_weighs_what_the_formula_says() {
    type Row<'r> = (u64, u64, &'r [i64], &'r [i64], &'r str);
    let table: [Row; 11] = [
        (5, 30, &[], &[], "-0.64"),
        (30, 30, &[], &[], "0.86"),
        (5, 30, &[2, 4], &[], "-0.25"),
        (19, 30, &[2, 4], &[], "2.20"),
        (7, 30, &[-20, -21, -19, -22, -20, -18], &[], "3.00"),
        (1, 30, &[], &[8, 9, 2, 15], "0.56"),
        (12, 30, &[], &[8, 9, 2, 15], "2.53"),
        (10, 30, &[13, 16, 17, 20], &[25], "-0.93"),
        (90, 30, &[0; 10], &[], "3.00"),
        (5, 14, &[-3, 1, 0], &[12], "1.54"),
        (60, 60, &[4, 6, 5, 9], &[30, 18], "2.14"),
    ];
    for (days, terms, undisputed, disputed, expected) in table {
        let mut world = with_habit(&[undisputed, disputed].concat());
        world.facts.invoices[0].issued = world.facts.invoices[0].due - Days::new(terms);
        for n in undisputed.len()..undisputed.len() + disputed.len() {
            let event = event(&format!("E{n}"), overdue(0), EventKind::PastDispute, Some(&format!("H{n}")));
            world.facts.events.push(event);
        }
        let kind = if undisputed.len() + disputed.len() < 3 { "silent" } else { "late" };
        assert_eq!(
            weight_on(&world, kind, overdue(days)).as_deref(),
            Some(expected),
            "{days} {undisputed:?} {disputed:?}"
        );
    }
}

#[test]
fn later_than_ever_is_later_than_each() {
    for (days, fires) in [(7, false), (8, true)] {
        let world = with_habit(&[-3, 7]);
        assert_eq!(weight_on(&world, "later_than_ever", overdue(days)).is_some(), fires, "{days}");
    }
    assert_eq!(weight(&one(), "later_than_ever"), None);
}

#[test]
fn rising_delays_are_a_trend_of_four() {
    let table: [(&[i64], bool); 6] = [
        (&[0, 3, 6, 10], true),
        (&[0, 3, 6, 9], false),
        (&[0, 11, 5, 12], false),
        (&[0, 6, 10], false),
        (&[-20, -15, -12, -1], false),
        (&[40, 0, 3, 6, 10], true),
    ];
    for (days, fires) in table {
        assert_eq!(weight(&with_habit(days), "rising_delay").is_some(), fires, "{days:?}");
    }
}

#[test]
fn an_amount_is_unusual_against_three_others() {
    for (amount, expected) in [(10_000, None), (20_000, Some("0.60")), (90_000, Some("0.60")), (5_000, Some("-0.30"))] {
        let mut world = with_habit(&[0, 0, 0]);
        world.facts.invoices[0].amount = eur(amount);
        assert_eq!(weight(&world, "unusual_amount").as_deref(), expected, "{amount}");
        world.facts.invoices.pop();
        assert_eq!(weight(&world, "unusual_amount"), None, "two others");
    }
}

#[test]
fn short_by_the_tax_or_by_what_was_asked_for() {
    let mut world = one();
    world.facts.invoices[0].tax = Some(1_900);
    assert_eq!(weight(&world, "short_by"), None);
    world.facts.payments.push(payment("P", overdue(1), 8_100, &["1"]));
    assert_eq!(weight(&world, "short_by").as_deref(), Some("1.50"));
    world.facts.invoices[0].tax = Some(1_899);
    assert_eq!(weight(&world, "short_by"), None);
    let mut claim = event("E", overdue(2), EventKind::ReturnedGoods, Some("1"));
    claim.amount = Some(eur(1_900));
    world.facts.events.push(claim);
    assert_eq!(weight(&world, "short_by").as_deref(), Some("1.50"));
    world.facts.events[0].amount = Some(eur(1_901));
    assert_eq!(weight(&world, "short_by"), None);
}

#[test]
fn unmatched_money_is_decisive_to_the_cent() {
    for (minor, expected) in [(9_999, None), (10_000, Some(true)), (10_001, Some(false))] {
        let mut world = one();
        world.facts.payments.push(payment("P", overdue(1), minor, &[]));
        let assessment = assess(&world, overdue(60));
        let seen = assessment.observations.iter().find(|one| one.kind.code() == "unmatched_money");
        assert_eq!(seen.map(|one| one.decisive), expected, "{minor}");
        assert_eq!(assessment.verdict, expected.filter(|exact| *exact).map(|_| Side::PaidUnmatched));
    }
}

#[test]
fn round_parts_on_the_oldest_are_two_of_late() {
    let parts = |amount: i64, parts: &[(u64, i64)]| {
        let mut world = World::of(vec![invoice("1", amount)]);
        for (n, (days, minor)) in parts.iter().enumerate() {
            world.facts.payments.push(payment(&format!("P{n}"), overdue(*days), *minor, &["1"]));
        }
        weight_on(&world, "round_parts", overdue(200)).is_some()
    };
    assert!(parts(33_333, &[(20, 5_000), (30, 10_000)]));
    assert!(!parts(33_333, &[(19, 5_000), (30, 10_000)]), "too long ago");
    assert!(!parts(33_333, &[(20, 5_000)]), "one");
    assert!(!parts(33_333, &[(20, 5_001), (30, 10_000)]), "not round");
    assert!(!parts(30_000, &[(20, 5_000), (30, 10_000)]), "the amount itself is round");
}

#[test]
fn a_word_that_was_not_kept_counts_after_its_tolerance() {
    let mut world = one();
    world.facts.promises.push(Promise {
        source: "promise 4".into(),
        invoice: Some("1".into()),
        amount: None,
        made: overdue(1),
        until: overdue(5),
        ended: None,
    });
    assert_eq!(weight_on(&world, "broken_promise", overdue(8)), None, "three days of tolerance");
    assert_eq!(weight_on(&world, "broken_promise", overdue(9)).as_deref(), Some("1.00"));
    world.facts.payments.push(payment("P", overdue(4), 4_000, &["1"]));
    assert_eq!(weight_on(&world, "broken_promise", overdue(9)).as_deref(), Some("0.50"), "kept in part");
    let parts = vec![(overdue(20), 3_000), (overdue(50), 3_000)];
    let invoices = vec!["1".into()];
    let currency = eur(0).currency;
    world.facts.plans.push(Plan { id: 3, case: None, invoices, currency, parts, agreed: overdue(10), ended: None });
    assert_eq!(weight_on(&world, "broken_plan", overdue(23)), None);
    assert_eq!(weight_on(&world, "broken_plan", overdue(24)).as_deref(), Some("1.00"));
}

/// All that could be said of an item, but no more is left of it than a discount.
#[test]
fn what_is_left_of_a_discount_is_never_evidence() {
    let nothing_said = |world: &World, as_of| {
        let kinds: Vec<&str> = assess(world, as_of).observations.iter().map(|one| one.kind.code()).collect();
        assert_eq!(kinds, [""; 0]);
    };
    let mut terms = with_habit(&[0, 0, 0, 0]);
    terms.facts.invoices[0] = with_terms("1", 10_000, &["2/10"]);
    terms.facts.invoices[0].tax = Some(200);
    terms.facts.payments.push(payment("P", day("2026-03-01"), 9_800, &["1"]));
    nothing_said(&terms, day("2026-04-20"));
    // One cent more is missing: it is no residue, and there is something to say again.
    terms.facts.payments.last_mut().unwrap().amount = eur(9_799);
    assert!(!assess(&terms, day("2026-04-20")).observations.is_empty());

    // Nor is less than the discount, which is marked nowhere.
    terms.facts.payments.last_mut().unwrap().amount = eur(9_850);
    nothing_said(&terms, day("2026-04-20"));

    let mut offered = with_habit(&[0, 0, 0, 0]);
    let made = Some(offer(9_800, 200, overdue(74), &["1"]));
    offered.facts.notices.push(PastNotice { offer: made, ..notice(1, overdue(60), &[("1", "first", 60)]) });
    offered.facts.payments.push(payment("P", overdue(80), 9_800, &["1"]));
    nothing_said(&offered, overdue(90));
}

#[test]
fn of_one_kind_the_strongest_counts() {
    let mut world = one();
    world.facts.events.push(event("E1", overdue(1), EventKind::Complaint, Some("1")));
    let alone = assess(&world, overdue(60)).score(Side::Protest);
    world.facts.events.push(event("E2", world.facts.invoices[0].issued, EventKind::Complaint, None));
    let both = assess(&world, overdue(60));
    assert_eq!((both.score(Side::Protest), both.observations.len()), (alone, 3));
}

#[test]
fn a_credited_item_is_neither_paid_nor_a_habit() {
    let mut world = one();
    for n in 0..4 {
        let number = format!("C{n}");
        world.facts.invoices.push(invoice_due(&number, "2026-02-01", 10_000));
        world.facts.credits.push(credit(&format!("void:{n}"), overdue(30), 10_000, Some(&number)));
    }
    assert_eq!(["skipped", "late", "past_dispute"].map(|kind| weight(&world, kind)), [None, None, None]);
}

#[test]
fn the_shipped_section_is_the_default_and_the_old_one_still_reads() {
    let old: EvidenceRule = toml::from_str("window_days = 30\nneeded = 2").unwrap();
    assert_eq!(old, super::build::policy().evidence);
    let wrong = "window_days = 30\nneeded = 2\n[weights]\ncomplaints = 1";
    assert!(toml::from_str::<EvidenceRule>(wrong).is_err_and(|error| error.to_string().contains("complaints")));
}

#[test]
fn sentences_come_in_the_language_of_staff() {
    let mut world = with_habit(&[0, 0, 0]);
    world.policy.evidence = toml::from_str("window_days = 30\nneeded = 2\nlanguage = \"de\"").unwrap();
    world.facts.events.push(event("E", overdue(1), EventKind::Complaint, Some("1")));
    let said: Vec<String> = assess(&world, overdue(60)).observations.into_iter().map(|one| one.sentence).collect();
    assert_eq!(
        said,
        [
            "Eine Beschwerde zu Rechnung 1 ist am 2026-01-06 vermerkt",
            "Sie ist 60 Tage überfällig; 3 Rechnungen wurden im Mittel bei Fälligkeit bezahlt",
            "Alle 3 unbestrittenen Rechnungen davor wurden bis zur Fälligkeit bezahlt, diese nicht",
            "Keine von 3 anderen Rechnungen wurde bestritten",
        ]
    );
}

#[test]
fn what_the_customer_says_in_an_open_case_decides() {
    let mut world = one();
    let mut said = case(7, CaseStatus::Open, overdue(50), &["1"], &[]);
    said.said = Some("The pallets   came\nbroken.".to_owned());
    world.facts.cases.push(said);
    for (kind, verdict) in [
        (CaseKind::Protest, Some(Side::Protest)),
        (CaseKind::CannotPay, Some(Side::Hardship)),
        (CaseKind::PaidUnmatched, Some(Side::PaidUnmatched)),
        (CaseKind::NotDebtor, Some(Side::Administrative)),
        (CaseKind::Stalling, None),
    ] {
        world.facts.cases[0].kind = kind;
        let assessment = assess(&world, overdue(60));
        assert_eq!(assessment.verdict, verdict, "{kind}");
        let quoted =
            assessment.observations.iter().any(|one| one.sentence == "The customer says: “The pallets came broken.”");
        assert_eq!(quoted, verdict.is_some(), "{kind}");
    }
    world.facts.cases[0].kind = CaseKind::Protest;
    assert_eq!(assess(&world, overdue(49)).verdict, None, "not said yet");
    world.facts.cases[0].status = CaseStatus::Dismissed;
    assert_eq!(assess(&world, overdue(60)).verdict, None, "it was settled");
}
