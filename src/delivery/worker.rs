//! One worker: one message at a time, from the last look to the durable outcome.

use chrono::Duration;
use lettre::Address;
use sha2::{Digest, Sha256};

use super::{
    run::{Delivery, Job},
    target::{Line, Sent},
};
use crate::{
    domain::{
        look::{Claim, look},
        notice::{Attempt, Withdrawal, after},
    },
    store::{
        Result, StoreError,
        outbox::{Notice, Write},
        policies::hex,
        snapshot::{Horizon, Snapshot},
    },
    telemetry::Masked,
};

/// How often a notice is looked at again when facts keep coming in between.
const LOOKS: u32 = 5;

/// Wait before a letter that could not be written is tried again.
const NOT_COMPOSED_WAIT: Duration = Duration::hours(1);

impl Delivery {
    /// Takes jobs until there are none, or until something stands in the way of all.
    pub(super) async fn work(&self) -> Result<()> {
        let mut line = self.target.line();
        while let Some(job) = self.next_job().await {
            if let Err(error) = self.one(&mut line, job).await {
                self.halt(error.to_string());
                line.close().await;
                return Err(error);
            }
        }
        line.close().await;
        Ok(())
    }

    async fn one(&self, line: &mut Line<'_>, job: Job) -> Result<()> {
        if let Err(why) = line.open().await {
            // Not a word about the notice: it stays ready, and so do all others.
            self.halt(why);
            return Ok(());
        }
        let Job { notice, mut snapshot } = job;
        for _ in 0..LOOKS {
            if let Err(why) = self.look(&notice, &mut snapshot) {
                return self.withdraw(&notice, why).await;
            }
            let mail = match self.composer().compose(&notice, &snapshot.facts.account) {
                Ok(mail) => mail,
                Err(error) => return self.not_composed(&notice, &error.to_string()).await,
            };
            tokio::select! {
                () = self.pace.wait() => {}
                () = self.stop.cancelled() => return Ok(()),
            }
            let intent = Write::Intent {
                notice: notice.id,
                revision: snapshot.revision,
                sha256: hex(&Sha256::digest(&mail.bytes)),
                relay: self.target.name(),
                at: self.clock.now(),
            };
            if self.recorder.write(intent).await? {
                return self.send(line, &notice, &mail.bytes).await;
            }
            // Something was recorded about the account since: look again.
            let horizon = Horizon::everything(self.as_of);
            match self.store.snapshots(&[notice.account], horizon).await?.pop() {
                Some(fresh) => snapshot = fresh,
                None => return Ok(()),
            }
        }
        tracing::warn!(notice = notice.id, "facts kept coming in; it is tried again with the next delivery");
        Ok(())
    }

    fn look(&self, notice: &Notice, snapshot: &mut Snapshot) -> std::result::Result<(), Withdrawal> {
        let documents = self.settings.path(&self.settings.files.documents);
        let missing = notice.lines.iter().filter_map(|line| line.document.as_ref());
        snapshot.facts.missing_documents = missing.filter(|name| !documents.join(name).is_file()).cloned().collect();
        let claim = Claim {
            notice: notice.id,
            as_of: notice.as_of,
            currency: notice.currency,
            credits: notice.credits,
            lines: &notice.lines,
            offer_until: notice.offer.as_ref().map(|offer| offer.last_day),
        };
        if snapshot.facts.refused_addresses.contains(&notice.address) {
            return Err(Withdrawal::Unreachable);
        }
        look(&snapshot.facts, &self.setting(&snapshot.facts.account), claim)
    }

    async fn withdraw(&self, notice: &Notice, why: Withdrawal) -> Result<()> {
        self.store.withdraw(&[(notice.id, why)], self.clock.now()).await?;
        tracing::info!(notice = notice.id, why = why.code(), "withdrawn before sending");
        self.count(|tally| tally.withdrawn += 1);
        Ok(())
    }

    /// A letter that cannot be written stops nobody else; it stays ready and is shown.
    async fn not_composed(&self, notice: &Notice, why: &str) -> Result<()> {
        self.store.postpone(notice.id, self.clock.now() + NOT_COMPOSED_WAIT, why).await?;
        tracing::error!(notice = notice.id, why, "the letter cannot be written; nothing was sent");
        self.count(|tally| tally.failed.push(format!("notice {}: {why}", notice.id)));
        Ok(())
    }

    async fn send(&self, line: &mut Line<'_>, notice: &Notice, bytes: &[u8]) -> Result<()> {
        let sent = match (self.envelope_from.parse::<Address>(), notice.address.parse::<Address>()) {
            (Ok(from), Ok(to)) => {
                let name = format!("{}-{}.eml", notice.as_of, notice.token);
                line.send(&from, &to, &name, bytes).await
            }
            _ => Sent {
                attempt: Attempt::AddressRefused { reply: "this is not an email address".to_owned() },
                stop: None,
            },
        };
        let now = self.clock.now();
        let rule = &self.rules.standard.policy.in_doubt;
        let after = after(sent.attempt, notice.attempts + 1, notice.doubts, now, rule);
        tracing::info!(notice = notice.id, to = %Masked(&notice.address), state = %after.state, reply = after.reply, "sent");
        self.count(|tally| tally.add(after.state));
        self.record(Write::Result { notice: notice.id, after, at: now }).await?;
        if let Some(why) = sent.stop {
            self.halt(why);
        }
        Ok(())
    }

    /// The outcome must become durable: a full disk may be mended meanwhile.
    async fn record(&self, result: Write) -> Result<()> {
        let mut tries = 0;
        loop {
            match self.recorder.write(result.clone()).await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(StoreError::Refused("the notice was not in the state `sending`".to_owned())),
                Err(error) if tries >= 5 => return Err(error),
                Err(error) => {
                    tracing::error!(%error, "the outcome could not be recorded; trying again");
                    tries += 1;
                    tokio::time::sleep(std::time::Duration::from_secs(tries)).await;
                }
            }
        }
    }
}
