//! Days sales outstanding and the collection effectiveness index of the last months.

use super::{Cell, Ledger, Sheet, tenths};
use crate::domain::{money::Currency, receivable::Month};

impl Ledger {
    pub fn dso_sheet(&self) -> Sheet {
        let row = |currency: Currency, month: &Month| {
            vec![
                Cell::text(currency),
                Cell::text(month.day),
                Cell::money(month.sales, currency),
                Cell::money(month.open.total, currency),
                Cell::maybe(month.dso.map(tenths)),
            ]
        };
        let columns =
            vec![("currency", false), ("up to", false), ("sales of the month", true), ("open", true), ("days", true)];
        Sheet { columns, rows: self.monthly(row) }
    }

    pub fn effectiveness_sheet(&self) -> Sheet {
        let row = |currency: Currency, month: &Month| {
            vec![
                Cell::text(currency),
                Cell::text(month.day),
                Cell::money(month.sales, currency),
                Cell::money(month.open.total, currency),
                Cell::money(month.open.current, currency),
                Cell::maybe(month.cei.map(tenths)),
            ]
        };
        let columns = vec![
            ("currency", false),
            ("up to", false),
            ("sales of the month", true),
            ("open", true),
            ("not overdue", true),
            ("percent", true),
        ];
        Sheet { columns, rows: self.monthly(row) }
    }

    fn monthly(&self, row: impl Fn(Currency, &Month) -> Vec<Cell>) -> Vec<Vec<Cell>> {
        let months = |(currency, roll): (&Currency, &crate::domain::receivable::Roll)| {
            roll.months().iter().map(|month| row(*currency, month)).collect::<Vec<_>>()
        };
        self.rolls.iter().flat_map(months).collect()
    }
}
