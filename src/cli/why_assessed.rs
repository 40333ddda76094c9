//! The assessments that `duly why` shows, for people and as JSON.

use serde_json::{Value, json};

use super::output::printable;
use crate::{
    domain::{
        evidence::{Assessment, LogOdds, Observation, Side},
        facts::Account,
        plan::{Decision, Outcome},
    },
    store::snapshot::Horizon,
};

/// Each overdue item with its verdict, and what speaks for and against it.
pub fn text(assessed: &[Assessment]) -> String {
    let mut text = String::new();
    for assessment in assessed {
        let verdict = match assessment.verdict {
            Some(side) => format!("{} ({:+})", words(side), assessment.score(side)),
            None => format!("unclear (protest {:+})", assessment.score(Side::Protest)),
        };
        text += &format!("\nWhy {} is not paid: {verdict}\n", printable(&assessment.invoice));
        if assessment.observations.is_empty() {
            text += "  nothing is known\n";
        }
        for one in &assessment.observations {
            let side = if one.weight < LogOdds::ZERO { "against" } else { "for" };
            let decisive = if one.decisive { ", decisive" } else { "" };
            let (sentence, source) = (printable(&one.sentence), printable(&one.source));
            text += &format!("  {side} {} {:+}{decisive}: {sentence} ({source})\n", words(one.side), one.weight);
        }
    }
    text
}

fn words(side: Side) -> &'static str {
    match side {
        Side::PaidUnmatched => "paid but unmatched",
        _ => side.code(),
    }
}

pub fn value(
    account: &Account,
    policy: &str,
    horizon: Horizon,
    decisions: &[Decision],
    assessed: &[Assessment],
) -> Value {
    let decisions = decisions.iter().map(|decision| {
        let notice = matches!(decision.outcome, Outcome::Notice { .. });
        json!({
            "currency": decision.currency.to_string(), "stage": decision.stage,
            "outcome": if notice { "notice" } else { "held" },
            "reasons": decision.outcome.reasons().iter().map(|reason| reason.code()).collect::<Vec<_>>(),
            "withheld": decision.withheld.iter()
                .map(|(invoice, reason)| json!({ "invoice": invoice, "reason": reason.code() })).collect::<Vec<_>>(),
        })
    });
    json!({
        "account": account.number, "as_of": horizon.as_of.to_string(), "policy": policy,
        "decisions": decisions.collect::<Vec<_>>(), "assessments": assessed.iter().map(assessment).collect::<Vec<_>>(),
    })
}

fn assessment(assessment: &Assessment) -> Value {
    let scores = Side::ALL.map(|side| (side.code().to_owned(), assessment.score(side).to_string().into()));
    json!({
        "invoice": assessment.invoice, "verdict": assessment.code(), "scores": Value::Object(scores.into_iter().collect()),
        "evidence": assessment.observations.iter().map(observation).collect::<Vec<_>>(),
    })
}

fn observation(one: &Observation) -> Value {
    json!({
        "key": one.key, "kind": one.kind.code(), "side": one.side.code(), "weight": one.weight.to_string(),
        "decisive": one.decisive, "date": one.date.to_string(), "sentence": one.sentence, "source": one.source,
    })
}
