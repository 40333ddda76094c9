//! Requests and their answers.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderValue, StatusCode, header},
    middleware::{from_fn_with_state, map_response_with_state},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use super::{
    Site,
    answer::{Fields, Missing},
    document,
    find::Found,
    headers, limit, message,
    view::{self, Shown},
};
use crate::{app::App, domain::answer::Answer, store::page::Taken};

/// Octets of a form.
const LONGEST: usize = 64 * 1024;
/// Longest wait for the whole of it.
const PATIENCE: Duration = Duration::from_secs(10);

const STYLE: &str = include_str!("../../../templates/page/page.css");

pub fn routes(site: Arc<Site>) -> Router {
    Router::new()
        .route("/r/{token}", get(show).post(answer))
        .route("/r/{token}/document/{number}", get(download))
        .route("/page.css", get(style))
        .fallback(gone)
        .method_not_allowed_fallback(gone)
        .layer(from_fn_with_state(Arc::clone(&site), limit::guard))
        .layer(map_response_with_state(Arc::clone(&site), headers::add))
        .with_state(site)
}

type Token = Result<Path<String>, PathRejection>;

/// What is not even text is a wrong link like any other.
fn text(token: Token) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}

async fn gone(State(site): State<Arc<Site>>) -> Response {
    message::gone(&site)
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

async fn show(State(site): State<Arc<Site>>, token: Token, uri: axum::http::Uri) -> Response {
    let (app, token) = (site.app.load_full(), text(token));
    match site.find(&app, &token).await {
        Ok(Some(found)) => {
            let thanks = uri.query() == Some(NOTED);
            shown(&site, &app, &found, &token, (StatusCode::OK, thanks, &Fields::default(), None))
        }
        Ok(None) => message::gone(&site),
        Err(error) => trouble(&site, &error),
    }
}

/// How the address of a page ends after an answer was noted.
const NOTED: &str = "noted";

async fn answer(State(site): State<Arc<Site>>, token: Token, body: Body) -> Response {
    let (app, token) = (site.app.load_full(), text(token));
    let found = match site.find(&app, &token).await {
        Ok(Some(found)) => found,
        Ok(None) => return message::gone(&site),
        Err(error) => return trouble(&site, &error),
    };
    let body = match tokio::time::timeout(PATIENCE, to_bytes(body, LONGEST)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return message::failed(&site, StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => return message::failed(&site, StatusCode::REQUEST_TIMEOUT),
    };
    let fields = Fields::read(&body);
    let Some(form) = fields.form() else { return message::failed(&site, StatusCode::UNPROCESSABLE_ENTITY) };
    let invoices: Vec<&str> = found.invoices().collect();
    let answer = fields.answer(&invoices, app.today());
    // All was paid since the form was shown.
    if found.open.is_paid() && !answer.as_ref().is_ok_and(Answer::outlives_payment) {
        return again(&site, &token, "");
    }
    let answer = match answer {
        Ok(answer) => answer,
        Err(Missing::Form) => return message::failed(&site, StatusCode::UNPROCESSABLE_ENTITY),
        Err(missing) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return shown(&site, &app, &found, &token, (status, false, &fields, Some(missing)));
        }
    };
    let notice = found.notice.id;
    match site.take(&app, &token, (&answer, form), found).await {
        Ok(Some(Taken::Noted)) => {
            tracing::info!(notice, answer = answer.code(), "a customer answered");
            site.noted.notify_one();
            again(&site, &token, NOTED)
        }
        Ok(Some(Taken::Known)) => again(&site, &token, NOTED),
        Ok(Some(Taken::Enough)) => message::busy(&site),
        Ok(Some(Taken::Changed) | None) => message::gone(&site),
        Err(error) => trouble(&site, &error),
    }
}

async fn download(State(site): State<Arc<Site>>, path: Result<Path<(String, String)>, PathRejection>) -> Response {
    let app = site.app.load_full();
    let (token, number) = path.map(|Path(path)| path).unwrap_or_default();
    match site.find(&app, &token).await {
        Ok(Some(found)) => document::send(&app, &found, &number).await.unwrap_or_else(|| message::gone(&site)),
        Ok(None) => message::gone(&site),
        Err(error) => trouble(&site, &error),
    }
}

fn shown(
    site: &Site,
    app: &App,
    found: &Found,
    token: &str,
    (status, thanks, typed, missing): (StatusCode, bool, &Fields, Option<Missing>),
) -> Response {
    // A form that came back keeps its number: it was not taken.
    let form = typed.form().map_or_else(|| format!("{:032x}", rand::random::<u128>()), str::to_owned);
    let shown = Shown { token, thanks, typed, missing, form };
    match view::page(app, &site.prefix, found, shown) {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => message::unwritten(&error),
    }
}

/// The page by GET, so that nothing is sent twice by a reload.
fn again(site: &Site, token: &str, query: &str) -> Response {
    let mark = if query.is_empty() { "" } else { "?" };
    // A link that was found is letters, figures, `-` and `_`.
    match HeaderValue::from_str(&format!("{}/r/{token}{mark}{query}", site.prefix)) {
        Ok(place) => (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(),
        Err(_) => message::gone(site),
    }
}

fn trouble(site: &Site, error: &crate::store::StoreError) -> Response {
    tracing::error!(%error, "the customer's page cannot be read");
    message::failed(site, StatusCode::SERVICE_UNAVAILABLE)
}
