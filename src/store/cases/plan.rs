//! The instalments that were agreed in a case.

use chrono::NaiveDate;

use crate::{
    domain::money::Money,
    store::{
        Result, Store,
        engine::{Columns, query},
    },
};

impl Store {
    /// Those of the newest plan of a case that nobody has ended, in order of their days.
    pub async fn instalments_of(&self, case: i64) -> Result<Vec<(NaiveDate, Money)>> {
        let text = "SELECT t.due, p.currency, t.amount FROM plan_part t JOIN plan p ON p.id = t.plan \
                    WHERE p.id = (SELECT MAX(id) FROM plan WHERE company = $1 AND case_id = $2 AND ended IS NULL) \
                    ORDER BY t.due";
        let rows = query(text).bind(self.company).bind(case).fetch_all(self.pool()).await?;
        let part = |row| {
            let mut c = Columns::of(row);
            Ok((c.take()?, c.money()?))
        };
        rows.iter().map(part).collect()
    }
}
