//! The instalments of a solution.

use chrono::NaiveDate;

use super::resolve::Look;
use crate::{
    app::Failure,
    domain::{case::CaseOutcome, excerpt::printable, instalments, money::Money},
    store::agreements::NewPlan,
};

/// Instalments for what is open of what the case is about.
pub(super) fn plan(
    look: &Look,
    (outcome, days): (CaseOutcome, &[(NaiveDate, String)]),
    (author, note): (&str, &str),
    today: NaiveDate,
) -> Result<Option<NewPlan>, Failure> {
    let bad = |why: &str| Failure::Input(why.to_owned());
    match (outcome, days.is_empty()) {
        (CaseOutcome::PlanAgreed, true) => {
            return Err(bad("a plan needs its instalments, each with its day and its amount"));
        }
        (CaseOutcome::PlanAgreed, false) => {}
        (_, false) => return Err(bad("instalments belong to the outcome `plan_agreed`")),
        (_, true) => return Ok(None),
    }
    let about = |number: &String| look.case.concerns.iter().any(|concern| concern.invoice == *number);
    let mut items = look.left.iter().filter(|(number, _)| look.case.concerns.is_empty() || about(number)).peekable();
    let currency = items.peek().map(|(_, open)| open.currency);
    let currency = currency.ok_or_else(|| bad("nothing is open of what the case is about; `explained` may fit"))?;
    let (mut invoices, mut open) = (Vec::new(), Money::new(0, currency));
    for (number, item) in items {
        if item.currency != currency {
            return Err(bad("its invoices are in several currencies; a plan is in one: open a case for each"));
        }
        invoices.push(number.clone());
        open.minor += item.minor;
    }
    let mut parts = Vec::new();
    for (day, text) in days {
        let amount = Money::parse(text, currency).ok().filter(|amount| amount.minor > 0);
        let wrong = || bad(&format!("the instalment of {day}, `{}`, is no amount in {currency}", printable(text)));
        parts.push((*day, amount.ok_or_else(wrong)?.minor));
    }
    parts.sort_unstable();
    if let Some(why) = instalments::refused(&parts, open, today) {
        return Err(bad(&why));
    }
    let note = Some(note.to_owned());
    let (account, case, author) = (look.snapshot.id, Some(look.case.id), author.to_owned());
    Ok(Some(NewPlan { account, case, invoices, currency, parts, note, author }))
}
