//! Facts of a page of accounts, as known with a batch: the input of the planner.

mod agreed;
mod cases;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::{
    Result, Store, StoreError,
    engine::{Builder, Columns, Row, Tx, query},
};
use crate::domain::{
    account_facts::AccountFacts,
    discount::Tier,
    facts::{Account, Credit, Event, EventKind, Invoice, Payment},
    notice::{NoticedStage, Offer, PastNotice},
};

/// How much counts: facts recorded up to a batch and an instant, moves effective up to a date.
///
/// What a delivery did at the very instant of `recorded` came later: whoever plans comes first.
#[derive(Debug, Clone, Copy)]
pub struct Horizon {
    pub as_of: NaiveDate,
    pub batch: i64,
    pub recorded: DateTime<Utc>,
    /// Notices and cases of this sweep and of later ones are left out.
    pub before_sweep: Option<i64>,
}

impl Horizon {
    /// Everything recorded, effective up to `as_of`.
    pub fn everything(as_of: NaiveDate) -> Self {
        Self { as_of, batch: i64::MAX, recorded: DateTime::<Utc>::MAX_UTC, before_sweep: None }
    }
}

/// An account as stored, with its facts.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub id: i64,
    /// Grows with everything that is recorded about the account.
    pub revision: i64,
    pub facts: AccountFacts,
}

/// The facts of these accounts, in the order of their numbers.
pub async fn load(tx: &mut Tx, accounts: &[i64], horizon: Horizon) -> Result<Vec<Snapshot>> {
    // `IN ()` is not SQL, though SQLite takes it.
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let mut page = Page { tx, accounts, horizon, found: HashMap::with_capacity(accounts.len()) };
    page.accounts().await?;
    page.contacts().await?;
    page.invoices().await?;
    page.payments().await?;
    page.credits().await?;
    page.events().await?;
    page.holds().await?;
    page.cases().await?;
    page.promises().await?;
    page.plans().await?;
    page.terms().await?;
    page.notices().await?;
    page.refused_addresses().await?;
    let mut snapshots: Vec<Snapshot> = page.found.into_values().collect();
    snapshots.sort_by(|a, b| a.facts.account.number.cmp(&b.facts.account.number));
    Ok(snapshots)
}

struct Page<'c> {
    tx: &'c mut Tx,
    accounts: &'c [i64],
    horizon: Horizon,
    found: HashMap<i64, Snapshot>,
}

impl Page<'_> {
    /// Known rows of fact tables, the one named `f` first, for the accounts of the page.
    #[track_caller]
    fn facts(&mut self, columns: &str, tables: &str) -> impl Future<Output = Result<Vec<Row>>> {
        let known = self.known();
        self.rows(format!("SELECT f.account, {columns} FROM {tables} WHERE {known} AND f.account"), "")
    }

    /// A fact `f` that was told with the batch or before, and not yet corrected then.
    fn known(&self) -> String {
        let batch = self.horizon.batch;
        format!("f.batch <= {batch} AND (f.superseded_by IS NULL OR f.superseded_by > {batch})")
    }

    /// Runs `text`, which ends in the column that carries the account.
    #[track_caller]
    fn rows(&mut self, text: String, order: &'static str) -> impl Future<Output = Result<Vec<Row>>> {
        let mut query = Builder::new(text);
        query.push(" IN ").push_list(self.accounts.iter().copied()).push(order);
        query.build().fetch_all(&mut *self.tx)
    }

    /// Hands each row to the facts of the account in its first column.
    fn each(&mut self, rows: &[Row], take: impl Fn(&mut AccountFacts, Columns) -> Result<()>) -> Result<()> {
        for row in rows {
            let mut columns = Columns::of(row);
            let account: i64 = columns.take()?;
            if let Some(snapshot) = self.found.get_mut(&account) {
                take(&mut snapshot.facts, columns)?;
            }
        }
        Ok(())
    }

    async fn accounts(&mut self) -> Result<()> {
        let columns = "a.revision, a.number, f.name, f.emails, f.locale, f.zone, f.country, f.policy, f.autopay, \
                       f.contact_name, f.phone";
        for row in &self.facts(columns, "account_fact f JOIN account a ON a.id = f.account").await? {
            let mut c = Columns::of(row);
            let (id, revision) = (c.take()?, c.take()?);
            let account = Account {
                number: c.take()?,
                name: c.take()?,
                emails: c.list()?,
                locale: c.take()?,
                zone: c.parse_optional()?,
                country: c.take()?,
                policy: c.take()?,
                autopay: c.take()?,
                contact_name: c.take()?,
                phone: c.take()?,
            };
            self.found.insert(id, Snapshot { id, revision, facts: AccountFacts::of(account) });
        }
        Ok(())
    }

    async fn invoices(&mut self) -> Result<()> {
        let columns = "f.number, f.issued, f.due, f.currency, f.amount, f.tax, f.terms, f.delivered, f.document, f.product, f.note";
        let rows = self.facts(columns, "invoice f").await?;
        self.each(&rows, |facts, mut c| {
            facts.invoices.push(Invoice {
                number: c.take()?,
                account: facts.account.number.clone(),
                issued: c.take()?,
                due: c.take()?,
                amount: c.money()?,
                tax: c.take()?,
                terms: tiers(c.take()?)?,
                delivered: c.take()?,
                document: c.take()?,
                product: c.take()?,
                note: c.take()?,
            });
            Ok(())
        })
    }

    async fn payments(&mut self) -> Result<()> {
        let rows = self.facts("f.number, f.received, f.currency, f.amount, f.invoices, f.note", "payment f").await?;
        self.each(&rows, |facts, mut c| {
            facts.payments.push(Payment {
                number: c.take()?,
                account: facts.account.number.clone(),
                received: c.take()?,
                amount: c.money()?,
                invoices: c.list()?,
                note: c.take()?,
            });
            Ok(())
        })
    }

    async fn credits(&mut self) -> Result<()> {
        let rows = self.facts("f.number, f.date, f.currency, f.amount, f.invoice, f.reason", "credit f").await?;
        self.each(&rows, |facts, mut c| {
            facts.credits.push(Credit {
                number: c.take()?,
                account: facts.account.number.clone(),
                date: c.take()?,
                amount: c.money()?,
                invoice: c.take()?,
                reason: c.take()?,
            });
            Ok(())
        })
    }

    async fn events(&mut self) -> Result<()> {
        let columns = "f.number, f.date, f.kind, f.invoice, f.until, f.currency, f.amount, f.note";
        let rows = self.facts(columns, "event f").await?;
        self.each(&rows, |facts, mut c| {
            facts.events.push(Event {
                number: c.take()?,
                account: facts.account.number.clone(),
                date: c.take()?,
                kind: c.code(EventKind::from_code)?,
                invoice: c.take()?,
                until: c.take()?,
                amount: c.money_optional()?,
                note: c.take()?,
            });
            Ok(())
        })
    }

    async fn holds(&mut self) -> Result<()> {
        let recorded = timestamp(self.horizon.recorded);
        let text = format!(
            "SELECT account, id, invoice, currency, amount, reason, starts, until, note, author, \
             CASE WHEN ended_at <= '{recorded}' THEN ended END \
             FROM hold WHERE recorded_at <= '{recorded}' AND account"
        );
        let rows = self.rows(text, " ORDER BY 2").await?;
        self.each(&rows, |facts, mut c| {
            facts.holds.push(c.hold()?);
            Ok(())
        })
    }

    /// Notices that count, or did so then.
    async fn notices(&mut self) -> Result<()> {
        let recorded = timestamp(self.horizon.recorded);
        let made = match self.horizon.before_sweep {
            None => format!("n.planned_at <= '{recorded}'"),
            Some(sweep) => format!("n.sweep < {sweep}"),
        };
        let text = format!(
            "SELECT n.account, n.id, n.as_of, n.currency, n.offer_percent, n.offer_pay, n.offer_discount, \
             n.offer_last_day, i.invoice, i.stage, i.stage_days \
             FROM notice n JOIN notice_item i ON i.notice = n.id \
             WHERE (NOT n.void OR COALESCE(n.bounced_at, n.closed_at) >= '{recorded}') AND {made} AND n.account"
        );
        let rows = self.rows(text, " ORDER BY n.id, i.position").await?;
        self.each(&rows, |facts, mut c| {
            let (id, as_of, currency) = (c.take()?, c.take()?, c.parse()?);
            let (percent, pay, discount, last_day) = (c.parse_optional()?, c.take()?, c.take()?, c.take()?);
            let invoice: String = c.take()?;
            if facts.notices.last().is_none_or(|notice| notice.id != id) {
                let offer = match (percent, pay, discount, last_day) {
                    (Some(percent), Some(pay), Some(discount), Some(last_day)) => {
                        Some(Offer { percent, pay, discount, last_day, invoices: Vec::new() })
                    }
                    _ => None,
                };
                facts.notices.push(PastNotice { id, as_of, currency, stages: Vec::new(), offer });
            }
            if let Some(notice) = facts.notices.last_mut() {
                if let Some(offer) = &mut notice.offer {
                    offer.invoices.push(invoice.clone());
                }
                if let (Some(stage), Some(days)) = (c.take()?, c.number_optional()?) {
                    notice.stages.push(NoticedStage { invoice, stage, days });
                }
            }
            Ok(())
        })
    }

    async fn refused_addresses(&mut self) -> Result<()> {
        let refused = timestamp(self.horizon.recorded);
        let text = format!(
            "SELECT c.account, r.email FROM refused_address r JOIN contact c ON c.company = r.company \
             AND c.email = r.email WHERE r.recorded_at < '{refused}' AND c.account"
        );
        let rows = self.rows(text, "").await?;
        self.each(&rows, |facts, mut c| {
            facts.refused_addresses.insert(c.take()?);
            Ok(())
        })?;
        let text = format!(
            "SELECT a.id, r.email FROM refused_address r JOIN account a ON a.company = r.company \
             JOIN account_fact f ON f.account = a.id AND {} \
             AND replace(';' || f.emails || ';', ';' || r.email || ';', '') <> ';' || f.emails || ';' \
             WHERE r.recorded_at < '{refused}' AND a.id",
            self.known()
        );
        let rows = self.rows(text, "").await?;
        self.each(&rows, |facts, mut c| {
            facts.refused_addresses.insert(c.take()?);
            Ok(())
        })
    }
}

const DUE_NOW: &str = "
SELECT a.id FROM account a WHERE a.id IN (
    SELECT account FROM invoice
    WHERE company = $1 AND due <= $2 AND superseded_by IS NULL AND settled_on IS NULL
    UNION
    SELECT account FROM invoice WHERE company = $1 AND due <= $2 AND settled_on > $3
) ORDER BY a.number";

const DUE_EVER: &str = "
SELECT a.id FROM account a
WHERE a.id IN (SELECT account FROM invoice WHERE company = $1 AND due <= $2 AND issued <= $3)
ORDER BY a.number";

/// Later ones would be written with a sign and compare wrongly.
const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap();

/// An instant as it is stored, for comparison in SQL.
fn timestamp(at: DateTime<Utc>) -> String {
    at.min(LAST_DAY.and_time(NaiveTime::MIN).and_utc()).to_rfc3339()
}

fn tiers(text: Option<&str>) -> Result<Vec<Tier>> {
    let parse = |tier: &str| tier.parse().map_err(|_| StoreError::Value(tier.to_owned()));
    text.unwrap_or_default().split_whitespace().map(parse).collect()
}

impl Store {
    /// Accounts with something overdue for at least `days`, in the order of their numbers.
    ///
    /// When all that is recorded counts, the kept indexes answer: what was settled for good by
    /// `as_of` is left out. A look at what was known in the past must consider all.
    pub async fn candidates(&self, days: u32, horizon: Horizon) -> Result<Vec<i64>> {
        let cutoff = horizon.as_of.checked_sub_days(chrono::Days::new(days.into())).unwrap_or(NaiveDate::MIN);
        let text = if horizon.batch == i64::MAX { DUE_NOW } else { DUE_EVER };
        query(text).bind(self.company).bind(cutoff).bind(horizon.as_of).values(self.pool()).await
    }

    /// A page of accounts, read at one point in time.
    pub async fn snapshots(&self, accounts: &[i64], horizon: Horizon) -> Result<Vec<Snapshot>> {
        let mut read = self.pool().begin_read().await?;
        let found = load(&mut read, accounts, horizon).await?;
        read.rollback().await?;
        Ok(found)
    }

    /// The account with this number, or the one whose invoice has it.
    pub async fn find_account(&self, number: &str) -> Result<Option<i64>> {
        let text = "SELECT id FROM account WHERE company = $1 AND number = $2 UNION ALL \
                    SELECT account FROM invoice WHERE company = $1 AND number = $2 LIMIT 1";
        query(text).bind(self.company).bind(number).value_optional(self.pool()).await
    }
}
