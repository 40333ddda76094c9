//! The mailbox: mails are fetched and taken, each once, with the little that may follow.
//!
//! Reading order: [`maildir`] and [`imap`] fetch, [`take`] says what is made of a mail, [`place`] finds whose it is,
//! [`returned`] what follows when a mail of ours did not arrive, [`answer`] and [`reply`] what a customer's words come
//! to. Nothing is ever sent from here, and nobody is asked to pay less: an address is stopped, a notice counts as never
//! sent, a case is opened or goes on, a promise is taken down, or a person reads.

mod answer;
mod imap;
pub mod maildir;
mod place;
mod reply;
mod returned;
mod take;

use std::{collections::BTreeMap, time::Duration};

use tokio::sync::Notify;

use crate::{
    app::{App, Failure},
    domain::mail::MailKind,
    inbox::imap::Mailbox,
};
pub use take::Taker;

/// What came of a look into the mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    pub kinds: BTreeMap<MailKind, u64>,
    /// Files that could not be read or moved; they stay where they are.
    pub left: Vec<String>,
}

/// Takes what is there.
pub async fn look(app: &App) -> Result<Taken, Failure> {
    look_in(app, &mut None).await
}

/// The same, by a connection that stays open.
async fn look_in(app: &App, open: &mut Option<Mailbox>) -> Result<Taken, Failure> {
    let taker = Taker { app, verp: app.verp()? };
    let inbox = &app.settings.inbox;
    if let Some(folder) = &inbox.maildir {
        return maildir::take(&taker, &app.settings.path(folder), &format!("maildir {}", folder.display())).await;
    }
    let Some(settings) = &inbox.imap else {
        return Err(Failure::Input("there is no mailbox: `inbox.maildir` or `[inbox.imap]` names it".to_owned()));
    };
    let mut mailbox = match open.take() {
        Some(mailbox) => mailbox,
        None => imap::open(app, settings).await?,
    };
    let taken = imap::take(&taker, &mut mailbox, &imap::name(settings)).await?;
    *open = Some(mailbox);
    Ok(taken)
}

/// Looks into the mailbox again and again. Trouble with it is logged and stops nothing else.
pub async fn watch(mut app: App, reload: std::sync::Arc<Notify>) {
    let inbox = &app.settings.inbox;
    let every = Duration::from_secs(inbox.imap.as_ref().map_or(inbox.poll_seconds, |imap| imap.poll_seconds).into());
    let mut open = None;
    loop {
        match look_in(&app, &mut open).await {
            Ok(taken) => {
                for left in &taken.left {
                    tracing::warn!(left, "a mail stays in the mailbox");
                }
                if !taken.kinds.is_empty() {
                    tracing::info!(taken = ?taken.kinds, "mails were taken");
                }
            }
            Err(error) => tracing::error!(%error, "the mailbox cannot be read; it is tried again"),
        }
        tokio::select! {
            () = wait(&mut open, every) => {}
            () = reload.notified() => {
                // A wait that was broken off leaves a connection of no more use.
                open = None;
                match app.reread().await {
                    Ok(rules) => app.rules = rules.into(),
                    // The daemon says what is wrong with them.
                    Err(problem) => tracing::debug!(problem, "mails are read by the old rules"),
                }
            }
        }
    }
}

/// Until there is news, or so long.
async fn wait(open: &mut Option<Mailbox>, every: Duration) {
    match open {
        None => tokio::time::sleep(every).await,
        Some(mailbox) => {
            if let Err(error) = mailbox.wait(every).await {
                tracing::warn!(%error, "the mailbox is opened again");
                *open = None;
            }
        }
    }
}
