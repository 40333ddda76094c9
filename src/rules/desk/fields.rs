//! What can be set in forms, in words: one line for each key of a policy.
//!
//! Stages, offers, the schedule and staff have forms of their own.

/// A key with its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Dotted, as in the file.
    pub key: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
    pub hint: &'static str,
    pub kind: Kind,
    /// What counts when the key is left out; empty where it is required, or where nothing counts then.
    pub default: &'static str,
}

/// How a value is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    /// May have decimals.
    Decimal,
    Flag,
    Choice(&'static [(&'static str, &'static str)]),
    /// Days of the week.
    Days,
    Time,
    /// One that may be left out.
    OptionalTime,
    OptionalDate,
}

/// Fields that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Of the part of the page.
    pub id: &'static str,
    pub title: &'static str,
    pub about: &'static str,
    /// Hidden until somebody opens it.
    pub advanced: bool,
    pub fields: &'static [Field],
}

/// Values of `sending.days`, as in the file.
pub const WEEK: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];

macro_rules! fields {
    ($($key:literal $kind:expr, $default:literal, $label:literal, $unit:expr, $hint:literal;)*) => {
        &[$(Field { key: $key, label: $label, unit: $unit, hint: $hint, kind: $kind, default: $default }),*]
    };
}

use Kind::{Choice, Days, Decimal, Flag, Number, OptionalDate, OptionalTime, Time};

/// A weight of evidence.
const WEIGHT: &str = "log-odds";

pub const SECTIONS: &[Section] = &[
    Section {
        id: "notices",
        title: "Notices in general",
        about: "",
        advanced: false,
        fields: fields! {
            "paused" Flag, "false", "Pause all notices", "", "While this is on, nobody is written to.";
            "climb" Choice(&[("one-at-a-time", "only the next one"), ("latest", "the latest that its days allow")]),
                "one-at-a-time", "An invoice that has passed several stages gets", "",
                "An invoice of 95 days that was never noticed: the first stage now, or the second at once.";
            "allocate" Choice(&[("named", "stays apart until somebody matches it"), ("oldest-first", "settles the oldest invoices")]),
                "named", "Money that names no invoice", "", "";
        },
    },
    Section {
        id: "quiet",
        title: "When duly keeps quiet",
        about: "0 switches a rule off.",
        advanced: false,
        fields: fields! {
            "hold.min_gap_days" Number, "", "Between two notices to one account", "days", "Noticed on the 1st with 7 days: nothing more before the 8th.";
            "hold.stale_after_business_days" Number, "", "Without payment data everything waits after", "business days", "Somebody may have paid, and duly does not know yet.";
            "hold.settling_in_days" Number, "", "After a price or contact change", "days", "";
            "hold.delivered_days" Number, "", "After an invoice was delivered", "days", "";
            "hold.promise_tolerance_days" Number, "", "After the day that was promised for a payment", "days", "";
            "hold.instalment_request_days" Number, "", "After instalments were asked for", "days", "Unless the request says until when.";
            "hold.undisputed_rest" Flag, "", "Invoices that nobody disputes are still noticed", "", "Off: one disputed invoice stops the whole account.";
            "hold.cutover" OptionalDate, "", "Leave invoices alone that were due before", "", "For invoices from before duly. Empty: none.";
            "minimum.share_percent" Decimal, "0", "No notice while less is overdue than this part of all that the account has open", "percent", "0: any part.";
        },
    },
    Section {
        id: "terms",
        title: "Discounts of invoices' own terms",
        about: "How terms like 2/10 on an invoice are understood. A change touches money.",
        advanced: false,
        fields: fields! {
            "terms.anchor" Choice(&[("issued", "from the day of issue"), ("delivered", "from delivery, where that is known")]), "issued", "The days count", "", "";
            "terms.base" Choice(&[("gross", "of the gross amount"), ("net", "of the net amount")]), "gross", "The percentage is", "", "";
            "terms.tax" Choice(&[("follows", "falls along with the discount"), ("fixed", "stays as invoiced")]), "follows", "The tax", "", "";
            "terms.grace_days" Number, "0", "Money still counts after the last day for", "days", "";
            "terms.part_payments" Choice(&[("none", "earn no discount"), ("proportional", "earn their share"), ("final-only", "earn the whole with the last one")]), "none", "Payments in parts", "", "";
        },
    },
    Section {
        id: "limits",
        title: "Unusual numbers",
        about: "A sweep that is above both limits waits until a person releases it.",
        advanced: false,
        fields: fields! {
            "limits.notices" Number, "", "Always usual: a sweep of up to", "notices", "";
            "limits.factor" Number, "", "Unusual: more than the largest of the last ten sweeps, times", "", "";
        },
    },
    Section {
        id: "sending",
        title: "Days and hours of sending",
        about: "In the customer's own time zone.",
        advanced: false,
        fields: fields! {
            "sending.days" Days, "", "Days of sending", "", "";
            "sending.from" Time, "", "From", "o'clock", "";
            "sending.until" OptionalTime, "", "Until", "o'clock", "This time is not included. Empty: the end of the day.";
            "sending.holidays" Flag, "", "Wait on public holidays of the customer's country", "", "";
        },
    },
    Section {
        id: "doubt",
        title: "Lost answers and waiting",
        about: "",
        advanced: false,
        fields: fields! {
            "in_doubt.then" Choice(&[("resend-once", "is sent once more"), ("hold", "waits for a person")]), "", "A notice that may or may not have arrived", "", "Sent again, it is the same mail: mail programs show it once.";
            "in_doubt.after_hours" Number, "", "after", "hours", "";
            "alarm.oldest_ready_hours" Number, "4", "Somebody should look when a notice has been ready for", "hours", "";
        },
    },
    Section {
        id: "costs",
        title: "Costs in reports",
        about: "Only for the report on discounts; nobody is charged. A change touches money.",
        advanced: false,
        fields: fields! {
            "costs.waiting_percent" Decimal, "", "What waiting for money costs the company", "percent a year", "";
            "costs.penalty_percent" Decimal, "", "The late-payment rate that could have been charged", "percent a year", "";
        },
    },
    Section {
        id: "cases",
        title: "Cases",
        about: "Those of the standard policy count.",
        advanced: false,
        fields: fields! {
            "cases.first_response_hours" Number, "2", "A first answer within", "business hours", "";
            "cases.resolve_hours" Number, "16", "A solution within", "business hours", "";
            "cases.follow_up_days" Number, "7", "After the solution, ask whether all is well in", "days", "";
            "cases.from" Time, "09:00", "Business hours from", "o'clock", "Monday to Friday but for public holidays, in the company's zone.";
            "cases.until" Time, "17:00", "Business hours until", "o'clock", "";
        },
    },
    Section {
        id: "page",
        title: "The customer's page",
        about: "How far it may agree by itself, once for an invoice; 0: never.",
        advanced: false,
        fields: fields! {
            "page.promise_days" Number, "30", "Agree to a day of payment that is no further away than", "days", "";
            "page.instalments" Number, "3", "Agree to monthly instalments, up to", "instalments", "";
        },
    },
    Section {
        id: "evidence",
        title: "Evidence (advanced)",
        about: "Why an invoice may not be paid. Weights are log-odds: 0.7 doubles the odds, 1.1 makes them three to one, 0 leaves the observation out.",
        advanced: true,
        fields: fields! {
            "evidence.window_days" Number, "", "An event belongs to an invoice when they are no further apart than", "days", "";
            "evidence.needed" Number, "", "Independent signs that make a possible protest", "signs", "0 switches the judgement off.";
            "evidence.threshold" Decimal, "0", "A verdict needs at least", WEIGHT, "0 is as likely as not, 1.1 three to one.";
            "evidence.habit_needed" Number, "3", "Paid invoices that make a habit", "invoices", "";
            "evidence.language" Choice(&[("en", "English"), ("de", "German")]), "en", "Sentences that staff read are in", "", "";
            "evidence.prior.disputed_percent" Number, "15", "Assumed at first: disputed", "percent of invoices", "";
            "evidence.prior.disputed_invoices" Number, "4", "That assumption counts like so many invoices of the account", "invoices", "";
            "evidence.prior.late_days" Number, "6", "Assumed at first: paid after the due day by", "days", "";
            "evidence.prior.spread_days" Number, "6", "Single invoices lie from the habit by", "days", "";
            "evidence.prior.disputed_days" Number, "14", "Disputed ones are paid later by", "days", "";
            "evidence.base.protest" Decimal, "-1", "Before anything is seen: a protest", WEIGHT, "";
            "evidence.base.paid_unmatched" Decimal, "-2", "Before anything is seen: paid, not matched", WEIGHT, "";
            "evidence.base.hardship" Decimal, "-2", "Before anything is seen: cannot pay", WEIGHT, "";
            "evidence.base.administrative" Decimal, "-2", "Before anything is seen: an administrative reason", WEIGHT, "";
            "evidence.weights.own_words" Decimal, "3", "The customer's own words in a case", WEIGHT, "";
            "evidence.weights.complaint" Decimal, "1.5", "A complaint near the invoice", WEIGHT, "Twice as much when it names the invoice.";
            "evidence.weights.ticket" Decimal, "1.2", "A support ticket", WEIGHT, "";
            "evidence.weights.delivery_problem" Decimal, "1.5", "A delivery problem", WEIGHT, "";
            "evidence.weights.returned_goods" Decimal, "1.5", "Returned goods", WEIGHT, "";
            "evidence.weights.price_change" Decimal, "0.6", "A price change shortly before", WEIGHT, "";
            "evidence.weights.past_disputes" Decimal, "1", "The account's own rate of disputes", "times", "";
            "evidence.weights.late" Decimal, "1", "Open for longer than the account's habit", "times", "";
            "evidence.weights.later_than_ever" Decimal, "0.25", "Later than ever before", WEIGHT, "";
            "evidence.weights.unusual_amount" Decimal, "0.6", "Twice the usual amount", WEIGHT, "";
            "evidence.weights.skipped" Decimal, "0.1", "A newer invoice was paid", WEIGHT, "";
            "evidence.weights.skipped_alone" Decimal, "0.1", "… and nothing else is overdue", WEIGHT, "";
            "evidence.weights.skipped_any_size" Decimal, "0.05", "… and smaller and larger ones were paid", WEIGHT, "";
            "evidence.weights.late_together" Decimal, "1.2", "Several accounts of one product or site are late", WEIGHT, "";
            "evidence.weights.short_by" Decimal, "1.5", "Short by exactly the tax or a credit asked for", WEIGHT, "";
            "evidence.weights.debit_refused" Decimal, "1.2", "The customer revoked a debit", WEIGHT, "";
            "evidence.weights.unmatched_money" Decimal, "1.5", "Unmatched money would cover it", WEIGHT, "";
            "evidence.weights.no_funds" Decimal, "2", "A debit came back for want of funds", WEIGHT, "";
            "evidence.weights.instalment_request" Decimal, "3", "Instalments were asked for", WEIGHT, "";
            "evidence.weights.broken_promise" Decimal, "1", "A promise was broken", WEIGHT, "";
            "evidence.weights.broken_plan" Decimal, "1", "Instalments stopped", WEIGHT, "";
            "evidence.weights.round_parts" Decimal, "0.8", "Round parts were paid on the oldest invoice", WEIGHT, "";
            "evidence.weights.rising_delay" Decimal, "0.8", "Paid later and later", WEIGHT, "";
            "evidence.weights.others_overdue" Decimal, "0.5", "Others are overdue, and no newer one is paid", WEIGHT, "";
            "evidence.weights.contact_change" Decimal, "0.8", "The contact changed", WEIGHT, "";
            "evidence.weights.wrong_account" Decimal, "1.2", "A debit came back from a wrong or closed account", WEIGHT, "";
        },
    },
];

/// The offer, whose section may be left out as a whole. Its stages are chosen beside the stages.
pub const OFFER: &[Field] = fields! {
    "offer.percent" Decimal, "", "Discount", "percent", "Of the total that the notice asks for.";
    "offer.days" Number, "", "The payment has to come within", "days", "The last day is included.";
    "offer.every_months" Number, "", "At most one offer to an account in", "months", "";
};

pub fn all() -> impl Iterator<Item = &'static Field> {
    SECTIONS.iter().flat_map(|section| section.fields).chain(OFFER)
}

pub fn find(key: &str) -> Option<&'static Field> {
    all().find(|field| field.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Policy;

    /// A default that is told here is the one that counts.
    #[test]
    fn defaults_are_those_of_the_program() {
        let text = include_str!("../../../config/policy.toml");
        let shipped: Policy = toml::from_str(text).unwrap();
        for field in all().filter(|field| !field.default.is_empty()) {
            let mut document: toml_edit::DocumentMut = text.parse().unwrap();
            let mut table = document.as_table_mut();
            let mut names: Vec<&str> = field.key.split('.').collect();
            let last = names.pop().unwrap();
            for name in names {
                table = table[name].as_table_mut().unwrap();
            }
            assert!(table.remove(last).is_some(), "{} is in no file", field.key);
            let without: Policy = toml::from_str(&document.to_string()).unwrap();
            assert_eq!(without, shipped, "{}", field.key);
            let value = super::super::form::shown(&document).unwrap().get(field.key).cloned().unwrap();
            assert_eq!(value, field.default, "{}", field.key);
        }
    }

    #[test]
    fn every_key_of_the_file_has_its_words() {
        let document: toml_edit::DocumentMut = include_str!("../../../config/policy.toml").parse().unwrap();
        let flat = super::super::words::flat(document.as_table());
        let elsewhere = ["name", "schedule.sweep", "offer.stages"];
        let unknown: Vec<&String> = flat
            .keys()
            .filter(|key| find(key).is_none() && !elsewhere.contains(&key.as_str()))
            .filter(|key| !key.starts_with("stage[") && !key.starts_with("minimum.amount."))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
