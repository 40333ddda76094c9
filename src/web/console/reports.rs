//! Reports: each as a picture, a table and a file for spreadsheets.

pub(super) mod pictures;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    Console, Shared,
    guard::Actor,
    html::{self, Head},
    routes::{Needs, Route},
};
use crate::{
    picture::Picture,
    reports::{self, Sheet, csv},
};
use pictures::{Drawn, Table};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page("/reports", Needs::LOOK, all), Route::page("/reports/{name}", Needs::LOOK, one)]
}

/// A report: its name in the address, what it is called, and how it is to be read.
struct Report {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    draw: fn(&Picture) -> Vec<Drawn>,
    sheet: fn(&Picture) -> Sheet,
}

const REPORTS: [Report; 8] = [
    Report {
        name: "ageing",
        title: "Ageing",
        about: "What is open, by days overdue. Money that is not matched to invoices is not taken off.",
        draw: |picture| pictures::ageing(&picture.ledger),
        sheet: |picture| picture.ledger.ageing_sheet(),
    },
    Report {
        name: "dso",
        title: "Days sales outstanding",
        about: "By countback: what is open is used up by the sales of the latest month, then of the one before. Each \
                month that it outlasts counts all its days, the last one a share. Sales are invoices, tax included.",
        draw: |picture| pictures::dso(&picture.ledger),
        sheet: |picture| picture.ledger.dso_sheet(),
    },
    Report {
        name: "effectiveness",
        title: "Collection effectiveness",
        about: "Of what could be collected in a month, what was: opening receivables and sales less closing receivables, \
                divided by the same less those that are not overdue. 100 % is the best.",
        draw: |picture| pictures::effectiveness(&picture.ledger),
        sheet: |picture| picture.ledger.effectiveness_sheet(),
    },
    Report {
        name: "promises",
        title: "Promises kept",
        about: "Of the promises whose last day has passed, tolerance included, the share that was kept in full.",
        draw: |picture| pictures::promises(&picture.ledger),
        sheet: |picture| picture.ledger.promises.sheet(),
    },
    Report {
        name: "discounts",
        title: "Discounts",
        about: "What was granted, beside what waiting has cost and what a penalty would have brought, both from the due \
                date until the money came, or until today, at the yearly rates of the policy.",
        draw: |picture| pictures::discounts(&picture.ledger),
        sheet: |picture| picture.ledger.discounts_sheet(),
    },
    Report {
        name: "came-back",
        title: "Money after notices",
        about: "What accounts paid within 30 days after a notice. It need not be because of the notice.",
        draw: |picture| pictures::came_back(&picture.ledger.came_back),
        sheet: |picture| picture.ledger.came_back.sheet(),
    },
    Report {
        name: "causes",
        title: "Causes of protest",
        about: "Closed cases, by what could have prevented them.",
        draw: |picture| pictures::causes(&picture.causes),
        sheet: |picture| reports::causes::sheet(&picture.causes),
    },
    Report {
        name: "judgement",
        title: "Quality of judgement",
        about: "What staff found in the cases that duly opened.",
        draw: |picture| pictures::judgement(&picture.ledger),
        sheet: |picture| picture.ledger.judgement_sheet(),
    },
];

#[derive(Template)]
#[template(path = "console/reports.html")]
struct All {
    head: Head,
    reports: [(&'static str, &'static str, &'static str); REPORTS.len()],
}

pub async fn all(Extension(actor): Extension<Actor>) -> Response {
    let reports = REPORTS.map(|Report { name, title, about, .. }| (name, title, about));
    html::page(&All { head: Head::of("Reports", &actor), reports })
}

#[derive(Template)]
#[template(path = "console/report.html")]
struct One {
    head: Head,
    name: &'static str,
    about: &'static str,
    /// Of when it is; nothing before the first picture of the ledger.
    at: Option<String>,
    drawn: Vec<Drawn>,
    table: String,
}

/// A report, or with `.csv` behind its name the file.
pub async fn one(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    let (plain, file) = name.strip_suffix(".csv").map_or((name.as_str(), false), |plain| (plain, true));
    let Some(report) = REPORTS.into_iter().find(|report| report.name == plain) else {
        return html::problem(StatusCode::NOT_FOUND, "There is no such report.");
    };
    match (console.wall.picture(), file) {
        (None, true) => html::problem(StatusCode::SERVICE_UNAVAILABLE, "It is being computed. Try again in a moment."),
        (Some(picture), true) => written(&report, &picture),
        (picture, false) => html::page(&console.report(report, picture.as_deref(), &actor)),
    }
}

impl Console {
    fn report(&self, report: Report, picture: Option<&Picture>, actor: &Actor) -> One {
        let Report { name, title, about, draw, sheet } = report;
        let zone = self.app.settings.company.zone;
        let table = |picture| Table { label: title, sheet: &sheet(picture) }.html();
        One {
            head: Head::of(title, actor),
            name,
            about,
            at: picture.map(|picture| picture.at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()),
            drawn: picture.map(draw).unwrap_or_default(),
            table: picture.map(table).unwrap_or_default(),
        }
    }
}

fn written(report: &Report, picture: &Picture) -> Response {
    match csv::written(&(report.sheet)(picture)) {
        Ok(text) => {
            let day = picture.ledger.as_of;
            let name = format!("attachment; filename=\"{}-{day}.csv\"", report.name);
            let kind = "text/csv; charset=utf-8; header=present".to_owned();
            ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], text).into_response()
        }
        Err(error) => html::failure(&error),
    }
}
