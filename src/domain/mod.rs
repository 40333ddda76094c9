//! The pure core: data and rules, no clock, no database, no network, no files.
//!
//! Reading order: [`money`] and [`facts`] are the vocabulary.

pub mod discount;
pub mod facts;
pub mod money;
