//! What the next sweep would do, when it runs, and how fresh the payments are.

use super::super::Console;
use crate::{
    app::Failure,
    domain::{
        calendar::date_at,
        money::{Currency, Money},
        schedule::next_runs,
    },
    picture::Picture,
};

/// Runs that are named.
const RUNS: usize = 3;

pub struct Next {
    /// Of when the picture is; nothing before the first one.
    pub at: Option<String>,
    pub notices: u64,
    pub held: u64,
    /// Number of accounts and why, the most frequent first.
    pub reasons: Vec<(u64, &'static str)>,
    /// By currency: asked for, offered for prompt payment, held.
    pub money: Vec<(Currency, [Money; 3])>,
    pub runs: Vec<String>,
    pub last: Option<String>,
    /// When payment data last came in, and whether that is too long ago.
    pub payments: Option<String>,
    pub stale: bool,
}

impl Console {
    pub(super) async fn next(&self, picture: Option<&Picture>) -> Result<Next, Failure> {
        let (app, now) = (&self.app, self.app.clock.now());
        let zone = app.settings.company.zone;
        let minute = |at: chrono::DateTime<chrono::Utc>| {
            let format = if date_at(zone, at) == app.today() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
            at.with_timezone(&zone).format(format).to_string()
        };
        let seen = app.store.payments_seen(i64::MAX).await?;
        let schedule = app.rules.standard.policy.schedule.as_ref();
        // The policy was checked when it was loaded.
        let runs = schedule.and_then(|schedule| next_runs(&schedule.sweep, zone, now, RUNS).ok()).unwrap_or_default();
        let mut next = Next {
            at: picture.map(|picture| minute(picture.at)),
            notices: 0,
            held: 0,
            reasons: Vec::new(),
            money: Vec::new(),
            runs: runs.iter().map(|at| at.format("%a %Y-%m-%d %H:%M").to_string()).collect(),
            last: app.store.last_sweep().await?.map(|sweep| {
                let what = if sweep.held_back.is_some() { "held back" } else { "done" };
                let notices = if sweep.notices == 1 { "notice" } else { "notices" };
                format!("for {}, {what}: {} {notices}, {} held", sweep.as_of, sweep.notices, sweep.held)
            }),
            payments: seen.map(|at| match date_at(zone, at) == app.today() {
                true => format!("today at {}", minute(at)),
                false => minute(at),
            }),
            stale: app.sweeper().setting(&app.rules.standard, app.today(), seen).ledger_is_stale(),
        };
        if let Some(Picture { next: found, .. }) = picture {
            (next.notices, next.held) = (found.notices, found.held);
            next.reasons = found.reasons.iter().map(|(reason, number)| (*number, reason.sentence())).collect();
            next.reasons.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
            let money = found.money.iter().map(|(currency, amounts)| {
                let amounts = [amounts.asked, amounts.offered, amounts.held];
                (*currency, amounts.map(|minor| Money::new(minor, *currency)))
            });
            next.money = money.collect();
        }
        Ok(next)
    }
}
