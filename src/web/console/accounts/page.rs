//! One account with everything about it, and what can be done.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    items::{Items, PAGE},
    path, said,
    standing::{Line, addresses, holds, promised, terms},
    timeline::{MOST, Sources, Told as Row, timeline},
};
use crate::{
    app::Failure,
    domain::{
        case::{CaseKind, reason::CASE_REASONS},
        ledger::positions,
        money::Money,
        person::Permission,
        plan::{Outcome, plan},
        term::TermKind,
    },
    store::snapshot::{Horizon, Snapshot},
    web::console::{
        Console, Shared,
        form::Fields,
        guard::Actor,
        html::{self, Head},
    },
};

/// Decisions that are looked at for the timeline.
const DECISIONS: i64 = 50;
/// Cases that are named.
const CASES: usize = 20;

#[derive(Template)]
#[template(path = "console/account.html")]
struct Page {
    head: Head,
    number: String,
    path: String,
    policy: String,
    who: Vec<String>,
    autopay: bool,
    done: Option<&'static str>,
    problem: Option<String>,
    may: bool,
    says: Vec<String>,
    /// Something has reached a new stage: there is a mail to be looked at.
    preview: bool,
    /// Those that are not over, the newest first, and how many more there are.
    cases: Vec<(i64, String, String)>,
    further: usize,
    items: Items,
    holds: Vec<Line>,
    promises: Vec<Line>,
    terms: Vec<Line>,
    addresses: Vec<Line>,
    timeline: Vec<Row>,
    more: bool,
    kept: Fields,
}

/// What else a page shows.
#[derive(Default)]
pub struct Told {
    pub done: Option<&'static str>,
    pub problem: Option<String>,
    pub kept: Fields,
    /// The page of its items.
    pub page: usize,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default)]
    items: String,
}

pub async fn page(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let page = asked.items.parse().unwrap_or(1);
    console.account_shown(&number, &actor, Told { done: said(&asked.done), page, ..Told::default() }).await
}

impl Page {
    /// What was entered in a field of the form that was refused.
    fn kept(&self, act: &str, field: &str) -> &str {
        if self.was(act) { self.kept.text(field) } else { "" }
    }

    fn was(&self, act: &str) -> bool {
        self.kept.text("act") == act
    }

    fn chosen(&self, invoice: &str) -> bool {
        self.was("case") && self.kept.all("invoice").any(|chosen| chosen == invoice)
    }

    fn link(&self, page: usize) -> String {
        format!("{}?items={page}", self.path)
    }
}

impl Console {
    pub async fn account_shown(&self, number: &str, actor: &Actor, told: Told) -> Response {
        let status = if told.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let page = match self.account_found(number).await {
            Ok(Some(snapshot)) => self.account_page(&snapshot, actor, told).await,
            Ok(None) => return html::problem(StatusCode::NOT_FOUND, "There is no such account."),
            Err(error) => Err(error),
        };
        match page {
            Ok(page) => (status, html::page(&page)).into_response(),
            Err(error) => html::failure(&error),
        }
    }

    /// The account with this number; that of an invoice is another page.
    pub async fn account_found(&self, number: &str) -> Result<Option<Snapshot>, Failure> {
        let store = &self.app.store;
        let Some(id) = store.find_account(number).await? else { return Ok(None) };
        let found = store.snapshots(&[id], Horizon::everything(self.app.today())).await?.pop();
        let mut found = found.filter(|snapshot| snapshot.facts.account.number == number);
        if let Some(snapshot) = &mut found {
            snapshot.facts.belong_to(&self.unusual.now(&self.app).await?);
        }
        Ok(found)
    }

    async fn account_page(&self, snapshot: &Snapshot, actor: &Actor, told: Told) -> Result<Page, Failure> {
        let (app, facts, today) = (&self.app, &snapshot.facts, self.app.today());
        let (published, account) = (app.rules.policy_of(&facts.account), &facts.account);
        let policy = &published.policy;
        let (notices, mails) =
            (app.store.notices_of(snapshot.id).await?, app.store.mails_of(snapshot.id, today).await?);
        let receipts = app.store.receipts_of(snapshot.id).await?;
        let decisions = app.store.decisions_of(snapshot.id, DECISIONS).await?;
        let contacts = app.store.contacts_of(snapshot.id).await?;
        let notes = app.store.promise_notes(snapshot.id).await?;
        let zone = app.settings.company.zone;
        let sources = Sources {
            facts,
            notices: &notices,
            receipts: &receipts,
            mails: &mails,
            decisions: &decisions,
            contacts: &contacts,
            zone,
        };
        let (timeline, more) = timeline(&sources);
        let says = self.says(snapshot).await?;
        let cases = || facts.cases.iter().rev().filter(|case| !case.status.is_over());
        Ok(Page {
            head: Head::of(&account.name, actor),
            number: account.number.clone(),
            path: path(&account.number),
            policy: published.label.clone(),
            who: account.contact_name.iter().chain(&account.phone).cloned().collect(),
            autopay: account.autopay,
            done: told.done,
            problem: told.problem,
            may: actor.person.may(Permission::Review),
            preview: !says.is_empty(),
            says,
            cases: cases().take(CASES).map(|case| (case.id, case.kind.to_string(), case.status.to_string())).collect(),
            further: cases().count().saturating_sub(CASES),
            items: Items::of(facts, policy, &positions(facts, policy, today), today, told.page),
            holds: holds(facts, today),
            promises: promised(facts, &notes, policy, today),
            terms: terms(facts, today),
            addresses: addresses(facts, &contacts),
            timeline,
            more,
            kept: told.kept,
        })
    }

    /// What the next sweep would do, in sentences.
    async fn says(&self, snapshot: &Snapshot) -> Result<Vec<String>, Failure> {
        let (app, today) = (&self.app, self.app.today());
        let published = app.rules.policy_of(&snapshot.facts.account);
        let payments_seen = app.store.payments_seen(i64::MAX).await?;
        let sweeper = app.sweeper();
        let decisions = plan(&snapshot.facts, &sweeper.setting(published, today, payments_seen));
        let say = decisions.iter().map(|decision| {
            let total = Money::new(decision.overdue_total - decision.credits, decision.currency);
            match &decision.outcome {
                Outcome::Notice { .. } => {
                    format!("The next sweep writes: {total:#} {} overdue, stage {}.", decision.currency, decision.stage)
                }
                Outcome::Held { reasons } => {
                    let why: Vec<&str> = reasons.iter().map(|reason| reason.sentence()).collect();
                    format!("Held, {total:#} {} overdue: {}.", decision.currency, why.join("; "))
                }
            }
        });
        Ok(say.collect())
    }
}
