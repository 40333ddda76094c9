//! `duly demo --serve`: the console and the customers' pages of the invented company, on this machine alone.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::task::AbortOnDropHandle;

use super::{END, play::PERSON};
use crate::{
    app::{App, Failure},
    cli::{output::print, run, user},
    clock::Clock,
    domain::{calendar::instant, person::Role},
};

/// A second person: what changes money needs two.
const COLLEAGUE: &str = "Tom Okafor";

/// Runs the daemon with its pages until it is told to end. The day is the demo's last one, from nine o'clock on.
pub async fn serve(app: &App) -> Result<(), Failure> {
    let nine = instant(app.settings.company.zone, END.and_hms_opt(9, 0, 0).unwrap_or_default());
    app.clock.move_to(nine);
    let _ticking = AbortOnDropHandle::new(tokio::spawn(tick(app.clock.clone(), nine)));
    let console = app.settings.console.as_ref().map_or("", |console| &console.url);
    let page = app.settings.page.as_ref().map_or("", |page| page.base());
    print(&format!(
        "\nOPEN IN A BROWSER\n  The console is at {console}, the customers' pages at {page}/r/…: each mail has its link.\n\
         \x20 Choose a password first: each link works once. Ctrl-C ends it.\n\n"
    ));
    let roles = [(PERSON, &Role::ALL[..]), (COLLEAGUE, &[Role::Reviewer, Role::Finance])];
    for (name, roles) in roles {
        user::add(app, name, roles, PERSON).await?;
    }
    run::run(app, &run::Args {}).await.map(|_| ())
}

/// Lets a set clock go.
async fn tick(clock: Clock, from: DateTime<Utc>) {
    let started = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        clock.move_to(from + TimeDelta::from_std(started.elapsed()).unwrap_or_default());
    }
}
