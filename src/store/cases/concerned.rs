//! What closed cases were about, in money.

use crate::{
    domain::money::{Currency, Money},
    store::{
        Result, Store,
        engine::{Columns, query},
    },
};

impl Store {
    /// The items of closed cases, each with its case: the amount that was disputed, or that of the whole invoice.
    pub async fn concerned(&self) -> Result<Vec<(i64, Money)>> {
        let text = "SELECT k.case_id, COALESCE(k.currency, i.currency), COALESCE(k.amount, i.amount) FROM case_item k \
                    JOIN cases c ON c.id = k.case_id LEFT JOIN invoice i ON i.company = c.company \
                    AND i.number = k.invoice AND i.superseded_by IS NULL \
                    WHERE c.company = $1 AND c.status = 'closed' ORDER BY k.case_id, k.invoice";
        let mut found = Vec::new();
        for row in &query(text).bind(self.company).fetch_all(self.pool()).await? {
            let mut c = Columns::of(row);
            let id = c.take()?;
            let (currency, minor) = (c.parse_optional::<Currency>()?, c.take::<Option<i64>>()?);
            found.extend(currency.zip(minor).map(|(currency, minor)| (id, Money::new(minor, currency))));
        }
        Ok(found)
    }
}
