//! Templates: structure by askama, words from the [`View`].

use askama::Template as _;

use super::{
    Letter, LetterError, Rendered, Sender, Template, Words,
    view::{Pair, Row, View},
};
use crate::domain::money::Money;

/// Width of the text part; the usual width of mail, comfortable to read aloud.
const WIDTH: usize = 72;

/// Puts a letter into words, as text and as HTML.
///
/// # Errors
/// [`LetterError::Incomplete`] when something that every letter must say is missing or the sums
/// do not add up; else whatever kept a word, an amount or a date from being written.
pub fn render(letter: &Letter, words: &Words) -> Result<Rendered, LetterError> {
    complete(&letter.sender, &letter.account)?;
    asks(letter)?;
    let view = View::new(letter, words)?;
    let v = &view;
    let (text, html) = match letter.template {
        Template::First => (FirstText { v }.render()?, FirstHtml { v }.render()?),
        Template::Second => (SecondText { v }.render()?, SecondHtml { v }.render()?),
    };
    Ok(Rendered { subject: view.page.subject, text, html, language: view.page.lang })
}

#[derive(askama::Template)]
#[template(path = "letter/first.html")]
struct FirstHtml<'a> {
    v: &'a View,
}

#[derive(askama::Template)]
#[template(path = "letter/second.html")]
struct SecondHtml<'a> {
    v: &'a View,
}

#[derive(askama::Template)]
#[template(path = "letter/first.txt")]
struct FirstText<'a> {
    v: &'a View,
}

#[derive(askama::Template)]
#[template(path = "letter/second.txt")]
struct SecondText<'a> {
    v: &'a View,
}

/// What every letter must have, whatever its words are.
pub(super) fn complete(sender: &Sender, account: &str) -> Result<(), LetterError> {
    let problem = [
        (sender.company.trim().is_empty(), "the sender has no company name"),
        (sender.contact.trim().is_empty(), "the sender names no contact person"),
        (sender.phone.trim().is_empty(), "the contact person has no telephone number"),
        (sender.email.trim().is_empty(), "the contact person has no email address"),
        (account.trim().is_empty(), "it has no account number"),
    ];
    match problem.into_iter().find(|(bad, _)| *bad) {
        Some((_, what)) => Err(LetterError::Incomplete { account: account.to_owned(), what: what.to_owned() }),
        None => Ok(()),
    }
}

/// What every letter that asks for money must have.
fn asks(letter: &Letter) -> Result<(), LetterError> {
    let payment = &letter.sender.payment;
    let has_iban = payment.iban.as_deref().is_some_and(|iban| !iban.trim().is_empty());
    let problem = [
        (!has_iban && payment.lines.is_empty(), "it does not say how to pay (neither IBAN nor payment lines)"),
        (letter.items.is_empty(), "it lists no invoice"),
    ];
    let missing = problem.into_iter().find(|(bad, _)| *bad).map(|(_, what)| what.to_owned());
    match missing.or_else(|| sums_wrong(letter)) {
        Some(what) => Err(LetterError::Incomplete { account: letter.account.clone(), what }),
        None => Ok(()),
    }
}

/// Whether the amounts contradict each other; a letter must never be wrong about money.
fn sums_wrong(letter: &Letter) -> Option<String> {
    let currency = letter.total.currency;
    let offered = letter.offer.iter().flat_map(|offer| [offer.pay, offer.discount]);
    let all =
        letter.items.iter().map(|item| item.residual).chain([letter.overdue_total, letter.credits]).chain(offered);
    if let Some(other) = all.map(|money: Money| money.currency).find(|other| *other != currency) {
        return Some(format!("it mixes {other} with {currency}"));
    }
    let sum = letter.items.iter().try_fold(0_i64, |sum, item| sum.checked_add(item.residual.minor));
    if sum != Some(letter.overdue_total.minor) {
        return Some(format!("the invoices do not add up to {} {currency}", letter.overdue_total));
    }
    if letter.credits.minor < 0
        || letter.overdue_total.minor.checked_sub(letter.credits.minor) != Some(letter.total.minor)
    {
        return Some(format!("{} less credits of {} is not {}", letter.overdue_total, letter.credits, letter.total));
    }
    if letter.total.minor <= 0 {
        return Some("nothing is left to pay".to_owned());
    }
    let offer = letter.offer.as_ref()?;
    if offer.pay.minor.checked_add(offer.discount.minor) != Some(letter.total.minor) || offer.discount.minor < 0 {
        return Some(format!("the offer of {} less {} is not the total {}", offer.pay, offer.discount, letter.total));
    }
    (offer.last_day < letter.as_of).then(|| format!("the offer ended on {}, before the letter", offer.last_day))
}

/// Text in lines of at most [`WIDTH`] characters, the lines after the first set in by `indent`.
///
/// A blank is a place to break; a no-break space is not. A word longer than a line stays whole.
pub(super) fn wrap(text: &str, indent: usize) -> String {
    let mut lines = String::with_capacity(text.len() + 16);
    let mut used = indent;
    for word in text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if used > indent && used + 1 + length > WIDTH {
            lines.push('\n');
            lines.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else if used > indent {
            lines.push(' ');
            used += 1;
        }
        lines.push_str(word);
        used += length;
    }
    lines
}

/// Labels and values in two columns, set in by two blanks; narrow enough for a telephone.
fn block(pairs: &[(&str, &str)]) -> String {
    let width = pairs.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let line = |(label, value): &(&str, &str)| format!("  {label:<width$}  {}", wrap(value, width + 4));
    pairs.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn row_block(columns: &[String; 5], row: &Row) -> String {
    let values = [&row.invoice, &row.issued, &row.due, &row.days, &row.amount];
    let pairs: Vec<_> = columns.iter().zip(values).map(|(label, value)| (label.as_str(), value.as_str())).collect();
    block(&pairs)
}

/// Sum, credits and total with the amounts flush right.
fn sum_block(view: &View) -> String {
    let pairs = || view.sums.iter().chain([&view.total]);
    let width = pairs().map(|pair| pair.value.chars().count()).max().unwrap_or(0);
    let label = pairs().map(|pair| pair.label.chars().count()).max().unwrap_or(0);
    let line = |pair: &Pair| format!("  {:<label$}  {:>width$}", pair.label, pair.value);
    pairs().map(line).collect::<Vec<_>>().join("\n")
}

fn pay_block(view: &View) -> String {
    block(&view.pay.iter().map(|pair| (pair.label.as_str(), pair.value.as_str())).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests;
