//! Waiting for mail: the server tells of it (IDLE, RFC 2177), or time passes.

use std::time::Duration;

use async_imap::imap_proto::Response;
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    Mailbox,
    error::ImapError,
    talk::{Talk, cut, within, words},
};

/// A server may hang up on who has been silent for 30 minutes (RFC 2177 says 29).
const AGAIN: Duration = Duration::from_secs(28 * 60);

impl Mailbox {
    /// Waits for at most so long; whether the server has told of new mail. Where it tells nothing by itself, the time
    /// passes.
    pub async fn wait(&mut self, limit: Duration) -> Result<bool, ImapError> {
        let until = Instant::now() + limit;
        if !self.idles {
            sleep(limit).await;
            return Ok(self.talk.news);
        }
        while !self.talk.news && Instant::now() < until {
            idle(&mut self.talk, until.min(Instant::now() + AGAIN)).await?;
        }
        Ok(std::mem::take(&mut self.talk.news))
    }
}

/// One IDLE, up to news or that moment.
async fn idle(talk: &mut Talk, until: Instant) -> Result<(), ImapError> {
    let patience = talk.patience;
    talk.begin("IDLE")?;
    let id = within("IDLE", patience, async {
        let id = talk.session.run_command("IDLE").await.map_err(|error| cut("IDLE", error))?;
        while !talk.hear("IDLE", |response| goes_on(response).map(|()| began(response))).await?? {}
        Ok(id)
    })
    .await?;
    let left = until.saturating_duration_since(Instant::now());
    let told = within("IDLE", left + patience, async {
        while !talk.news {
            match timeout_at(until, talk.hear("IDLE", goes_on)).await {
                Ok(response) => response??,
                Err(_) => break,
            }
        }
        Ok(())
    });
    told.await?;
    within("DONE", patience, async {
        talk.session.run_command_untagged("DONE").await.map_err(|error| cut("DONE", error))?;
        while !talk.hear("DONE", |response| matches!(response, Response::Done { tag, .. } if *tag == id)).await? {}
        talk.busy = false;
        Ok(())
    })
    .await
}

fn began(response: &Response<'_>) -> bool {
    matches!(response, Response::Continue(_))
}

/// The server ends it only when it does not want it.
fn goes_on(response: &Response<'_>) -> Result<(), ImapError> {
    match response {
        Response::Done { outcome, .. } => Err(cut("IDLE", words(outcome))),
        _ => Ok(()),
    }
}
