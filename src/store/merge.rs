//! Merging a staged file with set-based statements: what is new, known, changed or refused.

use super::{
    Result,
    engine::{Columns, Engine, dynamic, query},
    import::{ACCOUNTS, Change, FactTable, Import, Merged},
    warnings::Checks,
};
use crate::domain::money::{Currency, Money};

impl Import {
    /// Merges what was staged. Accounts come first, since the others name them.
    pub async fn merge(&mut self, checks: &Checks) -> Result<Vec<Merged>> {
        self.run("DROP TABLE IF EXISTS touched").await?;
        self.run("CREATE TEMP TABLE touched (account BIGINT PRIMARY KEY)").await?;
        let mut all = Vec::new();
        for table in std::mem::take(&mut self.staged) {
            all.push(self.merge_table(table, checks).await?);
        }
        self.touch().await?;
        let (new, changed, known) = all.iter().fold((0, 0, 0), |(n, c, k), m| (n + m.new, c + m.changed, k + m.known));
        let text = "UPDATE batch SET added = $1, changed = $2, known = $3 WHERE id = $4";
        query(text).bind(new).bind(changed).bind(known).bind(self.batch).execute(&mut self.tx).await?;
        Ok(all)
    }

    /// Says that something about these accounts changed.
    async fn touch(&mut self) -> Result<()> {
        if self.tx.engine() == Engine::Postgres {
            // In the order in which a sweep takes them, so that neither waits for the other.
            self.run("SELECT id FROM account WHERE id IN (SELECT account FROM touched) ORDER BY id FOR UPDATE").await?;
        }
        self.run("UPDATE account SET revision = revision + 1 WHERE id IN (SELECT account FROM touched)").await?;
        Ok(())
    }

    async fn merge_table(&mut self, table: &'static FactTable, checks: &Checks) -> Result<Merged> {
        let mut merged = Merged { kind: table.name, ..Merged::default() };
        self.refuse_twice(table, &mut merged).await?;
        self.tell_planner(table).await?;
        if table.name == ACCOUNTS.name {
            let text = "INSERT INTO account (company, number) SELECT $1, number FROM staged_account_fact \
                        WHERE true ON CONFLICT DO NOTHING";
            query(text).bind(self.company).execute(&mut self.tx).await?;
        } else {
            self.refuse_unknown_accounts(table, &mut merged).await?;
        }
        if merged.refused_count > 0 {
            return Ok(merged);
        }
        let staged: i64 = self.scalar(&format!("SELECT COUNT(*) FROM staged_{}", table.name)).await?;
        self.find_changes(table, &mut merged).await?;
        merged.new = self.insert(table).await? - merged.changed;
        merged.known = staged - merged.new - merged.changed;
        self.supersede(table).await?;
        self.totals(table, &mut merged).await?;
        merged.warnings = self.warnings(table.name, checks).await?;
        self.run(&format!("DROP TABLE staged_{}", table.name)).await?;
        Ok(merged)
    }

    /// PostgreSQL knows nothing about a table that this transaction has just filled, and would look
    /// through all of it for each row.
    async fn tell_planner(&mut self, table: &FactTable) -> Result<()> {
        if self.tx.engine() == Engine::Postgres {
            self.run(&format!("ANALYZE staged_{}", table.name)).await?;
        }
        Ok(())
    }

    /// The same number twice in one file leaves no way to tell which one is right.
    async fn refuse_twice(&mut self, table: &FactTable, merged: &mut Merged) -> Result<()> {
        let name = table.name;
        // The index serves the joins below as well.
        self.run(&format!("CREATE INDEX staged_{name}_number ON staged_{name} (number)")).await?;
        let twice = format!(
            "SELECT MAX(line), number, MIN(line) FROM staged_{name} GROUP BY number HAVING COUNT(*) > 1 ORDER BY 1"
        );
        let rows = dynamic(twice).fetch_all(&mut self.tx).await?;
        merged.refused_count += rows.len() as i64;
        for row in rows.iter().take(20) {
            let mut c = Columns::of(row);
            let (line, number, first): (i64, String, i64) = (c.take()?, c.take()?, c.take()?);
            merged.refused.push((line, key_column(name), number, format!("stands on line {first} as well")));
        }
        Ok(())
    }

    async fn refuse_unknown_accounts(&mut self, table: &FactTable, merged: &mut Merged) -> Result<()> {
        let from = format!(
            "FROM staged_{} s WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.company = {} AND a.number = s.account)",
            table.name, self.company
        );
        let count: i64 = self.scalar(&format!("SELECT COUNT(*) {from}")).await?;
        if count == 0 {
            return Ok(());
        }
        let text = format!("SELECT s.line, s.account {from} ORDER BY 1 LIMIT 20");
        for row in dynamic(text).fetch_all(&mut self.tx).await? {
            let reason = "no such account; import the accounts first".to_owned();
            let mut c = Columns::of(&row);
            merged.refused.push((c.take()?, "account", c.take()?, reason));
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
            format!("INSERT INTO touched SELECT DISTINCT f.account {join} WHERE {differs} ON CONFLICT DO NOTHING");
        self.run(&text).await?;
        let mut pairs = vec!["(SELECT number FROM account WHERE id = f.account), s.account".to_owned()];
        pairs.extend(table.names().map(|c| format!("CAST(f.{c} AS TEXT), CAST(s.{c} AS TEXT)")));
        let text =
            format!("SELECT s.line, s.number, {} {join} WHERE {differs} ORDER BY s.line LIMIT 20", pairs.join(", "));
        for row in dynamic(text).fetch_all(&mut self.tx).await? {
            let mut c = Columns::of(&row);
            let (line, number) = (c.take()?, c.take()?);
            let (mut values, mut currencies) = (Vec::new(), [None, None]);
            for column in ["account"].into_iter().chain(table.names()) {
                let pair: [Option<String>; 2] = [c.take()?, c.take()?];
                if column == "currency" {
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
        let (name, columns, values) = (table.name, table.listed(""), table.listed("s."));
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
                format!("INSERT INTO touched SELECT DISTINCT a.id {join} {} ON CONFLICT DO NOTHING", "WHERE true");
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
                    "account IN (SELECT a.id FROM account a JOIN staged_{name} s \
                ON a.company = {} AND a.number = s.number)",
                    self.company
                ),
            )
        } else {
            (format!("company = {} AND ", self.company), format!("number IN (SELECT number FROM staged_{name})"))
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
            "FROM staged_{name} s JOIN account a ON a.company = {company} AND a.number = s.account \
             {how} {name} f ON {on} AND f.superseded_by IS NULL AND f.batch < {}",
            self.batch
        )
    }

    async fn totals(&mut self, table: &FactTable, merged: &mut Merged) -> Result<()> {
        let Some(amount) = table.amount else { return Ok(()) };
        let text =
            format!("SELECT currency, CAST(SUM({amount}) AS BIGINT) FROM staged_{} GROUP BY currency", table.name);
        for row in dynamic(text).fetch_all(&mut self.tx).await? {
            let money = Columns::of(&row).money()?;
            merged.totals.insert(money.currency, money);
        }
        Ok(())
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
    columns.extend(table.names().map(|column| {
        let implied = match (table.name, column) {
            ("payment", "received") => " AND s.number NOT LIKE 'balance:%'",
            ("credit", "date") => " AND s.number NOT LIKE 'void:%'",
            ("event", "date") => " AND s.number NOT LIKE 'dispute:%'",
            _ => "",
        };
        format!("(f.{column} IS DISTINCT FROM s.{column}{implied})")
    }));
    format!("({})", columns.join(" OR "))
}
