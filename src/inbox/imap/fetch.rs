//! Mails are found by their UIDs, which only ever grow, and fetched one by one.

use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response, ResponseCode, Status};

use super::{
    Found, LONGEST, Mailbox,
    error::ImapError,
    talk::{Talk, cut},
};

/// UIDs that are searched at a time: so long is a line that the server may answer with.
const WINDOW: u32 = 20_000;
/// Octets of mails after which no more are fetched at a time.
const ENOUGH: usize = 8 << 20;
/// UIDs of a command.
const MARKED: usize = 200;

/// Opens the folder, or looks at it anew; returns its UIDVALIDITY.
pub(super) async fn select(talk: &mut Talk, folder: &str) -> Result<u32, ImapError> {
    let (mut validity, mut exists) = (None, 0);
    let name = folder.replace('\\', "\\\\").replace('"', "\\\"");
    let command = format!("SELECT \"{name}\"");
    let answer = talk.ask("SELECT", &command, |response| match response {
        Response::Data { status: Status::Ok, outcome } => {
            if let Some(ResponseCode::UidValidity(number)) = outcome.code {
                validity = Some(number);
            }
        }
        Response::MailboxData(MailboxDatum::Exists(count)) => exists = *count,
        _ => {}
    });
    match (answer.await, validity) {
        (Err(ImapError::Refused { answer, .. }), _) => Err(ImapError::Folder { folder: folder.to_owned(), answer }),
        (Err(error), _) => Err(error),
        (Ok(()), Some(validity)) => {
            (talk.exists, talk.news) = (exists, false);
            Ok(validity)
        }
        (Ok(()), None) => {
            Err(cut("SELECT", "the server tells no UIDVALIDITY, without which no mail can be told apart"))
        }
    }
}

impl Mailbox {
    /// The mails with a greater UID than this, in order: at most `most`, and fewer when they are large. None means that
    /// there are no more.
    pub async fn mails_after(&mut self, uid: u32, most: usize) -> Result<Vec<Found>, ImapError> {
        let is = select(&mut self.talk, &self.folder).await?;
        if is != self.validity {
            return Err(ImapError::Renumbered { was: self.validity, is });
        }
        let (mut mails, mut octets) = (Vec::new(), 0);
        for uid in self.uids_after(uid, most).await? {
            // Somebody may have deleted it meanwhile.
            let Some(mail) = self.fetch(uid).await? else { continue };
            octets += mail.bytes.len();
            mails.push(mail);
            if octets >= ENOUGH {
                break;
            }
        }
        Ok(mails)
    }

    async fn uids_after(&mut self, uid: u32, most: usize) -> Result<Vec<u32>, ImapError> {
        let mut uids = Vec::new();
        let last = if self.talk.exists == 0 { 0 } else { self.last().await? };
        let mut from = uid.saturating_add(1);
        while from <= last && from > uid && uids.len() < most {
            let to = from.saturating_add(WINDOW - 1).min(last);
            let first = uids.len();
            self.talk
                .ask("UID SEARCH", &format!("UID SEARCH UID {from}:{to}"), |response| {
                    if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                        // What was not asked for is not taken, whatever the server thinks.
                        uids.extend(found.iter().filter(|found| (from..=to).contains(*found)));
                    }
                })
                .await?;
            uids[first..].sort_unstable();
            let Some(next) = to.checked_add(1) else { break };
            from = next;
        }
        uids.dedup();
        uids.truncate(most);
        Ok(uids)
    }

    /// The greatest UID.
    async fn last(&mut self) -> Result<u32, ImapError> {
        let mut last = 0;
        self.talk
            .ask("UID FETCH", "UID FETCH * (UID)", |response| {
                if let Response::Fetch(_, attributes) = response {
                    last = attributes.iter().filter_map(uid).fold(last, u32::max);
                }
            })
            .await?;
        Ok(last)
    }

    async fn fetch(&mut self, wanted: u32) -> Result<Option<Found>, ImapError> {
        let mut mail = None;
        let command = format!("UID FETCH {wanted} (UID RFC822.SIZE BODY.PEEK[]<0.{LONGEST}>)");
        self.talk
            .ask("UID FETCH", &command, |response| {
                // Flags of other mails may be told in between.
                if let Response::Fetch(_, attributes) = response
                    && attributes.iter().filter_map(uid).any(|uid| uid == wanted)
                    && let Some(bytes) = attributes.iter().find_map(body)
                {
                    let size =
                        attributes.iter().find_map(size).unwrap_or(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
                    mail = Some(Found { uid: wanted, size, bytes: bytes[..bytes.len().min(LONGEST)].to_vec() });
                }
            })
            .await?;
        Ok(mail)
    }

    /// Marks mails as seen, and changes nothing else.
    pub async fn mark_seen(&mut self, uids: &[u32]) -> Result<(), ImapError> {
        for uids in uids.chunks(MARKED) {
            let set: Vec<String> = uids.iter().map(u32::to_string).collect();
            let command = format!("UID STORE {} +FLAGS.SILENT (\\Seen)", set.join(","));
            self.talk.ask("UID STORE", &command, |_| {}).await?;
        }
        Ok(())
    }
}

fn uid(attribute: &AttributeValue<'_>) -> Option<u32> {
    match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    }
}

fn size(attribute: &AttributeValue<'_>) -> Option<u32> {
    match attribute {
        AttributeValue::Rfc822Size(size) => Some(*size),
        _ => None,
    }
}

fn body<'a>(attribute: &'a AttributeValue<'_>) -> Option<&'a [u8]> {
    match attribute {
        AttributeValue::BodySection { section: None, data: Some(data), .. } => Some(data),
        _ => None,
    }
}
