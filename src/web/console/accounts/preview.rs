//! The mail that would go next: its text on a page, its HTML in a frame that can do nothing.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::path;
use crate::{
    app::Failure,
    domain::plan::Outcome,
    preview::Preview,
    store::snapshot::Horizon,
    web::console::{
        Console, Shared,
        guard::Actor,
        html::{self, Head},
    },
};

/// Styles within the mail, as mails have them, and nothing else: no script, no form, nothing from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; \
                      frame-ancestors 'self'; sandbox";

#[derive(Template)]
#[template(path = "console/account_preview.html")]
struct Page {
    head: Head,
    number: String,
    path: String,
    address: Option<String>,
    mails: Vec<Shown>,
    problem: Option<String>,
}

struct Shown {
    currency: String,
    stage: String,
    /// Why it would wait.
    held: Option<String>,
    subject: String,
    text: String,
}

pub async fn page(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(number): Path<String>,
) -> Response {
    let (snapshot, previews) = match console.previews(&number).await {
        Ok(Some(found)) => found,
        Ok(None) => return html::problem(StatusCode::NOT_FOUND, "There is no such account."),
        Err(error) => return html::failure(&error),
    };
    let (mails, problem) = match previews {
        Ok(previews) => (previews.into_iter().map(Shown::of).collect(), None),
        Err(why) => (Vec::new(), Some(format!("The mail cannot be written: {why}."))),
    };
    let account = &snapshot.facts.account;
    let head = Head::of(&format!("The next notice to {}", account.name), &actor);
    let (path, address) = (path(&account.number), snapshot.facts.address().map(str::to_owned));
    html::page(&Page { head, number: account.number.clone(), path, address, mails, problem })
}

/// For the frame of that page.
pub async fn mail(State(console): State<Shared>, Path((number, currency)): Path<(String, String)>) -> Response {
    let previews = match console.previews(&number).await {
        Ok(Some((_, Ok(previews)))) => previews,
        Ok(_) => Vec::new(),
        Err(error) => return html::failure(&error),
    };
    let Some(preview) = previews.into_iter().find(|preview| preview.decision.currency.code() == currency) else {
        return html::problem(StatusCode::NOT_FOUND, "There is no such mail.");
    };
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_FRAME_OPTIONS, "SAMEORIGIN")];
    (headers, Html(preview.mail.rendered.html)).into_response()
}

type Found = (crate::store::snapshot::Snapshot, Result<Vec<Preview>, String>);

impl Console {
    /// An account with its mails, or why they cannot be written.
    async fn previews(&self, number: &str) -> Result<Option<Found>, Failure> {
        let Some(mut snapshot) = self.account_found(number).await? else { return Ok(None) };
        self.app.find_documents(&mut snapshot);
        let previews = match self.app.previews(&snapshot, Horizon::everything(self.app.today())).await {
            Ok(previews) => Ok(previews),
            Err(Failure::Failed(why) | Failure::Input(why)) => Err(why),
            Err(error) => return Err(error),
        };
        Ok(Some((snapshot, previews)))
    }
}

impl Shown {
    fn of(Preview { decision, mail }: Preview) -> Self {
        let held = match &decision.outcome {
            Outcome::Held { reasons } => {
                Some(reasons.iter().map(|reason| reason.sentence()).collect::<Vec<_>>().join("; "))
            }
            Outcome::Notice { .. } => None,
        };
        let (currency, stage) = (decision.currency.code().to_owned(), decision.stage);
        Self { currency, stage, held, subject: mail.rendered.subject, text: mail.rendered.text }
    }
}
