//! The mailbox: what came back is read. Pure readers; what a mail says is hostile input.

pub mod quote;
pub mod words;
