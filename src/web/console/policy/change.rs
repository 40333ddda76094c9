//! One change: what it says, what it would do, and publishing it, or asking a second person.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension, Form as Sent,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    super::{
        Console, Shared,
        guard::Actor,
        html::{self, Head},
    },
    Answer, Pairs, nothing,
    overview::{lines, timetable},
    preview::{Seen, State as Stage, start},
    reason,
    sample::{Sample, samples},
    to, trouble,
    wording::language,
};
use crate::{
    domain::{
        case::staff::same_person,
        effect::{Difference, Does, Side, Way},
        money::Money,
        person::Permission,
        policy::Policy,
        publication::{ChangeState, Matter},
        second_person::touches_money,
    },
    rules::desk::{self, Outcome, Trouble, wording, words},
    store::{StoreError, changes::Change},
};

#[derive(Template)]
#[template(path = "console/policy_change.html")]
struct OneChange {
    head: Head,
    id: i64,
    edit: String,
    is_policy: bool,
    author: String,
    at: String,
    state: ChangeState,
    reason: String,
    decided: Option<String>,
    label: Option<String>,
    problem: Option<String>,
    /// What counts by now is not what this began from.
    stale: Option<Vec<String>>,
    lines: Vec<String>,
    unified: String,
    money: Vec<&'static str>,
    runs: Option<Runs>,
    preview: Preview,
    looked: bool,
    samples: Vec<Sample>,
    may: May,
    entered: String,
}

/// While a preview is under way its page is asked for again after so many seconds.
const AGAIN: &str = "2";

/// Schedules and next runs, old beside new.
struct Runs {
    old: String,
    new: String,
    both: Vec<(String, String)>,
}

enum Preview {
    /// Wording changes nobody's turn.
    None,
    Missing,
    Waiting,
    Running(usize, usize),
    Failed(String),
    Done(Found),
}

/// What was found, in words.
struct Found {
    at: String,
    accounts: u64,
    ways: Vec<(&'static str, u64)>,
    sides: Vec<(String, String, String)>,
    waits: Vec<String>,
    differing: u64,
    rows: Vec<[String; 4]>,
}

/// What whoever looks may do.
#[derive(Default)]
struct May {
    publish: bool,
    propose: bool,
    approve: bool,
    withdraw: bool,
    edit: bool,
    look: bool,
}

pub async fn page(State(console): State<Shared>, Extension(actor): Extension<Actor>, Path(id): Path<String>) -> Answer {
    let change = console.found_change(&id).await?;
    Ok(console.change_page(&actor, &change, None, "").await)
}

/// Looks anew what the change would do.
pub async fn look_again(State(console): State<Shared>, Path(id): Path<String>) -> Answer {
    let change = console.found_change(&id).await?;
    if change.matter != Matter::Policy {
        return Err(nothing());
    }
    start(&console, &change);
    Ok(to(&format!("/policy/changes/{}", change.id)))
}

/// Publishes one's own change, or asks a second person where it touches money.
pub async fn publish(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Sent(pairs): Pairs,
) -> Answer {
    let (change, why) = console.asked_change(&actor, &id, &pairs).await?;
    if change.state != ChangeState::Draft {
        return Err(console.refused_change(&actor, &change, "This was decided meanwhile.", why).await);
    }
    if console.change_money(&change).is_empty() {
        return Ok(console.make_version(&actor, &change, why).await);
    }
    let proposed =
        console.app.store.propose_change(change.id, (&actor.person.name, why), console.app.clock.now()).await;
    match proposed {
        Ok(()) => Ok(to("/policy?done=proposed")),
        Err(error) => Err(console.failed_change(&actor, &change, error, why).await),
    }
}

/// A second person agrees.
pub async fn approve(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Sent(pairs): Pairs,
) -> Answer {
    let (change, why) = console.asked_change(&actor, &id, &pairs).await?;
    if change.state != ChangeState::Waiting {
        let problem = "Nobody was asked, or it was decided meanwhile.";
        return Err(console.refused_change(&actor, &change, problem, why).await);
    }
    Ok(console.make_version(&actor, &change, why).await)
}

/// A second person declines, or the author takes it back.
pub async fn decline(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Sent(pairs): Pairs,
) -> Answer {
    let (change, why) = console.asked_change(&actor, &id, &pairs).await?;
    match console.app.store.end_change(change.id, (&actor.person.name, why), console.app.clock.now()).await {
        Ok(ChangeState::Withdrawn) => Ok(to("/policy?done=withdrawn")),
        Ok(_) => Ok(to("/policy?done=declined")),
        Err(error) => Err(console.failed_change(&actor, &change, error, why).await),
    }
}

impl Console {
    async fn found_change(&self, id: &str) -> Result<Change, Response> {
        let found = match id.parse() {
            Ok(id) => self.app.store.change(id).await,
            Err(_) => Ok(None),
        };
        found.map_err(|error| html::failure(&error))?.ok_or_else(nothing)
    }

    /// The change that an act is about, and why.
    async fn asked_change<'p>(
        &self,
        actor: &Actor,
        id: &str,
        pairs: &'p [(String, String)],
    ) -> Result<(Change, &'p str), Response> {
        let change = self.found_change(id).await?;
        match reason(pairs) {
            Ok(why) => Ok((change, why)),
            Err(problem) => Err(self.refused_change(actor, &change, problem, super::field(pairs, "reason")).await),
        }
    }

    /// Makes the change what counts, if it still may be.
    async fn make_version(&self, actor: &Actor, change: &Change, why: &str) -> Response {
        let (app, by) = (&self.app, actor.person.name.as_str());
        // The program or other words may be newer than the change.
        let problem = match change.matter {
            Matter::Policy => {
                desk::policy(&change.text, app.settings.company.zone).err().map(|problems| problems.join("; "))
            }
            Matter::Wording => {
                let checked = || wording::checked(&app.rules.words, &change.name, &change.text);
                let problems = tokio::task::block_in_place(checked).err();
                problems.map(|problems| problems.into_values().collect::<Vec<_>>().join("; "))
            }
        };
        if let Some(problem) = problem {
            return self.refused_change(actor, change, &problem, why).await;
        }
        match desk::publish(&app.settings, &app.store, change, (by, why), app.clock.now()).await {
            Ok(Outcome::Published(label, unwritten)) => {
                tracing::info!(label, by, "published in the console");
                self.stop.reread();
                if let Err(error) = app.store.ring().await {
                    tracing::warn!(%error, "the other replicas were not woken; they look by themselves");
                }
                to(if unwritten.is_some() { "/policy?done=unwritten" } else { "/policy?done=published" })
            }
            Ok(Outcome::Stale(_)) => {
                let problem = "Not published: something else was published meanwhile, or the file was changed by hand.";
                self.refused_change(actor, change, problem, why).await
            }
            Err(Trouble::Store(error)) => self.failed_change(actor, change, error, why).await,
            Err(error) => trouble(error),
        }
    }

    /// What the store refused stands on the page; anything else is a failure.
    async fn failed_change(&self, actor: &Actor, change: &Change, error: StoreError, why: &str) -> Response {
        match error {
            StoreError::Refused(problem) => self.refused_change(actor, change, &problem, why).await,
            error => html::failure(&error),
        }
    }

    async fn refused_change(&self, actor: &Actor, change: &Change, problem: &str, entered: &str) -> Response {
        let change = self.app.store.change(change.id).await.ok().flatten().unwrap_or_else(|| change.clone());
        let page = self.change_page(actor, &change, Some(problem.to_owned()), entered).await;
        if page.status() == StatusCode::OK { (StatusCode::UNPROCESSABLE_ENTITY, page).into_response() } else { page }
    }

    /// Both texts of a change of a policy.
    fn both_policies(&self, change: &Change) -> Option<(Policy, Policy)> {
        let read = |text: &str| desk::policy(text, self.app.settings.company.zone).ok();
        (change.matter == Matter::Policy).then(|| read(&change.base).zip(read(&change.text))).flatten()
    }

    /// What of a change needs a second person. Nobody can say that of one whose beginning cannot be read.
    fn change_money(&self, change: &Change) -> Vec<&'static str> {
        match (change.matter, self.both_policies(change)) {
            (Matter::Policy, Some((old, new))) => touches_money(&old, &new),
            (Matter::Policy, None) => vec!["what it began from is no policy"],
            (Matter::Wording, _) => Vec::new(),
        }
    }

    async fn change_page(&self, actor: &Actor, change: &Change, problem: Option<String>, entered: &str) -> Response {
        let app = &self.app;
        let open = matches!(change.state, ChangeState::Draft | ChangeState::Waiting);
        let mut stale = None;
        if open {
            match desk::current(&app.settings, &app.store, change.matter, &change.name).await {
                Ok(Some(current)) if current.text == change.base => {}
                Ok(Some(current)) => stale = Some(lines(change.matter, &change.base, &current.text)),
                Ok(None) => return nothing(),
                Err(error) => return trouble(error),
            }
        }
        let (is_policy, decides) = (change.matter == Matter::Policy, actor.person.may(Permission::Decide));
        let own = same_person(&change.author, &actor.person.name);
        let (money, policies) = (self.change_money(change), self.both_policies(change));
        let preview = match self.previews.of(change.id) {
            _ if !is_policy || !open => Preview::None,
            None => Preview::Missing,
            Some(Stage::Waiting) => Preview::Waiting,
            Some(Stage::Running(looked, all)) => Preview::Running(looked, all),
            Some(Stage::Failed(why)) => Preview::Failed(why),
            Some(Stage::Done(seen)) => Preview::Done(self.effect_told(&seen)),
        };
        let under_way = matches!(preview, Preview::Waiting | Preview::Running(..));
        // While the page refreshes by itself there is nothing to fill in.
        let decides_now = decides && (!under_way || problem.is_some());
        let draft = decides_now && own && change.state == ChangeState::Draft;
        let waiting = decides_now && change.state == ChangeState::Waiting;
        let may = May {
            publish: draft && stale.is_none() && money.is_empty(),
            propose: draft && stale.is_none() && !money.is_empty(),
            approve: waiting && !own,
            withdraw: waiting && own,
            edit: decides && own && open,
            look: decides && is_policy && open && !under_way,
        };
        let edit = match is_policy {
            true => format!("/policy/{}/edit?change={}", change.name, change.id),
            false => format!("/policy/wording/{}", change.name),
        };
        let title = match change.matter {
            Matter::Policy => format!("Change of the policy {}", change.name),
            Matter::Wording => format!("Change of the words in {}", language(&change.name)),
        };
        let decided = change.decided_by.as_ref().map(|by| {
            format!("{} by {by}: {}", change.state.code(), change.decided_why.as_deref().unwrap_or_default())
        });
        let was_refused = problem.is_some();
        let mut page = html::page(&OneChange {
            head: Head::of(&title, actor),
            id: change.id,
            edit,
            is_policy,
            author: change.author.clone(),
            at: self.policy_moment(change.begun_at),
            state: change.state,
            reason: change.reason.clone().unwrap_or_default(),
            decided,
            label: change.version.map(|version| format!("{}-{version}", change.name)),
            problem,
            stale,
            lines: lines(change.matter, &change.base, &change.text),
            unified: words::unified(&change.base, &change.text),
            money,
            runs: policies.map(|(old, new)| self.change_runs(&old, &new)),
            looked: matches!(preview, Preview::Done(_)),
            preview,
            samples: if open { samples(&app.settings, &app.rules.words, change) } else { Vec::new() },
            may,
            entered: entered.to_owned(),
        });
        if under_way && !was_refused {
            page.headers_mut().insert(header::REFRESH, HeaderValue::from_static(AGAIN));
        }
        page
    }

    fn change_runs(&self, old: &Policy, new: &Policy) -> Runs {
        let said = |policy: &Policy| timetable(policy.schedule.as_ref().map(|schedule| schedule.sweep.as_str()));
        let (before, after) = (self.policy_runs(old), self.policy_runs(new));
        let at = |runs: &[String], place: usize| runs.get(place).cloned().unwrap_or_else(|| "–".to_owned());
        let both = (0..before.len().max(after.len())).map(|place| (at(&before, place), at(&after, place))).collect();
        Runs { old: said(old), new: said(new), both }
    }

    /// What was found, in words.
    fn effect_told(&self, seen: &Arc<Seen>) -> Found {
        let effect = &seen.effect;
        let ways = [
            (Way::Noticed, "would be noticed now"),
            (Way::NoticedNoMore, "would not be noticed any more"),
            (Way::NoticedOtherwise, "would be noticed with another stage, sum or offer"),
            (Way::Held, "would be held now"),
            (Way::HeldNoMore, "would not be held any more"),
            (Way::HeldOtherwise, "would be held for other reasons"),
        ];
        let count = |way| effect.ways.get(way).copied().unwrap_or_default();
        let number = |side: &Side| (side.notices.to_string(), side.held.to_string());
        let ((old_notices, old_held), (new_notices, new_held)) = (number(&effect.old), number(&effect.new));
        let mut sides = vec![("Notices".to_owned(), old_notices, new_notices), ("Held".to_owned(), old_held, new_held)];
        let currencies: std::collections::BTreeSet<_> =
            effect.old.money.keys().chain(effect.new.money.keys()).copied().collect();
        for currency in currencies {
            let of = |side: &Side| side.money.get(&currency).copied().unwrap_or_default();
            let money = |minor| format!("{:#}", Money::new(minor, currency));
            let ((old, old_less), (new, new_less)) = (of(&effect.old), of(&effect.new));
            sides.push((format!("Asked for, {currency}"), money(old), money(new)));
            if (old_less, new_less) != (0, 0) {
                sides.push((format!("Discounts offered, {currency}"), money(old_less), money(new_less)));
            }
        }
        let waits = match seen.waits {
            [None, None] => Vec::new(),
            [old, new] if old == new => vec![("With or without the change", old)],
            [old, new] => vec![("As it is", old), ("With the change", new)],
        };
        let row = |difference: &Difference| {
            [
                difference.account.clone(),
                difference.name.clone(),
                does(&difference.old, difference),
                does(&difference.new, difference),
            ]
        };
        Found {
            at: self.policy_moment(seen.at),
            accounts: effect.accounts,
            ways: ways.iter().map(|(way, said)| (*said, count(way))).filter(|(_, number)| *number > 0).collect(),
            sides,
            waits: waits
                .into_iter()
                .filter_map(|(which, why)| Some(format!("{which}, the next sweep waits for a release: {}.", why?)))
                .collect(),
            differing: effect.differing(),
            rows: effect.differences.iter().map(row).collect(),
        }
    }
}

/// What is done with an account, in words.
fn does(does: &Does, difference: &Difference) -> String {
    let money = |minor| format!("{:#} {}", Money::new(minor, difference.currency), difference.currency);
    match does {
        Does::Nothing => "nothing yet".to_owned(),
        Does::Notice { stage, asked, discount: 0 } => format!("notice {stage}, {}", money(*asked)),
        Does::Notice { stage, asked, discount } => {
            format!("notice {stage}, {}, offer of {}", money(*asked), money(*discount))
        }
        Does::Held { reasons, .. } => {
            let reasons: Vec<&str> = reasons.iter().map(|reason| reason.sentence()).collect();
            format!("held: {}", reasons.join("; "))
        }
    }
}
