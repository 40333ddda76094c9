//! A mailbox on a mail server, by IMAP: mails are fetched, and marked as seen when the caller says so. Nothing is ever
//! moved or deleted.
//!
//! Reading order: [`server`] is where the mailbox is, [`open`] gets to it, [`guard`] bounds what it may send, [`talk`]
//! asks and hears each answer to its end, [`fetch`] and [`wait`] are what it is for.
//!
//! async-imap frames and parses the protocol. Its own commands are used only to log in: the others take a refusal, or a
//! connection that ends, for an empty answer.

mod error;
mod fetch;
mod guard;
mod open;
mod server;
mod talk;
mod wait;

pub use self::{error::ImapError, server::Server};
use talk::Talk;

/// Octets of a mail that are fetched.
pub const LONGEST: usize = 1 << 20;

/// A mail in the mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub uid: u32,
    /// Octets that it has on the server.
    pub size: u32,
    /// As many of them as are fetched, from the beginning: at most [`LONGEST`].
    pub bytes: Vec<u8>,
}

/// An open folder of a mailbox. After an error that [`ImapError::is_final`] it is of no more use: open it again.
#[derive(Debug)]
pub struct Mailbox {
    talk: Talk,
    folder: String,
    validity: u32,
    idles: bool,
}

impl Mailbox {
    /// Connects, encrypts, logs in and opens the folder.
    pub async fn open(server: &Server) -> Result<Self, ImapError> {
        let mut talk = open::open(server).await?;
        let idles = open::idles(&mut talk).await?;
        let validity = fetch::select(&mut talk, &server.folder).await?;
        Ok(Self { talk, folder: server.folder.clone(), validity, idles })
    }

    /// UIDVALIDITY: while it is the same, a UID means the same mail.
    pub fn validity(&self) -> u32 {
        self.validity
    }

    /// How a mail is known for all time: `UIDVALIDITY/UID`.
    pub fn place(&self, uid: u32) -> String {
        format!("{}/{uid}", self.validity)
    }
}
