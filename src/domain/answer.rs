//! What a customer answers on the page of a notice, and what it comes to.

use chrono::{Days, Months, NaiveDate};
use serde::Deserialize;

use super::{account_facts::AccountFacts, calendar::plus_days, case::CaseKind, promise::promises};

/// How far the page may agree by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageRule {
    /// A day of payment is agreed at once when it is no more than so many days away; 0: never.
    pub promise_days: u32,
    /// Up to so many monthly instalments are agreed at once; 0: never.
    pub instalments: u32,
}

impl Default for PageRule {
    fn default() -> Self {
        Self { promise_days: 30, instalments: 3 }
    }
}

impl PageRule {
    /// What is wrong with it, each with its key.
    pub fn problems(self) -> Vec<String> {
        let mut found = Vec::new();
        if self.promise_days > 366 {
            found.push("`page.promise_days` must lie between 0 and 366".to_owned());
        }
        if self.instalments == 1 || self.instalments > MOST_PARTS {
            found.push(format!("`page.instalments` must be 0, or lie between 2 and {MOST_PARTS}"));
        }
        found
    }
}

/// Most instalments that can be asked for.
pub const MOST_PARTS: u32 = 6;
/// Days until the first instalment.
const FIRST_PART: Days = Days::new(14);
/// A word about the whole account counts as one about these items for so long.
const REMEMBERED: Days = Days::new(90);

/// The situation, as the customer says it. Texts are cleaned already; empty ones were not filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Paid {
        on: Option<NaiveDate>,
        reference: String,
        words: String,
    },
    /// `items` are the invoices that were named; none: all that the notice is about.
    Wrong {
        with: Wrong,
        items: Vec<String>,
        what: String,
        wish: String,
    },
    Time {
        asked: Asked,
        words: String,
    },
    Contact {
        words: String,
    },
}

/// What something is wrong with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    Service,
    Invoice,
}

/// How more time is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Until(NaiveDate),
    /// Monthly instalments.
    Parts(u32),
}

impl Answer {
    /// The code in the database.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Paid { .. } => "paid",
            Self::Wrong { with: Wrong::Service, .. } => "service",
            Self::Wrong { with: Wrong::Invoice, .. } => "invoice",
            Self::Time { .. } => "time",
            Self::Contact { .. } => "contact",
        }
    }

    /// Whether it is about the account, not about what is open on the notice.
    pub fn about_all(&self) -> bool {
        matches!(self, Self::Contact { .. })
    }

    /// Whether it has something to tell when nothing is open any more.
    pub fn outlives_payment(&self) -> bool {
        match self {
            Self::Wrong { .. } => true,
            Self::Contact { words } => !words.is_empty(),
            Self::Paid { .. } | Self::Time { .. } => false,
        }
    }

    /// The customer's words for the record, with what was filled in beside them.
    pub fn said(&self) -> String {
        let (filled, words) = match self {
            Self::Paid { on, reference, words } => {
                let on = on.map(|day| format!(" on {day}")).unwrap_or_default();
                let reference = if reference.is_empty() { String::new() } else { format!(", reference {reference}") };
                (format!("[paid already{on}{reference}]"), words)
            }
            Self::Wrong { what, .. } => return what.clone(),
            Self::Time { asked: Asked::Until(day), words } => (format!("[more time is needed: until {day}]"), words),
            Self::Time { asked: Asked::Parts(parts), words } => {
                (format!("[more time is needed: {parts} monthly instalments]"), words)
            }
            Self::Contact { words } => ("[not the right contact]".to_owned(), words),
        };
        if words.is_empty() { filled } else { format!("{filled}\n{words}") }
    }
}

/// What follows from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Follows {
    /// A person works on it.
    Case { kind: CaseKind, reason: Option<&'static str> },
    /// The word to pay by a day is taken.
    Promise { until: NaiveDate },
    /// Instalments are agreed: days and minor units.
    Plan { parts: Vec<(NaiveDate, i64)> },
}

/// `total` is what is open, in minor units. `asked_before`: more time was given already, so that a person decides.
pub fn follows(answer: &Answer, total: i64, asked_before: bool, rule: PageRule, today: NaiveDate) -> Follows {
    let case = |kind, reason| Follows::Case { kind, reason };
    match answer {
        Answer::Paid { .. } => case(CaseKind::PaidUnmatched, Some("paid")),
        Answer::Wrong { with: Wrong::Service, .. } => case(CaseKind::Protest, None),
        Answer::Wrong { with: Wrong::Invoice, .. } => case(CaseKind::Billing, None),
        Answer::Contact { .. } => case(CaseKind::Administrative, Some("contact")),
        Answer::Time { asked: Asked::Until(until), .. } => {
            let granted = !asked_before && (today..=plus_days(today, rule.promise_days)).contains(until);
            match granted && rule.promise_days > 0 {
                true => Follows::Promise { until: *until },
                false => case(CaseKind::CannotPay, None),
            }
        }
        Answer::Time { asked: Asked::Parts(number), .. } => {
            let granted = !asked_before && (2..=rule.instalments).contains(number) && total >= i64::from(*number);
            match parts(total, *number, today).filter(|_| granted) {
                Some(parts) => Follows::Plan { parts },
                None => case(CaseKind::CannotPay, Some("instalments")),
            }
        }
    }
}

/// Equal monthly parts; the first one has what does not divide.
fn parts(total: i64, number: u32, today: NaiveDate) -> Option<Vec<(NaiveDate, i64)>> {
    let first = today.checked_add_days(FIRST_PART)?;
    let each = total.checked_div(number.into())?;
    let rest = total - each * i64::from(number);
    let part = |n| Some((first.checked_add_months(Months::new(n))?, if n == 0 { each + rest } else { each }));
    (0..number).map(part).collect()
}

/// Whether more time was given for any of these items, or lately for the whole account.
pub fn asked_before(facts: &AccountFacts, items: &[String], today: NaiveDate) -> bool {
    let since = today.checked_sub_days(REMEMBERED).unwrap_or(today);
    let promised = promises(facts, today).iter().any(|promise| match &promise.invoice {
        Some(invoice) => items.contains(invoice),
        None => promise.made >= since,
    });
    promised || facts.plans.iter().any(|plan| plan.invoices.iter().any(|invoice| items.contains(invoice)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn time(asked: Asked) -> Answer {
        Answer::Time { asked, words: String::new() }
    }

    fn on(answer: &Answer, rule: PageRule) -> Follows {
        follows(answer, 10_000, false, rule, day("2026-01-31"))
    }

    #[test]
    fn a_day_is_agreed_within_bounds_once() {
        let rule = PageRule { promise_days: 30, instalments: 0 };
        let case = Follows::Case { kind: CaseKind::CannotPay, reason: None };
        for (until, granted) in
            [("2026-01-30", false), ("2026-01-31", true), ("2026-03-02", true), ("2026-03-03", false)]
        {
            let expected = if granted { Follows::Promise { until: day(until) } } else { case.clone() };
            assert_eq!(on(&time(Asked::Until(day(until))), rule), expected, "{until}");
        }
        let never = PageRule { promise_days: 0, ..rule };
        assert_eq!(on(&time(Asked::Until(day("2026-01-31"))), never), case);
        let again = follows(&time(Asked::Until(day("2026-02-02"))), 1, true, rule, day("2026-01-31"));
        assert_eq!(again, case);
    }

    #[test]
    fn instalments_add_up_and_have_a_bound() {
        let rule = PageRule::default();
        let Follows::Plan { parts } = on(&time(Asked::Parts(3)), rule) else { panic!() };
        let days = ["2026-02-14", "2026-03-14", "2026-04-14"].map(day);
        assert_eq!(parts, [(days[0], 3_334), (days[1], 3_333), (days[2], 3_333)]);
        let case = Follows::Case { kind: CaseKind::CannotPay, reason: Some("instalments") };
        for number in [0, 1, 4, 6, u32::MAX] {
            assert_eq!(on(&time(Asked::Parts(number)), rule), case, "{number}");
        }
        assert_eq!(on(&time(Asked::Parts(2)), PageRule { instalments: 0, ..rule }), case);
        assert_eq!(follows(&time(Asked::Parts(2)), 10_000, true, rule, day("2026-01-31")), case);
        assert_eq!(follows(&time(Asked::Parts(2)), 1, false, rule, day("2026-01-31")), case, "nothing to divide");
    }

    #[test]
    fn words_are_kept_as_they_are() {
        let wrong = Answer::Wrong {
            with: Wrong::Service,
            items: Vec::new(),
            what: "It broke.\n<b>".to_owned(),
            wish: "A new one".to_owned(),
        };
        assert_eq!((wrong.said(), wrong.code()), ("It broke.\n<b>".to_owned(), "service"));
        let paid = |on, reference: &str, words: &str| Answer::Paid {
            on,
            reference: reference.to_owned(),
            words: words.to_owned(),
        };
        assert_eq!(paid(None, "", "").said(), "[paid already]");
        assert_eq!(
            paid(Some(day("2026-01-03")), "TRX 7", "By cheque").said(),
            "[paid already on 2026-01-03, reference TRX 7]\nBy cheque"
        );
    }

    #[test]
    fn bounds_of_the_rule() {
        let good = |promise_days, instalments| PageRule { promise_days, instalments }.problems().is_empty();
        assert!(good(0, 0) && good(366, 6) && good(30, 2));
        assert!(!good(367, 0) && !good(0, 1) && !good(0, 7));
    }
}
