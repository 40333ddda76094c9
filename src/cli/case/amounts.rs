//! Amounts of a case, and its instalments, as people read them.

use chrono::NaiveDate;

use crate::{
    cli::output::printable,
    domain::{account_facts::AccountFacts, instalments::Plan, money::Money, policy::Policy},
    tasks::cases::total,
};

/// `, 60.00 GBP on R-1501, 20.00 GBP on R-1502`; of several with their sum.
pub fn by_invoice(amounts: &[(String, Money)]) -> String {
    let one = |(invoice, amount): &(String, Money)| format!(", {amount} {} on {}", amount.currency, printable(invoice));
    let each: String = amounts.iter().map(one).collect();
    if amounts.len() > 1 { format!("{each}: {} in all", total(amounts)) } else { each }
}

/// A plan with what became of each part.
pub fn plan(plan: &Plan, facts: &AccountFacts, policy: &Policy, as_of: NaiveDate) -> String {
    let of = plan.case.map(|case| format!(" of case {case}")).unwrap_or_default();
    let about = printable(&plan.invoices.join(", "));
    let mut text = format!("\nInstalments for {about} (plan {}{of}), agreed {}\n", plan.id, plan.agreed);
    if let Some(ended) = plan.ended.filter(|ended| *ended <= as_of) {
        return text + &format!("  ended {ended}: nothing of it is waited for\n");
    }
    for (day, amount, part) in plan.parts(facts, policy.hold.promise_tolerance_days, as_of) {
        text += &format!("  {amount} {} by {day}: {}\n", amount.currency, part.code());
    }
    text
}
