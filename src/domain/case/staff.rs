//! Who works on cases, and what each may settle alone.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::CaseKind;
use crate::domain::{
    audit::{CUSTOMER, DULY},
    money::{Currency, Money},
};

/// A person who works on cases. Those of the standard policy count.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    pub name: String,
    /// Kinds of cases that are theirs; all when there is none.
    #[serde(default)]
    pub kinds: BTreeSet<CaseKind>,
    /// What they may settle alone on one account within 30 days: amounts in major units by currency, as text. Nothing in a currency that is not named.
    #[serde(default)]
    pub limit: BTreeMap<Currency, String>,
    /// Whether they may approve what goes beyond anybody's limit.
    #[serde(default)]
    pub approves: bool,
    /// Numbers of the accounts that are theirs.
    #[serde(default)]
    pub accounts: BTreeSet<String>,
}

impl Staff {
    pub fn takes(&self, kind: CaseKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Minor units that they may settle alone.
    pub fn limit(&self, currency: Currency) -> i64 {
        let text = self.limit.get(&currency);
        text.and_then(|text| Money::parse(text, currency).ok()).map_or(0, |money| money.minor)
    }

    pub fn is(&self, name: &str) -> bool {
        same_person(&self.name, name)
    }
}

/// Whether two names are of one person: capitals and blanks do not make a second one.
pub fn same_person(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    plain(a) == plain(b)
}

/// The person of a name; else why not, with all that there are.
pub fn find<'a>(staff: &'a [Staff], name: &str) -> Result<&'a Staff, String> {
    staff.iter().find(|person| person.is(name)).ok_or_else(|| {
        let known: Vec<&str> = staff.iter().map(|person| person.name.as_str()).collect();
        format!("`{name}` is not among the staff of the policy; there are {}", known.join(", "))
    })
}

/// What is wrong with the list, each with its key.
pub fn problems(staff: &[Staff]) -> Vec<String> {
    let mut found = Vec::new();
    for person in staff {
        let name = &person.name;
        if name.trim().is_empty() || name.chars().any(char::is_control) {
            found.push(format!("`staff.name`: `{}` is not a name", name.escape_debug()));
        }
        if [DULY, CUSTOMER].iter().any(|own| person.is(own)) {
            found.push(format!("`staff.name`: `{name}` is how duly names what no colleague did"));
        }
        let same = staff.iter().filter(|other| other.is(name)).count();
        if same > 1 {
            found.push(format!("staff `{name}` is named {same} times: names must differ"));
        }
        for (currency, text) in &person.limit {
            match Money::parse(text, *currency) {
                Ok(money) if money.minor >= 0 => {}
                Ok(_) => found.push(format!("staff `{name}`: `limit.{currency}` must not be negative")),
                Err(why) => found.push(format!("staff `{name}`: `limit.{currency}`: {why}")),
            }
        }
        for account in &person.accounts {
            let theirs = staff.iter().filter(|other| other.accounts.contains(account)).count();
            if theirs > 1 {
                found.push(format!("staff `{name}`: account `{account}` is that of {theirs} people; give it to one"));
            }
        }
    }
    found
}
