//! The section `[evidence]` of the policy: when observations amount to something, and what each weighs.

use serde::Deserialize;

use super::{kind::Side, odds::LogOdds, words::Language};

/// How an overdue item is assessed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRule {
    /// Days between an event and the item's issue or delivery within which they belong together.
    pub window_days: u32,
    /// Independent observations needed when none is decisive; 0 switches the assessment off.
    pub needed: u32,
    /// Log-odds from which a hypothesis is the verdict, when there are pieces enough.
    #[serde(default)]
    pub threshold: LogOdds,
    /// Undisputed invoices that an account must have paid before its habit is one.
    #[serde(default = "habit_needed")]
    pub habit_needed: u32,
    /// Of the sentences that staff read.
    #[serde(default)]
    pub language: Language,
    #[serde(default)]
    pub prior: Prior,
    #[serde(default)]
    pub base: Base,
    #[serde(default)]
    pub weights: Weights,
}

fn habit_needed() -> u32 {
    3
}

/// What is assumed of an account of which nothing is known. Its own facts outweigh it soon.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prior {
    /// Share of invoices that are disputed, in percent.
    pub disputed_percent: u32,
    /// Counts like so many of the account's own invoices.
    pub disputed_invoices: u32,
    /// Days after the due date on which undisputed invoices are paid.
    pub late_days: i32,
    /// How far single invoices that are paid 30 days after issue lie from an account's habit, in days (standard
    /// deviation).
    pub spread_days: u32,
    /// Disputed invoices are paid so many days later than the account's others.
    pub disputed_days: u32,
}

impl Default for Prior {
    fn default() -> Self {
        Self { disputed_percent: 15, disputed_invoices: 4, late_days: 6, spread_days: 6, disputed_days: 14 }
    }
}

/// Log-odds of each hypothesis for an overdue item before anything is observed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Base {
    pub protest: LogOdds,
    pub paid_unmatched: LogOdds,
    pub hardship: LogOdds,
    pub administrative: LogOdds,
}

impl Default for Base {
    fn default() -> Self {
        Self {
            protest: LogOdds::hundredths(-100),
            paid_unmatched: LogOdds::hundredths(-200),
            hardship: LogOdds::hundredths(-200),
            administrative: LogOdds::hundredths(-200),
        }
    }
}

impl Base {
    pub fn of(&self, side: Side) -> LogOdds {
        match side {
            Side::Protest => self.protest,
            Side::PaidUnmatched => self.paid_unmatched,
            Side::Hardship => self.hardship,
            Side::Administrative => self.administrative,
        }
    }
}

macro_rules! weights {
    ($($(#[$about:meta])* $name:ident = $default:literal,)*) => {
        /// What each observation weighs; 0 leaves it out.
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Weights {
            $($(#[$about])* pub $name: LogOdds,)*
        }

        impl Default for Weights {
            fn default() -> Self {
                Self { $($name: LogOdds::hundredths($default),)* }
            }
        }
    };
}

weights! {
    /// What the customer says in an open case; decisive.
    own_words = 300,
    /// Near the item; twice as much, and decisive, when it names the item.
    complaint = 150,
    ticket = 120,
    delivery_problem = 150,
    returned_goods = 150,
    price_change = 60,
    /// Times the log-odds of the account's own dispute rate against the prior one.
    past_disputes = 100,
    /// Times the log-odds of a disputed item to be open for so long against an undisputed one.
    late = 100,
    later_than_ever = 25,
    /// For an amount that is twice the usual one.
    unusual_amount = 60,
    skipped = 10,
    /// More when nothing else is overdue.
    skipped_alone = 10,
    /// More when smaller and larger ones were paid.
    skipped_any_size = 5,
    /// Several accounts with the same product are late together.
    late_together = 120,
    short_by = 150,
    debit_refused = 120,
    unmatched_money = 150,
    no_funds = 200,
    instalment_request = 300,
    broken_promise = 100,
    broken_plan = 100,
    round_parts = 80,
    rising_delay = 80,
    others_overdue = 50,
    contact_change = 80,
    wrong_account = 120,
}
