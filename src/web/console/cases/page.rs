//! One case as a workplace: the customer's words, what speaks for and against, the playbook, and what can be done now.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    lines::{Done, Item, Seen, by_invoice, evidence, items},
    may::{May, limit, minute},
    said,
};
use crate::{
    app::Failure,
    casework::account,
    domain::{
        account_facts::AccountFacts,
        case::{
            CaseKind, CaseOutcome, Cause, Did, about, at_stake,
            playbook::PlayStep,
            reason::{CASE_REASONS, CaseReason},
        },
        money::Money,
        person::Permission,
    },
    store::{cases::CaseRow, snapshot::Snapshot},
    web::console::{
        Console, Shared,
        form::Fields,
        guard::Actor,
        html::{self, Head},
    },
};

/// Rows for instalments.
const PARTS: usize = 6;

#[derive(Template)]
#[template(path = "console/case.html")]
struct Page {
    head: Head,
    id: i64,
    /// Events that the reader sees: what is sent later is about this.
    seen: usize,
    account: String,
    kind: String,
    reason: Option<&'static str>,
    about: String,
    status: String,
    owner: Option<String>,
    due: String,
    late: bool,
    heat: Option<u32>,
    done: Option<&'static str>,
    problem: Option<String>,
    /// What others did since the refused form was opened.
    meanwhile: Vec<Done>,
    words: Vec<(String, String)>,
    wish: Option<String>,
    proposal: Option<String>,
    solution: Option<String>,
    instalments: Vec<String>,
    evidence_for: Vec<Seen>,
    evidence_against: Vec<Seen>,
    /// The evidence is that of today, not that which opened the case.
    today: bool,
    items: Vec<Item>,
    terms: Vec<String>,
    questions: Vec<String>,
    steps: Vec<Step>,
    draft: Option<String>,
    address: Option<String>,
    may: May,
    limit: String,
    follow_up_on: String,
    colleagues: Vec<String>,
    letter: Option<Letter>,
    sent: Option<String>,
    course: Vec<Done>,
    kept: Fields,
}

/// A step of the playbook.
struct Step {
    code: String,
    say: String,
    done: bool,
    /// The form of the page by which it is done now.
    form: Option<&'static str>,
    /// It is done when somebody says so.
    tick: bool,
}

/// The confirmation as it would be sent.
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// What else a page shows.
#[derive(Default)]
pub struct Told {
    pub done: Option<&'static str>,
    pub problem: Option<String>,
    /// What was entered, and is not done.
    pub kept: Fields,
    pub letter: Option<Letter>,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

pub async fn page(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Query(Asked { done }): Query<Asked>,
) -> Response {
    console.case_shown(&id, &actor, Told { done: said(&done), ..Told::default() }).await
}

impl Page {
    /// What was entered in a field of the form that was refused. A form may have several acts.
    fn kept(&self, acts: &str, field: &str) -> &str {
        if self.was(acts) { self.kept.text(field) } else { "" }
    }

    fn was(&self, acts: &str) -> bool {
        acts.split(' ').any(|act| act == self.kept.text("act"))
    }

    /// The rows for instalments, as entered.
    fn parts(&self) -> Vec<(usize, String, String)> {
        let (mut days, mut amounts) = (self.kept.all("part_day"), self.kept.all("part_amount"));
        let mut next = |n| {
            let pair = (days.next().unwrap_or_default(), amounts.next().unwrap_or_default());
            (n, pair.0.to_owned(), pair.1.to_owned())
        };
        (1..=PARTS).map(&mut next).collect()
    }

    fn credit(&self, invoice: &str) -> &str {
        self.kept.text(&format!("credit:{invoice}"))
    }
}

impl Console {
    pub async fn case_shown(&self, id: &str, actor: &Actor, told: Told) -> Response {
        let found = match id.parse() {
            Ok(id) => self.app.store.case(id).await,
            Err(_) => Ok(None),
        };
        let case = match found {
            Ok(Some(case)) => case,
            Ok(None) => return html::problem(StatusCode::NOT_FOUND, "There is no such case."),
            Err(error) => return html::failure(&error),
        };
        let status = if told.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        match self.case_page(&case, actor, told).await {
            Ok(page) => (status, html::page(&page)).into_response(),
            Err(error) => html::failure(&error),
        }
    }

    async fn case_page(&self, case: &CaseRow, actor: &Actor, told: Told) -> Result<Page, Failure> {
        let (app, course) = (&self.app, &case.course);
        let snapshot = account(app, &case.account).await?;
        let facts = &snapshot.facts;
        let (today, policy) = (app.today(), &app.rules.policy_of(&facts.account).policy);
        let left = at_stake::left(facts, policy, case.id, today);
        let items = items(case, facts, policy, &left, today);
        let (evidence_for, evidence_against) = evidence(case, facts, policy, today);
        let may = May::of(app, case, actor, actor.person.may(Permission::Review));
        let letter = match told.letter {
            None if may.write && !may.write_again => app.confirmation(case, None).await.ok().map(Letter::of),
            shown => shown,
        };
        let limit = match may.resolve {
            true => self.limit_of(case, &snapshot, actor, &items).await?,
            false => String::new(),
        };
        let playbook = app.rules.playbooks.of(course.kind);
        let (reason, locales) = (course.reason.as_deref(), [case.locale.as_str(), &app.settings.company.locale]);
        let due = app.next_due(case);
        let seen = told.kept.number("seen").and_then(|seen| usize::try_from(seen).ok()).unwrap_or(usize::MAX);
        let meanwhile = case.events.get(seen..).unwrap_or_default();
        Ok(Page {
            head: Head::of(&format!("Case {}: {}", case.id, case.name), actor),
            id: case.id,
            seen: case.events.len(),
            account: case.account.clone(),
            kind: course.kind.to_string(),
            reason: reason.and_then(CaseReason::from_code).map(|reason| reason.title),
            about: about(&case.concerns),
            status: course.status.to_string(),
            owner: course.owner.clone(),
            late: due.ends_with(", late"),
            due,
            heat: (!course.status.is_over()).then(|| app.temperature(course).degrees()),
            done: told.done,
            problem: told.problem,
            meanwhile: meanwhile.iter().map(|event| Done::of(app, event)).collect(),
            words: course.words.iter().map(|(at, words)| (minute(app, *at), words.clone())).collect(),
            wish: course.wish.clone(),
            proposal: course.proposal.as_ref().map(|proposal| {
                let (by, why) = (&proposal.author, &proposal.why);
                format!("{by} proposes: {}{}. {why}", proposal.outcome, by_invoice(&proposal.credits))
            }),
            solution: course.outcome.map(|outcome| outcome.to_string() + &by_invoice(&course.credits)),
            instalments: self.instalments(case, facts),
            evidence_for,
            evidence_against,
            today: case.evidence.is_empty(),
            terms: self.terms_in_force(facts),
            questions: match course.status.is_over() {
                true => Vec::new(),
                false => playbook.questions(reason).map(str::to_owned).collect(),
            },
            steps: playbook.steps.iter().map(|step| Step::of(step, course.has_done(step.code()), &may)).collect(),
            draft: playbook.acknowledgement(reason, &locales).map(|(_, draft)| draft.to_owned()),
            address: facts.address().map(str::to_owned),
            may,
            limit,
            follow_up_on: app.some_days_on().to_string(),
            colleagues: self.colleagues(course.owner.as_deref()),
            letter,
            sent: case.events.iter().rev().find(|event| event.did == Did::Writing).map(|event| event.why.clone()),
            course: case.events.iter().map(|event| Done::of(app, event)).collect(),
            items,
            kept: told.kept,
        })
    }

    async fn limit_of(
        &self,
        case: &CaseRow,
        snapshot: &Snapshot,
        actor: &Actor,
        items: &[Item],
    ) -> Result<String, Failure> {
        let mut currencies: Vec<Money> = items.iter().filter_map(|item| item.left).collect();
        currencies.sort_by_key(|money| money.currency);
        currencies.dedup_by_key(|money| money.currency);
        let me = self.app.colleague(&actor.person.name).map_err(Failure::Input)?;
        let earlier = self.app.settled_lately(&me, snapshot.id, case.id).await?;
        Ok(limit(&self.app, &me, &currencies, &earlier))
    }

    /// What became of each instalment that was agreed in the case.
    fn instalments(&self, case: &CaseRow, facts: &AccountFacts) -> Vec<String> {
        let (app, today) = (&self.app, self.app.today());
        let tolerance = app.rules.policy_of(&facts.account).policy.hold.promise_tolerance_days;
        let plans = facts.plans.iter().filter(|plan| plan.case == Some(case.id) && plan.ended.is_none());
        let parts = plans.flat_map(|plan| plan.parts(facts, tolerance, today));
        parts.map(|(day, amount, part)| format!("{amount:#} {} by {day}: {}", amount.currency, part.code())).collect()
    }

    /// What was agreed or asked for on the account before.
    fn terms_in_force(&self, facts: &AccountFacts) -> Vec<String> {
        let terms = facts.terms.iter().filter(|term| term.is_in_force(self.app.today()));
        let say = |term: &crate::domain::term::Term| {
            let until = term.until.map(|until| format!(" until {until}")).unwrap_or_default();
            format!("{} from {}{until}: {}", term.kind.code().replace('_', " "), term.from, term.note)
        };
        terms.map(say).collect()
    }

    /// To whom a case can be handed over; nobody is named where the policy has no staff.
    fn colleagues(&self, owner: Option<&str>) -> Vec<String> {
        let staff = self.app.rules.standard.policy.staff.iter().map(|person| person.name.clone());
        staff.filter(|name| owner != Some(name)).collect()
    }
}

impl Letter {
    pub fn of((to, mail): (String, crate::delivery::compose::Mail)) -> Self {
        Self { to, subject: mail.rendered.subject, text: mail.rendered.text }
    }
}

impl Step {
    fn of(step: &PlayStep, done: bool, may: &May) -> Self {
        let (own, form) = match step.code() {
            "listen" | "wish" => (false, may.words.then_some("words")),
            "acknowledge" => (false, may.answer.then_some("answer")),
            "all_out" => (false, may.heard.then_some("heard")),
            "agree" => (false, (may.resolve || may.resolve_later).then_some("resolve")),
            "confirm" => (false, may.write.then_some("write")),
            "follow_up" => (false, may.follow_up.then_some("follow-up")),
            "close" => (false, may.close.then_some("close")),
            _ => (true, None),
        };
        Self { code: step.code().to_owned(), say: step.say().to_owned(), done, form, tick: own && may.tick }
    }
}
