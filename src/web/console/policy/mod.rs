//! Schedule and policy: what is set, forms to change it, what a change would do, and publishing it.
//!
//! Reading order: [`overview`] tells what is set and how it came about; [`edit`] and [`wording`] are forms, from which a
//! change begins; [`change`] shows what that would do ([`preview`], [`sample`]), publishes it or asks a second person.

mod change;
mod edit;
mod input;
mod overview;
mod preview;
mod sample;
mod wording;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

pub use preview::Previews;

use super::{
    Console, html,
    routes::{Needs, Route},
};
use crate::{
    domain::publication::Matter,
    rules::desk::{self, Current, Trouble},
    store::{StoreError, policies::digest},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/policy", Needs::LOOK, overview::page),
        Route::page("/policy/{name}/versions/{version}", Needs::LOOK, overview::policy_version),
        Route::page("/policy/wording/{name}/versions/{version}", Needs::LOOK, overview::wording_version),
        Route::page("/policy/{name}/edit", Needs::DECIDE, edit::page),
        Route::act("/policy/{name}/edit", Needs::DECIDE, edit::act),
        Route::page("/policy/{name}/text", Needs::DECIDE, edit::text_page),
        Route::act("/policy/{name}/text", Needs::DECIDE, edit::text_act),
        Route::page("/policy/wording/{locale}", Needs::DECIDE, wording::page),
        Route::act("/policy/wording/{locale}", Needs::DECIDE, wording::act),
        Route::page("/policy/changes/{id}", Needs::LOOK, change::page),
        Route::page("/policy/changes/{id}/sample/{stage}", Needs::LOOK, sample::page),
        Route::act("/policy/changes/{id}/preview", Needs::DECIDE, change::look_again),
        Route::act("/policy/changes/{id}/publish", Needs::DECIDE, change::publish),
        Route::act("/policy/changes/{id}/approve", Needs::DECIDE, change::approve),
        Route::act("/policy/changes/{id}/decline", Needs::DECIDE, change::decline),
    ]
}

/// What a form sends, in its order: boxes come several times or not at all.
type Pairs = axum::Form<Vec<(String, String)>>;

/// A field of a form that was sent.
fn field<'p>(pairs: &'p [(String, String)], name: &str) -> &'p str {
    pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
}

/// Most letters of a reason.
const REASON: usize = 500;

/// Why somebody does something, or what is missing.
fn reason(pairs: &[(String, String)]) -> Result<&str, &'static str> {
    let why = field(pairs, "reason").trim();
    match why.chars().count() {
        0 => Err("Say why: the history shows it."),
        1..=REASON if !why.chars().any(char::is_control) => Ok(why),
        _ => Err("The reason is too long, or has more than one line."),
    }
}

fn trouble(trouble: Trouble) -> Response {
    match trouble {
        Trouble::Store(error @ StoreError::Refused(_)) => html::problem(StatusCode::CONFLICT, &error.to_string()),
        Trouble::Store(error) => html::failure(&error),
        Trouble::File(why) => html::problem(
            StatusCode::CONFLICT,
            &format!("A file has to be put right first, by whoever edits it: {why}"),
        ),
    }
}

fn nothing() -> Response {
    html::problem(StatusCode::NOT_FOUND, "There is nothing of this name.")
}

fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// What a page or an act comes to; both are shown.
type Answer = Result<Response, Response>;

/// Said of a form that began from a text that does not count any more.
const OVERTAKEN: &str = "Something else was published meanwhile, or the file was changed by hand.";

/// Said of a form that says what counts already.
const UNCHANGED: &str = "Nothing was changed yet.";

impl Console {
    /// A policy, or the wording of a language, as it counts now.
    async fn current(&self, matter: Matter, name: &str) -> Result<Current, Response> {
        let found = desk::current(&self.app.settings, &self.app.store, matter, name).await;
        found.map_err(trouble)?.ok_or_else(nothing)
    }

    /// The text that a form began from, if it is one of the last versions.
    async fn began_from(&self, matter: Matter, name: &str, base: &str) -> Option<String> {
        let versions = self.app.store.versions(matter, name, i64::MAX, 50).await.unwrap_or_default();
        versions.into_iter().map(|version| version.text).find(|text| digest(text) == base)
    }

    /// A moment as staff read it.
    fn policy_moment(&self, at: chrono::DateTime<chrono::Utc>) -> String {
        at.with_timezone(&self.app.settings.company.zone).format("%Y-%m-%d %H:%M").to_string()
    }

    /// The next five runs of a schedule, in the company's zone.
    fn policy_runs(&self, policy: &crate::domain::policy::Policy) -> Vec<String> {
        let Some(schedule) = &policy.schedule else { return Vec::new() };
        let zone = self.app.settings.company.zone;
        let runs = crate::domain::schedule::next_runs(&schedule.sweep, zone, self.app.clock.now(), 5);
        runs.unwrap_or_default().iter().map(|at| at.format("%a %Y-%m-%d %H:%M %Z").to_string()).collect()
    }
}
