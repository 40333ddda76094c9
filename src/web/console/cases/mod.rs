//! Cases: [`queue`] shows what is due next, [`page`] one case with the customer's words first, [`act`] does what a
//! person decides. What can be done now is the course's to say ([`may`]); whoever may only look sees no form.

mod act;
mod lines;
mod may;
mod page;
mod queue;

use axum::response::{IntoResponse, Redirect, Response};

use super::routes::{Needs, Route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/", Needs::LOOK, first),
        Route::page("/cases", Needs::LOOK, queue::queue),
        Route::page("/cases/{id}", Needs::LOOK, page::page),
        Route::act("/cases/{id}", Needs::REVIEW, act::act),
    ]
}

pub async fn first() -> Response {
    Redirect::to("/cases").into_response()
}

/// What was done, as the next page says it.
const DONE: [(&str, &str); 14] = [
    ("opened", "The case is open; what it is about is held."),
    ("confirmed", "It is a case indeed: its items stay held."),
    ("dismissed", "Dismissed: notices go on with the next sweep."),
    ("taken", "It is yours from now on."),
    ("noted", "Noted."),
    ("asked", "It waits for the customer."),
    ("handed_over", "Handed over."),
    ("resolved", "Resolved. Confirm it in writing, and ask some days later whether all is well."),
    ("proposed", "It is more than you settle alone: it waits for a second person."),
    ("declined", "Turned down: it is to be talked about again."),
    ("written", "The confirmation is on its way to the customer."),
    ("followed_up", "All is well. Close it with what could have prevented it."),
    ("reopened", "It is open again."),
    ("closed", "Closed: notices go on with the next sweep."),
];

fn said(done: &str) -> Option<&'static str> {
    DONE.into_iter().find(|(word, _)| *word == done).map(|(_, sentence)| sentence)
}
