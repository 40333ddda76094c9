//! From a wake-up to committed decisions: which slot is due, who is due, what is written.

mod daemon;
mod patience;
mod run;
mod vigil;
mod walk;
mod wall_clock;

pub use daemon::{Daemon, Stop};
pub use run::{PAGE, Progress, SweepReport, Sweeper, compare, plan_each};
pub use vigil::Signs;
pub use walk::{Walk, Walked};
pub use wall_clock::behind;
