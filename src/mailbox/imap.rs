//! A mailbox on a mail server: what is newer than the last mail that was taken, marked as seen once that is recorded.

use super::{Taken, Taker};
use crate::{
    app::{App, Failure},
    failpoint,
    inbox::imap::{Mailbox, Server},
    settings::Imap,
};

/// Mails that are held in memory at once, of a mebibyte each at most.
const MOST: usize = 16;

/// Opens it.
pub async fn open(app: &App, imap: &Imap) -> Result<Mailbox, Failure> {
    let server = Server::of(&app.settings, imap).map_err(Failure::Input)?;
    Mailbox::open(&server).await.map_err(|error| Failure::Failed(error.to_string()))
}

/// How the mailbox is named in records.
pub fn name(imap: &Imap) -> String {
    format!("imap {}@{} {}", imap.user, imap.host, imap.folder)
}

/// Takes what is there, the oldest first. What another replica has taken meanwhile is known, and so is a mail that
/// stands there again under another number, by its Message-ID.
pub async fn take(taker: &Taker<'_>, mailbox: &mut Mailbox, name: &str) -> Result<Taken, Failure> {
    let (mut taken, failed) =
        (Taken::default(), |error: crate::inbox::imap::ImapError| Failure::Failed(error.to_string()));
    let last = taker.app.store.last_place(name).await?;
    let same = last.as_deref().and_then(|place| place.split_once('/'));
    let same = same.filter(|(validity, _)| *validity == mailbox.validity().to_string());
    let mut last: u32 = same.and_then(|(_, uid)| uid.parse().ok()).unwrap_or(0);
    loop {
        let mails = mailbox.mails_after(last, MOST).await.map_err(failed)?;
        let Some(newest) = mails.last() else { return Ok(taken) };
        last = newest.uid;
        for mail in &mails {
            failpoint::hit("mail_read");
            if let Some(kind) = taker.take(name, &mailbox.place(mail.uid), &mail.bytes).await? {
                *taken.kinds.entry(kind).or_default() += 1;
            }
        }
        let uids: Vec<u32> = mails.iter().map(|mail| mail.uid).collect();
        mailbox.mark_seen(&uids).await.map_err(failed)?;
    }
}
