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
//! - [`tasks`]: what waits for a person.
//! - [`reports`]: figures over the whole ledger.
//! - [`picture`]: the ledger as it is now, computed in the background for whoever looks.
//! - [`directory`]: accounts by their names and addresses.
//! - [`queue`]: cases that are not over, the hottest first.
//! - [`filework`]: maps by their names, and what taking a file came to.
//! - [`noticework`]: what a person does about notices, and their mails as they were sent.
//! - [`web`]: health and figures over HTTP, the customer's page, and the console for staff.
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
pub mod directory;
pub mod domain;
pub mod failpoint;
pub mod filework;
pub mod inbox;
pub mod intake;
pub mod letter;
pub mod link;
pub mod mailbox;
pub mod noticework;
pub mod picture;
pub mod presence;
pub mod preview;
pub mod proof;
pub mod queue;
pub mod reach;
pub mod reports;
pub mod rules;
pub mod settings;
pub mod store;
pub mod sweep;
pub mod tasks;
pub mod telemetry;
pub mod web;
