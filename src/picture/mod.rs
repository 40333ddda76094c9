//! The ledger as it is now: what the next sweep would do, what waits for a person, and the figures of all reports.
//!
//! It takes a walk over all accounts, so nobody who asks for a page waits for it: the daemon takes one in the background
//! when something has changed ([`watch()`]) and keeps the last one in memory, with its time.

mod watch;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, NaiveDate, Utc};

pub use watch::watch;

use crate::{
    app::{App, Failure},
    domain::{
        money::Currency,
        plan::{Decision, Outcome},
        reason::Reason,
    },
    reports::{
        Ledger,
        causes::{Causes, causes},
    },
    store::snapshot::Horizon,
    sweep::Walk,
    tasks::{Kind, Task, late_together, ledger},
};

/// What was seen of the whole ledger.
#[derive(Debug, Clone)]
pub struct Picture {
    /// When the walk began.
    pub at: DateTime<Utc>,
    pub next: Next,
    pub ledger: Ledger,
    pub causes: Causes,
    pub tasks: Tasks,
}

/// What a sweep would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Next {
    pub notices: u64,
    pub held: u64,
    /// Accounts held by each reason that applies.
    pub reasons: BTreeMap<Reason, u64>,
    /// By currency: what the notices ask for, what is held, and what would be given for prompt payment, in minor units.
    pub money: BTreeMap<Currency, Amounts>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    pub asked: i64,
    pub held: i64,
    pub offered: i64,
}

impl Next {
    fn add(&mut self, decision: &Decision) {
        let (amounts, total) =
            (self.money.entry(decision.currency).or_default(), decision.overdue_total - decision.credits);
        match &decision.outcome {
            Outcome::Notice { offer } => {
                self.notices += 1;
                amounts.asked += total;
                amounts.offered += offer.as_ref().map_or(0, |offer| offer.discount);
            }
            Outcome::Held { reasons } => {
                self.held += 1;
                amounts.held += total;
                reasons.iter().for_each(|reason| *self.reasons.entry(*reason).or_default() += 1);
            }
        }
    }
}

/// The first tasks of each kind, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks(pub BTreeMap<Kind, (u64, Vec<Task>)>);

/// Tasks kept of each kind.
const KEPT: usize = 50;

impl Tasks {
    fn add(&mut self, task: Task) {
        let (number, kept) = self.0.entry(task.kind).or_default();
        *number += 1;
        if kept.len() < KEPT {
            kept.push(task);
        }
    }
}

/// Where the last picture hangs. Clones show the same.
#[derive(Debug, Clone, Default)]
pub struct Wall(Arc<Mutex<Hung>>);

#[derive(Debug, Default)]
struct Hung {
    picture: Option<Arc<Picture>>,
    alarms: Vec<Task>,
}

impl Wall {
    /// Nothing before the first one is done.
    pub fn picture(&self) -> Option<Arc<Picture>> {
        self.hung().picture.clone()
    }

    /// What should have left and did not, as of the last minute.
    pub fn alarms(&self) -> Vec<Task> {
        self.hung().alarms.clone()
    }

    fn hung(&self) -> MutexGuard<'_, Hung> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a picture, a page of accounts at a time. It rests after each page for as long as that took, so that whoever asks
/// for a page meanwhile finds a processor free.
pub async fn take(app: &App, as_of: NaiveDate) -> Result<Picture, Failure> {
    let at = app.clock.now();
    let (mut next, mut seen, mut tasks) = (Next::default(), Ledger::new(as_of), Tasks::default());
    let mut walk = Walk::new(app.sweeper(), Horizon::everything(as_of)).await?;
    loop {
        let start = Instant::now();
        let page = walk.page(|account| {
            account.decisions.iter().for_each(|decision| next.add(decision));
            seen.add(account, &app.rules);
            ledger::of_account(account, as_of).into_iter().for_each(|task| tasks.add(task));
        });
        let Some(unreadable) = page.await? else { break };
        unreadable.iter().for_each(|account| tasks.add(ledger::unreadable(account)));
        tokio::time::sleep(start.elapsed().min(LONGEST_REST)).await;
    }
    late_together(app, as_of).await?.into_iter().for_each(|task| tasks.add(task));
    Ok(Picture { at, next, ledger: seen, causes: causes(app, None).await?, tasks })
}

/// A machine that stood still for a while need not rest for as long.
const LONGEST_REST: Duration = Duration::from_secs(1);
