//! Changes of policies and wording on their way to a version: looked at, proposed, published or declined.

use chrono::{DateTime, Duration, Utc};

use super::{
    Result, Store, StoreError, audit,
    engine::{Columns, Row, Tx, dynamic, query},
    policies::{New, add_version, digest, lines},
};
use crate::domain::{
    audit::Kind,
    case::staff::same_person,
    publication::{ChangeState, Matter},
};

/// How long a change that nobody published or proposed is kept.
const KEPT: Duration = Duration::days(14);

/// A change of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub id: i64,
    pub matter: Matter,
    pub name: String,
    /// The text that was changed.
    pub base: String,
    pub text: String,
    pub author: String,
    pub begun_at: DateTime<Utc>,
    pub state: ChangeState,
    pub reason: Option<String>,
    pub proposed_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
    pub decided_why: Option<String>,
    pub version: Option<i64>,
}

/// What became of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publishing {
    Done(i64),
    /// Another version came meanwhile.
    Stale,
}

const COLUMNS: &str = "id, matter, name, base, text, author, begun_at, state, reason, proposed_at, decided_by, \
                       decided_why, version";

impl Store {
    /// Keeps a change while its author looks at what it would do. Old ones that came to nothing go.
    pub async fn begin_change(
        &self,
        (matter, name): (Matter, &str),
        (base, changed): (&str, &str),
        (author, now): (&str, DateTime<Utc>),
    ) -> Result<i64> {
        let mut tx = self.begin().await?;
        let text = "DELETE FROM change WHERE company = $1 AND state = 'draft' AND begun_at < $2";
        query(text).bind(self.company).bind(now - KEPT).execute(&mut tx).await?;
        let text = "INSERT INTO change (company, matter, name, base, text, author, begun_at, state) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, 'draft') RETURNING id";
        let insert = query(text).bind(self.company).bind(matter.code()).bind(name).bind(base).bind(changed);
        let id = insert.bind(author).bind(now).value(&mut tx).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn change(&self, id: i64) -> Result<Option<Change>> {
        let text = format!("SELECT {COLUMNS} FROM change WHERE company = $1 AND id = $2");
        let row = dynamic(text).bind(self.company).bind(id).fetch_optional(self.pool()).await?;
        row.as_ref().map(change).transpose()
    }

    /// What somebody has begun and not published, newest first.
    pub async fn drafts_of(&self, author: &str, most: i64) -> Result<Vec<Change>> {
        let text = format!(
            "SELECT {COLUMNS} FROM change WHERE company = $1 AND state = 'draft' AND author = $2 ORDER BY id DESC LIMIT $3"
        );
        let rows = dynamic(text).bind(self.company).bind(author).bind(most).fetch_all(self.pool()).await?;
        rows.iter().map(change).collect()
    }

    /// Those that wait for a second person, oldest first.
    pub async fn waiting_changes(&self) -> Result<Vec<Change>> {
        let text = format!("SELECT {COLUMNS} FROM change WHERE company = $1 AND state = 'waiting' ORDER BY id");
        dynamic(text).bind(self.company).fetch_all(self.pool()).await?.iter().map(change).collect()
    }

    /// Asks a second person.
    pub async fn propose_change(&self, id: i64, (by, why): (&str, &str), now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin().await?;
        let found = self.locked_change(&mut tx, id).await?;
        if found.state != ChangeState::Draft || !same_person(&found.author, by) {
            return Err(over());
        }
        let text = "UPDATE change SET state = 'waiting', reason = $1, proposed_at = $2 WHERE id = $3";
        query(text).bind(why).bind(now).bind(id).execute(&mut tx).await?;
        audit::tell(&mut tx, self.company, Kind::Proposed, &id.to_string()).await?;
        tx.commit().await
    }

    /// Makes a change a version, if `newest` is still the newest one: by its author, or, when it waits, by somebody else.
    pub async fn publish_change(
        &self,
        id: i64,
        newest: Option<i64>,
        (by, why): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<Publishing> {
        let mut tx = self.begin().await?;
        let found = self.locked_change(&mut tx, id).await?;
        let proposed = match found.state {
            ChangeState::Draft if same_person(&found.author, by) => false,
            ChangeState::Waiting if same_person(&found.author, by) => return Err(own()),
            ChangeState::Waiting => true,
            _ => return Err(over()),
        };
        let (matter, name) = (found.matter, found.name.as_str());
        let mut known = lines(&mut tx, self.company, matter, name).await?;
        if known.first().map(|line| line.version) != newest {
            return Ok(Publishing::Stale);
        }
        // Where it began from a file that nobody has used yet, that is a version too.
        if known.first().is_none_or(|line| line.sha256 != digest(&found.base)) {
            let base = New { matter, name, text: &found.base, author: matter.file_author(), reason: None };
            add_version(&mut tx, self.company, &known, &base, now).await?;
            known = lines(&mut tx, self.company, matter, name).await?;
        }
        let reason = if proposed { found.reason.as_deref() } else { Some(why) };
        let new = New { matter, name, text: &found.text, author: &found.author, reason };
        let version = add_version(&mut tx, self.company, &known, &new, now).await?;
        let text = "UPDATE change SET state = 'published', version = $1, reason = $2, decided_at = CASE WHEN $3 THEN $4 END, \
                    decided_by = CASE WHEN $3 THEN $5 END, decided_why = CASE WHEN $3 THEN $6 END WHERE id = $7";
        let update = query(text).bind(version).bind(reason).bind(proposed).bind(now).bind(by).bind(why).bind(id);
        update.execute(&mut tx).await?;
        if proposed {
            audit::tell(&mut tx, self.company, Kind::Decided, &id.to_string()).await?;
        }
        tx.commit().await?;
        Ok(Publishing::Done(version))
    }

    /// Ends a change that waits: its author takes it back, another person declines.
    pub async fn end_change(&self, id: i64, (by, why): (&str, &str), now: DateTime<Utc>) -> Result<ChangeState> {
        let mut tx = self.begin().await?;
        let found = self.locked_change(&mut tx, id).await?;
        if found.state != ChangeState::Waiting {
            return Err(over());
        }
        let state = if same_person(&found.author, by) { ChangeState::Withdrawn } else { ChangeState::Declined };
        let text = "UPDATE change SET state = $1, decided_at = $2, decided_by = $3, decided_why = $4 WHERE id = $5";
        query(text).bind(state.code()).bind(now).bind(by).bind(why).bind(id).execute(&mut tx).await?;
        audit::tell(&mut tx, self.company, Kind::Decided, &id.to_string()).await?;
        tx.commit().await?;
        Ok(state)
    }

    /// Nobody else writes about the company's changes while the transaction lasts.
    async fn locked_change(&self, tx: &mut Tx, id: i64) -> Result<Change> {
        audit::End::hold(tx, self.company).await?;
        let text = format!("SELECT {COLUMNS} FROM change WHERE company = $1 AND id = $2");
        let row = dynamic(text).bind(self.company).bind(id).fetch_optional(tx).await?;
        row.as_ref().map_or_else(|| Err(over()), change)
    }
}

fn over() -> StoreError {
    StoreError::Refused("this change was published, declined or withdrawn meanwhile".to_owned())
}

fn own() -> StoreError {
    StoreError::Refused("nobody approves their own change; ask a second person of finance".to_owned())
}

fn change(row: &Row) -> Result<Change> {
    let mut c = Columns::of(row);
    Ok(Change {
        id: c.take()?,
        matter: c.code(Matter::from_code)?,
        name: c.take()?,
        base: c.take()?,
        text: c.take()?,
        author: c.take()?,
        begun_at: c.take()?,
        state: c.code(ChangeState::from_code)?,
        reason: c.take()?,
        proposed_at: c.take()?,
        decided_by: c.take()?,
        decided_why: c.take()?,
        version: c.take()?,
    })
}
