//! A mail becomes a record with its effects.

use chrono::{Datelike, NaiveDate};

use super::place::By;
use crate::{
    app::App,
    domain::{audit::DULY, excerpt::shortened, mail::MailKind},
    inbox::{Automatic, Bounce, Complaint, Ignored, Incoming, Letter, Machine, Ours, read, token::Verp},
    store::{
        Result,
        cases::Actor,
        incoming::{Effect, NewMail, Outside},
        snapshot::{Horizon, Snapshot},
    },
};

/// Letters of what is made of a mail.
pub(super) const MADE: usize = 300;
/// Longest Message-ID by which a mail is known again.
const LONGEST_ID: usize = 500;

/// Takes mails.
#[derive(Debug)]
pub struct Taker<'a> {
    pub app: &'a App,
    pub verp: Option<Verp>,
}

/// What is made of a mail, before it is recorded.
pub(super) struct Draft {
    pub kind: MailKind,
    pub account: Option<i64>,
    pub notice: Option<i64>,
    pub made: String,
    /// What the sender wrote.
    pub words: Option<String>,
    pub effects: Vec<Effect>,
}

impl Draft {
    pub fn note(kind: MailKind, made: impl Into<String>) -> Self {
        Self { kind, account: None, notice: None, made: made.into(), words: None, effects: Vec::new() }
    }
}

impl Taker<'_> {
    /// Takes a mail with all that follows; `None` when the mail at this place was taken before. One that cannot be
    /// taken is recorded for a person, so that it stops no other.
    pub async fn take(&self, mailbox: &str, place: &str, bytes: &[u8]) -> Result<Option<MailKind>> {
        if self.app.store.mail_was_taken(mailbox, place).await? {
            return Ok(None);
        }
        let today = self.app.today();
        let actor = Actor { author: DULY, why: "", today, now: self.app.clock.now() };
        let ours = Ours {
            message_domain: self.app.settings.message_domain(),
            from: &self.app.settings.delivery.from,
            verp: self.verp.as_ref(),
        };
        let incoming = read(bytes, &ours);
        let letter = letter(&incoming);
        let (message_id, outside) = (letter.and_then(message_id), letter.map(outside).unwrap_or_default());
        let record = |draft: Draft| NewMail {
            mailbox: mailbox.to_owned(),
            place: place.to_owned(),
            message_id: message_id.clone(),
            kind: draft.kind,
            account: draft.account,
            notice: draft.notice,
            made: shortened(&draft.made, MADE),
            outside: outside.clone(),
            words: draft.words,
            effects: draft.effects,
        };
        // Twice, since a case may have ended in between.
        let mut failed = String::new();
        for _ in 0..2 {
            let taken = match self.understand(&incoming, today).await {
                Ok(draft) => self.app.store.take_mail(&record(draft), &actor).await,
                Err(error) => Err(error),
            };
            match taken {
                Err(error) if !error.passes() => failed = error.to_string(),
                taken => return taken,
            }
        }
        tracing::error!(place, failed, "a mail could not be taken; it is left to a person");
        self.app.store.take_mail(&record(Draft::note(MailKind::Failed, failed)), &actor).await
    }

    async fn understand(&self, incoming: &Incoming, today: NaiveDate) -> Result<Draft> {
        match incoming {
            Incoming::Bounce(bounce) => self.bounce(bounce).await,
            Incoming::Complaint(complaint) => self.complaint(complaint, today).await,
            Incoming::Automatic(automatic) => self.automatic(automatic).await,
            Incoming::Own(_) => Ok(Draft::note(MailKind::Own, "a notice of ours came back")),
            Incoming::Reply(letter) if self.is_ours(letter) => Ok(Draft::note(MailKind::Own, "a colleague wrote")),
            Incoming::Reply(letter) => self.reply(letter, today).await,
            Incoming::Ignored(why) => {
                let why = match why {
                    Ignored::Unreadable => "it is no mail",
                    Ignored::Receipt => "a receipt",
                    Ignored::Bulk => "a newsletter or a list",
                };
                Ok(Draft::note(MailKind::Ignored, why))
            }
        }
    }

    async fn automatic(&self, automatic: &Automatic) -> Result<Draft> {
        let place = self.place(&automatic.letter, "").await?;
        let returns = automatic.returns.map(|day| format!(", back on {day}")).unwrap_or_default();
        let who = if automatic.machine == Machine::Away { "somebody is away" } else { "a machine answers" };
        let made = format!("{who}{returns}: {}", head(&automatic.letter));
        let notice = if let By::Notice(notice) = place.by { Some(notice) } else { None };
        Ok(Draft { account: place.account, notice, ..Draft::note(MailKind::Automatic, made) })
    }

    pub(super) async fn snapshot(&self, account: i64, today: NaiveDate) -> Result<Snapshot> {
        let found = self.app.store.snapshots(&[account], Horizon::everything(today)).await?.pop();
        found.ok_or_else(|| crate::store::StoreError::Refused(format!("account {account} has no facts")))
    }

    /// Colleagues are not customers.
    fn is_ours(&self, letter: &Letter) -> bool {
        let settings = &self.app.settings;
        let own = [Some(&settings.delivery.from), settings.delivery.reply_to.as_ref(), Some(&settings.company.email)];
        letter.from.as_ref().is_some_and(|from| own.into_iter().flatten().any(|ours| ours.eq_ignore_ascii_case(from)))
    }
}

fn letter(incoming: &Incoming) -> Option<&Letter> {
    match incoming {
        Incoming::Bounce(Bounce { letter, .. })
        | Incoming::Complaint(Complaint { letter, .. })
        | Incoming::Automatic(Automatic { letter, .. })
        | Incoming::Own(letter)
        | Incoming::Reply(letter) => Some(letter),
        Incoming::Ignored(_) => None,
    }
}

fn message_id(letter: &Letter) -> Option<String> {
    letter.message_id.as_deref().map(clean).filter(|id| !id.is_empty() && id.len() <= LONGEST_ID)
}

fn outside(letter: &Letter) -> Outside {
    Outside {
        sender: letter.from.as_deref().map(|from| shortened(&clean(from), MADE)),
        subject: Some(shortened(&clean(&letter.subject), MADE)),
        dated: letter.date.filter(|date| (1970..=9999).contains(&date.year())),
    }
}

/// Sender and subject.
pub(super) fn head(letter: &Letter) -> String {
    let from = letter.from.as_deref().unwrap_or("nobody");
    format!("{} “{}”", shortened(&clean(from), 100), shortened(&clean(&letter.subject), 100))
}

/// Without control characters, which a database may refuse and a terminal obeys.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
