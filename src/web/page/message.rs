//! Pages with nothing but a kind word: the same for everybody, in the language of the company.

use std::sync::Arc;

use askama::Template as _;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::{Site, view::Words};
use crate::{app::App, letter::LetterError};

#[derive(askama::Template)]
#[template(path = "page/message.html")]
struct Message<'a> {
    w: Words<'a>,
    title: String,
    text: String,
}

/// Wrong, expired and withdrawn links, and everything else that is not here.
pub fn gone(site: &Site) -> Response {
    page(site, StatusCode::NOT_FOUND, ("page-gone", "page-gone-ask"))
}

/// Nothing was noted.
pub fn failed(site: &Site, status: StatusCode) -> Response {
    page(site, status, ("page-failed", "page-failed-ask"))
}

pub fn busy(site: &Arc<Site>) -> Response {
    let mut response = page(site, StatusCode::TOO_MANY_REQUESTS, ("page-busy", "page-busy-ask"));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

fn page(site: &Site, status: StatusCode, keys: (&str, &str)) -> Response {
    let app = site.app.load();
    match written(&app, &site.prefix, keys) {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => unwritten(&error),
    }
}

/// In the language of the company.
pub fn written(app: &App, prefix: &str, (title, ask): (&str, &str)) -> Result<String, LetterError> {
    let words = Words::of(&app.rules.words, &app.settings.company, &app.settings.company.locale, prefix)?;
    let text = match ask {
        "page-busy-ask" => words.voice.say(ask, &[])?,
        _ => words.voice.contact(ask, &words.sender)?,
    };
    Ok(Message { title: words.voice.say(title, &[])?, text, w: words }.render()?)
}

/// No words at all: a catalogue that could do this is not taken.
pub fn unwritten(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "the customer's page cannot be written");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
