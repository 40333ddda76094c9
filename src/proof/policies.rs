//! The policies of a past sweep.

use std::collections::BTreeMap;

use crate::{
    domain::facts::Account,
    rules::{Published, Rules},
    store::{
        Result, StoreError,
        frozen::{Frozen, PolicyVersion},
        past::PastSweep,
    },
};

/// Policy versions by their labels, and which one was in force of each name.
pub(super) struct Policies {
    by_label: BTreeMap<String, Published>,
    in_force: BTreeMap<String, String>,
    /// Name of the policy of accounts that name none.
    standard: String,
}

impl Policies {
    /// A version that the sweep's decisions name was in force; else the newest one that there was
    /// when it began.
    pub async fn of(frozen: &mut Frozen, rules: &Rules, sweep: &PastSweep) -> Result<Self> {
        let standard = rules.standard.policy.name.clone();
        let mut found = Self { by_label: BTreeMap::new(), in_force: BTreeMap::new(), standard };
        let mut versions = frozen.policies().await?;
        let named = |version: &PolicyVersion| sweep.policies.contains(&label(version));
        versions.sort_by_key(|version| !named(version));
        for version in versions {
            let label = label(&version);
            if !named(&version) && version.recorded_at > sweep.started_at {
                continue;
            }
            let unknown = || StoreError::Value(format!("policy `{label}`"));
            let published = Published::stored(label.clone(), &version.text).ok_or_else(unknown)?;
            found.in_force.entry(version.name).or_insert_with(|| label.clone());
            found.by_label.insert(label, published);
        }
        Ok(found)
    }

    /// The policy of an account; `label` is the one that its decision names.
    pub fn of_account(&self, account: &Account, label: Option<&str>) -> Result<&Published> {
        let in_force = |name: &String| self.in_force.get(name).map(String::as_str);
        let label = label.or_else(|| account.policy.as_ref().and_then(in_force)).or_else(|| in_force(&self.standard));
        let unknown = || StoreError::Refused(format!("the policy `{}` of that time is not known", self.standard));
        label.and_then(|label| self.by_label.get(label)).ok_or_else(unknown)
    }

    /// Days of the first stage over all policies: nothing younger can be due.
    pub fn first_days(&self) -> Option<u32> {
        let published = self.in_force.values().filter_map(|label| self.by_label.get(label));
        published.filter_map(|published| published.policy.stages.first()).map(|stage| stage.days).min()
    }
}

fn label(version: &PolicyVersion) -> String {
    format!("{}-{}", version.name, version.version)
}
