//! Anything at all can be read: no panic, sound places, little time.
//!
//! `DULY_FUZZ=1000000` for a campaign, `DULY_SEED` for other inputs.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::inbox::quote::{
    tests::{corpus, nothing_is_lost},
    trim,
};

/// Words of all lists, with the marks between which they stand.
fn words() -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for code in ["de", "en", "es", "fr", "it", "nl"] {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("config/wording/replies/{code}.toml"));
        let text = std::fs::read_to_string(file).unwrap();
        words.extend(text.split('"').skip(1).step_by(2).map(|entry| entry.replace(['*', '|'], " ").replace("..", "x")));
    }
    let marks = [
        ".",
        ",",
        "?",
        "!",
        "\n",
        "\n\n",
        "\"",
        "“",
        "”",
        "„",
        "«",
        "»",
        "15.12.",
        "2026-12-04",
        "31/12/99999",
        "1.234,50 €",
        "$",
        "€",
        "EUR",
        "1 234",
        "99999999999999999999",
        "0",
        "INV-2026-0042",
        "4711",
        "\u{301}",
        "İ",
        "ß",
        "’",
        "'",
        "-",
        "--",
        "> ",
        "(",
        ")",
        "٣",
        "\u{0}",
        "\u{202e}",
        "😀",
        ":",
        "On 2 Mar 2026, A <a@b.c> wrote:",
        "From: a",
        "1'000",
        "0.0.0.0",
        "29 February",
        "31.",
        "reference",
        "within 4294967295 days",
    ];
    words.extend(marks.into_iter().map(str::to_owned));
    words
}

fn input(random: &mut ChaCha8Rng, words: &[String], corpus: &[(String, String)]) -> String {
    match random.random_range(0..3) {
        0 => {
            let bytes: Vec<u8> = (0..random.random_range(0..200)).map(|_| random.random()).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        1 if !corpus.is_empty() => {
            let text = &corpus[random.random_range(0..corpus.len())].1;
            let mut bytes = text.as_bytes().to_vec();
            let start = random.random_range(0..bytes.len().max(1));
            bytes = bytes.split_off(start.min(bytes.len()));
            bytes.truncate(random.random_range(0..600));
            for _ in 0..random.random_range(0..8) {
                if !bytes.is_empty() {
                    let at = random.random_range(0..bytes.len());
                    match random.random_range(0..3) {
                        0 => bytes[at] = random.random(),
                        1 => drop(bytes.remove(at)),
                        _ => bytes.insert(at, b"\n> :@-\"."[random.random_range(0..8)]),
                    }
                }
            }
            String::from_utf8_lossy(&bytes).into_owned()
        }
        _ => {
            let blank = |random: &mut ChaCha8Rng| if random.random_bool(0.9) { " " } else { "" };
            (0..random.random_range(0..40))
                .map(|_| words[random.random_range(0..words.len())].clone() + blank(random))
                .collect()
        }
    }
}

/// Trims and reads, and checks everything that must hold of any text.
fn sound(text: &str) -> bool {
    let known = ["INV-2026-0042", "4711", "0", "", "---", "ß", "12"];
    let mail = Mail { date: today(), locale: "de", currency: None };
    let cut = trim(text);
    let said = classify(&cut.written, &mail, &REPLIES);
    let places = said.findings.iter().all(|finding| {
        !finding.words.is_empty()
            && cut.written.get(finding.words.clone()).is_some_and(|words| !words.trim().is_empty())
    });
    let days = said.findings.iter().all(|finding| match &finding.kind {
        ReplyKind::Promise { date: Some(date), .. } => (0..=366).contains(&(*date - today()).num_days()),
        ReplyKind::PaidAlready { date: Some(date), .. } => (0..=366).contains(&(today() - *date).num_days()),
        kind => *kind != ReplyKind::Other,
    });
    let main = said.findings.iter().any(|finding| finding.kind == said.main) || said.main == ReplyKind::Other;
    let named = mentions(&cut.written, &known).into_iter().all(|name| known.contains(&name));
    nothing_is_lost(text) && places && days && main && named
}

#[test]
fn anything_can_be_read() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (count, seed) = (number("DULY_FUZZ").unwrap_or(1_000), number("DULY_SEED").unwrap_or(7));
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (words, corpus) = (words(), corpus("emails"));
    let (start, mut longest) = (Instant::now(), Duration::ZERO);
    for index in 0..count {
        let text = input(&mut random, &words, &corpus);
        let begun = Instant::now();
        assert!(sound(&text), "input {index} of seed {seed}: {text:?}");
        longest = longest.max(begun.elapsed());
    }
    eprintln!("{count} inputs of seed {seed} in {:?}, the longest {longest:?}", start.elapsed());
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in any::<String>()) {
        prop_assert!(sound(&text));
    }

    #[test]
    fn numbers_are_found_between_any_words(
        before in "[a-z ,.\n]{0,20}", after in "[a-z ,.\n]{0,20}", number in "[A-Z]{2,3}-20[0-9]{2}-[0-9]{4}",
    ) {
        let text = format!("{before} {number} {after}");
        prop_assert_eq!(mentions(&text, &[&number]), vec![number.as_str()]);
    }

    #[test]
    fn a_longer_number_names_nothing(number in "[1-9][0-9]{4,9}", more in "[0-9]{1,3}") {
        for longer in [format!("invoice {number}{more}"), format!("invoice {more}{number}")] {
            prop_assert!(more.trim_start_matches('0').is_empty() || mentions(&longer, &[&number]).is_empty());
        }
    }
}

#[test]
fn monstrous_texts_are_read_quickly() {
    let monsters = [
        "x".repeat(5_000_000),
        "x ".repeat(2_500_000),
        "not ".repeat(1_000_000),
        "we will pay ".repeat(400_000),
        "will pay on 4 December 500 € ".repeat(100_000),
        "1 ".repeat(1_000_000),
        "123 ".repeat(1_000_000),
        "\"".repeat(1_000_000),
        "''''".repeat(1_000_000),
        "if we pay reference 1? ".repeat(100_000),
        "a-1-".repeat(1_000_000),
        "\u{301}".repeat(1_000_000),
    ];
    for monster in monsters {
        let start = Instant::now();
        assert!(read("en", &monster).findings.len() <= 1_500);
        let known: Vec<String> = (0..1_000).map(|number| format!("INV-{number}")).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let text = &monster[..monster.floor_char_boundary(200_000)];
        assert!(mentions(text, &known).len() <= known.len());
        let took = start.elapsed();
        let name: String = monster.chars().take(12).collect();
        eprintln!("{name:?}… {took:?}");
        assert!(took < Duration::from_secs(20), "{name:?}… took {took:?}");
    }
}
