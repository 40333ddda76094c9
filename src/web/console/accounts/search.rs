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
    /// Where the list of all goes on.
    next: Option<String>,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    /// Without a text: the accounts after this number.
    #[serde(default)]
    after: String,
}

pub async fn search(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(Asked { q, after }): Query<Asked>,
) -> Response {
    let text = q.trim();
    let found = match text {
        "" => console.app.store.accounts_after(&after, FOUND as i64).await,
        text => console.directory.search(&console.app.store, text, FOUND).await,
    };
    match found {
        Ok(found) => {
            let all = found.len() < FOUND;
            let next = found.last().filter(|_| text.is_empty() && !all).map(|last| last.number.clone());
            html::page(&Search { head: Head::of("Accounts", &actor), text, found, all, next })
        }
        Err(error) => html::failure(&error),
    }
}
