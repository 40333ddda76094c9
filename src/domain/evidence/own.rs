//! What the customer says in an open case: their own word beats any score.

use super::{Known, Observation, Side, kind::Kind, known::Key, words::Said};
use crate::domain::{
    case::{CaseFact, CaseKind},
    ledger::Item,
};

/// What the words are about is what the case is about, as a person or the word lists understood them.
pub(super) fn about<'k>(known: &'k Known, item: &'k Item) -> impl Iterator<Item = Observation> + 'k {
    let open = known.facts.cases.iter().filter(|case| case.opened <= known.as_of && !case.status.is_over());
    let about = open.filter(|case| case.is_about(&item.invoice.number));
    about.filter_map(|case: &CaseFact| {
        let (words, side) = (case.said.as_deref()?, side(case.kind)?);
        let source = format!("case {}", case.id);
        let key = Key { suffix: Some(case.id.to_string()), date: case.opened, source };
        let seen = known.seen(Kind::OwnWords, key, known.rule().weights.own_words, &Said::Own { words })?;
        Some(Observation { side, decisive: true, ..seen })
    })
}

fn side(kind: CaseKind) -> Option<Side> {
    match kind {
        CaseKind::Protest | CaseKind::Billing => Some(Side::Protest),
        CaseKind::PaidUnmatched => Some(Side::PaidUnmatched),
        CaseKind::CannotPay => Some(Side::Hardship),
        CaseKind::Administrative | CaseKind::NotDebtor => Some(Side::Administrative),
        CaseKind::Stalling => None,
    }
}
