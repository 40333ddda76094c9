//! Mails of the last days that a person should read.

use super::{Kind, Place, Task};
use crate::{
    app::{App, Failure},
    domain::{excerpt::on_one_line, mail::MailKind},
    store::mails::MailRow,
};

/// Letters of a mail that are shown.
const EXCERPT: usize = 80;

/// `most` of them, the oldest first.
pub async fn mails(app: &App, most: i64) -> Result<Vec<Task>, Failure> {
    let found = app.store.mails_for_people(app.clock.now(), app.today(), most).await?;
    Ok(found.iter().map(task).collect())
}

fn task(mail: &MailRow) -> Task {
    let id = mail.id;
    let account = mail.account.as_deref().map(|account| format!("account {account}"));
    let account = account.unwrap_or_else(|| "nobody that is known".to_owned());
    let (what, to_do) = match mail.kind {
        MailKind::Failed => ("could not be taken".to_owned(), ""),
        MailKind::Thanks => (format!("from {account} says thanks"), ""),
        MailKind::Stranger => (
            format!("from an unknown sender names an invoice of {account}"),
            ", find out who it is; `duly case open` if it is the customer",
        ),
        MailKind::Returned => (format!("is a letter to {account} that came back"), ", tell them by other means"),
        MailKind::Unplaced => (format!("is from {account}"), ", find the account, then `duly case open`"),
        _ => (
            format!("from {account} does not say what is wanted"),
            ", and answer; `duly case open` if it holds notices back",
        ),
    };
    let waits = mail.hold.map(|(hold, until)| format!("; notices wait until {until} (hold {hold})"));
    let words = on_one_line(mail.words.as_ref().unwrap_or(&mail.made), EXCERPT);
    Task {
        kind: Kind::Mail,
        what: format!("mail {id} {what}: {words}"),
        to_do: format!("`duly inbox show {id}`{to_do}; then `duly inbox done {id}`{}", waits.unwrap_or_default()),
        place: mail.account.clone().map_or(Place::Nowhere, Place::Account),
    }
}
