//! The cases that are not over, the hottest first.
//!
//! Heat and due times follow from the events of a case and from the clock, so no index has their order. The order is kept
//! in memory; whoever asks reads only what was done since. What is shown of a case is read anew.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Duration, NaiveTime, Utc};
use tokio::sync::Mutex;

use crate::{
    app::App,
    domain::{
        calendar::instant,
        case::{CaseStatus, Course, staff},
    },
    store::{Result, cases::CaseRow},
};

/// A case as far as its place in the queue goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    pub id: i64,
    pub owner: Option<String>,
    /// From 0 to 99.
    pub heat: u32,
    /// When the next step is due; never for what has no time.
    pub due: Option<DateTime<Utc>>,
    /// Waits for the word of a second person.
    pub proposed: bool,
    pub status: CaseStatus,
}

impl Queued {
    pub fn is_of(&self, person: &str) -> bool {
        self.owner.as_deref().is_some_and(|owner| staff::same_person(owner, person))
    }

    /// The order of what is to be done: what is due first, of that the hottest; what has no time comes last.
    pub fn urgency(&self) -> (bool, Option<DateTime<Utc>>, Reverse<u32>, i64) {
        (self.due.is_none(), self.due, Reverse(self.heat), self.id)
    }
}

/// All of them, in order.
pub type Order = Arc<Vec<Arc<Queued>>>;

/// Keeps the order.
#[derive(Debug, Default)]
pub struct Queue(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    cases: BTreeMap<i64, (Course, Arc<Queued>)>,
    order: Order,
    /// All events up to this one are known.
    settled: i64,
    /// Later ones that are known: one with a smaller number may become visible after them.
    later: BTreeSet<i64>,
    heated_at: Option<DateTime<Utc>>,
}

/// A transaction takes no longer than this.
const SETTLED: Duration = Duration::minutes(5);

/// How old heat may be.
const HEATED: Duration = Duration::minutes(1);

/// Cases read at a time.
const PAGE: usize = 200;

impl Queue {
    /// The order as it is now.
    pub async fn order(&self, app: &App) -> Result<Order> {
        let now = app.clock.now();
        let mut kept = self.0.lock().await;
        let kept = &mut *kept;
        let mut changed: Vec<i64> = Vec::new();
        if kept.heated_at.is_none() {
            kept.settled = app.store.last_case_event(now - SETTLED).await?;
            changed = app.store.open_cases().await?;
        }
        let news = app.store.case_news(kept.settled).await?;
        changed.extend(news.iter().filter(|(event, ..)| !kept.later.contains(event)).map(|(_, case, _)| *case));
        changed.sort_unstable();
        changed.dedup();
        for ids in changed.chunks(PAGE) {
            for case in app.store.cases_by(ids).await? {
                kept.put(app, case);
            }
        }
        // Known only now: whoever asks may go away at each wait above, and the next one begins anew.
        kept.know(&news, now);
        if kept.heated_at.is_none_or(|at| !(Duration::zero()..HEATED).contains(&(now - at))) {
            kept.heat(app);
            kept.heated_at = Some(now);
            changed.push(0);
        }
        if !changed.is_empty() {
            kept.sort();
        }
        Ok(Arc::clone(&kept.order))
    }
}

impl Kept {
    fn know(&mut self, news: &[(i64, i64, DateTime<Utc>)], now: DateTime<Utc>) {
        self.later.extend(news.iter().map(|(event, ..)| event));
        if let Some((event, ..)) = news.iter().rev().find(|(_, _, at)| *at < now - SETTLED) {
            self.settled = *event;
        }
        self.later = self.later.split_off(&(self.settled + 1));
    }

    fn put(&mut self, app: &App, case: CaseRow) {
        if case.course.status.is_over() {
            self.cases.remove(&case.id);
            return;
        }
        let course = &case.course;
        let queued = Queued {
            id: case.id,
            owner: course.owner.clone(),
            heat: app.temperature(course).degrees(),
            due: due(app, &case),
            proposed: course.proposal.is_some(),
            status: course.status,
        };
        let course = Course { words: Vec::new(), credits: Vec::new(), proposal: None, ..case.course };
        self.cases.insert(case.id, (course, Arc::new(queued)));
    }

    fn heat(&mut self, app: &App) {
        for (course, queued) in self.cases.values_mut() {
            let heat = app.temperature(course).degrees();
            if heat != queued.heat {
                Arc::make_mut(queued).heat = heat;
            }
        }
    }

    /// The hottest first, of those the oldest.
    fn sort(&mut self) {
        let mut order: Vec<_> = self.cases.values().map(|(_, queued)| Arc::clone(queued)).collect();
        order.sort_by_key(|queued| (Reverse(queued.heat), queued.id));
        self.order = Arc::new(order);
    }
}

/// When the next step of a case is due.
fn due(app: &App, case: &CaseRow) -> Option<DateTime<Utc>> {
    let course = &case.course;
    match course.status {
        CaseStatus::Open | CaseStatus::AwaitingCustomer if course.responded_at.is_some() => case.resolve_by,
        CaseStatus::Suspected | CaseStatus::Open | CaseStatus::AwaitingCustomer => case.respond_by,
        CaseStatus::Resolved if !course.confirmed => course.resolved_at,
        CaseStatus::Resolved => {
            course.follow_up_on.map(|day| instant(app.settings.company.zone, day.and_time(NaiveTime::MIN)))
        }
        CaseStatus::FollowedUp | CaseStatus::Closed | CaseStatus::Dismissed => None,
    }
}
