//! Whole sample letters: what they must show, and how they sound from the first word to the last.

use std::collections::BTreeSet;

use super::{
    super::{
        Letter, Rendered, Template,
        confirmation::{Confirmation, confirm},
        format::Formats,
        layout::render,
        receipt::{Receipt, acknowledge},
        sample::{Receipts, Shape, confirmation, receipt},
    },
    Breach, Catalogue, Spoken, Weight, Words, harsher, tone_problems,
};
use crate::domain::case::CaseOutcome;

/// What is wrong and what to do, each once however many samples show it.
type Found = BTreeSet<(String, String)>;

/// Whole letters of every shape in the words of one catalogue.
pub fn letters(catalogue: &Catalogue, words: &Words) -> Vec<Breach> {
    let Ok(currency) = "EUR".parse() else { return Vec::new() };
    let mut found = Found::new();
    for (first, second) in Shape::all(Template::First).into_iter().zip(Shape::all(Template::Second)) {
        let weights = [first, second].map(|shape| {
            let letter = shape.letter(&catalogue.locale, currency);
            match render(&letter, words) {
                Err(error) => {
                    found.insert((
                        format!("a sample letter cannot be written: {error}"),
                        "correct the message".to_owned(),
                    ));
                    None
                }
                Ok(rendered) => Some(whole(&facts(&letter), &rendered, catalogue, &mut found)),
            }
        });
        if let [Some(first), Some(second)] = weights
            && let Some(why) = harsher(first, second)
        {
            found.insert((format!("as a whole, {why}"), "soften the messages that begin with `second-`".to_owned()));
        }
    }
    for outcome in CaseOutcome::ALL {
        let letter = confirmation(outcome, &catalogue.locale, currency);
        match confirm(&letter, words) {
            Ok(rendered) => _ = whole(&confirmed(&letter), &rendered, catalogue, &mut found),
            Err(error) => {
                let why = format!("a sample confirmation cannot be written: {error}");
                found.insert((why, "correct the message".to_owned()));
            }
        }
    }
    for which in Receipts::ALL {
        let letter = receipt(which, &catalogue.locale, currency);
        match acknowledge(&letter, words) {
            Ok(rendered) => _ = whole(&acknowledged(&letter), &rendered, catalogue, &mut found),
            Err(error) => {
                let why = format!("a sample receipt of an answer cannot be written: {error}");
                found.insert((why, "correct the message".to_owned()));
            }
        }
    }
    let breach = |(why, fix)| Breach { file: catalogue.file.clone(), line: None, key: None, word: None, why, fix };
    found.into_iter().map(breach).collect()
}

/// What a letter must show, and how it is called.
type Fact = (&'static str, String);

/// Judges one rendered letter and weighs it.
fn whole(facts: &[Fact], rendered: &Rendered, catalogue: &Catalogue, found: &mut Found) -> Weight {
    let spoken = Spoken::new(&format!("{}\n\n{}", rendered.subject, rendered.text));
    for (_, why, fix) in tone_problems(&spoken, &catalogue.lists) {
        found.insert((format!("in a whole letter, {why}"), fix.to_owned()));
    }
    // Lines of the text part are wrapped, and its blanks may be any kind of blank.
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (text, html) = (plain(&rendered.text), plain(&rendered.html.replace("&#38;", "&")));
    for (what, value) in facts {
        let value = plain(value);
        if !text.contains(&value) || !html.contains(&value) {
            let why = format!("a letter does not show {what} (`{value}`)");
            found.insert((why, "put it back into the message that names it".to_owned()));
        }
    }
    Weight::of(&spoken, &catalogue.lists)
}

/// What every confirmation must show.
fn confirmed(letter: &Confirmation) -> Vec<Fact> {
    let Ok(formats) = Formats::of(&letter.locale) else { return Vec::new() };
    let money = |amount| formats.money(amount).unwrap_or_default();
    let mut facts = vec![
        ("the account", letter.account.clone()),
        ("the person to turn to", letter.sender.contact.clone()),
        ("that person's telephone", letter.sender.phone.clone()),
    ];
    for (invoice, amount) in &letter.credits {
        facts.extend([("an invoice", invoice.clone()), ("a credit's amount", money(*amount))]);
    }
    for (day, amount) in &letter.parts {
        let day = formats.long_date(*day).unwrap_or_default();
        facts.extend([("an instalment's day", day), ("an instalment's amount", money(*amount))]);
    }
    facts
}

/// What every receipt of an answer must show.
fn acknowledged(letter: &Receipt) -> Vec<Fact> {
    let Ok(formats) = Formats::of(&letter.locale) else { return Vec::new() };
    let date = |day| formats.long_date(day).unwrap_or_default();
    let mut facts = vec![
        ("the account", letter.account.clone()),
        ("the day of the answer", date(letter.answered)),
        ("the person to turn to", letter.sender.contact.clone()),
        ("that person's telephone", letter.sender.phone.clone()),
    ];
    facts.extend(letter.case.map(|case| ("the number of the case", case.to_string())));
    facts.extend(letter.until.map(|until| ("the day of the payment", date(until))));
    for (day, amount) in &letter.parts {
        let amount = formats.money(*amount).unwrap_or_default();
        facts.extend([("an instalment's day", date(*day)), ("an instalment's amount", amount)]);
    }
    facts
}

/// What every notice must show.
fn facts(letter: &Letter) -> Vec<Fact> {
    let Ok(formats) = Formats::of(&letter.locale) else { return Vec::new() };
    let money = |amount| formats.money(amount).unwrap_or_default();
    let date = |day| formats.long_date(day).unwrap_or_default();
    let mut facts = vec![
        ("the account", letter.account.clone()),
        ("the total", money(letter.total)),
        ("the day up to which payments are considered", date(letter.as_of)),
        ("how to pay", letter.sender.payment.iban.clone().unwrap_or_default()),
        ("the person to turn to", letter.sender.contact.clone()),
        ("that person's telephone", letter.sender.phone.clone()),
    ];
    facts.extend(letter.items.iter().map(|item| ("an invoice", item.invoice.clone())));
    facts.extend(letter.items.iter().map(|item| ("an invoice's amount", money(item.residual))));
    facts.extend(letter.documents.iter().map(|name| ("an attached document", name.clone())));
    facts.extend(letter.contact_name.iter().map(|name| ("whom it greets", name.clone())));
    facts.extend(letter.page.iter().map(|link| ("the link to the customer's page", link.clone())));
    if let Some(offer) = &letter.offer {
        facts.push(("the amount of the offer", money(offer.pay)));
        facts.push(("the last day of the offer", date(offer.last_day)));
    }
    facts
}
