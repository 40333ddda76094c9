//! The letter that confirms what was agreed in a case.

use askama::Template as _;
use chrono::NaiveDate;

use super::{
    LetterError, Rendered, Sender, Words, contract, layout,
    page::{Page, Voice},
    view::{cleaned, text},
};
use crate::domain::{case::CaseOutcome, money::Money};

/// Everything that it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmation {
    pub sender: Sender,
    /// Account number, as the customer knows it.
    pub account: String,
    pub account_name: String,
    /// Whom to greet; `None` gives a neutral greeting.
    pub contact_name: Option<String>,
    /// As in a [`super::Letter`].
    pub locale: String,
    pub outcome: CaseOutcome,
    /// By invoice.
    pub credits: Vec<(String, Money)>,
    /// Instalments, in order of their days.
    pub parts: Vec<(NaiveDate, Money)>,
    /// What the person who writes adds, a paragraph each.
    pub own: Vec<String>,
}

/// A letter's own words as paragraphs: blank lines divide them.
pub fn paragraphs(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let found = lines.split(|line| line.is_empty()).map(|lines| lines.join(" "));
    found.filter(|paragraph| !paragraph.is_empty()).collect()
}

/// Puts it into words, as text and as HTML.
///
/// # Errors
/// [`LetterError::Incomplete`] when something that it must say is missing; [`LetterError::Tone`] when the person's own
/// words break the wording contract; else whatever kept a word, an amount or a date from being written.
pub fn confirm(letter: &Confirmation, words: &Words) -> Result<Rendered, LetterError> {
    layout::complete(&letter.sender, &letter.account)?;
    let (catalogue, _) = words.choose(&letter.locale);
    for paragraph in &letter.own {
        if let Some((_, why, fix)) = contract::tone(paragraph, &catalogue.lists).into_iter().next() {
            return Err(LetterError::Tone { why, fix });
        }
    }
    let view = View::new(letter, words)?;
    let v = &view;
    let (text, html) = (Text { v }.render()?, Html { v }.render()?);
    Ok(Rendered { subject: view.page.subject, text, html, language: view.page.lang })
}

/// What the templates place.
struct View {
    page: Page,
    opening: String,
    /// The outcome, in one sentence or two.
    agreed: String,
    /// Title and lines of what was agreed in figures, with what follows from it.
    figures: Option<(String, Vec<String>, String)>,
    own: Vec<String>,
    /// Whom to call, and the invitation to ask.
    further: [String; 2],
}

impl View {
    fn new(letter: &Confirmation, words: &Words) -> Result<Self, LetterError> {
        let voice = Voice::of(words, &letter.locale)?;
        let sender = &letter.sender;
        let account = [("account", text(&letter.account)), ("account_name", text(&letter.account_name))];
        let subject = [("account", text(&letter.account)), ("company", text(&sender.company))];
        let subject = voice.say("confirm-subject", &subject)?;
        Ok(Self {
            page: Page::new(&voice, sender, letter.contact_name.as_deref(), &subject)?,
            opening: voice.say("confirm-opening", &account)?,
            agreed: voice.say(key(letter.outcome), &[])?,
            figures: figures(&voice, letter)?,
            own: cleaned(&letter.own),
            further: [voice.contact("confirm-contact", sender)?, voice.say("confirm-ask", &[])?],
        })
    }
}

/// The message for an outcome.
fn key(outcome: CaseOutcome) -> &'static str {
    match outcome {
        CaseOutcome::Explained => "confirm-explained",
        CaseOutcome::OurFault => "confirm-our-fault",
        CaseOutcome::Goodwill => "confirm-goodwill",
        CaseOutcome::Credit => "confirm-credit",
        CaseOutcome::FeeWaived => "confirm-fee-waived",
        CaseOutcome::PlanAgreed => "confirm-plan-agreed",
        CaseOutcome::StopBusiness => "confirm-stop-business",
        CaseOutcome::WriteOff => "confirm-write-off",
    }
}

/// Instalments with their days, or credits with their invoices; no outcome has both.
fn figures(voice: &Voice, letter: &Confirmation) -> Result<Option<(String, Vec<String>, String)>, LetterError> {
    let credit = |(invoice, amount): &(String, Money)| {
        voice.say("confirm-credit-line", &[("invoice", text(invoice)), ("amount", voice.money(*amount)?.into())])
    };
    let part = |(day, amount): &(NaiveDate, Money)| {
        voice.say("confirm-part-line", &[("date", voice.day(*day)?.into()), ("amount", voice.money(*amount)?.into())])
    };
    let say = |key| voice.say(key, &[]);
    Ok(match (&letter.credits[..], &letter.parts[..]) {
        ([], []) => None,
        ([], parts) => {
            let lines = parts.iter().map(part).collect::<Result<_, _>>()?;
            Some((say("confirm-parts-title")?, lines, say("confirm-parts-note")?))
        }
        (credits, _) => {
            let lines = credits.iter().map(credit).collect::<Result<_, _>>()?;
            Some((say("confirm-credits-title")?, lines, say("confirm-credits-note")?))
        }
    })
}

#[derive(askama::Template)]
#[template(path = "letter/confirmation.html")]
struct Html<'a> {
    v: &'a View,
}

#[derive(askama::Template)]
#[template(path = "letter/confirmation.txt")]
struct Text<'a> {
    v: &'a View,
}

/// The text part is wrapped like that of the notices.
fn wrap(text: &str, indent: usize) -> String {
    layout::wrap(text, indent)
}

#[cfg(test)]
mod tests;
