//! The mail of a notice: its HTML in a frame that can do nothing, and its source to be kept.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::{
    app::App,
    noticework::Sameness,
    store::outbox::Notice,
    web::console::{Shared, html},
};

/// Styles within the mail, as mails have them, and nothing else: no script, no form, nothing from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; \
                      frame-ancestors 'self'; sandbox";

/// A mail without the secret of the link: whoever has that answers as the customer.
pub fn unlinked(app: &App, notice: &Notice, text: &str) -> String {
    let Some(url) = app.links.as_ref().map(|links| links.url(&notice.token)) else { return text.to_owned() };
    let secret = url.rsplit('/').next().unwrap_or(&url);
    text.replace(secret, "…")
}

/// For the frame of the notice's page.
pub async fn shown(State(console): State<Shared>, Path(id): Path<i64>) -> Response {
    let found = match console.found(id).await {
        Ok(found) => found,
        Err(error) => return html::failure(&error),
    };
    let Some((notice, _, Ok(rewritten))) = found else { return html::not_found().await };
    let page = Html(unlinked(&console.app, &notice, &rewritten.mail.rendered.html));
    ([(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_FRAME_OPTIONS, "SAMEORIGIN")], page).into_response()
}

/// The bytes, with the address and the link: for whoever decides. One that differs from what was sent says so in its name.
pub async fn source(State(console): State<Shared>, Path(id): Path<i64>) -> Response {
    let found = match console.found(id).await {
        Ok(found) => found,
        Err(error) => return html::failure(&error),
    };
    let Some((_, _, Ok(rewritten))) = found else {
        return html::problem(StatusCode::NOT_FOUND, "There is no such mail.");
    };
    let today = if rewritten.is == Sameness::AsSent { "" } else { "-as-written-today" };
    let disposition = format!("attachment; filename=\"notice-{id}{today}.eml\"");
    let headers = [(header::CONTENT_TYPE, "message/rfc822".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, rewritten.mail.bytes).into_response()
}
