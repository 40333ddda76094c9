//! Taking a file: read, stage, merge, keep. Whole or not at all.

use std::{
    fs::File,
    io::Read,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::mpsc;

use super::{BadRow, Context, FileError, Kind, Map, ReadError, Reading, Reason, Row, read};
use crate::{
    domain::ledger::positions,
    failpoint,
    rules::Rules,
    store::{
        Store, StoreError,
        import::{Chunk, Import, Merged, Source},
        warnings::Checks,
    },
};

/// Rows handed over at a time.
const CHUNK: usize = 1_000;

/// Accounts whose kept values are computed at a time.
const PAGE: i64 = 200;

/// What was taken, or would be.
#[derive(Debug)]
pub struct Taken {
    pub reading: Reading,
    pub merged: Vec<Merged>,
    /// False for a dry run and when there are bad rows.
    pub committed: bool,
}

/// What to take, and how.
#[derive(Debug)]
pub struct Order<'a> {
    pub file: &'a Path,
    /// The name under which it is on record.
    pub name: &'a str,
    /// Who takes it, where that is known.
    pub author: Option<&'a str>,
    pub kind: Kind,
    pub map: Option<Arc<Map>>,
    pub dry_run: bool,
    pub today: NaiveDate,
    pub now: DateTime<Utc>,
    /// Bytes read so far, for a progress bar.
    pub progress: Arc<AtomicU64>,
}

#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the reader stopped: {0}")]
    Stopped(String),
}

/// Takes one file. Bad rows are no error: they are in the result, and nothing was taken then.
pub async fn take(store: &Store, rules: &Rules, order: Order<'_>) -> Result<Taken, TakeError> {
    let map = order.map.clone();
    let source = Source {
        kind: order.kind.name(),
        file: order.name,
        author: order.author,
        layout: map.as_ref().map(|map| map.name()),
        tells_payments: map.as_ref().map_or(order.kind == Kind::Payments, |map| map.tells_payments(order.kind)),
    };
    let mut import = store.import(&source, order.now).await?;
    let mut reading = stage(&mut import, &order).await?;
    failpoint::hit("import_staged");
    if reading.bad.is_empty()
        && order.kind == Kind::Invoices
        && let Some(map) = map.filter(|map| map.only_open())
    {
        import.close_absent(map.name(), order.today).await?;
    }
    let policies = rules.named.keys().cloned().chain([rules.standard.policy.name.clone()]).collect();
    let checks = Checks { today: order.today, policies };
    let merged = if reading.bad.is_empty() { import.merge(&checks).await? } else { Vec::new() };
    failpoint::hit("import_merged");
    add_refused(&mut reading, &merged);
    let committed = reading.bad.is_empty() && !order.dry_run;
    if committed {
        keep(&mut import, rules, order.now).await?;
        failpoint::hit("import_before_commit");
        import.commit(store).await?;
        failpoint::hit("import_after_commit");
    }
    Ok(Taken { reading, merged, committed })
}

/// Reads on a thread of its own and stages what comes.
async fn stage(import: &mut Import, order: &Order<'_>) -> Result<Reading, TakeError> {
    let input = File::open(order.file).map_err(FileError::Io)?;
    let input = Counted { input, count: Arc::clone(&order.progress) };
    let (sender, mut chunks) = mpsc::channel::<Chunk>(4);
    let (kind, map, context) = (order.kind, order.map.clone(), Context { today: order.today, currency: None });
    let reader = tokio::task::spawn_blocking(move || {
        let mut filling = Filling { chunk: Chunk::default(), rows: 0, sender };
        let reading = read(input, kind, map.as_deref(), &context, &mut |line, row| filling.add(line, row));
        filling.flush().and(Ok(())).ok();
        reading
    });
    while let Some(chunk) = chunks.recv().await {
        import.stage(&chunk).await?;
    }
    match reader.await.map_err(|error| TakeError::Stopped(error.to_string()))? {
        Ok(reading) => Ok(reading),
        Err(ReadError::File(error)) => Err(error.into()),
        Err(ReadError::Take(Gone)) => Err(TakeError::Stopped("its rows could not be stored".to_owned())),
    }
}

/// The receiver of chunks has gone.
#[derive(Debug, thiserror::Error)]
#[error("the receiver has gone")]
struct Gone;

struct Filling {
    chunk: Chunk,
    rows: usize,
    sender: mpsc::Sender<Chunk>,
}

impl Filling {
    fn add(&mut self, line: u64, row: Row) -> Result<(), Gone> {
        match row {
            Row::Account(fact) => self.chunk.accounts.push((line, fact)),
            Row::Invoice(fact) => self.chunk.invoices.push((line, fact)),
            Row::Payment(fact) => self.chunk.payments.push((line, fact)),
            Row::Credit(fact) => self.chunk.credits.push((line, fact)),
            Row::Event(fact) => self.chunk.events.push((line, fact)),
        }
        self.rows += 1;
        if self.rows >= CHUNK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Gone> {
        self.rows = 0;
        self.sender.blocking_send(std::mem::take(&mut self.chunk)).map_err(|_| Gone)
    }
}

/// Rows that only the database could find wrong.
fn add_refused(reading: &mut Reading, merged: &[Merged]) {
    for kind in merged {
        for (line, column, value, reason) in &kind.refused {
            let reason = Reason::Other(reason.clone());
            let line = u64::try_from(*line).unwrap_or(0);
            reading.bad.push(BadRow { line, column: (*column).to_owned(), value: value.clone(), reason });
        }
        for _ in kind.refused.len() as i64..kind.refused_count {
            reading.bad.push(BadRow {
                line: 0,
                column: String::new(),
                value: String::new(),
                reason: Reason::Other("see above".to_owned()),
            });
        }
    }
}

/// Computes anew what is kept beside the facts, for the accounts that changed.
async fn keep(import: &mut Import, rules: &Rules, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut last = 0;
    loop {
        let accounts = import.touched(last, PAGE).await?;
        let Some(newest) = accounts.last() else { return Ok(()) };
        last = *newest;
        let snapshots = import.snapshots(&accounts).await?;
        let page: Vec<_> = snapshots
            .iter()
            .map(|snapshot| {
                let policy = &rules.policy_of(&snapshot.facts.account).policy;
                (snapshot.id, positions(&snapshot.facts, policy, NaiveDate::MAX))
            })
            .collect();
        import.keep(&page, now).await?;
    }
}

/// Counts the bytes that pass.
struct Counted {
    input: File,
    count: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
