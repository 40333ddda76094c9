//! A page of the queue: what is due first comes first, and of that the hottest.

use super::{CaseRow, read};
use crate::store::{
    Result, Store,
    engine::{Columns, dynamic, query},
};

/// Which cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// Those that are not over.
    Open,
    /// Of these, what one person has.
    Of(&'a str),
    /// Of these, what nobody has.
    Nobodys,
    /// The newest first.
    Over,
}

/// How many cases are not over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    pub all: i64,
    pub nobodys: i64,
    pub own: i64,
}

/// The end of what is due next, as text that sorts. A suspicion waits for a word since it was opened; a proposal, a
/// confirmation and a cause wait since something was agreed: for these the day of the follow-up is near enough.
const DUE: &str = "CASE WHEN c.status = 'suspected' THEN CAST(c.recorded_at AS TEXT) \
    WHEN c.status IN ('resolved', 'followed_up') THEN CAST(c.follow_up_on AS TEXT) \
    WHEN EXISTS (SELECT 1 FROM case_event e WHERE e.case_id = c.id AND e.step IN ('asked', 'answered', 'resolved')) \
    THEN CAST(c.resolve_by AS TEXT) ELSE CAST(c.respond_by AS TEXT) END";

/// What warms a case, of those that are due at the same time.
const WARM: &str =
    "(SELECT COUNT(*) FROM case_event e WHERE e.case_id = c.id AND e.step IN ('said', 'handed_over', 'reopened'))";

impl Store {
    /// So many cases after the first `from`.
    pub async fn queue(&self, which: Which<'_>, from: i64, most: i64) -> Result<Vec<CaseRow>> {
        let (only, order) = match which {
            Which::Open => ("NOT IN ('closed', 'dismissed')", format!("{DUE}, {WARM} DESC, c.id")),
            Which::Of(_) => ("NOT IN ('closed', 'dismissed') AND c.owner = $4", format!("{DUE}, {WARM} DESC, c.id")),
            Which::Nobodys => {
                ("NOT IN ('closed', 'dismissed') AND c.owner IS NULL", format!("{DUE}, {WARM} DESC, c.id"))
            }
            Which::Over => ("IN ('closed', 'dismissed')", "c.id DESC".to_owned()),
        };
        let text = format!(
            "SELECT c.id FROM cases c WHERE c.company = $1 AND c.status {only} ORDER BY {order} LIMIT $3 OFFSET $2"
        );
        let ids = dynamic(text).bind(self.company).bind(from).bind(most);
        let mut tx = self.pool().begin_read().await?;
        let ids: Vec<i64> = match which {
            Which::Of(owner) => ids.bind(owner).values(&mut tx).await?,
            _ => ids.values(&mut tx).await?,
        };
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = read(&mut tx, self.company, &ids).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// How many are not over, in all, without anybody, and of a person.
    pub async fn queue_numbers(&self, owner: &str) -> Result<Numbers> {
        let text = "SELECT COUNT(*), COUNT(CASE WHEN owner IS NULL THEN 1 END), COUNT(CASE WHEN owner = $2 THEN 1 END) \
                    FROM cases WHERE company = $1 AND status NOT IN ('closed', 'dismissed')";
        let row = query(text).bind(self.company).bind(owner).fetch_one(self.pool()).await?;
        let mut c = Columns::of(&row);
        Ok(Numbers { all: c.take()?, nobodys: c.take()?, own: c.take()? })
    }
}
