//! A look at all accounts, page by page, without writing: what each owes, and what the next sweep would decide.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{PAGE, Sweeper};
use crate::{
    domain::{
        cohort::Cohort,
        ledger::{Position, positions},
        money::Currency,
        plan::{Decision, plan},
    },
    rules::Published,
    store::{
        Result,
        snapshot::{Horizon, Snapshot},
        unreadable::Unreadable,
    },
};

/// A walk over the whole ledger; no more than a page of it is in memory.
pub struct Walk<'a> {
    sweeper: Sweeper<'a>,
    horizon: Horizon,
    accounts: Vec<i64>,
    /// How many accounts are behind it.
    done: usize,
    cohorts: Vec<Cohort>,
    payments_seen: Option<DateTime<Utc>>,
    plans: bool,
}

/// An account on the way.
pub struct Walked<'a> {
    pub snapshot: &'a Snapshot,
    pub published: &'a Published,
    pub positions: &'a BTreeMap<Currency, Position<'a>>,
    pub decisions: &'a [Decision],
}

impl<'a> Walk<'a> {
    pub async fn new(sweeper: Sweeper<'a>, horizon: Horizon) -> Result<Self> {
        Ok(Self {
            accounts: sweeper.store.all_accounts().await?,
            done: 0,
            cohorts: sweeper.store.cohorts(horizon).await?,
            payments_seen: sweeper.store.payments_seen(horizon.batch).await?,
            sweeper,
            horizon,
            plans: true,
        })
    }

    /// Decides nothing.
    pub fn without_plans(self) -> Self {
        Self { plans: false, ..self }
    }

    /// Hands all accounts to `take`; returns those that cannot be read.
    pub async fn all(mut self, mut take: impl FnMut(&Walked)) -> Result<Vec<Unreadable>> {
        let mut unreadable = Vec::new();
        while let Some(found) = self.page(&mut take).await? {
            unreadable.extend(found);
        }
        Ok(unreadable)
    }

    /// Hands the accounts of the next page to `take`, in the order of their numbers; returns those that cannot be read,
    /// or nothing at the end.
    pub async fn page(&mut self, mut take: impl FnMut(&Walked)) -> Result<Option<Vec<Unreadable>>> {
        let page = self.accounts[self.done..].chunks(PAGE).next();
        let Some(page) = page else { return Ok(None) };
        self.done += page.len();
        let mut found = self.sweeper.store.readable(page, self.horizon).await?;
        found.snapshots.iter_mut().for_each(|snapshot| self.walk(snapshot, &mut take));
        Ok(Some(found.unreadable))
    }

    fn walk(&self, snapshot: &mut Snapshot, take: &mut impl FnMut(&Walked)) {
        let (sweeper, as_of) = (&self.sweeper, self.horizon.as_of);
        let published = sweeper.rules.policy_of(&snapshot.facts.account);
        if self.plans && snapshot.facts.invoices.iter().any(|invoice| invoice.due < as_of) {
            sweeper.look_around(snapshot, &self.cohorts);
        }
        let positions = positions(&snapshot.facts, &published.policy, as_of);
        let mut items = positions.values().flat_map(|position| &position.items);
        let decisions = match self.plans && items.any(|item| item.residual > 0 && item.days_overdue(as_of) > 0) {
            true => plan(&snapshot.facts, &sweeper.setting(published, as_of, self.payments_seen)),
            false => Vec::new(),
        };
        take(&Walked { snapshot, published, positions: &positions, decisions: &decisions });
    }
}
