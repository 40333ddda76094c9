//! What a customer's words come to: pure.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::{
    domain::{
        account_facts::AccountFacts,
        calendar::date_at,
        case::{CaseFact, CaseKind, CaseStatus},
        money::Money,
    },
    inbox::words::{self, ReplyKind, Said},
};

/// A word for a later day is a matter for a person.
const LONGEST_PROMISE: Days = Days::new(60);
/// A mail cannot be older than this when "Friday" is read in it.
const OLDEST: Days = Days::new(60);

/// What should follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Case {
        kind: CaseKind,
        reason: Option<&'static str>,
    },
    Promise {
        until: NaiveDate,
        amount: Option<Money>,
    },
    /// A person reads it.
    Read,
}

pub(super) fn answer(said: &Said, today: NaiveDate) -> Answer {
    let case = |kind, reason| Answer::Case { kind, reason };
    let latest = today.checked_add_days(LONGEST_PROMISE).unwrap_or(today);
    match &said.main {
        ReplyKind::NotTheDebtor => case(CaseKind::NotDebtor, None),
        ReplyKind::ServiceProtest => case(CaseKind::Protest, None),
        ReplyKind::BillingDispute => case(CaseKind::Billing, None),
        ReplyKind::PaidAlready { .. } => case(CaseKind::PaidUnmatched, Some("paid")),
        ReplyKind::CannotPay { .. } => {
            // "We cannot pay now. Could it be in parts?": it is asked for wherever it stands.
            let asked = said.findings.iter().any(|one| one.kind == ReplyKind::CannotPay { instalments: true });
            case(CaseKind::CannotPay, asked.then_some("instalments"))
        }
        ReplyKind::CopyRequest => case(CaseKind::Administrative, Some("copy")),
        ReplyKind::WrongContact => case(CaseKind::Administrative, Some("contact")),
        ReplyKind::Administrative => case(CaseKind::Administrative, None),
        ReplyKind::Promise { date: Some(until), amount } if (today..=latest).contains(until) => {
            Answer::Promise { until: *until, amount: *amount }
        }
        ReplyKind::Promise { .. } | ReplyKind::Stalling | ReplyKind::Thanks | ReplyKind::Other => Answer::Read,
    }
}

/// The day on which a mail was written, by its own word as far as that can be.
pub(super) fn written_on(date: Option<DateTime<Utc>>, zone: Tz, today: NaiveDate) -> NaiveDate {
    let oldest = today.checked_sub_days(OLDEST).unwrap_or(today);
    let near = date.filter(|date| (date.date_naive() - today).num_days().abs() <= 366);
    near.map_or(today, |date| date_at(zone, date)).clamp(oldest, today)
}

/// Invoices that a mail is about: those that it names, else those of the notice, else those of its subject.
pub(super) fn items(facts: &AccountFacts, written: &str, subject: &str, noticed: &[String]) -> Vec<String> {
    let known: Vec<&str> = facts.invoices.iter().map(|invoice| invoice.number.as_str()).collect();
    let owned = |named: Vec<&str>| named.into_iter().map(str::to_owned).collect::<Vec<String>>();
    let named = owned(words::mentions(written, &known));
    match (named.is_empty(), noticed) {
        (false, _) => named,
        (true, []) => owned(words::mentions(subject, &known)),
        (true, noticed) => noticed.to_vec(),
    }
}

/// The newest case on which these words belong. Mere thanks wake none that is solved, and make none of a suspicion.
pub(super) fn case_about<'f>(facts: &'f AccountFacts, items: &'f [String], main: &ReplyKind) -> Option<&'f CaseFact> {
    let under_way = |case: &CaseFact| matches!(case.status, CaseStatus::Open | CaseStatus::AwaitingCustomer);
    facts.cases_about(items).filter(|case| *main != ReplyKind::Thanks || under_way(case)).max_by_key(|case| case.id)
}

/// A case, if it is not over.
pub(super) fn under_way(facts: &AccountFacts, case: i64) -> Option<i64> {
    facts.cases.iter().find(|known| known.id == case && !known.status.is_over()).map(|known| known.id)
}

/// Invoices that a case is about.
pub(super) fn invoices_of(facts: &AccountFacts, case: i64) -> Vec<String> {
    let case = facts.cases.iter().find(|known| known.id == case);
    case.map(|case| case.concerns.iter().map(|concern| concern.invoice.clone()).collect()).unwrap_or_default()
}

pub(super) fn is_contact(facts: &AccountFacts, from: Option<&str>) -> bool {
    from.is_some_and(|from| facts.account.emails.iter().any(|email| email.eq_ignore_ascii_case(from)))
}

/// The words of a promise with a day, which something else in the mail outweighed.
pub(super) fn promised<'t>(said: &Said, written: &'t str) -> Option<&'t str> {
    let promise = |kind: &ReplyKind| matches!(kind, ReplyKind::Promise { date: Some(_), .. });
    let finding = said.findings.iter().find(|finding| promise(&finding.kind) && finding.kind != said.main)?;
    written.get(finding.words.clone())
}

/// The words that decided, for the record.
pub(super) fn decisive<'t>(said: &Said, written: &'t str) -> &'t str {
    let finding = said.findings.iter().find(|finding| finding.kind == said.main);
    finding.and_then(|finding| written.get(finding.words.clone())).unwrap_or_default()
}

/// An amount that belongs to one invoice, when it is part of it.
pub(super) fn part_of(facts: &AccountFacts, invoice: &str, amount: Money) -> Option<Money> {
    let known = facts.invoices.iter().find(|known| known.number == invoice)?;
    let fits = amount.currency == known.amount.currency && (1..=known.amount.minor).contains(&amount.minor);
    fits.then_some(amount)
}
