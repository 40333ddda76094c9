//! The mailbox: mails are fetched and taken, each once, with the little that may follow.
//!
//! Reading order: [`maildir`] fetches, [`take`] says what is made of a mail, [`place`] finds whose it is, [`reply`]
//! what a customer's words come to. Nothing is ever sent from here, and nobody is asked to pay less: an address is
//! stopped, a case is opened or goes on, a promise is taken down, or a person reads.

pub mod maildir;
mod place;
mod reply;
mod take;

use std::{collections::BTreeMap, time::Duration};

use tokio::sync::Notify;

use crate::{
    app::{App, Failure},
    domain::mail::MailKind,
    rules::Rules,
    store::StoreError,
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
    let Some(folder) = &app.settings.inbox.maildir else {
        return Err(Failure::Input("there is no mailbox: `inbox.maildir` names its folder".to_owned()));
    };
    let taker = Taker { app, verp: app.verp()? };
    let name = format!("maildir {}", folder.display());
    maildir::take(&taker, &app.settings.path(folder), &name).await
}

/// Looks into the mailbox again and again. Trouble with it is logged and stops nothing else.
pub async fn watch(mut app: App, reload: std::sync::Arc<Notify>) {
    let every = Duration::from_secs(app.settings.inbox.poll_seconds.into());
    loop {
        match look(&app).await {
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
            () = tokio::time::sleep(every) => {}
            () = reload.notified() => match rules(&app).await {
                Ok(rules) => app.rules = rules.into(),
                // The daemon says what is wrong with them.
                Err(problem) => tracing::debug!(problem, "mails are read by the old rules"),
            }
        }
    }
}

async fn rules(app: &App) -> Result<Rules, String> {
    let mut rules = Rules::load(&app.settings).map_err(|problems| problems.join("\n"))?;
    rules.label(&app.store).await.map_err(|error: StoreError| error.to_string())?;
    Ok(rules)
}
