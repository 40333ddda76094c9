//! Cases: the queue, and one with the customer's words first.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    Console, Shared,
    guard::Actor,
    html::{self, Head},
    routes::{Needs, Route},
};
use crate::{
    domain::case::{about, reason::CaseReason},
    store::{
        Result,
        cases::{CaseRow, EvidenceRow},
    },
};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page("/cases", Needs::LOOK, queue), Route::page("/cases/{id}", Needs::LOOK, page)]
}

#[derive(Template)]
#[template(path = "console/cases.html")]
struct Queue {
    head: Head,
    all: usize,
    cases: Vec<Queued>,
}

struct Queued {
    id: i64,
    heat: u32,
    account: String,
    name: String,
    kind: String,
    status: String,
    about: String,
    owner: String,
    due: String,
    late: bool,
}

#[derive(Template)]
#[template(path = "console/case.html")]
struct Case {
    head: Head,
    queued: Queued,
    reason: Option<&'static str>,
    words: Vec<(String, String)>,
    wish: Option<String>,
    solution: Option<String>,
    evidence: Vec<EvidenceRow>,
    questions: Vec<String>,
    steps: Vec<(bool, String)>,
    course: Vec<Done>,
}

/// A line of the course.
struct Done {
    at: String,
    did: String,
    author: String,
    why: String,
}

pub async fn queue(State(console): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    match console.hottest().await {
        Ok((all, cases)) => {
            let cases = cases.iter().map(|case| console.queued(case)).collect();
            html::page(&Queue { head: Head::of("Cases", &actor), all, cases })
        }
        Err(error) => html::failure(&error),
    }
}

pub async fn page(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Response {
    let found = match id.parse() {
        Ok(id) => console.app.store.case(id).await,
        Err(_) => Ok(None),
    };
    match found {
        Ok(Some(case)) => html::page(&console.case(&case, &actor)),
        Ok(None) => html::problem(StatusCode::NOT_FOUND, "There is no such case."),
        Err(error) => html::failure(&error),
    }
}

/// Cases that are shown of the queue.
const SHOWN: usize = 100;

impl Console {
    /// How many cases are not over, and the hottest of them.
    async fn hottest(&self) -> Result<(usize, Vec<CaseRow>)> {
        let order = self.queue.order(&self.app).await?;
        let ids: Vec<i64> = order.iter().take(SHOWN).map(|queued| queued.id).collect();
        let mut cases = self.app.store.cases_by(&ids).await?;
        cases.sort_by_key(|case| ids.iter().position(|id| *id == case.id));
        Ok((order.len(), cases))
    }

    fn queued(&self, case: &CaseRow) -> Queued {
        let (course, due) = (&case.course, self.app.next_due(case));
        Queued {
            id: case.id,
            heat: if course.status.is_over() { 0 } else { self.app.temperature(course).degrees() },
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

    fn case(&self, case: &CaseRow, actor: &Actor) -> Case {
        let (course, zone) = (&case.course, self.app.settings.company.zone);
        let when = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
        let playbook = self.app.rules.playbooks.of(course.kind);
        let reason = course.reason.as_deref();
        let solution = course.outcome.map(|outcome| {
            let credits =
                course.credits.iter().map(|(invoice, money)| format!(", {money} {} on {invoice}", money.currency));
            outcome.to_string() + &credits.collect::<String>()
        });
        Case {
            head: Head::of(&format!("Case {}: {}", case.id, case.name), actor),
            queued: self.queued(case),
            reason: reason.and_then(CaseReason::from_code).map(|reason| reason.title),
            words: course.words.iter().map(|(at, words)| (when(*at), words.clone())).collect(),
            wish: course.wish.clone(),
            solution,
            evidence: case.evidence.clone(),
            questions: playbook.questions(reason).map(str::to_owned).collect(),
            steps: playbook.steps.iter().map(|step| (course.has_done(step.code()), step.say().to_owned())).collect(),
            course: case
                .events
                .iter()
                .map(|event| Done {
                    at: when(event.at),
                    did: event.did.code().replace('_', " "),
                    author: event.author.clone(),
                    why: event.why.clone(),
                })
                .collect(),
        }
    }
}
