//! `duly deliver`: send what is ready.

use chrono_tz::Tz;
use tokio_util::sync::CancellationToken;

use super::{
    Author, Done, Outcome,
    output::{count, print},
};
use crate::{
    app::{App, Failure},
    delivery::DeliveryReport,
    store::{engine::Engine, halts::RESTORED, health::Check, waiting::Waiting},
    sweep::behind,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Put refused notices back first, after their cause was mended
    #[arg(long)]
    retry_refused: bool,
    /// Allow sending again after it was stopped, once the cause was mended
    #[arg(long)]
    resume: bool,
    /// Look at the facts of this date in the past instead of today
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    as_of: Option<chrono::NaiveDate>,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    if args.resume {
        resume(app, &args.author.name()?).await?;
    }
    let work = match app.at_work().await {
        Ok(work) => work,
        Err(_) if args.resume && !args.retry_refused && app.store.engine() == Engine::Sqlite => {
            print("The running daemon sends within a minute.\n");
            return Ok(Done::Well);
        }
        Err(failure) => return Err(failure),
    };
    app.store.check(Check::Quick).await?;
    if let Some(why) = behind(&app.store, app.clock.now()).await? {
        return Err(Failure::Failed(format!("nothing is sent: {why}")));
    }
    if args.retry_refused {
        let back = app.store.retry_refused(app.clock.now()).await?;
        print(&format!("{} put back\n", count(back, "refused notice", "refused notices")));
    }
    let report = app.deliverer(&work, args.as_of)?.deliver(&CancellationToken::new()).await?;
    work.presence.leave().await?;
    tell(app, &report).await
}

async fn resume(app: &App, by: &str) -> Result<(), Failure> {
    // First, so that a daemon which is woken does not stop again.
    if app.store.halt().await?.is_some_and(|halt| halt.kind == RESTORED) {
        app.head().accept()?;
    }
    match app.store.resume(by, app.clock.now()).await? {
        Some(halt) => {
            app.store.ring().await?;
            tracing::warn!(by, since = %halt.since, why = halt.why, "sending resumed");
            print("Sending is resumed.\n");
        }
        None => print("Sending was not stopped.\n"),
    }
    Ok(())
}

/// Says what the delivery came to. What could not be sent is a failure, though nothing is lost.
pub async fn tell(app: &App, report: &DeliveryReport) -> Outcome {
    let waiting = app.store.waiting_for_hours(app.clock.now()).await?;
    print(&describe(report, waiting, app.settings.company.zone));
    if let Some(halt) = &report.halt {
        print(&format!(
            "{}.\nMend it, then `duly deliver --resume`; until then everything stays ready.\n",
            app.stopped(halt)
        ));
        return Ok(Done::Held);
    }
    if let Some(why) = &report.halted {
        return Err(Failure::Failed(format!("sending stopped: {why}; what was not sent stays ready")));
    }
    match report.failed.len() as u64 {
        0 => Ok(Done::Well),
        number => {
            let letters = count(number, "letter", "letters");
            Err(Failure::Failed(format!(
                "{letters} could not be written; mend the cause, it is tried again in an hour"
            )))
        }
    }
}

/// What the delivery came to, in words.
fn describe(report: &DeliveryReport, waiting: Option<Waiting>, zone: Tz) -> String {
    let parts = [
        (report.sent, "sent"),
        (report.deferred, "to be tried again"),
        (report.refused, "refused"),
        (report.in_doubt, "in doubt"),
        (report.withdrawn, "withdrawn, since something changed"),
        (report.recovered, "left without an outcome by an earlier process, now in doubt"),
    ];
    let said: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    let mut text = String::new();
    if !said.is_empty() {
        text += &format!("{}\n", said.join(", "));
    }
    for failure in &report.failed {
        text += &format!("  not written: {failure}\n");
    }
    if let Some(Waiting { number, first }) = waiting {
        let what = if number == 1 { "waits for its sending hours" } else { "wait for their sending hours" };
        text +=
            &format!("{number} {what}, the first on {}\n", first.with_timezone(&zone).format("%a %Y-%m-%d %H:%M %Z"));
    }
    // What stopped it speaks for itself.
    if text.is_empty() && report.halted.is_none() && report.halt.is_none() {
        text = "Nothing was due to be sent.\n".to_owned();
    }
    text
}
