//! Reports as pictures, each with its table.

use askama::Template;

use super::super::chart::{Bars, Columns, Point};
use crate::{
    domain::money::{Currency, Money},
    reports::{BUCKETS, Cell, Ledger, Sheet, came_back::Weeks, causes::Causes, discounts::Fate, tenths},
};

/// A picture, as SVG.
pub struct Drawn {
    pub title: String,
    pub svg: String,
    /// The same as a table.
    pub table: String,
}

/// The table behind a picture.
#[derive(Template)]
#[template(path = "console/sheet.html")]
pub struct Table<'a> {
    pub label: &'a str,
    pub sheet: &'a Sheet,
}

impl Table<'_> {
    pub fn html(&self) -> String {
        self.render().unwrap_or_default()
    }
}

fn point(name: impl ToString, amount: i64, said: impl ToString) -> Point {
    Point { name: name.to_string(), amount, said: said.to_string() }
}

fn described(points: &[Point]) -> String {
    points.iter().map(|point| format!("{}: {}", point.name, point.said)).collect::<Vec<_>>().join("; ")
}

fn bars(id: &str, title: String, points: Vec<Point>, sheet: &Sheet) -> Drawn {
    let bars = Bars { id: id.to_owned(), title: title.clone(), description: described(&points), points };
    drawn(title, &bars, sheet)
}

fn columns(id: &str, title: String, points: Vec<Point>, sheet: &Sheet) -> Drawn {
    let columns = Columns { id: id.to_owned(), title: title.clone(), description: described(&points), points };
    drawn(title, &columns, sheet)
}

fn drawn(title: String, picture: &impl Template, sheet: &Sheet) -> Drawn {
    let table = Table { label: &title, sheet }.html();
    Drawn { svg: picture.render().unwrap_or_default(), table, title }
}

/// The rows of a sheet that are about a currency, which stands in its first column.
fn of(sheet: &Sheet, currency: Currency) -> Sheet {
    let own = |row: &&Vec<Cell>| row.first().is_some_and(|cell| cell.as_str() == currency.code());
    Sheet { columns: sheet.columns.clone(), rows: sheet.rows.iter().filter(own).cloned().collect() }
}

pub fn ageing(ledger: &Ledger) -> Vec<Drawn> {
    let sheet = ledger.ageing_sheet();
    let drawn = ledger.ageing.iter().map(|(currency, ageing)| {
        let points = BUCKETS.iter().zip(ageing.parts()).map(|(name, minor)| {
            let name =
                if name.contains(char::is_numeric) { format!("{name} days overdue") } else { (*name).to_owned() };
            point(name, minor, format!("{:#} {currency}", Money::new(minor, *currency)))
        });
        let title = format!("Open in {currency}, by days overdue");
        bars(&format!("ageing-{currency}"), title, points.collect(), &of(&sheet, *currency))
    });
    drawn.collect()
}

pub fn came_back(weeks: &Weeks) -> Vec<Drawn> {
    let sheet = weeks.sheet();
    let drawn = weeks.sums.iter().map(|(currency, sums)| {
        let points = weeks.mondays().zip(sums).map(|(monday, minor)| {
            point(format!("week of {monday}"), *minor, format!("{:#} {currency}", Money::new(*minor, *currency)))
        });
        let title = format!("{currency} that came in within 30 days after a notice, by week");
        columns(&format!("came-back-{currency}"), title, points.collect(), &of(&sheet, *currency))
    });
    drawn.collect()
}

pub fn dso(ledger: &Ledger) -> Vec<Drawn> {
    let sheet = ledger.dso_sheet();
    let drawn = ledger.rolls.iter().map(|(currency, roll)| {
        let points = roll.months().into_iter().map(|month| {
            let said = month.dso.map_or("not known".to_owned(), |dso| format!("{} days", tenths(dso)));
            point(month.day, month.dso.unwrap_or(0), said)
        });
        let title = format!("Days sales outstanding in {currency}, at the end of each month");
        columns(&format!("dso-{currency}"), title, points.collect(), &of(&sheet, *currency))
    });
    drawn.collect()
}

pub fn effectiveness(ledger: &Ledger) -> Vec<Drawn> {
    let sheet = ledger.effectiveness_sheet();
    let drawn = ledger.rolls.iter().map(|(currency, roll)| {
        let points = roll.months().into_iter().map(|month| {
            let said = month.cei.map_or("not known".to_owned(), |cei| format!("{} %", tenths(cei)));
            point(month.day, month.cei.unwrap_or(0), said)
        });
        let title = format!("Collection effectiveness in {currency}, month by month");
        columns(&format!("effectiveness-{currency}"), title, points.collect(), &of(&sheet, *currency))
    });
    drawn.collect()
}

pub fn promises(ledger: &Ledger) -> Vec<Drawn> {
    let points = ledger.promises.0.iter().map(|(month, tally)| {
        let said = tally.share().map_or("none was due".to_owned(), |share| format!("{} % kept", tenths(share)));
        point(month.format("%Y-%m"), tally.share().unwrap_or(0), said)
    });
    let points: Vec<Point> = points.collect();
    let title = "Promises kept, by the month of their last day".to_owned();
    if points.is_empty() { Vec::new() } else { vec![columns("promises", title, points, &ledger.promises.sheet())] }
}

pub fn discounts(ledger: &Ledger) -> Vec<Drawn> {
    let sheet = ledger.discounts_sheet();
    let currencies: std::collections::BTreeSet<Currency> =
        ledger.discounts.keys().map(|(currency, _)| *currency).collect();
    let drawn = currencies.into_iter().map(|currency| {
        let own = ledger.discounts.iter().filter(|((other, _), _)| *other == currency);
        let points = own.flat_map(|((_, fate), sums)| {
            let named = |name: &str, minor| {
                let name = if name.is_empty() { fate.name().to_owned() } else { format!("{}: {name}", fate.name()) };
                point(name, minor, format!("{:#} {currency}", Money::new(minor, currency)))
            };
            let mut points = vec![named("", sums.discount)];
            if *fate != Fate::Terms {
                points.extend([named("cost of waiting", sums.waiting), named("penalty not charged", sums.penalty)]);
            }
            points
        });
        let title = format!("Discounts in {currency}, beside the cost of waiting and of penalties");
        bars(&format!("discounts-{currency}"), title, points.collect(), &of(&sheet, currency))
    });
    drawn.collect()
}

pub fn causes(causes: &Causes) -> Vec<Drawn> {
    let points = causes.iter().map(|(code, tally)| {
        let name = crate::reports::causes::title(code);
        point(if name.is_empty() { code.clone() } else { name }, tally.cases as i64, tally.cases)
    });
    let points: Vec<Point> = points.collect();
    let (title, sheet) = ("Closed cases, by what could have prevented them", crate::reports::causes::sheet(causes));
    if points.is_empty() { Vec::new() } else { vec![bars("causes", title.to_owned(), points, &sheet)] }
}

pub fn judgement(ledger: &Ledger) -> Vec<Drawn> {
    let sheet = ledger.judgement_sheet();
    let percent = |share: f64| (share * 100.0).round() as i64;
    let drawn =
        ledger.judged().into_iter().filter(|(.., figures)| figures.samples > 0).map(|(name, title, figures)| {
            let cut = figures.flagged;
            let shares = [("flagged that were right", cut.precision), ("found of those that were right", cut.recall)];
            let points = shares.into_iter().map(|(name, share)| {
                let said = share.map_or("not known".to_owned(), |share| format!("{} %", percent(share)));
                point(name, share.map_or(0, percent), said)
            });
            bars(&format!("judgement-{name}"), title.to_owned(), points.collect(), &sheet)
        });
    drawn.collect()
}
