//! Reason codes of cases, with the open code lists that they map to.
//!
//! Sources: Peppol BIS Invoice Response, code list OPStatusReason; the deduction codes of JD
//! Edwards (DA, DG, GR, PD, SS, UD).

use super::CaseKind::{self, Administrative, Billing, CannotPay, NotDebtor, PaidUnmatched, Protest, Stalling};

/// Why a case is there, in one code of duly and of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseReason {
    pub code: &'static str,
    pub kind: CaseKind,
    pub title: &'static str,
    /// Of OPStatusReason.
    pub peppol: &'static str,
    /// Deduction code, where there is one.
    pub deduction: Option<&'static str>,
}

const fn reason(
    code: &'static str,
    kind: CaseKind,
    title: &'static str,
    peppol: &'static str,
    deduction: Option<&'static str>,
) -> CaseReason {
    CaseReason { code, kind, title, peppol, deduction }
}

/// All of them, by kind.
pub const CASE_REASONS: [CaseReason; 30] = [
    reason("quality", Protest, "a defect or poor quality", "QUA", Some("DG")),
    reason("not_delivered", Protest, "not delivered, or late", "DEL", None),
    reason("quantity", Protest, "less was delivered than billed", "QTY", Some("SS")),
    reason("wrong_item", Protest, "something else was delivered", "ITM", None),
    reason("returned", Protest, "goods were returned", "OTH", Some("GR")),
    reason("not_rendered", Protest, "the service was not rendered", "DEL", None),
    reason("not_authorised", Protest, "not ordered or not authorised", "UNR", Some("DA")),
    reason("contract_ended", Protest, "the contract had ended", "UNR", Some("DA")),
    reason("price", Billing, "another price was agreed", "PRI", Some("PD")),
    reason("terms", Billing, "other terms were agreed", "PAY", None),
    reason("discount", Billing, "a discount is missing", "FIN", None),
    reason("duplicate", Billing, "billed twice", "UNR", Some("DA")),
    reason("tax", Billing, "tax or legal data are wrong", "LEG", None),
    reason("missing_credit", Billing, "a credit is missing", "OTH", Some("DA")),
    reason("copy", Administrative, "the invoice did not arrive", "OTH", None),
    reason("reference", Administrative, "an order number or reference is missing", "REF", None),
    reason("contact", Administrative, "somebody else is in charge there", "REC", None),
    reason("approval", Administrative, "it waits for their approval or portal", "OTH", None),
    reason("bank_details", Administrative, "bank details are unclear", "FIN", None),
    reason("paid", PaidUnmatched, "it has been paid", "PPD", None),
    reason("bank_fee", PaidUnmatched, "short by a bank's fee", "PPD", Some("UD")),
    reason("late_discount", PaidUnmatched, "short by a discount taken late", "PPD", Some("UD")),
    reason("instalments", CannotPay, "instalments or more time are asked for", "FIN", None),
    reason("returned_debit", CannotPay, "a debit came back for want of funds", "FIN", None),
    reason("insolvency", CannotPay, "insolvency or breathing space", "LEG", None),
    reason("habit", Stalling, "paid late as a habit", "NON", None),
    reason("silence", Stalling, "nothing is heard", "NON", None),
    reason("identity", NotDebtor, "somebody else ordered it", "REC", None),
    reason("deceased", NotDebtor, "the debtor has died or the firm is gone", "REC", None),
    reason("other", Administrative, "something else", "OTH", None),
];

impl CaseReason {
    pub fn from_code(code: &str) -> Option<&'static Self> {
        CASE_REASONS.iter().find(|reason| reason.code == code)
    }
}
