//! What a person decides on a case: done as the command line does it, with what the person had seen.

use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use chrono::NaiveDate;

use super::page::{Letter, Told};
use crate::{
    app::Failure,
    casework::{SolutionAsked, Word},
    domain::{
        case::{Act, CaseKind, CaseOutcome, Cause, reason::CaseReason, staff},
        person::Permission,
    },
    web::console::{
        Console, Shared,
        form::{Fields, day, sentence},
        guard::Actor,
        html,
    },
};

/// What follows from a form.
enum After {
    /// The page says so, by this word.
    Done(&'static str),
    /// The letter is shown, and nothing done.
    Shown(Letter),
}

pub async fn act(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let done = match id.parse() {
        Ok(number) => console.case_act(number, &actor, &fields).await,
        Err(_) => return html::not_found().await,
    };
    match done {
        Ok(After::Done(word)) => Redirect::to(&format!("/cases/{id}?done={word}")).into_response(),
        Ok(After::Shown(letter)) => {
            console.case_shown(&id, &actor, Told { kept: fields, letter: Some(letter), ..Told::default() }).await
        }
        // A letter that did not leave is no failure of ours to hide.
        Err(Failure::Input(why) | Failure::Failed(why)) => {
            let problem = Some(sentence(&why));
            console.case_shown(&id, &actor, Told { problem, kept: fields, ..Told::default() }).await
        }
        Err(error) => html::failure(&error),
    }
}

impl Console {
    async fn case_act(&self, id: i64, actor: &Actor, fields: &Fields) -> Result<After, Failure> {
        let (app, author) = (&self.app, actor.person.name.as_str());
        let seen = fields.number("seen").and_then(|seen| usize::try_from(seen).ok());
        // A form of ours always says what it was filled in about.
        let seen = Some(seen.ok_or_else(|| Failure::Input("open the case again, then say it again".to_owned()))?);
        let word = Word { author, why: fields.text("why"), field: "why", seen };
        let own = fields.given("own").map(|own| ("own words", own));
        let (act, done) = match fields.text("act") {
            "resolve" => return self.case_resolve(id, fields, word).await,
            "approve" => {
                app.approve(id, word).await?;
                return Ok(After::Done("resolved"));
            }
            "show" => {
                let letter = app.confirmation(&app.case(id).await?, own).await?;
                return Ok(After::Shown(Letter::of(letter)));
            }
            "write" => {
                return self.case_write(id, fields, word).await;
            }
            "confirm" => (confirm(fields)?, "confirmed"),
            "dismiss" => (Act::Dismiss, "dismissed"),
            "take" => (Act::Take, "taken"),
            "note" => (Act::Note, "noted"),
            "say" => (Act::Say, "noted"),
            "wish" => (Act::Wish, "noted"),
            "heard" => (Act::HearAll, "noted"),
            "answer" => (Act::Answer, "noted"),
            "tick" => (Act::Tick { step: fields.text("step").to_owned() }, "noted"),
            "ask" => {
                let until = fields.day("until")?.map(|day| app.not_past("until", day)).transpose()?;
                (Act::Ask { until }, "asked")
            }
            "decline" => (Act::Decline, "declined"),
            "hand-over" => (app.hand_over("to whom", &self.successor(fields.text("to")).await?)?, "handed_over"),
            "written" => (Act::Written { since: None }, "noted"),
            "follow-up" => (Act::FollowUp, "followed_up"),
            "reopen" => (Act::Reopen, "reopened"),
            "close" => {
                let cause = Cause::from_code(fields.text("cause"));
                let cause = cause.ok_or_else(|| Failure::Input("choose what could have prevented it".to_owned()))?;
                (Act::Close { cause: cause.code().to_owned() }, "closed")
            }
            _ => return Err(Failure::Input("there is no such act".to_owned())),
        };
        app.act(id, &act, word).await?;
        Ok(After::Done(done))
    }

    /// Whoever takes over can be found again: by the policy's staff, or else because they can sign in.
    async fn successor(&self, name: &str) -> Result<String, Failure> {
        if !self.app.rules.standard.policy.staff.is_empty() {
            return Ok(name.to_owned());
        }
        let people = self.app.store.people().await?;
        let may = people.into_iter().filter(|one| !one.disabled && one.person.may(Permission::Review));
        let names: Vec<String> = may.map(|one| one.person.name).collect();
        let known = names.iter().find(|known| staff::same_person(known, name)).cloned();
        known.ok_or_else(|| {
            Failure::Input(format!("nobody of that name works on cases; there are {}", names.join(", ")))
        })
    }

    /// Goes on when the browser goes away: what has begun to leave needs its outcome on record.
    async fn case_write(&self, id: i64, fields: &Fields, word: Word<'_>) -> Result<After, Failure> {
        let (app, fields, author, seen) = (self.app.clone(), fields.clone(), word.author.to_owned(), word.seen);
        let sent = tokio::spawn(async move {
            let own = fields.given("own").map(|own| ("own words", own));
            let word = Word { author: &author, why: "", field: "why", seen };
            app.write(id, own, fields.given("again").is_some(), word).await
        });
        sent.await.map_err(|error| Failure::Failed(error.to_string()))??;
        Ok(After::Done("written"))
    }

    async fn case_resolve(&self, id: i64, fields: &Fields, word: Word<'_>) -> Result<After, Failure> {
        let outcome = CaseOutcome::from_code(fields.text("outcome"));
        let outcome = outcome.ok_or_else(|| Failure::Input("choose what was agreed, or found".to_owned()))?;
        let credits: Vec<(String, String)> =
            fields.under("credit:").map(|(invoice, amount)| (invoice.to_owned(), amount.to_owned())).collect();
        if outcome.credits() && credits.is_empty() && fields.given("none").is_none() {
            return Err(Failure::Input(format!("enter the credit of `{outcome}`, or tick that none goes with it")));
        }
        let parts = parts(fields)?;
        let follow_up = fields.day("follow_up")?.map(|day| self.app.not_past("follow-up", day)).transpose()?;
        let asked = SolutionAsked { outcome, credits: &credits, parts: &parts, follow_up };
        let resolved = self.app.resolve(id, asked, word).await?;
        Ok(After::Done(if resolved.waits.is_some() { "proposed" } else { "resolved" }))
    }
}

/// It is a case indeed, perhaps of another kind.
fn confirm(fields: &Fields) -> Result<Act, Failure> {
    let wrong = || Failure::Input("there is no such kind or reason".to_owned());
    let kind = fields.given("kind").map(|code| CaseKind::from_code(code).ok_or_else(wrong)).transpose()?;
    let reason = fields.given("reason").map(|code| CaseReason::from_code(code).ok_or_else(wrong)).transpose()?;
    let kind = kind.or(reason.map(|reason| reason.kind));
    Ok(Act::Confirm { kind, reason: reason.map(|reason| reason.code.to_owned()) })
}

/// Instalments: rows with a day and an amount; one without the other is a slip.
fn parts(fields: &Fields) -> Result<Vec<(NaiveDate, String)>, Failure> {
    let rows = fields.all("part_day").zip(fields.all("part_amount"));
    let rows = rows.filter(|(day, amount)| !day.is_empty() || !amount.is_empty());
    let part = |(on, amount): (&str, &str)| match (on.is_empty(), amount.is_empty()) {
        (false, false) => Ok((day(on)?, amount.to_owned())),
        _ => Err(Failure::Input("an instalment needs its day and its amount".to_owned())),
    };
    rows.map(part).collect()
}
