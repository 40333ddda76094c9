//! Why a debit came back, from the code or the words that the bank gave.

use super::{kind::Kind, odds::LogOdds, rule::Weights};

/// Reason codes of SEPA (ISO 20022 external return reasons) and of ACH, and words that banks write beside them.
const NO_FUNDS: &[&str] = &["AM04", "R01", "R09", "NSF", "INSUFFICIENT", "DECKUNG", "UNGEDECKT"];
/// The customer did something: no or a revoked mandate, a refund asked for, payment stopped.
const REFUSED: &[&str] =
    &["MD01", "MD06", "MS02", "R07", "R08", "R10", "R29", "REFUSED", "REVOKED", "REFUND", "WIDERSPRUCH", "WIDERRUFEN"];
const WRONG_ACCOUNT: &[&str] =
    &["AC01", "AC04", "AC06", "RC01", "R02", "R03", "R04", "R16", "CLOSED", "BLOCKED", "ERLOSCHEN", "GESPERRT"];

/// A note is short; of a long one the beginning counts.
const READ: usize = 40;

/// The kind and weight of a returned debit; `None` when the note does not say why, or says two things.
pub(super) fn why_returned(note: &str, weights: &Weights) -> Option<(Kind, LogOdds)> {
    let words: Vec<String> = note
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(READ)
        .map(str::to_uppercase)
        .collect();
    let has = |codes: &[&str]| words.iter().any(|word| codes.contains(&word.as_str()));
    match (has(NO_FUNDS), has(REFUSED), has(WRONG_ACCOUNT)) {
        (true, false, false) => Some((Kind::NoFunds, weights.no_funds)),
        (false, true, false) => Some((Kind::DebitRefused, weights.debit_refused)),
        (false, false, true) => Some((Kind::WrongAccount, weights.wrong_account)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Weights, why_returned};

    #[test]
    fn reasons_are_read_from_codes_and_words() {
        let table = [
            ("AM04", Some(Kind::NoFunds)),
            ("returned (am04)", Some(Kind::NoFunds)),
            ("R01 Insufficient funds", Some(Kind::NoFunds)),
            ("mangels Deckung", Some(Kind::NoFunds)),
            ("MD06: refund asked for", Some(Kind::DebitRefused)),
            ("Widerspruch", Some(Kind::DebitRefused)),
            ("AC04/account closed", Some(Kind::WrongAccount)),
            ("AM041", None),
            ("MS03", None),
            ("", None),
            ("AM04 or MD06", None),
        ];
        for (note, expected) in table {
            let found = why_returned(note, &Weights::default()).map(|(kind, _)| kind);
            assert_eq!(found, expected, "{note}");
        }
    }
}
