//! Accounts by what somebody remembers of them.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use crate::{
    store::search::Found,
    web::console::{
        Shared,
        guard::Actor,
        html::{self, Head},
    },
};

/// Accounts that are shown of a search.
const FOUND: usize = 50;

#[derive(Template)]
#[template(path = "console/accounts.html")]
struct Search<'a> {
    head: Head,
    text: &'a str,
    found: Vec<Found>,
    all: bool,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

pub async fn search(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(Asked { q }): Query<Asked>,
) -> Response {
    let text = q.trim();
    let found = match text {
        "" => Ok(Vec::new()),
        text => console.app.store.search(text, FOUND).await,
    };
    match found {
        Ok(found) => {
            let all = found.len() < FOUND;
            html::page(&Search { head: Head::of("Accounts", &actor), text, found, all })
        }
        Err(error) => html::failure(&error),
    }
}
