//! Promises, instalments and terms, as they stood at a horizon.

use chrono::NaiveDate;

use super::{Page, timestamp};
use crate::{
    domain::{
        instalments::Plan,
        promise::Promise,
        term::{Term, TermKind},
    },
    store::Result,
};

impl Page<'_> {
    pub(super) async fn promises(&mut self) -> Result<()> {
        let text = format!("SELECT account, id, invoice, currency, amount, made, until, {}", self.ended_in("promise"));
        let rows = self.rows(text, " ORDER BY 2").await?;
        self.each(&rows, |facts, mut c| {
            facts.promises.push(Promise {
                source: format!("promise {}", c.take::<i64>()?),
                invoice: c.take()?,
                amount: c.money_optional()?,
                made: c.take()?,
                until: c.take()?,
                ended: c.take()?,
            });
            Ok(())
        })
    }

    pub(super) async fn plans(&mut self) -> Result<()> {
        let text = format!("SELECT account, id, case_id, invoices, currency, agreed, {}", self.ended_in("plan"));
        let rows = self.rows(text, " ORDER BY 2").await?;
        self.each(&rows, |facts, mut c| {
            facts.plans.push(Plan {
                id: c.take()?,
                case: c.take()?,
                invoices: c.list()?,
                currency: c.parse()?,
                parts: Vec::new(),
                agreed: c.take()?,
                ended: c.take()?,
            });
            Ok(())
        })?;
        if rows.is_empty() {
            return Ok(());
        }
        let text =
            "SELECT p.account, p.id, t.due, t.amount FROM plan p JOIN plan_part t ON t.plan = p.id WHERE p.account";
        let rows = self.rows(text.to_owned(), " ORDER BY 2, 3").await?;
        self.each(&rows, |facts, mut c| {
            let id: i64 = c.take()?;
            let plan = facts.plans.iter_mut().find(|plan| plan.id == id);
            let part = (c.take()?, c.take()?);
            plan.into_iter().for_each(|plan| plan.parts.push(part));
            Ok(())
        })
    }

    pub(super) async fn terms(&mut self) -> Result<()> {
        let text = format!("SELECT account, id, kind, starts, until, note, author, {}", self.ended_in("term"));
        let rows = self.rows(text, " ORDER BY 2").await?;
        self.each(&rows, |facts, mut c| {
            facts.terms.push(Term {
                id: c.take()?,
                kind: c.code(TermKind::from_code)?,
                from: c.take()?,
                until: c.take()?,
                note: c.take()?,
                author: c.take()?,
                ended: c.take()?,
            });
            Ok(())
        })
    }

    /// Addresses that people added come before those of the files, the newest first.
    pub(super) async fn contacts(&mut self) -> Result<()> {
        let text = format!("SELECT account, id, email, {}", self.ended_in("contact"));
        let rows = self.rows(text, " ORDER BY 2").await?;
        let as_of = self.horizon.as_of;
        self.each(&rows, |facts, mut c| {
            let (_id, email, ended): (i64, String, Option<NaiveDate>) = (c.take()?, c.take()?, c.take()?);
            if ended.is_none_or(|ended| as_of < ended) {
                let emails = &mut facts.account.emails;
                emails.retain(|known| !known.eq_ignore_ascii_case(&email));
                emails.insert(0, email);
            }
            Ok(())
        })
    }

    /// The day on which a person ended a row, if that was known, and the rows that were.
    fn ended_in(&self, table: &str) -> String {
        let recorded = timestamp(self.horizon.recorded);
        format!(
            "CASE WHEN ended_at <= '{recorded}' THEN ended END FROM {table} WHERE recorded_at <= '{recorded}' AND account"
        )
    }
}
