//! Cases and the moves that people make.

use super::{
    Result, Store, StoreError, audit,
    engine::{Columns, query},
    touch,
};
use crate::domain::{
    audit::Kind,
    case::{CaseMove, CaseStatus, Step},
};
use chrono::{DateTime, NaiveDate, Utc};

/// A case with its evidence and moves, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    pub id: i64,
    pub account: String,
    pub kind: String,
    pub status: CaseStatus,
    pub opened: NaiveDate,
    pub evidence: Vec<EvidenceRow>,
    pub moves: Vec<MoveRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    pub invoice: String,
    pub decisive: bool,
    pub sentence: String,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveRow {
    pub status: CaseStatus,
    pub author: String,
    pub why: String,
    pub at: DateTime<Utc>,
}

/// What a person may do with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Confirm,
    Dismiss,
}

impl Store {
    /// Cases, newest first; all of them or those that wait for a person.
    pub async fn cases(&self, all: bool) -> Result<Vec<CaseRow>> {
        let text = "SELECT id FROM cases WHERE company = $1 AND ($2 OR status NOT IN ('closed', 'dismissed')) ORDER BY id DESC";
        let ids: Vec<i64> = query(text).bind(self.company).bind(all).values(self.pool()).await?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.case(id).await?);
        }
        Ok(found)
    }

    pub async fn case(&self, id: i64) -> Result<Option<CaseRow>> {
        let text = "SELECT c.id, a.number, c.kind, c.status, c.opened FROM cases c JOIN account a ON a.id = c.account \
                    WHERE c.company = $1 AND c.id = $2";
        let Some(row) = query(text).bind(self.company).bind(id).fetch_optional(self.pool()).await? else {
            return Ok(None);
        };
        let mut c = Columns::of(&row);
        let mut case = CaseRow {
            id: c.take()?,
            account: c.take()?,
            kind: c.take()?,
            status: c.code(CaseStatus::from_code)?,
            opened: c.take()?,
            evidence: Vec::new(),
            moves: Vec::new(),
        };
        let text =
            "SELECT invoice, decisive, sentence, source FROM case_evidence WHERE case_id = $1 ORDER BY invoice, key";
        for row in query(text).bind(id).fetch_all(self.pool()).await? {
            let mut c = Columns::of(&row);
            let (invoice, decisive, sentence, source) = (c.take()?, c.take()?, c.take()?, c.take()?);
            case.evidence.push(EvidenceRow { invoice, decisive, sentence, source });
        }
        let text = "SELECT status, author, why, recorded_at FROM case_event WHERE case_id = $1 ORDER BY id";
        for row in query(text).bind(id).fetch_all(self.pool()).await? {
            let mut c = Columns::of(&row);
            let status = c.code(CaseStatus::from_code)?;
            case.moves.push(MoveRow { status, author: c.take()?, why: c.take()?, at: c.take()? });
        }
        Ok(Some(case))
    }

    /// Records a person's verdict, effective from a civil date.
    pub async fn judge(
        &self,
        id: i64,
        verdict: Verdict,
        (author, why): (&str, &str),
        effective: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<CaseStatus> {
        let mut tx = self.begin().await?;
        let text = "SELECT status, account FROM cases WHERE company = $1 AND id = $2";
        let row = query(text).bind(self.company).bind(id).fetch_optional(&mut tx).await?;
        let row =
            row.ok_or_else(|| StoreError::Refused(format!("there is no case {id}; `duly case list` shows them")))?;
        let mut c = Columns::of(&row);
        let (code, account): (String, i64) = (c.take()?, c.take()?);
        let status = CaseStatus::from_code(&code).ok_or(StoreError::Value(code))?;
        let moved = match verdict {
            Verdict::Confirm => status.after(Step::Confirm),
            Verdict::Dismiss => status.after(Step::Dismiss),
        };
        let moved = moved.map_err(|CaseMove(why)| StoreError::Refused(format!("case {id}: {why}")))?;
        query("UPDATE cases SET status = $1 WHERE id = $2").bind(moved.code()).bind(id).execute(&mut tx).await?;
        let text = "INSERT INTO case_event (case_id, status, author, why, effective, recorded_at) \
                    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let insert = query(text).bind(id).bind(moved.code()).bind(author).bind(why).bind(effective).bind(now);
        let event: i64 = insert.value(&mut tx).await?;
        touch(&mut tx, account).await?;
        audit::tell(&mut tx, self.company, Kind::Case, &format!("{id}/{event}")).await?;
        tx.commit().await?;
        Ok(moved)
    }
}
