//! Charts as SVG: bars for a few amounts with names, columns for one amount over time. Pure; each has a table behind it.
//!
//! Their parts are placed by numbers and painted by classes, since nothing inline is allowed.

use askama::Template;

/// Width of a picture, in its own units; a phone shows one unit as about one pixel.
const WIDTH: i64 = 360;
/// Height of a bar with its name above it.
const ROW: i64 = 38;
/// Height of columns, without what is written below.
const HEIGHT: i64 = 120;

/// A name, an amount and how it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub name: String,
    pub amount: i64,
    pub said: String,
}

/// One bar below the other, each with its name and amount.
#[derive(Debug, Template)]
#[template(path = "console/bars.svg")]
pub struct Bars {
    pub id: String,
    pub title: String,
    pub description: String,
    pub points: Vec<Point>,
}

/// One column beside the other, the first and the last with their names and amounts.
#[derive(Debug, Template)]
#[template(path = "console/columns.svg")]
pub struct Columns {
    pub id: String,
    pub title: String,
    pub description: String,
    pub points: Vec<Point>,
}

impl Bars {
    fn height(&self) -> i64 {
        ROW * self.points.len() as i64 + 2
    }

    /// From the top to the line of text, from there to the bar, and the bar's width.
    fn placed(&self) -> impl Iterator<Item = (&Point, i64, i64, i64)> {
        let most = most(&self.points);
        let top = |at: usize| ROW * at as i64;
        self.points
            .iter()
            .enumerate()
            .map(move |(at, point)| (point, top(at) + 15, top(at) + 21, scaled(point.amount, most, WIDTH)))
    }
}

impl Columns {
    /// From the left and from the top, width and height.
    fn placed(&self) -> impl Iterator<Item = (&Point, i64, i64, i64, i64)> {
        let (most, number) = (most(&self.points), self.points.len().max(1) as i64);
        let left = move |at: usize| WIDTH * at as i64 / number;
        self.points.iter().enumerate().map(move |(at, point)| {
            let height = scaled(point.amount, most, HEIGHT);
            (point, left(at), HEIGHT - height, left(at + 1) - left(at) - 3, height)
        })
    }
}

/// What the largest amount is; nothing is drawn below zero.
fn most(points: &[Point]) -> i64 {
    points.iter().map(|point| point.amount).max().unwrap_or(0).max(1)
}

/// What is more than nothing is seen.
fn scaled(amount: i64, most: i64, length: i64) -> i64 {
    match amount {
        ..=0 => 0,
        amount => (i128::from(amount) * i128::from(length) / i128::from(most)).max(1) as i64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(amounts: &[i64]) -> Vec<Point> {
        let point =
            |amount: &i64| Point { name: format!("<{amount}>"), amount: *amount, said: format!("{amount} €") };
        amounts.iter().map(point).collect()
    }

    #[test]
    fn bars_are_as_long_as_their_amounts() {
        let (id, title, description) = ("a".to_owned(), "Open & due".to_owned(), "By \"days\"".to_owned());
        insta::assert_snapshot!(Bars { id, title, description, points: points(&[200, 100, 1, 0, -5]) });
    }

    #[test]
    fn columns_stand_on_the_ground() {
        let (id, title, description) = ("b".to_owned(), "Weeks".to_owned(), "Thirteen".to_owned());
        insta::assert_snapshot!(Columns { id, title, description, points: points(&[0, 50, 100]) });
    }

    #[test]
    fn nothing_overflows_or_divides_by_nothing() {
        for amounts in [&[][..], &[0], &[i64::MAX, 1], &[i64::MIN]] {
            let (bars, columns) = (points(amounts), points(amounts));
            let of = |points| (String::new(), String::new(), String::new(), points);
            let (id, title, description, points) = of(bars);
            let bars = Bars { id, title, description, points };
            assert!(bars.placed().all(|(.., width)| (0..=WIDTH).contains(&width)), "{amounts:?}");
            let (id, title, description, points) = of(columns);
            let columns = Columns { id, title, description, points };
            assert!(columns.placed().all(|(.., height)| (0..=HEIGHT).contains(&height)), "{amounts:?}");
        }
    }
}
