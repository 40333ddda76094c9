//! Open amounts by days overdue.

use super::{Cell, Ledger, Sheet};

/// What the parts of an ageing are called: not due, then by days overdue.
pub const BUCKETS: [&str; 5] = ["not due", "0–30", "31–60", "61–90", "91+"];

impl Ledger {
    pub fn ageing_sheet(&self) -> Sheet {
        let rows = self.ageing.iter().map(|(currency, ageing)| {
            let amounts = ageing.parts().into_iter().chain([ageing.total(), ageing.unallocated]);
            let cells = amounts.map(|minor| Cell::money(minor, *currency));
            std::iter::once(Cell::text(currency)).chain(cells).collect()
        });
        let names = BUCKETS.iter().chain(&["total", "unmatched money"]).map(|name| (*name, true));
        Sheet { columns: std::iter::once(("currency", false)).chain(names).collect(), rows: rows.collect() }
    }
}
