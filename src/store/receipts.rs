//! Mails that say what was noted of an answer on the customer's page: one for each answer, sent at most once.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store,
    cases::Actor,
    effects::Effect,
    engine::{Builder, Columns, Row, Tx, query},
    page::NewAnswer,
};
use crate::domain::{money::Money, notice::State};

/// A receipt that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The answer that it is about.
    pub answer: i64,
    pub account: i64,
    pub address: String,
    pub token: String,
    /// That of the notice on whose page it was answered.
    pub thread: String,
    pub answered_at: DateTime<Utc>,
    /// Where a person works on it.
    pub case: Option<i64>,
    /// Payment by this day was agreed.
    pub until: Option<NaiveDate>,
    /// Instalments that were agreed.
    pub parts: Vec<(NaiveDate, Money)>,
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub state: State,
    /// When it is tried again.
    pub next_at: Option<DateTime<Utc>>,
    pub reply: String,
    /// The address does not take mail.
    pub stop: bool,
}

/// A receipt as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    pub answered_at: DateTime<Utc>,
    /// Code of the answer.
    pub kind: String,
    pub state: State,
    pub reply: Option<String>,
}

/// What an answer came to is to be said by mail. One that came to nothing has no receipt.
pub(super) async fn owe(tx: &mut Tx, company: i64, id: i64, answer: &NewAnswer, now: DateTime<Utc>) -> Result<()> {
    let until = answer.effects.iter().find_map(|effect| match effect {
        Effect::Promise(promise) => Some(promise.until),
        _ => None,
    });
    let plan: Option<i64> = match answer.effects.iter().any(|effect| matches!(effect, Effect::Plan(_))) {
        // The account is locked: it is the one of this answer.
        true => query("SELECT MAX(id) FROM plan WHERE account = $1").bind(answer.account).value(&mut *tx).await?,
        false => None,
    };
    let text = "INSERT INTO receipt (answer, company, account, address, token, until, plan, state, due_at) \
                SELECT id, $1, $2, $3, $4, $5, $6, 'ready', $7 FROM page_answer \
                WHERE id = $8 AND (case_id IS NOT NULL OR $9)";
    let insert = query(text).bind(company).bind(answer.account).bind(&answer.address).bind(&answer.token);
    let insert = insert.bind(until).bind(plan).bind(now).bind(id).bind(until.is_some() || plan.is_some());
    insert.execute(tx).await?;
    Ok(())
}

impl Store {
    /// Receipts that may be sent now, oldest first.
    pub async fn due_receipts(&self, now: DateTime<Utc>, most: i64) -> Result<Vec<Receipt>> {
        let text = "SELECT r.answer, r.account, r.address, r.token, n.token, a.recorded_at, a.case_id, r.until, r.plan \
                    FROM receipt r JOIN page_answer a ON a.id = r.answer JOIN notice n ON n.id = a.notice \
                    WHERE r.company = $1 AND r.due_at <= $2 ORDER BY r.due_at, r.answer LIMIT $3";
        let rows = query(text).bind(self.company).bind(now).bind(most).fetch_all(self.pool()).await?;
        let found: Vec<(Receipt, Option<i64>)> = rows.iter().map(receipt).collect::<Result<_>>()?;
        let plans: Vec<i64> = found.iter().filter_map(|(_, plan)| *plan).collect();
        let mut parts = self.parts(plans).await?;
        let whole = |(receipt, plan): (Receipt, Option<i64>)| Receipt {
            parts: plan.and_then(|plan| parts.remove(&plan)).unwrap_or_default(),
            ..receipt
        };
        Ok(found.into_iter().map(whole).collect())
    }

    async fn parts(&self, plans: Vec<i64>) -> Result<HashMap<i64, Vec<(NaiveDate, Money)>>> {
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        if plans.is_empty() {
            return Ok(found);
        }
        let mut read = Builder::new(
            "SELECT p.id, t.due, p.currency, t.amount FROM plan_part t JOIN plan p ON p.id = t.plan WHERE p.id IN ",
        );
        read.push_list(plans).push(" ORDER BY p.id, t.due");
        for row in &read.build().fetch_all(self.pool()).await? {
            let mut c = Columns::of(row);
            let (plan, due) = (c.take()?, c.take()?);
            found.entry(plan).or_default().push((due, c.money()?));
        }
        Ok(found)
    }

    /// The intent, durable before the first byte; false when somebody else has it.
    pub async fn begin_receipt(&self, answer: i64, worker: i64, now: DateTime<Utc>) -> Result<bool> {
        let text = "UPDATE receipt SET state = 'sending', due_at = NULL, worker = $1 \
                    WHERE answer = $2 AND due_at <= $3";
        Ok(query(text).bind(worker).bind(answer).bind(now).execute(self.pool()).await? == 1)
    }

    /// What became of it. Since nobody tries again what is in doubt, a late outcome settles that.
    pub async fn end_receipt(&self, receipt: &Receipt, ended: &Ended, actor: &Actor<'_>) -> Result<()> {
        let mut tx = self.begin().await?;
        let text = "UPDATE receipt SET state = $1, due_at = $2, reply = $3, closed_at = $4 \
                    WHERE answer = $5 AND state NOT IN ('sent', 'withdrawn')";
        let closed_at = ended.next_at.is_none().then_some(actor.now);
        let update = query(text).bind(ended.state.code()).bind(ended.next_at).bind(&ended.reply).bind(closed_at);
        update.bind(receipt.answer).execute(&mut tx).await?;
        if ended.stop {
            let (address, why) = (receipt.address.clone(), ended.reply.clone());
            self.follow(&mut tx, &[Effect::Stop { address, account: receipt.account, why }], actor).await?;
        }
        tx.commit().await
    }

    /// What processes that are gone were sending may have arrived: it is not sent again. Says how many.
    pub async fn recover_receipts(&self, now: DateTime<Utc>) -> Result<u64> {
        let text = "UPDATE receipt SET state = 'in_doubt', reply = 'the process ended while it was being sent', \
                    closed_at = $1 WHERE company = $2 AND state = 'sending' AND worker NOT IN (SELECT id FROM worker)";
        query(text).bind(now).bind(self.company).execute(self.pool()).await
    }

    /// Those of an account, newest first.
    pub async fn receipts_of(&self, account: i64) -> Result<Vec<ReceiptRow>> {
        let text = "SELECT a.recorded_at, a.kind, r.state, r.reply FROM receipt r JOIN page_answer a ON a.id = r.answer \
                    WHERE r.account = $1 ORDER BY r.answer DESC";
        let row = |row| {
            let mut c = Columns::of(row);
            let (answered_at, kind, state) = (c.take()?, c.take()?, c.code(State::from_code)?);
            Ok(ReceiptRow { answered_at, kind, state, reply: c.take()? })
        };
        query(text).bind(account).fetch_all(self.pool()).await?.iter().map(row).collect()
    }

    /// How many there are in each state.
    pub async fn receipt_states(&self) -> Result<Vec<(String, i64)>> {
        let text = "SELECT state, COUNT(*) FROM receipt WHERE company = $1 GROUP BY state ORDER BY state";
        let row = |row| {
            let mut c = Columns::of(row);
            Ok((c.take()?, c.take()?))
        };
        query(text).bind(self.company).fetch_all(self.pool()).await?.iter().map(row).collect()
    }

    /// Account and address of the receipt with one of these tokens.
    pub async fn receipt_with(&self, tokens: &[String]) -> Result<Option<(i64, String)>> {
        if tokens.is_empty() {
            return Ok(None);
        }
        let mut read = Builder::new("SELECT account, address FROM receipt WHERE company = ");
        read.push_bind(self.company).push(" AND token IN ").push_list(tokens).push(" LIMIT 1");
        let found = read.build().fetch_optional(self.pool()).await?;
        let about = |row| {
            let mut c = Columns::of(row);
            Ok((c.take()?, c.take()?))
        };
        found.as_ref().map(about).transpose()
    }
}

/// With the plan whose parts it names.
fn receipt(row: &Row) -> Result<(Receipt, Option<i64>)> {
    let mut c = Columns::of(row);
    let receipt = Receipt {
        answer: c.take()?,
        account: c.take()?,
        address: c.take()?,
        token: c.take()?,
        thread: c.take()?,
        answered_at: c.take()?,
        case: c.take()?,
        until: c.take()?,
        parts: Vec::new(),
    };
    Ok((receipt, c.take()?))
}
