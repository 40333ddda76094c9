//! Which statements ran: a test asks whether each was run on both engines. Release builds have nothing of it.

use std::{
    collections::BTreeSet,
    panic::Location,
    sync::{Mutex, PoisonError},
};

use super::Engine;

/// File and line of a statement, and where it ran.
pub type Ran = (&'static str, u32, Engine);

static SEEN: Mutex<BTreeSet<Ran>> = Mutex::new(BTreeSet::new());

pub(super) fn ran(site: &'static Location<'static>, engine: Engine) {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert((site.file(), site.line(), engine));
}

/// All that ran in this process so far.
pub fn seen() -> BTreeSet<Ran> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
