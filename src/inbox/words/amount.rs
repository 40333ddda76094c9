//! Amounts of money in a text, with the sign, code or name of a currency beside them.

use std::ops::Range;

use super::spoken::Spoken;
use crate::domain::money::{Currency, Money};

/// Signs and names with the currency that they mean first, if the account has no other of that name.
const NAMES: &[(&str, &[&str])] = &[
    ("€", &["EUR"]),
    ("euro", &["EUR"]),
    ("euros", &["EUR"]),
    ("£", &["GBP"]),
    ("pound", &["GBP"]),
    ("pounds", &["GBP"]),
    ("quid", &["GBP"]),
    ("$", &["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"]),
    ("dollar", &["USD", "CAD", "AUD", "NZD", "SGD", "HKD"]),
    ("dollars", &["USD", "CAD", "AUD", "NZD", "SGD", "HKD"]),
    ("franken", &["CHF"]),
    ("fr", &["CHF"]),
    ("sfr", &["CHF"]),
    ("francs", &["CHF", "XOF", "XAF", "XPF"]),
    ("franchi", &["CHF"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("zł", &["PLN"]),
    ("¥", &["JPY", "CNY"]),
    ("₹", &["INR"]),
];

/// The first amount that begins in a range of tokens, with its place in the text.
pub fn find(spoken: &Spoken<'_>, tokens: Range<usize>, own: Option<Currency>) -> Option<(Money, Range<usize>)> {
    tokens.into_iter().find_map(|token| at(spoken, token, own))
}

fn at(spoken: &Spoken<'_>, token: usize, own: Option<Currency>) -> Option<(Money, Range<usize>)> {
    let first = spoken.tokens.get(token)?;
    let (mut digits, letters) = number(&first.word)?;
    let (mut last, mut end) = (token, first.at.end);
    // `1 234,50`: groups of three with one blank between them.
    while let Some(group) = group(spoken, last, &digits) {
        digits.push_str(group);
        last += 1;
        end = spoken.tokens[last].at.end;
    }
    let before = || named_before(spoken, token, own);
    let after = || named_after(spoken, last, own);
    let (currency, place) = match named(letters, own) {
        Some(currency) => Some((currency, first.at.start..end)),
        None if !letters.is_empty() => None,
        None => before().map(|(currency, start)| (currency, start..end)),
    }
    .or_else(|| after().filter(|_| letters.is_empty()).map(|(currency, end)| (currency, first.at.start..end)))?;
    let money = Money::parse(&plain(&digits, currency)?, currency).ok()?;
    (money.minor > 0).then_some((money, place))
}

/// The figures of a word and the letters after them: `500eur`.
fn number(word: &str) -> Option<(String, &str)> {
    let split = word.find(char::is_alphabetic).unwrap_or(word.len());
    let (digits, letters) = word.split_at(split);
    let figures = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\''));
    (digits.starts_with(|c: char| c.is_ascii_digit()) && figures && digits.len() <= 20)
        .then(|| (digits.to_owned(), letters))
}

fn group<'a>(spoken: &'a Spoken<'_>, last: usize, digits: &str) -> Option<&'a str> {
    let next = &spoken.tokens.get(last + 1)?.word;
    let blank = matches!(spoken.after(last), " " | "\u{a0}" | "\u{202f}");
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit()) && (1..=12).contains(&digits.len());
    let figures = next.split_once([',', '.']).map_or(next.as_str(), |(whole, _)| whole);
    let three = figures.len() == 3 && next.bytes().all(|byte| byte.is_ascii_digit() || byte == b',' || byte == b'.');
    (blank && whole && three).then_some(next)
}

/// The currency of a sign, a code or a name; of several the account's own.
fn named(name: &str, own: Option<Currency>) -> Option<Currency> {
    let codes = NAMES.iter().find(|(sign, _)| *sign == name).map(|(_, codes)| *codes);
    match codes {
        Some(codes) => own.filter(|own| codes.contains(&own.code())).or_else(|| codes.first()?.parse().ok()),
        None if name.len() == 3 => name.to_uppercase().parse().ok(),
        None => None,
    }
}

fn named_before(spoken: &Spoken<'_>, token: usize, own: Option<Currency>) -> Option<(Currency, usize)> {
    let between = spoken.before(token);
    let start = spoken.tokens[token].at.start;
    let trimmed = between.trim_end_matches([' ', '\u{a0}', '\u{202f}', ':', '.']);
    match trimmed.chars().next_back() {
        Some(sign) => {
            let at = start - between.len() + trimmed.len() - sign.len_utf8();
            named(sign.encode_utf8(&mut [0; 4]), own).map(|currency| (currency, at))
        }
        None => {
            let word = spoken.tokens.get(token.checked_sub(1)?)?;
            named(&word.word, own).map(|currency| (currency, word.at.start))
        }
    }
}

fn named_after(spoken: &Spoken<'_>, last: usize, own: Option<Currency>) -> Option<(Currency, usize)> {
    let between = spoken.after(last);
    let end = spoken.tokens[last].at.end;
    // `500,- €` and `500.--`: the dashes stand for no cents.
    let trimmed = between.trim_start_matches([' ', '\u{a0}', '\u{202f}', ',', '.', '-', '–']);
    match trimmed.chars().next() {
        Some(sign) => {
            let at = end + between.len() - trimmed.len() + sign.len_utf8();
            named(sign.encode_utf8(&mut [0; 4]), own).map(|currency| (currency, at))
        }
        None => {
            let next =
                spoken.tokens.get(last + 1).filter(|_| !between.contains(['.', ',']) || between.contains('-'))?;
            named(&next.word, own).map(|currency| (currency, next.at.end))
        }
    }
}

/// The figures as a plain decimal. The last point or comma is the decimal one if it stands alone and not before three
/// figures, which are a group of thousands in every currency of at most two decimals.
fn plain(digits: &str, currency: Currency) -> Option<String> {
    let last = digits.rfind(['.', ',']);
    let decimals = last.map_or(0, |at| digits.len() - at - 1);
    let sign = last.and_then(|at| digits[at..].chars().next());
    let alone = sign.is_some_and(|sign| digits.matches(sign).count() == 1);
    let mixed = digits.contains('.') && digits.contains(',');
    let decimal = alone && (decimals != 3 || mixed || currency.exponent() == 3);
    let (whole, fraction) = match last.filter(|_| decimal) {
        Some(at) => (&digits[..at], &digits[at + 1..]),
        None => (digits, ""),
    };
    // `3.12.2026` is a day: groups have three figures.
    let sound = whole.split(['.', ',', '\'']).skip(1).all(|group| group.len() == 3);
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    match (sound, fraction) {
        (false, _) => None,
        (true, "") => Some(whole),
        (true, fraction) => Some(format!("{whole}.{fraction}")),
    }
}
