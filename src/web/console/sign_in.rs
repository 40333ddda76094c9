//! Signing in and out, invitations, and one's own password.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    Shared,
    guard::{Actor, Address, COOKIE, cookie, local},
    html::{self, Head},
    oidc,
    routes::{Needs, Route},
    secret::{self, Token},
};
use crate::{domain::person::weakness, store::people::Credentials};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page("/sign-in", Needs::Nobody, page),
        Route::act("/sign-in", Needs::Nobody, act),
        Route::page("/sign-in/oidc", Needs::Nobody, oidc::begin),
        Route::page("/sign-in/back", Needs::Nobody, oidc::back),
        Route::page("/invitation/{token}/oidc", Needs::Nobody, oidc::invited),
        Route::page("/invitation/{token}", Needs::Nobody, invitation),
        Route::act("/invitation/{token}", Needs::Nobody, accept),
        Route::act("/sign-out", Needs::Person, out),
        Route::page("/password", Needs::Person, password),
        Route::act("/password", Needs::Person, change),
    ]
}

const TOO_MANY: &str = "Too many tries. Wait a quarter of an hour, then try again.";

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignIn<'a> {
    head: Head,
    next: &'a str,
    name: &'a str,
    problem: Option<&'a str>,
    /// What an account elsewhere is called, by which one may sign in.
    account: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "console/password.html")]
struct Password<'a> {
    head: Head,
    /// Of whom, when it is the first one.
    invited: Option<&'a str>,
    problem: Option<&'a str>,
    /// An account elsewhere will do instead: what it is called, and where that begins.
    account: Option<(&'a str, String)>,
}

#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

#[derive(Deserialize)]
pub struct Entered {
    name: String,
    password: String,
    next: Option<String>,
}

#[derive(Deserialize)]
pub struct Changed {
    #[serde(default)]
    old: String,
    new: String,
    again: String,
}

pub async fn page(State(console): State<Shared>, Query(Next { next }): Query<Next>) -> Response {
    let (head, next) = (Head::plain("Sign in"), local(next.as_deref()));
    html::page(&SignIn { head, next, name: "", problem: None, account: console.elsewhere_called() })
}

/// A wrong name and a wrong password look and take the same.
pub async fn act(
    State(console): State<Shared>,
    Extension(Address(address)): Extension<Address>,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Response {
    let (store, now) = (&console.app.store, console.app.clock.now());
    let next = local(entered.next.as_deref());
    let again = |status: StatusCode, problem: &str| {
        let head = Head::plain("Sign in");
        (
            status,
            html::page(&SignIn {
                head,
                next,
                name: &entered.name,
                problem: Some(problem),
                account: console.elsewhere_called(),
            }),
        )
            .into_response()
    };
    if !console.throttle.admits(&entered.name, address, now) {
        return again(StatusCode::TOO_MANY_REQUESTS, TOO_MANY);
    }
    let known = match store.credentials(&entered.name).await {
        Ok(known) => known,
        Err(error) => return html::failure(&error),
    };
    let kept = known.as_ref().and_then(|known| known.password.clone());
    let fits = console.fits(entered.password.clone(), kept).await;
    let Some(known) = known.filter(|_| fits) else {
        return again(StatusCode::FORBIDDEN, "Name and password do not go together.");
    };
    console.throttle.forgive(&entered.name, address);
    started(&console, &headers, &known, next).await
}

/// A session of somebody who was let in.
pub async fn started(console: &Shared, headers: &HeaderMap, known: &Credentials, next: &str) -> Response {
    let token = match Token::new(&console.random) {
        Ok(token) => token,
        Err(error) => return html::failure(&error),
    };
    let (store, now) = (&console.app.store, console.app.clock.now());
    // One that the browser had goes, whoever made it.
    let ended = match cookie(headers, COOKIE).map(secret::hash) {
        Some(before) => store.end_session(&before).await,
        None => Ok(()),
    };
    match ended.and(store.start_session(&token.hash(), known, now).await) {
        Ok(()) => (set(token.text(), ""), Redirect::to(next)).into_response(),
        Err(error) => html::failure(&error),
    }
}

fn set(value: &str, further: &str) -> [(header::HeaderName, String); 1] {
    [(header::SET_COOKIE, format!("{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{further}"))]
}

pub async fn out(State(console): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    match console.app.store.end_session(&actor.session).await {
        Ok(()) => (set("", "; Max-Age=0"), Redirect::to("/sign-in")).into_response(),
        Err(error) => html::failure(&error),
    }
}

pub async fn invitation(
    State(console): State<Shared>,
    Extension(Address(address)): Extension<Address>,
    Path(token): Path<String>,
) -> Response {
    if !console.throttle.admits(INVITATION, address, console.app.clock.now()) {
        return guessed();
    }
    match console.app.store.invited(&secret::hash(&token), console.app.clock.now()).await {
        Ok(Some(person)) => {
            console.throttle.forgive(INVITATION, address);
            let (invited, account) = (Some(person.name.as_str()), console.elsewhere(&token));
            html::page(&Password { head: Head::plain("Welcome"), invited, problem: None, account })
        }
        Ok(None) => void(),
        Err(error) => html::failure(&error),
    }
}

/// Wrong invitations cost patience like wrong passwords: as a name that nobody can have.
const INVITATION: &str = "\0invitation";

fn guessed() -> Response {
    html::problem(StatusCode::TOO_MANY_REQUESTS, TOO_MANY)
}

pub fn void() -> Response {
    html::problem(StatusCode::NOT_FOUND, "This invitation was used, or is over. Ask for a new one.")
}

pub async fn accept(
    State(console): State<Shared>,
    Extension(Address(address)): Extension<Address>,
    Path(token): Path<String>,
    Form(changed): Form<Changed>,
) -> Response {
    let (store, hash, now) = (&console.app.store, secret::hash(&token), console.app.clock.now());
    if !console.throttle.admits(INVITATION, address, now) {
        return guessed();
    }
    let person = match store.invited(&hash, now).await {
        Ok(Some(person)) => person,
        Ok(None) => return void(),
        Err(error) => return html::failure(&error),
    };
    console.throttle.forgive(INVITATION, address);
    let kept = match console.new_password(&changed, &person.name).await {
        Ok(kept) => kept,
        Err(problem) => {
            let (head, invited) = (Head::plain("Welcome"), Some(person.name.as_str()));
            let page =
                html::page(&Password { head, invited, problem: Some(&problem), account: console.elsewhere(&token) });
            return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
        }
    };
    match store.accept(&hash, &kept, now).await {
        Ok(true) => Redirect::to("/sign-in").into_response(),
        Ok(false) => void(),
        Err(error) => html::failure(&error),
    }
}

pub async fn password(Extension(actor): Extension<Actor>) -> Response {
    html::page(&Password { head: Head::of("New password", &actor), invited: None, problem: None, account: None })
}

/// All sessions end with the old password, this one too.
pub async fn change(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Extension(Address(address)): Extension<Address>,
    Form(changed): Form<Changed>,
) -> Response {
    let (store, now, name) = (&console.app.store, console.app.clock.now(), &actor.person.name);
    let refused = |problem: &str| {
        let page = html::page(&Password {
            head: Head::of("New password", &actor),
            invited: None,
            problem: Some(problem),
            account: None,
        });
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    };
    if !console.throttle.admits(name, address, now) {
        return refused(TOO_MANY);
    }
    let known = match store.credentials(name).await {
        Ok(known) => known.and_then(|known| known.password),
        Err(error) => return html::failure(&error),
    };
    if !console.fits(changed.old.clone(), known).await {
        return refused("The old password is another one.");
    }
    console.throttle.forgive(name, address);
    let kept = match console.new_password(&changed, name).await {
        Ok(kept) => kept,
        Err(problem) => return refused(&problem),
    };
    match store.change_password(actor.person.id, &kept, now).await {
        Ok(()) => (set("", "; Max-Age=0"), Redirect::to("/sign-in")).into_response(),
        Err(error) => html::failure(&error),
    }
}

impl super::Console {
    /// What an account elsewhere is called, by which people may sign in.
    fn elsewhere_called(&self) -> Option<&str> {
        self.settings.oidc.as_ref().map(|oidc| oidc.account.as_str())
    }

    /// The same for an invitation, with where it begins.
    fn elsewhere(&self, token: &str) -> Option<(&str, String)> {
        self.elsewhere_called().map(|account| (account, format!("/invitation/{token}/oidc")))
    }

    /// Hashing is made to be slow: elsewhere, and one after the other.
    async fn fits(&self, password: String, kept: Option<String>) -> bool {
        let _turn = self.hashing.acquire().await;
        tokio::task::spawn_blocking(move || secret::fits(&password, kept.as_deref())).await.unwrap_or(false)
    }

    /// A new password as it is kept, or what is wrong with it.
    async fn new_password(&self, changed: &Changed, name: &str) -> Result<String, String> {
        if changed.new != changed.again {
            return Err("The two are not the same.".to_owned());
        }
        let company = &self.app.settings.company;
        let known: Vec<&str> = name.split(' ').chain([name, company.name.as_str(), company.code.as_str()]).collect();
        if let Some(weakness) = weakness(&changed.new, &known) {
            return Err(format!("The password is {weakness}."));
        }
        let (new, random) = (changed.new.clone(), self.random.clone());
        let _turn = self.hashing.acquire().await;
        let kept = tokio::task::spawn_blocking(move || secret::keep(&new, &random)).await;
        kept.map_err(|error| error.to_string())?
    }
}
