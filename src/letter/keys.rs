//! The messages that the templates use, with the variables each must and may have.

/// A message of the catalogue.
pub struct Key {
    pub name: &'static str,
    /// Variables that must appear.
    pub required: &'static [&'static str],
    /// Variables that may appear.
    pub optional: &'static [&'static str],
}

const fn plain(name: &'static str) -> Key {
    Key { name, required: &[], optional: &[] }
}

const fn with(name: &'static str, required: &'static [&'static str]) -> Key {
    Key { name, required, optional: &[] }
}

const fn opening(name: &'static str) -> Key {
    Key { name, required: &["account", "count"], optional: &["account_name"] }
}

/// Every message of every catalogue: no more, no fewer.
pub const KEYS: &[Key] = &[
    with("first-subject", &["account", "company"]),
    opening("first-opening"),
    with("first-contact", &["contact", "phone"]),
    with("second-subject", &["account", "company"]),
    opening("second-opening"),
    plain("second-help-title"),
    plain("second-help-time"),
    with("second-help-person", &["contact", "phone"]),
    with("confirm-subject", &["account", "company"]),
    Key { name: "confirm-opening", required: &["account"], optional: &["account_name"] },
    plain("confirm-explained"),
    plain("confirm-our-fault"),
    plain("confirm-goodwill"),
    plain("confirm-credit"),
    plain("confirm-fee-waived"),
    plain("confirm-plan-agreed"),
    plain("confirm-stop-business"),
    plain("confirm-write-off"),
    plain("confirm-credits-title"),
    with("confirm-credit-line", &["invoice", "amount"]),
    plain("confirm-credits-note"),
    plain("confirm-parts-title"),
    with("confirm-part-line", &["date", "amount"]),
    plain("confirm-parts-note"),
    with("confirm-contact", &["contact", "phone"]),
    plain("confirm-ask"),
    with("receipt-subject", &["account", "company"]),
    Key { name: "receipt-opening", required: &["account", "date"], optional: &["account_name"] },
    with("receipt-promise", &["date"]),
    plain("receipt-promise-next"),
    plain("receipt-plan"),
    with("receipt-case", &["case"]),
    plain("receipt-case-next"),
    plain("receipt-ask"),
    with("greeting", &["name"]),
    plain("greeting-neutral"),
    plain("items-title"),
    plain("item-invoice"),
    plain("item-issued"),
    plain("item-due"),
    plain("item-days"),
    plain("item-amount"),
    plain("sum-items"),
    plain("sum-credits"),
    plain("sum-total"),
    with("payments-until", &["date"]),
    plain("offer-title"),
    with("offer", &["pay", "last_day", "percent", "discount"]),
    plain("pay-title"),
    plain("pay-holder"),
    plain("pay-iban"),
    plain("pay-bic"),
    plain("pay-bank"),
    plain("pay-reference"),
    plain("documents-title"),
    plain("page-invite"),
    plain("page-link"),
    with("page-title", &["account", "company"]),
    with("page-about", &["date"]),
    with("page-nothing", &["account"]),
    plain("page-scan"),
    plain("page-documents"),
    with("page-document", &["name"]),
    plain("page-noted"),
    with("page-noted-case", &["date"]),
    with("page-noted-promise", &["date"]),
    plain("page-noted-plan"),
    plain("page-noted-hold"),
    plain("page-thanks"),
    plain("page-question"),
    plain("page-hint"),
    plain("page-paid"),
    plain("page-paid-day"),
    plain("page-paid-reference"),
    plain("page-wrong"),
    plain("page-wrong-with"),
    plain("page-wrong-service"),
    plain("page-wrong-invoice"),
    plain("page-wrong-items"),
    plain("page-wrong-what"),
    plain("page-wrong-wish"),
    plain("page-time"),
    plain("page-time-how"),
    plain("page-time-day"),
    plain("page-time-until"),
    with("page-time-parts", &["number"]),
    with("page-time-day-bound", &["date"]),
    with("page-time-parts-bound", &["number"]),
    plain("page-contact"),
    plain("page-contact-who"),
    plain("page-words"),
    plain("page-send"),
    plain("page-missing-day"),
    plain("page-missing-words"),
    plain("page-genuine"),
    with("page-genuine-mail", &["subject", "address", "date"]),
    with("page-genuine-ask", &["contact", "phone"]),
    plain("page-gone"),
    with("page-gone-ask", &["contact", "phone"]),
    plain("page-busy"),
    plain("page-busy-ask"),
    plain("page-failed"),
    with("page-failed-ask", &["contact", "phone"]),
    plain("already-paid"),
    plain("reply"),
    plain("closing"),
    plain("phone"),
    plain("email"),
];

/// The key of that name.
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}
