//! Reading in the background: a file is looked at in a transaction that is rolled back, and taken in one that is kept.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    desk::{Chosen, Stage, Upload},
    outcome::{Outcome, Seen},
    receive::head,
};
use crate::{
    intake::{
        Context, Kind, ReadError, Row, read,
        take::{Order, TakeError, take},
    },
    web::console::{Console, Shared},
};

/// Rows that are shown as they are understood.
const FIRST: usize = 10;

impl Console {
    /// Begins to look at a file, or to take it in the name of somebody. What is under way or done is not begun again.
    pub(super) fn begin(
        self: &Shared,
        upload: &Arc<Upload>,
        chosen: Chosen,
        taker: Option<String>,
    ) -> Result<(), String> {
        let read = Arc::<AtomicU64>::default();
        let takes = taker.is_some();
        let before = {
            let mut stage = upload.stage();
            match &*stage {
                Stage::Reading { .. } => return Err("it is being read already".to_owned()),
                Stage::Taken(_) => return Err("it was taken already".to_owned()),
                Stage::Looked { .. } | Stage::Choosing(_) => {}
            }
            std::mem::replace(&mut *stage, Stage::Reading { takes, read: Arc::clone(&read) })
        };
        let look = upload.looks.fetch_add(1, Ordering::Relaxed);
        let (console, upload) = (Arc::clone(self), Arc::clone(upload));
        tokio::spawn(async move {
            let task = {
                let (console, upload, chosen) = (Arc::clone(&console), Arc::clone(&upload), chosen.clone());
                tokio::spawn(async move { console.read_upload(&upload, &chosen, taker.as_deref(), read).await })
            };
            let done = task.await.unwrap_or_else(|_| Err("reading it ended unexpectedly; the log has more".to_owned()));
            if takes && matches!(&done, Ok(outcome) if outcome.bad_count == 0) {
                upload.let_go();
            }
            *upload.stage() = match (done, before) {
                (Ok(outcome), _) if takes && outcome.bad_count == 0 => Stage::Taken(Arc::new(outcome)),
                (Ok(outcome), _) => Stage::Looked { look, chosen, outcome: Arc::new(outcome), problem: None },
                (Err(problem), Stage::Looked { chosen, outcome, .. }) if takes => {
                    Stage::Looked { look, chosen, outcome, problem: Some(problem) }
                }
                (Err(problem), _) => Stage::Choosing(Some(problem)),
            };
        });
        Ok(())
    }

    async fn read_upload(
        &self,
        upload: &Upload,
        chosen: &Chosen,
        taker: Option<&str>,
        progress: Arc<AtomicU64>,
    ) -> Result<Outcome, String> {
        let kept = upload.file().ok_or_else(|| "the file is gone; upload it again".to_owned())?;
        let first = self.first_rows(kept.path(), upload.kind, chosen).await?;
        let _turn = self.desk.turn.lock().await;
        let order = Order {
            file: kept.path(),
            name: &upload.name,
            author: taker,
            kind: upload.kind,
            map: chosen.map.clone(),
            dry_run: taker.is_none(),
            today: self.app.today(),
            now: self.app.clock.now(),
            progress,
        };
        let taken = take(&self.app.store, &self.app.rules, order).await.map_err(|error| in_words(&error))?;
        if let Some(by) = taker {
            tracing::info!(kind = %upload.kind, by, taken = taken.committed, "an upload was read to be taken");
        }
        Ok(Outcome::of(&self.app, &taken, first))
    }

    /// The first rows of the beginning of the file.
    async fn first_rows(&self, file: &Path, kind: Kind, chosen: &Chosen) -> Result<Vec<Seen>, String> {
        let (mut bytes, whole) = head(file).await.map_err(|error| error.to_string())?;
        if !whole {
            bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1));
        }
        let context = Context { today: self.app.today(), currency: None };
        let map = chosen.map.clone();
        let task = tokio::task::spawn_blocking(move || {
            let mut first = Vec::new();
            let mut see = |line: u64, row: Row| {
                first.push(Seen::of(line, &row));
                if first.len() < FIRST { Ok(()) } else { Err(()) }
            };
            match read(bytes.as_slice(), kind, map.as_deref(), &context, &mut see) {
                Ok(_) | Err(ReadError::Take(())) => Ok(first),
                Err(ReadError::File(error)) => Err(in_words(&TakeError::File(error))),
            }
        });
        task.await.unwrap_or_else(|_| Err("reading it ended unexpectedly; the log has more".to_owned()))
    }
}

fn in_words(error: &TakeError) -> String {
    match error {
        TakeError::File(file) => {
            std::error::Error::source(file).map_or_else(|| file.to_string(), |cause| format!("{file}: {cause}"))
        }
        error => {
            tracing::warn!(%error, "an upload could not be read");
            format!("{error}. Nothing was changed")
        }
    }
}
