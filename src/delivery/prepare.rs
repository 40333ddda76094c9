//! What happens to a notice before it is sent: the last look, and its letter.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};

use super::run::{Delivery, Job};
use crate::{
    domain::{
        look::{Claim, look},
        notice::Withdrawal,
    },
    failpoint,
    store::{
        Result,
        outbox::{Notice, Write},
        policies::hex,
        snapshot::{Horizon, Snapshot},
    },
};

/// How often a notice is looked at again when facts keep coming in between.
const LOOKS: u32 = 5;

/// Wait before a letter that could not be written is tried again.
const NOT_COMPOSED_WAIT: Duration = Duration::hours(1);

/// A notice that has been looked at, with its mail.
pub(super) struct Prepared {
    pub notice: Notice,
    pub bytes: Vec<u8>,
    /// The account as it was looked at.
    revision: i64,
    looks: u32,
}

impl Prepared {
    /// Holds only while nothing has been recorded about the account since the look.
    pub fn intent(&self, worker: i64, relay: String, at: DateTime<Utc>) -> Write {
        let sha256 = hex(&Sha256::digest(&self.bytes));
        let (notice, attempt) = (self.notice.id, self.attempt());
        Write::Intent { notice, attempt, worker, revision: self.revision, sha256, relay, at }
    }

    /// Number of the attempt to come, counted from 1.
    pub fn attempt(&self) -> u32 {
        self.notice.attempts + 1
    }
}

impl Delivery {
    /// The next notice that can be sent; waits for one, `None` when there are no more.
    pub(super) async fn prepare_next(&self) -> Result<Option<Prepared>> {
        while let Some(job) = self.next_job().await {
            if let Some(prepared) = self.prepare(job, 1).await? {
                return Ok(Some(prepared));
            }
        }
        Ok(None)
    }

    /// The next notice if one is at hand; for the time in which another is on its way.
    pub(super) async fn prepare_ahead(&self) -> Result<Option<Prepared>> {
        match self.job_at_hand() {
            Some(job) => self.prepare(job, 1).await,
            None => Ok(None),
        }
    }

    /// Something was recorded about the account since: looks again.
    pub(super) async fn prepare_again(&self, before: Prepared) -> Result<Option<Prepared>> {
        let notice = before.notice;
        if before.looks >= LOOKS {
            tracing::warn!(notice = notice.id, "facts kept coming in; it is tried again with the next delivery");
            return Ok(None);
        }
        let mut found = self.store.readable(&[notice.account], Horizon::everything(self.as_of)).await?;
        match (found.snapshots.pop(), found.unreadable.pop()) {
            (Some(snapshot), _) => self.prepare(Job { notice, snapshot }, before.looks + 1).await,
            (None, bad) => {
                self.not_composed(&notice, &bad.map_or_else(String::new, |bad| bad.why)).await?;
                Ok(None)
            }
        }
    }

    async fn prepare(&self, job: Job, looks: u32) -> Result<Option<Prepared>> {
        let Job { notice, mut snapshot } = job;
        if let Err(why) = self.look(&notice, &mut snapshot) {
            self.withdraw(&notice, why).await?;
            return Ok(None);
        }
        failpoint::hit("looked");
        if let Some(opens) = self.closed_until(&snapshot) {
            self.store.postpone(notice.id, opens, "waits for its sending hours").await?;
            return Ok(None);
        }
        match guarded(|| self.composer().compose(&notice, &snapshot.facts.account)) {
            Ok(mail) => {
                failpoint::hit("rendered");
                Ok(Some(Prepared { notice, bytes: mail.bytes, revision: snapshot.revision, looks }))
            }
            Err(error) => {
                self.not_composed(&notice, &error).await?;
                Ok(None)
            }
        }
    }

    fn look(&self, notice: &Notice, snapshot: &mut Snapshot) -> std::result::Result<(), Withdrawal> {
        let documents = self.settings.path(&self.settings.files.documents);
        let named = notice.lines.iter().filter_map(|line| line.document.as_ref());
        snapshot.facts.missing_documents = named.filter(|name| !documents.join(name).is_file()).cloned().collect();
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

    /// When the recipient's sending hours begin again, if they are over: a notice that waited for a
    /// retry, a release or the daemon may come at any hour. Time travel knows no hours.
    fn closed_until(&self, snapshot: &Snapshot) -> Option<DateTime<Utc>> {
        let (account, company, now) = (&snapshot.facts.account, &self.settings.company, self.clock.now());
        if self.travels {
            return None;
        }
        let (zone, country) =
            (account.zone.unwrap_or(company.zone), account.country.as_ref().unwrap_or(&company.country));
        let window = self.rules.policy_of(account).policy.sending.window();
        let opens = self.rules.calendar.next_permitted(&window, zone, country, now);
        (opens > now).then_some(opens)
    }

    async fn withdraw(&self, notice: &Notice, why: Withdrawal) -> Result<()> {
        self.store.withdraw(&[(notice.id, why)], self.clock.now()).await?;
        failpoint::hit("withdrawn");
        tracing::info!(notice = notice.id, why = why.code(), "withdrawn before sending");
        self.count(|report| report.withdrawn += 1);
        Ok(())
    }

    /// A letter that cannot be written stops nobody else; it stays ready and is shown.
    pub(super) async fn not_composed(&self, notice: &Notice, why: &str) -> Result<()> {
        self.store.postpone(notice.id, self.clock.now() + NOT_COMPOSED_WAIT, why).await?;
        tracing::error!(notice = notice.id, why, "the letter cannot be written; nothing was sent");
        self.count(|report| report.failed.push(format!("notice {}: {why}", notice.id)));
        Ok(())
    }
}

/// A letter whose writing panics is a letter that cannot be written, and no trouble of its worker.
pub(super) fn guarded<T, E: ToString>(
    write: impl FnOnce() -> std::result::Result<T, E>,
) -> std::result::Result<T, String> {
    match catch_unwind(AssertUnwindSafe(write)) {
        Ok(written) => written.map_err(|error| error.to_string()),
        Err(_) => Err("writing it ended unexpectedly; the log has more".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_is_trouble_with_one_letter() {
        assert_eq!(guarded(|| Ok::<_, String>(1)), Ok(1));
        assert_eq!(guarded(|| Err::<(), _>("no document")), Err("no document".to_owned()));
        assert!(guarded(|| -> Result<(), String> { panic!("out of range") }).is_err());
    }
}
