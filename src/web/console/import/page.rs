//! Where uploads stand.

use std::sync::{Arc, atomic::Ordering};

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    columns::{self, Form, Sent},
    desk::{Stage, Upload},
    outcome::Outcome,
};
use crate::{
    intake::Kind,
    web::console::{
        Console, Shared,
        guard::Actor,
        html::{self, Head},
    },
};

/// Seconds until a page about work that is under way is asked for again.
const AGAIN: &str = "2";

#[derive(Template)]
#[template(path = "console/import.html")]
struct All {
    head: Head,
    problem: Option<String>,
    done: Option<&'static str>,
    uploads: Vec<Line>,
}

struct Line {
    token: String,
    name: String,
    kind: Kind,
    by: String,
    at: String,
    stands: &'static str,
}

#[derive(Template)]
#[template(path = "console/import_columns.html")]
struct Columns<'a> {
    head: Head,
    upload: &'a Upload,
    problem: Option<String>,
    form: Form,
}

#[derive(Template)]
#[template(path = "console/import_look.html")]
struct Look<'a> {
    head: Head,
    upload: &'a Upload,
    problem: Option<String>,
    done: Option<&'static str>,
    /// It was taken; else this is what it would come to.
    taken: bool,
    /// The look that can be taken: nothing is wrong.
    ready: Option<u64>,
    /// The picked columns can be kept under this name.
    save: Option<String>,
    outcome: &'a Outcome,
}

#[derive(Template)]
#[template(path = "console/import_wait.html")]
struct Wait<'a> {
    head: Head,
    upload: &'a Upload,
    takes: bool,
    percent: u64,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

fn said(done: &str) -> Option<&'static str> {
    match done {
        "abandoned" => Some("Given up: the file is gone, and nothing was changed."),
        "saved" => Some("Kept: the map is offered from now on, here and to `duly import --map`."),
        _ => None,
    }
}

pub async fn all(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(asked): Query<Asked>,
) -> Response {
    console.uploads_shown(&actor, &asked.done, None)
}

pub async fn one(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    match console.desk.find(&token) {
        Some(upload) => console.upload_shown(&upload, &actor, &asked.done, None),
        None => gone(),
    }
}

/// Other columns, after a look.
pub async fn again(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(token): Path<String>,
) -> Response {
    let Some(upload) = console.desk.find(&token) else { return gone() };
    let open = matches!(*upload.stage(), Stage::Choosing(_) | Stage::Looked { .. });
    match open {
        true => console.columns_shown(&upload, &actor, &Sent::new(), None),
        false => console.upload_shown(&upload, &actor, "", None),
    }
}

/// For whoever comes too late.
pub fn gone() -> Response {
    let what = "This upload is not here any more: it was given up, or an hour is over. Upload the file again.";
    html::problem(StatusCode::NOT_FOUND, what)
}

impl Console {
    pub(super) fn uploads_shown(&self, actor: &Actor, done: &str, problem: Option<String>) -> Response {
        let line = |upload: &Arc<Upload>| Line {
            token: upload.token.clone(),
            name: upload.name.clone(),
            kind: upload.kind,
            by: upload.by.clone(),
            at: upload.at.with_timezone(&self.app.settings.company.zone).format("%H:%M %Z").to_string(),
            stands: match &*upload.stage() {
                Stage::Choosing(_) => "waits for its columns",
                Stage::Reading { .. } => "is being read",
                Stage::Looked { .. } => "looked at, not taken",
                Stage::Taken(_) => "taken",
            },
        };
        let uploads = self.desk.all().iter().map(line).collect();
        html::page(&All { head: Head::of("Import", actor), problem, done: said(done), uploads })
    }

    /// One upload, where it stands; after an act that was refused with the problem.
    pub(super) fn upload_shown(&self, upload: &Upload, actor: &Actor, done: &str, problem: Option<String>) -> Response {
        let stage = upload.stage().clone();
        let refused = problem.is_some();
        let response = match stage {
            Stage::Choosing(before) => return self.columns_shown(upload, actor, &Sent::new(), problem.or(before)),
            Stage::Reading { takes, read } => {
                let percent = (read.load(Ordering::Relaxed) * 100).checked_div(upload.size).unwrap_or(100).min(100);
                let head = Head::of(&format!("Reading {}", upload.name), actor);
                let mut response = html::page(&Wait { head, upload, takes, percent });
                response.headers_mut().insert(header::REFRESH, HeaderValue::from_static(AGAIN));
                response
            }
            Stage::Looked { look, chosen, outcome, problem: before } => html::page(&Look {
                head: Head::of(&format!("What {} would change", upload.name), actor),
                upload,
                problem: problem.or(before),
                done: said(done),
                taken: false,
                ready: (outcome.bad_count == 0).then_some(look),
                save: chosen.text.as_ref().map(|_| suggested(&upload.name)),
                outcome: &outcome,
            }),
            Stage::Taken(outcome) => html::page(&Look {
                head: Head::of(&format!("{} is taken", upload.name), actor),
                upload,
                problem,
                done: said(done),
                taken: true,
                ready: None,
                save: None,
                outcome: &outcome,
            }),
        };
        if refused { (StatusCode::UNPROCESSABLE_ENTITY, response).into_response() } else { response }
    }

    /// The columns of an upload, with what was sent before and why that was refused.
    pub(super) fn columns_shown(
        &self,
        upload: &Upload,
        actor: &Actor,
        sent: &Sent,
        problem: Option<String>,
    ) -> Response {
        let status = if sent.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let form = columns::form(&self.app, upload, sent);
        let head = Head::of(&format!("What is in {}?", upload.name), actor);
        (status, html::page(&Columns { head, upload, problem, form })).into_response()
    }
}

/// The name of a map after that of the file.
fn suggested(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase();
    let plain: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(40).collect();
    plain.trim_matches('_').to_owned()
}
