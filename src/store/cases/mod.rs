//! Cases: how they are opened, what is done on them, and how they are read.

mod act;
mod books;
mod concerned;
mod open;
mod plan;
mod queue;
mod settled;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store,
    engine::{Builder, Columns, Tx, query},
};
use crate::domain::case::{CaseEvent, CaseKind, CaseOutcome, CaseStatus, Concern, Course, Did};
pub use act::Actor;
pub(super) use act::act_in;
pub(super) use books::CASE;
pub use open::NewCase;
pub(super) use open::open_case;
pub use queue::{Numbers, Which};

/// A case with its evidence and its course, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    pub id: i64,
    pub account: String,
    pub name: String,
    /// The language of the account; empty when it has none of its own.
    pub locale: String,
    pub opened: NaiveDate,
    /// Until when the customer should have a first answer, and a solution.
    pub respond_by: Option<DateTime<Utc>>,
    pub resolve_by: Option<DateTime<Utc>>,
    /// The whole account when nothing is named.
    pub concerns: Vec<Concern>,
    pub evidence: Vec<EvidenceRow>,
    pub events: Vec<CaseEvent>,
    pub course: Course,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    pub invoice: String,
    pub decisive: bool,
    /// What it speaks for.
    pub side: String,
    /// Log-odds, as text.
    pub weight: String,
    pub sentence: String,
    pub source: String,
}

impl Store {
    /// Cases, newest first; all of them or those that are not over.
    pub async fn cases(&self, all: bool) -> Result<Vec<CaseRow>> {
        let text = "SELECT id FROM cases WHERE company = $1 AND ($2 OR status NOT IN ('closed', 'dismissed')) \
                    ORDER BY id DESC";
        let mut tx = self.pool().begin_read().await?;
        let ids: Vec<i64> = query(text).bind(self.company).bind(all).values(&mut tx).await?;
        let mut found = BTreeMap::new();
        for ids in ids.chunks(PAGE) {
            found.extend(read(&mut tx, self.company, ids).await?);
        }
        Ok(found.into_values().rev().collect())
    }

    pub async fn case(&self, id: i64) -> Result<Option<CaseRow>> {
        let mut tx = self.pool().begin_read().await?;
        Ok(read(&mut tx, self.company, &[id]).await?.remove(&id))
    }

    /// How many cases that are not over each person has.
    pub async fn case_load(&self) -> Result<BTreeMap<String, usize>> {
        let text = "SELECT owner, COUNT(*) FROM cases WHERE company = $1 AND owner IS NOT NULL \
                    AND status NOT IN ('closed', 'dismissed') GROUP BY owner";
        let rows = query(text).bind(self.company).fetch_all(self.pool()).await?;
        let load = |row| {
            let mut c = Columns::of(row);
            Ok((c.take()?, c.number()?))
        };
        rows.iter().map(load).collect()
    }
}

const PAGE: usize = 500;

/// Cases with everything about them, by id.
async fn read(tx: &mut Tx, company: i64, ids: &[i64]) -> Result<BTreeMap<i64, CaseRow>> {
    let text = "SELECT c.id, c.kind, a.number, (SELECT f.name FROM account_fact f WHERE f.account = a.id \
                AND f.superseded_by IS NULL), (SELECT f.locale FROM account_fact f WHERE f.account = a.id \
                AND f.superseded_by IS NULL), c.opened, c.respond_by, c.resolve_by \
                FROM cases c JOIN account a ON a.id = c.account WHERE c.company = ";
    let mut cases = Builder::new(text);
    cases.push_bind(company).push(" AND c.id IN ").push_list(ids.iter().copied());
    let mut found = BTreeMap::new();
    for row in &cases.build().fetch_all(&mut *tx).await? {
        let mut c = Columns::of(row);
        let (id, kind) = (c.take()?, c.code(CaseKind::from_code)?);
        let mut text = || Ok::<_, crate::store::StoreError>(c.take::<Option<String>>()?.unwrap_or_default());
        let (account, name, locale) = (text()?, text()?, text()?);
        let (opened, respond_by, resolve_by) = (c.take()?, c.take()?, c.take()?);
        let (concerns, evidence, events) = (Vec::new(), Vec::new(), Vec::new());
        let course = Course::of(kind, &[]);
        let case =
            CaseRow { id, account, name, locale, opened, respond_by, resolve_by, concerns, evidence, events, course };
        found.insert(id, case);
    }
    concerns(tx, ids, &mut found).await?;
    evidence(tx, ids, &mut found).await?;
    events(tx, ids, &mut found).await?;
    for case in found.values_mut() {
        case.course = Course::of(case.course.kind, &case.events);
    }
    Ok(found)
}

async fn concerns(tx: &mut Tx, ids: &[i64], found: &mut BTreeMap<i64, CaseRow>) -> Result<()> {
    let mut items = Builder::new("SELECT case_id, invoice, currency, amount FROM case_item WHERE case_id IN ");
    items.push_list(ids.iter().copied()).push(" ORDER BY case_id, invoice");
    for row in &items.build().fetch_all(tx).await? {
        let mut c = Columns::of(row);
        let case = found.get_mut(&c.take()?);
        let concern = Concern { invoice: c.take()?, amount: c.money_optional()? };
        case.into_iter().for_each(|case| case.concerns.push(concern.clone()));
    }
    Ok(())
}

async fn evidence(tx: &mut Tx, ids: &[i64], found: &mut BTreeMap<i64, CaseRow>) -> Result<()> {
    let mut evidence = Builder::new(
        "SELECT case_id, invoice, decisive, side, weight, sentence, source FROM case_evidence WHERE case_id IN ",
    );
    evidence.push_list(ids.iter().copied()).push(" ORDER BY case_id, invoice, key");
    for row in &evidence.build().fetch_all(tx).await? {
        let mut c = Columns::of(row);
        let Some(case) = found.get_mut(&c.take()?) else { continue };
        let (invoice, decisive, side) = (c.take()?, c.take()?, c.take()?);
        let (weight, sentence, source) = (c.take()?, c.take()?, c.take()?);
        case.evidence.push(EvidenceRow { invoice, decisive, side, weight, sentence, source });
    }
    Ok(())
}

async fn events(tx: &mut Tx, ids: &[i64], found: &mut BTreeMap<i64, CaseRow>) -> Result<()> {
    let mut events = Builder::new(
        "SELECT e.case_id, e.id, e.step, e.status, e.author, e.why, e.kind, e.reason, e.outcome, e.person, e.day, \
         e.recorded_at, k.invoice, k.currency, k.amount FROM case_event e \
         LEFT JOIN case_credit k ON k.case_event = e.id WHERE e.case_id IN ",
    );
    events.push_list(ids.iter().copied()).push(" ORDER BY e.id, k.invoice");
    let mut last = None;
    for row in &events.build().fetch_all(tx).await? {
        let mut c = Columns::of(row);
        let Some(case) = found.get_mut(&c.take()?) else { continue };
        let id: i64 = c.take()?;
        let event = CaseEvent {
            did: c.code(Did::from_code)?,
            status: c.code(CaseStatus::from_code)?,
            author: c.take()?,
            why: c.take()?,
            kind: c.code_optional(CaseKind::from_code)?,
            reason: c.take()?,
            outcome: c.code_optional(CaseOutcome::from_code)?,
            person: c.take()?,
            day: c.take()?,
            at: c.take()?,
            credits: Vec::new(),
        };
        if last.replace(id) != Some(id) {
            case.events.push(event);
        }
        let (invoice, amount) = (c.take::<Option<String>>()?, c.money_optional()?);
        if let (Some(event), Some(credit)) = (case.events.last_mut(), invoice.zip(amount)) {
            event.credits.push(credit);
        }
    }
    Ok(())
}
