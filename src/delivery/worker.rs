//! One worker: one message at a time, from the durable intent to the durable outcome.
//!
//! While a message is on its way the next one is looked at and written. Its intent and the
//! outcome of the last message share a commit, and no byte of it leaves before that is durable.

use std::time::Instant;

use lettre::Address;

use super::{judge::Sent, prepare::Prepared, run::Delivery, smtp::Fence, target::Line};
use crate::{
    domain::notice::{Attempt, Tries, after},
    failpoint,
    store::{Result, outbox::Write},
    telemetry::Masked,
};

/// Tries to record an outcome, a second apart and growing: a full disk may be mended meanwhile.
const RECORD_TRIES: u64 = 6;

/// Longest wait between two tries, in seconds.
const LONGEST_WAIT: u64 = 15;

impl Delivery {
    /// Sends until there is nothing left, or until something stands in the way of all.
    pub(super) async fn work(&self) -> Result<()> {
        let mut line = self.target.line();
        let worked = self.send_all(&mut line).await;
        if let Err(error) = &worked {
            self.halt(error.to_string());
        }
        let halted = self.record_halt().await;
        line.close().await;
        worked.and(halted)
    }

    async fn send_all(&self, line: &mut Line<'_>) -> Result<()> {
        // The outcome of the last message while it is not durable yet, and the message after it.
        let (mut outcome, mut ahead): (Option<Write>, Option<Prepared>) = (None, None);
        loop {
            // Whatever may take long must not keep the outcome waiting.
            let waits = ahead.is_none() || !line.is_open() || self.pace.is_limited() || self.stop.is_cancelled();
            if waits && let Some(outcome) = outcome.take() {
                self.record(vec![outcome]).await?;
                failpoint::hit("outcome_after");
            }
            if self.stop.is_cancelled() {
                return Ok(());
            }
            let next = match ahead.take() {
                Some(prepared) => Some(prepared),
                None => self.prepare_next().await?,
            };
            let Some(prepared) = next else { return Ok(()) };
            if let Err(fault) = line.open().await {
                // Not a word about the notice: it stays ready, and so do all others.
                self.hear_fault(fault, None);
                ahead = Some(prepared);
                continue;
            }
            tokio::select! {
                () = self.pace.wait() => {}
                () = self.stop.cancelled() => return Ok(()),
            }
            let since = Instant::now();
            let at = self.clock.now();
            let intent = prepared.intent(self.worker.id(), self.target.name(), at);
            failpoint::hit("intent_before");
            if !self.record(outcome.take().into_iter().chain([intent]).collect()).await? {
                ahead = self.prepare_again(prepared).await?;
                continue;
            }
            failpoint::hit("intent_after");
            self.head.note(prepared.notice.id, at).await;
            let (sent, next) = tokio::join!(self.send(line, &prepared, since), self.prepare_ahead());
            outcome = Some(self.outcome(&prepared, sent));
            failpoint::hit("outcome_before");
            match next {
                Ok(next) => ahead = next,
                Err(error) => {
                    self.record(outcome.take().into_iter().collect()).await?;
                    return Err(error);
                }
            }
        }
    }

    async fn send(&self, line: &mut Line<'_>, prepared: &Prepared, since: Instant) -> Sent {
        let notice = &prepared.notice;
        let (Ok(from), Ok(to)) = (self.envelope_sender(notice).parse::<Address>(), notice.address.parse::<Address>())
        else {
            let reply = "this is not an email address".to_owned();
            return Sent { attempt: Attempt::AddressRefused { reply }, fault: None };
        };
        // Who stood still for long may have been given up; what was not sent is then recorded as
        // such, which settles the doubt, unless somebody has tried again already.
        let still = async {
            match self.store.is_under_way(notice.id, prepared.attempt()).await {
                Ok(true) => Ok(()),
                Ok(false) => Err("this process stood still, and others have given it up".to_owned()),
                Err(error) => Err(format!("nobody can say whether others have given this process up: {error}")),
            }
        };
        let name = format!("{}-{}.eml", notice.as_of, notice.token);
        line.send((&from, &to), &name, &prepared.bytes, Fence::new(since, still)).await
    }

    /// What the attempt means for the notice, to be recorded, and for all others.
    fn outcome(&self, prepared: &Prepared, sent: Sent) -> Write {
        let (notice, now) = (&prepared.notice, self.clock.now());
        let rule = &self.rules.standard.policy.in_doubt;
        match sent.fault {
            Some(fault) => self.hear_fault(fault, Some(notice.id)),
            None if matches!(sent.attempt, Attempt::Accepted { .. }) => self.hear_acceptance(),
            None => {}
        }
        let tries = Tries { attempts: prepared.attempt(), doubts: notice.doubts, refusals: notice.refusals };
        let after = after(sent.attempt, tries, now, rule);
        let to = Masked(&notice.address);
        tracing::info!(notice = notice.id, %to, state = %after.state, reply = after.reply, "attempted");
        self.count(|report| report.add(after.state));
        Write::Result { notice: notice.id, attempt: prepared.attempt(), after, at: now }
    }

    /// Makes an outcome, an intent or both durable; false when the intent does not hold any more.
    async fn record(&self, writes: Vec<Write>) -> Result<bool> {
        let results: Vec<bool> = writes.iter().map(|write| matches!(write, Write::Result { .. })).collect();
        let mut tries = 0;
        let held = loop {
            match self.recorder.write(writes.clone()).await {
                Ok(held) => break held,
                Err(error) => {
                    tries += 1;
                    // An intent alone can be given up, since nothing has been sent; but not while
                    // nobody knows whether it was written.
                    let given_up = match error.passes() {
                        true => self.stop.is_cancelled() && !results.contains(&true),
                        false => tries >= RECORD_TRIES || !results.contains(&true),
                    };
                    if given_up {
                        return Err(error);
                    }
                    tracing::error!(%error, "it could not be recorded; trying again");
                    tokio::time::sleep(std::time::Duration::from_secs(tries.min(LONGEST_WAIT))).await;
                }
            }
        };
        for (write, _) in
            writes.iter().zip(&held).filter(|(write, held)| matches!(write, Write::Result { .. }) && !**held)
        {
            tracing::warn!(?write, "the outcome comes too late: others had given this process up");
        }
        Ok(held.iter().zip(&results).all(|(held, is_result)| *held || *is_result))
    }
}
