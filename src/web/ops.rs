//! `/health` and `/metrics`. No customer's data is told here: what a mail server said stands in `duly tasks`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use chrono::{DateTime, Utc};
use tokio::{net::TcpListener, sync::Mutex};

use super::{gate::Gate, metrics};
use crate::{
    clock::Clock,
    store::{Store, watch::Pulse},
    sweep::Signs,
};

/// The database is asked at most so often.
const REST: Duration = Duration::from_secs(1);

/// Longest wait for its answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was seen, and when.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub now: DateTime<Utc>,
    /// `None` when the database did not answer.
    pub pulse: Option<Pulse>,
    pub clock_doubt: Option<String>,
}

/// What is needed to answer.
pub struct Ops {
    store: Store,
    clock: Clock,
    signs: Signs,
    seen: Mutex<Option<(Instant, Seen)>>,
}

impl Ops {
    pub fn new(store: Store, clock: Clock, signs: Signs) -> Self {
        Self { store, clock, signs, seen: Mutex::default() }
    }

    /// Answers requests until it is dropped.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        let routes = Router::new().route("/health", get(health)).route("/metrics", get(figures));
        axum::serve(Gate::new(listener), routes.with_state(Arc::new(self))).await
    }

    /// Whoever asks meanwhile waits for the same answer.
    async fn look(&self) -> Seen {
        let mut last = self.seen.lock().await;
        if let Some((at, seen)) = &*last
            && at.elapsed() < REST
        {
            return seen.clone();
        }
        let now = self.clock.now();
        let pulse = match tokio::time::timeout(PATIENCE, self.store.pulse(self.signs.rule(), now)).await {
            Ok(Ok(pulse)) => Some(pulse),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the database cannot be asked how it is");
                None
            }
            Err(_) => None,
        };
        let seen = Seen { now, pulse, clock_doubt: self.signs.clock_doubt() };
        *last = Some((Instant::now(), seen.clone()));
        seen
    }
}

async fn health(State(ops): State<Arc<Ops>>) -> impl IntoResponse {
    match troubles(&ops.look().await) {
        none if none.is_empty() => (StatusCode::OK, "ok\n".to_owned()),
        troubles => (StatusCode::SERVICE_UNAVAILABLE, troubles.join("\n") + "\n"),
    }
}

async fn figures(State(ops): State<Arc<Ops>>) -> impl IntoResponse {
    let kind = [(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    match metrics::text(&ops.look().await) {
        Ok(text) => (StatusCode::OK, kind, text),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, kind, error.to_string()),
    }
}

/// Everything that a person should look at.
fn troubles(seen: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    match &seen.pulse {
        None => found.push("the database does not answer".to_owned()),
        Some(pulse) => {
            let since = pulse.halted_since.map(|at| at.format("%Y-%m-%d %H:%M UTC"));
            found.extend(since.map(|since| format!("sending stopped since {since}: `duly tasks` says why")));
            found.extend(pulse.alarms.iter().map(|alarm| format!("alarm: {alarm}")));
        }
    }
    found.extend(seen.clock_doubt.clone());
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Address;

    #[tokio::test]
    async fn the_database_is_asked_once_a_second_at_most() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Address::File(folder.path().join("duly.db")), "T").await.unwrap();
        let clock = Clock::set_to("2026-11-23T07:00:00Z".parse().unwrap());
        let ops = Ops::new(store, clock.clone(), Signs::default());
        let first = ops.look().await;
        clock.move_to("2026-11-23T08:00:00Z".parse().unwrap());
        assert_eq!(ops.look().await.now, first.now);
        tokio::time::sleep(REST).await;
        assert_eq!(ops.look().await.now, clock.now());
        assert!(first.pulse.is_some() && troubles(&first).is_empty());
    }
}
