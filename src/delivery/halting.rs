//! Stopping for all: what the process remembers of the relay, and the halt that stands until a person resumes.

use std::sync::{MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::{
    judge::Fault,
    run::{Deliverer, Delivery},
};
use crate::{
    domain::breaker::{Breaker, Next, Said},
    store::{
        Result,
        halts::{Halt, RELAY},
    },
};

/// What is remembered over all deliveries of the process.
#[derive(Debug, Default)]
pub struct Memory {
    breaker: Breaker,
    /// Since when the halt stands that was logged last: each is said once.
    told: Option<DateTime<Utc>>,
}

impl Deliverer {
    /// The halt that stands, if one does; logged when it is seen for the first time.
    pub(super) async fn standing_halt(&self) -> Result<Option<Halt>> {
        let halt = self.store.halt().await?;
        if let Some(Halt { why, since, .. }) = &halt {
            let told = self.memory.lock().unwrap_or_else(PoisonError::into_inner).told.replace(*since);
            if told != Some(*since) {
                tracing::error!(%since, why, "sending stopped; mend it, then `duly deliver --resume`");
            }
        }
        Ok(halt)
    }
}

impl Delivery {
    fn breaker(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The relay took a message.
    pub fn hear_acceptance(&self) {
        self.breaker().breaker.hear(Said::Accepted);
    }

    /// Something stood in the way; `notice` if it came up with one. Before that no notice is at stake, and trouble
    /// ends the delivery at once.
    pub fn hear_fault(&self, fault: Fault, notice: Option<i64>) {
        let said = match &fault {
            Fault::Settings { alone, .. } => Said::Refused { notice: notice.filter(|_| *alone) },
            Fault::Trouble(_) => Said::Trouble,
        };
        let next = self.breaker().breaker.hear(said);
        match (fault, next) {
            (Fault::Settings { why, .. }, Next::Halt) => {
                self.tripped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
                self.stop.cancel();
            }
            (Fault::Trouble(why), next) if notice.is_none() || next != Next::GoOn => self.halt(why),
            _ => {}
        }
    }

    /// Makes a halt durable for everybody, once the outcomes of this worker are.
    pub async fn record_halt(&self) -> Result<()> {
        let tripped = self.tripped.lock().unwrap_or_else(PoisonError::into_inner).take();
        match tripped {
            Some(why) => self.store.set_halt(RELAY, &why, self.clock.now()).await,
            None => Ok(()),
        }
    }
}
