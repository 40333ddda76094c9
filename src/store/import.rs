//! Taking a file: rows are staged as they stream in, then merged with set-based statements, all
//! in one transaction. A row whose current fact is the same changes nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store, StoreError, audit,
    engine::{
        self, Builder, Engine,
        Kind::{Bool, Date, Int, Text},
        Separated, Tx, dynamic, query,
    },
    warnings::Warning,
};
use crate::domain::{
    audit::Kind,
    facts::{ABSENT_PREFIX, Account, Credit, Event, Invoice, Payment},
    money::{Currency, Money},
};

/// A table of facts that files tell: its columns besides number, account and batch, with their kinds.
pub(super) struct FactTable {
    pub name: &'static str,
    pub columns: &'static [(&'static str, engine::Kind)],
    /// The column whose sum is shown, with `currency` beside it.
    pub amount: Option<&'static str>,
}

pub(super) const ACCOUNTS: FactTable = FactTable {
    name: "account_fact",
    columns: &[
        ("name", Text),
        ("emails", Text),
        ("locale", Text),
        ("zone", Text),
        ("country", Text),
        ("policy", Text),
        ("autopay", Bool),
        ("contact_name", Text),
        ("phone", Text),
    ],
    amount: None,
};
const INVOICES: FactTable = FactTable {
    name: "invoice",
    columns: &[
        ("issued", Date),
        ("due", Date),
        ("currency", Text),
        ("amount", Int),
        ("tax", Int),
        ("terms", Text),
        ("delivered", Date),
        ("document", Text),
        ("product", Text),
        ("note", Text),
    ],
    amount: Some("amount"),
};
const PAYMENTS: FactTable = FactTable {
    name: "payment",
    columns: &[("received", Date), ("currency", Text), ("amount", Int), ("invoices", Text), ("note", Text)],
    amount: Some("amount"),
};
const CREDITS: FactTable = FactTable {
    name: "credit",
    columns: &[("date", Date), ("currency", Text), ("amount", Int), ("invoice", Text), ("reason", Text)],
    amount: Some("amount"),
};
const EVENTS: FactTable = FactTable {
    name: "event",
    columns: &[
        ("date", Date),
        ("kind", Text),
        ("invoice", Text),
        ("until", Date),
        ("currency", Text),
        ("amount", Int),
        ("note", Text),
    ],
    amount: None,
};

impl FactTable {
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|(name, _)| *name)
    }

    /// `prefix` before each column, with commas between.
    pub(super) fn listed(&self, prefix: &str) -> String {
        let columns: Vec<String> = self.names().map(|name| format!("{prefix}{name}")).collect();
        columns.join(", ")
    }
}

/// A fact with the line of the file that told it.
pub type Line<T> = (u64, T);

/// Facts of one chunk of a file, sorted by kind.
#[derive(Debug, Default)]
pub struct Chunk {
    pub accounts: Vec<Line<Account>>,
    pub invoices: Vec<Line<Invoice>>,
    pub payments: Vec<Line<Payment>>,
    pub credits: Vec<Line<Credit>>,
    pub events: Vec<Line<Event>>,
}

/// What the rows of one kind came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    pub kind: &'static str,
    pub new: i64,
    pub known: i64,
    /// Total of the changed rows; the first of them are listed.
    pub changed: i64,
    pub changes: Vec<Change>,
    pub totals: BTreeMap<Currency, Money>,
    /// Rows that cannot be taken: line, column, value, reason. At most 20.
    pub refused: Vec<(i64, &'static str, String, String)>,
    pub refused_count: i64,
    /// What was taken but looks like a mistake.
    pub warnings: Vec<Warning>,
}

/// A fact that corrects an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub line: i64,
    pub number: String,
    /// Column, value before, value now.
    pub values: Vec<(&'static str, String, String)>,
}

/// Where facts come from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub kind: &'a str,
    pub file: &'a str,
    /// Who takes it, where that is known.
    pub author: Option<&'a str>,
    /// Name of the map.
    pub layout: Option<&'a str>,
    /// It carries what has been paid, so that the ledger counts as fresh.
    pub tells_payments: bool,
}

/// An import under way. Dropping it rolls everything back.
pub struct Import {
    pub(crate) tx: Tx,
    pub(crate) company: i64,
    pub batch: i64,
    pub(super) staged: Vec<&'static FactTable>,
}

/// How often to look whether a commit was made whose answer was lost, a second apart and growing.
const COMMIT_LOOKS: u64 = 6;

/// Rows in one INSERT: 500 rows of the widest table stay below SQLite's 32,766 parameters.
const ROWS_PER_INSERT: usize = 500;

impl Store {
    /// Begins to take a file.
    pub async fn import(&self, source: &Source<'_>, now: DateTime<Utc>) -> Result<Import> {
        let mut tx = self.begin().await?;
        if tx.engine() == Engine::Postgres {
            // One import of a company at a time: what was known is told by the numbers of batches.
            let text = "SELECT pg_advisory_xact_lock(hashtextextended('duly import', $1))";
            query(text).bind(self.company).execute(&mut tx).await?;
        }
        let text = "INSERT INTO batch (company, kind, file, layout, tells_payments, recorded_at, author) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        let insert = query(text).bind(self.company).bind(source.kind).bind(source.file);
        let insert = insert.bind(source.layout).bind(source.tells_payments).bind(now).bind(source.author);
        let batch = insert.value(&mut tx).await?;
        Ok(Import { tx, company: self.company, batch, staged: Vec::new() })
    }
}

impl Import {
    /// Stages a chunk; nothing is merged yet.
    pub async fn stage(&mut self, chunk: &Chunk) -> Result<()> {
        self.fill(&ACCOUNTS, &chunk.accounts, |row, a| {
            row.push_bind(&a.number).push_bind(&a.number).push_bind(&a.name).push_bind(a.emails.join(";"));
            row.push_bind(&a.locale).push_bind(a.zone.map(|zone| zone.name())).push_bind(&a.country);
            row.push_bind(&a.policy).push_bind(a.autopay).push_bind(&a.contact_name).push_bind(&a.phone);
        })
        .await?;
        self.fill(&INVOICES, &chunk.invoices, |row, i| {
            let terms: Vec<String> = i.terms.iter().map(ToString::to_string).collect();
            row.push_bind(&i.number).push_bind(&i.account).push_bind(i.issued).push_bind(i.due);
            row.push_bind(i.amount.currency.code()).push_bind(i.amount.minor).push_bind(i.tax);
            row.push_bind((!terms.is_empty()).then(|| terms.join(" "))).push_bind(i.delivered);
            row.push_bind(&i.document).push_bind(&i.product).push_bind(&i.note);
        })
        .await?;
        self.fill(&PAYMENTS, &chunk.payments, |row, p| {
            row.push_bind(&p.number).push_bind(&p.account).push_bind(p.received);
            row.push_bind(p.amount.currency.code()).push_bind(p.amount.minor).push_bind(p.invoices.join(";"));
            row.push_bind(&p.note);
        })
        .await?;
        self.fill(&CREDITS, &chunk.credits, |row, c| {
            row.push_bind(&c.number).push_bind(&c.account).push_bind(c.date);
            row.push_bind(c.amount.currency.code()).push_bind(c.amount.minor);
            row.push_bind(&c.invoice).push_bind(&c.reason);
        })
        .await?;
        self.fill(&EVENTS, &chunk.events, |row, e| {
            row.push_bind(&e.number).push_bind(&e.account).push_bind(e.date).push_bind(e.kind.code());
            row.push_bind(&e.invoice).push_bind(e.until).push_bind(e.amount.map(|m| m.currency.code().to_owned()));
            row.push_bind(e.amount.map(|m| m.minor)).push_bind(&e.note);
        })
        .await
    }

    async fn fill<'a, T>(
        &mut self,
        table: &'static FactTable,
        rows: &'a [Line<T>],
        bind: impl Fn(&mut Separated<'_, 'a>, &'a T),
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        if !self.staged.iter().any(|staged| staged.name == table.name) {
            self.create_staging(table).await?;
            self.staged.push(table);
        }
        for rows in rows.chunks(ROWS_PER_INSERT) {
            let columns = table.listed("");
            let mut insert =
                Builder::new(format!("INSERT INTO staged_{} (line, number, account, {columns}) ", table.name));
            insert.push_values(rows, |row, (line, fact)| {
                row.push_bind(*line as i64);
                bind(row, fact);
            });
            insert.build().execute(&mut self.tx).await?;
        }
        Ok(())
    }

    async fn create_staging(&mut self, table: &FactTable) -> Result<()> {
        let (name, engine) = (table.name, self.tx.engine());
        let columns: Vec<String> =
            table.columns.iter().map(|(column, kind)| format!("{column} {}", engine.type_of(*kind))).collect();
        self.run(&format!("DROP TABLE IF EXISTS staged_{name}")).await?;
        let columns = columns.join(", ");
        self.run(&format!("CREATE TEMP TABLE staged_{name} (line BIGINT, number TEXT, account TEXT, {columns})"))
            .await?;
        Ok(())
    }

    /// After an export that lists only what is open: stages the payments that it implies. What an
    /// earlier file of the same layout told and this one does not is paid; what has come back is not.
    ///
    /// Call it after staging and before [`Import::merge`].
    pub async fn close_absent(&mut self, layout: &str, today: NaiveDate) -> Result<()> {
        if !self.staged.iter().any(|table| table.name == INVOICES.name) {
            self.create_staging(&INVOICES).await?;
            self.staged.push(&INVOICES);
        }
        if !self.staged.iter().any(|table| table.name == PAYMENTS.name) {
            self.create_staging(&PAYMENTS).await?;
            self.staged.push(&PAYMENTS);
        }
        let absent = format!(
            "INSERT INTO staged_payment (line, number, account, received, currency, amount, invoices) \
             SELECT 0, '{ABSENT_PREFIX}' || i.number, a.number, $1, i.currency, i.amount, i.number \
             FROM invoice i JOIN account a ON a.id = i.account JOIN batch b ON b.id = i.batch \
             WHERE i.company = $2 AND i.superseded_by IS NULL AND i.settled_on IS NULL AND b.layout = $3 \
             AND i.number NOT IN (SELECT number FROM staged_invoice)"
        );
        dynamic(absent).bind(today).bind(self.company).bind(layout).execute(&mut self.tx).await?;
        let back = format!(
            "INSERT INTO staged_payment (line, number, account, received, currency, amount, invoices) \
             SELECT 0, p.number, a.number, $1, p.currency, 0, p.invoices \
             FROM payment p JOIN account a ON a.id = p.account \
             WHERE p.company = $2 AND p.superseded_by IS NULL AND p.amount <> 0 \
             AND p.number IN (SELECT '{ABSENT_PREFIX}' || number FROM staged_invoice)"
        );
        dynamic(back).bind(today).bind(self.company).execute(&mut self.tx).await?;
        Ok(())
    }

    /// Accounts of which something changed, in pages after `last`.
    pub async fn touched(&mut self, last: i64, limit: i64) -> Result<Vec<i64>> {
        let text = "SELECT account FROM touched t WHERE account > $1 AND \
                    (EXISTS (SELECT 1 FROM payment p WHERE p.account = t.account) \
                     OR EXISTS (SELECT 1 FROM credit c WHERE c.account = t.account)) ORDER BY account LIMIT $2";
        query(text).bind(last).bind(limit).values(&mut self.tx).await
    }

    /// Makes it all true at once. When the answer is lost, the batch's own row tells whether it is.
    pub async fn commit(mut self, store: &Store) -> Result<()> {
        audit::tell(&mut self.tx, self.company, Kind::Import, &self.batch.to_string()).await?;
        let Err(error) = self.tx.commit().await else { return Ok(()) };
        if !error.passes() {
            return Err(error);
        }
        let text = "SELECT EXISTS (SELECT 1 FROM batch WHERE id = $1)";
        for wait in 1..=COMMIT_LOOKS {
            tokio::time::sleep(std::time::Duration::from_secs(wait)).await;
            match query(text).bind(self.batch).value(store.pool()).await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(error),
                Err(away) if away.passes() => {}
                Err(other) => return Err(other),
            }
        }
        Err(StoreError::Refused(format!(
            "the database went away while the file was committed ({error}); take it again when it is back: \
             a file taken twice changes nothing"
        )))
    }

    #[track_caller]
    pub(super) fn run(&mut self, text: &str) -> impl Future<Output = Result<u64>> {
        dynamic(text.to_owned()).execute(&mut self.tx)
    }

    #[track_caller]
    pub(super) fn scalar(&mut self, text: &str) -> impl Future<Output = Result<i64>> {
        dynamic(text.to_owned()).value(&mut self.tx)
    }
}
