//! The letter that says what was noted of an answer on the customer's page. It never repeats what was typed there:
//! whoever has the link could have others read it.

use askama::Template as _;
use chrono::NaiveDate;

use super::{
    LetterError, Rendered, Sender, Words, layout,
    page::{Page, Voice},
    view::text,
};
use crate::domain::money::Money;

/// Everything that it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    pub sender: Sender,
    /// Account number, as the customer knows it.
    pub account: String,
    pub account_name: String,
    /// Whom to greet; `None` gives a neutral greeting.
    pub contact_name: Option<String>,
    /// As in a [`super::Letter`].
    pub locale: String,
    /// The day of the answer.
    pub answered: NaiveDate,
    /// Number of the case on which a person works.
    pub case: Option<i64>,
    /// Payment by this day was agreed.
    pub until: Option<NaiveDate>,
    /// Instalments, in order of their days.
    pub parts: Vec<(NaiveDate, Money)>,
}

/// Puts it into words, as text and as HTML.
///
/// # Errors
/// [`LetterError::Incomplete`] when something that it must say is missing, nothing at all noted among them; else whatever
/// kept a word, an amount or a date from being written.
pub fn acknowledge(letter: &Receipt, words: &Words) -> Result<Rendered, LetterError> {
    layout::complete(&letter.sender, &letter.account)?;
    if letter.case.is_none() && letter.until.is_none() && letter.parts.is_empty() {
        let what = "nothing was noted".to_owned();
        return Err(LetterError::Incomplete { account: letter.account.clone(), what });
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
    /// What was noted, each with what happens next.
    noted: Vec<Noted>,
    /// What to do when it is otherwise, and whom to call.
    further: [String; 2],
}

struct Noted {
    sentence: String,
    lines: Vec<String>,
    next: String,
}

impl View {
    fn new(letter: &Receipt, words: &Words) -> Result<Self, LetterError> {
        let voice = Voice::of(words, &letter.locale)?;
        let sender = &letter.sender;
        let subject = [("account", text(&letter.account)), ("company", text(&sender.company))];
        let subject = voice.say("receipt-subject", &subject)?;
        let opening = [
            ("account", text(&letter.account)),
            ("account_name", text(&letter.account_name)),
            ("date", voice.day(letter.answered)?.into()),
        ];
        Ok(Self {
            page: Page::new(&voice, sender, letter.contact_name.as_deref(), &subject)?,
            opening: voice.say("receipt-opening", &opening)?,
            noted: noted(&voice, letter)?,
            further: [voice.say("receipt-ask", &[])?, voice.contact("confirm-contact", sender)?],
        })
    }
}

fn noted(voice: &Voice, letter: &Receipt) -> Result<Vec<Noted>, LetterError> {
    let say = |key| voice.say(key, &[]);
    let part = |(day, amount): &(NaiveDate, Money)| {
        voice.say("confirm-part-line", &[("date", voice.day(*day)?.into()), ("amount", voice.money(*amount)?.into())])
    };
    let mut found = Vec::new();
    if let Some(until) = letter.until {
        let sentence = voice.say("receipt-promise", &[("date", voice.day(until)?.into())])?;
        found.push(Noted { sentence, lines: Vec::new(), next: say("receipt-promise-next")? });
    }
    if !letter.parts.is_empty() {
        let lines = letter.parts.iter().map(part).collect::<Result<_, _>>()?;
        found.push(Noted { sentence: say("receipt-plan")?, lines, next: say("confirm-parts-note")? });
    }
    if let Some(case) = letter.case {
        let sentence = voice.say("receipt-case", &[("case", text(&case.to_string()))])?;
        found.push(Noted { sentence, lines: Vec::new(), next: say("receipt-case-next")? });
    }
    Ok(found)
}

#[derive(askama::Template)]
#[template(path = "letter/receipt.html")]
struct Html<'a> {
    v: &'a View,
}

#[derive(askama::Template)]
#[template(path = "letter/receipt.txt")]
struct Text<'a> {
    v: &'a View,
}

/// The text part is wrapped like that of the notices.
fn wrap(text: &str, indent: usize) -> String {
    layout::wrap(text, indent)
}

#[cfg(test)]
mod tests;
