//! What is done with an upload.

use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    columns::{Sent, chosen},
    desk::Stage,
    page::gone,
};
use crate::web::console::{Shared, form::sentence, guard::Actor};

#[derive(Deserialize)]
pub struct Named {
    #[serde(default)]
    name: String,
}

fn to(token: &str) -> Response {
    Redirect::to(&format!("/import/{token}")).into_response()
}

/// Reads it as the form says, and changes nothing.
pub async fn look(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(token): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    let Some(upload) = console.desk.find(&token) else { return gone() };
    let begun = chosen(&console.app, &upload, &sent).and_then(|chosen| console.begin(&upload, chosen, None));
    match begun {
        Ok(()) => to(&token),
        Err(_) if !matches!(*upload.stage(), Stage::Choosing(_) | Stage::Looked { .. }) => to(&token),
        Err(why) => console.columns_shown(&upload, &actor, &sent, Some(sentence(&why))),
    }
}

#[derive(Deserialize)]
pub struct Seen {
    look: u64,
}

/// Takes it as it was looked at. Whoever sends the form twice finds it taken, once.
pub async fn take(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(token): Path<String>,
    Form(seen): Form<Seen>,
) -> Response {
    let Some(upload) = console.desk.find(&token) else { return gone() };
    let stage = upload.stage().clone();
    match stage {
        Stage::Looked { look, .. } if look != seen.look => {
            let why = "Not taken: it was looked at anew meanwhile. This is what it would change now.".to_owned();
            console.upload_shown(&upload, &actor, "", Some(why))
        }
        Stage::Looked { chosen, outcome, .. } if outcome.bad_count == 0 => {
            // Somebody else may have been quicker; the page tells what became of it.
            let _ = console.begin(&upload, chosen, Some(actor.person.name.clone()));
            to(&token)
        }
        Stage::Reading { .. } | Stage::Taken(_) => to(&token),
        Stage::Looked { .. } | Stage::Choosing(_) => {
            let why = "It cannot be taken yet: look at what it would change first, without a wrong row.".to_owned();
            console.upload_shown(&upload, &actor, "", Some(why))
        }
    }
}

/// Keeps the picked columns as a map.
pub async fn save(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(token): Path<String>,
    Form(named): Form<Named>,
) -> Response {
    let Some(upload) = console.desk.find(&token) else { return gone() };
    let text = match &*upload.stage() {
        Stage::Looked { chosen, .. } => chosen.text.clone(),
        _ => None,
    };
    let Some(text) = text else { return to(&token) };
    match console.app.save_map(named.name.trim(), &text) {
        Ok(()) => {
            tracing::info!(map = named.name.trim(), by = actor.person.name, "a map was kept");
            Redirect::to(&format!("/import/{token}?done=saved")).into_response()
        }
        Err(why) => console.upload_shown(&upload, &actor, "", Some(sentence(&why))),
    }
}

pub async fn abandon(State(console): State<Shared>, Path(token): Path<String>) -> Response {
    let Some(upload) = console.desk.find(&token) else { return gone() };
    if matches!(*upload.stage(), Stage::Reading { takes: true, .. }) {
        return to(&token);
    }
    console.desk.remove(&token);
    Redirect::to("/import?done=abandoned").into_response()
}
