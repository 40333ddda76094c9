//! All that is known of one account: the input of every decision.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    audit::DULY,
    case::CaseFact,
    cohort::Cohort,
    facts::{Account, Credit, Event, Invoice, Payment},
    instalments::Plan,
    money::Money,
    notice::PastNotice,
    promise::Promise,
    term::Term,
};

/// Facts of one account as far as they are recorded; rules look at those effective on their date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    pub account: Account,
    pub invoices: Vec<Invoice>,
    pub payments: Vec<Payment>,
    pub credits: Vec<Credit>,
    pub events: Vec<Event>,
    pub holds: Vec<Hold>,
    pub cases: Vec<CaseFact>,
    /// Promises that staff took down; those that files told are events.
    pub promises: Vec<Promise>,
    pub plans: Vec<Plan>,
    pub terms: Vec<Term>,
    /// Notices that count: planned, on their way, sent or perhaps sent.
    pub notices: Vec<PastNotice>,
    /// Addresses that refused mail for good.
    pub refused_addresses: BTreeSet<String>,
    /// What others billed for the same products leave open just as well.
    pub cohorts: Vec<Cohort>,
    /// Documents named by invoices that are not in the documents folder.
    pub missing_documents: BTreeSet<String>,
}

impl AccountFacts {
    /// An account of which nothing but itself is known.
    pub fn of(account: Account) -> Self {
        Self {
            account,
            invoices: Vec::new(),
            payments: Vec::new(),
            credits: Vec::new(),
            events: Vec::new(),
            holds: Vec::new(),
            cases: Vec::new(),
            promises: Vec::new(),
            plans: Vec::new(),
            terms: Vec::new(),
            notices: Vec::new(),
            refused_addresses: BTreeSet::new(),
            cohorts: Vec::new(),
            missing_documents: BTreeSet::new(),
        }
    }

    /// Whether any of its cases is not over, whatever it is about.
    pub fn in_a_case(&self, as_of: NaiveDate) -> bool {
        self.cases.iter().any(|case| case.opened <= as_of && !case.status.is_over())
    }

    /// The cases that are not over and about any of these items, or about all; about any when none is named.
    pub fn cases_about<'f>(&'f self, items: &'f [String]) -> impl Iterator<Item = &'f CaseFact> {
        let concerns = |case: &&CaseFact| {
            case.concerns.is_empty() || items.is_empty() || items.iter().any(|invoice| case.is_about(invoice))
        };
        self.cases.iter().filter(|case| !case.status.is_over()).filter(concerns)
    }

    /// Takes what is unusual about the products of its invoices.
    pub fn belong_to(&mut self, cohorts: &[Cohort]) {
        let own = |cohort: &&Cohort| {
            let mut products =
                self.invoices.iter().filter_map(|invoice| Some((invoice.product.as_ref()?, invoice.due)));
            products.any(|(product, due)| cohort.holds(product, due))
        };
        self.cohorts = cohorts.iter().filter(own).cloned().collect();
    }

    /// The first address that has not refused mail.
    pub fn address(&self) -> Option<&str> {
        self.account.emails.iter().map(String::as_str).find(|email| !self.refused_addresses.contains(*email))
    }
}

/// A person's word that notices wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub id: i64,
    /// The whole account when no invoice is named.
    pub invoice: Option<String>,
    /// The disputed part of the invoice; the whole of it when none is named.
    pub amount: Option<Money>,
    pub reason: String,
    pub from: NaiveDate,
    /// Last day, inclusive; the hold lapses by itself.
    pub until: Option<NaiveDate>,
    pub note: Option<String>,
    pub author: String,
    /// Day from which a person ended it.
    pub ended: Option<NaiveDate>,
}

/// Reason of the holds that duly sets for a mail that a person should read.
pub const UNREAD_REPLY: &str = "unread_reply";

impl Hold {
    /// Whether duly set it for a mail.
    pub fn is_for_a_mail(&self) -> bool {
        self.reason == UNREAD_REPLY && self.author == DULY
    }

    pub fn holds_on(&self, as_of: NaiveDate) -> bool {
        self.from <= as_of && self.until.is_none_or(|until| as_of <= until) && self.ended.is_none_or(|end| as_of < end)
    }
}
