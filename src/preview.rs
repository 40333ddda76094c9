//! The mails that an account would get if the sweep came now, on the command line and in the console.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    app::{App, Failure},
    delivery::compose::Mail,
    domain::{
        money::Money,
        notice::{Line, State},
        plan::{Decision, Outcome, plan},
        policy::{LetterKind, Policy},
    },
    store::{
        outbox::Notice,
        snapshot::{Horizon, Snapshot},
    },
};

/// The token of a notice that is only looked at: its link leads to no page.
const EXAMPLE: &str = "preview";

/// A mail that would go, or that would wait for as long as something holds it.
#[derive(Debug)]
pub struct Preview {
    pub decision: Decision,
    pub mail: Mail,
}

impl App {
    /// One mail for each currency in which something has reached a new stage.
    pub async fn previews(&self, snapshot: &Snapshot, horizon: Horizon) -> Result<Vec<Preview>, Failure> {
        let published = self.rules.policy_of(&snapshot.facts.account);
        let payments_seen = self.store.payments_seen(horizon.batch).await?;
        let setting = self.sweeper();
        let decisions = plan(&snapshot.facts, &setting.setting(published, horizon.as_of, payments_seen));
        let composer = self.composer()?;
        let one = |decision: Decision| {
            let notice = would_be(self, snapshot, &published.policy, &decision, (horizon.as_of, payments_seen));
            let mail = composer.compose(&notice, &snapshot.facts.account);
            Ok(Preview { mail: mail.map_err(|error| Failure::Failed(error.to_string()))?, decision })
        };
        decisions.into_iter().map(one).collect()
    }

    /// Notes which documents of the invoices are not in the folder.
    pub fn find_documents(&self, snapshot: &mut Snapshot) {
        let documents = self.settings.path(&self.settings.files.documents);
        let named = snapshot.facts.invoices.iter().filter_map(|invoice| invoice.document.clone());
        snapshot.facts.missing_documents = named.filter(|name| !documents.join(name).is_file()).collect();
    }
}

/// The notice that this decision would become.
fn would_be(
    app: &App,
    snapshot: &Snapshot,
    policy: &Policy,
    decision: &Decision,
    (as_of, payments_seen): (NaiveDate, Option<DateTime<Utc>>),
) -> Notice {
    let stage = policy.stages.iter().find(|stage| stage.name == decision.stage);
    let second = stage.is_some_and(|stage| stage.letter == LetterKind::Second);
    let money = |minor| Money::new(minor, decision.currency);
    Notice {
        id: 0,
        account: snapshot.id,
        as_of,
        currency: decision.currency,
        stage: decision.stage.clone(),
        letter: if second { "second" } else { "first" }.to_owned(),
        policy: String::new(),
        token: EXAMPLE.to_owned(),
        page: app.links.as_ref().map(|links| links.kept_of(EXAMPLE)),
        address: snapshot.facts.address().unwrap_or("nobody@invalid.example").to_owned(),
        overdue_total: decision.overdue_total,
        credits: decision.credits,
        offer: match &decision.outcome {
            Outcome::Notice { offer } => offer.clone(),
            Outcome::Held { .. } => None,
        },
        planned_at: app.clock.now(),
        dated_at: app.clock.now(),
        considered: app.sweeper().considered(as_of, payments_seen),
        thread: None,
        due_at: None,
        state: State::Ready,
        attempts: 0,
        doubts: 0,
        refusals: 0,
        reply: None,
        bounced_at: None,
        lines: decision
            .items
            .iter()
            .map(|item| Line {
                invoice: item.invoice.clone(),
                issued: item.issued,
                due: item.due,
                days_overdue: item.days_overdue,
                residual: money(item.residual),
                stage: item.stage.clone(),
                document: item.document.clone().filter(|name| !snapshot.facts.missing_documents.contains(name)),
            })
            .collect(),
    }
}
