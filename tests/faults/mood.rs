//! How the relay misbehaves: mostly not at all.

use std::{sync::Mutex, time::Duration};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::{
    facts::UNKNOWN,
    smtp::{
        Act::{self, *},
        At::{self, *},
        Script,
    },
};

const EXTENSIONS: [&str; 3] = ["PIPELINING", "8BITMIME", "SIZE 10240000"];

pub fn well_behaved() -> Script {
    Script::with(&EXTENSIONS).without(UNKNOWN)
}

/// With trouble at `percent` of the places where there can be any.
pub fn moody(percent: u32, seed: u64) -> Script {
    let random = Mutex::new(ChaCha20Rng::seed_from_u64(seed));
    well_behaved().in_mood(move |at| trouble(at, percent, &mut random.lock().unwrap()))
}

fn trouble(at: At, percent: u32, random: &mut ChaCha20Rng) -> Option<Vec<Act>> {
    let short = Wait(Duration::from_millis(random.random_range(5..300)));
    let silence = Wait(Duration::from_millis(1_500));
    let kinds: Vec<Vec<Act>> = match at {
        Greeting => vec![vec![Say("421 4.3.2 busy"), Close], vec![short, Normal]],
        Mail => vec![vec![Say("421 4.3.2 going down"), Close], vec![Say("451 4.3.0 later")]],
        Recipient => vec![
            vec![Say("450 4.2.0 greylisted")],
            vec![Say("452 4.2.2 mailbox full")],
            vec![Say("550 5.7.1 not from you")],
            vec![Close],
        ],
        Data => vec![vec![Say("451 4.3.0 later")], vec![short, Normal]],
        Body => vec![vec![Close]],
        Dot => vec![
            vec![Close],
            vec![Take, Close],
            vec![Take, silence, Close],
            vec![short.clone(), Close],
            vec![short.clone(), Normal],
            vec![short.clone(), Take, short, Normal],
            vec![Say("451 4.3.0 later")],
            vec![Say("421 4.3.2 going down"), Close],
            vec![Say("554 5.6.0 looks like spam")],
        ],
        Ehlo | StartTls | Auth | Reset => return None,
    };
    let kind = random.random_range(0..kinds.len());
    random.random_ratio(percent, 100).then(|| kinds[kind].clone())
}
