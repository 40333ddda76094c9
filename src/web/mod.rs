//! What is served over HTTP: health and figures for whoever runs duly, and the console for staff.

pub mod console;
mod metrics;
mod ops;

pub use ops::Ops;
