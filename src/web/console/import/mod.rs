//! Files of the accounting system, from the browser: uploaded, understood, looked at, then taken whole or not at all.
//!
//! [`receive`] keeps what comes under a name of our own, [`desk`] knows what lies there, [`columns`] asks what its columns
//! are, [`work`] reads in the background (once to look, once to take), [`page`] shows where it stands.

mod act;
mod columns;
mod desk;
mod outcome;
mod page;
mod receive;
mod work;

use axum::extract::DefaultBodyLimit;

pub use desk::{Desk, tidy};

use super::routes::{Needs, Route};

pub(super) fn routes() -> Vec<Route> {
    let mut upload = Route::act("/import", Needs::DECIDE, receive::upload);
    upload.handler = upload.handler.layer(DefaultBodyLimit::max(receive::BODY));
    vec![
        Route::page("/import", Needs::DECIDE, page::all),
        upload,
        Route::page("/import/{token}", Needs::DECIDE, page::one),
        Route::page("/import/{token}/columns", Needs::DECIDE, page::again),
        Route::act("/import/{token}/look", Needs::DECIDE, act::look),
        Route::act("/import/{token}/take", Needs::DECIDE, act::take),
        Route::act("/import/{token}/save", Needs::DECIDE, act::save),
        Route::act("/import/{token}/abandon", Needs::DECIDE, act::abandon),
    ]
}
