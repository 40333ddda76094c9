//! How a notice leaves the house.
//!
//! [`Deliverer::deliver`] takes what is due from the outbox, looks once more, composes the mail, makes
//! the intent durable, sends, and makes the outcome durable before anything else is done.
//! [`smtp`] is the conversation with the relay; [`recorder`] groups the commits of the workers.

pub mod compose;
mod folder;
mod pace;
mod prepare;
mod recorder;
mod run;
pub mod smtp;
mod target;
mod worker;

pub use run::{Deliverer, DeliveryReport};
pub use target::Target;
