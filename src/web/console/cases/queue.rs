//! The queue, a page at a time.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use crate::{
    domain::case::about,
    store::{
        Result,
        cases::{CaseRow, Which},
    },
    web::console::{
        Console, Shared,
        guard::Actor,
        html::{self, Head},
    },
};

/// Cases on a page.
const PAGE: i64 = 50;
/// Pages that can be turned to.
const LAST: i64 = 10_000;

#[derive(Template)]
#[template(path = "console/cases.html")]
struct Queue {
    head: Head,
    filters: Vec<Filter>,
    cases: Vec<Queued>,
    /// The links to the pages before and after.
    earlier: Option<String>,
    later: Option<String>,
}

struct Filter {
    word: &'static str,
    title: String,
    chosen: bool,
}

/// A line of the queue.
struct Queued {
    id: i64,
    heat: Option<u32>,
    account: String,
    name: String,
    kind: String,
    status: String,
    about: String,
    owner: String,
    due: String,
    late: bool,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    which: String,
    #[serde(default)]
    page: String,
}

pub async fn queue(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(asked): Query<Asked>,
) -> Response {
    match console.queue(&asked, &actor).await {
        Ok(queue) => html::page(&queue),
        Err(error) => html::failure(&error),
    }
}

impl Console {
    async fn queue(&self, asked: &Asked, actor: &Actor) -> Result<Queue> {
        // As the policy's staff has the name.
        let me = self.app.colleague(&actor.person.name).unwrap_or_else(|_| actor.person.name.clone());
        let (word, which) = match asked.which.as_str() {
            "mine" => ("mine", Which::Of(&me)),
            "nobodys" => ("nobodys", Which::Nobodys),
            "over" => ("over", Which::Over),
            _ => ("all", Which::Open),
        };
        let page = asked.page.parse().unwrap_or(1).clamp(1, LAST);
        let numbers = self.app.store.queue_numbers(&me).await?;
        // One more tells whether there is another page.
        let mut cases = self.app.store.queue(which, (page - 1) * PAGE, PAGE + 1).await?;
        let more = cases.len() as i64 > PAGE;
        cases.truncate(PAGE as usize);
        let link = |page: i64| format!("/cases?which={word}&page={page}");
        let titles = [
            ("all", format!("All ({})", numbers.all)),
            ("mine", format!("Mine ({})", numbers.own)),
            ("nobodys", format!("Nobody’s ({})", numbers.nobodys)),
            ("over", "Over".to_owned()),
        ];
        Ok(Queue {
            head: Head::of("Cases", actor),
            filters: titles.map(|(known, title)| Filter { word: known, title, chosen: known == word }).into(),
            cases: cases.iter().map(|case| self.queued(case)).collect(),
            earlier: (page > 1).then(|| link(page - 1)),
            later: more.then(|| link(page + 1)),
        })
    }

    fn queued(&self, case: &CaseRow) -> Queued {
        let (course, due) = (&case.course, self.app.next_due(case));
        Queued {
            id: case.id,
            heat: (!course.status.is_over()).then(|| self.app.temperature(course).degrees()),
            account: case.account.clone(),
            name: case.name.clone(),
            kind: course.kind.to_string(),
            status: course.status.to_string(),
            about: about(&case.concerns),
            owner: course.owner.clone().unwrap_or_default(),
            late: due.ends_with(", late"),
            due,
        }
    }
}
