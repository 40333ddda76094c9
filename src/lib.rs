//! duly, a courteous accounts-receivable dunning daemon.
pub mod delivery;
pub mod domain;
pub mod store;
