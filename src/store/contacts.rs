//! Addresses that people add. They come before those of the files, and no file takes them away.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store, StoreError,
    agreements::{Agreed, settle},
    engine::{Columns, query},
};
use crate::domain::audit::Kind;

/// An address to be added.
#[derive(Debug, Clone)]
pub struct NewContact {
    pub account: i64,
    pub email: String,
    /// From whom it is.
    pub note: String,
    pub author: String,
}

/// One that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: i64,
    pub email: String,
    pub note: String,
    pub author: String,
    pub recorded_at: DateTime<Utc>,
    /// Day from which a person took it back.
    pub ended: Option<NaiveDate>,
}

impl Store {
    /// Adds an address, to which the next notice goes. One that refused our mail is none.
    pub async fn add_contact(&self, contact: &NewContact, now: DateTime<Utc>) -> Result<i64> {
        let mut tx = self.begin().await?;
        let text = "SELECT reply FROM refused_address WHERE company = $1 AND lower(email) = lower($2)";
        let reply: Option<String> = query(text).bind(self.company).bind(&contact.email).value_optional(&mut tx).await?;
        if let Some(reply) = reply {
            let email = &contact.email;
            return Err(StoreError::Refused(format!("{email} takes no mail from us ({reply}): find another one")));
        }
        let text = "INSERT INTO contact (company, account, email, note, author, recorded_at) \
                    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let insert = query(text).bind(self.company).bind(contact.account).bind(&contact.email);
        let id = insert.bind(&contact.note).bind(&contact.author).bind(now).value(&mut tx).await?;
        settle(&mut tx, self.company, contact.account, Kind::Agreed, Agreed::Contact, id).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// All that were added to an account, newest first.
    pub async fn contacts_of(&self, account: i64) -> Result<Vec<Contact>> {
        let text =
            "SELECT id, email, note, author, recorded_at, ended FROM contact WHERE account = $1 ORDER BY id DESC";
        let contact = |row| {
            let mut c = Columns::of(row);
            let (id, email, note, author) = (c.take()?, c.take()?, c.take()?, c.take()?);
            Ok(Contact { id, email, note, author, recorded_at: c.take()?, ended: c.take()? })
        };
        query(text).bind(account).fetch_all(self.pool()).await?.iter().map(contact).collect()
    }
}
