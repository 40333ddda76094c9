//! A letter as sentences: everything that the templates place, already in words.

use std::{borrow::Cow, rc::Rc};

use chrono::NaiveDate;
use fluent_bundle::FluentValue;

use super::{
    Letter, LetterError, Offer, Template,
    format::Formats,
    words::{Catalogue, Words},
};
use crate::domain::money::Money;

/// A line of the table of invoices.
pub struct Row {
    pub invoice: String,
    pub issued: String,
    pub due: String,
    pub days: String,
    pub amount: String,
}

/// A label with what it names, e.g. `IBAN` and the number.
pub struct Pair {
    pub label: String,
    pub value: String,
}

/// What the templates place.
pub struct View {
    pub lang: String,
    pub dir: &'static str,
    pub subject: String,
    pub company: String,
    pub greeting: String,
    pub opening: String,
    /// Title and sentences of the help section of a second notice.
    pub help: Option<(String, Vec<String>)>,
    pub items_title: String,
    pub columns: [String; 5],
    pub rows: Vec<Row>,
    /// Sum and credits, when there are credits.
    pub sums: Vec<Pair>,
    pub total: Pair,
    pub payments_until: String,
    pub offer: Option<(String, String)>,
    pub pay_title: String,
    pub pay: Vec<Pair>,
    pub pay_lines: Vec<String>,
    pub documents_title: String,
    pub documents: Vec<String>,
    pub already_paid: String,
    /// The invitation to reply and to ring, of a first notice.
    pub contact_lines: Vec<String>,
    pub closing: String,
    pub contact: String,
    pub phone: Pair,
    pub email: Pair,
    pub address: Vec<String>,
    pub website: Option<String>,
}

impl View {
    /// Puts a letter into words.
    ///
    /// # Errors
    /// Any message that is missing or does not fit, any amount or date that cannot be written.
    pub fn new(letter: &Letter, words: &Words) -> Result<Self, LetterError> {
        let (catalogue, tag) = words.choose(&letter.locale);
        let writer = Writer { catalogue, formats: Formats::of(tag)?, letter };
        let second = letter.template == Template::Second;
        let (sender, say) = (&letter.sender, |key| writer.say(key, &[]));
        Ok(Self {
            lang: tag.to_owned(),
            dir: writer.formats.direction(),
            subject: writer.subject()?,
            company: clean(&sender.company).into_owned(),
            greeting: writer.greeting()?,
            opening: writer.opening()?,
            help: if second { Some((say("second-help-title")?, writer.help()?)) } else { None },
            items_title: say("items-title")?,
            columns: [
                say("item-invoice")?,
                say("item-issued")?,
                say("item-due")?,
                say("item-days")?,
                say("item-amount")?,
            ],
            rows: writer.rows()?,
            sums: writer.sums()?,
            total: Pair { label: say("sum-total")?, value: writer.money(letter.total)? },
            payments_until: writer.say("payments-until", &[("date", writer.day(letter.as_of)?.into())])?,
            offer: letter.offer.as_ref().map(|offer| writer.offer(offer)).transpose()?,
            pay_title: say("pay-title")?,
            pay: writer.pay()?,
            pay_lines: cleaned(&sender.payment.lines),
            documents_title: say("documents-title")?,
            documents: cleaned(&letter.documents),
            already_paid: say("already-paid")?,
            contact_lines: if second { Vec::new() } else { vec![say("reply")?, writer.contact("first-contact")?] },
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

/// One letter being put into the words of one catalogue.
struct Writer<'a> {
    catalogue: &'a Catalogue,
    formats: Rc<Formats>,
    letter: &'a Letter,
}

impl Writer<'_> {
    fn say(&self, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> Result<String, LetterError> {
        self.catalogue.say(key, args)
    }

    fn money(&self, money: Money) -> Result<String, LetterError> {
        self.formats.money(money)
    }

    /// A date within a sentence; no line ends between the day and its month.
    fn day(&self, date: NaiveDate) -> Result<String, LetterError> {
        Ok(self.formats.long_date(date)?.replace(' ', "\u{a0}"))
    }

    fn stage(&self, first: &'static str, second: &'static str) -> &'static str {
        match self.letter.template {
            Template::First => first,
            Template::Second => second,
        }
    }

    fn subject(&self) -> Result<String, LetterError> {
        let args = [("account", text(&self.letter.account)), ("company", text(&self.letter.sender.company))];
        let subject = self.say(self.stage("first-subject", "second-subject"), &args)?;
        Ok(clean(&subject).into_owned())
    }

    fn greeting(&self) -> Result<String, LetterError> {
        let name = self.letter.contact_name.as_deref().map(clean).filter(|name| !name.is_empty());
        match name {
            Some(name) => self.say("greeting", &[("name", name.into())]),
            None => self.say("greeting-neutral", &[]),
        }
    }

    fn opening(&self) -> Result<String, LetterError> {
        let args = [
            ("account", text(&self.letter.account)),
            ("account_name", text(&self.letter.account_name)),
            ("count", self.letter.items.len().into()),
        ];
        self.say(self.stage("first-opening", "second-opening"), &args)
    }

    fn contact(&self, key: &str) -> Result<String, LetterError> {
        let sender = &self.letter.sender;
        // No-break blanks: a number that is read out of a sentence should stand on one line.
        let phone = clean(&sender.phone).replace(' ', "\u{a0}");
        self.say(key, &[("contact", text(&sender.contact)), ("phone", phone.into())])
    }

    fn help(&self) -> Result<Vec<String>, LetterError> {
        Ok(vec![self.say("reply", &[])?, self.say("second-help-time", &[])?, self.contact("second-help-person")?])
    }

    fn rows(&self) -> Result<Vec<Row>, LetterError> {
        let row = |item: &super::Item| {
            Ok(Row {
                invoice: clean(&item.invoice).into_owned(),
                issued: self.formats.short_date(item.issued)?,
                due: self.formats.short_date(item.due)?,
                days: self.formats.number(item.days_overdue.into())?,
                amount: self.money(item.residual)?,
            })
        };
        self.letter.items.iter().map(row).collect()
    }

    fn sums(&self) -> Result<Vec<Pair>, LetterError> {
        if self.letter.credits.minor == 0 {
            return Ok(Vec::new());
        }
        let credits = Money::new(-self.letter.credits.minor, self.letter.credits.currency);
        Ok(vec![
            Pair { label: self.say("sum-items", &[])?, value: self.money(self.letter.overdue_total)? },
            Pair { label: self.say("sum-credits", &[])?, value: self.money(credits)? },
        ])
    }

    fn offer(&self, offer: &Offer) -> Result<(String, String), LetterError> {
        let args = [
            ("pay", self.money(offer.pay)?.into()),
            ("discount", self.money(offer.discount)?.into()),
            ("percent", self.formats.number(offer.percent)?.into()),
            ("last_day", self.day(offer.last_day)?.into()),
        ];
        Ok((self.say("offer-title", &[])?, self.say("offer", &args)?))
    }

    fn pay(&self) -> Result<Vec<Pair>, LetterError> {
        let payment = &self.letter.sender.payment;
        let known = [
            ("pay-holder", &payment.holder),
            ("pay-iban", &payment.iban),
            ("pay-bic", &payment.bic),
            ("pay-bank", &payment.bank),
            ("pay-reference", &Some(self.letter.account.clone())),
        ];
        let shown = known.into_iter().filter_map(|(key, value)| value.as_deref().map(|value| (key, value)));
        shown.map(|(key, value)| Ok(Pair { label: self.say(key, &[])?, value: clean(value).into_owned() })).collect()
    }
}

fn text(value: &str) -> FluentValue<'_> {
    clean(value).into()
}

fn cleaned(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| clean(line).into_owned()).collect()
}

/// Data as one line: controls, line breaks and marks that turn the direction of writing become
/// blanks, since an imported name must not be able to forge lines or reverse an amount.
pub fn clean(value: &str) -> Cow<'_, str> {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    let bad = |c: char| c.is_control() || turns(c);
    if !value.contains(bad) {
        return Cow::Borrowed(value.trim());
    }
    let blank: String = value.chars().map(|c| if bad(c) { ' ' } else { c }).collect();
    Cow::Owned(blank.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}
