//! Mails that came in: each is taken once, with all that follows from it, in one transaction.

use chrono::{DateTime, Utc};

pub use super::effects::Effect;
use super::{
    Result, Store, audit,
    cases::Actor,
    engine::{Builder, Columns, Engine, query},
};
use crate::{
    domain::{audit::Kind, mail::MailKind},
    failpoint,
};

/// A mail with what was made of it.
#[derive(Debug, Clone)]
pub struct NewMail {
    pub mailbox: String,
    /// Where it lies in the mailbox.
    pub place: String,
    pub message_id: Option<String>,
    pub kind: MailKind,
    pub account: Option<i64>,
    pub notice: Option<i64>,
    /// In words for a person.
    pub made: String,
    pub outside: Outside,
    /// What the sender wrote.
    pub words: Option<String>,
    pub effects: Vec<Effect>,
}

/// The outside of a mail.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    pub sender: Option<String>,
    pub subject: Option<String>,
    pub dated: Option<DateTime<Utc>>,
}

/// A notice that a mail is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub notice: i64,
    pub account: i64,
    pub address: String,
    pub token: String,
}

impl Store {
    /// Takes a mail with all that follows, or nothing when it was taken before. Says as what it was taken.
    pub async fn take_mail(&self, mail: &NewMail, actor: &Actor<'_>) -> Result<Option<MailKind>> {
        let mut tx = self.begin().await?;
        if tx.engine() == Engine::Postgres {
            // One mail of a company at a time: two copies may come to two replicas.
            let text = "SELECT pg_advisory_xact_lock(hashtextextended('duly mail', $1))";
            query(text).bind(self.company).execute(&mut tx).await?;
        }
        let text = "SELECT EXISTS (SELECT 1 FROM incoming WHERE company = $1 AND mailbox = $2 AND place = $3)";
        if query(text).bind(self.company).bind(&mail.mailbox).bind(&mail.place).value(&mut tx).await? {
            return Ok(None);
        }
        let text = "SELECT EXISTS (SELECT 1 FROM incoming WHERE company = $1 AND message_id = $2)";
        let again: bool = query(text).bind(self.company).bind(&mail.message_id).value(&mut tx).await?;
        let kind = if again { MailKind::Known } else { mail.kind };
        let case = if again { None } else { self.follow(&mut tx, &mail.effects, actor).await? };
        let text = "INSERT INTO incoming (company, mailbox, place, message_id, kind, account, notice, case_id, made, \
                    sender, subject, dated, words, recorded_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id";
        let insert = query(text).bind(self.company).bind(&mail.mailbox).bind(&mail.place).bind(&mail.message_id);
        let insert = insert.bind(kind.code()).bind(mail.account).bind(mail.notice).bind(case);
        let made = if again { "the same mail again" } else { &mail.made };
        let Outside { sender, subject, dated } = &mail.outside;
        let insert = insert.bind(made).bind(sender).bind(subject).bind(*dated).bind(&mail.words);
        let id: i64 = insert.bind(actor.now).value(&mut tx).await?;
        audit::tell(&mut tx, self.company, Kind::Mail, &id.to_string()).await?;
        failpoint::hit("mail_before_commit");
        tx.commit().await?;
        failpoint::hit("mail_after_commit");
        Ok(Some(kind))
    }

    /// Whether the mail at a place was taken already.
    pub async fn mail_was_taken(&self, mailbox: &str, place: &str) -> Result<bool> {
        let text = "SELECT EXISTS (SELECT 1 FROM incoming WHERE company = $1 AND mailbox = $2 AND place = $3)";
        query(text).bind(self.company).bind(mailbox).bind(place).value(self.pool()).await
    }

    /// The place of the mail that was taken last of a mailbox.
    pub async fn last_place(&self, mailbox: &str) -> Result<Option<String>> {
        let text = "SELECT place FROM incoming WHERE company = $1 AND mailbox = $2 ORDER BY id DESC LIMIT 1";
        query(text).bind(self.company).bind(mailbox).value_optional(self.pool()).await
    }

    /// The first of these tokens that is one of a notice that was on its way.
    pub async fn notice_of(&self, tokens: &[String]) -> Result<Option<About>> {
        if tokens.is_empty() {
            return Ok(None);
        }
        let mut read = Builder::new("SELECT token, id, account, address FROM notice WHERE attempts > 0 AND company = ");
        read.push_bind(self.company).push(" AND token IN ").push_list(tokens);
        let mut found: Option<(usize, About)> = None;
        for row in &read.build().fetch_all(self.pool()).await? {
            let mut c = Columns::of(row);
            let token: String = c.take()?;
            let rank = tokens.iter().position(|known| *known == token).unwrap_or(usize::MAX);
            let about = About { notice: c.take()?, account: c.take()?, address: c.take()?, token };
            found = found.filter(|(best, _)| *best < rank).or(Some((rank, about)));
        }
        Ok(found.map(|(_, about)| about))
    }

    /// Invoices of a notice.
    pub async fn invoices_of(&self, notice: i64) -> Result<Vec<String>> {
        let text = "SELECT invoice FROM notice_item WHERE notice = $1 ORDER BY position";
        query(text).bind(notice).values(self.pool()).await
    }

    /// Accounts that have an address among theirs, at most two.
    pub async fn accounts_of_address(&self, address: &str) -> Result<Vec<i64>> {
        // Without `LIKE`, for which an address may be a pattern.
        let text = "SELECT a.id FROM account_fact f JOIN account a ON a.id = f.account \
                    WHERE a.company = $1 AND f.superseded_by IS NULL \
                    AND replace(';' || lower(f.emails) || ';', ';' || $2 || ';', '') <> ';' || lower(f.emails) || ';' \
                    UNION SELECT account FROM contact WHERE company = $1 AND lower(email) = $2 AND ended IS NULL \
                    ORDER BY 1 LIMIT 2";
        query(text).bind(self.company).bind(address.to_lowercase()).values(self.pool()).await
    }

    /// Accounts of the invoices that have one of these numbers.
    pub async fn accounts_of_invoices(&self, numbers: &[String]) -> Result<Vec<(String, i64)>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let mut read = Builder::new("SELECT number, account FROM invoice WHERE superseded_by IS NULL AND company = ");
        read.push_bind(self.company).push(" AND number IN ").push_list(numbers);
        let found = |row| {
            let mut c = Columns::of(row);
            Ok((c.take()?, c.take()?))
        };
        read.build().fetch_all(self.pool()).await?.iter().map(found).collect()
    }

    /// How many notices came back.
    pub async fn bounced(&self) -> Result<i64> {
        let text = "SELECT COUNT(DISTINCT notice) FROM incoming WHERE company = $1 AND kind = 'bounce'";
        query(text).bind(self.company).value(self.pool()).await
    }
}
