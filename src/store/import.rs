//! Taking a file: rows are staged as they stream in, then merged with set-based statements, all
//! in one transaction. A row whose current fact is the same changes nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Sqlite, query::Query, sqlite::SqliteArguments};

use super::{
    Result, Store, Tx,
    rows::Columns,
    warnings::{Checks, Warning},
};
use crate::domain::{
    facts::{ABSENT_PREFIX, Account, Credit, Event, Invoice, Payment},
    money::{Currency, Money},
};

/// A table of facts that files tell: its columns besides number, account and batch.
struct FactTable {
    name: &'static str,
    columns: &'static [&'static str],
    /// The column whose sum is shown, with `currency` beside it.
    amount: Option<&'static str>,
}

const ACCOUNTS: FactTable = FactTable {
    name: "account_fact",
    columns: &["name", "emails", "locale", "zone", "country", "policy", "autopay", "contact_name", "phone"],
    amount: None,
};
const INVOICES: FactTable = FactTable {
    name: "invoice",
    columns: &["issued", "due", "currency", "amount", "tax", "terms", "delivered", "document", "note"],
    amount: Some("amount"),
};
const PAYMENTS: FactTable = FactTable {
    name: "payment",
    columns: &["received", "currency", "amount", "invoices", "note"],
    amount: Some("amount"),
};
const CREDITS: FactTable =
    FactTable { name: "credit", columns: &["date", "currency", "amount", "invoice", "reason"], amount: Some("amount") };
const EVENTS: FactTable = FactTable {
    name: "event",
    columns: &["date", "kind", "invoice", "until", "currency", "amount", "note"],
    amount: None,
};

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
    staged: Vec<&'static FactTable>,
}

/// Rows in one INSERT: 500 rows of the widest table stay below SQLite's 32,766 parameters.
const ROWS_PER_INSERT: usize = 500;

impl Store {
    /// Begins to take a file.
    pub async fn import(&self, source: &Source<'_>, now: DateTime<Utc>) -> Result<Import> {
        let mut tx = self.begin().await?;
        let text = "INSERT INTO batch (company, kind, file, layout, tells_payments, recorded_at) \
                    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let insert = sqlx::query_scalar(text).bind(self.company).bind(source.kind).bind(source.file);
        let insert = insert.bind(source.layout).bind(source.tells_payments).bind(now);
        let batch = insert.fetch_one(&mut *tx).await?;
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
            row.push_bind(&i.document).push_bind(&i.note);
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
        bind: impl Fn(&mut sqlx::query_builder::Separated<'_, Sqlite, &'static str>, &'a T),
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        if !self.staged.iter().any(|staged| staged.name == table.name) {
            self.create_staging(table).await?;
            self.staged.push(table);
        }
        for rows in rows.chunks(ROWS_PER_INSERT) {
            let columns = table.columns.join(", ");
            let mut insert = QueryBuilder::<Sqlite>::new(format!(
                "INSERT INTO temp.staged_{} (line, number, account, {columns}) ",
                table.name
            ));
            insert.push_values(rows, |mut row, (line, fact)| {
                row.push_bind(*line as i64);
                bind(&mut row, fact);
            });
            insert.build().execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    async fn create_staging(&mut self, table: &FactTable) -> Result<()> {
        let (name, columns) = (table.name, table.columns.join(", "));
        self.run(&format!("DROP TABLE IF EXISTS temp.staged_{name}")).await?;
        self.run(&format!("CREATE TEMP TABLE staged_{name} (line INTEGER, number TEXT, account TEXT, {columns})"))
            .await?;
        Ok(())
    }

    /// Merges what was staged. Accounts come first, since the others name them.
    pub async fn merge(&mut self, checks: &Checks) -> Result<Vec<Merged>> {
        self.run("DROP TABLE IF EXISTS temp.touched").await?;
        self.run("CREATE TEMP TABLE touched (account INTEGER PRIMARY KEY)").await?;
        let mut all = Vec::new();
        for table in std::mem::take(&mut self.staged) {
            all.push(self.merge_table(table, checks).await?);
        }
        self.run("UPDATE account SET revision = revision + 1 WHERE id IN (SELECT account FROM temp.touched)").await?;
        let (new, changed, known) = all.iter().fold((0, 0, 0), |(n, c, k), m| (n + m.new, c + m.changed, k + m.known));
        let text = "UPDATE batch SET added = $1, changed = $2, known = $3 WHERE id = $4";
        sqlx::query(text).bind(new).bind(changed).bind(known).bind(self.batch).execute(&mut *self.tx).await?;
        Ok(all)
    }

    async fn merge_table(&mut self, table: &'static FactTable, checks: &Checks) -> Result<Merged> {
        let mut merged = Merged { kind: table.name, ..Merged::default() };
        self.refuse_twice(table, &mut merged).await?;
        if table.name == ACCOUNTS.name {
            let text = "INSERT INTO account (company, number) SELECT $1, number FROM temp.staged_account_fact \
                        WHERE true ON CONFLICT DO NOTHING";
            sqlx::query(text).bind(self.company).execute(&mut *self.tx).await?;
        } else {
            self.refuse_unknown_accounts(table, &mut merged).await?;
        }
        if merged.refused_count > 0 {
            return Ok(merged);
        }
        let staged: i64 = self.scalar(&format!("SELECT COUNT(*) FROM temp.staged_{}", table.name)).await?;
        self.find_changes(table, &mut merged).await?;
        merged.new = self.insert(table).await? - merged.changed;
        merged.known = staged - merged.new - merged.changed;
        self.supersede(table).await?;
        self.totals(table, &mut merged).await?;
        merged.warnings = self.warnings(table.name, checks).await?;
        self.run(&format!("DROP TABLE temp.staged_{}", table.name)).await?;
        Ok(merged)
    }

    /// The same number twice in one file leaves no way to tell which one is right.
    async fn refuse_twice(&mut self, table: &FactTable, merged: &mut Merged) -> Result<()> {
        let name = table.name;
        // The index serves the joins below as well.
        self.run(&format!("CREATE INDEX temp.staged_{name}_number ON staged_{name} (number)")).await?;
        let twice = format!(
            "SELECT MAX(line), number, MIN(line) FROM temp.staged_{name} GROUP BY number HAVING COUNT(*) > 1 ORDER BY 1"
        );
        let rows = sqlx::query(AssertSqlSafe(twice)).fetch_all(&mut *self.tx).await?;
        merged.refused_count += rows.len() as i64;
        for row in rows.iter().take(20) {
            let (line, number, first): (i64, String, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            merged.refused.push((line, key_column(name), number, format!("stands on line {first} as well")));
        }
        Ok(())
    }

    async fn refuse_unknown_accounts(&mut self, table: &FactTable, merged: &mut Merged) -> Result<()> {
        let from = format!(
            "FROM temp.staged_{} s WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.company = {} AND a.number = s.account)",
            table.name, self.company
        );
        let count: i64 = self.scalar(&format!("SELECT COUNT(*) {from}")).await?;
        if count == 0 {
            return Ok(());
        }
        let text = format!("SELECT s.line, s.account {from} ORDER BY 1 LIMIT 20");
        for row in sqlx::query(AssertSqlSafe(text)).fetch_all(&mut *self.tx).await? {
            let reason = "no such account; import the accounts first".to_owned();
            merged.refused.push((row.try_get(0)?, "account", row.try_get(1)?, reason));
        }
        merged.refused_count += count;
        Ok(())
    }

    /// Lists what differs from the current facts, before the new ones are there.
    async fn find_changes(&mut self, table: &'static FactTable, merged: &mut Merged) -> Result<()> {
        let join = self.join_current(table, "JOIN");
        let differs = differs(table);
        merged.changed = self.scalar(&format!("SELECT COUNT(*) {join} WHERE {differs}")).await?;
        if merged.changed == 0 {
            return Ok(());
        }
        // Whoever had the fact before loses it when it moves to another account.
        let text =
            format!("INSERT INTO temp.touched SELECT DISTINCT f.account {join} WHERE {differs} ON CONFLICT DO NOTHING");
        self.run(&text).await?;
        let mut pairs = vec!["(SELECT number FROM account WHERE id = f.account), s.account".to_owned()];
        pairs.extend(table.columns.iter().map(|c| format!("CAST(f.{c} AS TEXT), CAST(s.{c} AS TEXT)")));
        let text =
            format!("SELECT s.line, s.number, {} {join} WHERE {differs} ORDER BY s.line LIMIT 20", pairs.join(", "));
        for row in sqlx::query(AssertSqlSafe(text)).fetch_all(&mut *self.tx).await? {
            let mut c = Columns::of(&row);
            let (line, number) = (c.take()?, c.take()?);
            let (mut values, mut currencies) = (Vec::new(), [None, None]);
            for column in [&"account"].into_iter().chain(table.columns) {
                let pair: [Option<String>; 2] = [c.take()?, c.take()?];
                if *column == "currency" {
                    currencies = pair.each_ref().map(|code| code.as_ref().and_then(|code| code.parse().ok()));
                }
                if pair[0] != pair[1] {
                    let [before, now] = pair.map(Option::unwrap_or_default);
                    let before = as_in_files(column, before, currencies[0]);
                    values.push((file_column(column), before, as_in_files(column, now, currencies[1])));
                }
            }
            merged.changes.push(Change { line, number, values });
        }
        Ok(())
    }

    /// Inserts what is new or different, and remembers whose it is.
    async fn insert(&mut self, table: &FactTable) -> Result<i64> {
        let (name, columns) = (table.name, table.columns.join(", "));
        let values = table.columns.iter().map(|c| format!("s.{c}")).collect::<Vec<_>>().join(", ");
        let join = self.join_current(table, "LEFT JOIN");
        let which = format!("WHERE f.id IS NULL OR {}", differs(table));
        let (key, key_value) = if name == ACCOUNTS.name {
            (String::new(), String::new())
        } else {
            ("company, number, ".to_owned(), format!("{}, s.number, ", self.company))
        };
        let text = format!(
            "INSERT INTO {name} ({key}account, batch, {columns}) SELECT {key_value}a.id, {}, {values} {join} {which}",
            self.batch
        );
        let inserted = self.run(&text).await?;
        if inserted > 0 {
            let text =
                format!("INSERT INTO temp.touched SELECT DISTINCT a.id {join} {} ON CONFLICT DO NOTHING", "WHERE true");
            self.run(&text).await?;
        }
        Ok(inserted as i64)
    }

    /// The earlier facts keep the batch that corrected them.
    async fn supersede(&mut self, table: &FactTable) -> Result<()> {
        let (name, batch) = (table.name, self.batch);
        let same = if name == ACCOUNTS.name {
            "n.account = f.account".to_owned()
        } else {
            "n.company = f.company AND n.number = f.number".to_owned()
        };
        let (company, key) = if name == ACCOUNTS.name {
            (
                String::new(),
                format!(
                    "account IN (SELECT a.id FROM account a JOIN temp.staged_{name} s \
                ON a.company = {} AND a.number = s.number)",
                    self.company
                ),
            )
        } else {
            (format!("company = {} AND ", self.company), format!("number IN (SELECT number FROM temp.staged_{name})"))
        };
        let text = format!(
            "UPDATE {name} AS f SET superseded_by = {batch} WHERE {company}{key} AND superseded_by IS NULL \
             AND batch < {batch} AND EXISTS (SELECT 1 FROM {name} n WHERE {same} AND n.batch = {batch})"
        );
        self.run(&text).await?;
        Ok(())
    }

    /// Staged rows with their accounts and, if there is one, their current fact.
    fn join_current(&self, table: &FactTable, how: &str) -> String {
        let (name, company) = (table.name, self.company);
        let on = if name == ACCOUNTS.name {
            "f.account = a.id".to_owned()
        } else {
            format!("f.company = {company} AND f.number = s.number")
        };
        format!(
            "FROM temp.staged_{name} s JOIN account a ON a.company = {company} AND a.number = s.account \
             {how} {name} f ON {on} AND f.superseded_by IS NULL AND f.batch < {}",
            self.batch
        )
    }

    async fn totals(&mut self, table: &FactTable, merged: &mut Merged) -> Result<()> {
        let Some(amount) = table.amount else { return Ok(()) };
        let text = format!("SELECT currency, SUM({amount}) FROM temp.staged_{} GROUP BY currency", table.name);
        for row in sqlx::query(AssertSqlSafe(text)).fetch_all(&mut *self.tx).await? {
            let money = Columns::of(&row).money()?;
            merged.totals.insert(money.currency, money);
        }
        Ok(())
    }

    /// Accounts of which something changed, in pages after `last`.
    pub async fn touched(&mut self, last: i64, limit: i64) -> Result<Vec<i64>> {
        let text = "SELECT account FROM temp.touched t WHERE account > $1 AND \
                    (EXISTS (SELECT 1 FROM payment p WHERE p.account = t.account) \
                     OR EXISTS (SELECT 1 FROM credit c WHERE c.account = t.account)) ORDER BY account LIMIT $2";
        Ok(sqlx::query_scalar(text).bind(last).bind(limit).fetch_all(&mut *self.tx).await?)
    }

    /// Makes it all true at once.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }

    async fn run(&mut self, text: &str) -> Result<u64> {
        let query: Query<'_, Sqlite, SqliteArguments> = sqlx::query(AssertSqlSafe(text.to_owned()));
        Ok(query.execute(&mut *self.tx).await?.rows_affected())
    }

    async fn scalar(&mut self, text: &str) -> Result<i64> {
        Ok(sqlx::query_scalar(AssertSqlSafe(text.to_owned())).fetch_one(&mut *self.tx).await?)
    }
}

/// The name in files of the column that carries the natural key.
fn key_column(table: &str) -> &'static str {
    match table {
        "account_fact" => "account",
        "invoice" => "invoice",
        "payment" => "payment",
        "credit" => "credit",
        _ => "event",
    }
}

/// The name in files of a column.
fn file_column(column: &'static str) -> &'static str {
    match column {
        "emails" => "email",
        "invoices" => "invoice",
        _ => column,
    }
}

/// A value as files have it: amounts in major units, with their currency.
fn as_in_files(column: &str, value: String, currency: Option<Currency>) -> String {
    match (column, value.parse::<i64>(), currency) {
        ("amount" | "tax", Ok(minor), Some(currency)) => format!("{} {currency}", Money::new(minor, currency)),
        _ => value,
    }
}

/// Whether a staged row differs from the current fact. Facts that an export implies are dated with
/// the import, since the file does not say when; the first date stays.
fn differs(table: &FactTable) -> String {
    let mut columns = vec!["f.account IS DISTINCT FROM a.id".to_owned()];
    columns.extend(table.columns.iter().map(|column| {
        let implied = match (table.name, *column) {
            ("payment", "received") => " AND s.number NOT LIKE 'balance:%'",
            ("credit", "date") => " AND s.number NOT LIKE 'void:%'",
            ("event", "date") => " AND s.number NOT LIKE 'dispute:%'",
            _ => "",
        };
        format!("(f.{column} IS DISTINCT FROM s.{column}{implied})")
    }));
    format!("({})", columns.join(" OR "))
}

impl Import {
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
            "INSERT INTO temp.staged_payment (line, number, account, received, currency, amount, invoices) \
             SELECT 0, '{ABSENT_PREFIX}' || i.number, a.number, $1, i.currency, i.amount, i.number \
             FROM invoice i JOIN account a ON a.id = i.account JOIN batch b ON b.id = i.batch \
             WHERE i.company = $2 AND i.superseded_by IS NULL AND i.settled_on IS NULL AND b.layout = $3 \
             AND i.number NOT IN (SELECT number FROM temp.staged_invoice)"
        );
        let query = sqlx::query(AssertSqlSafe(absent)).bind(today).bind(self.company).bind(layout);
        query.execute(&mut *self.tx).await?;
        let back = format!(
            "INSERT INTO temp.staged_payment (line, number, account, received, currency, amount, invoices) \
             SELECT 0, p.number, a.number, $1, p.currency, 0, p.invoices \
             FROM payment p JOIN account a ON a.id = p.account \
             WHERE p.company = $2 AND p.superseded_by IS NULL AND p.amount <> 0 \
             AND p.number IN (SELECT '{ABSENT_PREFIX}' || number FROM temp.staged_invoice)"
        );
        let query = sqlx::query(AssertSqlSafe(back)).bind(today).bind(self.company);
        query.execute(&mut *self.tx).await?;
        Ok(())
    }
}
