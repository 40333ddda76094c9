//! Kept values: since when an invoice is settled, and which discounts the books should take over.

use std::collections::BTreeMap;

use super::{
    Result, Store,
    engine::{Builder, Columns, query},
    import::Import,
    snapshot::{Horizon, Snapshot},
    unreadable::load_readable,
};
use crate::domain::{
    ledger::{GrantSource, Position},
    money::{Currency, Money},
};
use chrono::{DateTime, NaiveDate, Utc};

/// Rows in one UPDATE, well below SQLite's 32,766 parameters.
const ROWS_PER_UPDATE: usize = 5_000;

/// A booking that the accounting system should make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    pub id: i64,
    pub account: String,
    pub invoice: String,
    /// `discount`, `discount_reversed`, or `tax_correction` when only the tax share changed; or the outcome of a case.
    pub kind: String,
    /// `terms 2/10`, `notice 17` or `case 4`.
    pub source: String,
    pub date: NaiveDate,
    /// Tax included; negative when a discount fell away again, or what a case agreed to.
    pub gross: Money,
    /// Minor units of tax contained in `gross`.
    pub tax: i64,
    pub notice: Option<i64>,
    pub recorded_at: DateTime<Utc>,
}

/// Discounts of an invoice from one source: date, gross, tax, notice.
type Granted = (NaiveDate, Currency, i64, i64, Option<i64>);

impl Import {
    /// All facts of a page of accounts, those of this import included. Accounts that cannot be read
    /// are left out: nothing is decided about them until they can be.
    pub async fn snapshots(&mut self, accounts: &[i64]) -> Result<Vec<Snapshot>> {
        Ok(load_readable(&mut self.tx, accounts, Horizon::everything(NaiveDate::MAX)).await?.snapshots)
    }

    /// Keeps what the ledger function found for these accounts.
    pub async fn keep(&mut self, page: &[(i64, BTreeMap<Currency, Position<'_>>)], now: DateTime<Utc>) -> Result<()> {
        let items = page.iter().flat_map(|(_, positions)| positions.values()).flat_map(|position| &position.items);
        let settled: Vec<(&str, Option<NaiveDate>)> =
            items.map(|item| (item.invoice.number.as_str(), item.settled_on)).collect();
        for rows in settled.chunks(ROWS_PER_UPDATE) {
            let mut update = Builder::new("UPDATE invoice SET settled_on = v.column2 FROM (");
            update.push_values(rows, |row, (number, settled_on)| {
                row.push_bind(*number).push_bind(*settled_on);
            });
            update.push(") AS v WHERE invoice.number = v.column1 AND superseded_by IS NULL AND company = ");
            update.push_bind(self.company).push(" AND invoice.settled_on IS DISTINCT FROM v.column2");
            update.build().execute(&mut self.tx).await?;
        }
        for (account, positions) in page {
            self.record_grants(*account, positions, now).await?;
        }
        Ok(())
    }

    /// Appends the difference between the discounts that hold now and those recorded before.
    async fn record_grants(
        &mut self,
        account: i64,
        positions: &BTreeMap<Currency, Position<'_>>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut differences = self.recorded_grants(account).await?;
        for (currency, position) in positions {
            for item in &position.items {
                for grant in &item.grants {
                    let (source, notice) = match &grant.source {
                        GrantSource::Terms(tier) => (format!("terms {tier}"), None),
                        GrantSource::Offer(notice) => (format!("notice {notice}"), Some(*notice)),
                    };
                    let key = (item.invoice.number.clone(), source);
                    let difference = differences.entry(key).or_insert((grant.on, *currency, 0, 0, notice));
                    *difference = (grant.on, *currency, difference.2 + grant.amount, difference.3 + grant.tax, notice);
                }
            }
        }
        for ((invoice, source), (date, currency, gross, tax, notice)) in differences {
            if gross == 0 && tax == 0 {
                continue;
            }
            let kind = match gross {
                0 => "tax_correction",
                1.. => "discount",
                _ => "discount_reversed",
            };
            let text = "INSERT INTO adjustment (company, account, invoice, kind, source, date, currency, gross, tax, \
                        notice, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
            let insert = query(text).bind(self.company).bind(account).bind(invoice).bind(kind).bind(source);
            let insert = insert.bind(date).bind(currency.code()).bind(gross).bind(tax).bind(notice).bind(now);
            insert.execute(&mut self.tx).await?;
        }
        Ok(())
    }

    /// What was recorded already, with its sign turned, by invoice and source.
    async fn recorded_grants(&mut self, account: i64) -> Result<BTreeMap<(String, String), Granted>> {
        let text = "SELECT invoice, source, MAX(date), currency, CAST(-SUM(gross) AS BIGINT), CAST(-SUM(tax) AS BIGINT), MAX(notice) \
                    FROM adjustment WHERE account = $1 \
                    AND kind IN ('discount', 'discount_reversed', 'tax_correction') GROUP BY invoice, source, currency";
        let mut found = BTreeMap::new();
        for row in query(text).bind(account).fetch_all(&mut self.tx).await? {
            let mut c = Columns::of(&row);
            let key = (c.take()?, c.take()?);
            found.insert(key, (c.take()?, c.parse()?, c.take()?, c.take()?, c.take()?));
        }
        Ok(found)
    }
}

impl Store {
    /// Adjustments recorded on or after a date (all without one), in the order of recording.
    pub async fn adjustments(&self, since: Option<DateTime<Utc>>) -> Result<Vec<Adjustment>> {
        let text = "SELECT d.id, a.number, d.invoice, d.kind, d.source, d.date, d.currency, d.gross, d.tax, d.notice, \
                    d.recorded_at FROM adjustment d JOIN account a ON a.id = d.account \
                    WHERE d.company = $1 AND ($2 IS NULL OR d.recorded_at >= $2) ORDER BY d.id";
        let rows = query(text).bind(self.company).bind(since).fetch_all(self.pool()).await?;
        let adjustment = |row| {
            let mut c = Columns::of(row);
            Ok(Adjustment {
                id: c.take()?,
                account: c.take()?,
                invoice: c.take()?,
                kind: c.take()?,
                source: c.take()?,
                date: c.take()?,
                gross: c.money()?,
                tax: c.take()?,
                notice: c.take()?,
                recorded_at: c.take()?,
            })
        };
        rows.iter().map(adjustment).collect()
    }

    /// Number of facts recorded, by table; for `check` and reports.
    pub async fn counts(&self) -> Result<[i64; 4]> {
        let text = "SELECT (SELECT COUNT(*) FROM account WHERE company = $1), \
                    (SELECT COUNT(*) FROM invoice WHERE company = $1 AND superseded_by IS NULL), \
                    (SELECT COUNT(*) FROM payment WHERE company = $1 AND superseded_by IS NULL), \
                    (SELECT COUNT(*) FROM notice WHERE company = $1)";
        let row = query(text).bind(self.company).fetch_one(self.pool()).await?;
        let mut c = Columns::of(&row);
        Ok([c.take()?, c.take()?, c.take()?, c.take()?])
    }
}
