//! People who sign in, their invitations and their sessions. Secrets are kept as hashes only.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::{
    Result, Store, StoreError, audit,
    engine::{Columns, Row, Tx, query},
};
use crate::domain::{
    audit::{Entry, Kind},
    person::{Person, Role},
};

/// How long a session lasts without being used, and in all (OWASP ASVS 5.0, 7.3).
const IDLE: Duration = Duration::minutes(30);
const ABSOLUTE: Duration = Duration::hours(12);
/// A session is marked as used so often at most: a page that is looked at writes nothing.
const MARK: Duration = Duration::minutes(1);

/// A person with what sign-in needs.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub person: Person,
    /// `None` as long as the invitation was not used.
    pub password: Option<String>,
    /// Grows with each new password; sessions of an earlier one are over.
    pub version: i64,
}

/// Whoever has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub person: Person,
    /// It was last marked as used some time ago.
    pub to_mark: bool,
}

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub person: Person,
    pub has_password: bool,
    pub disabled: bool,
    pub seen_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Adds a person who cannot sign in before an invitation is used.
    pub async fn add_person(&self, name: &str, roles: &BTreeSet<Role>, by: &str, now: DateTime<Utc>) -> Result<i64> {
        let mut tx = self.begin().await?;
        let text = "INSERT INTO person (company, name, plain, roles, version, created_at) VALUES ($1, $2, $3, $4, 0, $5) \
                    ON CONFLICT (company, plain) DO NOTHING RETURNING id";
        let insert = query(text).bind(self.company).bind(name).bind(plain(name)).bind(codes(roles)).bind(now);
        let id: Option<i64> = insert.value_optional(&mut tx).await?;
        let id = id.ok_or_else(|| StoreError::Refused(format!("there is a person `{name}` already")))?;
        self.tell_person(&mut tx, (by, now), name, &format!("added as {}", codes(roles))).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes what a person may do, or whether they may sign in at all. Their sessions end.
    pub async fn change_person(
        &self,
        name: &str,
        roles: Option<&BTreeSet<Role>>,
        disabled: bool,
        (by, now): (&str, DateTime<Utc>),
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let text = "UPDATE person SET roles = COALESCE($1, roles), disabled_at = CASE WHEN $2 THEN $3 END \
                    WHERE company = $4 AND plain = $5 RETURNING id";
        let change = query(text).bind(roles.map(codes)).bind(disabled).bind(now).bind(self.company).bind(plain(name));
        let id: i64 = change.value_optional(&mut tx).await?.ok_or_else(|| unknown(name))?;
        query("DELETE FROM session WHERE person = $1").bind(id).execute(&mut tx).await?;
        let what = match (disabled, roles) {
            (true, _) => "may not sign in any more".to_owned(),
            (false, Some(roles)) => format!("is {}", codes(roles)),
            (false, None) => "may sign in again".to_owned(),
        };
        self.tell_person(&mut tx, (by, now), name, &what).await?;
        tx.commit().await
    }

    /// Keeps an invitation; earlier ones of the person are void.
    pub async fn invite(
        &self,
        name: &str,
        hash: &str,
        until: DateTime<Utc>,
        (by, now): (&str, DateTime<Utc>),
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let text = "SELECT id FROM person WHERE company = $1 AND plain = $2 AND disabled_at IS NULL";
        let person: Option<i64> = query(text).bind(self.company).bind(plain(name)).value_optional(&mut tx).await?;
        let person = person.ok_or_else(|| unknown(name))?;
        query("DELETE FROM invitation WHERE person = $1").bind(person).execute(&mut tx).await?;
        let text = "INSERT INTO invitation (hash, person, until) VALUES ($1, $2, $3)";
        query(text).bind(hash).bind(person).bind(until).execute(&mut tx).await?;
        self.tell_person(&mut tx, (by, now), name, "was invited").await?;
        tx.commit().await
    }

    /// Whose invitation it is, while it lasts.
    pub async fn invited(&self, hash: &str, now: DateTime<Utc>) -> Result<Option<Person>> {
        let text = "SELECT p.id, p.name, p.roles FROM invitation i JOIN person p ON p.id = i.person \
                    WHERE i.hash = $1 AND p.company = $2 AND i.until > $3 AND p.disabled_at IS NULL";
        let row = query(text).bind(hash).bind(self.company).bind(now).fetch_optional(self.pool()).await?;
        row.map(|row| person(&mut Columns::of(&row))).transpose()
    }

    /// Uses an invitation once: the person has this password from now on. False when it was used meanwhile.
    pub async fn accept(&self, hash: &str, password: &str, now: DateTime<Utc>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let text = "DELETE FROM invitation WHERE hash = $1 AND until > $2 AND person IN \
                    (SELECT id FROM person WHERE company = $3 AND disabled_at IS NULL) RETURNING person";
        let used = query(text).bind(hash).bind(now).bind(self.company);
        let Some(id) = used.value_optional::<i64>(&mut tx).await? else { return Ok(false) };
        let name = self.set_password(&mut tx, id, password).await?;
        self.tell_person(&mut tx, (&name, now), &name, "accepted the invitation").await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Uses an invitation once: whoever is known elsewhere as `subject` is this person from now on. `None` when it was used
    /// meanwhile, or is over.
    pub async fn bind_subject(&self, hash: &str, subject: &str, now: DateTime<Utc>) -> Result<Option<Credentials>> {
        let mut tx = self.begin().await?;
        let text = "DELETE FROM invitation WHERE hash = $1 AND until > $2 AND person IN \
                    (SELECT id FROM person WHERE company = $3 AND disabled_at IS NULL) RETURNING person";
        let used = query(text).bind(hash).bind(now).bind(self.company);
        let Some(id) = used.value_optional::<i64>(&mut tx).await? else { return Ok(None) };
        let text = "UPDATE person SET subject = $1 WHERE id = $2 AND NOT EXISTS \
                    (SELECT 1 FROM person p WHERE p.company = $3 AND p.subject = $1 AND p.id <> $2) RETURNING name";
        let bound = query(text).bind(subject).bind(id).bind(self.company);
        let taken = || StoreError::Refused("this account is that of somebody else here already".to_owned());
        let name: String = bound.value_optional(&mut tx).await?.ok_or_else(taken)?;
        query("DELETE FROM session WHERE person = $1").bind(id).execute(&mut tx).await?;
        let issuer = subject.split(' ').next().unwrap_or_default();
        self.tell_person(&mut tx, (&name, now), &name, &format!("signs in by {issuer}")).await?;
        tx.commit().await?;
        self.person_of_subject(subject).await
    }

    /// Who is known elsewhere as `subject`.
    pub async fn person_of_subject(&self, subject: &str) -> Result<Option<Credentials>> {
        let text = "SELECT id, name, roles, password, version FROM person \
                    WHERE company = $1 AND subject = $2 AND disabled_at IS NULL";
        let row = query(text).bind(self.company).bind(subject).fetch_optional(self.pool()).await?;
        row.as_ref().map(credentials).transpose()
    }

    /// A new password by the person's own word.
    pub async fn change_password(&self, id: i64, password: &str, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin().await?;
        let name = self.set_password(&mut tx, id, password).await?;
        self.tell_person(&mut tx, (&name, now), &name, "has a new password").await?;
        tx.commit().await
    }

    async fn set_password(&self, tx: &mut Tx, id: i64, password: &str) -> Result<String> {
        query("DELETE FROM session WHERE person = $1").bind(id).execute(&mut *tx).await?;
        let text =
            "UPDATE person SET password = $1, version = version + 1 WHERE id = $2 AND company = $3 RETURNING name";
        query(text).bind(password).bind(id).bind(self.company).value(tx).await
    }

    pub async fn credentials(&self, name: &str) -> Result<Option<Credentials>> {
        let text = "SELECT id, name, roles, password, version FROM person \
                    WHERE company = $1 AND plain = $2 AND disabled_at IS NULL";
        let row = query(text).bind(self.company).bind(plain(name)).fetch_optional(self.pool()).await?;
        row.as_ref().map(credentials).transpose()
    }

    pub async fn people(&self) -> Result<Vec<Listed>> {
        let text = "SELECT p.id, p.name, p.roles, p.password IS NOT NULL OR p.subject IS NOT NULL, p.disabled_at IS NOT NULL, \
                    (SELECT MAX(s.seen_at) FROM session s WHERE s.person = p.id) \
                    FROM person p WHERE p.company = $1 ORDER BY p.plain";
        let listed = |row: &Row| {
            let mut c = Columns::of(row);
            Ok(Listed { person: person(&mut c)?, has_password: c.take()?, disabled: c.take()?, seen_at: c.take()? })
        };
        query(text).bind(self.company).fetch_all(self.pool()).await?.iter().map(listed).collect()
    }

    /// Begins a session of somebody whose password was right. Sessions that are over are cleared away.
    pub async fn start_session(&self, hash: &str, person: &Credentials, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin().await?;
        let text = "DELETE FROM session WHERE seen_at < $1 OR created_at < $2";
        query(text).bind(now - IDLE).bind(now - ABSOLUTE).execute(&mut tx).await?;
        let text = "INSERT INTO session (hash, person, version, created_at, seen_at) VALUES ($1, $2, $3, $4, $4)";
        let insert = query(text).bind(hash).bind(person.person.id).bind(person.version).bind(now);
        insert.execute(&mut tx).await?;
        let name = &person.person.name;
        self.tell_person(&mut tx, (name, now), name, "signed in").await?;
        tx.commit().await
    }

    /// Whose session it is, while it lasts.
    pub async fn session(&self, hash: &str, now: DateTime<Utc>) -> Result<Option<Session>> {
        let text = "SELECT p.id, p.name, p.roles, s.seen_at FROM session s JOIN person p ON p.id = s.person \
                    WHERE s.hash = $1 AND p.company = $2 AND s.version = p.version AND p.disabled_at IS NULL \
                    AND s.seen_at >= $3 AND s.created_at >= $4";
        let row = query(text).bind(hash).bind(self.company).bind(now - IDLE).bind(now - ABSOLUTE);
        let Some(row) = row.fetch_optional(self.pool()).await? else { return Ok(None) };
        let mut c = Columns::of(&row);
        let (person, seen_at): (Person, DateTime<Utc>) = (person(&mut c)?, c.take()?);
        Ok(Some(Session { person, to_mark: now - seen_at > MARK }))
    }

    /// Marks a session as used.
    pub async fn mark_session(&self, hash: &str, now: DateTime<Utc>) -> Result<()> {
        query("UPDATE session SET seen_at = $1 WHERE hash = $2").bind(now).bind(hash).execute(self.pool()).await?;
        Ok(())
    }

    pub async fn end_session(&self, hash: &str) -> Result<()> {
        query("DELETE FROM session WHERE hash = $1").bind(hash).execute(self.pool()).await?;
        Ok(())
    }

    async fn tell_person(&self, tx: &mut Tx, (by, now): (&str, DateTime<Utc>), name: &str, what: &str) -> Result<()> {
        let entry = Entry::new(Kind::Person, now, by, name.to_owned(), what.to_owned());
        audit::append(tx, self.company, &entry).await
    }
}

/// Capitals and blanks do not make a second person.
fn plain(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn codes(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(" ")
}

fn unknown(name: &str) -> StoreError {
    StoreError::Refused(format!("there is no person `{name}` who may sign in; `duly user list` shows them"))
}

fn credentials(row: &Row) -> Result<Credentials> {
    let mut c = Columns::of(row);
    Ok(Credentials { person: person(&mut c)?, password: c.take()?, version: c.take()? })
}

fn person(c: &mut Columns) -> Result<Person> {
    let (id, name, roles): (i64, String, String) = (c.take()?, c.take()?, c.take()?);
    Ok(Person { id, name, roles: roles.split(' ').filter_map(Role::from_code).collect() })
}
