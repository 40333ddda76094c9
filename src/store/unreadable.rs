//! One account with a stored value that cannot be understood must not stop all others.

use super::{
    Result, Store, StoreError,
    engine::{Columns, Row, Tx, query},
    outbox::Notice,
    snapshot::{Horizon, Snapshot, load},
    sweep_pages::SweepPage,
};
use chrono::{DateTime, Duration, Utc};

/// Wait before a notice that cannot be read is looked at again.
const WAIT: Duration = Duration::hours(1);

/// An account whose facts cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub id: i64,
    pub number: String,
    pub why: String,
}

/// A page of accounts: those that can be read, in the order of their numbers, and those that cannot.
#[derive(Debug, Default)]
pub struct Page {
    pub snapshots: Vec<Snapshot>,
    pub unreadable: Vec<Unreadable>,
}

impl StoreError {
    /// Whether the error speaks of a value in one row, and other rows may be well.
    pub fn is_of_a_value(&self) -> bool {
        use sqlx::Error::{ColumnDecode, Decode};
        matches!(self, Self::Value(_) | Self::Sql(ColumnDecode { .. } | Decode(_)))
    }
}

/// Like [`load`]; a page with a bad value is read again account by account.
pub async fn load_readable(tx: &mut Tx, accounts: &[i64], horizon: Horizon) -> Result<Page> {
    match load(tx, accounts, horizon).await {
        Ok(snapshots) => return Ok(Page { snapshots, ..Page::default() }),
        Err(error) if !error.is_of_a_value() => return Err(error),
        Err(_) => {}
    }
    let mut page = Page::default();
    for id in accounts {
        match load(tx, &[*id], horizon).await {
            Ok(found) => page.snapshots.extend(found),
            Err(error) if error.is_of_a_value() => {
                let text = "SELECT number FROM account WHERE id = $1";
                let number: String = query(text).bind(*id).value(&mut *tx).await?;
                tracing::error!(account = number, %error, "the account cannot be read: nothing is decided about it");
                page.unreadable.push(Unreadable { id: *id, number, why: error.to_string() });
            }
            Err(error) => return Err(error),
        }
    }
    page.snapshots.sort_by(|a, b| a.facts.account.number.cmp(&b.facts.account.number));
    Ok(page)
}

impl SweepPage {
    /// Like [`load_readable`], in the transaction of the page.
    pub async fn readable(&mut self, horizon: Horizon) -> Result<Page> {
        load_readable(&mut self.tx, &self.accounts, horizon).await
    }

    /// Records that nothing was decided about these accounts, unless their last decision says so already.
    pub async fn skip(&mut self, unreadable: &[Unreadable]) -> Result<()> {
        let text = "INSERT INTO decision (sweep, account, currency, outcome, stage, reasons, overdue_total, credits, policy) \
                    SELECT $1, $2, 'XXX', 'held', '', 'unreadable', 0, 0, '' WHERE NOT EXISTS \
                    (SELECT 1 FROM decision d WHERE d.account = $2 AND d.reasons = 'unreadable' \
                     AND d.sweep = (SELECT MAX(sweep) FROM decision l WHERE l.account = $2))";
        for account in unreadable {
            query(text).bind(self.sweep).bind(account.id).execute(&mut self.tx).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Like [`Store::snapshots`], but accounts that cannot be read are left out and named.
    pub async fn readable(&self, accounts: &[i64], horizon: Horizon) -> Result<Page> {
        let mut read = self.pool().begin_read().await?;
        let found = load_readable(&mut read, accounts, horizon).await?;
        read.rollback().await?;
        Ok(found)
    }

    /// Notices that can be read; the others, whose id stands first, are put off with the reason.
    pub(super) async fn readable_notices(&self, rows: &[Row], now: DateTime<Utc>) -> Result<Vec<Notice>> {
        match self.frozen(rows).await {
            Err(error) if error.is_of_a_value() => {}
            done => return done,
        }
        let mut notices = Vec::new();
        for row in rows {
            match self.frozen(std::slice::from_ref(row)).await {
                Ok(found) => notices.extend(found),
                Err(error) if error.is_of_a_value() => {
                    let notice = Columns::of(row).take()?;
                    tracing::error!(notice, %error, "the notice cannot be read; it is not sent");
                    self.postpone(notice, now + WAIT, &error.to_string()).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(notices)
    }
}
