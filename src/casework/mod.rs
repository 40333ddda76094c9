//! What staff do on cases and accounts, whether on the command line or in the console: who may, what is refused and
//! why, and what follows. Callers bring words and arguments; what they show of the result is theirs.

mod act;
mod contact;
mod due;
mod hold;
mod instalments;
mod look;
mod open;
mod promise;
pub mod record;
mod resolve;
mod staff;
mod term;
mod write;

pub use due::Due;
pub use hold::HoldAsked;
pub use look::{account, money};
pub use open::{CaseAsked, Opened};
pub use promise::PromiseAsked;
pub use resolve::{Approved, Resolved, SolutionAsked, Waits};
pub use term::TermAsked;

use crate::{app::Failure, store::StoreError};

/// Who does something, with which words.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    pub author: &'a str,
    pub why: &'a str,
    /// What the caller calls the words.
    pub field: &'static str,
    /// Events of the case that the author had seen, where that matters: whoever comes second looks again first.
    pub seen: Option<usize>,
}

/// What the store refuses is the caller's to mend.
fn refused(error: StoreError) -> Failure {
    match error {
        StoreError::Refused(why) => Failure::Input(why),
        error => error.into(),
    }
}
