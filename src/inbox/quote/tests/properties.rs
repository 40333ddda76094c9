//! Nothing is lost, nothing panics, and nothing takes long.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::trim;

/// The lines with anything in them, in order.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// Whether `all` is the two in some interleaving. Equal lines may be of either, so only their number is compared there.
pub fn nothing_is_lost(text: &str) -> bool {
    let cut = trim(text);
    let (written, quoted, all) = (lines(&cut.written), lines(&cut.quoted), lines(text));
    let in_order = |part: &[&str]| {
        let mut left = all.iter();
        part.iter().all(|line| left.any(|one| one == line))
    };
    let (mut both, mut every) = ([written.clone(), quoted.clone()].concat(), all.clone());
    both.sort_unstable();
    every.sort_unstable();
    both == every && in_order(&written) && in_order(&quoted)
}

/// Pieces of mails in any order.
fn mail() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("On 2 Mar 2026, at 09:14, A <a@b.c> wrote:\n"),
        Just("Am 2.3.2026 um 9:14 schrieb\nA <a@b.c>:\n"),
        Just("2026-03-02 09:14 GMT A <\na@b.c>:\n"),
        Just("---- Original Message ----\n"),
        Just("-- Forwarded message --\n"),
        Just("From: a\n"),
        Just("Sent: b\n"),
        Just("To: c\n"),
        Just("Subject: d\n"),
        Just("-- \n"),
        Just("Sent from my iPhone\n"),
        Just("> quoted\n"),
        Just(">"),
        Just("\n"),
        Just("\r\n"),
        Just("\r"),
        Just("______\n"),
        Just("wrote:"),
        Just("paid"),
        Just("\u{a0}"),
        Just("\u{2028}"),
        Just("é"),
    ];
    let any = prop_oneof![4 => piece.prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(any, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_is_lost(mail in mail()) {
        prop_assert!(nothing_is_lost(&mail));
    }

    #[test]
    fn no_marked_line_counts_as_written(mail in mail()) {
        prop_assert!(trim(&mail).written.lines().all(|line| !line.trim_start().starts_with('>')));
    }
}

#[test]
fn monstrous_mails_are_cut_quickly() {
    let monsters = [
        "x".repeat(5_000_000),
        "x@1 ".repeat(1_250_000),
        ">".repeat(5_000_000),
        ">\n".repeat(1_000_000),
        "\n".repeat(2_000_000),
        "_____\n".repeat(50_000),
        "From: a\n".repeat(20_000),
        "Subject: a\n\n".repeat(20_000),
        "On 2026 a@b.c\n".repeat(20_000),
        "_____\n-----Original Message-----\n> a\n".repeat(50_000),
        "--\n".repeat(100_000),
    ];
    for monster in monsters {
        let start = Instant::now();
        let cut = trim(&monster);
        assert!(cut.written.len() + cut.quoted.len() <= monster.len());
        let took = start.elapsed();
        assert!(took < Duration::from_secs(20), "{:?}… took {took:?}", &monster[..10]);
        eprintln!("{:?}… {took:?}", &monster[..10]);
    }
}
