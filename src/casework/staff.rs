//! Who has a case, and what each may settle.

use chrono::Duration;

use crate::{
    app::App,
    domain::{
        case::{
            CaseKind,
            assign::{self, Settling},
            staff,
        },
        money::Money,
    },
    store::{self, cases::NewCase},
};

impl App {
    /// Who should have a new case; nobody when the policy names no staff.
    pub async fn owner(&self, kind: CaseKind, account: &str) -> store::Result<Option<String>> {
        let load = self.store.case_load().await?;
        Ok(assign::owner(&self.rules.standard.policy.staff, kind, account, &load).map(str::to_owned))
    }

    /// A case as it is opened now by what a customer said, with its owner and its due times.
    pub async fn new_case(&self, account: (i64, &str), kind: CaseKind, author: &str) -> store::Result<NewCase> {
        let due = self.due();
        Ok(NewCase {
            account: account.0,
            kind,
            reason: None,
            concerns: Vec::new(),
            opened: self.today(),
            owner: self.owner(kind, account.1).await?,
            respond_by: due.respond_by,
            resolve_by: due.resolve_by,
            author: author.to_owned(),
            why: String::new(),
            words: None,
        })
    }

    /// What a person settled without a second one in other cases of an account, not long ago.
    pub async fn settled_lately(&self, person: &str, account: i64, case: i64) -> store::Result<Vec<(String, Money)>> {
        let since = self.clock.now() - Duration::days(assign::WINDOW_DAYS);
        let mut others = self.store.settled_since(account, since).await?;
        let alone = |by: &String| staff::same_person(by, person);
        others.retain(|other| other.id != case && other.course.alone.as_ref().is_some_and(alone));
        Ok(others.into_iter().flat_map(|other| other.course.credits).collect())
    }

    /// Whether a person may settle so much without a second one, with what they settled earlier.
    pub fn settles_alone(&self, person: &str, credits: &[(String, Money)], earlier: &[(String, Money)]) -> bool {
        let (staff, all) = (&self.rules.standard.policy.staff, [credits, earlier].concat());
        credits.is_empty() || assign::settles(staff, person, &amounts(&all)) == Settling::Alone
    }

    pub fn may_approve(&self, proposer: &str, approver: &str, credits: &[(String, Money)]) -> Result<(), String> {
        let staff = &self.rules.standard.policy.staff;
        assign::may_approve(staff, proposer, approver, &amounts(credits)).map_err(|why| why.to_string())
    }

    /// The name of a person who works on cases; any name where the policy has no staff.
    pub fn colleague(&self, name: &str) -> Result<String, String> {
        match &self.rules.standard.policy.staff[..] {
            [] => Ok(name.to_owned()),
            staff => staff::find(staff, name).map(|person| person.name.clone()),
        }
    }
}

fn amounts(credits: &[(String, Money)]) -> Vec<Money> {
    credits.iter().map(|(_, amount)| *amount).collect()
}
