//! Pages as answers, and what is said when there is none.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::guard::Actor;
use crate::domain::person::Permission;

/// The console's sections in the order of a day's work, each with what it needs.
const SECTIONS: [Section; 8] = [
    Section { path: "/", title: "Today", needs: Permission::Look },
    Section { path: "/cases", title: "Cases", needs: Permission::Look },
    Section { path: "/accounts", title: "Accounts", needs: Permission::Look },
    Section { path: "/notices", title: "Notices", needs: Permission::Look },
    Section { path: "/reports", title: "Reports", needs: Permission::Look },
    Section { path: "/policy", title: "Schedule and policy", needs: Permission::Look },
    Section { path: "/import", title: "Import", needs: Permission::Decide },
    Section { path: "/people", title: "People", needs: Permission::People },
];

#[derive(Clone, Copy)]
pub struct Section {
    pub path: &'static str,
    pub title: &'static str,
    needs: Permission,
}

/// Who is looking, for the head of the page.
pub struct Head {
    pub title: String,
    pub person: Option<String>,
    pub sections: Vec<Section>,
}

impl Head {
    pub fn of(title: &str, actor: &Actor) -> Self {
        let sections = SECTIONS.into_iter().filter(|section| actor.person.may(section.needs)).collect();
        Self { title: title.to_owned(), person: Some(actor.person.name.clone()), sections }
    }

    /// Before anybody has signed in.
    pub fn plain(title: &str) -> Self {
        Self { title: title.to_owned(), person: None, sections: Vec::new() }
    }
}

#[derive(Template)]
#[template(path = "console/problem.html")]
struct Problem<'a> {
    head: Head,
    what: &'a str,
}

/// A page, or the failure to make it.
pub fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => failure(&error),
    }
}

/// What is wrong, in words for the person who asked.
pub fn problem(status: StatusCode, what: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Problem");
    (status, page(&Problem { head: Head::plain(title), what })).into_response()
}

/// Something that the person cannot mend; the log says what.
pub fn failure(error: &dyn std::fmt::Display) -> Response {
    tracing::warn!(%error, "a page of the console could not be made");
    let said = "Something went wrong here, and nothing was changed. The log says what; try again in a moment.";
    match (Problem { head: Head::plain("Something went wrong"), what: said }).render() {
        Ok(text) => (StatusCode::INTERNAL_SERVER_ERROR, Html(text)).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, said).into_response(),
    }
}

pub async fn not_found() -> Response {
    problem(StatusCode::NOT_FOUND, "There is no such page.")
}

pub async fn style() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")];
    (headers, include_str!("../../../templates/console/style.css"))
}

/// The page of an account.
pub fn account(number: &str) -> String {
    format!("/accounts/{}", encoded(number))
}

/// For a part of a path.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
