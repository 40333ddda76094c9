//! What is served over HTTP: health and figures, for whoever runs duly, and the page of each notice, for customers.

mod metrics;
mod ops;
mod page;

pub use ops::Ops;
pub use page::Site;
