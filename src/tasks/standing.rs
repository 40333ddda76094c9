//! What stops everything, or should have happened by itself.

use chrono::NaiveDate;

use super::{Kind, Place, Task};
use crate::{
    app::{App, Failure},
    domain::{alarm::Alarm, cohort::Cohort},
    store::snapshot::Horizon,
    sweep::behind,
};

/// A halt, a clock that is not believed, a sweep that waits for a release, and changes that wait for a second person.
pub async fn standing(app: &App) -> Result<Vec<Task>, Failure> {
    let mut tasks = Vec::new();
    let mut add = |kind, what, to_do: &str| {
        tasks.push(Task { kind, what, to_do: to_do.to_owned(), place: Place::Nowhere });
    };
    if let Some(halt) = app.store.halt().await? {
        add(Kind::Stopped, halt.said(app.settings.company.zone), "mend it, then `duly deliver --resume`");
    }
    if let Some(why) = behind(&app.store, app.clock.now()).await? {
        add(Kind::Clock, why, "if it is right now: `duly sweep`, then `duly sweep --release`");
    }
    if let Some(sweep) = app.store.last_sweep().await?
        && let (Some(why), None) = (sweep.held_back, sweep.released_at)
    {
        let what = format!("sweep for {}: {why}", sweep.as_of);
        add(Kind::Release, what, "look at `duly plan`, then `duly sweep --release`");
    }
    for change in app.store.waiting_changes().await? {
        let what = format!("{} of {}, asked by {}", change.matter.code(), change.name, change.author);
        tasks.push(Task {
            kind: Kind::Change,
            what: change.reason.map_or(what.clone(), |reason| format!("{what}: {reason}")),
            to_do: "look in the console what it would do, then approve or decline it".to_owned(),
            place: Place::Change(change.id),
        });
    }
    Ok(tasks)
}

/// What should have left and did not.
pub async fn alarms(app: &App) -> Result<Vec<Task>, Failure> {
    let found = app.store.alarms(app.rules.standard.policy.alarm, app.clock.now()).await?;
    let task = |alarm: &Alarm| Task {
        kind: Kind::Alarm,
        what: alarm.to_string(),
        to_do: "look at `duly report delivery`, and whether the daemon runs".to_owned(),
        place: Place::Nowhere,
    };
    Ok(found.iter().map(task).collect())
}

/// Perhaps something went wrong with us: one look may answer many customers.
pub async fn late_together(app: &App, as_of: NaiveDate) -> Result<Vec<Task>, Failure> {
    let cohorts = app.store.cohorts(Horizon::everything(as_of)).await?;
    let task = |cohort: &Cohort| Task {
        kind: Kind::LateTogether,
        what: format!(
            "{} of {} accounts with invoices for {} due in {} have not paid",
            cohort.late,
            cohort.accounts,
            cohort.product,
            cohort.month.format("%Y-%m")
        ),
        to_do: "look whether something went wrong there, and tell these customers first".to_owned(),
        place: Place::Nowhere,
    };
    Ok(cohorts.iter().map(task).collect())
}
