//! Amounts as programs write them, made plain: `(1,28,500.00)` becomes `-128500.00`.

/// How the amounts of a file are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    pub decimal: char,
    pub thousands: Vec<char>,
    /// Currency signs and codes that may stand before or after the digits.
    pub symbols: Vec<String>,
    /// `(1.00)` is negative.
    pub parentheses: bool,
    /// `1.00 Dr` is owed by the customer (positive), `1.00 Cr` to the customer (negative).
    pub debit_credit: bool,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { decimal: '.', thousands: Vec::new(), symbols: Vec::new(), parentheses: false, debit_credit: false }
    }
}

impl Numbers {
    /// The plain decimal, or `None` when the text is not an amount in this style.
    pub fn plain(&self, text: &str) -> Option<String> {
        let mut negative = false;
        let mut rest = text.trim();
        if self.debit_credit {
            let (before, suffix) = rest.split_at(rest.floor_char_boundary(rest.len().saturating_sub(2)));
            if suffix.eq_ignore_ascii_case("cr") {
                negative = true;
            }
            if negative || suffix.eq_ignore_ascii_case("dr") {
                rest = before.trim_end();
            }
        }
        if self.parentheses
            && let Some(inner) = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'))
        {
            // Two signs at once are not a way to write an amount.
            if negative {
                return None;
            }
            (negative, rest) = (true, inner.trim());
        }
        rest = self.without_symbol(rest);
        if let Some(digits) = rest.strip_prefix('-') {
            if negative {
                return None;
            }
            (negative, rest) = (true, self.without_symbol(digits));
        }
        let digits = self.digits(rest)?;
        Some(if negative { format!("-{digits}") } else { digits })
    }

    fn without_symbol<'a>(&self, text: &'a str) -> &'a str {
        let cut = |symbol: &String| text.strip_prefix(symbol.as_str()).or_else(|| text.strip_suffix(symbol.as_str()));
        self.symbols.iter().find_map(cut).unwrap_or(text).trim()
    }

    fn digits(&self, text: &str) -> Option<String> {
        let (whole, fraction) = match text.split_once(self.decimal) {
            Some((_, "")) => return None,
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let groups: Vec<&str> = whole.split(|c| self.thousands.contains(&c)).collect();
        if !groups.iter().all(|group| digits(group)) || !fraction.is_none_or(digits) || !grouped(&groups) {
            return None;
        }
        let whole = groups.concat();
        Some(fraction.map_or(whole.clone(), |fraction| format!("{whole}.{fraction}")))
    }
}

/// Western (1,285,000) and Indian (12,85,000) grouping: three digits last, two or three before, at most three first.
///
/// Anything else is a decimal sign taken for a thousands sign, and must not pass as a hundredfold amount.
fn grouped(groups: &[&str]) -> bool {
    match groups {
        [_] => true,
        [first, middle @ .., last] => {
            let indian = middle.iter().all(|group| group.len() == 2) && first.len() <= 2;
            let western = middle.iter().all(|group| group.len() == 3) && first.len() <= 3;
            last.len() == 3 && (indian || western)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_indian_and_tally() {
        let style = Numbers {
            thousands: vec![','],
            symbols: vec!["$".into(), "₹".into()],
            parentheses: true,
            debit_credit: true,
            ..Numbers::default()
        };
        let good = [
            ("1,285,000.50", "1285000.50"),
            ("1,28,500.00 Dr", "128500.00"),
            ("12,34,56,789", "123456789"),
            ("100.00Cr", "-100.00"),
            ("(1,234.00)", "-1234.00"),
            ("-$100.00", "-100.00"),
            ("$-100.00", "-100.00"),
            ("₹ 64000", "64000"),
            ("-13,341.66", "-13341.66"),
        ];
        for (text, plain) in good {
            assert_eq!(style.plain(text).as_deref(), Some(plain), "{text}");
        }
        let bad = [
            "",
            "1,5",
            "1,50.00",
            "1,2345",
            "1.234,50",
            "(-1.00)",
            "(1.00) Cr",
            "1e3",
            "+1",
            "1_0",
            ",100",
            "1.",
            "1.2.3",
            "12,34,567,890",
            "1 000",
            "--1",
            "$",
            "٣",
        ];
        for text in bad {
            assert_eq!(style.plain(text), None, "{text}");
        }
    }

    #[test]
    fn continental_and_plain() {
        let style = Numbers { decimal: ',', thousands: vec!['.', ' ', '\u{a0}', '\''], ..Numbers::default() };
        for (text, plain) in [("1.234,50", "1234.50"), ("1 234 567,00", "1234567.00"), ("1'234", "1234")] {
            assert_eq!(style.plain(text).as_deref(), Some(plain), "{text}");
        }
        assert_eq!(style.plain("1.5"), None);
        assert_eq!(Numbers::default().plain("1,234.00"), None);
        assert_eq!(Numbers::default().plain("(5)"), None);
        assert_eq!(Numbers::default().plain("5 Cr"), None);
    }
}
