//! A past sweep done again: the same pages, the facts and notices known then, the policy versions
//! of that day. It must come to the same.
//!
//! What it cannot know, it takes as it is today: the holiday calendars, the company's country and
//! zone, which policy is the standard one, and whether a policy's file was still there. Which
//! documents were missing is taken from the recorded reasons. What several replicas recorded within
//! the same moment is told apart by their clocks alone.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::policies::Policies;
use crate::{
    domain::{
        cohort::Cohort,
        notice::Offer,
        plan::{Decision, Outcome, plan},
        reason::Reason,
    },
    rules::Published,
    store::{
        Result, StoreError,
        frozen::Frozen,
        past::{ByAccount, PastDecision, PastPage, PastSweep, PlannedNotice},
        snapshot::{Horizon, Snapshot},
    },
    sweep::{PAGE, SweepReport, Sweeper},
};

/// Something that comes out differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// Number of the account; `page 3` where the counts of a page differ.
    pub account: String,
    /// `decision`, `notice`, `case` or `counts`.
    pub what: &'static str,
    pub kept: String,
    pub computed: String,
}

/// What doing a sweep again came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    pub sweep: i64,
    pub as_of: chrono::NaiveDate,
    pub accounts: u64,
    pub divergences: Vec<Divergence>,
}

/// Does a sweep again. Nothing is written.
pub async fn replay(sweeper: &Sweeper<'_>, id: i64) -> Result<Replayed> {
    let mut frozen = sweeper.store.freeze().await?;
    let missing = || StoreError::Refused(format!("there is no sweep {id} that has ended"));
    let sweep = frozen.sweep(id).await?.ok_or_else(missing)?;
    if sweep.held_back {
        return Err(StoreError::Refused(format!("sweep {id} was held back: it decided nothing")));
    }
    let policies = Policies::of(&mut frozen, sweeper.rules, &sweep).await?;
    let cohorts = frozen.cohorts_of(id).await?;
    let mut again = Again { sweeper, frozen, sweep: &sweep, policies, cohorts, accounts: 0, divergences: Vec::new() };
    for (n, page) in (1..).zip(&sweep.pages) {
        again.page(n, page).await?;
    }
    again.look_for_forgotten().await?;
    Ok(Replayed { sweep: id, as_of: sweep.as_of, accounts: again.accounts, divergences: again.divergences })
}

struct Again<'s> {
    sweeper: &'s Sweeper<'s>,
    frozen: Frozen,
    sweep: &'s PastSweep,
    policies: Policies,
    cohorts: Vec<Cohort>,
    accounts: u64,
    divergences: Vec<Divergence>,
}

/// What is recorded about the accounts of a page.
struct Records {
    decisions: ByAccount<PastDecision>,
    notices: ByAccount<PlannedNotice>,
}

impl Again<'_> {
    fn horizon(&self, batch: i64, recorded: DateTime<Utc>) -> Horizon {
        Horizon { as_of: self.sweep.as_of, batch, recorded, before_sweep: Some(self.sweep.id) }
    }

    async fn page(&mut self, number: usize, page: &PastPage) -> Result<()> {
        // What was not planned, since the worker had gone, a later sweep decided.
        let Some((planned_at, batch)) = page.planned else { return Ok(()) };
        let horizon = self.horizon(batch, planned_at);
        let payments_seen = self.sweeper.store.payments_seen(batch).await?;
        let mut records = Records {
            decisions: self.frozen.decisions(self.sweep.id, &page.accounts).await?,
            notices: self.frozen.planned_notices(self.sweep.id, &page.accounts).await?,
        };
        let mut suspected = self.frozen.suspected(self.sweep.id, &page.accounts).await?;
        let mut report = SweepReport { as_of: self.sweep.as_of, ..SweepReport::default() };
        let found = self.frozen.readable(&page.accounts, horizon).await?;
        // How many there were is among the counts of the page.
        report.unreadable = found.unreadable.len() as u64;
        for account in &found.unreadable {
            self.left_over(account.id, &account.number, &records);
        }
        for mut snapshot in found.snapshots {
            self.accounts += 1;
            let decisions = self.decide(&mut snapshot, &records, payments_seen)?;
            let mut found = BTreeSet::new();
            for decision in &decisions {
                report.count(decision);
                self.compare(&snapshot, decision, &mut records, payments_seen)?;
                let keys = decision.suspicions.iter().flat_map(|s| s.observations.iter().map(|o| (&s.invoice, &o.key)));
                found.extend(keys.map(|(invoice, key)| (invoice.clone(), key.clone())));
            }
            let suspected = suspected.remove(&snapshot.id).unwrap_or_default();
            let number = snapshot.facts.account.number.clone();
            self.differs(&number, "case", listed(&suspected), listed(&found));
            self.left_over(snapshot.id, &number, &records);
        }
        if report.kept() != page.counts {
            let (account, what) = (format!("page {number}"), "counts");
            let (kept, computed) = (format!("{:?}", page.counts), format!("{:?}", report.kept()));
            self.divergences.push(Divergence { account, what, kept, computed });
        }
        Ok(())
    }

    /// Plans an account as it was planned then.
    fn decide(
        &self,
        snapshot: &mut Snapshot,
        records: &Records,
        payments_seen: Option<DateTime<Utc>>,
    ) -> Result<Vec<Decision>> {
        missing_documents(snapshot, &records.decisions);
        snapshot.facts.belong_to(&self.cohorts);
        let published = self.policy(snapshot, &records.decisions)?;
        Ok(plan(&snapshot.facts, &self.sweeper.setting(published, self.sweep.as_of, payments_seen)))
    }

    /// The version that the account's decision of this sweep names, if there is one.
    fn policy(&self, snapshot: &Snapshot, decisions: &ByAccount<PastDecision>) -> Result<&Published> {
        let mut own =
            decisions.iter().filter(|((account, _), _)| *account == snapshot.id).map(|(_, decision)| decision);
        let label = own.find(|decision| decision.sweep == self.sweep.id).map(|decision| decision.policy.as_str());
        self.policies.of_account(&snapshot.facts.account, label)
    }

    fn compare(
        &mut self,
        snapshot: &Snapshot,
        decision: &Decision,
        records: &mut Records,
        payments_seen: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let published = self.policy(snapshot, &records.decisions)?;
        let considered = self.sweeper.considered(self.sweep.as_of, payments_seen);
        // Neither the token nor the hour of sending is compared.
        let mut random = ChaCha20Rng::seed_from_u64(0);
        let begun = (self.sweep.started_at, considered);
        let computed =
            self.sweeper.notice(snapshot, published, decision, begun, &mut random).map(|new| PlannedNotice {
                letter: new.letter.to_owned(),
                address: new.address,
                considered: new.considered,
                offer: offer_of(decision),
                items: decision.items.iter().cloned().zip(new.stage_days).collect(),
            });
        let key = (snapshot.id, decision.currency);
        let kept = records.notices.remove(&key);
        // A held decision that was the same as the last one was not written again.
        let recorded =
            records.decisions.remove(&key).filter(|past| past.sweep == self.sweep.id || past.outcome == "held");
        let recorded = recorded.map_or_else(nothing, |past| past_text(&past, decision.currency.code()));
        self.differs(&decision.account, "decision", recorded, text(decision, computed.is_some()));
        let described = |notice: Option<PlannedNotice>| notice.map_or_else(nothing, |notice| describe(&notice));
        self.differs(&decision.account, "notice", described(kept), described(computed));
        Ok(())
    }

    /// What is recorded of this sweep and did not come out again.
    fn left_over(&mut self, id: i64, number: &str, records: &Records) {
        for ((account, currency), past) in &records.decisions {
            if *account == id && past.sweep == self.sweep.id {
                self.differs(number, "decision", past_text(past, currency.code()), nothing());
            }
        }
        for (_, notice) in records.notices.iter().filter(|((account, _), _)| *account == id) {
            self.differs(number, "notice", describe(notice), nothing());
        }
    }

    /// Accounts on none of the pages about which there was something to decide.
    async fn look_for_forgotten(&mut self) -> Result<()> {
        let Some(days) = self.policies.first_days() else { return Ok(()) };
        let store = self.sweeper.store;
        let planned: BTreeSet<i64> = self.sweep.pages.iter().flat_map(|page| page.accounts.iter().copied()).collect();
        let batch = store.known_at(self.sweep.started_at).await?;
        let batch =
            self.sweep.pages.iter().filter_map(|page| page.planned).map(|(_, known)| known).fold(batch, i64::min);
        let horizon = self.horizon(batch, self.sweep.started_at);
        let mut others = store.candidates(days, horizon).await?;
        others.retain(|account| !planned.contains(account));
        let payments_seen = store.payments_seen(batch).await?;
        for page in others.chunks(PAGE) {
            let decisions = self.frozen.decisions(self.sweep.id, page).await?;
            let records = Records { decisions, notices: ByAccount::new() };
            for mut snapshot in self.frozen.readable(page, horizon).await?.snapshots {
                for decision in self.decide(&mut snapshot, &records, payments_seen)? {
                    let computed = text(&decision, matches!(decision.outcome, Outcome::Notice { .. }));
                    self.differs(&decision.account, "decision", "on none of its pages".to_owned(), computed);
                }
            }
        }
        Ok(())
    }

    fn differs(&mut self, account: &str, what: &'static str, kept: String, computed: String) {
        if kept != computed {
            let account = account.to_owned();
            self.divergences.push(Divergence { account, what, kept, computed });
        }
    }
}

/// Which documents were missing is not recorded, but that the account was held for one is.
fn missing_documents(snapshot: &mut Snapshot, decisions: &ByAccount<PastDecision>) {
    let id = snapshot.id;
    let held = |currency| {
        let past = decisions.get(&(id, currency));
        past.is_some_and(|past| past.reasons.split(' ').any(|code| code == Reason::DocumentMissing.code()))
    };
    let invoices = snapshot.facts.invoices.iter().filter(|invoice| held(invoice.amount.currency));
    snapshot.facts.missing_documents = invoices.filter_map(|invoice| invoice.document.clone()).collect();
}

fn nothing() -> String {
    "nothing".to_owned()
}

fn offer_of(decision: &Decision) -> Option<Offer> {
    match &decision.outcome {
        Outcome::Notice { offer } => offer.clone(),
        Outcome::Held { .. } => None,
    }
}

fn text(decision: &Decision, is_notice: bool) -> String {
    let reasons: Vec<&str> = decision.outcome.reasons().iter().map(|reason| reason.code()).collect();
    let outcome = if is_notice { "notice" } else { "held" };
    let (overdue, credits) = (decision.overdue_total, decision.credits);
    decision_text(outcome, &decision.stage, &reasons.join(" "), (overdue, credits), decision.currency.code())
}

fn past_text(past: &PastDecision, currency: &str) -> String {
    decision_text(&past.outcome, &past.stage, &past.reasons, (past.overdue_total, past.credits), currency)
}

/// One text for what is recorded and what comes out; amounts in minor units, as in the tables.
fn decision_text(outcome: &str, stage: &str, reasons: &str, (overdue, credits): (i64, i64), currency: &str) -> String {
    let reasons = if reasons.is_empty() { String::new() } else { format!(" ({reasons})") };
    format!("{outcome}{reasons}, stage {stage}, overdue {overdue} {currency}, credits {credits}")
}

fn describe(notice: &PlannedNotice) -> String {
    let mut text = format!("letter {} to {}, considered {}", notice.letter, notice.address, notice.considered);
    if let Some(offer) = &notice.offer {
        let percent = offer.percent.normalize();
        text +=
            &format!(", {percent} % off: {} less {} by {}", offer.pay + offer.discount, offer.discount, offer.last_day);
    }
    for (item, days) in &notice.items {
        let stage = item.stage.as_ref().map(|stage| format!(" {stage} of {} days", days.unwrap_or_default()));
        text += &format!(
            "; {} of {} due {}, {} days, {}{}{}",
            item.invoice,
            item.issued,
            item.due,
            item.days_overdue,
            item.residual,
            stage.unwrap_or_default(),
            item.document.as_ref().map(|document| format!(" with {document}")).unwrap_or_default()
        );
    }
    text
}

fn listed(suspected: &BTreeSet<(String, String)>) -> String {
    let each: Vec<String> = suspected.iter().map(|(invoice, key)| format!("{invoice} {key}")).collect();
    if each.is_empty() { nothing() } else { each.join(", ") }
}
