//! Small builders with readable defaults: account `C`, euros, the shipped policy, data always fresh.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use crate::domain::{
    account_facts::{AccountFacts, Hold},
    calendar::Calendar,
    case::{CaseFact, CaseKind, CaseStatus, Concern},
    facts::{Account, Credit, Event, EventKind, Invoice, Payment},
    ledger::{Item, Position, positions},
    money::{Currency, Money},
    notice::{NoticedStage, Offer, PastNotice},
    plan::{Decision, Outcome, Setting, plan},
    policy::Policy,
    reason::Reason,
};

/// Due date of invoices that say none.
pub const DUE: &str = "2026-01-05";

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The day on which an invoice due on [`DUE`] is `days` overdue.
pub fn overdue(days: u64) -> NaiveDate {
    day(DUE).checked_add_days(Days::new(days)).unwrap()
}

pub fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

pub fn eur(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

/// The policy that is shipped.
pub fn policy() -> Policy {
    toml::from_str(include_str!("../../../config/policy.toml")).unwrap()
}

pub fn account() -> Account {
    Account {
        number: "C".into(),
        name: "Customer".into(),
        emails: vec!["ar@customer.example".into()],
        locale: None,
        zone: None,
        country: None,
        policy: None,
        autopay: false,
        contact_name: None,
        phone: None,
    }
}

/// An invoice issued 30 days before [`DUE`].
pub fn invoice(number: &str, minor: i64) -> Invoice {
    invoice_due(number, DUE, minor)
}

pub fn invoice_due(number: &str, due: &str, minor: i64) -> Invoice {
    Invoice {
        number: number.into(),
        account: "C".into(),
        issued: day(due) - Days::new(30),
        due: day(due),
        amount: eur(minor),
        tax: None,
        terms: Vec::new(),
        delivered: None,
        document: None,
        product: None,
        note: None,
    }
}

/// An invoice of 1 January 2026 with terms such as `2/10`.
pub fn with_terms(number: &str, minor: i64, terms: &[&str]) -> Invoice {
    let terms = terms.iter().map(|tier| tier.parse().unwrap()).collect();
    Invoice { issued: day("2026-01-01"), due: day("2026-01-31"), terms, ..invoice(number, minor) }
}

pub fn payment(number: &str, received: NaiveDate, minor: i64, invoices: &[&str]) -> Payment {
    Payment {
        number: number.into(),
        account: "C".into(),
        received,
        amount: eur(minor),
        invoices: invoices.iter().map(ToString::to_string).collect(),
        note: None,
    }
}

pub fn credit(number: &str, date: NaiveDate, minor: i64, invoice: Option<&str>) -> Credit {
    Credit {
        number: number.into(),
        account: "C".into(),
        date,
        amount: eur(minor),
        invoice: invoice.map(Into::into),
        reason: None,
    }
}

pub fn event(number: &str, date: NaiveDate, kind: EventKind, invoice: Option<&str>) -> Event {
    Event {
        number: number.into(),
        account: "C".into(),
        date,
        kind,
        invoice: invoice.map(Into::into),
        until: None,
        amount: None,
        note: None,
    }
}

pub fn hold(from: NaiveDate, until: Option<NaiveDate>) -> Hold {
    Hold {
        id: 1,
        invoice: None,
        amount: None,
        reason: "asked".into(),
        from,
        until,
        note: None,
        author: "ann".into(),
        ended: None,
    }
}

pub fn case(id: i64, status: CaseStatus, opened: NaiveDate, invoices: &[&str], evidence: &[&str]) -> CaseFact {
    let concern = |invoice: &&str| Concern { invoice: (*invoice).to_owned(), amount: None };
    CaseFact {
        id,
        kind: CaseKind::Protest,
        status,
        opened,
        concerns: invoices.iter().map(concern).collect(),
        said: None,
        evidence: evidence.iter().map(ToString::to_string).collect(),
        outcome: None,
        credits: Vec::new(),
        credited_since: None,
    }
}

/// An earlier notice in euros: invoices with the stage and its days.
pub fn notice(id: i64, as_of: NaiveDate, stages: &[(&str, &str, u32)]) -> PastNotice {
    let stage = |(invoice, stage, days): &(&str, &str, u32)| NoticedStage {
        invoice: (*invoice).into(),
        stage: (*stage).into(),
        days: *days,
    };
    PastNotice { id, as_of, currency: currency("EUR"), stages: stages.iter().map(stage).collect(), offer: None }
}

pub fn offer(pay: i64, discount: i64, last_day: NaiveDate, invoices: &[&str]) -> Offer {
    let invoices = invoices.iter().map(ToString::to_string).collect();
    Offer { percent: 2.into(), pay, discount, last_day, invoices }
}

/// What the store would keep of a decision that became a notice.
pub fn noticed(id: i64, as_of: NaiveDate, decision: &Decision, policy: &Policy) -> PastNotice {
    let days = |name: &str| policy.stages.iter().find(|stage| stage.name == name).unwrap().days;
    let staged = decision.items.iter().filter_map(|item| item.stage.as_ref().map(|stage| (&item.invoice, stage)));
    let stages = staged.map(|(invoice, stage)| NoticedStage {
        invoice: invoice.clone(),
        stage: stage.clone(),
        days: days(stage),
    });
    let offer = match &decision.outcome {
        Outcome::Notice { offer } => offer.clone(),
        Outcome::Held { .. } => None,
    };
    PastNotice { id, as_of, currency: decision.currency, stages: stages.collect(), offer }
}

/// An account with the rules that it is judged by.
#[derive(Debug, Clone)]
pub struct World {
    pub facts: AccountFacts,
    pub policy: Policy,
    pub calendar: Calendar,
    /// When payment data last came in; `None` is the as-of date itself.
    pub seen: Option<DateTime<Utc>>,
}

impl World {
    pub fn of(invoices: Vec<Invoice>) -> Self {
        let facts = AccountFacts { invoices, ..AccountFacts::of(account()) };
        Self { facts, policy: policy(), calendar: Calendar::default(), seen: None }
    }

    pub fn setting(&self, as_of: NaiveDate) -> Setting<'_> {
        let fresh = as_of.and_time(NaiveTime::MIN).and_utc();
        Setting {
            policy: &self.policy,
            calendar: &self.calendar,
            country: "DE",
            zone: chrono_tz::Europe::Berlin,
            payments_seen: Some(self.seen.unwrap_or(fresh)),
            as_of,
        }
    }

    pub fn plan(&self, as_of: NaiveDate) -> Vec<Decision> {
        plan(&self.facts, &self.setting(as_of))
    }

    /// The only decision, where there is one.
    pub fn decision(&self, as_of: NaiveDate) -> Option<Decision> {
        let mut found = self.plan(as_of);
        assert!(found.len() <= 1, "{found:?}");
        found.pop()
    }

    /// Reasons of the only decision; none for a notice.
    pub fn reasons(&self, as_of: NaiveDate) -> Vec<Reason> {
        self.decision(as_of).expect("a decision").outcome.reasons().to_vec()
    }

    /// Invoices with the stages that a notice gives them, in order; empty when nothing is noticed.
    pub fn stages(&self, as_of: NaiveDate) -> Vec<(String, Option<String>)> {
        let notice = self.decision(as_of).filter(|decision| matches!(decision.outcome, Outcome::Notice { .. }));
        notice.into_iter().flat_map(|decision| decision.items).map(|item| (item.invoice, item.stage)).collect()
    }

    /// Plans and keeps the notices, as a sweep would.
    pub fn sweep(&mut self, as_of: NaiveDate) -> Vec<Decision> {
        let decisions = self.plan(as_of);
        for decision in decisions.iter().filter(|decision| matches!(decision.outcome, Outcome::Notice { .. })) {
            let id = self.facts.notices.len() as i64 + 1;
            self.facts.notices.push(noticed(id, as_of, decision, &self.policy));
        }
        decisions
    }

    /// The position in euros.
    pub fn position(&self, as_of: NaiveDate) -> Position<'_> {
        positions(&self.facts, &self.policy, as_of).remove(&currency("EUR")).unwrap()
    }

    pub fn item(&self, number: &str, as_of: NaiveDate) -> Item<'_> {
        self.position(as_of).items.into_iter().find(|item| item.invoice.number == number).unwrap()
    }
}
