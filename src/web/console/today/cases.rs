//! The cases of whoever looks, and those that wait for anybody.

use std::collections::HashMap;

use super::super::Console;
use crate::{
    app::Failure,
    domain::case::{CaseStatus, about},
    queue::Queued,
    store::cases::CaseRow,
};

/// Cases that are shown of a list.
const SHOWN: usize = 12;

pub struct Cases {
    /// Those of whoever looks come first; each by due time, then by heat.
    pub lists: Vec<List>,
    /// How many there are in all.
    pub all: usize,
}

pub struct List {
    pub title: &'static str,
    pub cases: Vec<Line>,
    pub more: usize,
}

/// A case on one line.
pub struct Line {
    pub id: i64,
    pub heat: u32,
    pub account: String,
    pub name: String,
    pub kind: String,
    pub status: String,
    pub about: String,
    pub due: String,
    pub late: bool,
}

impl Console {
    pub(super) async fn cases_for(&self, person: &str) -> Result<Cases, Failure> {
        let order = self.queue.order(&self.app).await?;
        let now = self.app.clock.now();
        let (mut mine, mut approvals, mut nobodys, mut follow_ups) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for queued in order.iter() {
            match () {
                () if queued.proposed => approvals.push(queued),
                () if queued.is_of(person) => mine.push(queued),
                () if queued.owner.is_none() => nobodys.push(queued),
                () if queued.status == CaseStatus::Resolved && queued.due.is_some_and(|due| due <= now) => {
                    follow_ups.push(queued);
                }
                () => {}
            }
        }
        let lists = [
            ("Yours", mine),
            ("Solutions that wait for a second person", approvals),
            ("Nobody's", nobodys),
            ("Follow-ups and confirmations of others", follow_ups),
        ];
        let lists = lists.map(|(title, mut found)| {
            found.sort_by_key(|queued| queued.urgency());
            let more = found.len().saturating_sub(SHOWN);
            found.truncate(SHOWN);
            (title, found, more)
        });
        let ids: Vec<i64> = lists.iter().flat_map(|(_, found, _)| found).map(|queued| queued.id).collect();
        let rows: HashMap<i64, CaseRow> =
            self.app.store.cases_by(&ids).await?.into_iter().map(|case| (case.id, case)).collect();
        let [mine, others @ ..] = lists.map(|(title, found, more)| {
            let line = |queued: &std::sync::Arc<Queued>| Some(self.line(rows.get(&queued.id)?, queued.heat));
            List { title, cases: found.into_iter().filter_map(line).collect(), more }
        });
        let others = others.into_iter().filter(|list| !list.cases.is_empty());
        Ok(Cases { lists: std::iter::once(mine).chain(others).collect(), all: order.len() })
    }

    fn line(&self, case: &CaseRow, heat: u32) -> Line {
        let due = self.app.next_due(case);
        Line {
            id: case.id,
            heat,
            account: case.account.clone(),
            name: case.name.clone(),
            kind: case.course.kind.to_string(),
            status: case.course.status.to_string(),
            about: about(&case.concerns),
            late: due.ends_with(", late"),
            due,
        }
    }
}
