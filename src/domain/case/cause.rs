//! What could have prevented a case: asked when it is closed, counted in a report.

use std::fmt;

/// Where it came from. None of them names a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    Quality,
    Delivery,
    PriceChangeUnannounced,
    ContactChange,
    InvoiceWrong,
    InvoiceMissing,
    /// What was billed had not been ordered by anybody who may.
    NotAuthorised,
    TermsUnclear,
    PaymentUnmatched,
    PromiseNotNoted,
    /// The first answer came late, or the case went from hand to hand.
    AnswerLate,
    CustomerMistake,
    CustomerFunds,
    Other,
}

impl Cause {
    pub const ALL: [Self; 14] = [
        Self::Quality,
        Self::Delivery,
        Self::PriceChangeUnannounced,
        Self::ContactChange,
        Self::InvoiceWrong,
        Self::InvoiceMissing,
        Self::NotAuthorised,
        Self::TermsUnclear,
        Self::PaymentUnmatched,
        Self::PromiseNotNoted,
        Self::AnswerLate,
        Self::CustomerMistake,
        Self::CustomerFunds,
        Self::Other,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Quality => "quality",
            Self::Delivery => "delivery",
            Self::PriceChangeUnannounced => "price_change_unannounced",
            Self::ContactChange => "contact_change",
            Self::InvoiceWrong => "invoice_wrong",
            Self::InvoiceMissing => "invoice_missing",
            Self::NotAuthorised => "not_authorised",
            Self::TermsUnclear => "terms_unclear",
            Self::PaymentUnmatched => "payment_unmatched",
            Self::PromiseNotNoted => "promise_not_noted",
            Self::AnswerLate => "answer_late",
            Self::CustomerMistake => "customer_mistake",
            Self::CustomerFunds => "customer_funds",
            Self::Other => "other",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quality => "the goods or the service were not as agreed",
            Self::Delivery => "it came late, incomplete or not at all",
            Self::PriceChangeUnannounced => "a price changed and nobody had said so in time",
            Self::ContactChange => "the person or the address to turn to had changed",
            Self::InvoiceWrong => "the invoice was wrong",
            Self::InvoiceMissing => "the invoice did not arrive, or without what they need to book it",
            Self::NotAuthorised => "it had not been settled beforehand who may order",
            Self::TermsUnclear => "terms or a discount were not clear",
            Self::PaymentUnmatched => "a payment was not matched",
            Self::PromiseNotNoted => "something was promised on the telephone and not noted",
            Self::AnswerLate => "an earlier question was answered late or by too many",
            Self::CustomerMistake => "a mistake at the customer's",
            Self::CustomerFunds => "the customer was short of money",
            Self::Other => "something else",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Cause;

    #[test]
    fn each_cause_has_one_code_and_one_sentence() {
        let said: BTreeSet<String> = Cause::ALL.map(|cause| cause.to_string()).into();
        assert_eq!(said.len(), Cause::ALL.len());
        for cause in Cause::ALL {
            assert_eq!(Cause::from_code(cause.code()), Some(cause));
        }
        assert_eq!(Cause::from_code("bad_luck"), None);
    }
}
