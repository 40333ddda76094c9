//! A letter as sentences: everything that the templates place, already in words.

use std::borrow::Cow;

use fluent_bundle::FluentValue;

use super::{
    Letter, LetterError, Offer, Template,
    page::{Page, Voice},
    words::Words,
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
    pub page: Page,
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
    /// The invitation to the customer's page, what its link says, and the link.
    pub invite: Option<[String; 3]>,
    /// The invitation to reply and to ring, of a first notice.
    pub contact_lines: Vec<String>,
}

impl View {
    /// Puts a letter into words.
    ///
    /// # Errors
    /// Any message that is missing or does not fit, any amount or date that cannot be written.
    pub fn new(letter: &Letter, words: &Words) -> Result<Self, LetterError> {
        let writer = Writer { voice: Voice::of(words, &letter.locale)?, letter };
        let second = letter.template == Template::Second;
        let (sender, say) = (&letter.sender, |key| writer.say(key, &[]));
        Ok(Self {
            page: Page::new(&writer.voice, sender, letter.contact_name.as_deref(), &writer.subject()?)?,
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
            payments_until: writer.say("payments-until", &[("date", writer.voice.day(letter.as_of)?.into())])?,
            offer: letter.offer.as_ref().map(|offer| writer.offer(offer)).transpose()?,
            pay_title: say("pay-title")?,
            pay: writer.pay()?,
            pay_lines: cleaned(&sender.payment.lines),
            documents_title: say("documents-title")?,
            documents: cleaned(&letter.documents),
            already_paid: say("already-paid")?,
            invite: match &letter.page {
                Some(link) => Some([say("page-invite")?, say("page-link")?, link.clone()]),
                None => None,
            },
            contact_lines: if second {
                Vec::new()
            } else {
                vec![say("reply")?, writer.voice.contact("first-contact", sender)?]
            },
        })
    }
}

/// One letter being put into the words of one catalogue.
struct Writer<'a> {
    voice: Voice<'a>,
    letter: &'a Letter,
}

impl Writer<'_> {
    fn say(&self, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> Result<String, LetterError> {
        self.voice.say(key, args)
    }

    fn money(&self, money: Money) -> Result<String, LetterError> {
        self.voice.money(money)
    }

    fn stage(&self, first: &'static str, second: &'static str) -> &'static str {
        match self.letter.template {
            Template::First => first,
            Template::Second => second,
        }
    }

    fn subject(&self) -> Result<String, LetterError> {
        let args = [("account", text(&self.letter.account)), ("company", text(&self.letter.sender.company))];
        self.say(self.stage("first-subject", "second-subject"), &args)
    }

    fn opening(&self) -> Result<String, LetterError> {
        let args = [
            ("account", text(&self.letter.account)),
            ("account_name", text(&self.letter.account_name)),
            ("count", self.letter.items.len().into()),
        ];
        self.say(self.stage("first-opening", "second-opening"), &args)
    }

    fn help(&self) -> Result<Vec<String>, LetterError> {
        Ok(vec![
            self.say("reply", &[])?,
            self.say("second-help-time", &[])?,
            self.voice.contact("second-help-person", &self.letter.sender)?,
        ])
    }

    fn rows(&self) -> Result<Vec<Row>, LetterError> {
        let row = |item: &super::Item| {
            Ok(Row {
                invoice: clean(&item.invoice).into_owned(),
                issued: self.voice.formats.short_date(item.issued)?,
                due: self.voice.formats.short_date(item.due)?,
                days: self.voice.formats.number(item.days_overdue.into())?,
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
            ("percent", self.voice.formats.number(offer.percent)?.into()),
            ("last_day", self.voice.day(offer.last_day)?.into()),
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

pub fn text(value: &str) -> FluentValue<'_> {
    clean(value).into()
}

pub fn cleaned(lines: &[String]) -> Vec<String> {
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
