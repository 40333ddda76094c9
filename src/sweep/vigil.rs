//! Looks once a minute whether anything waits for too long, whatever the daemon is doing meanwhile.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    clock::Clock,
    domain::alarm::{Alarm, AlarmRule, Kind},
    store::Store,
};

const GAP: Duration = Duration::from_secs(60);

/// What a daemon knows besides its tables, for whoever watches it. Clones show the same.
#[derive(Debug, Clone, Default)]
pub struct Signs(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    rule: AlarmRule,
    clock_doubt: Option<String>,
}

impl Signs {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rule of the policy that is followed now.
    pub fn rule(&self) -> AlarmRule {
        self.known().rule
    }

    /// Why the clock is not believed, if it is not.
    pub fn clock_doubt(&self) -> Option<String> {
        self.known().clock_doubt.clone()
    }

    pub(super) fn follow(&self, rule: AlarmRule) {
        self.known().rule = rule;
    }

    pub(super) fn doubt_clock(&self, why: Option<String>) {
        self.known().clock_doubt = why;
    }
}

/// Says once when an alarm begins, and once when it ends.
pub(super) async fn watch(store: Store, clock: Clock, signs: Signs) {
    let mut standing = BTreeSet::new();
    loop {
        match store.alarms(signs.rule(), clock.now()).await {
            Ok(alarms) => tell(&mut standing, &alarms),
            Err(error) => tracing::warn!(%error, "it is not known whether anything waits for too long"),
        }
        tokio::time::sleep(GAP).await;
    }
}

fn tell(standing: &mut BTreeSet<Kind>, alarms: &[Alarm]) {
    let now: BTreeSet<Kind> = alarms.iter().map(Alarm::kind).collect();
    for alarm in alarms.iter().filter(|alarm| !standing.contains(&alarm.kind())) {
        tracing::error!(kind = alarm.kind().code(), what = %alarm, "alarm");
    }
    for kind in standing.difference(&now) {
        tracing::warn!(kind = kind.code(), "the alarm is over");
    }
    *standing = now;
}
