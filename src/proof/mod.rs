//! Proof after the fact: [`verify`] computes anew what is kept and follows the chain of what
//! happened; [`replay`] does a past sweep again with the facts known then.

mod chain;
mod ledger;
mod policies;
pub mod replay;
pub mod verify;
