//! What is set, when it runs next, how it came about, and what waits for a second person.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    super::{
        Console, Shared,
        guard::Actor,
        html::{self, Head},
    },
    input, nothing,
    wording::language,
};
use crate::{
    domain::{person::Permission, policy::Policy, publication::Matter},
    rules::desk::{
        self, Current, Trouble,
        amounts::AMOUNT,
        cron::{DAYS, Weekly},
        fields::{self, SECTIONS},
        form::{self, Form},
        wording, words,
    },
    store::{Result, changes::Change, policies::Version},
};

/// Changes not published that are shown.
const DRAFTS: i64 = 5;
/// Versions of each history that are shown.
const SHOWN: i64 = 10;

/// What was done, by the word in the address.
const DONE: [(&str, &str); 5] = [
    ("published", "Published. The next sweep follows it."),
    (
        "unwritten",
        "Published, and the next sweep follows it. But the file of this machine could not be written: what counts \
                   is the version here. Whoever runs duly finds the reason in the log; `duly check` shows it too.",
    ),
    ("proposed", "A second person of finance was asked. Until then nothing changes."),
    ("declined", "Declined. Nothing changes."),
    ("withdrawn", "Taken back. Nothing changes."),
];

#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/policy.html")]
struct Overview {
    head: Head,
    done: Option<&'static str>,
    problem: Option<String>,
    may_decide: bool,
    waiting: Vec<Waiting>,
    /// What the one who looks has begun.
    drafts: Vec<Waiting>,
    policies: Vec<Shown>,
    catalogues: Vec<Catalogue>,
}

struct Waiting {
    id: i64,
    what: String,
    author: String,
    reason: String,
    at: String,
}

struct Shown {
    name: String,
    label: String,
    /// What is to be known about its file.
    notes: Vec<String>,
    main: Vec<(String, String)>,
    runs: Option<Vec<String>>,
    sections: Vec<(&'static str, Vec<(&'static str, String)>)>,
    history: Vec<Past>,
}

struct Catalogue {
    locale: String,
    language: String,
    label: String,
    notes: Vec<String>,
    history: Vec<Past>,
}

/// A version in a history.
pub struct Past {
    version: i64,
    at: String,
    author: String,
    approved: Option<String>,
    reason: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/policy_version.html")]
struct OneVersion {
    head: Head,
    past: Past,
    unified: String,
    text: String,
}

pub async fn page(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(Done { done }): Query<Done>,
) -> Response {
    let (mut problem, mut overview) = (None, (Vec::new(), Vec::new()));
    match console.policy_overview().await {
        Ok(found) => overview = found,
        Err(Trouble::Store(error)) => return html::failure(&error),
        // The rules in memory go on; here the file stands in the way.
        Err(Trouble::File(why)) => problem = Some(why),
    }
    let waiting = console.app.store.waiting_changes().await;
    let drafts = console.app.store.drafts_of(&actor.person.name, DRAFTS).await;
    let (waiting, drafts) = match waiting.and_then(|waiting| Ok((waiting, drafts?))) {
        Ok(found) => found,
        Err(error) => return html::failure(&error),
    };
    let row = |change: Change| Waiting {
        id: change.id,
        what: match change.matter {
            Matter::Policy => format!("policy {}", change.name),
            Matter::Wording => format!("wording {}", change.name),
        },
        author: change.author,
        reason: change.reason.unwrap_or_default(),
        at: console.policy_moment(change.proposed_at.unwrap_or(change.begun_at)),
    };
    let done = done.and_then(|done| DONE.iter().find(|(word, _)| *word == done)).map(|(_, said)| *said);
    html::page(&Overview {
        head: Head::of("Schedule and policy", &actor),
        done,
        problem,
        may_decide: actor.person.may(Permission::Decide),
        waiting: waiting.into_iter().map(row).collect(),
        drafts: drafts.into_iter().map(row).collect(),
        policies: overview.0,
        catalogues: overview.1,
    })
}

pub async fn policy_version(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(which): Path<(String, String)>,
) -> Response {
    version(&console, &actor, Matter::Policy, which).await
}

pub async fn wording_version(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(which): Path<(String, String)>,
) -> Response {
    version(&console, &actor, Matter::Wording, which).await
}

async fn version(console: &Console, actor: &Actor, matter: Matter, (name, number): (String, String)) -> Response {
    let Ok(number) = number.parse() else { return nothing() };
    let found = match console.app.store.versions(matter, &name, number, 2).await {
        Ok(found) => found,
        Err(error) => return html::failure(&error),
    };
    let Some(one) = found.first().filter(|version| version.version == number) else { return nothing() };
    let before = found.get(1).map_or("", |version| version.text.as_str());
    let Some(past) = console.policy_pasts(matter, &found).into_iter().next() else { return nothing() };
    let (unified, text) = (words::unified(before, &one.text), one.text.clone());
    let head = Head::of(&format!("{name}-{number}"), actor);
    (StatusCode::OK, html::page(&OneVersion { head, past, unified, text })).into_response()
}

impl Console {
    async fn policy_overview(&self) -> std::result::Result<(Vec<Shown>, Vec<Catalogue>), Trouble> {
        let (settings, store) = (&self.app.settings, &self.app.store);
        let (mut policies, mut catalogues) = (Vec::new(), Vec::new());
        for (place, current) in desk::all(settings, store, Matter::Policy).await?.into_iter().enumerate() {
            let policy = desk::policy(&current.text, settings.company.zone);
            let policy = policy
                .map_err(|problems| Trouble::File(format!("{}: {}", current.file.display(), problems.join("; "))))?;
            let history = self.policy_history(Matter::Policy, &current.name).await?;
            policies.push(self.shown_policy(&current, &policy, place == 0, history)?);
        }
        for current in desk::all(settings, store, Matter::Wording).await? {
            let history = self.policy_history(Matter::Wording, &current.name).await?;
            let language = language(&current.name);
            let label = match current.version {
                Some(_) => format!("{language}, {}", current.label()),
                None => language.clone(),
            };
            catalogues.push(Catalogue {
                notes: notes(&current, false),
                locale: current.name,
                language,
                label,
                history,
            });
        }
        Ok((policies, catalogues))
    }

    fn shown_policy(
        &self,
        current: &Current,
        policy: &Policy,
        is_standard: bool,
        history: Vec<Past>,
    ) -> std::result::Result<Shown, Trouble> {
        let form = form::read(&current.text).map_err(Trouble::File)?;
        let sections = SECTIONS.iter().map(|section| {
            let line = |field: &fields::Field| (field.label, input::said(field, &form));
            (section.title, section.fields.iter().map(line).collect())
        });
        Ok(Shown {
            name: current.name.clone(),
            label: current.label(),
            notes: notes(current, true),
            main: main(policy, &form, is_standard),
            runs: is_standard.then(|| self.policy_runs(policy)),
            sections: sections.collect(),
            history,
        })
    }

    async fn policy_history(&self, matter: Matter, name: &str) -> Result<Vec<Past>> {
        let versions = self.app.store.versions(matter, name, i64::MAX, SHOWN + 1).await?;
        let mut pasts = self.policy_pasts(matter, &versions);
        pasts.truncate(SHOWN as usize);
        Ok(pasts)
    }

    /// Versions, newest first, each with its difference from the one before.
    fn policy_pasts(&self, matter: Matter, versions: &[Version]) -> Vec<Past> {
        let past = |(place, version): (usize, &Version)| Past {
            version: version.version,
            at: self.policy_moment(version.recorded_at),
            author: version.author.clone(),
            approved: version.approved_by.clone(),
            reason: version.reason.clone().unwrap_or_default(),
            lines: versions.get(place + 1).map_or_else(Vec::new, |old| lines(matter, &old.text, &version.text)),
        };
        versions.iter().enumerate().map(past).collect()
    }
}

/// Each difference as a line of words.
pub fn lines(matter: Matter, old: &str, new: &str) -> Vec<String> {
    let lines = match matter {
        Matter::Policy => words::difference(old, new),
        Matter::Wording => {
            let said = |(key, old, new): (String, String, String)| format!("{key}: “{old}” → “{new}”");
            wording::difference(old, new).into_iter().map(said).collect()
        }
    };
    let only_comments = lines.is_empty() && old != new;
    if only_comments { vec!["comments and blanks only".to_owned()] } else { lines }
}

/// What is to be known about a file.
fn notes(current: &Current, versioned: bool) -> Vec<String> {
    let file = current.file.display();
    let hand = (versioned && current.version.is_none()).then(|| {
        format!("{file} was changed by hand and not used yet: the next import, sweep or reload makes it a version.")
    });
    let old = current.of_file.map(|of_file| {
        format!("{file} on this machine still has version {of_file}. What was published here counts; a change of the file counts again.")
    });
    hand.into_iter().chain(old).collect()
}

/// What finance asks for first.
fn main(policy: &Policy, form: &Form, is_standard: bool) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    if policy.paused {
        lines.push(("Paused".to_owned(), "nobody is written to".to_owned()));
    }
    for stage in &policy.stages {
        let from = match stage.days {
            1 => "from 1 day overdue".to_owned(),
            days => format!("from {days} days overdue"),
        };
        lines.push((format!("Stage {}", stage.name), from));
    }
    if policy.stages.is_empty() {
        lines.push(("Stages".to_owned(), "none: nobody is written to".to_owned()));
    }
    lines.push((
        "Offer".to_owned(),
        policy.offer.as_ref().map_or("none".to_owned(), |offer| {
            format!(
                "{} % for payment within {} days, in the notices of {}; at most once in {} months",
                offer.percent.normalize(),
                offer.days,
                offer.stages.iter().cloned().collect::<Vec<_>>().join(", "),
                offer.every_months
            )
        }),
    ));
    let amounts: Vec<String> =
        form.iter().filter_map(|(name, amount)| Some(format!("{amount} {}", name.strip_prefix(AMOUNT)?))).collect();
    lines.push((
        "No notice below".to_owned(),
        if amounts.is_empty() { "any amount".to_owned() } else { amounts.join(", ") },
    ));
    if is_standard {
        let schedule = policy.schedule.as_ref().map(|schedule| schedule.sweep.as_str());
        lines.push(("Schedule".to_owned(), timetable(schedule)));
    }
    lines
}

/// A schedule in words.
pub fn timetable(expression: Option<&str>) -> String {
    let Some(expression) = expression else { return "none: duly sends what is ready, and decides nothing".to_owned() };
    let Some(weekly) = Weekly::read(expression) else { return format!("by the expression {expression}") };
    let days: Vec<&str> = DAYS.iter().zip(weekly.days).filter(|(_, on)| *on).map(|(day, _)| *day).collect();
    let days = match days.len() {
        7 => "every day".to_owned(),
        5 if weekly.days[..5] == [true; 5] => "Monday to Friday".to_owned(),
        _ => days.join(", "),
    };
    format!("{days} at {}", weekly.time.format("%H:%M"))
}
