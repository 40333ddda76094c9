//! Mails that were made to hurt: no panic, no stack overflow, bounded time for each, and no memory kept.
//!
//! `DULY_HOSTILE_MAILS=100000 cargo test --lib inbox::tests::hostile -- --nocapture` is the long form;
//! `DULY_HOSTILE_FROM` names the seed to begin with, to repeat one. Its last run, unoptimised: 11.3 GB in 330 s, the
//! slowest mail 163 ms of processor time, a resident set of 97 MB that did not grow.

use std::{
    fs,
    time::{Duration, Instant},
};

use proptest::{prelude::*, proptest};
use rand::{Rng, RngCore, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use super::{super::bounce, *};

/// Mails of the short form.
const SHORT: u64 = 2_000;
/// Longest that the processor may be busy with one mail, unoptimised.
const PATIENCE: Duration = Duration::from_secs(5);
/// Memory that may be in use more than after the first tenth, in KiB.
const GROWTH: i64 = 64 << 10;

/// A mail of each kind that mail servers write, for when the public set is not there.
const SAMPLES: [&str; 3] = [
    "From: MAILER-DAEMON@a.test\r\nReturn-Path: <>\r\nSubject: Undelivered\r\nContent-Type: multipart/report;\r\n \
     report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\n\r\n<x@y.test>: no (in reply to RCPT TO)\r\n--b\r\n\
     Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a.test\r\n\r\nFinal-Recipient: rfc822; x@y.test\r\n\
     Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n--b\r\n\
     Content-Type: message/rfc822\r\n\r\nMessage-ID: <1@a.test>\r\nTo: x@y.test\r\n\r\nHi\r\n--b--\r\n",
    "From: MAILER-DAEMON@a.test\nSubject: failure notice\n\nHi. This is the qmail-send program at a.test.\n\n\
     <x@y.test>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n\
     Return-Path: <a@b.test>\nMessage-ID: <1@a.test>\n",
    "From: \"M\u{fc}ller\" <x@y.test>\nDate: Wed, 29 Apr 2026 10:00:00 +0200\nAuto-Submitted: auto-replied\n\
     Subject: =?utf-8?q?Abwesend_bis_5=2E_Mai?=\n\nIch bin ab dem 6. Mai wieder da.\n",
];

const CHARSETS: [&str; 10] =
    ["utf-8", "utf-7", "iso-2022-jp", "utf-16", "big5", "x-nothing", "\"", "windows-1252", "gb18030", "replacement"];

fn samples() -> Vec<Vec<u8>> {
    let mut samples: Vec<Vec<u8>> = SAMPLES.iter().map(|sample| sample.as_bytes().to_vec()).collect();
    for entry in corpus::folder().iter().flat_map(|folder| fs::read_dir(folder).unwrap()) {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "eml") {
            samples.push(fs::read(path).unwrap());
        }
    }
    samples.sort();
    samples
}

fn noise(random: &mut ChaCha8Rng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    random.fill_bytes(&mut bytes);
    bytes
}

/// A real mail with a few wounds.
fn mutated(random: &mut ChaCha8Rng, samples: &[Vec<u8>]) -> Vec<u8> {
    let mut mail = samples.choose(random).unwrap().clone();
    for _ in 0..random.random_range(1..8) {
        let at = random.random_range(0..=mail.len());
        let end = (at + random.random_range(0..200)).min(mail.len());
        match random.random_range(0..6) {
            0 => mail.truncate(at.max(1)),
            1 => drop(mail.drain(at..end)),
            2 => mail[at..end].fill(random.random()),
            3 => {
                let again = mail[at..end].repeat(random.random_range(1..50));
                drop(mail.splice(at..at, again));
            }
            4 => {
                let other = samples.choose(random).unwrap();
                let from = random.random_range(0..=other.len());
                drop(mail.splice(at..end, other[from..].iter().copied()));
            }
            _ => {
                let length = random.random_range(1..40);
                drop(mail.splice(at..end, noise(random, length)));
            }
        }
    }
    mail
}

/// A mail that is all of one bad idea.
fn bomb(random: &mut ChaCha8Rng) -> Vec<u8> {
    let many = 1 << random.random_range(4..17);
    let fill = |piece: &str| piece.repeat((1 << 20) / piece.len()).into_bytes();
    let repeat = |head: &str, piece: &str| [head, piece.repeat(many).as_str()].concat().into_bytes();
    match random.random_range(0..20) {
        0 => fill("Content-Type: message/rfc822\n\n"),
        1 => (0..many.min(20_000))
            .flat_map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n").into_bytes())
            .collect(),
        2 => repeat("Content-Type: multipart/mixed; boundary=b\n\n", "--b\nContent-Type: multipart/x; boundary=b\n\n"),
        3 => repeat("Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n"),
        4 => repeat(
            "Content-Type: multipart/mixed; boundary=b\n\n",
            "--b\nContent-Type: multipart/x; boundary=never\n\n",
        ),
        5 => {
            let mut inner = b"Subject: in\n\nx".to_vec();
            for _ in 0..random.random_range(1..20) {
                let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &inner);
                inner = format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{encoded}")
                    .into_bytes();
            }
            inner
        }
        6 => repeat("Subject: ", "=?utf-8?q?=41?= =?x?b?!?="),
        7 => repeat("From: ", "(((\"<a@b,"),
        8 => repeat("To: a@b.test", ", a <a@b.test>, g: c@d.test;"),
        9 => repeat("References: ", "<a@b.test> "),
        10 => repeat("X: y\n", "X-Failed-Recipients: a@b.test, c@d.test\n"),
        11 => repeat("Content-Type: text/plain", "; a*0*=utf-8''%41; boundary*1=x"),
        12 => repeat("From: MAILER-DAEMON\nReturn-Path: <>\n\n", "Final-Recipient: rfc822;a@b.test\nStatus: 5.1.1\n\n"),
        13 => repeat(
            "From: MAILER-DAEMON\nReturn-Path: <>\n\nundeliverable\n",
            "<a@b.test>: 550 user user user unknown\n",
        ),
        14 => repeat("From: MAILER-DAEMON\nReturn-Path: <>\n\n", ">>> RCPT TO:<a@b>\n<<< 250\nmailbox mailbox "),
        15 => repeat("From: a@b.test\nContent-Type: text/html\n\n", "<p <!-- &#x110000; ä<b &amp </script"),
        16 => repeat(
            "Date: Wed, 29 Apr 2026 10:00:00 +0200\nAuto-Submitted: auto-replied\n\n",
            "until back 99.99.9999 5 ",
        ),
        17 => repeat("a: b\nfrom", " \n\t"),
        18 => {
            let charset = CHARSETS.choose(random).unwrap();
            let encoding = ["base64", "quoted-printable", "8bit", "x"].choose(random).unwrap();
            let head = format!(
                "From: a@b.test\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
            );
            let length = random.random_range(0..100_000);
            [head.into_bytes(), noise(random, length)].concat()
        }
        _ => {
            let length = random.random_range(0..10_000);
            noise(random, length)
        }
    }
}

/// Memory in use, in KiB; 0 where that cannot be known.
fn resident() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// How long the processor was at work for this thread; where that cannot be known, the time since the beginning.
fn spent(begun: Instant) -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse().ok());
    nanoseconds.map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

#[test]
fn hostile_mails_cost_little() {
    let count: u64 = std::env::var("DULY_HOSTILE_MAILS").map_or(SHORT, |count| count.parse().unwrap());
    let samples = samples();
    let fifty =
        [b"From: a@b.test\nSubject: big\n\n".to_vec(), b"all work and no play \n".repeat(50 << 20 >> 4)].concat();
    let (mut slowest, mut before, mut total) = ((Duration::ZERO, 0), 0, 0);
    let begun = Instant::now();
    let from: u64 = std::env::var("DULY_HOSTILE_FROM").map_or(0, |seed| seed.parse().unwrap());
    for seed in from..from + count {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mail = match random.random_range(0..100) {
            _ if seed % 1000 == 999 => fifty.clone(),
            0..85 => mutated(&mut random, &samples),
            _ => bomb(&mut random),
        };
        total += mail.len();
        let start = spent(begun);
        let read = sort(&mail, &OURS);
        slowest = slowest.max((spent(begun) - start, seed));
        if let Incoming::Bounce(bounce) = read {
            assert!(!bounce.failures.is_empty(), "seed {seed}");
        }
        assert!(slowest.0 < PATIENCE, "seed {seed}: {slowest:?}");
        if seed == from + count / 10 {
            before = resident();
        }
    }
    let growth = resident() - before;
    println!(
        "{count} mails, {} MB in {:.1?}; slowest {:.1?} (seed {}); {before} KiB and {growth:+} KiB since",
        total >> 20,
        begun.elapsed(),
        slowest.0,
        slowest.1
    );
    assert!(growth < GROWTH, "{growth} KiB more");
}

proptest! {
    #[test]
    fn any_octets_are_read(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        sort(&bytes, &OURS);
    }

    /// What is sorted is bounded, whatever was in it.
    #[test]
    fn any_header_is_read(name in "(From|To|Date|Subject|Content-Type|References|X-Failed-Recipients|Return-Path)",
                          value in "\\PC{0,300}", body in "\\PC{0,300}") {
        if let Incoming::Reply(letter) = sort(format!("{name}: {value}\n\n{body}").as_bytes(), &OURS) {
            prop_assert!(letter.clues.recipients.len() <= 20 && letter.clues.mentioned.len() <= 20);
        }
    }

    #[test]
    fn what_is_hard_is_final_and_named(text in "(5[0-9]{2} |[45]\\.[0-7]\\.[0-9] |user|unknown|no such|mailbox| full| |<a@b.test>|\n){1,30}") {
        let mail = format!("From: MAILER-DAEMON@a.test\nReturn-Path: <>\nSubject: failure notice\n\n{text}");
        if let Incoming::Bounce(found) = sort(mail.as_bytes(), &OURS) {
            for failure in found.failures.iter().filter(|failure| failure.hard) {
                prop_assert!(failure.reason.is_final());
                prop_assert!(failure.reason != bounce::Reason::Unknown && failure.status.is_none_or(|s| s.class == 5));
            }
        }
    }
}
