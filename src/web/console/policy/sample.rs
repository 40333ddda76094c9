//! A letter of each stage as it would look, with made-up data and the company's own details.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

use super::{super::Shared, nothing};
use crate::{
    delivery::compose::sender,
    domain::{
        discount::offer_amounts,
        money::Money,
        policy::{LetterKind, Policy},
        publication::Matter,
    },
    letter::{Rendered, Template, Words, render, sample::Shape},
    rules::desk,
    settings::Settings,
    store::changes::Change,
};

/// The letter stands in a frame of our own page: nothing in it runs, loads or leads anywhere.
const SEALED: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";

/// A letter, and of which stage it is.
pub struct Sample {
    pub title: String,
    pub rendered: Rendered,
}

pub async fn page(State(console): State<Shared>, Path((id, stage)): Path<(String, String)>) -> Response {
    let found = match id.parse() {
        Ok(id) => console.app.store.change(id).await.ok().flatten(),
        Err(_) => None,
    };
    let (Some(change), Ok(stage)) = (found, stage.parse::<usize>()) else { return nothing() };
    let letters = samples(&console.app.settings, &console.app.rules.words, &change);
    let Some(letter) = letters.into_iter().nth(stage) else { return nothing() };
    let mut response = Html(letter.rendered.html).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SEALED));
    response.headers_mut().insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}

/// One letter for each stage of a policy, or for each template of a catalogue.
pub fn samples(settings: &Settings, words: &Words, change: &Change) -> Vec<Sample> {
    match change.matter {
        Matter::Policy => {
            let Ok(policy) = desk::policy(&change.text, settings.company.zone) else { return Vec::new() };
            let stages = policy.stages.iter().map(|stage| (stage.name.as_str(), stage.letter));
            let locale = settings.company.locale.as_str();
            stages.filter_map(|(name, letter)| sample(settings, words, (name, letter), locale, Some(&policy))).collect()
        }
        Matter::Wording => {
            // The contract was kept when the change began, and is asked again before it is published.
            let text = BTreeMap::from([(change.name.clone(), change.text.clone())]);
            let Ok(words) = words.with(&text) else { return Vec::new() };
            let both = [("first notice", LetterKind::First), ("second notice", LetterKind::Second)];
            both.into_iter().filter_map(|stage| sample(settings, &words, stage, &change.name, None)).collect()
        }
    }
}

fn sample(
    settings: &Settings,
    words: &Words,
    (name, letter): (&str, LetterKind),
    locale: &str,
    policy: Option<&Policy>,
) -> Option<Sample> {
    let template = match letter {
        LetterKind::First => Template::First,
        LetterKind::Second => Template::Second,
    };
    let offer = policy.and_then(|policy| policy.offer.as_ref()).filter(|offer| offer.stages.contains(name));
    let shape = Shape {
        template,
        items: 3,
        offer: offer.is_some() || policy.is_none(),
        credits: false,
        documents: false,
        named: true,
    };
    let mut letter = shape.letter(locale, "EUR".parse().ok()?);
    letter.sender = sender(&settings.company);
    if let (Some(rule), Some(offer)) = (offer, &mut letter.offer) {
        let total = letter.total;
        let (pay, discount) = offer_amounts(total.minor, rule.percent);
        let minor = |minor| Money::new(minor, total.currency);
        (offer.percent, offer.pay, offer.discount) = (rule.percent, minor(pay), minor(discount));
        offer.last_day = letter.as_of.checked_add_days(chrono::Days::new(rule.days.into()))?;
    }
    let rendered = render(&letter, words).ok()?;
    Some(Sample { title: name.to_owned(), rendered })
}
