//! Accounts: found by what somebody remembers, and one with everything about it.

use std::cmp::Reverse;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;

use super::{
    Console, Shared,
    guard::Actor,
    html::{self, Head},
    routes::{Needs, Route},
};
use crate::{
    domain::{
        account_facts::AccountFacts,
        calendar::date_at,
        evidence::{Assessment, Known},
        ledger::positions,
        money::Money,
        plan::{Outcome, plan},
    },
    store::{
        Result,
        outbox::Notice,
        receipts::ReceiptRow,
        search::Found,
        snapshot::{Horizon, Snapshot},
    },
};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::page("/accounts", Needs::LOOK, search), Route::page("/accounts/{number}", Needs::LOOK, page)]
}

/// Accounts that are shown of a search.
const FOUND: usize = 50;
/// Rows of the timeline.
const TIMELINE: usize = 300;

#[derive(Template)]
#[template(path = "console/accounts.html")]
struct Search<'a> {
    head: Head,
    text: &'a str,
    found: Vec<Found>,
    all: bool,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

pub async fn search(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(Asked { q }): Query<Asked>,
) -> Response {
    let text = q.trim();
    let found = match text {
        "" => Ok(Vec::new()),
        text => console.app.store.search(text, FOUND).await,
    };
    match found {
        Ok(found) => {
            let all = found.len() < FOUND;
            html::page(&Search { head: Head::of("Accounts", &actor), text, found, all })
        }
        Err(error) => html::failure(&error),
    }
}

#[derive(Template)]
#[template(path = "console/account.html")]
struct Account {
    head: Head,
    number: String,
    contact: Vec<String>,
    policy: String,
    open: Vec<Open>,
    says: Vec<String>,
    assessed: Vec<Assessment>,
    cases: Vec<(i64, String, String)>,
    timeline: Vec<Told>,
}

/// An invoice that is not settled.
struct Open {
    invoice: String,
    due: NaiveDate,
    days: i64,
    amount: Money,
    open: Money,
    product: String,
}

/// Something that happened.
struct Told {
    date: NaiveDate,
    what: &'static str,
    about: String,
    amount: String,
    note: String,
}

pub async fn page(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(number): Path<String>,
) -> Response {
    match console.account(&number, &actor).await {
        Ok(Some(account)) => html::page(&account),
        Ok(None) => html::problem(StatusCode::NOT_FOUND, "There is no such account."),
        Err(error) => html::failure(&error),
    }
}

impl Console {
    async fn account(&self, number: &str, actor: &Actor) -> Result<Option<Account>> {
        let (store, today) = (&self.app.store, self.app.today());
        let horizon = Horizon::everything(today);
        let Some(id) = store.find_account(number).await? else { return Ok(None) };
        let Some(mut snapshot) = store.snapshots(&[id], horizon).await?.pop() else { return Ok(None) };
        snapshot.facts.belong_to(&store.cohorts(horizon).await?);
        let sent = (store.notices_of(id).await?, store.receipts_of(id).await?);
        let payments_seen = store.payments_seen(horizon.batch).await?;
        Ok(Some(self.shown(&snapshot, &sent, payments_seen, actor)))
    }

    fn shown(
        &self,
        snapshot: &Snapshot,
        sent: &(Vec<Notice>, Vec<ReceiptRow>),
        payments_seen: Option<chrono::DateTime<chrono::Utc>>,
        actor: &Actor,
    ) -> Account {
        let (facts, today) = (&snapshot.facts, self.app.today());
        let published = self.app.rules.policy_of(&facts.account);
        let mut open = Vec::new();
        let mut assessed = Vec::new();
        for (currency, position) in positions(facts, &published.policy, today) {
            let known = Known::of(facts, &published.policy, &position, today);
            for item in position.items.iter().filter(|item| item.residual != 0) {
                let days = item.days_overdue(today);
                open.push(Open {
                    invoice: item.invoice.number.clone(),
                    due: item.invoice.due,
                    days,
                    amount: item.invoice.amount,
                    open: Money::new(item.residual, currency),
                    product: item.invoice.product.clone().unwrap_or_default(),
                });
                assessed.extend((days >= 1).then(|| known.assess(item)));
            }
        }
        let sweeper = self.app.sweeper();
        let decisions = plan(facts, &sweeper.setting(published, today, payments_seen));
        let says = decisions.iter().map(|decision| {
            let total = Money::new(decision.overdue_total - decision.credits, decision.currency);
            match &decision.outcome {
                Outcome::Notice { .. } => {
                    format!("The next sweep writes: {total} {} overdue, stage {}.", decision.currency, decision.stage)
                }
                Outcome::Held { reasons } => {
                    let why: Vec<&str> = reasons.iter().map(|reason| reason.sentence()).collect();
                    format!("Held, {total} {} overdue: {}.", decision.currency, why.join("; "))
                }
            }
        });
        let account = &facts.account;
        let contact = account.contact_name.iter().chain(&account.emails).chain(&account.phone).cloned().collect();
        let cases = facts.cases.iter().rev().map(|case| (case.id, case.kind.to_string(), case.status.to_string()));
        Account {
            head: Head::of(&account.name, actor),
            number: account.number.clone(),
            contact,
            policy: published.label.clone(),
            open,
            says: says.collect(),
            assessed,
            cases: cases.collect(),
            timeline: timeline(facts, sent, self.app.settings.company.zone),
        }
    }
}

/// Everything that has a day, the newest first.
fn timeline(facts: &AccountFacts, (notices, receipts): &(Vec<Notice>, Vec<ReceiptRow>), zone: Tz) -> Vec<Told> {
    let told = |date, what, about: &str, amount: Option<Money>, note: Option<&str>| Told {
        date,
        what,
        about: about.to_owned(),
        amount: amount.map(|money| format!("{money} {}", money.currency)).unwrap_or_default(),
        note: note.unwrap_or_default().to_owned(),
    };
    let mut all: Vec<Told> = Vec::new();
    all.extend(facts.invoices.iter().map(|i| told(i.issued, "invoice", &i.number, Some(i.amount), i.note.as_deref())));
    all.extend(
        facts
            .payments
            .iter()
            .map(|p| told(p.received, "payment", &p.invoices.join(", "), Some(p.amount), p.note.as_deref())),
    );
    all.extend(facts.credits.iter().map(|c| {
        told(c.date, "credit", c.invoice.as_deref().unwrap_or_default(), Some(c.amount), c.reason.as_deref())
    }));
    all.extend(
        facts.events.iter().map(|e| {
            told(e.date, e.kind.code(), e.invoice.as_deref().unwrap_or_default(), e.amount, e.note.as_deref())
        }),
    );
    all.extend(
        facts
            .holds
            .iter()
            .map(|h| told(h.from, "hold", h.invoice.as_deref().unwrap_or("the account"), h.amount, h.note.as_deref())),
    );
    all.extend(facts.promises.iter().map(|p| {
        told(
            p.made,
            "promise",
            p.invoice.as_deref().unwrap_or("the account"),
            p.amount,
            Some(&format!("until {}", p.until)),
        )
    }));
    all.extend(notices.iter().map(|notice| {
        let total = Money::new(notice.overdue_total - notice.credits, notice.currency);
        told(
            notice.as_of,
            "notice",
            &format!("{} ({})", notice.stage, notice.state),
            Some(total),
            notice.reply.as_deref(),
        )
    }));
    all.extend(receipts.iter().map(|receipt| {
        let about = format!("of the answer `{}` ({})", receipt.kind, receipt.state);
        told(date_at(zone, receipt.answered_at), "receipt", &about, None, receipt.reply.as_deref())
    }));
    all.extend(facts.cases.iter().map(|case| {
        told(case.opened, "case", &format!("{} {} ({})", case.id, case.kind, case.status), None, case.said.as_deref())
    }));
    all.sort_by_key(|told| Reverse(told.date));
    all.truncate(TIMELINE);
    all
}
