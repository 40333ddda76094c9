//! Pages of a sweep: what is read, decided and written for some accounts is one transaction.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store,
    engine::{Builder, Columns, Engine, Tx, dynamic, query},
    sweeps::Planned,
};
use crate::failpoint;

/// A claimed page of a sweep. It is free again when the transaction ends without a commit, so
/// that a process which dies leaves nothing to be cleared up.
pub struct SweepPage {
    pub(super) tx: Tx,
    pub(super) company: i64,
    pub(super) sweep: i64,
    position: i64,
    pub accounts: Vec<i64>,
    /// The last batch that is known to it.
    pub batch: i64,
}

/// What a page came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageCounts {
    pub notices: u64,
    pub held: u64,
    /// Like `promise=3 no_contact=1`.
    pub reasons: String,
}

impl Store {
    /// Claims the next page of a sweep that nobody has planned or is planning.
    pub async fn claim_page(&self, sweep: i64) -> Result<Option<SweepPage>> {
        let mut tx = self.begin().await?;
        let text = format!(
            "SELECT position, accounts FROM sweep_page WHERE sweep = $1 AND planned_at IS NULL \
             ORDER BY position LIMIT 1{}",
            tx.engine().skip_locked()
        );
        let Some(row) = dynamic(text).bind(sweep).fetch_optional(&mut tx).await? else { return Ok(None) };
        let mut c = Columns::of(&row);
        let (position, accounts): (i64, &str) = (c.take()?, c.take()?);
        let accounts: Vec<i64> = accounts.split_whitespace().filter_map(|id| id.parse().ok()).collect();
        lock(&mut tx, &accounts).await?;
        let text = "SELECT COALESCE(MAX(id), 0) FROM batch WHERE company = $1";
        let batch = query(text).bind(self.company).value(&mut tx).await?;
        Ok(Some(SweepPage { tx, company: self.company, sweep, position, accounts, batch }))
    }
}

/// Whoever records something about an account changes its row: nothing comes in between.
async fn lock(tx: &mut Tx, accounts: &[i64]) -> Result<()> {
    if tx.engine() == Engine::Sqlite || accounts.is_empty() {
        return Ok(());
    }
    let mut locks = Builder::new("SELECT id FROM account WHERE id IN ");
    locks.push_list(accounts.iter().copied()).push(" ORDER BY id FOR UPDATE");
    locks.build().fetch_all(tx).await?;
    Ok(())
}

impl SweepPage {
    /// When payment data last came in.
    pub async fn payments_seen(&mut self) -> Result<Option<DateTime<Utc>>> {
        let text = "SELECT MAX(recorded_at) FROM batch WHERE company = $1 AND tells_payments";
        query(text).bind(self.company).value(&mut self.tx).await
    }

    /// Commits the decisions of the page. A decision that is the same as the account's last one
    /// is not written again.
    pub async fn commit(
        mut self,
        as_of: NaiveDate,
        planned: &[Planned],
        counts: &PageCounts,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.decisions(planned).await?;
        for plan in planned {
            if !plan.decision.suspicions.is_empty() {
                self.open_case(plan.account, &plan.decision.suspicions, as_of, now).await?;
            }
        }
        self.notices(as_of, planned, now).await?;
        let text = "UPDATE sweep_page SET planned_at = $1, batch = $2, notices = $3, held = $4, reasons = $5 \
                    WHERE sweep = $6 AND position = $7";
        let done = query(text).bind(now).bind(self.batch).bind(counts.notices as i64).bind(counts.held as i64);
        done.bind(&counts.reasons).bind(self.sweep).bind(self.position).execute(&mut self.tx).await?;
        failpoint::hit("page_before_commit");
        self.tx.commit().await
    }
}
