//! Looks whether the picture still holds, and takes a new one.

use std::{convert::Infallible, sync::Arc, time::Duration};

use chrono::NaiveDate;
use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

use super::{Wall, take};
use crate::{
    app::{App, Failure},
    store::watch::Tidings,
    tasks::alarms,
};

/// How often it is looked whether something has changed.
const GAP: Duration = Duration::from_secs(3);

/// Rest after a picture, for each second that it took: at most a twentieth of the time goes into pictures.
const REST: u32 = 20;

/// What a picture depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    day: NaiveDate,
    policies: Vec<String>,
    tidings: Tidings,
}

/// How often alarms are looked for.
const ALARMS: Duration = Duration::from_mins(1);

/// Takes pictures for as long as it is not dropped; `reread` says that policies may have changed.
pub async fn watch(mut app: App, wall: Wall, reread: Arc<Notify>) -> Infallible {
    let (mut last, mut heard, mut rest) = (None, None, Instant::now());
    loop {
        if heard.is_none_or(|at: Instant| at.elapsed() >= ALARMS) {
            heard = Some(Instant::now());
            match alarms(&app).await {
                Ok(alarms) => wall.hung().alarms = alarms,
                Err(error) => tracing::warn!(%error, "it is not known whether anything waits for too long"),
            }
        }
        if rest <= Instant::now() {
            let begun = Instant::now();
            match renewed(&app, &wall, last.as_ref()).await {
                Ok(seen) => last = seen.or(last),
                Err(error) => {
                    tracing::warn!(%error, "the picture for the console could not be taken; it is tried again");
                }
            }
            rest = Instant::now() + begun.elapsed() * REST;
        }
        if timeout(GAP, reread.notified()).await.is_ok()
            && let Ok(rules) = app.reread().await
        {
            app.rules = Arc::new(rules);
            rest = Instant::now();
        }
    }
}

/// Takes a new picture if the last one does not hold any more; says what the new one depends on.
async fn renewed(app: &App, wall: &Wall, last: Option<&Seen>) -> Result<Option<Seen>, Failure> {
    let policies = [&app.rules.standard].into_iter().chain(app.rules.named.values());
    let seen = Seen {
        day: app.today(),
        policies: policies.map(|published| published.label.clone()).collect(),
        tidings: app.store.tidings().await?,
    };
    if last == Some(&seen) {
        return Ok(None);
    }
    let picture = take(app, seen.day).await?;
    wall.hung().picture = Some(Arc::new(picture));
    tracing::debug!(day = %seen.day, "a picture for the console was taken");
    Ok(Some(seen))
}
