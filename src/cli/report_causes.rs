//! `duly report causes`: what could have prevented the cases that are closed.

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};

use super::{
    output::{printable, table},
    report::Rendered,
};
use crate::{
    app::{App, Failure},
    domain::money::{Currency, Money},
    reports::causes::{self, Sums, Tally, median, sums},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Cases closed on or after this date
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    since: Option<NaiveDate>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

pub async fn causes(app: &App, args: &Args) -> Result<Rendered, Failure> {
    let found = causes::causes(app, args.since).await?;
    Ok((text(&found, args.since), json(app, &found, args.since)))
}

fn text(found: &[(String, Tally)], since: Option<NaiveDate>) -> String {
    let title = since.map_or("Closed cases".to_owned(), |since| format!("Cases closed since {since}"));
    if found.is_empty() {
        return format!("{title}: none.\n");
    }
    let rows = found.iter().map(|(cause, tally)| {
        let kinds: Vec<String> = tally.kinds.iter().map(|(kind, number)| format!("{number} {kind}")).collect();
        vec![
            printable(cause),
            tally.cases.to_string(),
            kinds.join(", "),
            sums(&tally.concerned),
            sums(&tally.credited),
            tally.upheld.to_string(),
            hours(&tally.answers),
            hours(&tally.solutions),
            share(tally.handed_over, tally.cases),
            share(tally.reopened, tally.cases),
        ]
    });
    let header =
        ["cause", "cases", "kinds", "about", "credited", "upheld", "answer", "solution", "handed over", "reopened"];
    let mut text = format!("{title}, by what could have prevented them\n");
    text += &table(&header, &[1, 5, 6, 7, 8, 9], rows);
    text += "Answer and solution: median of business hours since the opening.\n\n";
    for (code, _) in found {
        text += &format!("  {}: {}\n", printable(code), causes::title(code));
    }
    text
}

fn hours(waits: &[Duration]) -> String {
    median(waits).map_or(String::new(), |minutes| format!("{}.{} h", minutes / 60, minutes % 60 / 6))
}

fn share(number: u64, all: u64) -> String {
    format!("{} %", (200 * number + all) / (2 * all.max(1)))
}

fn json(app: &App, found: &[(String, Tally)], since: Option<NaiveDate>) -> Value {
    let amounts = |sums: &Sums| -> Vec<Value> {
        let one = |(currency, minor): (&Currency, &i64)| json!({ "currency": currency.to_string(), "amount": Money::new(*minor, *currency).to_string() });
        sums.iter().map(one).collect()
    };
    let causes = found.iter().map(|(cause, tally)| {
        let kinds = tally.kinds.iter().map(|(kind, number)| (kind.code().to_owned(), (*number).into()));
        json!({
            "cause": cause, "cases": tally.cases, "kinds": kinds.collect::<serde_json::Map<_, _>>(),
            "concerned": amounts(&tally.concerned), "credited": amounts(&tally.credited),
            "upheld": tally.upheld, "not_upheld": tally.cases - tally.upheld,
            "answer_minutes": median(&tally.answers), "solution_minutes": median(&tally.solutions),
            "handed_over": tally.handed_over, "reopened": tally.reopened,
        })
    });
    json!({
        "company": app.settings.company.code, "since": since.map(|since| since.to_string()),
        "causes": causes.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_shares_are_rounded() {
        assert_eq!(hours(&[Duration::minutes(90)]), "1.5 h");
        assert_eq!((share(1, 3), share(2, 3), share(0, 1)), ("33 %".into(), "67 %".into(), "0 %".into()));
    }
}
