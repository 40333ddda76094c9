//! Today: what the next sweep would do, what waits for whoever looks, and how the ledger stands.

mod cases;
mod next;
mod words;

use askama::Template;
use axum::{Extension, extract::State, response::Response};

use super::{
    Console, Shared,
    guard::Actor,
    html::{self, Head},
    reports::pictures::{Drawn, ageing, came_back},
    routes::{Needs, Route},
};
use crate::{
    app::Failure,
    reports::Ledger,
    tasks::{Place, Task, mails, notices, standing},
};
use cases::Cases;
use next::Next;
use words::words;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page("/", Needs::LOOK, page)]
}

/// Tasks that are shown of a kind.
const SHOWN: usize = 12;

/// Notices and mails that are asked for.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "console/today.html")]
struct Today {
    head: Head,
    next: Next,
    cases: Cases,
    tasks: Vec<Group>,
    charts: Vec<Drawn>,
}

/// Tasks of one kind.
struct Group {
    title: &'static str,
    to_do: &'static str,
    /// What it is about, with the page on which it is done.
    tasks: Vec<(String, Option<String>)>,
    more: u64,
}

pub async fn page(State(console): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    match console.today(&actor).await {
        Ok(today) => html::page(&today),
        Err(error) => html::failure(&error),
    }
}

impl Console {
    async fn today(&self, actor: &Actor) -> Result<Today, Failure> {
        let picture = self.wall.picture();
        let mut tasks = standing(&self.app).await?;
        tasks.extend(self.wall.alarms());
        tasks.extend(notices(&self.app, MOST).await?);
        tasks.extend(mails(&self.app, MOST).await?);
        tasks.sort_by_key(|task| task.kind);
        let mut groups: Vec<Group> =
            tasks.chunk_by(|one, other| one.kind == other.kind).map(|tasks| group(tasks, tasks.len() as u64)).collect();
        if let Some(picture) = &picture {
            groups.extend(picture.tasks.0.values().map(|(number, tasks)| group(tasks, *number)));
        }
        let charts = |ledger: &Ledger| ageing(ledger).into_iter().chain(came_back(&ledger.came_back)).collect();
        let seen = picture.as_ref().map(|picture| &picture.ledger);
        Ok(Today {
            head: Head::of("Today", actor),
            next: self.next(picture.as_deref()).await?,
            cases: self.cases_for(&actor.person.name).await?,
            tasks: groups,
            charts: seen.map(charts).unwrap_or_default(),
        })
    }
}

fn group(tasks: &[Task], number: u64) -> Group {
    let (title, to_do) = tasks.first().map_or(("", ""), |task| words(task.kind));
    let shown = tasks.iter().take(SHOWN).map(|task| (task.what.clone(), link(&task.place)));
    let shown: Vec<_> = shown.collect();
    Group { title, to_do, more: number.saturating_sub(shown.len() as u64), tasks: shown }
}

fn link(place: &Place) -> Option<String> {
    match place {
        Place::Nowhere => None,
        Place::Account(number) => Some(html::account(number)),
        Place::Case(id) => Some(format!("/cases/{id}")),
        Place::Notice(id) => Some(format!("/notices/{id}")),
        Place::Change(id) => Some(format!("/policy/changes/{id}")),
    }
}
