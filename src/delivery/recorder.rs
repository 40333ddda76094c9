//! Groups the commits of concurrent workers: whatever has gathered while one commit was under way
//! goes into the next. Each worker waits until its own write is durable.

use tokio::sync::{mpsc, oneshot};

use crate::store::{Store, StoreError, outbox::Write};

/// Writes of one worker, all in the same commit, and the way back.
type Order = (Vec<Write>, oneshot::Sender<Result<Vec<bool>, StoreError>>);

/// Hands writes to the one task that commits.
#[derive(Debug, Clone)]
pub(super) struct Recorder {
    orders: mpsc::Sender<Order>,
}

/// Most orders in one commit.
const GROUP: usize = 128;

impl Recorder {
    /// Starts the task; it ends when all recorders are dropped.
    pub fn start(store: Store) -> Self {
        let (orders, inbox) = mpsc::channel(GROUP);
        tokio::spawn(commit(store, inbox));
        Self { orders }
    }

    /// Returns when the writes are durable; says of each whether it still held.
    pub async fn write(&self, writes: Vec<Write>) -> Result<Vec<bool>, StoreError> {
        let gone = || StoreError::Refused("the recorder has stopped".to_owned());
        let (done, answer) = oneshot::channel();
        self.orders.send((writes, done)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

async fn commit(store: Store, mut inbox: mpsc::Receiver<Order>) {
    let mut orders = Vec::with_capacity(GROUP);
    while inbox.recv_many(&mut orders, GROUP).await > 0 {
        let group: Vec<Write> = orders.iter().flat_map(|(writes, _)| writes.iter().cloned()).collect();
        match store.write(&group).await {
            Ok(results) => {
                let mut results = results.into_iter();
                for (writes, done) in orders.drain(..) {
                    answer(done, Ok(results.by_ref().take(writes.len()).collect()));
                }
            }
            // One bad write must not fail the others.
            Err(_) if orders.len() > 1 => {
                for (writes, done) in orders.drain(..) {
                    answer(done, store.write(&writes).await);
                }
            }
            Err(error) => {
                if let Some((_, done)) = orders.pop() {
                    answer(done, Err(error));
                }
            }
        }
    }
}

/// A worker that was stopped no longer waits.
fn answer(done: oneshot::Sender<Result<Vec<bool>, StoreError>>, result: Result<Vec<bool>, StoreError>) {
    let _ = done.send(result);
}
