//! Holds that people set and end.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store, StoreError, audit,
    engine::{Columns, Tx, query},
    touch,
};
use crate::domain::{
    account_facts::{Hold, UNREAD_REPLY},
    audit::{DULY, Kind},
    money::Money,
};

/// A hold to be set.
#[derive(Debug, Clone)]
pub struct NewHold {
    pub account: i64,
    pub invoice: Option<String>,
    pub amount: Option<Money>,
    pub reason: String,
    pub starts: NaiveDate,
    pub until: Option<NaiveDate>,
    pub note: Option<String>,
    pub author: String,
}

impl Store {
    pub async fn add_hold(&self, hold: &NewHold, now: DateTime<Utc>) -> Result<i64> {
        let mut tx = self.begin().await?;
        let id = hold_in(&mut tx, self.company, hold, now).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Ends a hold from a civil date on.
    pub async fn end_hold(&self, id: i64, author: &str, from: NaiveDate, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin().await?;
        end_hold_in(&mut tx, self.company, id, author, from, now).await?;
        tx.commit().await
    }

    /// Holds with the numbers of their accounts, newest first; all or those not ended.
    pub async fn holds(&self, all: bool) -> Result<Vec<(String, Hold)>> {
        let text = "SELECT a.number, h.id, h.invoice, h.currency, h.amount, h.reason, h.starts, h.until, h.note, h.author, \
                    h.ended FROM hold h JOIN account a ON a.id = h.account \
                    WHERE h.company = $1 AND ($2 OR h.ended IS NULL) ORDER BY h.id DESC";
        let rows = query(text).bind(self.company).bind(all).fetch_all(self.pool()).await?;
        let hold = |row| {
            let mut c = Columns::of(row);
            let number = c.take()?;
            Ok((number, c.hold()?))
        };
        rows.iter().map(hold).collect()
    }
}

/// Ends a hold within a transaction.
pub(super) async fn end_hold_in(
    tx: &mut Tx,
    company: i64,
    id: i64,
    author: &str,
    from: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    let text = "UPDATE hold SET ended = $1, ended_by = $2, ended_at = $3 \
                WHERE id = $4 AND company = $5 AND ended IS NULL RETURNING account";
    let update = query(text).bind(from).bind(author).bind(now).bind(id).bind(company);
    let account: Option<i64> = update.value_optional(&mut *tx).await?;
    let missing =
        || StoreError::Refused(format!("there is no hold {id} that could be ended; `duly hold list` shows them"));
    touch(tx, account.ok_or_else(missing)?).await?;
    audit::tell(tx, company, Kind::HoldEnded, &id.to_string()).await
}

/// The hold on an account that duly set for a mail, and its last day, while it is in force. There is one at most.
pub(super) async fn hold_for_mails(tx: &mut Tx, account: i64, today: NaiveDate) -> Result<Option<(i64, NaiveDate)>> {
    let text = "SELECT id, until FROM hold WHERE account = $1 AND author = $2 AND reason = $3 AND ended IS NULL \
                AND until >= $4 ORDER BY id DESC LIMIT 1";
    let read = query(text).bind(account).bind(DULY).bind(UNREAD_REPLY).bind(today);
    let row = read.fetch_optional(tx).await?;
    row.map(|row| {
        let mut c = Columns::of(&row);
        Ok((c.take()?, c.take()?))
    })
    .transpose()
}

/// A hold for a mail takes the place of the one that is in force.
pub(super) async fn hold_for_a_mail(tx: &mut Tx, company: i64, hold: &NewHold, now: DateTime<Utc>) -> Result<()> {
    match hold_for_mails(tx, hold.account, hold.starts).await? {
        Some((_, until)) if Some(until) >= hold.until => return Ok(()),
        Some((id, _)) => end_hold_in(tx, company, id, DULY, hold.starts, now).await?,
        None => {}
    }
    hold_in(tx, company, hold, now).await.map(|_| ())
}

/// Sets a hold within a transaction.
pub(super) async fn hold_in(tx: &mut Tx, company: i64, hold: &NewHold, now: DateTime<Utc>) -> Result<i64> {
    let text = "INSERT INTO hold (company, account, invoice, currency, amount, reason, starts, until, note, author, \
                recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id";
    let insert = query(text).bind(company).bind(hold.account).bind(&hold.invoice);
    let insert = insert.bind(hold.amount.map(|m| m.currency.code().to_owned())).bind(hold.amount.map(|m| m.minor));
    let insert = insert.bind(&hold.reason).bind(hold.starts).bind(hold.until).bind(&hold.note);
    let id: i64 = insert.bind(&hold.author).bind(now).value(&mut *tx).await?;
    touch(tx, hold.account).await?;
    audit::tell(tx, company, Kind::Hold, &id.to_string()).await?;
    Ok(id)
}
