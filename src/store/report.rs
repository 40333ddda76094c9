//! Figures for reports that come straight from the tables.

use chrono::NaiveDate;

use super::{
    Result, Store,
    engine::{Columns, query},
};
use crate::domain::money::Money;

/// An offer that was made, with what became of the notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferRow {
    pub notice: i64,
    pub account: i64,
    pub made_on: NaiveDate,
    pub last_day: NaiveDate,
    pub discount: Money,
    pub pay: Money,
    /// Sum granted on it so far, in minor units.
    pub granted: i64,
}

/// Notices of a company by state, with the earliest next try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateCount {
    pub state: String,
    pub count: i64,
}

impl Store {
    /// Accounts with anything issued on or before a date, by number.
    pub async fn all_accounts(&self) -> Result<Vec<i64>> {
        let text = "SELECT id FROM account WHERE company = $1 ORDER BY number";
        query(text).bind(self.company).values(self.pool()).await
    }

    /// Offers made on or before a date in notices that were sent, or perhaps sent.
    pub async fn offers(&self, as_of: NaiveDate) -> Result<Vec<OfferRow>> {
        let text = "SELECT n.id, n.account, n.as_of, n.offer_last_day, n.currency, n.offer_discount, n.currency, n.offer_pay, \
                    CAST(COALESCE((SELECT SUM(gross) FROM adjustment d WHERE d.notice = n.id AND d.date <= $2), 0) AS BIGINT) \
                    FROM notice n WHERE n.company = $1 AND n.as_of <= $2 AND NOT n.void AND n.offer_percent IS NOT NULL \
                    ORDER BY n.id";
        let rows = query(text).bind(self.company).bind(as_of).fetch_all(self.pool()).await?;
        let offer = |row| {
            let mut c = Columns::of(row);
            Ok(OfferRow {
                notice: c.take()?,
                account: c.take()?,
                made_on: c.take()?,
                last_day: c.take()?,
                discount: c.money()?,
                pay: c.money()?,
                granted: c.take()?,
            })
        };
        rows.iter().map(offer).collect()
    }

    pub async fn notice_states(&self) -> Result<Vec<StateCount>> {
        // Each half has an index of its own.
        let text = "SELECT state, COUNT(*) FROM notice WHERE company = $1 AND state IN ('sent', 'withdrawn') GROUP BY state \
                    UNION ALL \
                    SELECT state, COUNT(*) FROM notice WHERE company = $1 AND state NOT IN ('sent', 'withdrawn') GROUP BY state \
                    ORDER BY 1";
        let rows = query(text).bind(self.company).fetch_all(self.pool()).await?;
        let count = |row| {
            let mut c = Columns::of(row);
            Ok(StateCount { state: c.take()?, count: c.take()? })
        };
        rows.iter().map(count).collect()
    }

    /// The last decision of each currency of an account: sweep date, currency, outcome, reasons.
    pub async fn decisions_of(
        &self,
        account: i64,
        limit: i64,
    ) -> Result<Vec<(NaiveDate, String, String, String, String)>> {
        let text = "SELECT s.as_of, d.currency, d.outcome, d.reasons, d.policy FROM decision d JOIN sweep s ON s.id = d.sweep \
                    WHERE d.account = $1 ORDER BY d.sweep DESC LIMIT $2";
        let rows = query(text).bind(account).bind(limit).fetch_all(self.pool()).await?;
        let decision = |row| {
            let mut c = Columns::of(row);
            Ok((c.take()?, c.take()?, c.take()?, c.take()?, c.take()?))
        };
        rows.iter().map(decision).collect()
    }
}
