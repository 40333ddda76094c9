//! What is left of a discount: never evidence, since the customer thinks that all is paid.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::{account_facts::AccountFacts, ledger::Item, policy::Policy, settle};

/// Tells what is only left of a discount.
pub(super) struct Residues<'a> {
    policy: &'a Policy,
    /// The largest discount that was offered on an invoice, in minor units.
    offered: BTreeMap<&'a str, i64>,
}

impl<'a> Residues<'a> {
    pub fn of(facts: &'a AccountFacts, policy: &'a Policy, as_of: NaiveDate) -> Self {
        let mut offered: BTreeMap<&str, i64> = BTreeMap::new();
        let offers = facts.notices.iter().filter(|notice| notice.as_of <= as_of).filter_map(|n| n.offer.as_ref());
        for offer in offers {
            for invoice in &offer.invoices {
                let most = offered.entry(invoice).or_default();
                *most = offer.discount.max(*most);
            }
        }
        Self { policy, offered }
    }

    /// Whether something was paid and no more is left than a discount that was ever agreed or offered, in time or not.
    pub fn is_one(&self, item: &Item) -> bool {
        let offered = self.offered.get(item.invoice.number.as_str()).copied().unwrap_or(0);
        let most = offered.max(settle::largest_discount(item, &self.policy.terms));
        item.late_discount || (item.payments > 0 && item.residual <= most)
    }
}
