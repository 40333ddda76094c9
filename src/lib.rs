//! duly, a courteous accounts-receivable dunning daemon.
//!
//! The map, in reading order:
//!
//! - [`domain`]: the pure core: what is owed, who is due, what stands in the way.
//! - [`store`]: the only SQL.
//! - [`intake`]: files become facts.
//! - [`sweep`]: wake, slots, snapshot, plan, commit.
//! - [`letter`]: a notice becomes words, and a mail.
//! - [`delivery`]: the outbox becomes conversations with a mail server.
//! - [`inbox`]: what comes back: bounces, complaints, automatic answers, replies.
//! - [`proof`]: whether what is kept is right, and whether past sweeps come out the same.
//! - [`mailbox`]: mails are fetched, each is taken once with what follows from it.
//! - [`casework`]: what staff do on cases and accounts; who has a case, until when, and how hot it is.
//! - [`preview`]: the mails that an account would get now.
//! - [`web`]: health and figures over HTTP, and the customer's page.
//! - [`link`]: the link in a notice to that page.
//! - [`cli`]: one file a command.
//! - [`settings`], [`rules`], [`clock`], [`presence`], [`reach`], [`telemetry`], [`app`]: what is set, and the one
//!   place that puts everything together.
//! - [`failpoint`]: where tests let the process die.

pub mod app;
pub mod casework;
pub mod cli;
pub mod clock;
pub mod delivery;
pub mod domain;
pub mod failpoint;
pub mod inbox;
pub mod intake;
pub mod letter;
pub mod link;
pub mod mailbox;
pub mod presence;
pub mod preview;
pub mod proof;
pub mod reach;
pub mod rules;
pub mod settings;
pub mod store;
pub mod sweep;
pub mod telemetry;
pub mod web;
