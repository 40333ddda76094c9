//! Mails as people see them: what waits to be read, one mail, and those of an account.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{
    Result, Store, StoreError, audit,
    engine::{Builder, Columns, Row, query},
    holds::{end_hold_in, hold_for_mails},
};
use crate::domain::{audit::Kind, mail::MailKind};

/// A mail that came in, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    pub id: i64,
    pub kind: MailKind,
    pub mailbox: String,
    /// Where it lies in the mailbox.
    pub place: String,
    /// Number of the account.
    pub account: Option<String>,
    pub notice: Option<i64>,
    pub case: Option<i64>,
    /// In words for a person.
    pub made: String,
    pub sender: Option<String>,
    pub subject: Option<String>,
    pub dated: Option<DateTime<Utc>>,
    pub words: Option<String>,
    pub recorded_at: DateTime<Utc>,
    pub done: Option<Done>,
    /// The hold on the account that duly set for such mails, and its last day, while it is in force.
    pub hold: Option<(i64, NaiveDate)>,
}

/// Who has read a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub by: String,
    pub at: DateTime<Utc>,
    pub why: Option<String>,
}

/// What a person's word does to the hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifted {
    Hold(i64),
    /// Another mail waits to be read too.
    StaysFor(i64),
    Nothing,
}

/// Days for which a mail waits for a person.
pub const WAITS: Duration = Duration::days(14);

impl Store {
    /// Mails that a person should look at, oldest first.
    pub async fn mails_for_people(&self, now: DateTime<Utc>, today: NaiveDate, most: i64) -> Result<Vec<MailRow>> {
        let mut read = mails(today);
        read.push("WHERE m.company = ").push_bind(self.company).push(" AND m.done_at IS NULL AND m.recorded_at >= ");
        read.push_bind(now - WAITS).push(" AND m.kind IN ").push_list(waiting_kinds());
        read.push(" ORDER BY m.id LIMIT ").push_bind(most);
        read.build().fetch_all(self.pool()).await?.iter().map(mail).collect()
    }

    pub async fn mail(&self, id: i64, today: NaiveDate) -> Result<Option<MailRow>> {
        let mut read = mails(today);
        read.push("WHERE m.company = ").push_bind(self.company).push(" AND m.id = ").push_bind(id);
        read.build().fetch_optional(self.pool()).await?.as_ref().map(mail).transpose()
    }

    /// Mails of an account, newest first.
    pub async fn mails_of(&self, account: i64, today: NaiveDate) -> Result<Vec<MailRow>> {
        let mut read = mails(today);
        read.push("WHERE m.account = ").push_bind(account).push(" ORDER BY m.id DESC LIMIT 100");
        read.build().fetch_all(self.pool()).await?.iter().map(mail).collect()
    }

    /// Bounces of notices since an instant, newest first.
    pub async fn bounces(&self, since: DateTime<Utc>, today: NaiveDate, most: i64) -> Result<Vec<MailRow>> {
        let mut read = mails(today);
        read.push("WHERE m.company = ").push_bind(self.company).push(" AND m.recorded_at >= ").push_bind(since);
        read.push(" AND m.kind = 'bounce' AND m.notice IS NOT NULL ORDER BY m.id DESC LIMIT ").push_bind(most);
        read.build().fetch_all(self.pool()).await?.iter().map(mail).collect()
    }

    /// A person has read a mail; when no other of the account waits, the hold that duly set for them ends.
    pub async fn mail_done(
        &self,
        id: i64,
        author: &str,
        why: Option<&str>,
        (now, today): (DateTime<Utc>, NaiveDate),
    ) -> Result<Lifted> {
        let mut tx = self.begin().await?;
        let mut update = Builder::new("UPDATE incoming SET done_by = ");
        update.push_bind(author.to_owned()).push(", done_at = ").push_bind(now);
        update.push(", done_why = ").push_bind(why.map(str::to_owned));
        update.push(" WHERE company = ").push_bind(self.company).push(" AND id = ").push_bind(id);
        update.push(" AND done_at IS NULL AND kind IN ").push_list(waiting_kinds()).push(" RETURNING account");
        let Some(row) = update.build().fetch_optional(&mut tx).await? else {
            return Err(StoreError::Refused(format!(
                "no mail {id} waits for a person; `duly tasks` shows those that do"
            )));
        };
        let account: Option<i64> = Columns::of(&row).take()?;
        let mut lifted = Lifted::Nothing;
        if let Some(account) = account
            && let Some((hold, _)) = hold_for_mails(&mut tx, account, today).await?
        {
            let text = "SELECT MIN(id) FROM incoming WHERE account = $1 AND done_at IS NULL AND recorded_at >= $2 \
                        AND kind IN ('unclear', 'stranger')";
            let other: Option<i64> = query(text).bind(account).bind(now - WAITS).value(&mut tx).await?;
            match other {
                Some(other) => lifted = Lifted::StaysFor(other),
                None => {
                    end_hold_in(&mut tx, self.company, hold, author, today, now).await?;
                    lifted = Lifted::Hold(hold);
                }
            }
        }
        audit::tell(&mut tx, self.company, Kind::MailDone, &id.to_string()).await?;
        tx.commit().await?;
        Ok(lifted)
    }
}

fn waiting_kinds() -> impl Iterator<Item = &'static str> {
    MailKind::ALL.into_iter().filter(|kind| kind.waits()).map(MailKind::code)
}

/// Mails, with the hold that is in force on a day.
fn mails(today: NaiveDate) -> Builder<'static> {
    let mut read = Builder::new(
        "SELECT m.id, m.kind, m.mailbox, m.place, a.number, m.notice, m.case_id, m.made, m.sender, m.subject, m.dated, \
         m.words, m.recorded_at, m.done_by, m.done_at, m.done_why, h.id, h.until FROM incoming m \
         LEFT JOIN account a ON a.id = m.account LEFT JOIN hold h ON h.account = m.account AND h.author = 'duly' \
         AND h.reason = 'unread_reply' AND h.ended IS NULL AND h.until >= ",
    );
    read.push_bind(today).push(" ");
    read
}

fn mail(row: &Row) -> Result<MailRow> {
    let mut c = Columns::of(row);
    let mut mail = MailRow {
        id: c.take()?,
        kind: c.code(MailKind::from_code)?,
        mailbox: c.take()?,
        place: c.take()?,
        account: c.take()?,
        notice: c.take()?,
        case: c.take()?,
        made: c.take()?,
        sender: c.take()?,
        subject: c.take()?,
        dated: c.take()?,
        words: c.take()?,
        recorded_at: c.take()?,
        done: None,
        hold: None,
    };
    let (by, at, why): (Option<String>, Option<DateTime<Utc>>, _) = (c.take()?, c.take()?, c.take()?);
    mail.done = by.zip(at).map(|(by, at)| Done { by, at, why });
    let (hold, until): (Option<i64>, Option<NaiveDate>) = (c.take()?, c.take()?);
    mail.hold = hold.zip(until);
    Ok(mail)
}
