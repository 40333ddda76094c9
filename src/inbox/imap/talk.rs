//! One command, its whole answer, and what the server tells by the way.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

use async_imap::{
    Session,
    imap_proto::{MailboxDatum, Outcome, Response, Status},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

use super::{
    error::{ImapError, shown},
    guard::Guard,
};

/// A connection, plain or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Wire for S {}

/// A conversation with a server that let us in.
#[derive(Debug)]
pub(super) struct Talk {
    pub session: Session<Guard<Box<dyn Wire>>>,
    pub patience: Duration,
    /// Mails in the folder, as far as the server has told.
    pub exists: u32,
    /// It has told of more than there were.
    pub news: bool,
    /// A command was begun and not ended: what comes next may be its answer.
    pub busy: bool,
}

impl Talk {
    /// Sends a command and hands each response to `hear`, up to the answer.
    pub async fn ask(
        &mut self,
        name: &'static str,
        command: &str,
        mut hear: impl FnMut(&Response<'_>),
    ) -> Result<(), ImapError> {
        let limit = self.patience;
        self.begin(name)?;
        within(name, limit, async {
            let id = self.session.run_command(command).await.map_err(|error| cut(name, error))?;
            loop {
                let verdict = self.hear(name, |response| {
                    hear(response);
                    match response {
                        Response::Done { tag, status, outcome } if *tag == id => Some(judge(name, status, outcome)),
                        _ => None,
                    }
                });
                if let Some(verdict) = verdict.await? {
                    self.busy = false;
                    return verdict;
                }
            }
        })
        .await
    }

    /// Marks the conversation as busy, which it stays if the caller gives up before the answer has come.
    pub fn begin(&mut self, name: &'static str) -> Result<(), ImapError> {
        if std::mem::replace(&mut self.busy, true) {
            return Err(cut(name, "the command before it has no answer"));
        }
        self.session.as_mut().forget();
        Ok(())
    }

    /// What to make of the next response; what it says about the folder is noted.
    pub async fn hear<T>(&mut self, at: &'static str, make: impl FnOnce(&Response<'_>) -> T) -> Result<T, ImapError> {
        let response = self.session.read_response().await.map_err(|error| cut(at, error))?;
        let response = response.ok_or_else(|| cut(at, "the server hung up"))?;
        match response.parsed() {
            Response::Data { status: Status::Bye, outcome } => return Err(cut(at, words(outcome))),
            Response::MailboxData(MailboxDatum::Exists(count)) => {
                self.news |= *count > self.exists;
                self.exists = *count;
            }
            Response::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            _ => {}
        }
        Ok(make(response.parsed()))
    }
}

/// Does it within a time. A panic in the parser is an answer that cannot be read: it cuts words after a code in square
/// brackets wherever the second octet may be.
pub(super) async fn within<T>(
    at: &'static str,
    limit: Duration,
    work: impl Future<Output = Result<T, ImapError>>,
) -> Result<T, ImapError> {
    let mut work = pin!(work);
    let work = std::future::poll_fn(|cx| {
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)))
            .unwrap_or_else(|_| Poll::Ready(Err(cut(at, "the server's answer cannot be read"))))
    });
    timeout(limit, work).await.unwrap_or_else(|_| Err(cut(at, format!("no answer within {limit:?}"))))
}

fn judge(command: &'static str, status: &Status, outcome: &Outcome<'_>) -> Result<(), ImapError> {
    match status {
        Status::Ok => Ok(()),
        _ => Err(ImapError::Refused { command, answer: words(outcome) }),
    }
}

pub(super) fn words(outcome: &Outcome<'_>) -> String {
    shown(outcome.information.as_deref().unwrap_or("it does not say why"))
}

pub(super) fn cut(at: &'static str, reason: impl std::fmt::Display) -> ImapError {
    ImapError::Cut { at, reason: shown(&reason.to_string()) }
}
