//! Sweeps that plan what a contract asks for.

use duly::{
    domain::plan::{Decision, Outcome, PlannedItem},
    domain::reason::Reason,
    store::{
        outbox::Notice,
        sweep_pages::PageCounts,
        sweeps::{NewNotice, Planned},
    },
};

use crate::fresh::{Fresh, at, day, pounds};

/// The day of the sweeps.
pub const DAY: &str = "2025-03-03";

/// From when their notices may be sent.
pub const DUE_AT: &str = "2025-03-03T09:00";

/// Later than that.
pub const LATER: &str = "2025-03-03T10:00";

/// A notice about the one invoice of an account at stage `first`.
pub fn notice(id: i64, number: &str) -> Planned {
    let new = NewNotice {
        token: format!("token-{number}-{id}"),
        page: None,
        letter: "friendly",
        address: format!("{number}@buyer.example"),
        due_at: at(DUE_AT),
        considered: day(DAY),
        stage_days: vec![Some(60)],
    };
    Planned { notice: Some(new), ..held(id, number, Vec::new()) }
}

/// An account about which nothing is sent.
pub fn held(id: i64, number: &str, reasons: Vec<Reason>) -> Planned {
    let outcome = match reasons.is_empty() {
        true => Outcome::Notice { offer: None },
        false => Outcome::Held { reasons },
    };
    let item = PlannedItem {
        invoice: format!("INV-{number}"),
        issued: day("2024-12-01"),
        due: day("2024-12-31"),
        days_overdue: 62,
        residual: 10_000,
        stage: Some("first".to_owned()),
        document: None,
    };
    let decision = Decision {
        account: number.to_owned(),
        currency: pounds(),
        stage: "first".to_owned(),
        outcome,
        overdue_total: 10_000,
        credits: 0,
        items: vec![item],
        withheld: Vec::new(),
        suspicions: Vec::new(),
    };
    Planned { account: id, decision, policy: "standard-1".to_owned(), notice: None }
}

impl Fresh {
    /// Accounts with an invoice and a ready notice each, in this order.
    pub async fn with_notices(&self, numbers: &[&str]) -> Vec<Notice> {
        self.with_accounts(numbers).await;
        let mut planned = Vec::new();
        for number in numbers {
            planned.push(notice(self.account(number).await, number));
        }
        self.sweep(&planned).await;
        let mut found = Vec::new();
        for plan in &planned {
            found.extend(self.notices_of(plan.account).await.unwrap());
        }
        found
    }

    /// Begins a sweep over pages of accounts.
    pub async fn start(&self, pages: &[&[i64]], worker: i64) -> i64 {
        self.start_sweep(day(DAY), pages.iter().copied(), &[], worker, at(DUE_AT)).await.unwrap()
    }

    /// A sweep of one page that commits this; its id.
    pub async fn sweep(&self, planned: &[Planned]) -> i64 {
        let worker = self.worker().await;
        let accounts: Vec<i64> = planned.iter().map(|plan| plan.account).collect();
        let sweep = self.start(&[&accounts], worker).await;
        let page = self.claim_page(sweep).await.unwrap().unwrap();
        page.commit(day(DAY), planned, &counts(planned), at(DUE_AT)).await.unwrap();
        self.finish_sweep(sweep, at(DUE_AT)).await.unwrap();
        sweep
    }

    /// States of all notices, oldest first.
    pub async fn states(&self) -> Vec<String> {
        self.rows("SELECT state FROM notice ORDER BY id").await
    }
}

pub fn counts(planned: &[Planned]) -> PageCounts {
    let notices = planned.iter().filter(|plan| plan.notice.is_some()).count() as u64;
    PageCounts { notices, held: planned.len() as u64 - notices, reasons: "promise=1".to_owned() }
}
