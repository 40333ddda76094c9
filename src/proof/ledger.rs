//! What is kept beside the facts, computed anew by the ledger function; and whether all money that
//! came in is somewhere.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{understood, verify::Check};
use crate::{
    domain::{
        account_facts::AccountFacts,
        ledger::{GrantSource, positions},
        money::{Currency, Money},
        policy::Policy,
    },
    rules::{Published, Rules},
    store::{
        Result,
        frozen::{Frozen, Kept},
        invariants::Difference,
        snapshot::{Horizon, Snapshot},
    },
};

/// Accounts looked at together: the bound of what is kept in memory.
const PAGE: i64 = 200;

/// Returns the checks of kept values and of money.
pub(super) async fn check(frozen: &mut Frozen, rules: &Rules) -> Result<[Check; 2]> {
    let (mut values, mut money) = (Check::new("kept values"), Check::new("money"));
    let earlier = earlier(frozen).await?;
    let mut last = 0;
    loop {
        let page = frozen.accounts(last, PAGE).await?;
        let Some(newest) = page.last() else { return Ok([values, money]) };
        last = *newest;
        let found = frozen.readable(&page, Horizon::everything(NaiveDate::MAX)).await?;
        for account in found.unreadable {
            values.differs(of("account", account.number, account.why, "what can be read".to_owned()));
        }
        let (mut kept, came_in) =
            match (understood(frozen.kept(&page).await)?, understood(frozen.came_in(&page).await)?) {
                (Ok(kept), Ok(came_in)) => (kept, came_in),
                (Err(why), _) | (_, Err(why)) => {
                    let key = format!("of the accounts {} to {newest}", page[0]);
                    values.differs(of("invoice", key, why, "what can be read".to_owned()));
                    continue;
                }
            };
        for snapshot in found.snapshots {
            let policy = &rules.policy_of(&snapshot.facts.account).policy;
            let kept = kept.remove(&snapshot.id).unwrap_or_default();
            values.counted += (kept.settled.len() + kept.agreed.len()) as u64;
            if let Some(difference) = unlike(&kept.agreed, &agreed(&snapshot.facts)) {
                values.differs(difference);
            }
            if let Some(difference) = differs(frozen, &snapshot, &kept, policy, &earlier).await? {
                values.differs(difference);
            }
            for (key, came_in, found) in conserved(&snapshot, policy, &came_in) {
                money.counted += 1;
                if came_in != found {
                    let computed = format!("{found} on invoices or unallocated");
                    money.differs(of("payment and credit", key, format!("{came_in} came in"), computed));
                }
            }
        }
    }
}

/// Policies of the past that may have been in force when a value was kept.
async fn earlier(frozen: &mut Frozen) -> Result<Vec<Policy>> {
    let mut found: Vec<Policy> = Vec::new();
    for version in frozen.policies().await? {
        let policy = Published::stored(version.name, &version.text).map(|published| published.policy);
        let same = |a: &Policy, b: &Policy| (a.allocate, &a.terms) == (b.allocate, &b.terms);
        found.extend(policy.filter(|policy| !found.iter().any(|other| same(other, policy))));
    }
    Ok(found)
}

/// The first value of an account that is not what the ledger function says. Values are kept when a
/// file tells something about the account: where they differ from today's, those of that day count,
/// by any policy there was.
async fn differs(
    frozen: &mut Frozen,
    snapshot: &Snapshot,
    kept: &Kept,
    policy: &Policy,
    earlier: &[Policy],
) -> Result<Option<Difference>> {
    let Some(first) = difference(&snapshot.facts, policy, kept) else { return Ok(None) };
    let mut then = vec![snapshot.clone()];
    if let Some((batch, recorded)) = frozen.last_batch(snapshot.id).await? {
        let horizon = Horizon { batch, recorded, ..Horizon::everything(NaiveDate::MAX) };
        then.extend(frozen.snapshots(&[snapshot.id], horizon).await?);
    }
    let explains = |policy: &Policy| then.iter().any(|then| difference(&then.facts, policy, kept).is_none());
    let explained = [policy].into_iter().chain(earlier).any(explains);
    Ok((!explained).then_some(first))
}

fn difference(facts: &AccountFacts, policy: &Policy, kept: &Kept) -> Option<Difference> {
    let computed = computed(facts, policy);
    let numbers: BTreeSet<&String> = kept.settled.keys().chain(computed.settled.keys()).collect();
    for number in numbers {
        let (kept, computed) = (kept.settled.get(number), computed.settled.get(number));
        if kept != computed {
            return Some(of("invoice", number.clone(), settled(kept), settled(computed)));
        }
    }
    unlike(&kept.granted, &computed.granted)
}

/// Gross and tax by invoice and source.
type Sums = BTreeMap<(String, String), (i64, i64)>;

/// The first sum that is not as computed.
fn unlike(kept: &Sums, computed: &Sums) -> Option<Difference> {
    let sources: BTreeSet<&(String, String)> = kept.keys().chain(computed.keys()).collect();
    let mut differ = sources.into_iter().filter(|key| kept.get(key) != computed.get(key));
    let key = differ.next()?;
    let (kept, computed) = (granted(kept.get(key)), granted(computed.get(key)));
    Some(of("adjustment", format!("{} {}", key.0, key.1), kept, computed))
}

/// What the resolutions in force agreed to.
fn agreed(facts: &AccountFacts) -> Sums {
    let mut found = Sums::new();
    for case in &facts.cases {
        for (invoice, amount) in &case.credits {
            found.entry((invoice.clone(), format!("case {}", case.id))).or_default().0 += amount.minor;
        }
    }
    found
}

fn of(table: &str, key: String, kept: String, computed: String) -> Difference {
    Difference { table: table.to_owned(), key, kept, computed }
}

fn settled(value: Option<&Option<NaiveDate>>) -> String {
    match value {
        None => "no such invoice".to_owned(),
        Some(None) => "open".to_owned(),
        Some(Some(date)) => format!("settled on {date}"),
    }
}

fn granted(value: Option<&(i64, i64)>) -> String {
    let (gross, tax) = value.copied().unwrap_or_default();
    format!("granted {gross}, tax {tax} in minor units")
}

fn computed(facts: &AccountFacts, policy: &Policy) -> Kept {
    let mut found = Kept::default();
    for item in positions(facts, policy, NaiveDate::MAX).into_values().flat_map(|position| position.items) {
        found.settled.insert(item.invoice.number.clone(), item.settled_on);
        for grant in item.grants {
            let source = match grant.source {
                GrantSource::Terms(tier) => format!("terms {tier}"),
                GrantSource::Offer(notice) => format!("notice {notice}"),
            };
            let sum = found.granted.entry((item.invoice.number.clone(), source)).or_default();
            *sum = (sum.0 + grant.amount, sum.1 + grant.tax);
        }
    }
    found.granted.retain(|_, sum| *sum != (0, 0));
    found
}

/// By currency: what came in, and what the ledger function made of it.
fn conserved(
    snapshot: &Snapshot,
    policy: &Policy,
    came_in: &BTreeMap<(i64, Currency), i64>,
) -> Vec<(String, Money, Money)> {
    let positions = positions(&snapshot.facts, policy, NaiveDate::MAX);
    let known = came_in.keys().filter(|(account, _)| *account == snapshot.id).map(|(_, currency)| *currency);
    let currencies: BTreeSet<Currency> = known.chain(positions.keys().copied()).collect();
    let one = |currency: Currency| {
        let found = positions.get(&currency).map_or(0, |position| {
            let settled: i64 = position.items.iter().map(|item| item.settled).sum();
            settled - position.closed + position.unallocated
        });
        let came_in = came_in.get(&(snapshot.id, currency)).copied().unwrap_or(0);
        let key = format!("{} {currency}", snapshot.facts.account.number);
        (key, Money::new(came_in, currency), Money::new(found, currency))
    };
    currencies.into_iter().map(one).collect()
}
