//! All pages and acts, each with what it needs. What is not here does not exist; what needs nothing says so.

use axum::{
    handler::Handler,
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

impl Needs {
    pub const LOOK: Self = Self::Permission(Permission::Look);
    pub const REVIEW: Self = Self::Permission(Permission::Review);
    pub const PEOPLE: Self = Self::Permission(Permission::People);
}

/// A page or an act.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub needs: Needs,
    pub(super) handler: MethodRouter<Shared>,
}

impl Route {
    /// Looking at a page changes nothing.
    pub(super) fn page<H: Handler<T, Shared>, T: 'static>(path: &'static str, needs: Needs, handler: H) -> Self {
        Self { method: Method::GET, path, needs, handler: get(handler) }
    }

    /// What a form sends.
    pub(super) fn act<H: Handler<T, Shared>, T: 'static>(path: &'static str, needs: Needs, handler: H) -> Self {
        Self { method: Method::POST, path, needs, handler: post(handler) }
    }
}

pub fn routes() -> Vec<Route> {
    let style = Route::page("/style.css", Needs::Nobody, html::style);
    let rooms = [sign_in::routes(), cases::routes(), accounts::routes(), people::routes()];
    rooms.into_iter().flatten().chain([style]).collect()
}
