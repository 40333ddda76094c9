//! Whether what is kept is right: everything that can be computed anew is, from one state of the
//! database, in pages, so that memory stays flat.

use super::{chain, ledger};
use crate::{
    domain::audit::Head,
    rules::Rules,
    store::{
        Result, Store,
        invariants::{Difference, INVARIANTS},
    },
};

/// What one check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    /// How much was looked at.
    pub counted: u64,
    pub differences: u64,
    pub first: Option<Difference>,
}

impl Check {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, counted: 0, differences: 0, first: None }
    }

    pub(super) fn differs(&mut self, difference: Difference) {
        self.differences += 1;
        self.first.get_or_insert(difference);
    }
}

/// What all checks came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub checks: Vec<Check>,
    /// The end of the chain.
    pub head: Head,
    /// Notices sent that no entry of the chain covers yet: the next delivery seals them.
    pub unsealed: u64,
}

impl Proof {
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(|check| check.differences == 0)
    }
}

/// Checks everything. `expect` is where the chain was when somebody noted it elsewhere.
pub async fn verify(store: &Store, rules: &Rules, expect: Option<&Head>) -> Result<Proof> {
    let mut frozen = store.freeze().await?;
    let mut checks = Vec::new();
    if let Some(damage) = frozen.damage().await? {
        let mut check = Check { counted: 1, ..Check::new("file") };
        for line in damage {
            let (key, computed) = ("integrity_check".to_owned(), "ok".to_owned());
            check.differs(Difference { table: "database".to_owned(), key, kept: line, computed });
        }
        checks.push(check);
    }
    for invariant in &INVARIANTS {
        let mut check = Check { counted: frozen.counted(invariant).await?, ..Check::new(invariant.name) };
        for (number, difference) in frozen.broken(invariant).await? {
            check.differs(difference);
            check.differences += number - 1;
        }
        checks.push(check);
    }
    checks.extend(ledger::check(&mut frozen, rules).await?);
    let chain = chain::check(&mut frozen, expect).await?;
    checks.extend(chain.checks);
    Ok(Proof { checks, head: chain.head, unsealed: chain.unsealed })
}
