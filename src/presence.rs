//! That this process is at work: its row among the workers, kept alive until it leaves.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::Duration;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    clock::Clock,
    store::{Result, Store},
};

/// Signs of life within the time after which a worker counts as gone.
const SIGNS: u32 = 5;

/// The id under which this process claims. It changes when the process was silent for so long
/// that the others gave it up.
#[derive(Debug, Clone)]
pub struct Worker {
    id: Arc<AtomicI64>,
    /// After how much silence a worker counts as gone.
    pub silent: Duration,
}

impl Worker {
    pub fn id(&self) -> i64 {
        self.id.load(Ordering::Acquire)
    }
}

/// A process at work. Dropping it ends the signs of life; [`Presence::leave`] says goodbye as well.
#[derive(Debug)]
pub struct Presence {
    store: Store,
    worker: Worker,
    _heart: AbortOnDropHandle<()>,
}

impl Presence {
    pub async fn announce(store: &Store, clock: &Clock, silent: Duration) -> Result<Self> {
        let name = format!("{}:{}", host(), std::process::id());
        let id = store.enlist(&name, clock.now()).await?;
        let worker = Worker { id: Arc::new(AtomicI64::new(id)), silent };
        store.remove_silent(id, silent).await?;
        let heart = tokio::spawn(beat(store.clone(), worker.clone(), name, clock.clone()));
        Ok(Self { store: store.clone(), worker, _heart: AbortOnDropHandle::new(heart) })
    }

    pub fn worker(&self) -> Worker {
        self.worker.clone()
    }

    /// Gives back what is still claimed. Without it, others wait until the silence was long enough.
    pub async fn leave(self) -> Result<()> {
        self.store.discharge(self.worker.id()).await
    }
}

async fn beat(store: Store, worker: Worker, name: String, clock: Clock) {
    let gap = worker.silent.to_std().unwrap_or_default() / SIGNS;
    loop {
        tokio::time::sleep(gap).await;
        match store.sign_of_life(worker.id(), clock.now()).await {
            Ok(true) => {}
            Ok(false) => match store.enlist(&name, clock.now()).await {
                Ok(id) => {
                    tracing::warn!("the other replicas had given this one up; it begins anew");
                    worker.id.store(id, Ordering::Release);
                }
                Err(error) => tracing::warn!(%error, "this replica cannot register again"),
            },
            Err(error) => tracing::warn!(%error, "no sign of life could be given"),
        }
    }
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
