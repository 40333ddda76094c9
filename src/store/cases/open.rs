//! Cases that people and mails open. Those of a sweep are its own.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    domain::{
        audit::Kind,
        case::{CaseKind, Concern},
    },
    store::{
        Result, Store, audit,
        engine::{Builder, Tx, query},
        touch,
    },
};

/// A case to be opened.
#[derive(Debug, Clone)]
pub struct NewCase {
    pub account: i64,
    pub kind: CaseKind,
    pub reason: Option<String>,
    pub concerns: Vec<Concern>,
    pub opened: NaiveDate,
    pub owner: Option<String>,
    pub respond_by: DateTime<Utc>,
    pub resolve_by: DateTime<Utc>,
    pub author: String,
    pub why: String,
    /// The customer's words, as they came.
    pub words: Option<String>,
}

impl Store {
    /// Opens a case; its items are held from now on.
    pub async fn open_case(&self, case: &NewCase, now: DateTime<Utc>) -> Result<i64> {
        let mut tx = self.begin().await?;
        let id = open_case(&mut tx, self.company, case, now).await?;
        tx.commit().await?;
        Ok(id)
    }
}

pub(in crate::store) async fn open_case(tx: &mut Tx, company: i64, case: &NewCase, now: DateTime<Utc>) -> Result<i64> {
    let text = "INSERT INTO cases (company, account, kind, status, opened, recorded_at, reason, owner, respond_by, \
                resolve_by) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9) RETURNING id";
    let insert = query(text).bind(company).bind(case.account).bind(case.kind.code()).bind(case.opened).bind(now);
    let insert = insert.bind(&case.reason).bind(&case.owner).bind(case.respond_by).bind(case.resolve_by);
    let id: i64 = insert.value(&mut *tx).await?;
    if !case.concerns.is_empty() {
        let mut insert = Builder::new("INSERT INTO case_item (case_id, invoice, currency, amount) ");
        insert.push_values(&case.concerns, |row, concern| {
            row.push_bind(id).push_bind(concern.invoice.clone());
            row.push_bind(concern.amount.map(|amount| amount.currency.code().to_owned()));
            row.push_bind(concern.amount.map(|amount| amount.minor));
        });
        insert.build().execute(&mut *tx).await?;
    }
    let mut events = Vec::new();
    let text = "INSERT INTO case_event (case_id, step, status, author, why, reason, person, effective, recorded_at) \
                VALUES ($1, 'opened', 'open', $2, $3, $4, $5, $6, $7) RETURNING id";
    let insert = query(text).bind(id).bind(&case.author).bind(&case.why).bind(&case.reason).bind(&case.owner);
    events.push(insert.bind(case.opened).bind(now).value::<i64>(&mut *tx).await?);
    if let Some(words) = &case.words {
        let text = "INSERT INTO case_event (case_id, step, status, author, why, effective, recorded_at) \
                    VALUES ($1, 'said', 'open', $2, $3, $4, $5) RETURNING id";
        let insert = query(text).bind(id).bind(&case.author).bind(words).bind(case.opened).bind(now);
        events.push(insert.value(&mut *tx).await?);
    }
    touch(tx, case.account).await?;
    for event in events {
        audit::tell(tx, company, Kind::Case, &format!("{id}/{event}")).await?;
    }
    Ok(id)
}
