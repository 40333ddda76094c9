//! The chain of what happened: each entry is written in the transaction of what it tells.
//!
//! What a row of another table tells is composed by [`told`], from that row, both when the entry is
//! written and when the chain is verified.

use super::{
    Result, Store,
    engine::{Columns, Row, Tx, dynamic, query},
    told::told,
};
use crate::domain::audit::{Entry, Head, Kind};

/// An entry as it stands in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub head: Head,
    pub entry: Entry,
}

/// The end of the chain. While the transaction lasts nobody else appends to it, so that positions
/// have no gaps.
pub(super) struct End {
    company: i64,
    code: String,
    head: Head,
}

impl End {
    pub async fn hold(tx: &mut Tx, company: i64) -> Result<Self> {
        let text = format!("SELECT code FROM company WHERE id = $1{}", tx.engine().locked());
        let code = dynamic(text).bind(company).value(&mut *tx).await?;
        Ok(Self { company, code, head: head(tx, company).await? })
    }

    /// The position of the next entry.
    pub fn next(&self) -> i64 {
        self.head.position + 1
    }

    pub async fn append(self, tx: &mut Tx, entry: &Entry) -> Result<()> {
        let Head { position, hash } = self.head.after(&self.code, entry);
        let text = "INSERT INTO audit (company, position, at, author, kind, subject, detail, hash) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let insert = query(text).bind(self.company).bind(position).bind(entry.at).bind(&entry.author);
        let insert = insert.bind(&entry.kind).bind(&entry.subject).bind(&entry.detail).bind(hash);
        insert.execute(tx).await?;
        Ok(())
    }
}

/// Appends an entry. It is the last thing that a transaction does, since others wait for it.
pub(super) async fn append(tx: &mut Tx, company: i64, entry: &Entry) -> Result<()> {
    End::hold(tx, company).await?.append(tx, entry).await
}

/// Appends what a row tells that this transaction wrote.
pub(super) async fn tell(tx: &mut Tx, company: i64, kind: Kind, subject: &str) -> Result<()> {
    match told(tx, company, kind, subject).await? {
        Some(entry) => append(tx, company, &entry).await,
        None => Ok(()),
    }
}

async fn head(tx: &mut Tx, company: i64) -> Result<Head> {
    let text = "SELECT position, hash FROM audit WHERE company = $1 ORDER BY position DESC LIMIT 1";
    let row = query(text).bind(company).fetch_optional(tx).await?;
    row.map_or_else(
        || Ok(Head::start()),
        |row| {
            let mut c = Columns::of(&row);
            Ok(Head { position: c.take()?, hash: c.take()? })
        },
    )
}

/// Entries after a position, in their order.
pub(super) async fn links(tx: &mut Tx, company: i64, after: i64, limit: i64) -> Result<Vec<Link>> {
    let text = "SELECT position, hash, at, author, kind, subject, detail FROM audit \
                WHERE company = $1 AND position > $2 ORDER BY position LIMIT $3";
    query(text).bind(company).bind(after).bind(limit).fetch_all(tx).await?.iter().map(link).collect()
}

fn link(row: &Row) -> Result<Link> {
    let mut c = Columns::of(row);
    let head = Head { position: c.take()?, hash: c.take()? };
    let (at, author, kind) = (c.take()?, c.take()?, c.take()?);
    Ok(Link { head, entry: Entry { at, author, kind, subject: c.take()?, detail: c.take()? } })
}

impl Store {
    /// The end of the chain, to be kept elsewhere.
    pub async fn audit_head(&self) -> Result<Head> {
        let mut read = self.pool().begin_read().await?;
        head(&mut read, self.company).await
    }
}
