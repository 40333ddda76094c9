//! `duly run`: the daemon.

use tokio::signal::unix::{SignalKind, signal};

use super::{Done, Outcome};
use crate::{
    app::App,
    store::health::Check,
    sweep::{Daemon, Stop},
};

#[derive(Debug, clap::Args)]
pub struct Args {}

pub async fn run(app: &App, _args: &Args) -> Outcome {
    let work = app.at_work().await?;
    app.store.check(Check::Quick).await?;
    let stop = Stop::default();
    listen(&stop)?;
    tracing::info!(company = app.settings.company.code, policy = app.rules.standard.label, "duly is running");
    Daemon::new(app.deliverer(&work, None)?).run(&stop).await?;
    work.presence.leave().await?;
    tracing::info!("duly has stopped");
    Ok(Done::Well)
}

/// SIGTERM and SIGINT end between two messages; SIGHUP reads policies and wording again.
fn listen(stop: &Stop) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let stop = stop.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => stop.end.cancel(),
                _ = interrupt.recv() => stop.end.cancel(),
                _ = hangup.recv() => stop.reload.notify_one(),
            }
        }
    });
    Ok(())
}
