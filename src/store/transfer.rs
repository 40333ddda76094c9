//! Everything of one database into another, by pages, and compared: all or nothing.
//!
//! Tables and columns are those that the server describes, so one end is always PostgreSQL.

use chrono::{DateTime, Duration, SubsecRound, Utc};

use super::{
    Result, StoreError,
    engine::{Builder, Columns, Engine, Kind, Row, Tx, Value, dynamic},
    sums::{Copied, Sums},
    tables::{Table, last_id, set_last_id},
    whole::{Whole, mark_moved, tell_moved},
};

/// Values in one statement, below SQLite's 32,766.
const VALUES: usize = 30_000;

/// Moves everything into an empty database; `tell` hears of each table. The old one is left as it was, but halted,
/// so that nobody goes on sending from it.
pub async fn move_all(
    from: &Whole,
    to: &Whole,
    silent: Duration,
    now: DateTime<Utc>,
    mut tell: impl FnMut(&Copied),
) -> Result<()> {
    let tables = tables(from, to).await?;
    let _locks = (from.lock()?, to.lock()?);
    let mut source = from.begin_alone(&tables, silent).await?;
    let mut target = to.pool.begin().await?;
    if let Some(company) = to.companies(&mut target).await?.first() {
        return Err(StoreError::Refused(format!(
            "the other database holds the company `{company}` already; only an empty one can take another's place"
        )));
    }
    copy(&mut source, &mut target, &tables, &mut tell).await?;
    tell_moved(&mut target, (from.engine(), to.engine()), now).await?;
    mark_moved(&mut source, now).await?;
    target.commit().await?;
    source.commit().await
}

/// The tables, as whichever end is a server describes them.
pub(super) async fn tables(from: &Whole, to: &Whole) -> Result<Vec<Table>> {
    match (from.engine(), to.engine()) {
        (Engine::Postgres, Engine::Sqlite) => from.tables().await,
        (Engine::Sqlite, Engine::Postgres) => to.tables().await,
        (engine, _) => Err(StoreError::Refused(format!(
            "both are databases of {engine}: {}",
            if engine == Engine::Sqlite { "stop duly and copy the file" } else { "use `pg_dump` and `pg_restore`" }
        ))),
    }
}

/// Copies all tables between two transactions and compares them.
pub(super) async fn copy(
    source: &mut Tx,
    target: &mut Tx,
    tables: &[Table],
    tell: &mut impl FnMut(&Copied),
) -> Result<()> {
    source.take_long().await?;
    target.take_long().await?;
    for table in tables {
        let mut sent = Sums::of(table);
        let mut pages = Pages::of(table);
        while let Some(rows) = pages.next(source).await? {
            rows.iter().for_each(|row| sent.add(row));
            let mut insert = Builder::new(table.insert());
            insert.push_values(rows, |line, row| {
                for value in row {
                    line.push_bind(value);
                }
            });
            insert.build().execute(&mut *target).await.map_err(|error| at(table, &error))?;
        }
        if table.numbered {
            let last = last_id(source, &table.name).await?;
            set_last_id(target, &table.name, last).await?;
        }
        let (mut arrived, mut pages) = (Sums::of(table), Pages::of(table));
        while let Some(rows) = pages.next(target).await? {
            rows.iter().for_each(|row| arrived.add(row));
        }
        tell(&sent.compared_with(arrived, table)?);
    }
    Ok(())
}

/// A table page by page, in the order of its key.
struct Pages<'t> {
    table: &'t Table,
    limit: usize,
    /// The key of the last row, as it stands there.
    after: Option<Vec<Value<'static>>>,
}

impl<'t> Pages<'t> {
    fn of(table: &'t Table) -> Self {
        Self { table, limit: (VALUES / table.columns.len().max(1)).max(1), after: None }
    }

    async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<Vec<Value<'static>>>>> {
        let table = self.table;
        let mut read = dynamic(table.read(self.after.is_some(), self.limit));
        for value in self.after.take().into_iter().flatten() {
            read = read.bind(value);
        }
        let rows = read.fetch_all(tx).await.map_err(|error| at(table, &error))?;
        let rows: Result<Vec<_>> = rows.iter().map(|row| values(table, row)).collect();
        let rows = rows.map_err(|error| at(table, &error))?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = Some(table.key.iter().filter_map(|place| last.get(*place).cloned()).collect());
        Ok(Some(rows.into_iter().map(|row| row.into_iter().map(rounded).collect()).collect()))
    }
}

fn at(table: &Table, error: &StoreError) -> StoreError {
    StoreError::Refused(format!("table {}: {error}", table.name))
}

fn values(table: &Table, row: &Row) -> Result<Vec<Value<'static>>> {
    let mut c = Columns::of(row);
    table.columns.iter().map(|(_, kind)| value(&mut c, *kind)).collect()
}

fn value(c: &mut Columns, kind: Kind) -> Result<Value<'static>> {
    Ok(match kind {
        Kind::Int => Value::Int(c.take()?),
        Kind::Bool => Value::Bool(c.take()?),
        Kind::Text => Value::Text(c.take::<Option<String>>()?.map(Into::into)),
        Kind::Date => Value::Date(c.take()?),
        Kind::Instant => Value::Instant(c.take()?),
    })
}

/// A server knows microseconds; earlier versions kept shorter ones on SQLite.
fn rounded(value: Value<'static>) -> Value<'static> {
    match value {
        Value::Instant(Some(at)) => Value::Instant(Some(at.trunc_subsecs(6))),
        other => other,
    }
}
