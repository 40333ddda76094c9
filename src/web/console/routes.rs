//! All pages and acts, each with what it needs. What is not here does not exist; what needs nothing says so.

use axum::{
    http::Method,
    routing::{MethodRouter, get, post},
};

use super::{Shared, accounts, cases, html, people, sign_in};
use crate::domain::person::Permission;

/// Who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anybody who reaches the console: signing in, and what the pages look like.
    Nobody,
    /// Whoever has signed in, for themselves.
    Person,
    Permission(Permission),
}

/// A page (GET, which changes nothing) or an act (POST).
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub needs: Needs,
    pub(super) handler: MethodRouter<Shared>,
}

pub fn routes() -> Vec<Route> {
    use Needs::{Nobody, Person};
    let page = |path, needs, handler| Route { method: Method::GET, path, needs, handler };
    let act = |path, needs, handler| Route { method: Method::POST, path, needs, handler };
    let look = Needs::Permission(Permission::Look);
    let people = Needs::Permission(Permission::People);
    vec![
        page("/style.css", Nobody, get(html::style)),
        page("/sign-in", Nobody, get(sign_in::page)),
        act("/sign-in", Nobody, post(sign_in::act)),
        page("/invitation/{token}", Nobody, get(sign_in::invitation)),
        act("/invitation/{token}", Nobody, post(sign_in::accept)),
        act("/sign-out", Person, post(sign_in::out)),
        page("/password", Person, get(sign_in::password)),
        act("/password", Person, post(sign_in::change)),
        page("/", look, get(cases::first)),
        page("/cases", look, get(cases::queue)),
        page("/cases/{id}", look, get(cases::page)),
        page("/accounts", look, get(accounts::search)),
        page("/accounts/{number}", look, get(accounts::page)),
        page("/people", people, get(people::page)),
        act("/people", people, post(people::add)),
        act("/people/change", people, post(people::change)),
        act("/people/invite", people, post(people::invite)),
    ]
}
