//! Schedule and policy.

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}

#[derive(Default)]
pub struct Previews;
