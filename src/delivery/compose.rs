//! From a frozen notice to the bytes of its mail: the same notice gives the same bytes.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use crate::{
    domain::{facts::Account, money::Money, notice::Line},
    letter::{
        self, Letter, LetterError, Rendered, Template, Words,
        dkim::Dkim,
        mail::{self, Attachment, Correspondent, Envelope},
    },
    link::Links,
    settings::{Company, Settings},
    store::outbox::Notice,
};

/// What the composer needs besides the notice.
#[derive(Clone)]
pub struct Composer<'a> {
    pub settings: &'a Settings,
    pub words: &'a Words,
    pub dkim: Option<Arc<Dkim>>,
    /// Makes the links to the customer's page, if there is one.
    pub links: Option<&'a Links>,
}

/// A mail ready to be sent, and its parts.
#[derive(Debug)]
pub struct Mail {
    pub rendered: Rendered,
    pub message_id: String,
    pub bytes: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    #[error(transparent)]
    Letter(#[from] LetterError),
    #[error("document `{name}`: {error}; put it into the documents folder")]
    Document { name: String, error: std::io::Error },
}

impl Composer<'_> {
    /// Renders the notice and builds its mail, the invoices' PDFs attached.
    pub fn compose(&self, notice: &Notice, account: &Account) -> Result<Mail, ComposeError> {
        let attachments = self.attachments(&notice.lines)?;
        let letter = self.letter(notice, account, attachments.iter().map(|a| a.name.clone()).collect());
        let rendered = letter::render(&letter, self.words)?;
        let mut envelope =
            self.envelope(Correspondent::new(&account.name, &notice.address), notice.dated_at, &notice.token);
        envelope.thread = notice.thread.as_deref().map(|token| self.message_id(token));
        envelope.attachments = attachments;
        let bytes = mail::build(&rendered, &envelope)?;
        Ok(Mail { rendered, message_id: envelope.message_id, bytes })
    }

    /// What is on the outside of each mail.
    pub(super) fn envelope(&self, to: Correspondent, date: DateTime<Utc>, token: &str) -> Envelope {
        let (company, delivery) = (&self.settings.company, &self.settings.delivery);
        Envelope {
            from: Correspondent::new(&company.name, &delivery.from),
            reply_to: Correspondent::new(&company.contact, delivery.reply_to.as_deref().unwrap_or(&delivery.from)),
            to,
            date,
            thread: None,
            message_id: self.message_id(token),
            attachments: Vec::new(),
            dkim: self.dkim.clone(),
        }
    }

    pub(super) fn message_id(&self, token: &str) -> String {
        format!("<{token}@{}>", self.settings.message_domain())
    }

    fn letter(&self, notice: &Notice, account: &Account, documents: Vec<String>) -> Letter {
        let money = |minor| Money::new(minor, notice.currency);
        let item = |line: &Line| letter::Item {
            invoice: line.invoice.clone(),
            issued: line.issued,
            due: line.due,
            days_overdue: line.days_overdue,
            residual: line.residual,
        };
        Letter {
            template: if notice.letter == "second" { Template::Second } else { Template::First },
            sender: sender(&self.settings.company),
            account: account.number.clone(),
            account_name: account.name.clone(),
            contact_name: account.contact_name.clone(),
            locale: account.locale.clone().unwrap_or_else(|| self.settings.company.locale.clone()),
            as_of: notice.considered,
            items: notice.lines.iter().map(item).collect(),
            overdue_total: money(notice.overdue_total),
            credits: money(notice.credits),
            total: money(notice.overdue_total - notice.credits),
            offer: notice.offer.as_ref().map(|offer| letter::Offer {
                percent: offer.percent,
                discount: money(offer.discount),
                pay: money(offer.pay),
                last_day: offer.last_day,
            }),
            documents,
            page: self.page(notice),
        }
    }

    /// The link to the customer's page, if the notice was planned with this very one.
    fn page(&self, notice: &Notice) -> Option<String> {
        let links = self.links?;
        let same = notice.page.as_ref().is_some_and(|kept| *kept == links.kept_of(&notice.token));
        same.then(|| links.url(&notice.token))
    }

    /// The PDFs of the items, each once, in their order.
    fn attachments(&self, lines: &[Line]) -> Result<Vec<Attachment>, ComposeError> {
        let folder = self.settings.path(&self.settings.files.documents);
        let mut names: Vec<&str> = lines.iter().filter_map(|line| line.document.as_deref()).collect();
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        names.into_iter().map(|name| attachment(&folder, name)).collect()
    }
}

fn attachment(folder: &Path, name: &str) -> Result<Attachment, ComposeError> {
    let failed = |error| ComposeError::Document { name: name.to_owned(), error };
    let bytes = document(folder, name).and_then(std::fs::read).map_err(failed)?;
    Ok(Attachment { name: name.rsplit('/').next().unwrap_or(name).to_owned(), bytes })
}

/// Where a document is; one that leads out of the folder is refused.
pub fn document(folder: &Path, name: &str) -> std::io::Result<PathBuf> {
    let path = folder.join(name).canonicalize()?;
    match path.starts_with(folder.canonicalize()?) {
        true => Ok(path),
        false => Err(std::io::Error::other("it lies outside of the documents folder")),
    }
}

pub fn sender(company: &Company) -> letter::Sender {
    letter::Sender {
        company: company.name.clone(),
        address: company.address.clone(),
        contact: company.contact.clone(),
        phone: company.phone.clone(),
        email: company.email.clone(),
        website: company.website.clone(),
        payment: letter::Payment {
            holder: company.bank.holder.clone(),
            iban: company.bank.iban.clone(),
            bic: company.bank.bic.clone(),
            bank: company.bank.bank.clone(),
            lines: company.bank.lines.clone(),
        },
    }
}
