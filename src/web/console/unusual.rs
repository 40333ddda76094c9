//! Products whose accounts are late together: found by a walk over many invoices, so it is kept for a while.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::{
    app::App,
    domain::cohort::Cohort,
    store::{self, snapshot::Horizon},
};

/// For so long it is taken as it was: it changes with imports and with days.
const KEPT: Duration = Duration::from_secs(600);

/// What was found, and when.
type Found = Option<(Instant, Arc<Vec<Cohort>>)>;

#[derive(Debug, Default, Clone)]
pub struct Unusual(Arc<Mutex<Found>>);

impl Unusual {
    /// What is unusual now, or was some minutes ago: who looks then has it looked up anew, and does not wait for that.
    pub async fn now(&self, app: &App) -> store::Result<Arc<Vec<Cohort>>> {
        let (known, old) = match &mut *self.lock() {
            Some((at, cohorts)) => {
                let old = at.elapsed() > KEPT;
                // Only one looks.
                if old {
                    *at = Instant::now();
                }
                (Some(Arc::clone(cohorts)), old)
            }
            None => (None, true),
        };
        match known {
            Some(cohorts) => {
                if old {
                    let (this, app) = (self.clone(), app.clone());
                    tokio::spawn(async move {
                        if let Err(error) = this.look(&app).await {
                            tracing::warn!(%error, "what is unusual could not be looked up");
                        }
                    });
                }
                Ok(cohorts)
            }
            None => self.look(app).await,
        }
    }

    async fn look(&self, app: &App) -> store::Result<Arc<Vec<Cohort>>> {
        let cohorts = Arc::new(app.store.cohorts(Horizon::everything(app.today())).await?);
        *self.lock() = Some((Instant::now(), Arc::clone(&cohorts)));
        Ok(cohorts)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
