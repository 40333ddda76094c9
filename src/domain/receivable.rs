//! What was open on past days, and two figures of credit management that follow from it.
//!
//! Sales are invoices as issued, tax included, as receivables are; credits and unmatched money do not reduce them. What was
//! taken back since (a payment that bounced) counts as if it had never come in.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::Decimal;

use super::{ledger::Position, money::round_half_up};

/// Full months before the day that is looked at.
pub const MONTHS: usize = 12;

/// Months of sales that are looked back on: receivables older than all of them are no matter of days of sales.
const SALES: u32 = 36;

/// Open amounts at the end of a day, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Open {
    pub total: i64,
    /// The part of it that was not overdue.
    pub current: i64,
}

/// Receivables of one currency at the ends of the last months, and what was sold in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roll {
    /// The last days of [`MONTHS`] months, then the day itself.
    days: [NaiveDate; MONTHS + 1],
    open: [Open; MONTHS + 1],
    /// By the first day of the month.
    sales: BTreeMap<NaiveDate, i64>,
}

/// The figures of a month, in tenths: of a day, and of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// Its last day, or the day that is looked at.
    pub day: NaiveDate,
    pub open: Open,
    pub sales: i64,
    pub dso: Option<i64>,
    pub cei: Option<i64>,
}

impl Roll {
    pub fn new(as_of: NaiveDate) -> Self {
        let first = first_of_month(as_of);
        let end = |back: usize| {
            let month = first.checked_sub_months(Months::new(back as u32)).unwrap_or(NaiveDate::MIN);
            month.pred_opt().unwrap_or(month)
        };
        let days = std::array::from_fn(|at| if at < MONTHS { end(MONTHS - 1 - at) } else { as_of });
        Self { days, open: [Open::default(); MONTHS + 1], sales: BTreeMap::new() }
    }

    /// Adds the items of a position, which must be that of the day itself.
    pub fn add(&mut self, position: &Position) {
        let oldest = self.days[MONTHS].checked_sub_months(Months::new(SALES)).unwrap_or(NaiveDate::MIN);
        for item in &position.items {
            let invoice = item.invoice;
            self.put(invoice.issued, invoice.due, invoice.amount.minor);
            item.grants.iter().for_each(|grant| self.put(grant.on.max(invoice.issued), invoice.due, -grant.amount));
            if invoice.issued >= oldest {
                *self.sales.entry(first_of_month(invoice.issued)).or_default() += invoice.amount.minor;
            }
        }
        for (invoice, date, part) in position.parts() {
            self.put(date.max(invoice.issued), invoice.due, -part);
        }
    }

    /// An amount of an item that was added or taken away on a day.
    fn put(&mut self, on: NaiveDate, due: NaiveDate, minor: i64) {
        for (day, open) in self.days.iter().zip(&mut self.open).filter(|(day, _)| on <= **day) {
            open.total += minor;
            open.current += if due >= *day { minor } else { 0 };
        }
    }

    /// The figures of the last months, the oldest first; the last one is not over yet.
    pub fn months(&self) -> Vec<Month> {
        let month = |at: usize| {
            let (day, open) = (self.days[at], self.open[at]);
            let sales = self.sales.get(&first_of_month(day)).copied().unwrap_or(0);
            Month {
                day,
                open,
                sales,
                dso: countback(open.total, day, &self.sales),
                cei: effectiveness(self.open[at - 1].total, sales, open),
            }
        };
        (1..=MONTHS).map(month).collect()
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// Days sales outstanding by countback (the exhaustion method), in tenths of a day: the receivables are used up by the
/// sales of the latest month, then of the one before, and so on. Each month that they outlast counts all its days, the
/// last one the share that is left. The month of `day` counts its days so far.
///
/// `None` when they outlast all sales that are known.
///
/// Source: the method as credit managers of the United Kingdom report it (Chartered Institute of Credit Management).
pub fn countback(open: i64, day: NaiveDate, sales: &BTreeMap<NaiveDate, i64>) -> Option<i64> {
    let (mut left, mut tenths, mut last) = (open, 0, day);
    if left <= 0 {
        return Some(0);
    }
    let oldest = *sales.keys().next()?;
    loop {
        let month = first_of_month(last);
        if month < oldest {
            return None;
        }
        let (days, sold) = (10 * i64::from(last.day()), sales.get(&month).copied().unwrap_or(0));
        if sold > 0 && sold >= left {
            return Some(tenths + round_half_up(Decimal::from(days) * Decimal::from(left) / Decimal::from(sold)));
        }
        (left, tenths, last) = (left - sold.max(0), tenths + days, month.checked_sub_days(Days::new(1))?);
    }
}

/// Collection effectiveness index in tenths of a percent: of what could be collected in a period, what was.
///
/// ```text
///       opening receivables + sales − closing receivables
/// CEI = ─────────────────────────────────────────────────────────────── × 100
///       opening receivables + sales − closing receivables not overdue
/// ```
///
/// `None` when nothing could be collected. Source: Credit Research Foundation, National Summary of Domestic Trade
/// Receivables.
pub fn effectiveness(opening: i64, sales: i64, closing: Open) -> Option<i64> {
    let [collected, collectable] = [closing.total, closing.current].map(|end| opening + sales - end);
    (collectable > 0)
        .then(|| round_half_up(Decimal::from(collected) * Decimal::ONE_THOUSAND / Decimal::from(collectable)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Receivables, the day, sales by month with the latest first, and the days in tenths.
    #[test]
    fn days_of_sales_are_those_counted_by_hand_and_published() {
        let rows: [(i64, &str, &[i64], Option<i64>); 9] = [
            // Published example: 900,000 in March, 800,000 in February, 700,000 in January: 31 + 28 + 31 × 400 ÷ 700.
            (2_100_000, "2025-03-31", &[900_000, 800_000, 700_000], Some(767)),
            // The same with other figures, of months with 30 and 31 days: 30 + 31 + 30 × 32 ÷ 70.
            (212_000, "2025-06-30", &[100_000, 80_000, 70_000], Some(747)),
            (50, "2025-03-31", &[100], Some(155)),
            (100, "2025-03-31", &[100], Some(310)),
            (0, "2025-03-31", &[100], Some(0)),
            (-7, "2025-03-31", &[100], Some(0)),
            // The month is ten days old.
            (150, "2025-03-10", &[50, 200], Some(100 + 140)),
            // A month without sales passes as a whole.
            (150, "2025-03-31", &[100, 0, 100], Some(310 + 280 + 155)),
            (201, "2025-03-31", &[100, 100], None),
        ];
        for (open, at, sales, expected) in rows {
            let month = |back: usize| first_of_month(day(at)).checked_sub_months(Months::new(back as u32)).unwrap();
            let sales = sales.iter().enumerate().map(|(back, sold)| (month(back), *sold)).collect();
            assert_eq!(countback(open, day(at), &sales), expected, "{open} on {at}");
        }
        assert_eq!(countback(1, day("2025-03-31"), &BTreeMap::new()), None);
    }

    #[test]
    fn effectiveness_is_the_share_of_what_could_be_collected() {
        let rows = [
            // Published example: 98 %.
            (100_000, 1_000_000, 120_000, 100_000, Some(980)),
            // Everything that is open is not due yet.
            (500, 300, 200, 200, Some(1_000)),
            // Nothing came in.
            (500, 0, 500, 0, Some(0)),
            // By hand: (400 + 600 − 350) ÷ (400 + 600 − 250) = 650 ÷ 750.
            (400, 600, 350, 250, Some(867)),
            (0, 300, 300, 300, None),
        ];
        for (opening, sales, total, current, expected) in rows {
            let closing = Open { total, current };
            assert_eq!(effectiveness(opening, sales, closing), expected, "{opening} {sales} {closing:?}");
        }
    }
}
