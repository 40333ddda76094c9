//! What was noted of an answer on the customer's page, said by mail. Once for each answer: what may have arrived is not
//! sent again, since the page says the same.

use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::{
    compose::{ComposeError, Composer, Mail, sender},
    prepare::guarded,
    run::Deliverer,
    single::{Outgoing, Way},
};
use crate::{
    domain::{audit::DULY, calendar::date_at, facts::Account, notice::Attempt, notice::State},
    letter::{
        mail::{self, Correspondent},
        receipt::{self, acknowledge},
    },
    store::{
        Result,
        cases::Actor,
        policies::hex,
        receipts::{Ended, Receipt},
        snapshot::{Horizon, Snapshot},
    },
};

/// Receipts that are read at a time.
const PAGE: i64 = 100;
/// After a refusal for now it is tried again so much later, until the answer is so old.
const WAIT: Duration = Duration::minutes(15);
const LONGEST: Duration = Duration::days(1);

/// Of an answer: the same form of the same notice has the same Message-ID.
pub fn receipt_token(company: &str, notice: i64, form: &str) -> String {
    hex(&Sha256::digest(format!("receipt {} {company} {notice} {form}", company.len())))[..32].to_owned()
}

impl Composer<'_> {
    pub fn receipt(&self, receipt: &Receipt, account: &Account) -> std::result::Result<Mail, ComposeError> {
        let company = &self.settings.company;
        let letter = receipt::Receipt {
            sender: sender(company),
            account: account.number.clone(),
            account_name: account.name.clone(),
            contact_name: account.contact_name.clone(),
            locale: account.locale.clone().unwrap_or_else(|| company.locale.clone()),
            answered: date_at(company.zone, receipt.answered_at),
            case: receipt.case,
            until: receipt.until,
            parts: receipt.parts.clone(),
        };
        let rendered = acknowledge(&letter, self.words)?;
        let to = Correspondent::new(&account.name, &receipt.address);
        let mut envelope = self.envelope(to, receipt.answered_at, &receipt.token);
        envelope.thread = Some(self.message_id(&receipt.thread));
        let bytes = mail::build(&rendered, &envelope)?;
        Ok(Mail { rendered, message_id: envelope.message_id, bytes })
    }
}

impl Deliverer {
    /// Sends the receipts that are due. Ends between two of them when `stop` is asked for.
    pub async fn acknowledge(&self, stop: &CancellationToken) -> Result<()> {
        let lost = self.store.recover_receipts(self.clock.now()).await?;
        if lost > 0 {
            tracing::warn!(lost, "receipts of answers have no outcome; they are not sent again");
        }
        self.quarantine().await?;
        if self.standing_halt().await?.is_some() {
            return Ok(());
        }
        for receipt in self.store.due_receipts(self.clock.now(), PAGE).await? {
            if stop.is_cancelled() {
                return Ok(());
            }
            if !self.send_receipt(&receipt).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// False when the mail server cannot be reached: the others need not try.
    async fn send_receipt(&self, receipt: &Receipt) -> Result<bool> {
        let now = self.clock.now();
        let horizon = Horizon::everything(date_at(self.settings.company.zone, now));
        let found = self.store.snapshots(&[receipt.account], horizon).await?.pop();
        let Some(snapshot) = found.filter(|found| takes_mail(found, &receipt.address)) else {
            let why = "the address is not written to any more";
            return self.end_receipt(receipt, ended(State::Withdrawn, why)).await.map(|()| true);
        };
        let composer = Composer {
            settings: &self.settings,
            words: &self.rules.words,
            dkim: self.dkim.clone(),
            links: self.links.as_ref(),
        };
        let mail = match guarded(|| composer.receipt(receipt, &snapshot.facts.account)) {
            Ok(mail) => mail,
            Err(why) => return self.end_receipt(receipt, later(receipt.answered_at, now, why)).await.map(|()| true),
        };
        // Nothing is at stake before the mail server is reached.
        let way = match Way::to(&self.target).await {
            Ok(way) => way,
            Err(why) => return self.end_receipt(receipt, later(receipt.answered_at, now, why)).await.map(|()| false),
        };
        if !self.store.begin_receipt(receipt.answer, self.worker.id(), now).await? {
            return Ok(true);
        }
        let delivery = &self.settings.delivery;
        let signed = self.verp.as_ref().map(|verp| verp.address(&receipt.token));
        let from = signed.as_deref().or(delivery.envelope_from.as_deref()).unwrap_or(&delivery.from);
        let name = format!("{}.eml", receipt.token);
        let outgoing = Outgoing { from, to: &receipt.address, name: &name, bytes: &mail.bytes };
        // Nobody else sends it in between.
        let attempt = way.send(&outgoing, Instant::now(), async { Ok(()) }).await;
        self.end_receipt(receipt, after(attempt, receipt.answered_at, now)).await.map(|()| true)
    }

    async fn end_receipt(&self, receipt: &Receipt, ended: Ended) -> Result<()> {
        let now = self.clock.now();
        let actor = Actor { author: DULY, why: "", today: date_at(self.settings.company.zone, now), now };
        tracing::info!(answer = receipt.answer, state = %ended.state, reply = ended.reply, "the receipt of an answer");
        self.store.end_receipt(receipt, &ended, &actor).await
    }
}

fn takes_mail(snapshot: &Snapshot, address: &str) -> bool {
    let facts = &snapshot.facts;
    let known = facts.account.emails.iter().any(|email| email.eq_ignore_ascii_case(address));
    known && !facts.refused_addresses.contains(address)
}

fn ended(state: State, reply: impl Into<String>) -> Ended {
    Ended { state, next_at: None, reply: reply.into(), stop: false }
}

/// Tried again, as long as it is of use.
fn later(answered_at: DateTime<Utc>, now: DateTime<Utc>, why: String) -> Ended {
    match now - answered_at < LONGEST {
        true => Ended { next_at: Some(now + WAIT), ..ended(State::Deferred, why) },
        false => ended(State::Refused, format!("given up: {why}")),
    }
}

fn after(attempt: Attempt, answered_at: DateTime<Utc>, now: DateTime<Utc>) -> Ended {
    match attempt {
        Attempt::Accepted { reply } => ended(State::Sent, reply),
        Attempt::TryLater { why: reply } | Attempt::Misconfigured { reply } => later(answered_at, now, reply),
        Attempt::AddressRefused { reply } => Ended { stop: true, ..ended(State::Refused, reply) },
        Attempt::Refused { reply } => ended(State::Refused, reply),
        Attempt::Lost { why } => ended(State::InDoubt, why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_its_own_token() {
        let token = receipt_token("EXAMPLE", 1, "abc");
        let others =
            [receipt_token("EXAMPLE", 2, "abc"), receipt_token("EXAMPLE", 1, "abd"), receipt_token("OTHER", 1, "abc")];
        assert!(others.iter().all(|other| *other != token && other.len() == 32));
        assert_eq!(token, receipt_token("EXAMPLE", 1, "abc"));
    }

    #[test]
    fn what_may_have_arrived_is_not_tried_again() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let text = String::new;
        let of = |attempt, age| after(attempt, now - age, now);
        let again = of(Attempt::TryLater { why: text() }, WAIT);
        assert_eq!((again.state, again.next_at), (State::Deferred, Some(now + WAIT)));
        let over = of(Attempt::Misconfigured { reply: text() }, LONGEST);
        assert_eq!((over.state, over.next_at), (State::Refused, None));
        let lost = of(Attempt::Lost { why: text() }, WAIT);
        assert_eq!((lost.state, lost.next_at, lost.stop), (State::InDoubt, None, false));
        assert!(of(Attempt::AddressRefused { reply: text() }, WAIT).stop);
    }
}
