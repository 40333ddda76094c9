//! Proofs of the pure core: tables of edge days and published figures, and properties.

mod agreements;
pub mod build;
mod clock_changes;
mod cohorts;
mod credits;
mod discounts;
mod evidence;
mod holds;
mod look;
mod observations;
mod properties;
mod stages;
mod worlds;
