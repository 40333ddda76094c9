//! Notices that did not simply leave.

use chrono::Duration;

use super::{Kind, Place, Task};
use crate::{
    app::{App, Failure},
    domain::notice::State,
    store::waiting::Stuck,
    telemetry::Masked,
};

/// How long a conversation with the mail server may take before it is a person's matter.
const LONG: Duration = Duration::minutes(15);

/// Refused, not written, in doubt, without an outcome: `most` of each, the newest first.
pub async fn notices(app: &App, most: i64) -> Result<Vec<Task>, Failure> {
    let mut tasks = Vec::new();
    for notice in app.store.stuck_in(State::Refused, most).await? {
        let said = format!("was refused: {}", notice.reply.as_deref().unwrap_or("no reason was given"));
        let to_do = match notice.void {
            true => "find an address that works; the next sweep writes to it",
            false => "mend the cause; `duly deliver --retry-refused`",
        };
        tasks.push(task(Kind::Refused, &notice, &said, to_do));
    }
    for notice in app.store.unwritten(most).await? {
        let said = format!("cannot be written: {}", notice.reply.as_deref().unwrap_or_default());
        tasks.push(task(Kind::Letter, &notice, &said, "mend the cause; it is tried again every hour"));
    }
    for notice in app.store.stuck_in(State::InDoubt, most).await? {
        let again = notice.due_at.map(|at| format!("; sent again {}", at.format("%Y-%m-%d %H:%M UTC")));
        let said = format!("may not have arrived{}", again.unwrap_or_default());
        tasks.push(task(Kind::InDoubt, &notice, &said, "`duly doubt list`, then accept or resend"));
    }
    let long_ago = app.clock.now() - LONG;
    for notice in app.store.stuck_in(State::Sending, most).await? {
        if let Some(since) = notice.tried_at.filter(|since| *since < long_ago) {
            let said = format!("has no outcome since {}", since.format("%Y-%m-%d %H:%M UTC"));
            let to_do = "start the daemon, or `duly deliver`: it is in doubt then";
            tasks.push(task(Kind::Sending, &notice, &said, to_do));
        }
    }
    Ok(tasks)
}

fn task(kind: Kind, notice: &Stuck, said: &str, to_do: &str) -> Task {
    let Stuck { id, as_of, account, address, .. } = notice;
    let what = format!("notice {id} of {as_of} to account {account} ({}) {said}", Masked(address));
    Task { kind, what, to_do: to_do.to_owned(), place: Place::Notice(*id) }
}
