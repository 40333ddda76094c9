//! `duly run`: the daemon.

use std::{sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::Notify,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{Done, Outcome};
use crate::{
    app::{App, Failure},
    delivery::Deliverer,
    mailbox::watch,
    picture::{self, Wall},
    store::health::Check,
    sweep::{Daemon, Signs, Stop},
    web::{Ops, Site, console::Console},
};

/// Receipts that wait are looked for at least this often.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);
/// How long the conversation about a receipt may go on after the stop was asked for.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
pub struct Args {}

pub async fn run(app: &App, _args: &Args) -> Outcome {
    let work = app.at_work().await?;
    app.store.check(Check::Quick).await?;
    let others = [(); 5].map(|()| Arc::new(Notify::new()));
    let stop = Stop { others: others.to_vec(), ..Stop::default() };
    let [for_mailbox, for_page, for_receipts, for_console, for_picture] = others;
    listen(&stop)?;
    tracing::info!(company = app.settings.company.code, policy = app.rules.standard.label, "duly is running");
    let mut daemon = Daemon::new(app.deliverer(&work, None)?);
    // It is told until the end how it is.
    let _ops = tell(app, daemon.signs.clone()).await?;
    let _console = console(app, &stop, [for_console, for_picture]).await?;
    let noted = Arc::new(Notify::new());
    let _page = answer(app, for_page, Arc::clone(&noted)).await?;
    // By itself too: a delivery may take long, and whoever answered waits.
    let receipts = acknowledge(app.clone(), app.deliverer(&work, None)?, stop.end.clone(), [noted, for_receipts]);
    let receipts = app.settings.page.is_some().then(|| tokio::spawn(receipts));
    // By itself, so that trouble with the mailbox keeps nothing from being sent.
    let inbox = &app.settings.inbox;
    let mailbox =
        (inbox.maildir.is_some() || inbox.imap.is_some()).then(|| tokio::spawn(watch(app.clone(), for_mailbox)));
    let _mailbox = mailbox.map(AbortOnDropHandle::new);
    daemon.run(&stop).await?;
    if let Some(receipts) = receipts {
        // A conversation has deadlines of its own; a receipt that is cut off is in doubt.
        let _ = tokio::time::timeout(GRACE, AbortOnDropHandle::new(receipts)).await;
    }
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
async fn answer(
    app: &App,
    reread: Arc<Notify>,
    noted: Arc<Notify>,
) -> Result<Option<AbortOnDropHandle<std::io::Result<()>>>, Failure> {
    let Some(page) = &app.settings.page else { return Ok(None) };
    let bound = TcpListener::bind(page.listen).await;
    let listener = bound.map_err(|error| Failure::Failed(format!("`page.listen` {}: {error}", page.listen)))?;
    tracing::info!(address = %listener.local_addr()?, "the customer's page is served");
    Ok(Some(AbortOnDropHandle::new(tokio::spawn(Site::new(app.clone(), page, noted).serve(listener, reread)))))
}

/// Says by mail what was noted of answers: when one comes, and by looking, since another replica may have taken it.
async fn acknowledge(app: App, mut deliverer: Deliverer, end: CancellationToken, [noted, reread]: [Arc<Notify>; 2]) {
    while !end.is_cancelled() {
        if let Err(error) = deliverer.acknowledge(&end).await {
            tracing::error!(%error, "the receipts of answers could not be sent; they are tried again");
        }
        tokio::select! {
            () = noted.notified() => {}
            () = tokio::time::sleep(LONGEST_SLEEP) => {}
            () = reread.notified() => {
                if let Ok(rules) = app.reread().await {
                    deliverer.rules = Arc::new(rules);
                }
            }
            () = end.cancelled() => {}
        }
    }
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
