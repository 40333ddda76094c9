//! An answer becomes a case, a promise or instalments.

use super::{Site, find::Found};
use crate::{
    app::App,
    delivery::receipt_token,
    domain::{
        answer::{self, Answer, Follows},
        audit::CUSTOMER,
        case::{CaseFact, Concern},
    },
    store::{
        Result, StoreError,
        agreements::{NewPlan, NewPromise},
        cases::{Actor, NewCase},
        effects::Effect,
        page::{NewAnswer, Taken},
    },
};

/// Answers that are taken about a notice in a day.
const MOST_A_DAY: i64 = 10;
/// How often it is tried again when facts come in between.
const TRIES: u32 = 5;

impl Site {
    /// Takes an answer; `None` when the link is no longer good.
    pub(super) async fn take(
        &self,
        app: &App,
        token: &str,
        (answer, form): (&Answer, &str),
        mut found: Found,
    ) -> Result<Option<Taken>> {
        let actor = Actor { author: CUSTOMER, why: "", today: app.today(), now: app.clock.now() };
        for _ in 0..TRIES {
            let new = NewAnswer {
                notice: found.notice.id,
                account: found.snapshot.id,
                form: form.to_owned(),
                kind: answer.code(),
                effects: effects(app, &found, answer).await?,
                revision: found.snapshot.revision,
                address: found.notice.address.clone(),
                token: receipt_token(&app.settings.company.code, found.notice.id, form),
            };
            match app.store.take_answer(&new, MOST_A_DAY, &actor).await {
                Ok(Taken::Changed) => {}
                Err(error) if error.passes() => tracing::warn!(%error, "an answer is taken again"),
                taken => return taken.map(Some),
            }
            match self.find(app, token).await? {
                Some(again) => found = again,
                None => return Ok(None),
            }
        }
        Err(StoreError::Refused("facts kept coming in; the answer was not taken".to_owned()))
    }
}

/// What follows, with what a person already works on: there the words go on the case, and for the rest something new is
/// begun.
async fn effects(app: &App, found: &Found, answer: &Answer) -> Result<Vec<Effect>> {
    let facts = &found.snapshot.facts;
    let (said, wish) = (answer.said(), wish(answer));
    let all = answer.about_all();
    let items = if all { Vec::new() } else { items(found, answer) };
    let holds = |case: &&CaseFact, item: &str| if all { case.concerns.is_empty() } else { case.holds(item) };
    let about = || facts.cases_about(&items);
    let case = about()
        .filter(|case| items.iter().any(|item| holds(case, item)) || (all && holds(case, "")))
        .max_by_key(|case| case.id);
    let mut effects = Vec::new();
    if let Some(case) = case {
        effects.push(Effect::Say { case: case.id, words: said.clone() });
        effects.extend(wish.clone().map(Effect::Wish));
    }
    let rest: Vec<String> = items.iter().filter(|item| !about().any(|case| holds(&case, item))).cloned().collect();
    if !rest.is_empty() || (all && case.is_none()) {
        effects.extend(begin(app, found, answer, rest).await?);
        effects.extend(wish.filter(|_| matches!(effects.last(), Some(Effect::Open(_)))).map(Effect::Wish));
    }
    Ok(effects)
}

fn wish(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Wrong { wish, .. } if !wish.is_empty() => Some(wish.clone()),
        _ => None,
    }
}

/// The invoices that an answer is about: those that were named, paid meanwhile or not, else what is open of the notice.
fn items(found: &Found, answer: &Answer) -> Vec<String> {
    let open = found.open.invoices();
    match answer {
        Answer::Wrong { items, .. } if !items.is_empty() => items.clone(),
        Answer::Wrong { .. } if open.is_empty() => found.invoices().map(str::to_owned).collect(),
        _ => open,
    }
}

/// Something new: a case, or what the policy allows the page to agree to.
async fn begin(app: &App, found: &Found, answer: &Answer, items: Vec<String>) -> Result<Vec<Effect>> {
    let (facts, today, account) = (&found.snapshot.facts, app.today(), found.snapshot.id);
    let policy = &app.rules.policy_of(&facts.account).policy;
    let before = answer::asked_before(facts, &items, today);
    let lines = found.open.lines.iter().filter(|line| items.contains(&line.invoice));
    let total = lines.map(|line| line.residual.minor).sum::<i64>().min(found.open.total.minor);
    let note = Some(answer.said());
    Ok(match answer::follows(answer, total, before, policy.page, today) {
        Follows::Promise { until } => {
            let promise = |invoice| {
                Effect::Promise(NewPromise {
                    account,
                    case: None,
                    invoice: Some(invoice),
                    amount: None,
                    made: today,
                    until,
                    note: note.clone(),
                    author: CUSTOMER.to_owned(),
                })
            };
            items.into_iter().map(promise).collect()
        }
        Follows::Plan { parts } => vec![Effect::Plan(NewPlan {
            account,
            case: None,
            invoices: items,
            currency: found.notice.currency,
            parts,
            note,
            author: CUSTOMER.to_owned(),
        })],
        Follows::Case { kind, reason } => {
            let new = app.new_case((account, &facts.account.number), kind, CUSTOMER).await?;
            vec![Effect::Open(Box::new(NewCase {
                reason: reason.map(str::to_owned),
                concerns: items.into_iter().map(|invoice| Concern { invoice, amount: None }).collect(),
                why: format!("answered on the page of the notice of {}", found.notice.as_of),
                words: Some(answer.said()),
                ..new
            }))]
        }
    })
}
