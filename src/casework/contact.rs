//! An address that a person adds: the next notice goes there, whatever the files say.

use super::{Word, record, refused};
use crate::{
    app::{App, Failure},
    domain::excerpt::printable,
    letter::mail::is_address,
    store::{contacts::NewContact, snapshot::Snapshot},
};

impl App {
    pub async fn contact(&self, snapshot: &Snapshot, email: &str, word: Word<'_>) -> Result<i64, Failure> {
        let email = email.trim();
        if !is_address(email) {
            let why = "is no address that mail can be sent to: a name, an @ and a domain, in plain letters";
            return Err(Failure::Input(format!("`{}` {why}", printable(email))));
        }
        if snapshot.facts.address().is_some_and(|first| first.eq_ignore_ascii_case(email)) {
            return Err(Failure::Input(format!("notices go to {email} already")));
        }
        let contact = NewContact {
            account: snapshot.id,
            email: email.to_owned(),
            note: record::note(word.field, word.why)?.to_owned(),
            author: word.author.to_owned(),
        };
        self.store.add_contact(&contact, self.clock.now()).await.map_err(refused)
    }
}
