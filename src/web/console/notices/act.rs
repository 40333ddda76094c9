//! What a person does about notices: once done, the next page says so; what was refused says why.

use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::{
    app::Failure,
    domain::record,
    store::{Result, StoreError, doubts::Verdict},
    web::console::{Console, Shared, form::sentence, guard::Actor, html},
};

#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    sweep: i64,
}

#[derive(Deserialize)]
pub struct Word {
    #[serde(default)]
    why: String,
}

/// The sweep that the person has seen; not one that came meanwhile.
pub async fn release(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Form(chosen): Form<Chosen>,
) -> Response {
    let released = console.app.release(chosen.sweep, &actor.person.name).await;
    console.of_all(&actor, released, "released").await
}

pub async fn retry_all(State(console): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let back = console.app.retry_refused(None, &actor.person.name).await;
    console.of_all(&actor, back.and_then(some_back), "retried").await
}

pub async fn resume(State(console): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    match console.app.resume(&actor.person.name).await {
        Ok(Some(_)) => Redirect::to("/notices?done=resumed").into_response(),
        Ok(None) => console.notices_refused(&actor, "Sending was not stopped.".to_owned()).await,
        Err(Failure::Input(why)) => console.notices_refused(&actor, why).await,
        Err(error) => html::failure(&error),
    }
}

pub async fn withdraw(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    Form(Word { why }): Form<Word>,
) -> Response {
    let done = match reason(&why) {
        Ok(reason) => console.app.take_back(id, (&actor.person.name, reason)).await,
        Err(refused) => Err(refused),
    };
    console.of_one(id, &actor, done, ("withdrawn", why)).await
}

pub async fn resend(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    Form(Word { why }): Form<Word>,
) -> Response {
    console.settle(id, &actor, Verdict::Resend, ("resend", why)).await
}

pub async fn accept(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    Form(Word { why }): Form<Word>,
) -> Response {
    console.settle(id, &actor, Verdict::Accept, ("accepted", why)).await
}

pub async fn retry(State(console): State<Shared>, Extension(actor): Extension<Actor>, Path(id): Path<i64>) -> Response {
    let back = console.app.retry_refused(Some(id), &actor.person.name).await;
    console.of_one(id, &actor, back.and_then(some_back), ("retried", String::new())).await
}

fn some_back(back: u64) -> Result<()> {
    let nothing = || StoreError::Refused("nothing was put back: it is not refused any more".to_owned());
    if back == 0 { Err(nothing()) } else { Ok(()) }
}

fn reason(why: &str) -> Result<&str> {
    record::note(why.trim()).map_err(|what| StoreError::Refused(format!("the reason {what}")))
}

impl Console {
    async fn settle(&self, id: i64, actor: &Actor, verdict: Verdict, (done, why): (&str, String)) -> Response {
        let settled = match reason(&why) {
            Ok(reason) => self.app.settle_doubt(id, verdict, (&actor.person.name, reason)).await,
            Err(refused) => Err(refused),
        };
        self.of_one(id, actor, settled, (done, why)).await
    }

    async fn of_one(&self, id: i64, actor: &Actor, done: Result<()>, (word, why): (&str, String)) -> Response {
        match done {
            Ok(()) => Redirect::to(&format!("/notices/{id}?done={word}")).into_response(),
            Err(StoreError::Refused(what)) => self.notice_shown(id, actor, "", Some((sentence(&what), why))).await,
            Err(error) => html::failure(&error),
        }
    }

    async fn of_all(&self, actor: &Actor, done: Result<()>, word: &str) -> Response {
        match done {
            Ok(()) => Redirect::to(&format!("/notices?done={word}")).into_response(),
            Err(StoreError::Refused(what)) => self.notices_refused(actor, sentence(&what)).await,
            Err(error) => html::failure(&error),
        }
    }
}
