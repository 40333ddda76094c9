//! What every letter has around its body, in words.

use std::rc::Rc;

use chrono::NaiveDate;
use fluent_bundle::FluentValue;

use super::{
    LetterError, Sender,
    format::Formats,
    view::{Pair, clean, cleaned, text},
    words::{Catalogue, Words},
};
use crate::domain::money::Money;

/// What the templates place above and below the body.
pub struct Page {
    pub lang: String,
    pub dir: &'static str,
    pub subject: String,
    pub company: String,
    pub greeting: String,
    pub closing: String,
    pub contact: String,
    pub phone: Pair,
    pub email: Pair,
    pub address: Vec<String>,
    pub website: Option<String>,
}

impl Page {
    pub fn new(voice: &Voice, sender: &Sender, greeted: Option<&str>, subject: &str) -> Result<Self, LetterError> {
        let say = |key| voice.say(key, &[]);
        Ok(Self {
            lang: voice.tag.to_owned(),
            dir: voice.formats.direction(),
            subject: clean(subject).into_owned(),
            company: clean(&sender.company).into_owned(),
            greeting: match greeted.map(clean).filter(|name| !name.is_empty()) {
                Some(name) => voice.say("greeting", &[("name", name.into())])?,
                None => say("greeting-neutral")?,
            },
            closing: say("closing")?,
            contact: clean(&sender.contact).into_owned(),
            phone: Pair { label: say("phone")?, value: clean(&sender.phone).into_owned() },
            email: Pair { label: say("email")?, value: clean(&sender.email).into_owned() },
            address: cleaned(&sender.address),
            website: sender.website.as_deref().map(|site| clean(site).into_owned()),
        })
    }

    /// The side on which lines begin. Written out, since mail programs know `left` but not `start`.
    pub fn start(&self) -> &'static str {
        if self.dir == "rtl" { "right" } else { "left" }
    }

    /// The side on which lines end.
    pub fn end(&self) -> &'static str {
        if self.dir == "rtl" { "left" } else { "right" }
    }

    /// The telephone number as a `tel:` link takes it.
    pub fn dialled(&self) -> String {
        self.phone.value.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

/// The words of one catalogue, with numbers and dates as its readers write them.
pub struct Voice<'a> {
    catalogue: &'a Catalogue,
    pub tag: &'a str,
    pub formats: Rc<Formats>,
}

impl<'a> Voice<'a> {
    pub fn of(words: &'a Words, locale: &'a str) -> Result<Self, LetterError> {
        let (catalogue, tag) = words.choose(locale);
        Ok(Self { catalogue, tag, formats: Formats::of(tag)? })
    }

    pub fn say(&self, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> Result<String, LetterError> {
        self.catalogue.say(key, args)
    }

    pub fn money(&self, money: Money) -> Result<String, LetterError> {
        self.formats.money(money)
    }

    /// A date within a sentence; no line ends between the day and its month.
    pub fn day(&self, date: NaiveDate) -> Result<String, LetterError> {
        Ok(self.formats.long_date(date)?.replace(' ', "\u{a0}"))
    }

    /// A sentence that names the person who answers.
    pub fn contact(&self, key: &str, sender: &Sender) -> Result<String, LetterError> {
        // No-break blanks: a number that is read out of a sentence should stand on one line.
        let phone = clean(&sender.phone).replace(' ', "\u{a0}");
        self.say(key, &[("contact", text(&sender.contact)), ("phone", phone.into())])
    }
}
