//! What is served over HTTP: health and figures for whoever runs duly, the console for staff, and the page of each notice
//! for customers.

pub mod console;
mod gate;
mod metrics;
mod ops;
mod page;

pub use ops::Ops;
pub use page::Site;
