//! `duly run`: the daemon.

use std::sync::Arc;

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::Notify,
};
use tokio_util::task::AbortOnDropHandle;

use super::{Done, Outcome};
use crate::{
    app::{App, Failure},
    mailbox::watch,
    picture::{self, Wall},
    store::health::Check,
    sweep::{Daemon, Signs, Stop},
    web::{Ops, Site, console::Console},
};

#[derive(Debug, clap::Args)]
pub struct Args {}

pub async fn run(app: &App, _args: &Args) -> Outcome {
    let work = app.at_work().await?;
    app.store.check(Check::Quick).await?;
    let others = [(); 4].map(|()| Arc::new(Notify::new()));
    let stop = Stop { others: others.to_vec(), ..Stop::default() };
    let [for_mailbox, for_page, for_console, for_picture] = others;
    listen(&stop)?;
    tracing::info!(company = app.settings.company.code, policy = app.rules.standard.label, "duly is running");
    let mut daemon = Daemon::new(app.deliverer(&work, None)?);
    // It is told until the end how it is.
    let _ops = tell(app, daemon.signs.clone()).await?;
    let _console = console(app, &stop, [for_console, for_picture]).await?;
    let _page = answer(app, for_page).await?;
    // By itself, so that trouble with the mailbox keeps nothing from being sent.
    let inbox = &app.settings.inbox;
    let mailbox =
        (inbox.maildir.is_some() || inbox.imap.is_some()).then(|| tokio::spawn(watch(app.clone(), for_mailbox)));
    let _mailbox = mailbox.map(AbortOnDropHandle::new);
    daemon.run(&stop).await?;
    work.presence.leave().await?;
    tracing::info!("duly has stopped");
    Ok(Done::Well)
}

/// Serves the console, if that is set, until it is dropped.
async fn console(
    app: &App,
    stop: &Stop,
    [reread, look_again]: [Arc<Notify>; 2],
) -> Result<Option<AbortOnDropHandle<std::io::Result<()>>>, Failure> {
    let Some(settings) = &app.settings.console else { return Ok(None) };
    let bound = TcpListener::bind(settings.listen).await;
    let listener = bound.map_err(|error| Failure::Failed(format!("`console.listen` {}: {error}", settings.listen)))?;
    tracing::info!(address = %listener.local_addr()?, url = settings.url, "the console is served");
    let wall = Wall::default();
    let console = Console::new(app.clone(), settings.clone(), stop.clone(), wall.clone());
    let picture = picture::watch(app.clone(), wall, look_again);
    Ok(Some(AbortOnDropHandle::new(tokio::spawn(async move {
        tokio::select! {
            ended = console.serve(listener, reread) => ended,
            never = picture => match never {},
        }
    }))))
}

/// Serves health and figures, if that is set, until it is dropped.
async fn tell(app: &App, signs: Signs) -> Result<Option<AbortOnDropHandle<std::io::Result<()>>>, Failure> {
    let Some(ops) = &app.settings.ops else { return Ok(None) };
    let bound = TcpListener::bind(ops.listen).await;
    let listener = bound.map_err(|error| Failure::Failed(format!("`ops.listen` {}: {error}", ops.listen)))?;
    tracing::info!(address = %listener.local_addr()?, "/health and /metrics are served");
    let ops = Ops::new(app.store.clone(), app.clock.clone(), signs);
    Ok(Some(AbortOnDropHandle::new(tokio::spawn(ops.serve(listener)))))
}

/// Serves the customer's page, if that is set, until it is dropped.
async fn answer(app: &App, reread: Arc<Notify>) -> Result<Option<AbortOnDropHandle<std::io::Result<()>>>, Failure> {
    let Some(page) = &app.settings.page else { return Ok(None) };
    let bound = TcpListener::bind(page.listen).await;
    let listener = bound.map_err(|error| Failure::Failed(format!("`page.listen` {}: {error}", page.listen)))?;
    tracing::info!(address = %listener.local_addr()?, "the customer's page is served");
    Ok(Some(AbortOnDropHandle::new(tokio::spawn(Site::new(app.clone(), page).serve(listener, reread)))))
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
                _ = hangup.recv() => stop.reread(),
            }
        }
    });
    Ok(())
}
