//! The code that fills in a transfer: EPC069-12, for euros and an IBAN alone.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode, Version};

use crate::{
    domain::money::Money,
    letter::{Payment, clean},
};

/// Letters of a name and of a reference, and the largest amount in cents.
const NAME: usize = 70;
const REFERENCE: usize = 140;
const LARGEST: i64 = 99_999_999_999;

/// A code as squares on a grid.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Squares of a side, with the quiet zone.
    pub side: usize,
    /// As the path of an SVG takes it.
    pub path: String,
}

/// `None` when it is not in euros, or there is no good IBAN.
pub fn code(payment: &Payment, company: &str, amount: Money, reference: &str) -> Option<Code> {
    let text = text(payment, company, amount, reference)?;
    // No larger than the standard allows.
    let code = (1..=13).find_map(|n| QrCode::with_version(text.as_bytes(), Version::Normal(n), EcLevel::M).ok())?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let _ = write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
            }
            x += run.len();
        }
    }
    Some(Code { side: width + 2 * QUIET, path })
}

/// Squares around a code that stay white.
const QUIET: usize = 4;

fn text(payment: &Payment, company: &str, amount: Money, reference: &str) -> Option<String> {
    let plain = |text: &str, most| clean(text).chars().take(most).collect::<String>();
    let compact = |text: &str| text.split_whitespace().collect::<String>().to_ascii_uppercase();
    let iban = Some(compact(payment.iban.as_deref()?)).filter(|iban| is_iban(iban))?;
    let bic = payment.bic.as_deref().map(compact).unwrap_or_default();
    let name = plain(payment.holder.as_deref().unwrap_or(company), NAME);
    if amount.currency.code() != "EUR" || !(1..=LARGEST).contains(&amount.minor) || name.is_empty() {
        return None;
    }
    let reference = plain(reference, REFERENCE);
    Some(format!("BCD\n002\n1\nSCT\n{bic}\n{name}\n{iban}\nEUR{amount}\n\n\n{reference}"))
}

/// ISO 13616: the number modulo 97 is 1.
fn is_iban(iban: &str) -> bool {
    let good = (15..=34).contains(&iban.len()) && iban.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let rest = |rest: u32, c: char| {
        let digit = c.to_digit(36).unwrap_or_default();
        (rest * if digit < 10 { 10 } else { 100 } + digit) % 97
    };
    good && iban[4..].chars().chain(iban[..4].chars()).fold(0, rest) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(iban: &str) -> Payment {
        Payment {
            holder: Some("Alder & Finch".to_owned()),
            iban: Some(iban.to_owned()),
            bic: Some("BYLADEM1001".to_owned()),
            ..Payment::default()
        }
    }

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, code.parse().unwrap())
    }

    const GOOD: &str = "DE02 1203 0000 0000 2020 51";

    #[test]
    fn the_lines_of_the_standard() {
        let text = text(&payment(GOOD), "x", money(160_382, "EUR"), "10042\nEUR1").unwrap();
        assert_eq!(
            text,
            "BCD\n002\n1\nSCT\nBYLADEM1001\nAlder & Finch\nDE02120300000000202051\nEUR1603.82\n\n\n10042 EUR1"
        );
        let code = code(&payment(GOOD), "x", money(160_382, "EUR"), "10042").unwrap();
        // Version 6 has 41 squares.
        assert!(code.side <= 69 + 8 && code.path.starts_with("M4 4h7v1h-7z"), "{} {:.40}", code.side, code.path);
    }

    #[test]
    fn the_path_has_the_squares_of_the_code() {
        let amount = money(160_382, "EUR");
        let drawn = code(&payment(GOOD), "x", amount, "10042").unwrap();
        let mut squares = vec![vec![Color::Light; drawn.side]; drawn.side];
        for run in drawn.path.split_terminator('z') {
            let (place, lengths) = run[1..].split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let length: usize = lengths.split('v').next().unwrap().parse().unwrap();
            let x: usize = x.parse().unwrap();
            squares[y.parse::<usize>().unwrap()][x..x + length].fill(Color::Dark);
        }
        let text = text(&payment(GOOD), "x", amount, "10042").unwrap();
        let version = ((drawn.side - 2 * QUIET - 17) / 4) as i16;
        let expected = QrCode::with_version(text.as_bytes(), Version::Normal(version), EcLevel::M).unwrap();
        let inner: Vec<Color> =
            squares[QUIET..drawn.side - QUIET].iter().flat_map(|row| row[QUIET..drawn.side - QUIET].to_vec()).collect();
        assert_eq!(inner, expected.to_colors());
        let dark = |row: &Vec<Color>| row.iter().filter(|square| **square == Color::Dark).count();
        assert_eq!(squares[..QUIET].iter().map(dark).sum::<usize>(), 0, "the quiet zone");
    }

    #[test]
    fn only_euros_and_a_good_iban() {
        let made = |iban: &str, amount| code(&payment(iban), "x", amount, "1").is_some();
        assert!(made(GOOD, money(1, "EUR")) && made("GB33BUKB20201555555555", money(LARGEST, "EUR")));
        assert!(
            !made(GOOD, money(1_000, "GBP")) && !made(GOOD, money(0, "EUR")) && !made(GOOD, money(LARGEST + 1, "EUR"))
        );
        for bad in ["DE02 1203 0000 0000 2020 52", "", "DE02", "ÄÖÜ 1203 0000 0000 2020 51"] {
            assert!(!made(bad, money(1, "EUR")), "{bad}");
        }
        assert!(code(&Payment::default(), "x", money(1, "EUR"), "1").is_none());
    }
}
