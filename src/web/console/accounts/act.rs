//! What a person does on an account.

use axum::{
    Extension, Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{page::Told, path};
use crate::{
    app::Failure,
    casework::{CaseAsked, HoldAsked, PromiseAsked, TermAsked, Word},
    domain::{
        case::{CaseKind, reason::CaseReason},
        term::TermKind,
    },
    store::{StoreError, agreements::Agreed, snapshot::Snapshot},
    web::console::{
        Console, Shared,
        form::{Fields, sentence},
        guard::Actor,
        html,
    },
};

pub async fn act(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let snapshot = match console.account_found(&number).await {
        Ok(Some(snapshot)) => snapshot,
        Ok(None) => return html::problem(StatusCode::NOT_FOUND, "There is no such account."),
        Err(error) => return html::failure(&error),
    };
    match console.account_act(&snapshot, &actor, &fields).await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(Failure::Input(why)) => {
            let problem = Some(sentence(&why));
            console.account_shown(&number, &actor, Told { problem, kept: fields, ..Told::default() }).await
        }
        Err(error) => html::failure(&error),
    }
}

impl Console {
    /// Where to go on.
    async fn account_act(&self, snapshot: &Snapshot, actor: &Actor, fields: &Fields) -> Result<String, Failure> {
        let app = &self.app;
        let word = Word { author: &actor.person.name, why: fields.text("why"), field: "why", seen: None };
        let (invoice, amount) = (fields.given("invoice"), fields.given("amount"));
        let done = match fields.text("act") {
            "case" => return self.new_case(snapshot, fields, word).await,
            "hold" => {
                let until = fields.day("until")?;
                app.hold(snapshot, HoldAsked { invoice, amount, from: fields.day("from")?, until }, word).await?;
                "held"
            }
            "promise" => {
                let until = fields.day("until")?;
                let until = until.ok_or_else(|| Failure::Input("a promise needs its last day".to_owned()))?;
                app.promise(snapshot, PromiseAsked { invoice, amount, until, case: None }, word).await?;
                "promised"
            }
            "term" => {
                let kind = TermKind::from_code(fields.text("kind"));
                let kind = kind.ok_or_else(|| Failure::Input("choose what was agreed".to_owned()))?;
                let asked = TermAsked { kind, from: fields.day("from")?, until: fields.day("until")? };
                app.term(snapshot, asked, word).await?;
                "agreed"
            }
            "contact" => {
                app.contact(snapshot, fields.text("email"), word).await?;
                "contact"
            }
            ending => self.end(snapshot, ending, fields.number("id"), &actor.person.name).await?,
        };
        Ok(format!("{}?done={done}", path(&snapshot.facts.account.number)))
    }

    /// Ends something of this very account.
    async fn end(&self, snapshot: &Snapshot, what: &str, id: Option<i64>, by: &str) -> Result<&'static str, Failure> {
        let (app, facts) = (&self.app, &snapshot.facts);
        let unknown =
            || Failure::Input("there is nothing like that that could be ended; somebody may have done so".to_owned());
        let id = id.ok_or_else(unknown)?;
        let (today, now) = (app.today(), app.clock.now());
        let own = match what {
            "end-hold" => facts.holds.iter().any(|hold| hold.id == id),
            "end-promise" => facts.promises.iter().any(|promise| promise.source == format!("promise {id}")),
            "end-term" => facts.terms.iter().any(|term| term.id == id),
            "end-contact" => app.store.contacts_of(snapshot.id).await?.iter().any(|contact| contact.id == id),
            _ => false,
        };
        let (ended, done) = match what {
            _ if !own => return Err(unknown()),
            "end-hold" => (app.store.end_hold(id, by, today, now).await, "hold-ended"),
            "end-promise" => (app.store.end(Agreed::Promise, id, by, today, now).await, "promise-ended"),
            "end-term" => (app.store.end(Agreed::Term, id, by, today, now).await, "term-ended"),
            _ => (app.store.end(Agreed::Contact, id, by, today, now).await, "contact-ended"),
        };
        match ended {
            Ok(()) => Ok(done),
            Err(StoreError::Refused(_)) => Err(unknown()),
            Err(error) => Err(error.into()),
        }
    }

    async fn new_case(&self, snapshot: &Snapshot, fields: &Fields, word: Word<'_>) -> Result<String, Failure> {
        let wrong = |what: &str| Failure::Input(format!("choose {what}"));
        let kind = CaseKind::from_code(fields.text("kind")).ok_or_else(|| wrong("what it is about"))?;
        let reason = fields.given("reason").map(|code| CaseReason::from_code(code).ok_or_else(|| wrong("the reason")));
        let invoices: Vec<String> =
            fields.all("invoice").filter(|number| !number.is_empty()).map(str::to_owned).collect();
        let amount = fields.given("amount");
        let (invoices, amounts) = match (&invoices[..], amount) {
            (_, None) => (invoices, Vec::new()),
            ([one], Some(amount)) => (Vec::new(), vec![(one.clone(), amount.to_owned())]),
            _ => return Err(Failure::Input("an amount is disputed of one invoice; name that one".to_owned())),
        };
        let asked = CaseAsked {
            account: &snapshot.facts.account.number,
            kind,
            reason: reason.transpose()?,
            invoices: &invoices,
            amounts: &amounts,
            words: fields.given("words").map(|words| ("the customer’s words", words)),
        };
        let opened = self.app.open_case(asked, word).await?;
        Ok(format!("/cases/{}?done=opened", opened.id))
    }
}
