//! Seals: at the end of a delivery one entry of the chain covers all that was sent and is not
//! sealed yet, so that sending pays for it once.

use chrono::{DateTime, Utc};

use super::{
    Result, Store,
    audit::End,
    engine::{Builder, Columns, Row, Tx, dynamic, query},
    sweep_print::add,
};
use crate::domain::audit::{DULY, Entry, Fingerprint, Kind};

/// Notices sealed by one statement: the bound of what is kept in memory.
const PAGE: i64 = 2_000;

/// What is sealed of a notice, with the letters of the kinds. Its seal, id and account come first.
const COLUMNS: (&str, &str) = (
    "seal, id, (SELECT number FROM account WHERE account.id = notice.account), token, address, stage, sha256, relay, \
     reply, closed_at",
    "sssssst",
);

/// A sent notice: the position that seals it, and what is sealed of it.
pub(super) struct Sealed {
    pub id: i64,
    pub seal: Option<i64>,
    print: Fingerprint,
}

/// All that one entry seals, in the order of ids.
#[derive(Debug, Clone, Default)]
pub(super) struct Seal {
    number: u64,
    print: Fingerprint,
}

impl Seal {
    pub fn add(&mut self, notice: Sealed) {
        self.number += 1;
        self.print.add(&notice.print.hex());
    }

    /// As the entry tells it.
    pub fn detail(self) -> String {
        format!("{} sent; sha256 {}", self.number, self.print.hex())
    }
}

impl Store {
    /// Seals what was sent since the last time.
    pub async fn seal_sent(&self, now: DateTime<Utc>) -> Result<()> {
        let text = "SELECT EXISTS (SELECT 1 FROM notice WHERE company = $1 AND state = 'sent' AND seal IS NULL)";
        if !query(text).bind(self.company).value::<bool>(self.pool()).await? {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        // Others wait here, so that nobody seals the same.
        let end = End::hold(&mut tx, self.company).await?;
        let (mut seal, mut first, mut last) = (Seal::default(), None, 0);
        loop {
            let page = self.seal_page(&mut tx, end.next(), last).await?;
            let Some(newest) = page.last() else { break };
            last = newest.id;
            first = first.or(page.first().map(|notice| notice.id));
            page.into_iter().for_each(|notice| seal.add(notice));
        }
        let Some(first) = first else { return Ok(()) };
        let subject = format!("notices {first} to {last}");
        end.append(&mut tx, &Entry::new(Kind::Sent, now, DULY, subject, seal.detail())).await?;
        tx.commit().await
    }

    async fn seal_page(&self, tx: &mut Tx, position: i64, after: i64) -> Result<Vec<Sealed>> {
        let text = format!(
            "UPDATE notice SET seal = $1 WHERE id IN (SELECT id FROM notice WHERE company = $2 AND state = 'sent' \
             AND seal IS NULL AND id > $3 ORDER BY id LIMIT {PAGE}) RETURNING {}",
            COLUMNS.0
        );
        let rows = dynamic(text).bind(position).bind(self.company).bind(after).fetch_all(&mut *tx).await?;
        sealed(tx, &rows).await
    }
}

/// Sent notices after an id, in the order of their ids.
pub(super) async fn sent(tx: &mut Tx, company: i64, after: i64) -> Result<Vec<Sealed>> {
    let text = format!(
        "SELECT {} FROM notice WHERE company = $1 AND state = 'sent' AND id > $2 ORDER BY id LIMIT {PAGE}",
        COLUMNS.0
    );
    let rows = dynamic(text).bind(company).bind(after).fetch_all(&mut *tx).await?;
    sealed(tx, &rows).await
}

/// Adds the items to the rows of a page.
async fn sealed(tx: &mut Tx, rows: &[Row]) -> Result<Vec<Sealed>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = rows.iter().map(notice).collect::<Result<Vec<Sealed>>>()?;
    found.sort_unstable_by_key(|notice| notice.id);
    let mut read = Builder::new(
        "SELECT notice, position, invoice, issued, due, days_overdue, residual, stage FROM notice_item WHERE notice IN ",
    );
    read.push_list(found.iter().map(|notice| notice.id)).push(" ORDER BY notice, position");
    for row in &read.build().fetch_all(tx).await? {
        let mut c = Columns::of(row);
        let id: i64 = c.take()?;
        if let Ok(at) = found.binary_search_by_key(&id, |notice| notice.id) {
            add(&mut found[at].print, &mut c, "isddiis")?;
        }
    }
    Ok(found)
}

fn notice(row: &Row) -> Result<Sealed> {
    let mut c = Columns::of(row);
    let (seal, id, account): (_, i64, &str) = (c.take()?, c.take()?, c.take()?);
    let mut print = Fingerprint::default();
    print.add(&id).add(account);
    add(&mut print, &mut c, COLUMNS.1)?;
    Ok(Sealed { id, seal, print })
}
