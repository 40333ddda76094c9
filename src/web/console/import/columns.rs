//! How a file is to be read: a known map, our own headings, or a column picked for each field.

use std::sync::Arc;

use super::desk::{Chosen, Upload};
use crate::{
    app::App,
    domain::money::Currency,
    intake::{
        Map,
        guess::DATES,
        picks::{Field, Picks, fields, likely},
    },
};

/// What stands before the name of a known map in the form.
const MAP: &str = "map:";
const OWN: &str = "own";
const PICKED: &str = "picked";

/// Days as formats write them, for people.
const EXAMPLE: chrono::NaiveDate = chrono::NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day");

/// The form, as it was sent or as it is first offered.
pub struct Form {
    pub ways: Vec<Way>,
    pub fields: Vec<Picked>,
    pub dates: Vec<Choice>,
    /// Day and month cannot be told apart by what is there.
    pub ambiguous: bool,
    pub decimals: Vec<Choice>,
    pub currency: String,
    pub delimiter: &'static str,
    pub encoding: &'static str,
}

/// A way to read it.
pub struct Way {
    pub value: String,
    pub title: String,
    pub chosen: bool,
}

pub struct Picked {
    pub field: Field,
    pub options: Vec<Choice>,
}

pub struct Choice {
    pub value: String,
    pub title: String,
    pub chosen: bool,
}

/// What was sent: names and values, as a form has them.
pub type Sent = Vec<(String, String)>;

fn value<'s>(sent: &'s Sent, name: &str) -> Option<&'s str> {
    sent.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The form of an upload.
pub fn form(app: &App, upload: &Upload, sent: &Sent) -> Form {
    let guess = &upload.guess;
    let known = fields(upload.kind);
    let own = known.iter().filter(|field| field.required).all(|f| guess.headings.iter().any(|name| name == f.name))
        && guess.delimiter == ','
        && guess.encoding.is_none();
    let asked = value(sent, "by");
    let mut ways = Vec::new();
    if own {
        ways.push((OWN.to_owned(), "with duly's own headings, as they stand in it".to_owned()));
    }
    ways.push((PICKED.to_owned(), "by the columns that are picked below".to_owned()));
    let maps = app.map_names().into_iter().filter_map(|name| app.load_map(&name).ok());
    let fitting = maps.filter(|map| map.kinds().contains(&upload.kind));
    ways.extend(fitting.map(|map| (format!("{MAP}{}", map.name()), format!("by the map {}", map.name()))));
    let first = ways.first().map(|(value, _)| value.clone());
    let asked = asked.map(str::to_owned).or(first);
    let chosen_date = value(sent, "dates").or(match &guess.dates[..] {
        [one] => Some(one),
        _ => None,
    });
    let decimal = value(sent, "decimal").map_or(guess.decimal, |sign| if sign == "," { ',' } else { '.' });
    let picked = |field: Field| {
        let place = match value(sent, field.name) {
            Some(text) => text.parse().ok(),
            None => likely(field.name, &guess.headings),
        };
        let headings = guess.headings.iter().enumerate().map(|(at, heading)| Choice {
            value: at.to_string(),
            title: if heading.is_empty() { format!("column {}", at + 1) } else { heading.clone() },
            chosen: place == Some(at),
        });
        let none = Choice { value: String::new(), title: "not in this file".to_owned(), chosen: place.is_none() };
        Picked { field, options: [none].into_iter().chain(headings).collect() }
    };
    Form {
        ways: ways
            .into_iter()
            .map(|(value, title)| Way { chosen: Some(&value) == asked.as_ref(), value, title })
            .collect(),
        fields: known.into_iter().map(picked).collect(),
        dates: DATES
            .map(|format| Choice {
                value: format.to_owned(),
                title: format!("{}{}", EXAMPLE.format(format), order(format)),
                chosen: chosen_date == Some(format),
            })
            .into(),
        ambiguous: guess.dates.len() > 1 && chosen_date.is_none(),
        decimals: [(".", "1,234.50 or 1234.50"), (",", "1.234,50 or 1234,50")]
            .map(|(sign, title)| Choice {
                value: sign.to_owned(),
                title: title.to_owned(),
                chosen: sign.starts_with(decimal),
            })
            .into(),
        currency: value(sent, "constant").unwrap_or_default().to_owned(),
        delimiter: match guess.delimiter {
            ',' => "commas",
            ';' => "semicolons",
            '\t' => "tabs",
            _ => "bars",
        },
        encoding: if guess.encoding.is_some() { "Windows (1252)" } else { "Unicode" },
    }
}

/// Said where a format has day and month in figures.
fn order(format: &str) -> &'static str {
    match (format.find("%d"), format.find("%m"), format.starts_with("%Y")) {
        (Some(day), Some(month), false) if day < month => " (day first)",
        (Some(_), Some(_), false) => " (month first)",
        _ => "",
    }
}

/// How the form says that the file is to be read.
pub fn chosen(app: &App, upload: &Upload, sent: &Sent) -> Result<Chosen, String> {
    match value(sent, "by") {
        Some(OWN) => Ok(Chosen { map: None, text: None }),
        Some(way) if way.starts_with(MAP) => {
            let map = app.load_map(&way[MAP.len()..])?;
            Ok(Chosen { map: Some(Arc::new(map)), text: None })
        }
        _ => {
            let place = |field: &Field| {
                let place = value(sent, field.name)?.parse().ok()?;
                Some((field.name.to_owned(), place))
            };
            let currency = value(sent, "constant").map(str::trim).filter(|text| !text.is_empty());
            let known = |text: &str| text.to_uppercase().parse::<Currency>().map_err(|error| error.to_string());
            let picks = Picks {
                kind: upload.kind,
                columns: fields(upload.kind).iter().filter_map(place).collect(),
                currency: currency.map(|text| known(text).map(|currency| currency.code().to_owned())).transpose()?,
                dates: value(sent, "dates").unwrap_or_default().to_owned(),
                decimal: if value(sent, "decimal") == Some(",") { ',' } else { '.' },
            };
            let text = picks.written(&upload.guess)?;
            let map = Map::parse("picked", &text).map_err(|error| error.to_string())?;
            Ok(Chosen { map: Some(Arc::new(map)), text: Some(text) })
        }
    }
}
