//! `duly report figures`: days sales outstanding, collection effectiveness and promises, month by month.

use serde_json::{Map, Value, json};

use super::{
    output::table,
    report::{Args, Rendered, ledger},
};
use crate::{
    app::{App, Failure},
    reports::{Cell, Sheet},
};

pub async fn figures(app: &App, args: &Args) -> Result<Rendered, Failure> {
    let ledger = ledger(app, args.when.horizon(app).await?).await?;
    let parts = [
        ("dso", "Days sales outstanding, by countback", ledger.dso_sheet()),
        ("effectiveness", "Collection effectiveness index", ledger.effectiveness_sheet()),
        ("promises", "Promises by the month in which they were to be kept", ledger.promises.sheet()),
    ];
    let text: Vec<String> = parts.iter().map(|(_, title, sheet)| format!("{title}\n{}", text(sheet))).collect();
    let values = parts.iter().map(|(name, _, sheet)| ((*name).to_owned(), value(sheet)));
    let mut all: Map<String, Value> = values.collect();
    all.insert("as_of".to_owned(), ledger.as_of.to_string().into());
    all.insert("company".to_owned(), app.settings.company.code.clone().into());
    Ok((text.join("\n"), Value::Object(all)))
}

fn text(sheet: &Sheet) -> String {
    if sheet.rows.is_empty() {
        return "none\n".to_owned();
    }
    let header: Vec<&str> = sheet.columns.iter().map(|(name, _)| *name).collect();
    let right: Vec<usize> = (0..header.len()).filter(|at| sheet.columns[*at].1).collect();
    table(&header, &right, sheet.rows.iter().map(|row| row.iter().map(|cell| cell.as_str().to_owned()).collect()))
}

/// A row as an object, its keys as the columns with `_` for blanks; what is not known is null.
fn value(sheet: &Sheet) -> Value {
    let row = |row: &Vec<Cell>| {
        let cell = |cell: &Cell| if cell.as_str().is_empty() { Value::Null } else { cell.as_str().into() };
        let named = sheet.columns.iter().zip(row).map(|((name, _), one)| (name.replace(' ', "_"), cell(one)));
        Value::Object(named.collect())
    };
    json!(sheet.rows.iter().map(row).collect::<Vec<_>>())
}
