//! What is served over HTTP: health and figures, for whoever runs duly.

mod metrics;
mod ops;

pub use ops::Ops;
