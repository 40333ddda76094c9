//! The page in words.

use askama::Template as _;
use chrono::NaiveDate;
use fluent_bundle::FluentValue;

use super::{
    answer::{Fields, Missing},
    document,
    find::Found,
    transfer::{Code, code},
};
use crate::{
    app::App,
    delivery::compose,
    domain::{
        answer::{MOST_PARTS, PageRule},
        calendar::{date_at, plus_days},
        money::Money,
        page::{Noted, noted},
    },
    letter::{self, LetterError, Sender, Voice, clean},
    settings::Company,
    telemetry::Masked,
};

/// The words of one language, as templates ask for them.
pub struct Words<'a> {
    pub voice: Voice<'a>,
    pub sender: Sender,
    /// The path of the public address.
    pub prefix: &'a str,
}

impl<'a> Words<'a> {
    pub fn of(
        words: &'a letter::Words,
        company: &Company,
        locale: &'a str,
        prefix: &'a str,
    ) -> Result<Self, LetterError> {
        Ok(Self { voice: Voice::of(words, locale)?, sender: compose::sender(company), prefix })
    }

    pub fn say(&self, key: &str) -> askama::Result<String> {
        self.voice.say(key, &[]).map_err(askama::Error::custom)
    }

    fn say_with(&self, key: &str, name: &'static str, value: &str) -> Result<String, LetterError> {
        self.voice.say(key, &[(name, FluentValue::from(clean(value)))])
    }

    fn parts(&self, number: &u32) -> askama::Result<String> {
        self.voice.say("page-time-parts", &[("number", (*number).into())]).map_err(askama::Error::custom)
    }

    pub fn language(&self) -> &str {
        self.voice.tag
    }

    pub fn direction(&self) -> &str {
        self.voice.formats.direction()
    }

    pub fn company(&self) -> String {
        clean(&self.sender.company).into_owned()
    }

    pub fn dialled(&self) -> String {
        self.sender.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

/// What the template places.
#[derive(askama::Template)]
#[template(path = "page/page.html")]
struct View<'a> {
    w: Words<'a>,
    /// Path of this page.
    path: String,
    title: String,
    about: String,
    thanks: bool,
    /// What has to be filled in again, with what was typed.
    missing: Option<String>,
    typed: &'a Fields,
    noted: Vec<(String, Vec<String>)>,
    nothing: String,
    open: Option<Due>,
    documents: Vec<(String, String)>,
    genuine: [String; 2],
    /// A number of this form.
    form: String,
    bounds: [Option<String>; 2],
}

/// What is open, and how to pay it.
struct Due {
    /// Invoice, issued, due, open.
    rows: Vec<[String; 4]>,
    credits: Option<String>,
    total: String,
    until: String,
    offer: Option<String>,
    pay: Vec<(String, String)>,
    lines: Vec<String>,
    code: Option<Code>,
}

/// How often a page is shown again.
pub struct Shown<'a> {
    pub token: &'a str,
    pub thanks: bool,
    pub typed: &'a Fields,
    pub missing: Option<Missing>,
    /// Number of the form.
    pub form: String,
}

/// The whole page.
pub fn page(app: &App, prefix: &str, found: &Found, shown: Shown<'_>) -> Result<String, LetterError> {
    let account = &found.snapshot.facts.account;
    let company = &app.settings.company;
    let locale = account.locale.as_ref().unwrap_or(&company.locale);
    let w = Words::of(&app.rules.words, company, locale, prefix)?;
    let today = app.today();
    let policy = &app.rules.policy_of(account).policy;
    let noted = noted(&found.snapshot.facts, policy, &found.open.invoices(), today);
    let path = format!("{prefix}/r/{}", shown.token);
    let sent = date_at(company.zone, found.notice.dated_at);
    let heading = [("account", clean(&account.number).into()), ("company", clean(&company.name).into())];
    let view = View {
        title: w.voice.say("page-title", &heading)?,
        about: w.voice.say("page-about", &[("date", w.voice.day(sent)?.into())])?,
        thanks: shown.thanks && !noted.is_empty(),
        missing: missing(&w, shown.missing)?,
        typed: shown.typed,
        noted: noted.iter().map(|one| said(&w, one)).collect::<Result<_, _>>()?,
        nothing: w.say_with("page-nothing", "account", &account.number)?,
        open: if found.open.is_paid() { None } else { Some(due(&w, found)?) },
        documents: documents(app, &w, found, &path)?,
        genuine: genuine(&w, found, sent)?,
        bounds: bounds(&w, policy.page, today)?,
        form: shown.form,
        path,
        w,
    };
    Ok(view.render()?)
}

fn missing(w: &Words, missing: Option<Missing>) -> Result<Option<String>, LetterError> {
    Ok(match missing {
        None => None,
        Some(Missing::Day) => Some(w.voice.say("page-missing-day", &[])?),
        Some(Missing::Words | Missing::Form) => Some(w.voice.say("page-missing-words", &[])?),
    })
}

/// A sentence, and lines that belong to it.
fn said(w: &Words, noted: &Noted) -> Result<(String, Vec<String>), LetterError> {
    let with_day = |key, day| w.voice.say(key, &[("date", w.voice.day(day)?.into())]);
    let part = |(day, amount): &(NaiveDate, Money)| {
        let values = [("date", w.voice.day(*day)?.into()), ("amount", w.voice.money(*amount)?.into())];
        w.voice.say("confirm-part-line", &values)
    };
    Ok(match noted {
        Noted::Case { since } => (with_day("page-noted-case", *since)?, Vec::new()),
        Noted::Promise { until } => (with_day("page-noted-promise", *until)?, Vec::new()),
        Noted::Plan { parts } => {
            (w.voice.say("page-noted-plan", &[])?, parts.iter().map(part).collect::<Result<_, _>>()?)
        }
        Noted::Hold => (w.voice.say("page-noted-hold", &[])?, Vec::new()),
    })
}

fn due(w: &Words, found: &Found) -> Result<Due, LetterError> {
    let (voice, open, account) = (&w.voice, &found.open, &found.snapshot.facts.account);
    let row = |line: &crate::domain::notice::Line| {
        Ok([
            clean(&line.invoice).into_owned(),
            voice.formats.short_date(line.issued)?,
            voice.formats.short_date(line.due)?,
            voice.money(line.residual)?,
        ])
    };
    let currency = found.notice.currency;
    let mut amount = open.total;
    let offer = match &open.offer {
        None => None,
        Some(offer) => {
            amount = Money::new(offer.pay, currency);
            let values = [
                ("pay", voice.money(amount)?.into()),
                ("discount", voice.money(Money::new(offer.discount, currency))?.into()),
                ("percent", voice.formats.number(offer.percent)?.into()),
                ("last_day", voice.day(offer.last_day)?.into()),
            ];
            Some(voice.say("offer", &values)?)
        }
    };
    let payment = &w.sender.payment;
    let known = [
        ("pay-holder", &payment.holder),
        ("pay-iban", &payment.iban),
        ("pay-bic", &payment.bic),
        ("pay-bank", &payment.bank),
        ("pay-reference", &Some(account.number.clone())),
    ];
    let pairs = known.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
    Ok(Due {
        rows: open.lines.iter().map(row).collect::<Result<_, LetterError>>()?,
        credits: match open.credits.minor {
            0 => None,
            credits => Some(voice.money(Money::new(-credits, currency))?),
        },
        total: voice.money(open.total)?,
        until: voice.say("payments-until", &[("date", voice.day(found.considered)?.into())])?,
        offer,
        pay: pairs
            .map(|(key, value)| Ok((voice.say(key, &[])?, clean(value).into_owned())))
            .collect::<Result<_, LetterError>>()?,
        lines: payment.lines.iter().map(|line| clean(line).into_owned()).collect(),
        code: code(payment, &w.sender.company, amount, &account.number),
    })
}

/// Paths and labels of the documents that are there.
fn documents(app: &App, w: &Words, found: &Found, path: &str) -> Result<Vec<(String, String)>, LetterError> {
    let folder = app.settings.path(&app.settings.files.documents);
    let names = document::names(&found.notice);
    let there = (1..).zip(names).filter(|(_, name)| compose::document(&folder, name).is_ok_and(|path| path.is_file()));
    let entry = |(n, name): (usize, &str)| {
        Ok((format!("{path}/document/{n}"), w.say_with("page-document", "name", document::bare(name))?))
    };
    there.map(entry).collect()
}

/// What was sent, when and to whom, and who confirms it.
fn genuine(w: &Words, found: &Found, sent: NaiveDate) -> Result<[String; 2], LetterError> {
    let account = &found.snapshot.facts.account;
    let values = [("account", clean(&account.number).into()), ("company", clean(&w.sender.company).into())];
    let key = if found.notice.letter == "second" { "second-subject" } else { "first-subject" };
    let subject = w.voice.say(key, &values)?;
    let values = [
        ("subject", clean(&subject).into()),
        ("address", Masked(&found.notice.address).to_string().into()),
        ("date", w.voice.day(sent)?.into()),
    ];
    Ok([w.voice.say("page-genuine-mail", &values)?, w.voice.contact("page-genuine-ask", &w.sender)?])
}

/// What is agreed by an answer alone.
fn bounds(w: &Words, rule: PageRule, today: NaiveDate) -> Result<[Option<String>; 2], LetterError> {
    let last = w.voice.day(plus_days(today, rule.promise_days))?;
    let day = (rule.promise_days > 0).then(|| w.voice.say("page-time-day-bound", &[("date", last.into())]));
    let number = [("number", rule.instalments.into())];
    let parts = (rule.instalments > 0).then(|| w.voice.say("page-time-parts-bound", &number));
    Ok([day.transpose()?, parts.transpose()?])
}
