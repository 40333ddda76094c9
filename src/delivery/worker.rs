//! One worker: one message at a time, from the durable intent to the durable outcome.
//!
//! While a message is on its way the next one is looked at and written. Its intent and the
//! outcome of the last message share a commit, and no byte of it leaves before that is durable.

use lettre::Address;

use super::{
    prepare::Prepared,
    run::Delivery,
    target::{Line, Sent},
};
use crate::{
    domain::notice::{Attempt, after},
    failpoint,
    store::{Result, StoreError, outbox::Write},
    telemetry::Masked,
};

/// Tries to record an outcome, a second apart and growing: a full disk may be mended meanwhile.
const RECORD_TRIES: u64 = 6;

impl Delivery {
    /// Sends until there is nothing left, or until something stands in the way of all.
    pub(super) async fn work(&self) -> Result<()> {
        let mut line = self.target.line();
        let worked = self.send_all(&mut line).await;
        if let Err(error) = &worked {
            self.halt(error.to_string());
        }
        line.close().await;
        worked
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
            if let Err(why) = line.open().await {
                // Not a word about the notice: it stays ready, and so do all others.
                self.halt(why);
                return Ok(());
            }
            tokio::select! {
                () = self.pace.wait() => {}
                () = self.stop.cancelled() => return Ok(()),
            }
            let intent = prepared.intent(self.target.name(), self.clock.now());
            failpoint::hit("intent_before");
            if !self.record(outcome.take().into_iter().chain([intent]).collect()).await? {
                ahead = self.prepare_again(prepared).await?;
                continue;
            }
            failpoint::hit("intent_after");
            let (sent, next) = tokio::join!(self.send(line, &prepared), self.prepare_ahead());
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

    async fn send(&self, line: &mut Line<'_>, prepared: &Prepared) -> Sent {
        let notice = &prepared.notice;
        match (self.envelope_from.parse::<Address>(), notice.address.parse::<Address>()) {
            (Ok(from), Ok(to)) => {
                let name = format!("{}-{}.eml", notice.as_of, notice.token);
                line.send(&from, &to, &name, &prepared.bytes).await
            }
            _ => {
                let reply = "this is not an email address".to_owned();
                Sent { attempt: Attempt::AddressRefused { reply }, stop: None }
            }
        }
    }

    /// What the attempt means for the notice, to be recorded, and for all others.
    fn outcome(&self, prepared: &Prepared, sent: Sent) -> Write {
        let (notice, now) = (&prepared.notice, self.clock.now());
        let rule = &self.rules.standard.policy.in_doubt;
        let after = after(sent.attempt, notice.attempts + 1, notice.doubts, now, rule);
        let to = Masked(&notice.address);
        tracing::info!(notice = notice.id, %to, state = %after.state, reply = after.reply, "attempted");
        self.count(|report| report.add(after.state));
        if let Some(why) = sent.stop {
            self.halt(why);
        }
        Write::Result { notice: notice.id, after, at: now }
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
                    // An intent alone can be given up: nothing has been sent.
                    if tries >= RECORD_TRIES || !results.contains(&true) {
                        return Err(error);
                    }
                    tracing::error!(%error, "the outcome could not be recorded; trying again");
                    tokio::time::sleep(std::time::Duration::from_secs(tries)).await;
                }
            }
        };
        if held.iter().zip(&results).any(|(held, is_result)| *is_result && !held) {
            return Err(StoreError::Refused("an outcome came for a notice that is not being sent".to_owned()));
        }
        Ok(held.iter().all(|held| *held))
    }
}
