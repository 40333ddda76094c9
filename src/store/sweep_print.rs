//! A hash over all that a sweep decided: what was late together, its pages, decisions, cases, and notices with their items.
//! What changes later, like the state of a notice, is not in it.

use super::{
    Result,
    engine::{Builder, Columns, Tx, query},
};
use crate::domain::audit::Fingerprint;
use chrono::{DateTime, NaiveDate, Utc};

/// Page by page, so that memory stays flat.
pub(super) async fn sweep_print(tx: &mut Tx, sweep: i64) -> Result<String> {
    let mut printer = Printer { tx, sweep, print: Fingerprint::default() };
    let text = "SELECT accounts, position, planned_at, batch, notices, held, reasons FROM sweep_page \
                WHERE sweep = $1 ORDER BY position";
    printer.cohorts().await?;
    for row in query(text).bind(sweep).fetch_all(&mut *printer.tx).await? {
        let mut c = Columns::of(&row);
        let listed: String = c.take()?;
        let accounts: Vec<i64> = listed.split_whitespace().filter_map(|id| id.parse().ok()).collect();
        printer.print.add("page").add(&listed);
        add(&mut printer.print, &mut c, "itiiis")?;
        printer.decisions(&accounts).await?;
        printer.cases(&accounts).await?;
        printer.notices(&accounts).await?;
    }
    Ok(printer.print.hex())
}

struct Printer<'t> {
    tx: &'t mut Tx,
    sweep: i64,
    print: Fingerprint,
}

impl Printer<'_> {
    async fn cohorts(&mut self) -> Result<()> {
        let mut read = Builder::new(
            "SELECT product, month, accounts, late, invoices_before, late_before FROM sweep_cohort WHERE sweep = ",
        );
        read.push_bind(self.sweep).push(" ORDER BY product, month");
        self.rows("cohort", read, "sdiiii").await?;
        Ok(())
    }

    async fn decisions(&mut self, accounts: &[i64]) -> Result<()> {
        let text = "SELECT a.number, d.currency, d.outcome, d.stage, d.reasons, d.overdue_total, d.credits, d.policy \
                    FROM decision d JOIN account a ON a.id = d.account WHERE d.sweep = ";
        let mut read = Builder::new(text);
        read.push_bind(self.sweep).push(" AND d.account IN ").push_list(accounts.iter().copied());
        read.push(" ORDER BY d.account, d.currency");
        self.rows("decision", read, "sssssiis").await?;
        Ok(())
    }

    async fn cases(&mut self, accounts: &[i64]) -> Result<()> {
        let text = "SELECT c.id, a.number, c.kind, c.opened, c.recorded_at FROM cases c \
                    JOIN account a ON a.id = c.account WHERE c.sweep = ";
        let mut read = Builder::new(text);
        read.push_bind(self.sweep).push(" AND c.account IN ").push_list(accounts.iter().copied());
        read.push(" ORDER BY c.id");
        let ids = self.rows("case", read, "issdt").await?;
        if !ids.is_empty() {
            let mut read = Builder::new(
                "SELECT case_id, invoice, key, decisive, sentence, source FROM case_evidence WHERE case_id IN ",
            );
            read.push_list(ids.iter().copied()).push(" ORDER BY case_id, invoice, key");
            self.rows("evidence", read, "issbss").await?;
        }
        Ok(())
    }

    async fn notices(&mut self, accounts: &[i64]) -> Result<()> {
        let text = "SELECT n.id, a.number, n.as_of, n.currency, n.stage, n.letter, n.policy, n.token, n.address, \
                    n.overdue_total, n.credits, n.offer_percent, n.offer_pay, n.offer_discount, n.offer_last_day, \
                    n.planned_at, n.dated_at, n.considered FROM notice n JOIN account a ON a.id = n.account \
                    WHERE n.sweep = ";
        let mut read = Builder::new(text);
        read.push_bind(self.sweep).push(" AND n.account IN ").push_list(accounts.iter().copied());
        read.push(" ORDER BY n.id");
        let ids = self.rows("notice", read, "isdssssssiisiidttd").await?;
        if !ids.is_empty() {
            let mut read = Builder::new(
                "SELECT notice, position, invoice, issued, due, days_overdue, residual, stage, stage_days, document \
                 FROM notice_item WHERE notice IN ",
            );
            read.push_list(ids.iter().copied()).push(" ORDER BY notice, position");
            self.rows("item", read, "iisddiisis").await?;
        }
        Ok(())
    }

    /// Adds the rows of a statement and returns the ids in their first columns, 0 where that is a text.
    async fn rows(&mut self, what: &str, read: Builder<'_>, kinds: &str) -> Result<Vec<i64>> {
        let rows = read.build().fetch_all(&mut *self.tx).await?;
        let mut ids = Vec::with_capacity(rows.len());
        for row in &rows {
            self.print.add(what);
            add(&mut self.print, &mut Columns::of(row), kinds)?;
            ids.push(if kinds.starts_with('i') { Columns::of(row).take()? } else { 0 });
        }
        Ok(ids)
    }
}

/// Adds columns by the letters of their kinds: a text, an integer, a bool, a date, a time.
pub(super) fn add(print: &mut Fingerprint, c: &mut Columns, kinds: &str) -> Result<()> {
    for kind in kinds.chars() {
        match kind {
            'i' => print.add(&c.take::<Option<i64>>()?),
            'b' => print.add(&c.take::<Option<bool>>()?),
            'd' => print.add(&c.take::<Option<NaiveDate>>()?),
            't' => print.add(&c.take::<Option<DateTime<Utc>>>()?),
            _ => print.add(&c.take::<Option<&str>>()?),
        };
    }
    Ok(())
}
