//! The words of a language, one text for each message.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension, Form as Sent,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};

use super::{
    super::{
        Console, Shared,
        guard::Actor,
        html::{self, Head},
    },
    Answer, OVERTAKEN, Pairs, UNCHANGED, field, to,
};
use crate::{
    domain::publication::Matter,
    rules::desk::{Current, wording},
    store::policies::digest,
};

#[derive(Template)]
#[template(path = "console/policy_wording.html")]
struct Wording {
    head: Head,
    locale: String,
    label: String,
    base: String,
    problems: usize,
    problem: Option<String>,
    groups: Vec<(&'static str, Vec<Message>)>,
}

struct Message {
    key: String,
    /// The key as words.
    label: String,
    text: String,
    rows: usize,
    problem: Option<String>,
}

/// Parts of the page, by what the keys begin with; what is in none of them comes last.
const GROUPS: [(&str, &[&str]); 6] = [
    ("First notice", &["first-"]),
    ("Second notice", &["second-"]),
    (
        "What both notices say",
        &["greeting", "item", "sum-", "pay", "offer", "already", "documents-", "reply", "closing"],
    ),
    ("Confirmations of cases", &["confirm-"]),
    ("The customer's page", &["page-"]),
    ("Everything else", &[""]),
];

pub async fn page(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(locale): Path<String>,
) -> Answer {
    let current = console.current(Matter::Wording, &locale).await?;
    Ok(html::page(&shown(&actor, &current, &BTreeMap::new(), &BTreeMap::new())))
}

pub async fn act(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(locale): Path<String>,
    Sent(pairs): Pairs,
) -> Answer {
    let current = console.current(Matter::Wording, &locale).await?;
    let texts = |(name, value): &(String, String)| Some((name.strip_prefix("text-")?.to_owned(), value.clone()));
    let mut entered: BTreeMap<String, String> = pairs.iter().filter_map(texts).collect();
    let refused = |entered: &BTreeMap<String, String>, problems: &BTreeMap<String, String>| {
        let page = html::page(&shown(&actor, &current, entered, problems));
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    };
    let whole = |why: String| BTreeMap::from([(String::new(), why)]);
    let base = field(&pairs, "base");
    if base != digest(&current.text) {
        console.forget_unchanged(&current, base, &mut entered).await;
        let why = format!("{OVERTAKEN} What was entered here is kept on top of it: please look again.");
        return Err(refused(&entered, &whole(why)));
    }
    // Some hundred sample letters are written for it.
    let check = |text: String| {
        let checked = || wording::checked(&console.app.rules.words, &locale, &text);
        tokio::task::block_in_place(checked).map(|_| text)
    };
    let checked = wording::apply(&current.text, &entered).and_then(check);
    let text = checked.map_err(|problems| refused(&entered, &problems))?;
    if text == current.text {
        return Err(refused(&entered, &whole(UNCHANGED.to_owned())));
    }
    let (store, now) = (&console.app.store, console.app.clock.now());
    let begun = store.begin_change((Matter::Wording, &locale), (&current.text, &text), (&actor.person.name, now)).await;
    let id = begun.map_err(|error| html::failure(&error))?;
    Ok(to(&format!("/policy/changes/{id}")))
}

impl Console {
    /// Leaves out what was only shown and not changed, over the older text that the form began from.
    async fn forget_unchanged(&self, current: &Current, base: &str, entered: &mut BTreeMap<String, String>) {
        match self.began_from(Matter::Wording, &current.name, base).await {
            Some(old) => {
                let old: BTreeMap<String, String> =
                    wording::messages(&old).into_iter().map(|message| (message.key, message.text)).collect();
                let same = |key: &String, text: &String| {
                    old.get(key).is_some_and(|old| old.trim() == text.replace("\r\n", "\n").trim())
                };
                entered.retain(|key, text| !same(key, text));
            }
            None => entered.clear(),
        }
    }
}

fn shown(
    actor: &Actor,
    current: &Current,
    entered: &BTreeMap<String, String>,
    problems: &BTreeMap<String, String>,
) -> Wording {
    let mut groups: Vec<(&'static str, Vec<Message>)> = GROUPS.map(|(title, _)| (title, Vec::new())).into();
    for message in wording::messages(&current.text) {
        let group = GROUPS.iter().position(|(_, begins)| begins.iter().any(|begin| message.key.starts_with(begin)));
        let text = entered.get(&message.key).cloned().unwrap_or(message.text);
        let rows = text.lines().map(|line| 1 + line.chars().count() / 80).sum::<usize>().clamp(1, 12);
        let problem = problems.get(&message.key).cloned();
        if let Some((_, messages)) = group.and_then(|group| groups.get_mut(group)) {
            messages.push(Message { label: label(&message.key), key: message.key, text, rows, problem });
        }
    }
    groups.retain(|(_, messages)| !messages.is_empty());
    Wording {
        head: Head::of(&format!("Words in {}", language(&current.name)), actor),
        locale: current.name.clone(),
        label: if current.version.is_some() { current.label() } else { "the file of this machine".to_owned() },
        base: digest(&current.text),
        problems: problems.keys().filter(|key| !key.is_empty()).count(),
        problem: problems.get("").cloned(),
        groups,
    }
}

fn label(key: &str) -> String {
    let words = key.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The language of a locale as people name it, where it is a usual one.
pub fn language(locale: &str) -> String {
    let known = [
        ("en", "English"),
        ("de", "German"),
        ("fr", "French"),
        ("es", "Spanish"),
        ("it", "Italian"),
        ("nl", "Dutch"),
        ("pl", "Polish"),
        ("sv", "Swedish"),
    ];
    let (language, region) = locale.split_once(['-', '_']).unwrap_or((locale, ""));
    match (known.iter().find(|(code, _)| *code == language), region) {
        (Some((_, name)), "") => (*name).to_owned(),
        (Some((_, name)), region) => format!("{name} ({region})"),
        (None, _) => locale.to_owned(),
    }
}
