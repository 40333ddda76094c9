//! Notices: what waits, what was sent, what went wrong; one with its mail; and what a person may do about them.
//!
//! [`list`] shows many, [`one`] shows one, [`mail`] its mail, [`act`] does. Everybody may look; whatever decides what
//! reaches a customer needs the permission to decide, doubts included, since a mail that is sent again may come twice.

mod act;
mod list;
mod mail;
mod one;

use chrono::{DateTime, Utc};

use super::{
    Console,
    routes::{Needs, Route},
};
use crate::domain::notice::State;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/notices", Needs::LOOK, list::page),
        Route::act("/notices/release", Needs::DECIDE, act::release),
        Route::act("/notices/retry", Needs::DECIDE, act::retry_all),
        Route::act("/notices/resume", Needs::DECIDE, act::resume),
        Route::page("/notices/{id}", Needs::LOOK, one::page),
        Route::page("/notices/{id}/mail", Needs::LOOK, mail::shown),
        Route::page("/notices/{id}/source", Needs::DECIDE, mail::source),
        Route::act("/notices/{id}/withdraw", Needs::DECIDE, act::withdraw),
        Route::act("/notices/{id}/resend", Needs::DECIDE, act::resend),
        Route::act("/notices/{id}/accept", Needs::DECIDE, act::accept),
        Route::act("/notices/{id}/retry", Needs::DECIDE, act::retry),
    ]
}

/// What was done, as the next page says it.
const DONE: [(&str, &str); 6] = [
    ("released", "Released. duly plans with the facts of this moment and sends, within a minute."),
    ("withdrawn", "Withdrawn: it is not sent."),
    ("resend", "It is sent once more, within a minute: with the same Message-ID, unless something has changed since."),
    ("accepted", "It counts as sent."),
    ("retried", "Put back: tried again within a minute, or when its sending hours begin."),
    ("resumed", "Sending is resumed."),
];

fn said(done: &str) -> Option<&'static str> {
    DONE.into_iter().find(|(word, _)| *word == done).map(|(_, sentence)| sentence)
}

/// A state in words for the staff.
fn words(state: State, bounced: bool) -> &'static str {
    match state {
        State::Sent if bounced => "came back",
        State::Ready => "waiting",
        State::Sending => "on its way",
        State::Sent => "sent",
        State::Deferred => "tried again later",
        State::Refused => "refused",
        State::InDoubt => "in doubt",
        State::Withdrawn => "withdrawn",
    }
}

impl Console {
    /// A minute in the company's zone.
    fn minute(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.app.settings.company.zone).format("%Y-%m-%d %H:%M %Z").to_string()
    }
}
