//! Products whose accounts are late together, as they are now and as a sweep found them.

use chrono::{Months, NaiveDate};

use super::{
    Result, Store,
    engine::{Builder, Columns, Row, Tx, dynamic, query},
    frozen::Frozen,
    snapshot::Horizon,
};
use crate::domain::cohort::{Cohort, SEVERAL};

/// Due dates further back are no news.
const MONTHS: Months = Months::new(12);

impl Store {
    /// What is unusual on the day of the horizon. For what was known in the past, what the last sweep then had found.
    pub async fn cohorts(&self, horizon: Horizon) -> Result<Vec<Cohort>> {
        let mut read = self.pool().begin_read().await?;
        let found = match horizon.batch {
            i64::MAX => self.unusual_cohorts(&mut read, horizon.as_of).await?,
            _ => {
                let text = "SELECT MAX(id) FROM sweep WHERE company = $1 AND started_at <= $2";
                let last: Option<i64> = query(text).bind(self.company).bind(horizon.recorded).value(&mut read).await?;
                found_by(&mut read, last.unwrap_or_default()).await?
            }
        };
        read.rollback().await?;
        Ok(found)
    }

    /// What a sweep found when it began.
    pub async fn cohorts_of(&self, sweep: i64) -> Result<Vec<Cohort>> {
        let mut read = self.pool().begin_read().await?;
        let found = found_by(&mut read, sweep).await?;
        read.rollback().await?;
        Ok(found)
    }

    /// One walk over an index that only invoices with a product are in.
    async fn unusual_cohorts(&self, tx: &mut Tx, as_of: NaiveDate) -> Result<Vec<Cohort>> {
        let engine = tx.engine();
        let (open, month) = ("settled_on IS NULL OR settled_on > $2", engine.month("due"));
        let text = format!(
            "SELECT product, {month}, COUNT(DISTINCT account), \
             COUNT(DISTINCT CASE WHEN {open} THEN account END), MAX(CASE WHEN {open} THEN due END) FROM invoice \
             WHERE company = $1 AND product IS NOT NULL AND superseded_by IS NULL AND due < $2 AND due > $3 \
             GROUP BY product, {month} HAVING COUNT(DISTINCT CASE WHEN {open} THEN account END) >= $4 \
             ORDER BY product, {month}"
        );
        let first = as_of.checked_sub_months(MONTHS).unwrap_or(NaiveDate::MIN);
        let rows = dynamic(text).bind(self.company).bind(as_of).bind(first).bind(i64::from(SEVERAL));
        let mut found = Vec::new();
        for row in rows.fetch_all(&mut *tx).await? {
            let (cohort, last_due) = read(&row)?;
            if 2 * cohort.late >= cohort.accounts {
                let cohort = self.with_earlier(tx, cohort, (as_of - last_due).num_days()).await?;
                found.extend(cohort.is_unusual().then_some(cohort));
            }
        }
        Ok(found)
    }

    /// How often invoices for the product were paid `age` days after their due dates or later.
    async fn with_earlier(&self, tx: &mut Tx, cohort: Cohort, age: i64) -> Result<Cohort> {
        let text = format!(
            "SELECT COUNT(*), COUNT(CASE WHEN settled_on IS NULL OR settled_on >= {} THEN 1 END) FROM invoice \
             WHERE company = $1 AND product = $2 AND superseded_by IS NULL AND due >= $3 AND due < $4",
            tx.engine().days_after("due", age)
        );
        let first = cohort.month.checked_sub_months(MONTHS).unwrap_or(NaiveDate::MIN);
        let read = dynamic(text).bind(self.company).bind(&cohort.product).bind(first).bind(cohort.month);
        let row = read.fetch_one(tx).await?;
        let mut c = Columns::of(&row);
        Ok(Cohort { before: c.number()?, before_late: c.number()?, ..cohort })
    }
}

fn read(row: &Row) -> Result<(Cohort, NaiveDate)> {
    let mut c = Columns::of(row);
    let (product, month, accounts, late) = (c.take()?, c.take()?, c.number()?, c.number()?);
    Ok((Cohort { product, month, accounts, late, before: 0, before_late: 0 }, c.take()?))
}

impl Frozen {
    /// What a sweep found when it began.
    pub async fn cohorts_of(&mut self, sweep: i64) -> Result<Vec<Cohort>> {
        found_by(&mut self.tx, sweep).await
    }
}

/// Keeps with a sweep what it found, so that it can be done again.
pub(super) async fn keep(tx: &mut Tx, sweep: i64, cohorts: &[Cohort]) -> Result<()> {
    for rows in cohorts.chunks(1_000) {
        let mut insert = Builder::new(
            "INSERT INTO sweep_cohort (sweep, product, month, accounts, late, invoices_before, late_before) ",
        );
        insert.push_values(rows, |row, cohort| {
            row.push_bind(sweep).push_bind(&cohort.product).push_bind(cohort.month);
            row.push_bind(i64::from(cohort.accounts)).push_bind(i64::from(cohort.late));
            row.push_bind(i64::from(cohort.before)).push_bind(i64::from(cohort.before_late));
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn found_by(tx: &mut Tx, sweep: i64) -> Result<Vec<Cohort>> {
    let text = "SELECT product, month, accounts, late, invoices_before, late_before FROM sweep_cohort \
                WHERE sweep = $1 ORDER BY product, month";
    let cohort = |row| {
        let mut c = Columns::of(row);
        Ok(Cohort {
            product: c.take()?,
            month: c.take()?,
            accounts: c.number()?,
            late: c.number()?,
            before: c.number()?,
            before_late: c.number()?,
        })
    };
    query(text).bind(sweep).fetch_all(tx).await?.iter().map(cohort).collect()
}
