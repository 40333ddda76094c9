//! What a file tells that can be taken, but is hardly meant so.

use std::fmt;

use chrono::NaiveDate;

use super::{
    Result,
    engine::{Columns, dynamic},
    import::Import,
};

/// Rows that look like a mistake; they were taken nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub kind: Doubt,
    pub count: i64,
    /// Numbers of the first rows, at most five.
    pub numbers: Vec<String>,
}

/// What is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    InvoiceUnknown,
    InvoiceOfAnotherAccount,
    InvoiceInAnotherCurrency,
    InTheFuture,
    PolicyUnknown,
}

impl fmt::Display for Doubt {
    /// Ends a sentence that begins with the rows, like `payments that …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvoiceUnknown => "naming an invoice that is not known",
            Self::InvoiceOfAnotherAccount => "naming an invoice of another account",
            Self::InvoiceInAnotherCurrency => "naming an invoice in another currency",
            Self::InTheFuture => "dated in the future",
            Self::PolicyUnknown => "naming a policy that does not exist",
        })
    }
}

/// What rows are held against.
#[derive(Debug, Clone)]
pub struct Checks {
    pub today: NaiveDate,
    /// Names of the policies that accounts may follow.
    pub policies: Vec<String>,
}

impl Import {
    /// Doubts about the staged rows of a table, when they have been merged.
    pub(super) async fn warnings(&mut self, table: &str, checks: &Checks) -> Result<Vec<Warning>> {
        let mut all = Vec::new();
        match table {
            "payment" => {
                // Several invoices are one text with `;` between.
                let named = format!(
                    "SELECT s.*, part.value AS named FROM staged_payment s CROSS JOIN {} WHERE s.invoices <> ''",
                    self.tx.engine().parts("s.invoices")
                );
                self.named_invoices(&named, &mut all).await?;
                let today = checks.today;
                let future = format!("SELECT line, number, 0 AS doubt FROM staged_payment WHERE received > '{today}'");
                self.find(&future, &[Doubt::InTheFuture], &mut all).await?;
            }
            "credit" => {
                let named = "SELECT s.*, s.invoice AS named FROM staged_credit s WHERE s.invoice IS NOT NULL";
                self.named_invoices(named, &mut all).await?;
            }
            "account_fact" => {
                // Names are plain letters, digits, `-` and `_`.
                let names: Vec<String> =
                    checks.policies.iter().map(|name| format!("'{}'", name.replace('\'', "''"))).collect();
                let unknown = format!(
                    "SELECT line, number, 0 AS doubt FROM staged_account_fact \
                     WHERE policy IS NOT NULL AND policy NOT IN ({})",
                    names.join(", ")
                );
                self.find(&unknown, &[Doubt::PolicyUnknown], &mut all).await?;
            }
            _ => {}
        }
        Ok(all)
    }

    async fn named_invoices(&mut self, named: &str, all: &mut Vec<Warning>) -> Result<()> {
        let judged = format!(
            "SELECT n.line, n.number, CASE WHEN i.id IS NULL THEN 0 WHEN a.number <> n.account THEN 1 \
             WHEN i.currency <> n.currency THEN 2 END AS doubt FROM ({named}) n \
             LEFT JOIN invoice i ON i.company = {} AND i.number = n.named AND i.superseded_by IS NULL \
             LEFT JOIN account a ON a.id = i.account",
            self.company
        );
        let kinds = [Doubt::InvoiceUnknown, Doubt::InvoiceOfAnotherAccount, Doubt::InvoiceInAnotherCurrency];
        self.find(&judged, &kinds, all).await
    }

    /// Counts what `judged` (line, number, place in `kinds`) tells, and keeps the first numbers.
    async fn find(&mut self, judged: &str, kinds: &[Doubt], all: &mut Vec<Warning>) -> Result<()> {
        let text = format!(
            "SELECT CAST(doubt AS BIGINT), number, total FROM (SELECT doubt, number, COUNT(*) OVER (PARTITION BY doubt) AS total, \
             ROW_NUMBER() OVER (PARTITION BY doubt ORDER BY line) AS place \
             FROM (SELECT doubt, number, MIN(line) AS line FROM ({judged}) judged WHERE doubt IS NOT NULL GROUP BY doubt, number) firsts) placed \
             WHERE place <= 5 ORDER BY doubt, place"
        );
        for row in dynamic(text).fetch_all(&mut self.tx).await? {
            let mut c = Columns::of(&row);
            let (doubt, number, count): (i64, String, i64) = (c.take()?, c.take()?, c.take()?);
            let Some(kind) = usize::try_from(doubt).ok().and_then(|doubt| kinds.get(doubt)) else { continue };
            match all.iter_mut().find(|warning| warning.kind == *kind) {
                Some(warning) => warning.numbers.push(number),
                None => all.push(Warning { kind: *kind, count, numbers: vec![number] }),
            }
        }
        Ok(())
    }
}
