//! One conversation with a mail relay (RFC 5321), and an exact word for how it ended.
//!
//! [`Conversation::open`] reaches a [`Relay`], [`Conversation::send`] hands over one message for one recipient and
//! returns an [`Outcome`]. lettre speaks and parses the protocol, over a stream that this module owns: so the deadlines
//! hold for each stage as a whole, the moment from which the outcome is in doubt is known to the byte, and a reply that
//! nobody asked for can never be taken for an answer.

mod auth;
mod body;
mod conversation;
mod envelope;
mod fence;
mod hello;
mod line;
mod link;
mod open;
mod outcome;
mod reach;
mod relay;
mod wire;

pub use self::{
    conversation::Conversation,
    fence::{FRESH, Fence},
    outcome::{Enhanced, Outcome, Stage},
    relay::{Deadlines, Relay, Tls},
};
