//! Cutting mails: the public corpus, the rules one by one, and anything at all.

mod properties;
mod public;
mod rules;

pub use properties::nothing_is_lost;
pub use public::corpus;
