//! Proof after the fact: [`verify`] computes anew what is kept and follows the chain of what
//! happened; [`replay`] does a past sweep again with the facts known then.

use crate::store::Result;

mod chain;
mod ledger;
mod policies;
pub mod replay;
pub mod verify;

/// A stored value that is not understood is a difference like any other, not the end of the proof.
fn understood<T>(result: Result<T>) -> Result<std::result::Result<T, String>> {
    match result {
        Err(error) if error.is_of_a_value() => Ok(Err(error.to_string())),
        result => result.map(Ok),
    }
}
