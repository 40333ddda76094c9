//! The form of a policy, and its whole text.

use askama::Template;
use axum::{
    Extension, Form as Sent,
    extract::{Path, Query, State},
    http::StatusCode,
    response::IntoResponse,
};
use serde::Deserialize;

use super::{
    super::{
        Console, Shared,
        guard::Actor,
        html::{self, Head},
    },
    Answer, OVERTAKEN, Pairs, UNCHANGED, field,
    input::{How, Input},
    nothing, preview, to, trouble,
};
use crate::{
    domain::publication::Matter,
    rules::desk::{
        self, Current,
        amounts::AMOUNT,
        cron::DAYS,
        fields::{self, Section},
        form::{self, Form, Problems},
        stages, words,
    },
    store::policies::digest,
};

/// Most letters of a whole policy.
const LARGEST: usize = 100_000;

#[derive(Deserialize)]
pub struct From {
    /// A change whose entries are taken along.
    change: Option<i64>,
}

#[derive(Template)]
#[template(path = "console/policy_edit.html")]
struct Edit {
    head: Head,
    name: String,
    label: String,
    base: String,
    problem: Option<String>,
    /// What came meanwhile.
    meanwhile: Vec<String>,
    stages: Vec<Stage>,
    schedule: String,
    days: Vec<(String, &'static str, bool)>,
    time: Input,
    cron: Input,
    offer: bool,
    offers: Vec<Input>,
    amounts: Vec<Input>,
    new_currency: Input,
    new_amount: Input,
    sections: Vec<(&'static Section, Vec<Input>)>,
}

/// A row of the stages.
struct Stage {
    number: usize,
    is_new: bool,
    name: Input,
    days: Input,
    letter: Input,
    offer: String,
    offered: bool,
    remove: String,
    removed: bool,
}

#[derive(Template)]
#[template(path = "console/policy_text.html")]
struct Text {
    head: Head,
    name: String,
    label: String,
    base: String,
    text: String,
    problems: Vec<String>,
    meanwhile: Vec<String>,
}

pub async fn page(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Query(from): Query<From>,
) -> Answer {
    let current = console.current(Matter::Policy, &name).await?;
    let mut form = form::read(&current.text).map_err(|why| trouble(desk::Trouble::File(why)))?;
    if let Some(id) = from.change {
        let change = console.app.store.change(id).await.map_err(|error| html::failure(&error))?;
        let change = change.filter(|change| change.matter == Matter::Policy && change.name == name);
        if let Some(change) = change
            && let (Ok(base), Ok(changed)) = (form::read(&change.base), form::read(&change.text))
        {
            rebase(&mut form, &base, changed);
        }
    }
    Ok(html::page(&edit(&actor, &current, &form, &Problems::new(), Vec::new(), 0)))
}

pub async fn act(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Sent(pairs): Pairs,
) -> Answer {
    let current = console.current(Matter::Policy, &name).await?;
    let entered = form::entered(&pairs);
    let refused = |form: &Form, problems: &Problems, meanwhile: Vec<String>| {
        let page = html::page(&edit(&actor, &current, form, problems, meanwhile, 0));
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    };
    let whole = |why: String| Problems::from([(String::new(), why)]);
    let base = field(&pairs, "base");
    if base != digest(&current.text) {
        let (form, lines) = console.onto_current(&current, base, entered).await;
        let why = format!("{OVERTAKEN} What was entered here is kept on top of it: please look again.");
        return Err(refused(&form, &whole(why), lines));
    }
    if !field(&pairs, "more").is_empty() {
        return Ok(html::page(&edit(&actor, &current, &entered, &Problems::new(), Vec::new(), 1)));
    }
    let text = form::apply(&current.text, &entered).map_err(|problems| refused(&entered, &problems, Vec::new()))?;
    if let Err(problems) = desk::policy(&text, console.app.settings.company.zone) {
        return Err(refused(&entered, &form::place(problems, &entered), Vec::new()));
    }
    if text == current.text {
        return Err(refused(&entered, &whole(UNCHANGED.to_owned()), Vec::new()));
    }
    begin(&console, &actor, &current, &text).await
}

pub async fn text_page(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Answer {
    let current = console.current(Matter::Policy, &name).await?;
    Ok(html::page(&whole(&actor, &current, &current.text, Vec::new(), Vec::new())))
}

pub async fn text_act(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Sent(pairs): Pairs,
) -> Answer {
    let current = console.current(Matter::Policy, &name).await?;
    // Browsers send `\r\n`, whatever the file has.
    let unix = field(&pairs, "text").replace("\r\n", "\n");
    let text = if current.text.contains("\r\n") { unix.replace('\n', "\r\n") } else { unix };
    let refused = |problems: Vec<String>, meanwhile: Vec<String>| {
        let page = html::page(&whole(&actor, &current, &text, problems, meanwhile));
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    };
    if field(&pairs, "base") != digest(&current.text) {
        let lines = words::difference(&text, &current.text);
        let why = "This is how what counts now differs from the text below: put it in where it belongs.";
        return Err(refused(vec![format!("{OVERTAKEN} {why}")], lines));
    }
    if text.len() > LARGEST {
        return Err(refused(vec!["This is too long.".to_owned()], Vec::new()));
    }
    let policy =
        desk::policy(&text, console.app.settings.company.zone).map_err(|problems| refused(problems, Vec::new()))?;
    if policy.name != name {
        let why = format!("`name` stays `{name}`: accounts name their policy by it.");
        return Err(refused(vec![why], Vec::new()));
    }
    if text == current.text {
        return Err(refused(vec![UNCHANGED.to_owned()], Vec::new()));
    }
    begin(&console, &actor, &current, &text).await
}

/// Keeps the change, and begins to look what it would do.
async fn begin(console: &Shared, actor: &Actor, current: &Current, text: &str) -> Answer {
    let (store, now) = (&console.app.store, console.app.clock.now());
    let about = (Matter::Policy, current.name.as_str());
    let failed = |error| html::failure(&error);
    let begun = store.begin_change(about, (&current.text, text), (&actor.person.name, now)).await;
    let change = store.change(begun.map_err(failed)?).await.map_err(failed)?.ok_or_else(nothing)?;
    preview::start(console, &change);
    Ok(to(&format!("/policy/changes/{}", change.id)))
}

/// Puts what a change did to its base onto another form.
fn rebase(form: &mut Form, base: &Form, changed: Form) {
    for (name, value) in changed {
        if base.get(&name) != Some(&value) {
            form.insert(name, value);
        }
    }
}

impl Console {
    /// What was entered over an older text, onto the one that counts now; and what is new in that.
    async fn onto_current(&self, current: &Current, base: &str, entered: Form) -> (Form, Vec<String>) {
        let mut form = form::read(&current.text).unwrap_or_default();
        let Some(old) = self.began_from(Matter::Policy, &current.name, base).await else { return (form, Vec::new()) };
        rebase(&mut form, &form::read(&old).unwrap_or_default(), entered);
        (form, words::difference(&old, &current.text))
    }
}

fn edit(
    actor: &Actor,
    current: &Current,
    form: &Form,
    problems: &Problems,
    meanwhile: Vec<String>,
    more: usize,
) -> Edit {
    let text = |name: &str, label: &str| Input::text(name, label, form, problems);
    let is_on = |name: &str| matches!(form.get(name).map(String::as_str), Some("on" | "true"));
    let (rows, empty) = stages::rows(form);
    let stage = |number: usize| {
        let name = |what: &str| stages::input(number, what);
        let letter = How::Choice(stages::LETTERS.to_vec());
        let days = How::Text("text", "numeric");
        Stage {
            number: number + 1,
            is_new: number >= rows,
            name: text(&name("name"), "Name"),
            days: Input { unit: "days overdue", how: days, ..text(&name("days"), "From") },
            letter: Input { how: letter, ..text(&name("letter"), "Sends") },
            offered: is_on(&name("offer")),
            offer: name("offer"),
            removed: is_on(&name("remove")),
            remove: name("remove"),
        }
    };
    let amounts = form.keys().filter_map(|name| Some((name, name.strip_prefix(AMOUNT)?)));
    let day = |day: &&'static str| {
        let name = format!("schedule.{}", day.to_lowercase());
        let on = is_on(&name);
        (name, *day, on)
    };
    let cron_hint = "Minute, hour, day of month, month, weekday, in the company's zone: 0 7 1 * * is the first of each \
                     month at 7:00.";
    let time = text("schedule.time", "Time");
    let first_day = problems.get("schedule.mon").cloned();
    Edit {
        head: Head::of(&format!("Change the policy {}", current.name), actor),
        name: current.name.clone(),
        label: current.label(),
        base: digest(&current.text),
        problem: problems.get("").cloned().or_else(|| {
            let number = problems.len();
            (number > 0).then(|| format!("{number} of the fields below cannot be understood yet."))
        }),
        meanwhile,
        stages: (0..(rows + empty.max(1) + more).min(stages::MOST)).map(stage).collect(),
        schedule: form.get("schedule").cloned().unwrap_or_default(),
        days: DAYS.iter().map(day).collect(),
        time: Input {
            how: How::Text("time", "text"),
            unit: "o'clock, in the company's zone",
            problem: time.problem.clone().or(first_day),
            ..time
        },
        cron: Input { hint: cron_hint, ..text("schedule.cron", "Expression") },
        offer: is_on("offer"),
        offers: fields::OFFER.iter().map(|field| Input::of(field, form, problems)).collect(),
        amounts: amounts.map(|(name, currency)| text(name, &format!("No notice below, in {currency}"))).collect(),
        new_currency: text("new-currency", "Another currency"),
        new_amount: text("new-amount", "No notice below"),
        sections: fields::SECTIONS
            .iter()
            .map(|section| (section, section.fields.iter().map(|field| Input::of(field, form, problems)).collect()))
            .collect(),
    }
}

fn whole(actor: &Actor, current: &Current, text: &str, problems: Vec<String>, meanwhile: Vec<String>) -> Text {
    Text {
        head: Head::of(&format!("The text of the policy {}", current.name), actor),
        name: current.name.clone(),
        label: current.label(),
        base: digest(&current.text),
        text: text.to_owned(),
        problems,
        meanwhile,
    }
}
