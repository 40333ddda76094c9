//! Notices by state, the newest first, page by page.

use askama::Template;
use axum::{
    Extension,
    extract::{self, Query},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use serde::Deserialize;

use super::words;
use crate::{
    domain::{
        money::Money,
        notice::State::{self as Is, *},
        person::Permission,
    },
    store::{Result, notices::Listed, sweeps::HeldBack},
    web::console::{
        Console, Shared,
        guard::Actor,
        html::{self, Head},
    },
};

/// Notices on a page.
const PAGE: i64 = 50;
/// Open notices of a state are counted up to this.
const COUNTED: i64 = 1_000;
/// Sweeps that were held back, as far as they are shown.
const SWEEPS: i64 = 50;

/// What can be looked at: a word, a title, the states.
const FILTERS: [(&str, &str, &[Is]); 6] = [
    ("all", "All", &Is::ALL),
    ("waiting", "Waiting", &[Ready, Sending, Deferred]),
    ("sent", "Sent", &[Sent]),
    ("in_doubt", "In doubt", &[InDoubt]),
    ("refused", "Refused", &[Refused]),
    ("withdrawn", "Withdrawn", &[Withdrawn]),
];

/// The filter that shows sweeps instead.
const HELD: &str = "held";

#[derive(Template)]
#[template(path = "console/notices.html")]
struct List {
    head: Head,
    done: Option<&'static str>,
    problem: Option<String>,
    may_decide: bool,
    filters: Vec<Filter>,
    /// Why nothing is sent.
    stopped: Option<String>,
    /// The sweep that waits for a release.
    waits: Option<Sweep>,
    /// All that were held back, when they are asked for.
    sweeps: Option<Vec<Sweep>>,
    retry: bool,
    rows: Vec<Row>,
    /// Where older ones are.
    older: Option<String>,
}

struct Filter {
    word: &'static str,
    title: String,
    chosen: bool,
}

struct Sweep {
    id: i64,
    as_of: NaiveDate,
    at: String,
    notices: i64,
    held: i64,
    why: String,
    released: String,
}

struct Row {
    id: i64,
    as_of: NaiveDate,
    account: String,
    name: String,
    stage: String,
    total: Money,
    state: &'static str,
    bad: bool,
    when: String,
    reply: String,
}

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    state: String,
    before: Option<i64>,
    #[serde(default)]
    done: String,
}

pub async fn page(
    extract::State(console): extract::State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(asked): Query<Asked>,
) -> Response {
    console.notices_shown(&actor, &asked, None).await
}

impl Console {
    /// The list after an act that was refused.
    pub(super) async fn notices_refused(&self, actor: &Actor, problem: String) -> Response {
        self.notices_shown(actor, &Asked::default(), Some(problem)).await
    }

    async fn notices_shown(&self, actor: &Actor, asked: &Asked, problem: Option<String>) -> Response {
        let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        match self.notices(actor, asked, problem).await {
            Ok(list) => (status, html::page(&list)).into_response(),
            Err(error) => html::failure(&error),
        }
    }

    async fn notices(&self, actor: &Actor, asked: &Asked, problem: Option<String>) -> Result<List> {
        let store = &self.app.store;
        let filter = FILTERS.iter().find(|(word, ..)| *word == asked.state).unwrap_or(&FILTERS[0]);
        let all_held = asked.state == HELD;
        let held_back = store.held_back_sweeps(if all_held { SWEEPS } else { 1 }).await?;
        let waits = held_back.first().filter(|sweep| sweep.waits()).map(|sweep| self.sweep_row(sweep));
        let mut found = match all_held {
            true => Vec::new(),
            false => store.list_notices(filter.2, asked.before.unwrap_or(i64::MAX), PAGE + 1).await?,
        };
        let more = found.len() as i64 > PAGE;
        found.truncate(PAGE as usize);
        let last = found.last().filter(|_| more).map(|notice| notice.id);
        let refused = store.count_open_notices(Refused, COUNTED).await?;
        let counts = [
            ("in_doubt", store.count_open_notices(InDoubt, COUNTED).await?),
            ("refused", refused),
            (HELD, i64::from(waits.is_some())),
        ];
        let known = FILTERS.iter().map(|(word, title, _)| (*word, *title)).chain([(HELD, "Held for release")]);
        let filters = known.map(|(word, title)| {
            let count = counts.iter().find(|(of, count)| *of == word && *count > 0).map(|(_, count)| *count);
            let more = if count == Some(COUNTED) { " or more" } else { "" };
            let title = count.map_or_else(|| title.to_owned(), |count| format!("{title} ({count}{more})"));
            Filter { word, title, chosen: if all_held { word == HELD } else { word == filter.0 } }
        });
        let halt = store.halt().await?;
        Ok(List {
            head: Head::of("Notices", actor),
            done: super::said(&asked.done),
            problem,
            may_decide: actor.person.may(Permission::Decide),
            filters: filters.collect(),
            stopped: halt.map(|halt| format!("since {}: {}", self.minute(halt.since), halt.why)),
            waits,
            sweeps: all_held.then(|| held_back.iter().map(|sweep| self.sweep_row(sweep)).collect()),
            retry: filter.0 == "refused" && !all_held && refused > 0,
            rows: found.into_iter().map(|notice| self.notice_row(notice)).collect(),
            older: last.map(|before| format!("/notices?state={}&before={before}", filter.0)),
        })
    }

    fn sweep_row(&self, sweep: &HeldBack) -> Sweep {
        let by = sweep.released_by.as_deref().unwrap_or("a person");
        let released = sweep.released_at.map(|at| format!("by {by}, {}", self.minute(at)));
        let over = if sweep.newest { "waits for a person" } else { "never; a newer sweep has come" };
        Sweep {
            id: sweep.id,
            as_of: sweep.as_of,
            at: self.minute(sweep.at),
            notices: sweep.notices,
            held: sweep.held,
            why: sweep.why.clone(),
            released: released.unwrap_or_else(|| over.to_owned()),
        }
    }

    fn notice_row(&self, notice: Listed) -> Row {
        let when = match (notice.due_at, notice.bounced_at.or(notice.closed_at)) {
            (Some(due), _) => format!("from {}", self.minute(due)),
            (None, Some(closed)) => self.minute(closed),
            (None, None) => String::new(),
        };
        Row {
            id: notice.id,
            as_of: notice.as_of,
            account: notice.account,
            name: notice.name,
            stage: notice.stage,
            total: notice.total,
            state: words(notice.state, notice.bounced_at.is_some()),
            bad: matches!(notice.state, InDoubt | Refused) || notice.bounced_at.is_some(),
            when,
            reply: notice.reply.unwrap_or_default(),
        }
    }
}
