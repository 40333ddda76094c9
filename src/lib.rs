//! duly, a courteous accounts-receivable dunning daemon.
pub mod domain;
pub mod intake;
