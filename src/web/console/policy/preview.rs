//! What a change would do to today's ledger, computed beside the pages: one at a time, a page of accounts at a time.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

use super::super::{Console, Shared};
use crate::{
    domain::effect::Effect,
    store::{changes::Change, snapshot::Horizon},
    sweep::{Progress, Sweeper, compare},
};

/// Previews that are kept, finished or not.
const MOST: usize = 12;

/// The previews of this process.
pub struct Previews {
    kept: Mutex<Vec<(i64, State)>>,
    /// One is computed at a time.
    turn: Semaphore,
}

impl Default for Previews {
    fn default() -> Self {
        Self { kept: Mutex::default(), turn: Semaphore::new(1) }
    }
}

/// How far one has come.
#[derive(Debug, Clone)]
pub enum State {
    /// Another one is being computed.
    Waiting,
    /// Accounts that were looked at, of so many.
    Running(usize, usize),
    Done(Arc<Seen>),
    Failed(String),
}

/// What was found.
#[derive(Debug)]
pub struct Seen {
    pub effect: Effect,
    /// Why the next sweep would wait for a person, by the old and by the new policy.
    pub waits: [Option<&'static str>; 2],
    pub at: DateTime<Utc>,
}

impl State {
    fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_))
    }
}

impl Previews {
    pub fn of(&self, change: i64) -> Option<State> {
        let kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.iter().find(|(id, _)| *id == change).map(|(_, state)| state.clone())
    }

    fn set(&self, change: i64, state: State) {
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = kept.iter_mut().find(|(id, _)| *id == change) {
            known.1 = state;
        }
    }

    /// Makes room for one; false when so many are under way, or this one is.
    fn begin(&self, change: i64) -> bool {
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if kept.iter().any(|(id, state)| *id == change && !state.is_over()) {
            return false;
        }
        kept.retain(|(id, _)| *id != change);
        if kept.len() >= MOST {
            let Some(oldest) = kept.iter().position(|(_, state)| state.is_over()) else { return false };
            kept.remove(oldest);
        }
        kept.push((change, State::Waiting));
        true
    }
}

/// Begins to look what a change would do, unless that is under way.
pub fn start(console: &Shared, change: &Change) {
    let id = change.id;
    if !console.previews.begin(id) {
        return;
    }
    let (console, change) = (Arc::clone(console), change.clone());
    tokio::spawn(async move {
        let Ok(_turn) = console.previews.turn.acquire().await else { return };
        let state = match console.look_at_change(&change).await {
            Ok(seen) => State::Done(Arc::new(seen)),
            Err(why) => {
                tracing::warn!(why, "a change could not be looked at");
                State::Failed(why)
            }
        };
        console.previews.set(id, state);
    });
}

impl Console {
    async fn look_at_change(&self, change: &Change) -> Result<Seen, String> {
        let app = &self.app;
        let rules = |text: &str| {
            app.rules.with_policy(&change.name, text).ok_or("the policy cannot be understood any more".to_owned())
        };
        let (old, new) = (rules(&change.base)?, rules(&change.text)?);
        let sweeper =
            |rules| Sweeper { store: &app.store, rules, settings: &app.settings, clock: &app.clock, links: None };
        let (old, new) = (sweeper(&old), sweeper(&new));
        let (mut effect, mut all) = (Effect::default(), 0);
        let take = |progress: Progress| {
            match progress {
                Progress::Begun(accounts) => all = accounts,
                Progress::Account(account, before, after) => {
                    effect.add((&account.number, &account.name), before, after)
                }
            }
            if effect.accounts % 200 == 0 {
                let looked = usize::try_from(effect.accounts).unwrap_or(usize::MAX);
                self.previews.set(change.id, State::Running(looked, all));
            }
            true
        };
        let failed = |error: crate::store::StoreError| error.to_string();
        compare(&old, &new, Horizon::everything(app.today()), take).await.map_err(failed)?;
        let before = old.would_wait(effect.old.notices).await.map_err(failed)?;
        let after = new.would_wait(effect.new.notices).await.map_err(failed)?;
        Ok(Seen { effect, waits: [before, after], at: app.clock.now() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_are_bounded_and_each_is_begun_once() {
        let previews = Previews::default();
        assert!(previews.begin(1) && !previews.begin(1));
        assert!((2..=MOST as i64).all(|id| previews.begin(id)));
        assert!(!previews.begin(99), "all are under way");
        previews.set(1, State::Failed("why".to_owned()));
        assert!(previews.begin(99) && previews.of(1).is_none(), "what is over makes room");
        previews.set(99, State::Failed("why".to_owned()));
        assert!(previews.begin(99), "again");
        assert!(matches!(previews.of(99), Some(State::Waiting)));
    }
}
