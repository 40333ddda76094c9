//! From a wake-up to committed decisions: which slot is due, who is due, what is written.

mod daemon;
mod run;
mod slots;

pub use daemon::{Daemon, Stop};
pub use run::{PAGE, SweepReport, Sweeper, plan_each};
pub use slots::{Occurrences, next_runs};
