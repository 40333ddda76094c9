//! Cases as they stood at a horizon, folded from their events.

use chrono::NaiveDate;

use super::{LAST_DAY, Page, timestamp};
use crate::{
    domain::{
        account_facts::AccountFacts,
        case::{CaseFact, CaseKind, CaseOutcome, CaseStatus, Concern},
    },
    store::{Result, engine::Columns},
};

impl Page<'_> {
    pub(super) async fn cases(&mut self) -> Result<()> {
        let events = self.rows(self.case_events(), " ORDER BY 2, 4").await?;
        if events.is_empty() {
            return Ok(());
        }
        self.each(&events, fold)?;
        let text = "SELECT c.account, c.id, i.invoice, i.currency, i.amount FROM cases c \
                    JOIN case_item i ON i.case_id = c.id WHERE c.account";
        let rows = self.rows(text.to_owned(), " ORDER BY c.id, i.invoice").await?;
        self.each(&rows, |facts, mut c| {
            let Some(case) = found(facts, c.take()?) else { return Ok(()) };
            case.concerns.push(Concern { invoice: c.take()?, amount: c.money_optional()? });
            Ok(())
        })?;
        let text =
            "SELECT c.account, c.id, e.key FROM cases c JOIN case_evidence e ON e.case_id = c.id WHERE c.account";
        let rows = self.rows(text.to_owned(), " ORDER BY c.id, e.invoice, e.key").await?;
        self.each(&rows, |facts, mut c| {
            let Some(case) = found(facts, c.take()?) else { return Ok(()) };
            case.evidence.push(c.take()?);
            Ok(())
        })
    }

    /// Events of the cases that were known, as far as they were effective and recorded by then.
    fn case_events(&self) -> String {
        let recorded = timestamp(self.horizon.recorded);
        let made = match self.horizon.before_sweep {
            None => format!("c.recorded_at <= '{recorded}'"),
            // Those that no sweep is known of are from people and mails, or from before sweeps were kept with them.
            Some(sweep) => format!("(c.sweep < {sweep} OR (c.sweep IS NULL AND c.recorded_at <= '{recorded}'))"),
        };
        // What is only proposed is in force for nobody.
        format!(
            "SELECT c.account, c.id, c.opened, e.id, COALESCE(e.kind, c.kind), e.status, \
             CASE WHEN e.step <> 'proposed' THEN e.outcome END, e.effective, \
             CASE WHEN e.step = 'said' THEN e.why END, k.invoice, k.currency, k.amount \
             FROM cases c JOIN case_event e ON e.case_id = c.id LEFT JOIN case_credit k ON k.case_event = e.id \
             WHERE {made} AND e.effective <= '{}' AND e.recorded_at <= '{recorded}' AND c.account",
            self.horizon.as_of.min(LAST_DAY)
        )
    }
}

fn found(facts: &mut AccountFacts, id: i64) -> Option<&mut CaseFact> {
    facts.cases.iter_mut().find(|case| case.id == id)
}

/// Takes one event, or one of the credits of an event, in order.
fn fold(facts: &mut AccountFacts, mut c: Columns) -> Result<()> {
    let (id, opened, _event): (i64, NaiveDate, i64) = (c.take()?, c.take()?, c.take()?);
    let (kind, status) = (c.code(CaseKind::from_code)?, c.code(CaseStatus::from_code)?);
    if found(facts, id).is_none() {
        let (concerns, evidence, credits) = (Vec::new(), Vec::new(), Vec::new());
        let (said, outcome, credited_since) = (None, None, None);
        let case = CaseFact { id, kind, status, opened, concerns, said, evidence, outcome, credits, credited_since };
        facts.cases.push(case);
    }
    let Some(case) = found(facts, id) else { return Ok(()) };
    (case.kind, case.status) = (kind, status);
    let outcome = c.code_optional(CaseOutcome::from_code)?;
    let (effective, said): (NaiveDate, Option<String>) = (c.take()?, c.take()?);
    case.said = case.said.take().or(said);
    match outcome {
        Some(outcome) => {
            if case.outcome.is_none() {
                case.outcome = Some((outcome, effective));
            }
            if let (Some(invoice), true) = (c.take()?, outcome.is_booked()) {
                case.credits.push((invoice, c.money()?));
                case.credited_since.get_or_insert(effective);
            }
        }
        // Opened again: what was agreed is open again too.
        None if status == CaseStatus::Open => {
            case.outcome = None;
            case.credits.clear();
        }
        None => {}
    }
    Ok(())
}
