//! When somebody who is away comes back, if they tell.

use chrono::{Datelike, Days, NaiveDate};

/// Characters of a text in which a date is looked for.
const LOOKED_AT: usize = 4000;
/// Words between a cue and its date.
const NEAR: usize = 6;
/// Days in which people come back; a date beyond is about something else.
const LONGEST: u64 = 400;

/// Beginnings of month names, without accents: English, German, French, Spanish, Italian, Dutch, Polish, Swedish.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "gen", "ene", "sty", "janv"],
    &["feb", "fév", "fev", "lut", "févr"],
    &["mar", "mär", "mrt", "maa"],
    &["apr", "avr", "abr", "kwi"],
    &["may", "mai", "mag", "mei", "maj", "mayo"],
    &["jun", "juin", "giu", "cze"],
    &["jul", "juil", "lug", "lip"],
    &["aug", "aoû", "aou", "ago", "sie"],
    &["sep", "set", "wrz"],
    &["oct", "okt", "ott", "paź", "paz"],
    &["nov", "lis"],
    &["dec", "dez", "déc", "dic", "gru"],
];

/// Words after which the first day back is named.
const BACK: &[&str] = &[
    "back",
    "return",
    "returning",
    "returns",
    "reachable",
    "wieder",
    "zurück",
    "ab",
    "retour",
    "reviens",
    "reviendrai",
    "vuelta",
    "regreso",
    "regresaré",
    "volveré",
    "vuelvo",
    "rientro",
    "rientrerò",
    "ritorno",
    "tornerò",
    "terug",
    "weer",
    "vanaf",
    "wracam",
    "wrócę",
    "powrót",
    "ponownie",
    "tillbaka",
    "åter",
];

/// Words after which the last day of absence is named.
const UNTIL: &[&str] = &[
    "until",
    "till",
    "til",
    "through",
    "thru",
    "bis",
    "einschließlich",
    "jusqu'au",
    "jusqu",
    "hasta",
    "fino",
    "sino",
    "tot",
    "t/m",
    "do",
    "till",
    "tom",
    "t.o.m",
    "to",
];

/// The first day back that a text names, as seen on the day it was written.
pub(in crate::inbox) fn returns(text: &str, written: NaiveDate) -> Option<NaiveDate> {
    let words = words(text);
    let mut last = None;
    for at in 0..words.len() {
        let Some((date, _)) = date(&words[at..], written) else { continue };
        if date < written || date > written.checked_add_days(Days::new(LONGEST))? {
            continue;
        }
        let near = &words[at.saturating_sub(NEAR)..at];
        let has = |cues: &[&str]| near.iter().any(|word| cues.contains(&word.as_str()));
        let directly = near.last().is_some_and(|word| UNTIL.contains(&word.as_str()));
        let cue = match (has(BACK) && !directly, has(UNTIL)) {
            (true, _) => Some(false),
            (false, true) => Some(true),
            (false, false) => None,
        };
        match cue {
            Some(false) => return Some(date),
            Some(true) => last = last.max(date.checked_add_days(Days::new(1))),
            None => {}
        }
    }
    last
}

/// Words in small letters; points stay within numbers.
fn words(text: &str) -> Vec<String> {
    let text: String = text.chars().take(LOOKED_AT).collect();
    let text = text.to_lowercase().replace('’', "'").replace(['(', ')', ',', ';', ':', '"', '!', '\u{a0}'], " ");
    text.split_whitespace().map(|word| word.trim_end_matches('.').to_owned()).filter(|word| !word.is_empty()).collect()
}

/// A date at the beginning of these words, and how many of them it takes.
fn date(words: &[String], written: NaiveDate) -> Option<(NaiveDate, usize)> {
    let first = words.first()?;
    if let Some(date) = numeric(first, written) {
        return Some((date, 1));
    }
    let year = |at: usize| words.get(at).and_then(|word| word.parse::<i32>().ok()).filter(|y| (1990..2200).contains(y));
    let (day, month, length) = match (day(first), month(first)) {
        // `5 May`, `5. Mai`, `5 de mayo`.
        (Some(day), _) => {
            let second = words.get(1)?;
            let skip = usize::from(second == "de" || second == "of");
            (day, month(words.get(1 + skip)?)?, 2 + skip)
        }
        // `May 5th`.
        (None, Some(month)) => (self::day(words.get(1)?)?, month, 2),
        _ => return None,
    };
    let skip = usize::from(words.get(length).is_some_and(|word| word == "de"));
    match year(length + skip) {
        Some(year) => Some((NaiveDate::from_ymd_opt(year, month, day)?, length + skip + 1)),
        None => Some((next(month, day, written)?, length)),
    }
}

/// `2026-05-09`, `09.05.2026`, `9/5/26`, `09.05`.
fn numeric(word: &str, written: NaiveDate) -> Option<NaiveDate> {
    let separator = word.chars().find(|c| "-./".contains(*c))?;
    let numbers: Option<Vec<u32>> = word.split(separator).map(|n| n.parse().ok().filter(|_| n.len() <= 4)).collect();
    let year = |year: u32| i32::try_from(if year < 100 { 2000 + year } else { year }).ok();
    match numbers?.as_slice() {
        [y, month, day] if *y > 1000 => NaiveDate::from_ymd_opt(year(*y)?, *month, *day),
        [day, month, y] => {
            let told = NaiveDate::from_ymd_opt(year(*y)?, *month, *day);
            let american = NaiveDate::from_ymd_opt(year(*y)?, *day, *month).filter(|_| separator == '/');
            nearer(told, american, written)
        }
        [day, month] if separator != '-' => {
            let american = next(*day, *month, written).filter(|_| separator == '/');
            nearer(next(*month, *day, written), american, written)
        }
        _ => None,
    }
}

/// Of two readings the one that comes first: who asks too early asks once more.
fn nearer(one: Option<NaiveDate>, other: Option<NaiveDate>, written: NaiveDate) -> Option<NaiveDate> {
    let to_come = |date: &NaiveDate| *date >= written;
    match (one.filter(to_come), other.filter(to_come)) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// A day without a year: the next one, seen from when it was written.
fn next(month: u32, day: u32, written: NaiveDate) -> Option<NaiveDate> {
    let this = NaiveDate::from_ymd_opt(written.year(), month, day)?;
    if this < written { NaiveDate::from_ymd_opt(written.year() + 1, month, day) } else { Some(this) }
}

fn day(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic() || c == '°' || c == 'º');
    let ending = &word[digits.len()..];
    let known = ["", "st", "nd", "rd", "th", "er", "e", "ste", "de", "º", "°"];
    digits.parse().ok().filter(|day| (1..=31).contains(day) && known.contains(&ending))
}

fn month(word: &str) -> Option<u32> {
    let letters = word.chars().all(char::is_alphabetic) && word.chars().count() >= 3;
    let index = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)));
    let index = index.filter(|_| letters)?;
    u32::try_from(index + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_day_back_in_many_languages() {
        let cases = [
            ("I am currently away returning to the office on May 5th.", "2026-05-05"),
            ("I will be out of the office until Friday, 8 May 2026 with no access.", "2026-05-09"),
            ("I am on leave from 1 May to 15 May. Please contact Ann.", "2026-05-16"),
            ("On leave from 2026-05-01 to 2026-05-15, back on 2026-05-18.", "2026-05-18"),
            ("I'll be back on 05/06/2026.", "2026-05-06"),
            ("Ich bin bis einschließlich 12.05.2026 nicht im Büro.", "2026-05-13"),
            ("Ab dem 3. Juni bin ich wieder erreichbar.", "2026-06-03"),
            ("Vom 04.05. bis 08.05. bin ich im Urlaub.", "2026-05-09"),
            ("Je suis absent jusqu'au 10 mai inclus.", "2026-05-11"),
            ("Je serai de retour le 1er juin 2026.", "2026-06-01"),
            ("Estoy de vacaciones hasta el 9 de mayo de 2026.", "2026-05-10"),
            ("Sono in ferie, rientro il 20 maggio.", "2026-05-20"),
            ("Ik ben afwezig tot en met 7 mei.", "2026-05-08"),
            ("Vanaf 11 mei ben ik terug.", "2026-05-11"),
            ("Jestem na urlopie do 14 maja 2026.", "2026-05-15"),
            ("Wracam 15 maja.", "2026-05-15"),
            ("Jag är tillbaka den 18 maj.", "2026-05-18"),
            ("Semester till 22 maj.", "2026-05-23"),
            ("Back on 4 January.", "2027-01-04"),
        ];
        let written = NaiveDate::from_ymd_opt(2026, 4, 29).unwrap();
        for (text, expected) in cases {
            assert_eq!(returns(text, written).map(|date| date.to_string()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_of_return_is_none() {
        let written = NaiveDate::from_ymd_opt(2026, 4, 29).unwrap();
        let cases = [
            "I'm only sleeping.",
            "I have been away until 8 March 2026.",
            "Invoice 10042 of 3 May was for you.",
            "Back on 30 February.",
            "Call me back on 0123 456789 until then.",
            "until 99.99.9999, back 1.2.3.4, to 31/31/31, bis 4294967296.1.1",
            "back on 1 May 2199",
        ];
        for text in cases {
            assert_eq!(returns(text, written), None, "{text}");
        }
    }
}
