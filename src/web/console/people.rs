//! Who may sign in.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    Console, Shared,
    guard::Actor,
    html::{self, Head},
    routes::{Needs, Route},
    secret::Token,
};
use crate::{
    domain::{
        case::staff::same_person,
        person::{Role, name},
    },
    store::{Result, StoreError, people::Listed},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/people", Needs::PEOPLE, page),
        Route::act("/people", Needs::PEOPLE, add),
        Route::act("/people/change", Needs::PEOPLE, change),
        Route::act("/people/invite", Needs::PEOPLE, invite),
    ]
}

/// How long an invitation lasts.
pub const INVITED: chrono::Duration = chrono::Duration::hours(24);

#[derive(Template)]
#[template(path = "console/people.html")]
struct People {
    head: Head,
    /// Each with when they were seen last.
    people: Vec<(Listed, String)>,
    /// Whose invitation it is, with the link, shown once.
    invitation: Option<(String, String)>,
    problem: Option<String>,
}

#[derive(Deserialize)]
pub struct Chosen {
    name: String,
    /// On and off, as forms send boxes.
    viewer: Option<String>,
    reviewer: Option<String>,
    finance: Option<String>,
    admin: Option<String>,
    disabled: Option<String>,
}

impl Chosen {
    fn roles(&self) -> BTreeSet<Role> {
        let boxes = [&self.viewer, &self.reviewer, &self.finance, &self.admin];
        Role::ALL.into_iter().zip(boxes).filter(|(_, chosen)| chosen.is_some()).map(|(role, _)| role).collect()
    }
}

pub async fn page(State(console): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    shown(&console, &actor, None, None).await
}

async fn shown(
    console: &Console,
    actor: &Actor,
    invitation: Option<(String, String)>,
    problem: Option<String>,
) -> Response {
    let people = match console.app.store.people().await {
        Ok(people) => people,
        Err(error) => return html::failure(&error),
    };
    let zone = console.app.settings.company.zone;
    let seen = |one: &Listed| one.seen_at.map(|at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string());
    let row = |one: Listed| {
        let seen = seen(&one).unwrap_or_default();
        (one, seen)
    };
    let people = people.into_iter().map(row).collect();
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, html::page(&People { head: Head::of("People", actor), people, invitation, problem })).into_response()
}

pub async fn add(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Form(chosen): Form<Chosen>,
) -> Response {
    let (name, roles) = match (name(&chosen.name), chosen.roles()) {
        (Err(problem), _) => return shown(&console, &actor, None, Some(problem)).await,
        (_, roles) if roles.is_empty() => {
            return shown(&console, &actor, None, Some("Choose at least one role.".to_owned())).await;
        }
        (Ok(name), roles) => (name, roles),
    };
    let added = console.app.store.add_person(&name, &roles, &actor.person.name, console.app.clock.now()).await;
    let link = match added {
        Ok(_) => console.invite(&name, &actor.person.name).await,
        Err(error) => Err(error),
    };
    answered(&console, &actor, link.map(|link| Some((name, link)))).await
}

pub async fn invite(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Form(chosen): Form<Chosen>,
) -> Response {
    let link = console.invite(&chosen.name, &actor.person.name).await;
    answered(&console, &actor, link.map(|link| Some((chosen.name, link)))).await
}

/// Nobody takes the last key away from themselves.
pub async fn change(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Form(chosen): Form<Chosen>,
) -> Response {
    let (roles, disabled) = (chosen.roles(), chosen.disabled.is_some());
    if same_person(&chosen.name, &actor.person.name) && (disabled || !roles.contains(&Role::Admin)) {
        let problem = "Somebody else has to take this from you: else nobody may be left.".to_owned();
        return shown(&console, &actor, None, Some(problem)).await;
    }
    let by = (actor.person.name.as_str(), console.app.clock.now());
    let changed = console.app.store.change_person(&chosen.name, Some(&roles), disabled, by).await;
    match changed {
        Ok(()) => Redirect::to("/people").into_response(),
        Err(error) => answered(&console, &actor, Err(error)).await,
    }
}

async fn answered(console: &Console, actor: &Actor, link: Result<Option<(String, String)>>) -> Response {
    match link {
        Ok(invitation) => shown(console, actor, invitation, None).await,
        Err(StoreError::Refused(why)) => shown(console, actor, None, Some(why)).await,
        Err(error) => html::failure(&error),
    }
}

impl Console {
    /// A link by which a person chooses a password, once.
    async fn invite(&self, name: &str, by: &str) -> Result<String> {
        let token = Token::new(&self.random).map_err(|_| StoreError::Refused("there is no randomness".to_owned()))?;
        let now = self.app.clock.now();
        self.app.store.invite(name, &token.hash(), now + INVITED, (by, now)).await?;
        Ok(self.settings.invitation(token.text()))
    }
}
