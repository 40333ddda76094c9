//! The queue, a page at a time.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use crate::{
    domain::case::about,
    queue::Queued,
    store::{Result, cases::CaseRow},
    web::console::{
        Console, Shared,
        guard::Actor,
        html::{self, Head},
    },
};

/// Cases on a page.
const PAGE: usize = 50;
/// Pages that can be turned to.
const LAST: usize = 10_000;

#[derive(Template)]
#[template(path = "console/cases.html")]
struct Page {
    head: Head,
    filters: Vec<Filter>,
    cases: Vec<Line>,
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
struct Line {
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

/// Which cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Mine,
    Nobodys,
    Over,
}

impl Which {
    fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mine => "mine",
            Self::Nobodys => "nobodys",
            Self::Over => "over",
        }
    }

    /// Of those that are not over.
    fn has(self, queued: &Queued, me: &str) -> bool {
        match self {
            Self::All => true,
            Self::Mine => queued.is_of(me),
            Self::Nobodys => queued.owner.is_none(),
            Self::Over => false,
        }
    }
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
    match console.page_of_queue(&asked, &actor).await {
        Ok(page) => html::page(&page),
        Err(error) => html::failure(&error),
    }
}

impl Console {
    async fn page_of_queue(&self, asked: &Asked, actor: &Actor) -> Result<Page> {
        // As the policy's staff has the name.
        let me = self.app.colleague(&actor.person.name).unwrap_or_else(|_| actor.person.name.clone());
        let order = self.queue.order(&self.app).await?;
        let number = |which: Which| order.iter().filter(|queued| which.has(queued, &me)).count();
        let titles = [
            (Which::All, format!("All ({})", number(Which::All))),
            (Which::Mine, format!("Mine ({})", number(Which::Mine))),
            (Which::Nobodys, format!("Nobody’s ({})", number(Which::Nobodys))),
            (Which::Over, "Over".to_owned()),
        ];
        let which = titles.iter().map(|(which, _)| *which).find(|which| which.word() == asked.which);
        let which = which.unwrap_or(Which::All);
        let page = asked.page.parse().unwrap_or(1).clamp(1, LAST);
        // One more tells whether there is another page.
        let (from, most) = ((page - 1) * PAGE, PAGE + 1);
        let mut cases = match which {
            Which::Over => self.app.store.cases_over(from as i64, most as i64).await?,
            open => {
                let mut found: Vec<_> = order.iter().filter(|queued| open.has(queued, &me)).collect();
                found.sort_by_key(|queued| queued.urgency());
                let ids: Vec<i64> = found.into_iter().skip(from).take(most).map(|queued| queued.id).collect();
                let mut rows: HashMap<i64, CaseRow> =
                    self.app.store.cases_by(&ids).await?.into_iter().map(|case| (case.id, case)).collect();
                ids.iter().filter_map(|id| rows.remove(id)).collect()
            }
        };
        let more = cases.len() > PAGE;
        cases.truncate(PAGE);
        let link = |page: usize| format!("/cases?which={}&page={page}", which.word());
        Ok(Page {
            head: Head::of("Cases", actor),
            filters: titles.map(|(known, title)| Filter { word: known.word(), title, chosen: known == which }).into(),
            cases: cases.iter().map(|case| self.queued(case)).collect(),
            earlier: (page > 1).then(|| link(page - 1)),
            later: more.then(|| link(page + 1)),
        })
    }

    fn queued(&self, case: &CaseRow) -> Line {
        let (course, due) = (&case.course, self.app.next_due(case));
        Line {
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
