//! A form becomes an answer: what browsers send is anybody's text.

use chrono::NaiveDate;
use url::form_urlencoded;

use crate::{
    domain::answer::{Answer, Asked, MOST_PARTS, Wrong},
    letter::clean as printed,
};

/// Letters of a customer's words, and of a short field.
const WORDS: usize = 10_000;
const SHORT: usize = 200;
/// Fields that are read of a form.
const FIELDS: usize = 500;
/// A day further away than this is a slip.
const FURTHEST: chrono::Days = chrono::Days::new(730);

/// The fields of a form as they came, cleaned; also to show them again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

/// What has to be filled in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Day,
    Words,
    /// It is none of our forms.
    Form,
}

impl Fields {
    pub fn read(body: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(body).take(FIELDS);
        Self(pairs.map(|(name, value)| (clean(&name, SHORT), clean(&value, WORDS))).collect())
    }

    /// A field; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box with this value is ticked.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|known| known == value)
    }

    /// Number of the form, by which it counts once.
    pub fn form(&self) -> Option<&str> {
        let form = self.get("form");
        let good = (16..=64).contains(&form.len()) && form.bytes().all(|byte| byte.is_ascii_alphanumeric());
        good.then_some(form)
    }

    /// The answer; `items` are the invoices of the notice.
    pub fn answer(&self, items: &[&str], today: NaiveDate) -> Result<Answer, Missing> {
        let (words, short) = (|name| self.get(name).to_owned(), |name| shortened(&one_line(self.get(name)), SHORT));
        let required = |name| Some(words(name)).filter(|text| !text.is_empty()).ok_or(Missing::Words);
        Ok(match self.get("answer") {
            "paid" => Answer::Paid { on: self.day()?, reference: short("reference"), words: words("words") },
            "wrong" => Answer::Wrong {
                with: if self.get("with") == "invoice" { Wrong::Invoice } else { Wrong::Service },
                items: self.chosen(items),
                what: required("what")?,
                wish: words("wish"),
            },
            "time" => Answer::Time { asked: self.asked(today)?, words: words("words") },
            "contact" => Answer::Contact { words: words("words") },
            _ => return Err(Missing::Form),
        })
    }

    /// Those that are ticked, by their numbers: what is open may have changed since the form was shown.
    fn chosen(&self, items: &[&str]) -> Vec<String> {
        let is_chosen = |item: &&&str| self.has("item", &clean(&printed(item), WORDS));
        items.iter().filter(is_chosen).map(|item| (*item).to_owned()).collect()
    }

    fn asked(&self, today: NaiveDate) -> Result<Asked, Missing> {
        if let Ok(parts) = self.get("how").parse::<u32>() {
            return if (2..=MOST_PARTS).contains(&parts) { Ok(Asked::Parts(parts)) } else { Err(Missing::Form) };
        }
        let latest = today.checked_add_days(FURTHEST).unwrap_or(today);
        let day = self.day()?.filter(|day| (today..=latest).contains(day));
        day.map(Asked::Until).ok_or(Missing::Day)
    }

    fn day(&self) -> Result<Option<NaiveDate>, Missing> {
        match self.get("day") {
            "" => Ok(None),
            // Years that the database can compare.
            day => match day.parse::<NaiveDate>() {
                Ok(day) if day.to_string().len() == 10 => Ok(Some(day)),
                _ => Err(Missing::Day),
            },
        }
    }
}

/// Without control characters and marks that turn the direction of writing, trimmed, and no longer than that.
fn clean(text: &str, most: usize) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let plain: String = text.chars().filter(|c| *c == '\n' || !(c.is_control() || turns(*c))).collect();
    shortened(plain.trim(), most)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Answer, Missing> {
        Fields::read(body.as_bytes()).answer(&["A-1", "A-2"], "2026-03-01".parse().unwrap())
    }

    #[test]
    fn each_answer_is_read() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let cases = [
            (
                "answer=paid&day=2026-02-01&reference=TRX%0A77&words=",
                Answer::Paid { on: Some(day("2026-02-01")), reference: "TRX 77".to_owned(), words: String::new() },
            ),
            (
                "answer=wrong&with=invoice&item=A-2&what=Billed+twice&wish=A%20credit",
                Answer::Wrong {
                    with: Wrong::Invoice,
                    items: vec!["A-2".to_owned()],
                    what: "Billed twice".to_owned(),
                    wish: "A credit".to_owned(),
                },
            ),
            (
                "answer=wrong&with=service&item=2&item=B-1&item=&what=x",
                Answer::Wrong { with: Wrong::Service, items: Vec::new(), what: "x".to_owned(), wish: String::new() },
            ),
            (
                "answer=time&how=day&day=2026-03-09",
                Answer::Time { asked: Asked::Until(day("2026-03-09")), words: String::new() },
            ),
            ("answer=time&how=4&day=", Answer::Time { asked: Asked::Parts(4), words: String::new() }),
            ("answer=contact&words=+Bob+", Answer::Contact { words: "Bob".to_owned() }),
        ];
        for (body, expected) in cases {
            assert_eq!(read(body), Ok(expected), "{body}");
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        let cases = [
            ("answer=paid&day=soon", Missing::Day),
            ("answer=paid&day=%2B10000-01-01", Missing::Day),
            ("answer=wrong&what=+%0A", Missing::Words),
            ("answer=time&how=day", Missing::Day),
            ("answer=time&how=day&day=2026-02-28", Missing::Day),
            ("answer=time&how=day&day=2036-02-28", Missing::Day),
            ("answer=time&how=7", Missing::Form),
            ("answer=time&how=1", Missing::Form),
            ("answer=other", Missing::Form),
            ("", Missing::Form),
        ];
        for (body, expected) in cases {
            assert_eq!(read(body), Err(expected), "{body}");
        }
    }

    #[test]
    fn texts_are_cleaned_and_bounded() {
        let long = format!("answer=contact&words=a%00b%1b%0d%0ac%E2%80%AE{}", "x".repeat(20_000));
        let Ok(Answer::Contact { words }) = read(&long) else { panic!() };
        assert!(words.starts_with("ab\ncx"), "{words:.20}");
        assert_eq!(words.chars().count(), WORDS);
        assert_eq!(Fields::read("a=1&".repeat(10_000).as_bytes()).0.len(), FIELDS);
    }

    #[test]
    fn the_number_of_a_form_is_letters_and_figures() {
        let form = |text: &str| Fields::read(format!("form={text}").as_bytes()).form().map(str::to_owned);
        assert_eq!(form("0123456789abcdef").as_deref(), Some("0123456789abcdef"));
        assert!(
            [String::new(), "short".to_owned(), "0123456789-abcdef".to_owned(), "0".repeat(65)]
                .iter()
                .all(|bad| form(bad).is_none())
        );
    }

    proptest::proptest! {
        #[test]
        fn no_body_breaks_it(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let fields = Fields::read(&body);
            _ = fields.answer(&["A"], NaiveDate::MAX);
            _ = fields.answer(&[], NaiveDate::MIN);
        }
    }
}
