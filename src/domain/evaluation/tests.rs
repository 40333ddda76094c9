//! Figures against counts by hand, and that a mark is not known before its time.

use super::{
    figures::{Figures, auc, auc_interval},
    samples::{History, Label, Labels, Sample},
};
use crate::domain::{
    evidence::LogOdds,
    facts::EventKind,
    tests::build::{World, day, event, invoice_due, payment},
};

/// Account, hundredths of the score, and the label.
type Line = (&'static str, i32, bool);

fn samples(list: &[Line]) -> Vec<Sample> {
    let sample = |(account, score, label): &Line| Sample {
        account: (*account).to_owned(),
        invoice: String::new(),
        day: day("2026-03-02"),
        score: LogOdds::hundredths(*score),
        flagged: *score >= 100,
        label: *label,
        has_history: false,
    };
    list.iter().map(sample).collect()
}

#[test]
fn the_auc_counts_ties_half() {
    let table: [(&[Line], Option<f64>); 5] = [
        (&[("A", 1, false), ("A", 2, true)], Some(1.0)),
        (&[("A", 2, false), ("A", 1, true)], Some(0.0)),
        (&[("A", 1, false), ("A", 1, true)], Some(0.5)),
        (&[("A", 1, false), ("A", 2, false), ("A", 2, true), ("A", 3, true)], Some(0.875)),
        (&[("A", 1, true)], None),
    ];
    for (list, expected) in table {
        let list = samples(list);
        assert_eq!(auc(&list.iter().collect::<Vec<_>>()), expected);
    }
}

#[test]
fn cuts_and_bins_are_counted() {
    let list = samples(&[("A", 300, true), ("A", 100, true), ("B", 100, false), ("B", -300, false)]);
    let figures = Figures::of(&list.iter().collect::<Vec<_>>());
    assert_eq!((figures.samples, figures.disputed, figures.accounts), (4, 2, 2));
    assert_eq!((figures.top.number, figures.top.precision, figures.top.lift), (1, Some(1.0), Some(2.0)));
    assert_eq!((figures.flagged.number, figures.flagged.recall), (3, Some(1.0)));
    assert_eq!(figures.flagged.precision, Some(2.0 / 3.0));
    let bins: Vec<_> = figures.bins.iter().map(|bin| (bin.to, bin.samples, bin.observed)).collect();
    assert_eq!(bins, [(0.1, 1, 0.0), (0.75, 2, 0.5), (1.0, 1, 1.0)]);
}

#[test]
fn the_interval_is_the_same_each_time_and_holds_the_figure() {
    let list =
        samples(&[("A", 3, true), ("A", 1, false), ("B", 2, true), ("B", 3, false), ("C", 2, false), ("C", 4, true)]);
    let list: Vec<&Sample> = list.iter().collect();
    let (low, high) = auc_interval(&list).unwrap();
    let figure = auc(&list).unwrap();
    assert!(low <= figure && figure <= high && low < high, "{low} {figure} {high}");
    assert_eq!(auc_interval(&list), Some((low, high)));
}

/// Invoice 1 was disputed and settled on 1 April; 2 is overdue from 2 March to 1 May.
fn disputed() -> World {
    let mut world = World::of(vec![invoice_due("1", "2026-02-01", 100), invoice_due("2", "2026-03-01", 100)]);
    world.facts.payments.push(payment("P1", day("2026-04-01"), 100, &["1"]));
    world.facts.payments.push(payment("P2", day("2026-05-01"), 100, &["2"]));
    world.facts.events.push(event("E1", day("2026-01-10"), EventKind::PastDispute, Some("1")));
    world
}

#[test]
fn a_mark_is_the_label_and_known_to_others_once_settled() {
    let world = disputed();
    let history = History::of(world.facts.clone(), &world.policy, &Labels::PastDisputes, day("2026-06-01"));
    let on = |date: &str| -> Vec<(String, bool, bool)> {
        let found = history.on(&world.policy, day(date));
        found.into_iter().map(|sample| (sample.invoice, sample.label, sample.has_history)).collect()
    };
    assert_eq!(on("2026-02-01"), []);
    assert_eq!(on("2026-02-02"), [("1".into(), true, false)]);
    assert_eq!(on("2026-03-31"), [("1".into(), true, false), ("2".into(), false, false)]);
    assert_eq!(on("2026-04-01"), [("2".into(), false, true)]);
    // What is open on the last day may yet be disputed.
    let open = History::of(world.facts.clone(), &world.policy, &Labels::PastDisputes, day("2026-04-10"));
    assert_eq!(open.on(&world.policy, day("2026-04-10")), []);
}

#[test]
fn labels_of_a_file_take_the_place_of_marks() {
    let world = disputed();
    let label = |disputed, known: Option<&str>| Label { disputed, known: known.map(day) };
    let given = Labels::Given([("1".into(), label(false, None)), ("2".into(), label(true, Some("2026-03-05")))].into());
    let history = History::of(world.facts.clone(), &world.policy, &given, day("2026-06-01"));
    let on = |date: &str| -> Vec<(String, bool, bool)> {
        let found = history.on(&world.policy, day(date));
        found.into_iter().map(|sample| (sample.invoice, sample.label, sample.has_history)).collect()
    };
    assert_eq!(on("2026-03-04"), [("1".into(), false, false), ("2".into(), true, false)]);
    assert_eq!(on("2026-03-05"), [("1".into(), false, true), ("2".into(), true, false)]);
}
