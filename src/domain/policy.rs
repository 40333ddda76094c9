//! The policy of the finance team: stages, offers, holds, limits, sending hours.
//!
//! Read from `config/policy.toml`; unknown keys are errors. A policy is immutable once it has
//! been used: a changed file becomes a new version, and each decision names its version.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{
    alarm::AlarmRule,
    answer::PageRule,
    calendar::Window,
    case::{
        CaseRule,
        staff::{self, Staff},
    },
    discount::Terms,
    evidence::EvidenceRule,
    money::{Currency, Money},
};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Short name; together with the version it is shown as `standard-3`.
    pub name: String,
    /// Nothing is noticed while this is true.
    #[serde(default)]
    pub paused: bool,
    /// When sweeps run. That of the standard policy counts.
    pub schedule: Option<Schedule>,
    #[serde(rename = "stage", default)]
    pub stages: Vec<Stage>,
    #[serde(default)]
    pub climb: Climb,
    #[serde(default)]
    pub allocate: Allocate,
    pub hold: HoldRules,
    #[serde(default)]
    pub minimum: Minimum,
    pub offer: Option<OfferRule>,
    #[serde(default)]
    pub terms: Terms,
    pub limits: Limits,
    pub sending: Sending,
    pub in_doubt: InDoubtRule,
    /// When whoever runs duly should look.
    #[serde(default)]
    pub alarm: AlarmRule,
    pub costs: Costs,
    /// When observations amount to a possible protest.
    pub evidence: EvidenceRule,
    /// How quickly cases are answered and resolved.
    #[serde(default)]
    pub cases: CaseRule,
    /// Who works on them.
    #[serde(default)]
    pub staff: Vec<Staff>,
    /// How far the customer's page may agree by itself.
    #[serde(default)]
    pub page: PageRule,
}

/// When sweeps run, in the company's zone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Cron expression of five fields: minute, hour, day of month, month, day of week.
    pub sweep: String,
}

/// A step of the policy. Stages are listed in order of their days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    pub name: String,
    /// Days overdue from which an item stands at this stage.
    pub days: u32,
    pub letter: LetterKind,
}

/// Which letter a stage sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterKind {
    First,
    Second,
}

/// How an item that has passed several stages without a notice goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Climb {
    /// The next stage only, whatever the days.
    #[default]
    OneAtATime,
    /// The highest stage that the days allow.
    Latest,
}

/// What becomes of money that names no invoice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Allocate {
    /// It stays unallocated: set against the oldest items when deciding, never booked.
    #[default]
    Named,
    /// It settles the oldest items.
    OldestFirst,
}

/// When an account or an item is held. All numbers are days; 0 switches a rule off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldRules {
    /// No notice to an account that had one fewer days ago.
    pub min_gap_days: u32,
    /// No notices at all when no payment data came for this many business days.
    pub stale_after_business_days: u32,
    /// Quiet time after a price or contact change.
    pub settling_in_days: u32,
    /// Quiet time after the invoice itself was delivered.
    pub delivered_days: u32,
    /// Days after a promised date before the promise counts as broken.
    pub promise_tolerance_days: u32,
    /// Quiet time after instalments were asked for, unless the event says until when.
    pub instalment_request_days: u32,
    /// Whether the undisputed items of an account are still noticed.
    pub undisputed_rest: bool,
    /// Invoices due before this date are left to whatever came before duly.
    pub cutover: Option<NaiveDate>,
}

/// What is too little to send a notice about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minimum {
    /// Amounts in major units by currency, as text: `EUR = "10.00"`.
    #[serde(default)]
    pub amount: BTreeMap<Currency, String>,
    /// Share of all open items of the account that must be overdue, in percent.
    #[serde(default)]
    pub share_percent: Decimal,
}

impl Minimum {
    /// Minor units below which nothing is sent.
    pub fn minor(&self, currency: Currency) -> i64 {
        let text = self.amount.get(&currency);
        text.and_then(|text| Money::parse(text, currency).ok()).map_or(0, |money| money.minor)
    }
}

/// The prompt-payment offer made in a notice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferRule {
    /// Stages in whose notices it is made.
    pub stages: BTreeSet<String>,
    pub percent: Decimal,
    /// Days after the as-of date; the last one is inclusive.
    pub days: u32,
    /// At most one offer to an account in this many months, since an offer to late payers invites lateness.
    pub every_months: u32,
}

/// How many notices are usual; more wait for a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// A sweep of up to this many notices is never unusual (but for the very first).
    pub notices: u32,
    /// More than this many times the largest of the last ten sweeps is unusual.
    pub factor: u32,
}

/// Days and hours of sending, in the recipient's zone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// `mon` … `sun`
    pub days: Vec<String>,
    pub from: NaiveTime,
    /// Exclusive; leave out for the end of the day.
    pub until: Option<NaiveTime>,
    /// Also wait on public holidays of the account's country.
    pub holidays: bool,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Sending {
    pub fn window(&self) -> Window {
        let number = |day: &String| DAYS.iter().position(|known| known == day).map(|n| n as u8);
        Window {
            days: self.days.iter().filter_map(number).collect(),
            from: self.from,
            until: self.until,
            holidays: self.holidays,
        }
    }
}

/// What happens when the mail server's answer was lost.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InDoubtRule {
    pub then: InDoubt,
    pub after_hours: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InDoubt {
    /// Sent once more with the same Message-ID after the wait.
    ResendOnce,
    /// Left for a person.
    Hold,
}

/// What waiting and penalties cost, for the report that sets discounts beside them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// Annual rate of the company's own money, in percent, actual days over 365.
    pub waiting_percent: Decimal,
    /// Annual late-payment rate that a penalty would have been charged at, in percent. Only reported.
    pub penalty_percent: Decimal,
}

impl Policy {
    /// What is wrong with the policy, each with the key and what to do.
    pub fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut check = |ok: bool, text: String| {
            if !ok {
                found.push(text);
            }
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let name = &self.name;
        check(
            !name.is_empty() && name.chars().all(plain),
            format!("`name`: `{name}` is not a short name of letters, digits, `-` and `_`"),
        );
        let share = Decimal::ZERO <= self.minimum.share_percent && self.minimum.share_percent <= Decimal::ONE_HUNDRED;
        check(share, "`minimum.share_percent` must lie between 0 and 100".to_owned());
        let rates = [("waiting_percent", self.costs.waiting_percent), ("penalty_percent", self.costs.penalty_percent)];
        for (key, rate) in rates {
            check(rate >= Decimal::ZERO, format!("`costs.{key}` must not be negative"));
        }
        let percent = self.evidence.prior.disputed_percent;
        check((1..=99).contains(&percent), "`evidence.prior.disputed_percent` must lie between 1 and 99".to_owned());
        let later = self.evidence.prior.disputed_days;
        check((1..=366).contains(&later), "`evidence.prior.disputed_days` must lie between 1 and 366".to_owned());
        for pair in self.stages.windows(2) {
            let (first, second) = (&pair[0].name, &pair[1].name);
            let why = match pair[0].days == pair[1].days {
                true => format!("stages `{first}` and `{second}` cannot begin on the same day"),
                false => format!("stage `{second}` must have more days than `{first}`: list stages in order"),
            };
            check(pair[0].days < pair[1].days, why);
        }
        for stage in &self.stages {
            check(
                stage.days >= 1,
                format!("stage `{}`: `days` must be at least 1 (due today is not overdue)", stage.name),
            );
            let same = self.stages.iter().filter(|other| other.name == stage.name).count();
            check(same == 1, format!("stage `{}` is named {same} times: names must differ", stage.name));
        }
        for (currency, text) in &self.minimum.amount {
            let read = Money::parse(text, *currency);
            check(
                read.is_ok(),
                format!("`minimum.amount.{currency}`: {}", read.err().map(|e| e.to_string()).unwrap_or_default()),
            );
        }
        for day in &self.sending.days {
            check(DAYS.contains(&day.as_str()), format!("`sending.days`: `{day}` is not one of {}", DAYS.join(" ")));
        }
        check(!self.sending.days.is_empty(), "`sending.days` is empty: nothing could ever be sent".to_owned());
        let open = self.sending.until.is_none_or(|until| self.sending.from < until);
        check(open, "`sending.from` must be before `sending.until`".to_owned());
        // After seven days a notice is withdrawn.
        let hours = (1..=168).contains(&self.alarm.oldest_ready_hours);
        check(hours, "`alarm.oldest_ready_hours` must lie between 1 and 168".to_owned());
        if let Some(offer) = &self.offer {
            let percent = offer.percent > Decimal::ZERO && offer.percent < Decimal::ONE_HUNDRED;
            check(percent, "`offer.percent` must lie between 0 and 100".to_owned());
            check(
                offer.days >= 1,
                "`offer.days` must be at least 1: nobody can pay on the day of the notice".to_owned(),
            );
            let months = (1..=1_200).contains(&offer.every_months);
            check(months, "`offer.every_months` must lie between 1 and 1200".to_owned());
            for stage in &offer.stages {
                let known = self.stages.iter().any(|known| known.name == *stage);
                check(known, format!("`offer.stages`: there is no stage `{stage}`"));
            }
        }
        found.extend(self.cases.problems());
        found.extend(staff::problems(&self.staff));
        found.extend(self.page.problems());
        found
    }

    /// Position of the stage that a notice recorded, also when the policy has changed since: by
    /// name, else by its days.
    pub fn stage_index(&self, name: &str, days: u32) -> Option<usize> {
        let by_name = self.stages.iter().position(|stage| stage.name == name);
        by_name.or_else(|| self.stages.iter().rposition(|stage| stage.days <= days))
    }
}
