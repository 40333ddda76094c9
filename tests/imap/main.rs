//! The mailbox by IMAP, against a real Dovecot and against servers that are none.

#[path = "../support/dovecot.rs"]
mod dovecot;
mod hostile;
mod mails;
mod opening;
mod waiting;
