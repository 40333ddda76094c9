//! What a past sweep left behind, to be compared with what it comes to when it is done again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::{
    Result, Store,
    engine::{Builder, Columns, query},
    frozen::Frozen,
    sweep_pages::PageCounts,
};
use crate::domain::{money::Currency, notice::Offer, plan::PlannedItem};

/// A sweep that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastSweep {
    pub id: i64,
    pub as_of: NaiveDate,
    pub started_at: DateTime<Utc>,
    pub held_back: bool,
    pub pages: Vec<PastPage>,
    /// Labels of the policy versions that its decisions name.
    pub policies: Vec<String>,
}

/// A page of its accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastPage {
    pub accounts: Vec<i64>,
    /// When it was planned, and the last batch known then; `None` when its worker had gone.
    pub planned: Option<(DateTime<Utc>, i64)>,
    pub counts: PageCounts,
}

/// The decision in force for an account in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastDecision {
    /// The sweep that wrote it: an earlier one when nothing has changed since.
    pub sweep: i64,
    pub outcome: String,
    pub stage: String,
    pub reasons: String,
    pub overdue_total: i64,
    pub credits: i64,
    pub policy: String,
}

/// A notice as it was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedNotice {
    pub letter: String,
    pub address: String,
    pub considered: NaiveDate,
    pub offer: Option<Offer>,
    /// Items with the days of their stages.
    pub items: Vec<(PlannedItem, Option<u32>)>,
}

/// Rows of an account in one currency.
pub type ByAccount<T> = BTreeMap<(i64, Currency), T>;

impl Store {
    /// The newest sweep for a date that decided something.
    pub async fn sweep_on(&self, as_of: NaiveDate) -> Result<Option<i64>> {
        let text = "SELECT MAX(id) FROM sweep WHERE company = $1 AND as_of = $2 AND finished_at IS NOT NULL \
                    AND held_back IS NULL";
        query(text).bind(self.company).bind(as_of).value(self.pool()).await
    }
}

impl Frozen {
    pub async fn sweep(&mut self, id: i64) -> Result<Option<PastSweep>> {
        let text = "SELECT as_of, started_at, held_back IS NOT NULL FROM sweep \
                    WHERE company = $1 AND id = $2 AND finished_at IS NOT NULL";
        let row = query(text).bind(self.company).bind(id).fetch_optional(&mut self.tx).await?;
        let Some(row) = row else { return Ok(None) };
        let mut c = Columns::of(&row);
        let (as_of, started_at, held_back) = (c.take()?, c.take()?, c.take()?);
        let text = "SELECT accounts, planned_at, batch, notices, held, reasons FROM sweep_page \
                    WHERE sweep = $1 ORDER BY position";
        let mut pages = Vec::new();
        for row in query(text).bind(id).fetch_all(&mut self.tx).await? {
            let mut c = Columns::of(&row);
            let listed: &str = c.take()?;
            let accounts = listed.split_whitespace().filter_map(|id| id.parse().ok()).collect();
            let planned = c.take::<Option<_>>()?.zip(c.take::<Option<_>>()?);
            let counts = PageCounts { notices: c.number()?, held: c.number()?, reasons: c.take()? };
            pages.push(PastPage { accounts, planned, counts });
        }
        let text = "SELECT DISTINCT policy FROM decision WHERE sweep = $1";
        let policies = query(text).bind(id).values(&mut self.tx).await?;
        Ok(Some(PastSweep { id, as_of, started_at, held_back, pages, policies }))
    }

    /// The decisions in force for these accounts once a sweep had ended. That an account could not
    /// be read is none.
    pub async fn decisions(&mut self, sweep: i64, accounts: &[i64]) -> Result<ByAccount<PastDecision>> {
        let text = format!(
            "SELECT account, currency, sweep, outcome, stage, reasons, overdue_total, credits, policy FROM decision d \
             WHERE sweep = (SELECT MAX(sweep) FROM decision l WHERE l.account = d.account AND l.currency = d.currency \
             AND l.sweep <= {sweep}) AND reasons <> 'unreadable' AND account"
        );
        let mut found = BTreeMap::new();
        for row in &self.of(text, accounts, "").await? {
            let mut c = Columns::of(row);
            let key = (c.take()?, c.parse()?);
            let (sweep, outcome, stage, reasons) = (c.take()?, c.take()?, c.take()?, c.take()?);
            let (overdue_total, credits, policy) = (c.take()?, c.take()?, c.take()?);
            found.insert(key, PastDecision { sweep, outcome, stage, reasons, overdue_total, credits, policy });
        }
        Ok(found)
    }

    /// The notices that a sweep planned for these accounts.
    pub async fn planned_notices(&mut self, sweep: i64, accounts: &[i64]) -> Result<ByAccount<PlannedNotice>> {
        let text = format!(
            "SELECT account, currency, id, letter, address, considered, offer_percent, offer_pay, offer_discount, \
             offer_last_day FROM notice WHERE sweep = {sweep} AND account"
        );
        let (mut found, mut keys) = (BTreeMap::new(), BTreeMap::new());
        for row in &self.of(text, accounts, " ORDER BY id").await? {
            let mut c = Columns::of(row);
            let key: (i64, Currency) = (c.take()?, c.parse()?);
            keys.insert(c.take::<i64>()?, key);
            let (letter, address, considered) = (c.take()?, c.take()?, c.take()?);
            let percent: Option<Decimal> = c.parse_optional()?;
            let offer = match (percent, c.take()?, c.take()?, c.take()?) {
                (Some(percent), Some(pay), Some(discount), Some(last_day)) => {
                    Some(Offer { percent, pay, discount, last_day, invoices: Vec::new() })
                }
                _ => None,
            };
            found.insert(key, PlannedNotice { letter, address, considered, offer, items: Vec::new() });
        }
        if keys.is_empty() {
            return Ok(found);
        }
        let mut read = Builder::new(
            "SELECT notice, invoice, issued, due, days_overdue, residual, stage, document, stage_days FROM notice_item WHERE notice IN ",
        );
        read.push_list(keys.keys().copied()).push(" ORDER BY notice, position");
        for row in &read.build().fetch_all(&mut self.tx).await? {
            let mut c = Columns::of(row);
            let notice = keys.get(&c.take()?).and_then(|key| found.get_mut(key));
            let Some(notice) = notice else { continue };
            let item = PlannedItem {
                invoice: c.take()?,
                issued: c.take()?,
                due: c.take()?,
                days_overdue: c.take()?,
                residual: c.take()?,
                stage: c.take()?,
                document: c.take()?,
            };
            if let Some(offer) = &mut notice.offer {
                offer.invoices.push(item.invoice.clone());
            }
            notice.items.push((item, c.number_optional()?));
        }
        Ok(found)
    }

    /// Invoice and key of what a sweep found suspicious, by account.
    pub async fn suspected(
        &mut self,
        sweep: i64,
        accounts: &[i64],
    ) -> Result<BTreeMap<i64, BTreeSet<(String, String)>>> {
        let text = format!(
            "SELECT c.account, e.invoice, e.key FROM cases c JOIN case_evidence e ON e.case_id = c.id \
             WHERE c.sweep = {sweep} AND c.account"
        );
        let mut found: BTreeMap<i64, BTreeSet<(String, String)>> = BTreeMap::new();
        for row in &self.of(text, accounts, "").await? {
            let mut c = Columns::of(row);
            found.entry(c.take()?).or_default().insert((c.take()?, c.take()?));
        }
        Ok(found)
    }
}
