//! What was agreed with a customer: promises, instalments, terms, and to which address they want their mail.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store, StoreError, audit,
    cases::{Actor, act_in},
    engine::{Builder, Columns, Tx, dynamic, query},
    touch,
};
use crate::domain::{
    audit::Kind,
    case::{Act, CaseStatus},
    money::{Currency, Money},
    term::TermKind,
};

/// A promise to be taken down.
#[derive(Debug, Clone)]
pub struct NewPromise {
    pub account: i64,
    pub case: Option<i64>,
    pub invoice: Option<String>,
    pub amount: Option<Money>,
    pub made: NaiveDate,
    pub until: NaiveDate,
    pub note: Option<String>,
    pub author: String,
}

/// Instalments to be taken down.
#[derive(Debug, Clone)]
pub struct NewPlan {
    pub account: i64,
    pub case: Option<i64>,
    pub invoices: Vec<String>,
    pub currency: Currency,
    /// Days and minor units, in order.
    pub parts: Vec<(NaiveDate, i64)>,
    pub note: Option<String>,
    pub author: String,
}

/// A term to be taken down.
#[derive(Debug, Clone)]
pub struct NewTerm {
    pub account: i64,
    pub kind: TermKind,
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
    pub note: String,
    pub author: String,
}

/// What can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreed {
    Promise,
    Plan,
    Term,
    /// An address: files do not take it away, only a person does.
    Contact,
}

impl Agreed {
    const ALL: [Self; 4] = [Self::Promise, Self::Plan, Self::Term, Self::Contact];

    pub fn table(self) -> &'static str {
        match self {
            Self::Promise => "promise",
            Self::Plan => "plan",
            Self::Term => "term",
            Self::Contact => "contact",
        }
    }
}

impl Store {
    pub async fn add_promise(&self, promise: &NewPromise, now: DateTime<Utc>) -> Result<i64> {
        let mut tx = self.begin().await?;
        let id = promise_in(&mut tx, self.company, promise, now).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn add_plan(&self, plan: &NewPlan, agreed: NaiveDate, now: DateTime<Utc>) -> Result<i64> {
        let mut tx = self.begin().await?;
        let id = plan_in(&mut tx, self.company, plan, agreed, now).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn add_term(&self, term: &NewTerm, now: DateTime<Utc>) -> Result<i64> {
        let mut tx = self.begin().await?;
        let text = "INSERT INTO term (company, account, kind, starts, until, note, author, recorded_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
        let insert = query(text).bind(self.company).bind(term.account).bind(term.kind.code()).bind(term.from);
        let insert = insert.bind(term.until).bind(&term.note).bind(&term.author).bind(now);
        let id = insert.value(&mut tx).await?;
        settle(&mut tx, self.company, term.account, Kind::Agreed, Agreed::Term, id).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Resolves a case, or proposes to, with the plan that belongs to it: both or nothing. What is open, and what
    /// others settled, is as whoever decided saw it: with that revision of the account.
    pub async fn resolve(
        &self,
        id: i64,
        act: &Act,
        plan: Option<&NewPlan>,
        seen: i64,
        actor: &Actor<'_>,
    ) -> Result<CaseStatus> {
        let mut tx = self.begin().await?;
        let status = act_in(&mut tx, self.company, id, act, actor).await?;
        let text = "SELECT a.revision FROM account a JOIN cases c ON c.account = a.id WHERE c.id = $1";
        let revision: i64 = query(text).bind(id).value(&mut tx).await?;
        // This act was one more.
        if revision != seen + 1 {
            let why =
                format!("case {id}: something about the account changed meanwhile; look at it, then say it again");
            return Err(StoreError::Refused(why));
        }
        if let Some(plan) = plan {
            plan_in(&mut tx, self.company, plan, actor.today, actor.now).await?;
        }
        tx.commit().await?;
        Ok(status)
    }

    /// Ends a promise, a plan or a term from a civil date on.
    pub async fn end(&self, what: Agreed, id: i64, author: &str, from: NaiveDate, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin().await?;
        end_in(&mut tx, self.company, (what, id), author, (from, now)).await?;
        tx.commit().await
    }

    /// Who took down the promises of an account, and with which words.
    pub async fn promise_notes(&self, account: i64) -> Result<BTreeMap<i64, (String, Option<String>)>> {
        let text = "SELECT id, author, note FROM promise WHERE account = $1";
        let note = |row| {
            let mut c = Columns::of(row);
            Ok((c.take()?, (c.take()?, c.take()?)))
        };
        query(text).bind(account).fetch_all(self.pool()).await?.iter().map(note).collect()
    }

    /// Ids of the accounts that anything of the kind was agreed with, by number.
    pub async fn accounts_with(&self, what: Agreed) -> Result<Vec<i64>> {
        let text = format!(
            "SELECT a.id FROM account a WHERE a.company = $1 AND EXISTS \
             (SELECT 1 FROM {} p WHERE p.account = a.id) ORDER BY a.number",
            what.table()
        );
        dynamic(text).bind(self.company).values(self.pool()).await
    }
}

pub(super) async fn promise_in(tx: &mut Tx, company: i64, promise: &NewPromise, now: DateTime<Utc>) -> Result<i64> {
    let text = "INSERT INTO promise (company, account, case_id, invoice, currency, amount, made, until, note, author, \
                recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id";
    let insert = query(text).bind(company).bind(promise.account).bind(promise.case).bind(&promise.invoice);
    let currency = promise.amount.map(|amount| amount.currency.code().to_owned());
    let insert = insert.bind(currency).bind(promise.amount.map(|amount| amount.minor));
    let insert = insert.bind(promise.made).bind(promise.until).bind(&promise.note).bind(&promise.author).bind(now);
    let id = insert.value(&mut *tx).await?;
    settle(tx, company, promise.account, Kind::Agreed, Agreed::Promise, id).await?;
    Ok(id)
}

pub(super) async fn plan_in(
    tx: &mut Tx,
    company: i64,
    plan: &NewPlan,
    agreed: NaiveDate,
    now: DateTime<Utc>,
) -> Result<i64> {
    let text = "INSERT INTO plan (company, account, case_id, invoices, currency, agreed, note, author, recorded_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
    let insert = query(text).bind(company).bind(plan.account).bind(plan.case).bind(plan.invoices.join(";"));
    let insert = insert.bind(plan.currency.code()).bind(agreed).bind(&plan.note).bind(&plan.author).bind(now);
    let id: i64 = insert.value(&mut *tx).await?;
    let mut parts = Builder::new("INSERT INTO plan_part (plan, due, amount) ");
    parts.push_values(&plan.parts, |row, (due, amount)| {
        row.push_bind(id).push_bind(*due).push_bind(*amount);
    });
    parts.build().execute(&mut *tx).await?;
    settle(tx, company, plan.account, Kind::Agreed, Agreed::Plan, id).await?;
    Ok(id)
}

async fn end_in(
    tx: &mut Tx,
    company: i64,
    (what, id): (Agreed, i64),
    author: &str,
    (from, now): (NaiveDate, DateTime<Utc>),
) -> Result<()> {
    let table = what.table();
    let text = format!(
        "UPDATE {table} SET ended = $1, ended_by = $2, ended_at = $3 \
         WHERE id = $4 AND company = $5 AND ended IS NULL RETURNING account"
    );
    let update = dynamic(text).bind(from).bind(author).bind(now).bind(id).bind(company);
    let account: Option<i64> = update.value_optional(&mut *tx).await?;
    let missing = || StoreError::Refused(format!("there is no {table} {id} that could be ended"));
    settle(tx, company, account.ok_or_else(missing)?, Kind::AgreedEnded, what, id).await
}

/// The instalments of a case that is open again are off.
pub(super) async fn end_plans(tx: &mut Tx, company: i64, case: i64, actor: &Actor<'_>) -> Result<()> {
    let text = "SELECT id FROM plan WHERE company = $1 AND case_id = $2 AND ended IS NULL ORDER BY id";
    let plans: Vec<i64> = query(text).bind(company).bind(case).values(&mut *tx).await?;
    for id in plans {
        end_in(tx, company, (Agreed::Plan, id), actor.author, (actor.today, actor.now)).await?;
    }
    Ok(())
}

/// The end of each of these writes: the account has changed, and the chain is told.
pub(super) async fn settle(tx: &mut Tx, company: i64, account: i64, kind: Kind, what: Agreed, id: i64) -> Result<()> {
    touch(tx, account).await?;
    audit::tell(tx, company, kind, &format!("{} {id}", what.table())).await
}

/// What the chain tells of a row: when, by whom, and what.
pub(super) async fn told(
    tx: &mut Tx,
    company: i64,
    kind: Kind,
    subject: &str,
) -> Result<Option<(DateTime<Utc>, String, String)>> {
    let known = |table: &str| Agreed::ALL.into_iter().find(|agreed| agreed.table() == table);
    let parts = subject.split_once(' ').and_then(|(table, id)| Some((known(table)?, id.parse::<i64>().ok()?)));
    let Some((what, id)) = parts else { return Ok(None) };
    let text = match (kind, what) {
        (Kind::AgreedEnded, what) => format!(
            "SELECT ended_at, ended_by, 'from ' || CAST(ended AS TEXT) FROM {} \
             WHERE company = $1 AND id = $2 AND ended IS NOT NULL",
            what.table()
        ),
        (_, Agreed::Promise) => told_of(
            "promise",
            "COALESCE(invoice, 'all') || ' ' || COALESCE(CAST(amount AS TEXT) || ' ' || currency, '') \
             || ' from ' || CAST(made AS TEXT) || ' until ' || CAST(until AS TEXT)",
        ),
        (_, Agreed::Plan) => told_of("plan", "invoices || ' ' || currency || ' from ' || CAST(agreed AS TEXT)"),
        (_, Agreed::Term) => told_of(
            "term",
            "kind || ' from ' || CAST(starts AS TEXT) || COALESCE(' until ' || CAST(until AS TEXT), '')",
        ),
        (_, Agreed::Contact) => told_of("contact", "email"),
    };
    let Some(row) = dynamic(text).bind(company).bind(id).fetch_optional(&mut *tx).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (at, author, mut detail): (_, _, String) = (c.take()?, c.take()?, c.take()?);
    if what == Agreed::Plan && kind == Kind::Agreed {
        let text = "SELECT due, amount FROM plan_part WHERE plan = $1 ORDER BY due";
        for row in &query(text).bind(id).fetch_all(tx).await? {
            let mut c = Columns::of(row);
            let (due, amount): (NaiveDate, i64) = (c.take()?, c.take()?);
            detail += &format!(", {amount} due {due}");
        }
    }
    Ok(Some((at, author, detail)))
}

fn told_of(table: &str, what: &str) -> String {
    format!(
        "SELECT p.recorded_at, p.author, 'account ' || a.number || ', ' || {what} || ': ' || COALESCE(p.note, '') \
         FROM {table} p JOIN account a ON a.id = p.account WHERE p.company = $1 AND p.id = $2"
    )
}
