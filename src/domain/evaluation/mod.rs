//! How good the assessment is: what it would have said on past days, against what the items turned out to be.
//!
//! [`samples`] assesses the past with what was known then; [`figures`] measures. Nothing here decides anything.

pub mod figures;
pub mod samples;
#[cfg(test)]
mod tests;
