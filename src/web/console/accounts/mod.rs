//! Accounts: [`search`] finds one by what somebody remembers, [`page`] shows everything about it, [`act`] holds,
//! promises, terms, contacts and new cases, [`preview`] the mail that would go next.
//!
//! Terms need no more than what holds and promises need: staff take them down as they talk to the customer, each only
//! keeps notices back for a while or is kept as a note, and its author is in the chain. What changes money or the
//! schedule is the policy's.

mod act;
mod items;
mod page;
mod preview;
mod search;
mod standing;
mod timeline;

use super::routes::{Needs, Route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/accounts", Needs::LOOK, search::search),
        Route::page("/accounts/{number}", Needs::LOOK, page::page),
        Route::act("/accounts/{number}", Needs::REVIEW, act::act),
        Route::page("/accounts/{number}/preview", Needs::LOOK, preview::page),
        Route::page("/accounts/{number}/preview/{currency}", Needs::LOOK, preview::mail),
    ]
}

/// What was done, as the next page says it.
const DONE: [(&str, &str); 8] = [
    ("held", "Held: what it names is not asked for."),
    ("hold-ended", "The hold has ended: notices go on with the next sweep."),
    ("promised", "Noted: notices wait for it."),
    ("promise-ended", "The promise was taken back."),
    ("agreed", "Noted."),
    ("term-ended", "It has ended."),
    ("contact", "The next notice goes to that address."),
    ("contact-ended", "The address was taken back."),
];

fn said(done: &str) -> Option<&'static str> {
    DONE.into_iter().find(|(word, _)| *word == done).map(|(_, sentence)| sentence)
}

/// The path of an account's page.
fn path(number: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let letter = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    format!("/accounts/{}", number.bytes().map(letter).collect::<String>())
}
