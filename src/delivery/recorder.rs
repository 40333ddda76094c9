//! Groups the commits of concurrent workers: whatever has gathered while one commit was under way
//! goes into the next. Each worker waits until its own write is durable.

use tokio::sync::{mpsc, oneshot};

use crate::store::{Store, StoreError, outbox::Write};

type Order = (Write, oneshot::Sender<Result<bool, StoreError>>);

/// Hands writes to the one task that commits.
#[derive(Debug, Clone)]
pub(super) struct Recorder {
    orders: mpsc::Sender<Order>,
}

/// Most writes in one commit.
const GROUP: usize = 256;

impl Recorder {
    /// Starts the task; it ends when all recorders are dropped.
    pub fn start(store: Store) -> Self {
        let (orders, inbox) = mpsc::channel(GROUP);
        tokio::spawn(commit(store, inbox));
        Self { orders }
    }

    /// Returns when the write is durable; false when it did not hold any more.
    pub async fn write(&self, write: Write) -> Result<bool, StoreError> {
        let gone = || StoreError::Refused("the recorder has stopped".to_owned());
        let (done, answer) = oneshot::channel();
        self.orders.send((write, done)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

async fn commit(store: Store, mut inbox: mpsc::Receiver<Order>) {
    let mut orders = Vec::with_capacity(GROUP);
    while inbox.recv_many(&mut orders, GROUP).await > 0 {
        let (writes, waiting): (Vec<_>, Vec<_>) = orders.drain(..).unzip();
        match store.write(&writes).await {
            Ok(results) => waiting.into_iter().zip(results).for_each(|(done, held)| answer(done, Ok(held))),
            // One bad write must not fail the others.
            Err(_) if writes.len() > 1 => {
                for (write, done) in writes.into_iter().zip(waiting) {
                    answer(done, store.write(&[write]).await.map(|results| results == [true]));
                }
            }
            Err(error) => {
                let text = error.to_string();
                waiting.into_iter().for_each(|done| answer(done, Err(StoreError::Refused(text.clone()))));
            }
        }
    }
}

/// A worker that was stopped no longer waits.
fn answer(done: oneshot::Sender<Result<bool, StoreError>>, result: Result<bool, StoreError>) {
    let _ = done.send(result);
}
