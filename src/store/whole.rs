//! A database as a whole, with all its companies: what moves and what is backed up.

use std::{fmt::Write as _, path::PathBuf};

use chrono::{DateTime, Duration, Utc};

use super::{
    Address, Result, StoreError, WorkLock, audit,
    engine::{self, Columns, Engine, Kind, Pool, Tx, dynamic, query},
    schema,
};

use crate::domain::audit::{Entry, Kind as Told};

/// Kind of a halt in a database that was moved elsewhere.
const MOVED: &str = "moved";

/// A database without a company of its own.
pub struct Whole {
    pub(super) pool: Pool,
    file: Option<PathBuf>,
}

/// A table as the server describes it.
#[derive(Debug)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<(String, Kind)>,
    /// Places of the columns of its key.
    pub key: Vec<usize>,
    /// The server numbers its rows.
    pub numbered: bool,
}

impl Whole {
    /// Opens (and on first use creates) a database of this program's version.
    pub async fn open(address: &Address) -> Result<Self> {
        let pool = engine::open(address).await?;
        schema::ready(&pool).await?;
        let file = if let Address::File(file) = address { Some(file.clone()) } else { None };
        Ok(Self { pool, file })
    }

    pub fn engine(&self) -> Engine {
        self.pool.engine()
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The lock of the file, where it is one.
    pub(super) fn lock(&self) -> Result<Option<WorkLock>> {
        self.file.as_deref().map(WorkLock::take).transpose()
    }

    /// A transaction in which nobody else writes anything, and no replica is at work.
    pub(super) async fn begin_alone(&self, tables: &[Table], silent: Duration) -> Result<Tx> {
        if self.engine() == Engine::Sqlite {
            return self.pool.begin().await;
        }
        let mut tx = self.pool.begin_repeatable().await?;
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        dynamic(format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", names.join(", "))).execute(&mut tx).await?;
        let text = "SELECT COUNT(*) FROM worker WHERE seen_at >= clock_timestamp() - $1 * INTERVAL '1 millisecond'";
        let living: i64 = query(text).bind(silent.num_milliseconds()).value(&mut tx).await?;
        if living > 0 {
            return Err(StoreError::Refused(format!(
                "{living} duly at work on this database (the daemon, a sweep or a delivery): stop all of them first"
            )));
        }
        Ok(tx)
    }

    /// The tables of the server, those that others refer to first.
    pub(super) async fn tables(&self) -> Result<Vec<Table>> {
        let mut found: Vec<Table> = Vec::new();
        let text = "SELECT CAST(c.table_name AS TEXT), CAST(c.column_name AS TEXT), CAST(c.data_type AS TEXT), \
                    c.is_identity = 'YES', EXISTS (SELECT 1 FROM information_schema.key_column_usage k \
                    JOIN information_schema.table_constraints t ON t.constraint_name = k.constraint_name \
                    AND t.table_schema = k.table_schema AND t.constraint_type = 'PRIMARY KEY' \
                    WHERE k.table_schema = c.table_schema AND k.table_name = c.table_name \
                    AND k.column_name = c.column_name) FROM information_schema.columns c \
                    WHERE c.table_schema = current_schema() AND c.table_name <> '_sqlx_migrations' \
                    ORDER BY c.table_name, c.ordinal_position";
        for row in query(text).fetch_all(&self.pool).await? {
            let mut c = Columns::of(&row);
            let (name, column): (String, String) = (c.take()?, c.take()?);
            let kind = c.code(kind_of)?;
            let (numbered, in_key): (bool, bool) = (c.take()?, c.take()?);
            if found.last().is_none_or(|table| table.name != name) {
                found.push(Table { name, columns: Vec::new(), key: Vec::new(), numbered: false });
            }
            let Some(table) = found.last_mut() else { continue };
            if in_key {
                table.key.push(table.columns.len());
            }
            table.numbered |= numbered;
            table.columns.push((column, kind));
        }
        let text = "SELECT CAST(conrelid::regclass AS TEXT), CAST(confrelid::regclass AS TEXT) FROM pg_constraint \
                    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace";
        let mut refers: Vec<(String, String)> = Vec::new();
        for row in query(text).fetch_all(&self.pool).await? {
            let mut c = Columns::of(&row);
            refers.push((c.take()?, c.take()?));
        }
        Ok(in_order(found, &refers))
    }

    /// Codes of its companies.
    pub(super) async fn companies(&self, tx: &mut Tx) -> Result<Vec<String>> {
        query("SELECT code FROM company ORDER BY id").values(tx).await
    }
}

/// Says to whoever comes to the old database that it is not the one any more.
pub(super) async fn mark_moved(tx: &mut Tx, now: DateTime<Utc>) -> Result<()> {
    let why = "this database was moved to another one, which goes on from here: set `database.url` to that one";
    mark(tx, MOVED, why, now).await
}

/// Says in the chain of every company that it goes on in another place.
pub(super) async fn tell_moved(tx: &mut Tx, (from, to): (Engine, Engine), now: DateTime<Utc>) -> Result<()> {
    let companies: Vec<i64> = query("SELECT id FROM company ORDER BY id").values(&mut *tx).await?;
    for company in companies {
        let detail = format!("from {from} to {to}");
        let entry = Entry::new(Told::Moved, now, "duly", "database".to_owned(), detail);
        audit::append(tx, company, &entry).await?;
    }
    Ok(())
}

/// Halts every company. That a database was restored counts for more than anything else.
pub(super) async fn mark(tx: &mut Tx, kind: &str, why: &str, now: DateTime<Utc>) -> Result<()> {
    let text = "INSERT INTO halt (company, kind, why, since) SELECT id, $1, $2, $3 FROM company WHERE true \
                ON CONFLICT (company) DO UPDATE SET kind = excluded.kind, why = excluded.why, since = excluded.since \
                WHERE halt.kind <> 'restored'";
    query(text).bind(kind).bind(why).bind(now).execute(tx).await?;
    Ok(())
}

/// The number up to which ids were given out, so that none is used again.
pub(super) async fn last_id(tx: &mut Tx, table: &str) -> Result<i64> {
    let text = match tx.engine() {
        Engine::Sqlite => format!(
            "SELECT MAX(COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0), COALESCE(MAX(id), 0)) \
             FROM {table}"
        ),
        Engine::Postgres => {
            format!("SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence('{table}', 'id')::regclass), 0)")
        }
    };
    dynamic(text).value(tx).await
}

/// Gives out ids only after this one.
pub(super) async fn set_last_id(tx: &mut Tx, table: &str, last: i64) -> Result<()> {
    match tx.engine() {
        Engine::Sqlite => {
            query("DELETE FROM sqlite_sequence WHERE name = $1").bind(table).execute(&mut *tx).await?;
            let text = "INSERT INTO sqlite_sequence (name, seq) SELECT name, $2 FROM sqlite_schema \
                        WHERE name = $1 AND sql LIKE '%AUTOINCREMENT%'";
            query(text).bind(table).bind(last).execute(tx).await?;
        }
        Engine::Postgres => {
            let text = "SELECT setval(pg_get_serial_sequence($1, 'id'), GREATEST($2, 1), $2 > 0)";
            query(text).bind(table).bind(last).fetch_one(tx).await?;
        }
    }
    Ok(())
}

fn kind_of(data_type: &str) -> Option<Kind> {
    Some(match data_type {
        "bigint" => Kind::Int,
        "text" => Kind::Text,
        "date" => Kind::Date,
        "boolean" => Kind::Bool,
        "timestamp with time zone" => Kind::Instant,
        _ => return None,
    })
}

/// A table comes after those that it refers to.
fn in_order(mut tables: Vec<Table>, refers: &[(String, String)]) -> Vec<Table> {
    let mut placed: Vec<Table> = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let waits = |table: &Table| {
            let mut parents = refers.iter().filter(|(child, parent)| *child == table.name && parent != child);
            parents.any(|(_, parent)| !placed.iter().any(|done| done.name == *parent))
        };
        let free = tables.iter().position(|table| !waits(table)).unwrap_or(0);
        let table = tables.remove(free);
        placed.push(table);
    }
    placed
}

impl Table {
    /// Reads a page after a key, in the order of the key.
    pub fn read(&self, after: bool, limit: usize) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let key: Vec<&str> = self.key.iter().filter_map(|place| names.get(*place).copied()).collect();
        let (columns, key) = (quoted(&names), quoted(&key));
        let mut text = format!("SELECT {columns} FROM {}", self.name);
        if after {
            let values: Vec<String> = (1..=self.key.len()).map(|n| format!("${n}")).collect();
            let _ = write!(text, " WHERE ({key}) > ({})", values.join(", "));
        }
        let _ = write!(text, " ORDER BY {key} LIMIT {limit}");
        text
    }

    /// Beginning of a statement that inserts rows.
    pub fn insert(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        format!("INSERT INTO {} ({}) ", self.name, quoted(&names))
    }
}

/// Names with commas between.
fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    names.join(", ")
}
