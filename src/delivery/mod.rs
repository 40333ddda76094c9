//! How a notice leaves the house.
//!
//! [`Deliverer::deliver`] takes what is due from the outbox, looks once more, composes the mail, makes
//! the intent durable, sends, and makes the outcome durable before anything else is done.
//! [`smtp`] is the conversation with the relay, [`judge`] says what its outcome means; [`recorder`] groups the
//! commits of the workers; [`halting`] stops sending for all when the relay refuses our settings.
//!
//! What confirms a case ([`confirmation`]) passes by the outbox: a person waits for its outcome ([`single`]). So does what
//! was noted of an answer ([`receipt`]), which is worth one try and no doubt.

pub mod compose;
mod confirmation;
mod folder;
mod halting;
mod judge;
mod pace;
mod prepare;
mod quarantine;
mod receipt;
mod recorder;
mod run;
mod single;
pub mod smtp;
mod target;
mod worker;

pub use confirmation::Confirmed;
pub use halting::Memory;
pub use quarantine::Head;
pub use receipt::receipt_token;
pub use run::{Deliverer, DeliveryReport};
pub use single::{Outgoing, Way};
pub use target::Target;
