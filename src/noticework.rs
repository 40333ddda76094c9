//! What a person does about notices, and their mails as they were sent. The command line and the console share it.

use sha2::{Digest, Sha256};

use crate::{
    app::{App, Failure},
    delivery::compose::{Composer, Mail},
    domain::{facts::Account, notice::State},
    store::{
        self,
        doubts::Verdict,
        halts::{Halt, RESTORED},
        notices::Sending,
        outbox::Notice,
        policies::hex,
        snapshot::Horizon,
    },
};

/// The mail of a notice, written again from what was frozen when it was planned.
#[derive(Debug)]
pub struct Rewritten {
    pub mail: Mail,
    pub is: Sameness,
}

/// How a mail that was written again stands to the one that left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// Byte by byte what was handed over: the hash is the same.
    AsSent,
    /// Nothing has left yet; this is what would leave now.
    NotSentYet,
    /// Wording, settings, the account or a document changed since; this is how it would be written today.
    Changed,
}

impl App {
    /// A person's word on a doubt. What is to be sent again is sent by a running daemon within a minute.
    pub async fn settle_doubt(&self, notice: i64, verdict: Verdict, (by, why): (&str, &str)) -> store::Result<()> {
        self.store.settle_doubt(notice, verdict, (by, why), self.clock.now()).await?;
        tracing::warn!(notice, by, why, ?verdict, "a doubt was settled");
        if verdict == Verdict::Resend { self.store.ring().await } else { Ok(()) }
    }

    /// Takes a notice back before it is sent.
    pub async fn take_back(&self, notice: i64, (by, why): (&str, &str)) -> store::Result<()> {
        self.store.take_back(notice, (by, why), self.clock.now()).await?;
        tracing::warn!(notice, by, why, "a notice was withdrawn");
        Ok(())
    }

    /// Puts refused notices back, all or one, after their cause was mended.
    pub async fn retry_refused(&self, one: Option<i64>, by: &str) -> store::Result<u64> {
        let back = self.store.retry_refused(one, by, self.clock.now()).await?;
        tracing::warn!(by, back, "refused notices were put back");
        self.store.ring().await?;
        Ok(back)
    }

    /// Releases the sweep that a person has looked at; a running daemon plans afresh and sends.
    pub async fn release(&self, sweep: i64, by: &str) -> store::Result<()> {
        self.store.release_this_sweep(sweep, by, self.clock.now()).await?;
        tracing::warn!(sweep, by, "a sweep was released");
        self.store.ring().await
    }

    /// Allows sending again after it was stopped; returns the halt that stood.
    pub async fn resume(&self, by: &str) -> Result<Option<Halt>, Failure> {
        // First, so that a daemon which is woken does not stop again.
        if self.store.halt().await?.is_some_and(|halt| halt.kind == RESTORED) {
            self.head().accept()?;
        }
        let resumed = self.store.resume(by, self.clock.now()).await?;
        if let Some(halt) = &resumed {
            self.store.ring().await?;
            tracing::warn!(by, since = %halt.since, why = halt.why, "sending resumed");
        }
        Ok(resumed)
    }

    /// The mail of a notice. What left is kept as a hash alone: the mail is written again with the account as it was
    /// known at the last attempt, and the hash says whether that is what left. The reason when it cannot be written.
    pub async fn rewritten(&self, notice: Notice, sending: &Sending) -> store::Result<Result<Rewritten, String>> {
        let everything = Horizon::everything(notice.as_of);
        let mut accounts = Vec::new();
        for horizon in [Horizon { batch: sending.batch, ..everything }, everything] {
            let known = self.store.snapshots(&[notice.account], horizon).await?.pop();
            accounts.extend(known.map(|snapshot| snapshot.facts.account));
        }
        accounts.dedup();
        let (app, sha256) = (self.clone(), sending.sha256.clone());
        let earlier = sending.earlier.clone();
        let task = tokio::task::spawn_blocking(move || app.write_again(&notice, &accounts, sha256, earlier));
        Ok(task.await.unwrap_or_else(|_| Err("writing it ended unexpectedly; the log has more".to_owned())))
    }

    /// Tries what may have changed without being kept: the account's details, and the mail that it answers.
    fn write_again(
        &self,
        notice: &Notice,
        accounts: &[Account],
        sha256: Option<String>,
        earlier: Vec<String>,
    ) -> Result<Rewritten, String> {
        let dkim = self.dkim().map_err(|error| error.to_string())?;
        let composer =
            Composer { settings: &self.settings, words: &self.rules.words, dkim, links: self.links.as_ref() };
        let others = earlier.into_iter().map(Some).chain([None]).filter(|thread| *thread != notice.thread);
        let threads: Vec<Option<String>> = [notice.thread.clone()].into_iter().chain(others).collect();
        // What would leave now has everything as it is now.
        let now = accounts.last().ok_or_else(|| "nothing is known of its account".to_owned())?;
        let today = composer.compose(notice, now).map_err(|error| error.to_string())?;
        let Some(sha256) = sha256 else { return Ok(Rewritten { mail: today, is: Sameness::NotSentYet }) };
        if is(&today, &sha256) {
            return Ok(Rewritten { mail: today, is: Sameness::AsSent });
        }
        let tries = accounts.iter().flat_map(|account| threads.iter().map(move |thread| (account, thread)));
        for (account, thread) in tries {
            let notice = Notice { thread: thread.clone(), ..notice.clone() };
            let mail = composer.compose(&notice, account).map_err(|error| error.to_string())?;
            if is(&mail, &sha256) {
                return Ok(Rewritten { mail, is: Sameness::AsSent });
            }
        }
        // What was tried and did not leave is written anew with the next attempt.
        let waits = matches!(notice.state, State::Ready | State::Deferred);
        Ok(Rewritten { mail: today, is: if waits { Sameness::NotSentYet } else { Sameness::Changed } })
    }
}

fn is(mail: &Mail, sha256: &str) -> bool {
    hex(&Sha256::digest(&mail.bytes)) == sha256
}
