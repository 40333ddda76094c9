//! What the books should take over of a case, as adjustments: written once, and taken back with the sign turned.

use super::Actor;
use crate::{
    domain::{
        case::CaseOutcome,
        money::{Currency, Money},
    },
    store::{
        Result,
        engine::{Columns, Tx, query},
    },
};

/// The source of an adjustment.
pub(in crate::store) const CASE: &str = "case ";

/// Company, account and case.
type Place = (i64, i64, i64);

/// What is agreed for good.
pub(super) async fn book(
    tx: &mut Tx,
    place: Place,
    outcome: CaseOutcome,
    credits: &[(String, Money)],
    actor: &Actor<'_>,
) -> Result<()> {
    for (invoice, amount) in credits {
        append(tx, place, (invoice, outcome.code()), *amount, actor).await?;
    }
    Ok(())
}

/// Nothing of what a case agreed to stays in force.
pub(super) async fn unbook(tx: &mut Tx, place: Place, actor: &Actor<'_>) -> Result<()> {
    let (_, account, id) = place;
    let text = "SELECT invoice, kind, currency, CAST(SUM(gross) AS BIGINT) FROM adjustment \
                WHERE account = $1 AND source = $2 GROUP BY invoice, kind, currency \
                HAVING SUM(gross) <> 0 ORDER BY invoice, kind";
    for row in query(text).bind(account).bind(format!("{CASE}{id}")).fetch_all(&mut *tx).await? {
        let mut c = Columns::of(&row);
        let (invoice, kind): (String, String) = (c.take()?, c.take()?);
        let (currency, booked): (Currency, i64) = (c.parse()?, c.take()?);
        append(tx, place, (&invoice, &kind), Money::new(-booked, currency), actor).await?;
    }
    Ok(())
}

async fn append(
    tx: &mut Tx,
    (company, account, id): Place,
    (invoice, kind): (&str, &str),
    gross: Money,
    actor: &Actor<'_>,
) -> Result<()> {
    let text = "INSERT INTO adjustment (company, account, invoice, kind, source, date, currency, gross, tax, \
                recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)";
    let insert = query(text).bind(company).bind(account).bind(invoice).bind(kind).bind(format!("{CASE}{id}"));
    let insert = insert.bind(actor.today).bind(gross.currency.code()).bind(gross.minor).bind(actor.now);
    insert.execute(tx).await?;
    Ok(())
}
