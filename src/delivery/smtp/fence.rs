//! The last question before the final dot.

use std::time::{Duration, Instant};

use tokio::time::timeout;

/// How long an intent is fresh: shorter by far than the time after which a silent process is taken for dead.
pub const FRESH: Duration = Duration::from_secs(10);

/// Asked just before the final dot leaves, when more than [`FRESH`] has passed since the intent: a process that was
/// stopped for long wakes up with an open conversation, and another one may have sent the message meanwhile.
///
/// Time is measured with [`Instant`], which is CLOCK_MONOTONIC on Linux: it runs on while the process is stopped
/// (SIGSTOP), and nobody can set it. While the whole machine is suspended it stands still, but then no relay waits for
/// the rest of the message. What remains is a stop between the question and the write: a few microseconds.
#[derive(Debug)]
pub struct Fence<F> {
    age: Age,
    /// Whether the message may still be sent, or why not.
    still: F,
}

/// When the intent was made, or a moment before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Age(Instant);

impl Age {
    pub fn fresh(self) -> bool {
        self.0.elapsed() < FRESH
    }
}

impl<F: Future<Output = Result<(), String>>> Fence<F> {
    /// `since` is when the intent was made, or a moment before; `still` does nothing unless it is asked.
    pub fn new(since: Instant, still: F) -> Self {
        Self { age: Age(since), still }
    }

    pub(super) fn age(&self) -> Age {
        self.age
    }

    /// An answer is worth as much as an intent: it grows old too.
    pub(super) async fn ask(self) -> Result<(), String> {
        let asked = Age(Instant::now());
        match timeout(FRESH, self.still).await {
            Ok(answer) if asked.fresh() => answer,
            _ => Err("it took too long to learn whether the message may still be sent".to_owned()),
        }
    }
}
